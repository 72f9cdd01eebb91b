"""Distances between fingertips and palms: the one code that events, metrics and statistics share.

What belongs here: distances per frame. What does not: deciding when a distance is a contact; events do so with
hysteresis, metrics with the published plain thresholds (`TIP_CONTACT_M`, `PALM_CONTACT_M`).

The definitions are HandX's (CVPR 2026), on the fixed palm points of `palm`. All sums are taken in a fixed order, so a
motion gives the same bytes alone or in any batch, and its mirror image gives the mirrored values exactly.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.compiled import compiled
from handx_core.kinematics.palm_distances import palm_palm_distances, tip_palm_distances
from handx_core.kinematics.vectors import square_of_distance
from handx_core.skeleton import TIPS

TIP_CONTACT_M: Final = 0.020
"""Tip to tip, nearer than this is contact (HandX)."""

PALM_CONTACT_M: Final = 0.025
"""Tip to the other palm, nearer than this is contact (HandX)."""

FRAMES_AT_ONCE: Final = 4096
"""Frames that are copied to float64 together: whatever the motions' number, memory is that of the result."""

_TIP_JOINTS: Final = np.array(TIPS)


@dataclass(frozen=True)
class ContactDistances:
    """Distances per frame, float64 metres, over any leading axes `...`. Fingers are in the order of FINGERS.

    thumb_tips: (..., 2, 4) thumb tip to index, middle, ring and pinky tip of the same hand.
    tips_across: (..., 5, 5) tip i of the left hand to tip j of the right hand.
    tip_palm: (..., 2, 5) tip of hand h to the palm of the OTHER hand.
    palm_palm: (...) palm to palm; it costs more than all the others, so it is worked out when it is first asked for.
    """

    thumb_tips: NDArray[np.float64]
    tips_across: NDArray[np.float64]
    tip_palm: NDArray[np.float64]
    _joints: NDArray[np.floating] = field(repr=False)

    @cached_property
    def palm_palm(self) -> NDArray[np.float64]:
        """(...) palm to palm."""
        distances = np.empty(self._joints.shape[:-3])
        for block, frames in _blocks(self._joints):
            palm_palm_distances(frames, distances.reshape(-1)[block])
        return distances


def contact_distances(joints: NDArray[np.floating]) -> ContactDistances:
    """All distances that contacts are told by. joints: (..., 2, 21, 3), metres, any float type, any frame of reference.

    A tip's distance to a palm is the mean distance to its five nearest palm points. The palms' distance is the mean of
    the thirty smallest nearest-neighbour distances, taken from the left palm to the right one and from the right to the
    left, and averaged over the two ways, so that neither hand is privileged.
    """
    leading = joints.shape[:-3]
    n_frames = math.prod(leading)
    thumb_tips, tips_across, tip_palm = (np.empty((n_frames, *shape)) for shape in ((2, 4), (5, 5), (2, 5)))
    for block, frames in _blocks(joints):
        _tip_squares(frames, thumb_tips[block], tips_across[block])
        tip_palm_distances(frames, tip_palm[block])
    return ContactDistances(
        thumb_tips=np.sqrt(thumb_tips, out=thumb_tips).reshape(*leading, 2, 4),
        tips_across=np.sqrt(tips_across, out=tips_across).reshape(*leading, 5, 5),
        tip_palm=tip_palm.reshape(*leading, 2, 5),
        _joints=joints,
    )


def _blocks(joints: NDArray[np.floating]) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """The frames of joints (..., 2, 21, 3) in float64, some thousand at a time, and which of them they are."""
    frames = joints.reshape(-1, *joints.shape[-3:])
    for start in range(0, len(frames), FRAMES_AT_ONCE):
        block = slice(start, start + FRAMES_AT_ONCE)
        yield block, np.ascontiguousarray(frames[block], np.float64)


@compiled
def _tip_squares(
    frames: NDArray[np.float64], thumb_tips: NDArray[np.float64], tips_across: NDArray[np.float64]
) -> None:
    """Write the squares of the distances between tips."""
    for t in range(frames.shape[0]):
        left, right = frames[t, 0], frames[t, 1]
        for i in range(5):
            for j in range(5):
                tips_across[t, i, j] = square_of_distance(left[_TIP_JOINTS[i]], right[_TIP_JOINTS[j]])
        for side in range(2):
            hand = frames[t, side]
            for i in range(4):
                thumb_tips[t, side, i] = square_of_distance(hand[_TIP_JOINTS[0]], hand[_TIP_JOINTS[i + 1]])
