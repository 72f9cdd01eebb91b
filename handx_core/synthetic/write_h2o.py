"""Writes takes as H2O stores them: a text file a frame, joints in the frame of a moving head camera.

What belongs here: H2O's files, camera, joint order, flags, labels and lists. What does not: motion.

Camera: x right, y down, z forward. The recorded world is some rotation away from gravity, another one for each take,
as the real one is. Action numbers follow the script's actions, but H2O's names of them do not describe those.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from scipy.spatial.transform import Rotation

from handx_core.skeleton import FPS
from handx_core.synthetic.files import OPENPOSE_JOINTS, WrittenTake, write_text
from handx_core.synthetic.hands import Floats
from handx_core.synthetic.movement import waves
from handx_core.synthetic.script import ACTIONS
from handx_core.synthetic.takes import SyntheticSettings, TrueTake, seeded

_HEAD_POSITION: Final = np.array([0.0, -0.03, 1.46])
_HEAD_PITCH: Final = np.radians(-42.0)
_HEAD_TURN_RAD: Final = 0.05
_HEAD_SWAY_M: Final = 0.012
_HEAD_HZ: Final = (0.05, 0.5)
_FACING_AWAY: Final = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
_INTRINSICS: Final = (610.0, 610.0, 640.0, 360.0, 1280.0, 720.0)
"""fx fy cx cy width height, pixels."""

_VALIDATION_PLACES: Final = ("k2", "o1", "o2")


def write_take(root: Path, take: TrueTake, settings: SyntheticSettings) -> None:
    """Write one sequence below H2O's root."""
    rng = seeded(settings, take.recording_id, "camera")
    turns, positions = _head(rng, take.times)
    in_camera = np.einsum("tji,thkj->thki", turns, take.joints[:, :, OPENPOSE_JOINTS] - positions[:, None, None])
    hands = np.where(take.valid[..., None, None], in_camera, 0.0).reshape(len(take.times), 2, 63)
    flags = take.valid.astype(np.float64)[..., None]
    cameras = _camera_poses(rng, turns, positions).reshape(-1, 16)
    labels = _frame_actions(take)
    folder = root / take.recording_id.removeprefix("h2o/") / "cam4"
    _write_frames(folder / "hand_pose", np.concatenate([flags, hands], axis=-1).reshape(-1, 128))
    _write_frames(folder / "cam_pose", cameras)
    _write_frames(folder / "action_label", labels[:, None])
    write_text(folder / "cam_intrinsics.txt", " ".join(f"{number:.18g}" for number in _INTRINSICS))


def _head(rng: np.random.Generator, times: Floats) -> tuple[Floats, Floats]:
    """Camera axes (T, 3, 3) as columns and its position (T, 3), in the truth's world."""
    wobble = waves(rng, times, 6, _HEAD_HZ)
    pitch = Rotation.from_rotvec([_HEAD_PITCH, 0.0, 0.0])
    turns = pitch * Rotation.from_rotvec(_HEAD_TURN_RAD * wobble[:, :3])
    return turns.as_matrix() @ _FACING_AWAY, _HEAD_POSITION + _HEAD_SWAY_M * wobble[:, 3:]


def _camera_poses(rng: np.random.Generator, turns: Floats, positions: Floats) -> Floats:
    """(T, 4, 4) camera to H2O's world: the truth's world, turned and moved at random."""
    world = Rotation.random(rng=rng).as_matrix()
    poses = np.zeros((len(turns), 4, 4))
    poses[:, :3, :3] = world @ turns
    poses[:, :3, 3] = positions @ world.T + rng.uniform(-1.0, 1.0, 3)
    poses[:, 3, 3] = 1.0
    return poses


def _write_frames(folder: Path, rows: Floats) -> None:
    """One file a frame with the numbers of its row in one line."""
    folder.mkdir(parents=True, exist_ok=True)
    line = " ".join(["%.18g"] * rows.shape[1]) + "\n"
    for frame, row in enumerate(rows.tolist()):
        (folder / f"{frame:06d}.txt").write_bytes((line % tuple(row)).encode())


def _frame_actions(take: TrueTake) -> Floats:
    """(T,) action number of every frame, 0 where neither hand does anything."""
    numbers = np.zeros(len(take.times))
    for start_s, end_s, left, right in take.script:
        numbers[round(start_s * FPS) : round(end_s * FPS)] = _action_number(left, right)
    return numbers


def _action_number(left: str, right: str) -> int:
    """H2O has 0 to 36: 0 for rest, else by the number of the script's action."""
    busy = right if left == "rest" else left
    return ACTIONS.index(busy)


def write_index(root: Path, takes: Sequence[WrittenTake], settings: SyntheticSettings) -> None:
    """Write the action segments and the lists of annotated frames of the three official splits."""
    for split in ("train", "val", "test"):
        in_split = [take for take in takes if _split(take.path) == split]
        label = "action_label " if split != "test" else ""
        rows = [f"id path {label}start_act end_act start_frame end_frame"]
        for take in in_split:
            for row in _segments(take, labelled=split != "test"):
                rows.append(f"{len(rows)} {row}")
        write_text(root / "action_labels" / f"action_{split}.txt", "\n".join(rows) + "\n")
        frames = [f"{t.path}/cam4/rgb/{f:06d}.png\n" for t in in_split for f in np.flatnonzero(t.valid.all(axis=1))]
        if frames:
            write_text(root / "pose_lists" / f"pose_{split}.txt", "".join(frames))


def _segments(take: WrittenTake, *, labelled: bool) -> list[str]:
    rows = []
    for start_s, end_s, left, right in take.script:
        start, end = take.frames(start_s, end_s, FPS)
        number = _action_number(left, right)
        if number and end > start:
            label = f"{number} " if labelled else ""
            rows.append(f"{take.path} {label}{start} {end} 0 {len(take.valid) - 1}")
    return rows


def _split(path: str) -> str:
    subject, place, _ = path.split("/")
    if subject == "subject4":
        return "test"
    return "val" if subject == "subject3" and place in _VALIDATION_PLACES else "train"
