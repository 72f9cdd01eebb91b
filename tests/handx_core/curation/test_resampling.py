"""Spans and interpolation against motions whose value is known at every time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline

from handx_core.curation import resampling
from handx_core.curation.resampling import resample
from handx_core.sources.base import TrackedHands

PHASES = np.random.default_rng(3).uniform(0, 2 * np.pi, (2, 21, 3))


def true_motion(times: np.ndarray) -> np.ndarray:
    """(T, 2, 21, 3): 5 cm at 1.5 Hz, a brisk hand, another phase for every coordinate."""
    return 0.05 * np.sin(2 * np.pi * 1.5 * times[:, None, None, None] + PHASES)


def tracked(times: np.ndarray, valid: np.ndarray | None = None) -> TrackedHands:
    joints = true_motion(times)
    valid = np.ones(joints.shape[:3], bool) if valid is None else valid
    joints[~valid] = np.nan
    return TrackedHands(times, joints, valid)


def lost(n_frames: int, *gaps: tuple[int, int, int]) -> np.ndarray:
    """Validity with gaps of (hand, first frame, number of frames)."""
    valid = np.ones((n_frames, 2, 21), bool)
    for hand, first, length in gaps:
        valid[first : first + length, hand] = False
    return valid


def test_stamps_on_the_grid_pass_through_unchanged():
    times = np.arange(90) / 30.0
    (span,) = resample(tracked(times), 0.2)
    np.testing.assert_array_equal(span.joints, true_motion(times))
    assert span.start_s == 0.0
    assert span.observed.all()


def test_stamps_rounded_to_nanoseconds_pass_through_unchanged():
    times = (np.arange(90) * 1e9 / 30).astype(np.int64) * 1e-9
    (span,) = resample(tracked(times), 0.2)
    np.testing.assert_array_equal(span.joints, true_motion(times))


@settings(deadline=None)
@given(st.floats(25.0, 240.0), st.floats(0.0, 0.3), st.integers(0, 99))
def test_other_rates_and_uneven_stamps_land_on_the_grid(rate, unevenness, seed):
    rng = np.random.default_rng(seed)
    times = 3.0 + (np.arange(int(2 * rate)) + rng.uniform(0, unevenness, int(2 * rate))) / rate
    (span,) = resample(tracked(times), 0.2)
    grid = times[0] + np.arange(len(span.joints)) / 30.0
    assert span.start_s == times[0]
    assert times[-1] - 1 / 30 < grid[-1] <= times[-1]
    errors = np.linalg.norm(span.joints - true_motion(grid), axis=-1)
    assert errors.mean() < 0.1e-3
    assert span.observed.all()


@pytest.mark.parametrize(("length", "n_spans"), [(1, 1), (6, 1), (7, 2), (20, 2)])
def test_gaps_up_to_a_fifth_of_a_second_are_bridged_and_longer_ones_cut(length, n_spans):
    times = np.arange(120) / 30.0
    spans = resample(tracked(times, lost(120, (1, 50, length))), 0.2)
    assert len(spans) == n_spans
    assert sum(len(span.joints) for span in spans) == (120 if n_spans == 1 else 120 - length)
    if n_spans == 1:
        assert not spans[0].observed[50 : 50 + length, 1].any()
        assert spans[0].observed[:, 0].all()
        errors = np.linalg.norm(spans[0].joints - true_motion(times), axis=-1)
        assert errors[spans[0].observed].max() == 0.0
        assert errors.max() < 0.025
    else:
        assert spans[1].start_s == pytest.approx((50 + length) / 30.0)
        np.testing.assert_array_equal(spans[1].joints, true_motion(times[50 + length :]))


def test_stamps_that_are_left_out_are_gaps_like_any_other():
    times = np.delete(np.arange(120) / 30.0, np.r_[20:24, 60:75])
    first, second = resample(tracked(times), 0.2)
    assert (len(first.joints), len(second.joints)) == (60, 45)
    assert np.flatnonzero(~first.observed[:, 0, 0]).tolist() == [20, 21, 22, 23]


def test_a_cut_in_one_hand_cuts_both_and_overlapping_gaps_are_one():
    times = np.arange(200) / 30.0
    spans = resample(tracked(times, lost(200, (0, 50, 20), (1, 60, 20), (0, 120, 3))), 0.2)
    assert [(round(span.start_s * 30), len(span.joints)) for span in spans] == [(0, 50), (80, 120)]


def test_hands_lost_at_the_ends_shorten_the_take():
    times = np.arange(60) / 30.0
    (span,) = resample(tracked(times, lost(60, (0, 0, 5), (1, 55, 5))), 0.2)
    assert (span.start_s, len(span.joints)) == (pytest.approx(5 / 30), 50)
    assert span.observed.all()


def test_single_joints_are_bridged_alone():
    times = np.arange(60) / 30.0
    valid = np.ones((60, 2, 21), bool)
    valid[30, 0, 17] = False
    (span,) = resample(tracked(times, valid), 0.2)
    assert np.argwhere(~span.observed).tolist() == [[30, 0, 17]]


def inferred(times: np.ndarray, *spans: tuple[int, slice, int, int]) -> TrackedHands:
    """Hands of which these joints (hand, joints, first stamp, number of stamps) have a place that nobody measured."""
    hands = tracked(times)
    for hand, joints, first, length in spans:
        hands.valid[first : first + length, hand, joints] = False
    return hands


def test_inferred_joints_cut_nothing_keep_their_places_and_are_not_observed():
    times = np.arange(120) / 30.0
    hands = inferred(times, (0, slice(1, 4), 20, 60), (1, slice(None), 90, 30))
    (span,) = resample(hands, 0.2)
    np.testing.assert_array_equal(span.joints, true_motion(times))
    np.testing.assert_array_equal(span.observed, hands.valid)


@pytest.mark.parametrize("rate", [30.0, 60.0, 75.0])
def test_between_stamps_a_joint_is_observed_if_it_was_measured_at_both(rate):
    times = 0.25 / rate + np.arange(int(4 * rate)) / rate
    grid = np.arange(110) / 30.0
    hands = inferred(times, (0, slice(17, 18), 50, 25), (1, slice(0, 1), 80, 1))
    moved = TrackedHands(np.concatenate([[0.0], times]), *(
        np.concatenate([values[:1], values]) for values in (hands.joints, hands.valid)))  # fmt: skip
    (span,) = resample(moved, 0.2)
    for frame, time in enumerate(grid):
        near = [int(np.flatnonzero(moved.times <= time + 1e-6)[-1]), int(np.flatnonzero(moved.times >= time - 1e-6)[0])]
        np.testing.assert_array_equal(span.observed[frame], moved.valid[near].all(axis=0), err_msg=f"frame {frame}")
    assert (~span.observed).any(axis=0).nonzero()[1].tolist() == [17, 0]


def test_a_gap_is_bridged_and_cut_beside_inferred_places_as_it_is_beside_measured_ones():
    times = np.arange(120) / 30.0
    hands = tracked(times, lost(120, (0, 30, 4), (1, 80, 10)))
    hands.valid[20:40, 0, 5] = False  # inferred before and after the gap
    hands.valid[70:80, 1] = False  # inferred up to the gap that cuts
    first, second = resample(hands, 0.2)
    assert [(round(span.start_s * 30), len(span.joints)) for span in (first, second)] == [(0, 80), (90, 30)]
    expected = hands.valid & hands.present
    np.testing.assert_array_equal(first.observed, expected[:80])
    np.testing.assert_array_equal(second.observed, expected[90:])
    np.testing.assert_array_equal(first.joints[34:40, 0, 5], true_motion(times)[34:40, 0, 5])


def test_joints_inferred_at_any_stamps_are_interpolated_at_once(monkeypatch):
    calls = []
    monkeypatch.setattr(resampling, "CubicSpline", lambda *knots: calls.append(1) or CubicSpline(*knots))
    hands = tracked(np.arange(200) / 50.0)
    hands.valid[np.random.default_rng(5).random(hands.valid.shape) < 0.3] = False
    (span,) = resample(hands, 0.2)
    assert len(calls) == 1
    assert 0.4 < span.observed.mean() < 0.7


@pytest.mark.parametrize(("rate", "unevenness"), [(100.0, 0.0), (128.0, 0.0), (110.0, 0.3)])
def test_a_long_take_is_interpolated_in_pieces_to_the_same_bits(monkeypatch, rate, unevenness):
    rng = np.random.default_rng(6)
    times = (np.arange(6000) + rng.uniform(0.0, unevenness, 6000)) / rate
    hands = tracked(times, lost(6000, (0, 2000, 9), (1, 3000, 1)))
    at_once = resample(hands, 0.2)
    monkeypatch.setattr(resampling, "_PIECE", 100)
    for whole, pieces in zip(at_once, resample(hands, 0.2), strict=True):
        assert len(whole.joints) > 1000
        np.testing.assert_array_equal(pieces.joints, whole.joints)
        np.testing.assert_array_equal(pieces.observed, whole.observed)


def test_hands_never_seen_together_give_no_span():
    times = np.arange(60) / 30.0
    assert resample(tracked(times, lost(60, (0, 0, 30), (1, 30, 30))), 0.2) == []
    assert resample(tracked(times, lost(60, (0, 0, 60))), 0.2) == []


@settings(deadline=None)
@given(st.integers(1, 59), st.floats(-1e4, 1e4))
def test_time_and_its_origin_do_not_matter(shift, origin):
    times = np.arange(60) / 30.0
    valid = lost(60, (0, shift, 4))
    (first,) = resample(tracked(times, valid), 0.2)[:1]
    moved = TrackedHands(times + origin, tracked(times, valid).joints, valid)
    (second,) = resample(moved, 0.2)[:1]
    np.testing.assert_allclose(first.joints, second.joints, atol=1e-9)
    np.testing.assert_array_equal(first.observed, second.observed)


def test_stamps_years_apart_make_no_giant_grid():
    times = np.arange(20) * 1e9
    assert resample(tracked(times), 0.2) == []
