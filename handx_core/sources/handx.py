"""HandX: the archives of clips with five levels of text that HandX itself released.

`train_can_pos_all_wotextfeat.npz` and `test_can_pos_all_wotextfeat.npz`, at any depth below the root, hold an entry a
clip; its name is the clip's key ("0", "1", ... in the first release, longer ones where other sources were merged in).
An entry is a 0-d object array of a dict: `motion` (T, 2, 21, 3), and `left_annotation`, `right_annotation` and
`interaction_annotation`, five texts each by level. Beside an archive there may lie `source_metadata.json` and
`handx_to_dataset_source_release.json`, which say of a clip where it comes from. `{train,test}_mano.npz` are not read:
the motion has the joints already.

A clip without usable texts is rejected with its motion: a take is read or refused as a whole, and a clip that trains
on no word of its own shall not look like the others. The archive does not say who moves. A clip's subject is the
sequence that it was cut from where that is known, else the clip itself; either is marked as a session. That two clips
of unknown sequence, or a clip and a take of another source, show the same motion is found by its fingerprint
(handx_core.curation.duplicates).

Stored in Recording.arrays: `joints` (T, 2, 21, 3) m, hands left and right, the project's joint order.
Native frame: the project's world (x right, y away, z up), yaw already removed; no stamps, 30 frames per second.

Evidence: HandX's loaders, its merging of ARCTIC and H2O into the archives, and its conversion to features
(handx-project/HandX: convert_to_autoregressive, merge_arctic_h2o).
"""

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError, Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.safe_load import read_npy
from handx_core.skeleton import N_JOINTS
from handx_core.sources import raw_files
from handx_core.sources.base import FoundTakes, KnownHands, Recording, SourceCaption, SourceInfo, Take, TrackedHands

FPS: Final = 30.0
LEVELS: Final = 5

ARCHIVES: Final = {f"{split}_can_pos_all_wotextfeat.npz": split for split in ("train", "test")}
"""The official split of each archive's clips, by the archive's name."""

METADATA: Final = "source_metadata.json"
DATASETS: Final = "handx_to_dataset_source_release.json"

TERMS: Final = "HandX archive: research only"
"""Terms of a clip for which the metadata have none; the motion keeps those of the source that it was cut from."""

_METADATA_FILES: Final = (DATASETS, METADATA)
"""In the order in which they are read: what the second says of a clip takes the place of what the first does."""

_OTHER_SOURCES: Final = "GigaHands, HOT3D or HoloAssist"
_TEXTS: Final = ("left_annotation", "right_annotation", "interaction_annotation")
_SUFFIX: Final = ".npy"
_LONGEST_NAME: Final = 200
_LONGEST_TEXT: Final = 10_000
_LARGEST_ENTRY: Final = 16 * raw_files.MEGABYTE
_LARGEST_METADATA: Final = 512 * raw_files.MEGABYTE

_LARGEST_DIRECTORY: Final = 32 * raw_files.MEGABYTE
"""Bytes of an archive's directory: some 300,000 entries."""

_OPEN_ARCHIVES: Final = 4

_ZIP_FAULTS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    RuntimeError,  # what zipfile raises for encryption, and its NotImplementedError for what it does not know
)

INFO: Final = SourceInfo(
    title="HandX (its released archives)",
    download="https://github.com/handx-project/HandX",
    licence=f"{TERMS}; the motion by the terms of {_OTHER_SOURCES}",
    expects=f"{' and '.join(ARCHIVES)} (either is enough), {METADATA} where the release has it",
    size="about 40 kB a clip; 54 h as published",
)


@dataclass(frozen=True)
class _Origin:
    """Where a clip comes from, as far as the metadata say."""

    dataset: str = ""
    sequence: str = ""
    licence: str = ""


_Origins = Mapping[tuple[str, str], _Origin]
"""Origins by official split and key."""


