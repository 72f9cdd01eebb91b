"""What all writers of synthetic raw files share.

What belongs here: helpers for text files, and what an index over takes needs to know of each. What does not: any one
source's format.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from handx_core.skeleton import CHAINS, FINGERS, WRIST
from handx_core.synthetic.hands import Floats
from handx_core.synthetic.takes import SyntheticSettings, TakeName, TrueTake, take_path

OPENPOSE_JOINTS: Final = (WRIST, *(joint for finger in FINGERS for joint in CHAINS[finger]))
"""The project's joints in OpenPose's order: wrist, then thumb, index, middle, ring and pinky from the palm outwards."""


@dataclass(frozen=True)
class WrittenTake:
    """A take that is on disk. path: as `take_path`; script, valid: as in TrueTake."""

    name: TakeName
    path: str
    script: tuple[tuple[float, float, str, str], ...]
    valid: NDArray[np.bool_] = field(repr=False)

    @classmethod
    def of(cls, take: TrueTake, settings: SyntheticSettings) -> "WrittenTake":
        """What an index needs to know of `take`."""
        return cls(take.name, take_path(take.name, settings), take.script, take.valid)

    def frames(self, start_s: float, end_s: float, fps: float) -> tuple[int, int]:
        """First and last frame between two times, both within the take."""
        last = len(self.valid) - 1
        return min(round(start_s * fps), last), min(round(end_s * fps) - 1, last)


def write_text(path: Path, text: str) -> None:
    """Write a text file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def write_json(path: Path, value: Any) -> None:
    """Write one JSON document; numpy arrays become nested lists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE))


def write_json_lines(path: Path, values: Iterable[Any]) -> None:
    """Write one JSON value per line; numpy arrays become nested lists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
    path.write_bytes(b"".join(orjson.dumps(value, option=option) for value in values))


def about_vertical(yaw: float) -> Floats:
    """(3, 3) rotation about z by yaw radians."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
