"""A hand as a UmeTrack user profile: the JSON that HOT3D keeps beside its poses.

What belongs here: the translation of `HandShape` into UmeTrack's axes, pivots, landmarks and bones. What does not:
poses, or UmeTrack's forward kinematics (`handx_core.hand_models`), which the translation never uses.
"""

from typing import Any, Final

import numpy as np

from handx_core.skeleton import CHAINS, FINGERS
from handx_core.synthetic.hands import JOINT_LIMITS, Floats, HandShape, hand_joints

_TO_MM: Final = 1e3
_NONE: Final = 255.0
_WRIST_LIMIT_RAD: Final = 0.785
_OPPOSITION_PIVOT_M: Final = 0.020
"""How far along its axis the profile's pivot of the thumb's first angle lies from ours: any point of it serves."""

_WRIST_BONE: Final = 1
_PALM_CENTRE_BONES: Final = (1, 8, 5)
_PALM_CENTRE_WEIGHTS: Final = (0.88, 0.08, 0.04)


def umetrack_profile(shape: HandShape) -> dict[str, Any]:
    """The `hand_model` of a profile: left hand, millimetres, (digits thumb to pinky) x 4 angles, then 2 of the wrist.

    Without the optional skin mesh. The axes are those of the hand with all angles zero.
    """
    rest = hand_joints(shape, np.zeros((1, 5, 4)))[0]
    bones, weights = _landmark_bones()
    return {
        "joint_rotation_axes": _axes(shape),
        "joint_rest_positions": _pivots(shape, rest) * _TO_MM,
        "joint_frame_index": _frame_indices(),
        "joint_parent": [_NONE if number % 4 == 0 else number - 1.0 for number in range(20)] + [_NONE, 20.0],
        "joint_first_child": [_NONE if number % 4 == 3 else number + 1.0 for number in range(20)] + [21.0, _NONE],
        "joint_next_sibling": [number + 4.0 if number % 4 == 0 else _NONE for number in range(20)] + [_NONE, _NONE],
        "joint_limits": np.vstack([JOINT_LIMITS.reshape(20, 2), [[-_WRIST_LIMIT_RAD, _WRIST_LIMIT_RAD]] * 2]),
        "landmark_rest_positions": _landmarks(rest) * _TO_MM,
        "landmark_rest_bone_indices": bones,
        "landmark_rest_bone_weights": weights,
        "hand_scale": 1.0,
    }


def _axes(shape: HandShape) -> Floats:
    """(22, 3) unit axes. Flexion turns about the negative z of a digit, abduction about the negative y."""
    thumb = [shape.opposition_axis, *[-shape.thumb_frame[:, 2]] * 3]
    fingers = [axis for frame in shape.finger_frames for axis in (-frame[:, 1], *[-frame[:, 2]] * 3)]
    return np.array([*thumb, *fingers, [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


def _pivots(shape: HandShape, rest: Floats) -> Floats:
    """(22, 3) metres. A finger's first two angles share the MCP joint; the thumb's turn about four points."""
    pivots = [shape.opposition_pivot + _OPPOSITION_PIVOT_M * shape.opposition_axis, *rest[list(CHAINS["thumb"][:3])]]
    for finger in FINGERS[1:]:
        mcp, pip, dip, _ = CHAINS[finger]
        pivots += [rest[mcp], rest[mcp], rest[pip], rest[dip]]
    return np.array([*pivots, np.zeros(3), np.zeros(3)])


def _landmarks(rest: Floats) -> Floats:
    """(21, 3) metres: tips, wrist, thumb MCP and IP, MCP to DIP of each finger, palm centre."""
    order = [CHAINS[finger][-1] for finger in FINGERS] + [0, *CHAINS["thumb"][1:3]]
    order += [joint for finger in FINGERS[1:] for joint in CHAINS[finger][:3]]
    palm = rest[[0, *(CHAINS[finger][0] for finger in FINGERS[1:])]].mean(axis=0)
    return np.vstack([rest[order], palm])


def _landmark_bones() -> tuple[list[list[int]], list[list[float]]]:
    """Bones and weights of the 21 landmarks; all but the palm centre follow one bone.

    Bones: 0 root, 1 wrist, then three a digit, the first of which is moved by the digit's first two angles.
    """
    tips = [4 + 3 * digit for digit in range(5)]
    fingers = [bone for digit in range(1, 5) for bone in (_WRIST_BONE, 2 + 3 * digit, 3 + 3 * digit)]
    rigid = [*tips, _WRIST_BONE, 2, 3, *fingers]
    bones = [[bone] * 3 for bone in rigid] + [list(_PALM_CENTRE_BONES)]
    return bones, [[1.0, 0.0, 0.0]] * len(rigid) + [list(_PALM_CENTRE_WEIGHTS)]


def _frame_indices() -> list[float]:
    """Which bone each angle's joint carries: none for a digit's first."""
    digits = [_NONE if number == 0 else 2.0 + 3 * digit + number - 1 for digit in range(5) for number in range(4)]
    return [*digits, _NONE, 0.0]
