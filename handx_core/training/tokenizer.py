"""Training of the tokenizer.

What belongs here: its batches and validation figures. What does not: the model and its loss (`models.tokenizer`) or
the loop (`training.loop`).
"""

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

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
    """Everything that makes a tokenizer: sizes of the model, weights of the loss, and the loop."""

    model: TokenizerSettings = TokenizerSettings()
    loss: TokenizerLoss = TokenizerLoss()
    loop: TrainSettings = TrainSettings(steps=1200, batch_size=32, learning_rate=6e-3, warmup_steps=30)


def train_tokenizer(
    train_clips: MotionTexts, validation: MotionTexts, settings: TokenizerTraining, folder: Path, log: Log = print
) -> TrainedModel:
    """Train the tokenizer. The validation clips are only measured, never trained on."""
    model = build_tokenizer(settings.model, settings.loop.seed)
    model.fit_features(train_clips.joints)
    return train(
        NAME,
        model,
        _loss(train_clips.joints, settings.loss),
        len(train_clips),
        settings.loop,
        folder,
        config={"tokenizer": settings.model.model_dump(), "loss": settings.loss.model_dump()},
        data_fingerprint=f"{train_clips.fingerprint()}-{validation.fingerprint()}",
        validate=_validate(validation.joints),
        log=log,
    )


def _loss(joints: Tensor, weights: TokenizerLoss) -> Loss:
    def loss(model: nn.Module, items: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        assert isinstance(model, Tokenizer)
        batch = joints[items]
        # Half of the clips are mirrored: the other hand does it, which doubles the motion there is to learn from.
        mirrored = torch.rand(len(batch), generator=generator) < 0.5
        batch[mirrored] = _mirror(batch[mirrored])
        return reconstruction_loss(model, batch.to(model.hand_mean.device), weights)

    return loss


def _mirror(joints: Tensor) -> Tensor:
    return to_clip_frame(joints.flip(-3) * joints.new_tensor([-1.0, 1.0, 1.0]))


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
