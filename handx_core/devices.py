"""The device that models are trained and used on: a GPU where there is one.

What belongs here: which device that is, and the way to it. What does not: what is computed there.
"""

import torch
from torch import Tensor


def best_device() -> torch.device:
    """The first GPU that CUDA sees, or the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def moved(values: Tensor, device: torch.device | str) -> Tensor:
    """A tensor on a device.

    From page-locked memory a GPU fetches it when its turn comes; from any other, whoever sends it waits until the GPU
    has done all that it was asked for before, and both are idle in turn.
    """
    device = torch.device(device)
    if device.type == "cuda" and values.device.type == "cpu":
        return values.pin_memory().to(device, non_blocking=True)
    return values.to(device)
