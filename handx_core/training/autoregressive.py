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

from handx_core.models.autoregressive import (
    Autoregressive,
    AutoregressiveSettings,
    build_autoregressive,
    next_code_loss,
)
from handx_core.models.text_layer import text_batch
from handx_core.models.trained import TrainedModel
from handx_core.settings import Settings
from handx_core.training.data import LEVELS, MotionTexts
from handx_core.training.loop import Log, Loss, TrainSettings, Validate, train

NAME: Final = "autoregressive_generator"

_VALIDATION_BATCH: Final = 128


class AutoregressiveTraining(Settings):
    """Everything that makes an autoregressive generator: sizes of the network, and the loop.

    text_dropout: share of clips whose text is withheld, for guidance. most_replaced: each clip is given a rate
    between 0 and this, at which the codes that the decoder sees are replaced by another clip's, so that it learns
    to go on from its own mistakes, and to heed the text.
    """

    model: AutoregressiveSettings = AutoregressiveSettings()
    text_dropout: float = Field(default=0.1, ge=0.0, lt=1.0)
    most_replaced: float = Field(default=0.8, ge=0.0, le=1.0)
    loop: TrainSettings = TrainSettings(
        steps=450, batch_size=32, learning_rate=3e-3, warmup_steps=30, weight_decay=0.01
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
    """Train the autoregressive generator on the texts of all levels.

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
        validate=_validate(validation, validation_codes),
        log=log,
    )


def _loss(clips: MotionTexts, codes: Tensor, settings: AutoregressiveTraining) -> Loss:
    def loss(model: nn.Module, items: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        assert isinstance(model, Autoregressive)
        device = model.anchor.device
        level = int(torch.randint(LEVELS, (), generator=generator))  # one for all: texts of like length pad little
        tokens, mask = text_batch(clips.text, clips.text_rows[items, level], device)
        given = torch.rand(len(items), generator=generator) >= settings.text_dropout
        wanted = codes[items]
        seen = replace_steps(wanted, settings.most_replaced, generator)
        prefix = model.prefix(tokens, mask, given.to(device))
        return {"loss": next_code_loss(model, prefix, seen.to(device), wanted.to(device))}

    return loss


def replace_steps(codes: Tensor, most_replaced: float, generator: torch.Generator) -> Tensor:
    """Replace steps by another clip's at the same time, at a rate per clip between 0 and most_replaced.

    codes: (B, T, streams); returns the same shape.
    """
    count, n_steps, _ = codes.shape
    rates = most_replaced * torch.rand(count, 1, generator=generator)
    replaced = torch.rand(count, n_steps, generator=generator) < rates
    others = codes[torch.randperm(count, generator=generator)]
    return torch.where(replaced[..., None], others, codes)


def _validate(clips: MotionTexts, codes: Tensor) -> Validate:
    def validate(model: nn.Module) -> dict[str, float]:
        assert isinstance(model, Autoregressive)
        device = model.anchor.device
        conditional = unconditional = 0.0
        for rows in torch.arange(len(clips)).split(_VALIDATION_BATCH):
            tokens, mask = text_batch(clips.text, clips.text_rows[rows, rows % LEVELS], device)
            wanted, given = codes[rows].to(device), torch.ones(len(rows), dtype=torch.bool, device=device)
            with_text = next_code_loss(model, model.prefix(tokens, mask, given), wanted, wanted)
            without = next_code_loss(model, model.no_prefix(len(rows)), wanted, wanted)
            conditional += float(with_text) * len(rows) / len(clips)
            unconditional += float(without) * len(rows) / len(clips)
        return {"nats_per_digit": conditional, "nats_per_digit_without_text": unconditional}

    return validate
