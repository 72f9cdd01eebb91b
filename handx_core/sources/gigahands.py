"""GigaHands: both hands as 3-D keypoints from many cameras, 30 frames per second.

A scene is a folder `p<participant>-<scene>` at any depth below the root, a take one of its sequences. Of it is read,
where it exists, `keypoints_3d_mano_align/<sequence>.json` (one row a frame, left 21 then right 21 joints, the fit of
a hand model: smooth), else `keypoints_3d/<sequence>/{left,right}.jsonl` (one line a frame, 21 rows x y z confidence,
triangulated: flickers). Beside the latter, `chosen_frames_{left,right}.json` list the frames in which that hand is
complete; they hold for both variants, and a scene may be split between two folders (`hand_poses/` and
`keypoints_3d_mano_align/`), as the archives unpack. `annotations_v2.jsonl` gives the labels.

Rows of the aligned file are frames, or positions in the sorted union of the two chosen lists: the release does not
say which, so the length decides, and a length that fits neither is an error.

Stored in Recording.arrays (hand axis: left, right; joints wrist, thumb, index, middle, ring, pinky from the palm out):
- `joints` (T, 2, 21, 3) m, `confidence` (T, 2, 21) 0 where the joint is missing, `chosen` (T, 2) 1 where it is listed
Native frame: metric world of the rig, y up, right-handed; the subject faces +z with the left hand at larger x.

Evidence: the toolkit's README, its loaders (left first, OpenPose order) and renderer (row = video frame, 30 fps),
and the mean pose of the release: fingers towards +z with the left hand at +x leaves only +y for up.
"""

import math
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError, Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources import raw_files
from handx_core.sources.base import FoundTakes, Label, Recording, SourceInfo, Take, TrackedHands
from handx_core.sources.joint_orders import PROJECT_FROM_OPENPOSE

FPS: Final = 30.0
ALIGNED: Final = "keypoints_3d_mano_align"
TRIANGULATED: Final = "keypoints_3d"
ANNOTATIONS: Final = "annotations_v2.jsonl"

NOT_A_TEXT: Final = frozenset({"None", "Buggy"})
"""What the release writes where an annotator had nothing, or something wrong, to say."""

_SIDES: Final = ("left", "right")
_SCENE: Final = re.compile(r"(p\d+)-[\w-]+", re.ASCII)
_SEQUENCE: Final = re.compile(r"\d{1,6}", re.ASCII)
_LARGEST_KEYPOINTS: Final = 256 * raw_files.MEGABYTE
_LARGEST_LIST: Final = 16 * raw_files.MEGABYTE

INFO: Final = SourceInfo(
    title="GigaHands",
    download="https://ivl.cs.brown.edu/research/gigahands.html",
    licence="CC BY-NC 4.0",
    expects=f"hand_poses/p001-folder/{TRIANGULATED}/000/ and {ALIGNED}/p001-folder/{ALIGNED}/000.json "
    f"(either is enough), {ANNOTATIONS}",
    size="not published; 14,000 takes, 34 h",
)


