"""Intensity against plain loops over the definition, and on motions whose figure is known."""

import math
from itertools import pairwise

import numpy as np
import pytest

from handx_core.curation.intensity import angular_velocity_deg_s, joint_speed_m_s, joint_spread_m
from handx_core.skeleton import CHAINS


def random_clips(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=0.1, size=(2, 9, 2, 21, 3))


def angle_deg(before, joint, after) -> float:
    into, out = joint - before, after - joint
    return math.degrees(math.acos(into @ out / math.sqrt((into @ into) * (out @ out))))


def test_angular_velocity_by_plain_loops():
    clips = random_clips(1)
    expected = np.zeros((2, 2))
    for clip in range(2):
        for hand in range(2):
            figures = []
            for chain in CHAINS.values():
                joints = (0, *chain)
                weighted = 0.0
                for weight, middle in ((9, 1), (3, 2), (1, 3)):
                    triple = [joints[middle - 1], joints[middle], joints[middle + 1]]
                    angles = [angle_deg(*frame[hand, triple]) for frame in clips[clip]]
                    changes = [abs(b - a) * 30.0 for a, b in pairwise(angles)]
                    weighted += weight * sum(changes) / len(changes)
                figures.append(weighted / 13.0)
            expected[clip, hand] = sum(figures) / 5.0
    np.testing.assert_allclose(angular_velocity_deg_s(clips), expected, rtol=1e-9)


def test_speed_and_spread_by_plain_loops():
    clips = random_clips(2)
    for clip in range(2):
        speeds, spreads = [], []
        for hand in range(2):
            for joint in range(21):
                path = clips[clip][:, hand, joint]
                spreads.append(math.sqrt(sum(sum((x - sum(c) / 9) ** 2 for x in c) / 9 for c in path.T.tolist())))
                if joint:
                    speeds += [math.dist(a, b) * 30.0 for a, b in pairwise(path)]
        assert joint_speed_m_s(clips)[clip] == pytest.approx(sum(speeds) / len(speeds))
        assert joint_spread_m(clips)[clip] == pytest.approx(sum(spreads) / len(spreads))


def test_one_finger_that_bends_at_a_known_rate():
    joints = np.zeros((31, 2, 21, 3))
    for chain in CHAINS.values():
        joints[:, :, chain, 1] = [0.08, 0.12, 0.15, 0.17]
    bend = np.radians(np.arange(31.0))  # 1 degree a frame: 30 deg/s
    straight = np.array([0.04, 0.07, 0.09])
    for place, joint in enumerate(CHAINS["index"][1:]):
        joints[:, 1, joint, 1] = 0.08 + straight[place] * np.cos(bend)
        joints[:, 1, joint, 2] = -straight[place] * np.sin(bend)
    left, right = angular_velocity_deg_s(joints)
    assert left == pytest.approx(0.0, abs=1e-9)
    assert right == pytest.approx(30.0 * 9 / 13 / 5)


def test_a_straight_still_finger_does_not_turn_in_single_precision():
    rng = np.random.default_rng(4)
    joints = np.zeros((60, 2, 21, 3), np.float32)
    for chain in CHAINS.values():
        joints[..., chain, 1] = [0.08, 0.12, 0.15, 0.17]
    joints += rng.normal(scale=1e-7, size=joints.shape).astype(np.float32)
    assert angular_velocity_deg_s(joints).max() < 0.05
