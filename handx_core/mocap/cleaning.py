"""Measurements that cannot be, set to missing: frozen markers, ghosts; and takes that were not measured at all.

Everything here looks at one hand's markers against each other, and only removes. Gaps stay gaps; labels that changed
places are found by the solver, which knows where each marker should be. What belongs here: what can be said without a
model of the hand. What does not: labels, and which hand is which.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError
from handx_core.mocap.labels import HandMarkers
from handx_core.mocap.marker_set import MarkerSet
from handx_core.skeleton import HANDS

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_CHUNK_FRAMES: Final = 1024
"""Looked at together, so that memory stays flat however long a take is, and however bad."""

FROZEN_FRAMES: Final = 5
"""So many identical positions in a row are no measurement, if the markers around moved meanwhile. Measured positions
differ in their last bits even at rest."""

FROZEN_WHILE_MOVED_M: Final = 2e-3
_NEIGHBOURS: Final = 5
"""How far the median of a frozen marker's nearest neighbours has moved: a resting wrist may be bit by bit the same in
a file of integers, while the fingers move."""

LARGEST_ACCELERATION: Final = 200.0
"""Of a marker against its hand, m/s2: several times what brisk gestures need."""

NOISE_M: Final = 5e-3
"""What a jump may be beyond that: noise of the measurement, markers that merge, skin."""

GHOST_FRAMES: Final = 20
"""The longest time away that is looked for; what stays away for longer is left to the solver."""

_SAME_JUMP: Final = 0.5
"""Two jumps are there and back, or of two markers to each other's place, if they differ by less than this share."""

FARTHEST_M: Final = 0.30
"""From the middle of its hand's markers: twice as far as a fingertip of a large hand."""

_FEWEST_TO_COMPARE: Final = 5
"""Markers of a hand that must be seen before one of them is judged by the others."""

RIGID_M: Final = 2e-6
_RIGID_SHARE: Final = 0.9
_RIGID_FRAMES: Final = (100, 2000)
_RIGID_WHILE_MOVED_M: Final = 0.02
"""Computed markers keep their distance to this in this share of frames, at least the first number of frames (the second
is how many are asked), in which they travel this far; measured ones vary by twenty times as much."""


@dataclass(frozen=True)
class CleaningCounts:
    """What cleaning found, in marker frames (one marker in one frame), each for the left and the right hand.

    missing: not measured to begin with, markers without a column included. frozen, ghosts: set to missing here.
    """

    missing: tuple[int, int]
    frozen: tuple[int, int]
    ghosts: tuple[int, int]


def clean(markers: HandMarkers) -> CleaningCounts:
    """Set to NaN, in place, what cannot be a measurement: frozen markers first, then ghosts. Says how many there were.

    Memory beside the markers' own: a byte or two for each marker frame.
    """
    positions = markers.positions
    missing = _count(~np.isfinite(positions[..., 0]))
    frozen = frozen_markers(positions)
    positions[frozen] = np.nan
    ghosts = ghost_markers(positions, markers.rate_hz)
    positions[ghosts] = np.nan
    return CleaningCounts(missing, _count(frozen), _count(ghosts))


def frozen_markers(positions: Floats) -> Mask:
    """Where a marker repeats its last position bit by bit while those around it move. (T, 2, N, 3) -> (T, 2, N).

    The first of the equal positions may be a measurement, and is not marked.
    """
    repeats = np.zeros(positions.shape[:3], bool)
    for start in range(1, len(positions), _CHUNK_FRAMES):
        end = min(start + _CHUNK_FRAMES, len(positions))
        repeats[start:end] = (positions[start:end] == positions[start - 1 : end - 1]).all(axis=-1)
    frozen = np.zeros_like(repeats)
    for hand in range(len(HANDS)):
        first, last, marker = _runs(repeats[:, hand], FROZEN_FRAMES - 1)
        for start in range(0, len(first), _CHUNK_FRAMES):
            some = slice(start, start + _CHUNK_FRAMES)
            moved = _neighbours_moved(positions[:, hand], first[some] - 1, last[some], marker[some])
            _fill(frozen[:, hand], first[some][moved], last[some][moved], marker[some][moved])
    return frozen


