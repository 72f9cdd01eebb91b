"""The palm of a hand: its frame, its fixed set of surface points, and its centre.

What belongs here: everything that is said of the palm from the joints of one frame. What does not: distances
between hands (`contacts`) and angles of fingers (`descriptors`).

The definitions are HandX's (CVPR 2026, supplement, "descriptors"), with two faults mended: the frame is mirrored
between the hands, so that one sign serves both, and the palm points are one fixed low-discrepancy set instead of a
new random draw for every call.
"""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.compiled import compiled
from handx_core.kinematics.vectors import cross, difference, length
from handx_core.skeleton import CHAINS, FINGERS, LEFT, WRIST

Axis = tuple[float, float, float]

INDEX_MCP: Final = CHAINS["index"][0]
MIDDLE_MCP: Final = CHAINS["middle"][0]

POINTS_PER_TRIANGLE: Final = 25
"""HandX's count of palm points on each of the four triangles of a hand."""

PALM_TRIANGLES: Final = np.array([(WRIST, CHAINS[near][0], CHAINS[far][0]) for near, far in pairwise(FINGERS)])
"""(4, 3) joints: the wrist and the bases of two neighbouring fingers, from the thumb's side to the pinky's."""

FINGER_BASES: Final = np.array([CHAINS[finger][0] for finger in FINGERS])
"""(5,) joints: triangle i has the corners wrist, base i and base i + 1."""

N_PALM_POINTS: Final = POINTS_PER_TRIANGLE * len(PALM_TRIANGLES)


def _triangle_weights() -> NDArray[np.float64]:
    """Barycentric weights (25, 3) of the R2 sequence, folded from the unit square into the triangle.

    R2 is the additive recurrence of the plastic number (M. Roberts, "The Unreasonable Effectiveness of Quasirandom
    Sequences", 2018): the two-dimensional counterpart of the golden-ratio sequence.
    """
    plastic_number = 1.324717957244746
    steps = np.arange(1, POINTS_PER_TRIANGLE + 1)[:, None] * np.array([1.0 / plastic_number, 1.0 / plastic_number**2])
    square = (0.5 + steps) % 1.0
    square = np.where(square.sum(axis=1, keepdims=True) > 1.0, 1.0 - square, square)
    return np.column_stack([1.0 - square.sum(axis=1), square])


TRIANGLE_WEIGHTS: Final = _triangle_weights()
"""(25, 3) weights of a triangle's corners, the same for every triangle, hand and call."""

_WEIGHTS: Final = np.ascontiguousarray(TRIANGLE_WEIGHTS.T)


@compiled
def fill_palm_points(hand: NDArray[np.float64], points: NDArray[np.float64]) -> None:
    """Write the palm points of one hand (21, 3) to points (3, 100 or more): a row for each coordinate."""
    for triangle in range(PALM_TRIANGLES.shape[0]):
        wrist, near, far = PALM_TRIANGLES[triangle]
        for axis in range(3):
            a, b, c = hand[wrist, axis], hand[near, axis], hand[far, axis]
            first = triangle * POINTS_PER_TRIANGLE
            for k in range(POINTS_PER_TRIANGLE):
                points[axis, first + k] = _WEIGHTS[0, k] * a + _WEIGHTS[1, k] * b + _WEIGHTS[2, k] * c


@compiled
def _palm_points(hands: NDArray[np.float64]) -> NDArray[np.float64]:
    points = np.empty((hands.shape[0], 3, N_PALM_POINTS))
    for i in range(hands.shape[0]):
        fill_palm_points(hands[i], points[i])
    return points


def palm_points(joints: NDArray[np.floating]) -> NDArray[np.float64]:
    """The 100 fixed points on each palm.

    joints: (..., 2, 21, 3), metres. Returns (..., 2, 100, 3): 25 points on each triangle of wrist and two neighbouring
    finger bases, the triangles in the order thumb-index, index-middle, middle-ring, ring-pinky.
    """
    hands = np.ascontiguousarray(joints, np.float64).reshape(-1, 21, 3)
    return np.ascontiguousarray(_palm_points(hands).transpose(0, 2, 1)).reshape(*joints.shape[:-2], N_PALM_POINTS, 3)


def palm_centres(joints: NDArray[np.floating]) -> NDArray[np.float64]:
    """Centre of each palm, the mean of wrist, index MCP and pinky MCP. joints: (..., 2, 21, 3) -> (..., 2, 3)."""
    wrist, index, pinky = (
        np.asarray(joints[..., joint, :], np.float64) for joint in (WRIST, INDEX_MCP, CHAINS["pinky"][0])
    )
    return (wrist + index + pinky) / 3.0


@compiled
def palm_axes(hand: NDArray[np.float64]) -> tuple[Axis, Axis, Axis]:
    """The palm's unit axes x, y, z. hand: (21, 3) a right hand, or a left one mirrored.

    x = unit(middle MCP - wrist); z = unit(x cross (index MCP - wrist)); y = z cross x. The one formula of the frame.
    """
    x = _unit(difference(hand[MIDDLE_MCP], hand[WRIST]))
    z = _unit(cross(x, difference(hand[INDEX_MCP], hand[WRIST])))
    return x, cross(z, x), z


@compiled
def _unit(vector: Axis) -> Axis:
    size = length(vector[0], vector[1], vector[2])
    return vector[0] / size, vector[1] / size, vector[2] / size


@compiled
def fill_right_hand(hand: NDArray[np.float64], side: int, right: NDArray[np.float64]) -> None:
    """Write a hand (21, 3) to `right` as a right hand: as it is, or mirrored in x = 0 if it is a left one."""
    sign = -1.0 if side == LEFT else 1.0
    for joint in range(hand.shape[0]):
        right[joint, 0], right[joint, 1], right[joint, 2] = sign * hand[joint, 0], hand[joint, 1], hand[joint, 2]


@compiled
def _palm_frames(hands: NDArray[np.float64]) -> NDArray[np.float64]:
    """The axes (T, 2, 3, 3) of hands (T, 2, 21, 3), the left ones still mirrored."""
    frames, hand = np.empty((hands.shape[0], 2, 3, 3)), np.empty((21, 3))
    for t in range(hands.shape[0]):
        for side in range(2):
            fill_right_hand(hands[t, side], side, hand)
            x, y, z = palm_axes(hand)
            for axis in range(3):
                frames[t, side, 0, axis], frames[t, side, 1, axis] = x[axis], y[axis]
                frames[t, side, 2, axis] = z[axis]
    return frames


def palm_frames(joints: NDArray[np.floating]) -> NDArray[np.float64]:
    """The frame of each palm.

    joints: (..., 2, 21, 3), metres. Returns (..., 2, 3, 3) whose ROWS are the unit axes in world coordinates, so that
    `frames @ vector` gives palm coordinates: x from the wrist to the middle MCP, y across the palm towards the thumb,
    z out of the back of the hand. This holds for both hands, because the left hand's frame is the mirror image of a
    right hand's: `palm_frames(mirror(joints))` is `palm_frames(joints)` with hands swapped and world x negated. A right
    hand's frame is therefore right-handed (determinant +1) and a left hand's left-handed (-1). With wrist, index MCP
    and middle MCP on one line the frame is not defined, and its y and z are NaN.
    """
    hands = np.ascontiguousarray(joints, np.float64).reshape(-1, 2, 21, 3)
    frames = _palm_frames(hands).reshape(*joints.shape[:-2], 3, 3)
    frames[..., LEFT, :, 0] *= -1.0
    return frames
