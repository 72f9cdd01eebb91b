"""C3D files: header, parameters and data put together into one take.

The format says many things twice: points, frames, scale, rate and the place of the data stand in the first block and
in the parameters, and 16 bits are too few for the frames of long takes. Where they disagree, the reading is used that
accounts for the bytes of the data to within a block's padding.

What belongs here: which of a file's statements hold. What does not: how they are encoded (`c3d_parameters`,
`c3d_numbers`), frames (`c3d_data`), and what labels mean (`marker_set`).
"""

import itertools
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final

from handx_core.errors import RawDataError
from handx_core.mocap.c3d_data import FLOAT_BYTES, INTEGER_BYTES, Layout, read_positions
from handx_core.mocap.c3d_numbers import PROCESSORS
from handx_core.mocap.c3d_parameters import (
    BLOCK_BYTES,
    MAGIC,
    MOST_PARAMETER_BYTES,
    FirstBlock,
    Parameters,
    parse_first_block,
    parse_parameters,
)
from handx_core.mocap.take import C3dHeader, MarkerTake, Processor

_USUAL_PARAMETER_BLOCK: Final = 2
_WORD_VALUES: Final = 1 << 16
_LARGEST_WORD: Final = _WORD_VALUES - 1
_SLOWEST_HZ: Final = 0.1
_FASTEST_HZ: Final = 1e5
_LARGEST_SCALE: Final = 1e6
"""Units of length in one step of an integer."""

_METRES: Final = {
    "mm": 1e-3, "mill": 1e-3, "cm": 1e-2, "cent": 1e-2, "dm": 0.1, "deci": 0.1, "m": 1.0, "mete": 1.0, "metr": 1.0,
    "in": 0.0254, "inch": 0.0254, "ft": 0.3048, "feet": 0.3048, "foot": 0.3048,
}  # fmt: skip
"""By the first four letters of the unit: some writers keep no more."""

_MILLIMETRES: Final = 1e-3
_MOST_NOTES: Final = 20


def read_c3d(path: Path) -> MarkerTake:
    """The markers of a C3D file, of any processor, as floats or scaled integers; analog data are skipped.

    Positions are metres in the file's axes, NaN where a marker is missing. Memory is bounded by the file's size: at
    most 1.5 times its bytes for the positions, and about a megabyte. What had to be put up with is in the header's
    notes. Raises RawDataError, naming `path`, where it cannot be read, is no C3D file, holds no points or no whole
    frame, or has no usable rate or scale.
    """
    try:
        with open(path, "rb", buffering=0) as file:
            return _read(file, path)
    except OSError as error:
        raise RawDataError(path, f"expected a readable file, found: {error.strerror or error}") from error


def _read(file: FileIO, path: Path) -> MarkerTake:
    size = os.fstat(file.fileno()).st_size
    said = _read_statements(file, size, path)
    first, parameters = said.first, said.parameters
    notes = [*said.notes, *parameters.notes]
    scales = _scales(first, parameters, path)
    layouts = _layouts(said, scales, size)
    if not any(layout.n_points for layout in layouts):
        raise RawDataError(path, "expected points, found a file of other data alone")
    layout, count = _choose(layouts, _frame_counts(first, parameters), first.first_frame)
    held = layout.n_frames_held
    n_frames = min(count.n_frames, held)
    if not layout.n_points or n_frames < 1:
        found = f"found {size} bytes, frames of {layout.frame_bytes} from byte {layout.start}"
        raise RawDataError(path, f"expected a whole frame of points, {found}")
    scale = next(scale for scale in scales if (scale < 0.0) == (layout.word_bytes == FLOAT_BYTES))
    notes += _disagreements(first, parameters, layout, scale)
    if count.n_frames > held:
        notes.append(f"frames: {count.n_frames} by {count.by}, {held} in the file")
    units, metres_per_unit, unit_notes = _units(parameters)
    labels, n_unnamed = _labels(parameters, layout.n_points)
    rate_hz, rate_notes = _rate(first, parameters, path)
    notes += unit_notes + rate_notes
    factor = metres_per_unit if layout.word_bytes == FLOAT_BYTES else scale * metres_per_unit
    positions = read_positions(file, layout, n_frames, parameters.processor, factor, path)
    header = C3dHeader(
        processor=parameters.processor,
        integers=layout.word_bytes == INTEGER_BYTES,
        units=units,
        metres_per_unit=metres_per_unit,
        frames_declared=count.n_frames,
        frames_held=held,
        unnamed_points=n_unnamed,
        notes=_few(notes),
    )
    return MarkerTake(positions, labels, rate_hz, count.first_frame, header)


@dataclass(frozen=True)
class _Statements:
    """What a file says of itself. parameter_start: byte of the section in the file. n_parameter_blocks: its length."""

    first: FirstBlock
    parameters: Parameters
    parameter_start: int
    n_parameter_blocks: int
    notes: tuple[str, ...]


