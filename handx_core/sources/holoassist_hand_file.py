"""The hand files of HoloAssist: one hand's 26 joint poses, one instant a row, read as a stream.

What belongs here: the columns of these files, and their reading block by block in bounded memory. What does not: what
the joints mean, labels, or how two hands come together (`holoassist`).

A file has no header. A row is tab-separated text: stamps, flags of the hand, 26 x 16 numbers (row-major 4 x 4 poses,
joint to world), 26 flags "valid", 26 flags "tracked"; the first exporters wrote no flags of joints. Rows end with the
first empty line, as in the official reader.
Of a pose only the position is converted (columns 3, 7 and 11 of 16). LAYOUTS are the column counts known.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from handx_core.errors import RawDataError
from handx_core.sources import raw_files

N_JOINTS: Final = 26
TICKS_PER_SECOND: Final = 10_000_000
"""Ticks of .NET: 100 ns."""

_POSE_NUMBERS: Final = 16 * N_JOINTS
_POSITION_IN_POSE: Final = (3, 7, 11)
_BLOCK: Final = 4 * raw_files.MEGABYTE
_LONGEST_ROW: Final = 64 << 10
_MOST_ROWS: Final = 4 * 3600 * 30
"""Four hours at 30 frames per second, several times the longest session."""

_LARGEST_TICKS: Final = 3_155_378_976_000_000_000
"""The last day that .NET can stamp."""


@dataclass(frozen=True)
class Layout:
    """The columns of a row.

    seconds: None where there are none. hand_flags: flags of the hand, up to the last one before the poses, of which any
    says that the hand is there. joint_flags: whether the flags of the joints follow the poses.
    """

    name: str
    seconds: int | None
    ticks: int
    hand_flags: tuple[int, ...]
    joint_flags: bool = True

    @property
    def poses(self) -> int:
        """The first column of the poses."""
        return self.hand_flags[-1] + 1

    @property
    def columns(self) -> int:
        """Columns of a row."""
        return self.poses + _POSE_NUMBERS + 2 * N_JOINTS * self.joint_flags

    @property
    def needed(self) -> tuple[int, ...]:
        """The columns that are converted: seconds, if any, flags of the hand, positions, flags of the joints."""
        seconds = () if self.seconds is None else (self.seconds,)
        positions = (self.poses + 16 * joint + place for joint in range(N_JOINTS) for place in _POSITION_IN_POSE)
        return (*seconds, *self.hand_flags, *positions, *range(self.poses + _POSE_NUMBERS, self.columns))


SYNCED: Final[tuple[Layout, ...]] = (Layout("sync_471", 0, 1, (2,)), Layout("sync_473", 0, 1, (2, 3, 4)))
"""Rows at the instants of the video: seconds, ticks, flags. The newer version has two flags more."""

AS_RECORDED: Final[tuple[Layout, ...]] = (
    Layout("raw_470", None, 0, (1,)),
    Layout("raw_473", None, 0, (1, 2, 3, 4)),
    Layout("raw_420", None, 0, (3,), joint_flags=False),
)
"""Rows as the recorder's own exporter writes them: ticks, flags. The first exporters, of hands tracked through
StereoKit, wrote gripped, pinched and tracked, of which the last alone says whether the hand is there."""


@dataclass(frozen=True)
class HandTrack:
    """One hand at its own stamps.

    ticks: (N,) int64, increasing. start_s: the first stamp, seconds since the start of the video. positions:
    (N, 26, 3) float32 m, zero where the hand is not there or a number is none. present: (N,), whether any flag of the
    hand is set. joint_valid, joint_tracked: (N, 26), as `present` where the joints have no flags. new: (N,), False
    where the pose is that of the row before.
    """

    layout: Layout
    ticks: NDArray[np.int64]
    start_s: float
    positions: NDArray[np.float32]
    present: NDArray[np.bool_]
    joint_valid: NDArray[np.bool_]
    joint_tracked: NDArray[np.bool_]
    new: NDArray[np.bool_]


@dataclass(frozen=True)
class _Rows:
    """Some rows of a file, with the meaning they have in HandTrack; seconds (N,) NaN where there are none."""

    ticks: NDArray[np.int64]
    seconds: NDArray[np.float64]
    positions: NDArray[np.float64]
    present: NDArray[np.bool_]
    joint_valid: NDArray[np.bool_]
    joint_tracked: NDArray[np.bool_]


def read_hand_file(root: Path, path: Path, layouts: tuple[Layout, ...]) -> HandTrack:
    """One hand's file, in memory that does not grow with what a row holds beside the positions.

    Rows that repeat the stamp and pose of the row before are left out. Raises RawDataError where the file is of no
    known layout, holds anything but numbers, or its stamps go back.
    """
    if not (root / path).is_file():
        raise RawDataError(path, "expected a file, found none")
    try:
        with open(root / path, "rb", buffering=0) as file:
            return _read(file, path, layouts)
    except OSError as error:
        raise RawDataError(path, f"expected a readable file, found: {error.strerror or error}") from error


def _read(file: FileIO, path: Path, layouts: tuple[Layout, ...]) -> HandTrack:
    layout: Layout | None = None
    kept: list[tuple[NDArray[np.bool_], _Rows]] = []
    last: _Rows | None = None
    for lines in _blocks_of_lines(file, path):
        layout = layout or _layout(lines, path, layouts)
        rows = _parse(lines, layout, path)
        new, repeated = _compare_with_the_row_before(rows, last, path)
        last = _select(rows, slice(-1, None))
        kept.append((new[~repeated], _select(rows, ~repeated, np.float32)))
        if sum(len(block) for block, _ in kept) > _MOST_ROWS:
            raise RawDataError(path, f"expected at most {_MOST_ROWS} rows, found more")
    if layout is None or last is None:
        raise RawDataError(path, "expected rows of numbers, found none")
    ticks = np.concatenate([rows.ticks for _, rows in kept])
    start_s = 0.0
    if layout.seconds is not None:
        start_s = _start_of(float(kept[0][1].seconds[0]), float(last.seconds[0]), ticks, path)
    return HandTrack(
        layout=layout,
        ticks=ticks,
        start_s=start_s,
        positions=np.concatenate([rows.positions for _, rows in kept]).astype(np.float32, copy=False),
        present=np.concatenate([rows.present for _, rows in kept]),
        joint_valid=np.concatenate([rows.joint_valid for _, rows in kept]),
        joint_tracked=np.concatenate([rows.joint_tracked for _, rows in kept]),
        new=np.concatenate([new for new, _ in kept]),
    )


def _blocks_of_lines(file: FileIO, path: Path) -> Iterator[bytes]:
    """Whole lines, some megabytes at a time, up to the first empty line or the end."""
    rest = b""
    while True:
        block = file.read(_BLOCK)
        joined = rest + block
        end = joined.rfind(b"\n") + 1 if block else len(joined)
        lines, rest = joined[:end], joined[end:]
        if len(rest) > _LONGEST_ROW:
            raise RawDataError(path, f"expected rows of at most {_LONGEST_ROW} bytes, found a longer one")
        if lines.startswith((b"\n", b"\r\n")):
            return
        ends = [place for place in (lines.find(b"\n\n"), lines.find(b"\n\r\n")) if place >= 0]
        if ends:
            yield lines[: min(ends) + 1]
            return
        if lines:
            yield lines
        if not block:
            return


def _layout(lines: bytes, path: Path, layouts: tuple[Layout, ...]) -> Layout:
    found = lines[: lines.find(b"\n") + 1 or None].count(b"\t") + 1
    for layout in layouts:
        if layout.columns == found:
            return layout
    expected = " or ".join(str(layout.columns) for layout in layouts)
    raise RawDataError(path, f"expected {expected} tab-separated columns, found {found}")


def _parse(lines: bytes, layout: Layout, path: Path) -> _Rows:
    """The needed columns of some lines. Raises RawDataError where a row has others or they hold no numbers."""
    names = [str(column) for column in range(layout.columns)]
    needed = [names[column] for column in layout.needed]
    types = {name: pa.float64() for name in needed} | {names[layout.ticks]: pa.int64()}
    try:
        table = csv.read_csv(
            pa.BufferReader(lines),
            csv.ReadOptions(use_threads=False, block_size=len(lines) + 1, column_names=names),
            csv.ParseOptions(delimiter="\t", quote_char=False, ignore_empty_lines=False),
            csv.ConvertOptions(include_columns=list(types), column_types=types, null_values=["NaN"]),
        )
    except pa.ArrowInvalid as error:
        raise RawDataError(path, f"expected {layout.columns} numbers a row, found: {error!s:.200}") from error
    if table[names[layout.ticks]].null_count:
        raise RawDataError(path, "expected a stamp in every row, found NaN")
    numbers = np.stack([table[name].to_numpy() for name in needed], axis=1)
    first_flag = 0 if layout.seconds is None else 1
    first_position = first_flag + len(layout.hand_flags)
    first_joint_flag = first_position + 3 * N_JOINTS
    flags = np.delete(numbers, np.r_[:first_flag, first_position:first_joint_flag], axis=1)
    if not ((flags == 0.0) | (flags == 1.0)).all():
        raise RawDataError(path, "expected flags that are 0 or 1, found others")
    present = flags[:, : len(layout.hand_flags)].max(axis=1) > 0.0
    positions = numbers[:, first_position:first_joint_flag].reshape(-1, N_JOINTS, 3)
    usable = present & np.isfinite(positions).all(axis=(1, 2))
    positions[~usable] = 0.0
    raw_files.check_positions(positions, path, "joints")
    if layout.joint_flags:
        joint_flags = flags[:, len(layout.hand_flags) :].reshape(-1, 2, N_JOINTS) > 0.0
    else:
        joint_flags = np.repeat(present, 2 * N_JOINTS).reshape(-1, 2, N_JOINTS)
    seconds = numbers[:, 0] if first_flag else np.full(len(numbers), math.nan)
    ticks = table[names[layout.ticks]].to_numpy()
    return _Rows(ticks, seconds, positions, present, joint_flags[:, 0], joint_flags[:, 1])


def _select(rows: _Rows, which: slice | NDArray[np.bool_], dtype: type = np.float64) -> _Rows:
    return _Rows(
        rows.ticks[which],
        rows.seconds[which],
        rows.positions[which].astype(dtype, copy=False),
        rows.present[which],
        rows.joint_valid[which],
        rows.joint_tracked[which],
    )


def _compare_with_the_row_before(
    rows: _Rows, last: _Rows | None, path: Path
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each row's pose is new, and whether the row repeats pose and stamp both. last: the row before these."""
    before = np.full((1, N_JOINTS, 3), np.nan) if last is None else last.positions
    new = (np.diff(rows.positions, axis=0, prepend=before) != 0.0).any(axis=(1, 2))
    if rows.ticks.min() < 0 or rows.ticks.max() > _LARGEST_TICKS:
        raise RawDataError(path, f"expected ticks from 0 to {_LARGEST_TICKS}, found others")
    steps = np.diff(rows.ticks, prepend=-1 if last is None else int(last.ticks[0]))
    if (steps < 0).any():
        raise RawDataError(path, "expected stamps that do not go back, found some that do")
    if ((steps == 0) & new).any():
        raise RawDataError(path, "expected one pose a stamp, found two poses of the same ticks")
    return new, steps == 0


def _start_of(first_s: float, last_s: float, ticks: NDArray[np.int64], path: Path) -> float:
    """The first row's seconds, which are rounded; ticks tell the rest. Raises RawDataError where the two disagree."""
    by_ticks = float(ticks[-1] - ticks[0]) / TICKS_PER_SECOND
    if not 0.0 <= first_s <= _MOST_ROWS:
        raise RawDataError(path, f"expected seconds since the start of the video, found {first_s:g}")
    if not abs(last_s - first_s - by_ticks) <= 1.0 + 0.01 * by_ticks:
        found = f"found {last_s - first_s:g} s and {by_ticks:g} s"
        raise RawDataError(path, f"expected seconds and ticks of the same length, {found}")
    return first_s
