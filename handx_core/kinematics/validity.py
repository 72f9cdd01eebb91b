"""Whether an array is a motion of two hands.

What belongs here: the one check that every reader of motion in this room makes first. What does not: judging the
quality of a motion that is one (`curation`).
"""

import math
from typing import Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from handx_core.compiled import compiled
from handx_core.errors import InvalidMotionError
from handx_core.kinematics.palm import INDEX_MCP, MIDDLE_MCP
from handx_core.kinematics.vectors import cross, difference, dot, length, square_of_distance
from handx_core.skeleton import BONES, HANDS, WRIST

SHORTEST_PALM_M: Final = 0.02
"""Wrist to middle MCP; a third of a newborn's. Anything shorter is a hand that a tracker has let collapse."""

SHORTEST_BONE_M: Final = 0.001
"""A shorter bone has no direction that an angle could be measured by."""

SMALLEST_PALM_ANGLE: Final = math.radians(1.0)
"""Between the directions to index and middle MCP; with less, the palm has no plane."""

_SMALLEST_TANGENT: Final = math.tan(SMALLEST_PALM_ANGLE)
_HANDS_AT_ONCE: Final = 2048
"""Hands that are copied to float64 together: few enough to stay in the processor's cache."""

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


def check_motion(joints: NDArray[np.floating], fps: float, first: int = 0) -> None:
    """Raise InvalidMotionError unless joints are motions of two whole hands.

    joints: (..., T, 2, 21, 3), metres. first: the number of the first motion. The message names the frame, the hand
    (and, with leading axes, the motion) and what is wrong: the shape, fps, a joint that is not finite, or a hand
    collapsed so far that it has no directions.
    """
    if joints.ndim < 4 or joints.shape[-3:] != (2, 21, 3) or joints.shape[-4] == 0:
        raise InvalidMotionError(f"expected joints of shape (..., T, 2, 21, 3) with T > 0, found {joints.shape}")
    if not (math.isfinite(fps) and fps > 0):
        raise InvalidMotionError(f"expected a frame rate above 0 Hz, found {fps}")
    hands = joints.reshape(-1, 21, 3)
    for start in range(0, len(hands), _HANDS_AT_ONCE):
        fault, index = _first_fault(np.ascontiguousarray(hands[start : start + _HANDS_AT_ONCE], np.float64))
        if fault:
            _refuse(fault, start + index, joints.shape, first)


def _refuse(fault: int, index: int, shape: tuple[int, ...], first: int) -> NoReturn:
    """Raise for a fault of hand `index` of all hands of joints of this shape, counted through."""
    motion, frame = divmod(index // 2, shape[-4])
    where = f"frame {frame}, {HANDS[index % 2]} hand"
    if len(shape) > 4:
        where = f"motion {first + motion}, {where}"
    raise InvalidMotionError(f"{where}: expected a hand in metres, found {_FAULTS[fault]}")


@compiled
def _first_fault(hands: NDArray[np.float64]) -> tuple[int, int]:
    """The first fault of hands (N, 21, 3) and the index of its hand; (0, 0) where there is none."""
    for i in range(hands.shape[0]):
        hand = hands[i]
        fault = _bone_fault(hand[WRIST], hand[MIDDLE_MCP], SHORTEST_PALM_M, _PALM_COLLAPSED)
        for bone in range(_BONES.shape[0]):  # every joint is at an end of one
            if fault != 0:
                break
            fault = _bone_fault(hand[_BONES[bone, 0]], hand[_BONES[bone, 1]], SHORTEST_BONE_M, _BONE_COLLAPSED)
        if fault != 0:
            return (_NOT_FINITE if not np.all(np.isfinite(hand)) else fault), i
        across, along = difference(hand[INDEX_MCP], hand[WRIST]), difference(hand[MIDDLE_MCP], hand[WRIST])
        x, y, z = cross(along, across)
        if length(x, y, z) < _SMALLEST_TANGENT * dot(along, across):
            return _PALM_FLAT, i
    return 0, 0


@compiled
def _bone_fault(one: NDArray[np.float64], other: NDArray[np.float64], shortest: float, collapsed: int) -> int:
    """`collapsed` where two joints are nearer than `shortest`, or where their distance is no number; else 0."""
    return 0 if shortest * shortest <= square_of_distance(one, other) < np.inf else collapsed
