"""HOT3D sequences written by hand, and the real sample, are read to the world they came from."""

import json
from pathlib import Path

import numpy as np
import pytest

from handx_core.errors import RawDataError
from handx_core.hand_models.mano import ManoFiles
from handx_core.skeleton import bone_lengths
from handx_core.sources.base import KnownHands
from handx_core.sources.hot3d import Hot3d

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))

HOT3D = Hot3d()
POSES = "umetrack_hand_pose_trajectory.jsonl"
PROFILE = "umetrack_hand_user_profile.json"


def read(root):
    return HOT3D.read_take(root, HOT3D.find_takes(root, NO_MANO).takes[0])


@pytest.mark.parametrize(
    ("headset", "left_wrist", "right_wrist"),
    [("Aria", [0.1, 0.25, 0.3], [0.5, 0.2, 0.3]), ("Quest3", [0.1, -0.3, 0.25], [0.5, -0.3, 0.2])],
)
def test_headset_decides_which_way_is_up(write_hot3d, headset, left_wrist, right_wrist):
    hands = HOT3D.to_hands(read(write_hot3d(headset=headset)), KnownHands(NO_MANO))
    np.testing.assert_allclose(hands.joints[5, 0, 0], left_wrist, atol=1e-7)
    np.testing.assert_allclose(hands.joints[5, 1, 0], right_wrist, atol=1e-7)


def test_pairs_of_aria_stamps_are_one_instant(write_hot3d):
    recording = read(write_hot3d(headset="Aria"))
    np.testing.assert_allclose(recording.times, np.arange(8) / 30.0, atol=1e-8)


@pytest.mark.parametrize("offsets_ms", [(0, 0.09), (0, 3), (0, 2, 4), (0, 1.5, 4.9)])
def test_stamps_within_five_milliseconds_are_one_instant(write_hot3d, offsets_ms):
    root = write_hot3d(headset="Quest3")
    path = root / "Quest3/P0003_c701bd11" / POSES
    instants = [json.loads(line) for line in path.read_text().splitlines()]
    lines = [
        json.dumps(instant | {"timestamp_ns": instant["timestamp_ns"] + round(offset * 1e6)})
        for instant in instants
        for offset in offsets_ms
    ]
    path.write_text("\n".join(lines))
    (path.parent / "masks" / "mask_qa_pass.csv").unlink()
    np.testing.assert_allclose(read(root).times, np.arange(8) / 30.0, atol=1e-8)


def test_stamps_further_apart_are_instants_of_their_own(write_hot3d):
    root = write_hot3d(headset="Quest3")
    path = root / "Quest3/P0003_c701bd11" / POSES
    first, *rest = path.read_text().splitlines()
    between = json.dumps(json.loads(first) | {"timestamp_ns": json.loads(first)["timestamp_ns"] + 6_000_000})
    path.write_text("\n".join([first, between, *rest]))
    np.testing.assert_allclose(read(root).times[:3], [0.0, 0.006, 1 / 30], atol=1e-8)


@pytest.mark.parametrize(
    ("mask", "counts"),
    [
        ("hand_pose_available", True),
        ("qa_pass", True),
        ("hand_visible", False),
        ("headset_pose_available", False),
        ("good_exposure", False),
        ("object_pose_available", False),
    ],
)
def test_masks_that_speak_of_the_hands_poses_count(write_hot3d, mask, counts):
    root = write_hot3d(headset="Quest3")
    masks = root / "Quest3/P0003_c701bd11/masks"
    everything_false = (masks / "mask_qa_pass.csv").read_text().replace("True", "False")
    (masks / "mask_qa_pass.csv").unlink()
    (masks / f"mask_{mask}.csv").write_text(everything_false)
    assert HOT3D.to_hands(read(root), KnownHands(NO_MANO)).valid.any() != counts


def test_masks_and_missing_hands_are_not_valid(write_hot3d):
    hands = HOT3D.to_hands(read(write_hot3d()), KnownHands(NO_MANO))
    assert hands.valid[:, 0].all(axis=1).tolist() == [False, False, True, True, True, True, True, True]
    assert hands.valid[:, 1].all(axis=1).tolist() == [False, False, True, True, False, True, True, True]
    np.testing.assert_array_equal(np.isnan(hands.joints[..., 0]), ~hands.valid)


def test_an_instant_half_masked_is_read_from_the_other_line(write_hot3d):
    root = write_hot3d()
    path = root / "Aria/P0003_c701bd11/masks/mask_qa_pass.csv"
    lines = path.read_text().splitlines()
    frame_3_first_line = 1 + 2 * 3
    lines[frame_3_first_line] = lines[frame_3_first_line].replace("True", "False")
    path.write_text("\n".join(lines))
    recording = read(root)
    assert HOT3D.to_hands(recording, KnownHands(NO_MANO)).valid[3].all()
    assert recording.times[3] == pytest.approx(0.1 + 90e-6, abs=1e-8)


