"""The autoregressive generator: a Llama decoder that continues a text with the codes of a motion, step by step.

The whole text of a caption is the prefix; an outline, made of it at once for all steps, tells each step what the text
alone says of it. All codes of a step stand in one position, as the values of their FSQ digits: these are ordered, and
mostly go on as they did, so a digit of the next step is expected near its last value. What belongs here: the network
and its losses. What does not: its training (`training.autoregressive`) or sampling (`generation.autoregressive`).
"""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import LlamaConfig, LlamaModel
from transformers.cache_utils import Cache

from handx_core.models.text_layer import PARTS, TextLayer, TransformerSettings, masked_mean
from handx_core.models.tokenizer import FRAMES_PER_STEP, code_digits
from handx_core.models.trained import TrainedModel, ready, seeded
from handx_core.skeleton import CLIP_FRAMES

STEPS: Final = CLIP_FRAMES // FRAMES_PER_STEP
"""Steps of a clip."""

_ANCHOR: Final = 1
"""Positions before the text: something to attend to where no text is given."""

_CHANGE_GAIN: Final = 10.0
"""What the change of a value from step to step is multiplied by: about the ratio of their standard deviations."""

_KEEP, _LOG_PRECISION, _MOST_LOG_PRECISION = 4.0, 5.0, 8.0
"""At the start a value is expected at sigmoid(4) = 0.98 of the last one, and off by one level of 32, 0.06, or so. The
last bounds how sure the head may be: e to the 8 is a standard deviation of a fifth of such a level."""

_TRACE: Final = 1e-30
"""Gradients of a logit below it come of levels that are out of the question."""


class AutoregressiveSettings(TransformerSettings):
    """Sizes of the autoregressive generator.

    layers: of the decoder. outline_width, head_width: of the hidden layers of the outline and of the head.
    """

    layers: int = 3
    words_per_token: int = 1
    outline_width: int = 256
    head_width: int = 128


@dataclass(frozen=True)
class Prefix:
    """What is known before the first step.

    embeddings: (B, N, width). mask: (B, N), true at those there are. outline: (B, 30, width), zero without a text.
    """

    embeddings: Tensor
    mask: Tensor
    outline: Tensor


