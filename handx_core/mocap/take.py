"""What a file of an optical capture holds, once read: markers over time and what its header said.

What belongs here: the values that readers of marker files return. What does not: reading, and what a label means.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Processor = Literal["Intel", "DEC", "MIPS"]
"""Whose numbers a file is written in: little-endian IEEE, VAX, big-endian IEEE."""


@dataclass(frozen=True)
class C3dHeader:
    """What a C3D file said of itself, and what had to be done to read it.

    integers: whether coordinates are stored as scaled 16-bit integers, not as floats. units: as written, "" where the
    file names none. metres_per_unit: the factor applied to get metres. frames_declared: by header or parameters;
    frames_held: whole frames between the start of the data and its end. Both may differ from the take's length: a
    file is padded to whole blocks, or was cut off. unnamed_points: points without a label, named `*1`, `*2`, ... by
    their number. notes: one line for each thing in the file that a strict reader would have stumbled over.
    """

    processor: Processor
    integers: bool
    units: str
    metres_per_unit: float
    frames_declared: int
    frames_held: int
    unnamed_points: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class MarkerTake:
    """One take of an optical capture.

    positions: (T, M, 3) float32, metres, in the axes of the file; NaN where a marker is missing. labels: M names as
    written, not necessarily distinct. rate_hz: frames per second. first_frame: the number that the capture software
    gave to positions[0].
    """

    positions: NDArray[np.float32]
    labels: tuple[str, ...]
    rate_hz: float
    first_frame: int
    header: C3dHeader
