"""The loop: a killed run ends with the same bits, a finished one is not trained again, and the schedule is as said."""

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from handx_core.errors import HandXError
from handx_core.models.trained import TrainedModel, seeded
from handx_core.training.loop import TrainSettings, _reproducible, items_of_step, learning_rate_at, train

N_ITEMS = 37


class Line(nn.Module):
    """A small model with everything that could break a resume: dropout, a buffer, batch statistics."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(5, 16), nn.BatchNorm1d(16), nn.GELU(), nn.Dropout(0.3), nn.Linear(16, 1))

    def forward(self, values: Tensor) -> Tensor:
        return self.layers(values)


def squared_error(model: nn.Module, items: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
    values = torch.randn(N_ITEMS, 5, generator=torch.Generator().manual_seed(0))[items]
    noise = 0.01 * torch.randn(len(items), 1, generator=generator)
    return {"loss": (model(values) - values.sum(1, keepdim=True) + noise).square().mean()}


def settings(**changes: float) -> TrainSettings:
    return TrainSettings(
        **{
            "steps": 60,
            "batch_size": 8,
            "learning_rate": 0.01,
            "warmup_steps": 5,
            "ema_decay": 0.9,
            "checkpoint_every": 7,
            "validate_every": 11,
            "threads": 1,
            **changes,
        }
    )


def run(folder: Path, log=lambda text: None, loss=squared_error, data: str = "data", **changes: float) -> TrainedModel:
    with seeded(3):
        model = Line()
    return train(
        "line",
        model,
        loss,
        N_ITEMS,
        settings(**changes),
        folder,
        config={"layers": 2},
        data_fingerprint=data,
        validate=lambda model: {"weight": float(model.layers[0].weight.sum())},
        log=log,
    )


def slow_squared_error(model: nn.Module, items: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
    time.sleep(0.05)
    return squared_error(model, items, generator)


slow_squared_error.__module__ = squared_error.__module__


def weights(trained: TrainedModel) -> dict[str, Tensor]:
    return load_file(trained.weights)


def test_a_run_killed_half_way_ends_with_the_same_bits(tmp_path: Path) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from pathlib import Path; import test_loop;"
        f"test_loop.run(Path({str(tmp_path / 'killed')!r}), print, test_loop.slow_squared_error)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    deadline = time.monotonic() + 240
    while not list((tmp_path / "killed").glob("*/checkpoint.pt")) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL

    lines: list[str] = []
    # The interpreter of the killed run named the module of the loss differently, but its source is the same.
    resumed = run(tmp_path / "killed", lines.append)
    undisturbed = run(tmp_path / "undisturbed")
    assert any("resuming" in line for line in lines), lines
    assert resumed.sha256 == undisturbed.sha256
    assert resumed.curve == undisturbed.curve
    assert resumed.metrics == undisturbed.metrics


def test_interruption_at_any_step_changes_nothing(tmp_path: Path) -> None:
    calls = 0

    def interrupted(model: nn.Module, items: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        nonlocal calls
        calls += 1
        if calls == 33:
            raise KeyboardInterrupt
        return squared_error(model, items, generator)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "a", loss=interrupted)
    assert run(tmp_path / "a").sha256 == run(tmp_path / "b").sha256


def test_finished_run_is_loaded(tmp_path: Path) -> None:
    lines: list[str] = []
    first = run(tmp_path)
    again = run(tmp_path, lines.append)
    assert again == first
    assert lines == [f"line: found finished in {first.weights.parent.name}, not trained again"]
    assert not list(tmp_path.glob("*/checkpoint.pt"))


def test_damaged_weights_are_trained_again(tmp_path: Path) -> None:
    first = run(tmp_path)
    first.weights.write_bytes(b"damaged")
    assert run(tmp_path).sha256 == first.sha256


def test_other_settings_or_data_do_not_share_a_run(tmp_path: Path) -> None:
    folders = {run(tmp_path, **changes).weights.parent for changes in ({}, {"seed": 1}, {"learning_rate": 0.02})}
    folders.add(run(tmp_path, data="other").weights.parent)
    assert len(folders) == 4
    assert all((folder / "trained.json").is_file() for folder in folders)


def test_validation_and_checkpoints_leave_training_alone(tmp_path: Path) -> None:
    often = run(tmp_path / "often", validate_every=1, checkpoint_every=1)
    never = run(tmp_path / "never", validate_every=0, checkpoint_every=0)
    assert often.sha256 == never.sha256


def test_average_is_what_is_kept(tmp_path: Path) -> None:
    average, last = weights(run(tmp_path)), weights(run(tmp_path, ema_decay=0.0))
    assert any(not torch.equal(average[key], last[key]) for key in average)


def test_loss_falls(tmp_path: Path) -> None:
    curve = [value for _, name, value in run(tmp_path, steps=300, ema_decay=0.0).curve if name == "loss"]
    assert sum(curve[-10:]) < 0.5 * sum(curve[:10])


def test_gradient_is_clipped_before_the_step(tmp_path: Path) -> None:
    """AdamW is blind to the scale of gradients but for its epsilon, so clip so hard that only epsilon is left."""
    start = {key: value.clone() for key, value in Line().state_dict().items()}
    with seeded(3):
        start = Line().state_dict()
    end = weights(run(tmp_path, gradient_clip=1e-13, ema_decay=0.0))
    moved = max(float((end[key] - start[key]).abs().max()) for key in start if key.endswith("weight"))
    assert moved < 60 * 0.01 * 1e-3


def test_loss_that_is_not_finite_is_an_error_and_never_a_checkpoint(tmp_path: Path) -> None:
    def broken(model: nn.Module, items: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        return {"loss": squared_error(model, items, generator)["loss"] * math.nan}

    with pytest.raises(HandXError, match="learning_rate"):
        run(tmp_path, loss=broken)
    assert not list(tmp_path.glob("*/checkpoint.pt"))


def test_on_a_gpu_only_kernels_that_repeat_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyTorch that only warns takes others there for attention."""
    for gpu in (True, False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda gpu=gpu: gpu)
        with _reproducible(1):
            assert torch.are_deterministic_algorithms_enabled()
            assert torch.is_deterministic_algorithms_warn_only_enabled() is not gpu
    assert not torch.are_deterministic_algorithms_enabled()


