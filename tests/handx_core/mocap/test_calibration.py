"""A subject's hands from the markers of a session, against the hands that wore them."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from optical_sessions import FRAMES, RATE_HZ, calibrated, cleaned, routines

from handx_core.errors import RawDataError
from handx_core.mocap.calibration import FEWEST_FRAMES, NEEDED_RANGE, SubjectHands
from handx_core.mocap.joint_model import Floats
from handx_core.mocap.labels import HandMarkers
from handx_core.mocap.marker_set import HAND_LENGTH
from handx_core.skeleton import BONES, CHAINS, LEFT, RIGHT, WRIST, bone_lengths
from handx_core.synthetic.marker_faults import STANDARD_CONDITIONS
from handx_core.synthetic.marker_hands import OpticalTake

pytestmark = pytest.mark.filterwarnings("error")

FAULTLESS = replace(
    STANDARD_CONDITIONS,
    noise_mm=0.0,
    wobble_mm=0.0,
    slide_mm_per_rad=0.0,
    placement_mm=0.5,
    gap_share=(0.0, 0.0),
    finger_gap_share=0.0,
    outlier_share=0.0,
)
MIDDLE = [BONES.index(bone) for bone in pairwise((WRIST, *CHAINS["middle"]))]
INDEX_PROXIMAL = BONES.index(CHAINS["index"][:2])


@pytest.fixture(scope="module")
def faultless_takes() -> list[OpticalTake]:
    return routines("matched", conditions=FAULTLESS)


@pytest.fixture(scope="module")
def faultless(faultless_takes: list[OpticalTake]) -> SubjectHands:
    return calibrated([cleaned(take) for take in faultless_takes])


@pytest.fixture(scope="module")
def foreign_takes() -> list[HandMarkers]:
    return [cleaned(take) for take in routines("foreign")]


@pytest.fixture(scope="module")
def foreign(foreign_takes: list[HandMarkers]) -> SubjectHands:
    return calibrated(foreign_takes)


def hand_lengths_m(subject: SubjectHands) -> Floats:
    return subject.bone_lengths()[:, MIDDLE].sum(axis=1)


def test_bones_are_found_from_faultless_markers(faultless: SubjectHands, faultless_takes: list[OpticalTake]) -> None:
    true = np.median(bone_lengths(faultless_takes[0].joints), axis=0)
    off = np.abs(faultless.bone_lengths() - true)
    assert off.mean() < 0.0012
    assert off.max() < 0.003
    assert [hand.n_frames for hand in faultless.hands] == [FRAMES, FRAMES]


def test_hands_of_one_person_are_nearly_alike(faultless: SubjectHands, foreign: SubjectHands) -> None:
    """Not only where both are seen as well: hands wear markers and have gaps of their own."""
    for subject in (faultless, foreign):
        left, right = subject.hands
        assert left.parameters[0] == pytest.approx(right.parameters[0], abs=1e-12), "the size is one for both"
        assert np.abs(np.diff(subject.bone_lengths(), axis=0)).mean() < 0.001


def test_the_routine_shows_what_calibration_needs(foreign: SubjectHands) -> None:
    for hand in foreign.hands:
        assert hand.missing == ()
        assert all(hand.ranges[angle] >= needed for angle, needed in NEEDED_RANGE.items())


@pytest.mark.parametrize("length_mm", [150.0, 220.0])
def test_small_and_large_hands_get_their_size(length_mm: float) -> None:
    takes = [cleaned(take) for take in routines("foreign", 1, hand_length_mm=length_mm)]
    np.testing.assert_allclose(hand_lengths_m(calibrated(takes, frames=120)) * 1e3, length_mm, rtol=0.04)


def test_lengths_by_caliper_pull_bones_to_them(foreign_takes: list[HandMarkers], foreign: SubjectHands) -> None:
    before = foreign.bone_lengths()[:, INDEX_PROXIMAL], hand_lengths_m(foreign)
    asked = float(before[0].mean()) + 0.006, float(before[1].mean()) - 0.012
    caliper = {"index_proximal": asked[0] * 1e3, HAND_LENGTH: asked[1] * 1e3}
    subject = calibrated(foreign_takes, caliper, FEWEST_FRAMES)  # whose markers say least
    after = subject.bone_lengths()[:, INDEX_PROXIMAL], hand_lengths_m(subject)
    for was, became, wanted in zip(before, after, asked, strict=True):
        share = (became - was) / (wanted - was)
        assert share.min() > 0.2, "markers pull the other way"
        assert share.max() < 1.0


def test_motion_that_was_not_made_is_named(foreign_takes: list[HandMarkers], foreign: SubjectHands) -> None:
    rng = np.random.default_rng(0)
    seen = foreign_takes[0].positions[:, RIGHT]
    still = seen[np.argmax(np.isfinite(seen[..., 0]).sum(axis=1))]
    takes = []
    for take in foreign_takes:
        positions = take.positions.copy()
        positions[:, RIGHT] = still + rng.normal(0.0, 2e-4, positions[:, RIGHT].shape)
        takes.append(HandMarkers(positions, RATE_HZ, ()))
    subject = calibrated(takes, frames=120)
    assert subject.hands[LEFT].missing == ()
    missing = subject.hands[RIGHT].missing
    assert len(missing) >= 0.9 * len(NEEDED_RANGE)
    assert set(missing) <= set(NEEDED_RANGE)
    joint_sd = [hand.joint_sd.mean() for hand in subject.hands]
    assert joint_sd[RIGHT] > 1.1 * joint_sd[LEFT]
    assert joint_sd[RIGHT] > 1.1 * foreign.hands[RIGHT].joint_sd.mean()


def test_a_hand_that_is_hardly_seen_is_an_error(foreign_takes: list[HandMarkers]) -> None:
    positions = foreign_takes[0].positions.copy()
    positions[60:, LEFT, 7:] = np.nan
    expected = f"expected {FEWEST_FRAMES} instants or more with 8 markers of the left hand, found [1-9]"
    with pytest.raises(RawDataError, match=expected):
        calibrated([HandMarkers(positions, RATE_HZ, ())])
