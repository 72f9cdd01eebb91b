"""Figures of quality against motions whose faults were put in by count."""

import numpy as np
import pytest
from test_skeletons import bent_hands, tracked

from handx_core.curation.quality import (
    Dropouts,
    Quality,
    chirality_fraction,
    measure_dropouts,
    measure_quality,
    outlier_fraction,
    repeated_fraction,
)
from handx_core.curation.resampling import Span
from handx_core.curation.settings import CurationSettings
from handx_core.skeleton import mirror
from handx_core.sources.base import TrackedHands

SETTINGS = CurationSettings()


def quality_of(hands: TrackedHands, observed: np.ndarray | None = None) -> Quality:
    """Of the whole of a take at 30 fps."""
    span = Span(0.0, hands.joints, hands.valid if observed is None else observed)
    return measure_quality(span, hands, measure_dropouts(hands), SETTINGS)


def test_figures_of_a_known_motion():
    joints = np.repeat(bent_hands(1), 61, axis=0)
    seconds = np.arange(61) / 30.0
    joints[..., 2] += (0.5 * 3.0 * seconds**2)[:, None, None]  # 3 m/s2 for every joint
    observed = np.ones((61, 2, 21), bool)
    observed[:, 0, 3] = False
    quality = quality_of(tracked(joints), observed)
    assert quality.jitter_m_s2 == pytest.approx(3.0, rel=1e-6)
    assert quality.bone_length_sd_m == pytest.approx(0.0, abs=1e-12)
    assert quality.observed_fraction == pytest.approx(41 / 42)
    assert quality.chirality_fraction == 1.0
    assert (quality.missing_fraction, quality.longest_gap_s) == (0.0, 0.0)
    assert (quality.repeated_fraction, quality.outlier_fraction) == (0.0, 0.0)


def test_the_bone_that_varies_most():
    joints = bent_hands(50)
    stretch = 0.02 * np.sin(np.arange(50))
    joints[:, 1, 17] += stretch[:, None] * [0.0, 0.0, 1.0]
    bone = np.linalg.norm(joints[:, 1, 17] - joints[:, 1, 3], axis=-1)
    assert quality_of(tracked(joints)).bone_length_sd_m == pytest.approx(np.std(bone), rel=1e-9)


@pytest.mark.parametrize("rate", [30.0, 60.0])
def test_dropouts_are_the_share_of_frames_and_the_longest_time(rate):
    valid = np.ones((100, 2, 21), bool)
    valid[10:15, 0] = False
    valid[40:48, 1] = False
    valid[70:72] = False
    valid[80, 0, 3:9] = False  # a hand of which something was measured is not missing
    dropouts = measure_dropouts(tracked(bent_hands(100), valid, rate))
    assert dropouts.missing_fraction == pytest.approx(15 / 100)
    assert dropouts.longest_gap_s == pytest.approx(8 / rate)


def test_dropouts_at_the_ends_and_of_stamps_that_are_missing():
    valid = np.ones((60, 2, 21), bool)
    valid[:12, 0] = False
    valid[55:, 1] = False
    hands = tracked(bent_hands(60), valid)
    assert measure_dropouts(hands).longest_gap_s == pytest.approx(12 / 30)
    times = np.arange(60) / 30.0
    times[40:] += 1.0
    late = TrackedHands(times, bent_hands(60), np.ones((60, 2, 21), bool))
    assert (measure_dropouts(late).missing_fraction, measure_dropouts(late).longest_gap_s) == (0.0, pytest.approx(1.0))
    never = tracked(bent_hands(31), np.zeros((31, 2, 21), bool))
    assert (measure_dropouts(never).missing_fraction, measure_dropouts(never).longest_gap_s) == (1.0, 1.0)


def test_stamps_that_waver_are_no_gaps():
    times = np.arange(50) / 30.0 + np.random.default_rng(1).uniform(-0.004, 0.004, 50)
    assert measure_dropouts(TrackedHands(times, bent_hands(50), np.ones((50, 2, 21), bool))).longest_gap_s == 0.0


def test_repeated_frames_are_counted_by_hand_at_the_sources_own_stamps():
    joints = bent_hands(101)
    for frame in (5, 6, 50):
        joints[frame, 0] = joints[frame - 1, 0]
    joints[70] = joints[69]
    hands = tracked(joints, rate=120.0)
    assert repeated_fraction(hands, 0.0, 1.0) == pytest.approx(5 / 200)
    assert repeated_fraction(hands, 49 / 120, 51 / 120) == pytest.approx(1 / 4)
    assert repeated_fraction(hands, 0.0, 0.0) == 0.0
    joints[70, :, 20, 0] += 1e-4
    assert repeated_fraction(tracked(joints, rate=120.0), 0.0, 1.0) == pytest.approx(3 / 200)


def test_a_missing_hand_repeats_nothing():
    valid = np.ones((20, 2, 21), bool)
    valid[5:10, 0] = False
    joints = bent_hands(20)
    joints[12, 0] = joints[11, 0]
    assert repeated_fraction(tracked(joints, valid), 0.0, 1.0) == pytest.approx(1 / (19 + 13))


def test_an_inferred_hand_is_no_dropout_and_may_repeat_itself():
    joints = bent_hands(20)
    joints[12, 0] = joints[11, 0]
    hands = tracked(joints)
    hands.valid[5:15, 0] = False
    assert measure_dropouts(hands) == Dropouts(0.0, 0.0)
    assert repeated_fraction(hands, 0.0, 1.0) == pytest.approx(1 / 38)


@pytest.mark.parametrize("joint", [0, 17])
def test_outliers_are_the_steps_in_which_any_joint_is_too_fast(joint):
    joints = np.repeat(bent_hands(1), 61, axis=0)
    joints[30, 1, joint, 1] += 0.3  # there and back again: two steps at 9 m/s
    joints[50:, 0, joint, 1] += 0.2  # one step at 6 m/s
    assert outlier_fraction(joints, 8.0) == pytest.approx(2 / 60)
    assert outlier_fraction(joints, 5.0) == pytest.approx(3 / 60)
    assert outlier_fraction(joints, 10.0) == 0.0


def test_chirality_of_mirrored_swapped_and_flat_hands():
    hands = bent_hands(3)
    assert chirality_fraction(hands) == 1.0
    assert chirality_fraction(mirror(hands)) == 1.0
    assert chirality_fraction(hands[:, ::-1]) == 0.0
    assert chirality_fraction(hands * [-1.0, 1.0, 1.0]) == 0.0
    assert chirality_fraction(bent_hands(3, bend=0.01)) == 1.0
