"""GigaHands' parameters, written by hand: when they are read, of which frames they are, and how they become hands."""

import json

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from handx_core.errors import RawDataError
from handx_core.hand_models.mano import SIDES
from handx_core.sources.gigahands import GigaHands

GIGAHANDS = GigaHands()
FOLDER = "hand_poses/p007-desk"
PARAMETERS = f"{FOLDER}/params/012.json"
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
    hands = GIGAHANDS.to_hands(read(root, standin), standin)
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
    hands = GIGAHANDS.to_hands(recording, standin)
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
