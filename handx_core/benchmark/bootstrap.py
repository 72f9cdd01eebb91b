"""Confidence intervals by resampling clips.

What belongs here: the resampling and the one kind of figure that nearly every metric is, a ratio of sums over clips.
What does not: any particular metric.

A resample is a row of counts, how often each clip was drawn; the same counts serve every metric and every
generator, so that differences between rows of the table are differences on the same draws.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

LOW_PERCENTILE: Final = 2.5
HIGH_PERCENTILE: Final = 97.5


@dataclass(frozen=True)
class Estimate:
    """A figure, the 2.5th and 97.5th percentile of its resamples, and how many samples are behind it.

    value, low and high are NaN where nothing is behind it.
    """

    value: float
    low: float
    high: float
    n: int


def resampling_counts(n: int, resamples: int, seed: int) -> NDArray[np.float64]:
    """How often each of n clips is drawn in each resample of n with replacement -> (resamples, n)."""
    random = np.random.default_rng(seed)
    return random.multinomial(n, np.full(n, 1.0 / n), size=resamples).astype(np.float64)


def ratio_of_sums(
    numerator: ArrayLike, denominator: ArrayLike, counts: NDArray[np.float64], empty: float = np.nan
) -> Estimate:
    """sum(numerator) / sum(denominator) over clips, with its interval.

    numerator, denominator: (N,), what each clip adds to either sum. A mean is the ratio whose denominators are 1; a
    clip with denominator 0 takes no part. counts: (R, N) from `resampling_counts`. empty: the value of 0 / 0.
    """
    above, below = np.asarray(numerator, np.float64), np.asarray(denominator, np.float64)
    value = _divide(above.sum(), below.sum(), empty)
    low, high = percentiles(_divide(counts @ above, counts @ below, empty))
    return Estimate(float(value), low, high, int(np.count_nonzero(below)))


def percentiles(resampled: NDArray[np.float64]) -> tuple[float, float]:
    """The interval of resampled values (R,); resamples without a value (NaN) are left out."""
    finite = resampled[np.isfinite(resampled)]
    if not len(finite):
        return np.nan, np.nan
    low, high = np.percentile(finite, [LOW_PERCENTILE, HIGH_PERCENTILE])
    return float(low), float(high)


def _divide(above: ArrayLike, below: ArrayLike, empty: float) -> NDArray[np.float64]:
    above, below = np.asarray(above, np.float64), np.asarray(below, np.float64)
    return np.where(below > 0, above / np.where(below > 0, below, 1.0), empty)
