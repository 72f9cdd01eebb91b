"""OptiTrack: a studio's own optical captures of two hands with markers, as C3D files.

A take is <subject>/<take>.c3d, at any depth below the subject's folder; the folders between are the session, within
which no marker may have been moved. What the markers are says the nearest `markers.toml`, beside the take or in a
folder above it up to the source's root; without one it is the shipped set `hand25`. Files and folders whose name begins
with a dot are left alone. docs/optical_capture.md says how to capture and export; nothing in a file says what happens
in it, so that takes have no labels.

Stored in Recording.arrays: see handx_core.sources.marker_takes. Exchanged hands and wrist sides are exchanged back;
frozen markers and ghosts are removed; takes of computed markers are refused. Recording.variant: marker set and up axis.
Native frame: the studio's volume, metres, vertical axis as the marker set says.
"""

import os
from pathlib import Path
from typing import Final

import numpy as np

from handx_core.errors import RawDataError, Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.mocap.c3d_file import read_c3d
from handx_core.mocap.labels import match_markers
from handx_core.mocap.marker_set import HAND25, MarkerSet, load_marker_set
from handx_core.mocap.take import MarkerTake
from handx_core.sources import raw_files
from handx_core.sources.base import FoundTakes, KnownHands, Recording, SourceInfo, Take, TrackedHands
from handx_core.sources.marker_takes import hands_of_markers, stack_markers

TAKE: Final = ".c3d"
MARKERS: Final = "markers.toml"

_LONGEST_NAME: Final = 200

INFO: Final = SourceInfo(
    title="OptiTrack (your own optical captures)",
    download="https://docs.optitrack.com/motive/data-export/data-export-c3d",
    licence="your own",
    expects=f"S01/session_1/take_01{TAKE}, a folder a subject and, where there are several, a session; {MARKERS} beside"
    " takes or above, where the markers are not those of docs/optical_capture.md",
    size="about 6 MB a minute at 120 Hz",
)


class OptiTrack:
    """The reader of optical captures."""

    name = "optitrack"
    info = INFO

    def find_takes(self, root: Path, mano: ManoFiles) -> FoundTakes:
        """Every C3D file below a subject's folder. Marker sets are read; takes of a broken one are left out."""
        takes, rejected = [], []
        broken: dict[Path, bool] = {}
        for path in _files(root):
            fault = _fault_of_path(path)
            if fault is not None:
                rejected.append(Rejection(_printable(path), "file", fault))
                continue
            markers = _marker_set_path(root, path)
            if markers is not None and markers not in broken:
                found = _fault_of_marker_set(root, markers)
                broken[markers] = found is not None
                rejected += [found] if found is not None else []
            if markers is None or not broken[markers]:
                takes.append(_take(path))
        return FoundTakes(tuple(sorted(takes, key=lambda take: take.recording_id)), tuple(rejected))

    def read_take(self, root: Path, take: Take) -> Recording:
        """The cleaned markers of both hands. Raises RawDataError."""
        # They know the hand's joints, and so need a compiler, which takes seconds to import.
        from handx_core.mocap.anatomy import mend_sides
        from handx_core.mocap.cleaning import clean, refuse_virtual_markers

        marker_set = _marker_set(root, _marker_set_path(root, take.path))
        stored = _read(root, take.path)
        notes = stored.header.notes
        times = np.arange(len(stored.positions)) / stored.rate_hz
        raw_files.check_stamps(times, take.path)
        markers = match_markers(stored, marker_set, take.path)
        del stored  # a long take fills memory, and is not held twice
        markers = mend_sides(markers, marker_set, take.path)
        refuse_virtual_markers(markers, marker_set, take.path)
        measured = np.isfinite(markers.positions[..., 0])
        clean(markers)
        arrays = stack_markers(markers, measured)
        raw_files.check_positions(arrays["markers"], take.path, "markers")
        return Recording(
            take=take,
            kind="markers",
            variant=f"{marker_set.name}, {marker_set.up} up",
            times=times,
            arrays=arrays,
            licence=INFO.licence,
            marker_set=marker_set,
            notes=(*notes, *markers.notes),
        )

    def to_hands(self, recording: Recording, known: KnownHands) -> TrackedHands:
        """The joints solved from the markers, with the subject's calibrated hands; z up."""
        return hands_of_markers(recording, known)


def _files(root: Path) -> list[Path]:
    """C3D files below the root, relative to it."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        path = Path(folder).relative_to(root)
        found += [path / name for name in sorted(names) if name.lower().endswith(TAKE) and not name.startswith(".")]
    return found


def _fault_of_path(path: Path) -> str | None:
    """What keeps a path from naming a subject and a take, if anything."""
    if len(path.parts) < 2:
        return f"expected <subject>/<session>/<take>{TAKE}, found a take in no subject's folder"
    if not all(part.isprintable() and len(part) <= _LONGEST_NAME for part in path.parts):
        return f"expected names of at most {_LONGEST_NAME} printable letters, found others"
    return None


def _printable(path: Path) -> str:
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def _take(path: Path) -> Take:
    session = f"{OptiTrack.name}/{path.parent.as_posix()}"
    subject = f"{OptiTrack.name}/{path.parts[0]}"
    return Take(f"{session}/{path.stem}", path, subject, session=session)


def _marker_set_path(root: Path, take: Path) -> Path | None:
    """The nearest marker set at or above a take, relative to the root; None where there is none."""
    return next((folder / MARKERS for folder in take.parents if (root / folder / MARKERS).is_file()), None)


def _fault_of_marker_set(root: Path, path: Path) -> Rejection | None:
    try:
        _marker_set(root, path)
    except RawDataError as error:
        return Rejection(error.path, "file", f"{error.reason}. The takes that it is for are left out")
    return None


def _marker_set(root: Path, path: Path | None) -> MarkerSet:
    if path is None:
        return load_marker_set(HAND25)
    try:
        return load_marker_set(root / path)
    except RawDataError as error:
        raise RawDataError(path, error.reason) from error


def _read(root: Path, path: Path) -> MarkerTake:
    try:
        return read_c3d(root / path)
    except RawDataError as error:
        raise RawDataError(path, error.reason) from error
