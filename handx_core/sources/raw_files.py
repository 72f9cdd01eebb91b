"""Reading files that strangers wrote: bounded in size, strict in shape, every fault a RawDataError with its file.

What belongs here: what every reader of raw files needs. What does not: anything about one source.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from handx_core.errors import RawDataError

MEGABYTE: Final = 1 << 20

LARGEST_COORDINATE_M: Final = 100.0
"""No room in which hands were recorded is larger; anything beyond it is garbage or another unit."""

_LARGEST_NUMBER: Final = float(np.finfo(np.float32).max)  # payloads are stored in single precision


def read_bytes(root: Path, path: Path | str, largest: int) -> bytes:
    """The bytes of root / path; text for the path is quicker where files are many and small.

    Raises RawDataError where it cannot be read, is empty, or has more than `largest` bytes.
    """
    try:
        with open(os.path.join(root, path), "rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            content = file.read(size) if size <= largest else b""
    except OSError as error:
        raise RawDataError(path, f"expected a readable file, found: {error.strerror or error}") from error
    if size > largest:
        raise RawDataError(path, f"expected at most {largest} bytes, found {size}")
    if not content:
        raise RawDataError(path, "expected data, found an empty file")
    return content


def read_json(root: Path, path: Path, largest: int) -> Any:
    """The value in a JSON file. Raises RawDataError where it is no JSON (NaN is none), or nested too deeply."""
    return _parse(read_bytes(root, path, largest), path, "JSON")


def read_json_lines(root: Path, path: Path, largest: int) -> Iterator[Any]:
    """The values of a file of one JSON value a line, blank lines skipped."""
    for number, line in enumerate(read_bytes(root, path, largest).split(b"\n"), start=1):
        if line.strip():
            yield _parse(line, path, f"JSON in line {number}")


def _parse(content: bytes, path: Path, expected: str) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise RawDataError(path, f"expected {expected}, found: {error}") from error


def numbers(value: Any, shape: tuple[int, ...], path: Path, what: str) -> NDArray[np.float64]:
    """A nested list of finite numbers as an array of exactly this shape; -1 in it means any length.

    Raises RawDataError where it is ragged, of another shape, or holds anything but finite numbers.
    """
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError, RecursionError) as error:
        raise RawDataError(path, f"{what}: expected numbers of shape {shape}, found: {error}") from error
    if array.dtype.kind not in "iuf":
        raise RawDataError(path, f"{what}: expected numbers of shape {shape}, found {array.dtype} {array.shape}")
    fits = array.ndim == len(shape) and all(want in (-1, have) for want, have in zip(shape, array.shape, strict=True))
    if not fits:
        raise RawDataError(path, f"{what}: expected shape {shape}, found {array.shape}")
    array = array.astype(np.float64)
    if not (np.abs(array) <= _LARGEST_NUMBER).all():
        raise RawDataError(path, f"{what}: expected finite numbers, found NaN, infinity or numbers near it")
    return array


def check_positions(positions: NDArray[np.floating], path: Path, what: str) -> None:
    """Raise RawDataError where a coordinate, metres, is farther out than any room."""
    farthest = float(np.maximum(positions.max(initial=0.0), -positions.min(initial=0.0)))
    if not farthest <= LARGEST_COORDINATE_M:
        raise RawDataError(
            path, f"{what}: expected metres, at most {LARGEST_COORDINATE_M:g} from the origin, found {farthest:g}"
        )


def check_stamps(times: NDArray[np.float64], path: Path) -> None:
    """Raise RawDataError unless there are two stamps or more, each later than the one before."""
    if len(times) < 2:
        raise RawDataError(path, f"expected at least 2 instants, found {len(times)}")
    if not (np.diff(times) > 0.0).all():
        raise RawDataError(path, "expected stamps that increase, found some that do not")


def mapping(value: Any, path: Path, what: str) -> dict[str, Any]:
    """The value, if it is a JSON object. Raises RawDataError where it is not."""
    if not isinstance(value, dict):
        raise RawDataError(path, f"{what}: expected an object, found {type(value).__name__}")
    return value


def child(folder: Path, name: str) -> Path:
    """The entry of `folder` with this name in any case, or folder / name where there is none."""
    if (folder / name).exists() or not folder.is_dir():
        return folder / name
    matches = sorted(entry for entry in os.listdir(folder) if entry.lower() == name.lower())
    return folder / (matches[0] if matches else name)


def is_plain_name(value: Any) -> bool:
    """Whether a name from a file can be part of an id or path: text without separators, not a way out."""
    return isinstance(value, str) and 0 < len(value) <= 100 and value.isprintable() and not set(value) & set("/\\.")
