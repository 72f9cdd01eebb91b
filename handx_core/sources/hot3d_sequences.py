"""HOT3D's sequence folders: metadata, the hands' poses instant by instant, the person's hand, and masks.

Which masks count: those that speak of the hands' poses, `hand_pose_available` and `qa_pass`; the frames at the start of
many sequences whose poses are wrong fail the latter (issue 20 of the toolkit). A stamp for which any camera's row says
False is not used. The other masks speak of something else: whether a camera sees the hands (the poses come from optical
motion capture, which sees them all the same), exposure, the headset's and the objects' poses.

What belongs here: these files. What does not: what a pose means (`hot3d_poses`), clips (`hot3d_clips`).
"""

from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError
from handx_core.sources import raw_files
from handx_core.sources.base import Take
from handx_core.sources.hot3d_poses import (
    POSE_LENGTH,
    Floats,
    HandModel,
    absent_hand,
    betas,
    betas_of_person,
    hand_row,
    pose_arrays,
    profile_arrays,
)

POSES: Final[dict[HandModel, Path]] = {
    "umetrack": Path("umetrack_hand_pose_trajectory.jsonl"),
    "mano": Path("mano_hand_pose_trajectory.jsonl"),
}
PROFILE: Final = Path("umetrack_hand_user_profile.json")
MASKS: Final = (Path("masks/mask_hand_pose_available.csv"), Path("masks/mask_qa_pass.csv"))

TEST_PARTICIPANTS: Final = frozenset({"P0004", "P0005", "P0006", "P0008", "P0016", "P0020"})
"""The official test set; its ground truth is not published."""

UP_AXIS: Final = {"Aria": "z", "Quest3": "y"}
"""Which axis of the world points up, by headset."""

SAME_INSTANT_NS: Final = 5_000_000
"""Aria has a line for the colour camera and one for the others, 0.09 ms apart; stamps closer than this are one."""

LATEST_STAMP_NS: Final = 2**62

_GROUND_TRUTH: Final[dict[HandModel, str]] = {"umetrack": "umetrack_hand_pose_gt", "mano": "mano_hand_pose_gt"}
_LARGEST_METADATA: Final = 64 << 10
_LARGEST_PROFILE: Final = 16 * raw_files.MEGABYTE
_LARGEST_POSES: Final = 512 * raw_files.MEGABYTE
_LARGEST_MASK: Final = 64 * raw_files.MEGABYTE


class WithheldError(RawDataError):
    """A take of the official test set, without its ground truth: as published, nothing is wrong with its files."""


def sequence_take(root: Path, folder: Path, model: HandModel) -> Take:
    """The take of a folder with metadata.json.

    Raises RawDataError where it has no ground truth of that model, and WithheldError where it should have none.
    """
    metadata = _metadata(root, folder)
    path = folder / "metadata.json"
    _up_axis(metadata, folder)
    participant, recording = metadata.get("participant_id"), metadata.get("recording_name")
    for name in (participant, recording):
        if not raw_files.is_plain_name(name):
            raise RawDataError(path, f"expected plain participant_id and recording_name, found {name!r:.40}")
    available = raw_files.mapping(metadata.get("gt_available_status"), path, "gt_available_status")
    split = "test" if participant in TEST_PARTICIPANTS else "train"
    if available.get(_GROUND_TRUTH[model]) is not True:
        fault = WithheldError if split == "test" else RawDataError
        raise fault(path, f"expected {_GROUND_TRUTH[model]}, found none: the sequence has no ground truth")
    return Take(f"hot3d/{recording}", folder, f"hot3d/{participant}", official_split=split)


def read_sequence(root: Path, folder: Path, model: HandModel) -> tuple[str, Floats, dict[str, Floats]]:
    """The world's up axis, stamps in seconds since the first, and arrays, one row an instant. Raises RawDataError."""
    up = _up_axis(_metadata(root, folder), folder)
    stamps, arrays, person = _read_poses(root, folder / POSES[model], model)
    unmasked = _unmasked(root, folder, stamps)
    kept = _one_line_an_instant(stamps, arrays["present"] * unmasked[:, None])
    times = (stamps[kept] - stamps[0]) * 1e-9
    raw_files.check_stamps(times, folder / POSES[model])
    if model == "umetrack":
        person = _read_profile(root, folder / PROFILE)
    return up, times, {name: values[kept] for name, values in arrays.items()} | {"unmasked": unmasked[kept]} | person


