"""Metrics of a motion by itself or against its reference: joint error and smoothness.

What belongs here: figures per clip from joints alone. What does not: contacts (contact.py).
"""

import numpy as np
from numpy.typing import NDArray

from handx_core.skeleton import FPS, WRIST

MM_PER_M = 1000.0


def joint_error_mm(joints: NDArray[np.floating], reference: NDArray[np.floating]) -> NDArray[np.float64]:
    """MPJPE: mean Euclidean distance of corresponding joints, millimetres, nothing aligned or subtracted.

    joints, reference: (..., T, 2, 21, 3), metres -> (...).
    """
    difference = np.asarray(joints, np.float64) - np.asarray(reference, np.float64)
    return MM_PER_M * np.linalg.norm(difference, axis=-1).mean((-3, -2, -1))


def wrist_relative_error_mm(joints: NDArray[np.floating], reference: NDArray[np.floating]) -> NDArray[np.float64]:
    """MPJPE of the 20 other joints of each hand relative to that hand's own wrist in the same frame, millimetres.

    joints, reference: (..., T, 2, 21, 3), metres -> (...). Blind to where the hands are: report it beside MPJPE.
    """
    return joint_error_mm(_from_wrist(joints), _from_wrist(reference))


def acceleration(joints: NDArray[np.floating]) -> NDArray[np.float64]:
    """Mean norm of the joints' accelerations (second differences), m/s^2. joints: (..., T, 2, 21, 3) -> (...)."""
    second = np.diff(np.asarray(joints, np.float64), n=2, axis=-4) * FPS**2
    return np.linalg.norm(second, axis=-1).mean((-3, -2, -1))


def _from_wrist(joints: NDArray[np.floating]) -> NDArray[np.float64]:
    joints = np.asarray(joints, np.float64)
    return joints[..., WRIST + 1 :, :] - joints[..., WRIST : WRIST + 1, :]
