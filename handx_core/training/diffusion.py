"""Training of the diffusion generator.

What belongs here: its batches, its validation figures, and getting a trained one back. What does not: the network and
its losses (`models.diffusion`), the loop (`training.loop`) or sampling (`generation.diffusion`).
"""

from pathlib import Path
from typing import Any, Final

import torch
from pydantic import Field
from torch import Tensor, nn

from handx_core.devices import moved
from handx_core.models.diffusion import NOISE_STEPS, Diffusion, DiffusionSettings, noise_schedule
from handx_core.models.evaluator import contrastive_loss
from handx_core.models.text_layer import text_batch
from handx_core.models.trained import TrainedModel, ready, seeded
from handx_core.representation.motion import to_diffusion
from handx_core.representation.statistics import Statistics
from handx_core.settings import Settings
from handx_core.training.data import ALL_LEVELS, CaptionLevels, MotionTexts
from handx_core.training.loop import Log, Loss, TrainSettings, Validate, train

NAME = "diffusion_generator"

ALIGNMENT_TEMPERATURE: Final = 0.1
"""Of the softmax over the clips of a batch, as in the evaluator."""

_VALIDATION_CLIPS = 128
_VALIDATION_SEED = 0


class DiffusionTraining(Settings):
    """Everything that makes a diffusion generator: sizes of the network, weights of the losses, and the loop.

    alignment_weight: of telling the caption's clip from the others of the batch, beside the error of the prediction.
    text_dropout: share of captions that are not given, for guidance. text_levels: of the captions that it is trained
    on.
    """

    model: DiffusionSettings = DiffusionSettings()
    alignment_weight: float = Field(default=0.5, ge=0.0)
    text_dropout: float = Field(default=0.1, ge=0.0, lt=1.0)
    text_levels: CaptionLevels = ALL_LEVELS
    loop: TrainSettings = TrainSettings(
        steps=600, batch_size=48, learning_rate=3e-3, warmup_steps=20, weight_decay=0.01, ema_decay=0.99
    )


def train_diffusion(
    train_clips: MotionTexts,
    validation: MotionTexts,
    statistics: Statistics,
    settings: DiffusionTraining,
    folder: Path,
    log: Log = print,
) -> TrainedModel:
    """Train the diffusion generator.

    statistics: of the representation "diffusion" over the training clips. The validation clips are only measured.
    """
    config = {
        "settings": settings.model.model_dump(),
        "text_width": train_clips.text.width,
        "losses": settings.model_dump(exclude={"model", "loop"}),
    }
    model = _build(config, settings.loop.seed)
    features = _features(train_clips, statistics)
    model.whitening.fit(features, statistics.std.flatten())
    return train(
        NAME,
        model,
        _loss(train_clips, model.whitening(features), settings),
        len(train_clips),
        settings.loop,
        folder,
        config=config,
        data_fingerprint=f"{train_clips.fingerprint()}-{validation.fingerprint()}",
        validate=_validate(validation, statistics, settings.text_levels),
        log=log,
    )


def load_diffusion(trained: TrainedModel) -> Diffusion:
    """The trained generator, ready for use. Raises HandXError where its weights are missing or changed."""
    model = _build(trained.config["model"], seed=0)
    return ready(model, trained)


def _build(config: dict[str, Any], seed: int) -> Diffusion:
    with seeded(seed):
        return Diffusion(DiffusionSettings(**config["settings"]), config["text_width"])


def _loss(clips: MotionTexts, whitened: Tensor, settings: DiffusionTraining) -> Loss:
    schedule = noise_schedule()

    def loss(model: nn.Module, items: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        assert isinstance(model, Diffusion)
        device = model.no_text.device
        clean = whitened[items]
        # Rising density: what a text says is learned from clips that noise hides.
        steps = (NOISE_STEPS * torch.rand(items.shape, generator=generator).sqrt()).long()
        noise, blur = torch.randn(2, *clean.shape, generator=generator)
        given = torch.rand(items.shape, generator=generator) >= settings.text_dropout
        rows = clips.rows_of_one_level(items, settings.text_levels, generator)
        texts = model.encode_texts(*text_batch(clips.text, rows, device), moved(given, device))
        clean, noise, blur, steps = (moved(values, device) for values in (clean, noise, blur, steps))
        noised = schedule.add_noise(clean, noise, steps)
        error = model.loss(model(noised, steps, texts), clean, steps)
        motions, captions = model.summaries(clean, texts, blur)
        told = moved(given.nonzero()[:, 0], device)
        alignment = contrastive_loss(motions[told], captions[told], moved(rows[given], device), ALIGNMENT_TEMPERATURE)
        return {"loss": error + settings.alignment_weight * alignment, "error": error, "alignment": alignment}

    return loss


def _validate(clips: MotionTexts, statistics: Statistics, text_levels: tuple[int, ...]) -> Validate:
    """The error from four amounts of noise, always the same, with and without texts of the levels in turn."""
    clips = clips.select(range(min(len(clips), _VALIDATION_CLIPS)))
    rows = clips.rows_of_levels_in_turn(text_levels)
    features = _features(clips, statistics)
    schedule = noise_schedule()

    def validate(model: nn.Module) -> dict[str, float]:
        assert isinstance(model, Diffusion)
        device = model.no_text.device
        tokens, mask = text_batch(clips.text, rows, device)
        texts = model.encode_texts(tokens, mask, torch.ones(len(clips), dtype=torch.bool, device=device))
        clean = model.whitening(features.to(device))
        noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(_VALIDATION_SEED)).to(device)
        errors = {}
        for step in (NOISE_STEPS * part // 8 for part in (1, 3, 5, 7)):
            steps = torch.full((len(clips),), step, device=device)
            noised = schedule.add_noise(clean, noise, steps)
            for name, known in (("error", texts), ("error_without_text", model.no_texts(len(clips)))):
                errors[f"{name}_from_step_{step}"] = float(model.loss(model(noised, steps, known), clean, steps))
        return errors

    return validate


def _features(clips: MotionTexts, statistics: Statistics) -> Tensor:
    return statistics.normalise(to_diffusion(clips.joints)).flatten(2)