class HandX:
    """The reader of HandX's archives."""

    name = "handx"
    info = INFO

    def find_takes(self, root: Path, mano: ManoFiles) -> FoundTakes:
        """Every entry of every archive, by the archives' directories alone."""
        takes: list[Take] = []
        rejected: list[Rejection] = []
        for folder, folders, files in os.walk(root):
            folders.sort()
            archives = [Path(folder).relative_to(root) / name for name in sorted(files) if name in ARCHIVES]
            if not archives:
                continue
            origins, faults = _origins(root, archives[0].parent)
            rejected += faults
            for archive in archives:
                try:
                    found, refused = _list_takes(root, archive, origins)
                except RawDataError as error:
                    rejected.append(Rejection(error.path, "file", error.reason))
                    continue
                takes += found
                rejected += refused
        return FoundTakes(tuple(sorted(takes, key=lambda take: take.recording_id)), tuple(rejected))

    def read_take(self, root: Path, take: Take) -> Recording:
        """The joints and the texts of a clip. Raises RawDataError, also where only its texts cannot be used."""
        archive, key = _parts(take.path)
        entry = _entry(_read_entry(_opened(root, archive), f"{key}{_SUFFIX}", take.path), take.path)
        joints = _joints(entry.get("motion"), take.path)
        texts = [_five_texts(entry.get(name), take.path, name) for name in _TEXTS]
        origin = _origins(root, archive.parent)[0].get((ARCHIVES[archive.name], key), _Origin())
        of_levels = enumerate(zip(*texts, strict=True), start=1)
        return Recording(
            take,
            "joints",
            "can_pos",
            np.arange(len(joints)) / FPS,
            {"joints": joints.astype(np.float32)},
            licence=origin.licence or f"{TERMS}; the motion by the terms of {origin.dataset or _OTHER_SOURCES}",
            subject_is_session=True,
            captions=tuple(SourceCaption(level, *of_level) for level, of_level in of_levels),
        )

    def to_hands(self, recording: Recording, known: KnownHands) -> TrackedHands:
        """The joints as they are, all measured; the yaw was removed from the sequence that the clip was cut from."""
        joints = recording.arrays["joints"].astype(np.float64)
        return TrackedHands(recording.times, joints, np.ones(joints.shape[:3], np.bool_), faces_away=True)


class _BoundedFile(io.FileIO):
    """A file that is not read in huge pieces: `zipfile` takes the size of an archive's directory from its end."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LARGEST_DIRECTORY:
            raise zipfile.BadZipFile(f"a directory of {size} bytes")
        return super().read(size)

    def __del__(self) -> None:
        self.close()  # nobody else does: the archive stays open until another takes its place


def _opened(root: Path, archive: Path) -> zipfile.ZipFile:
    """An archive with its directory parsed: once in a process, since it may list 100,000 entries."""
    try:
        state = os.stat(root / archive)
        return _open_archive(str(root / archive), state.st_size, state.st_mtime_ns)
    except _ZIP_FAULTS as error:
        raise RawDataError(archive, f"expected a .npz archive, found: {error}") from error


@lru_cache(maxsize=_OPEN_ARCHIVES)
def _open_archive(path: str, size: int, mtime_ns: int) -> zipfile.ZipFile:
    """size, mtime_ns: so that an archive that was replaced is opened anew."""
    return zipfile.ZipFile(_BoundedFile(path))


def _list_takes(root: Path, archive: Path, origins: _Origins) -> tuple[list[Take], list[Rejection]]:
    """The takes of an archive, and one rejection for all entries whose names are no keys of clips."""
    split = ARCHIVES[archive.name]
    takes: list[Take] = []
    others: list[str] = []
    for name in _opened(root, archive).namelist():
        key = name.removesuffix(_SUFFIX)
        if key == name or not _is_plain(key):
            others.append(name)
            continue
        recording_id = f"handx/{split}/{key}"
        origin = origins.get((split, key), _Origin())
        subject = f"handx/{origin.dataset}/{origin.sequence}" if origin.sequence else recording_id
        takes.append(Take(recording_id, archive / key, subject, official_split=split))
    if not others:
        return takes, []
    reason = f"expected entries such as 123{_SUFFIX}, found {len(others)} with other names, the first {others[0]!r:.80}"
    return takes, [Rejection(str(archive), "file", reason)]


def _parts(path: Path) -> tuple[Path, str]:
    """The archive of a take's path and the key in it."""
    place = next(place for place, part in enumerate(path.parts) if part in ARCHIVES)
    return Path(*path.parts[: place + 1]), PurePosixPath(*path.parts[place + 1 :]).as_posix()


