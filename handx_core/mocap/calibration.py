"""A subject's hands from all takes of a session: lengths of bones, axes of joints, where markers sit.

What belongs here: which instants of takes a hand is fitted to, how well they show what each joint can do, and what is
kept of a subject. What does not: the fit (`shapes`), or the poses of whole takes (`solver`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError
from handx_core.mocap.anatomy import mend_sides
from handx_core.mocap.cleaning import clean
from handx_core.mocap.equations import N_POSE, NOISE_M, Problem, problem_of
from handx_core.mocap.joint_model import ANGLES, LINKS, MIRROR, N_ANGLES, Floats, HandPose, joints_of, markers_of
from handx_core.mocap.labels import HandMarkers, match_markers
from handx_core.mocap.marker_set import MarkerSet
from handx_core.mocap.poses import track
from handx_core.mocap.priors import MarkedHand, ShapeSpace, shape_space
from handx_core.mocap.shapes import COLD_SCALES, WARM_SCALES, FittedShape, Measure, fit_shapes
from handx_core.mocap.take import MarkerTake
from handx_core.mocap.units import Number
from handx_core.skeleton import HANDS, LEFT, N_JOINTS, bone_lengths

FRAMES: Final = 1000
"""Instants that a hand is fitted to. More say little more: skin that is off at one is off at the next."""

FEWEST_FRAMES: Final = 30
_RANGE_PERCENTILES: Final = (1.0, 99.0)
_SPACING_S: Final = 1.0 / 30.0
_FEWEST_MARKERS: Final = 8
"""Of a hand, at an instant that it is fitted to."""

CALIPER_SD_M: Final = 0.002
"""Of a length between joints that a person found by feeling."""

SKIN_MEMORY_S: Final = 0.2
"""For so long skin stays off its place."""

LEAST_NOISE_M: Final = 5e-4
"""Of markers, whatever residuals say: no hand is made of hinges to less."""

_MEDIAN_OF_SQUARES: Final = 2.366
"""Of the sum of three independent normal variables squared (chi-squared of three degrees of freedom)."""

_MOST_FITTED: Final = 0.75
"""Share of all coordinates that poses may be said to have used up: beyond that residuals say nothing."""

_THUMB_TILTS: Final = (0.0, 0.8, -0.8)
_TRIAL_FRAMES: Final = 80
_LARGEST_SIZE: Final = 0.35
_DRAWS: Final = 16
_DRAWN_FRAMES: Final = 40

NEEDED_RANGE: Final = {
    "wrist_deviation": 0.3, "wrist_flexion": 0.6,
    "thumb_cmc_abduction": 0.3, "thumb_cmc_flexion": 0.4, "thumb_ip_flexion": 0.4,
    **{f"{finger}_{joint}": needed for finger in ("index", "middle", "ring", "pinky")
       for joint, needed in (("abduction", 0.1), ("mcp_flexion", 0.7), ("pip_flexion", 0.7), ("dip_flexion", 0.35))},
}  # fmt: skip
"""Radians of an angle, but for its rarest values, that its axis and centre are known from. Where a session has
less, the usual hand fills in."""


@dataclass(frozen=True, eq=False)
class CalibratedHand:
    """One hand of a subject, as a right one.

    parameters, parameters_sd: (P,) of the ShapeSpace of the marker set. joint_sd: (21,) metres, how far each joint may
    be off in every frame, since the shape is not known better. n_frames: instants it was fitted to. ranges: by angle,
    radians. missing: the angles of NEEDED_RANGE whose motion was too small.
    """

    parameters: Floats
    parameters_sd: Floats
    joint_sd: Floats
    n_frames: int
    ranges: Mapping[str, float]
    missing: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class SubjectHands:
    """Both hands of a subject, left first, with the marker set that they wear."""

    marker_set: MarkerSet
    hands: tuple[CalibratedHand, CalibratedHand]
    space: ShapeSpace = field(repr=False)

    def marked_hand(self, hand: int) -> MarkedHand:
        """Shape and markers of one hand, as a right one."""
        return self.space.hand(self.hands[hand].parameters)

    def bone_lengths(self) -> Floats:
        """(2, 20) metres, in the order of BONES."""
        rest = HandPose(np.eye(3)[None], np.zeros((1, 3)), np.zeros((1, N_ANGLES)))
        shapes = (self.marked_hand(hand).shape for hand in range(len(HANDS)))
        return np.stack([bone_lengths(joints_of(shape, rest)[0]) for shape in shapes]).astype(np.float64)


def calibrate(
    takes: Iterable[MarkerTake], marker_set: MarkerSet, caliper: Mapping[str, float] | None = None
) -> SubjectHands:
    """The hands of a subject from all takes of a session in which no marker was moved.

    caliper: lengths measured on the subject, millimetres, by the names of BONE_NAMES or HAND_LENGTH; the marker set's
    own if None. What the takes do not show is taken from usual hands, and named in `CalibratedHand.missing`.
    Raises RawDataError where labels, unit or sides are wrong (see `match_markers`, `mend_sides`), and where too few
    frames show a hand.
    """
    prepared = (prepare(take, marker_set, Path(f"take {number}")) for number, take in enumerate(takes))
    return calibrate_markers(prepared, marker_set, caliper)


def prepare(take: MarkerTake, marker_set: MarkerSet, path: Path) -> HandMarkers:
    """A take's markers by hand, sides mended, frozen markers and ghosts removed. Raises RawDataError."""
    markers = mend_sides(match_markers(take, marker_set, path), marker_set, path)
    clean(markers)
    return markers


