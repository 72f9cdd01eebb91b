"""HOT3D: both hands as UmeTrack poses from optical motion capture, recorded with Aria glasses or a Quest 3.

A sequence is a folder with `metadata.json`, at any depth below the root. Of it these are read:
`umetrack_hand_pose_trajectory.jsonl` (one instant a line: wrist pose and joint angles of the hands present),
`umetrack_hand_user_profile.json` (the person's hand, millimetres), and `masks/mask_{hand_pose_available,qa_pass}.csv`
where they exist: an instant for which any camera's row says False is not used. UmeTrack is preferred to the MANO
files beside it because those were fitted to it, and it needs no licensed model.

Stored in Recording.arrays (hand axis: left, right):
- `angles` (T, 2, 22) rad, `wrist_rotations` (T, 2, 4) unit quaternions w x y z, `wrist_translations` (T, 2, 3) m,
  both from the wrist to the world
- `present` (T, 2) 1 where the file has the hand, `unmasked` (T,) 1 where no mask says False
- `profile_axes` (22, 3), `profile_pivots` (22, 3) mm, `profile_landmarks` (21, 3) mm, `profile_bones` (21, 3),
  `profile_weights` (21, 3): see handx_core.hand_models.umetrack
Native frame: metric world, z up for Aria and y up for Quest 3 (which one is the recording's variant), any yaw.

Evidence: the toolkit facebookresearch/hot3d (PathProvider, loader_hand_poses, UmeTrackHandDataProvider), and its
real samples: bone lengths constant, tips on the mesh, chirality right, gravity (0, 0, -9.81) in Aria's world.
"""

import os
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError, Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.hand_models.umetrack import N_ANGLES, N_BONES, N_LANDMARKS, HandProfile, joints_of_pose
from handx_core.sources import raw_files
from handx_core.sources.base import FoundTakes, Recording, SourceInfo, Take, TrackedHands

POSES: Final = Path("umetrack_hand_pose_trajectory.jsonl")
PROFILE: Final = Path("umetrack_hand_user_profile.json")
MASKS: Final = (Path("masks/mask_hand_pose_available.csv"), Path("masks/mask_qa_pass.csv"))

TEST_PARTICIPANTS: Final = frozenset({"P0004", "P0005", "P0006", "P0008", "P0016", "P0020"})
"""The official test set; its ground truth is not published."""

SAME_INSTANT_NS: Final = 5_000_000
"""Aria has a line for the colour camera and one for the others, 0.09 ms apart; stamps closer than this are one."""

_UP_AXIS: Final = {"Aria": "z", "Quest3": "y"}
_MILLIMETRE: Final = 1e-3
_LARGEST_METADATA: Final = 64 << 10
_LARGEST_PROFILE: Final = 16 * raw_files.MEGABYTE
_LARGEST_POSES: Final = 512 * raw_files.MEGABYTE
_LARGEST_MASK: Final = 64 * raw_files.MEGABYTE

INFO: Final = SourceInfo(
    title="HOT3D (Project Aria and Quest 3)",
    download="https://www.projectaria.com/datasets/hot3D/",
    licence="CC BY-NC-SA (hand data)",
    expects="sequence folders such as P0003_c701bd11, at any depth, each with metadata.json, "
    f"{POSES}, {PROFILE} and masks/",
    size="hand poses and masks are small beside the recordings; 424 sequences, 14 h",
)


