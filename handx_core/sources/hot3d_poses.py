"""HOT3D's two ways to say a hand, UmeTrack and MANO, as rows of numbers, and back to joints.

Sequences and clips store the same values under other names; here they are checked and become the arrays of a recording
(see `hot3d`). What belongs here: a hand's pose and shape. What does not: folders, tars, masks, stamps.

MANO as the toolkit's mano_layer has it: 15 principal components of the pose, relative to the model's mean; the wrist's
rotation turns the hand about its rest wrist; the left hand's shapes are mended (`mirrored_shapes`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from handx_core.errors import RawDataError
from handx_core.hand_models.mano import N_BETAS, SIDES, ManoFiles
from handx_core.hand_models.umetrack import N_ANGLES, N_BONES, N_LANDMARKS, HandProfile, joints_of_pose
from handx_core.sources import raw_files

HandModel = Literal["umetrack", "mano"]

N_COMPONENTS: Final = 15
"""Principal components that HOT3D's MANO poses are said in."""

POSE_LENGTH: Final[dict[HandModel, int]] = {"umetrack": N_ANGLES, "mano": N_COMPONENTS}
POSE_ARRAY: Final[dict[HandModel, str]] = {"umetrack": "angles", "mano": "coefficients"}

_MILLIMETRE: Final = 1e-3
_LARGEST_COEFFICIENT: Final = 50.0
"""Components have a deviation of about one radian at most: a pose or shape beyond this is none."""

_BETAS_TOLERANCE: Final = 1e-3

Floats = NDArray[np.float64]


def absent_hand(model: HandModel) -> Floats:
    """The row of a hand that is not there: presence 0, no turn, all else 0."""
    row = np.zeros(8 + POSE_LENGTH[model])
    row[1] = 1.0
    return row


def hand_row(model: HandModel, quaternion: Floats, translation: Floats, pose: Floats, path: Path) -> Floats:
    """Presence, unit quaternion w x y z, translation and pose in one row. Raises RawDataError where one cannot be."""
    length = float(np.linalg.norm(quaternion))
    if not 0.99 < length < 1.01:
        raise RawDataError(path, f"expected unit quaternions, found one of length {length:g}")
    largest = float(np.abs(pose).max())
    if model == "umetrack" and largest > 2 * np.pi:
        raise RawDataError(path, "joint_angles: expected radians within a turn, found larger ones")
    if model == "mano" and largest > _LARGEST_COEFFICIENT:
        raise RawDataError(path, f"pose: expected coefficients up to {_LARGEST_COEFFICIENT:g}, found {largest:g}")
    return np.concatenate([[1.0], quaternion, translation, pose])


def pose_arrays(model: HandModel, rows: Sequence[Floats], path: Path) -> dict[str, Floats]:
    """The arrays of a recording from an instant's two hand rows, (2, 8 + n) each."""
    if not rows:
        raise RawDataError(path, "expected instants, found none")
    table = np.stack(rows)
    raw_files.check_positions(table[..., 5:8], path, "wrist position")
    return {
        "present": table[..., 0],
        "wrist_rotations": table[..., 1:5],
        "wrist_translations": table[..., 5:8],
        POSE_ARRAY[model]: table[..., 8:],
    }


def betas_of_person(found: Sequence[Floats], path: Path) -> dict[str, Floats]:
    """The one shape of all instants and both hands, as the toolkit takes it. Raises RawDataError where they differ."""
    if not found:
        raise RawDataError(path, "expected betas, found none")
    betas = np.stack(found)
    if np.abs(betas - betas[0]).max() > _BETAS_TOLERANCE:
        raise RawDataError(path, "betas: expected those of one person, found different ones")
    if np.abs(betas).max() > _LARGEST_COEFFICIENT:
        raise RawDataError(path, f"betas: expected coefficients up to {_LARGEST_COEFFICIENT:g}, found larger ones")
    return {"betas": betas[0]}


def betas(value: Any, path: Path) -> Floats:
    """Ten shape coefficients."""
    return raw_files.numbers(value, (N_BETAS,), path, "betas")


def profile_arrays(model: dict[str, Any], path: Path) -> dict[str, Floats]:
    """The arrays of a UmeTrack hand, millimetres. Raises RawDataError where they are no hand in that unit."""

    def field(name: str, rows: int) -> Floats:
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


def umetrack_joints(arrays: dict[str, NDArray[np.float32]]) -> Floats:
    """(T, 2, 21, 3) joints in the source's world, metres, from the arrays of a recording of kind umetrack."""
    profile = HandProfile(
        axes=arrays["profile_axes"].astype(np.float64),
        pivots=arrays["profile_pivots"].astype(np.float64) * _MILLIMETRE,
        landmarks=arrays["profile_landmarks"].astype(np.float64) * _MILLIMETRE,
        bones=arrays["profile_bones"].astype(np.int64),
        weights=arrays["profile_weights"].astype(np.float64),
    )
    return joints_of_pose(profile, arrays["angles"], arrays["wrist_rotations"], arrays["wrist_translations"])


def mano_joints(arrays: dict[str, NDArray[np.float32]], mano: ManoFiles) -> Floats:
    """The same for kind mano. Raises RawDataError where the model is missing or unusable."""
    hands = []
    for number, side in enumerate(SIDES):
        hand = mano.hand(side, mirrored_shapes=True)
        pose = hand.pose_of_components(arrays["coefficients"][:, number].astype(np.float64))
        turn = Rotation.from_quat(arrays["wrist_rotations"][:, number].astype(np.float64), scalar_first=True)
        translation = arrays["wrist_translations"][:, number].astype(np.float64)
        shape = arrays["betas"].astype(np.float64)
        hands.append(hand.joints(pose, shape, turn.as_rotvec(), translation, pose_is="relative_to_mean"))
    return np.stack(hands, axis=1)
