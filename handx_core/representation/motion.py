"""A clip as the features that models read, and back: the diffusion and the autoregressive representation.

Both are HandX's (CVPR 2026, "representations") with the wrist rotation taken from the palm frame, so that no
licensed hand model is needed, and scalar rotations wrapped. All functions work on any dtype and device. What belongs
here: joints to features and back. What does not: normalisation (`statistics`), and the tokenizer's streams
(`streams`).
"""

from typing import Final

import torch
from torch import Tensor

from handx_core.representation.palm import (
    TURNING,
    complete_frames,
    from_palm,
    palm_frames,
    scalar_rotations,
    to_palm,
)
from handx_core.skeleton import FPS, LEFT, N_JOINTS, RIGHT, WRIST

DIFFUSION_SHAPE: Final = (2 * N_JOINTS, 4)
"""Features of a frame for the diffusion generator: position and scalar rotation of every joint, left hand first."""

AUTOREGRESSIVE_WIDTH: Final = 288
"""Features of a frame: right wrist velocity 3, left minus right wrist 3, wrist rotations 12, scalar rotations 30,
palm coordinates of 20 joints of both hands 120, their velocities 120."""

_LOCAL: Final = 2 * (N_JOINTS - 1) * 3
_PARTS: Final = (3, 3, 12, 2 * len(TURNING), _LOCAL, _LOCAL)


def to_diffusion(joints: Tensor) -> Tensor:
    """Joints to the diffusion representation.

    joints: (B, T, 2, 21, 3), metres -> (B, T, 42, 4): positions minus the clip's mean wrist midpoint, metres, and
    one scalar rotation a joint, radians, 0 at wrists and tips.
    """
    centred = joints - joints[..., WRIST, :].mean(dim=(-3, -2))[..., None, None, None, :]
    rotations = joints.new_zeros(joints.shape[:-1])
    rotations[..., list(TURNING)] = scalar_rotations(joints)
    return torch.cat([centred, rotations[..., None]], dim=-1).flatten(-3, -2)


def from_diffusion(features: Tensor) -> Tensor:
    """The inverse of `to_diffusion`, in the clip frame; features: (B, T, 42, 4) -> (B, T, 2, 21, 3), metres.

    Positions alone count: rotations are redundant, and there to be learned from.
    """
    return to_clip_frame(features[..., :3].unflatten(-2, (2, N_JOINTS)))


def to_clip_frame(joints: Tensor) -> Tensor:
    """Move clips so that the right wrist of frame 0 is the origin; joints: (..., T, 2, 21, 3)."""
    return joints - joints[..., :1, RIGHT : RIGHT + 1, WRIST : WRIST + 1, :]


def to_autoregressive(joints: Tensor) -> Tensor:
    """Joints in the clip frame to the autoregressive representation.

    joints: (B, T, 2, 21, 3), metres -> (B, T, 288), parts as in `AUTOREGRESSIVE_WIDTH`. Velocities (m/s) are those
    since the frame before; before the first frame the right wrist is at the origin, and nothing else moved. A wrist
    rotation is the first two axes of the palm frame. Palm coordinates are mirrored on the left, so that equal poses
    of the two hands have equal features.
    """
    wrists = joints[..., WRIST, :]
    frames = palm_frames(joints)
    local = to_palm(joints[..., WRIST + 1 :, :] - wrists[..., None, :], frames).flatten(-3)
    right = wrists[..., RIGHT, :]
    parts = (
        torch.diff(right, dim=-2, prepend=torch.zeros_like(right[..., :1, :])) * FPS,
        wrists[..., LEFT, :] - right,
        frames[..., :2, :].flatten(-3),
        scalar_rotations(joints).flatten(-2),
        local,
        torch.diff(local, dim=-2, prepend=local[..., :1, :]) * FPS,
    )
    return torch.cat(parts, dim=-1)


def from_autoregressive(features: Tensor) -> Tensor:
    """The inverse of `to_autoregressive`; features: (B, T, 288) -> joints (B, T, 2, 21, 3), metres.

    The right wrist is integrated over the clip; wrist rotations need not be orthonormal. Scalar rotations and the
    velocities of palm coordinates are redundant.
    """
    velocity, between, rotations, _, local, _ = features.split(_PARTS, dim=-1)
    right = velocity.cumsum(-2) / FPS
    wrists = torch.stack([right + between, right], dim=-2)
    axes = rotations.unflatten(-1, (2, 2, 3))
    return assemble(wrists, complete_frames(axes[..., 0, :], axes[..., 1, :]), local.unflatten(-1, (2, -1, 3)))


def assemble(wrists: Tensor, frames: Tensor, local: Tensor) -> Tensor:
    """Joints from wrists (..., 2, 3), palm frames (..., 2, 3, 3) and palm coordinates (..., 2, 20, 3)."""
    others = wrists[..., None, :] + from_palm(local, frames)
    return torch.cat([wrists[..., None, :], others], dim=-2)
