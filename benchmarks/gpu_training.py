"""Training and sampling on a GPU beside the CPU of the same machine, by the project's own loop and samplers.

    python benchmarks/gpu_training.py [FOLDER] [--small]

Clips are cut from the demo profile's synthetic takes; the models have the sizes and batches of the paper profile, on
the CPU batches of 32, so that it is clips/s that compare. Texts are the rules', each word a fixed vector as wide as
t5-base's. What agrees, and what can be resumed, is seen on models of the demo profile's sizes. Without a GPU only the
CPU is measured; a batch that a GPU cannot hold is halved. FOLDER keeps clips and texts, which are then not made again.
--small: a trial of everything, without waiting.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from unittest import mock

import numpy as np
import torch

from assets.profile import load_profile

SMALL: Final = "--small" in sys.argv
GPU: Final = torch.cuda.is_available()
PROFILES: Final = Path(__file__).parents[1] / "pipelines" / "profiles"
DEMO = load_profile("demo", PROFILES)
PAPER = DEMO if SMALL else load_profile("paper", PROFILES)
STRIDE: Final = 45
N_TRAIN, N_VALIDATION = (64, 16) if SMALL else (1536, 16)
T5_BASE_WIDTH: Final = 768
STEPS: Final = {"tokenizer": 240, "autoregressive": 100, "diffusion": 24, "evaluator": 100}
CPU_STEPS, CPU_BATCH = 4, 32
SAMPLED_ON_CPU: Final = {"autoregressive": 32, "diffusion": 8}
AGREEMENT_STEPS, RESUME_STEPS, STOPPED_AT = (4, 4, 2) if SMALL else (60, 30, 10)


def make_clips(folder: Path) -> None:
    """Clips (N, 60, 2, 21, 3) and, by clip and level, the rules' three texts, as files where they are not there yet."""
    import pyarrow as pa

    from handx_core.curation.frames import to_clip_frame
    from handx_core.synthetic.takes import SYNTHETIC_SOURCES, SyntheticSettings, list_takes, make_take

    joints_file, texts_file = folder / "joints.npy", folder / "texts.json"
    if not joints_file.exists():
        synthetic, clips = DEMO.section(SyntheticSettings, "synthetic"), list[np.ndarray]()
        sources = [source for source in SYNTHETIC_SOURCES if source != "optitrack"]  # it has another rate
        for name in (name for source in sources for name in list_takes(source, synthetic)):
            if len(clips) < N_TRAIN + N_VALIDATION:
                joints = make_take(name, synthetic).joints
                clips += [to_clip_frame(joints[at : at + 60]) for at in range(0, len(joints) - 59, STRIDE)]
        np.save(joints_file, np.stack(clips[: N_TRAIN + N_VALIDATION]).astype(np.float32))
    if not texts_file.exists():
        from handx_core.captioning.captioned import rules_rows
        from handx_core.kinematics.events import extract_events_batch

        events = [json.dumps(events) for events in extract_events_batch(np.load(joints_file).astype(float))]
        table = pa.table({"clip_id": list(map(str, range(len(events)))), "events": events})
        rows = [row for rows in rules_rows(table.to_batches, 0.0) for row in rows.to_pylist()]
        flat = [[row["left"], row["right"], row["interaction"]] for row in rows]  # the levels of a clip together
        texts_file.write_text(json.dumps([flat[at : at + 5] for at in range(0, len(flat), 5)]))


def read_clips(folder: Path, width: int) -> Any:
    """The clips as MotionTexts, with words of this width."""
    from handx_core.representation.text import TextEncoderSettings, encode_texts
    from handx_core.training.data import MotionTexts

    joints = torch.from_numpy(np.load(folder / "joints.npy"))[: N_TRAIN + N_VALIDATION]
    texts = json.loads((folder / "texts.json").read_text())[: len(joints)]
    flat = [text for clip in texts for level in clip for text in level]
    table = encode_texts(flat, TextEncoderSettings(width=width))
    rows = torch.from_numpy(table.rows(flat)).view(len(joints), 5, 3)
    split = ("train",) * N_TRAIN + ("val",) * N_VALIDATION
    return MotionTexts(tuple(map(str, range(len(joints)))), joints, rows, table, split)


