"""Sampling of the diffusion generator: guidance that is what it says, and samples that repeat."""

import numpy as np
import pytest
import torch

from handx_core.generation.diffusion import DiffusionSampling, guided, sample_diffusion
from handx_core.generation.seeds import sample_seed
from handx_core.models.diffusion import Diffusion, DiffusionSettings, noise_schedule
from handx_core.models.text_layer import text_batch
from handx_core.models.trained import seeded
from handx_core.models.whitening import FEATURES
from handx_core.representation.motion import to_diffusion
from handx_core.representation.statistics import Statistics
from handx_core.representation.text import TextEncoderSettings, encode_texts

TEXTS = [f"the thumb touches finger {number}" for number in range(12)]
TABLE = encode_texts(TEXTS, TextEncoderSettings(width=8))
ROWS = torch.from_numpy(TABLE.rows(TEXTS)).reshape(4, 3)
SEEDS = [sample_seed(0, f"clip {row}", 0) for row in range(4)]
STATISTICS = Statistics("diffusion", torch.full((42, 4), 0.02, dtype=torch.float64), torch.full((42, 4), 0.1))


@pytest.fixture(scope="module")
def model() -> Diffusion:
    sizes = DiffusionSettings(width=32, heads=2, feed_forward=32, layers=2, waves=60, components=FEATURES)
    with seeded(0):
        model = Diffusion(sizes, text_width=8).eval()
        torch.nn.init.orthogonal_(model.correction.weight)  # it says nothing before the first step of training
    return model


def _sample(model, rows=ROWS, seeds=SEEDS, steps=4, **settings):
    return sample_diffusion(model, STATISTICS, TABLE, rows, seeds, DiffusionSampling(steps=steps, **settings))


@torch.no_grad()
def test_guidance_0_is_the_unconditional_model_and_1_the_conditional_one_bit_for_bit(model):
    noised = torch.randn(4, 60, FEATURES, generator=torch.Generator().manual_seed(0))
    steps = torch.full((4,), 400)
    tokens, mask = text_batch(TABLE, ROWS)
    conditional = model(noised, steps, model.encode_texts(tokens, mask, torch.ones(4, dtype=torch.bool)))
    unconditional = model(noised, steps, model.no_texts(4))
    for rescale in (0.0, 0.7):
        assert torch.equal(guided(model, TABLE, ROWS, 0.0, rescale)(noised, steps), unconditional)
        assert torch.equal(guided(model, TABLE, ROWS, 1.0, rescale)(noised, steps), conditional)
    assert (conditional - unconditional).abs().max() > 1e-3  # guidance that does nothing would pass the rest
    for guidance in (0.5, 2.5, 6.0):
        expected = (1 - guidance) * unconditional + guidance * conditional
        assert torch.allclose(guided(model, TABLE, ROWS, guidance, 0.0)(noised, steps), expected, atol=1e-4)
        rescaled = guided(model, TABLE, ROWS, guidance, 1.0)(noised, steps)
        factor = conditional.flatten(1).std(1) / expected.flatten(1).std(1)  # one for the whole clip
        assert torch.allclose(rescaled, factor[:, None, None] * expected, atol=1e-4)
        half = guided(model, TABLE, ROWS, guidance, 0.5)(noised, steps)
        assert torch.allclose(half, (expected + rescaled) / 2, atol=1e-4)


def test_samples_at_guidance_0_do_not_depend_on_the_text_and_others_do(model):
    other = ROWS.flip(0)
    assert torch.equal(_sample(model, guidance=0.0), _sample(model, other, guidance=0.0))
    assert not torch.allclose(_sample(model, guidance=2.5), _sample(model, other, guidance=2.5), atol=1e-4)


def test_samples_repeat_and_seeds_differ(model):
    first = _sample(model)
    assert first.shape == (4, 60, 2, 21, 3)
    assert first.dtype == torch.float32
    assert torch.equal(first, _sample(model))
    other = _sample(model, seeds=[sample_seed(0, f"clip {row}", 1) for row in range(4)])
    assert (first - other).abs().amax((1, 2, 3, 4)).min() > 1e-3


def test_a_motion_does_not_depend_on_what_is_sampled_with_it(model):
    together = _sample(model)
    assert torch.allclose(_sample(model, batch_size=3), together, atol=1e-5)
    order = [2, 0, 3, 1]
    reordered = _sample(model, ROWS[order], [SEEDS[row] for row in order])
    assert torch.allclose(reordered, together[order], atol=1e-5)
    assert torch.allclose(_sample(model, ROWS[1:2], SEEDS[1:2])[0], together[1], atol=1e-5)


def test_samples_are_in_the_clip_frame(model):
    assert _sample(model)[:, 0, 1, 0].abs().max() == 0


def test_a_network_that_knows_the_clean_motion_is_led_there(model, monkeypatch):
    joints = 0.1 * torch.randn(4, 60, 2, 21, 3, generator=torch.Generator().manual_seed(1))
    joints = joints - joints[:, :1, 1:, :1]
    clean = model.whitening(STATISTICS.normalise(to_diffusion(joints)).flatten(2))
    monkeypatch.setattr(Diffusion, "forward", lambda self, noised, steps, texts: clean)
    assert torch.allclose(_sample(model, steps=20, guidance=2.5), joints, atol=2e-3)


@pytest.mark.parametrize("deviation", [0.5, 1.0, 2.0])
def test_an_ideal_denoiser_gives_the_distribution_of_the_data(model, monkeypatch, deviation):
    # Normal data has a known best prediction from any amount of noise.
    kept = noise_schedule().alphas_cumprod

    def ideal(self, noised, steps, texts):
        signal, noise = kept[steps].sqrt()[:, None, None], (1 - kept[steps]).sqrt()[:, None, None]
        gain = signal * deviation**2 / (signal**2 * deviation**2 + noise**2)
        return 0.5 + gain * (noised - signal * 0.5)

    seen = {}
    monkeypatch.setattr(Diffusion, "forward", ideal)
    monkeypatch.setattr(type(model.whitening), "inverse", lambda self, values: seen.setdefault("values", values))
    _sample(model, steps=20, guidance=1.0)
    assert float(seen["values"].mean()) == pytest.approx(0.5, abs=0.03 * max(1.0, deviation))
    assert float(seen["values"].std()) == pytest.approx(deviation, rel=0.08)


def test_a_seed_depends_on_run_clip_and_sample():
    seeds = {sample_seed(run, clip, sample) for run in (0, 1) for clip in ("a", "b", "a/1") for sample in (0, 1, 11)}
    assert len(seeds) == 18
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert np.mean([seed / 2**63 for seed in seeds]) == pytest.approx(0.5, abs=0.25)
