"""Short sessions of synthetic subjects for tests: takes as the solver gets them, and calibration on few instants."""

from collections.abc import Mapping, Sequence

import pytest

from handx_core.mocap import calibration
from handx_core.mocap.calibration import SubjectHands, calibrate_markers
from handx_core.mocap.cleaning import clean
from handx_core.mocap.labels import HandMarkers
from handx_core.mocap.marker_set import HAND25, load_marker_set
from handx_core.synthetic.marker_faults import STANDARD_CONDITIONS, CaptureConditions
from handx_core.synthetic.marker_hands import HandKind, OpticalTake, optical_take

MARKER_SET = load_marker_set(HAND25)
RATE_HZ = 120.0
SUBJECT = 3
FRAMES = 200
"""Instants that a hand is fitted to here: a third of the real number, for speed."""


def cleaned(take: OpticalTake) -> HandMarkers:
    """What the solver gets of a take."""
    markers = HandMarkers(take.measured.copy(), take.rate_hz, ())
    clean(markers)
    return markers


def routines(
    kind: HandKind,
    number: int = 2,
    conditions: CaptureConditions = STANDARD_CONDITIONS,
    hand_length_mm: float | None = None,
) -> list[OpticalTake]:
    """Takes of the calibration routine, 20 s each."""
    return [
        optical_take(kind, SUBJECT, take, 20.0, RATE_HZ, conditions, hand_length_mm, routine=True)
        for take in range(number)
    ]


def calibrated(
    takes: Sequence[HandMarkers], caliper: Mapping[str, float] | None = None, frames: int = FRAMES
) -> SubjectHands:
    """A subject, fitted to that many instants."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibration, "FRAMES", frames)
        return calibrate_markers(takes, MARKER_SET, caliper)
