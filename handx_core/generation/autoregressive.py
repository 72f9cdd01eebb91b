"""Sampling of the autoregressive generator: motion from texts.

What belongs here: drawing codes step by step with cache and classifier-free guidance. What does not: the network
(`models.autoregressive`).
"""

from collections.abc import Sequence
from typing import Final

import torch
from numpy.typing import ArrayLike
from pydantic import Field
from torch import Tensor
from transformers.cache_utils import DynamicCache

from handx_core.models.autoregressive import STEPS, Autoregressive, Prefix
from handx_core.models.text_layer import text_batch
from handx_core.models.tokenizer import Tokenizer, decode_clips, digits_code
from handx_core.representation.text import TextTable
from handx_core.settings import Settings

UNCONDITIONAL: Final = 0.0
CONDITIONAL: Final = 1.0


class AutoregressiveSampling(Settings):
    """How motion is sampled.

    guidance: 0 is the unconditional model, 1 the conditional one, and more goes beyond it, away from the
    unconditional one. temperature: that logits are divided by; lower is less varied. batch_size: clips sampled
    together.
    """

    guidance: float = Field(default=2.0, ge=0.0)
    temperature: float = Field(default=0.5, gt=0.0)
    batch_size: int = Field(default=256, ge=1)


def sample_autoregressive(
    model: Autoregressive,
    tokenizer: Tokenizer,
    text: TextTable,
    rows: ArrayLike | Tensor,
    seeds: Sequence[int],
    settings: AutoregressiveSampling,
) -> Tensor:
    """One motion for each caption.

    rows: (N, 3) rows of the text table. seeds: of each motion, so that a motion does not depend on which others are
    sampled with it. Returns joints (N, 60, 2, 21, 3) float32, metres, clip frame.
    """
    return decode_clips(tokenizer, sample_codes(model, text, rows, seeds, settings))


@torch.inference_mode()
def sample_codes(
    model: Autoregressive,
    text: TextTable,
    rows: ArrayLike | Tensor,
    seeds: Sequence[int],
    settings: AutoregressiveSampling,
) -> Tensor:
    """Codes for each caption, (N, 30, streams) int64; arguments as in `sample_autoregressive`."""
    model.eval()
    rows = torch.as_tensor(rows)
    sampled = []
    for start in range(0, len(rows), settings.batch_size):
        batch = slice(start, start + settings.batch_size)
        uniform = _uniform(seeds[batch], STEPS * model.n_streams * len(model.levels)).to(model.anchor.device)
        branches = _branches(model, text, rows[batch], settings.guidance)
        sampled.append(_draw(model, branches, uniform.unflatten(1, (STEPS, -1)), settings).cpu())
    return torch.cat(sampled)


class _Branch:
    """The decoder on one prefix, its keys and values kept from step to step."""

    def __init__(self, model: Autoregressive, prefix: Prefix) -> None:
        self._model, self._prefix = model, prefix
        self._cache = DynamicCache(config=model.decoder.config)
        self._steps = 1
        begin = model.begin + prefix.outline[:, :1]
        self._hidden = self._run(torch.cat([prefix.embeddings, begin], dim=1))

    def logits(self, last: Tensor) -> Tensor:
        """Logits of the next step (B, places, most levels); last: (B, places), values of the step before."""
        return self._model.head(self._hidden, last)

    def advance(self, values: Tensor) -> None:
        """Take in the step that was drawn; values: (B, 1 or 2, places) of it and of the one before, if there is."""
        step = self._model.embed_steps(values)[:, -1:]
        self._steps += 1
        self._hidden = self._run(step + self._prefix.outline[:, self._steps - 1 : self._steps])

    def _run(self, embeddings: Tensor) -> Tensor:
        return self._model.run(embeddings, self._prefix.mask, self._steps, self._cache)[:, -1]


def _branches(model: Autoregressive, text: TextTable, rows: Tensor, guidance: float) -> list[tuple[float, _Branch]]:
    """The models that are asked, with their weights, which add up to one.

    Classifier-free guidance (Ho & Salimans 2022): unconditional + guidance x (conditional - unconditional). At
    guidance 0 and 1 only the one model is asked, so that these are the two models bit for bit, at half the cost.
    """
    branches = []
    if guidance != UNCONDITIONAL:
        tokens, mask = text_batch(text, rows, model.anchor.device)
        given = torch.ones(len(rows), dtype=torch.bool, device=model.anchor.device)
        branches.append((guidance, _Branch(model, model.prefix(tokens, mask, given))))
    if guidance != CONDITIONAL:
        branches.append((1.0 - guidance, _Branch(model, model.no_prefix(len(rows)))))
    return branches


def _draw(
    model: Autoregressive, branches: list[tuple[float, _Branch]], uniform: Tensor, settings: AutoregressiveSampling
) -> Tensor:
    """Draw all steps; uniform: (B, 30, places) numbers in [0, 1) that decide. Returns codes (B, 30, streams)."""
    places = uniform.shape[-1]
    digits = torch.zeros(len(uniform), 0, places, dtype=torch.int64, device=uniform.device)
    last = torch.zeros(len(uniform), places, device=uniform.device)
    for step in range(STEPS):
        drawn = _choose(_mix(model, branches, last) / settings.temperature, uniform[:, step])
        digits = torch.cat([digits, drawn[:, None]], dim=1)
        last = model.values_of(drawn)
        if step + 1 < STEPS:
            for _, branch in branches:
                branch.advance(model.values_of(digits[:, -2:]))
    return digits_code(digits.unflatten(-1, (model.n_streams, -1)), model.levels)


def _mix(model: Autoregressive, branches: Sequence[tuple[float, _Branch]], last: Tensor) -> Tensor:
    """Guided logits of the next step (B, places, most levels); last: (B, places), values of the step before."""
    impossible = model.head.impossible  # minus infinity would be no number when weighted below zero
    parts = [weight * branch.logits(last).masked_fill(impossible, 0.0) for weight, branch in branches]
    return torch.stack(parts).sum(0).masked_fill(impossible, -torch.inf)


def _choose(logits: Tensor, uniform: Tensor) -> Tensor:
    """Draw from distributions by their cumulative sums; logits: (..., levels), uniform: (...,) -> (...,) int64."""
    cumulative = logits.double().softmax(-1).cumsum(-1)
    return (uniform[..., None] >= cumulative[..., :-1]).sum(-1)


def _uniform(seeds: Sequence[int], count: int) -> Tensor:
    """Numbers in [0, 1) of each motion's own generator, (len(seeds), count) float64."""
    drawn = [torch.rand(count, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) for seed in seeds]
    return torch.stack(drawn)
