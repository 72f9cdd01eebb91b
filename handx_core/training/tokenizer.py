"""Training of the tokenizer.

What belongs here: its batches and validation figures. What does not: the model and its loss (`models.tokenizer`) or
the loop (`training.loop`).
"""

from pathlib import Path
from typing import Final

import roma
import torch
from torch import Tensor, nn

from handx_core.devices import moved
from handx_core.models.tokenizer import (
    Tokenizer,
    TokenizerLoss,
    TokenizerSettings,
    build_tokenizer,
    decode_clips,
    encode_clips,
    reconstruction_loss,
)
from handx_core.models.trained import TrainedModel
from handx_core.representation.motion import to_clip_frame
from handx_core.settings import Settings
from handx_core.skeleton import WRIST
from handx_core.training.data import MotionTexts
from handx_core.training.loop import Log, Loss, TrainSettings, Validate, train

NAME: Final = "tokenizer"


class TokenizerTraining(Settings):
    """Everything that makes a tokenizer: sizes of the model, weights of the loss, and the loop.

    turn_rad, scale: by how much clips are varied, so that other people's hands and ways of standing are not new:
    the standard deviation of a turn about each axis, and the largest change of size.
    """

    model: TokenizerSettings = TokenizerSettings()
    loss: TokenizerLoss = TokenizerLoss()
    turn_rad: float = 0.2
    scale: float = 0.1
    loop: TrainSettings = TrainSettings(steps=1600, batch_size=32, learning_rate=3e-3, warmup_steps=30)


def train_tokenizer(
    train_clips: MotionTexts, validation: MotionTexts, settings: TokenizerTraining, folder: Path, log: Log = print
) -> TrainedModel:
    """Train the tokenizer. The validation clips are only measured, never trained on."""
    model = build_tokenizer(settings.model, settings.loop.seed)
    model.fit_features(train_clips.joints)
    return train(
        NAME,
        model,
        _loss(train_clips.joints, settings),
        len(train_clips),
        settings.loop,
        folder,
        config={"tokenizer": settings.model.model_dump(), "batches": settings.model_dump(exclude={"model", "loop"})},
        data_fingerprint=f"{train_clips.fingerprint()}-{validation.fingerprint()}",
        validate=_validate(validation.joints),
        log=log,
    )


def _loss(joints: Tensor, settings: TokenizerTraining) -> Loss:
    def loss(model: nn.Module, items: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        assert isinstance(model, Tokenizer)
        batch = vary(joints[items], settings, generator)
        return reconstruction_loss(model, moved(batch, model.hand_mean.device), settings.loss)

    return loss


def vary(joints: Tensor, settings: TokenizerTraining, generator: torch.Generator) -> Tensor:
    """Mirror half of the clips, turn each a little and change its size; joints: (B, T, 2, 21, 3), clip frame."""
    count = len(joints)
    mirrored = torch.rand(count, 1, 1, 1, 1, generator=generator) < 0.5
    joints = torch.where(mirrored, to_clip_frame(joints.flip(-3) * joints.new_tensor([-1.0, 1.0, 1.0])), joints)
    turns = roma.rotvec_to_rotmat(settings.turn_rad * torch.randn(count, 3, generator=generator))
    sizes = 1.0 + settings.scale * (2.0 * torch.rand(count, 1, 1, generator=generator) - 1.0)
    return torch.einsum("bij,b...j->b...i", sizes * turns, joints)


def _validate(joints: Tensor) -> Validate:
    def validate(model: nn.Module) -> dict[str, float]:
        assert isinstance(model, Tokenizer)
        error = decode_clips(model, encode_clips(model, joints)) - joints
        relative = error - error[..., WRIST : WRIST + 1, :]
        return {
            "mpjpe_mm": 1e3 * float(error.norm(dim=-1).mean()),
            "mpjpe_wrist_relative_mm": 1e3 * float(relative[..., WRIST + 1 :, :].norm(dim=-1).mean()),
        }

    return validate
