"""Metrics of a set of motions as a whole, on evaluator embeddings: FID, Diversity, Multimodality.

What belongs here: figures for which the clips of a set need each other. What does not: figures of one clip and its
text (retrieval.py) or its reference (motion.py, contact.py).
"""

import numpy as np
from numpy.typing import NDArray

from handx_core.benchmark.bootstrap import Estimate, percentiles, ratio_of_sums

SAMPLES_PER_DIMENSION = 10
"""Below this many samples per embedding dimension FID is dominated by its small-sample bias: in the published
reference's case 64 with 256 samples against 26 with 1,000 of the same motions."""

BLOCK = 512
"""Rows of a distance matrix held at a time."""


def frechet_distance(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Fréchet distance of the Gaussians fitted to two sets of embeddings (Heusel et al. 2017), in float64.

    first: (N, D), second: (M, D), at least two rows each. Exactly 0 up to rounding (< 1e-12 of the variance) for
    equal sets, also where N <= D leaves the covariances singular. Raises ValueError on fewer than two rows.
    """
    return float(_weighted_frechet(first, np.ones(len(first)), second, np.ones(len(second))))


def fid(
    real: NDArray[np.floating], other: NDArray[np.floating], counts: NDArray[np.float64], resamples: int = 100
) -> Estimate:
    """Fréchet distance of generated motions to the real clips of the same texts, with its interval.

    real, other: (N, D), row by row of the same clip: both are resampled together. Resampling adds to the small-sample
    bias, so the resamples are shifted to have the value as their mean; the interval is their spread. At most
    `resamples` rows of counts (R, N) are used, since each costs an eigendecomposition.
    """
    value = frechet_distance(real, other)
    drawn = counts[:resamples]
    resampled = np.array([_weighted_frechet(real, row, other, row) for row in drawn])
    low, high = percentiles(np.maximum(resampled - resampled.mean() + value, 0.0))
    return Estimate(value, low, high, len(other))


def fid_is_biased(n: int, dimension: int) -> bool:
    """Whether n samples are too few for FID in so many dimensions to be read as anything but a relative figure."""
    return n < SAMPLES_PER_DIMENSION * dimension


def fid_between_halves(real: NDArray[np.floating], seed: int) -> float:
    """FID of one random half of the real embeddings (N, D) against the other: what the sample size alone costs."""
    order = np.random.default_rng(seed).permutation(len(real))
    half = len(real) // 2
    return frechet_distance(real[order[:half]], real[order[half : 2 * half]])


def diversity(embeddings: NDArray[np.floating], counts: NDArray[np.float64]) -> Estimate:
    """Mean Euclidean distance over all pairs of distinct motions; embeddings: (N, D), counts: (R, N).

    In a resample a clip drawn twice makes no pair with itself.
    """
    points = np.asarray(embeddings, np.float64)
    weights = np.concatenate([np.ones((1, len(points))), counts])
    total = np.zeros(len(weights))
    for start in range(0, len(points), BLOCK):
        block = slice(start, start + BLOCK)
        total += np.einsum("rb,rb->r", weights @ _distances(points, points[block]), weights[:, block])
    pairs = weights.sum(1) ** 2 - (weights**2).sum(1)
    means = np.where(pairs > 0, total / np.where(pairs > 0, pairs, 1.0), np.nan)
    low, high = percentiles(means[1:])
    return Estimate(float(means[0]), low, high, len(points))


def multimodality(embeddings: NDArray[np.floating], counts: NDArray[np.float64]) -> Estimate:
    """Mean distance over all pairs of distinct samples of one text, averaged over texts.

    embeddings: (M, S, D), S >= 2 samples of each of M texts; counts: (R, M). No sample is paired with itself.
    """
    points = np.asarray(embeddings, np.float64)
    first, second = np.triu_indices(points.shape[1], k=1)
    per_text = np.linalg.norm(points[:, first] - points[:, second], axis=-1).mean(-1)
    return ratio_of_sums(per_text, np.ones(len(per_text)), counts)


def _weighted_frechet(
    first: NDArray[np.floating],
    first_weights: NDArray[np.float64],
    second: NDArray[np.floating],
    second_weights: NDArray[np.float64],
) -> float:
    first_mean, first_root = _mean_and_root(first, first_weights)
    second_mean, second_root = _mean_and_root(second, second_weights)
    # With C = R^T R, the trace of sqrt(C1 C2) is the sum of the singular values of R1 R2^T. Unlike a square root of
    # the product this keeps full precision for singular covariances, so equal sets give 0 and not 1e-3.
    overlap = np.linalg.svd(first_root @ second_root.T, compute_uv=False).sum()
    spread = (first_root**2).sum() + (second_root**2).sum() - 2.0 * overlap
    return max(float(((first_mean - second_mean) ** 2).sum() + spread), 0.0)


def _mean_and_root(
    embeddings: NDArray[np.floating], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean (D,) and a root R (D, D) of the unbiased covariance R^T R of rows that count `weights` times each."""
    points = np.asarray(embeddings, np.float64)
    n = weights.sum()
    if n < 2:
        raise ValueError(f"a covariance needs at least two samples, got {n:.0f}")
    mean = weights @ points / n
    centred = (points - mean) * np.sqrt(weights / (n - 1.0))[:, None]
    values, vectors = np.linalg.eigh(centred.T @ centred)
    return mean, np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T


def _distances(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Euclidean distances (N, M), exactly 0 between equal rows (no cancellation as in the expanded square)."""
    squared = np.zeros((len(first), len(second)))
    for a, b in zip(first.T, second.T, strict=True):
        squared += np.subtract.outer(a, b) ** 2
    return np.sqrt(squared)