class Autoregressive(nn.Module):
    """Codes from a text.

    settings: sizes. text_width: of the frozen tokens. levels: of the digits of a code. n_streams: codes of a step.
    """

    highest: Tensor

    def __init__(
        self, settings: AutoregressiveSettings, text_width: int, levels: tuple[int, ...], n_streams: int
    ) -> None:
        super().__init__()
        self.settings, self.levels, self.n_streams = settings, levels, n_streams
        width, all_levels = settings.width, levels * n_streams
        self.text_layer = TextLayer(text_width, settings)
        self.outline = Outline(width, settings.outline_width, settings.dropout, len(all_levels))
        self.anchor = nn.Parameter(0.02 * torch.randn(_ANCHOR, width))
        self.begin = nn.Parameter(0.02 * torch.randn(1, width))
        self.register_buffer("highest", torch.tensor(all_levels) - 1, persistent=False)
        self.embed = nn.Linear(2 * len(all_levels), width)
        self.decoder = LlamaModel(
            LlamaConfig(
                vocab_size=1,
                bos_token_id=None,
                eos_token_id=None,
                hidden_size=width,
                intermediate_size=settings.feed_forward,
                num_hidden_layers=settings.layers,
                num_attention_heads=settings.heads,
                attention_dropout=settings.dropout,
                max_position_embeddings=CLIP_FRAMES,
            )
        )
        self.decoder.embed_tokens = nn.Identity()  # it is given embeddings, never token numbers
        self.head = DigitHead(width, settings.head_width, all_levels)

    def digits_of(self, codes: Tensor) -> Tensor:
        """codes: (B, T, n_streams) -> digits (B, T, places) int64; places = n_streams x digits of a code."""
        return code_digits(codes, self.levels).flatten(-2)

    def values_of(self, digits: Tensor) -> Tensor:
        """digits: (..., places) -> the same as numbers from -1 to 1."""
        return 2.0 * digits / self.highest - 1.0

    def prefix(self, tokens: Tensor, mask: Tensor, given: Tensor) -> Prefix:
        """The prefix of captions: the anchor, then the merged tokens of the three texts; and their outline.

        tokens: (B, 3, L, W) frozen embeddings. mask: (B, 3, L), true at tokens. given: (B,) bool, false where the
        text is withheld.
        """
        text, mask = self.text_layer(tokens, mask)
        outline = self.outline(text, mask) * given[:, None, None]
        nothing = self.no_prefix(len(text))
        text, mask = pack(text.flatten(1, 2), mask.flatten(1) & given[:, None])
        return Prefix(torch.cat([nothing.embeddings, text], dim=1), torch.cat([nothing.mask, mask], dim=1), outline)

    def no_prefix(self, count: int) -> Prefix:
        """The prefix of `count` motions without a text: the anchor alone."""
        anchor = self.anchor.expand(count, -1, -1)
        mask = torch.ones(anchor.shape[:2], dtype=torch.bool, device=anchor.device)
        return Prefix(anchor, mask, anchor.new_zeros(count, STEPS, self.settings.width))

    def embed_steps(self, values: Tensor) -> Tensor:
        """values: (B, T, places) -> (B, T, width); each step as its values and how they changed from the one before."""
        change = values - torch.cat([values[:, :1], values[:, :-1]], dim=1)
        return self.embed(torch.cat([values, _CHANGE_GAIN * change], dim=-1))

    def decode(self, prefix: Prefix, digits: Tensor) -> Tensor:
        """Logits of the digits of each step and of the next one.

        digits: (B, T, places) of the steps so far, T < 30. Returns (B, T + 1, places, most levels).
        """
        values = self.values_of(digits)
        begin = self.begin.expand(len(values), -1, -1)
        steps = torch.cat([begin, self.embed_steps(values)], dim=1)
        steps = steps + prefix.outline[:, : steps.shape[1]]
        hidden = self.run(torch.cat([prefix.embeddings, steps], dim=1), prefix.mask, steps.shape[1])
        return self.head(hidden[:, prefix.mask.shape[1] :], functional.pad(values, (0, 0, 1, 0)))

    def run(self, embeddings: Tensor, prefix_mask: Tensor, n_steps: int, cache: Cache | None = None) -> Tensor:
        """Run the decoder over embeddings (B, N, width), of which the last belong to the n_steps steps so far.

        With a cache, what it holds already is left out of `embeddings`. Returns (B, N, width). The prefix stands at
        position 0 as a whole (its order is in its embeddings) and the steps at 1, 2, ..., so that what a step sees
        does not depend on how long the texts of its batch are.
        """
        count, n_prefix = prefix_mask.shape
        seen = torch.ones(count, n_steps, dtype=torch.bool, device=prefix_mask.device)
        positions = torch.arange(n_prefix + n_steps, device=prefix_mask.device).sub(n_prefix - 1).clamp_min(0)
        return self.decoder(
            inputs_embeds=embeddings,
            attention_mask=torch.cat([prefix_mask, seen], dim=1),
            position_ids=positions[-embeddings.shape[1] :].expand(count, -1),
            past_key_values=cache,
            use_cache=cache is not None,
        ).last_hidden_state


class Outline(nn.Module):
    """What the texts alone say of each step, from the means of their tokens.

    width: of tokens and outline. hidden_width, dropout: of the network. places: values of a step, which a linear map
    of the outline is trained to tell, so that the outline learns early what the words mean for the motion.
    """

    def __init__(self, width: int, hidden_width: int, dropout: float, places: int) -> None:
        super().__init__()
        self.texts = nn.Linear(PARTS * width, width)
        self.step = nn.Parameter(0.1 * torch.randn(STEPS, width))
        self.network = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, hidden_width),
            nn.SiLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden_width, width),
        )
        self.values = nn.Linear(width, places)

    def forward(self, text: Tensor, mask: Tensor) -> Tensor:
        """text: (B, 3, L, width), mask: (B, 3, L) of the text layer -> (B, 30, width)."""
        return self.network(self.texts(masked_mean(text, mask).flatten(1))[:, None] + self.step)


