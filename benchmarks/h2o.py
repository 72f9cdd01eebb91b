"""How fast H2O's text files are read, on one core and on two.

    python benchmarks/h2o.py [frames of a take]

Writes 8 takes of that many frames (default 3000) in the exact format, reads them with a plain reader and with the
project's, in turn, and prints frames/s and ratios. The plain reader is what a person writes first: file by file, text
split at spaces, float() of every word, in one thread. The files lie in the page cache for all. Two cores pay about a
second for starting their processes, whatever there is to read.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import Recording
from handx_core.sources.h2o import H2o
from handx_core.sources.reading import read_source

TAKES = 8
ROUNDS = 3
NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))


def write_take(folder: Path, frames: int, rng: np.random.Generator) -> None:
    """Random hands before a camera that does not turn, 18 digits each."""
    (folder / "hand_pose").mkdir(parents=True)
    (folder / "cam_pose").mkdir()
    for frame in range(frames):
        hands = np.column_stack([np.ones(2), rng.uniform(-0.5, 0.5, (2, 63))]).ravel()
        pose = np.eye(4)
        pose[:3, 3] = rng.uniform(-0.1, 0.1, 3)
        for name, numbers in (("hand_pose", hands), ("cam_pose", pose.ravel())):
            (folder / name / f"{frame:06d}.txt").write_text(" ".join(f"{number:.18g}" for number in numbers) + "\n")


def read_plainly(root: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Hands and camera poses of all takes, in single precision, by Python alone."""
    takes = []
    for camera in sorted(root.glob("subject*/*/*/cam4")):
        rows: dict[str, list[list[float]]] = {"hand_pose": [], "cam_pose": []}
        for name in rows:
            for path in sorted((camera / name).glob("*.txt")):
                with open(path) as file:
                    rows[name].append([float(word) for word in file.read().split(" ")])
        takes.append((np.array(rows["hand_pose"], np.float32), np.array(rows["cam_pose"], np.float32)))
    return takes


def read(root: Path, workers: int) -> list[Recording]:
    recordings = list(read_source(H2o(), root, NO_MANO, workers))
    assert all(isinstance(recording, Recording) for recording in recordings)
    return recordings


def seconds_of(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(frames: int) -> None:
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for take in range(TAKES):
            write_take(root / "subject1" / "h1" / str(take) / "cam4", frames, rng)
        for recording, (hands, _) in zip(read(root, 1), read_plainly(root), strict=True):
            np.testing.assert_array_equal(recording.arrays["joints"].ravel(), hands.reshape(-1, 2, 64)[..., 1:].ravel())
        seconds: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for name, work in (
                ("plain reader", lambda: read_plainly(root)),
                ("this project's, one core", lambda: read(root, 1)),
                ("this project's, two cores", lambda: read(root, 2)),
            ):
                seconds.setdefault(name, []).append(seconds_of(work))
    plain = min(seconds["plain reader"])
    print(f"{TAKES} takes of {frames} frames, best of {ROUNDS}, load {os.getloadavg()[0]:.1f}")
    for name, measured in seconds.items():
        print(f"{name:28s}{TAKES * frames / min(measured):9.0f} frames/s   {plain / min(measured):.2f} times the plain")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
