"""A real sequence of HOT3D: fingertips on the skin of its mesh, bones of constant length, hands of the right side."""

from pathlib import Path

import numpy as np
import orjson
import pytest
from scipy.spatial.transform import Rotation

from handx_core.hand_models.mano import ManoFiles
from handx_core.hand_models.umetrack import HandProfile, bone_frames
from handx_core.skeleton import bone_lengths
from handx_core.sources.base import KnownHands
from handx_core.sources.hot3d import Hot3d

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))
TIPS = (16, 17, 18, 19, 20)
FINGERS = ((1, 17), (4, 18), (10, 19), (7, 20))
"""MCP and tip."""

LARGEST_DISTANCE_M = 0.01e-3
LARGEST_CHANGE_M = 0.05e-3


@pytest.fixture
def sequence(samples) -> Path:
    folder = samples / "hot3d"
    if not folder.is_dir():
        pytest.skip("the real HOT3D sample is not beside the project")
    return folder


@pytest.fixture
def recording(sequence):
    (take,) = Hot3d().find_takes(sequence, NO_MANO).takes
    return Hot3d().read_take(sequence, take)


def skin(sequence: Path, take_path: Path, hand: int) -> np.ndarray:
    """(T, 788, 3) posed vertices of the profile's mesh in the headset's world, turned to z up; metres."""
    folder = sequence / take_path
    model = orjson.loads((folder / "umetrack_hand_user_profile.json").read_bytes())["hand_model"]
    lines = (folder / "umetrack_hand_pose_trajectory.jsonl").read_bytes().splitlines()
    poses = [orjson.loads(line)["hand_poses"][str(hand)] for line in lines]
    profile = HandProfile(
        axes=np.array(model["joint_rotation_axes"]),
        pivots=np.array(model["joint_rest_positions"]) * 1e-3,
        landmarks=np.array(model["landmark_rest_positions"]) * 1e-3,
        bones=np.array(model["landmark_rest_bone_indices"]).astype(int),
        weights=np.array(model["landmark_rest_bone_weights"]),
    )
    vertices = np.array(model["mesh_vertices"]) * 1e-3
    frames = bone_frames(profile, np.array([pose["joint_angles"] for pose in poses]))
    points = np.concatenate([vertices, np.ones((len(vertices), 1))], axis=1)
    local = np.einsum("vb,tbij,vj->tvi", np.array(model["dense_bone_weights"]), frames[..., :3, :], points)
    if hand == 1:
        local[..., 0] *= -1.0
    turns = Rotation.from_quat([pose["wrist_xform"]["q_wxyz"] for pose in poses], scalar_first=True).as_matrix()
    places = np.array([pose["wrist_xform"]["t_xyz"] for pose in poses])
    x, y, z = np.moveaxis(np.einsum("tij,tvj->tvi", turns, local) + places[:, None], -1, 0)
    return np.stack([x, -z, y], axis=-1)


@pytest.mark.parametrize("hand", [0, 1])
def test_fingertips_lie_on_the_skin(sequence, recording, hand):
    joints = Hot3d().to_hands(recording, KnownHands(NO_MANO)).joints[:, hand]
    vertices = skin(sequence, recording.take.path, hand)
    for tip in TIPS:
        nearest = np.linalg.norm(vertices - joints[:, None, tip], axis=-1).min(axis=1)
        assert nearest.max() < LARGEST_DISTANCE_M
    # Knuckles are inside the hand: the test would see joints that merely follow the skin.
    knuckle = np.linalg.norm(vertices - joints[:, None, 4], axis=-1).min(axis=1)
    assert knuckle.min() > 1e-3


def test_bones_keep_their_length_and_hands_their_side(recording):
    hands = Hot3d().to_hands(recording, KnownHands(NO_MANO))
    lengths = bone_lengths(hands.joints)
    assert np.ptp(lengths, axis=0).max() < LARGEST_CHANGE_M
    for hand, sign in ((0, -1.0), (1, 1.0)):
        joints = hands.joints[:, hand]
        normal = np.cross(joints[:, 1] - joints[:, 0], joints[:, 7] - joints[:, 0])
        # A straight finger may bend a little backwards; four together do not.
        bends = [np.sum(normal * (joints[:, tip] - joints[:, mcp]), axis=-1) for mcp, tip in FINGERS]
        assert np.all(sign * np.sum(bends, axis=0) > 0.0)


def test_a_mirrored_right_hand_would_be_seen(sequence, recording):
    recording.arrays["wrist_rotations"] = recording.arrays["wrist_rotations"][:, ::-1].copy()
    with pytest.raises(AssertionError):
        test_fingertips_lie_on_the_skin(sequence, recording, 1)
