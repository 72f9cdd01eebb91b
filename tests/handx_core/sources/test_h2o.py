"""H2O files written by hand are read to the world they came from."""

import os
from pathlib import Path

import numpy as np
import pytest

from handx_core.errors import RawDataError
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import KnownHands, Label
from handx_core.sources.h2o import ACTIONS, H2o

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))

H2O = H2o()
HANDS = "subject2/k1/3/cam4/Hand_Pose"


def read(root):
    return H2O.read_take(root, H2O.find_takes(root, NO_MANO).takes[0])


def test_hands_are_brought_into_the_first_camera_and_z_up(write_h2o, world):
    root = write_h2o()
    take = H2O.find_takes(root, NO_MANO).takes[0]
    assert (take.recording_id, take.subject, take.official_split) == ("h2o/subject2/k1/3", "h2o/subject2", "train")
    recording = H2O.read_take(root, take)
    hands = H2O.to_hands(recording, KnownHands(NO_MANO))
    np.testing.assert_allclose(recording.times, np.arange(8) / 30.0)
    annotated = [0, 1, 2, 3, 4, 6, 7]
    np.testing.assert_allclose(hands.joints[annotated], world[annotated], atol=1e-6)
    assert not hands.valid[5, 0].any()
    np.testing.assert_allclose(hands.joints[5, 1], world[5, 1], atol=1e-6)


def test_frames_without_a_camera_pose_are_left_out(write_h2o):
    root = write_h2o()
    (root / "subject2/k1/3/cam4/cam_pose/000003.txt").unlink()
    np.testing.assert_allclose(read(root).times * 30.0, [0, 1, 2, 4, 5, 6, 7])


def test_labels_by_action_number(write_h2o):
    labels = H2O.find_takes(write_h2o(), NO_MANO).takes[0].labels
    assert labels == (Label(0.0, 0.1, "grab cappuccino"), Label(4 / 30, 7 / 30, "read book"))


def test_action_names_at_the_ends_of_the_official_list():
    assert len(ACTIONS) == 37
    official = {1: "grab book", 17: "open lotion", 24: "take out espresso", 33: "read book", 36: "squeeze lotion"}
    assert {number: ACTIONS[number] for number in official} == official


def test_real_action_files_are_read_whole(write_h2o, samples):
    root = write_h2o()
    for split in ("train", "val"):
        content = (samples / "h2o_labels" / f"action_{split}.txt").read_bytes()
        (root / "action_labels" / f"action_{split}.txt").write_bytes(content)
    assert H2O.find_takes(root, NO_MANO).rejected == ()


@pytest.mark.parametrize(
    ("subject", "place", "split"),
    [("subject1", "o2", "train"), ("subject3", "k1", "train"), ("subject3", "o1", "val"), ("subject4", "h1", "test")],
)
def test_official_split(write_h2o, subject, place, split):
    root = write_h2o()
    (root / subject / place / "0" / "cam4").mkdir(parents=True)
    splits = {take.recording_id: take.official_split for take in H2O.find_takes(root, NO_MANO).takes}
    assert splits[f"h2o/{subject}/{place}/0"] == split


def test_the_official_lists_come_before_the_documented_split(write_h2o):
    root = write_h2o()
    (root / "Pose_Lists").mkdir()
    (root / "Pose_Lists" / "pose_val.txt").write_text("Subject2/k1/3/cam4/rgb/000004.png\r\n")
    found = H2O.find_takes(root, NO_MANO)
    assert found.takes[0].official_split == "val"
    (root / "Pose_Lists" / "pose_test.txt").write_text("subject2/k1/3/cam4/rgb/000001.png\nnonsense\n")
    found = H2O.find_takes(root, NO_MANO)
    assert found.takes[0].official_split == "test"
    assert [(r.path, "found 1 unusable" in r.reason) for r in found.rejected] == [("Pose_Lists/pose_test.txt", True)]


