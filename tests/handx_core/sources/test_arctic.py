"""ARCTIC files written by hand are found, read and judged; labels come from names and from the object's motion."""

import json

import numpy as np
import pytest

from handx_core.errors import RawDataError
from handx_core.hand_models.mano import SIDES
from handx_core.sources.arctic import Arctic
from handx_core.sources.base import KnownHands, Label

ARCTIC = Arctic()
N_FRAMES = 90
UNPUBLISHED = "the test subject's ground truth is not published"


def hand(seed, n_frames=N_FRAMES):
    rng = np.random.default_rng(seed)
    return {
        "rot": rng.normal(0.0, 1.0, (n_frames, 3)),
        "pose": rng.normal(0.0, 0.4, (n_frames, 45)),
        "trans": rng.normal(0.0, 0.3, (n_frames, 3)),
        "shape": rng.normal(0.0, 1.0, 10),
        "fitting_err": [0.001] * n_frames,
    }


def write_hands(root, take="s01/box_grab_01", change=lambda hands: None):
    hands = {"left": hand(1), "right": hand(2)}
    change(hands)
    path = root / "raw_seqs" / f"{take}.mano.npy"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, hands)
    return hands


def write_object(root, trajectory, take="s01/box_grab_01"):
    path = root / "raw_seqs" / f"{take}.object.npy"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, trajectory)


def only_take(root, mano):
    (take,) = ARCTIC.find_takes(root, mano).takes
    return take


def test_a_take_is_named_after_its_subject_and_file(tmp_path, standin):
    hands = write_hands(tmp_path, "s07/espressomachine_use_02_retake")
    take = only_take(tmp_path, standin)
    recording = ARCTIC.read_take(tmp_path, take)
    assert take.recording_id == "arctic/s07/espressomachine_use_02_retake"
    assert take.subject == "arctic/s07"
    assert recording.take.labels == (Label(0.0, N_FRAMES / 30.0, "uses the espresso machine"),)
    assert (recording.kind, recording.variant) == ("mano", "raw_seqs")
    np.testing.assert_allclose(recording.times, np.arange(N_FRAMES) / 30.0)
    for number, side in enumerate(("left", "right")):
        np.testing.assert_allclose(recording.arrays["rotation"][:, number], hands[side]["rot"], atol=1e-6)
        np.testing.assert_allclose(recording.arrays["pose"][:, number], hands[side]["pose"], atol=1e-6)
        np.testing.assert_allclose(recording.arrays["translation"][:, number], hands[side]["trans"], atol=1e-6)
        np.testing.assert_allclose(recording.arrays["betas"][number], hands[side]["shape"], atol=1e-6)


def test_a_shape_may_be_given_for_each_frame_of_one_hand(tmp_path, standin):
    def change(hands):
        hands["right"]["shape"] = np.arange(N_FRAMES)[:, None] * np.full(10, 0.01)

    hands = write_hands(tmp_path, change=change)
    betas = ARCTIC.read_take(tmp_path, only_take(tmp_path, standin)).arrays["betas"]
    assert betas.shape == (N_FRAMES, 2, 10)
    np.testing.assert_allclose(betas[5, 0], hands["left"]["shape"], atol=1e-6)
    np.testing.assert_allclose(betas[:, 1], hands["right"]["shape"], atol=1e-6)


def test_files_may_be_of_single_precision(tmp_path, standin):
    def change(hands):
        hands["left"] = {name: np.asarray(values, np.float32) for name, values in hands["left"].items()}

    hands = write_hands(tmp_path, change=change)
    recording = ARCTIC.read_take(tmp_path, only_take(tmp_path, standin))
    np.testing.assert_array_equal(recording.arrays["pose"][:, 0], hands["left"]["pose"])


def test_without_mano_there_are_no_takes_and_one_reason(tmp_path, no_mano):
    write_hands(tmp_path)
    write_hands(tmp_path, "s02/laptop_use_01")
    found = ARCTIC.find_takes(tmp_path, no_mano)
    assert found.takes == ()
    assert found.rejected == (no_mano.missing(),)