def trainer(profile: Any, clips: Any, folder: Path) -> Callable[..., Any]:
    """train(name, log, dropout, changes of the loop) -> a model of the profile's sizes, its run below the folder."""
    from handx_core.models.tokenizer import build_tokenizer, encode_clips
    from handx_core.representation.statistics import statistics_of
    from handx_core.training import autoregressive, diffusion, evaluator, tokenizer

    both = train_clips, validation = clips.subset("train"), clips.subset("val")
    coder = build_tokenizer(profile.section(tokenizer.TokenizerTraining, "tokenizer").model, seed=0)
    coder.fit_features(train_clips.joints)  # with which it codes well enough before any training
    codes, other_codes = (encode_clips(coder, some.joints) for some in both)
    coded, statistics = (train_clips, codes, validation, other_codes), statistics_of(train_clips.joints, "diffusion")
    ways: dict[str, tuple[Any, Callable[..., Any]]] = {
        "tokenizer": (tokenizer.TokenizerTraining, lambda *how: tokenizer.train_tokenizer(*both, *how)),
        "autoregressive": (
            autoregressive.AutoregressiveTraining,
            lambda *how: autoregressive.train_autoregressive(*coded, coder.settings.levels, *how),
        ),
        "diffusion": (diffusion.DiffusionTraining, lambda *how: diffusion.train_diffusion(*both, statistics, *how)),
        "evaluator": (evaluator.EvaluatorTraining, lambda *how: evaluator.train_evaluator(*both, *how)),
    }

    def train(name: str, log: Any = lambda line: None, dropout: float | None = None, **loop: Any) -> Any:
        kind, way = ways[name]
        settings = profile.section(kind, name)
        model = {} if dropout is None or name == "tokenizer" else {"dropout": dropout}
        changed = {
            part: getattr(settings, part).model_copy(update=to) for part, to in (("loop", loop), ("model", model))
        }
        return way(settings.model_copy(update=changed), folder, log)

    return train


