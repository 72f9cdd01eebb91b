"""Mean and standard deviation of every feature of a representation, over the training split.

What belongs here: normalisation and its table. What does not: the features themselves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import torch
from torch import Tensor

from handx_core.columns import batch
from handx_core.errors import TableError
from handx_core.representation.motion import to_autoregressive, to_diffusion

REPRESENTATIONS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "diffusion": to_diffusion,
    "autoregressive": to_autoregressive,
}
"""Joints (B, T, 2, 21, 3) to features (B, T, ...), by name of the representation."""

_SMALLEST_STD: Final = 1e-4
"""Features that hardly vary (0.1 mm, 0.1 mrad) are not blown up to unit variance."""

_CLIPS_AT_ONCE: Final = 1024


@dataclass(frozen=True)
class Statistics:
    """Mean and standard deviation of the features of a frame.

    mean, std: the shape of a frame's features, such as (42, 4), float64; std is at least 1e-4.
    """

    representation: str
    mean: Tensor = field(repr=False)
    std: Tensor = field(repr=False)

    def normalise(self, features: Tensor) -> Tensor:
        """features: (..., *shape) -> the same shape, zero mean and unit variance over the training split."""
        return (features - self.mean.to(features)) / self.std.to(features)

    def denormalise(self, normal: Tensor) -> Tensor:
        """The inverse of `normalise`."""
        return normal * self.std.to(normal) + self.mean.to(normal)

    def to_batch(self) -> pa.RecordBatch:
        """The rows of the table `motion_statistics`."""
        count = self.mean.numel()
        return batch(
            "motion_statistics",
            {
                "representation": [self.representation] * count,
                "feature": list(range(count)),
                "mean": self.mean.flatten().numpy(),
                "std": self.std.flatten().numpy(),
            },
        )

    @classmethod
    def from_table(cls, table: pa.Table, representation: str) -> "Statistics":
        """From the table `motion_statistics`. Raises TableError where it lacks the representation."""
        table = table.filter(pc.equal(table["representation"], representation)).sort_by("feature")
        if not table.num_rows:
            raise TableError(f"motion_statistics lack {representation!r}: materialize motion_statistics again")
        shape = REPRESENTATIONS[representation](torch.rand(1, 2, 2, 21, 3)).shape[2:]
        mean, std = (torch.tensor(table[name].to_numpy()).reshape(shape) for name in ("mean", "std"))
        return cls(representation, mean, std)


def statistics_of(joints: Tensor, representation: str) -> Statistics:
    """Statistics of a representation over clips; joints: (N, T, 2, 21, 3), metres, clip frame."""
    total = square = torch.zeros((), dtype=torch.float64)
    for some in joints.double().split(_CLIPS_AT_ONCE):
        features = REPRESENTATIONS[representation](some)
        total = total + features.sum(dim=(0, 1))
        square = square + features.square().sum(dim=(0, 1))
    count = joints.shape[0] * joints.shape[1]
    mean = total / count
    std = (square / count - mean.square()).clamp_min(0.0).sqrt()
    return Statistics(representation, mean, std.clamp_min(_SMALLEST_STD))
