"""The world frame of skeletons and the frame of clips.

What belongs here: choosing and changing frames of two-hand motion. What does not: a source's own axes.
"""

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import InvalidMotionError
from handx_core.skeleton import LEFT, RIGHT, WRIST

MIN_WRIST_OFFSET_M = 0.01
"""Wrists whose mean horizontal offset is shorter than this have no direction to turn to +x."""


def facing_rotation(joints: NDArray[np.float64]) -> NDArray[np.float64]:
    """The turn about z that brings a take's mean left-to-right wrist direction to +x.

    joints: (T, 2, 21, 3), metres, z up, NaN where missing; frames with both wrists count. Returns (3, 3), to be used
    as `joints @ rotation.T`. It is one turn for the whole take, so that crossed hands stay crossed.
    Raises InvalidMotionError where no frame has both wrists, or their mean offset has no horizontal direction.
    """
    offsets = joints[:, RIGHT, WRIST, :2] - joints[:, LEFT, WRIST, :2]
    offsets = offsets[np.isfinite(offsets).all(axis=1)]
    if not len(offsets):
        raise InvalidMotionError("expected frames with both wrists, found none")
    x, y = offsets.mean(axis=0)
    length = float(np.hypot(x, y))
    if length < MIN_WRIST_OFFSET_M:
        raise InvalidMotionError(
            f"expected a mean horizontal offset of the wrists of {MIN_WRIST_OFFSET_M} m or more, found {length:.3g} m"
        )
    return np.array([[x, y, 0.0], [-y, x, 0.0], [0.0, 0.0, length]]) / length


def to_clip_frame(joints: NDArray[np.floating]) -> NDArray[np.floating]:
    """World to clip frame: same axes, origin at the right wrist of frame 0. joints: (..., T, 2, 21, 3), metres."""
    return joints - joints[..., :1, RIGHT : RIGHT + 1, WRIST : WRIST + 1, :]
