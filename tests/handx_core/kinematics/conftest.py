"""Hands to measure: a pair whose angles are known because it is built from them, by other formulas than the code's."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from handx_core.skeleton import CHAINS

Array = NDArray[np.float64]

FOUR = ("index", "middle", "ring", "pinky")
KNUCKLES = {"index": (-0.022, 0.092), "middle": (0.0, 0.095), "ring": (0.02, 0.09), "pinky": (0.038, 0.08)}
PHALANGES = (0.042, 0.026, 0.02)


def build_hands(flexion: Array, azimuth: Array, wrists: Array) -> Array:
    """Joints (T, 2, 21, 3) of two hands with palms down and fingers away.

    flexion: (T, 2, 14) in the order of FLEXION_JOINTS, azimuth: (T, 2, 4) of index to pinky towards the thumb's side,
    wrists: (T, 2, 3). With azimuth 0 the flexion of the fingers is exact. The thumb flexes in the plane of the palm.
    """
    joints = np.zeros((len(flexion), 2, 21, 3))
    for t in range(len(flexion)):
        for hand in range(2):
            joints[t, hand] = _right_hand(flexion[t, hand], azimuth[t, hand])
            if hand == 0:
                joints[t, hand, :, 0] *= -1
            joints[t, hand] += wrists[t, hand]
    return joints


def _right_hand(flexion: Array, azimuth: Array) -> Array:
    joints = np.zeros((21, 3))
    for number, finger in enumerate(FOUR):
        point = np.array([*KNUCKLES[finger], 0.0])
        joints[CHAINS[finger][0]] = point
        along = np.array([-np.sin(azimuth[number]), np.cos(azimuth[number]), 0.0])
        bent = 0.0
        for k, length in enumerate(PHALANGES):
            bent += flexion[2 + 3 * number + k]
            point = point + length * (np.cos(bent) * along - np.sin(bent) * np.array([0.0, 0.0, 1.0]))
            joints[CHAINS[finger][k + 1]] = point
    point, heading = np.array([-0.03, 0.025, -0.01]), np.radians(130.0)
    joints[CHAINS["thumb"][0]] = point
    for k, length in enumerate((0.04, 0.032, 0.025)):
        heading -= flexion[k - 1] if k else 0.0
        point = point + length * np.array([np.cos(heading), np.sin(heading), 0.0])
        joints[CHAINS["thumb"][k + 1]] = point
    return joints


def still_hands(n_frames: int) -> tuple[Array, Array, Array]:
    """The arguments of `build_hands` for two flat hands, 40 cm apart, that do not move."""
    wrists = np.broadcast_to([[-0.2, 0.0, 0.0], [0.2, 0.0, 0.0]], (n_frames, 2, 3)).copy()
    return np.zeros((n_frames, 2, 14)), np.zeros((n_frames, 2, 4)), wrists


def ramp(n_frames: int, start: float, end: float) -> Array:
    """0 until frame `start`, 1 from frame `end`, and a straight line between."""
    return np.clip((np.arange(n_frames) - start) / (end - start), 0.0, 1.0)


def random_motion(seed: int, n_frames: int = 90, lead: int = 18) -> Array:
    """Hands that move smoothly from pose to pose, still for the first and last `lead` frames; often touching."""
    rng = np.random.default_rng(seed)
    n_poses = 5
    moments = np.sort(rng.uniform(lead, n_frames - lead, n_poses - 1))
    flexion = rng.uniform(-0.5, 1.6, (n_poses, 2, 14)) * (rng.random((n_poses, 2, 14)) < 0.7)
    flexion[..., :2] *= 0.5
    azimuth = rng.uniform(-0.35, 0.35, (n_poses, 2, 4))
    wrists = np.stack([rng.uniform(-0.15, 0.02, (n_poses, 3)), rng.uniform(-0.02, 0.15, (n_poses, 3))], axis=1)
    wrists[..., 1:] *= 0.3
    shares = np.stack([ramp(n_frames, max(m - rng.uniform(2, 8), lead), min(m + 8, n_frames - lead)) for m in moments])
    shares = shares * shares * (3 - 2 * shares)

    def play(poses: Array) -> Array:
        return poses[0] + np.tensordot(shares.T, np.diff(poses, axis=0), axes=1)

    return build_hands(play(flexion), play(azimuth), play(wrists))


@pytest.fixture(scope="session")
def hands() -> Callable[[Array, Array, Array], Array]:
    return build_hands


@pytest.fixture(scope="session")
def still() -> Callable[[int], tuple[Array, Array, Array]]:
    return still_hands


@pytest.fixture(name="ramp", scope="session")
def ramp_fixture() -> Callable[[int, float, float], Array]:
    return ramp


@pytest.fixture(scope="session")
def motion() -> Callable[[int], Array]:
    return random_motion
