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

PARTS = 3
"""The texts of a caption: left, right, interaction."""


class TextLayer(nn.Module):
    """A linear layer, part and position embeddings, and a few self-attention layers over each text by itself.

    text_width: of the frozen tokens. width, layers, heads, feed_forward, dropout: of the Transformer encoder.
    """

    def __init__(
        self, text_width: int, *, width: int, layers: int, heads: int, feed_forward: int, dropout: float
    ) -> None:
        super().__init__()
        self.project = nn.Linear(text_width, width)
        self.part = nn.Parameter(0.02 * torch.randn(PARTS, 1, width))
        layer = nn.TransformerEncoderLayer(
            width, heads, feed_forward, dropout, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, layers, nn.LayerNorm(width), enable_nested_tensor=False)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """tokens: (B, 3, L, W) frozen embeddings; mask: (B, 3, L), true at tokens -> (B, 3, L, width)."""
        hidden = self.project(tokens)
        hidden = hidden + self.part + sinusoids(hidden.shape[-2], hidden.shape[-1]).to(hidden)
        encoded = self.encoder(hidden.flatten(0, 1), src_key_padding_mask=~mask.flatten(0, 1))
        return encoded.unflatten(0, (-1, PARTS))


def text_batch(text: TextTable, rows: ArrayLike | Tensor, device: torch.device | str = "cpu") -> tuple[Tensor, Tensor]:
    """Frozen tokens of captions; rows: (B, 3) rows of the table -> tokens (B, 3, L, W) and mask (B, 3, L)."""
    rows = np.asarray(rows)
    tokens, mask = text.batch(rows.reshape(-1))
    return tokens.unflatten(0, rows.shape).to(device), mask.unflatten(0, rows.shape).to(device)


def sinusoids(length: int, width: int) -> Tensor:
    """Sinusoidal embeddings of positions 0 to length - 1 (Vaswani et al. 2017) -> (length, width)."""
    return sinusoids_at(torch.arange(length), width)


def sinusoids_at(positions: Tensor, width: int) -> Tensor:
    """Sinusoidal embeddings of any positions (B,) -> (B, width) float32; width must be even."""
    rates = torch.exp(torch.arange(0, width, 2, device=positions.device) * (-math.log(10_000.0) / width))
    angles = positions[:, None].float() * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)
