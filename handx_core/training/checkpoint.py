"""What a training run leaves on disk: checkpoints while it goes on, weights and a record when it is finished.

Everything is written under a temporary name and then renamed, so that a kill at any moment leaves a whole file; and
nothing is ever unpickled: checkpoints are read with `weights_only=True`. What belongs here: the state of a run and
its files. What does not: the steps of training.
"""

import hashlib
import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from handx_core.errors import HandXError
from handx_core.models.trained import TrainedModel, file_sha256

_CHECKPOINT: Final = "checkpoint.pt"
_WEIGHTS: Final = "weights.safetensors"
_RECORD: Final = "trained.json"


@dataclass
class TrainState:
    """Where a run stands; everything in it goes into the checkpoint."""

    step: int = 0
    seconds: float = 0.0
    curve: list[tuple[int, str, float]] = field(default_factory=list)
    metrics: dict[str, float] = field(default_factory=dict)
    sums: dict[str, Tensor] = field(default_factory=dict)
    count: int = 0

    def add(self, terms: Mapping[str, Tensor]) -> None:
        """Add a step's terms to the sums since the last recorded point, without waiting for the device."""
        for key, value in terms.items():
            value = value.detach().float()
            self.sums[key] = value + self.sums[key].to(value.device) if key in self.sums else value
        self.count += 1

    def record(self) -> None:
        """Put the means since the last recorded point on the curve."""
        self.check()
        self.curve += [(self.step, key, float(value) / self.count) for key, value in self.sums.items()]
        self.sums, self.count = {}, 0

    def record_metrics(self, metrics: dict[str, float]) -> None:
        """Put validation figures on the curve; the last ones are the model's metrics."""
        self.metrics = metrics
        self.curve += [(self.step, f"validation {key}", value) for key, value in metrics.items()]

    def check(self) -> None:
        """Raise HandXError where the loss became infinite or not a number since the last recorded point."""
        if self.count and not math.isfinite(total := float(self.sums["loss"])):
            raise HandXError(f"the loss is {total} before step {self.step}: lower learning_rate or gradient_clip")


@dataclass
class Run:
    """A training run: what is trained, where it stands, and the folder of its files.

    average: the running average of the weights, or the model itself where there is none.
    """

    name: str
    folder: Path
    model: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer
    state: TrainState = field(default_factory=TrainState)

    def resume(self) -> bool:
        """Go on from the checkpoint; False where there is none. Call it when model and optimiser are on the device."""
        if not (path := self.folder / _CHECKPOINT).is_file():
            return False
        content = torch.load(path, map_location="cpu", weights_only=True)
        self.model.load_state_dict(content["model"])
        if self.average is not self.model:
            self.average.load_state_dict(content["average"])
        self.optimizer.load_state_dict(content["optimizer"])
        self.state = TrainState(**content["state"])
        return True

    def save(self, seconds: float) -> None:
        """Write the checkpoint. Raises HandXError rather than keep weights that are not finite."""
        self.state.check()
        self.state.seconds = seconds
        content = {
            "model": self.model.state_dict(),
            "average": None if self.average is self.model else self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "state": vars(self.state),
        }
        _replace(self.folder / _CHECKPOINT, lambda path: torch.save(content, path))

    def finish(self, config: dict[str, Any], data_fingerprint: str, seconds: float) -> TrainedModel:
        """Give the model the weights that are kept, on the CPU, and write them and the record of the run."""
        if self.average is not self.model:
            self.model.load_state_dict(self.average.state_dict())
        self.model.to("cpu").eval()
        weights = self.folder / _WEIGHTS
        tensors = {key: value.contiguous() for key, value in self.model.state_dict().items()}
        _replace(weights, lambda path: save_file(tensors, path))
        trained = TrainedModel(
            name=self.name,
            weights=weights,
            sha256=file_sha256(weights),
            config=config,
            data_fingerprint=data_fingerprint,
            parameters=count_parameters(self.model),
            steps=self.state.step,
            metrics=self.state.metrics,
            curve=tuple(self.state.curve),
            seconds=seconds,
        )
        record = {**vars(trained), "weights": weights.name}
        _replace(self.folder / _RECORD, lambda path: path.write_text(json.dumps(record)))
        (self.folder / _CHECKPOINT).unlink(missing_ok=True)  # the run is finished: nothing will resume it
        return trained


def load_finished(folder: Path) -> TrainedModel | None:
    """The model of a finished run; None where the run is not finished or its weights were damaged since."""
    path = folder / _RECORD
    if not path.is_file():
        return None
    record = json.loads(path.read_text())
    weights = folder / record["weights"]
    if not weights.is_file() or file_sha256(weights) != record["sha256"]:
        return None
    curve = tuple((step, name, value) for step, name, value in record["curve"])
    return TrainedModel(**{**record, "weights": weights, "curve": curve})


def run_fingerprint(config: Mapping[str, Any], data_fingerprint: str, code: str) -> str:
    """Twelve hex digits that change with settings, data or code: the name of a run's folder."""
    described = json.dumps([config, data_fingerprint, code], sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()[:12]


def code_hash(modules: Iterable[str]) -> str:
    """Hash of the source of these modules, where they are ours, and of the whole representation."""
    package = Path(__file__).parents[1]
    files = {Path(file) for module in modules if (file := getattr(sys.modules[module], "__file__", None))}
    ours = {file for file in files if file.is_relative_to(package)} | set((package / "representation").glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(ours))).hexdigest()


def count_parameters(model: nn.Module) -> int:
    """Number of trained parameters."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def _replace(path: Path, write: Callable[[Path], Any]) -> None:
    """Write a file under a temporary name, flush it to disk, then give it its own name."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
