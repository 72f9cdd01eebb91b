"""How fast a HoloAssist hand file is read on one core, and in how much memory.

    python benchmarks/holoassist.py [megabytes]

Writes a file of that size (default 200) in the exact format, reads it with the project's reader and with a plain one
in turn, and prints MB/s, their ratio and the growth of the process. The plain reader is what a person writes first:
line by line, split at tabs, float() of every cell, in one thread, as the dataset's own tools do.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from handx_core.sources.holoassist_hand_file import N_JOINTS, SYNCED, read_hand_file

ROUNDS = 3
MEGABYTE = 1_000_000


def write_file(path: Path, megabytes: float) -> None:
    """A synced hand file: random rotations and positions, 17 digits each."""
    rng = np.random.default_rng(0)
    size, frame = 0.0, 0
    with open(path, "w") as file:
        while size < megabytes * MEGABYTE:
            poses = np.zeros((N_JOINTS, 4, 4))
            poses[:, :3] = rng.uniform(-1.0, 1.0, (N_JOINTS, 3, 4))
            poses[:, 3, 3] = 1.0
            cells = [f"{frame / 30:.4f}", str(638_000_000_000_000_000 + 333_333 * frame), "1"]
            cells += [f"{number:.17g}" for number in poses.ravel()]
            size += file.write("\t".join([*cells, *["1"] * 2 * N_JOINTS]) + "\n")
            frame += 1


def read_plainly(path: Path) -> np.ndarray:
    """(N, 26, 3) positions of a file of 471 columns, by Python alone."""
    positions = []
    with open(path) as file:
        for line in file:
            if line == "\n":
                break
            numbers = [float(cell) for cell in line.split("\t")]
            positions.append(np.array(numbers[3:-52]).reshape(N_JOINTS, 4, 4)[:, :3, 3])
    return np.array(positions)


def seconds_of(read: Callable[[], object]) -> float:
    start = time.perf_counter()
    read()
    return time.perf_counter() - start


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE


def main(megabytes: float) -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core for all, threads of libraries included
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Left_sync.txt"
        write_file(path, megabytes)
        size = path.stat().st_size / MEGABYTE
        before = peak_megabytes()
        track = read_hand_file(path.parent, Path(path.name), SYNCED)
        after = peak_megabytes()
        np.testing.assert_array_equal(track.positions, read_plainly(path).astype(np.float32))
        ours, plain = [], []
        for _ in range(ROUNDS):
            ours.append(seconds_of(lambda: read_hand_file(path.parent, Path(path.name), SYNCED)))
            plain.append(seconds_of(lambda: read_plainly(path)))
    print(f"{size:.0f} MB, {len(track.ticks)} rows, one core, best of {ROUNDS}")
    print(f"plain reader    {size / min(plain):8.1f} MB/s")
    print(f"this project's  {size / min(ours):8.1f} MB/s   {min(plain) / min(ours):.1f} times the plain reader")
    print(f"peak memory grew by {after - before:.0f} MB in the first reading")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 200.0)