def _read_statements(file: FileIO, size: int, path: Path) -> _Statements:
    block = _read_at(file, 0, BLOCK_BYTES)
    if len(block) < BLOCK_BYTES or block[1] != MAGIC:
        found = f"a second byte of {block[1]:#04x}" if len(block) == BLOCK_BYTES else f"{len(block)} bytes"
        raise RawDataError(path, f"expected a C3D file, whose second byte is {MAGIC:#04x}, found {found}")
    start, processor, note = _find_parameters(file, block[0], path)
    first = parse_first_block(block, processor)
    section = _read_at(file, start, MOST_PARAMETER_BYTES)
    # Either of the two that say where the section ends may be wrong; its last record says so as well.
    n_blocks = section[2]
    section = section[: max(n_blocks * BLOCK_BYTES, _offset(first.data_block) - start)]
    parameters = parse_parameters(section, processor)
    return _Statements(first, parameters, start, n_blocks, (note,) if note else ())


def _read_at(file: FileIO, start: int, length: int) -> bytes:
    """The bytes from `start` on, `length` of them or as many as there are."""
    file.seek(start)
    pieces = []
    while length > 0 and (piece := file.read(length)):
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def _find_parameters(file: FileIO, block: int, path: Path) -> tuple[int, Processor, str]:
    """Where the section starts, the processor it names, and a note where it is not where the file says."""
    for tried in (block, _USUAL_PARAMETER_BLOCK):
        head = _read_at(file, _offset(tried), 4) if tried > 1 else b""
        if len(head) == 4 and head[3] in PROCESSORS:
            note = "" if tried == block else f"parameters: block {block} by the first block, found in {tried}"
            return _offset(tried), PROCESSORS[head[3]], note
    found = f"found none in block {block} nor {_USUAL_PARAMETER_BLOCK}"
    raise RawDataError(path, f"expected parameters of processor {', '.join(map(str, PROCESSORS))}, {found}")


def _offset(block: int) -> int:
    """Where a block starts, counted from 1."""
    return (block - 1) * BLOCK_BYTES


def _layouts(said: _Statements, scales: Sequence[float], size: int) -> list[Layout]:
    """Every way to read the data that the file's statements allow, the likeliest first."""
    first, parameters = said.first, said.parameters
    channels = parameters.number("ANALOG", "USED") or 0.0
    rates = parameters.number("ANALOG", "RATE") or 0.0, parameters.number("POINT", "RATE") or 0.0
    samples = round(rates[0] / rates[1]) if rates[1] > 0.0 and 0.0 < rates[0] / rates[1] < _WORD_VALUES else 0
    points = _words([parameters.number("POINT", "USED"), first.n_points])
    analogs = _words([first.n_analog, channels * first.n_samples, channels * samples])
    widths = dict.fromkeys(FLOAT_BYTES if scale < 0.0 else INTEGER_BYTES for scale in scales)
    blocks = _words([first.data_block, parameters.number("POINT", "DATA_START")])
    starts = [_offset(block) for block in blocks if block > 1 and _offset(block) < size]
    after_parameters = said.parameter_start + said.n_parameter_blocks * BLOCK_BYTES
    return [
        Layout(n_points, n_analog, word_bytes, start, _data_end(said, start, size))
        for start, word_bytes, n_analog, n_points in itertools.product(
            starts or [after_parameters], widths, analogs, points
        )
    ]


def _words(values: Iterable[float | None]) -> list[int]:
    """The distinct values that an unsigned word can hold, in their order."""
    usable = [int(value) for value in values if value is not None and 0.0 <= value < _WORD_VALUES]
    return list(dict.fromkeys(usable))


def _data_end(said: _Statements, start: int, size: int) -> int:
    """Some writers put parameters behind the data."""
    return said.parameter_start if start < said.parameter_start < size else size


@dataclass(frozen=True)
class _Count:
    """How many frames there are, by which statement, and the number of the first.

    is_least: whether it is as large as 16 bits allow, so that there may be more.
    """

    n_frames: int
    by: str
    first_frame: int
    is_least: bool = False


def _frame_counts(first: FirstBlock, parameters: Parameters) -> list[_Count]:
    """What the file says of its number of frames, in the order of trust; one that is no count is left out."""
    start = _long(parameters.numbers("TRIAL", "ACTUAL_START_FIELD"))
    end = _long(parameters.numbers("TRIAL", "ACTUAL_END_FIELD"))
    counts = []
    if start is not None and end:
        counts.append(_Count(end - start + 1, "TRIAL:ACTUAL_END_FIELD", start))
    for name in ("LONG_FRAMES", "FRAMES"):
        n_frames = int(parameters.number("POINT", name) or 0.0)
        counts.append(_Count(n_frames, f"POINT:{name}", first.first_frame, n_frames == _LARGEST_WORD))
    n_frames = (first.last_frame - first.first_frame + 1) % _WORD_VALUES
    counts.append(_Count(n_frames, "the first block", first.first_frame, first.last_frame == _LARGEST_WORD))
    return [count for count in counts if count.n_frames > 0]


