"""Named members of a tar that a stranger made, without unpacking it and without reading what is not asked for.

Members are walked by their headers; contents that nobody asks for are skipped. Every size is held against the bytes
that the file has before anything is read. Plain files alone are taken: links, devices, sparse files and long names have
no place in the archives that are read here, and headers that only add times or owners are passed over. Python's own
tarfile would allocate what a header asks for, and takes a damaged header for the end.

What belongs here: the container (POSIX 1003.1, ustar and pax). What does not: what the members mean.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from handx_core.errors import RawDataError

_BLOCK: Final = 512
_MOST_MEMBERS: Final = 20_000
_LARGEST_EXTENSION: Final = 64 << 10
_REGULAR: Final = (b"0", b"\0")
_DIRECTORY: Final = b"5"
_EXTENSIONS: Final = (b"x", b"g")
_RENAMING: Final = (b" path=", b" size=", b" linkpath=", b" GNU.sparse", b" hdrcharset=")
"""Records of a pax header that change which bytes a member is."""


def read_members(root: Path, path: Path, largest: Callable[[str], int]) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the members that are asked for, in the archive's order.

    largest: from a name to the most bytes that its content may have; 0 where it is not asked for. Raises RawDataError,
    naming the archive, where it is damaged, ends early, or holds anything but plain files of plain names, each once.
    """
    try:
        with open(root / path, "rb", buffering=0) as file:
            yield from _walk(file, os.fstat(file.fileno()).st_size, path, largest)
    except OSError as error:
        raise RawDataError(path, f"expected a readable file, found: {error.strerror or error}") from error


def _walk(file: BinaryIO, total: int, path: Path, largest: Callable[[str], int]) -> Iterator[tuple[str, bytes]]:
    place = 0
    names: set[str] = set()
    while True:
        header = file.read(_BLOCK)
        if len(header) < _BLOCK:
            raise RawDataError(path, "expected a tar with an end, found one that was cut off")
        if not header.strip(b"\0"):
            return
        place += _BLOCK
        name, size, kind = _parse(header, path)
        if size > total - place:
            raise RawDataError(path, f"{name!r}: expected at most {total - place} bytes, found a size of {size}")
        place += -(-size // _BLOCK) * _BLOCK
        if kind in _EXTENSIONS:
            _check_extension(file.read(size) if size <= _LARGEST_EXTENSION else b" size=", path)
        elif kind in _REGULAR:
            if name in names or len(names) >= _MOST_MEMBERS:
                raise RawDataError(path, f"expected up to {_MOST_MEMBERS} members, each once, found {name!r:.80} again")
            names.add(name)
            allowed = largest(name)
            if allowed:
                if size > allowed:
                    raise RawDataError(path, f"{name}: expected at most {allowed} bytes, found {size}")
                yield name, file.read(size)
        elif kind != _DIRECTORY:
            raise RawDataError(path, f"{name!r:.80}: expected plain files, found a member of type {kind!r}")
        file.seek(place)


def _parse(header: bytes, path: Path) -> tuple[str, int, bytes]:
    """Name, size in bytes and type of a member."""
    try:
        prefix = header[345:500].split(b"\0")[0] if header[257:263] == b"ustar\0" else b""
        name = b"/".join(filter(None, (prefix, header[:100].split(b"\0")[0]))).decode("ascii")
        size, checksum = (int(field.strip(b" \0") or b"x", 8) for field in (header[124:136], header[148:156]))
    except ValueError as error:
        raise RawDataError(path, f"expected a tar header, found: {error}") from error
    if checksum != sum(header) - sum(header[148:156]) + 8 * ord(" ") or size < 0:
        raise RawDataError(path, "expected a tar header, found one with another checksum")
    if not name or name.startswith("/") or ".." in name.split("/") or not name.isprintable():
        raise RawDataError(path, f"expected names of members within the archive, found {name!r:.80}")
    return name, size, header[156:157]


def _check_extension(records: bytes, path: Path) -> None:
    if any(record in records for record in _RENAMING):
        raise RawDataError(path, "expected members with their names and sizes in their headers, found a pax header")
