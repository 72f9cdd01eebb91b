"""HOT3D-Clips written by hand with Python's tarfile, as the clips' README and toolkit describe them."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

N_FRAMES = 6
FIRST_NS = 56_752_108_188_860
LANDMARKS_MM = np.arange(63.0).reshape(21, 3) * 2.0 - 20.0
LANDMARKS_MM[5] = 0.0
PROFILE = {
    "joint_rotation_axes": np.tile([0.0, 0.0, 1.0], (22, 1)).tolist(),
    "joint_rest_positions": (np.arange(66.0).reshape(22, 3) - 30.0).tolist(),
    "landmark_rest_positions": LANDMARKS_MM.tolist(),
    "landmark_rest_bone_indices": [[1, 0, 0]] * 21,
    "landmark_rest_bone_weights": [[1.0, 0.0, 0.0]] * 21,
}
TURN = Rotation.from_rotvec([0.3, -0.5, 0.8])


def wrist_place(frame: int, hand: int) -> list[float]:
    """In the headset's world, metres."""
    return [0.1 + 0.4 * hand, 0.2 + 0.01 * frame, 0.3]


def frame_files(frame: int, *, as_matrix: bool = False, n_angles: int = 22) -> dict[str, Any]:
    """The JSON files of a frame; the right hand is null in frame 2 and missing in frame 4."""
    hands: dict[str, Any] = {}
    for hand, side in enumerate(("left", "right")):
        place, quaternion = wrist_place(frame, hand), TURN.as_quat(scalar_first=True).tolist()
        matrix = np.vstack([np.column_stack([TURN.as_matrix(), place]), [0.0, 0.0, 0.0, 1.0]]).tolist()
        wrist = (
            {"wrist_xform": matrix}
            if as_matrix
            else {"T_world_from_wrist": {"quaternion_wxyz": quaternion, "translation_xyz": place}}
        )
        thetas = np.linspace(-1.0, 1.0, 15) + 0.1 * frame + hand
        hands[side] = {
            "umetrack_pose": {"joint_angles": [0.0] * n_angles, **wrist},
            "mano_pose": {"thetas": thetas.tolist(), "wrist_xform": [*TURN.as_rotvec(), *place]},
            "boxes_amodal": {"1201-1": [0, 0, 9, 9]},
        }
    if frame == 2:
        hands["right"] = None
    if frame == 4:
        del hands["right"]
    stamp = FIRST_NS + round(frame * 1e9 / 30)
    info = {
        "device": "Quest3",
        "participant_id": "P0003",
        "sequence_id": "P0003_c701bd11",
        "ref_timestamp_ns": stamp,
        "image_timestamps_ns": {"1201-1": stamp, "1201-2": stamp},
    }
    return {"hands": hands, "info": info, "cameras": {}}


def clip_files(**options: Any) -> dict[str, bytes]:
    """All members of a clip, images among them, in an archive's order."""
    files: dict[str, bytes] = {}
    for frame in range(N_FRAMES):
        files[f"{frame:06d}.image_1201-1.jpg"] = bytes(range(256)) * 5
        for kind, value in frame_files(frame, **options).items():
            files[f"{frame:06d}.{kind}.json"] = json.dumps(value).encode()
    betas = np.linspace(-1.0, 1.0, 10).tolist()
    files["__hand_shapes.json__"] = json.dumps({"mano": betas, "umetrack": PROFILE}).encode()
    return files


def write_tar(path: Path, files: dict[str, bytes], archive_format: int = tarfile.USTAR_FORMAT) -> Path:
    """An archive of these members; its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w", format=archive_format) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), 1_700_000_000.25  # a fraction makes pax write a header for it
            archive.addfile(member, io.BytesIO(content))
    return path