def ghost_markers(positions: Floats, rate_hz: float) -> Mask:
    """Where a marker is farther from its hand than it can be, or jumps there and back. (T, 2, N, 3) -> (T, 2, N).

    A jump is more than any acceleration of a hand brings about, beside the hand's own movement.
    """
    ghosts = np.zeros(positions.shape[:3], bool)
    for start in range(0, len(positions), _CHUNK_FRAMES):
        low, high = max(0, start - GHOST_FRAMES - 2), min(len(positions), start + _CHUNK_FRAMES + GHOST_FRAMES + 2)
        inner = slice(start - low, start - low + _CHUNK_FRAMES)
        for hand in range(len(HANDS)):
            chunk = positions[low:high, hand].copy()
            far = _far_markers(chunk)
            chunk[far] = np.nan
            found = (far | _jumps(chunk, rate_hz))[inner]
            ghosts[start : start + len(found), hand] = found
    return ghosts


def virtual_markers(markers: HandMarkers, marker_set: MarkerSet) -> tuple[str, ...]:
    """Markers that were computed, not measured, such as "left HB1": they keep their distance to another of their hand
    to a few millionths of a metre, while they travel."""
    frames = np.linspace(0, len(markers.positions) - 1, min(len(markers.positions), _RIGID_FRAMES[1])).astype(int)
    found = []
    for hand, name in enumerate(HANDS):
        positions = markers.positions[frames, hand]
        rigid = np.zeros(positions.shape[1], bool)
        for other in range(positions.shape[1] - 1):
            keep = _keep_their_distance(positions, other)
            rigid |= keep
            rigid[other] |= keep.any()
        found += [f"{name} {marker.name}" for marker, is_one in zip(marker_set.markers, rigid, strict=True) if is_one]
    return tuple(found)


def refuse_virtual_markers(markers: HandMarkers, marker_set: MarkerSet, path: Path) -> None:
    """Raise RawDataError, with the remedy, where a take holds computed markers (`virtual_markers`)."""
    found = virtual_markers(markers, marker_set)
    if found:
        raise RawDataError(
            path,
            f"expected measured markers, found {len(found)} that move as if of one piece ({', '.join(found[:5])}"
            f"{', ...' if len(found) > 5 else ''}): they come from a model of the capture software. Export the take "
            'again with "Calculated Marker Positions" off',
        )


