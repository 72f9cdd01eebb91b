"""The palm frame and what is measured in it, in torch: the same definitions as `handx_core.kinematics.palm`.

Models need them on their own device and with gradients, kinematics in compiled loops; a test holds the two
together. What belongs here: frames and coordinates of the palm. What does not: whole representations of a motion.
"""

from typing import Final

import torch
from torch import Tensor

from handx_core.skeleton import CHAINS, LEFT, WRIST

INDEX_MCP: Final = CHAINS["index"][0]
MIDDLE_MCP: Final = CHAINS["middle"][0]

TURNING: Final = tuple(joint for chain in CHAINS.values() for joint in chain[:-1])
"""The 15 joints of a hand that have a scalar rotation: all but the wrist and the tips, finger by finger."""

_BEFORE: Final = tuple(before for chain in CHAINS.values() for before in (WRIST, *chain[:-2]))
_AFTER: Final = tuple(after for chain in CHAINS.values() for after in chain[1:])


def palm_frames(joints: Tensor) -> Tensor:
    """Frame of each palm; rows are the axes, so `frames @ vector` gives palm coordinates.

    joints: (..., 2, 21, 3), metres -> (..., 2, 3, 3): x from the wrist to the middle MCP, y towards the thumb, z out
    of the back of the hand, for both hands; the left hand's frame is a mirror image (determinant -1).
    """
    along = joints[..., MIDDLE_MCP, :] - joints[..., WRIST, :]
    to_index = joints[..., INDEX_MCP, :] - joints[..., WRIST, :]
    x = torch.nn.functional.normalize(along, dim=-1)
    # Gram-Schmidt: y is what is left of the index MCP's direction; z completes the frame, mirrored on the left.
    y = to_index - (to_index * x).sum(-1, keepdim=True) * x
    return complete_frames(x, torch.nn.functional.normalize(y, dim=-1))


def complete_frames(x: Tensor, y: Tensor) -> Tensor:
    """Frames from their first two axes, made orthonormal by Gram-Schmidt; x, y: (..., 2, 3) -> (..., 2, 3, 3)."""
    x = torch.nn.functional.normalize(x, dim=-1)
    y = torch.nn.functional.normalize(y - (y * x).sum(-1, keepdim=True) * x, dim=-1)
    z = torch.linalg.cross(x, y) * _handedness(x)
    return torch.stack([x, y, z], dim=-2)


def to_palm(vectors: Tensor, frames: Tensor) -> Tensor:
    """Vectors in palm coordinates. vectors: (..., 2, N, 3), frames: (..., 2, 3, 3) -> (..., 2, N, 3)."""
    return vectors @ frames.transpose(-1, -2)


def from_palm(coordinates: Tensor, frames: Tensor) -> Tensor:
    """The inverse of `to_palm`."""
    return coordinates @ frames


def scalar_rotations(joints: Tensor) -> Tensor:
    """By how much each finger bends at each of its joints, in its palm's x-z plane.

    joints: (..., 2, 21, 3) -> (..., 2, 15) in the order of `TURNING`, radians in [-pi, pi]: the angle from the bone
    into the joint to the bone out of it, positive where the finger flexes, on both hands. From HandX (CVPR 2026),
    but wrapped: it is taken from one arc tangent, not from the difference of two.
    """
    frames = palm_frames(joints)
    turning = joints[..., list(TURNING), :]
    into = to_palm(turning - joints[..., list(_BEFORE), :], frames)
    out_of = to_palm(joints[..., list(_AFTER), :] - turning, frames)
    across = into[..., 2] * out_of[..., 0] - into[..., 0] * out_of[..., 2]
    along = into[..., 0] * out_of[..., 0] + into[..., 2] * out_of[..., 2]
    return torch.atan2(across, along)


def _handedness(axis: Tensor) -> Tensor:
    signs = torch.ones(2, 1, dtype=axis.dtype, device=axis.device)
    signs[LEFT] = -1.0
    return signs
