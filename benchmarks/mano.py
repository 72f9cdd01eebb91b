"""MANO's joints and fingertips: ours beside smplx, in one run, on one core, on the stand-in model.

    python benchmarks/mano.py

Prints hand-frames per second of `ManoHand.joints` (arrays, and tensors) and of `smplx.MANO.forward`, which computes all
778 vertices, each in single precision and at its best batch size, and ours over smplx. Runs alternate, so that a busy
machine slows all alike; the best of each counts.
"""

import contextlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import torch
from smplx.body_models import MANO
from smplx.utils import Struct

from handx_core.hand_models.mano import ManoFiles
from handx_core.synthetic.mano_standin import standin_model, write_standin

BATCHES: Final = (256, 1024, 4096)
ROUNDS: Final = 7


def hand_frames_per_second(run: Callable[[], object], n_frames: int) -> float:
    """Of one call."""
    start = time.perf_counter()
    run()
    return n_frames / (time.perf_counter() - start)


def candidates(n_frames: int) -> dict[str, Callable[[], object]]:
    """What is compared, by name, on the same random poses."""
    rng = np.random.default_rng(0)
    pose, betas, rotation, translation = (
        rng.normal(0.0, 0.5, (n_frames, width)).astype(np.float32) for width in (45, 10, 3, 3)
    )
    tensors = [torch.from_numpy(value) for value in (pose, betas, rotation, translation)]
    with tempfile.TemporaryDirectory() as folder:
        write_standin(Path(folder))
        hand = ManoFiles(Path(folder), Path(folder) / "converted").hand("right")
    with contextlib.redirect_stdout(None):  # it warns that MANO has ten shapes
        layer = MANO("", data_struct=Struct(**standin_model(1)), is_rhand=True, use_pca=False, batch_size=n_frames)
    given = dict(zip(("hand_pose", "betas", "global_orient", "transl"), tensors, strict=True))
    return {
        "ours, arrays": lambda: hand.joints(pose, betas, rotation, translation, pose_is="relative_to_mean"),
        "ours, tensors": lambda: hand.joints(*tensors, pose_is="relative_to_mean"),
        "smplx": lambda: layer(**given),
    }


def main() -> None:
    """Measure and print."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core for all, threads of libraries included
    torch.set_num_threads(1)
    best: dict[str, float] = {}
    with torch.no_grad():
        for n_frames in BATCHES:
            runs = candidates(n_frames)
            for _ in range(ROUNDS):
                for name, run in runs.items():
                    best[name] = max(best.get(name, 0.0), hand_frames_per_second(run, n_frames))
    print(f"{'':14} {'hand-frames/s':>14} {'over smplx':>11}")
    for name, speed in best.items():
        print(f"{name:14} {speed:14,.0f} {speed / best['smplx']:10.1f}x")


if __name__ == "__main__":
    main()
