"""Tiny raw roots written by hand, field by field, as formats describe them: independent of handx_core.synthetic."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from handx_core.hand_models.mano import ManoFiles

# OpenPose order of 21: wrist, then thumb, index, middle, ring, pinky from the palm out; as project joint numbers.
OPENPOSE_AS_PROJECT = [0, 13, 14, 15, 16, 1, 2, 3, 17, 4, 5, 6, 18, 10, 11, 12, 19, 7, 8, 9, 20]


@pytest.fixture
def world() -> np.ndarray:
    """(8, 2, 21, 3) joints in the project's order and world, unlike each other in every axis."""
    rng = np.random.default_rng(5)
    joints = rng.uniform(-0.1, 0.1, (8, 2, 21, 3)) + np.array([0.3, 0.4, 0.5])
    joints[:, 0] -= [0.4, 0.0, 0.0]
    return joints


@pytest.fixture
def write_gigahands(tmp_path: Path, world: np.ndarray) -> Callable[..., Path]:
    """Write p007-desk/012 in all ways: joints world -> rig (-x, z, y) back to (x y z) = (-X, Z, Y)."""

    def write(
        *,
        aligned: bool = True,
        parameters: bool = False,
        triangulated: bool = True,
        chosen: bool = True,
        scene: str = "p007-desk",
    ) -> Path:
        root = tmp_path / "gigahands"
        rig = np.stack([-world[..., 0], world[..., 2], world[..., 1]], axis=-1)[:, :, OPENPOSE_AS_PROJECT]
        folder = root / "hand_poses" / scene / "keypoints_3d" / "012"
        folder.mkdir(parents=True)
        if triangulated:
            for hand, side in enumerate(("left", "right")):
                rows = [[[*joint, 0.9] for joint in frame] for frame in rig[:, hand].tolist()]
                if hand == 1:
                    rows[3] = np.zeros((21, 4)).tolist()
                (folder / f"{side}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        if chosen:
            (folder / "chosen_frames_left.json").write_text(json.dumps([0, 1, 2, 4, 5, 6, 7]))
            (folder / "chosen_frames_right.json").write_text(json.dumps([0, 1, 2, 4, 5, 6, 7]))
        if parameters:
            target = root / "hand_poses" / scene / "params"
            target.mkdir(parents=True)
            (target / "012.json").write_text(json.dumps({"left": mano_parameters(1), "right": mano_parameters(2)}))
        if aligned:
            target = root / "keypoints_3d_mano_align" / scene / "keypoints_3d_mano_align"
            target.mkdir(parents=True)
            (target / "012.json").write_text(json.dumps(rig.reshape(len(rig), 126).tolist()))
        annotations = [
            {
                "scene": scene,
                "sequence": ["012"],
                "start_frame_id": 0,
                "end_frame_id": 2,
                "clarify_annotation": "Knead.",
            },
            {"scene": scene, "sequence": "012", "start_frame_id": 3, "end_frame_id": -1, "clarify_annotation": "Wave."},
            {"scene": scene, "sequence": "012", "start_frame_id": 0, "end_frame_id": 5, "clarify_annotation": "Buggy"},
            {"scene": scene, "sequence": "012", "start_frame_id": 0, "end_frame_id": 5, "clarify_annotation": "None"},
        ]
        for row in annotations:
            row |= {"rewritten_annotation": [f"{row['clarify_annotation']} {n}" for n in range(5)], "all_tokens": []}
        (root / "annotations_v2.jsonl").write_text("".join(json.dumps(row) + "\n" for row in annotations))
        return root

    return write


def mano_parameters(seed: int, n_rows: int = 7) -> dict[str, list]:
    """One hand of a params file of GigaHands: a row for each of the seven frames that are in a chosen list."""
    rng = np.random.default_rng(seed)
    poses = rng.normal(0.0, 0.4, (n_rows, 48))
    poses[:, :3] = 0.0
    return {
        "poses": poses.tolist(),
        "shapes": rng.normal(0.0, 1.0, (1, 10)).tolist(),
        "Rh": rng.normal(0.0, 1.0, (n_rows, 3)).tolist(),
        "Th": rng.normal(0.0, 0.2, (n_rows, 3)).tolist(),
    }


@pytest.fixture(scope="session")
def standin(tmp_path_factory: pytest.TempPathFactory) -> ManoFiles:
    """A model of MANO's keys and shapes that is not MANO."""
    from handx_core.synthetic.mano_standin import write_standin

    folder = tmp_path_factory.mktemp("mano")
    write_standin(folder / "models")
    return ManoFiles(folder / "models", folder / "converted")


@pytest.fixture(scope="session")
def no_mano(tmp_path_factory: pytest.TempPathFactory) -> ManoFiles:
    """Where the model should be, but is not."""
    return ManoFiles(tmp_path_factory.mktemp("no_mano"), tmp_path_factory.mktemp("no_mano_converted"))


@pytest.fixture
def write_h2o(tmp_path: Path, world: np.ndarray) -> Callable[..., Path]:
    """Write subject2/k1/3: the world is the first camera's (x, z, -y), the camera moves, folder names vary in case."""

    def write() -> Path:
        root = tmp_path / "h2o"
        camera = root / "subject2" / "k1" / "3" / "cam4"
        for name in ("Hand_Pose", "cam_pose"):
            (camera / name).mkdir(parents=True)
        first = np.eye(4)
        first[:3] = [[0.0, -1.0, 0.0, 0.5], [1.0, 0.0, 0.0, -2.0], [0.0, 0.0, 1.0, 1.0]]
        in_first = np.stack([world[..., 0], -world[..., 2], world[..., 1]], axis=-1)[:, :, OPENPOSE_AS_PROJECT]
        for frame in range(len(world)):
            turn = 0.02 * frame
            motion = np.eye(4)  # camera of this frame -> first camera
            motion[:3, :3] = [
                [np.cos(turn), 0.0, np.sin(turn)], [0.0, 1.0, 0.0], [-np.sin(turn), 0.0, np.cos(turn)]
            ]  # fmt: skip
            motion[:3, 3] = [0.01 * frame, -0.02 * frame, 0.005 * frame]
            seen = (in_first[frame] - motion[:3, 3]) @ motion[:3, :3]
            flags = [0 if frame == 5 else 1, 1]
            numbers = [n for hand in range(2) for n in (flags[hand], *(seen[hand] * flags[hand]).ravel())]
            (camera / "Hand_Pose" / f"{frame:06d}.txt").write_text(" ".join(f"{n:.18g}" for n in numbers))
            pose = (first @ motion).ravel()
            (camera / "cam_pose" / f"{frame:06d}.txt").write_text(" ".join(f"{n:.18g}" for n in pose) + "\n")
        (root / "action_labels").mkdir()
        (root / "action_labels" / "action_train.txt").write_text(
            "id path action_label start_act end_act start_frame end_frame\n"
            "1 subject2/k1/3 33 4 6 0 8\n2 subject2/k1/3 8 0 2 0 8\n3 subject1/h1/0 1 0 2 0 8\n"
        )
        return root

    return write


@pytest.fixture
def write_hot3d(tmp_path: Path) -> Callable[..., Path]:
    """Write a sequence of Aria or Quest 3: a straight hand, its wrist at a known place of the headset's world."""

    def write(*, headset: str = "Aria", name: str = "P0003_c701bd11", ground_truth: bool = True) -> Path:
        root = tmp_path / "hot3d"
        folder = root / headset / name
        (folder / "masks").mkdir(parents=True)
        metadata = {
            "gt_available_status": {"umetrack_hand_pose_gt": ground_truth, "mano_hand_pose_gt": True},
            "headset": headset,
            "participant_id": name.split("_")[0],
            "recording_name": name,
        }
        (folder / "metadata.json").write_text(json.dumps(metadata))
        landmarks = np.arange(63.0).reshape(21, 3) * 2.0 - 20.0
        landmarks[5] = 0.0
        model = {
            "joint_rotation_axes": np.tile([0.0, 0.0, 1.0], (22, 1)).tolist(),
            "joint_rest_positions": (np.arange(66.0).reshape(22, 3) - 30.0).tolist(),
            "landmark_rest_positions": landmarks.tolist(),
            "landmark_rest_bone_indices": [[1, 0, 0]] * 21,
            "landmark_rest_bone_weights": [[1.0, 0.0, 0.0]] * 21,
        }
        (folder / "umetrack_hand_user_profile.json").write_text(json.dumps({"hand_model": model}))
        lines, mask = [], ["timestamp[ns],stream_id,mask"]
        for frame in range(8):
            for offset, stream in ((0, "214-1"), (90_000, "1201-1")) if headset == "Aria" else ((0, "1201-1"),):
                stamp = 56_752_108_188_860 + round(frame * 1e9 / 30) + offset
                pose = {
                    "wrist_xform": {"t_xyz": [0.1, 0.2 + 0.01 * frame, 0.3], "q_wxyz": [1.0, 0.0, 0.0, 0.0]},
                    "joint_angles": [0.0] * 22,
                    "hand_confidence": 1.0,
                }
                right = {**pose, "wrist_xform": {"t_xyz": [0.5, 0.2, 0.3], "q_wxyz": [1.0, 0.0, 0.0, 0.0]}}
                hands = {"0": pose} if frame == 4 else {"0": pose, "1": right}
                lines.append(json.dumps({"timestamp_ns": stamp, "hand_poses": hands}))
                mask.append(f"{stamp},{stream},{frame >= 2}")
        (folder / "umetrack_hand_pose_trajectory.jsonl").write_text("\n".join(lines) + "\n")
        (folder / "masks" / "mask_qa_pass.csv").write_text("\n".join(mask) + "\n")
        return root

    return write


@pytest.fixture
def samples() -> Path:
    """The folder of real samples beside the project."""
    folder = Path(__file__).parents[3] / ".." / "shared" / "samples"
    if not folder.is_dir():
        pytest.skip("the real samples are not beside the project")
    return folder
