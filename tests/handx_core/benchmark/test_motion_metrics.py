"""Joint error and smoothness: against plain loops and motions whose error is known."""

import numpy as np
import pytest

from handx_core.benchmark.motion import acceleration, joint_error_mm, wrist_relative_error_mm


@pytest.fixture
def joints() -> np.ndarray:
    return np.random.default_rng(0).normal(scale=0.1, size=(3, 20, 2, 21, 3))


def test_joint_error_against_a_plain_loop(joints):
    other = joints + np.random.default_rng(1).normal(scale=0.01, size=joints.shape)
    for clip in range(3):
        loop = [
            np.linalg.norm(joints[clip, t, h, j] - other[clip, t, h, j])
            for t in range(20) for h in range(2) for j in range(21)
        ]  # fmt: skip
        assert joint_error_mm(other, joints)[clip] == pytest.approx(1000 * np.mean(loop))


def test_a_drift_of_a_metre_is_an_error_of_a_metre(joints):
    drifted = joints + np.array([1.0, 0.0, 0.0])
    assert joint_error_mm(drifted, joints) == pytest.approx(1000.0)
    assert wrist_relative_error_mm(drifted, joints) == pytest.approx(0.0, abs=1e-9)


def test_wrist_relative_takes_each_hand_from_its_own_wrist_in_each_frame(joints):
    moved = joints.copy()
    moved[:, :, 0] += np.random.default_rng(2).normal(size=(3, 20, 1, 3))  # the left hand wanders as a whole
    assert wrist_relative_error_mm(moved, joints) == pytest.approx(0.0, abs=1e-9)
    moved[:, :, 1, 1:] += [0.0, 0.004, 0.003]  # and the right fingers are 5 mm off
    assert wrist_relative_error_mm(moved, joints) == pytest.approx(2.5)


def test_acceleration_of_a_fall_is_that_of_gravity():
    seconds = np.arange(60) / 30.0
    fall = np.zeros((60, 2, 21, 3))
    fall[..., 2] = -0.5 * 9.81 * seconds[:, None, None] ** 2 + 3.0 * seconds[:, None, None]
    assert acceleration(fall) == pytest.approx(9.81)


def test_acceleration_of_uniform_motion_is_nothing(joints):
    uniform = joints[:, :1] + np.arange(20)[:, None, None, None] * np.array([0.01, 0.0, 0.02])
    assert acceleration(uniform) == pytest.approx(0.0, abs=1e-9)
