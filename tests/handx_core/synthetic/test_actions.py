"""Scripted actions: what must touch touches, what must bend bends, by distances and angles measured from joints."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from handx_core.skeleton import BONES, CHAINS, FINGERS, TIPS
from handx_core.synthetic.descriptions import ONE_HAND_PHRASES, TWO_HAND_PHRASES
from handx_core.synthetic.hands import JOINT_LIMITS, MIRROR, draw_hand_shape, hand_joints, place_hand
from handx_core.synthetic.movement import KeyPose, play, total_seconds
from handx_core.synthetic.one_hand import ONE_HAND_ACTIONS, Performer, draw_home
from handx_core.synthetic.poses import Postures, turn_rotation
from handx_core.synthetic.two_hands import TWO_HAND_ACTIONS, Pair, draw_place

Joints = NDArray[np.float64]
POSTURES = [Postures(draw_hand_shape(np.random.default_rng(100 + seed))) for seed in range(4)]
SEEDS = range(4)
MAX_SPEED_M_S = 4.0
MAX_ACCELERATION_M_S2 = 90.0


def performer(seed: int) -> Performer:
    rng = np.random.default_rng(seed)
    return Performer(POSTURES[seed], draw_home(rng), rng, tempo=1.0, strength=1.0)


def left_joints(seed: int, keys: list[KeyPose]) -> Joints:
    """(T, 21, 3) at 30 fps from the first key pose on, as a left hand."""
    times = np.arange(0.0, total_seconds(keys), 1.0 / 30.0)
    poses = play(keys[0].pose, keys, times)
    local = hand_joints(POSTURES[seed].shape, poses[:, :20].reshape(-1, 5, 4))
    return place_hand(local, turn_rotation(poses[:, 23:]), poses[:, 20:23])


def one_hand(name: str, seed: int) -> Joints:
    return left_joints(seed, ONE_HAND_ACTIONS[name](performer(seed)))


def two_hands(name: str, seed: int) -> Joints:
    """(T, 2, 21, 3)."""
    who = performer(seed)
    keys = TWO_HAND_ACTIONS[name](Pair(who, draw_place(who.rng)))
    left = left_joints(seed, [KeyPose(key.left, key.seconds) for key in keys])
    return np.stack([left, left_joints(seed, [KeyPose(key.right, key.seconds) for key in keys]) * MIRROR], axis=1)


def palm_points(hand: Joints) -> Joints:
    """(21, 3) -> (N, 3): points spread over the triangles between wrist and neighbouring chains' first joints."""
    corners = [CHAINS[finger][0] for finger in FINGERS]
    weights = np.array([(a, b, 9 - a - b) for a in range(10) for b in range(10 - a)]) / 9.0
    return np.concatenate([weights @ hand[[0, first, second]] for first, second in pairwise(corners)])


def distances(points: Joints, others: Joints) -> Joints:
    return np.linalg.norm(points[:, None] - others[None], axis=-1)


def segment_points(hand: Joints) -> Joints:
    """(21, 3) -> points along all bones."""
    parents, children = np.array(BONES).T
    steps = np.linspace(0.0, 1.0, 5)[:, None, None]
    return (hand[parents] + steps * (hand[children] - hand[parents])).reshape(-1, 3)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("finger", FINGERS[1:])
def test_a_pinch_brings_two_tips_together_and_only_those(finger: str, seed: int) -> None:
    joints = one_hand(f"pinch_{finger}", seed)
    gaps = np.linalg.norm(joints[:, [CHAINS[name][-1] for name in FINGERS[1:]]] - joints[:, TIPS[:1]], axis=-1)
    closest = gaps.min(axis=0)
    own = FINGERS.index(finger) - 1
    assert 0.004 < closest[own] < 0.010
    assert np.delete(closest, own).min() > 0.011
    assert gaps[0, own] > 0.03


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["clap", "palm_rub"])
def test_palms_meet(name: str, seed: int) -> None:
    nearest = []
    for left, right in two_hands(name, seed):
        nearest.append(np.sort(distances(palm_points(left), palm_points(right)).min(axis=1))[:30].mean())
    assert min(nearest) < 0.035
    assert max(nearest) > 0.10


@pytest.mark.parametrize("seed", SEEDS)
def test_palms_face_each_other_in_a_clap(seed: int) -> None:
    left, right = two_hands("clap", seed)[-1]
    normals = []
    for hand, sign in ((left, 1.0), (right, -1.0)):
        normal = sign * np.cross(hand[CHAINS["pinky"][0]] - hand[0], hand[CHAINS["index"][0]] - hand[0])
        normals.append(normal / np.linalg.norm(normal))
    assert normals[0] @ normals[1] < -0.85
    assert normals[0][0] > 0.8, "out of the left palm, to the right"


@pytest.mark.parametrize("seed", SEEDS)
def test_an_approach_comes_near_but_never_touches(seed: int) -> None:
    nearest = min(distances(left, right).min() for left, right in two_hands("approach", seed))
    assert 0.04 < nearest < 0.12