def training(name: str, train: Callable[..., Any]) -> tuple[dict[str, Any], Any]:
    """Speed of a model of the paper's size, after a quarter of the steps, and the model."""
    stamps: list[tuple[int, float]] = []

    def stamp(run: Any, seconds: float) -> None:
        if GPU:
            torch.cuda.synchronize()
        stamps.append((run.state.step, time.perf_counter()))

    steps, changes = (STEPS[name], {}) if GPU and not SMALL else (CPU_STEPS, {"batch_size": CPU_BATCH})
    if GPU:
        torch.cuda.reset_peak_memory_stats()
    model, halved = None, 1
    while model is None:
        try:
            with mock.patch("handx_core.training.checkpoint.Run.save", stamp):
                model = train(name, steps=steps, checkpoint_every=steps // 4, validate_every=0, **changes)
        except torch.OutOfMemoryError:
            halved *= 2
            changes = {"batch_size": N_TRAIN // halved}
            stamps.clear()
        if model is None:  # only here has the error let go of what was allocated
            gc.collect()
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
    (first, began), (last, ended) = stamps[0], stamps[-1]
    batch, rate = min(N_TRAIN, model.config["training"]["batch_size"]), (last - first) / (ended - began)
    figures = {"precision": model.config["run"]["precision"], "batch": batch, "steps/s": rate, "clips/s": rate * batch}
    return figures | ({"peak GB": torch.cuda.max_memory_allocated() / 1e9} if GPU else {}), model


def sampling(name: str, models: dict[str, Any], clips: Any) -> dict[str, float]:
    """Clips/s of a generator with the profile's guidance, at the longest texts; on a GPU in TensorFloat-32 too."""
    from handx_core.generation.autoregressive import AutoregressiveSampling, sample_autoregressive
    from handx_core.generation.diffusion import DiffusionSampling, sample_diffusion
    from handx_core.models.autoregressive import load_autoregressive
    from handx_core.models.tokenizer import load_tokenizer
    from handx_core.representation.statistics import statistics_of
    from handx_core.training.diffusion import load_diffusion

    if name == "autoregressive":
        how: Any = PAPER.section(AutoregressiveSampling, f"{name}_sampling")
        parts: Any = sample_autoregressive, load_autoregressive(models[name]), load_tokenizer(models["tokenizer"])
    else:
        how = PAPER.section(DiffusionSampling, f"{name}_sampling")
        parts = sample_diffusion, load_diffusion(models[name]), statistics_of(clips.joints, "diffusion")
    (sample, *given), count = parts, how.batch_size if GPU and not SMALL else SAMPLED_ON_CPU[name]
    figures, made = {}, []
    for precision in ("highest", "high") if GPU else ("highest",):
        torch.set_float32_matmul_precision(precision)
        sample(*given, clips.text, clips.text_rows[:2, -1], range(2), how)  # warms up
        start = time.perf_counter()
        made.append(sample(*given, clips.text, clips.text_rows[:count, -1], range(count), how))
        figures["clips/s" if precision == "highest" else "clips/s, TF32"] = count / (time.perf_counter() - start)
    torch.set_float32_matmul_precision("highest")
    return figures | ({"mm off, TF32": 1e3 * float((made[1] - made[0]).norm(dim=-1).median())} if GPU else {})


def agreement(name: str, train: Callable[..., Any]) -> dict[str, float]:
    """The loss of the first and of the last steps, and the validation figures, without dropout."""
    model = train(name, dropout=0.0, steps=AGREEMENT_STEPS, validate_every=0, checkpoint_every=0)
    losses = [value for _, key, value in model.curve if key == "loss"]
    return {"first loss": losses[0], "mean of the last 10": float(np.mean(losses[-10:])), **model.metrics}


def resuming(clips: Any, own: Path, gpus: Path) -> dict[str, bool]:
    """Whether a run ends with the same bits again, and after a stop; and if the CPU goes on where a GPU stopped."""
    from handx_core.training.checkpoint import Run

    loop = {"steps": RESUME_STEPS, "checkpoint_every": STOPPED_AT, "validate_every": 0}

    def stopping(run: Run, seconds: float, save: Any = Run.save) -> None:
        save(run, seconds)
        raise KeyboardInterrupt

    def run(folder: Path, *log: Any) -> Any:
        return trainer(DEMO, clips, folder)("autoregressive", *log, **loop)

    once, again, lines = run(own / "once"), run(own / "again"), list[str]()
    for folder in (own / "stopped", own / "left"):
        with mock.patch.object(Run, "save", stopping):
            try:
                run(folder)
            except KeyboardInterrupt:
                continue
    found = {"same again": once.sha256 == again.sha256, "same after a stop": once.sha256 == run(own / "stopped").sha256}
    if not GPU and gpus.exists():
        run(gpus / "left", lines.append)
    return found | ({"goes on from the GPU": "resuming" in lines[0]} if lines else {})


def measure(folder: Path, device: str) -> None:
    """Print all figures of a device as they come, and keep them as JSON beside the clips."""
    clips, own = read_clips(folder, T5_BASE_WIDTH), folder / device
    figures: dict[str, Any] = {"device": {"": torch.cuda.get_device_name() if GPU else f"{os.cpu_count()} cores"}}
    models: dict[str, Any] = {}

    def note(what: str, found: dict[str, Any]) -> None:
        figures[what] = found
        print(device, what, found, flush=True)
        (folder / f"{device}.json").write_text(json.dumps(figures))

    train = trainer(PAPER, clips, own / "paper")
    for name in STEPS:
        found, models[name] = training(name, train)
        note(f"train {name}", found)
    for name in SAMPLED_ON_CPU:
        note(f"sample {name}", sampling(name, models, clips))
    clips = read_clips(folder, 64)
    train = trainer(DEMO, clips, own / "agreement")
    for name in STEPS:
        note(f"agree {name}", agreement(name, train))
    note("runs", resuming(clips, own, folder / "cuda"))


def main(folder: Path) -> None:
    """Measure each device in a process of its own, and print their figures side by side."""
    make_clips(folder)
    devices = ["cuda", "cpu"] if GPU else ["cpu"]
    with tempfile.TemporaryDirectory() as runs:
        for name in ("joints.npy", "texts.json"):
            Path(runs, name).symlink_to((folder / name).resolve())
        for device in devices:
            hidden = {} if device == "cuda" else {"CUDA_VISIBLE_DEVICES": ""}
            command = [sys.executable, __file__, "measure", runs, device, *["--small"] * SMALL]
            subprocess.run(command, env={**os.environ, **hidden}, check=True)
        columns = [json.loads(Path(runs, f"{device}.json").read_text()) for device in devices]
    print(f"torch {torch.__version__}")
    for what in columns[0]:
        for figure in dict.fromkeys(name for column in columns for name in column[what]):
            values = [column[what].get(figure, "") for column in columns]
            cells = [f"{value:14.5g}" if isinstance(value, float) else f"{value!s:>14}" for value in values]
            print(f"{what:22} {figure:34} {' '.join(cells)}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(Path(sys.argv[2]), sys.argv[3])
    else:
        with tempfile.TemporaryDirectory() as own_folder:
            main(Path(next((text for text in sys.argv[1:] if text != "--small"), own_folder)))
