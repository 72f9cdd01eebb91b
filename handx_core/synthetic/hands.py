"""A parametric hand: bone lengths that vary by subject, joint limits, and forward kinematics.

What belongs here: the shape of a hand, its twenty joint angles and where they put its joints. What does not: how
a hand moves (`poses`, `actions`), or any file format.

The kinematics is a nested chain of local frames, written on purpose without the formula of any raw format, so that
it can serve as the known truth for the readers of those formats. It is defined for the LEFT hand; a right hand is
its mirror image.

Wrist frame of the left hand: origin at the wrist joint, x towards the fingers, y out of the back of the hand,
z towards the thumb's side. Angles, (5 digits in the order of FINGERS, 4), radians:
thumb: opposition (about an axis through the wrist), then flexion at CMC, MCP and IP;
fingers: abduction (positive towards the thumb's side), then flexion at MCP, PIP and DIP. Flexion is positive.
"""

from dataclasses import dataclass
from typing import Final

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

_SCALE_SD: Final = 0.055
_BONE_SD: Final = 0.030


@dataclass(frozen=True, eq=False)
class HandShape:
    """The unchanging geometry of one hand, in the wrist frame of the left hand, metres.

    knuckles: (4, 3) MCP joints, index to pinky. finger_lengths: (4, 3). finger_frames: (4, 3, 3) columns are the
    straight finger's own x, y, z. thumb_root: (3,) CMC joint at zero opposition. thumb_lengths: (3,). thumb_frame:
    (3, 3). opposition_axis: (3,) unit, through the wrist.
    """

    knuckles: Floats
    finger_lengths: Floats
    finger_frames: Floats
    thumb_root: Floats
    thumb_lengths: Floats
    thumb_frame: Floats
    opposition_axis: Floats


def draw_hand_shape(rng: np.random.Generator) -> HandShape:
    """A hand of an adult: one scale for all of it, and a smaller variation for each bone."""
    scale = 1.0 + _SCALE_SD * np.clip(rng.standard_normal(), -2.0, 2.0)

    def vary(lengths: Floats, shape: tuple[int, ...]) -> Floats:
        return lengths * scale * (1.0 + _BONE_SD * np.clip(rng.standard_normal(shape), -2.0, 2.0))

    fan = _FINGER_FAN + np.radians(1.0) * rng.standard_normal(4)
    roll = _FINGER_ROLL + np.radians(1.5) * rng.standard_normal(4)
    # About -y: positive fans towards the thumb. Then a roll about the finger itself.
    frames = Rotation.from_euler("YX", np.stack([-fan, roll], axis=-1)).as_matrix()
    return HandShape(
        knuckles=vary(_KNUCKLES, (4, 1)),
        finger_lengths=vary(_FINGER_LENGTHS, (4, 3)),
        finger_frames=frames,
        thumb_root=vary(_THUMB_ROOT, (1,)),
        thumb_lengths=vary(_THUMB_LENGTHS, (3,)),
        thumb_frame=_frame_flexing_towards(_THUMB_DIRECTION, _THUMB_FLEXES_TOWARDS),
        opposition_axis=_OPPOSITION_AXIS / np.linalg.norm(_OPPOSITION_AXIS),
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
    if digit == 0:
        swing = Rotation.from_rotvec(angles[:, :1] * shape.opposition_axis)
        root = swing.apply(shape.thumb_root)
        frame = swing * Rotation.from_matrix(shape.thumb_frame) * _flexion(angles[:, 1])
        lengths = shape.thumb_lengths
    else:
        root = np.broadcast_to(shape.knuckles[digit - 1], (len(angles), 3))
        side = Rotation.from_rotvec(angles[:, :1] * np.array([0.0, -1.0, 0.0]))
        frame = Rotation.from_matrix(shape.finger_frames[digit - 1]) * side * _flexion(angles[:, 1])
        lengths = shape.finger_lengths[digit - 1]
    joints = [root]
    for bone, length in enumerate(lengths):
        if bone:
            frame = frame * _flexion(angles[:, bone + 1])
        joints.append(joints[-1] + frame.apply([length, 0.0, 0.0]))
    return np.stack(joints, axis=1)


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
