"""Training of the diffusion generator: it learns texts apart, guidance guides, and runs repeat."""

import numpy as np
import pytest
import scipy.fft
import torch
from pydantic import ValidationError

from handx_core.generation.diffusion import guided
from handx_core.models.diffusion import FEATURES, NOISE_STEPS, Diffusion, DiffusionSettings, noise_schedule
from handx_core.models.text_layer import text_batch
from handx_core.models.trained import seeded
from handx_core.representation.motion import DIFFUSION_SHAPE, from_diffusion, to_diffusion
from handx_core.representation.statistics import statistics_of
from handx_core.representation.text import TextEncoderSettings, encode_texts
from handx_core.training.data import LEVELS, MotionTexts
from handx_core.training.diffusion import DiffusionTraining, load_diffusion, train_diffusion
from handx_core.training.loop import TrainSettings

SETTINGS = DiffusionTraining(
    model=DiffusionSettings(
        width=32, heads=2, feed_forward=64, layers=1, dropout=0.0, frames_per_token=6, noise_factor=100.0
    ),
    velocity_weight=1.0,
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
    denoise = guided(load_diffusion(trained), clips.text, clips.text_rows[:, 0], guidance)
    noise = torch.randn(len(clips), 60, FEATURES, generator=torch.Generator().manual_seed(0))
    predicted = denoise(noise, torch.full((len(clips),), NOISE_STEPS - 1))
    joints = from_diffusion(statistics.denormalise(predicted.unflatten(-1, DIFFUSION_SHAPE)))
    rise, true_rise = (j[:, 59, :, 0, 2] - j[:, 0, :, 0, 2] for j in (joints, clips.joints))
    return float((rise.sign() == true_rise.sign()).double().mean())


def test_the_validation_figures_fall(trained):
    first = {name: value for step, name, value in trained.curve if step == 75}
    assert set(trained.metrics) == {f"reconstruction_from_step_{step}" for step in (125, 375, 625, 875)}
    name = "reconstruction_from_step_875"
    assert trained.metrics[name] < first[f"validation {name}"]


@torch.no_grad()
def test_it_starts_as_the_best_linear_denoiser(clips, statistics):
    """Of motions whose waves and components are independent: against the covariance of whole clips, inverted."""
    generator = torch.Generator().manual_seed(0)
    mixing = torch.linalg.qr(torch.randn(FEATURES, FEATURES, generator=generator))[0]
    deviations = torch.rand(60, FEATURES, generator=generator) + 0.1
    waves = scipy.fft.idct(np.eye(60), axis=0, norm="ortho")
    amplitudes = deviations * torch.randn(3000, 60, FEATURES, generator=generator)
    features = (torch.from_numpy(waves).float() @ amplitudes) @ mixing.T
    with seeded(0):
        model = Diffusion(DiffusionSettings(width=FEATURES, heads=2, layers=1), text_width=16).eval()
    model.fit_components(features[:2900])
    signal = float(noise_schedule(model.settings.noise_factor).alphas_cumprod[300])
    noised = signal**0.5 * features[2900:] + (1 - signal) ** 0.5 * torch.randn(100, 60, FEATURES, generator=generator)
    predicted = model(noised, torch.full((100,), 300), model.no_texts(100))
    variance = deviations**2
    least = (variance * (1 - signal) / (signal * variance + 1 - signal)).mean()  # what no estimate can go below
    assert float((predicted - features[2900:]).square().mean() / least) == pytest.approx(1, abs=0.05)


def test_captions_tell_their_clips_apart(clips, statistics, trained):
    model = load_diffusion(trained)
    clean = statistics.normalise(to_diffusion(clips.joints)).flatten(2)
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
            ("first", short.model_copy(update={"velocity_weight": 0.0})),
        ]
    )
    assert first.sha256 == second.sha256
    assert first.sha256 != third.sha256
