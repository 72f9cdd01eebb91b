"""ARCTIC: both hands as MANO parameters from optical motion capture, with the object they handle, 30 frames per second.

A take is a file `s<subject>/<object>_<grab or use>_<number>.mano.npy` at any depth below the root: a pickled dict of
`left` and `right`, each with `rot` (T, 3), `pose` (T, 45), `trans` (T, 3) m and `shape` (10,), or (T, 10); what else
is in it (`fitting_err`) is not read. Every frame has both hands. Beside it, `.object.npy` (T, 7: articulation rad,
axis-angle, translation mm) says when the object moves; its spans are labels after the take's own, which is all that
ARCTIC itself has for a text: object, grab or use. `splits_json/protocol_p1.json` gives the official split; where it
is missing the split is by subject, as published. Subject s03 is the test set, whose hands are not published.

Stored in Recording.arrays: see handx_core.sources.mano_parameters.
Native frame: metric world of the motion capture, z up; the person faces -y, so that x and y are turned about.
Convention of MANO: the mean pose is added to `pose`, the wrist turns about its own joint, tips are the vertices of
smplx, the left hand's shapes are used as its file has them.

Evidence: the official code (preprocess_dataset reads the files, body_models makes the hands with
flat_hand_mean=False, processing divides the object's translation by 1000, mocap_viewer turns z-up for its viewer) and
documentation (data_doc); the facing is what HandX applies to every take. The files have no stamps.
"""

import math
import os
import re
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from handx_core.errors import RawDataError, Rejection
from handx_core.hand_models.mano import N_BETAS, N_POSE, SIDES, ManoFiles
from handx_core.safe_load import read_npy
from handx_core.sources import raw_files
from handx_core.sources.base import FoundTakes, KnownHands, Label, Recording, SourceInfo, Take, TrackedHands
from handx_core.sources.mano_parameters import (
    HandParameters,
    check_parameters,
    joints_of_parameters,
    stack_hands,
)

FPS: Final = 30.0
HANDS: Final = ".mano.npy"
OBJECT: Final = ".object.npy"
SPLIT: Final = "protocol_p1.json"
VARIANT: Final = "raw_seqs"
TEST_SUBJECT: Final = "s03"

MOVES_FASTER_THAN_M_S: Final = 0.05
TURNS_FASTER_THAN_RAD_S: Final = 0.5
ARTICULATES_FASTER_THAN_RAD_S: Final = 0.3
"""Rates, over SPEED_WINDOW_FRAMES, above which an object is said to be moved, or to be opened or closed: well above
what noise of 1 mm and 0.01 rad makes of a resting object, well below ordinary handling."""

SPEED_WINDOW_FRAMES: Final = 6
SHORTEST_PAUSE_S: Final = 0.5
"""A shorter rest of the object does not end a span."""

SHORTEST_SPAN_S: Final = 0.3
"""A shorter span is none."""

_SIDE_ARRAYS: Final = (".object.npy", ".smplx.npy", ".egocam.dist.npy")
_SPLIT_OF_SUBJECT: Final = {"s05": "val", TEST_SUBJECT: "test"}
_DEEDS: Final = {"grab": "grabs", "use": "uses"}
_SPACED: Final = {
    "capsulemachine": "capsule machine",
    "espressomachine": "espresso machine",
    "waffleiron": "waffle iron",
}
_SUBJECT: Final = re.compile(r"s\d{2}", re.ASCII)
_SEQUENCE: Final = re.compile(r"([a-z]{1,40})_(grab|use)_\d{1,4}(_retake)?", re.ASCII)
_KEY: Final = re.compile(f"{_SUBJECT.pattern}/{_SEQUENCE.pattern}", re.ASCII)
_MILLIMETRE: Final = 1e-3
_LARGEST_HANDS: Final = 256 * raw_files.MEGABYTE
_LARGEST_OBJECT: Final = 64 * raw_files.MEGABYTE
_LARGEST_SPLIT: Final = 16 * raw_files.MEGABYTE

INFO: Final = SourceInfo(
    title="ARCTIC",
    download="https://arctic.is.tue.mpg.de",
    licence="ARCTIC licence of the Max Planck Society (non-commercial research, no redistribution)",
    expects=f"raw_seqs/s01/box_grab_01{HANDS} and box_grab_01{OBJECT}, splits_json/{SPLIT}; and MANO",
    size="raw_seqs.zip, 215 MB; 301 takes with published hands",
)


