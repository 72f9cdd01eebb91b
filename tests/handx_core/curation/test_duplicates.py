"""Planted copies of a motion are found after noise, rotation and a shift in time; look-alikes are not."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from handx_core.curation.duplicates import find_duplicates, same_motion_distance
from handx_core.skeleton import CHAINS, CLIP_FRAMES, HANDS, N_JOINTS, mirror

Motion = NDArray[np.float64]


def hands_in_motion(seed: int, size: float = 1.0, amplitude: float = 1.0, frames: int = 120) -> Motion:
    """Two hands that flex and travel smoothly: (frames, 2, 21, 3), metres. Rigid bones, of a length set by `size`."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames) / 30.0
    motion = np.zeros((frames, 2, N_JOINTS, 3))
    for hand in range(len(HANDS)):
        side = -1.0 if hand == 0 else 1.0
        waves = rng.uniform(0.3, 1.0, (3, 1)) * time + rng.uniform(0, 6.28, (3, 1))
        wrist = amplitude * 0.06 * np.sin(2 * np.pi * waves).T + [side * rng.uniform(0.1, 0.2), 0.3, 0.1]
        motion[:, hand, 0] = wrist
        for number, chain in enumerate(CHAINS.values()):
            fan = 0.25 * (number - 2) * -side
            bend = 0.5 + amplitude * 0.5 * np.sin(2 * np.pi * rng.uniform(0.3, 0.9) * time + rng.uniform(0, 6.28))
            at, pitch = wrist, np.zeros(frames)
            for place, joint in enumerate(chain):
                length = size * (0.08, 0.04, 0.03, 0.02)[place] * rng.uniform(0.95, 1.05)
                bone = np.stack([np.sin(fan) * np.cos(pitch), np.cos(fan) * np.cos(pitch), -np.sin(pitch)], axis=-1)
                at = at + length * bone
                motion[:, hand, joint] = at
                pitch = pitch + bend
    return motion


def moved(motion: Motion, seed: int, tilt: float = 0.0) -> Motion:
    """The motion in another room: turned about the vertical, tilted, translated."""
    rng = np.random.default_rng(seed)
    turn = Rotation.from_euler("zx", [rng.uniform(-np.pi, np.pi), tilt]).as_matrix()
    return motion @ turn.T + rng.uniform(-1.0, 1.0, 3)


def noisy(motion: Motion, seed: int, sd_m: float = 0.002) -> Motion:
    return motion + np.random.default_rng(seed).normal(0.0, sd_m, motion.shape)


@pytest.fixture(scope="module")
def different() -> Motion:
    return np.stack([hands_in_motion(seed)[:CLIP_FRAMES] for seed in range(40)])


def test_different_motions_stay_apart(different: Motion) -> None:
    np.testing.assert_array_equal(find_duplicates(different), np.arange(len(different)))


@pytest.mark.parametrize("tilt", [0.0, 0.4])
@pytest.mark.parametrize("seed", range(5))
def test_a_noisy_copy_in_another_room_is_found(different: Motion, seed: int, tilt: float) -> None:
    copy = noisy(moved(different[seed], seed, tilt), seed)
    groups = find_duplicates(np.concatenate([different, copy[None]]))
    np.testing.assert_array_equal(groups, [*range(40), seed])


@pytest.mark.parametrize("shift", [-30, -19, -7, 1, 12, 29, 30])
def test_a_window_cut_elsewhere_is_found(different: Motion, shift: int) -> None:
    take = hands_in_motion(100)
    windows = np.stack([take[30:90], noisy(moved(take[30 + shift : 90 + shift], 1), 2)])
    groups = find_duplicates(np.concatenate([different, windows]))
    assert groups[-1] == groups[-2] == 40


def test_another_phase_of_resampling_is_found(different: Motion) -> None:
    take = hands_in_motion(101)
    half_a_frame_later = (take[20:80] + take[21:81]) / 2
    groups = find_duplicates(np.concatenate([different, take[None, 20:80], moved(half_a_frame_later, 3)[None]]))
    assert groups[-1] == groups[-2] == 40
    assert same_motion_distance(take[20:80], half_a_frame_later, 0) < 0.0005


def test_a_mirrored_motion_is_another_motion(different: Motion) -> None:
    groups = find_duplicates(np.concatenate([different, mirror(different)]))
    assert len(set(groups)) == 2 * len(different)


def test_exchanged_hand_labels_are_another_motion(different: Motion) -> None:
    groups = find_duplicates(np.concatenate([different, different[:, :, ::-1]]))
    assert len(set(groups)) == 2 * len(different)


def test_people_who_rest_alike_stay_apart() -> None:
    """Hands that hold still in one pose, of three people: bones of 100, 103 and 97 %; two clips of each."""
    resting = [hands_in_motion(7, size=size, amplitude=0.0)[:CLIP_FRAMES] for size in (1.0, 1.03, 0.97)]
    clips = np.stack([noisy(pose, seed, 0.0005) for seed in range(2) for pose in resting])
    np.testing.assert_array_equal(find_duplicates(clips), [0, 1, 2, 0, 1, 2])


def test_hundreds_of_still_clips_of_one_person_are_one_group() -> None:
    pose = hands_in_motion(8, amplitude=0.0)[:CLIP_FRAMES]
    clips = np.stack([noisy(moved(pose, seed), seed, 0.0005) for seed in range(150)])
    assert set(find_duplicates(clips)) == {0}


def test_no_clip_and_one_clip() -> None:
    assert len(find_duplicates(np.zeros((0, CLIP_FRAMES, 2, N_JOINTS, 3)))) == 0
    assert find_duplicates(hands_in_motion(0)[None, :CLIP_FRAMES]).tolist() == [0]
