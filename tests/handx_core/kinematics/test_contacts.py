"""Contact distances against the same definitions written plainly, and their symmetries."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from handx_core.kinematics.contacts import contact_distances
from handx_core.kinematics.palm import palm_points
from handx_core.kinematics.palm_distances import selection_network
from handx_core.skeleton import JOINT_NAMES, mirror

TIPS = [JOINT_NAMES.index(f"{finger}_tip") for finger in ("thumb", "index", "middle", "ring", "pinky")]


def mean_of_smallest(distances, count):
    return sum(sorted(distances)[:count]) / count


def plain_distances(frame):
    """The definitions for one frame (2, 21, 3), with Python's own functions."""
    palms = palm_points(frame).tolist()
    tips = frame[:, TIPS].tolist()
    ways = [mean_of_smallest([min(math.dist(p, q) for q in palms[1 - h]) for p in palms[h]], 30) for h in (0, 1)]
    return {
        "thumb_tips": [[math.dist(tips[h][0], tips[h][f]) for f in range(1, 5)] for h in (0, 1)],
        "tips_across": [[math.dist(a, b) for b in tips[1]] for a in tips[0]],
        "tip_palm": [
            [mean_of_smallest([math.dist(tip, p) for p in palms[1 - h]], 5) for tip in tips[h]] for h in (0, 1)
        ],
        "palm_palm": sum(ways) / 2,
    }


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), frame=st.integers(0, 89))
def test_distances_are_those_of_the_definitions(motion, seed, frame):
    joints = motion(seed)
    found = contact_distances(joints)
    for name, expected in plain_distances(joints[frame]).items():
        np.testing.assert_allclose(getattr(found, name)[frame], expected, rtol=1e-12, atol=1e-12, err_msg=name)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_mirrored_hands_have_mirrored_distances_exactly(motion, seed):
    joints = motion(seed)[::10]
    there, back = contact_distances(joints), contact_distances(mirror(joints))
    assert np.array_equal(back.thumb_tips, there.thumb_tips[:, ::-1])
    assert np.array_equal(back.tips_across, there.tips_across.swapaxes(1, 2))
    assert np.array_equal(back.tip_palm, there.tip_palm[:, ::-1])
    assert np.array_equal(back.palm_palm, there.palm_palm)


def test_any_leading_axes_and_any_batch_give_the_same_bytes(motion):
    joints = np.stack([motion(1), motion(2)]).astype(np.float32)
    together = contact_distances(joints)
    assert together.thumb_tips.shape == (2, 90, 2, 4)
    assert together.tips_across.shape == (2, 90, 5, 5)
    assert together.tip_palm.shape == (2, 90, 2, 5)
    assert together.palm_palm.shape == (2, 90)
    alone = contact_distances(joints[1, 30])
    for name in ("thumb_tips", "tips_across", "tip_palm", "palm_palm"):
        assert np.array_equal(getattr(alone, name), getattr(together, name)[1, 30]), name


def test_palms_laid_on_each_other_are_at_their_offset(hands, still):
    flexion, azimuth, wrists = still(1)
    wrists[:] = 0.0
    joints = hands(flexion, azimuth, wrists)[0]
    joints[..., 2] = 0.0  # both palms flat,
    joints[0, :, 0] *= -1  # the left hand's joints exactly on the right hand's...
    joints[0, :, 2] += 0.03  # ...and then 30 mm above
    assert np.isclose(contact_distances(joints).palm_palm, 0.03)


@given(n=st.integers(2, 100), share=st.floats(0.01, 1.0), seed=st.integers(0, 10_000))
def test_exchanges_bring_the_smallest_to_the_front(n, share, seed):
    n_smallest = max(1, round(share * n))
    numbers = np.random.default_rng(seed).integers(0, 30, n).tolist()
    expected = sorted(numbers)[:n_smallest]
    for i, j in selection_network(n, n_smallest):
        numbers[i], numbers[j] = min(numbers[i], numbers[j]), max(numbers[i], numbers[j])
    assert numbers[:n_smallest] == expected


def test_palms_are_measured_only_when_asked_for(motion):
    found = contact_distances(motion(1))
    assert "palm_palm" not in vars(found)
    assert found.palm_palm is found.palm_palm
