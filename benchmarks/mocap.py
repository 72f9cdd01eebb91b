"""Accuracy of solved takes, condition by condition, for hands of the solver's model and for others.

    python benchmarks/mocap.py                  the table, five subjects
    python benchmarks/mocap.py 100 3            three other subjects, from seed 100

A subject is calibrated on 60 s, three takes of the calibration routine, and measured on another take, 30 s of scripted
actions, at 120 Hz, both hands, all 21 joints in every frame. The truth never meets the solver. Columns: mean and 95th
percentile of the error, mm; share of observed joints, their mean error and its 99.9th percentile; speed; by joint.
"""

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, get_args

import numpy as np

from handx_core.mocap.calibration import SubjectHands, calibrate_markers
from handx_core.mocap.cleaning import clean
from handx_core.mocap.labels import HandMarkers
from handx_core.mocap.marker_set import HAND25, load_marker_set
from handx_core.mocap.solver import SolvedTake, solve_markers
from handx_core.skeleton import CHAINS
from handx_core.synthetic.marker_faults import STANDARD_CONDITIONS, CaptureConditions
from handx_core.synthetic.marker_hands import HandKind, OpticalTake, optical_take

RATE_HZ = 120.0
CALIBRATION_TAKES = 3
CALIBRATION_S, MEASURED_S = 20.0, 30.0
MARKER_SET = load_marker_set(HAND25)


@dataclass(frozen=True)
class Condition:
    """What a subject, and its capture, are like."""

    capture: CaptureConditions = STANDARD_CONDITIONS
    hand_length_mm: float | None = None
    half_range: bool = False


def _capture(**changes: Any) -> Condition:
    return Condition(replace(STANDARD_CONDITIONS, **changes))


CONDITIONS = {
    "60 s of calibration": Condition(),
    "markers placed with care": _capture(placement_mm=1.5),
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
    subject_hands = calibrate_markers([measured(one) for one in takes], MARKER_SET)
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


def main(first: int = 0, n_subjects: int = 5) -> None:
    """Print the table."""
    for name in CONDITIONS:
        for kind in get_args(HandKind):
            print(row(kind, name, range(first, first + n_subjects)), flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
