"""Writes takes as HOT3D stores them: UmeTrack wrist poses and joint angles, a hand profile, masks, the headset's path.

What belongs here: HOT3D's files, stamps, world and UmeTrack's way to say a hand. What does not: motion.

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

from handx_core.skeleton import HANDS, LEFT, WRIST
from handx_core.synthetic.files import about_vertical, write_json, write_json_lines, write_text
from handx_core.synthetic.hands import JOINT_LIMITS, MIRROR, Floats
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
_WRONG_POSITION_M: Final = 0.06
_WRONG_TURN_RAD: Final = 0.8
_POSE_HEADER: Final = "object_uid,timestamp[ns],t_wo_x[m],t_wo_y[m],t_wo_z[m],q_wo_w,q_wo_x,q_wo_y,q_wo_z"


def write_take(root: Path, take: TrueTake, settings: SyntheticSettings) -> None:
    """Write one sequence, or the clips of one, below HOT3D's root."""
    folder = root / take.recording_id.removeprefix("hot3d/")
    world = _world(take.name, seeded(settings, take.recording_id, "world"))
    start_ns = int(seeded(settings, take.recording_id, "clock").integers(10**12, 9 * 10**13))
    stamps = start_ns + np.round(take.times * 1e9).astype(np.int64)
    wrists, positions, angles = _wrist_poses(take, world, seeded(settings, take.recording_id, "wrong"))
    profile = umetrack_profile(subject_postures("hot3d", take.name.subject, settings).shape)
    if is_in_clips(take.name):
        write_clips(root, take, stamps, wrists, positions, angles, profile)
        return
    lines = _lines(stamps, wrists, positions, angles, take.valid | _stored_wrongly(take))
    if take.name.is_aria:
        later = _a_moment_later(
            wrists, positions, angles, ARIA_CAMERA_LAG_NS * 1e-9 / float(np.diff(take.times).mean())
        )
        lag = _lines(stamps + ARIA_CAMERA_LAG_NS, *later, take.valid | _stored_wrongly(take))
        lines = [line for pair in zip(lines, lag, strict=True) for line in pair]
    stored = (line for line in lines if line["hand_poses"] or line["timestamp_ns"] % 2)
    write_json_lines(folder / "umetrack_hand_pose_trajectory.jsonl", stored)
    write_json(folder / "umetrack_hand_user_profile.json", {"hand_model": profile})
    write_json(folder / "metadata.json", _metadata(take.name, folder.name))
    _write_masks(folder / "masks", take, stamps)
    write_text(
        folder / "headset_trajectory.csv", _headset(take, stamps, world, seeded(settings, take.recording_id, "head"))
    )


def is_in_clips(name: TakeName) -> bool:
    """Whether a take is written as clips."""
    return name.take % _CLIPS_EVERY == _CLIPS_EVERY - 1


def _metadata(name: TakeName, recording_name: str) -> dict[str, Any]:
    available = {"mano_hand_pose_gt": False, "umetrack_hand_pose_gt": True, "object_pose_gt": False}
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


def _wrist_poses(take: TrueTake, world: Floats, rng: np.random.Generator) -> tuple[list[Rotation], Floats, Floats]:
    """Rotations of both wrists, positions (T, 2, 3), angles (T, 2, 20) in HOT3D's world and UmeTrack's convention.

    UmeTrack keeps a right-handed wrist frame for the right hand too, and mirrors its x axis when it is used.
    """
    positions = take.joints[:, :, WRIST] @ world.T
    angles = take.angles.reshape(len(take.times), 2, 20).copy()
    rotations = []
    for hand in range(len(HANDS)):
        matrices = world @ take.wrists[:, hand] * (np.ones(3) if hand == LEFT else MIRROR)
        rotations.append(Rotation.from_matrix(matrices))
    wrong = take.wrong_start_frames
    if wrong:
        positions[:wrong] += rng.normal(0.0, _WRONG_POSITION_M, (2, 3))
        lowest, highest = JOINT_LIMITS.reshape(20, 2).T
        angles[:wrong] = rng.uniform(lowest, highest, (2, 20))
        share = (np.arange(len(take.times)) < wrong)[:, None]
        rotations = [r * Rotation.from_rotvec(share * rng.normal(0.0, _WRONG_TURN_RAD, 3)) for r in rotations]
    return rotations, positions, angles


def _a_moment_later(
    rotations: list[Rotation], positions: Floats, angles: Floats, share: float
) -> tuple[list[Rotation], Floats, Floats]:
    """The same at a share of the way to the next frame."""

    def between(values: Floats) -> Floats:
        return values + share * np.diff(values, axis=0, append=values[-1:])

    following = [Rotation.concatenate([rotation[1:], rotation[-1:]]) for rotation in rotations]
    turned = [
        r * Rotation.from_rotvec(share * (r.inv() * n).as_rotvec()) for r, n in zip(rotations, following, strict=True)
    ]
    return turned, between(positions), between(angles)


def _lines(
    stamps: NDArray[np.int64], rotations: list[Rotation], positions: Floats, angles: Floats, stored: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """A value a frame, with the hands that are stored: key "0" for left, "1" for right."""
    quaternions = [rotation.as_quat(canonical=True, scalar_first=True).tolist() for rotation in rotations]
    translations, joint_angles = positions.tolist(), angles.tolist()
    lines = []
    for frame, stamp in enumerate(stamps.tolist()):
        hands = {}
        for hand in np.flatnonzero(stored[frame]).tolist():
            hands[str(hand)] = {
                "wrist_xform": {"t_xyz": translations[frame][hand], "q_wxyz": quaternions[hand][frame]},
                "joint_angles": [*joint_angles[frame][hand], 0.0, 0.0],
                "hand_confidence": 1.0,
            }
        lines.append({"timestamp_ns": stamp, "hand_poses": hands})
    return lines


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
