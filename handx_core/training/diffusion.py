"""Training of the diffusion generator.

What belongs here: its batches, its validation figures, and getting a trained one back. What does not: the network and
its losses (`models.diffusion`), the loop (`training.loop`) or sampling (`generation.diffusion`).
"""

from pathlib import Path
from typing import Annotated, Any, Final

import torch
from pydantic import Field
from torch import Tensor, nn

from handx_core.models.diffusion import NOISE_STEPS, Diffusion, DiffusionSettings, diffusion_losses, noise_schedule
from handx_core.models.evaluator import contrastive_loss
from handx_core.models.text_layer import text_batch
from handx_core.models.trained import TrainedModel, load_weights, seeded
from handx_core.representation.motion import to_diffusion
from handx_core.representation.statistics import Statistics
from handx_core.settings import Settings
from handx_core.training.data import LEVELS, MotionTexts
from handx_core.training.loop import Log, Loss, TrainSettings, Validate, train

NAME = "diffusion_generator"

ALIGNMENT_TEMPERATURE: Final = 0.1
"""Of the softmax over the clips of a batch, as in the evaluator."""

_VALIDATION_CLIPS = 128
_VALIDATION_SEED = 0


class DiffusionTraining(Settings):
    """Everything that makes a diffusion generator: sizes of the network, weights of the losses, and the loop.

    representation_weight, velocity_weight, acceleration_weight: of the terms of `diffusion_losses` beside the
    reconstruction. alignment_weight: of telling the caption's clip from the others of the batch. text_dropout: share
    of captions that are not given, for guidance. text_levels: of the captions that it is trained on.
    """

    model: DiffusionSettings = DiffusionSettings()
    representation_weight: float = Field(default=5.0, ge=0.0)
    velocity_weight: float = Field(default=1.0, ge=0.0)
    acceleration_weight: float = Field(default=0.1, ge=0.0)
    alignment_weight: float = Field(default=0.5, ge=0.0)
    text_dropout: float = Field(default=0.1, ge=0.0, lt=1.0)
    text_levels: tuple[Annotated[int, Field(ge=1, le=LEVELS)], ...] = Field(default=(1, 2, 3, 4, 5), min_length=1)
    loop: TrainSettings = TrainSettings(steps=400, batch_size=32, learning_rate=3e-3, warmup_steps=20, ema_decay=0.95)


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
    features = _features(train_clips, statistics)
    model = _build(config, settings.loop.seed)
    model.fit_components(features)
    return train(
        NAME,
        model,
        _loss(train_clips, features, settings),
        len(train_clips),
        settings.loop,
        folder,
        config=config,
        data_fingerprint=f"{train_clips.fingerprint()}-{validation.fingerprint()}",
        validate=_validate(validation, statistics, settings),
        log=log,
    )


def load_diffusion(trained: TrainedModel) -> Diffusion:
    """The trained generator, ready for use. Raises HandXError where its weights are missing or changed."""
    model = _build(trained.config["model"], seed=0)
    load_weights(model, trained)
    return model


def _build(config: dict[str, Any], seed: int) -> Diffusion:
    with seeded(seed):
        return Diffusion(DiffusionSettings(**config["settings"]), config["text_width"])


def _loss(clips: MotionTexts, features: Tensor, settings: DiffusionTraining) -> Loss:
    schedule = noise_schedule(settings.model.noise_factor)
    weights = {
        "reconstruction": 1.0,
        "representation": settings.representation_weight,
        "velocity": settings.velocity_weight,
        "acceleration": settings.acceleration_weight,
        "alignment": settings.alignment_weight,
    }

    def loss(model: nn.Module, items: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        assert isinstance(model, Diffusion)
        device = model.no_text.device
        clean = features[items]
        steps = torch.randint(NOISE_STEPS, items.shape, generator=generator)
        noised = schedule.add_noise(clean, torch.randn(clean.shape, generator=generator), steps)
        given = torch.rand(items.shape, generator=generator) >= settings.text_dropout
        # One level for all: texts of like length pad little.
        level = settings.text_levels[int(torch.randint(len(settings.text_levels), (), generator=generator))]
        rows = clips.text_rows[items, level - 1]
        tokens, mask = text_batch(clips.text, rows, device)
        texts = model.encode_texts(tokens, mask, given.to(device))
        terms = diffusion_losses(model(noised.to(device), steps.to(device), texts), clean.to(device))
        clip_summaries, caption_summaries = model.summaries(clean.to(device), texts)
        told = clip_summaries[given], caption_summaries[given]
        terms["alignment"] = contrastive_loss(*told, rows[given].to(device), ALIGNMENT_TEMPERATURE)
        total = torch.stack([weight * terms[name] for name, weight in weights.items()]).sum()
        return {"loss": total, **terms}

    return loss


def _validate(clips: MotionTexts, statistics: Statistics, settings: DiffusionTraining) -> Validate:
    """The reconstruction error from four amounts of noise, always the same, with the texts of the middle level."""
    clips = clips.select(range(min(len(clips), _VALIDATION_CLIPS)))
    clean = _features(clips, statistics)
    noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(_VALIDATION_SEED))
    schedule = noise_schedule(settings.model.noise_factor)

    def validate(model: nn.Module) -> dict[str, float]:
        assert isinstance(model, Diffusion)
        device = model.no_text.device
        tokens, mask = text_batch(clips.text, clips.text_rows[:, LEVELS // 2], device)
        texts = model.encode_texts(tokens, mask, torch.ones(len(clips), dtype=torch.bool, device=device))
        errors = {}
        for step in (NOISE_STEPS * part // 8 for part in (1, 3, 5, 7)):
            steps = torch.full((len(clips),), step)
            predicted = model(schedule.add_noise(clean, noise, steps).to(device), steps.to(device), texts)
            errors[f"reconstruction_from_step_{step}"] = float(
                diffusion_losses(predicted, clean.to(device))["reconstruction"]
            )
        return errors

    return validate


def _features(clips: MotionTexts, statistics: Statistics) -> Tensor:
    return statistics.normalise(to_diffusion(clips.joints)).flatten(2)
