"""H2O: both hands as 21 joints in the frame of a head-mounted camera, 30 frames per second.

A take is a folder `subject<N>/<place>/<number>` at any depth below the root. Of it are read `cam4/hand_pose/*.txt`
(128 numbers: flag, left 21 x y z, flag, right 21 x y z) and `cam4/cam_pose/*.txt` (16 numbers: 4 x 4, camera to world),
one file a frame, named by its number. Upper and lower case of folder names differ between releases and are not
looked at. Above the subjects, mostly in `action_labels` and `pose_lists`: `action_{train,val}.txt` give the labels (the
test set's has none), `pose_{train,val,test}.txt` the official split. A take that no list names, or all of them where
the lists are missing, is in the split that the README gives its subject and place.

Stored in Recording.arrays (hand axis: left, right; joints wrist, thumb, index, middle, ring, pinky from the palm out):
- `joints` (T, 2, 21, 3) m in the camera of that frame, `annotated` (T, 2) the flags, `camera_to_world` (T, 4, 4)
Native frame: OpenCV camera, x right, y down, z forward. The recorded world is not aligned with gravity, so that the
hands are brought into the camera of the take's first frame: head motion is gone, the head's first pitch stays in.

Evidence: h2odataset's README (numbers, flags, camera to world, splits, action names) and h2oplayer, which projects
hand_pose with the intrinsics alone (so: camera frame, OpenCV axes) and draws the fingers in this order.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

from handx_core.errors import RawDataError, Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources import raw_files
from handx_core.sources.base import FoundTakes, KnownHands, Label, Recording, SourceInfo, Take, TrackedHands
from handx_core.sources.joint_orders import PROJECT_FROM_OPENPOSE

FPS: Final = 30.0
CAMERA: Final = "cam4"

_OBJECTS: Final = ("book", "espresso", "lotion", "spray", "milk", "cocoa", "chips", "cappuccino")
_VERBS: Final = (
    ("grab", _OBJECTS),
    ("place", _OBJECTS),
    ("open", ("lotion", "milk", "chips")),
    ("close", ("lotion", "milk", "chips")),
    ("pour", ("milk",)),
    ("take out", ("espresso", "cocoa", "chips", "cappuccino")),
    ("put in", ("espresso", "cocoa", "cappuccino")),
    ("apply", ("lotion", "spray")),
    ("read", ("book", "espresso")),
    ("spray", ("spray",)),
    ("squeeze", ("lotion",)),
)
ACTIONS: Final = ("background", *(f"{verb} {thing}" for verb, things in _VERBS for thing in things))
"""Text of the action labels 0 to 36."""

_SUBJECT: Final = re.compile(r"subject\d{1,3}", re.ASCII | re.IGNORECASE)
_PLACE: Final = re.compile(r"[hko]\d", re.ASCII | re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d{1,3}", re.ASCII)
_FRAME_NAME_LENGTH: Final = len("000000.txt")
_TAKE_PATH: Final = re.compile(r"subject\d{1,3}/[hko]\d/\d{1,3}", re.ASCII | re.IGNORECASE)
_LISTED_TAKE: Final = re.compile(rb"^(subject\d{1,3}/[hko]\d/\d{1,3})/\S+\s*$", re.IGNORECASE | re.MULTILINE)
_LABEL_FILES: Final = ("action_train.txt", "action_val.txt")
_LIST_FILES: Final = {"test": "pose_test.txt", "val": "pose_val.txt", "train": "pose_train.txt"}
"""The list of each split; a take that two of them name is in the first of these."""

_NUMBER_BYTES: Final = b"0123456789+-.eE \t\r\n"
_SMALL_NUMBER: Final = re.compile(r"\d{1,7}", re.ASCII)
_VALIDATION_PLACES: Final = frozenset({"k2", "o1", "o2"})
_LARGEST_FRAME: Final = 16 << 10
_LARGEST_LIST: Final = 16 * raw_files.MEGABYTE
_HAND_NUMBERS: Final = 128
_RIGID_TOLERANCE: Final = 1e-3

INFO: Final = SourceInfo(
    title="H2O",
    download="https://h2odataset.ethz.ch",
    licence="H2O terms of ETH Zurich (on request, no redistribution)",
    expects=f"subject1/h1/0/{CAMERA}/hand_pose/000000.txt and .../{CAMERA}/cam_pose/000000.txt, "
    "action_labels/action_{train,val}.txt, pose_lists/pose_{train,val,test}.txt",
    size="not published; 184 takes, a text file of some kB for each of their frames",
)


class H2o:
    """The reader of H2O takes."""

    name = "h2o"
    info = INFO

    def find_takes(self, root: Path, mano: ManoFiles) -> FoundTakes:
        """Every take folder with the head-mounted camera, and what is wrong with the lists beside them."""
        subjects, lists = _survey(root)
        labels, faulty_labels = _labels(root, lists)
        splits, faulty_lists = _listed_splits(root, lists)
        takes = []
        for subject in subjects:
            for place in _named(root / subject, _PLACE):
                for number in _named(root / subject / place, _NUMBER):
                    path = subject / place / number
                    key = f"{subject.name}/{place}/{number}".lower()
                    if raw_files.child(root / path, CAMERA).is_dir():
                        of_take = tuple(sorted(labels.get(key, []), key=lambda label: label.start_s))
                        split = splits.get(key) or _documented_split(subject.name.lower(), place.lower())
                        takes.append(Take(f"h2o/{key}", path, f"h2o/{subject.name.lower()}", of_take, split))
        ordered = sorted(takes, key=lambda take: take.recording_id)
        return FoundTakes(tuple(ordered), tuple(faulty_labels + faulty_lists))

    def read_take(self, root: Path, take: Take) -> Recording:
        """Hands and camera of the frames that have both. Raises RawDataError."""
        camera = raw_files.child(root / take.path, CAMERA)
        folders = [raw_files.child(camera, name) for name in ("hand_pose", "cam_pose")]
        frames = sorted(_frames(folders[0], root) & _frames(folders[1], root))
        times = np.array(frames, np.float64) / FPS
        raw_files.check_stamps(times, folders[0].relative_to(root))
        hands = _read_frames(root, folders[0].relative_to(root), frames, _HAND_NUMBERS).reshape(-1, 2, 64)
        cameras = _read_frames(root, folders[1].relative_to(root), frames, 16).reshape(-1, 4, 4)
        _check_frames(hands, cameras, [f.relative_to(root) for f in folders], frames)
        arrays = {
            "joints": hands[..., 1:].reshape(-1, 2, 21, 3).astype(np.float32),
            "annotated": hands[..., 0].astype(np.float32),
            "camera_to_world": cameras.astype(np.float32),
        }
        return Recording(take, "joints", f"{CAMERA}/hand_pose", times, arrays, licence=INFO.licence)

    def to_hands(self, recording: Recording, known: KnownHands) -> TrackedHands:
        """Into the first frame's camera, project order, z up: (x, z, -y) of the camera's (x, y, z)."""
        cameras = recording.arrays["camera_to_world"].astype(np.float64)
        to_first = np.linalg.inv(cameras[0]) @ cameras
        joints = recording.arrays["joints"][:, :, PROJECT_FROM_OPENPOSE].astype(np.float64)
        turned = np.einsum("tij,thkj->thki", to_first[:, :3, :3], joints) + to_first[:, None, None, :3, 3]
        joints = turned[..., [0, 2, 1]] * np.array([1.0, 1.0, -1.0])
        valid = np.repeat((recording.arrays["annotated"] > 0)[..., None], joints.shape[2], axis=2)
        joints[~valid] = np.nan
        return TrackedHands(recording.times, joints, valid)


def _survey(root: Path) -> tuple[list[Path], dict[str, Path]]:
    """Folders named subject<N>, and by name the lists above them (the first of equal names); relative to the root."""
    subjects: list[Path] = []
    lists: dict[str, Path] = {}
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        subjects += [here / name for name in folders if _SUBJECT.fullmatch(name)]
        folders[:] = sorted(name for name in folders if not _SUBJECT.fullmatch(name))
        for name in sorted(files):
            if name.lower() in (*_LABEL_FILES, *_LIST_FILES.values()):
                lists.setdefault(name.lower(), here / name)
    return sorted(subjects), lists


def _named(folder: Path, pattern: re.Pattern[str]) -> list[str]:
    return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and pattern.fullmatch(entry.name))


def _documented_split(subject: str, place: str) -> str | None:
    """The split by the README of h2odataset."""
    if subject == "subject3" and place in _VALIDATION_PLACES:
        return "val"
    return {"subject1": "train", "subject2": "train", "subject3": "train", "subject4": "test"}.get(subject)


def _frames(folder: Path, root: Path) -> set[int]:
    """Numbers of the frame files in a folder."""
    try:
        names = os.listdir(folder)
    except OSError as error:
        raise RawDataError(folder.relative_to(root), f"expected a folder of frames, found: {error.strerror}") from error
    # A take has thousands: this takes half the time of a pattern.
    files = (name for name in names if len(name) == _FRAME_NAME_LENGTH and name.endswith(".txt") and name.isascii())
    return {int(name[:6]) for name in files if name[:6].isdigit()}


def _read_frames(root: Path, folder: Path, frames: list[int], count: int) -> NDArray[np.float64]:
    """(len(frames), count) numbers, one file each: read one by one, parsed all at once.

    Files of another layout than the official one, and broken ones, are parsed one by one too, to name the one at fault.
    """
    names = [f"{frame:06d}.txt" for frame in frames]
    contents = _read_contents(root, folder, names)
    try:
        table = _parse_lines(contents, count)
    except ValueError:
        parsed = (_parse_one(content, folder / name, count) for content, name in zip(contents, names, strict=True))
        table = np.stack(list(parsed))
    finite = np.isfinite(table).all(axis=1)
    if not finite.all():
        raise RawDataError(folder / names[int(np.argmin(finite))], "expected finite numbers, found NaN or infinity")
    return table


def _read_contents(root: Path, folder: Path, names: Sequence[str]) -> list[bytes]:
    """The files of a folder. Most of the time goes here: three calls of the system a file, and no path to walk."""
    contents = []
    descriptor = os.open(root / folder, os.O_RDONLY)
    try:
        for name in names:
            try:
                file = os.open(name, os.O_RDONLY | os.O_NONBLOCK, dir_fd=descriptor)  # a pipe must not keep us waiting
                try:
                    content = os.read(file, _LARGEST_FRAME + 1)
                finally:
                    os.close(file)
            except OSError as error:
                raise RawDataError(folder / name, f"expected a readable file, found: {error.strerror}") from error
            if not content:
                raise RawDataError(folder / name, "expected data, found an empty file")
            if len(content) > _LARGEST_FRAME:
                raise RawDataError(folder / name, f"expected at most {_LARGEST_FRAME} bytes, found more")
            contents.append(content)
    finally:
        os.close(descriptor)
    return contents


def _parse_lines(contents: Sequence[bytes], count: int) -> NDArray[np.float64]:
    """As JSON, the quickest way: (len(contents), count) of one line each with one space between two numbers.

    Raises ValueError where a content is anything else.
    """
    lines = list(map(bytes.strip, contents))
    if any(line.count(b" ") != count - 1 for line in lines):
        raise ValueError("another number of spaces")
    joined = b" ".join(lines)
    if joined.translate(None, _NUMBER_BYTES):
        raise ValueError("other text than numbers")
    numbers = orjson.loads(b"[" + joined.replace(b" ", b",") + b"]")
    return np.array(numbers, dtype=np.float64).reshape(len(contents), count)


def _parse_one(content: bytes, path: Path, count: int) -> NDArray[np.float64]:
    """The numbers of one file, however they are separated: names it where it is to blame."""
    words = content.split()
    if len(words) != count:
        raise RawDataError(path, f"expected {count} numbers, found {len(words)}")
    try:
        return np.array([float(word) for word in words])
    except ValueError as error:
        raise RawDataError(path, f"expected {count} numbers, found other text: {error}") from error


def _check_frames(
    hands: NDArray[np.float64], cameras: NDArray[np.float64], folders: list[Path], frames: list[int]
) -> None:
    """Raise RawDataError, naming the frame's file, where a flag is no flag or a camera pose is not rigid."""
    raw_files.check_positions(hands, folders[0], "hand_pose")
    raw_files.check_positions(cameras, folders[1], "cam_pose")
    flags = np.isin(hands[..., 0], (0.0, 1.0)).all(axis=1)
    turn, rest = cameras[:, :3, :3], cameras[:, 3]
    upright = np.abs(np.swapaxes(turn, 1, 2) @ turn - np.eye(3)).max(axis=(1, 2)) < _RIGID_TOLERANCE
    rigid = upright & (np.linalg.det(turn) > 0.0) & (np.abs(rest - [0, 0, 0, 1]).max(axis=1) < _RIGID_TOLERANCE)
    for good, folder, expected in (
        (flags, folders[0], "flags that are 0 or 1"),
        (rigid, folders[1], "a rigid 4 x 4 camera pose"),
    ):
        if not good.all():
            raise RawDataError(folder / f"{frames[int(np.argmin(good))]:06d}.txt", f"expected {expected}, found others")


