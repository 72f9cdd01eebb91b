"""UmeTrack's forward kinematics against a plain chain of scipy rotations, and against the real sample's mesh."""

from pathlib import Path

import numpy as np
import orjson
import pytest
from scipy.spatial.transform import Rotation

from handx_core.hand_models.umetrack import HandProfile, bone_frames, joints_of_pose
from handx_core.skeleton import JOINT_NAMES

SAMPLE = Path(__file__).parents[3] / ".." / "shared" / "samples" / "hot3d" / "Quest3" / "P0002_273c2819"

# Landmarks of UmeTrack by the project's joint names; the thumb CMC has none, and the project has no palm.
LANDMARKS = [
    *("thumb_tip", "index_tip", "middle_tip", "ring_tip", "pinky_tip", "wrist", "thumb_mcp", "thumb_ip"),
    *(f"{finger}_{joint}" for finger in ("index", "middle", "ring", "pinky") for joint in ("mcp", "pip", "dip")),
    "palm",
]


def random_profile(rng: np.random.Generator) -> HandProfile:
    """A profile with the shape of a real one and no meaning: blended weights everywhere."""
    axes = rng.normal(size=(22, 3))
    weights = rng.uniform(size=(21, 3))
    return HandProfile(
        axes=axes / np.linalg.norm(axes, axis=1, keepdims=True),
        pivots=rng.normal(size=(22, 3)) * 0.05,
        landmarks=rng.normal(size=(21, 3)) * 0.1,
        bones=rng.integers(0, 17, (21, 3)),
        weights=weights / weights.sum(axis=1, keepdims=True),
    )


def plain_joint(profile, name, angles, rotation, translation, is_right):
    """One joint of one hand in one frame, point by point: hinges turn the point from the last to the first."""

    def turn(point, digit, last_hinge):
        for hinge in range(4 * digit + last_hinge, 4 * digit - 1, -1):
            pivot = profile.pivots[hinge]
            point = pivot + Rotation.from_rotvec(profile.axes[hinge] * angles[hinge]).apply(point - pivot)
        return point

    if name == "thumb_cmc":
        local = turn(profile.pivots[1], 0, 0)
    else:
        row = LANDMARKS.index(name)
        local = np.zeros(3)
        for bone, weight in zip(profile.bones[row], profile.weights[row], strict=True):
            rest = profile.landmarks[row]
            digit, hinge = divmod(bone - 2, 3)
            local = local + weight * (rest if bone < 2 else turn(rest, digit, hinge + 1))
    if is_right:
        local = local * [-1.0, 1.0, 1.0]
    return Rotation.from_quat(rotation, scalar_first=True).apply(local) + translation


def test_joints_agree_with_a_plain_chain_of_rotations():
    rng = np.random.default_rng(1)
    profile = random_profile(rng)
    angles = rng.normal(size=(3, 2, 22))
    rotations = rng.normal(size=(3, 2, 4))
    rotations /= np.linalg.norm(rotations, axis=-1, keepdims=True)
    translations = rng.normal(size=(3, 2, 3))
    joints = joints_of_pose(profile, angles, rotations, translations)
    assert joints.shape == (3, 2, 21, 3)
    for frame in range(3):
        for hand in range(2):
            pose = angles[frame, hand], rotations[frame, hand], translations[frame, hand], hand == 1
            expected = [plain_joint(profile, name, *pose) for name in JOINT_NAMES]
            np.testing.assert_allclose(joints[frame, hand], expected, atol=1e-12)


def test_angle_zero_is_the_rest_pose_and_no_division():
    profile = random_profile(np.random.default_rng(2))
    with np.errstate(all="raise"):
        joints = joints_of_pose(profile, np.zeros((2, 22)), np.tile([1.0, 0, 0, 0], (2, 1)), np.zeros((2, 3)))
    names = [name for name in JOINT_NAMES if name != "thumb_cmc"]
    rest = profile.landmarks[[LANDMARKS.index(name) for name in names]]
    np.testing.assert_allclose(joints[0, [JOINT_NAMES.index(name) for name in names]], rest, atol=1e-15)
    np.testing.assert_allclose(joints[1] * [-1.0, 1.0, 1.0], joints[0], atol=1e-15)
    np.testing.assert_allclose(joints[0, 13], profile.pivots[1], atol=1e-15)


def test_wrist_angles_are_ignored():
    rng = np.random.default_rng(3)
    profile = random_profile(rng)
    angles = rng.normal(size=22)
    other = angles.copy()
    other[20:] = 1.0
    np.testing.assert_array_equal(bone_frames(profile, angles), bone_frames(profile, other))


def test_tips_lie_on_the_posed_mesh_of_the_real_sample():
    if not SAMPLE.is_dir():
        pytest.skip("the real HOT3D sample is not beside the project")
    model = orjson.loads((SAMPLE / "umetrack_hand_user_profile.json").read_bytes())["hand_model"]
    profile = HandProfile(
        axes=np.array(model["joint_rotation_axes"]),
        pivots=np.array(model["joint_rest_positions"]) * 1e-3,
        landmarks=np.array(model["landmark_rest_positions"]) * 1e-3,
        bones=np.array(model["landmark_rest_bone_indices"]).astype(int),
        weights=np.array(model["landmark_rest_bone_weights"]),
    )
    vertices = np.array(model["mesh_vertices"]) * 1e-3
    lines = (SAMPLE / "umetrack_hand_pose_trajectory.jsonl").read_bytes().splitlines()
    angles = np.array([orjson.loads(line)["hand_poses"]["0"]["joint_angles"] for line in lines])
    identity = np.tile([1.0, 0, 0, 0], (len(angles), 2, 1))
    joints = joints_of_pose(profile, np.stack([angles, angles], 1), identity, np.zeros((len(angles), 2, 3)))
    frames = bone_frames(profile, angles)
    posed = np.einsum(
        "vb,tbij,vj->tvi",
        np.array(model["dense_bone_weights"]),
        frames[..., :3, :],
        np.concatenate([vertices, np.ones((len(vertices), 1))], axis=1),
    )
    for tip, landmark in zip((16, 17, 18, 19, 20), range(5), strict=True):
        vertex = int(np.argmin(np.linalg.norm(vertices - profile.landmarks[landmark], axis=1)))
        assert np.abs(joints[:, 0, tip] - posed[:, vertex]).max() < 1e-5, JOINT_NAMES[tip]