def test_sequences_without_ground_truth_are_rejected_and_the_others_found(write_hot3d):
    root = write_hot3d(headset="Quest3", name="P0002_aaaaaaaa")
    write_hot3d(headset="Aria", name="P0003_bbbbbbbb", ground_truth=False)
    found = HOT3D.find_takes(root, NO_MANO)
    assert [take.recording_id for take in found.takes] == ["hot3d/P0002_aaaaaaaa"]
    assert [rejection.path for rejection in found.rejected] == ["Aria/P0003_bbbbbbbb/metadata.json"]
    assert "no ground truth" in found.rejected[0].reason


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("headset", "Vive", "expected headset Aria or Quest3"),
        ("headset", ["Aria"], "expected headset Aria or Quest3"),
        ("participant_id", "../P0003", "expected plain participant_id"),
        ("recording_name", None, "expected plain participant_id"),
        ("gt_available_status", [], "gt_available_status: expected an object"),
    ],
)
def test_bad_metadata_rejects_the_sequence(write_hot3d, field, value, reason):
    root = write_hot3d()
    path = root / "Aria/P0003_c701bd11/metadata.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    found = HOT3D.find_takes(root, NO_MANO)
    assert found.takes == ()
    assert reason in found.rejected[0].reason


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        (POSES, '"q_wxyz": [1.0', '"q_wxyz": [3.0', "expected unit quaternions"),
        (POSES, '"t_xyz": [0.5', '"t_xyz": [500', "expected metres, at most 100"),
        (POSES, '"t_xyz": [0.5', '"t_xyz": [NaN', "expected JSON in line 1"),
        (POSES, '"timestamp_ns": 5', '"timestamp_ns": "5', "expected"),
        (POSES, '"timestamp_ns": 5', '"timestamp_ns": -5', "expected an integer timestamp_ns"),
        (POSES, '"joint_angles": [0.0, ', '"joint_angles": [', r"joint_angles: expected shape \(22,\), found \(21,\)"),
        (POSES, '"joint_angles": [0.0', '"joint_angles": [90.0', "expected radians"),
        (PROFILE, "hand_model", "model", "hand_model: expected an object"),
        (PROFILE, '"joint_rotation_axes": [[0.0,', '"joint_rotation_axes": [[', "joint_rotation_axes: expected"),
        (PROFILE, '"joint_rotation_axes": [[0.0,', '"joint_rotation_axes": [[2.0,', "expected unit vectors"),
        (
            PROFILE,
            '"joint_rest_positions": [[-30.0',
            '"joint_rest_positions": [[-9e9',
            "expected a hand in millimetres",
        ),
        (PROFILE, '"landmark_rest_positions": [[-20.0', '"landmark_rest_positions": [[1e39', "numbers near it"),
        (PROFILE, "[[1, 0, 0]", "[[17, 0, 0]", "expected integers from 0 to 16"),
        (PROFILE, "[[1.0, 0.0, 0.0]", "[[1.0, 1.0, 0.0]", "expected rows that sum to 1"),
        ("masks/mask_qa_pass.csv", "stream_id", "stream", "expected header"),
        ("masks/mask_qa_pass.csv", "False", "Maybe", "expected stamp, stream and True or False"),
    ],
)
def test_bad_files_are_named(write_hot3d, file, old, new, reason):
    root = write_hot3d()
    path = root / "Aria/P0003_c701bd11" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(RawDataError, match=reason) as caught:
        read(root)
    assert caught.value.path == f"Aria/P0003_c701bd11/{file}"


def test_a_nesting_bomb_is_refused(write_hot3d):
    root = write_hot3d()
    (root / "Aria/P0003_c701bd11" / PROFILE).write_text("[" * 100_000 + "]" * 100_000)
    with pytest.raises(RawDataError, match="expected JSON"):
        read(root)


def test_real_sample_is_a_pair_of_right_handed_hands_of_constant_size(samples):
    root = samples / "hot3d"
    found = HOT3D.find_takes(root, NO_MANO)
    assert [take.recording_id for take in found.takes] == ["hot3d/P0002_273c2819"]
    hands = HOT3D.to_hands(HOT3D.read_take(root, found.takes[0]), KnownHands(NO_MANO))
    assert hands.valid.all()
    assert hands.joints.shape == (15, 2, 21, 3)
    lengths = bone_lengths(hands.joints)
    assert lengths.std(axis=0).max() < 0.05e-3
    # The middle finger's phalanges of an adult, and both hands at desk height below the headset at 1.17 m.
    assert np.all((lengths.mean(axis=0)[:, 9:12] > 0.020) & (lengths.mean(axis=0)[:, 9:12] < 0.050))
    assert np.all((hands.joints[..., 2] > 0.6) & (hands.joints[..., 2] < 1.0))
    for hand, sign in ((0, -1.0), (1, 1.0)):
        joints = hands.joints[:, hand]
        normal = np.cross(joints[:, 1] - joints[:, 0], joints[:, 7] - joints[:, 0])
        bend = np.sum(normal * (joints[:, 18] - joints[:, 4]), axis=-1)
        assert np.all(sign * bend > 0.0)
