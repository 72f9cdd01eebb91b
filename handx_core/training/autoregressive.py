"""Training of the autoregressive generator.

What belongs here: its batches and validation figures. What does not: the network and its loss
(`models.autoregressive`), the loop (`training.loop`) or sampling (`generation.autoregressive`).
"""

import hashlib
from pathlib import Path
from typing import Final

import torch
from pydantic import Field
from torch import Tensor, nn

from handx_core.devices import moved
from handx_core.models.autoregressive import (
    Autoregressive,
    AutoregressiveSettings,
    build_autoregressive,
    next_code_loss,
    outline_loss,
)
from handx_core.models.text_layer import text_batch
from handx_core.models.trained import TrainedModel
from handx_core.settings import Settings
from handx_core.training.data import ALL_LEVELS, CaptionLevels, MotionTexts
from handx_core.training.loop import Log, Loss, TrainSettings, Validate, train

NAME: Final = "autoregressive_generator"

_VALIDATION_BATCH: Final = 128


class AutoregressiveTraining(Settings):
    """Everything that makes an autoregressive generator: sizes of the network, and the loop.

    text_levels: of detail of the captions it reads, 1 to 5. text_dropout: share of clips whose text is withheld, for
    guidance. outline_weight: of the squared error of the outline, in the loss.
    """

    model: AutoregressiveSettings = AutoregressiveSettings()
    text_levels: CaptionLevels = ALL_LEVELS
    text_dropout: float = Field(default=0.1, ge=0.0, lt=1.0)
    outline_weight: float = Field(default=40.0, ge=0.0)
    loop: TrainSettings = TrainSettings(
        steps=400, batch_size=32, learning_rate=3e-3, warmup_steps=30, weight_decay=0.01
    )


def train_autoregressive(
    train_clips: MotionTexts,
    train_codes: Tensor,
    validation: MotionTexts,
    validation_codes: Tensor,
    levels: tuple[int, ...],
    settings: AutoregressiveTraining,
    folder: Path,
    log: Log = print,
) -> TrainedModel:
    """Train the autoregressive generator.

    train_codes, validation_codes: (N, 30, streams) int64, the codes of the clips, in their order. levels: of the
    digits of a code, as in the tokenizer. The validation clips are only measured, never trained on.
    """
    n_streams = train_codes.shape[-1]
    config = {
        "settings": settings.model.model_dump(),
        "text_width": train_clips.text.width,
        "levels": list(levels),
        "n_streams": n_streams,
        "batches": settings.model_dump(exclude={"model", "loop"}),
    }
    model = build_autoregressive(settings.model, train_clips.text.width, levels, n_streams, settings.loop.seed)
    codes_hash = hashlib.sha256(torch.cat([train_codes, validation_codes]).numpy().tobytes()).hexdigest()[:16]
    return train(
        NAME,
        model,
        _loss(train_clips, train_codes, settings),
        len(train_clips),
        settings.loop,
        folder,
        config=config,
        data_fingerprint=f"{train_clips.fingerprint()}-{validation.fingerprint()}-{codes_hash}",
        validate=_validate(validation, validation_codes, settings.text_levels),
        log=log,
    )


def _loss(clips: MotionTexts, codes: Tensor, settings: AutoregressiveTraining) -> Loss:
    def loss(model: nn.Module, items: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        assert isinstance(model, Autoregressive)
        device = model.anchor.device
        rows = clips.rows_of_one_level(items, settings.text_levels, generator)
        tokens, mask = text_batch(clips.text, rows, device)
        given = moved(torch.rand(len(items), generator=generator) >= settings.text_dropout, device)
        wanted = moved(codes[items], device)
        prefix = model.prefix(tokens, mask, given)
        terms = {"nats": next_code_loss(model, prefix, wanted), "outline": outline_loss(model, prefix, wanted, given)}
        return {"loss": terms["nats"] + settings.outline_weight * terms["outline"], **terms}

    return loss


def _validate(clips: MotionTexts, codes: Tensor, text_levels: tuple[int, ...]) -> Validate:
    def validate(model: nn.Module) -> dict[str, float]:
        assert isinstance(model, Autoregressive)
        device = model.anchor.device
        text_rows = clips.rows_of_levels_in_turn(text_levels)
        conditional = unconditional = 0.0
        for rows in torch.arange(len(clips)).split(_VALIDATION_BATCH):
            tokens, mask = text_batch(clips.text, text_rows[rows], device)
            wanted, given = codes[rows].to(device), torch.ones(len(rows), dtype=torch.bool, device=device)
            with_text = next_code_loss(model, model.prefix(tokens, mask, given), wanted)
            without = next_code_loss(model, model.no_prefix(len(rows)), wanted)
            conditional += float(with_text) * len(rows) / len(clips)
            unconditional += float(without) * len(rows) / len(clips)
        return {"nats_per_digit": conditional, "nats_per_digit_without_text": unconditional}

    return validate