def calibrate_markers(
    takes: Iterable[HandMarkers], marker_set: MarkerSet, caliper: Mapping[str, float] | None = None
) -> SubjectHands:
    """As `calibrate`, from takes that `prepare` made."""
    space = shape_space(marker_set)
    frames, seconds = _informative_frames(takes)
    measures = [Measure(name, mm * 1e-3, CALIPER_SD_M)
                for name, mm in (marker_set.caliper_mm if caliper is None else caliper).items()]  # fmt: skip
    size = np.zeros(len(space.sd))
    template = problem_of(space, space.hand(size), posture_weight=1.0)
    size[0] = float(np.mean([_relative_size(template, of_hand) for of_hand in frames])) - 1.0
    few = [_thin(of_hand, _TRIAL_FRAMES) for of_hand in frames]
    independent = _independence(few, seconds)
    trials = [_fit(space, few, start, measures, independent, COLD_SCALES) for start in _starts(space, size)]
    best = min(trials, key=lambda trial: trial[0].cost)
    noise = float(np.mean([_noise(space, fitted, of_hand) for fitted, of_hand in zip(best, few, strict=True)]))
    evidence = _independence(frames, seconds) * (NOISE_M / max(noise, LEAST_NOISE_M)) ** 2
    hands = _fit(space, frames, best[0].parameters, measures, evidence, WARM_SCALES)
    left, right = (_calibrated(space, fitted, of_hand) for fitted, of_hand in zip(hands, frames, strict=True))
    return SubjectHands(marker_set, (left, right), space)


def as_right_hand(positions: NDArray[Number], hand: int) -> NDArray[Number]:
    """Markers or joints of a hand, (..., 3), as those of a right hand; the same again brings them back."""
    return np.ascontiguousarray(positions * MIRROR.astype(positions.dtype) if hand == LEFT else positions)


def _informative_frames(takes: Iterable[HandMarkers]) -> tuple[list[Floats], float]:
    """For each hand up to FRAMES instants (F, N, 3), as of a right hand: the fullest of each of equal stretches.

    Returns also how many seconds they are from.
    """
    chosen: list[list[Floats]] = [[] for _ in HANDS]
    weights: list[float] = []
    for take in takes:
        weights.append(len(take.positions) / take.rate_hz)
        for hand in range(len(HANDS)):
            positions = take.positions[:, hand]
            n_bins = min(FRAMES, max(1, int(len(positions) / (take.rate_hz * _SPACING_S))))
            seen = np.isfinite(positions[..., 0]).sum(axis=1)
            bins = np.array_split(np.arange(len(positions)), n_bins)
            fullest = np.array([frames[np.argmax(seen[frames])] for frames in bins if len(frames)], np.int64)
            fullest = fullest[seen[fullest] >= _FEWEST_MARKERS]
            chosen[hand].append(as_right_hand(positions[fullest], hand))
    numbers = [round(FRAMES * weight / sum(weights)) for weight in weights]
    frames = [np.concatenate([_thin(*pair) for pair in zip(of_hand, numbers, strict=True)]) for of_hand in chosen]
    for name, of_hand in zip(HANDS, frames, strict=True):
        if len(of_hand) < FEWEST_FRAMES:
            expected = f"expected {FEWEST_FRAMES} instants or more with {_FEWEST_MARKERS} markers of the {name} hand"
            raise RawDataError("takes", f"{expected}, found {len(of_hand)}")
    return frames, sum(weights)


