"""Writes takes as HOT3D stores them: poses of UmeTrack and of MANO, a hand profile, masks, the headset's path.

What belongs here: HOT3D's files, stamps and world. What does not: motion, or how a hand is said (`hot3d_hands`).

Every fifth take of a person is not a sequence but some HOT3D-Clips (`write_hot3d_clips`).

World: z up for Aria, y up for Quest 3, a random yaw. Aria has two lines an instant, for its colour camera and, 0.09 ms
later, for the others.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from handx_core.synthetic.files import about_vertical, write_json, write_json_lines, write_text
from handx_core.synthetic.hands import Floats, HandShape
from handx_core.synthetic.hot3d_hands import Hot3dHands, hot3d_hands
from handx_core.synthetic.movement import waves
from handx_core.synthetic.takes import SyntheticSettings, TakeName, TrueTake, seeded, subject_postures
from handx_core.synthetic.umetrack_profile import umetrack_profile
from handx_core.synthetic.write_hot3d_clips import write_clips

ARIA_CAMERA_LAG_NS: Final = 90_000

_CLIPS_EVERY: Final = 5

_COLOUR, _MONO = ("214-1",), ("1201-1", "1201-2")
_Y_UP: Final = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
_HEADSET_POSITION: Final = np.array([0.0, -0.05, 1.48])
_ALWAYS_TRUE_MASKS: Final = ("hand_visible", "headset_pose_available", "good_exposure")
_POSE_HEADER: Final = "object_uid,timestamp[ns],t_wo_x[m],t_wo_y[m],t_wo_z[m],q_wo_w,q_wo_x,q_wo_y,q_wo_z"


def write_take(root: Path, take: TrueTake, settings: SyntheticSettings) -> None:
    """Write one sequence, or the clips of one, below HOT3D's root."""
    write_take_of(root, take, subject_postures("hot3d", take.name.subject, settings).shape, settings)


def write_take_of(root: Path, take: TrueTake, shape: HandShape, settings: SyntheticSettings) -> None:
    """The same for a take of any hand. shape: of the left hand; the right one is its mirror image."""
    folder = root / take.recording_id.removeprefix("hot3d/")
    world = _world(take.name, seeded(settings, take.recording_id, "world"))
    start_ns = int(seeded(settings, take.recording_id, "clock").integers(10**12, 9 * 10**13))
    stamps = start_ns + np.round(take.times * 1e9).astype(np.int64)
    hands = hot3d_hands(take, shape, world, seeded(settings, take.recording_id, "wrong"))
    if is_in_clips(take.name):
        write_clips(root, take, stamps, hands)
        return
    of_cameras = [(stamps, hands)]
    if take.name.is_aria:
        share = ARIA_CAMERA_LAG_NS * 1e-9 / float(np.diff(take.times).mean())
        of_cameras.append((stamps + ARIA_CAMERA_LAG_NS, hands.a_moment_later(share)))
    stored = take.valid | _stored_wrongly(take)
    for model, values in (("umetrack", _umetrack_values), ("mano", _mano_values)):
        lines = [_lines(instants, values(shown), stored) for instants, shown in of_cameras]
        write_json_lines(folder / f"{model}_hand_pose_trajectory.jsonl", _in_turn(lines))
    write_json(folder / "umetrack_hand_user_profile.json", {"hand_model": umetrack_profile(shape)})
    write_json(folder / "metadata.json", _metadata(take.name, folder.name))
    _write_masks(folder / "masks", take, stamps)
    write_text(
        folder / "headset_trajectory.csv", _headset(take, stamps, world, seeded(settings, take.recording_id, "head"))
    )


def is_in_clips(name: TakeName) -> bool:
    """Whether a take is written as clips."""
    return name.take % _CLIPS_EVERY == _CLIPS_EVERY - 1


def _metadata(name: TakeName, recording_name: str) -> dict[str, Any]:
    available = {"mano_hand_pose_gt": True, "umetrack_hand_pose_gt": True, "object_pose_gt": False}
    return {
        "gt_available_status": available,
        "headset": "Aria" if name.is_aria else "Quest3",
        "participant_id": name.person,
        "recording_name": recording_name,
    }


def _world(name: TakeName, rng: np.random.Generator) -> Floats:
    """(3, 3) rotation from the truth's world to HOT3D's."""
    turned = about_vertical(rng.uniform(-np.pi, np.pi))
    return turned if name.is_aria else _Y_UP @ turned