def test_split_is_by_subject_unless_the_official_file_says_otherwise(tmp_path, standin):
    for subject in ("s01", "s03", "s05"):
        write_hands(tmp_path, f"{subject}/box_grab_01")
    splits = [take.official_split for take in ARCTIC.find_takes(tmp_path, standin).takes]
    assert splits == ["train", "test", "val"]
    (tmp_path / "splits_json").mkdir()
    protocol = {"train": ["s05/box_grab_01"], "val": ["s01/box_grab_01"], "test": []}
    (tmp_path / "splits_json" / "protocol_p1.json").write_text(json.dumps(protocol))
    splits = [take.official_split for take in ARCTIC.find_takes(tmp_path, standin).takes]
    assert splits == ["val", "test", "train"]


@pytest.mark.parametrize("protocol", ['{"train": ["../../x"], "val": [], "test": []}', '{"train": {}}', "[]", "{"])
def test_a_bad_split_file_is_rejected_and_the_takes_go_on(tmp_path, standin, protocol):
    write_hands(tmp_path)
    (tmp_path / "protocol_p1.json").write_text(protocol)
    found = ARCTIC.find_takes(tmp_path, standin)
    assert [take.official_split for take in found.takes] == ["train"]
    assert [(rejection.path, rejection.what) for rejection in found.rejected] == [("protocol_p1.json", "file")]


def test_takes_without_published_hands_are_left_out_and_say_why(tmp_path, standin):
    write_hands(tmp_path)
    write_object(tmp_path, np.zeros((N_FRAMES, 7)), "s03/box_grab_01")
    write_object(tmp_path, np.zeros((N_FRAMES, 7)), "s02/box_grab_01")
    protocol = {"train": ["s01/box_grab_01"], "val": [], "test": ["s03/box_grab_01", "s03/phone_use_04"]}
    (tmp_path / "protocol_p1.json").write_text(json.dumps(protocol))
    found = ARCTIC.find_takes(tmp_path, standin)
    assert len(found.takes) == 1
    reasons = {rejection.path: rejection.reason for rejection in found.rejected}
    assert all(rejection.what == "take" for rejection in found.rejected)
    assert sorted(reasons) == [
        "raw_seqs/s02/box_grab_01.mano.npy",
        "raw_seqs/s03/box_grab_01.mano.npy",
        "s03/phone_use_04.mano.npy",
    ]
    assert [UNPUBLISHED in reasons[path] for path in sorted(reasons)] == [False, True, True]


def test_an_empty_folder_of_the_test_subject_says_why(tmp_path, standin):
    (tmp_path / "raw_seqs" / "s03").mkdir(parents=True)
    (rejection,) = ARCTIC.find_takes(tmp_path, standin).rejected
    assert rejection.path == "raw_seqs/s03/*.mano.npy"
    assert UNPUBLISHED in rejection.reason


def moving_object():
    """Ten seconds: lifted by 30 cm from 2 to 4 s with a pause of 0.2 s, opened by 1 rad from 6 to 7 s, turned from 8
    to 9 s."""
    seconds = np.arange(300) / 30.0
    trajectory = np.random.default_rng(3).normal(0.0, [0.002] * 4 + [0.2] * 3, (300, 7))
    trajectory[:, 6] += np.interp(seconds, [2.0, 2.9, 3.1, 4.0], [0.0, 150.0, 150.0, 300.0])
    trajectory[:, 0] += np.interp(seconds, [6.0, 7.0], [0.0, 1.0])
    trajectory[:, 1] += np.interp(seconds, [8.0, 9.0], [0.0, 1.5])
    return trajectory


def test_labels_say_when_the_object_moves_and_when_it_is_opened(tmp_path, standin):
    def long(hands):
        hands |= {"left": hand(1, 300), "right": hand(2, 300)}

    write_hands(tmp_path, "s01/waffleiron_grab_01", long)
    write_object(tmp_path, moving_object(), "s01/waffleiron_grab_01")
    labels = ARCTIC.read_take(tmp_path, only_take(tmp_path, standin)).take.labels
    assert [label.text for label in labels] == [
        "grabs the waffle iron",
        "moves the waffle iron",
        "opens or closes the waffle iron",
        "moves the waffle iron",
    ]
    spans = [(label.start_s, label.end_s) for label in labels]
    np.testing.assert_allclose(spans, [(0.0, 10.0), (2.0, 4.0), (6.0, 7.0), (8.0, 9.0)], atol=0.101)


def test_a_jolt_is_no_movement(tmp_path, standin):
    write_hands(tmp_path)
    trajectory = np.zeros((N_FRAMES, 7))
    trajectory[40:, 5] = 30.0  # millimetres, from one frame to the next
    write_object(tmp_path, trajectory)
    assert [label.text for label in only_take(tmp_path, standin).labels] == ["grabs the box"]


