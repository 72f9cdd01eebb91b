"""FID, Diversity and Multimodality: against closed forms, scipy's matrix square root and plain loops."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from handx_core.benchmark.bootstrap import resampling_counts
from handx_core.benchmark.distribution import (
    diversity,
    fid,
    fid_between_halves,
    fid_is_biased,
    frechet_distance,
    multimodality,
)


def _with_moments(n: int, mean: np.ndarray, covariance: np.ndarray, seed: int = 0) -> np.ndarray:
    """n points whose sample mean and unbiased sample covariance are exactly these."""
    points = np.random.default_rng(seed).standard_normal((n, len(mean)))
    points -= points.mean(0)
    whitened = points @ np.linalg.inv(np.linalg.cholesky(np.cov(points.T))).T
    return whitened @ np.linalg.cholesky(covariance).T + mean


def test_diagonal_gaussians_have_the_closed_form():
    mean_a, mean_b = np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 0.0])
    sd_a, sd_b = np.array([1.0, 2.0, 3.0]), np.array([2.0, 0.5, 3.0])
    a, b = _with_moments(50, mean_a, np.diag(sd_a**2)), _with_moments(80, mean_b, np.diag(sd_b**2), seed=1)
    expected = ((mean_a - mean_b) ** 2).sum() + ((sd_a - sd_b) ** 2).sum()
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-9)


def test_any_gaussians_agree_with_the_matrix_square_root():
    random = np.random.default_rng(2)
    a, b = random.normal(size=(300, 8)) @ random.normal(size=(8, 8)), random.normal(size=(200, 8)) + 0.3
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    root = scipy.linalg.sqrtm(cov_a @ cov_b).real
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(cov_a + cov_b - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("n", "dimension"), [(500, 16), (40, 128), (2, 5)])
def test_equal_sets_are_at_distance_nothing_even_with_singular_covariances(n, dimension):
    points = np.random.default_rng(3).normal(size=(n, dimension)).astype(np.float32) * 10
    assert frechet_distance(points, points) < 1e-9
    assert frechet_distance(points, points[::-1]) < 1e-9


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 10.0))
def test_frechet_distance_is_symmetric_and_scales_with_the_square(seed, scale):
    random = np.random.default_rng(seed)
    a, b = random.normal(size=(30, 4)), random.normal(size=(25, 4)) * 2 + 1
    value = frechet_distance(a, b)
    assert value > 0
    assert frechet_distance(b, a) == pytest.approx(value, rel=1e-8)
    assert frechet_distance(scale * a, scale * b) == pytest.approx(scale**2 * value, rel=1e-8)


def test_a_single_sample_has_no_covariance():
    with pytest.raises(ValueError, match="at least two"):
        frechet_distance(np.zeros((1, 3)), np.zeros((5, 3)))


def test_fid_interval_contains_the_value_and_is_nothing_for_equal_sets():
    random = np.random.default_rng(4)
    real, other = random.normal(size=(120, 6)), random.normal(size=(120, 6)) + 0.5
    counts = resampling_counts(120, 200, seed=0)
    estimate = fid(real, other, counts)
    assert estimate.value == frechet_distance(real, other)
    assert 0 < estimate.low < estimate.value < estimate.high
    equal = fid(real, real, counts)
    assert equal.value < 1e-9
    assert equal.high < 1e-9


def test_resampling_by_counts_is_resampling_by_rows():
    random = np.random.default_rng(5)
    real, other = random.normal(size=(30, 3)), random.normal(size=(30, 3)) * 2
    counts = resampling_counts(30, 50, seed=1)
    rows = [np.repeat(np.arange(30), row.astype(int)) for row in counts]
    loop = np.array([frechet_distance(real[r], other[r]) for r in rows])
    expected = np.percentile(loop - loop.mean() + frechet_distance(real, other), [2.5, 97.5])
    estimate = fid(real, other, counts)
    assert (estimate.low, estimate.high) == pytest.approx(tuple(np.maximum(expected, 0)), rel=1e-6)


def test_few_samples_are_flagged_and_the_halves_show_the_bias():
    assert fid_is_biased(256, 128)
    assert not fid_is_biased(5000, 128)
    random = np.random.default_rng(6)
    few, many = random.normal(size=(100, 16)), random.normal(size=(4000, 16))
    assert fid_between_halves(few, seed=0) > 10 * fid_between_halves(many, seed=0)


def test_diversity_is_the_mean_over_distinct_pairs():
    points = np.random.default_rng(7).normal(size=(40, 5))
    pairs = [np.linalg.norm(points[i] - points[j]) for i in range(40) for j in range(40) if i != j]
    estimate = diversity(points, resampling_counts(40, 300, seed=0))
    assert estimate.value == pytest.approx(np.mean(pairs))
    assert estimate.low < estimate.value < estimate.high


def test_diversity_of_many_points_does_not_depend_on_the_blocks(monkeypatch):
    points = np.random.default_rng(8).normal(size=(50, 3))
    counts = resampling_counts(50, 20, seed=0)
    whole = diversity(points, counts)
    monkeypatch.setattr("handx_core.benchmark.distribution.BLOCK", 7)
    assert diversity(points, counts).value == pytest.approx(whole.value, rel=1e-12)


def test_diversity_of_one_point_many_times_is_nothing_and_not_nan():
    assert diversity(np.full((10, 4), 1e6), resampling_counts(10, 10, 0)).value == 0.0


@pytest.mark.parametrize("samples", [2, 4, 10])
def test_multimodality_does_not_depend_on_how_many_samples_are_drawn(samples):
    # Standard normal in 3-D: the mean distance of two independent draws is sqrt(2) * 2 * sqrt(2 / pi).
    points = np.random.default_rng(9).normal(size=(6000, samples, 3))
    estimate = multimodality(points, resampling_counts(6000, 50, seed=0))
    assert estimate.value == pytest.approx(4 / np.sqrt(np.pi), rel=0.02)


def test_multimodality_is_the_mean_over_distinct_pairs_of_each_text():
    points = np.random.default_rng(10).normal(size=(7, 4, 5))
    pairs = [np.linalg.norm(t[i] - t[j]) for t in points for i in range(4) for j in range(4) if i != j]
    assert multimodality(points, resampling_counts(7, 10, 0)).value == pytest.approx(np.mean(pairs))
