"""Training of the diffusion generator: it learns texts apart, guidance guides, and runs repeat."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from handx_core.generation.diffusion import guided
from handx_core.models.diffusion import NOISE_STEPS, DiffusionSettings
from handx_core.models.text_layer import text_batch
from handx_core.representation.motion import DIFFUSION_SHAPE, from_diffusion, to_diffusion
from handx_core.representation.statistics import statistics_of
from handx_core.representation.text import TextEncoderSettings, encode_texts
from handx_core.training.data import LEVELS, MotionTexts
from handx_core.training.diffusion import DiffusionTraining, load_diffusion, train_diffusion
from handx_core.training.loop import TrainSettings

SETTINGS = DiffusionTraining(
    model=DiffusionSettings(
        width=32, heads=2, feed_forward=64, layers=1, dropout=0.0, words_per_token=1, waves=5, components=6
    ),
    text_dropout=0.2,
    loop=TrainSettings(
        steps=150, batch_size=16, learning_rate=3e-3, warmup_steps=10, ema_decay=0.9, threads=1, validate_every=75
    ),
)
SIDES = ("up", "down")


@pytest.fixture(scope="module")
def clips() -> MotionTexts:
    """In each clip each hand moves 20 cm up or down, as its text says, and drifts some other way."""
    random = np.random.default_rng(0)
    shape = 0.05 * random.standard_normal((2, 21, 3))
    joints, texts = [], []
    for clip in range(32):
        sides = [clip % 2, clip // 2 % 2]
        motion = np.broadcast_to(shape, (60, 2, 21, 3)).copy()
        for hand, side in enumerate(sides):
            drift = [*random.uniform(-0.1, 0.1, 2), 0.2 - 0.4 * side]
            motion[:, hand] += np.linspace(0, 1, 60)[:, None, None] * drift
        joints.append(motion - motion[0, 1, 0])
        texts.append([f"the hand goes {SIDES[side]}" for side in sides] + ["nothing"])
    table = encode_texts([text for three in texts for text in three], TextEncoderSettings(width=16))
    rows = torch.from_numpy(np.stack([table.rows(three) for three in texts]))
    ids = tuple(f"clip {number}" for number in range(32))
    joints = torch.from_numpy(np.stack(joints).astype(np.float32))
    return MotionTexts(ids, joints, rows[:, None].repeat(1, LEVELS, 1), table, ("train",) * 24 + ("val",) * 8)


@pytest.fixture(scope="module")
def statistics(clips):
    return statistics_of(clips.subset("train").joints, "diffusion")


@pytest.fixture(scope="module")
def trained(clips, statistics, tmp_path_factory):
    folder = tmp_path_factory.mktemp("diffusion")
    train, validation = clips.subset("train"), clips.subset("val")
    return train_diffusion(train, validation, statistics, SETTINGS, folder, log=lambda _: None)


@torch.no_grad()
def _right_share(clips, statistics, trained, guidance: float) -> float:
    """Share of hands that go where their text says, as seen in what is predicted from nothing but noise."""
    model = load_diffusion(trained)
    denoise = guided(model, clips.text, clips.text_rows[:, 0], guidance, 0.0)
    noise = torch.randn(len(clips), 5, 6, generator=torch.Generator().manual_seed(0))
    predicted = model.whitening.inverse(denoise(noise, torch.full((len(clips),), NOISE_STEPS - 1)))
    joints = from_diffusion(statistics.denormalise(predicted.unflatten(-1, DIFFUSION_SHAPE)))
    rise, true_rise = (j[:, 59, :, 0, 2] - j[:, 0, :, 0, 2] for j in (joints, clips.joints))
    return float((rise.sign() == true_rise.sign()).double().mean())


def test_the_validation_figures_fall(trained):
    first = {name: value for step, name, value in trained.curve if step == 75}
    names = ("error", "error_without_text")
    assert set(trained.metrics) == {f"{name}_from_step_{step}" for name in names for step in (125, 375, 625, 875)}
    name = "error_from_step_875"
    assert trained.metrics[name] < first[f"validation {name}"]


def test_hands_go_where_their_text_says_and_guidance_0_knows_nothing_of_it(clips, statistics, trained):
    assert _right_share(clips, statistics, trained, 2.5) > 0.9
    assert _right_share(clips, statistics, trained, 0.0) == pytest.approx(0.5, abs=0.1)


def test_captions_tell_their_clips_apart(clips, statistics, trained):
    model = load_diffusion(trained)
    clean = model.whitening(statistics.normalise(to_diffusion(clips.joints)).flatten(2))
    texts = model.encode_texts(*text_batch(clips.text, clips.text_rows[:, 0]), torch.ones(len(clips), dtype=torch.bool))
    motions, captions = model.summaries(clean, texts)
    best = (captions @ motions.T).argmax(1)
    assert float((clips.text_rows[best, 0] == clips.text_rows[:, 0]).all(-1).double().mean()) > 0.9


@pytest.mark.parametrize("levels", [(), (0,), (6,)])
def test_levels_that_no_caption_has_are_refused(levels):
    with pytest.raises(ValidationError, match="levels"):
        DiffusionTraining(text_levels=levels)


def test_equal_settings_give_equal_weights_and_other_weights_of_the_losses_do_not(clips, statistics, tmp_path):
    short = SETTINGS.model_copy(update={"loop": SETTINGS.loop.model_copy(update={"steps": 5})})
    train, validation = clips.subset("train"), clips.subset("val")
    first, second, third = (
        train_diffusion(train, validation, statistics, settings, tmp_path / folder, log=lambda _: None)
        for folder, settings in [
            ("first", short),
            ("second", short),
            ("first", short.model_copy(update={"alignment_weight": 0.0})),
        ]
    )
    assert first.sha256 == second.sha256
    assert first.sha256 != third.sha256


def test_a_trained_model_is_loaded_onto_the_best_device(trained, monkeypatch):
    monkeypatch.setattr("handx_core.models.trained.best_device", lambda: torch.device("meta"))
    assert load_diffusion(trained).no_text.device.type == "meta"
