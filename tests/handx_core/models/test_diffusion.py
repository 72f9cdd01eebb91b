"""The diffusion network: what it may depend on, and its losses against plain formulas."""

import pytest
import scipy.fft
import torch

from handx_core.models.diffusion import (
    FEATURES,
    NOISE_STEPS,
    Diffusion,
    DiffusionSettings,
    cosine_waves,
    diffusion_losses,
    noise_schedule,
)
from handx_core.models.trained import seeded


@pytest.fixture(scope="module", params=[1, 2], ids=["a_frame_a_token", "two_frames_a_token"])
def model(request) -> Diffusion:
    sizes = DiffusionSettings(width=32, heads=2, feed_forward=32, layers=2, frames_per_token=request.param)
    with seeded(0):
        return Diffusion(sizes, text_width=8).eval()


def _random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _texts(model: Diffusion, batch: int, given: bool = True):
    mask = torch.ones(batch, 3, 7, dtype=torch.bool)
    mask[0, 1, 4:] = False
    tokens = _random(batch, 3, 7, 8, seed=1) * mask[..., None]
    return model.encode_texts(tokens, mask, torch.full((batch,), given)), tokens, mask


@torch.no_grad()
def test_it_predicts_features_of_every_frame(model):
    texts, *_ = _texts(model, 3)
    predicted = model(_random(3, 60, FEATURES), torch.tensor([0, 500, 999]), texts)
    assert predicted.shape == (3, 60, FEATURES)
    assert predicted.isfinite().all()


@torch.no_grad()
def test_a_clip_depends_on_its_own_noise_step_and_texts_alone(model):
    noised, steps = _random(3, 60, FEATURES), torch.tensor([10, 500, 900])
    texts, tokens, mask = _texts(model, 3)
    together = model(noised, steps, texts)
    for row in range(3):
        one = slice(row, row + 1)
        alone = model(noised[one], steps[one], model.encode_texts(tokens[one], mask[one], torch.tensor([True])))
        assert torch.allclose(alone[0], together[row], atol=1e-5)
    assert not torch.allclose(model(noised, steps + 50, texts), together, atol=1e-3)


@torch.no_grad()
@pytest.mark.parametrize("part", [0, 1, 2])
def test_each_of_the_three_texts_is_read(model, part):
    noised, steps = _random(2, 60, FEATURES), torch.tensor([300, 300])
    texts, tokens, mask = _texts(model, 2)
    changed = tokens.clone()
    changed[:, part] = _random(2, 7, 8, seed=2)
    other = model.encode_texts(changed, mask, torch.tensor([True, True]))
    assert (model(noised, steps, other) - model(noised, steps, texts)).abs().max() > 1e-3


@torch.no_grad()
def test_what_is_written_in_a_caption_that_is_not_given_does_not_matter(model):
    noised, steps = _random(2, 60, FEATURES), torch.tensor([300, 300])
    dropped, tokens, mask = _texts(model, 2, given=False)
    other = model.encode_texts(tokens * 5 + 1, mask, torch.tensor([False, False]))
    expected = model(noised, steps, dropped)
    assert torch.equal(model(noised, steps, other), expected)
    assert torch.allclose(model(noised, steps, model.no_texts(2)), expected, atol=1e-5)
    given, *_ = _texts(model, 2)
    assert (model(noised, steps, given) - expected).abs().max() > 1e-3


def test_every_weight_learns(model):
    texts, *_ = _texts(model, 2)
    model.fit_components(_random(8, 60, FEATURES, seed=4))
    torch.nn.init.orthogonal_(model.correction.weight)  # nothing passes it before the first step
    given = model(_random(2, 60, FEATURES), torch.tensor([100, 700]), texts)
    not_given = model(_random(2, 60, FEATURES), torch.tensor([100, 700]), model.no_texts(2))
    model.zero_grad()
    summaries = model.summaries(_random(2, 60, FEATURES), texts)
    told = sum((summary * _random(*summary.shape, seed=5)).sum() for summary in summaries)
    (given.square().mean() + not_given.square().mean() + told).backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()] == []


@torch.no_grad()
def test_summaries_are_unit_vectors_of_the_clip_and_of_its_caption(model):
    clean = _random(2, 60, FEATURES)
    texts, tokens, mask = _texts(model, 2)
    clips, captions = model.summaries(clean, texts)
    assert torch.allclose(clips.norm(dim=-1), torch.ones(2))
    assert torch.allclose(captions.norm(dim=-1), torch.ones(2))
    other_clips, same_captions = model.summaries(clean.flip(1), texts)
    assert torch.equal(same_captions, captions)
    assert (other_clips - clips).abs().max() > 1e-3
    other = model.encode_texts(tokens.flip(1), mask, torch.tensor([True, True]))
    same_clips, other_captions = model.summaries(clean, other)
    assert torch.equal(same_clips, clips)
    assert (other_captions - captions).abs().max() > 1e-3


def test_losses_against_plain_formulas():
    predicted, clean = _random(2, 10, FEATURES), _random(2, 10, FEATURES, seed=3)
    losses = diffusion_losses(predicted, clean)
    difference = (predicted - clean).reshape(2, 10, 42, 4).double()
    positions, rotations = difference[..., :3], difference[..., 3]
    velocity = positions[:, 1:] - positions[:, :-1]
    acceleration = positions[:, 2:] - 2 * positions[:, 1:-1] + positions[:, :-2]
    expected = {
        "reconstruction": positions,
        "representation": rotations,
        "velocity": velocity,
        "acceleration": acceleration,
    }
    assert {k: float(v) for k, v in losses.items()} == pytest.approx(
        {k: float((v**2).mean()) for k, v in expected.items()}, rel=1e-5
    )


def test_the_schedule_is_the_cosine_from_almost_clean_to_almost_noise():
    kept = noise_schedule(1.0).alphas_cumprod
    assert len(kept) == NOISE_STEPS
    assert kept[0] > 0.9999
    assert kept[-1] < 1e-6
    middle = torch.cos(torch.tensor((0.5 + 0.008) / 1.008 * torch.pi / 2)) ** 2
    assert float(kept[NOISE_STEPS // 2 - 1]) == pytest.approx(float(middle), rel=1e-3)


def test_the_noise_factor_is_what_the_noise_is_multiplied_by():
    plain, more = noise_schedule(1.0).alphas_cumprod, noise_schedule(8.0).alphas_cumprod
    ratio = ((1 - more) / more).sqrt() / ((1 - plain) / plain).sqrt()
    assert ratio[50:-50].numpy() == pytest.approx(8.0, rel=1e-2)
    assert (more.diff() < 0).all()


def test_waves_are_scipys_cosine_transform():
    signal = _random(60, 3, seed=5)
    expected = scipy.fft.dct(signal.double().numpy(), axis=0, norm="ortho")
    assert (cosine_waves(60) @ signal).numpy() == pytest.approx(expected, abs=1e-5)
