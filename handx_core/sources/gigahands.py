"""GigaHands: both hands as 3-D keypoints from many cameras, 30 frames per second.

A scene is a folder `p<participant>-<scene>` at any depth below the root, a take one of its sequences. Of it is read
the first of these that is there; which one is the recording's variant:
1. `keypoints_3d_mano_align/<sequence>.json`: one row a frame, left 21 then right 21 joints, the fit of a hand model;
2. `params/<sequence>.json`: that model itself, for each hand `poses` (N, 48) with a root of zero, `shapes` (1, 10) or
   (N, 10), `Rh` and `Th` (N, 3); needs MANO, so that without it the next is read;
3. `keypoints_3d/<sequence>/{left,right}.jsonl`: one line a frame, 21 rows x y z confidence, triangulated: flickers.
Beside the last, `chosen_frames_{left,right}.json` list the frames in which that hand is complete; they hold for all
variants, and a scene may be split between two folders (`hand_poses/` and `keypoints_3d_mano_align/`), as the archives
unpack. `annotations_v2.jsonl` gives the labels, each with five paraphrases.

Rows of the parameters are positions in the sorted union of the two chosen lists. Rows of the aligned file are those
or frames: the release does not say which, so the length decides. A length that does not fit is an error.

Stored in Recording.arrays (hand axis: left, right):
- `chosen` (T, 2) 1 where the frame is in the hand's list
- of keypoints (wrist, thumb, index, middle, ring, pinky from the palm out): `joints` (T, 2, 21, 3) m, `confidence`
  (T, 2, 21) 0 where the joint is missing
- of parameters (kind mano): `rotation` is Rh and `translation` Th, see handx_core.sources.mano_parameters
Native frame: metric world of the rig, y up, right-handed; the subject faces +z with the left hand at larger x.
Convention of MANO, that of EasyMocap: the mean pose is added to the poses, the whole hand turns about the model's
origin and not about its wrist, the left hand's shapes are used as its file has them.

Evidence: the toolkit's README, its loaders (left first, OpenPose order) and renderer (row = video frame, 30 fps;
parameters by position in the union), EasyMocap's body model, and the mean pose of the release: fingers towards +z
with the left hand at +x leaves only +y for up. An old copy of EasyMocap does not add the mean pose; fits read with it
are 2 mm from the aligned keypoints, as others have measured.
"""

import math
import os
import re
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError, Rejection
from handx_core.hand_models.mano import N_BETAS, N_POSE, SIDES, ManoFiles
from handx_core.sources import raw_files
from handx_core.sources.base import FoundTakes, KnownHands, Label, Recording, SourceInfo, Take, TrackedHands
from handx_core.sources.joint_orders import PROJECT_FROM_OPENPOSE
from handx_core.sources.mano_parameters import (
    HandParameters,
    check_parameters,
    joints_of_parameters,
    stack_hands,
)

FPS: Final = 30.0
ALIGNED: Final = "keypoints_3d_mano_align"
PARAMETERS: Final = "params"
TRIANGULATED: Final = "keypoints_3d"
VARIANTS: Final = (ALIGNED, PARAMETERS, TRIANGULATED)
"""Names of the folders that hold a take's motion, the best first."""

ANNOTATIONS: Final = "annotations_v2.jsonl"

NOT_A_TEXT: Final = frozenset({"", "None", "Buggy"})
"""What the release writes where an annotator had nothing, or something wrong, to say."""

_SCENE: Final = re.compile(r"(p\d+)-[\w-]+", re.ASCII)
_SEQUENCE: Final = re.compile(r"\d{1,6}", re.ASCII)
_LARGEST_KEYPOINTS: Final = 256 * raw_files.MEGABYTE
_LARGEST_ROOT_RAD: Final = 1e-4
_LARGEST_LIST: Final = 16 * raw_files.MEGABYTE

