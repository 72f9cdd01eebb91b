"""A trained model: what is recorded of it, and its weights, seeded at the start and safetensors at the end.

What belongs here: what every model has in common when it is made and when it is used. What does not: training.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import torch
from safetensors.torch import load_file
from torch import nn

from handx_core.columns import batch_of_rows
from handx_core.devices import best_device
from handx_core.errors import HandXError

Model = TypeVar("Model", bound=nn.Module)


@dataclass(frozen=True)
class TrainedModel:
    """A trained model: a row of the table of its name.

    weights: the safetensors file. config: {"model": settings of the model, "training": of the loop, "run": device,
    precision, threads}. curve: (step, name, value). seconds: of training, over all its starts.
    """

    name: str
    weights: Path
    sha256: str
    config: dict[str, Any] = field(repr=False)
    data_fingerprint: str
    parameters: int
    steps: int
    metrics: dict[str, float]
    curve: tuple[tuple[int, str, float], ...] = field(repr=False)
    seconds: float

    def to_batch(self, table: str, root: Path) -> pa.RecordBatch:
        """The row of `table` (evaluator, tokenizer, ...); the path of the weights is stored relative to `root`."""
        row = {
            **vars(self),
            "weights": self.weights.relative_to(root).as_posix(),
            "config": json.dumps(self.config, sort_keys=True),
            "metrics": json.dumps(self.metrics, sort_keys=True),
            "curve": [{"step": step, "name": name, "value": value} for step, name, value in self.curve],
        }
        return batch_of_rows(table, [row])

    @classmethod
    def from_row(cls, row: Mapping[str, Any], root: Path) -> "TrainedModel":
        """From a row of its table as plain values (`table.to_pylist()[0]`)."""
        return cls(
            **{
                **row,
                "weights": root / row["weights"],
                "config": json.loads(row["config"]),
                "metrics": json.loads(row["metrics"]),
                "curve": tuple((point["step"], point["name"], point["value"]) for point in row["curve"]),
            }
        )


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Within it, modules are initialised from this seed; the global generator is as before afterwards."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_weights(model: nn.Module, trained: TrainedModel) -> None:
    """Load the weights of a trained model and set it to evaluation mode.

    Raises HandXError where the file is missing or is not the one that was trained.
    """
    if not trained.weights.is_file():
        raise HandXError(f"{trained.weights}: the weights are missing; materialize {trained.name} again")
    if (found := file_sha256(trained.weights)) != trained.sha256:
        raise HandXError(
            f"{trained.weights}: expected SHA-256 {trained.sha256}, found {found}; materialize {trained.name} again"
        )
    model.load_state_dict(load_file(trained.weights))
    model.eval()


def ready(model: Model, trained: TrainedModel) -> Model:
    """The model with the weights of a trained one, for use on the best device. Raises what `load_weights` raises."""
    load_weights(model, trained)
    return model.to(best_device())
