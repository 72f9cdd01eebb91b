"""Whether an array is a motion of two hands.

What belongs here: the one check that every reader of motion in this room makes first. What does not: judging the
quality of a motion that is one (`curation`).
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.compiled import compiled
from handx_core.errors import InvalidMotionError
from handx_core.kinematics.palm import INDEX_MCP, MIDDLE_MCP
from handx_core.kinematics.vectors import cross, difference, dot, length
from handx_core.skeleton import BONES, HANDS, WRIST

SHORTEST_PALM_M: Final = 0.02
"""Wrist to middle MCP; a third of a newborn's. Anything shorter is a hand that a tracker has let collapse."""

SHORTEST_BONE_M: Final = 0.001
"""A shorter bone has no direction that an angle could be measured by."""

SMALLEST_PALM_ANGLE: Final = math.radians(1.0)
"""Between the directions to index and middle MCP; with less, the palm has no plane."""

_SMALLEST_TANGENT: Final = math.tan(SMALLEST_PALM_ANGLE)
_BONES: Final = np.array(BONES)
_NOT_FINITE: Final = 1
_PALM_COLLAPSED: Final = 2
_PALM_FLAT: Final = 3
_BONE_COLLAPSED: Final = 4
_FAULTS: Final = {
    _NOT_FINITE: "a joint that is not finite",
    _PALM_COLLAPSED: f"a wrist less than {SHORTEST_PALM_M * 1e3:.0f} mm from the middle knuckle",
    _PALM_FLAT: "wrist, index and middle knuckle on one line",
    _BONE_COLLAPSED: f"a bone shorter than {SHORTEST_BONE_M * 1e3:.0f} mm",
}


def check_motion(joints: NDArray[np.floating], fps: float) -> None:
    """Raise InvalidMotionError unless joints are motions of two whole hands.

    joints: (..., T, 2, 21, 3), metres. The message names the frame, the hand (and, with leading axes, the motion) and
    what is wrong: the shape, fps, a joint that is not finite, or a hand collapsed so far that it has no directions.
    """
    if joints.ndim < 4 or joints.shape[-3:] != (2, 21, 3) or joints.shape[-4] == 0:
        raise InvalidMotionError(f"expected joints of shape (..., T, 2, 21, 3) with T > 0, found {joints.shape}")
    if not (math.isfinite(fps) and fps > 0):
        raise InvalidMotionError(f"expected a frame rate above 0 Hz, found {fps}")
    fault, index = _first_fault(np.ascontiguousarray(joints, np.float64).reshape(-1, 21, 3))
    if fault:
        motion, frame = divmod(index // 2, joints.shape[-4])
        where = f"frame {frame}, {HANDS[index % 2]} hand"
        if joints.ndim > 4:
            where = f"motion {motion}, {where}"
        raise InvalidMotionError(f"{where}: expected a hand in metres, found {_FAULTS[fault]}")


@compiled
def _first_fault(hands: NDArray[np.float64]) -> tuple[int, int]:
    """The first fault of hands (N, 21, 3) and the index of its hand; (0, 0) where there is none."""
    for i in range(hands.shape[0]):
        hand = hands[i]
        x = y = z = 0.0
        for joint in range(hand.shape[0]):  # what is not finite is not zero times zero
            x, y, z = x + 0.0 * hand[joint, 0], y + 0.0 * hand[joint, 1], z + 0.0 * hand[joint, 2]
        if x + y + z != 0.0:
            return _NOT_FINITE, i
        if _nearer(hand[MIDDLE_MCP], hand[WRIST], SHORTEST_PALM_M):
            return _PALM_COLLAPSED, i
        for bone in range(_BONES.shape[0]):
            if _nearer(hand[_BONES[bone, 0]], hand[_BONES[bone, 1]], SHORTEST_BONE_M):
                return _BONE_COLLAPSED, i
        across, along = difference(hand[INDEX_MCP], hand[WRIST]), difference(hand[MIDDLE_MCP], hand[WRIST])
        x, y, z = cross(along, across)
        if length(x, y, z) < _SMALLEST_TANGENT * dot(along, across):
            return _PALM_FLAT, i
    return 0, 0


@compiled
def _nearer(one: NDArray[np.float64], other: NDArray[np.float64], limit: float) -> bool:
    x, y, z = difference(one, other)
    return x * x + y * y + z * z < limit * limit