INFO: Final = SourceInfo(
    title="GigaHands",
    download="https://ivl.cs.brown.edu/research/gigahands.html",
    licence="CC BY-NC 4.0",
    expects=f"{ALIGNED}/p001-folder/{ALIGNED}/000.json, or with MANO hand_poses/p001-folder/{PARAMETERS}/000.json, "
    f"or hand_poses/p001-folder/{TRIANGULATED}/000/ (best with all of them); {ANNOTATIONS}",
    size="not published; 14,000 takes, 34 h",
)


class GigaHands:
    """The reader of GigaHands sequences."""

    name = "gigahands"
    info = INFO

    def find_takes(self, root: Path, mano: ManoFiles) -> FoundTakes:
        """Every sequence of every scene, by the best of its files that can be used."""
        stored: dict[tuple[str, str], list[Path]] = {}
        annotations: list[Path] = []
        for folder, folders, files in os.walk(root):
            path = Path(folder)
            folders.sort()
            annotations += [path.relative_to(root) / name for name in files if name == ANNOTATIONS]
            if _SCENE.fullmatch(path.name):
                folders.clear()
                for entry in (e for variant in VARIANTS for e in _sequences(path / variant)):
                    stored.setdefault((path.name, entry.stem), []).append(entry.relative_to(root))
        labels, rejected = _labels(root, annotations[0]) if annotations else ({}, [])
        fault = mano.fault()
        takes = [
            Take(
                recording_id=f"gigahands/{scene}/{sequence}",
                path=path,
                subject=f"gigahands/{scene.split('-')[0]}",
                labels=tuple(labels.get((scene, sequence), ())),
            )
            for (scene, sequence), paths in stored.items()
            for path in _best(root, paths, has_mano=fault is None)
        ]
        loses_takes = len(stored) > len({take.recording_id for take in takes})
        if fault is not None and (loses_takes or mano.missing() is None):
            rejected.append(fault)
        return FoundTakes(tuple(sorted(takes, key=lambda take: take.recording_id)), tuple(rejected))

    def read_take(self, root: Path, take: Take) -> Recording:
        """The keypoints or parameters of a sequence, one row a frame. Raises RawDataError."""
        variant = _variant(take.path)
        frames, arrays = _READERS[variant](root, take.path)
        times = frames / FPS
        raw_files.check_stamps(times, take.path)
        take = take.ending_at(float(times[-1] + 1.0 / FPS))
        kind = "mano" if variant == PARAMETERS else "joints"
        stored = {name: values.astype(np.float32) for name, values in arrays.items()}
        return Recording(take, kind, variant, times, stored, licence=INFO.licence)

    def to_hands(self, recording: Recording, known: KnownHands) -> TrackedHands:
        """Project order, by forward kinematics where there are parameters; z up and away from the person: (-x, z, y)
        of the rig's (x, y, z)."""
        arrays = recording.arrays
        if recording.kind == "mano":
            joints = joints_of_parameters(arrays, known.mano, turns_about="origin")
            valid = np.repeat((arrays["chosen"] > 0)[..., None], joints.shape[2], axis=2)
        else:
            joints = arrays["joints"][:, :, PROJECT_FROM_OPENPOSE].astype(np.float64)
            measured = (arrays["confidence"] > 0) & (arrays["chosen"] > 0)[..., None]
            valid = measured[..., PROJECT_FROM_OPENPOSE]
        joints = joints[..., [0, 2, 1]] * np.array([-1.0, 1.0, 1.0])
        joints[~valid] = np.nan
        return TrackedHands(recording.times, joints, valid)


def _sequences(folder: Path) -> list[Path]:
    """Entries of a variant's folder that are named like a sequence, sorted; none where the folder is missing."""
    if not folder.is_dir():
        return []
    suffix = "" if folder.name == TRIANGULATED else ".json"
    return sorted(entry for entry in folder.iterdir() if entry.suffix == suffix and _SEQUENCE.fullmatch(entry.stem))


def _variant(path: Path) -> str:
    return path.parent.name


