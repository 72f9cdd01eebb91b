"""A clip as the tokenizer's streams: the pose and direction of each hand, and where the wrists are.

What belongs here: joints to streams and back. What does not: the codes made of them (`handx_core.models.tokenizer`).
"""

from typing import Final

import torch
from torch import Tensor

from handx_core.representation.motion import assemble
from handx_core.representation.palm import complete_frames, palm_frames, to_palm
from handx_core.skeleton import LEFT, N_JOINTS, RIGHT, WRIST

PALM_AXES_WIDTH: Final = 6
"""Features of a hand that are its palm's axes, the last ones."""

HAND_WIDTH: Final = 3 * (N_JOINTS - 1) + PALM_AXES_WIDTH
"""Features of a hand in a frame: palm coordinates of 20 joints and the palm's first two axes, mirrored on the left."""

WRISTS_WIDTH: Final = 3 + 3
"""Features of the wrists in a frame: right wrist, left minus right wrist."""


def to_streams(joints: Tensor) -> tuple[Tensor, Tensor]:
    """joints: (B, T, 2, 21, 3), metres, clip frame -> hands (B, 2, T, 66) and wrists (B, T, 6), metres."""
    wrists = joints[..., WRIST, :]
    frames = palm_frames(joints)
    local = to_palm(joints[..., WRIST + 1 :, :] - wrists[..., None, :], frames)
    axes = frames[..., :2, :] * _mirroring(joints)
    hands = torch.cat([local.flatten(-2), axes.flatten(-2)], dim=-1)
    right = wrists[..., RIGHT, :]
    return hands.transpose(-2, -3), torch.cat([right, wrists[..., LEFT, :] - right], dim=-1)


def from_streams(hands: Tensor, wrists: Tensor) -> Tensor:
    """The inverse of `to_streams`; palm axes need not be orthonormal."""
    local, axes = hands.transpose(-2, -3).split((HAND_WIDTH - PALM_AXES_WIDTH, PALM_AXES_WIDTH), dim=-1)
    axes = axes.unflatten(-1, (2, 3)) * _mirroring(hands)
    right, between = wrists.split(3, dim=-1)
    frames = complete_frames(axes[..., 0, :], axes[..., 1, :])
    return assemble(torch.stack([right + between, right], dim=-2), frames, local.unflatten(-1, (N_JOINTS - 1, 3)))


def _mirroring(like: Tensor) -> Tensor:
    """Signs (2, 1, 3) that mirror the left hand's vectors in the plane x = 0."""
    signs = like.new_ones(2, 1, 3)
    signs[LEFT, 0, 0] = -1.0
    return signs