class Hot3d:
    """The reader of HOT3D sequences."""

    name = "hot3d"
    info = INFO

    def find_takes(self, root: Path, mano: ManoFiles) -> FoundTakes:
        """Every folder with metadata.json; those without UmeTrack ground truth are rejected and say so."""
        takes: list[Take] = []
        rejected: list[Rejection] = []
        for folder, folders, files in os.walk(root):
            folders.sort()
            if "metadata.json" in files:
                path = Path(folder).relative_to(root)
                try:
                    takes.append(_take(root, path))
                except RawDataError as error:
                    rejected.append(Rejection(str(error.path), "take", error.reason))
        return FoundTakes(tuple(sorted(takes, key=lambda take: take.recording_id)), tuple(rejected))

    def read_take(self, root: Path, take: Take) -> Recording:
        """The poses of a sequence, one row an instant. Raises RawDataError."""
        up = _UP_AXIS[_headset(_metadata(root, take.path), take.path)]
        stamps, poses = _read_poses(root, take.path / POSES)
        unmasked = _unmasked(root, take.path, stamps)
        kept = _one_line_an_instant(stamps, poses["present"] * unmasked[:, None])
        times = (stamps[kept] - stamps[0]) * 1e-9
        raw_files.check_stamps(times, take.path / POSES)
        arrays = {name: values[kept] for name, values in poses.items()}
        arrays |= {"unmasked": unmasked[kept]} | _read_profile(root, take.path / PROFILE)
        stored = {name: values.astype(np.float32) for name, values in arrays.items()}
        return Recording(take, "umetrack", f"{up}_up", times, stored, licence=INFO.licence)

    def to_hands(self, recording: Recording, mano: ManoFiles) -> TrackedHands:
        """Forward kinematics, then z up: (x, y, z) of Aria stays, (x, -z, y) of Quest 3's y-up world."""
        arrays = recording.arrays
        profile = HandProfile(
            axes=arrays["profile_axes"].astype(np.float64),
            pivots=arrays["profile_pivots"].astype(np.float64) * _MILLIMETRE,
            landmarks=arrays["profile_landmarks"].astype(np.float64) * _MILLIMETRE,
            bones=arrays["profile_bones"].astype(np.int64),
            weights=arrays["profile_weights"].astype(np.float64),
        )
        joints = joints_of_pose(profile, arrays["angles"], arrays["wrist_rotations"], arrays["wrist_translations"])
        if recording.variant == "y_up":
            joints = joints[..., [0, 2, 1]] * np.array([1.0, -1.0, 1.0])
        tracked = (arrays["present"] > 0) & (arrays["unmasked"] > 0)[:, None]
        joints[~tracked] = np.nan
        return TrackedHands(recording.times, joints, np.repeat(tracked[..., None], joints.shape[2], axis=2))


def _metadata(root: Path, folder: Path) -> dict[str, Any]:
    path = folder / "metadata.json"
    return raw_files.mapping(raw_files.read_json(root, path, _LARGEST_METADATA), path, "metadata")


def _headset(metadata: dict[str, Any], folder: Path) -> str:
    headset = metadata.get("headset")
    if not isinstance(headset, str) or headset not in _UP_AXIS:
        raise RawDataError(folder / "metadata.json", f"expected headset Aria or Quest3, found {headset!r:.40}")
    return headset


def _take(root: Path, folder: Path) -> Take:
    metadata = _metadata(root, folder)
    path = folder / "metadata.json"
    _headset(metadata, folder)
    participant, recording = metadata.get("participant_id"), metadata.get("recording_name")
    for name in (participant, recording):
        if not raw_files.is_plain_name(name):
            raise RawDataError(path, f"expected plain participant_id and recording_name, found {name!r:.40}")
    available = raw_files.mapping(metadata.get("gt_available_status"), path, "gt_available_status")
    if available.get("umetrack_hand_pose_gt") is not True:
        raise RawDataError(path, "expected umetrack_hand_pose_gt, found none: the sequence has no ground truth")
    split = "test" if participant in TEST_PARTICIPANTS else "train"
    return Take(f"hot3d/{recording}", folder, f"hot3d/{participant}", official_split=split)


def _read_poses(root: Path, path: Path) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """Stamps, nanoseconds, and the arrays of all lines of the file, in its order."""
    stamps: list[int] = []
    rows: list[NDArray[np.float64]] = []
    for line in raw_files.read_json_lines(root, path, _LARGEST_POSES):
        instant = raw_files.mapping(line, path, "line")
        stamp = instant.get("timestamp_ns")
        if type(stamp) is not int or not 0 <= stamp < 2**62:
            raise RawDataError(path, f"expected an integer timestamp_ns, found {stamp!r:.40}")
        if stamps and stamp < stamps[-1]:
            raise RawDataError(path, f"expected stamps that do not go back, found {stamp} after {stamps[-1]}")
        hands = raw_files.mapping(instant.get("hand_poses"), path, "hand_poses")
        stamps.append(stamp)
        rows.append(np.stack([_hand_row(hands.get(key), path) for key in ("0", "1")]))
    if not rows:
        raise RawDataError(path, "expected instants, found none")
    table = np.stack(rows)
    raw_files.check_positions(table[..., 5:8], path, "t_xyz")
    poses = {
        "present": table[..., 0],
        "wrist_rotations": table[..., 1:5],
        "wrist_translations": table[..., 5:8],
        "angles": table[..., 8:],
    }
    return np.array(stamps, np.int64), poses