class GigaHands:
    """The reader of GigaHands sequences."""

    name = "gigahands"
    info = INFO

    def find_takes(self, root: Path, mano: ManoFiles) -> FoundTakes:
        """Every sequence of every scene, the aligned file where there is one."""
        aligned: list[tuple[str, str, Path]] = []
        triangulated: list[tuple[str, str, Path]] = []
        annotations: list[Path] = []
        for folder, folders, files in os.walk(root):
            path = Path(folder)
            folders.sort()
            annotations += [path.relative_to(root) / name for name in files if name == ANNOTATIONS]
            if _SCENE.fullmatch(path.name):
                folders.clear()
                aligned += [(path.name, f.stem, f.relative_to(root)) for f in _sequences(path / ALIGNED, ".json")]
                triangulated += [(path.name, f.name, f.relative_to(root)) for f in _sequences(path / TRIANGULATED, "")]
        better = {(scene, sequence) for scene, sequence, _ in aligned}
        found = aligned + [entry for entry in triangulated if entry[:2] not in better]
        labels, rejected = _labels(root, annotations[0]) if annotations else ({}, ())
        takes = [
            Take(
                recording_id=f"gigahands/{scene}/{sequence}",
                path=path,
                subject=f"gigahands/{scene.split('-')[0]}",
                labels=tuple(labels.get((scene, sequence), ())),
            )
            for scene, sequence, path in found
        ]
        return FoundTakes(tuple(sorted(takes, key=lambda take: take.recording_id)), rejected)

    def read_take(self, root: Path, take: Take) -> Recording:
        """The keypoints of a sequence, one row a frame. Raises RawDataError."""
        frames, arrays = _read_aligned(root, take.path) if take.path.suffix else _read_triangulated(root, take.path)
        times = frames / FPS
        raw_files.check_stamps(times, take.path)
        raw_files.check_positions(arrays["joints"], take.path, "keypoints")
        end_s = float(times[-1] + 1.0 / FPS)
        labels = tuple(replace(label, end_s=min(label.end_s, end_s)) for label in take.labels if label.start_s < end_s)
        variant = ALIGNED if take.path.suffix else TRIANGULATED
        stored = {name: values.astype(np.float32) for name, values in arrays.items()}
        return Recording(replace(take, labels=labels), "joints", variant, times, stored, licence=INFO.licence)

    def to_hands(self, recording: Recording, mano: ManoFiles) -> TrackedHands:
        """Project order; z up and away from the person: (-x, z, y) of the rig's (x, y, z)."""
        arrays = recording.arrays
        measured = (arrays["confidence"] > 0) & (arrays["chosen"] > 0)[..., None]
        valid = measured[..., PROJECT_FROM_OPENPOSE]
        joints = arrays["joints"][:, :, PROJECT_FROM_OPENPOSE].astype(np.float64)
        joints = joints[..., [0, 2, 1]] * np.array([-1.0, 1.0, 1.0])
        joints[~valid] = np.nan
        return TrackedHands(recording.times, joints, valid)


def _sequences(folder: Path, suffix: str) -> list[Path]:
    """Entries of a scene's folder that are named like a sequence, sorted; none where the folder is missing."""
    if not folder.is_dir():
        return []
    return sorted(e for e in folder.iterdir() if e.suffix == suffix and _SEQUENCE.fullmatch(e.stem))


def _read_aligned(root: Path, path: Path) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    value = raw_files.read_json(root, path, _LARGEST_KEYPOINTS)
    first = value[0] if isinstance(value, list) and value else None
    by_joint = isinstance(first, list) and len(first) == 42
    joints = raw_files.numbers(value, (-1, 42, 3) if by_joint else (-1, 126), path, "frames").reshape(-1, 2, 21, 3)
    present = np.any(joints != 0.0, axis=(2, 3))[..., None]
    arrays = {"joints": joints, "confidence": np.repeat(present.astype(np.float64), 21, axis=2)}
    scene, sequence = path.parent.parent, path.stem
    beside = _triangulated_folder(root, scene, sequence)
    left, right = [_chosen(root, beside, side) if beside is not None else None for side in _SIDES]
    if left is None or right is None:
        return np.arange(len(joints)), arrays | {"chosen": np.ones(joints.shape[:2])}
    union = np.union1d(left, right)
    last = int(union.max(initial=-1))
    if len(joints) == len(union):
        frames = union
    elif len(joints) > last:
        frames = np.arange(len(joints))
    else:
        expected = f"{last + 1} rows (a row a frame) or {len(union)} (a row a chosen frame)"
        raise RawDataError(path, f"expected {expected}, found {len(joints)}")
    listed = np.stack([np.isin(frames, frames_of_side) for frames_of_side in (left, right)], axis=1)
    return frames, arrays | {"chosen": listed.astype(np.float64)}


def _triangulated_folder(root: Path, scene: Path, sequence: str) -> Path | None:
    """The folder with the chosen frames of an aligned file: in the same scene folder, or under hand_poses/."""
    for folder in (scene, Path("hand_poses") / scene.name):
        candidate = folder / TRIANGULATED / sequence
        if (root / candidate).is_dir():
            return candidate
    return None


