"""Accuracy of solved takes, condition by condition, for hands of the solver's model and for others.

    python benchmarks/mocap.py                  the table, five subjects
    python benchmarks/mocap.py 100 3            three other subjects, from seed 100

The first two lines take no part in calibration: they say how hard the synthetic captures are. For the others a subject
is calibrated on 60 s, three takes of the calibration routine, and measured on another take, 30 s of scripted actions,
at 120 Hz, both hands, all 21 joints in every frame. The truth never meets the solver. Columns: mean and 95th percentile
of the error, mm; share of observed joints, their mean error and its 99.9th percentile; speed; by joint.
"""

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, get_args

import numpy as np

from handx_core.mocap.calibration import SubjectHands, calibrate_markers
from handx_core.mocap.cleaning import clean
from handx_core.mocap.labels import HandMarkers
from handx_core.mocap.marker_set import HAND25, MarkerSet, load_marker_set
from handx_core.mocap.priors import MarkedHand, shape_space
from handx_core.mocap.solver import SolvedTake, solve_markers
from handx_core.skeleton import CHAINS, N_JOINTS
from handx_core.synthetic.marker_faults import STANDARD_CONDITIONS, CaptureConditions
from handx_core.synthetic.marker_hands import HandKind, OpticalTake, optical_take, worn_by_matched_hands

RATE_HZ = 120.0
CALIBRATION_TAKES = 3
CALIBRATION_S, MEASURED_S = 20.0, 30.0
HAND25_SET = load_marker_set(HAND25)


@dataclass(frozen=True)
class Condition:
    """What a subject, and its capture, are like."""

    capture: CaptureConditions = STANDARD_CONDITIONS
    hand_length_mm: float | None = None
    half_range: bool = False
    marker_set: MarkerSet = HAND25_SET


def _capture(**changes: Any) -> Condition:
    return Condition(replace(STANDARD_CONDITIONS, **changes))


def _with_care(sd_mm: float) -> Condition:
    """Markers nearer to their places, and a marker set that says so."""
    markers = (replace(marker, sd_mm=min(marker.sd_mm, sd_mm)) for marker in HAND25_SET.markers)
    return replace(_capture(placement_mm=sd_mm), marker_set=replace(HAND25_SET, markers=tuple(markers)))


CONDITIONS = {
    "60 s of calibration": Condition(),
    "markers placed with care": _with_care(1.0),
    "slow wobble, 0.2 s": _capture(wobble_s=0.2),
    "gaps 10 %": _capture(gap_share=(0.10, 0.10)),
    "gaps 25 %": _capture(gap_share=(0.25, 0.25)),
    "outliers 3 %": _capture(outlier_share=0.03),
    "noise 0.5 mm": _capture(noise_mm=0.5),
    "noise 1.0 mm": _capture(noise_mm=1.0),
    "hand of 150 mm": Condition(hand_length_mm=150.0),
    "hand of 220 mm": Condition(hand_length_mm=220.0),
    "half range in calibration": Condition(half_range=True),
}


def measured(take: OpticalTake) -> HandMarkers:
    """What the solver gets of a take: cleaned markers."""
    markers = HandMarkers(take.measured.copy(), take.rate_hz, ())
    clean(markers)
    return markers


def session(
    kind: HandKind, subject: int, condition: Condition
) -> tuple[SubjectHands, SolvedTake, OpticalTake, float, float]:
    """A subject, calibrated and solved; the truth; seconds of calibration, and two-hand frames solved a second."""
    take = partial(optical_take, kind, subject, rate_hz=RATE_HZ, conditions=condition.capture,
                   hand_length_mm=condition.hand_length_mm)  # fmt: skip
    takes = [
        take(number, CALIBRATION_S, routine=True, half_range=condition.half_range)
        for number in range(CALIBRATION_TAKES)
    ]
    truth = take(CALIBRATION_TAKES, MEASURED_S, routine=False)
    started = time.perf_counter()
    subject_hands = calibrate_markers([measured(one) for one in takes], condition.marker_set)
    calibrated = time.perf_counter()
    solved = solve_markers(measured(truth), subject_hands, workers=1)
    finished = time.perf_counter()
    return subject_hands, solved, truth, calibrated - started, len(truth.joints) / (finished - calibrated)


def errors_mm(solved: SolvedTake, truth: OpticalTake) -> np.ndarray:
    """(T, 2, 21) distances from the truth."""
    return np.linalg.norm(solved.joints - truth.joints, axis=-1) * 1e3


def row(kind: HandKind, name: str, subjects: Iterable[int]) -> str:
    """A line of the table: error of all joints, of observed ones, how honest the mask is, speed, error by joint."""
    sessions = [session(kind, subject, CONDITIONS[name]) for subject in subjects]
    seconds, speed = np.mean([(calibrating, solving) for *_, calibrating, solving in sessions], axis=0)
    error = np.concatenate([errors_mm(solved, truth) for _, solved, truth, _, _ in sessions])
    observed = np.concatenate([solved.observed for _, solved, _, _, _ in sessions])
    by_digit = " ".join(
        f"{finger} " + "/".join(f"{error[..., joint].mean():.1f}" for joint in chain)
        for finger, chain in CHAINS.items()
    )
    return (
        f"{kind:8s} {name:26s} {error.mean():5.2f} {np.percentile(error, 95):5.2f} | observed {observed.mean():6.1%} "
        f"{error[observed].mean():5.2f} p99.9 {np.percentile(error[observed], 99.9):5.1f} | "
        f"calibration {seconds:4.1f} s, {speed:5.0f} frames/s | "
        f"wrist {error[..., 0].mean():.1f} {by_digit}"
    )


@dataclass(frozen=True)
class Known:
    """A hand that no calibration found, in the place of a CalibratedHand."""

    marked: MarkedHand
    joint_sd: np.ndarray = field(default_factory=lambda: np.zeros(N_JOINTS))


class KnownHands(SubjectHands):
    """Both hands of a subject, known beforehand."""

    def marked_hand(self, hand: int) -> MarkedHand:
        return self.hands[hand].marked


def without_calibration(subjects: Iterable[int]) -> str:
    """Two lines: takes of matched hands solved with their true shape and markers, and with the template's."""
    space, errors = shape_space(HAND25_SET), {"true": [], "template": []}
    for subject in subjects:
        truth = optical_take("matched", subject, CALIBRATION_TAKES, MEASURED_S, RATE_HZ, routine=False)
        template = space.hand(np.zeros(len(space.sd)))
        for name, hands in (
            ("true", worn_by_matched_hands(subject, STANDARD_CONDITIONS)),
            ("template", (template, template)),
        ):
            known = KnownHands(HAND25_SET, tuple(Known(hand) for hand in hands), space)
            errors[name].append(errors_mm(solve_markers(measured(truth), known, workers=1), truth).mean())
    return "\n".join(f"matched  {name} shape, no calibration   {np.mean(of):5.2f}" for name, of in errors.items())


def main(first: int = 0, n_subjects: int = 5) -> None:
    """Print the table."""
    print(without_calibration(range(first, first + n_subjects)), flush=True)
    for name in CONDITIONS:
        for kind in get_args(HandKind):
            print(row(kind, name, range(first, first + n_subjects)), flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
