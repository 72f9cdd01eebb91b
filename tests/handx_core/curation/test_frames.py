"""World and clip frames: what turning and moving the person must and must not change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from handx_core.curation.frames import facing_rotation, to_clip_frame
from handx_core.errors import InvalidMotionError

ANGLES = st.floats(-np.pi, np.pi)


def motion(seed: int, offset=(0.4, 0.1, 0.05)) -> np.ndarray:
    joints = np.random.default_rng(seed).normal(scale=0.05, size=(30, 2, 21, 3))
    joints[:, 1] += offset
    return joints


@given(ANGLES, st.integers(0, 99))
def test_a_turned_person_gives_the_same_motion(angle, seed):
    joints = motion(seed)
    turned = Rotation.from_rotvec([0.0, 0.0, angle]).apply(joints.reshape(-1, 3)).reshape(joints.shape)
    expected = joints @ facing_rotation(joints).T
    np.testing.assert_allclose(turned @ facing_rotation(turned).T, expected, atol=1e-12)


@given(st.integers(0, 99))
def test_mean_wrist_direction_becomes_x_by_a_turn_about_z(seed):
    joints = motion(seed)
    rotation = facing_rotation(joints)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)
    np.testing.assert_allclose(rotation @ [0, 0, 1], [0, 0, 1])
    facing = joints @ rotation.T
    mean = (facing[:, 1, 0] - facing[:, 0, 0]).mean(axis=0)
    assert mean[0] > 0.0
    assert mean[1] == pytest.approx(0.0, abs=1e-12)


def test_crossed_hands_stay_crossed():
    joints = motion(1)
    joints[:8, 0], joints[:8, 1] = joints[:8, 1].copy(), joints[:8, 0].copy()
    facing = joints @ facing_rotation(joints).T
    across = facing[:, 1, 0, 0] - facing[:, 0, 0, 0]
    assert np.all(across[:8] < 0.0)
    assert np.all(across[8:] > 0.0)


def test_missing_wrists_do_not_count():
    joints = motion(2)
    expected = facing_rotation(joints[10:])
    joints[:10, 0] = np.nan
    np.testing.assert_allclose(facing_rotation(joints), expected)


@pytest.mark.parametrize("offset", [(0.0, 0.0, 0.3), None])
def test_a_take_without_a_direction_is_refused(offset):
    joints = np.zeros((5, 2, 21, 3))
    joints[:, 1] += np.nan if offset is None else offset
    with pytest.raises(InvalidMotionError, match="expected"):
        facing_rotation(joints)


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=3), st.integers(0, 99))
def test_clip_frame_forgets_the_place_alone(shift, seed):
    joints = motion(seed)
    clip = to_clip_frame(joints)
    assert np.all(clip[0, 1, 0] == 0.0)
    np.testing.assert_allclose(to_clip_frame(joints + shift), clip, atol=1e-12)
    np.testing.assert_allclose(clip - clip[:1], joints - joints[:1], atol=1e-12)
    np.testing.assert_allclose(clip[:, 0] - clip[:, 1], joints[:, 0] - joints[:, 1], atol=1e-12)
