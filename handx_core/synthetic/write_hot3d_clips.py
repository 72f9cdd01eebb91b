"""Writes takes as HOT3D-Clips: tars of 150 frames with JSON files for each of them, without the images.

What belongs here: the tar and its files. What does not: HOT3D's stamps (`write_hot3d`), or how a hand is said
(`hot3d_hands`).

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

from handx_core.skeleton import HANDS
from handx_core.synthetic.hot3d_hands import Hot3dHands
from handx_core.synthetic.takes import TakeName, TrueTake
from handx_core.synthetic.umetrack_profile import umetrack_profile

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


def write_clips(root: Path, take: TrueTake, stamps: NDArray[np.int64], hands: Hot3dHands) -> None:
    """Write the clips of a take below HOT3D's root. stamps: (T,) nanoseconds."""
    folder = root / ("train_aria" if take.name.is_aria else "train_quest3")
    folder.mkdir(parents=True, exist_ok=True)
    values = _values(hands)
    shapes = {"mano": hands.betas(), "umetrack": umetrack_profile(hands.shape)}
    for number, frames in enumerate(clip_frames(take)):
        with tarfile.open(folder / clip_name(take.name, number), "w", format=tarfile.USTAR_FORMAT) as archive:
            for place, frame in enumerate(range(frames.start, frames.stop)):
                shown = zip(HANDS, values[frame], take.valid[frame], strict=True)
                of_frame = {side: value if valid else None for side, value, valid in shown}
                _add(archive, f"{place:06d}.hands.json", of_frame)
                _add(archive, f"{place:06d}.info.json", _info(take, int(stamps[frame])))
            _add(archive, "__hand_shapes.json__", shapes)


def _values(hands: Hot3dHands) -> list[list[dict[str, Any]]]:
    """What is stored of each hand of each frame, by either model."""
    angles = np.pad(hands.angles, ((0, 0), (0, 0), (0, 2))).tolist()
    quaternions, positions = hands.quaternions().tolist(), hands.positions.tolist()
    components = hands.components().tolist()
    wrists = np.concatenate([hands.rotation_vectors(), hands.translations()], axis=-1).tolist()
    columns = (angles, quaternions, positions, components, wrists)
    return [[_hand(*of_hand) for of_hand in zip(*of_frame, strict=True)] for of_frame in zip(*columns, strict=True)]


def _hand(
    angles: list[float], quaternion: list[float], position: list[float], components: list[float], wrist: list[float]
) -> dict[str, Any]:
    world_from_wrist = {"quaternion_wxyz": quaternion, "translation_xyz": position}
    return {
        "umetrack_pose": {"joint_angles": angles, "T_world_from_wrist": world_from_wrist},
        "mano_pose": {"thetas": components, "wrist_xform": wrist},
    }


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
