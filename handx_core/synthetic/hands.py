"""A parametric hand: bone lengths that vary by subject, joint limits, and forward kinematics.

What belongs here: the shape of a hand, its twenty joint angles and where they put its joints. What does not: how
a hand moves (`poses`, `actions`), or any file format.

The kinematics is a nested chain of local frames, written on purpose without the formula of any raw format, so that
it can serve as the known truth for the readers of those formats. It is defined for the LEFT hand; a right hand is
its mirror image.

All lengths of a hand are linear in five shape coefficients, so that a model of MANO's kind, whose rest joints are
linear in its ten betas, can be every hand of this family exactly (`mano_standin` says why five and not ten).

Wrist frame of the left hand: origin at the wrist joint, x towards the fingers, y out of the back of the hand,
z towards the thumb's side. Angles, (5 digits in the order of FINGERS, 4), radians:
thumb: opposition (about an axis through the shape's own pivot), then flexion at CMC, MCP and IP;
fingers: abduction (positive towards the thumb's side), then flexion at MCP, PIP and DIP. Flexion is positive.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from handx_core.skeleton import CHAINS, FINGERS, N_JOINTS

Floats = NDArray[np.float64]

MIRROR: Final = np.array([-1.0, 1.0, 1.0])
"""The reflection in the plane x = 0 that makes a right hand of a left one, as a diagonal."""

JOINT_LIMITS: Final = np.array(
    [
        [[-0.70, 1.30], [-0.65, 0.90], [-0.40, 1.20], [-0.65, 1.45]],
        [[-0.35, 0.45], [-0.70, 1.60], [-0.20, 1.90], [-0.70, 1.45]],
        [[-0.30, 0.30], [-0.70, 1.60], [-0.20, 1.90], [-0.70, 1.45]],
        [[-0.35, 0.30], [-0.70, 1.65], [-0.20, 1.90], [-0.70, 1.45]],
        [[-0.55, 0.35], [-0.70, 1.70], [-0.20, 1.90], [-0.70, 1.45]],
    ]
)
"""(5, 4, 2) lowest and highest angle of a mobile adult hand, radians."""

# A mean adult hand, metres; its bones lie in the ranges of anthropometric tables and of the public datasets.
_KNUCKLES: Final = np.array([[94, 0, 24], [97, 4, 2], [91, 1, -17], [81, -5, -35]]) * 1e-3
_FINGER_LENGTHS: Final = np.array([[40, 25, 21], [44, 28, 23], [40, 27, 23], [32, 20, 20]]) * 1e-3
_FINGER_FAN: Final = np.radians([4.0, 0.0, -4.0, -9.0])
_FINGER_ROLL: Final = np.radians([3.0, -3.0, -9.0, -17.0])  # curled fingers converge towards the thumb's base
_THUMB_ROOT: Final = np.array([40, -7, 27]) * 1e-3
_THUMB_LENGTHS: Final = np.array([40, 32, 25]) * 1e-3
_THUMB_DIRECTION: Final = np.array([0.66, -0.36, 0.66])
_THUMB_FLEXES_TOWARDS: Final = np.array([0.40, -0.66, -0.64])
_OPPOSITION_AXIS: Final = np.array([0.95, -0.05, 0.31])

N_COEFFICIENTS: Final = 5

_LARGEST_COEFFICIENT: Final = 2.0


def _spreads() -> Floats:
    """(5, 5, 4) relative change of a digit's lengths by each coefficient: wrist to its root, then its three bones.

    All of the hand; fingers against palm; the palm's breadth (index against pinky); near bones against far ones; the
    thumb against the others. Together they vary a bone by 6 % (standard deviation), mostly by the size of the hand.
    """
    spreads = np.zeros((N_COEFFICIENTS, len(FINGERS), 4))
    spreads[0] = 0.055
    spreads[1] = [-0.020, 0.018, 0.018, 0.018]
    spreads[2] = np.array([0.010, 0.018, 0.006, -0.008, -0.024])[:, None]
    spreads[3, :, 1:] = [0.020, -0.005, -0.020]
    spreads[4] = np.array([0.024, -0.008, 0.006, 0.006, -0.008])[:, None]
    return spreads


_SPREADS: Final = _spreads()


ThumbPivot = Literal["wrist", "cmc"]
"""What the thumb's opposition turns about: UmeTrack's thumb swings about the wrist, MANO's about its own CMC joint."""


@dataclass(frozen=True, eq=False)
class HandShape:
    """The unchanging geometry of one hand, in the wrist frame of the left hand, metres.

    coefficients: (5,) which the lengths are linear in. knuckles: (4, 3) MCP joints, index to pinky. finger_lengths:
    (4, 3). finger_frames: (4, 3, 3) columns are the straight finger's own x, y, z. thumb_root: (3,) CMC joint at zero
    opposition. thumb_lengths: (3,). thumb_frame: (3, 3). opposition_axis: (3,) unit, through opposition_pivot: (3,).
    """

    coefficients: Floats
    knuckles: Floats
    finger_lengths: Floats
    finger_frames: Floats
    thumb_root: Floats
    thumb_lengths: Floats
    thumb_frame: Floats
    opposition_axis: Floats
    opposition_pivot: Floats


