"""A hand that no solver knows: the parametric hand with hinges that are as untidy as real ones.

What belongs here: its shape and kinematics, as the poses of the segments that carry markers. What does not: markers
(`marker_hands`), what the hand does (`capture_motion`), and any joint code of the solver, which this hand judges.

To the parametric hand of `hands` come: bones that vary one by one; two axes of the thumb's root that neither meet nor
stand at right angles; hinges of all other joints tilted by a few degrees, so that a bone sweeps a cone instead of a
plane; ring and pinky metacarpals that turn with the flexion of their fingers, each in its own measure; a wrist whose
two axes do not meet. Everything is said of the left hand in its wrist frame (`hands`); a right hand is its mirror
image.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from handx_core.mocap.marker_set import SEGMENTS
from handx_core.skeleton import CHAINS, FINGERS, N_JOINTS, WRIST
from handx_core.synthetic.hands import Floats, HandShape, draw_hand_shape

SEGMENT_AXES: Final = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]])
"""Columns: ulnar, distal and dorsal of a bone of the left hand that lies along x with its back to y."""

_ARCHED: Final = ("ring", "pinky")
_FLEXION: Final = np.array([0.0, 0.0, -1.0])
_ABDUCTION: Final = np.array([0.0, -1.0, 0.0])

_BONE_SD: Final = 0.03
"""Of each finger bone's length by itself, beyond the five coefficients."""

_KNUCKLE_SD_M: Final = np.array([0.002, 0.001, 0.0015])
_HINGE_TILT_RAD: Final = np.radians((2.0, 6.0))
_THUMB_AXIS_TILT_RAD: Final = np.radians((5.0, 10.0))
_THUMB_SKEW_M: Final = (0.004, 0.008)
"""From the thumb's root, through which its flexion axis goes, to a point of its opposition axis."""

_WRIST_SKEW_M: Final = (0.002, 0.004)
_ARCH_PER_FLEXION: Final = {"ring": (0.02, 0.06), "pinky": (0.06, 0.11)}
"""Radians of a metacarpal's turn for a radian of flexion of its knuckle: up to 4 and 10 degrees in a fist."""

_ARCH_PIVOT: Final = 0.3
"""Where on the line from wrist to knuckle a metacarpal turns: at its base."""


@dataclass(frozen=True, eq=False)
class SegmentPoses:
    """Where a left hand and what carries its markers are, in its wrist frame.

    joints: (T, 21, 3) metres, project order. flexions: (T, 21) radians, of each joint; zero at the tips. origins:
    (T, S, 3) a point of each segment in the order of SEGMENTS. frames: (T, S, 3, 3), the columns point to the ulnar
    side, along the bone, and out of its back.
    """

    joints: Floats
    flexions: Floats
    origins: Floats
    frames: Floats


@dataclass(frozen=True, eq=False)
class ForeignHand:
    """A subject's hand. Axes are unit vectors in the frame before their own turn; a finger's frame has x along it.

    shape: bones and the thumb's opposition axis. flexion_axes: (5, 3, 3) by digit and joint. abduction_axes: (4, 3)
    by finger. arch_axes: (2, 3), arch_per_flexion: (2,) of ring and pinky metacarpal. wrist_axes: (2, 3) flexion and
    deviation; the deviation's goes through the wrist, the flexion's through flexion_pivot (3,) in the forearm.
    """

    shape: HandShape
    flexion_axes: Floats
    abduction_axes: Floats
    arch_axes: Floats
    arch_per_flexion: Floats
    wrist_axes: Floats
    flexion_pivot: Floats


def draw_foreign_hand(rng: np.random.Generator, hand_length_m: float | None = None) -> ForeignHand:
    """A subject's hand. hand_length_m: from the wrist to the tip of the straight middle finger; drawn if None."""
    shape = _varied(draw_hand_shape(rng, "cmc"), rng)
    if hand_length_m is not None:
        shape = _scaled(shape, hand_length_m / hand_length(shape))
    skew = rng.uniform(*_THUMB_SKEW_M) * _direction(rng)
    shape = replace(
        shape,
        opposition_axis=_tilted(shape.opposition_axis, rng, _THUMB_AXIS_TILT_RAD),
        opposition_pivot=shape.thumb_root + skew,
    )
    return ForeignHand(
        shape=shape,
        flexion_axes=np.array([[_tilted(_FLEXION, rng, _HINGE_TILT_RAD) for _ in range(3)] for _ in FINGERS]),
        abduction_axes=np.array([_tilted(_ABDUCTION, rng, _HINGE_TILT_RAD) for _ in FINGERS[1:]]),
        arch_axes=np.array([_tilted(_FLEXION, rng, np.radians((5.0, 20.0))) for _ in _ARCHED]),
        arch_per_flexion=np.array([rng.uniform(*_ARCH_PER_FLEXION[finger]) for finger in _ARCHED]),
        wrist_axes=np.array([_tilted(axis, rng, _HINGE_TILT_RAD) for axis in (_FLEXION, _ABDUCTION)]),
        flexion_pivot=np.array([-rng.uniform(*_WRIST_SKEW_M), 0.0, 0.0]),
    )


def hand_length(shape: HandShape) -> float:
    """From the wrist along the straight middle finger to its tip, metres."""
    return float(np.linalg.norm(shape.knuckles[1]) + shape.finger_lengths[1].sum())


def _varied(shape: HandShape, rng: np.random.Generator) -> HandShape:
    """The same hand, but every bone with a length of its own."""
    return replace(
        shape,
        knuckles=shape.knuckles + rng.normal(0.0, 1.0, (4, 3)) * _KNUCKLE_SD_M,
        finger_lengths=shape.finger_lengths * (1.0 + _BONE_SD * rng.standard_normal((4, 3))),
        thumb_lengths=shape.thumb_lengths * (1.0 + _BONE_SD * rng.standard_normal(3)),
    )