def test_what_lies_below_a_subject_is_not_looked_at(tmp_path, standin):
    write_hands(tmp_path)
    write_hands(tmp_path, "s01/pictures/s02/box_grab_01")
    assert only_take(tmp_path, standin).subject == "arctic/s01"


def test_labels_end_with_the_hands(tmp_path, standin):
    write_hands(tmp_path)  # three seconds
    write_object(tmp_path, moving_object())
    labels = ARCTIC.read_take(tmp_path, only_take(tmp_path, standin)).take.labels
    assert [(label.text, label.end_s) for label in labels] == [("grabs the box", 3.0), ("moves the box", 3.0)]


@pytest.mark.parametrize(
    "trajectory",
    [np.zeros((90, 6)), np.full((90, 7), np.nan), np.full((90, 7), 1e6), np.zeros((0, 7)), np.array({"a": 1})],
)
def test_a_bad_object_file_is_rejected_and_the_take_goes_on(tmp_path, standin, trajectory):
    write_hands(tmp_path)
    write_object(tmp_path, trajectory)
    found = ARCTIC.find_takes(tmp_path, standin)
    assert [label.text for label in found.takes[0].labels] == ["grabs the box"]
    assert [rejection.path for rejection in found.rejected] == ["raw_seqs/s01/box_grab_01.object.npy"]


def test_hands_have_the_mean_pose_added_and_face_away_from_the_person(tmp_path, standin):
    hands = write_hands(tmp_path)
    tracked = ARCTIC.to_hands(ARCTIC.read_take(tmp_path, only_take(tmp_path, standin)), KnownHands(standin))
    assert tracked.valid.all()
    for number, side in enumerate(SIDES):
        model, stored = standin.hand(side), hands[side]
        pose = stored["pose"] + model.mean_pose
        world = model.joints(pose, stored["shape"], stored["rot"], stored["trans"], pose_is="absolute")
        expected = np.stack([-world[..., 0], -world[..., 1], world[..., 2]], axis=-1)
        np.testing.assert_allclose(tracked.joints[:, number], expected, atol=1e-6)


def put(side, name, value):
    return lambda hands: hands[side].__setitem__(name, value)


def put_nan(hands):
    hands["right"]["pose"][7, 3] = np.nan


def shorten(hands):
    hands["left"] = hand(1, N_FRAMES - 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda hands: hands.pop("left"), "left: expected an object, found NoneType"),
        (put("left", "pose", np.zeros((90, 48))), r"left pose: expected shape \(-1, 45\), found \(90, 48\)"),
        (put("left", "rot", np.zeros((89, 3))), r"left rot: expected shape \(90, 3\), found \(89, 3\)"),
        (put("right", "trans", [[0.0] * 3] * 90), "right trans: expected an array, found list"),
        (put("right", "trans", np.full((90, 3), 400.0)), "right translation: expected metres"),
        (put("right", "rot", np.full((90, 3), 90.0)), "right rotation: expected radians"),
        (put("right", "shape", np.zeros(16)), r"right shape: expected shape \(10,\), found \(16,\)"),
        (put("right", "shape", np.full(10, 200.0)), "right shape: expected coefficients"),
        (put("right", "shape", np.array(["a"] * 10)), "right shape: expected numbers"),
        (put_nan, "right pose: expected finite numbers"),
        (shorten, "as many frames of both hands, found 89 and 90"),
        (lambda hands: hands.update(left=hand(1, 1), right=hand(2, 1)), "expected at least 2 instants, found 1"),
    ],
)
def test_wrong_shapes_types_and_units_name_the_file(tmp_path, standin, change, reason):
    write_hands(tmp_path, change=change)
    with pytest.raises(RawDataError, match=rf"raw_seqs/s01/box_grab_01\.mano\.npy: .*{reason}"):
        ARCTIC.read_take(tmp_path, only_take(tmp_path, standin))


def test_a_plain_array_is_no_file_of_hands(tmp_path, standin):
    write_hands(tmp_path)
    np.save(tmp_path / "raw_seqs" / "s01" / "box_grab_01.mano.npy", np.zeros((90, 48)))
    with pytest.raises(RawDataError, match=r"expected one pickled object, found float64 \(90, 48\)"):
        ARCTIC.read_take(tmp_path, only_take(tmp_path, standin))