def _long(words: Sequence[float]) -> int | None:
    """A number in one word or in two, the low one first; None where there is none, it is negative or not finite."""
    if not words or not all(0.0 <= word < math.inf for word in words):
        return None
    return int(words[0]) + (_WORD_VALUES * int(words[1]) if len(words) > 1 else 0)


def _choose(layouts: Sequence[Layout], counts: Sequence[_Count], first_frame: int) -> tuple[Layout, _Count]:
    """The first layout and count that account for all data but a block's padding.

    Counts of 16 bits go round in long takes, so counts larger by whole rounds are tried next. Where nothing fits, the
    file was cut off or something was appended: the likeliest layout and count then, or as many frames as there are
    where there is no count but such as may be too small. first_frame: for a take without a count.
    """
    for long in (False, True):
        for layout, count in itertools.product(layouts, counts):
            rounds = max(layout.n_frames_held - count.n_frames, 0) // _WORD_VALUES if long else 0
            n_frames = count.n_frames + rounds * _WORD_VALUES
            if 0 <= layout.end - layout.start - n_frames * layout.frame_bytes < BLOCK_BYTES:
                return layout, _Count(n_frames, count.by, count.first_frame)
    layout = layouts[0]
    if all(count.is_least for count in counts):
        return layout, _Count(layout.n_frames_held, "the file's size", first_frame)
    return layout, counts[0]


def _disagreements(first: FirstBlock, parameters: Parameters, layout: Layout, scale: float) -> list[str]:
    """A note for each thing that the parameters leave out, or that the two say differently from what is used."""
    notes = []
    for name, by_first_block, used in (
        ("USED", first.n_points, layout.n_points),
        ("DATA_START", first.data_block, layout.start // BLOCK_BYTES + 1),
        ("SCALE", first.scale, scale),
    ):
        by_parameters = parameters.number("POINT", name)
        if by_parameters is None:
            notes.append(f"POINT:{name} is missing: {used:g} used")
        elif not by_parameters == by_first_block == used:
            notes.append(f"POINT:{name} is {by_parameters:g}, {by_first_block:g} by the first block: {used:g} used")
    return notes


def _scales(first: FirstBlock, parameters: Parameters, path: Path) -> list[float]:
    """The scales that can be one, that of the parameters first: negative for floats, else the unit of integers."""
    scales = parameters.number("POINT", "SCALE"), first.scale
    usable = [scale for scale in scales if scale is not None and (scale < 0.0 or 0.0 < scale <= _LARGEST_SCALE)]
    if not usable:
        raise RawDataError(path, f"expected a scale up to {_LARGEST_SCALE:g}, found {first.scale:g}")
    return usable


def _rate(first: FirstBlock, parameters: Parameters, path: Path) -> tuple[float, list[str]]:
    """Frames per second, and a note where the two statements of it differ."""
    by_parameters = parameters.number("POINT", "RATE")
    usable = [rate for rate in (by_parameters, first.rate_hz) if rate and _SLOWEST_HZ <= rate <= _FASTEST_HZ]
    if not usable:
        expected = f"expected {_SLOWEST_HZ:g} to {_FASTEST_HZ:g} frames per second"
        raise RawDataError(path, f"{expected}, found {first.rate_hz:g}")
    if by_parameters == first.rate_hz:
        return usable[0], []
    found = "missing" if by_parameters is None else f"{by_parameters:g}"
    return usable[0], [f"POINT:RATE is {found}, {first.rate_hz:g} by the first block: {usable[0]:g} used"]


def _units(parameters: Parameters) -> tuple[str, float, list[str]]:
    """The unit as written, metres in one, and a note where that was not said in known words."""
    units = next(iter(parameters.texts("POINT", "UNITS")), "")
    metres = _METRES.get(units.strip().lower()[:4])
    if metres is not None:
        return units, metres, []
    return units, _MILLIMETRES, [f"POINT:UNITS is {units.strip()[:20] or 'missing'}: millimetres assumed"]


def _labels(parameters: Parameters, n_points: int) -> tuple[tuple[str, ...], int]:
    """A label for each point, `*` and its number where it has none, and how many have none."""
    names = itertools.chain(["LABELS"], (f"LABELS{number}" for number in itertools.count(2)))
    written: list[str] = []
    for texts in itertools.takewhile(len, (parameters.texts("POINT", name) for name in names)):
        written += texts
    written = [label.strip() for label in written[:n_points]]
    written += [""] * (n_points - len(written))
    labels = tuple(label or f"*{number}" for number, label in enumerate(written, start=1))
    return labels, written.count("")


def _few(notes: Sequence[str]) -> tuple[str, ...]:
    more = [f"and {len(notes) - _MOST_NOTES} more"] if len(notes) > _MOST_NOTES else []
    return (*notes[:_MOST_NOTES], *more)