def _read_entry(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    """The bytes of an entry, as many as its header declares and never more than _LARGEST_ENTRY."""
    try:
        info = archive.getinfo(name)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise RawDataError(path, f"expected an entry stored or deflated, found compression {info.compress_type}")
        if info.file_size > _LARGEST_ENTRY:
            raise RawDataError(path, f"expected at most {_LARGEST_ENTRY} bytes, found {info.file_size}")
        with archive.open(info) as entry:
            content = entry.read(info.file_size)
    except KeyError as error:
        raise RawDataError(path, "expected the entry that the archive had, found none") from error
    except _ZIP_FAULTS as error:
        raise RawDataError(path, f"expected a whole entry, found: {error}") from error
    if len(content) != info.file_size:
        raise RawDataError(path, f"expected {info.file_size} bytes, found {len(content)}")
    return content


def _entry(content: bytes, path: Path) -> dict[str, Any]:
    array = read_npy(content, path)
    value = array.item() if array.shape == () and array.dtype == np.object_ else None
    if not isinstance(value, dict):
        raise RawDataError(path, f"expected a 0-d object array of a dict, found {array.dtype} {array.shape}")
    return value


def _joints(motion: Any, path: Path) -> NDArray[np.float64]:
    # An array, not nested lists: lists that share their parts are small in a file and huge as an array.
    if not isinstance(motion, np.ndarray) or motion.dtype.kind != "f":
        found = f"{motion.dtype} {motion.shape}" if isinstance(motion, np.ndarray) else type(motion).__name__
        raise RawDataError(path, f"motion: expected an array of floats, found {found}")
    joints = raw_files.numbers(motion, (-1, 2, N_JOINTS, 3), path, "motion")
    if len(joints) < 2:
        raise RawDataError(path, f"motion: expected at least 2 frames, found {len(joints)}")
    raw_files.check_positions(joints, path, "motion")
    return joints


def _five_texts(value: Any, path: Path, name: str) -> list[str]:
    """The texts of levels 1 to 5, white space tidied. Raises RawDataError where these are not five texts."""
    texts = value.tolist() if isinstance(value, np.ndarray) and value.ndim == 1 else value
    if not isinstance(texts, list | tuple) or len(texts) != LEVELS:
        found = f"{len(texts)}" if isinstance(texts, list | tuple) else type(value).__name__
        raise RawDataError(path, f"{name}: expected {LEVELS} texts, found {found}")
    if not all(isinstance(text, str) and len(text) <= _LONGEST_TEXT and _is_unicode(text) for text in texts):
        raise RawDataError(path, f"{name}: expected texts of at most {_LONGEST_TEXT} characters, found something else")
    return [" ".join(text.split()) for text in texts]


def _is_unicode(text: str) -> bool:
    """Whether a text can be stored: a pickle may hold half a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_plain(name: Any) -> bool:
    """Whether a key or the name of a sequence can be part of an id: no way out of a folder, nothing unprintable."""
    if not isinstance(name, str) or not name.isprintable() or len(name) > _LONGEST_NAME or "\\" in name:
        return False
    return all(part not in ("", ".", "..") and part not in ARCHIVES for part in name.split("/"))


def _origins(root: Path, folder: Path) -> tuple[_Origins, tuple[Rejection, ...]]:
    """What the metadata beside an archive say of its clips, and what is wrong with them; read once in a process."""
    states = []
    for name in _METADATA_FILES:
        path = root / folder / name
        state = path.stat() if path.is_file() else None
        states.append((state.st_size, state.st_mtime_ns) if state else None)
    return _read_origins(root, folder, tuple(states))


@lru_cache(maxsize=_OPEN_ARCHIVES)
def _read_origins(root: Path, folder: Path, states: tuple[object, ...]) -> tuple[_Origins, tuple[Rejection, ...]]:
    """states: None for a file that is not there; else what changes when it is replaced, so that it is read anew."""
    origins: dict[tuple[str, str], _Origin] = {}
    rejected = []
    for name, state in zip(_METADATA_FILES, states, strict=True):
        try:
            by_split = _by_split(root, folder / name) if state else {}
        except RawDataError as error:
            rejected.append(Rejection(error.path, "file", error.reason))
            continue
        unusable = 0
        for split, by_key in by_split.items():
            for key, value in by_key.items():
                origin = _origin(value)
                unusable += origin is None
                if origin is not None:
                    origins[split, key] = origin
        if unusable:
            reason = f"expected plain names of data sets and sequences, found {unusable} clips with something else"
            rejected.append(Rejection(str(folder / name), "file", reason))
    return origins, tuple(rejected)


def _by_split(root: Path, path: Path) -> dict[str, dict[str, Any]]:
    document = raw_files.mapping(raw_files.read_json(root, path, _LARGEST_METADATA), path, "metadata")
    return {split: raw_files.mapping(document.get(split, {}), path, split) for split in ARCHIVES.values()}


def _origin(value: Any) -> _Origin | None:
    """The origin of a clip from its metadata, or from the mere name of a data set; None where that is neither."""
    entry = value if isinstance(value, dict) else {"source_dataset": value}
    told = [entry.get(name) or "" for name in ("source_dataset", "source_sequence_id", "license")]
    dataset, sequence, licence = told
    plain = all(not name or _is_plain(name) for name in (dataset, sequence))
    if not plain or not isinstance(licence, str) or not (licence.isprintable() and len(licence) <= _LONGEST_TEXT):
        return None
    return _Origin(dataset, sequence, licence) if any(told) else None
