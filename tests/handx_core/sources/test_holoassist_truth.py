"""HoloAssist sessions against the noise-free truth they were written from, and with every mistake put in."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from handx_core.curation.settings import CurationSettings
from handx_core.curation.skeletons import cut_skeletons
from handx_core.curation.subject_hands import bone_lengths_of, measure_subject_hands
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import KnownHands, Recording, TrackedHands
from handx_core.sources.holoassist import HoloAssist
from handx_core.sources.reading import read_source
from handx_core.synthetic import write_holoassist
from handx_core.synthetic.files import WrittenTake
from handx_core.synthetic.takes import SourceSize, SyntheticSettings, TrueTake, true_takes

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))
HOLOASSIST = HoloAssist()
LARGEST_ERROR_M = 0.1e-3
LARGEST_INFERRED_ERROR_M = 10e-3
SETTINGS = SyntheticSettings(
    seconds_per_take=8.0,
    holoassist=SourceSize(subjects=3, takes_per_subject=1),
    long_gaps_per_minute=4.0,
    short_gaps_per_minute=12.0,
)


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Recording, TrueTake]]:
    root = tmp_path_factory.mktemp("holoassist")
    truths = list(true_takes("holoassist", SETTINGS))
    for truth in truths:
        write_holoassist.write_take(root, truth, SETTINGS)
    write_holoassist.write_index(root, [WrittenTake.of(truth, SETTINGS) for truth in truths], SETTINGS)
    results = list(read_source(HOLOASSIST, root, NO_MANO, 1))
    recordings = [result for result in results if isinstance(result, Recording)]
    assert len(recordings) == len(results)
    assert [recording.take.recording_id for recording in recordings] == [truth.recording_id for truth in truths]
    return list(zip(recordings, truths, strict=True))


def facing(wrists: np.ndarray) -> Rotation:
    """The rotation about z that makes the mean direction from the left to the right of (N, 2, 3) wrists +x."""
    across = (wrists[:, 1] - wrists[:, 0]).mean(axis=0)
    return Rotation.from_rotvec([0.0, 0.0, -np.arctan2(across[1], across[0])])


def frames_of(hands: TrackedHands, truth: TrueTake) -> np.ndarray:
    """The truth's frames at the stamps of the hands."""
    return np.round(hands.times * 30.0).astype(int).clip(max=len(truth.times) - 1)


def distances(hands: TrackedHands, truth: TrueTake) -> np.ndarray:
    """(T, 2, 21), of each joint to the truth of the same instant, but for one yaw and one place a take.

    Both yaws are of the frames that the reader has, so that no frame that it rightly leaves out counts as an error.
    Yaw and place are those of the measured joints, which joints that are inferred shall not move.
    """
    both = hands.valid[:, :, 0].all(axis=1)
    aligned = []
    for joints in (hands.joints, truth.joints[frames_of(hands, truth)]):
        turned = facing(joints[both][:, :, 0]).apply(joints.reshape(-1, 3)).reshape(joints.shape)
        aligned.append(turned - turned[hands.valid].mean(axis=0))
    return np.linalg.norm(aligned[0] - aligned[1], axis=-1)


def matches(recording: Recording, truth: TrueTake) -> bool:
    """Whether what was measured is where it was, and the hands are there but for rows that repeat one."""
    hands = HOLOASSIST.to_hands(recording, KnownHands(NO_MANO))
    there = hands.present[truth.valid[frames_of(hands, truth)]].mean()
    return there > 0.96 and float(distances(hands, truth)[hands.valid].max()) < LARGEST_ERROR_M


def test_hands_match_the_truth(takes):
    for recording, truth in takes:
        hands = HOLOASSIST.to_hands(recording, KnownHands(NO_MANO))
        assert distances(hands, truth)[hands.valid].mean() < LARGEST_ERROR_M / 10.0
        assert matches(recording, truth)
        assert recording.take.subject == truth.subject
        assert len(hands.times) == len(truth.times)
        np.testing.assert_allclose(hands.times, truth.times, atol=1e-4)
        assert not hands.present[~truth.valid].any()
        assert 0.93 < hands.valid[truth.valid].mean() < 1.0
    assert {recording.variant for recording, _ in takes} == {"sync_471", "sync_473"}
    assert [recording.take.official_split for recording, _ in takes] == ["train", "val", "test"]


def test_inferred_joints_are_there_near_the_truth_and_not_measured(takes):
    off, seconds = [], []
    for recording, truth in takes:
        hands = HOLOASSIST.to_hands(recording, KnownHands(NO_MANO))
        inferred = hands.present & ~hands.valid
        off.append(distances(hands, truth)[inferred])
        seconds += (inferred.sum(axis=0) / 30.0).ravel().tolist()
        lengths = bone_lengths_of(truth.subject, measure_subject_hands([(truth.subject, hands)]))
        for skeleton in cut_skeletons(recording, hands, lengths, CurationSettings())[0]:
            first = round(skeleton.start_s * 30.0)
            within = slice(first, first + len(skeleton.joints))
            assert not skeleton.observed[inferred[within]].any()
    assert 0.001 < np.concatenate(off).max() < LARGEST_INFERRED_ERROR_M
    assert max(seconds) > 0.5, "some last far longer than the gaps that are bridged"


