"""What HOT3D publishes without hands is told of once; what lacks them by a fault is told of each time."""

import json

import pytest
from hot3d_clip_files import clip_files, write_tar

from handx_core.errors import Rejection
from handx_core.sources.base import Recording
from handx_core.sources.hot3d import Hot3d
from handx_core.sources.reading import read_source


def write_clip(root, name, participant, *, hands=False, first=""):
    """A clip of this participant, None if unknown; without hands, and with the members of this kind first."""
    files = clip_files()
    for info in [name for name in files if name.endswith(".info.json")]:
        values = json.loads(files[info]) | {"participant_id": participant, "sequence_id": participant}
        files[info] = json.dumps({key: value for key, value in values.items() if value}).encode()
    lacking = () if hands else ("hands.json", "__hand_shapes.json__") if participant == "P0005" else ("hands.json",)
    files = {name: content for name, content in files.items() if not name.endswith(lacking)}
    frames = sorted(files, key=lambda file: (file[:6], first not in file))
    write_tar(root / name, {file: files[file] for file in frames})


def results(root, mano):
    """Recordings and rejections of everything below root."""
    found = list(read_source(Hot3d(), root, mano, 1))
    rejected = [result for result in found if isinstance(result, Rejection)]
    return [result for result in found if isinstance(result, Recording)], rejected


def test_clips_and_sequences_of_the_test_set_are_one_reason(tmp_path, write_hot3d, no_mano):
    root = write_hot3d(headset="Quest3", name="P0002_aaaaaaaa")
    write_hot3d(name="P0004_bbbbbbbb", ground_truth=False)
    write_hot3d(name="P0016_cccccccc", ground_truth=False)
    for number in range(30):
        write_clip(root, f"test_aria/clip-{number:06d}.tar", "P0005")
    write_clip(root, "test_quest3/clip-000100.tar", None)  # whom the folder alone says to be of the test set
    read, (rejection,) = results(root, no_mano)
    assert [recording.take.recording_id for recording in read] == ["hot3d/P0002_aaaaaaaa"]
    assert "found 2 sequences and 31 clips of the test set" in rejection.reason
    assert (rejection.path, rejection.what) == (".", "take")  # no file: nothing is wrong with any of them


def test_the_reason_names_the_folder_that_holds_them(tmp_path, no_mano):
    for number in range(2):
        write_clip(tmp_path, f"clips/test_aria/clip-{number:06d}.tar", "P0005")
    assert [rejection.path for rejection in results(tmp_path, no_mano)[1]] == ["clips/test_aria"]


@pytest.mark.parametrize("first", ["hands", "info"])
def test_a_clip_of_the_test_set_that_has_hands_is_read(tmp_path, no_mano, first):
    write_clip(tmp_path, "test_aria/clip-000001.tar", "P0005", hands=True, first=first)
    ((recording,), rejected) = results(tmp_path, no_mano)
    assert recording.take.official_split == "test"
    assert not rejected


def test_a_clip_or_sequence_of_the_training_set_without_hands_is_a_broken_one(write_hot3d, no_mano):
    root = write_hot3d(name="P0003_aaaaaaaa", ground_truth=False)
    for number in range(2):
        write_clip(root, f"train_aria/clip-{number:06d}.tar", "P0003")
    read, rejected = results(root, no_mano)
    assert not read
    assert [(rejection.path, rejection.what) for rejection in rejected] == [
        ("Aria/P0003_aaaaaaaa/metadata.json", "take"),
        ("train_aria/clip-000000.tar", "file"),
        ("train_aria/clip-000001.tar", "file"),
    ]
    assert all("no ground truth" in rejection.reason for rejection in rejected)


def test_a_damaged_clip_of_the_test_set_is_named(tmp_path, no_mano):
    write_clip(tmp_path, "test_aria/clip-000001.tar", "P0005")
    write_clip(tmp_path, "test_aria/clip-000002.tar", "P0005")
    path = tmp_path / "test_aria" / "clip-000002.tar"
    path.write_bytes(path.read_bytes()[:700])
    rejected = results(tmp_path, no_mano)[1]
    assert [rejection.path for rejection in rejected] == ["test_aria/clip-000002.tar", "test_aria/clip-000001.tar"]
