"""C3D files put together byte by byte, as the format describes them: independent of the reader and of the c3d package.

What belongs here: bytes of sound files, and the places where a test may put something else. What does not: any claim
about what a reader does.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from handx_core.mocap import MarkerTake, read_c3d

INTEL, DEC, MIPS = 84, 85, 86
BLOCK = 512
LABELS = ("LWRIST", "LINDEX", "RWRIST")

POINT_GROUP = 1
"""The number of the group POINT in the files made here."""

Value = tuple[int, tuple[int, ...], bytes]
"""Element bytes (-1 for characters), dimensions, content."""


def word(value: int, processor: int = INTEL) -> bytes:
    return struct.pack(">H" if processor == MIPS else "<H", value & 0xFFFF)


def real(value: float, processor: int = INTEL) -> bytes:
    """DEC: the two words of four times the value, the high word first, each with its low byte first."""
    if processor == MIPS:
        return struct.pack(">f", value)
    if processor == INTEL:
        return struct.pack("<f", value)
    low, high = struct.unpack("<HH", struct.pack("<f", 4.0 * value))
    return struct.pack("<HH", high, low)


def words(values: Sequence[int], processor: int = INTEL) -> Value:
    return 2, (len(values),), b"".join(word(value, processor) for value in values)


def one_word(value: int, processor: int = INTEL) -> Value:
    return 2, (), word(value, processor)


def one_real(value: float, processor: int = INTEL) -> Value:
    return 4, (), real(value, processor)


def texts(rows: Sequence[str], width: int | None = None) -> Value:
    width = max(map(len, rows)) if width is None else width
    return -1, (width, len(rows)), b"".join(row.encode().ljust(width) for row in rows)


def group_record(number: int, name: str, processor: int = INTEL, description: bytes = b"a group") -> bytes:
    distance = 3 + len(description)
    return (
        struct.pack("bb", len(name), -number)
        + name.encode()
        + word(distance, processor)
        + bytes([len(description)])
        + description
    )


def parameter_record(
    group: int,
    name: str,
    value: Value,
    processor: int = INTEL,
    *,
    description: bytes | None = b"a parameter",
    distance: int | None = None,
) -> bytes:
    """description: None leaves its length byte out. distance: to the next record, where it is not the true one."""
    element_bytes, dimensions, content = value
    body = struct.pack("bB", element_bytes, len(dimensions)) + bytes(dimensions) + content
    if description is not None:
        body += bytes([len(description)]) + description
    distance = 2 + len(body) if distance is None else distance
    return struct.pack("bb", len(name), group) + name.encode() + word(distance, processor) + body


@dataclass(frozen=True)
class C3dBytes:
    """A file. points: (T, M, 4) as stored: x, y, z and the fourth word. analog: (T, values a frame).

    header: in place of what the first block would say. point, other: parameters in place of or beside the usual ones,
    None for one that is left out. records: after all others. n_blocks: of parameters, in place of the true number.
    tail: what follows the frames, in place of the padding to a whole block.
    """

    points: np.ndarray
    processor: int = INTEL
    integers: bool = False
    scale: float = -0.1
    rate_hz: float = 120.0
    analog: np.ndarray | None = None
    header: Mapping[str, float] = field(default_factory=dict)
    point: Mapping[str, Value | None] = field(default_factory=dict)
    other: Mapping[tuple[str, str], Value | None] = field(default_factory=dict)
    records: bytes = b""
    n_blocks: int | None = None
    tail: bytes | None = None

    def frames(self) -> bytes:
        n_frames = len(self.points)
        rows = self.points.reshape(n_frames, 4 * self.points.shape[1])
        if self.analog is not None:
            rows = np.concatenate([rows, self.analog], axis=1)
        if self.integers:
            return rows.astype(">i2" if self.processor == MIPS else "<i2").tobytes()
        if self.processor != DEC:
            return rows.astype(">f4" if self.processor == MIPS else "<f4").tobytes()
        return b"".join(real(value, DEC) for value in rows.ravel().tolist())

    def section(self, data_block: int) -> bytes:
        n_points = self.points.shape[1]
        labels = [*LABELS, *(f"EXTRA{number}" for number in range(n_points))][:n_points]
        values: dict[tuple[str, str], Value | None] = {
            ("POINT", "USED"): one_word(n_points, self.processor),
            ("POINT", "FRAMES"): one_word(len(self.points), self.processor),
            ("POINT", "DATA_START"): one_word(data_block, self.processor),
            ("POINT", "SCALE"): one_real(self.scale, self.processor),
            ("POINT", "RATE"): one_real(self.rate_hz, self.processor),
            ("POINT", "UNITS"): texts(["mm"]),
            ("POINT", "LABELS"): texts(labels, 12),
            **{("POINT", name): value for name, value in self.point.items()},
            **self.other,
        }
        numbers = {name: number for number, name in enumerate(dict.fromkeys(group for group, _ in values), start=1)}
        records = b"".join(group_record(number, name, self.processor) for name, number in numbers.items())
        for (group, name), value in values.items():
            if value is not None:
                records += parameter_record(numbers[group], name, value, self.processor)
        records += self.records + bytes(2)
        blocks = (4 + len(records) + BLOCK - 1) // BLOCK
        head = bytes([1, 0x50, blocks if self.n_blocks is None else self.n_blocks, self.processor])
        return (head + records).ljust(blocks * BLOCK, b"\0")

    def to_bytes(self) -> bytes:
        data_block = 2 + len(self.section(2)) // BLOCK
        said = {
            "parameter_block": 2, "magic": 0x50, "n_points": self.points.shape[1],
            "n_analog": 0 if self.analog is None else self.analog.shape[1], "first_frame": 1,
            "last_frame": len(self.points), "scale": self.scale, "data_block": data_block, "n_samples": 1,
            "rate_hz": self.rate_hz, **self.header,
        }  # fmt: skip
        block = bytes([int(said["parameter_block"]), int(said["magic"])])
        for name in ("n_points", "n_analog", "first_frame", "last_frame"):
            block += word(int(said[name]), self.processor)
        block += word(10, self.processor) + real(said["scale"], self.processor)
        block += word(int(said["data_block"]), self.processor) + word(int(said["n_samples"]), self.processor)
        block += real(said["rate_hz"], self.processor)
        content = block.ljust(BLOCK, b"\0") + self.section(data_block) + self.frames()
        tail = bytes(-len(content) % BLOCK) if self.tail is None else self.tail
        return content + tail


def points_of(n_frames: int = 7, n_points: int = 3, seed: int = 1) -> np.ndarray:
    """(T, M, 4) numbers that integers and VAX's floats hold without loss: residual 3 of two cameras."""
    points = np.random.default_rng(seed).integers(-2000, 2000, (n_frames, n_points, 4)).astype(float)
    points[points == 0.0] = 1.0
    points[..., 3] = 0x0303
    return points


def read(content: bytes, folder: Path) -> MarkerTake:
    path = folder / "take.c3d"
    path.write_bytes(content)
    return read_c3d(path)
