"""The palm's frame, points and centre, against their definitions and symmetries."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handx_core.kinematics.palm import palm_centres, palm_frames, palm_points
from handx_core.skeleton import JOINT_NAMES, mirror


def flat_hands(hands, still):
    return hands(*still(1))[0]


def test_axes_of_flat_hands_point_to_fingers_thumb_and_back(hands, still):
    left, right = palm_frames(flat_hands(hands, still))
    np.testing.assert_allclose(right, [[0, 1, 0], [-1, 0, 0], [0, 0, 1]], atol=1e-12)
    np.testing.assert_allclose(left, [[0, 1, 0], [1, 0, 0], [0, 0, 1]], atol=1e-12)


@given(seed=st.integers(0, 10_000))
def test_frames_are_orthonormal_and_mirror_exactly(motion, seed):
    joints = motion(seed)[::9]
    frames = palm_frames(joints)
    np.testing.assert_allclose(frames @ frames.swapaxes(-1, -2), np.broadcast_to(np.eye(3), frames.shape), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(frames), np.broadcast_to([-1.0, 1.0], frames.shape[:2]))
    assert np.array_equal(palm_frames(mirror(joints)), frames[:, ::-1] * [-1.0, 1.0, 1.0])


def test_a_line_has_no_palm():
    assert np.isnan(palm_frames(np.linspace(0.0, 1.0, 21)[:, None] * np.ones((2, 1, 3)))[..., 1:, :]).all()


def test_palm_points_lie_in_their_triangles_and_fill_them(hands, still):
    joints = flat_hands(hands, still)
    points = palm_points(joints)
    assert points.shape == (2, 100, 3)
    bases = [JOINT_NAMES.index(name) for name in ("thumb_cmc", "index_mcp", "middle_mcp", "ring_mcp", "pinky_mcp")]
    for triangle, (near, far) in enumerate(pairwise(bases)):
        corners = joints[1, [0, near, far]]
        weights, *_ = np.linalg.lstsq(
            np.vstack([corners.T, np.ones(3)]),
            np.vstack([points[1, 25 * triangle : 25 * triangle + 25].T, np.ones(25)]),
            rcond=None,
        )
        assert weights.min() > 0.0
        # Spread evenly: their mean is near the centroid, as 25 random draws' would seldom be on every triangle.
        np.testing.assert_allclose(weights.mean(axis=1), 1 / 3, atol=0.03)


def test_palm_points_are_the_same_alone_and_in_a_batch(motion):
    joints = motion(3)
    together = palm_points(joints)
    assert all(np.array_equal(palm_points(joints[t]), together[t]) for t in (0, 17, 60))


def test_palm_centre_is_the_mean_of_wrist_index_and_pinky_base(motion):
    joints = motion(5)
    expected = sum(joints[..., JOINT_NAMES.index(name), :] for name in ("wrist", "index_mcp", "pinky_mcp")) / 3
    assert palm_centres(joints) == pytest.approx(expected)
