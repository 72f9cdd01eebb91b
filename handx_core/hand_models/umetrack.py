"""UmeTrack's hand: from a profile, joint angles and a wrist pose to the project's 21 joints.

The model, as HOT3D's toolkit defines it: five digits of four hinges each, every hinge a rotation about a fixed axis
through a fixed pivot of the rest pose; landmarks follow the hinges by skinning weights. A profile describes a left
hand; a right one is its mirror image in the wrist's x.

UmeTrack has no landmark at the base of the thumb. The project's thumb CMC is the pivot of the thumb's second hinge
moved by its first: rigid to the thumb MCP, and 5 cm from the wrist, as in anatomy.

What belongs here: the model and its forward kinematics. What does not: reading files.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

N_ANGLES: Final = 22
"""Angles of a pose: four for each digit, thumb first, then two of the wrist that forward kinematics ignores."""

N_BONES: Final = 17
"""Bone frames that landmarks hang on: root, wrist, then three for each digit."""

N_LANDMARKS: Final = 21

_DIGITS: Final = 5
_HINGES: Final = 4
_THUMB_CMC: Final = 13
_LANDMARK_OF_JOINT: Final = np.array([5, 8, 9, 10, 11, 12, 13, 17, 18, 19, 14, 15, 16, -1, 6, 7, 0, 1, 2, 3, 4])
"""Landmark of each of the project's joints; -1 for the thumb CMC, which has none."""


@dataclass(frozen=True)
class HandProfile:
    """One person's hand in the rest pose of a left hand, wrist at the origin, metres.

    axes, pivots: (22, 3), of each hinge. landmarks: (21, 3). bones, weights: (21, 3), the bone frames that each
    landmark follows and their shares (rows of weights sum to 1).
    """

    axes: NDArray[np.float64]
    pivots: NDArray[np.float64]
    landmarks: NDArray[np.float64]
    bones: NDArray[np.int64]
    weights: NDArray[np.float64]


def joints_of_pose(
    profile: HandProfile,
    angles: NDArray[np.floating],
    rotations: NDArray[np.floating],
    translations: NDArray[np.floating],
) -> NDArray[np.float64]:
    """Both hands' joints in the world of the wrist poses.

    angles: (..., 2, 22), radians. rotations: (..., 2, 4), unit quaternions w x y z, and translations: (..., 2, 3),
    metres, both from the wrist to the world. The hand axis is 0 = left, 1 = right. Returns (..., 2, 21, 3), metres.
    """
    local = _joints_of_left_hand(profile, np.asarray(angles, np.float64))
    local[..., 1, :, 0] *= -1.0
    turned = local @ np.swapaxes(_quaternion_matrices(rotations), -1, -2)
    return turned + np.asarray(translations, np.float64)[..., None, :]


def bone_frames(profile: HandProfile, angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rest pose to posed left hand for each bone, relative to the wrist: (..., 22) -> (..., 17, 4, 4)."""
    hinges = _hinge_transforms(profile, angles).reshape(*angles.shape[:-1], _DIGITS, _HINGES, 4, 4)
    frames = np.empty((*angles.shape[:-1], N_BONES, 4, 4))
    frames[..., :2, :, :] = np.eye(4)
    posed = hinges[..., 0, :, :]
    for hinge in range(1, _HINGES):
        posed = posed @ hinges[..., hinge, :, :]
        frames[..., 1 + hinge :: 3, :, :] = posed
    return frames


def _joints_of_left_hand(profile: HandProfile, angles: NDArray[np.float64]) -> NDArray[np.float64]:
    frames = bone_frames(profile, angles)
    rest = np.concatenate([profile.landmarks, np.ones((N_LANDMARKS, 1))], axis=1)
    by_bone = np.zeros((N_LANDMARKS, N_BONES))  # a bone named twice in a row counts twice
    np.add.at(by_bone, (np.arange(N_LANDMARKS)[:, None], profile.bones), profile.weights)
    skinning = np.einsum("vb,...bij->...vij", by_bone, frames[..., :3, :], optimize=True)
    landmarks = np.einsum("...vij,vj->...vi", skinning, rest)
    joints = landmarks[..., _LANDMARK_OF_JOINT, :]
    first_thumb_hinge = _hinge_transforms(profile, angles, hinges=slice(0, 1))[..., 0, :3, :]
    joints[..., _THUMB_CMC, :] = first_thumb_hinge @ np.append(profile.pivots[1], 1.0)
    return joints


def _hinge_transforms(
    profile: HandProfile, angles: NDArray[np.float64], hinges: slice = slice(0, _DIGITS * _HINGES)
) -> NDArray[np.float64]:
    """(..., 22) -> (..., n, 4, 4): each hinge's rotation about its pivot, by Rodrigues' formula.

    The axis is normalised once and its length moved into the angle, so that no angle is ever divided by: the
    formula of the official code is 0 / 0 at an angle of exactly 0.
    """
    axes, pivots = profile.axes[hinges], profile.pivots[hinges]
    lengths = np.linalg.norm(axes, axis=-1)
    units = axes / np.where(lengths > 0.0, lengths, 1.0)[:, None]
    cross = np.zeros((len(axes), 3, 3))
    cross[:, [2, 0, 1], [1, 2, 0]] = units
    cross[:, [1, 2, 0], [2, 0, 1]] = -units
    turns = (angles[..., hinges] * lengths)[..., None, None]
    transforms = np.zeros((*turns.shape[:-2], 4, 4))
    rotations = np.eye(3) + np.sin(turns) * cross + (1.0 - np.cos(turns)) * (cross @ cross)
    transforms[..., :3, :3] = rotations
    transforms[..., :3, 3] = pivots - np.einsum("...nij,nj->...ni", rotations, pivots)
    transforms[..., 3, 3] = 1.0
    return transforms


def _quaternion_matrices(quaternions: NDArray[np.floating]) -> NDArray[np.float64]:
    """Quaternions w x y z, normalised here, (..., 4) -> rotation matrices (..., 3, 3)."""
    unit = np.asarray(quaternions, np.float64)
    w, x, y, z = np.moveaxis(unit / np.linalg.norm(unit, axis=-1, keepdims=True), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
