"""The one training loop: all four models are trained by `train`, which reads from top to bottom.

A run lives in a folder named by everything that its result depends on: settings, data and code. Started again, it
goes on from its last checkpoint, or is loaded where it had finished; a run with other settings never sees it.
The randomness of a step is a pure function of the seed and the number of the step, so a run that was killed and
resumed ends with the same bits as one that was not. What belongs here: the loop. What does not: what is
saved (`training.checkpoint`), and anything about one model, which is in its loss.
"""

import copy
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from tqdm import tqdm

from handx_core.models.trained import TrainedModel, load_weights
from handx_core.parallel import cores
from handx_core.settings import Settings
from handx_core.training.checkpoint import Run, code_hash, count_parameters, load_finished, run_fingerprint
from handx_core.training.masks import quick_masks

Loss = Callable[[nn.Module, Tensor, torch.Generator], dict[str, Tensor]]
"""loss(model, items (B,) int64 on the CPU, generator on the CPU) -> scalars by name; the key "loss" is minimised."""

Validate = Callable[[nn.Module], dict[str, float]]
Log = Callable[[str], Any]

_HEARTBEAT_S: Final = 10.0
_CURVE_POINTS: Final = 100
_FINAL_LEARNING_RATE: Final = 0.02
"""Learning rate at the last step, as a part of the peak."""


class TrainSettings(Settings):
    """How a model is trained.

    steps: of the optimiser (AdamW). warmup_steps: of linear rise to `learning_rate`; after them it falls along a
    half cosine or a line. gradient_clip: norm that gradients are scaled down to; 0 = off. ema_decay: of the running
    average of weights that is validated and kept; 0 = off. checkpoint_every, validate_every: in steps; 0 = only at
    the end. threads: of the CPU; 0 = all cores.
    """

    steps: int
    batch_size: int
    learning_rate: float
    warmup_steps: int = 0
    schedule: Literal["cosine", "linear"] = "cosine"
    weight_decay: float = 0.0
    gradient_clip: float = 1.0
    ema_decay: float = 0.0
    checkpoint_every: int = 0
    validate_every: int = 0
    seed: int = 0
    threads: int = 0