def _best(root: Path, paths: list[Path], *, has_mano: bool) -> list[Path]:
    """Those of a sequence's files that are of the best variant; more than one where it lies in several folders.

    Parameters that no list gives their frames are read, to say so, only where there is nothing else.
    """
    aligned, parameters, keypoints = ([p for p in paths if _variant(p) == variant] for variant in VARIANTS)
    if aligned or not has_mano:
        return aligned or keypoints
    placed = [path for path in parameters if _has_lists(root, path)]
    return placed or keypoints or parameters


def _read_aligned(root: Path, path: Path) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    """Frame numbers and arrays, as all readers of a variant return them."""
    value = raw_files.read_json(root, path, _LARGEST_KEYPOINTS)
    first = value[0] if isinstance(value, list) and value else None
    by_joint = isinstance(first, list) and len(first) == 42
    joints = raw_files.numbers(value, (-1, 42, 3) if by_joint else (-1, 126), path, "frames").reshape(-1, 2, 21, 3)
    raw_files.check_positions(joints, path, "keypoints")
    present = np.any(joints != 0.0, axis=(2, 3))[..., None]
    arrays = {"joints": joints, "confidence": np.repeat(present.astype(np.float64), 21, axis=2)}
    left, right = _chosen_of_sequence(root, path)
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
    return frames, arrays | {"chosen": _listed(frames, left, right)}


def _read_parameters(root: Path, path: Path) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    stored = raw_files.mapping(raw_files.read_json(root, path, _LARGEST_KEYPOINTS), path, "parameters")
    hands = [_hand_parameters(stored.get(side), path, side) for side in SIDES]
    left, right = _chosen_of_sequence(root, path)
    if left is None or right is None:
        raise RawDataError(path, "expected chosen_frames_left.json and _right.json, to say of which frames, found none")
    frames = np.union1d(left, right)
    for hand, side in zip(hands, SIDES, strict=True):
        if len(hand.pose) != len(frames):
            found = f"found {len(hand.pose)}"
            raise RawDataError(path, f"{side}: expected {len(frames)} rows (a row a chosen frame), {found}")
    return frames, stack_hands(hands) | {"chosen": _listed(frames, left, right)}


def _hand_parameters(value: Any, path: Path, side: str) -> HandParameters:
    stored = raw_files.mapping(value, path, side)
    poses = raw_files.numbers(stored.get("poses"), (-1, 3 + N_POSE), path, f"{side} poses")
    if np.abs(poses[:, :3]).max(initial=0.0) > _LARGEST_ROOT_RAD:
        raise RawDataError(path, f"{side} poses: expected three zeros first (the rotation is Rh), found others")
    shapes = raw_files.numbers(stored.get("shapes"), (-1, N_BETAS), path, f"{side} shapes")
    if len(shapes) not in (1, len(poses)):
        raise RawDataError(path, f"{side} shapes: expected 1 row or {len(poses)}, found {len(shapes)}")
    hand = HandParameters(
        rotation=raw_files.numbers(stored.get("Rh"), (len(poses), 3), path, f"{side} Rh"),
        pose=poses[:, 3:],
        translation=raw_files.numbers(stored.get("Th"), (len(poses), 3), path, f"{side} Th"),
        betas=shapes[0] if len(shapes) == 1 else shapes,
    )
    check_parameters(hand, path, side)
    return hand


