"""The diffusion generator: predicts the clean motion from a noised one, a time step and three texts.

After HandX (CVPR 2026), "Diffusion model": for each of the texts left, right and interaction one pass of the same
Transformer decoder over [time step, a learned start token of that text, frames], cross-attending to that text's
tokens; the three outputs are added to the embedded motion. Here the passes run as one batch. What belongs here: the
network and its losses. What does not: noise schedules' use in training (`training.diffusion`) and sampling
(`generation.diffusion`).
"""

from dataclasses import dataclass

import torch
from diffusers import DDPMScheduler
from torch import Tensor, nn
from torch.nn import functional

from handx_core.models.text_layer import PARTS, TextLayer, sinusoids, sinusoids_at
from handx_core.settings import Settings
from handx_core.skeleton import N_JOINTS

FEATURES = 2 * N_JOINTS * 4
"""Per frame and joint: position (3) and one scalar rotation."""

NOISE_STEPS = 1000


class DiffusionSettings(Settings):
    """Sizes of the diffusion generator.

    width, heads, feed_forward, dropout, layers: of the Transformer decoder. text_layers: of the trainable text layer
    under it. frames_per_token, words_per_token: frames and frozen text tokens that become one.
    """

    width: int = 128
    heads: int = 4
    feed_forward: int = 256
    dropout: float = 0.1
    layers: int = 4
    text_layers: int = 1
    frames_per_token: int = 1
    words_per_token: int = 3


@dataclass(frozen=True)
class EncodedTexts:
    """What the decoder attends to: memory (B * 3, L, width), and where there is something, mask (B * 3, L) bool."""

    memory: Tensor
    mask: Tensor


class Diffusion(nn.Module):
    """Predicts clean features from noised ones.

    settings: sizes. text_width: of the frozen tokens. Works on normalised features (B, T, 2 * 21 * 4); T must be a
    multiple of frames_per_token.
    """

    def __init__(self, settings: DiffusionSettings, text_width: int) -> None:
        super().__init__()
        self.settings = settings
        width, token = settings.width, settings.frames_per_token * FEATURES
        self.text_layer = TextLayer(
            text_width,
            merge=settings.words_per_token,
            width=width,
            layers=settings.text_layers,
            heads=settings.heads,
            feed_forward=settings.feed_forward,
            dropout=settings.dropout,
        )
        self.no_text = nn.Parameter(0.02 * torch.randn(PARTS, 1, width))
        self.motion_in = nn.Linear(token, width)
        self.time_in = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.start = nn.Parameter(0.02 * torch.randn(PARTS, 1, width))
        layer = nn.TransformerDecoderLayer(
            width, settings.heads, settings.feed_forward, settings.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.decoder = nn.TransformerDecoder(layer, settings.layers, nn.LayerNorm(width))
        self.motion_out = nn.Linear(width, token)

    def encode_texts(self, tokens: Tensor, mask: Tensor, given: Tensor) -> EncodedTexts:
        """Encode captions once for any number of time steps.

        tokens: (B, 3, L, W), mask: (B, 3, L), true at tokens. given: (B,) bool; a caption that is not given leaves
        nothing to attend to but a learned token for "no text", which is what the unconditional model is.
        """
        encoded, mask = self.text_layer(tokens, mask)
        memory = torch.cat([self.no_text.expand(len(encoded), -1, -1, -1), encoded], dim=2)
        given = given[:, None, None].expand(-1, PARTS, 1)
        return EncodedTexts(memory.flatten(0, 1), torch.cat([~given, mask & given], dim=2).flatten(0, 1))

    def no_texts(self, batch: int) -> EncodedTexts:
        """The encoding of `batch` captions that are not given."""
        memory = self.no_text.expand(batch, -1, -1, -1).flatten(0, 1)
        return EncodedTexts(memory, torch.ones(memory.shape[:2], dtype=torch.bool, device=memory.device))

    def forward(self, noised: Tensor, steps: Tensor, texts: EncodedTexts) -> Tensor:
        """noised: (B, T, F) normalised features, steps: (B,) noise steps -> clean features (B, T, F)."""
        frames = noised.unflatten(1, (-1, self.settings.frames_per_token)).flatten(2)
        motion = self.motion_in(frames)
        positions = sinusoids(motion.shape[1], motion.shape[2]).to(motion)
        time = self.time_in(sinusoids_at(steps, motion.shape[2]).to(motion))
        prefix = torch.stack([time[:, None].expand(-1, PARTS, -1), self.start[:, 0].expand(len(time), -1, -1)], dim=2)
        frames_of_part = (motion + positions)[:, None].expand(-1, PARTS, -1, -1)
        tokens = torch.cat([prefix, frames_of_part], dim=2).flatten(0, 1)
        decoded = self.decoder(tokens, texts.memory, memory_key_padding_mask=~texts.mask)
        summed = motion + decoded[:, 2:].unflatten(0, (-1, PARTS)).sum(1)
        return self.motion_out(summed).unflatten(2, (self.settings.frames_per_token, -1)).flatten(1, 2)


def noise_schedule() -> DDPMScheduler:
    """The cosine schedule with 1,000 steps (Nichol & Dhariwal 2021), for a model that predicts the clean sample."""
    return DDPMScheduler(NOISE_STEPS, beta_schedule="squaredcos_cap_v2", prediction_type="sample", clip_sample=False)


def diffusion_losses(predicted: Tensor, clean: Tensor) -> dict[str, Tensor]:
    """HandX's four terms, each a mean square; predicted, clean: (B, T, 2 * 21 * 4) normalised features.

    reconstruction: of positions. representation: of scalar rotations. velocity, acceleration: of the first and second
    differences of positions over time.
    """
    predicted, clean = predicted.unflatten(-1, (-1, 4)), clean.unflatten(-1, (-1, 4))
    positions, true_positions = predicted[..., :3], clean[..., :3]
    return {
        "reconstruction": functional.mse_loss(positions, true_positions),
        "representation": functional.mse_loss(predicted[..., 3], clean[..., 3]),
        "velocity": functional.mse_loss(positions.diff(dim=1), true_positions.diff(dim=1)),
        "acceleration": functional.mse_loss(positions.diff(n=2, dim=1), true_positions.diff(n=2, dim=1)),
    }
