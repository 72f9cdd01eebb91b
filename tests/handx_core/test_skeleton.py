"""The layout of the skeleton, against the order that DESIGN.md and the published reference state."""

import numpy as np

from handx_core import skeleton


def test_joint_order_is_the_published_one() -> None:
    fingers = ("index", "middle", "pinky", "ring")
    names = ["wrist", *(f"{finger}_{joint}" for finger in fingers for joint in ("mcp", "pip", "dip"))]
    names += ["thumb_cmc", "thumb_mcp", "thumb_ip"]
    names += [f"{finger}_tip" for finger in ("thumb", "index", "middle", "ring", "pinky")]
    assert list(skeleton.JOINT_NAMES) == names


def test_chains_end_in_their_tips() -> None:
    for finger, chain in skeleton.CHAINS.items():
        assert [skeleton.JOINT_NAMES[joint].split("_")[0] for joint in chain] == [finger] * 4
        assert skeleton.JOINT_NAMES[chain[-1]] == f"{finger}_tip"


def test_bones_form_a_tree_rooted_in_the_wrist() -> None:
    assert len(skeleton.BONES) == 20
    assert sorted(child for _, child in skeleton.BONES) == list(range(1, 21))
    for joint in range(1, 21):
        steps = 0
        while joint != skeleton.WRIST:
            joint = skeleton.PARENTS[joint]
            steps += 1
        assert 1 <= steps <= 4


def test_mirror_swaps_hands_and_is_its_own_inverse() -> None:
    joints = np.random.default_rng(0).normal(size=(5, 2, 21, 3))
    mirrored = skeleton.mirror(joints)
    np.testing.assert_array_equal(mirrored[:, 0, :, 0], -joints[:, 1, :, 0])
    np.testing.assert_array_equal(mirrored[:, 1, :, 1:], joints[:, 0, :, 1:])
    np.testing.assert_array_equal(skeleton.mirror(mirrored), joints)


def test_bone_lengths_of_a_straight_hand() -> None:
    joints = np.zeros((21, 3))
    for number, chain in enumerate(skeleton.CHAINS.values()):
        for place, joint in enumerate(chain):
            joints[joint] = [0.0, number + 1.0, 0.0] + np.array([1.0, 0.0, 0.0]) * (place + 1)
    lengths = skeleton.bone_lengths(joints)
    expected = [length for number in range(5) for length in (np.hypot(1.0, number + 1.0), 1.0, 1.0, 1.0)]
    np.testing.assert_allclose(lengths, expected)