def test_items_of_an_epoch_are_distinct() -> None:
    epoch = torch.cat([items_of_step(0, step, 8, N_ITEMS) for step in range(N_ITEMS // 8)])
    assert len(epoch.unique()) == len(epoch) == 32
    next_epoch = items_of_step(0, N_ITEMS // 8, 8, N_ITEMS)
    assert not torch.equal(next_epoch, epoch[:8])


def test_learning_rate_rises_then_falls() -> None:
    chosen = settings(steps=100, warmup_steps=10)
    rates = [learning_rate_at(step, chosen) for step in range(100)]
    assert rates[0] == pytest.approx(0.001)
    assert max(rates) == pytest.approx(0.01)
    assert rates[9:] == sorted(rates[9:], reverse=True)
    assert learning_rate_at(100, chosen) == pytest.approx(0.02 * 0.01)
    halfway = 0.01 * (0.02 + 0.98 / 2)
    assert learning_rate_at(55, chosen) == pytest.approx(halfway)
    assert learning_rate_at(55, settings(steps=100, warmup_steps=10, schedule="linear")) == pytest.approx(halfway)


def test_row_round_trip(tmp_path: Path) -> None:
    trained = run(tmp_path)
    row = trained.to_batch("evaluator", tmp_path).to_pylist()[0]
    assert row["weights"] == f"{trained.weights.parent.name}/weights.safetensors"
    assert TrainedModel.from_row(row, tmp_path) == trained