@pytest.mark.parametrize("seed", SEEDS)
def test_fingertips_of_two_hands_touch(seed: int) -> None:
    joints = two_hands("fingertip_touch", seed)
    gaps = np.linalg.norm(joints[:, 0, TIPS] - joints[:, 1, TIPS], axis=-1).min(axis=0)
    assert (gaps < 0.010).sum() == 1
    assert gaps.min() > 0.003


@pytest.mark.parametrize("seed", SEEDS)
def test_all_fingertips_meet_in_a_steeple_with_the_palms_apart(seed: int) -> None:
    joints = two_hands("steeple", seed)
    gaps = np.linalg.norm(joints[:, 0, TIPS] - joints[:, 1, TIPS], axis=-1)
    together = int(gaps.max(axis=1).argmin())
    assert gaps[together].max() < 0.010
    left, right = joints[together]
    knuckles = [CHAINS[name][0] for name in FINGERS[1:]]
    assert distances(left[knuckles], right[knuckles]).min() > 0.06


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tip_touches_the_other_palm(seed: int) -> None:
    nearest = np.inf
    for hands in two_hands("tip_to_palm", seed):
        for hand, other in ((0, 1), (1, 0)):
            to_palm = np.sort(distances(hands[hand, TIPS], palm_points(hands[other])), axis=1)[:, :5].mean(axis=1)
            nearest = min(nearest, to_palm.min())
    assert nearest < 0.018


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", sorted(TWO_HAND_ACTIONS))
def test_hands_do_not_pass_through_each_other(name: str, seed: int) -> None:
    for left, right in two_hands(name, seed)[::2]:
        assert distances(segment_points(left), segment_points(right)).min() > 0.004


@pytest.mark.parametrize("seed", SEEDS)
def test_wrists_cross(seed: int) -> None:
    wrists = two_hands("crossing", seed)[:, :, 0, 0]
    assert wrists[0, 0] < wrists[0, 1]
    assert (wrists[:, 0] - wrists[:, 1]).max() > 0.03
    assert wrists[-1, 0] < wrists[-1, 1]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_load_is_carried_at_a_fixed_width(seed: int) -> None:
    wrists = two_hands("carry", seed)[:, :, 0]
    width = np.linalg.norm(wrists[:, 1] - wrists[:, 0], axis=-1)
    middle = wrists.mean(axis=1)
    held = np.abs(width - np.median(width)) < 1e-6
    assert held.mean() > 0.4
    assert np.ptp(middle[held], axis=0).max() > 0.04


def knuckle_angles(joints: Joints, finger: str) -> Joints:
    """(T, 3) signed bend, radians, at MCP, PIP and DIP in the plane of the finger and the back of the hand."""
    forward = joints[:, CHAINS["middle"][0]] - joints[:, 0]
    side = np.cross(joints[:, CHAINS["index"][0]] - joints[:, 0], joints[:, CHAINS["pinky"][0]] - joints[:, 0])
    chain = [0, *CHAINS[finger]]
    bones = np.diff(joints[:, chain], axis=1)
    ahead = forward / np.linalg.norm(forward, axis=-1, keepdims=True)
    back = side / np.linalg.norm(side, axis=-1, keepdims=True)
    elevation = np.arctan2((bones * back[:, None]).sum(-1), (bones * ahead[:, None]).sum(-1))
    return -np.diff(elevation, axis=1)


@pytest.mark.parametrize("seed", SEEDS)
def test_hyperextension_bends_a_joint_backwards(seed: int) -> None:
    bend = np.degrees(knuckle_angles(one_hand("hyperextension", seed), "middle"))
    assert -45.0 < bend.min() < -22.0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fist_brings_the_tips_to_the_palm(seed: int) -> None:
    joints = one_hand("fist", seed)
    palm = joints[:, [CHAINS[name][0] for name in FINGERS[1:]]].mean(axis=1)
    gaps = np.linalg.norm(joints[:, TIPS[1:]] - palm[:, None], axis=-1).max(axis=1)
    assert gaps.min() < 0.065
    assert gaps.max() > 0.085


@pytest.mark.parametrize("name", [*ONE_HAND_ACTIONS, *TWO_HAND_ACTIONS])
def test_every_action_is_smooth_within_limits_and_has_words(name: str) -> None:
    assert name in ONE_HAND_PHRASES or name in TWO_HAND_PHRASES
    for seed in SEEDS:
        who = performer(seed)
        if name in ONE_HAND_ACTIONS:
            lanes = [ONE_HAND_ACTIONS[name](who)]
            joints = one_hand(name, seed)[:, None]
        else:
            keys = TWO_HAND_ACTIONS[name](Pair(who, draw_place(who.rng)))
            lanes = [[KeyPose(key.left, 1.0) for key in keys], [KeyPose(key.right, 1.0) for key in keys]]
            joints = two_hands(name, seed)
        angles = np.stack([key.pose.angles for lane in lanes for key in lane])
        assert (angles >= JOINT_LIMITS[..., 0] - 1e-6).all()
        assert (angles <= JOINT_LIMITS[..., 1] + 1e-6).all()
        velocity = np.diff(joints, axis=0) * 30.0
        assert np.linalg.norm(velocity, axis=-1).max() < MAX_SPEED_M_S
        assert np.linalg.norm(np.diff(velocity, axis=0) * 30.0, axis=-1).max() < MAX_ACCELERATION_M_S2