class Arctic:
    """The reader of ARCTIC's sequences."""

    name = "arctic"
    info = INFO

    def find_takes(self, root: Path, mano: ManoFiles) -> FoundTakes:
        """Every sequence of every subject; none where MANO cannot be used. Object files are read, for the labels."""
        there, absent, split_path = _walk(root)
        fault = mano.fault() if there else None
        if fault is not None:
            return FoundTakes((), (fault,))
        splits, rejected = _official_splits(root, split_path)
        known = {_key(path) for path in there + absent}
        absent += [Path(f"{key}{HANDS}") for key in splits if key.startswith(TEST_SUBJECT) and key not in known]
        rejected += [_no_hands(path) for path in absent]
        takes = []
        for path in there:
            labels, faults = _labels(root, path)
            rejected += faults
            key, subject = _key(path), path.parent.name
            split = splits.get(key, _SPLIT_OF_SUBJECT.get(subject, "train"))
            takes.append(Take(f"arctic/{key}", path, f"arctic/{subject}", labels, split))
        return FoundTakes(tuple(sorted(takes, key=lambda take: take.recording_id)), tuple(rejected))

    def read_take(self, root: Path, take: Take) -> Recording:
        """The parameters of both hands, one row a frame. Raises RawDataError."""
        value = read_npy(raw_files.read_bytes(root, take.path, _LARGEST_HANDS), take.path)
        if value.shape != () or not value.dtype.hasobject:
            raise RawDataError(take.path, f"expected one pickled object, found {value.dtype} {value.shape}")
        stored = raw_files.mapping(value.item(), take.path, "content")
        hands = [_hand(stored.get(side), take.path, side) for side in SIDES]
        left, right = (len(hand.pose) for hand in hands)
        if left != right:
            raise RawDataError(take.path, f"expected as many frames of both hands, found {left} and {right}")
        times = np.arange(left) / FPS
        raw_files.check_stamps(times, take.path)
        arrays = stack_hands(hands)
        return Recording(take.ending_at(left / FPS), "mano", VARIANT, times, arrays, licence=INFO.licence)

    def to_hands(self, recording: Recording, known: KnownHands) -> TrackedHands:
        """Forward kinematics with MANO's mean pose; away from the person: (-x, -y, z) of the world's (x, y, z)."""
        joints = joints_of_parameters(recording.arrays, known.mano, turns_about="wrist") * np.array([-1.0, -1.0, 1.0])
        return TrackedHands(recording.times, joints, np.ones(joints.shape[:3], dtype=bool))


def _walk(root: Path) -> tuple[list[Path], list[Path], Path | None]:
    """Files of hands; where one should be, since the sequence has other arrays, but is not; the official split.

    What lies below a subject's folder is not looked at: the release has pictures there, by the million.
    """
    there: list[Path] = []
    absent: list[Path] = []
    splits: list[Path] = []
    for folder, folders, files in os.walk(root):
        path = Path(folder).relative_to(root)
        folders.sort()
        splits += [path / name for name in files if name == SPLIT]
        if not _SUBJECT.fullmatch(path.name):
            continue
        folders.clear()
        names = [name for name in {file.partition(".")[0] for file in files} if _SEQUENCE.fullmatch(name)]
        if not names and path.name == TEST_SUBJECT:
            absent.append(path / f"*{HANDS}")
        for name in sorted(names):
            if f"{name}{HANDS}" in files:
                there.append(path / f"{name}{HANDS}")
            elif any(f"{name}{kind}" in files for kind in _SIDE_ARRAYS):
                absent.append(path / f"{name}{HANDS}")
    return there, absent, min(splits, default=None)


def _key(path: Path) -> str:
    """Subject and sequence of a file of hands, as the official split names them: s01/box_grab_01."""
    return f"{path.parent.name}/{path.name.removesuffix(HANDS)}"


def _no_hands(path: Path) -> Rejection:
    reason = f"expected {path.name}, found none"
    if path.parent.name == TEST_SUBJECT:
        reason += ": the test subject's ground truth is not published"
    return Rejection(str(path), "take", reason)


