"""The autoregressive generator: a Llama decoder that continues a text with the codes of a motion, step by step.

The whole text of a caption is the prefix. All codes of a step stand in one position, as the sum of embeddings of
their FSQ digits; the digits of the next step are drawn one after another, each by a small head that has seen those
before it. What belongs here: the network and its loss. What does not: its training (`training.autoregressive`) or
sampling (`generation.autoregressive`).
"""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import LlamaConfig, LlamaModel
from transformers.cache_utils import Cache

from handx_core.models.text_layer import TextLayer
from handx_core.models.tokenizer import code_digits
from handx_core.models.trained import TrainedModel, load_weights, seeded
from handx_core.settings import Settings
from handx_core.skeleton import CLIP_FRAMES

_ANCHOR: Final = 1
"""Positions before the text: something to attend to where no text is given."""


class AutoregressiveSettings(Settings):
    """Sizes of the autoregressive generator.

    width, layers, heads, feed_forward, dropout: of the decoder and of the text layer. text_layers: depth of the
    latter. text_merge: neighbouring tokens that it makes one of. head_width: of the network that draws the digits of
    a step.
    """

    width: int = 128
    layers: int = 3
    heads: int = 4
    feed_forward: int = 256
    dropout: float = 0.1
    text_layers: int = 1
    text_merge: int = 4
    head_width: int = 64


class Autoregressive(nn.Module):
    """Codes from a text.

    settings: sizes. text_width: of the frozen tokens. levels: of the digits of a code. n_streams: codes of a step.
    """

    digit_offsets: Tensor

    def __init__(
        self, settings: AutoregressiveSettings, text_width: int, levels: tuple[int, ...], n_streams: int
    ) -> None:
        super().__init__()
        self.settings, self.levels, self.n_streams = settings, levels, n_streams
        width, all_levels = settings.width, levels * n_streams
        self.text_layer = TextLayer(
            text_width,
            merge=settings.text_merge,
            width=width,
            layers=settings.text_layers,
            heads=settings.heads,
            feed_forward=settings.feed_forward,
            dropout=settings.dropout,
        )
        self.anchor = nn.Parameter(0.02 * torch.randn(_ANCHOR, width))
        self.begin = nn.Parameter(0.02 * torch.randn(1, width))
        offsets = torch.tensor((0, *all_levels[:-1])).cumsum(0)
        self.register_buffer("digit_offsets", offsets, persistent=False)
        self.digit_embedding = nn.Embedding(sum(all_levels), width)
        nn.init.normal_(self.digit_embedding.weight, std=len(all_levels) ** -0.5)
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
        """codes: (B, T, n_streams) -> digits (B, T, n_streams x digits of a code) int64."""
        return code_digits(codes, self.levels).flatten(-2)

    def prefix(self, tokens: Tensor, mask: Tensor, given: Tensor) -> tuple[Tensor, Tensor]:
        """The prefix of captions: the anchor, then the merged tokens of the three texts.

        tokens: (B, 3, L, W) frozen embeddings. mask: (B, 3, L), true at tokens. given: (B,) bool, false where the
        text is withheld. Returns embeddings (B, N, width) and their mask (B, N).
        """
        text, mask = self.text_layer(tokens, mask)
        anchor, always = self.no_prefix(len(text))
        text, mask = pack(text.flatten(1, 2), mask.flatten(1) & given[:, None])
        return torch.cat([anchor, text], dim=1), torch.cat([always, mask], dim=1)

    def no_prefix(self, count: int) -> tuple[Tensor, Tensor]:
        """The prefix of `count` motions without a text: the anchor alone."""
        anchor = self.anchor.expand(count, -1, -1)
        return anchor, torch.ones(anchor.shape[:2], dtype=torch.bool, device=anchor.device)

    def embed_steps(self, digits: Tensor) -> Tensor:
        """digits: (B, T, places) -> (B, T, width)."""
        return self.digit_embedding(digits + self.digit_offsets).sum(-2)

    def decode(self, prefix: tuple[Tensor, Tensor], digits: Tensor) -> Tensor:
        """What the decoder knows before each step.

        prefix: of `prefix` or `no_prefix`. digits: (B, T, places) of the steps so far. Returns (B, T + 1, width).
        """
        embeddings, mask = prefix
        steps = self.with_begin(self.embed_steps(digits))
        hidden = self.run(torch.cat([embeddings, steps], dim=1), mask, steps.shape[1])
        return hidden[:, embeddings.shape[1] :]

    def with_begin(self, steps: Tensor) -> Tensor:
        """Steps (B, T, width) after the mark of the beginning: (B, T + 1, width)."""
        return torch.cat([self.begin.expand(len(steps), -1, -1), steps], dim=1)

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


