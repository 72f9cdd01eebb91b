"""From stamps as they come to unbroken spans at exactly 30 frames per second.

A gap is where a joint has no place. Where the source inferred one there is no gap: the place is taken over as a
measured one is, and marked as not observed.

What belongs here: finding spans and interpolating in them. What does not: frames of reference, quality.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from handx_core.skeleton import FPS
from handx_core.sources.base import TrackedHands

SAME_STAMP_S: Final = 1e-6
"""A grid point this near a stamp takes its value unchanged: stamps are often rounded to nanoseconds."""

_PIECE: Final = 4096
"""Frames of the grid that are interpolated together, so that memory stays flat however long a take is."""

_REACH: Final = 128
"""Stamps beyond a piece that its spline goes through. What lies farther off changes no bit of it: with each stamp
between, its weight falls by a factor of 3.7."""

_ADJACENT: Final = 1.5
"""Stamps of a joint less than this many native frames apart have nothing missing between them."""


@dataclass(frozen=True)
class Span:
    """An unbroken stretch at 30 fps: start_s, joints (T, 2, 21, 3) metres, observed (T, 2, 21).

    A joint is observed at a frame that stands on a stamp or between two adjacent ones, if it was measured there.
    """

    start_s: float
    joints: NDArray[np.float64]
    observed: NDArray[np.bool_]

    @property
    def end_s(self) -> float:
        """Time of the last frame."""
        return self.start_s + (len(self.joints) - 1) / FPS


@dataclass(frozen=True)
class _Track:
    """Joints that are present at the same stamps: their flat indices, those stamps, where each run begins."""

    columns: NDArray[np.intp]
    stamps: NDArray[np.intp]
    run_starts: NDArray[np.intp]


def resample(hands: TrackedHands, max_gap_s: float) -> list[Span]:
    """The spans in which no joint is lost for longer than `max_gap_s`, each on a grid that starts at its first stamp.

    A joint is lost for the time between two stamps at which it has a place, less one frame. Between stamps, joints
    follow a cubic spline through their places (error ~ h^4: 0.02 mm for 10 cm at 3 Hz); a grid point on a stamp takes
    its value.
    """
    times = hands.times
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0 / FPS
    valid = hands.valid.reshape(len(times), -1)
    tracks = _tracks(times, hands.present.reshape(valid.shape), max_gap_s + min(step, 1.0 / FPS))
    values = hands.joints.reshape(*valid.shape, 3)
    spans = []
    for start, end in _common_intervals(times, tracks):
        grid = start + np.arange(int((end - start + SAME_STAMP_S) * FPS) + 1) / FPS
        joints = np.empty((len(grid), valid.shape[1], 3))
        observed = np.empty(joints.shape[:2], np.bool_)
        for track in tracks:
            run = int(np.searchsorted(times[track.stamps[track.run_starts]], start, side="right")) - 1
            ends = np.append(track.run_starts[1:], len(track.stamps))
            knots = track.stamps[track.run_starts[run] : ends[run]]
            for first in range(0, len(grid), _PIECE):
                piece = slice(first, first + _PIECE)
                near = knots[_around(times[knots], grid[piece])]
                at_knots = np.ix_(near, track.columns)
                joints[piece, track.columns], observed[piece, track.columns] = _sample(
                    times[near], values[at_knots], valid[at_knots], grid[piece], _ADJACENT * step
                )
        shape = (len(grid), *hands.valid.shape[1:])
        spans.append(Span(float(start), joints.reshape(*shape, 3), observed.reshape(shape)))
    return spans


def _tracks(times: NDArray[np.float64], present: NDArray[np.bool_], largest_step: float) -> list[_Track]:
    """Joints grouped by when they are present; almost always one or two groups, whatever the number of joints."""
    patterns, group = np.unique(present.T, axis=0, return_inverse=True)
    tracks = []
    for number, pattern in enumerate(patterns):
        stamps = np.flatnonzero(pattern)
        breaks = np.flatnonzero(np.diff(times[stamps]) > largest_step + SAME_STAMP_S) + 1
        starts = np.concatenate([np.zeros(min(len(stamps), 1), np.intp), breaks])
        tracks.append(_Track(np.flatnonzero(group == number), stamps, starts))
    return tracks


def _common_intervals(times: NDArray[np.float64], tracks: list[_Track]) -> list[tuple[float, float]]:
    """Intervals of time that lie in a run of every track, longer than nothing."""
    common = [(-np.inf, np.inf)]
    for track in tracks:
        starts = times[track.stamps[track.run_starts]]
        ends = times[track.stamps[np.append(track.run_starts[1:], len(track.stamps)) - 1]] if len(starts) else starts
        overlaps = []
        for low, high in common:
            first, last = np.searchsorted(ends, low), np.searchsorted(starts, high, side="right")
            overlaps += [(max(low, starts[i]), min(high, ends[i])) for i in range(first, last)]
        common = overlaps
    return [(float(low), float(high)) for low, high in common if high > low]


def _around(stamps: NDArray[np.float64], grid: NDArray[np.float64]) -> slice:
    """Those of the stamps that the values at a piece of the grid depend on."""
    first, last = np.searchsorted(stamps, grid[[0, -1]])
    return slice(max(int(first) - _REACH, 0), int(last) + _REACH)


def _sample(
    stamps: NDArray[np.float64],
    values: NDArray[np.float64],
    valid: NDArray[np.bool_],
    grid: NDArray[np.float64],
    adjacent_s: float,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Values (K, C, 3) and valid (K, C) at stamps (K,) -> values (T, C, 3) and observed (T, C) at the grid (T,)."""
    after = np.clip(np.searchsorted(stamps, grid), 1, len(stamps) - 1)
    nearest = np.where(grid - stamps[after - 1] < stamps[after] - grid, after - 1, after)
    on_stamp = np.abs(stamps[nearest] - grid) <= SAME_STAMP_S
    sampled = values[nearest]
    if not on_stamp.all():
        between = np.clip(grid[~on_stamp], stamps[0], stamps[-1])
        sampled[~on_stamp] = CubicSpline(stamps, values)(between)
    no_gap = on_stamp | (stamps[after] - stamps[after - 1] <= adjacent_s)
    first, last = np.where(on_stamp, nearest, np.stack([after - 1, after]))
    return sampled, no_gap[:, None] & valid[first] & valid[last]
