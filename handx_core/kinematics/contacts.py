"""Distances between fingertips and palms: the one code that events, metrics and statistics share.

What belongs here: distances per frame. What does not: deciding when a distance is a contact; events do so with
hysteresis, metrics with the published plain thresholds (`TIP_CONTACT_M`, `PALM_CONTACT_M`).

The definitions are HandX's (CVPR 2026), on the fixed palm points of `palm`. All sums are taken in a fixed order, so a
motion gives the same bytes alone or in any batch, and its mirror image gives the mirrored values exactly.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.compiled import compiled
from handx_core.kinematics.palm import N_PALM_POINTS, fill_palm_points
from handx_core.kinematics.vectors import distance
from handx_core.skeleton import TIPS

TIP_CONTACT_M: Final = 0.020
"""Tip to tip, nearer than this is contact (HandX)."""

PALM_CONTACT_M: Final = 0.025
"""Tip to the other palm, nearer than this is contact (HandX)."""

NEAREST_PALM_POINTS: Final = 5
"""A tip's distance to a palm is the mean distance to this many nearest palm points (HandX)."""

NEAREST_PALM_PAIRS: Final = 30
"""The palms' distance is the mean of this many smallest nearest-neighbour distances (HandX)."""

_TIP_JOINTS: Final = np.array(TIPS)


@dataclass(frozen=True)
class ContactDistances:
    """Distances per frame, float64 metres, over any leading axes `...`. Fingers are in the order of FINGERS.

    thumb_tips: (..., 2, 4) thumb tip to index, middle, ring and pinky tip of the same hand.
    tips_across: (..., 5, 5) tip i of the left hand to tip j of the right hand.
    tip_palm: (..., 2, 5) tip of hand h to the palm of the OTHER hand.
    palm_palm: (...) palm to palm.
    """

    thumb_tips: NDArray[np.float64]
    tips_across: NDArray[np.float64]
    tip_palm: NDArray[np.float64]
    palm_palm: NDArray[np.float64]


def contact_distances(joints: NDArray[np.floating]) -> ContactDistances:
    """All distances that contacts are told by. joints: (..., 2, 21, 3), metres, any float type, any frame of reference.

    A tip's distance to a palm is the mean distance to its five nearest palm points. The palms' distance is the mean of
    the thirty smallest nearest-neighbour distances, taken from the left palm to the right one and from the right to the
    left, and averaged over the two ways, so that neither hand is privileged.
    """
    frames = np.ascontiguousarray(joints, np.float64).reshape(-1, 2, 21, 3)
    leading = joints.shape[:-3]
    thumb_tips, tips_across = _tip_distances(frames)
    tip_palm, palm_palm = _palm_distances(frames)
    return ContactDistances(
        thumb_tips=thumb_tips.reshape(*leading, 2, 4),
        tips_across=tips_across.reshape(*leading, 5, 5),
        tip_palm=tip_palm.reshape(*leading, 2, 5),
        palm_palm=palm_palm.reshape(leading),
    )


@compiled
def _tip_distances(frames: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    thumb_tips = np.empty((frames.shape[0], 2, 4))
    tips_across = np.empty((frames.shape[0], 5, 5))
    for t in range(frames.shape[0]):
        left, right = frames[t, 0], frames[t, 1]
        for i in range(5):
            for j in range(5):
                tips_across[t, i, j] = distance(left[_TIP_JOINTS[i]], right[_TIP_JOINTS[j]])
        for i in range(4):
            thumb_tips[t, 0, i] = distance(left[_TIP_JOINTS[0]], left[_TIP_JOINTS[i + 1]])
            thumb_tips[t, 1, i] = distance(right[_TIP_JOINTS[0]], right[_TIP_JOINTS[i + 1]])
    return thumb_tips, tips_across


@compiled
def _palm_distances(frames: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    tip_palm = np.empty((frames.shape[0], 2, 5))
    palm_palm = np.empty(frames.shape[0])
    points = np.empty((2, 3, N_PALM_POINTS))
    squares = np.empty(N_PALM_POINTS)
    nearest = np.empty(N_PALM_POINTS)
    for t in range(frames.shape[0]):
        fill_palm_points(frames[t, 0], points[0])
        fill_palm_points(frames[t, 1], points[1])
        for hand in range(2):
            for i in range(5):
                _squares_to(frames[t, hand, _TIP_JOINTS[i]], points[1 - hand], squares)
                tip_palm[t, hand, i] = _mean_of_smallest(squares, NEAREST_PALM_POINTS)
        one_way = 0.0
        for hand in range(2):
            _nearest_squares(points[hand], points[1 - hand], nearest)
            one_way += _mean_of_smallest(nearest, NEAREST_PALM_PAIRS)
        palm_palm[t] = one_way / 2.0
    return tip_palm, palm_palm


@compiled
def _squares_to(point: NDArray[np.float64], points: NDArray[np.float64], squares: NDArray[np.float64]) -> None:
    """Squared distances from one point (3,) to points (3, N)."""
    for k in range(points.shape[1]):
        x, y, z = points[0, k] - point[0], points[1, k] - point[1], points[2, k] - point[2]
        squares[k] = x * x + y * y + z * z


@compiled
def _nearest_squares(points: NDArray[np.float64], others: NDArray[np.float64], nearest: NDArray[np.float64]) -> None:
    """For each of points (3, N), the squared distance to the nearest of others (3, N).

    The inner loop runs over the points, not over the others, because a running minimum per element vectorises and a
    minimum over a loop does not.
    """
    nearest[:] = np.inf
    for j in range(others.shape[1]):
        a, b, c = others[0, j], others[1, j], others[2, j]
        for k in range(points.shape[1]):
            x, y, z = points[0, k] - a, points[1, k] - b, points[2, k] - c
            square = x * x + y * y + z * z
            nearest[k] = square if square < nearest[k] else nearest[k]


@compiled
def _mean_of_smallest(squares: NDArray[np.float64], count: int) -> float:
    """Mean of the square roots of the `count` smallest values, added in ascending order."""
    smallest = np.full(count, np.inf)
    for value in squares:
        if value < smallest[count - 1]:
            k = count - 1
            while k > 0 and smallest[k - 1] > value:
                smallest[k] = smallest[k - 1]
                k -= 1
            smallest[k] = value
    total = 0.0
    for value in smallest:
        total += np.sqrt(value)
    return total / count
