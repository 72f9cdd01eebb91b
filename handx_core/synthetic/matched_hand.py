"""A hand of the solver's own kind with a shape of its own, moved by the angles of the scripted actions.

What belongs here: its shape, and the scripted angles as those of the joint model. What does not: the joint model
(`mocap.joint_model`), or the hand that shares nothing with it (`foreign_hand`).

It shows what the solver can do where its model is right; how it does on hands that are not so shows the foreign hand.
"""

from typing import Final

import numpy as np

from handx_core.mocap.joint_model import (
    ANGLES,
    LINK_OF_SEGMENT,
    LINKS,
    LONG_FINGERS,
    TEMPLATE,
    HandPose,
    HandShape,
    joints_of,
    link_frames,
)
from handx_core.mocap.marker_set import SEGMENTS
from handx_core.skeleton import CHAINS, FINGERS, JOINT_NAMES, N_JOINTS, WRIST
from handx_core.synthetic.foreign_hand import SEGMENT_AXES, SegmentPoses
from handx_core.synthetic.hands import Floats

_SIZE_SD: Final = 0.055
_LENGTH_SD: Final = 0.045
_TURN_SD_RAD: Final = np.radians(3.0)
"""Of a hinge's tilt and twist."""

_ROOT_SD_M: Final = 0.002
"""How the root of the thumb and the joints of the palm's arch vary beyond the hand's size and proportions."""

_ROOTS: Final = ("thumb_cmc_abduction", "ring_metacarpal", "pinky_metacarpal")
_ARCH_PER_FLEXION: Final = 0.12
_THUMB_BY_SCRIPT: Final = {
    "thumb_cmc_abduction": np.array([0.55, 0.0, 0.0, 0.0]),
    "thumb_cmc_flexion": np.array([0.45, 0.8, 0.0, 0.0]),
    "thumb_mcp_abduction": np.array([0.15, 0.0, 0.0, 0.0]),
    "thumb_mcp_flexion": np.array([0.0, 0.0, 1.0, 0.0]),
    "thumb_ip_flexion": np.array([0.0, 0.0, 0.0, 1.0]),
}
"""Angles of the joint model's thumb by the script's opposition and flexion at CMC, MCP and IP. Opposition goes out of
the palm's plane and across it."""


def draw_matched_hand(rng: np.random.Generator, hand_length_m: float | None = None) -> HandShape:
    """A subject's hand. hand_length_m: from the wrist to the tip of the straight middle finger; drawn if None."""
    offsets = TEMPLATE.offsets * (1.0 + _LENGTH_SD * rng.standard_normal(TEMPLATE.offsets.shape))
    # Beyond its root a bone runs from joint to joint by definition, so that nothing lies beside it.
    roots = [LINKS.index(bone) for bone in _ROOTS]
    offsets[roots] += _ROOT_SD_M * rng.standard_normal((len(roots), 3))
    # The two axes of a knuckle meet.
    offsets[[LINKS.index(f"{finger}_proximal") for finger in LONG_FINGERS]] = 0.0
    turns = _TURN_SD_RAD * rng.standard_normal(TEMPLATE.turns.shape)
    tips = TEMPLATE.tips * (1.0 + _LENGTH_SD * rng.standard_normal(TEMPLATE.tips.shape))
    size = 1.0 + _SIZE_SD * rng.standard_normal()
    if hand_length_m is not None:
        size = hand_length_m / _length(HandShape(offsets, turns, tips))
    return HandShape(size * offsets, turns, size * tips)


def _length(shape: HandShape) -> float:
    middle = joints_of(shape, _at_wrist(np.zeros((1, len(ANGLES)))))[0, [WRIST, *CHAINS["middle"]]]
    return float(np.linalg.norm(np.diff(middle, axis=0), axis=1).sum())


def matched_segments(shape: HandShape, angles: Floats, wrist_angles: Floats) -> SegmentPoses:
    """Where joints and segments are, as of a left hand (`SegmentPoses`).

    angles: (T, 5, 4) as in `hands`; wrist_angles: (T, 2) flexion, deviation.
    """
    pose = _at_wrist(model_angles(angles, wrist_angles))
    frames, origins = link_frames(pose.rotations, pose.positions, pose.angles, shape.offsets, shape.rotations())
    links = [LINK_OF_SEGMENT[segment] for segment in SEGMENTS]
    return SegmentPoses(
        joints=joints_of(shape, pose) @ SEGMENT_AXES.T,
        flexions=_flexions(pose.angles),
        origins=origins[:, links] @ SEGMENT_AXES.T,
        frames=SEGMENT_AXES @ frames[:, links],
    )


def _flexions(angles: Floats) -> Floats:
    """(T, 21) of each joint; zero at the tips. angles: (T, 24)."""
    flexions = np.zeros((len(angles), N_JOINTS))
    for joint, name in enumerate(JOINT_NAMES):
        if not name.endswith("_tip"):
            flexions[:, joint] = angles[:, ANGLES.index(f"{name}_flexion")]
    return flexions


def _at_wrist(angles: Floats) -> HandPose:
    """The palm's frame is the room's."""
    return HandPose(np.tile(np.eye(3), (len(angles), 1, 1)), np.zeros((len(angles), 3)), angles)


def model_angles(angles: Floats, wrist_angles: Floats) -> Floats:
    """(T, 24) in the order of the joint model's ANGLES. angles: (T, 5, 4), wrist_angles: (T, 2), radians."""
    named = {"wrist_flexion": wrist_angles[:, 0], "wrist_deviation": wrist_angles[:, 1]}
    named["arch"] = _ARCH_PER_FLEXION * angles[:, 3:, 1].mean(axis=1)
    named |= {name: angles[:, 0] @ shares for name, shares in _THUMB_BY_SCRIPT.items()}
    for finger in LONG_FINGERS:
        by_joint = angles[:, FINGERS.index(finger)].T
        names = ("abduction", "mcp_flexion", "pip_flexion", "dip_flexion")
        named |= {f"{finger}_{name}": values for name, values in zip(names, by_joint, strict=True)}
    return np.stack([named[name] for name in ANGLES], axis=-1)