def test_names_in_other_case_and_one_folder_deeper_are_the_same_take(write_h2o):
    root = write_h2o()
    expected = read(root)
    deeper = root / "h2o_v1_1"
    (deeper / "Subject2").mkdir(parents=True)
    (root / "subject2" / "k1" / "3" / "cam4" / "cam_pose").rename(root / "subject2" / "k1" / "3" / "cam4" / "CAM_POSE")
    (root / "subject2" / "k1" / "3" / "cam4").rename(root / "subject2" / "k1" / "3" / "Cam4")
    (root / "subject2" / "k1").rename(deeper / "Subject2" / "K1")
    (root / "subject2").rmdir()
    (root / "action_labels").rename(deeper / "Action_Labels")
    take = H2O.find_takes(root, NO_MANO).takes[0]
    assert (take.recording_id, take.subject, len(take.labels)) == ("h2o/subject2/k1/3", "h2o/subject2", 2)
    assert take.labels == expected.take.labels
    for name, values in H2O.read_take(root, take).arrays.items():
        np.testing.assert_array_equal(values, expected.arrays[name])


@pytest.mark.parametrize("separator", ["\n", "  ", "\t"])
def test_numbers_may_be_separated_otherwise(write_h2o, separator):
    root = write_h2o()
    expected = read(root)
    path = root / HANDS / "000002.txt"
    path.write_text(separator.join(path.read_text().split()) + "\n\n")
    np.testing.assert_array_equal(read(root).arrays["joints"], expected.arrays["joints"])


def test_a_pipe_for_a_file_does_not_hang(write_h2o):
    root = write_h2o()
    (root / HANDS / "000002.txt").unlink()
    os.mkfifo(root / HANDS / "000002.txt")
    with pytest.raises(RawDataError, match=r"000002\.txt"):
        read(root)


def test_a_label_path_cannot_leave_the_folder(write_h2o):
    root = write_h2o()
    path = root / "action_labels" / "action_val.txt"
    path.write_text("id path action_label start_act end_act start_frame end_frame\n1 ../../etc/0 3 0 2 0 8\n")
    found = H2O.find_takes(root, NO_MANO)
    assert len(found.takes) == 1
    assert found.rejected[0].path == "action_labels/action_val.txt"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "000002.txt: expected data, found an empty file"),
        (b"1 2 3", "000002.txt: expected 128 numbers, found 3"),
        (b"1" + b" abc" * 127, "000002.txt: expected 128 numbers, found other text"),
        (b"1" + b" nan" * 127, "000002.txt: expected finite numbers"),
        (b"7" + b" 0.5" * 127, "000002.txt: expected flags that are 0 or 1"),
        (b"1" + b" 0.5" * 63 + b" 1" + b" 900" * 63, "expected metres, at most 100"),
        (b"1" + b" null" * 127, "000002.txt: expected 128 numbers, found other text"),
        (b"1" + b" 1],[1" * 127, "000002.txt: expected 128 numbers, found other text"),
        (b"1" + b" 1e999" * 127, "000002.txt: expected finite numbers"),
        (b"0 " * 20_000, "000002.txt: expected at most 16384 bytes"),
    ],
)
def test_bad_frames_name_their_file(write_h2o, content, reason):
    root = write_h2o()
    (root / HANDS / "000002.txt").write_bytes(content)
    with pytest.raises(RawDataError, match=reason):
        read(root)


def test_a_camera_that_is_not_rigid_is_refused(write_h2o):
    root = write_h2o()
    (root / "subject2/k1/3/cam4/cam_pose/000006.txt").write_text(" ".join(["1 0 0 0 0 1 0 0 0 0 -1 0 0 0 0 1"]))
    with pytest.raises(RawDataError, match=r"000006\.txt: expected a rigid 4 x 4 camera pose"):
        read(root)


def test_a_take_without_frames_is_refused(write_h2o):
    root = write_h2o()
    for file in (root / HANDS).iterdir():
        file.unlink()
    with pytest.raises(RawDataError, match="expected at least 2 instants, found 0"):
        read(root)
