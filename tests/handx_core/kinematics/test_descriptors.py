"""Descriptors against hands built from known angles, and against the definitions written plainly."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handx_core.errors import InvalidMotionError
from handx_core.kinematics.descriptors import FLEXION_JOINTS, SPACING_PAIRS, describe
from handx_core.skeleton import CHAINS, JOINT_NAMES, mirror


def test_flexion_joints_are_two_of_the_thumb_and_three_of_each_finger():
    assert FLEXION_JOINTS[:5] == ("thumb_mcp", "thumb_ip", "index_mcp", "index_pip", "index_dip")
    assert len(FLEXION_JOINTS) == 14
    assert FLEXION_JOINTS[-1] == "pinky_dip"


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_flexion_is_the_angle_that_the_hand_was_built_with(hands, still, seed):
    flexion, azimuth, wrists = still(3)
    flexion[:] = np.random.default_rng(seed).uniform(-0.6, 1.7, flexion.shape)
    flexion[..., 0] = np.clip(flexion[..., 0], -0.6, 1.0)
    found = describe(hands(flexion, azimuth, wrists)).flexion
    np.testing.assert_allclose(found, flexion, atol=1e-9)


def test_small_flexion_is_not_rounded_away_and_the_thumb_keeps_its_sign(hands, still):
    flexion, azimuth, wrists = still(1)
    flexion[:] = math.radians(-2.0)
    np.testing.assert_allclose(describe(hands(flexion, azimuth, wrists)).flexion, math.radians(-2.0), atol=1e-9)


def test_flexion_of_any_hand_is_that_of_the_definition(motion):
    rng = np.random.default_rng(0)
    joints = motion(8)[::12] + rng.normal(0.0, 0.004, (8, 2, 21, 3))
    found = describe(joints).flexion
    for t, h, finger in np.ndindex(len(joints), 2, 4):
        hand = joints[t, h] * ([-1, 1, 1] if h == 0 else [1, 1, 1])
        x = hand[4] - hand[0]
        x = x / np.linalg.norm(x)
        z = np.cross(x, hand[1] - hand[0])
        z = z / np.linalg.norm(z)
        chain = [0, *CHAINS[("index", "middle", "ring", "pinky")[finger]]]
        traces = [complex((hand[b] - hand[a]) @ x, -(hand[b] - hand[a]) @ z) for a, b in pairwise(chain)]
        for k in range(3):
            expected = np.angle(traces[k + 1] / traces[k])
            assert found[t, h, 2 + 3 * finger + k] == pytest.approx(expected, abs=1e-9)


def test_spacing_is_the_difference_of_azimuths(hands, still):
    flexion, azimuth, wrists = still(1)
    azimuth[:] = np.radians([20.0, 5.0, -5.0, 4.0])
    found = describe(hands(flexion, azimuth, wrists)).spacing[0]
    np.testing.assert_allclose(np.degrees(found), [[15.0, 10.0, -9.0]] * 2, atol=1e-9)
    assert SPACING_PAIRS[0] == ("index", "middle")


def test_spacing_does_not_turn_when_a_finger_merely_flexes_and_says_where_there_is_none(hands, still):
    flexion, azimuth, wrists = still(2)
    azimuth[:] = np.radians([20.0, 0.0, 0.0, 0.0])
    index_mcp = FLEXION_JOINTS.index("index_mcp")
    flexion[0, 1, index_mcp], flexion[1, 1, index_mcp] = np.radians([40.0, 75.0])
    spacing = describe(hands(flexion, azimuth, wrists)).spacing[:, 1]
    assert np.degrees(spacing[0, 0]) == pytest.approx(20.0)
    assert np.isnan(spacing[1, 0])
    assert np.isfinite(spacing[:, 1:]).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_mirrored_hands_have_swapped_angles_exactly(motion, seed):
    joints = motion(seed)[::7]
    there, back = describe(joints), describe(mirror(joints))
    assert np.array_equal(back.flexion, there.flexion[:, ::-1])
    assert np.array_equal(back.spacing, there.spacing[:, ::-1], equal_nan=True)
    assert np.array_equal(back.palm_offset, there.palm_offset * [1.0, -1.0, -1.0])


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), turn=st.floats(-3.1, 3.1), shift=st.floats(-2.0, 2.0))
def test_angles_do_not_depend_on_where_the_room_is(motion, seed, turn, shift):
    joints = motion(seed)[::7]
    c, s = math.cos(turn), math.sin(turn)
    turned = joints @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]) + shift
    here, there = describe(joints), describe(turned)
    np.testing.assert_allclose(there.flexion, here.flexion, atol=1e-9)
    both = np.isfinite(here.spacing) & np.isfinite(there.spacing)
    np.testing.assert_allclose(there.spacing[both], here.spacing[both], atol=1e-9)
    np.testing.assert_allclose(there.contacts.palm_palm, here.contacts.palm_palm, atol=1e-9)


def test_leading_axes_do_not_change_a_byte(motion):
    joints = np.stack([[motion(1), motion(2)], [motion(3), motion(4)]])
    together, alone = describe(joints), describe(joints[1, 0])
    assert together.flexion.shape == (2, 2, 90, 2, 14)
    for name in ("flexion", "spacing", "palm_offset", "wrist"):
        assert np.array_equal(getattr(together, name)[1, 0], getattr(alone, name), equal_nan=True), name


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda hand: hand.fill(0.0), "mm from the middle knuckle"),
        (lambda hand: hand.fill(np.nan), "not finite"),
        (lambda hand: np.multiply(hand, 1e-3, out=hand), "mm from the middle knuckle"),
        (lambda hand: np.copyto(hand[JOINT_NAMES.index("ring_pip")], hand[JOINT_NAMES.index("ring_mcp")]), "bone"),
        (lambda hand: np.copyto(hand[1], 0.8 * hand[4] + 0.2 * hand[0]), "one line"),
    ],
)
def test_what_is_no_hand_is_named_by_motion_frame_and_hand(motion, spoil, what):
    joints = np.stack([motion(1), motion(2)])
    spoil(joints[1, 37, 0])
    with pytest.raises(InvalidMotionError, match=f"motion 1, frame 37, left hand: .*{what}"):
        describe(joints)
    with pytest.raises(InvalidMotionError, match=f"^frame 37, left hand: .*{what}"):
        describe(joints[1])


@pytest.mark.parametrize("shape", [(60, 2, 20, 3), (2, 21, 3), (0, 2, 21, 3), (60, 126)])
def test_a_wrong_shape_is_named(shape):
    with pytest.raises(InvalidMotionError, match="shape"):
        describe(np.ones(shape))


@pytest.mark.parametrize("fps", [0.0, -30.0, math.nan, math.inf])
def test_a_wrong_frame_rate_is_named(motion, fps):
    with pytest.raises(InvalidMotionError, match="frame rate"):
        describe(motion(1), fps)
