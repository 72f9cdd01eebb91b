"""HOT3D's MANO poses against a plain, dense skinning of the model's arrays, written from its published formulas."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hot3d_clip_files import N_FRAMES, clip_files, frame_files, write_tar
from scipy.spatial.transform import Rotation

from handx_core.errors import RawDataError
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import KnownHands
from handx_core.sources.hot3d import Hot3d
from handx_core.synthetic.mano_standin import standin_model, write_standin

HOT3D = Hot3d(hand_model="mano")
TIP_VERTICES = [744, 320, 443, 554, 671]
BETAS = np.linspace(-1.0, 1.0, 10)
LARGEST_ERROR_M = 0.01e-3
POSES = "P0003_c701bd11/mano_hand_pose_trajectory.jsonl"


def plain_joints(hand: int, thetas: np.ndarray, turn: Rotation, place: np.ndarray, betas: np.ndarray) -> np.ndarray:
    """(21, 3): the whole skin posed joint by joint, then 16 joints and 5 vertices of it."""
    model = standin_model(hand)
    # As released, the left hand's shapes have the right hand's x; HOT3D's annotators mended them.
    shapes = model["shapedirs"] * (np.array([-1.0, 1.0, 1.0])[:, None] if hand == 0 else 1.0)
    rest_skin = model["v_template"] + shapes @ betas
    rest = model["J_regressor"] @ rest_skin
    pose = (model["hands_mean"] + thetas @ model["hands_components"][:15]).reshape(15, 3)
    turns = [turn.as_matrix(), *(Rotation.from_rotvec(vector).as_matrix() for vector in pose)]
    bends = np.concatenate([(matrix - np.eye(3)).ravel() for matrix in turns[1:]])
    rest_skin = rest_skin + model["posedirs"] @ bends
    chains: list[np.ndarray] = []
    for joint, matrix in enumerate(turns):
        parent = -1 if joint == 0 else int(model["kintree_table"][0, joint])
        link = np.eye(4)
        link[:3, :3] = matrix
        link[:3, 3] = rest[joint] - (rest[parent] if parent >= 0 else 0.0)
        chains.append(link if parent < 0 else chains[parent] @ link)
    skin = np.zeros_like(rest_skin)
    for joint, chain in enumerate(chains):
        moved = (rest_skin - rest[joint]) @ chain[:3, :3].T + chain[:3, 3]
        skin += model["weights"][:, joint, None] * moved
    return np.concatenate([[chain[:3, 3] for chain in chains], skin[TIP_VERTICES]]) + place


def write_sequence(root: Path, headset: str = "Aria", *, betas: np.ndarray = BETAS) -> None:
    """A sequence with the MANO poses of the clips' files and nothing of UmeTrack."""
    lines = []
    for frame in range(N_FRAMES):
        files, hands = frame_files(frame), {}
        for key, side in (("0", "left"), ("1", "right")):
            pose = (files["hands"].get(side) or {}).get("mano_pose")
            if pose:
                quaternion = Rotation.from_rotvec(pose["wrist_xform"][:3]).as_quat(scalar_first=True).tolist()
                wrist = {"t_xyz": pose["wrist_xform"][3:], "q_wxyz": quaternion}
                hands[key] = {"pose": pose["thetas"], "wrist_xform": wrist, "betas": betas.tolist()}
        lines.append(json.dumps({"timestamp_ns": files["info"]["ref_timestamp_ns"], "hand_poses": hands}))
    metadata = {
        "gt_available_status": {"umetrack_hand_pose_gt": False, "mano_hand_pose_gt": True},
        "headset": headset,
        "participant_id": "P0003",
        "recording_name": "P0003_c701bd11",
    }
    (root / POSES).parent.mkdir(parents=True)
    (root / POSES).write_text("\n".join(lines) + "\n")
    (root / POSES).with_name("metadata.json").write_text(json.dumps(metadata))


def expected_joints(*, y_up: bool) -> np.ndarray:
    """(T, 2, 21, 3), NaN where the files have no hand."""
    joints = np.full((N_FRAMES, 2, 21, 3), np.nan)
    for frame in range(N_FRAMES):
        for hand, side in enumerate(("left", "right")):
            pose = (frame_files(frame)["hands"].get(side) or {}).get("mano_pose")
            if pose:
                turn, place = Rotation.from_rotvec(pose["wrist_xform"][:3]), np.array(pose["wrist_xform"][3:])
                joints[frame, hand] = plain_joints(hand, np.array(pose["thetas"]), turn, place, BETAS)
    return joints[..., [0, 2, 1]] * [1.0, -1.0, 1.0] if y_up else joints


def read(root, mano):
    found = HOT3D.find_takes(root, mano)
    assert not found.rejected
    return HOT3D.read_take(root, found.takes[0])


