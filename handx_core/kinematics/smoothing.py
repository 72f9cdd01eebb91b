"""Taking the noise out of a curve before its changes are sought, as much as it has and no more.

What belongs here: how noisy a curve is, and the curve without that noise, compiled. What does not: what is sought in it
(`changes`, `segments`).

A joint that jitters by 1 mm turns a short phalanx by several degrees, and leaves a wrist where it is. So the noise of
each curve is measured, and the curve is smoothed until what is left of it is small against the kind's smallest change.
The weights are those of a Gaussian twiced (Tukey 1977): of g smoothing the curve, and again what the first pass left,
2 g - g * g. It lowers a peak far less than a Gaussian that lets through as much noise.
"""

import math
from typing import Final

import numpy as np

from handx_core.compiled import compiled
from handx_core.kinematics.rules import ROUNDING, Floats, Rule

NARROWEST_S: Final = 0.04
"""Least standard deviation of the Gaussian: it takes out tremor, and keeps a close of five frames."""

WIDEST_S: Final = 0.07
"""Most of it: a wider one would move the ends of quick changes by more than noise does."""

QUIET: Final = 0.04
"""Noise that is left may have this share of the kind's smallest change, as a standard deviation."""

FEWEST_NOISY_FRAMES: Final = 8
"""In fewer, roughness is no noise but the corners of a movement."""

MOST_OVERSHOOT: Final = 0.1
"""A smoothed curve is beyond the extremes of the curve by less than this share of their difference: the weights below
zero of a Gaussian twiced add up to 0.08 at most."""

_VARIANCE_LEFT: Final = (4.0 / math.sqrt(4.0) - 4.0 / math.sqrt(6.0) + 1.0 / math.sqrt(8.0)) / math.sqrt(math.pi)
"""Share of white noise's variance that is left by a Gaussian twiced, times its standard deviation in frames."""

_MEAN_ROUGHNESS: Final = 0.955 * math.sqrt(70.0)
"""Of white noise with standard deviation 1, over the frames that `noise_of` takes. The fourth differences of white
noise have the standard deviation sqrt(70); the mean of their sizes is 0.798 of it, and more without small ones."""


@compiled
def noise_of(values: Floats, rule: Rule) -> float:
    """The standard deviation of the noise on a curve, taken as white.

    It is measured by the fourth differences, which a smooth movement hardly has, in the frames where they are at least
    twice what the curve moves by at the same time: a hold, not the corner of a movement. Frames that are perfectly
    still are left out, so still frames before or after a motion change nothing.
    """
    padded = _ends_repeated(values, 3)
    total, count = 0.0, 0
    for t in range(len(padded) - 4):
        first, end = padded[t], padded[t + 4]
        rough = abs(first + end - 4.0 * (padded[t + 1] + padded[t + 3]) + 6.0 * padded[t + 2])
        if rough > ROUNDING * rule.change and rough >= 2.0 * abs(end - first):
            total += rough
            count += 1
    if count < FEWEST_NOISY_FRAMES:
        return 0.0
    return total / (count * _MEAN_ROUGHNESS)


@compiled
def narrowest_kernel(fps: float) -> Floats:
    """The weights that most curves are smoothed by."""
    return _half_kernel(NARROWEST_S * fps)


@compiled
def smoothed(values: Floats, noise: float, narrowest: Floats, rule: Rule) -> Floats:
    """The curve smoothed as its noise asks for, its ends repeated. narrowest: by `narrowest_kernel`."""
    width = _VARIANCE_LEFT * (noise / (QUIET * rule.change)) ** 2
    kernel = narrowest if width <= NARROWEST_S * rule.fps else _half_kernel(min(width, WIDEST_S * rule.fps))
    reach = len(kernel) - 1
    padded = _ends_repeated(values, reach)
    smooth = kernel[0] * values
    for k in range(1, len(kernel)):
        weight = kernel[k]
        for t in range(len(values)):
            smooth[t] += weight * (padded[reach + t - k] + padded[reach + t + k])
    return smooth


@compiled
def _ends_repeated(values: Floats, times: int) -> Floats:
    padded = np.empty(len(values) + 2 * times)
    for t in range(len(padded)):
        padded[t] = values[min(max(t - times, 0), len(values) - 1)]
    return padded


@compiled
def _half_kernel(width: float) -> Floats:
    """The weights at and beside a frame of a Gaussian twiced, whose standard deviation is `width` frames."""
    kernel = np.empty(math.ceil(3.5 * width) + 1)
    total = 0.0
    for t in range(len(kernel)):
        square = (t / width) ** 2
        kernel[t] = 2.0 * math.exp(-0.5 * square) - math.exp(-0.25 * square) / math.sqrt(2.0)
        total += kernel[t] if t == 0 else 2.0 * kernel[t]
    return kernel / total