def test_they_become_skeletons_with_the_right_chirality(takes):
    for recording, truth in takes:
        hands = HOLOASSIST.to_hands(recording, KnownHands(NO_MANO))
        lengths = bone_lengths_of(truth.subject, measure_subject_hands([(truth.subject, hands)]))
        skeletons, _ = cut_skeletons(recording, hands, lengths, CurationSettings())
        assert sum(len(skeleton.joints) for skeleton in skeletons) > 0.7 * len(truth.times)
        assert min(skeleton.quality.chirality_fraction for skeleton in skeletons) > 0.9


def test_labels_are_where_the_script_has_its_scenes(takes):
    for recording, truth in takes:
        scenes = np.array([scene[:2] for scene in truth.script]).clip(max=len(truth.times) / 30.0)
        assert len(recording.take.labels) >= len(truth.script) - 1
        for label in recording.take.labels:
            assert np.abs(scenes - [label.start_s, label.end_s]).max(axis=1).min() < 1.01 / 30.0
            assert label.text


def change(**changes: Callable[[np.ndarray], np.ndarray]) -> Callable[[Recording], Recording]:
    """A mistake in stored arrays, by name."""

    def apply(recording: Recording) -> Recording:
        changed = {name: change(recording.arrays[name]).astype(np.float32) for name, change in changes.items()}
        return replace(recording, arrays=recording.arrays | changed)

    return apply


def faster(recording: Recording) -> Recording:
    """The stamps of another rate."""
    return replace(recording, times=recording.times * (30.0 / 29.0))


def rows_for_instants(recording: Recording) -> Recording:
    """The right hand's rows taken in their order, although its file starts a row later."""
    arrays = {name: np.stack([a[:, 0], np.roll(a[:, 1], -1, axis=0)], axis=1) for name, a in recording.arrays.items()}
    return replace(recording, arrays=arrays)


def flags_swapped(recording: Recording) -> Recording:
    """The flags "tracked" read before the flags "valid"."""
    valid, tracked = recording.arrays["joint_valid"], recording.arrays["joint_tracked"]
    return replace(recording, arrays=recording.arrays | {"joint_valid": tracked, "joint_tracked": valid})


MIRROR = np.array([-1.0, 1.0, 1.0])
MISTAKES = {
    "axis": change(joints=lambda joints: joints[..., [0, 2, 1]]),
    "up axis": change(joints=lambda joints: joints * [1.0, -1.0, -1.0]),
    "unit": change(joints=lambda joints: joints * 0.1),
    "order": change(joints=lambda joints: joints[:, :, [0, 1, *range(6, 26), *range(2, 6)]]),
    "palm for wrist": change(joints=lambda joints: joints[:, :, [1, 0, *range(2, 26)]]),
    "hands swapped": change(joints=lambda joints: joints[:, ::-1]),
    "mirror": change(joints=lambda joints: joints * MIRROR),
    "rate": faster,
    "rows for instants": rows_for_instants,
    "inferred joints": change(joint_tracked=np.ones_like),
    "flags swapped": flags_swapped,
    "repeated poses": change(new=np.ones_like),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_is_seen(takes, mistake):
    assert not all(matches(MISTAKES[mistake](recording), truth) for recording, truth in takes)


def test_each_mark_of_a_lost_hand_is_enough(takes):
    """With all other marks of a missing hand taken away, the one that is left still says that it is missing."""
    marks = {name: change(**{name: np.ones_like}) for name in ("present", "joint_valid", "joint_tracked")}
    marks["joints"] = change(joints=lambda joints: joints + 0.01)  # otherwise in the origin, no place for a wrist
    for recording, truth in takes:
        recording = change(new=np.ones_like)(recording)
        for left in marks:
            spoiled = recording
            for name, take_away in marks.items():
                spoiled = take_away(spoiled) if name != left else spoiled
            assert not HOLOASSIST.to_hands(spoiled, KnownHands(NO_MANO)).valid[~truth.valid].any()
            assert (
                left == "joint_tracked"
                or not HOLOASSIST.to_hands(spoiled, KnownHands(NO_MANO)).present[~truth.valid].any()
            )
        spoiled = marks[left](spoiled)
        assert HOLOASSIST.to_hands(spoiled, KnownHands(NO_MANO)).valid[~truth.valid].all()
        assert not matches(spoiled, truth)
