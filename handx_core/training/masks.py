"""Masks of dropout, drawn many at a time.

On the CPU torch draws them one by one, in double precision and on one core, which took a third of the time of a step.
What belongs here: another way to draw them, while a model is trained. What does not: what is dropped.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np
import torch
from torch import Tensor

_STEPS: Final = 2**16
"""Of a probability: a mask takes 16 bits of randomness, four to a word of the generator."""


@contextmanager
def quick_masks() -> Iterator[None]:
    """Have torch draw Bernoulli variables of one probability, on the CPU, by `draw_masks`."""
    library = torch.library.Library("aten", "IMPL")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="(?s).*Overriding a previously registered kernel")
        library.impl("bernoulli_.float", draw_masks, "CPU", allow_override=True)
    try:
        yield
    finally:
        del library  # and with it what it overrides


def draw_masks(values: Tensor, p: float = 0.5, *, generator: torch.Generator | None = None) -> Tensor:
    """Fill a tensor with ones, of probability p to 1 in 65,536, and zeros; a function of the generator's state."""
    seed = int(torch.randint(2**63 - 1, (), generator=generator))
    words = np.random.SFC64(seed).random_raw(-(-values.numel() // 4))
    ones = words.view(np.uint16)[: values.numel()] < round(p * _STEPS)
    return values.copy_(torch.from_numpy(ones).view(values.shape))
