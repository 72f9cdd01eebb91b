"""A clip as the tokenizer's streams: what a hand does in itself, and where the wrists are.

What belongs here: joints to streams and back. What does not: the codes made of them (`handx_core.models.tokenizer`).
"""

from typing import Final

import torch
from torch import Tensor

from handx_core.representation.motion import assemble
from handx_core.representation.palm import complete_frames, palm_frames, to_palm
from handx_core.skeleton import LEFT, N_JOINTS, RIGHT, WRIST

HAND_WIDTH: Final = 3 * (N_JOINTS - 1)
"""Features of a hand in a frame: palm coordinates of 20 joints, mirrored on the left."""

WRISTS_WIDTH: Final = 3 + 3 + 12
"""Features of the wrists in a frame: right wrist, left minus right wrist, both palms' first two axes."""


def to_streams(joints: Tensor) -> tuple[Tensor, Tensor]:
    """joints: (B, T, 2, 21, 3), metres, clip frame -> hands (B, 2, T, 60) and wrists (B, T, 18), metres."""
    wrists = joints[..., WRIST, :]
    frames = palm_frames(joints)
    local = to_palm(joints[..., WRIST + 1 :, :] - wrists[..., None, :], frames)
    right = wrists[..., RIGHT, :]
    placed = torch.cat([right, wrists[..., LEFT, :] - right, frames[..., :2, :].flatten(-3)], dim=-1)
    return local.flatten(-2).transpose(-2, -3), placed


def from_streams(hands: Tensor, wrists: Tensor) -> Tensor:
    """The inverse of `to_streams`; palm axes need not be orthonormal."""
    right, between, axes = wrists.split((3, 3, 12), dim=-1)
    frames = complete_frames(*axes.unflatten(-1, (2, 2, 3)).unbind(-2))
    local = hands.transpose(-2, -3).unflatten(-1, (N_JOINTS - 1, 3))
    return assemble(torch.stack([right + between, right], dim=-2), frames, local)
