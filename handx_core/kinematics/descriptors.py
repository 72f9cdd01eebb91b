"""Descriptors: what is measured of two hands in every frame.

What belongs here: angles of fingers and positions of wrists and palms. What does not: the palm's frame and points
(`palm`), distances that contacts are told by (`contacts`, though `describe` returns them with the rest), and anything
that looks at more than one frame (`events`).

The definitions are HandX's (CVPR 2026), with these faults mended: angles keep their sign and small values, so that
hyperextension is seen, the thumb's too; spread is measured in the plane of the palm, where a 3-D angle between
phalanges would turn by up to 70 degrees when one finger merely flexes; one formula serves both hands.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.compiled import compiled
from handx_core.kinematics.contacts import ContactDistances, contact_distances
from handx_core.kinematics.palm import fill_right_hand, palm_axes, palm_centres
from handx_core.kinematics.validity import check_motion
from handx_core.kinematics.vectors import Vector, cross, difference, dot, length
from handx_core.skeleton import BONES, CHAINS, FINGERS, JOINT_NAMES, RIGHT, WRIST

FLEXION_JOINTS: Final = tuple(
    JOINT_NAMES[joint]
    for finger in FINGERS
    for joint in (CHAINS["thumb"][1:3] if finger == "thumb" else CHAINS[finger][:3])
)
"""The 14 joints whose flexion is measured, finger by finger, proximal first: thumb MCP and IP, then MCP, PIP, DIP."""

SPACING_PAIRS: Final = (("index", "middle"), ("middle", "ring"), ("ring", "pinky"))
"""Neighbouring fingers whose spread is measured."""

STEEPEST_WITH_SPREAD: Final = math.radians(45.0)
"""A proximal phalanx further out of the palm's plane than this has no spread: its trace in the plane is too short."""

_STEEPEST_SQUARED: Final = math.tan(STEEPEST_WITH_SPREAD) ** 2
_PARENT_OF: Final = {child: parent for parent, child in BONES}
_CHILD_OF: Final = {parent: child for parent, child in BONES if parent != WRIST}
_BENDS: Final = np.array(
    [(_PARENT_OF[j], j, _CHILD_OF[j]) for j in (JOINT_NAMES.index(name) for name in FLEXION_JOINTS)]
)
"""(14, 3): the joint before, the joint, and the joint after."""

_N_BENDS: Final = len(FLEXION_JOINTS)
_N_THUMB_BENDS: Final = 2
_PHALANGES: Final = np.array([CHAINS[finger][:2] for finger in ("index", "middle", "ring", "pinky")])
_PINKY_MCP: Final = CHAINS["pinky"][0]


SineAndCosine = tuple[float, float]
"""Of an angle, times any positive length."""


@dataclass(frozen=True)
class Descriptors:
    """Descriptors of motions over any leading axes `...`; float64, radians and metres.

    fps: frames per second. flexion: (..., T, 2, 14) at FLEXION_JOINTS, positive towards the palm.
    spacing: (..., T, 2, 3) of SPACING_PAIRS, positive apart, negative crossed, NaN where it is not defined.
    palm_offset: (..., T, 3) right palm's centre minus the left one's, world axes. wrist: (..., T, 2, 3) world axes.
    contacts: distances (..., T, ...), see ContactDistances.
    """

    fps: float
    flexion: NDArray[np.float64]
    spacing: NDArray[np.float64]
    palm_offset: NDArray[np.float64]
    wrist: NDArray[np.float64]
    contacts: ContactDistances


def describe(joints: NDArray[np.floating], fps: float = 30.0) -> Descriptors:
    """All descriptors of motions. joints: (..., T, 2, 21, 3), metres, world frame. Raises InvalidMotionError.

    Flexion of a finger's joint: signed angle from the bone into it to the bone out of it, both projected onto the
    palm's x-z plane. Of a thumb's joint: the angle between the bones, negative where they bend backwards (see
    `_thumb_flexion`). Spacing: signed angle between two proximal phalanges in the palm's plane, defined where both are
    within 45 degrees of that plane.
    """
    check_motion(joints, fps)
    return measure(joints, fps)


