"""Masks of dropout: as many ones as was asked for, anywhere, a function of the seed, and only as long as wanted."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from handx_core.training.masks import quick_masks

SHAPE = (37, 5, 101)


def drawn(p: float, seed: int = 0) -> torch.Tensor:
    torch.manual_seed(seed)
    return torch.empty(SHAPE).bernoulli_(p)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.8, 1.0])
def test_masks_have_their_share_of_ones_along_every_axis(p: float) -> None:
    with quick_masks():
        masks = torch.stack([drawn(p, seed) for seed in range(20)])
    assert set(masks.unique().tolist()) <= {0.0, 1.0}
    for axis in range(masks.ndim):
        share = masks.transpose(0, axis).flatten(1).mean(1).numpy()
        in_each = masks.numel() / len(share)
        assert np.abs(share - p).max() <= 5 * (p * (1 - p) / in_each) ** 0.5


def test_neighbours_have_nothing_to_do_with_each_other() -> None:
    with quick_masks():
        masks = torch.stack([drawn(0.5, seed).flatten() for seed in range(100)])
    signs = 2 * masks - 1
    for apart in range(1, 9):
        together = (signs[:, apart:] * signs[:, :-apart]).mean()
        assert abs(float(together)) < 5 / signs.numel() ** 0.5


def test_a_mask_follows_from_its_seed() -> None:
    with quick_masks():
        assert torch.equal(drawn(0.3), drawn(0.3))
        assert not torch.equal(drawn(0.3), drawn(0.3, seed=1))


def test_dropout_keeps_the_mean_and_gradients_pass_where_values_do() -> None:
    values = torch.ones(100, 1000, requires_grad=True)
    with quick_masks():
        kept = functional.dropout(values, 0.2)
    kept.sum().backward()
    assert float(kept.detach().mean()) == pytest.approx(1.0, abs=0.01)
    assert torch.equal(values.grad, kept)


def test_attention_is_dropped_too() -> None:
    query = torch.randn(2, 4, 8, 16)
    with quick_masks():
        torch.manual_seed(0)
        once = functional.scaled_dot_product_attention(query, query, torch.ones_like(query), dropout_p=0.5)
    torch.manual_seed(0)
    theirs = functional.scaled_dot_product_attention(query, query, torch.ones_like(query), dropout_p=0.5)
    assert not torch.allclose(once, torch.ones_like(once))
    assert not torch.allclose(once, theirs)


def test_afterwards_torch_draws_as_before_even_after_a_failure() -> None:
    before = drawn(0.3)
    with quick_masks():
        assert not torch.equal(drawn(0.3), before)
    with pytest.raises(ValueError, match="probability"), quick_masks():
        functional.dropout(torch.ones(1), 2.0)
    assert torch.equal(drawn(0.3), before)
