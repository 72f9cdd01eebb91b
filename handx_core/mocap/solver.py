"""Takes of a calibrated subject solved to joints, with how certain each of them is.

A take is solved in stretches, each hand by itself, so that memory stays flat and all cores have work: every instant
from the one before, labels that changed places put right by where the markers should be, then all instants of the
stretch together.

What belongs here: takes. What does not: single instants (`poses`), paths (`smoothing`), shapes (`calibration`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.compiled import compiled
from handx_core.mocap.calibration import SubjectHands, as_right_hand, prepare
from handx_core.mocap.equations import NOISE_M, Problem, problem_of
from handx_core.mocap.joint_model import BONE_INTO_JOINT, DESCENDS, Floats, HandPose, joint_moves, joints_of, markers_of
from handx_core.mocap.labels import HandMarkers
from handx_core.mocap.poses import LOST_COST, SCALE, bridge, track
from handx_core.mocap.priors import MarkedHand, ShapeSpace
from handx_core.mocap.smoothing import smooth
from handx_core.mocap.take import MarkerTake
from handx_core.parallel import map_in_order
from handx_core.skeleton import HANDS, N_JOINTS

STRETCH: Final = 2048
OVERLAP: Final = 60
"""Frames of a stretch, and of its neighbours that are solved with it: a path forgets its ends in half a second."""

POSTURE_S: Final = 0.1
"""How long a hand keeps a posture: instants closer than this say one thing about what is usual, not many."""

OBSERVED_SD_M: Final = 0.0025
"""A joint is observed where what the markers leave open moves it by less, root mean square, and one of them tells of
it at that instant."""

_TELLS: Final = DESCENDS[:, BONE_INTO_JOINT]
"""(26, 21) whether a marker of a link tells of a joint: it sits on the bone that ends there, or beyond."""

_SD_FRAMES: Final = 5
_EXCHANGED_M: Final = 0.008
_FITS_M: Final = 0.004
"""Two markers have changed places if both are farther than the first from where they should be, and each is within the
second of where the other should be."""

_GHOST_WEIGHT: Final = 0.1
"""A marker of less weight is taken for no measurement of it."""


@dataclass(frozen=True, eq=False)
class SolvedTake:
    """Two hands from one take, in the axes of its file.

    joints: (T, 2, 21, 3) float32 metres, in every frame, also where they are guessed. observed: (T, 2, 21) whether
    markers tell where a joint is. sd: (T, 2, 21) float32 metres, how far it may be off, root mean square, from what
    markers and calibration leave open. residual: (T, 2) float32 metres, root mean square distance of the believed
    markers from the model's, NaN where there are none. gaps, swaps, ghosts: for each hand how many marker frames were
    not measured, had another marker's label, were no measurement of the hand.
    """

    rate_hz: float
    joints: NDArray[np.float32] = field(repr=False)
    observed: NDArray[np.bool_] = field(repr=False)
    sd: NDArray[np.float32] = field(repr=False)
    residual: NDArray[np.float32] = field(repr=False)
    gaps: tuple[int, int]
    swaps: tuple[int, int]
    ghosts: tuple[int, int]


def solve(take: MarkerTake, subject: SubjectHands, *, workers: int | None = None) -> SolvedTake:
    """The joints of both hands in a take of a calibrated subject. workers: processes, all cores if None.

    Raises RawDataError where labels, unit or sides are wrong (see `match_markers`, `mend_sides`).
    """
    return solve_markers(prepare(take, subject.marker_set, Path("take")), subject, workers=workers)


def solve_markers(markers: HandMarkers, subject: SubjectHands, *, workers: int | None = None) -> SolvedTake:
    """As `solve`, from what `prepare` made of a take."""
    n_frames, shape = len(markers.positions), (len(markers.positions), len(HANDS), N_JOINTS)
    joints, sd = np.empty((*shape, 3), np.float32), np.empty(shape, np.float32)
    observed = np.empty(shape, np.bool_)
    residual, counts = np.empty(shape[:2], np.float32), np.zeros((len(HANDS), 3), np.int64)
    posture_weight = 1.0 / max(POSTURE_S * markers.rate_hz, 1.0)
    hands = [subject.marked_hand(hand) for hand in range(len(HANDS))]
    problems = [problem_of(subject.space, hand, posture_weight=posture_weight) for hand in hands]
    work = partial(_solve_stretch, subject.space, hands, problems, markers.rate_hz)
    results = map_in_order(work, _stretches(markers.positions), workers=workers, what="solving")
    places = ((hand, slice(first, first + STRETCH)) for first in range(0, n_frames, STRETCH) for hand in range(2))
    for (hand, frames), solved in zip(places, results, strict=True):
        joints[frames, hand] = as_right_hand(solved.joints, hand)
        # What calibration leaves open is off in the same way in every frame, and no reason to call a joint unseen.
        observed[frames, hand] = solved.told & (solved.sd <= OBSERVED_SD_M)
        sd[frames, hand] = np.hypot(solved.sd, subject.hands[hand].joint_sd)
        residual[frames, hand] = solved.residual
        counts[hand] += solved.counts
    gaps, swaps, ghosts = ((int(left), int(right)) for left, right in counts.T)
    return SolvedTake(markers.rate_hz, joints, observed, sd, residual, gaps, swaps, ghosts)


@dataclass(frozen=True, eq=False)
class _Stretch:
    """Frames of one hand, as of a right one, with so many frames before and after them as are solved along."""

    hand: int
    measured: Floats
    before: int
    length: int


@dataclass(frozen=True, eq=False)
class _Solved:
    joints: NDArray[np.float32]
    told: NDArray[np.bool_]
    sd: NDArray[np.float32]
    residual: NDArray[np.float32]
    counts: NDArray[np.int64]


def _stretches(positions: Floats) -> Iterator[_Stretch]:
    for first in range(0, len(positions), STRETCH):
        start, end = max(first - OVERLAP, 0), min(first + STRETCH, len(positions))
        for hand in range(len(HANDS)):
            measured = as_right_hand(positions[start : end + OVERLAP, hand], hand)
            yield _Stretch(hand, measured, first - start, end - first)


def _solve_stretch(
    space: ShapeSpace, hands: list[MarkedHand], problems: list[Problem], rate_hz: float, stretch: _Stretch
) -> _Solved:
    hand, problem = hands[stretch.hand], problems[stretch.hand]
    measured = stretch.measured.copy()
    gaps = np.isnan(measured[..., 0])
    pose, costs = track(problem, measured)
    swapped = _put_right(measured, _predict(space, hand, pose), costs <= LOST_COST)
    rng = np.random.default_rng(0)  # the same take is always as certain
    pose, steps = smooth(problem, measured, bridge(problem, measured, pose), rate_hz, rng)
    residual, believed = _residuals(measured, _predict(space, hand, pose))
    ghosts = ~believed & np.isfinite(measured[..., 0])
    moves = joint_moves(hand.shape, pose, steps)
    variance = (moves**2).sum(axis=-1).mean(axis=0)
    inner = slice(stretch.before, stretch.before + stretch.length)
    return _Solved(
        joints=joints_of(hand.shape, pose)[inner].astype(np.float32),
        told=(believed @ _TELLS[space.links])[inner],
        sd=np.sqrt(_running_mean(variance))[inner].astype(np.float32),
        residual=residual[inner].astype(np.float32),
        counts=np.array([gaps[inner].sum(), swapped[inner].sum(), ghosts[inner].sum()]),
    )


def _predict(space: ShapeSpace, hand: MarkedHand, pose: HandPose) -> Floats:
    """(T, N, 3) where the markers should be, metres."""
    return markers_of(hand.shape, pose, space.links, hand.places, hand.slides, space.slide_angles)


def _residuals(measured: Floats, predicted: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """(T,) root mean square distance of believed markers, NaN where none, and (T, N) which markers are believed."""
    squared = ((measured - predicted) ** 2).sum(axis=-1)
    weight = (SCALE**2 / (SCALE**2 + squared / NOISE_M**2)) ** 2
    believed = weight > _GHOST_WEIGHT  # False where missing
    count = believed.sum(axis=1)
    total = np.where(believed, squared, 0.0).sum(axis=1)
    return np.sqrt(np.where(count > 0, total / np.maximum(count, 1), np.nan)), believed


def _running_mean(values: Floats) -> Floats:
    """(T, ...) averaged over _SD_FRAMES: drawn paths are few."""
    half = _SD_FRAMES // 2
    padded = np.pad(values, ((half, half), (0, 0)), mode="edge")
    return np.mean([padded[k : k + len(values)] for k in range(_SD_FRAMES)], axis=0)


@compiled
def _put_right(measured: Floats, predicted: Floats, believed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Bring measurements in place to the markers that they are of; returns where, (T, N). Only in believed instants."""
    n_frames, n_markers = measured.shape[:2]
    swapped = np.zeros((n_frames, n_markers), np.bool_)
    for t in range(n_frames):
        if not believed[t]:
            continue
        for first in range(n_markers):
            if not _apart(measured[t, first], predicted[t, first]) > _EXCHANGED_M:  # also where it is missing
                continue
            for second in range(n_markers):
                if second == first or not _apart(measured[t, first], predicted[t, second]) < _FITS_M:
                    continue
                missing = np.isnan(measured[t, second, 0])
                if missing or (
                    _apart(measured[t, second], predicted[t, second]) > _EXCHANGED_M
                    and _apart(measured[t, second], predicted[t, first]) < _FITS_M
                ):
                    kept = measured[t, second].copy()
                    measured[t, second] = measured[t, first]
                    measured[t, first] = kept
                    swapped[t, first], swapped[t, second] = True, not missing
                    break
    return swapped


@compiled
def _apart(first: Floats, second: Floats) -> float:
    return np.sqrt((first[0] - second[0]) ** 2 + (first[1] - second[1]) ** 2 + (first[2] - second[2]) ** 2)
