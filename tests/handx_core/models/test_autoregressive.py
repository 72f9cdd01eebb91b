"""The autoregressive generator: nothing sees the future or what is withheld, and padding changes nothing."""

import math
from pathlib import Path

import pytest
import torch

from handx_core.models.autoregressive import (
    AutoregressiveSettings,
    DigitHead,
    build_autoregressive,
    load_autoregressive,
    next_code_loss,
    outline_loss,
    pack,
)
from handx_core.representation.text import TextEncoderSettings, encode_texts
from handx_core.training.autoregressive import AutoregressiveTraining, train_autoregressive
from handx_core.training.data import MotionTexts
from handx_core.training.loop import TrainSettings

LEVELS = (4, 3)
SMALL = AutoregressiveSettings(
    width=16, layers=2, heads=2, feed_forward=32, dropout=0.0, head_width=8, outline_width=8, words_per_token=2
)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def texts(lengths: list[list[int]], padded: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Random tokens of these lengths (B, 3), padded with zeros."""
    mask = torch.arange(padded) < torch.tensor(lengths)[..., None]
    tokens = torch.stack(
        [torch.randn(3, 12, 8, generator=torch.Generator().manual_seed(n)) for n in range(len(lengths))]
    )
    tokens = torch.nn.functional.pad(tokens, (0, 0, 0, max(0, padded - 12)))[:, :, :padded]
    return tokens * mask[..., None], mask


@torch.no_grad()
def test_padding_of_texts_changes_nothing() -> None:
    model = build_autoregressive(SMALL, 8, LEVELS, 2, seed=0).eval()
    lengths = [[3, 8, 1], [12, 2, 5]]
    digits = torch.randint(0, 3, (2, 6, 4), generator=generator())
    given = torch.ones(2, dtype=torch.bool)
    short = model.decode(model.prefix(*texts(lengths, 12), given), digits)
    long = model.decode(model.prefix(*texts(lengths, 30), given), digits)
    torch.testing.assert_close(short, long)
    alone = model.decode(model.prefix(*texts(lengths[:1], 8), given[:1]), digits[:1])
    torch.testing.assert_close(alone[0], short[0])


@torch.no_grad()
def test_withheld_text_is_no_text() -> None:
    model = build_autoregressive(SMALL, 8, LEVELS, 2, seed=0).eval()
    digits = torch.randint(0, 3, (2, 6, 4), generator=generator())
    withheld = model.prefix(*texts([[3, 8, 1], [12, 2, 5]], 12), torch.tensor([False, True]))
    hidden = model.decode(withheld, digits)
    assert not withheld.outline[0].any()
    without = model.decode(model.no_prefix(2), digits)
    torch.testing.assert_close(hidden[0], without[0])
    assert (hidden[1] - without[1]).abs().nan_to_num().max() > 1e-3


@torch.no_grad()
def test_no_step_sees_the_future() -> None:
    model = build_autoregressive(SMALL, 8, LEVELS, 2, seed=0).eval()
    digits = torch.randint(0, 3, (1, 8, 4), generator=generator())
    changed = digits.clone()
    changed[:, 5] = 2 - changed[:, 5].clamp_max(1)
    before, after = (model.decode(model.no_prefix(1), some) for some in (digits, changed))
    torch.testing.assert_close(before[:, :6], after[:, :6])
    assert (before[:, 6:] - after[:, 6:]).abs().nan_to_num().flatten(2).amax(-1).min() > 1e-4


@torch.no_grad()
def test_a_new_head_expects_every_digit_near_its_last_value() -> None:
    """At first it says little but: a normal distribution about 0.98 of the last value, and no level that is none."""
    torch.manual_seed(0)
    levels = (4, 3, 32)
    head = DigitHead(6, 8, levels)
    last = torch.tensor([[-1.0, 0.0, 0.4]])
    logits = head(0.01 * torch.randn(1, 6), last)[0]
    assert logits.isneginf().sum(-1).tolist() == [28, 29, 0]
    for place, level in enumerate(levels):
        grid = torch.linspace(-1, 1, level)
        normal = torch.distributions.Normal(last[0, place] / (1 + math.exp(-4)), (2 * math.exp(5)) ** -0.5)
        expected = normal.log_prob(grid).softmax(0)
        torch.testing.assert_close(logits[place].softmax(0)[:level], expected, atol=0.02, rtol=0)


@torch.no_grad()
def test_the_head_stays_in_single_precision_where_the_rest_does_not() -> None:
    torch.manual_seed(0)
    head = DigitHead(6, 8, (4, 3, 32))
    hidden, last = torch.randn(5, 6).bfloat16(), torch.randn(5, 3)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = head(hidden, last)
    assert torch.equal(mixed, head(hidden.float(), last))


@torch.no_grad()
def test_values_of_digits_span_minus_one_to_one() -> None:
    model = build_autoregressive(SMALL, 8, LEVELS, 2, seed=0)
    digits = torch.tensor([[0, 0, 1, 1], [3, 2, 3, 2]])
    expected = torch.tensor([[-1, -1, -1 / 3, 0], [1, 1, 1, 1]])
    torch.testing.assert_close(model.values_of(digits), expected)


@torch.no_grad()
def test_the_outlines_loss_counts_only_clips_with_a_text() -> None:
    model = build_autoregressive(SMALL, 8, LEVELS, 2, seed=0).eval()
    given = torch.tensor([True, False])
    prefix = model.prefix(*texts([[3, 8, 1], [12, 2, 5]], 12), given)
    codes = torch.randint(0, 12, (2, 30, 2), generator=generator())
    told = model.outline.values(prefix.outline[0])
    wanted = model.values_of(model.digits_of(codes[0]))
    torch.testing.assert_close(outline_loss(model, prefix, codes, given), ((told - wanted) ** 2).mean())
    assert outline_loss(model, prefix, codes, torch.tensor([False, False])) == 0


def test_packing_keeps_order_and_drops_what_is_masked() -> None:
    tokens = torch.arange(10.0).view(2, 5, 1)
    mask = torch.tensor([[True, False, True, False, False], [False, True, True, False, True]])
    packed, kept = pack(tokens, mask)
    assert packed.shape == (2, 3, 1)
    assert packed[0, kept[0], 0].tolist() == [0, 2]
    assert packed[1, kept[1], 0].tolist() == [6, 7, 9]


def test_it_learns_what_the_text_decides_and_is_loaded_again(tmp_path: Path) -> None:
    """Codes that the text decides: after training, the text tells them, and without it they are a guess."""
    text = encode_texts(["open", "closed", "both"], TextEncoderSettings(width=8))
    kind = torch.arange(24) % 2
    codes = (5 * kind[:, None, None] + torch.arange(30)[None, :, None] % 3).expand(-1, -1, 2).contiguous()
    rows = torch.from_numpy(text.rows(["open", "closed"]))[kind][:, None, None].repeat(1, 5, 3)
    rows[:, 2:] = len(text.hashes)  # no such text: only the levels that were asked for may be read
    joints = torch.zeros(24, 60, 2, 21, 3)
    clips = MotionTexts(tuple(map(str, range(24))), joints, rows, text, ("train",) * 24)
    chosen = AutoregressiveTraining(
        model=SMALL,
        text_levels=(1, 2),
        loop=TrainSettings(steps=300, batch_size=12, learning_rate=1e-2, warmup_steps=5, threads=1),
    )
    trained = train_autoregressive(clips, codes, clips, codes, LEVELS, chosen, tmp_path, log=lambda line: None)
    model = load_autoregressive(trained)
    assert trained.metrics["nats_per_digit"] < 0.02
    # The kind is one of two, told by the first digits and known from then on: ln 2 over 4 digits x 30 steps, at least.
    assert trained.metrics["nats_per_digit_without_text"] > trained.metrics["nats_per_digit"]
    with torch.no_grad():
        loss = next_code_loss(model, model.no_prefix(24), codes)
    assert trained.metrics["nats_per_digit_without_text"] == pytest.approx(float(loss), rel=1e-4)
