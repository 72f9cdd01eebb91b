"""GigaHands' parameters: when they are read, of which frames they are, and how they become hands.

By files written by hand, and by synthetic takes with their truth, in all variants.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from handx_core.errors import RawDataError
from handx_core.hand_models.mano import SIDES, ManoHand
from handx_core.sources.base import KnownHands
from handx_core.sources.gigahands import GigaHands
from handx_core.sources.reading import read_source
from handx_core.synthetic import write_gigahands as writer
from handx_core.synthetic.files import WrittenTake
from handx_core.synthetic.takes import SourceSize, SyntheticSettings, true_takes

GIGAHANDS = GigaHands()
FOLDER = "hand_poses/p007-desk"
PARAMETERS = f"{FOLDER}/params/012.json"
LARGEST_MEAN_ERROR_M = 0.1e-3
SETTINGS = SyntheticSettings(
    seconds_per_take=10.0,
    gigahands=SourceSize(subjects=2, takes_per_subject=3),
    long_gaps_per_minute=20.0,
    short_gaps_per_minute=12.0,
)
CHOSEN = [0, 1, 2, 4, 5, 6, 7]


def variants(root, mano):
    return [GIGAHANDS.read_take(root, take).variant for take in GIGAHANDS.find_takes(root, mano).takes]


def read(root, mano):
    (take,) = GIGAHANDS.find_takes(root, mano).takes
    return GIGAHANDS.read_take(root, take)


def change_parameters(root, change):
    path = root / PARAMETERS
    hands = json.loads(path.read_text())
    change(hands)
    path.write_text(json.dumps(hands))


def test_the_best_variant_that_can_be_used_is_read(write_gigahands, standin, no_mano):
    root = write_gigahands(parameters=True)
    assert variants(root, standin) == ["keypoints_3d_mano_align"]
    (root / "keypoints_3d_mano_align/p007-desk/keypoints_3d_mano_align/012.json").unlink()
    assert variants(root, standin) == ["params"]
    assert read(root, standin).kind == "mano"
    assert variants(root, no_mano) == ["keypoints_3d"]
    assert GIGAHANDS.find_takes(root, no_mano).rejected == ()
    (root / PARAMETERS).unlink()
    assert variants(root, standin) == ["keypoints_3d"]


def test_parameters_alone_need_mano_and_say_so_once(write_gigahands, standin, no_mano):
    root = write_gigahands(aligned=False, parameters=True, triangulated=False)
    beside = root / FOLDER / "params" / "013.json"
    beside.write_text((root / PARAMETERS).read_text())
    lists = root / FOLDER / "keypoints_3d" / "012"
    for side in SIDES:
        (lists / f"{side}.jsonl").unlink(missing_ok=True)
    lists.rename(root / "elsewhere")
    found = GIGAHANDS.find_takes(root, no_mano)
    assert found.takes == ()
    assert found.rejected == (no_mano.missing(),)


def test_parameters_whose_frames_are_not_known_are_the_last_choice(write_gigahands, standin):
    root = write_gigahands(aligned=False, parameters=True, chosen=False)
    assert variants(root, standin) == ["keypoints_3d"]
    (root / FOLDER / "keypoints_3d").rename(root / "elsewhere")
    with pytest.raises(RawDataError, match=r"params/012\.json: expected chosen_frames_left\.json .* found none"):
        read(root, standin)


def test_a_row_belongs_to_its_place_in_the_union_of_the_lists(write_gigahands, standin):
    root = write_gigahands(aligned=False, parameters=True)
    lists = {"left": [7, 0, 2, 4, 5], "right": [0, 1, 2, 4, 6, 6]}
    for side, frames in lists.items():
        (root / FOLDER / "keypoints_3d/012" / f"chosen_frames_{side}.json").write_text(json.dumps(frames))
    hands = GIGAHANDS.to_hands(read(root, standin), KnownHands(standin))
    np.testing.assert_allclose(hands.times, np.array(CHOSEN) / 30.0)
    for number, side in enumerate(SIDES):
        expected = np.isin(CHOSEN, lists[side])
        assert (hands.valid[:, number] == expected[:, None]).all()
        assert (np.isnan(hands.joints[:, number]).all(axis=(1, 2)) == ~expected).all()


@pytest.mark.parametrize("shape_of_each_frame", [False, True])
def test_hands_turn_about_the_origin_with_the_mean_pose_added(write_gigahands, standin, shape_of_each_frame):
    root = write_gigahands(aligned=False, parameters=True)
    if shape_of_each_frame:
        shapes = np.random.default_rng(8).normal(0.0, 1.0, (7, 10)).tolist()
        change_parameters(root, lambda hands: hands["right"].update(shapes=shapes))
    stored = json.loads((root / PARAMETERS).read_text())
    recording = read(root, standin)
    hands = GIGAHANDS.to_hands(recording, KnownHands(standin))
    assert recording.arrays["betas"].shape == ((7, 2, 10) if shape_of_each_frame else (2, 10))
    for number, side in enumerate(SIDES):
        model = standin.hand(side)
        poses, rh, th, shapes = (np.array(stored[side][name]) for name in ("poses", "Rh", "Th", "shapes"))
        still = model.joints(poses[:, 3:] + model.mean_pose, shapes, np.zeros(3), np.zeros(3), pose_is="absolute")
        rig = np.stack([Rotation.from_rotvec(r).apply(points) for r, points in zip(rh, still, strict=True)])
        rig += th[:, None]
        expected = np.stack([-rig[..., 0], rig[..., 2], rig[..., 1]], axis=-1)
        np.testing.assert_allclose(hands.joints[:, number], expected, atol=1e-6)


def put(name, value):
    return lambda hands: hands["right"].__setitem__(name, value)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda hands: hands.pop("left"), "left: expected an object, found NoneType"),
        (lambda hands: [rows.pop() for rows in hands["left"].values() if len(rows) == 7], "left: expected 7 rows"),
        (put("poses", [[0.0] * 45] * 7), r"right poses: expected shape \(-1, 48\)"),
        (put("poses", [[0.2] * 48] * 7), "right poses: expected three zeros first"),
        (put("poses", [[0.0] * 3 + [60.0] * 45] * 7), "right pose: expected radians"),
        (put("shapes", [[0.0] * 10] * 3), "right shapes: expected 1 row or 7, found 3"),
        (put("shapes", [[99.0] * 10]), "right shape: expected coefficients"),
        (put("Rh", [[0.0] * 3] * 8), r"right Rh: expected shape \(7, 3\), found \(8, 3\)"),
        (put("Th", [[0.0, None, 0.0]] * 7), "right Th: expected numbers"),
        (put("Th", [[0.0, 900.0, 0.0]] * 7), "right translation: expected metres"),
    ],
)
def test_wrong_shapes_types_and_units_name_the_file(write_gigahands, standin, change, reason):
    root = write_gigahands(aligned=False, parameters=True)
    change_parameters(root, change)
    with pytest.raises(RawDataError, match=rf"params/012\.json: {reason}"):
        read(root, standin)


@pytest.fixture(scope="module")
def takes(tmp_path_factory, standin):
    """Recordings with their truth, in the order of recording_id: each variant once for each of two people."""
    root = tmp_path_factory.mktemp("gigahands")
    truths = {take.recording_id: take for take in true_takes("gigahands", SETTINGS)}
    for take in truths.values():
        writer.write_take(root, take, SETTINGS)
    writer.write_index(root, [WrittenTake.of(take, SETTINGS) for take in truths.values()], SETTINGS)
    recordings = list(read_source(GIGAHANDS, root, standin, 1))
    assert [recording.take.recording_id for recording in recordings] == sorted(truths)
    return [(recording, truths[recording.take.recording_id]) for recording in recordings]


def errors(hands, truth):
    """Distances to the truth, metres, where there are joints. The rig's origin is a corner of its room."""
    frames = np.round(hands.times * 30.0).astype(int)
    moved = hands.joints - truth.joints[frames] - [-0.5, 0.17, -0.55]
    return np.linalg.norm(moved, axis=-1)[hands.valid]


