"""The first block of a C3D file and its parameter section, as they are found in the wild.

A parameter section is a chain of records, each with the distance to the next. Writers get distances wrong, leave out
the byte that gives the length of a description, or write a name twice; so a record's end is where another record can
start, and what cannot be read is left out. Nothing here is trusted further than the bytes that there are.

What belongs here: bytes to named values. What does not: what the values mean for the data (`c3d_file`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from handx_core.mocap.c3d_numbers import floats, integers
from handx_core.mocap.take import Processor

BLOCK_BYTES: Final = 512
MAGIC: Final = 0x50
MOST_PARAMETER_BYTES: Final = 255 * BLOCK_BYTES
"""The length of the section is written in one byte, in blocks."""

_SECTION_HEADER_BYTES: Final = 4
_CHARACTERS: Final = -1
_ELEMENT_BYTES: Final = (1, 2, 4)
_SPACE: Final = 0x20
_DELETE: Final = 0x7F
"""Printable characters of ASCII are from the one to before the other."""


@dataclass(frozen=True)
class FirstBlock:
    """What the first block of a file says.

    n_points: per frame. n_analog: values per frame, over all channels and samples. n_samples: analog samples per
    frame. first_frame, last_frame: 16 bits, so that long takes cannot be counted by them. scale: negative where
    coordinates are floats, else the unit of the integers. data_block: where frames start, counted from 1.
    """

    n_points: int
    n_analog: int
    n_samples: int
    first_frame: int
    last_frame: int
    scale: float
    data_block: int
    rate_hz: float


def parse_first_block(block: bytes, processor: Processor) -> FirstBlock:
    """block: the first 512 bytes of the file."""
    content = np.frombuffer(block, np.uint8)
    words = integers(content[:BLOCK_BYTES], processor).view(np.uint16).tolist()
    scale, rate_hz = floats(np.concatenate([content[12:16], content[20:24]]), processor).tolist()
    return FirstBlock(
        n_points=words[1],
        n_analog=words[2],
        n_samples=words[9],
        first_frame=words[3],
        last_frame=words[4],
        scale=scale,
        data_block=words[8],
        rate_hz=rate_hz,
    )


@dataclass(frozen=True)
class Parameter:
    """A value as it stands in the file: element_bytes is -1 for characters; the first dimension runs fastest."""

    element_bytes: int
    dimensions: tuple[int, ...]
    content: bytes


@dataclass(frozen=True)
class Parameters:
    """The parameters of a file by group and name, both in capitals; notes as in `C3dHeader`."""

    processor: Processor
    by_name: Mapping[tuple[str, str], Parameter]
    notes: tuple[str, ...]

    def numbers(self, group: str, name: str) -> list[float]:
        """The numbers of a parameter, integers unsigned; none where it is missing or holds characters."""
        parameter = self.by_name.get((group, name))
        if parameter is None or parameter.element_bytes == _CHARACTERS:
            return []
        whole = len(parameter.content) - len(parameter.content) % parameter.element_bytes
        content = np.frombuffer(parameter.content[:whole], np.uint8)
        if parameter.element_bytes == 4:
            return floats(content, self.processor).tolist()
        if parameter.element_bytes == 2:
            return integers(content, self.processor).view(np.uint16).tolist()
        return content.tolist()

    def number(self, group: str, name: str) -> float | None:
        """The first number of a parameter, None where there is none or it is not finite."""
        found = self.numbers(group, name)
        return found[0] if found and math.isfinite(found[0]) else None

    def texts(self, group: str, name: str) -> list[str]:
        """The texts of a parameter as written, padding included, what cannot be printed as `?`."""
        parameter = self.by_name.get((group, name))
        if parameter is None or parameter.element_bytes != _CHARACTERS or not parameter.content:
            return []
        length = parameter.dimensions[0] if len(parameter.dimensions) > 1 else len(parameter.content)
        content = parameter.content
        return [_text(content[start : start + length]) for start in range(0, len(content), length)] if length else []


def parse_parameters(section: bytes, processor: Processor) -> Parameters:
    """The parameters in a section, which is cut off where it must end at the latest. Never raises."""
    groups: dict[int, str] = {}
    found: list[tuple[int, str, Parameter]] = []
    notes: list[str] = []
    position = _SECTION_HEADER_BYTES
    while _can_start_at(section, position):
        record = _parse_record(section, position, processor)
        if record.parameter is None:
            groups.setdefault(-record.group, record.name)
        else:
            found.append((record.group, record.name, record.parameter))
        if record.note:
            notes.append(f"parameters: {record.note} in {record.name}")
        position = record.end
    by_name: dict[tuple[str, str], Parameter] = {}
    for group, name, parameter in found:
        key = groups.get(group, ""), name
        if key in by_name:
            notes.append(f"parameters: {key[0]}:{name} stands twice; the first with a value is used")
        if key not in by_name or not by_name[key].content:
            by_name[key] = parameter
    return Parameters(processor, by_name, tuple(notes))


@dataclass(frozen=True)
class _Record:
    """group: negative where the record names a group. end: where the next record starts."""

    group: int
    name: str
    parameter: Parameter | None
    end: int
    note: str


def _parse_record(section: bytes, position: int, processor: Processor) -> _Record:
    group = _signed(section[position + 1])
    body = position + 2 + abs(_signed(section[position]))
    name = _text(section[position + 2 : body]).strip().upper()
    declared = body + _word(section, body, processor)
    if group < 0:
        end, note = _end_of(section, body + 2, declared)
        return _Record(group, name, None, end, note)
    n_dimensions = _byte(section, body + 3)
    start = body + 4 + n_dimensions
    dimensions = tuple(section[body + 4 : start])
    element_bytes = _signed(_byte(section, body + 2))
    # Up to 255 dimensions of up to 255 make a number of any size, but never more than the bytes that there are.
    values_end = min(start + abs(element_bytes) * math.prod(dimensions), len(section))
    end, note = _end_of(section, values_end, declared)
    if element_bytes != _CHARACTERS and element_bytes not in _ELEMENT_BYTES:
        return _Record(group, name, Parameter(_CHARACTERS, (), b""), end, f"elements of {element_bytes} bytes left out")
    # No byte belongs to two records: thousands that each claim the whole section would add up to gigabytes.
    return _Record(group, name, Parameter(element_bytes, dimensions, section[start : min(values_end, end)]), end, note)


def _end_of(section: bytes, values_end: int, declared: int) -> tuple[int, str]:
    """Where the record ends whose values end at `values_end` and whose next is declared to start at `declared`.

    Distances are unsigned and count from behind the record's name, so that a chain comes to an end. Also a note, ""
    where all is as it should be.
    """
    described = values_end + 1 + _byte(section, values_end)
    if declared == described:
        return described, ""
    for end, note in (
        (declared, "missing description" if declared == values_end else "values that end elsewhere than the record"),
        (described, "wrong distance to the next record"),
        (values_end, "missing description and wrong distance to the next record"),
    ):
        if _can_start_at(section, end):
            return end, note
    return len(section), ""


def _can_start_at(section: bytes, position: int) -> bool:
    """Whether a record may start here: a name of printable characters, and a group; not the middle of a text."""
    if position + 4 >= len(section):
        return False
    length, group = abs(_signed(section[position])), section[position + 1]
    name = section[position + 2 : position + 2 + length]
    is_text = min(section[position], group) >= _SPACE and max(section[position], group) < _DELETE
    return group != 0 and 0 < length == len(name) and min(name) >= _SPACE and not is_text


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte


def _byte(section: bytes, position: int) -> int:
    return section[position] if position < len(section) else 0


def _word(section: bytes, position: int, processor: Processor) -> int:
    return int.from_bytes(section[position : position + 2], "big" if processor == "MIPS" else "little")


def _text(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return "".join(character if character.isprintable() else "?" for character in text.rstrip("\0"))
