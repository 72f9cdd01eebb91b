"""How the memory of one optical take grows with its length, stage by stage.

    python benchmarks/long_take.py [minutes] [more minutes]

Tiles a synthetic take of 20 s, there and back, to a take of 3 and one of 30 minutes (C3D, 25 markers a hand, 120 Hz),
and makes each stage of each in a process of its own, which takes some eight minutes. Prints the most resident memory of
that process and its workers at any time, how much more of it the longer take needs, how much larger its own arrays are
(what the stage takes in and gives out, in single precision, held once), and the ratio of the two.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from memory import make_stages, peak_mb

MINUTES = ("3", "30")
RATE_HZ = 120.0
TILE_S = 20.0
TAKE = Path("S01/session_1/take_01.c3d")

POSITIONS = 2 * 25 * 3
PAYLOAD = POSITIONS + 2 * (2 * 25)
JOINTS = 2 * 21 * 3
NUMBERS_A_FRAME = {
    "read_c3d": POSITIONS,
    "recordings": POSITIONS + PAYLOAD,
    "subject_hands": PAYLOAD,
    "skeletons": PAYLOAD + JOINTS,
}
"""By stage: what it takes in and gives out of a frame at the cameras' rate."""


def write_take(path: Path, n_frames: int) -> None:
    """A take of so many frames, in which nothing jumps where the tiles meet."""
    from handx_core.synthetic.marker_hands import optical_take
    from handx_core.synthetic.write_optitrack import c3d_file, marker_labels

    tile = optical_take("foreign", 0, 0, TILE_S, RATE_HZ, routine=True).measured
    there_and_back = np.concatenate([tile, tile[::-1]]).reshape(2 * len(tile), -1, 3)
    points = there_and_back[np.arange(n_frames) % len(there_and_back)]
    path.parent.mkdir(parents=True)
    path.write_bytes(c3d_file(marker_labels(0), points, RATE_HZ, 0))


def make_stage(stage: str, root: Path, data: Path) -> None:
    """Make a stage from those before it, or read the file alone."""
    if stage != "read_c3d":
        make_stages(root, "optitrack", data, [stage])
        return
    from handx_core.mocap.c3d_file import read_c3d

    print("begins", flush=True)
    read_c3d(root / "optitrack" / TAKE)


def main(shorter: str, longer: str) -> None:
    """Measure both lengths and print a line for each stage."""
    n_frames = [round(float(minutes) * 60.0 * RATE_HZ) for minutes in (shorter, longer)]
    with tempfile.TemporaryDirectory() as folder:
        places = [(Path(folder, f"raw{n}"), Path(folder, f"data{n}")) for n in n_frames]
        for (root, _), n in zip(places, n_frames, strict=True):
            write_take(root / "optitrack" / TAKE, n)
        print(f"MB{'at rest':>21s}{shorter + ' min':>9s}{longer + ' min':>9s}{'more':>9s}{'arrays':>9s}{'ratio':>9s}")
        for stage, numbers in NUMBERS_A_FRAME.items():
            measured = [
                peak_mb([sys.executable, __file__, "measure", stage, str(root), str(data)]) for root, data in places
            ]
            (low, at_rest), (high, _) = measured
            arrays = (n_frames[1] - n_frames[0]) * numbers * np.dtype(np.float32).itemsize / 2**20
            figures = "".join(f"{figure:9.0f}" for figure in (at_rest, low, high, high - low, arrays))
            print(f"{stage:14s}{figures}{(high - low) / arrays:9.1f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        make_stage(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main(*(sys.argv[1:3] or MINUTES))