def train(
    name: str,
    model: nn.Module,
    loss: Loss,
    n_items: int,
    settings: TrainSettings,
    folder: Path,
    *,
    config: Mapping[str, Any],
    data_fingerprint: str,
    validate: Validate | None = None,
    log: Log = print,
) -> TrainedModel:
    """Train `model` for `settings.steps` steps on items 0 .. n_items - 1, or load it where that was already done.

    config: everything else that the result depends on, as JSON values. validate: figures of the model, which is in
    evaluation mode and without gradients. Weights, checkpoint and record are kept below `folder`. Afterwards
    `model` holds the final weights, on the CPU, in evaluation mode. Raises HandXError where the loss is not finite.
    """
    described = {"model": dict(config), "training": settings.model_dump()}
    code = code_hash(
        {type(part).__module__ for part in model.modules()} | {loss.__module__, quick_masks.__module__, __name__}
    )
    run_folder = Path(folder) / f"{name}-{run_fingerprint(described, data_fingerprint, code)}"
    if (finished := load_finished(run_folder)) is not None:
        log(f"{name}: found finished in {run_folder.name}, not trained again")
        load_weights(model, finished)
        return finished
    run_folder.mkdir(parents=True, exist_ok=True)

    with _reproducible(settings.threads or cores()) as threads:
        fabric = Fabric(accelerator="auto", devices=1, precision=_precision())
        average = copy.deepcopy(model) if settings.ema_decay else model
        optimizer = torch.optim.AdamW(model.parameters(), weight_decay=settings.weight_decay)
        wrapped, optimizer = fabric.setup(model, optimizer)
        run = Run(name, run_folder, model, fabric.to_device(average), optimizer)
        if run.resume():
            log(f"{name}: resuming {run_folder.name} at step {run.state.step:,}")
        environment = _environment(fabric.device.type, threads)
        size = f"{count_parameters(model):,} parameters, {n_items:,} items, {settings.steps:,} steps"
        log(f"{name}: {size}, {environment}")
        batch_size = min(settings.batch_size, n_items)
        progress, state = _Progress(run, settings.steps, log), run.state
        model.train()

        while state.step < settings.steps:
            items = items_of_step(settings.seed, state.step, batch_size, n_items)
            generator = _seed_everything(settings.seed, state.step)
            for group in optimizer.param_groups:
                group["lr"] = learning_rate_at(state.step, settings)

            with fabric.autocast():
                terms = loss(model, items, generator)
            fabric.backward(terms["loss"])
            if settings.gradient_clip:  # before the step, or it would clip what was already used
                fabric.clip_gradients(wrapped, optimizer, max_norm=settings.gradient_clip, error_if_nonfinite=False)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            if run.average is not model:
                _move_average(run.average, model, _ema_decay_at(state.step, settings))

            state.step += 1
            state.add(terms)
            if _due(state.step, max(1, settings.steps // _CURVE_POINTS), settings.steps):
                state.record()
            if validate and _due(state.step, settings.validate_every, settings.steps):
                state.record_metrics(_validated(validate, run))
            if settings.checkpoint_every and state.step % settings.checkpoint_every == 0:
                run.save(progress.seconds())
            progress.update()

        progress.close()
        return run.finish(described | {"run": environment}, data_fingerprint, progress.seconds())


def learning_rate_at(step: int, settings: TrainSettings) -> float:
    """Learning rate of a step: a linear rise, then a half cosine or a line down to 2 % of the peak."""
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    done = (step - settings.warmup_steps) / max(1, settings.steps - settings.warmup_steps)
    left = 1 - done if settings.schedule == "linear" else (1 + math.cos(math.pi * done)) / 2
    return settings.learning_rate * (_FINAL_LEARNING_RATE + (1 - _FINAL_LEARNING_RATE) * left)


class _Progress:
    """A bar on a terminal, and a line in the log every ten seconds."""

    def __init__(self, run: Run, steps: int, log: Log) -> None:
        self._run, self._steps, self._log = run, steps, log
        self._started = self._last = time.monotonic()
        self._first_step, self._seconds_before = run.state.step, run.state.seconds
        self._bar = tqdm(total=steps, initial=run.state.step, desc=run.name, unit="step", disable=None, leave=False)

    def seconds(self) -> float:
        """Wall-clock time of training, earlier starts included."""
        return self._seconds_before + time.monotonic() - self._started

    def update(self) -> None:
        """A step is done."""
        self._bar.update()
        now = time.monotonic()
        if now - self._last > _HEARTBEAT_S:
            self._last = now
            step, curve = self._run.state.step, self._run.state.curve
            rate = (step - self._first_step) / (now - self._started)
            loss = next((value for _, key, value in reversed(curve) if key == "loss"), math.nan)
            self._log(
                f"{self._run.name}: step {step:,} of {self._steps:,}, loss {loss:.4g}, {rate:.1f} steps/s, "
                f"{(self._steps - step) / rate:.0f} s left"
            )

    def close(self) -> None:
        self._bar.close()


def _due(step: int, every: int, last: int) -> bool:
    return step == last or (every > 0 and step % every == 0)


def _seed(*numbers: int) -> int:
    """A seed mixed from whole numbers, so that neighbouring ones have nothing in common."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


@lru_cache(maxsize=2)
def _permutation(seed: int, epoch: int, n_items: int) -> Tensor:
    return torch.randperm(n_items, generator=torch.Generator().manual_seed(_seed(seed, 0, epoch)))


def items_of_step(seed: int, step: int, batch_size: int, n_items: int) -> Tensor:
    """Items of a step, (batch_size,) int64.

    Each epoch is a permutation cut into whole batches, so no batch holds an item twice.
    """
    epoch, place = divmod(step, n_items // batch_size)
    return _permutation(seed, epoch, n_items)[place * batch_size : (place + 1) * batch_size]


def _seed_everything(seed: int, step: int) -> torch.Generator:
    """Seed the global generators (dropout draws from them) and return a generator for the loss."""
    torch.manual_seed(_seed(seed, 1, step))
    return torch.Generator().manual_seed(_seed(seed, 2, step))


@contextmanager
def _reproducible(threads: int) -> Iterator[int]:
    """Fixed thread count, deterministic kernels (on the CPU where there are any); all as before afterwards."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # what cuBLAS asks for to be deterministic
    threads_before = torch.get_num_threads()
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    memory: Any = torch.utils.deterministic  # whose setting is no attribute to a type checker
    fills_before = memory.fill_uninitialized_memory
    with torch.random.fork_rng(), quick_masks():
        torch.set_num_threads(threads)
        # Where it only warns, attention on a GPU takes kernels whose sums may come out otherwise each time.
        torch.use_deterministic_algorithms(True, warn_only=not torch.cuda.is_available())
        # Nothing reads what was not written; to fill it first took a seventh of the time of a step.
        memory.fill_uninitialized_memory = False
        try:
            yield threads
        finally:
            torch.set_num_threads(threads_before)
            torch.use_deterministic_algorithms(before[0], warn_only=before[1])
            memory.fill_uninitialized_memory = fills_before


def _precision() -> Literal["bf16-mixed", "32-true"]:
    return "bf16-mixed" if torch.cuda.is_available() and torch.cuda.is_bf16_supported() else "32-true"


def _environment(device: str, threads: int) -> dict[str, Any]:
    return {"device": device, "precision": _precision(), "threads": threads, "torch": torch.__version__}


def _ema_decay_at(step: int, settings: TrainSettings) -> float:
    """Less at first, when the weights are still far from where they go."""
    return min(settings.ema_decay, (1 + step) / (10 + step))


@torch.no_grad()
def _move_average(average: nn.Module, model: nn.Module, decay: float) -> None:
    for mean, value in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)


def _validated(validate: Validate, run: Run) -> dict[str, float]:
    run.average.eval()
    with torch.no_grad():
        metrics = validate(run.average)
    run.model.train()
    return metrics
