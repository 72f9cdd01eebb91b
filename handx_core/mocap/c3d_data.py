"""The data section of a C3D file: which bytes are frames, and frames to positions.

All frames of a file have the same length: four words a point (x, y, z and a word on quality), then analog values, so
that the section is one table. It is read in pieces that fit in a core's cache; only the result grows with the take.

What belongs here: bytes to positions. What does not: how a file says what its frames are (`c3d_file`).
"""

from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError
from handx_core.mocap.c3d_numbers import floats, integers
from handx_core.mocap.take import Processor

FLOAT_BYTES: Final = 4
INTEGER_BYTES: Final = 2

_WORDS_PER_POINT: Final = 4
_PIECE_BYTES: Final = 1 << 18


@dataclass(frozen=True)
class Layout:
    """Where frames lie. n_analog: values per frame. word_bytes: of each number. start, end: bytes in the file."""

    n_points: int
    n_analog: int
    word_bytes: int
    start: int
    end: int

    @property
    def point_bytes(self) -> int:
        return _WORDS_PER_POINT * self.n_points * self.word_bytes

    @property
    def frame_bytes(self) -> int:
        return self.point_bytes + self.n_analog * self.word_bytes

    @property
    def n_frames_held(self) -> int:
        """Whole frames between start and end; none where frames have no length."""
        return max(self.end - self.start, 0) // self.frame_bytes if self.frame_bytes else 0


def read_positions(
    file: RawIOBase, layout: Layout, n_frames: int, processor: Processor, factor: float, path: Path
) -> NDArray[np.float32]:
    """The first n_frames (at most as many as the file holds) as positions (T, M, 3), NaN where a marker is missing.

    factor: metres per unit of the stored numbers. A marker is missing where its fourth word is negative, where a
    number is not finite, or where all three coordinates are exactly 0: writers of all three kinds are about. Beside
    the result this takes about a megabyte. Raises RawDataError where the file became shorter meanwhile.
    """
    positions = np.empty((n_frames, layout.n_points, 3), np.float32)
    frames_at_once = max(_PIECE_BYTES // layout.frame_bytes, 1)
    piece = np.empty((min(frames_at_once, n_frames), layout.frame_bytes), np.uint8)
    file.seek(layout.start)
    for first in range(0, n_frames, frames_at_once):
        part = positions[first : first + frames_at_once]
        frames = piece[: len(part)]
        _fill(frames, file, path)
        points = np.ascontiguousarray(frames[:, : layout.point_bytes]).reshape(-1)
        decode = floats if layout.word_bytes == FLOAT_BYTES else integers
        _convert(decode(points, processor).reshape(-1, _WORDS_PER_POINT), factor, part.reshape(-1, 3))
    return positions


def _fill(frames: NDArray[np.uint8], file: RawIOBase, path: Path) -> None:
    rest = frames.reshape(-1).data
    while rest:
        n_read = file.readinto(rest)
        if not n_read:
            raise RawDataError(path, f"expected {len(rest)} more bytes of frames, found the end of the file")
        rest = rest[n_read:]


def _convert(points: NDArray[np.float32] | NDArray[np.int16], factor: float, positions: NDArray[np.float32]) -> None:
    """(n, 4) words as stored -> (n, 3) metres, NaN where missing, written to `positions`."""
    x, y, z, quality = np.asarray(points, np.float32).T
    # Numbers so large that a sum of them overflows are as missing as those that are not finite.
    with np.errstate(invalid="ignore", over="ignore"):
        extent = np.abs(x) + np.abs(y) + np.abs(z)
        seen = (quality >= 0.0) & (extent > 0.0) & (extent + quality < np.inf)
        factors = np.where(seen, np.float32(factor), np.float32(np.nan))
        for axis, coordinates in enumerate((x, y, z)):
            np.multiply(coordinates, factors, out=positions[:, axis])
