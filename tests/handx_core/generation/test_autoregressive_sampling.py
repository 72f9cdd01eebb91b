"""Sampling codes: the cache changes nothing, guidance guides, and a motion does not depend on its batch."""

import math

import pytest
import torch
from torch.nn import functional

from handx_core.generation.autoregressive import AutoregressiveSampling, sample_autoregressive, sample_codes
from handx_core.models.autoregressive import Autoregressive, AutoregressiveSettings, build_autoregressive
from handx_core.models.text_layer import text_batch
from handx_core.models.tokenizer import TokenizerSettings, build_tokenizer
from handx_core.representation.text import TextEncoderSettings, TextTable, encode_texts

LEVELS = (4, 3)
STREAMS = 3
SMALL = AutoregressiveSettings(
    width=16, layers=2, heads=2, feed_forward=32, head_width=8, outline_width=8, words_per_token=2
)


@pytest.fixture(scope="module")
def text() -> TextTable:
    return encode_texts(
        ["a fist", "the left hand waves slowly", "nothing", "both hands clap"], TextEncoderSettings(width=8)
    )


@pytest.fixture(scope="module")
def model() -> Autoregressive:
    """Weights so large that the text and the codes so far matter much."""
    model = build_autoregressive(SMALL, 8, LEVELS, STREAMS, seed=0).eval()
    with torch.no_grad():
        for name, value in model.named_parameters():
            value.mul_(10 if "free" in name or "embed" in name else 0.2 if "log_precision" in name else 3)
    return model


ROWS = torch.tensor([[0, 1, 2], [1, 1, 1], [3, 2, 0], [2, 0, 3], [0, 0, 0]])
SEEDS = [11, 22, 33, 44, 55]


def sample(model: Autoregressive, text: TextTable, guidance: float, rows=ROWS, seeds=SEEDS, **changes) -> torch.Tensor:
    return sample_codes(
        model, text, rows, seeds, AutoregressiveSampling(guidance=guidance, **{"temperature": 1.0, **changes})
    )


def sampled_without_cache(model: Autoregressive, prefix, seeds: list[int]) -> torch.Tensor:
    """The same distribution drawn the plain way: the whole sequence anew for every step."""
    draws = [torch.rand(30 * 6, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) for seed in seeds]
    uniform = torch.stack(draws).view(-1, 30, 6)
    digits = torch.zeros(len(seeds), 0, 6, dtype=torch.int64)
    for step in range(30):
        chances = model.decode(prefix, digits)[:, -1].double().softmax(-1).cumsum(-1)
        drawn = torch.searchsorted(chances, uniform[:, step, :, None].contiguous(), right=True)[..., 0]
        digits = torch.cat([digits, drawn[:, None]], dim=1)
    return digits


@torch.no_grad()
def test_cached_sampling_equals_uncached(model: Autoregressive, text: TextTable) -> None:
    given = torch.ones(len(ROWS), dtype=torch.bool)
    conditional = sampled_without_cache(model, model.prefix(*text_batch(text, ROWS), given), SEEDS)
    assert torch.equal(model.digits_of(sample(model, text, 1.0)), conditional)
    unconditional = sampled_without_cache(model, model.no_prefix(len(ROWS)), SEEDS)
    assert torch.equal(model.digits_of(sample(model, text, 0.0)), unconditional)


@torch.no_grad()
def test_decoder_with_cache_equals_without(model: Autoregressive, text: TextTable) -> None:
    from handx_core.generation.autoregressive import _Branch

    prefix = model.prefix(*text_batch(text, ROWS), torch.ones(len(ROWS), dtype=torch.bool))
    digits = torch.randint(0, 3, (len(ROWS), 5, 6), generator=torch.Generator().manual_seed(0))
    branch = _Branch(model, prefix)
    for step in range(5):
        values = model.values_of(digits[:, max(0, step - 2) : step])
        if step:
            branch.advance(values)
        last = values[:, -1] if step else torch.zeros(len(ROWS), 6)
        torch.testing.assert_close(branch.logits(last), model.decode(prefix, digits[:, :step])[:, -1])


def test_guidance_zero_is_the_model_without_text_and_more_is_not(model: Autoregressive, text: TextTable) -> None:
    """At guidance 0 the texts cannot matter at all; above it they do."""
    other_texts = ROWS.flip(0)
    assert torch.equal(sample(model, text, 0.0), sample(model, text, 0.0, rows=other_texts))
    for guidance in (1.0, 3.0):
        assert not torch.equal(sample(model, text, guidance), sample(model, text, guidance, rows=other_texts))


@torch.no_grad()
def test_guided_logits_are_the_mix_that_guidance_says(model: Autoregressive, text: TextTable) -> None:
    from handx_core.generation.autoregressive import _branches, _mix

    mixed = _mix(model, _branches(model, text, ROWS, 2.5), torch.zeros(len(ROWS), 6))
    none_yet = torch.zeros(len(ROWS), 0, 6, dtype=torch.int64)
    given = torch.ones(len(ROWS), dtype=torch.bool)
    with_text = model.decode(model.prefix(*text_batch(text, ROWS), given), none_yet)[:, 0]
    without = model.decode(model.no_prefix(len(ROWS)), none_yet)[:, 0]
    possible = ~model.head.impossible
    expected = (without + 2.5 * (with_text - without))[:, possible]
    torch.testing.assert_close(mixed[:, possible], expected)
    assert mixed[:, ~possible].isneginf().all()


def test_a_motion_does_not_depend_on_its_batch(model: Autoregressive, text: TextTable) -> None:
    together = sample(model, text, 2.0)
    assert torch.equal(sample(model, text, 2.0, batch_size=2), together)
    order = [3, 0, 4]
    apart = sample(model, text, 2.0, rows=ROWS[order], seeds=[SEEDS[row] for row in order])
    assert torch.equal(apart, together[order])
    assert not torch.equal(sample(model, text, 2.0, seeds=[1, 2, 3, 4, 5]), together)


def test_every_digit_is_possible_and_none_beyond_its_level(model: Autoregressive, text: TextTable) -> None:
    digits = model.digits_of(sample(model, text, 0.0, temperature=1e6)).flatten(0, 1)
    levels = torch.tensor(LEVELS * STREAMS)
    assert (digits < levels).all()
    for place, level in enumerate(levels.tolist()):
        counts = functional.one_hot(digits[:, place], level).sum(0)
        expected = len(digits) / level  # a high temperature makes all levels equally likely
        assert (counts - expected).abs().max() < 4 * math.sqrt(expected)


def test_joints_come_out_in_the_clip_frame(text: TextTable) -> None:
    chosen = TokenizerSettings(hand_width=8, wrist_width=8, depth=1, levels=LEVELS, hand_codes=1, wrist_codes=1)
    tokenizer = build_tokenizer(chosen, seed=0)
    generator = build_autoregressive(SMALL, 8, LEVELS, tokenizer.n_streams, seed=0)
    joints = sample_autoregressive(generator, tokenizer, text, ROWS, SEEDS, AutoregressiveSampling())
    assert joints.shape == (5, 60, 2, 21, 3)
    torch.testing.assert_close(joints[:, 0, 1, 0], torch.zeros(5, 3))