def _read_triangulated(root: Path, folder: Path) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    sides = []
    for side in _SIDES:
        path = folder / f"{side}.jsonl"
        rows = [
            raw_files.numbers(row, (21, 4), path, f"line {number}")
            for number, row in enumerate(raw_files.read_json_lines(root, path, _LARGEST_KEYPOINTS), start=1)
        ]
        sides.append(np.stack(rows) if rows else np.zeros((0, 21, 4)))
    length = max(len(rows) for rows in sides)
    keypoints = np.stack([np.pad(rows, ((0, length - len(rows)), (0, 0), (0, 0))) for rows in sides], axis=1)
    listed = np.ones((length, 2))
    for hand, side in enumerate(_SIDES):
        chosen = _chosen(root, folder, side)
        if chosen is None:
            continue
        if chosen.max(initial=-1) >= len(sides[hand]):
            found = f"found {len(sides[hand])}"
            raise RawDataError(folder / f"{side}.jsonl", f"expected {chosen.max() + 1} lines, {found}: is it cut off?")
        listed[:, hand] = np.isin(np.arange(length), chosen)
    arrays = {"joints": keypoints[..., :3], "confidence": keypoints[..., 3], "chosen": listed}
    return np.arange(length), arrays


def _chosen(root: Path, folder: Path, side: str) -> NDArray[np.int64] | None:
    """Frame numbers in which the hand is complete, or None where the list is missing."""
    path = folder / f"chosen_frames_{side}.json"
    if not (root / path).exists():
        return None
    frames = raw_files.numbers(raw_files.read_json(root, path, _LARGEST_LIST), (-1,), path, "frame numbers")
    if len(frames) and not (frames.min() >= 0 and frames.max() < 2**31 and (frames == np.round(frames)).all()):
        raise RawDataError(path, "expected frame numbers, whole and not negative")
    return frames.astype(np.int64)


def _labels(root: Path, path: Path) -> tuple[dict[tuple[str, str], list[Label]], tuple[Rejection, ...]]:
    """Labels by (scene, sequence), and what is wrong with the file or with single lines of it."""
    labels: dict[tuple[str, str], list[Label]] = {}
    faults: list[str] = []
    try:
        for number, row in enumerate(raw_files.read_json_lines(root, path, _LARGEST_KEYPOINTS), start=1):
            try:
                for key, label in _labels_of_row(raw_files.mapping(row, path, f"line {number}"), path, number):
                    labels.setdefault(key, []).append(label)
            except RawDataError as error:
                faults.append(error.reason)
    except RawDataError as error:
        faults.append(error.reason)
    for of_take in labels.values():
        of_take.sort(key=lambda label: (label.start_s, label.end_s, label.text))
    if not faults:
        return labels, ()
    return labels, (Rejection(str(path), "file", f"{len(faults)} unusable annotations, the first: {faults[0]}"),)


def _labels_of_row(row: dict[str, Any], path: Path, number: int) -> list[tuple[tuple[str, str], Label]]:
    """One label for each sequence that the annotation names; none where it has no text."""
    text, start, end = row.get("clarify_annotation"), row.get("start_frame_id"), row.get("end_frame_id")
    named = row.get("sequence")
    sequences = named if isinstance(named, list) else [named]
    if not isinstance(text, str) or type(start) is not int or type(end) is not int or start < 0 or end < -1:
        raise RawDataError(path, f"line {number}: expected clarify_annotation, start_frame_id and end_frame_id")
    if not all(raw_files.is_plain_name(name) for name in (row.get("scene"), *sequences)):
        raise RawDataError(path, f"line {number}: expected the plain names of a scene and its sequences")
    if text.strip() in NOT_A_TEXT or not text.strip() or -1 < end < start:
        return []
    label = Label(start / FPS, math.inf if end == -1 else (end + 1) / FPS, text.strip())
    return [((str(row["scene"]), str(sequence)), label) for sequence in sequences]