def _scaled(shape: HandShape, factor: float) -> HandShape:
    lengths = ("knuckles", "finger_lengths", "thumb_root", "thumb_lengths", "opposition_pivot")
    return replace(shape, **{name: factor * getattr(shape, name) for name in lengths})


def _direction(rng: np.random.Generator) -> Floats:
    vector = rng.standard_normal(3)
    return vector / np.linalg.norm(vector)


def _tilted(axis: Floats, rng: np.random.Generator, range_rad: NDArray[np.float64]) -> Floats:
    """The unit axis turned to a random side by an angle from the range."""
    about = np.cross(axis, _direction(rng))
    return Rotation.from_rotvec(rng.uniform(*range_rad) * about / np.linalg.norm(about)).apply(axis)


def foreign_segments(hand: ForeignHand, angles: Floats, wrist_angles: Floats) -> SegmentPoses:
    """Where joints and segments are. angles: (T, 5, 4) as in `hands`; wrist_angles: (T, 2) flexion, deviation."""
    n_frames = len(angles)
    joints, flexions = np.zeros((n_frames, N_JOINTS, 3)), np.zeros((n_frames, N_JOINTS))
    origins = np.zeros((n_frames, len(SEGMENTS), 3))
    frames = np.broadcast_to(np.eye(3), (n_frames, len(SEGMENTS), 3, 3)).copy()
    flexions[:, WRIST] = wrist_angles[:, 0]
    origins[:, 0], frames[:, 0] = _forearm(hand, wrist_angles)
    for digit, finger in enumerate(FINGERS):
        palm = _metacarpal(hand, finger, angles[:, digit, 1])
        if finger in _ARCHED:
            number = SEGMENTS.index(f"{finger}_metacarpal")
            origins[:, number] = palm.apply(np.zeros(3))
            frames[:, number] = palm.turn.as_matrix() @ _along(hand.shape, digit)
        bones, chain = _bones(hand, digit, angles[:, digit], palm)
        first = SEGMENTS.index("thumb_metacarpal" if digit == 0 else f"{finger}_proximal")
        joints[:, CHAINS[finger]] = chain
        origins[:, first : first + 3] = chain[:, :3]
        frames[:, first : first + 3] = bones
        flexions[:, CHAINS[finger][:3]] = angles[:, digit, 1:]
    return SegmentPoses(joints, flexions, origins, frames @ SEGMENT_AXES)


@dataclass(frozen=True, eq=False)
class _Motion:
    """T turns about points: of a part of the palm against the palm."""

    turn: Rotation
    about: Floats

    def apply(self, point: Floats) -> Floats:
        return self.about + self.turn.apply(point - self.about)


def _forearm(hand: ForeignHand, wrist_angles: Floats) -> tuple[Floats, Floats]:
    """Where the forearm's wrist is, (T, 3), and its frames (T, 3, 3), seen from the palm."""
    flexion, deviation = (
        Rotation.from_rotvec(angle[:, None] * axis) for angle, axis in zip(wrist_angles.T, hand.wrist_axes, strict=True)
    )
    palm = deviation * flexion
    wrist = deviation.apply(hand.flexion_pivot - flexion.apply(hand.flexion_pivot))
    return -palm.inv().apply(wrist), palm.inv().as_matrix()


def _metacarpal(hand: ForeignHand, finger: str, flexion: Floats) -> _Motion:
    """How the metacarpal of a finger stands to the palm when its knuckle is flexed by (T,) radians."""
    if finger not in _ARCHED:
        return _Motion(Rotation.identity(len(flexion)), np.zeros(3))
    number = _ARCHED.index(finger)
    turns = (hand.arch_per_flexion[number] * flexion)[:, None] * hand.arch_axes[number]
    return _Motion(Rotation.from_rotvec(turns), _ARCH_PIVOT * hand.shape.knuckles[FINGERS.index(finger) - 1])


def _along(shape: HandShape, digit: int) -> Floats:
    """(3, 3) the frame of a metacarpal: x from the wrist to the knuckle, y as far as that goes its finger's own."""
    x = shape.knuckles[digit - 1] / np.linalg.norm(shape.knuckles[digit - 1])
    back = shape.finger_frames[digit - 1][:, 1]
    y = back - (back @ x) * x
    y /= np.linalg.norm(y)
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def _bones(hand: ForeignHand, digit: int, angles: Floats, palm: _Motion) -> tuple[Floats, Floats]:
    """The frames of a digit's bones (T, 3, 3, 3) and its joints to the tip (T, 4, 3). angles: (T, 4)."""
    shape = hand.shape
    if digit == 0:
        swing = _Motion(Rotation.from_rotvec(angles[:, :1] * shape.opposition_axis), shape.opposition_pivot)
        frame, root = swing.turn * Rotation.from_matrix(shape.thumb_frame), swing.apply(shape.thumb_root)
        lengths = shape.thumb_lengths
    else:
        spread = Rotation.from_rotvec(angles[:, :1] * hand.abduction_axes[digit - 1])
        frame = palm.turn * Rotation.from_matrix(shape.finger_frames[digit - 1]) * spread
        root, lengths = palm.apply(shape.knuckles[digit - 1]), shape.finger_lengths[digit - 1]
    frames, joints = [], [root]
    for bone, axis in enumerate(hand.flexion_axes[digit]):
        frame = frame * Rotation.from_rotvec(angles[:, bone + 1, None] * axis)
        frames.append(frame.as_matrix())
        joints.append(joints[-1] + frames[-1][..., 0] * lengths[bone])
    return np.stack(frames, axis=1), np.stack(joints, axis=1)
