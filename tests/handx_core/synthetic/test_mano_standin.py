"""The stand-in for MANO gives back the synthetic hands, and the mistakes that MANO invites do not."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from handx_core.hand_models.mano import ManoFiles, ManoHand
from handx_core.skeleton import HANDS, LEFT
from handx_core.synthetic.files import about_vertical
from handx_core.synthetic.hands import JOINT_LIMITS, MIRROR, draw_hand_shape, hand_joints, hand_shape
from handx_core.synthetic.mano_standin import (
    ManoPose,
    curled,
    fitted_components,
    fitted_shape,
    mano_pose,
    standin_model,
    write_standin,
)
from handx_core.synthetic.takes import SyntheticSettings, TakeName, TrueTake, make_take, subject_postures

LARGEST_ERROR_M = 5e-5
SETTINGS = SyntheticSettings(seconds_per_take=2.0)
Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ManoFiles:
    folder = tmp_path_factory.mktemp("standin")
    write_standin(folder)
    return ManoFiles(folder, folder / "converted")


@cache
def take_of(source: str) -> TrueTake:
    return make_take(TakeName(source, 1, 0), SETTINGS)


def posed(source: str, hand: int, **options: Any) -> ManoPose:
    return mano_pose(take_of(source), hand, subject_postures(source, 1, SETTINGS).shape, **options)


def joints(hand: ManoHand, said: ManoPose, **changes: Floats) -> Floats:
    said = replace(said, **changes)
    return hand.joints(said.pose, said.betas, said.rotation, said.translation, pose_is="absolute")


def error(ours: Floats, truth: Floats) -> float:
    return float(np.linalg.norm(ours - truth, axis=-1).max())


@pytest.mark.parametrize("source", ["arctic", "gigahands", "h2o"])
@pytest.mark.parametrize("hand", [0, 1])
@pytest.mark.parametrize("mirrored_shapes", [False, True])
def test_a_take_comes_back(files: ManoFiles, source: str, hand: int, mirrored_shapes: bool) -> None:
    said = posed(source, hand, mirrored_shapes=mirrored_shapes)
    model = files.hand(HANDS[hand], mirrored_shapes=mirrored_shapes)
    truth = take_of(source).joints[:, hand]
    assert error(joints(model, said), truth) < LARGEST_ERROR_M
    less_mean = model.joints(
        said.pose - said.mean_pose, said.betas, said.rotation, said.translation, pose_is="relative_to_mean"
    )
    assert error(less_mean, truth) < LARGEST_ERROR_M
    about_origin = model.translation_of_turn_about_origin(said.betas, said.rotation, said.translation_about_origin)
    np.testing.assert_allclose(about_origin, said.translation, atol=1e-12)


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=25)
def test_any_hand_of_any_angles_comes_back(files: ManoFiles, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = draw_hand_shape(rng, "cmc")
    angles = rng.uniform(JOINT_LIMITS[..., 0], JOINT_LIMITS[..., 1], (5, 2, 5, 4))
    local = np.stack([hand_joints(shape, angles[:, hand]) for hand in range(2)], axis=1)
    turns = Rotation.random(10, rng=rng).as_matrix().reshape(5, 2, 3, 3)
    turns[:, 1] = turns[:, 1] * MIRROR  # the right wrist's frame is left-handed
    placed = np.einsum("thij,thkj->thki", turns, local) + rng.normal(size=(5, 2, 1, 3))
    take = replace(take_of("h2o"), joints=placed, angles=angles, wrists=turns)
    world = about_vertical(rng.uniform(-3.0, 3.0))
    for hand, side in enumerate(HANDS):
        said = mano_pose(take, hand, shape, world=world)
        assert error(joints(files.hand(side), said), placed[:, hand] @ world.T) < LARGEST_ERROR_M


@pytest.mark.parametrize("hand", [0, 1])
def test_the_mistakes_that_mano_invites_are_seen(files: ManoFiles, hand: int) -> None:
    said, truth = posed("arctic", hand), take_of("arctic").joints[:, hand]
    model = files.hand(HANDS[hand])
    other = files.hand(HANDS[1 - hand])
    flat = model.joints(said.pose - said.mean_pose, said.betas, said.rotation, said.translation, pose_is="absolute")
    mistakes = {
        "mean pose left out": flat,
        "hands swapped": joints(other, said),
        "no betas": joints(model, said, betas=np.zeros(10)),
        "rest wrist forgotten": joints(model, said, rest_wrist=np.zeros(3)),
        "other tips": joints(model, said)[:, [*range(16), 17, 16, 18, 20, 19]],
    }
    if hand == LEFT:
        mistakes["shapes mended where they were not"] = joints(files.hand("left", mirrored_shapes=True), said)
    for name, ours in mistakes.items():
        assert error(ours, truth) > 2e-3, name


def test_of_a_hand_that_is_umetracks_only_the_thumb_differs(files: ManoFiles) -> None:
    said, truth = posed("hot3d", 0, mirrored_shapes=True), take_of("hot3d").joints[:, 0]
    ours = joints(files.hand("left", mirrored_shapes=True), said)
    thumb = [13, 14, 15, 16]
    assert error(np.delete(ours, thumb, axis=1), np.delete(truth, thumb, axis=1)) < LARGEST_ERROR_M
    assert 1e-3 < error(ours[:, thumb], truth[:, thumb]) < 0.02


def test_keys_shapes_and_types_are_those_of_the_released_file() -> None:
    expected = {"v_template": (778, 3), "shapedirs": (778, 3, 10), "posedirs": (778, 3, 135), "weights": (778, 16),
                "J_regressor": (16, 778), "kintree_table": (2, 16), "J": (16, 3), "f": (1538, 3), "hands_mean": (45,),
                "hands_components": (45, 45), "hands_coeffs": (1554, 45)}  # fmt: skip
    for hand in range(2):
        model = standin_model(hand)
        assert {key: value.shape for key, value in model.items() if not isinstance(value, str)} == expected
        assert model["f"].dtype == np.uint32
        np.testing.assert_allclose(model["weights"].sum(axis=1), 1.0)
        np.testing.assert_allclose(model["J_regressor"] @ model["v_template"], model["J"], atol=1e-12)
        np.testing.assert_allclose(model["hands_components"] @ model["hands_components"].T, np.eye(45), atol=1e-12)
        assert np.abs(model["hands_mean"]).max() > 0.2
        assert (np.abs(model["posedirs"]).max(axis=(1, 2)) > 0).all()


@pytest.mark.parametrize("hand", [0, 1])
def test_the_first_components_hold_most_of_what_a_hand_does(files: ManoFiles, hand: int) -> None:
    said, truth = posed("arctic", hand), take_of("arctic").joints[:, hand]
    model = files.hand(HANDS[hand])
    away = (said.pose - said.mean_pose) @ model.components.T
    errors = {}
    for n in (6, 15, 45):
        pose = model.pose_of_components(away[:, :n])
        moved = model.joints(pose, said.betas, said.rotation, said.translation, pose_is="relative_to_mean")
        errors[n] = error(moved, truth)
    assert errors[45] < LARGEST_ERROR_M
    assert errors[15] < 0.008 < 0.016 < errors[6]


@pytest.mark.parametrize("source", ["arctic", "hot3d"])
def test_fitted_components_are_the_nearest_of_all(files: ManoFiles, source: str) -> None:
    """In the numbers of the pose; and for either hand, of MANO's kind or UmeTrack's, joints are near the truth."""
    shape, take = subject_postures(source, 1, SETTINGS).shape, take_of(source)
    betas, rest_wrists = fitted_shape(shape)
    found, said = [], [posed(source, hand, mirrored_shapes=True) for hand in range(2)]
    for hand, side in enumerate(HANDS):
        model, fitted = files.hand(side, mirrored_shapes=True), fitted_components(shape, take.angles[:, hand])
        np.testing.assert_array_equal(betas, said[hand].betas)
        np.testing.assert_allclose(rest_wrists[hand], model.rest_wrist(betas), atol=1e-12)
        pose = model.pose_of_components(fitted)
        placed = model.joints(pose, betas, said[hand].rotation, said[hand].translation, pose_is="relative_to_mean")
        found.append(np.linalg.norm(placed - take.joints[:, hand], axis=-1))
        if source == "arctic":  # whose thumb is MANO's own: nothing but the number of components is in the way
            missed = said[hand].pose - said[hand].mean_pose - pose
            np.testing.assert_allclose(missed @ model.components[:15].T, 0.0, atol=1e-9)
    assert np.mean(found) < 1.6e-3


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=25)
def test_fifteen_components_say_any_curl_exactly(files: ManoFiles, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = hand_shape(rng.normal(size=5), "cmc")
    angles = curled(rng.uniform(-0.5, 1.5, (4, 5)))
    betas, rest_wrists = fitted_shape(shape)
    for hand, side in enumerate(HANDS):
        model = files.hand(side, mirrored_shapes=True)
        pose = model.pose_of_components(fitted_components(shape, angles))
        ours = model.joints(pose, betas, np.zeros(3), -rest_wrists[hand], pose_is="relative_to_mean")
        assert error(ours, hand_joints(shape, angles) * (1.0 if hand == LEFT else MIRROR)) < LARGEST_ERROR_M


def test_the_files_are_the_same_each_time(tmp_path: Path, files: ManoFiles) -> None:
    write_standin(tmp_path)
    for path in sorted(files.folder.glob("*.pkl")):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
