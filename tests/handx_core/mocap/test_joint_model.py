"""The hand of hinges against its own definition, walked bone by bone with scipy's rotations."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from handx_core.mocap.joint_model import (
    ANGLES,
    LINK_OF_SEGMENT,
    LINKS,
    LONG_FINGERS,
    N_ANGLES,
    TEMPLATE,
    TEMPLATE_HAND_LENGTH_M,
    TEMPLATE_ROTATIONS,
    Floats,
    HandPose,
    HandShape,
    joint_moves,
    joints_of,
    link_frames,
    markers_of,
)
from handx_core.skeleton import BONES, CHAINS, FINGERS, JOINT_NAMES, N_JOINTS, WRIST, bone_lengths

X, Z = np.eye(3)[[0, 2]]
FLEXION, ABDUCTION = -X, Z
HINGES: dict[str, tuple[str, Floats, str, float]] = {
    # link: its parent, its axis, its angle, its share of that
    "wrist_deviation": ("palm", ABDUCTION, "wrist_deviation", -1.0),
    "forearm": ("wrist_deviation", FLEXION, "wrist_flexion", -1.0),
    "ring_metacarpal": ("palm", FLEXION, "arch", 0.5),
    "pinky_metacarpal": ("palm", FLEXION, "arch", 1.0),
    "thumb_cmc_abduction": ("palm", ABDUCTION, "thumb_cmc_abduction", 1.0),
    "thumb_metacarpal": ("thumb_cmc_abduction", FLEXION, "thumb_cmc_flexion", 1.0),
    "thumb_mcp_abduction": ("thumb_metacarpal", ABDUCTION, "thumb_mcp_abduction", 1.0),
    "thumb_proximal": ("thumb_mcp_abduction", FLEXION, "thumb_mcp_flexion", 1.0),
    "thumb_distal": ("thumb_proximal", FLEXION, "thumb_ip_flexion", 1.0),
}
for _finger, _root in zip(LONG_FINGERS, ("palm", "palm", "ring_metacarpal", "pinky_metacarpal"), strict=True):
    HINGES[f"{_finger}_abduction"] = (_root, ABDUCTION, f"{_finger}_abduction", 1.0)
    HINGES[f"{_finger}_proximal"] = (f"{_finger}_abduction", FLEXION, f"{_finger}_mcp_flexion", 1.0)
    HINGES[f"{_finger}_middle"] = (f"{_finger}_proximal", FLEXION, f"{_finger}_pip_flexion", 1.0)
    HINGES[f"{_finger}_distal"] = (f"{_finger}_middle", FLEXION, f"{_finger}_dip_flexion", 1.0)

# Means and deviations of 66 hands in radiographs, mm: thumb metacarpal, then phalanges; the last with its soft tissue.
PUBLISHED_MM = {
    "thumb": ((46.22, 3.94), (31.57, 3.13), (21.67 + 3.67, 1.60)),
    "index": ((39.78, 4.94), (22.38, 2.51), (15.82 + 3.84, 2.26)),
    "middle": ((44.63, 3.81), (26.33, 3.00), (17.40 + 3.95, 1.85)),
    "ring": ((41.37, 3.87), (25.65, 3.29), (17.30 + 3.95, 2.22)),
    "pinky": ((32.74, 2.77), (18.11, 2.54), (15.96 + 3.73, 2.45)),
}


def random_hand(seed: int, n_frames: int = 3) -> tuple[HandShape, HandPose]:
    """A hand of no special shape, anywhere, bent anyhow."""
    rng = np.random.default_rng(seed)
    shape = HandShape(
        offsets=TEMPLATE.offsets + rng.normal(0.0, 0.004, TEMPLATE.offsets.shape),
        turns=rng.normal(0.0, 0.3, TEMPLATE.turns.shape),
        tips=TEMPLATE.tips + rng.normal(0.0, 0.003, TEMPLATE.tips.shape),
    )
    rotations = Rotation.random(n_frames, rng).as_matrix()
    return shape, HandPose(rotations, rng.normal(0.0, 1.0, (n_frames, 3)), rng.normal(0.3, 0.5, (n_frames, N_ANGLES)))


def walked(shape: HandShape, pose: HandPose, frame: int) -> dict[str, tuple[Rotation, Floats]]:
    """Every link's frame and origin at an instant, as the module's text defines them."""
    placed = {"palm": (Rotation.from_matrix(pose.rotations[frame]), pose.positions[frame])}
    for name, (parent, axis, angle, share) in HINGES.items():
        number = LINKS.index(name)
        rotation, origin = placed[parent]
        x, y, z = (Rotation.from_rotvec(turn * unit) for turn, unit in zip(shape.turns[number], np.eye(3), strict=True))
        hangs = rotation * Rotation.from_matrix(TEMPLATE_ROTATIONS[number]) * x * y * z
        revolves = Rotation.from_rotvec(share * pose.angles[frame, ANGLES.index(angle)] * axis)
        placed[name] = hangs * revolves, origin + rotation.apply(shape.offsets[number])
    return placed


def joints_walked(shape: HandShape, placed: dict[str, tuple[Rotation, Floats]]) -> Floats:
    joints = np.empty((N_JOINTS, 3))
    joints[WRIST] = placed["palm"][1]
    for number, finger in enumerate(FINGERS):
        bones = ("metacarpal", "proximal", "distal") if finger == "thumb" else ("proximal", "middle", "distal")
        for joint, bone in zip(CHAINS[finger], bones, strict=False):
            joints[joint] = placed[f"{finger}_{bone}"][1]
        rotation, origin = placed[f"{finger}_distal"]
        joints[CHAINS[finger][-1]] = origin + rotation.apply(shape.tips[number])
    return joints


def test_joints_are_where_the_definition_puts_them() -> None:
    assert set(HINGES) == set(LINKS) - {"palm"}
    for seed in range(4):
        shape, pose = random_hand(seed)
        expected = [joints_walked(shape, walked(shape, pose, frame)) for frame in range(len(pose.angles))]
        np.testing.assert_allclose(joints_of(shape, pose), expected, atol=1e-12)


def test_markers_ride_on_their_segments_and_slide_along_them() -> None:
    shape, pose = random_hand(7)
    rng = np.random.default_rng(8)
    segments = ["forearm", "palm", "index_metacarpal", "pinky_metacarpal", "thumb_metacarpal", "ring_distal"]
    links = np.array([LINK_OF_SEGMENT[segment] for segment in segments])
    places, slides = rng.normal(0.0, 0.02, (6, 3)), rng.normal(0.0, 0.002, 6)
    slide_angles = rng.integers(0, N_ANGLES, 6)
    markers = markers_of(shape, pose, links, places, slides, slide_angles)
    for frame in range(len(pose.angles)):
        placed = walked(shape, pose, frame)
        for marker, segment in enumerate(segments):
            rigid_to = "palm" if segment in ("palm", "index_metacarpal", "middle_metacarpal") else segment
            rotation, origin = placed[rigid_to]
            slide = slides[marker] * pose.angles[frame, slide_angles[marker]]
            place = origin + rotation.apply(places[marker] + [0.0, slide, 0.0])
            np.testing.assert_allclose(markers[frame, marker], place, atol=1e-12)


def flat(**angles: float) -> HandPose:
    values = np.zeros((1, N_ANGLES))
    for name, angle in angles.items():
        values[0, ANGLES.index(name)] = angle
    return HandPose(np.eye(3)[None], np.zeros((1, 3)), values)


def moved(joint: str, **angles: float) -> Floats:
    """(3,) how far a joint of the template moves from the flat hand: x to the pinky, z to the back."""
    number = JOINT_NAMES.index(joint)
    return (joints_of(TEMPLATE, flat(**angles)) - joints_of(TEMPLATE, flat()))[0, number]


@pytest.mark.parametrize("finger", LONG_FINGERS)
def test_fingers_bend_to_the_palm_and_spread_to_the_thumb(finger: str) -> None:
    for joint in ("mcp", "pip", "dip"):
        assert moved(f"{finger}_tip", **{f"{finger}_{joint}_flexion": 0.4})[2] < -0.005
    assert moved(f"{finger}_tip", **{f"{finger}_abduction": 0.2})[0] < -0.01


def test_the_thumb_bends_across_the_palm_and_the_arch_hollows_it() -> None:
    for joint in ("cmc", "mcp", "ip"):
        towards = moved("thumb_tip", **{f"thumb_{joint}_flexion": 0.3})
        assert towards[0] > 0.0, "to the pinky"
        assert towards[2] < 0.0, "away from the back"
    arch = {finger: moved(f"{finger}_mcp", arch=0.3)[2] for finger in LONG_FINGERS}
    assert arch["pinky"] < arch["ring"] < -0.001
    assert arch["index"] == arch["middle"] == 0.0


def test_the_wrist_bends_the_hand_and_not_the_forearm() -> None:
    """Seen from the palm, the forearm's far end comes to the side that the hand goes to."""
    elbow = np.array([0.0, -0.2, 0.0])

    def elbow_at(**angles: float) -> Floats:
        pose = flat(**angles)
        frames, origins = link_frames(
            pose.rotations, pose.positions, pose.angles, TEMPLATE.offsets, TEMPLATE.rotations()
        )
        forearm = LINKS.index("forearm")
        return origins[0, forearm] + frames[0, forearm] @ elbow

    assert elbow_at(wrist_flexion=0.5)[2] == pytest.approx(-0.2 * np.sin(0.5))
    assert elbow_at(wrist_deviation=0.5)[0] == pytest.approx(-0.2 * np.sin(0.5))