def is_true(recording, truth, mano):
    """Whether the hands are where they were, when they were, and missing exactly where they were lost."""
    hands = GIGAHANDS.to_hands(recording, KnownHands(mano))
    seen = np.zeros(len(truth.times), dtype=bool)
    frames = hands.times * 30.0
    if np.abs(frames - np.round(frames)).max() > 1e-6 or frames[-1] > len(seen):
        return False
    seen[np.round(frames).astype(int)] = True
    lost = truth.valid[seen] != hands.valid.any(axis=2)
    return not lost.any() and errors(hands, truth).mean() < LARGEST_MEAN_ERROR_M


def test_all_variants_match_the_truth(takes, standin):
    assert [recording.variant for recording, _ in takes] == ["keypoints_3d_mano_align", "params", "keypoints_3d"] * 2
    for recording, truth in takes:
        assert not truth.valid.all()
        assert is_true(recording, truth, standin)
        assert errors(GIGAHANDS.to_hands(recording, KnownHands(standin)), truth).max() < LARGEST_MEAN_ERROR_M
        assert recording.take.subject == truth.subject
        assert all(len(label.paraphrases) == 5 for label in recording.take.labels)


def changed(**changes):
    """A mistake in stored arrays, by name."""

    def apply(recording):
        arrays = {name: changes[name](array) for name, array in recording.arrays.items() if name in changes}
        return replace(recording, arrays=recording.arrays | arrays)

    return apply


@pytest.mark.parametrize(
    "mistake",
    [
        pytest.param(changed(translation=lambda places: places[..., [0, 2, 1]]), id="axis"),
        pytest.param(changed(translation=lambda places: places * [-1.0, 1.0, 1.0]), id="mirror"),
        pytest.param(changed(translation=lambda places: places * 0.1), id="unit"),
        pytest.param(changed(rotation=np.negative), id="rotation inverted"),
        pytest.param(changed(pose=lambda pose: np.roll(pose, 9, axis=-1)), id="order"),
        pytest.param(changed(pose=lambda pose: pose[:, ::-1]), id="hands swapped"),
        pytest.param(changed(betas=np.zeros_like), id="mean shape"),
        pytest.param(changed(chosen=np.ones_like), id="validity"),
        pytest.param(lambda recording: replace(recording, times=recording.times * 30.0 / 29.0), id="rate"),
        pytest.param(
            lambda recording: replace(recording, times=np.arange(len(recording.times)) / 30.0), id="rows for frames"
        ),
    ],
)
def test_mistakes_in_files_are_seen(takes, standin, mistake):
    of_parameters = [(recording, truth) for recording, truth in takes if recording.kind == "mano"]
    assert len(of_parameters) == 2
    assert not any(is_true(mistake(recording), truth, standin) for recording, truth in of_parameters)


def test_turning_about_the_wrist_is_seen(takes, standin, monkeypatch):
    monkeypatch.setattr(ManoHand, "translation_of_turn_about_origin", lambda hand, betas, turn, place: place)
    assert not any(is_true(recording, truth, standin) for recording, truth in takes if recording.kind == "mano")


def test_a_mean_pose_left_out_is_seen(takes, standin, monkeypatch):
    joints = ManoHand.joints
    monkeypatch.setattr(ManoHand, "joints", lambda *arguments, pose_is: joints(*arguments, pose_is="absolute"))
    assert not any(is_true(recording, truth, standin) for recording, truth in takes if recording.kind == "mano")