def _metadata(root: Path, folder: Path) -> dict[str, Any]:
    path = folder / "metadata.json"
    return raw_files.mapping(raw_files.read_json(root, path, _LARGEST_METADATA), path, "metadata")


def _up_axis(metadata: dict[str, Any], folder: Path) -> str:
    headset = metadata.get("headset")
    if not isinstance(headset, str) or headset not in UP_AXIS:
        raise RawDataError(folder / "metadata.json", f"expected headset Aria or Quest3, found {headset!r:.40}")
    return UP_AXIS[headset]


def _read_poses(
    root: Path, path: Path, model: HandModel
) -> tuple[NDArray[np.int64], dict[str, Floats], dict[str, Floats]]:
    """Stamps, nanoseconds, the arrays of all lines of the file in its order, and for MANO the person's betas."""
    stamps: list[int] = []
    rows: list[Floats] = []
    shapes: list[Floats] = []
    for line in raw_files.read_json_lines(root, path, _LARGEST_POSES):
        instant = raw_files.mapping(line, path, "line")
        stamp = instant.get("timestamp_ns")
        if type(stamp) is not int or not 0 <= stamp < LATEST_STAMP_NS:
            raise RawDataError(path, f"expected an integer timestamp_ns, found {stamp!r:.40}")
        if stamps and stamp < stamps[-1]:
            raise RawDataError(path, f"expected stamps that do not go back, found {stamp} after {stamps[-1]}")
        hands = raw_files.mapping(instant.get("hand_poses"), path, "hand_poses")
        stamps.append(stamp)
        rows.append(np.stack([_hand(hands.get(key), model, path) for key in ("0", "1")]))
        if model == "mano":
            shapes += [betas(hand.get("betas"), path) for key in ("0", "1") if (hand := hands.get(key)) is not None]
    arrays = pose_arrays(model, rows, path)
    return np.array(stamps, np.int64), arrays, betas_of_person(shapes, path) if model == "mano" else {}


def _hand(hand: Any, model: HandModel, path: Path) -> Floats:
    """The row of a hand of a line."""
    if hand is None:
        return absent_hand(model)
    stored = raw_files.mapping(hand, path, "hand")
    wrist = raw_files.mapping(stored.get("wrist_xform"), path, "wrist_xform")
    name = {"umetrack": "joint_angles", "mano": "pose"}[model]
    return hand_row(
        model,
        raw_files.numbers(wrist.get("q_wxyz"), (4,), path, "q_wxyz"),
        raw_files.numbers(wrist.get("t_xyz"), (3,), path, "t_xyz"),
        raw_files.numbers(stored.get(name), (POSE_LENGTH[model],), path, name),
        path,
    )


def _unmasked(root: Path, folder: Path, stamps: NDArray[np.int64]) -> Floats:
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
    return (~np.isin(stamps, np.array(sorted(r for r in refused if r < LATEST_STAMP_NS), np.int64))).astype(np.float64)


def _one_line_an_instant(stamps: NDArray[np.int64], usable: Floats) -> NDArray[np.int64]:
    """Indices of the lines to keep: of those closer than SAME_INSTANT_NS to the first of them, the fullest."""
    starts = [0]
    for index in range(1, len(stamps)):
        if stamps[index] - stamps[starts[-1]] >= SAME_INSTANT_NS:
            starts.append(index)
    hands = usable.sum(axis=1)
    return np.array([start + int(np.argmax(hands[start:end])) for start, end in pairwise([*starts, len(stamps)])])


def _read_profile(root: Path, path: Path) -> dict[str, Floats]:
    document = raw_files.mapping(raw_files.read_json(root, path, _LARGEST_PROFILE), path, "profile")
    return profile_arrays(raw_files.mapping(document.get("hand_model"), path, "hand_model"), path)
