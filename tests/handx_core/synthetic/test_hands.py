"""The parametric hand against UmeTrack's published formula, anatomy, and what must never change in a hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from handx_core.skeleton import BONES, JOINT_NAMES, bone_lengths
from handx_core.synthetic.hands import (
    JOINT_LIMITS,
    N_COEFFICIENTS,
    HandShape,
    draw_hand_shape,
    hand_joints,
    hand_shape,
    place_hand,
)
from handx_core.synthetic.umetrack_profile import umetrack_profile

SHAPES = [draw_hand_shape(np.random.default_rng(seed)) for seed in range(8)]
JOINT = {name: number for number, name in enumerate(JOINT_NAMES)}

# (lowest, highest) millimetres over adults, wide enough for small and large hands.
ADULT_MM = {"wrist-index_mcp": (75, 120), "index_mcp-index_pip": (30, 52), "index_pip-index_dip": (18, 34),
            "middle_mcp-middle_pip": (33, 56), "pinky_mcp-pinky_pip": (24, 42), "thumb_cmc-thumb_mcp": (29, 52),
            "thumb_mcp-thumb_ip": (23, 42), "wrist-thumb_cmc": (35, 65)}  # fmt: skip


def random_angles(seed: int, n: int) -> NDArray[np.float64]:
    low, high = JOINT_LIMITS[..., 0], JOINT_LIMITS[..., 1]
    return np.random.default_rng(seed).uniform(low, high, (n, 5, 4))


def umetrack_joints(shape: HandShape, angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """The project's 21 joints by UmeTrack's formula: rotations about rest pivots, one 4 x 4 matrix after the other."""
    profile = {name: np.array(value) for name, value in umetrack_profile(shape).items()}
    bones = [np.eye(4), np.eye(4)]
    cmc = np.zeros(3)
    for digit in range(5):
        frame = np.eye(4)
        for k in range(4):
            i = 4 * digit + k
            axis, pivot = profile["joint_rotation_axes"][i], profile["joint_rest_positions"][i] * 1e-3
            cross = np.cross(np.eye(3), axis)
            angle = angles[digit, k]
            turn = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
            step = np.eye(4)
            step[:3, :3], step[:3, 3] = turn, pivot - turn @ pivot
            frame = frame @ step
            if i == 0:
                cmc = frame[:3, :3] @ (profile["joint_rest_positions"][1] * 1e-3) + frame[:3, 3]
            if k:
                bones.append(frame)
    landmarks = np.zeros((21, 3))
    for row, rest in enumerate(profile["landmark_rest_positions"] * 1e-3):
        for bone, weight in zip(
            profile["landmark_rest_bone_indices"][row], profile["landmark_rest_bone_weights"][row], strict=True
        ):
            landmarks[row] += weight * (bones[bone] @ [*rest, 1.0])[:3]
    joints = landmarks[[5, 8, 9, 10, 11, 12, 13, 17, 18, 19, 14, 15, 16, 0, 6, 7, 0, 1, 2, 3, 4]]
    joints[13] = cmc
    return joints


@pytest.mark.parametrize("seed", range(4))
def test_umetrack_formula_gives_the_same_joints(seed: int) -> None:
    angles = random_angles(seed, 20)
    ours = hand_joints(SHAPES[seed], angles)
    theirs = np.stack([umetrack_joints(SHAPES[seed], frame) for frame in angles])
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_profile_has_the_shapes_of_the_official_file() -> None:
    profile = umetrack_profile(SHAPES[0])
    shapes = {"joint_rotation_axes": (22, 3), "joint_rest_positions": (22, 3), "joint_limits": (22, 2),
              "joint_frame_index": (22,), "joint_parent": (22,), "joint_first_child": (22,),
              "joint_next_sibling": (22,), "landmark_rest_positions": (21, 3),
              "landmark_rest_bone_indices": (21, 3), "landmark_rest_bone_weights": (21, 3),
              "hand_scale": ()}  # fmt: skip
    assert {name: np.shape(value) for name, value in profile.items()} == shapes
    pivots = np.asarray(profile["joint_rest_positions"])
    np.testing.assert_allclose(np.linalg.norm(profile["joint_rotation_axes"], axis=1), 1.0, atol=1e-12)
    assert len(np.unique(pivots[:4].round(6), axis=0)) == 4, "the thumb turns about four points"
    np.testing.assert_array_equal(pivots[4::4][:4], pivots[5::4][:4])


@given(st.integers(0, 7), st.integers(0, 2**32 - 1))
def test_bones_keep_their_lengths(shape: int, seed: int) -> None:
    lengths = bone_lengths(hand_joints(SHAPES[shape], random_angles(seed, 5)))
    np.testing.assert_allclose(lengths, lengths[:1].repeat(5, axis=0), atol=1e-12)


def test_bones_are_an_adults_and_differ_by_subject() -> None:
    lengths = {}
    for number, shape in enumerate(SHAPES):
        values = bone_lengths(hand_joints(shape, np.zeros((1, 5, 4))))[0] * 1e3
        lengths[number] = dict(zip((f"{JOINT_NAMES[a]}-{JOINT_NAMES[b]}" for a, b in BONES), values, strict=True))
    for bone, (low, high) in ADULT_MM.items():
        drawn = [lengths[number][bone] for number in lengths]
        assert low < min(drawn)
        assert max(drawn) < high
        assert np.std(drawn) > 0.5


@given(st.integers(0, 7), st.integers(0, 2**32 - 1), st.floats(0.2, 1.2))
def test_bent_fingers_of_a_left_hand_have_its_chirality(shape: int, seed: int, bend: float) -> None:
    angles = random_angles(seed, 1)
    angles[:, 2] = [[0.0, bend, bend, 0.5 * bend]]
    turn = Rotation.random(rng=np.random.default_rng(seed))
    joints = place_hand(hand_joints(SHAPES[shape], angles), Rotation.concatenate([turn]), np.ones((1, 3)))[0]
    to = joints - joints[0]
    normal = np.cross(to[JOINT["index_mcp"]], to[JOINT["pinky_mcp"]])
    assert normal @ (joints[JOINT["middle_tip"]] - joints[JOINT["middle_mcp"]]) < 0.0


@pytest.mark.parametrize("finger", ["index", "middle", "ring", "pinky"])
def test_flexion_brings_the_tip_to_the_palm_and_abduction_to_the_thumb(finger: str) -> None:
    digit = ["thumb", "index", "middle", "ring", "pinky"].index(finger)
    straight, bent, spread = np.zeros((3, 1, 5, 4))
    bent[0, digit, 1], spread[0, digit, 0] = 0.5, 0.2
    tip = JOINT[f"{finger}_tip"]
    start = hand_joints(SHAPES[0], straight)[0, tip]
    assert hand_joints(SHAPES[0], bent)[0, tip, 1] < start[1] - 0.02, "y leaves the back of the hand"
    assert hand_joints(SHAPES[0], spread)[0, tip, 2] > start[2] + 0.01, "z is the thumb's side"


@given(
    st.lists(st.floats(-2, 2), min_size=N_COEFFICIENTS, max_size=N_COEFFICIENTS),
    st.lists(st.floats(-2, 2), min_size=N_COEFFICIENTS, max_size=N_COEFFICIENTS),
)
def test_rest_joints_are_linear_in_the_coefficients(first: list[float], second: list[float]) -> None:
    def rest(coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        return hand_joints(hand_shape(coefficients, "cmc"), np.zeros((1, 5, 4)))[0]

    a, b = np.array(first), np.array(second)
    np.testing.assert_allclose(rest(a) + rest(b), rest(a + b) + rest(np.zeros(N_COEFFICIENTS)), atol=1e-12)


def test_every_coefficient_changes_the_hand_in_a_way_of_its_own() -> None:
    rest = [hand_joints(hand_shape(row, "cmc"), np.zeros((1, 5, 4))) for row in np.eye(N_COEFFICIENTS)]
    changes = np.stack(rest) - hand_joints(hand_shape(np.zeros(N_COEFFICIENTS), "cmc"), np.zeros((1, 5, 4)))
    assert np.linalg.svd(changes.reshape(N_COEFFICIENTS, -1), compute_uv=False)[-1] > 1e-3


@pytest.mark.parametrize("seed", range(3))
def test_with_its_pivot_at_the_root_the_thumb_keeps_it_and_umetrack_can_say_so(seed: int) -> None:
    shape = draw_hand_shape(np.random.default_rng(seed), "cmc")
    angles = random_angles(seed, 20)
    joints = hand_joints(shape, angles)
    np.testing.assert_allclose(joints[:, JOINT["thumb_cmc"]], shape.thumb_root[None].repeat(20, 0), atol=1e-12)
    np.testing.assert_allclose(joints, np.stack([umetrack_joints(shape, frame) for frame in angles]), atol=1e-12)
    swinging = hand_joints(draw_hand_shape(np.random.default_rng(seed), "wrist"), angles)
    moved = np.linalg.norm((swinging - joints)[:, 13:], axis=-1)
    assert moved[:, 0].max() > 5e-3
    np.testing.assert_array_equal(swinging[:, :13], joints[:, :13])
