"""The diffusion network: what it may depend on, and its loss and schedule against plain formulas."""

import pytest
import torch

from handx_core.models.diffusion import NOISE_STEPS, Diffusion, DiffusionSettings, noise_schedule
from handx_core.models.trained import seeded

SHAPE = (10, 7)


@pytest.fixture(scope="module", params=[1, 3], ids=["a_word_a_token", "three_words_a_token"])
def model(request) -> Diffusion:
    waves, components = SHAPE
    sizes = DiffusionSettings(
        width=32, heads=2, feed_forward=32, layers=2, words_per_token=request.param, waves=waves, components=components
    )
    with seeded(0):
        model = Diffusion(sizes, text_width=8).eval()
        torch.nn.init.orthogonal_(model.correction.weight)  # it says nothing before the first step of training
    return model


def _random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _texts(model: Diffusion, batch: int, given: bool = True):
    mask = torch.ones(batch, 3, 7, dtype=torch.bool)
    mask[0, 1, 4:] = False
    tokens = _random(batch, 3, 7, 8, seed=1) * mask[..., None]
    return model.encode_texts(tokens, mask, torch.full((batch,), given)), tokens, mask


@torch.no_grad()
def test_it_predicts_every_wave_of_every_component(model):
    texts, *_ = _texts(model, 3)
    predicted = model(_random(3, *SHAPE), torch.tensor([0, 500, 999]), texts)
    assert predicted.shape == (3, *SHAPE)
    assert predicted.isfinite().all()


@torch.no_grad()
def test_a_clip_depends_on_its_own_noise_step_and_texts_alone(model):
    noised, steps = _random(3, *SHAPE), torch.tensor([10, 500, 900])
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
    noised, steps = _random(2, *SHAPE), torch.tensor([300, 300])
    texts, tokens, mask = _texts(model, 2)
    changed = tokens.clone()
    changed[:, part] = _random(2, 7, 8, seed=2)
    other = model.encode_texts(changed, mask, torch.tensor([True, True]))
    assert (model(noised, steps, other) - model(noised, steps, texts)).abs().max() > 1e-3


@torch.no_grad()
def test_what_is_written_in_a_caption_that_is_not_given_does_not_matter(model):
    noised, steps = _random(2, *SHAPE), torch.tensor([300, 300])
    dropped, tokens, mask = _texts(model, 2, given=False)
    other = model.encode_texts(tokens * 5 + 1, mask, torch.tensor([False, False]))
    expected = model(noised, steps, dropped)
    assert torch.equal(model(noised, steps, other), expected)
    assert torch.allclose(model(noised, steps, model.no_texts(2)), expected, atol=1e-5)
    given, *_ = _texts(model, 2)
    assert (model(noised, steps, given) - expected).abs().max() > 1e-3


def test_every_weight_learns(model):
    texts, *_ = _texts(model, 2)
    given = model(_random(2, *SHAPE), torch.tensor([100, 700]), texts)
    not_given = model(_random(2, *SHAPE), torch.tensor([100, 700]), model.no_texts(2))
    model.zero_grad()
    summaries = model.summaries(_random(2, *SHAPE), texts)
    told = sum((summary * _random(*summary.shape, seed=5)).sum() for summary in summaries)
    (given.square().mean() + not_given.square().mean() + told).backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()] == []


@pytest.mark.parametrize("mixed", [False, True])
def test_what_is_not_kept_for_the_gradient_is_made_again_with_the_same_dropout(model, monkeypatch, mixed):
    def gradients() -> list[torch.Tensor | None]:
        model.zero_grad()
        torch.manual_seed(0)
        with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            predicted = model(_random(3, *SHAPE), torch.tensor([10, 500, 900]), _texts(model, 3)[0])
            predicted.square().mean().backward()
        return [parameter.grad for parameter in model.decoder.parameters()]

    assert model.decoder.layers[0].dropout.p > 0
    model.train()
    try:
        kept = gradients()
        monkeypatch.setattr("handx_core.models.diffusion._FORGETFUL", "cpu")
        again = gradients()
    finally:
        model.eval()
    assert all(torch.equal(one, other) for one, other in zip(kept, again, strict=True))


@torch.no_grad()
def test_summaries_are_unit_vectors_of_the_clip_and_of_its_caption(model):
    clean = _random(2, *SHAPE)
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


@torch.no_grad()
def test_a_blurred_clip_is_another_clip_with_the_same_caption(model):
    clean = _random(2, *SHAPE)
    texts, *_ = _texts(model, 2)
    clips, captions = model.summaries(clean, texts)
    blurred, same = model.summaries(clean, texts, _random(2, *SHAPE, seed=6))
    assert torch.equal(same, captions)
    assert 1e-4 < float((blurred - clips).abs().max()) < 0.5


@torch.no_grad()
def test_untrained_it_scales_the_noised_clip_as_is_best_for_white_clips():
    """The best estimate of normal x of variance 1, known as sqrt(s) x + sqrt(1 - s) noise, is sqrt(s) times that."""
    with seeded(0):
        model = Diffusion(DiffusionSettings(width=16, heads=2, feed_forward=16, layers=1), text_width=8).eval()
    noised, steps = _random(2, 12, 48), torch.tensor([100, 800])
    kept = (
        torch.cos((steps + 1 + 8) / 1008 * torch.pi / 2).square()
        / torch.cos(torch.tensor(8 / 1008 * torch.pi / 2)).square()
    )
    assert torch.allclose(model(noised, steps, model.no_texts(2)), kept.sqrt()[:, None, None] * noised, atol=1e-4)


def test_the_loss_is_the_error_in_parts_of_what_noise_leaves_unknown(model):
    clean = _random(3, *SHAPE)
    steps = torch.tensor([0, 400, 999])
    error = torch.tensor([0.1, 0.2, 0.3])
    loss = float(model.loss(clean + error[:, None, None], clean, steps))
    # Untrained, all waves have the same spread, and a constant offset has the same square in any orthonormal basis.
    noise = 1 - noise_schedule().alphas_cumprod[steps]
    assert float(noise[0]) < 0.05
    expected = (error.square() / torch.tensor([0.05, float(noise[1]), float(noise[2])])).mean()
    assert loss == pytest.approx(float(expected), rel=1e-4)


def test_the_schedule_is_the_cosine_from_almost_clean_to_almost_noise():
    kept = noise_schedule().alphas_cumprod
    assert len(kept) == NOISE_STEPS
    assert kept[0] > 0.9999
    assert kept[-1] < 1e-6
    middle = torch.cos(torch.tensor((0.5 + 0.008) / 1.008 * torch.pi / 2)) ** 2
    assert float(kept[NOISE_STEPS // 2 - 1]) == pytest.approx(float(middle), rel=1e-3)