def _hand_row(hand: Any, path: Path) -> NDArray[np.float64]:
    """Presence, quaternion, translation and angles of one hand in one row; the identity where it is absent."""
    row = np.zeros(8 + N_ANGLES)
    row[1] = 1.0
    if hand is None:
        return row
    pose = raw_files.mapping(hand, path, "hand")
    wrist = raw_files.mapping(pose.get("wrist_xform"), path, "wrist_xform")
    row[0] = 1.0
    row[1:5] = raw_files.numbers(wrist.get("q_wxyz"), (4,), path, "q_wxyz")
    row[5:8] = raw_files.numbers(wrist.get("t_xyz"), (3,), path, "t_xyz")
    row[8:] = raw_files.numbers(pose.get("joint_angles"), (N_ANGLES,), path, "joint_angles")
    length = float(np.linalg.norm(row[1:5]))
    if not 0.99 < length < 1.01:
        raise RawDataError(path, f"expected unit quaternions, found one of length {length:g}")
    if np.abs(row[8:]).max() > 2 * np.pi:
        raise RawDataError(path, "joint_angles: expected radians within a turn, found larger ones")
    return row


def _unmasked(root: Path, folder: Path, stamps: NDArray[np.int64]) -> NDArray[np.float64]:
    """1 for every stamp for which no row of a mask that exists says False, else 0."""
    refused: set[int] = set()
    for mask in MASKS:
        path = folder / mask
        if not (root / path).exists():
            continue
        lines = raw_files.read_bytes(root, path, _LARGEST_MASK).split(b"\n")
        if lines[0].strip() != b"timestamp[ns],stream_id,mask":
            raise RawDataError(path, f"expected header timestamp[ns],stream_id,mask, found {lines[0][:60]!r}")
        for line in filter(None, (line.strip() for line in lines[1:])):
            cells = line.split(b",")
            if len(cells) != 3 or not cells[0].isdigit() or cells[2] not in (b"True", b"False"):
                raise RawDataError(path, f"expected stamp, stream and True or False, found {line[:60]!r}")
            if cells[2] == b"False":
                refused.add(int(cells[0][:20]))
    return (~np.isin(stamps, np.array(sorted(r for r in refused if r < 2**62), np.int64))).astype(np.float64)


def _one_line_an_instant(stamps: NDArray[np.int64], usable: NDArray[np.float64]) -> NDArray[np.int64]:
    """Indices of the lines to keep: of those closer than SAME_INSTANT_NS to the first of them, the fullest."""
    starts = [0]
    for index in range(1, len(stamps)):
        if stamps[index] - stamps[starts[-1]] >= SAME_INSTANT_NS:
            starts.append(index)
    hands = usable.sum(axis=1)
    return np.array([start + int(np.argmax(hands[start:end])) for start, end in pairwise([*starts, len(stamps)])])


def _read_profile(root: Path, path: Path) -> dict[str, NDArray[np.float64]]:
    document = raw_files.mapping(raw_files.read_json(root, path, _LARGEST_PROFILE), path, "profile")
    model = raw_files.mapping(document.get("hand_model"), path, "hand_model")

    def field(name: str, rows: int) -> NDArray[np.float64]:
        return raw_files.numbers(model.get(name), (rows, 3), path, name)

    profile = {
        "profile_axes": field("joint_rotation_axes", N_ANGLES),
        "profile_pivots": field("joint_rest_positions", N_ANGLES),
        "profile_landmarks": field("landmark_rest_positions", N_LANDMARKS),
        "profile_bones": field("landmark_rest_bone_indices", N_LANDMARKS),
        "profile_weights": field("landmark_rest_bone_weights", N_LANDMARKS),
    }
    bones, sums = profile["profile_bones"], profile["profile_weights"].sum(axis=1)
    if not np.isin(bones, np.arange(N_BONES)).all():
        raise RawDataError(path, f"landmark_rest_bone_indices: expected integers from 0 to {N_BONES - 1}")
    if np.abs(sums - 1.0).max() > 1e-3:
        raise RawDataError(path, f"landmark_rest_bone_weights: expected rows that sum to 1, found {sums.min():g}")
    reach = np.abs(profile["profile_landmarks"]).max()
    if not 50.0 < reach < 400.0:
        raise RawDataError(path, f"landmark_rest_positions: expected a hand in millimetres, found a reach of {reach:g}")
    reach = np.abs(profile["profile_pivots"]).max()
    if not reach < 400.0:
        raise RawDataError(path, f"joint_rest_positions: expected a hand in millimetres, found a reach of {reach:g}")
    if np.abs(np.linalg.norm(profile["profile_axes"], axis=1) - 1.0).max() > 0.01:
        raise RawDataError(path, "joint_rotation_axes: expected unit vectors, found others")
    return profile
