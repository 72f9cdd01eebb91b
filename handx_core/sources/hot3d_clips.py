"""HOT3D-Clips: tars of five seconds, `clip-<6 digits>.tar`, with JSON files for every frame beside its images.

Read of each are `%06d.hands.json` (both hands; one may be absent or null), `%06d.info.json` (stamps, device, person)
and `__hand_shapes.json__` (the person's hands). A UmeTrack wrist is `T_world_from_wrist`, as the toolkit's code reads
it, or a 4 x 4 `wrist_xform`, as its README says; angles are 20 to 22. A MANO wrist is six numbers, axis-angle and
translation.
Clips have passed their makers' inspection, so that there are no masks; frames with neither hand stay, as not present.
Those of the test set are published without hands.json, some of them without hand shapes too.

Who: `participant_id`, or the start of `sequence_id`, of the first frame's info; where both are missing the clip stands
in. Which way is up: the info's `device`; where it is missing, Aria has a colour camera (stream 214-1) and Quest 3 only
monochrome ones (1201-1, 1201-2); where neither tells, the clip is rejected. A frame's stamp is `ref_timestamp_ns`, or
the earliest of `image_timestamps_ns` where that is missing.

Evidence: the README of the clips and dataset.py of hand_tracking_toolkit; `device` and the stamps in the toolkit's
converter of clips to BOP; the names of persons and sequences in third parties' readers.
What belongs here: these files. What does not: the tar itself (`tar_members`), what a pose means (`hot3d_poses`).
"""

import re
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from scipy.spatial.transform import Rotation

from handx_core.errors import RawDataError
from handx_core.hand_models.umetrack import N_ANGLES
from handx_core.sources import raw_files
from handx_core.sources.base import Take
from handx_core.sources.hot3d_poses import (
    N_COMPONENTS,
    Floats,
    HandModel,
    absent_hand,
    betas,
    betas_of_person,
    hand_row,
    pose_arrays,
    profile_arrays,
)
from handx_core.sources.hot3d_sequences import LATEST_STAMP_NS, TEST_PARTICIPANTS, UP_AXIS, WithheldError
from handx_core.sources.tar_members import read_members

CLIP_NAME: Final = re.compile(r"clip-\d{6}\.tar", re.ASCII)
SHAPES: Final = "__hand_shapes.json__"

_FRAME_FILE: Final = re.compile(r"(\d{6})\.(hands|info)\.json", re.ASCII)
_PARTICIPANT: Final = re.compile(r"P\d{4}", re.ASCII)
_COLOUR_STREAM: Final = "214-1"
_MONO_STREAMS: Final = frozenset({"1201-1", "1201-2"})
_WRISTS: Final = ("T_world_from_wrist", "wrist_xform")
_LARGEST_FRAME: Final = raw_files.MEGABYTE
_LARGEST_SHAPES: Final = 16 * raw_files.MEGABYTE
_RIGID_TOLERANCE: Final = 1e-3


def clip_take(root: Path, path: Path) -> Take:
    """The take of a clip, which is its own subject where the person is unknown.

    Raises RawDataError, and WithheldError for a clip of the test set whose first frame has no file of hands.
    """
    name = f"hot3d/{path.stem}"
    info, has_hands = _first_frame(root, path)
    person = _participant(info)
    if person is not None:
        take = Take(name, path, f"hot3d/{person}", official_split="test" if person in TEST_PARTICIPANTS else "train")
    else:
        split = path.parent.name.split("_")[0]
        take = Take(name, path, name, official_split=split if split in ("train", "test") else None)
    if take.official_split == "test" and not has_hands:
        raise WithheldError(path, "expected hands.json, found none: the clip has no ground truth")
    return take


def read_clip(root: Path, path: Path, model: HandModel) -> tuple[str, Floats, dict[str, Floats]]:
    """The world's up axis, stamps in seconds since the first, and arrays, one row a frame. Raises RawDataError."""
    hands: dict[str, dict[str, Any]] = {}
    infos: dict[str, dict[str, Any]] = {}
    shapes: dict[str, Any] | None = None
    for name, value in _documents(root, path):
        match = _FRAME_FILE.fullmatch(name)
        if match:
            (hands if match[2] == "hands" else infos)[match[1]] = value
        else:
            shapes = value
    frames = sorted(hands)
    if not frames or shapes is None:
        raise RawDataError(path, f"expected hands.json and {SHAPES}, found none: the clip has no ground truth")
    if set(frames) - set(infos):
        raise RawDataError(path, f"expected an info.json for every hands.json, found none for {frames[0]} or later")
    stamps = np.array([_stamp(infos[frame], path) for frame in frames])
    times = (stamps - stamps[0]) * 1e-9
    raw_files.check_stamps(times, path)
    rows = [np.stack([_hand(hands[frame].get(side), model, path) for side in ("left", "right")]) for frame in frames]
    arrays = pose_arrays(model, rows, path) | {"unmasked": np.ones(len(frames))} | _person(shapes, model, path)
    return _up_axis(infos[frames[0]], path), times, arrays


