"""How fast C3D files are read, beside the c3d package.

    python benchmarks/c3d_files.py [frames of a take]

Writes a take of 100 markers and that many frames (default 20000) with the package, reads it with the package's
`read_frames`, keeping nothing, and with the project's reader into one array of metres, in turn, and prints frames/s and
the ratio. Both must give the same numbers. A second take has analog channels in its frames. The files lie in the page
cache for both.
"""

import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import c3d
import numpy as np

from handx_core.mocap import read_c3d

MARKERS = 100
CHANNELS = 12
SAMPLES = 10
RATE_HZ = 120.0
MILLIMETRES = np.float32(1e-3)
MISSING_SHARE = 0.05
ROUNDS = 5


def write_take(path: Path, n_frames: int, n_channels: int) -> None:
    """Markers in random places, some of them missing, and noise on the channels."""
    rng = np.random.default_rng(0)
    writer = c3d.Writer(point_rate=RATE_HZ, analog_rate=SAMPLES * RATE_HZ if n_channels else 0.0)
    writer.set_point_labels([f"marker{number}" for number in range(MARKERS)])
    writer.set_analog_labels([f"channel{number}" for number in range(max(n_channels, 1))])
    analog = rng.normal(size=(n_channels, SAMPLES)) if n_channels else np.zeros((0, 0))
    for _ in range(n_frames):
        points = np.zeros((MARKERS, 5))
        points[:, :3] = rng.uniform(-1000.0, 1000.0, (MARKERS, 3))
        points[rng.random(MARKERS) < MISSING_SHARE] = [0.0, 0.0, 0.0, -1.0, 0.0]
        writer.add_frames((points, analog))
    with open(path, "wb") as file:
        writer.write(file)


def read_by_package(path: Path) -> np.ndarray:
    """(T, M, 4) float32: millimetres, and the residual, which is -1 where a marker is missing."""
    with open(path, "rb") as file:
        return np.stack([points[:, :4] for _, points, _ in c3d.Reader(file).read_frames()])


def go_through_frames(path: Path) -> None:
    with open(path, "rb") as file:
        for _ in c3d.Reader(file).read_frames():
            pass


def assert_equal(path: Path) -> None:
    points = read_by_package(path)
    positions = points[..., :3] * MILLIMETRES
    positions[points[..., 3] < 0.0] = np.nan
    np.testing.assert_array_equal(read_c3d(path).positions, positions)


def seconds_of(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(path: Path, n_frames: int, what: str) -> None:
    assert_equal(path)
    readers = (("c3d package", lambda: go_through_frames(path)), ("this project's", lambda: read_c3d(path)))
    seconds: dict[str, list[float]] = {name: [] for name, _ in readers}
    for _ in range(ROUNDS):
        for name, read in readers:
            seconds[name].append(seconds_of(read))
    slowest = min(seconds["c3d package"])
    print(f"{n_frames} frames of {MARKERS} markers, {what}, best of {ROUNDS}, load {os.getloadavg()[0]:.1f}")
    for name, measured in seconds.items():
        print(f"{name:16s}{n_frames / min(measured):9.0f} frames/s   {slowest / min(measured):.1f} times the package")


def main(n_frames: int) -> None:
    warnings.filterwarnings("ignore", module="c3d")  # that it finds no analog data
    with tempfile.TemporaryDirectory() as folder:
        for n_channels, what in ((0, "no analog data"), (CHANNELS, f"{CHANNELS} analog channels of {SAMPLES} samples")):
            path = Path(folder) / "take.c3d"
            write_take(path, n_frames, n_channels)
            measure(path, n_frames, what)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20000)