def _listed(frames: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
    """(T, 2) 1 where a frame is in the hand's list."""
    return np.stack([np.isin(frames, of_hand) for of_hand in (left, right)], axis=1).astype(np.float64)


def _has_lists(root: Path, path: Path) -> bool:
    folder = _triangulated_folder(root, path.parent.parent, path.stem)
    return folder is not None and all((root / folder / _list_name(side)).exists() for side in SIDES)


def _chosen_of_sequence(root: Path, path: Path) -> list[NDArray[np.int64] | None]:
    """The two lists of a sequence, by the path of its aligned file or its parameters."""
    folder = _triangulated_folder(root, path.parent.parent, path.stem)
    return [_chosen(root, folder, side) if folder is not None else None for side in SIDES]


def _list_name(side: str) -> str:
    return f"chosen_frames_{side}.json"


def _triangulated_folder(root: Path, scene: Path, sequence: str) -> Path | None:
    """The folder with the chosen frames of a sequence: in the same scene folder, or under hand_poses/."""
    for folder in (scene, Path("hand_poses") / scene.name):
        candidate = folder / TRIANGULATED / sequence
        if (root / candidate).is_dir():
            return candidate
    return None


def _read_triangulated(root: Path, folder: Path) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    sides = []
    for side in SIDES:
        path = folder / f"{side}.jsonl"
        rows = [
            raw_files.numbers(row, (21, 4), path, f"line {number}")
            for number, row in enumerate(raw_files.read_json_lines(root, path, _LARGEST_KEYPOINTS), start=1)
        ]
        sides.append(np.stack(rows) if rows else np.zeros((0, 21, 4)))
    length = max(len(rows) for rows in sides)
    keypoints = np.stack([np.pad(rows, ((0, length - len(rows)), (0, 0), (0, 0))) for rows in sides], axis=1)
    listed = np.ones((length, 2))
    for hand, side in enumerate(SIDES):
        chosen = _chosen(root, folder, side)
        if chosen is None:
            continue
        if chosen.max(initial=-1) >= len(sides[hand]):
            found = f"found {len(sides[hand])}"
            raise RawDataError(folder / f"{side}.jsonl", f"expected {chosen.max() + 1} lines, {found}: is it cut off?")
        listed[:, hand] = np.isin(np.arange(length), chosen)
    raw_files.check_positions(keypoints[..., :3], folder, "keypoints")
    arrays = {"joints": keypoints[..., :3], "confidence": keypoints[..., 3], "chosen": listed}
    return np.arange(length), arrays


def _chosen(root: Path, folder: Path, side: str) -> NDArray[np.int64] | None:
    """Frame numbers in which the hand is complete, or None where the list is missing."""
    path = folder / _list_name(side)
    if not (root / path).exists():
        return None
    frames = raw_files.numbers(raw_files.read_json(root, path, _LARGEST_LIST), (-1,), path, "frame numbers")
    if len(frames) and not (frames.min() >= 0 and frames.max() < 2**31 and (frames == np.round(frames)).all()):
        raise RawDataError(path, "expected frame numbers, whole and not negative")
    return frames.astype(np.int64)


_READERS: Final = {ALIGNED: _read_aligned, PARAMETERS: _read_parameters, TRIANGULATED: _read_triangulated}


def _labels(root: Path, path: Path) -> tuple[dict[tuple[str, str], list[Label]], list[Rejection]]:
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
        return labels, []
    return labels, [Rejection(str(path), "file", f"{len(faults)} unusable annotations, the first: {faults[0]}")]


def _labels_of_row(row: dict[str, Any], path: Path, number: int) -> list[tuple[tuple[str, str], Label]]:
    """One label for each sequence that the annotation names; none where it has no text."""
    text, start, end = row.get("clarify_annotation"), row.get("start_frame_id"), row.get("end_frame_id")
    named = row.get("sequence")
    sequences = named if isinstance(named, list) else [named]
    if not isinstance(text, str) or type(start) is not int or type(end) is not int or start < 0 or end < -1:
        raise RawDataError(path, f"line {number}: expected clarify_annotation, start_frame_id and end_frame_id")
    if not all(raw_files.is_plain_name(name) for name in (row.get("scene"), *sequences)):
        raise RawDataError(path, f"line {number}: expected the plain names of a scene and its sequences")
    rewritten = row.get("rewritten_annotation", [])
    if not isinstance(rewritten, list) or not all(isinstance(other, str) for other in rewritten):
        raise RawDataError(path, f"line {number}: expected texts as rewritten_annotation")
    if not _is_text(text) or -1 < end < start:
        return []
    paraphrases = tuple(other.strip() for other in rewritten if _is_text(other))
    label = Label(start / FPS, math.inf if end == -1 else (end + 1) / FPS, text.strip(), paraphrases)
    return [((str(row["scene"]), str(sequence)), label) for sequence in sequences]


def _is_text(annotation: str) -> bool:
    return annotation.strip() not in NOT_A_TEXT