class DigitHead(nn.Module):
    """Draws the digits of a step one after another, each knowing those before it (after NADE, Larochelle 2011).

    in_width: of what the decoder knows. width: of this network. levels: of each digit of a step.
    """

    impossible: Tensor

    def __init__(self, in_width: int, width: int, levels: tuple[int, ...]) -> None:
        super().__init__()
        places, most = len(levels), max(levels)
        self.project = nn.Linear(in_width, width)
        self.place = nn.Parameter(0.02 * torch.randn(places, width))
        self.drawn = nn.Parameter(0.1 * torch.randn(places, most, width))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Parameter(torch.randn(places, width, most) * width**-0.5)
        self.bias = nn.Parameter(torch.zeros(places, most))
        self.register_buffer("impossible", torch.arange(most) >= torch.tensor(levels)[:, None], persistent=False)

    def forward(self, hidden: Tensor, digits: Tensor) -> Tensor:
        """Logits of all digits of a step at once, where they are known.

        hidden: (..., in_width). digits: (..., places). Returns (..., places, most levels), -inf where a digit has
        no such level.
        """
        places = torch.arange(len(self.place), device=digits.device)
        drawn = self.drawn[places, digits]
        before = drawn.cumsum(-2) - drawn
        state = self.project(hidden)[..., None, :] + before
        return self._logits(state + self.place, places)

    def start(self, hidden: Tensor) -> Tensor:
        """The state before the first digit; hidden: (..., in_width) -> (..., width)."""
        return self.project(hidden)

    def logits_at(self, state: Tensor, place: int) -> Tensor:
        """Logits of one digit (..., most levels) from the state before it (..., width)."""
        chosen = torch.tensor([place], device=state.device)
        return self._logits((state + self.place[place])[..., None, :], chosen).squeeze(-2)

    def after(self, state: Tensor, place: int, digits: Tensor) -> Tensor:
        """The state after a digit was drawn; digits: (...,)."""
        return state + self.drawn[place, digits]

    def _logits(self, state: Tensor, places: Tensor) -> Tensor:
        active = functional.silu(self.norm(state))
        logits = torch.einsum("...pw,pwl->...pl", active, self.out[places]) + self.bias[places]
        return logits.masked_fill(self.impossible[places], -torch.inf)


def pack(tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Move what is true in the mask to the front, in order, and cut off what is false in the whole batch.

    tokens: (B, L, width), mask: (B, L). Most of a batch of three texts of unequal length would be padding.
    """
    order = mask.int().argsort(dim=1, descending=True, stable=True)[:, : int(mask.sum(1).max())]
    return tokens.gather(1, order[..., None].expand(-1, -1, tokens.shape[-1])), mask.gather(1, order)


def next_code_loss(model: Autoregressive, prefix: tuple[Tensor, Tensor], given: Tensor, wanted: Tensor) -> Tensor:
    """Mean cross-entropy of a digit, in nats.

    given, wanted: (B, T, n_streams) codes that the decoder sees, and those that it is to predict.
    """
    digits = model.digits_of(wanted)
    hidden = model.decode(prefix, model.digits_of(given[:, :-1]))
    logits = model.head(hidden, digits).float()
    return functional.cross_entropy(logits.flatten(0, -2), digits.flatten())


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
    load_weights(model, trained)
    return model
