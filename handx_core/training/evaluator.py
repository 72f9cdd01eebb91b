"""Training of the evaluator.

What belongs here: its batches, its validation figures, and getting a trained one back. What does not: the model and
its loss (`models.evaluator`) or the loop (`training.loop`).
"""

from pathlib import Path

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from handx_core.devices import moved
from handx_core.models.evaluator import (
    Evaluator,
    EvaluatorSettings,
    contrastive_loss,
    embed_motions,
    embed_texts,
)
from handx_core.models.text_layer import text_batch
from handx_core.models.trained import TrainedModel, ready, seeded
from handx_core.settings import Settings
from handx_core.training.data import LEVELS, MotionTexts
from handx_core.training.loop import Log, Loss, TrainSettings, Validate, train

NAME = "evaluator"


class EvaluatorTraining(Settings):
    """Everything that makes an evaluator: sizes of the model, and the loop."""

    model: EvaluatorSettings = EvaluatorSettings()
    loop: TrainSettings = TrainSettings(steps=400, batch_size=64, learning_rate=1e-3, warmup_steps=20)


def train_evaluator(
    train_clips: MotionTexts, validation: MotionTexts, settings: EvaluatorTraining, folder: Path, log: Log = print
) -> TrainedModel:
    """Train the evaluator on the texts of all levels. The validation clips are only measured, never trained on."""
    config = {"settings": settings.model.model_dump(), "text_width": train_clips.text.width}
    model = _build(config, settings.loop.seed)
    model.fit_features(train_clips.joints)
    return train(
        NAME,
        model,
        _loss(train_clips),
        len(train_clips),
        settings.loop,
        folder,
        config=config,
        data_fingerprint=f"{train_clips.fingerprint()}-{validation.fingerprint()}",
        validate=_validate(validation),
        log=log,
    )


def load_evaluator(trained: TrainedModel) -> Evaluator:
    """The trained evaluator, ready for use. Raises HandXError where its weights are missing or changed."""
    model = _build(trained.config["model"], seed=0)
    return ready(model, trained)


def _build(config: dict, seed: int) -> Evaluator:
    with seeded(seed):
        return Evaluator(EvaluatorSettings(**config["settings"]), config["text_width"])


def _loss(clips: MotionTexts) -> Loss:
    def loss(model: nn.Module, items: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        assert isinstance(model, Evaluator)
        device = model.feature_mean.device
        level = int(torch.randint(LEVELS, (), generator=generator))  # one for all: texts of like length pad little
        rows = clips.text_rows[items, level]
        motions = model.embed_motion(moved(clips.joints[items], device))
        texts = model.embed_text(*text_batch(clips.text, rows, device))
        return {"loss": contrastive_loss(motions, texts, moved(rows, device), model.settings.temperature)}

    return loss


def _validate(clips: MotionTexts) -> Validate:
    def validate(model: nn.Module) -> dict[str, float]:
        """Top-3 R-precision by level, each motion's text against all others of the split: harder than pools of 32."""
        assert isinstance(model, Evaluator)
        motions = embed_motions(model, clips.joints)
        return {f"top_3_level_{level + 1}": _top_3(model, motions, clips, level) for level in range(LEVELS)}

    return validate


def _top_3(model: Evaluator, motions: NDArray, clips: MotionTexts, level: int) -> float:
    rows = clips.text_rows[:, level].numpy()
    similarity = motions @ embed_texts(model, clips.text, rows).T
    same_text = (rows[:, None] == rows[None]).all(-1)
    rivals = ~(similarity < similarity.diagonal()[:, None]) & ~same_text
    return float((rivals.sum(1) < 3).mean())