def measure(joints: NDArray[np.floating], fps: float) -> Descriptors:
    """As `describe`, of motions that have been checked already."""
    hands: NDArray[np.float64] = np.ascontiguousarray(joints, np.float64)
    # One call for all arc tangents: it works on many at once, as compiled loops here do not.
    angles = np.arctan2(*_sines_and_cosines(hands.reshape(-1, 2, 21, 3)))
    centres = palm_centres(hands)
    leading = joints.shape[:-2]
    return Descriptors(
        fps=fps,
        flexion=angles[..., :_N_BENDS].reshape(*leading, _N_BENDS),
        spacing=angles[..., _N_BENDS:].reshape(*leading, len(SPACING_PAIRS)),
        palm_offset=centres[..., RIGHT, :] - centres[..., 1 - RIGHT, :],
        wrist=hands[..., WRIST, :].copy(),
        contacts=contact_distances(hands),
    )


@compiled
def _sines_and_cosines(frames: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sine and cosine, times any length, of the angles (T, 2, 17) of hands (T, 2, 21, 3): 14 of flexion, 3 of spacing.

    Both are NaN where fingers have no spread.
    """
    n_frames, n_bends = frames.shape[0], _BENDS.shape[0]
    shape = (n_frames, 2, n_bends + _PHALANGES.shape[0] - 1)
    sines, cosines = np.empty(shape), np.empty(shape)
    hand, local, phalanges = np.empty((21, 3)), np.empty((21, 3)), np.empty((_PHALANGES.shape[0], 3))
    for t in range(n_frames):
        for side in range(2):
            fill_right_hand(frames[t, side], side, hand)
            _to_palm(hand, local)
            for k in range(n_bends):
                before, joint, after = local[_BENDS[k, 0]], local[_BENDS[k, 1]], local[_BENDS[k, 2]]
                if k < _N_THUMB_BENDS:
                    angle = _thumb_flexion(before, joint, after, local[_PINKY_MCP])
                else:
                    angle = _finger_flexion(before, joint, after)
                sines[t, side, k], cosines[t, side, k] = angle
            for k in range(_PHALANGES.shape[0]):
                for axis in range(3):
                    phalanges[k, axis] = local[_PHALANGES[k, 1], axis] - local[_PHALANGES[k, 0], axis]
            for k in range(_PHALANGES.shape[0] - 1):
                angle = _spread(phalanges[k], phalanges[k + 1])
                sines[t, side, n_bends + k], cosines[t, side, n_bends + k] = angle
    return sines, cosines


@compiled
def _to_palm(hand: NDArray[np.float64], local: NDArray[np.float64]) -> None:
    """Write the joints of hand (21, 3) in palm coordinates relative to the wrist to local (21, 3)."""
    x, y, z = palm_axes(hand)
    for joint in range(hand.shape[0]):
        arm = difference(hand[joint], hand[WRIST])
        local[joint, 0], local[joint, 1], local[joint, 2] = dot(x, arm), dot(y, arm), dot(z, arm)


@compiled
def _finger_flexion(
    before: NDArray[np.float64], joint: NDArray[np.float64], after: NDArray[np.float64]
) -> SineAndCosine:
    """Of the signed angle between two bones in the x-z plane; towards the palm is towards -z."""
    into_x, into_z = joint[0] - before[0], joint[2] - before[2]
    out_x, out_z = after[0] - joint[0], after[2] - joint[2]
    return into_z * out_x - into_x * out_z, into_x * out_x + into_z * out_z


@compiled
def _thumb_flexion(before: Vector, joint: Vector, after: Vector, pinky: Vector) -> SineAndCosine:
    """Of the angle between two bones of the thumb, negative where it bends away from the palm.

    The sign is taken about an axis that turns the thumb towards the base of the little finger, joined with the palm's
    -z: a thumb beside the palm turns about the palm's normal, as in HandX's definition, and an opposed one, whose nail
    faces away from the palm, does not. Either axis alone fails in some pose; their sum does not.
    """
    into, out_of, to_pinky = difference(joint, before), difference(after, joint), difference(pinky, joint)
    turn = cross(into, out_of)
    axis = cross(into, to_pinky)
    scale = np.sqrt(dot(into, into) * dot(to_pinky, to_pinky))
    towards_palm = dot(turn, axis) / scale - turn[2]
    sine = length(turn[0], turn[1], turn[2])
    return sine if towards_palm >= 0.0 else -sine, dot(into, out_of)


@compiled
def _spread(one: Vector, other: Vector) -> SineAndCosine:
    """Of the signed angle in the palm's plane from phalanx `other` to `one`; NaN where either is too steep."""
    if _is_steep(one) or _is_steep(other):
        return np.nan, np.nan
    return other[0] * one[1] - other[1] * one[0], other[0] * one[0] + other[1] * one[1]


@compiled
def _is_steep(bone: Vector) -> bool:
    return bone[2] * bone[2] > _STEEPEST_SQUARED * (bone[0] * bone[0] + bone[1] * bone[1])