def _independence(frames: Sequence[Floats], seconds: float) -> float:
    """What an instant tells beside those around it: skin that is off at one still is a little later."""
    return min(seconds / max(len(of_hand) for of_hand in frames) / (2.0 * SKIN_MEMORY_S), 1.0)


def _noise(space: ShapeSpace, fitted: FittedShape, frames: Floats) -> float:
    """Deviation of markers from a fitted hand along each axis, metres, outliers aside."""
    hand = fitted.hand
    predicted = markers_of(hand.shape, fitted.poses, space.links, hand.places, hand.slides, space.slide_angles)
    squared = ((frames - predicted) ** 2).sum(axis=-1)
    n_measured = 3.0 * np.isfinite(squared).sum(axis=1).mean()
    left_over = 1.0 - min(N_POSE / n_measured, _MOST_FITTED)  # the poses were fitted to them
    return float(np.sqrt(np.nanmedian(squared) / _MEDIAN_OF_SQUARES / left_over))


def _thin(frames: Floats, at_most: int) -> Floats:
    if len(frames) <= at_most:
        return frames
    return frames[np.linspace(0, len(frames) - 1, max(at_most, 1)).astype(np.int64)]


def _calibrated(space: ShapeSpace, fitted: FittedShape, frames: Floats) -> CalibratedHand:
    low, high = np.percentile(fitted.poses.angles, _RANGE_PERCENTILES, axis=0)
    ranges = dict(zip(ANGLES, (high - low).tolist(), strict=True))
    return CalibratedHand(
        parameters=fitted.parameters,
        parameters_sd=np.sqrt(np.diag(fitted.covariance)),
        joint_sd=_joint_sd(space, fitted, frames),
        n_frames=len(frames),
        ranges=ranges,
        missing=tuple(angle for angle, needed in NEEDED_RANGE.items() if ranges[angle] < needed),
    )


def _starts(space: ShapeSpace, size: Floats) -> Iterator[Floats]:
    """Shapes to start from. The axes of the thumb's root differ most among people, and among those who drew them: from
    axes too far off, steps downhill end in a hand that is none."""
    root, metacarpal = LINKS.index("thumb_cmc_abduction"), LINKS.index("thumb_metacarpal")
    for tilt in _THUMB_TILTS:
        start = size.copy()
        start[1 + space.turn_at[root, 0]] = tilt
        start[1 + space.turn_at[metacarpal, 0]] = -tilt  # the bone stays where it is
        yield start


def _fit(
    space: ShapeSpace,
    frames: Sequence[Floats],
    start: Floats,
    measures: Sequence[Measure],
    evidence: float,
    scales: Sequence[float],
) -> list[FittedShape]:
    problem = problem_of(space, space.hand(start), posture_weight=1.0)
    poses = [track(problem, of_hand)[0] for of_hand in frames]
    return fit_shapes(space, frames, start, poses, measures, evidence, scales)


def _relative_size(problem: Problem, frames: Floats) -> float:
    """How much larger a hand is than the template, from the distances between its palm's markers."""
    ratios = []
    for number, first in enumerate(problem.palm):
        for second in problem.palm[number + 1 :]:
            apart = np.linalg.norm(frames[:, first] - frames[:, second], axis=-1)
            if np.isfinite(apart).any():
                ratios.append(np.nanmedian(apart) / np.linalg.norm(problem.rest[first] - problem.rest[second]))
    return float(np.clip(np.median(ratios), 1.0 - _LARGEST_SIZE, 1.0 + _LARGEST_SIZE)) if ratios else 1.0


def _joint_sd(space: ShapeSpace, fitted: FittedShape, frames: Floats) -> Floats:
    """(21,) metres: how far joints move, root mean square, when shapes as likely are fitted to the same markers."""
    rng = np.random.default_rng(0)
    which = np.linspace(0, len(frames) - 1, min(_DRAWN_FRAMES, len(frames))).astype(np.int64)
    draws = rng.multivariate_normal(fitted.parameters, fitted.covariance, _DRAWS, method="cholesky")
    joints = np.empty((_DRAWS, len(which), N_JOINTS, 3))
    for number, parameters in enumerate(draws):
        hand = space.hand(parameters)
        poses, _ = track(problem_of(space, hand, posture_weight=1.0), frames[which])
        joints[number] = joints_of(hand.shape, poses)
    variances = joints.var(axis=0).sum(axis=-1)
    return np.asarray(np.sqrt(np.median(variances, axis=0)))