def _runs(mask: Mask, shortest: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """First frame, last frame and marker of each run of at least `shortest` frames. mask: (T, N)."""
    edges = np.diff(np.pad(mask.T, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    marker, first = np.nonzero(edges == 1)
    last = np.nonzero(edges == -1)[1] - 1
    long = last - first + 1 >= shortest
    return first[long], last[long], marker[long]


def _neighbours_moved(
    positions: Floats, before: NDArray[np.int64], last: NDArray[np.int64], marker: NDArray[np.int64]
) -> Mask:
    """Whether, in the middle or at the end of each run, the nearest neighbours are not where they were before it."""
    start = positions[before]
    rows = np.arange(len(before))
    distance = np.linalg.norm(start - start[rows, marker][:, None], axis=-1)
    distance[rows, marker] = np.nan
    nearest = np.argsort(distance, axis=1)[:, :_NEIGHBOURS]  # those not seen, which are NaN, come last
    moved = np.zeros(len(before), bool)
    for frames in ((before + last + 1) // 2, last):
        way = np.linalg.norm(positions[frames] - start, axis=-1)
        way[rows, marker] = np.nan
        moved |= _median(np.take_along_axis(way, nearest, axis=1)) > FROZEN_WHILE_MOVED_M
    return moved


def _fill(mask: Mask, first: NDArray[np.int64], last: NDArray[np.int64], marker: NDArray[np.int64]) -> None:
    for start, end, column in zip(first, last, marker, strict=True):
        mask[start : end + 1, column] = True


def _far_markers(positions: Floats) -> Mask:
    """(T, N, 3) -> (T, N) farther from the hand's middle than any marker of a hand."""
    middle = _median(positions.swapaxes(1, 2))[:, None]
    far = np.square(positions - middle).sum(axis=-1) > FARTHEST_M**2
    enough = np.isfinite(positions[..., 0]).sum(axis=-1, keepdims=True) >= _FEWEST_TO_COMPARE
    return far & enough


def _jumps(positions: Floats, rate_hz: float) -> Mask:
    """(T, N, 3) -> (T, N) frames between a jump there and the same jump back, at most GHOST_FRAMES.

    A jump is how far a marker is from where its last two frames lead, or the next two, followed backwards.
    """
    path = positions - _travelled(positions)[:, None]
    limit = NOISE_M + LARGEST_ACCELERATION / rate_hz**2
    there, back = np.full(path.shape, np.nan), np.full(path.shape, np.nan)
    bends = path[2:] - 2.0 * path[1:-1] + path[:-2]
    there[2:], back[:-2] = bends, bends
    first, marker = np.nonzero(np.linalg.norm(there, axis=-1) > limit)
    alone = ~_change_places(there, first, marker)
    first, marker = first[alone], marker[alone]
    jump = there[first, marker]
    ghosts = np.zeros(positions.shape[:2], bool)
    away = np.ones(len(first), bool)
    for n_frames in range(1, GHOST_FRAMES + 1):
        last = first + n_frames - 1
        # What follows a ghost is its end, and no jump to the next ghost.
        away &= (last < len(path)) & ~ghosts[first - 1, marker] & ~ghosts[first - 2, marker]
        way = np.where(away[:, None], back[np.minimum(last, len(path) - 1), marker], np.nan)
        returns = np.linalg.norm(way, axis=-1) > limit
        returns &= np.linalg.norm(way - jump, axis=-1) < _SAME_JUMP * np.linalg.norm(jump, axis=-1)
        for k in range(n_frames):
            ghosts[first[returns] + k, marker[returns]] = True
        away &= ~returns
    return ghosts


def _change_places(jumps: Floats, frames: NDArray[np.int64], markers: NDArray[np.int64]) -> Mask:
    """Whether, at the jump of each of these markers, another jumps the opposite way: labels that were exchanged."""
    jump = jumps[frames, markers]
    opposite = np.linalg.norm(jumps[frames] + jump[:, None], axis=-1)
    return (opposite < _SAME_JUMP * np.linalg.norm(jump, axis=-1, keepdims=True)).any(axis=1)


def _travelled(positions: Floats) -> Floats:
    """(T, 3) the way of the hand as a whole: the sum of its markers' median displacements. positions: (T, N, 3)."""
    steps = _median(np.diff(positions, axis=0).swapaxes(1, 2))
    return np.concatenate([np.zeros((1, 3)), np.cumsum(np.nan_to_num(steps), axis=0)])


def _keep_their_distance(positions: Floats, other: int) -> Mask:
    """Which markers of (T, N, 3) after the marker `other` keep their distance to it while it travels: (N,)."""
    distance = np.linalg.norm(positions - positions[:, other, None], axis=-1)
    keeps = np.zeros(positions.shape[1], bool)
    for marker in range(other + 1, positions.shape[1]):
        seen = np.isfinite(distance[:, marker])
        if seen.sum() < _RIGID_FRAMES[0]:
            continue
        off = np.abs(distance[seen, marker] - np.median(distance[seen, marker]))
        if np.quantile(off, _RIGID_SHARE) < RIGID_M:
            low, high = np.quantile(positions[seen, other], [1 - _RIGID_SHARE, _RIGID_SHARE], axis=0)
            keeps[marker] = (high - low).max() > _RIGID_WHILE_MOVED_M
    return keeps


def _median(values: Floats) -> Floats:
    """The median over the last axis of those that are not NaN, NaN where all are."""
    ordered = np.sort(values, axis=-1)  # NaN come last
    n_seen = np.isfinite(values).sum(axis=-1, keepdims=True)
    low, high = np.maximum(n_seen - 1, 0) // 2, n_seen // 2
    middle = np.take_along_axis(ordered, low, axis=-1) + np.take_along_axis(ordered, high, axis=-1)
    return 0.5 * middle[..., 0]


def _count(mask: Mask) -> tuple[int, int]:
    """Of each hand. mask: (T, 2, N)."""
    left, right = mask.sum(axis=(0, 2)).tolist()
    return left, right