class DigitHead(nn.Module):
    """Logits of the digits of a step: a normal distribution about where each is expected, and a free correction.

    in_width: of what the decoder knows. width: of this network. levels: of each digit of a step.
    """

    impossible: Tensor
    grid: Tensor

    def __init__(self, in_width: int, width: int, levels: tuple[int, ...]) -> None:
        super().__init__()
        places, most = len(levels), max(levels)
        self.hidden = nn.Linear(in_width, width)
        self.free = _small(width, places * most)
        self.keep = _small(width, places, _KEEP)
        self.change = _small(width, places)
        self.log_precision = _small(width, places, _LOG_PRECISION)
        count = torch.tensor(levels)[:, None]
        self.register_buffer("grid", 2.0 * torch.arange(most) / (count - 1) - 1.0, persistent=False)
        self.register_buffer("impossible", torch.arange(most) >= count, persistent=False)

    def forward(self, hidden: Tensor, last: Tensor) -> Tensor:
        """hidden: (..., in_width). last: (..., places), values of the step before, zero before the first.

        Returns (..., places, most levels), -inf where a digit has no such level. In single precision: bfloat16 knows
        nothing between 0.992, 0.996 and 1 of the last value, and a sure head tells levels apart by less.
        """
        with torch.autocast(hidden.device.type, enabled=False):
            return self._logits(hidden.float(), last)

    def _logits(self, hidden: Tensor, last: Tensor) -> Tensor:
        hidden = functional.silu(self.hidden(hidden))
        expected = self.keep(hidden).sigmoid() * last + self.change(hidden)
        precision = self.log_precision(hidden).clamp_max(_MOST_LOG_PRECISION).exp()
        logits = self.free(hidden).unflatten(-1, self.grid.shape)
        logits = logits - precision[..., None] * (self.grid - expected[..., None]).square()
        return logits.masked_fill(self.impossible, -torch.inf)


def _small(width: int, out: int, bias: float = 0.0) -> nn.Linear:
    """A linear layer that says little more than its bias at first."""
    layer = nn.Linear(width, out)
    nn.init.normal_(layer.weight, std=0.01)
    nn.init.constant_(layer.bias, bias)
    return layer


def pack(tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Move what is true in the mask to the front, in order, and cut off what is false in the whole batch.

    tokens: (B, L, width), mask: (B, L). Most of a batch of three texts of unequal length would be padding.
    """
    order = mask.int().argsort(dim=1, descending=True, stable=True)[:, : int(mask.sum(1).max())]
    return tokens.gather(1, order[..., None].expand(-1, -1, tokens.shape[-1])), mask.gather(1, order)


def next_code_loss(model: Autoregressive, prefix: Prefix, codes: Tensor) -> Tensor:
    """Mean cross-entropy of a digit, in nats; codes: (B, 30, n_streams)."""
    digits = model.digits_of(codes)
    logits = model.decode(prefix, digits[:, :-1]).float()
    if logits.requires_grad:
        logits.register_hook(_without_traces)
    return functional.cross_entropy(logits.flatten(0, -2), digits.flatten())


def _without_traces(gradient: Tensor) -> Tensor:
    """The gradient without what is next to nothing, whose products are denormal and slow a processor down tenfold."""
    return gradient.masked_fill(gradient.abs() < _TRACE, 0.0)


def outline_loss(model: Autoregressive, prefix: Prefix, codes: Tensor, given: Tensor) -> Tensor:
    """Mean squared error of the values that the outline tells, where a text is given.

    codes: (B, 30, n_streams). given: (B,) bool.
    """
    error = model.outline.values(prefix.outline).float() - model.values_of(model.digits_of(codes))
    return (error.square().mean((1, 2)) * given).sum() / given.sum().clamp_min(1)


def build_autoregressive(
    settings: AutoregressiveSettings, text_width: int, levels: tuple[int, ...], n_streams: int, seed: int
) -> Autoregressive:
    """A generator with weights drawn from a seed."""
    with seeded(seed):
        return Autoregressive(settings, text_width, levels, n_streams)


def load_autoregressive(trained: TrainedModel) -> Autoregressive:
    """The trained generator, ready for use. Raises HandXError where its weights are missing or changed."""
    config = trained.config["model"]
    settings = AutoregressiveSettings(**config["settings"])
    model = build_autoregressive(settings, config["text_width"], tuple(config["levels"]), config["n_streams"], seed=0)
    return ready(model, trained)