def _labels(root: Path, lists: dict[str, Path]) -> tuple[dict[str, list[Label]], list[Rejection]]:
    """Action segments by take, and what is wrong with their files. The test file has no action labels."""
    labels: dict[str, list[Label]] = {}
    rejected: list[Rejection] = []
    for path in (lists[name] for name in _LABEL_FILES if name in lists):
        faults: list[str] = []
        try:
            lines = raw_files.read_bytes(root, path, _LARGEST_LIST).decode("ascii", "replace").splitlines()[1:]
        except RawDataError as error:
            lines, faults = [], [error.reason]
        for row in filter(None, map(str.split, lines)):
            label = _label(row)
            if label is None:
                faults.append(f"expected id, take, action 1 to 36, start and end, found {' '.join(row)[:80]!r}")
            else:
                labels.setdefault(row[1].lower(), []).append(label)
        if faults:
            reason = f"{len(faults)} unusable rows, the first: {faults[0]}"
            rejected.append(Rejection(str(path), "file", reason))
    return labels, rejected


def _listed_splits(root: Path, lists: dict[str, Path]) -> tuple[dict[str, str], list[Rejection]]:
    """The split of every take whose frames a list of poses names, and what is wrong with the lists."""
    splits: dict[str, str] = {}
    rejected: list[Rejection] = []
    for split, path in ((split, lists[name]) for split, name in _LIST_FILES.items() if name in lists):
        try:
            content = raw_files.read_bytes(root, path, _LARGEST_LIST)
        except RawDataError as error:
            rejected.append(Rejection(str(path), "file", error.reason))
            continue
        matches = _LISTED_TAKE.findall(content)
        for key in {match.decode().lower() for match in matches}:
            splits.setdefault(key, split)
        unusable = sum(1 for line in content.splitlines() if line.strip()) - len(matches)
        if unusable:
            reason = f"expected rows like subject1/h1/0/{CAMERA}/rgb/000000.png, found {unusable} unusable ones"
            rejected.append(Rejection(str(path), "file", reason))
    return splits, rejected


def _label(row: list[str]) -> Label | None:
    """The label of a row id, take, action, first and last frame of it, and of the take; None where it is none."""
    if len(row) != 7 or not _TAKE_PATH.fullmatch(row[1]) or not all(map(_SMALL_NUMBER.fullmatch, row[2:])):
        return None
    action, start, end = map(int, row[2:5])
    if not (0 < action < len(ACTIONS) and start <= end):
        return None
    return Label(start / FPS, (end + 1) / FPS, ACTIONS[action])
