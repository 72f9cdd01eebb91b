"""How much happens in a motion: three figures after HandX (CVPR 2026), section "Intensity".

What belongs here: the figures. What does not: what they are compared with.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.skeleton import CHAINS, FINGERS, FPS, WRIST

_MIDDLE_JOINTS: Final = np.array([CHAINS[finger][:-1] for finger in FINGERS])
_BEFORE: Final = np.array([(WRIST, *CHAINS[finger][:-2]) for finger in FINGERS])
_AFTER: Final = np.array([CHAINS[finger][1:] for finger in FINGERS])
_WEIGHTS: Final = np.array([9.0, 3.0, 1.0]) / 13.0
"""Weight of a chain's three middle joints, proximal first."""


def angular_velocity_deg_s(joints: NDArray[np.floating]) -> NDArray[np.floating]:
    """Mean |change of the angle between a joint's two bones| over frames and finger joints, deg/s.

    joints: (..., T, 2, 21, 3), metres, 30 fps -> (..., 2), left first. A chain's joints weigh 9, 3, 1.
    """
    into = joints[..., _MIDDLE_JOINTS, :] - joints[..., _BEFORE, :]
    out = joints[..., _AFTER, :] - joints[..., _MIDDLE_JOINTS, :]
    sine = np.linalg.norm(np.cross(into, out), axis=-1)
    cosine = np.einsum("...i,...i->...", into, out)
    angles = np.degrees(np.arctan2(sine, cosine))  # unlike arccos, exact near straight
    changes = np.abs(np.diff(angles, axis=-4)).mean(axis=-4) * FPS
    return (changes @ _WEIGHTS.astype(joints.dtype)).mean(axis=-1)


def joint_speed_m_s(joints: NDArray[np.floating]) -> NDArray[np.floating]:
    """Mean speed of the 20 joints that are not the wrist, both hands. (..., T, 2, 21, 3), metres, 30 fps -> (...)."""
    steps = np.diff(joints[..., WRIST + 1 :, :], axis=-4)
    return np.linalg.norm(steps, axis=-1).mean(axis=(-3, -2, -1)) * FPS


def joint_spread_m(joints: NDArray[np.floating]) -> NDArray[np.floating]:
    """Mean norm of each joint's standard deviation over time, both hands. (..., T, 2, 21, 3), metres -> (...)."""
    return np.linalg.norm(joints.std(axis=-4), axis=-1).mean(axis=(-2, -1))