def test_lengths_of_the_template_are_those_of_people() -> None:
    lengths_mm = dict(zip(BONES, bone_lengths(joints_of(TEMPLATE, flat()))[0] * 1e3, strict=True))
    for finger, published in PUBLISHED_MM.items():
        chain = CHAINS[finger]
        for bone, (mean, sd) in zip(pairwise(chain), published, strict=True):
            assert abs(lengths_mm[bone] - mean) < sd, (finger, bone)
    whole = sum(lengths_mm[bone] for bone in pairwise((WRIST, *CHAINS["middle"])))
    assert whole == pytest.approx(TEMPLATE_HAND_LENGTH_M * 1e3)


def test_lengths_of_bones_are_the_shape_s_alone() -> None:
    """The palm's arch moves the knuckles of ring and pinky, and axes that do not meet the thumb's joints: no other."""
    shape, pose = random_hand(3, n_frames=20)
    shape.offsets[[LINKS.index(f"{finger}_proximal") for finger in LONG_FINGERS]] = 0.0  # axes of a knuckle meet
    lengths = bone_lengths(joints_of(shape, pose))
    thumb = CHAINS["thumb"]
    bending = [(WRIST, CHAINS["ring"][0]), (WRIST, CHAINS["pinky"][0]), (WRIST, thumb[0]), (thumb[0], thumb[1])]
    rigid = np.delete(lengths, [BONES.index(bone) for bone in bending], axis=1)
    np.testing.assert_allclose(rigid, np.broadcast_to(rigid[0], rigid.shape), rtol=0.0, atol=1e-14)


def test_joints_move_as_their_derivatives_say() -> None:
    shape, pose = random_hand(5, n_frames=4)
    steps = np.random.default_rng(6).normal(0.0, 1.0, (3, 4, 6 + N_ANGLES))
    moves = joint_moves(shape, pose, steps)
    for number, step in enumerate(steps):
        ends = []
        for size in (1e-5, -1e-5):
            turned = (Rotation.from_rotvec(size * step[:, :3]) * Rotation.from_matrix(pose.rotations)).as_matrix()
            ends.append(
                joints_of(
                    shape, HandPose(turned, pose.positions + size * step[:, 3:6], pose.angles + size * step[:, 6:])
                )
            )
        np.testing.assert_allclose(moves[number], (ends[0] - ends[1]) / 2e-5, atol=1e-8)