def _documents(root: Path, path: Path) -> Generator[tuple[str, dict[str, Any]], None, None]:
    """Names and JSON objects of the members that are read; images are skipped over."""

    def largest(name: str) -> int:
        return _LARGEST_SHAPES if name == SHAPES else _LARGEST_FRAME if _FRAME_FILE.fullmatch(name) else 0

    for name, content in read_members(root, path, largest):
        try:
            value = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise RawDataError(path, f"{name}: expected JSON, found: {error}") from error
        yield name, raw_files.mapping(value, path, name)


def _first_frame(root: Path, path: Path) -> tuple[dict[str, Any], bool]:
    """The first frame's info, and whether there are hands beside it.

    What comes after that frame is not read: in a WebDataset the files of a frame follow one another.
    """
    found: dict[str, dict[str, Any]] = {}
    frame = ""
    with closing(_documents(root, path)) as documents:
        for name, value in documents:
            match = _FRAME_FILE.fullmatch(name)
            if match and "info" in found and match[1] != frame:
                break
            if match:
                frame, found[match[2]] = match[1], value
            if len(found) == 2:
                break
    if "info" not in found:
        raise RawDataError(path, "expected frames with info.json, found none")
    return found["info"], "hands" in found


def _participant(info: dict[str, Any]) -> str | None:
    for text in (info.get("participant_id"), info.get("sequence_id")):
        match = _PARTICIPANT.match(text) if isinstance(text, str) else None
        if match:
            return match[0]
    return None


def _up_axis(info: dict[str, Any], path: Path) -> str:
    device = info.get("device")
    if device is None:
        streams = set(raw_files.mapping(info.get("image_timestamps_ns"), path, "image_timestamps_ns"))
        device = "Aria" if _COLOUR_STREAM in streams else "Quest3" if streams and streams <= _MONO_STREAMS else None
    if not isinstance(device, str) or device not in UP_AXIS:
        raise RawDataError(path, f"expected device Aria or Quest3 or their streams, found {device!r:.40}")
    return UP_AXIS[device]


def _stamp(info: dict[str, Any], path: Path) -> int:
    """Nanoseconds."""
    stamps: list[Any] = [info.get("ref_timestamp_ns")]
    if stamps == [None]:
        stamps = list(raw_files.mapping(info.get("image_timestamps_ns"), path, "image_timestamps_ns").values())
    if not stamps or not all(type(stamp) is int and 0 <= stamp < LATEST_STAMP_NS for stamp in stamps):
        raise RawDataError(path, f"expected integer timestamps, found {stamps!r:.60}")
    earliest: int = min(stamps)
    return earliest


def _hand(hand: Any, model: HandModel, path: Path) -> Floats:
    """The row of a hand of a frame; absent too where only the wanted model could not be fitted."""
    pose = None if hand is None else raw_files.mapping(hand, path, "hand").get(f"{model}_pose")
    if pose is None:
        return absent_hand(model)
    stored = raw_files.mapping(pose, path, f"{model}_pose")
    if model == "mano":
        wrist = raw_files.numbers(stored.get("wrist_xform"), (6,), path, "wrist_xform")
        quaternion = Rotation.from_rotvec(wrist[:3]).as_quat(scalar_first=True)
        thetas = raw_files.numbers(stored.get("thetas"), (N_COMPONENTS,), path, "thetas")
        return hand_row(model, quaternion, wrist[3:], thetas, path)
    angles = raw_files.numbers(stored.get("joint_angles"), (-1,), path, "joint_angles")
    if not N_ANGLES - 2 <= len(angles) <= N_ANGLES:
        raise RawDataError(path, f"joint_angles: expected {N_ANGLES - 2} to {N_ANGLES} numbers, found {len(angles)}")
    return hand_row(model, *_wrist(stored, path), np.pad(angles, (0, N_ANGLES - len(angles))), path)


def _wrist(pose: dict[str, Any], path: Path) -> tuple[Floats, Floats]:
    """Quaternion w x y z and translation of a UmeTrack wrist, in either way of saying it, under either name."""
    value = next((pose[name] for name in _WRISTS if pose.get(name) is not None), None)
    if isinstance(value, dict):
        quaternion = raw_files.numbers(value.get("quaternion_wxyz"), (4,), path, "quaternion_wxyz")
        return quaternion, raw_files.numbers(value.get("translation_xyz"), (3,), path, "translation_xyz")
    matrix = raw_files.numbers(value, (4, 4), path, "wrist_xform")
    turn = matrix[:3, :3]
    rigid = np.abs(turn @ turn.T - np.eye(3)).max() < _RIGID_TOLERANCE and np.linalg.det(turn) > 0.0
    if not rigid or np.abs(matrix[3] - [0.0, 0.0, 0.0, 1.0]).max() > _RIGID_TOLERANCE:
        raise RawDataError(path, "wrist_xform: expected a rigid 4 x 4 pose, found another matrix")
    return Rotation.from_matrix(turn).as_quat(scalar_first=True), matrix[:3, 3]


def _person(shapes: dict[str, Any], model: HandModel, path: Path) -> dict[str, Floats]:
    if model == "mano":
        return betas_of_person([betas(shapes.get("mano"), path)], path)
    profile = raw_files.mapping(shapes.get("umetrack"), path, f"umetrack of {SHAPES}")
    return profile_arrays(raw_files.mapping(profile.get("hand_model", profile), path, "hand_model"), path)
