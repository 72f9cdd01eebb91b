"""From key poses to smooth motion: minimum-jerk movements, slow sway and tremor.

What belongs here: interpolation in time and what a living hand adds to it. What does not: which poses
(`one_hand`, `two_hands`), or where an action starts and ends in a take (`takes`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from handx_core.synthetic.hands import Floats
from handx_core.synthetic.poses import Pose

TREMOR_HZ: Final = (6.5, 9.5)
"""Band of physiological tremor."""

TREMOR_ANGLE_RAD: Final = 0.0006
"""Root mean square of tremor at a finger joint or wrist axis: about 0.1 to 0.2 mm at the tips."""

TREMOR_POSITION_M: Final = 0.00005

_SWAY_HZ: Final = (0.03, 0.25)
_WAVES: Final = 6


@dataclass(frozen=True)
class KeyPose:
    """A pose and the time, seconds, that the movement to it takes."""

    pose: Pose
    seconds: float


def total_seconds(keys: Sequence[KeyPose]) -> float:
    """How long a sequence of movements takes."""
    return sum(key.seconds for key in keys)


def play(start: Pose, keys: Sequence[KeyPose], times: Floats) -> Floats:
    """Move from pose to pose, each movement with minimum jerk, at rest at every key pose.

    times: (T,) seconds since the start. Returns (T, 28) pose vectors; after the last key the hand stays there.
    """
    poses = np.stack([start.vector(), *[key.pose.vector() for key in keys]])
    ends = np.cumsum([0.0, *[key.seconds for key in keys]])
    leg = np.clip(np.searchsorted(ends, times, side="right") - 1, 0, len(keys) - 1)
    progress = np.clip((times - ends[leg]) / (ends[leg + 1] - ends[leg]), 0.0, 1.0)
    share = progress**3 * (10.0 - 15.0 * progress + 6.0 * progress**2)
    return poses[leg] + share[:, None] * (poses[leg + 1] - poses[leg])


def waves(rng: np.random.Generator, times: Floats, channels: int, band_hz: tuple[float, float]) -> Floats:
    """Smooth noise of unit variance: a few sines of random frequency in the band. Returns (T, channels)."""
    frequency = rng.uniform(*band_hz, (_WAVES, channels))
    phase = rng.uniform(0.0, 2.0 * np.pi, (_WAVES, channels))
    angle = 2.0 * np.pi * frequency * times[:, None, None] + phase
    return np.sin(angle).sum(axis=1) * np.sqrt(2.0 / _WAVES)


def tremor(rng: np.random.Generator, times: Floats) -> Floats:
    """(T, 28) to be added to pose vectors."""
    scale = np.concatenate([np.full(20, TREMOR_ANGLE_RAD), np.full(3, TREMOR_POSITION_M), np.full(5, TREMOR_ANGLE_RAD)])
    return waves(rng, times, len(scale), TREMOR_HZ) * scale


def sway(rng: np.random.Generator, times: Floats, amplitude_m: float) -> Floats:
    """(T, 3) slow drift of the whole body, common to both hands, metres in the world."""
    return waves(rng, times, 3, _SWAY_HZ) * amplitude_m
