"""The small trainable text layer over frozen token embeddings, shared by the models that read three texts.

What belongs here: from frozen tokens to a model's own width. What does not: the frozen encoder
(`handx_core.representation.text`) or what a model does with the result.
"""

import math

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from handx_core.representation.text import TextTable
from handx_core.settings import Settings

PARTS = 3
"""The texts of a caption: left, right, interaction."""


class TransformerSettings(Settings):
    """Sizes of a model that reads three texts, as far as they are its text layer's too.

    width, heads, feed_forward, dropout: of the model and its text layer. text_layers: self-attention layers of the
    latter. words_per_token: neighbouring frozen tokens that it makes one of, which makes long texts cheap.
    """

    width: int = 128
    heads: int = 4
    feed_forward: int = 256
    dropout: float = 0.1
    text_layers: int = 1
    words_per_token: int = 3


class TextLayer(nn.Module):
    """A convolution, part and position embeddings, and a few self-attention layers over each text by itself.

    text_width: of the frozen tokens. settings: sizes. With one word a token the convolution is a linear layer.
    """

    def __init__(self, text_width: int, settings: TransformerSettings) -> None:
        super().__init__()
        self.merge = merge = settings.words_per_token
        width = settings.width
        self.project = nn.Conv1d(text_width, width, kernel_size=2 * merge - 1, stride=merge, padding=merge - 1)
        self.part = nn.Parameter(0.02 * torch.randn(PARTS, 1, width))
        self.encoder = transformer_encoder(settings, settings.text_layers)

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Encode each text by itself.

        tokens: (B, 3, L, W) frozen embeddings, zero where padded; mask: (B, 3, L), true at tokens. Returns hidden
        (B, 3, ceil(L / merge), width) and its mask.
        """
        hidden = self.project(tokens.flatten(0, 1).transpose(1, 2)).transpose(1, 2)
        positions = sinusoids(hidden.shape[1], hidden.shape[2], hidden.device).to(hidden)
        hidden = hidden.unflatten(0, (-1, PARTS)) + self.part + positions
        mask = mask[..., :: self.merge]
        encoded = self.encoder(hidden.flatten(0, 1), src_key_padding_mask=~mask.flatten(0, 1))
        return encoded.unflatten(0, (-1, PARTS)), mask


def transformer_encoder(settings: TransformerSettings, layers: int) -> nn.TransformerEncoder:
    """Self-attention layers of a model's sizes, normalised before each and after the last."""
    layer = nn.TransformerEncoderLayer(
        settings.width,
        settings.heads,
        settings.feed_forward,
        settings.dropout,
        activation="gelu",
        batch_first=True,
        norm_first=True,
    )
    return nn.TransformerEncoder(layer, layers, nn.LayerNorm(settings.width), enable_nested_tensor=False)


def masked_mean(tokens: Tensor, mask: Tensor) -> Tensor:
    """The mean over the tokens that there are; tokens: (..., L, width), mask: (..., L) -> (..., width), 0 of none."""
    kept = mask[..., None]
    return (tokens * kept).sum(-2) / kept.sum(-2).clamp_min(1)


def text_batch(text: TextTable, rows: ArrayLike | Tensor, device: torch.device | str = "cpu") -> tuple[Tensor, Tensor]:
    """Frozen tokens of captions; rows: (B, 3) rows of the table -> tokens (B, 3, L, W) and mask (B, 3, L)."""
    rows = np.asarray(rows)
    tokens, mask = text.batch(rows.reshape(-1), device)
    return tokens.unflatten(0, rows.shape), mask.unflatten(0, rows.shape)


def sinusoids(length: int, width: int, device: torch.device) -> Tensor:
    """Sinusoidal embeddings of positions 0 to length - 1 (Vaswani et al. 2017) -> (length, width)."""
    return sinusoids_at(torch.arange(length, device=device), width)


def sinusoids_at(positions: Tensor, width: int) -> Tensor:
    """Sinusoidal embeddings of any positions (B,) -> (B, width) float32; width must be even."""
    rates = torch.exp(torch.arange(0, width, 2, device=positions.device) * (-math.log(10_000.0) / width))
    angles = positions[:, None].float() * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)
