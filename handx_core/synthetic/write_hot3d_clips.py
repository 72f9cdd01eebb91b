"""Writes takes as HOT3D-Clips: tars of 150 frames with JSON files for each of them, without the images.

What belongs here: the tar and its files. What does not: HOT3D's world and stamps (`write_hot3d`), motion.

Clips have been inspected: what a take has stored wrongly at its start is in none of them, nor is the rest of a take
that fills no clip. The tar holds what a program that reads hands needs; its bytes depend on nothing but the take.
"""

import io
import tarfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from handx_core.skeleton import HANDS
from handx_core.synthetic.hands import Floats
from handx_core.synthetic.takes import TakeName, TrueTake

CLIP_FRAMES: Final = 150

_STREAMS: Final = {True: ("214-1", "1201-1", "1201-2"), False: ("1201-1", "1201-2")}
"""Cameras of Aria, and of Quest 3."""


def clip_name(name: TakeName, number: int) -> str:
    """The file of a take's clip: two digits each for subject, take and clip."""
    return f"clip-{name.subject:02d}{name.take:02d}{number:02d}.tar"


def clip_frames(take: TrueTake) -> list[slice]:
    """The frames of a take that each of its clips holds."""
    starts = range(take.wrong_start_frames, len(take.times) - CLIP_FRAMES + 1, CLIP_FRAMES)
    return [slice(start, start + CLIP_FRAMES) for start in starts]


def write_clips(
    root: Path,
    take: TrueTake,
    stamps: NDArray[np.int64],
    rotations: list[Rotation],
    positions: Floats,
    angles: Floats,
    profile: dict[str, Any],
) -> None:
    """Write the clips of a take. rotations, positions (T, 2, 3), angles (T, 2, 20): the hands in HOT3D's world."""
    folder = root / ("train_aria" if take.name.is_aria else "train_quest3")
    folder.mkdir(parents=True, exist_ok=True)
    quaternions = [rotation.as_quat(canonical=True, scalar_first=True).tolist() for rotation in rotations]
    for number, frames in enumerate(clip_frames(take)):
        with tarfile.open(folder / clip_name(take.name, number), "w", format=tarfile.USTAR_FORMAT) as archive:
            for place, frame in enumerate(range(frames.start, frames.stop)):
                hands = {
                    side: _hand(quaternions[hand][frame], positions[frame, hand], angles[frame, hand])
                    if take.valid[frame, hand]
                    else None
                    for hand, side in enumerate(HANDS)
                }
                _add(archive, f"{place:06d}.hands.json", hands)
                _add(archive, f"{place:06d}.info.json", _info(take, int(stamps[frame])))
            _add(archive, "__hand_shapes.json__", {"mano": [0.0] * 10, "umetrack": profile})


def _hand(quaternion: list[float], position: Floats, angles: Floats) -> dict[str, Any]:
    wrist = {"quaternion_wxyz": quaternion, "translation_xyz": position.tolist()}
    return {"umetrack_pose": {"joint_angles": [*angles.tolist(), 0.0, 0.0], "T_world_from_wrist": wrist}}


def _info(take: TrueTake, stamp: int) -> dict[str, Any]:
    return {
        "device": "Aria" if take.name.is_aria else "Quest3",
        "participant_id": take.name.person,
        "sequence_id": take.recording_id.removeprefix("hot3d/"),
        "ref_timestamp_ns": stamp,
        "image_timestamps_ns": dict.fromkeys(_STREAMS[take.name.is_aria], stamp),
    }


def _add(archive: tarfile.TarFile, name: str, value: Any) -> None:
    content = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))