def _official_splits(root: Path, path: Path | None) -> tuple[dict[str, str], list[Rejection]]:
    """The split of each sequence that the file names, and what is wrong with the file."""
    if path is None:
        return {}, []
    splits: dict[str, str] = {}
    try:
        protocol = raw_files.mapping(raw_files.read_json(root, path, _LARGEST_SPLIT), path, "protocol")
        for split in ("train", "val", "test"):
            keys = protocol.get(split)
            if not isinstance(keys, list) or not all(isinstance(key, str) and _KEY.fullmatch(key) for key in keys):
                raise RawDataError(path, f"{split}: expected names such as s01/box_grab_01, found others")
            splits |= dict.fromkeys(keys, split)
    except RawDataError as error:
        return {}, [Rejection(error.path, "file", error.reason)]
    return splits, []


def _hand(value: Any, path: Path, side: str) -> HandParameters:
    stored = raw_files.mapping(value, path, side)

    def array(name: str, *shapes: tuple[int, ...]) -> NDArray[np.float64]:
        found = stored.get(name)
        if not isinstance(found, np.ndarray):
            raise RawDataError(path, f"{side} {name}: expected an array, found {type(found).__name__}")
        shape = next((shape for shape in shapes if len(shape) == found.ndim), shapes[0])
        return raw_files.numbers(found, shape, path, f"{side} {name}")

    pose = array("pose", (-1, N_POSE))
    hand = HandParameters(
        rotation=array("rot", (len(pose), 3)),
        pose=pose,
        translation=array("trans", (len(pose), 3)),
        betas=array("shape", (N_BETAS,), (len(pose), N_BETAS)),
    )
    check_parameters(hand, path, side)
    return hand


def _labels(root: Path, hands: Path) -> tuple[tuple[Label, ...], list[Rejection]]:
    """The take's own label, to be cut to its length, then the spans in which its object moves; a broken object file."""
    name, deed = hands.name.split("_")[:2]
    thing = _SPACED.get(name, name)
    own = Label(0.0, math.inf, f"{_DEEDS[deed]} the {thing}")
    path = hands.with_name(hands.name.removesuffix(HANDS) + OBJECT)
    if not (root / path).exists():
        return (own,), []
    try:
        trajectory = read_npy(raw_files.read_bytes(root, path, _LARGEST_OBJECT), path)
        trajectory = raw_files.numbers(trajectory, (-1, 7), path, "object")
        raw_files.check_stamps(np.arange(len(trajectory), dtype=np.float64), path)
        raw_files.check_positions(trajectory[:, 4:] * _MILLIMETRE, path, "object")
    except RawDataError as error:
        return (own,), [Rejection(error.path, "file", error.reason)]
    return (own, *_object_labels(trajectory, thing)), []


def _object_labels(trajectory: NDArray[np.float64], thing: str) -> list[Label]:
    """Spans in which the object is moved, or opened or closed, in the order of their start.

    trajectory: (T, 7) articulation in radians, axis-angle, translation in millimetres.
    """
    frames = np.arange(len(trajectory))
    before = np.maximum(frames - SPEED_WINDOW_FRAMES // 2, 0)
    after = np.minimum(frames + SPEED_WINDOW_FRAMES // 2, len(frames) - 1)
    seconds = np.maximum(after - before, 1) / FPS
    positions, turns = trajectory[:, 4:] * _MILLIMETRE, Rotation.from_rotvec(trajectory[:, 1:4])
    speed = np.linalg.norm(positions[after] - positions[before], axis=1) / seconds
    turning = (turns[before].inv() * turns[after]).magnitude() / seconds
    articulating = np.abs(trajectory[after, 0] - trajectory[before, 0]) / seconds
    moved = (speed > MOVES_FASTER_THAN_M_S) | (turning > TURNS_FASTER_THAN_RAD_S)
    labels = [Label(start, end, f"moves the {thing}") for start, end in _spans(moved)]
    opened = articulating > ARTICULATES_FASTER_THAN_RAD_S
    labels += [Label(start, end, f"opens or closes the {thing}") for start, end in _spans(opened)]
    return sorted(labels, key=lambda label: (label.start_s, label.end_s))


def _spans(active: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Start and end, seconds, of the spans of active frames, short pauses filled and short spans left out."""
    edges = np.flatnonzero(np.diff(active, prepend=False, append=False)).reshape(-1, 2) / FPS
    spans: list[tuple[float, float]] = []
    for start, end in edges.tolist():
        if spans and start - spans[-1][1] < SHORTEST_PAUSE_S:
            start = spans.pop()[0]
        spans.append((start, end))
    return [(start, end) for start, end in spans if end - start >= SHORTEST_SPAN_S]
