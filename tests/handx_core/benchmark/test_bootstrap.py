"""The bootstrap: against a plain loop over resamples, and against the normal theory of a mean."""

import numpy as np
import pytest

from handx_core.benchmark.bootstrap import percentiles, ratio_of_sums, resampling_counts


def test_a_resample_draws_as_many_clips_as_there_are():
    counts = resampling_counts(37, 50, seed=1)
    assert counts.shape == (50, 37)
    assert (counts.sum(1) == 37).all()
    assert counts.std() > 0.9  # binomial: about 1


def test_equal_seeds_draw_equal_resamples():
    assert (resampling_counts(20, 30, 5) == resampling_counts(20, 30, 5)).all()
    assert (resampling_counts(20, 30, 5) != resampling_counts(20, 30, 6)).any()


def test_ratio_of_sums_is_the_plain_loop():
    random = np.random.default_rng(0)
    above, below = random.random(25), random.random(25)
    counts = resampling_counts(25, 40, seed=2)
    estimate = ratio_of_sums(above, below, counts)
    loop = []
    for row in counts:
        drawn = np.repeat(np.arange(25), row.astype(int))
        loop.append(above[drawn].sum() / below[drawn].sum())
    assert estimate.value == pytest.approx(above.sum() / below.sum())
    assert (estimate.low, estimate.high) == pytest.approx(tuple(np.percentile(loop, [2.5, 97.5])))


def test_the_interval_of_a_mean_is_that_of_normal_theory():
    values = np.random.default_rng(3).normal(5.0, 2.0, 4000)
    estimate = ratio_of_sums(values, np.ones(4000), resampling_counts(4000, 2000, seed=4))
    half_width = 1.96 * values.std(ddof=1) / np.sqrt(4000)
    assert estimate.high - estimate.low == pytest.approx(2 * half_width, rel=0.06)


def test_clips_with_denominator_zero_take_no_part():
    estimate = ratio_of_sums([1.0, 0.0, 3.0], [1, 0, 1], resampling_counts(3, 100, 0))
    assert estimate.value == 2.0
    assert estimate.n == 2


def test_nothing_over_nothing_is_what_the_caller_says():
    counts = resampling_counts(4, 10, 0)
    zeros = np.zeros(4)
    assert np.isnan(ratio_of_sums(zeros, zeros, counts).value)
    certain = ratio_of_sums(zeros, zeros, counts, empty=1.0)
    assert (certain.value, certain.low, certain.high) == (1.0, 1.0, 1.0)


def test_percentiles_leave_out_what_has_no_value():
    assert np.isnan(percentiles(np.array([np.nan, np.nan]))).all()
    assert percentiles(np.array([2.0, np.nan, 2.0])) == (2.0, 2.0)