def draw_hand_shape(rng: np.random.Generator, thumb_pivot: ThumbPivot = "wrist") -> HandShape:
    """A hand of an adult: its size, proportions that vary less, and how its fingers fan and roll."""
    coefficients = np.clip(rng.standard_normal(N_COEFFICIENTS), -_LARGEST_COEFFICIENT, _LARGEST_COEFFICIENT)
    fan = np.radians(1.0) * rng.standard_normal(4)
    roll = np.radians(1.5) * rng.standard_normal(4)
    return hand_shape(coefficients, thumb_pivot, fan=fan, roll=roll)


def hand_shape(
    coefficients: Floats,
    thumb_pivot: ThumbPivot,
    *,
    fan: Floats | float = 0.0,
    roll: Floats | float = 0.0,
) -> HandShape:
    """The hand of five coefficients; all zero is the mean hand, and lengths are linear in them.

    fan, roll: (4,) radians, added to those of the mean hand's fingers, index to pinky; they change no length.
    """
    factors = 1.0 + np.einsum("k,kdb->db", coefficients, _SPREADS)
    thumb_root = _THUMB_ROOT * factors[0, 0]
    # About -y: positive fans towards the thumb. Then a roll about the finger itself.
    turns = np.stack([-(_FINGER_FAN + fan), _FINGER_ROLL + roll], axis=-1)
    return HandShape(
        coefficients=coefficients,
        knuckles=_KNUCKLES * factors[1:, :1],
        finger_lengths=_FINGER_LENGTHS * factors[1:, 1:],
        finger_frames=Rotation.from_euler("YX", turns).as_matrix(),
        thumb_root=thumb_root,
        thumb_lengths=_THUMB_LENGTHS * factors[0, 1:],
        thumb_frame=_frame_flexing_towards(_THUMB_DIRECTION, _THUMB_FLEXES_TOWARDS),
        opposition_axis=_OPPOSITION_AXIS / np.linalg.norm(_OPPOSITION_AXIS),
        opposition_pivot=np.zeros(3) if thumb_pivot == "wrist" else thumb_root,
    )


def _frame_flexing_towards(direction: Floats, towards: Floats) -> Floats:
    """The frame of a straight digit along `direction` whose flexion turns it towards `towards`."""
    x = direction / np.linalg.norm(direction)
    y = -(towards - (towards @ x) * x)
    y /= np.linalg.norm(y)
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def digit_joints(shape: HandShape, digit: int, angles: Floats) -> Floats:
    """The four joints of one digit from the palm to its tip, in the wrist frame of the left hand.

    digit: index into FINGERS. angles: (T, 4) radians. Returns (T, 4, 3) metres.
    """
    frames = digit_frames(shape, digit, angles)
    if digit == 0:
        swing = Rotation.from_rotvec(angles[:, :1] * shape.opposition_axis)
        root = shape.opposition_pivot + swing.apply(shape.thumb_root - shape.opposition_pivot)
        lengths = shape.thumb_lengths
    else:
        root = np.broadcast_to(shape.knuckles[digit - 1], (len(angles), 3))
        lengths = shape.finger_lengths[digit - 1]
    joints = [root]
    for frame, length in zip(frames, lengths, strict=True):
        joints.append(joints[-1] + frame.apply([length, 0.0, 0.0]))
    return np.stack(joints, axis=1)


def digit_frames(shape: HandShape, digit: int, angles: Floats) -> list[Rotation]:
    """The orientations of a digit's three bones in the wrist frame, T each; the bones lie along their x."""
    if digit == 0:
        side = Rotation.from_rotvec(angles[:, :1] * shape.opposition_axis) * Rotation.from_matrix(shape.thumb_frame)
    else:
        spread = Rotation.from_rotvec(angles[:, :1] * np.array([0.0, -1.0, 0.0]))
        side = Rotation.from_matrix(shape.finger_frames[digit - 1]) * spread
    frames = [side * _flexion(angles[:, 1])]
    for bone in (2, 3):
        frames.append(frames[-1] * _flexion(angles[:, bone]))
    return frames


def _flexion(angle: Floats) -> Rotation:
    return Rotation.from_rotvec(angle[:, None] * np.array([0.0, 0.0, -1.0]))


def hand_joints(shape: HandShape, angles: Floats) -> Floats:
    """All joints of a left hand in its wrist frame. angles: (T, 5, 4) radians -> (T, 21, 3) metres, project order."""
    joints = np.zeros((len(angles), N_JOINTS, 3))
    for digit, finger in enumerate(FINGERS):
        joints[:, CHAINS[finger]] = digit_joints(shape, digit, angles[:, digit])
    return joints


def place_hand(joints: Floats, rotation: Rotation, position: Floats) -> Floats:
    """Bring a hand from its wrist frame to the world. joints: (T, 21, 3), T rotations, position: (T, 3)."""
    return np.einsum("tij,tkj->tki", rotation.as_matrix(), joints) + position[:, None]