def largest_error(recording, mano, *, y_up: bool) -> float:
    return float(np.nanmax(np.abs(HOT3D.to_hands(recording, KnownHands(mano)).joints - expected_joints(y_up=y_up))))


@pytest.mark.parametrize(("headset", "variant"), [("Aria", "mano_z_up"), ("Quest3", "mano_y_up")])
def test_a_sequence_agrees_with_plain_skinning(tmp_path, standin, headset, variant):
    write_sequence(tmp_path, headset)
    recording = read(tmp_path, standin)
    assert (recording.kind, recording.variant) == ("mano", variant)
    assert largest_error(recording, standin, y_up=headset == "Quest3") < LARGEST_ERROR_M
    valid = HOT3D.to_hands(recording, KnownHands(standin)).valid
    assert valid[:, 0].all()
    assert valid[:, 1].all(axis=1).tolist() == [True, True, False, True, False, True]


def test_a_clip_agrees_with_plain_skinning(tmp_path, standin):
    write_tar(tmp_path / "clip-000001.tar", clip_files())
    recording = read(tmp_path, standin)
    assert (recording.kind, recording.variant) == ("mano", "mano_clip_y_up")
    assert largest_error(recording, standin, y_up=True) < LARGEST_ERROR_M


@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("coefficients", lambda values: values[..., ::-1]),
        ("coefficients", lambda values: values * 0.9),
        ("coefficients", lambda values: values[:, ::-1]),
        ("wrist_rotations", lambda values: values[..., [1, 2, 3, 0]]),
        ("wrist_translations", lambda values: values * 1e-3),
        ("wrist_translations", lambda values: values * np.array([-1.0, 1.0, 1.0])),
        ("betas", np.zeros_like),
        ("betas", lambda values: values * np.repeat([1.0, -1.0], 5)),
    ],
)
def test_mistakes_are_seen(tmp_path, standin, name, mistake):
    write_sequence(tmp_path)
    recording = read(tmp_path, standin)
    arrays = recording.arrays | {name: mistake(recording.arrays[name]).astype(np.float32)}
    assert largest_error(replace(recording, arrays=arrays), standin, y_up=False) > 10 * LARGEST_ERROR_M


def test_without_the_model_there_are_no_takes_and_one_reason(tmp_path, no_mano):
    write_sequence(tmp_path)
    found = HOT3D.find_takes(tmp_path, no_mano)
    assert found.takes == ()
    assert found.rejected == (no_mano.missing(),)
    assert len(Hot3d().find_takes(tmp_path, no_mano).rejected) == 1  # the sequence: it has no ground truth of UmeTrack


def test_with_a_damaged_model_there_are_no_takes_and_one_reason(tmp_path):
    for number in range(2):
        write_sequence(tmp_path / f"{number}")
    models = tmp_path / "models"
    write_standin(models)
    (models / "MANO_RIGHT.pkl").write_bytes((models / "MANO_RIGHT.pkl").read_bytes()[:9000])
    found = HOT3D.find_takes(tmp_path, ManoFiles(models, tmp_path / "converted"))
    assert found.takes == ()
    assert [rejection.path for rejection in found.rejected] == ["models/MANO_RIGHT.pkl"]
    assert HOT3D.find_takes(models, ManoFiles(models, tmp_path / "converted")).rejected == ()  # nobody needs it


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"pose": [', '"pose": [0.0, ', r"pose: expected shape \(15,\), found \(16,\)"),
        ('"pose": [-1.0', '"pose": [-90.0', "pose: expected coefficients up to 50"),
        ('"betas": [-1.0', '"betas": [1.0', "expected those of one person"),
        ('"betas"', '"beta"', "betas: expected"),
        ('"q_wxyz": [', '"q_wxyz": [9', "expected unit quaternions"),
        ('"t_xyz": [', '"t_xyz": [900', "expected metres"),
    ],
)
def test_bad_poses_are_named(tmp_path, standin, old, new, reason):
    write_sequence(tmp_path)
    text = (tmp_path / POSES).read_text()
    assert old in text
    (tmp_path / POSES).write_text(text.replace(old, new, 1))
    with pytest.raises(RawDataError, match=reason) as caught:
        read(tmp_path, standin)
    assert caught.value.path == POSES


def test_the_real_sample_holds_the_poses_that_are_read(samples):
    root = samples / "hot3d"
    if not root.is_dir():
        pytest.skip("the real HOT3D sample is not beside the project")
    folder = Path("Quest3/P0002_273c2819")
    take = replace(Hot3d().find_takes(root, ManoFiles(root, root)).takes[0], path=folder)
    recording = HOT3D.read_take(root, take)
    assert recording.arrays["coefficients"].shape == (15, 2, 15)
    assert recording.arrays["present"].all()