def _stored_wrongly(take: TrueTake) -> NDArray[np.bool_]:
    return np.arange(len(take.times))[:, None] < take.wrong_start_frames


def _umetrack_values(hands: Hot3dHands) -> list[list[dict[str, Any]]]:
    """What is stored of each hand of each frame."""
    angles = np.pad(hands.angles, ((0, 0), (0, 0), (0, 2)))
    return [
        [
            {"wrist_xform": {"t_xyz": place, "q_wxyz": turn}, "joint_angles": bends, "hand_confidence": 1.0}
            for place, turn, bends in zip(*of_frame, strict=True)
        ]
        for of_frame in zip(hands.positions.tolist(), hands.quaternions().tolist(), angles.tolist(), strict=True)
    ]


def _mano_values(hands: Hot3dHands) -> list[list[dict[str, Any]]]:
    """The same in MANO's way."""
    betas, components = hands.betas().tolist(), hands.components().tolist()
    return [
        [
            {"pose": pose, "wrist_xform": {"t_xyz": place, "q_wxyz": turn}, "betas": betas}
            for place, turn, pose in zip(*of_frame, strict=True)
        ]
        for of_frame in zip(hands.translations().tolist(), hands.quaternions().tolist(), components, strict=True)
    ]


def _lines(
    stamps: NDArray[np.int64], values: list[list[dict[str, Any]]], stored: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """A value a frame, with the hands that are stored: key "0" for left, "1" for right."""
    return [
        {"timestamp_ns": stamp, "hand_poses": {str(hand): of_frame[hand] for hand in np.flatnonzero(there).tolist()}}
        for stamp, of_frame, there in zip(stamps.tolist(), values, stored, strict=True)
    ]


def _in_turn(of_cameras: list[list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """The lines of all cameras by their stamps; of an instant without hands some are empty and some are not there."""
    for lines in zip(*of_cameras, strict=True):
        yield from (line for line in lines if line["hand_poses"] or line["timestamp_ns"] % 2)


def _write_masks(folder: Path, take: TrueTake, stamps: NDArray[np.int64]) -> None:
    """A row a camera and instant in every mask; the poses of the first frames fail the quality check."""
    everywhere: NDArray[np.bool_] = np.ones(len(stamps), dtype=bool)
    masks = dict.fromkeys(_ALWAYS_TRUE_MASKS, everywhere)
    left, right = (take.valid | _stored_wrongly(take)).T
    masks["hand_pose_available"] = left | right
    masks["qa_pass"] = ~_stored_wrongly(take)[:, 0]
    for name, mask in masks.items():
        rows = "".join(_mask_rows(mask, stamps, is_aria=take.name.is_aria))
        write_text(folder / f"mask_{name}.csv", f"timestamp[ns],stream_id,mask\n{rows}")


def _mask_rows(mask: NDArray[np.bool_], stamps: NDArray[np.int64], *, is_aria: bool) -> Iterator[str]:
    for good, stamp in zip(mask.tolist(), stamps.tolist(), strict=True):
        if is_aria:
            yield from (f"{stamp},{stream},{good}\n" for stream in _COLOUR)
        mono_stamp = stamp + (ARIA_CAMERA_LAG_NS if is_aria else 0)
        yield from (f"{mono_stamp},{stream},{good}\n" for stream in _MONO)


def _headset(take: TrueTake, stamps: NDArray[np.int64], world: Floats, rng: np.random.Generator) -> str:
    """The headset's pose at every instant, as a file: above and behind the hands, swaying a little."""
    wobble = waves(rng, take.times, 6, (0.05, 0.5))
    positions = (_HEADSET_POSITION + 0.01 * wobble[:, :3]) @ world.T
    turns = Rotation.from_matrix(world) * Rotation.from_rotvec(0.05 * wobble[:, 3:])
    uid = int(rng.integers(10**13, 10**14))
    rows = [_POSE_HEADER]
    for stamp, position, turn in zip(
        stamps.tolist(), positions.tolist(), turns.as_quat(canonical=True, scalar_first=True).tolist(), strict=True
    ):
        rows.append(",".join(map(repr, (uid, stamp, *position, *turn))))
    return "\n".join(rows) + "\n"
