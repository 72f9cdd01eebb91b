"""The diffusion generator: predicts the clean motion from a noised one, a time step and three texts.

After HandX (CVPR 2026), "Diffusion model": for each of the texts left, right and interaction one pass of the same
Transformer decoder over [time step, a learned start token of that text, frames], cross-attending to that text's
tokens; the three outputs are added to the embedded motion. Here the passes run as one batch.

Three things are ours, because they save most of the training: the network starts as the best linear denoiser (in the
principal components of frames and their cosine waves over time) and learns what that leaves unknown; time step and
text also modulate the frames, without which a text's effect on one frame and not another is learned very late; and
the summary of a caption that does so is also taught to tell its clip from the others of the batch, because the error
of a prediction says little of what a word means as long as the moment at which something happens is unknown.

What belongs here: the network and its losses. What does not: the use of the noise schedule in training
(`training.diffusion`) and sampling (`generation.diffusion`).
"""

from dataclasses import dataclass

import torch
from diffusers import DDPMScheduler
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from handx_core.models.text_layer import PARTS, TextLayer, sinusoids, sinusoids_at
from handx_core.settings import Settings
from handx_core.skeleton import CLIP_FRAMES, N_JOINTS

FEATURES = 2 * N_JOINTS * 4
"""Per frame and joint: position (3) and one scalar rotation."""

NOISE_STEPS = 1000

_SLOW_WAVES = 20
"""Waves over a clip that a summary of it is made from: up to 5 Hz, faster than hands act."""


class DiffusionSettings(Settings):
    """Sizes of the diffusion generator.

    width, heads, feed_forward, dropout, layers: of the Transformer decoder. text_layers: of the trainable text layer
    under it. frames_per_token, words_per_token: frames and frozen text tokens that become one. noise_factor: noise
    against the cosine schedule's, 1 being HandX's. Joints and frames repeat each other so much that little but the
    last tenth of that schedule hides a motion enough for its text to matter.
    """

    width: int = 128
    heads: int = 4
    feed_forward: int = 256
    dropout: float = 0.0
    layers: int = 4
    text_layers: int = 1
    frames_per_token: int = 3
    words_per_token: int = 3
    noise_factor: float = Field(default=4.0, gt=0.0)


@dataclass(frozen=True)
class EncodedTexts:
    """What the decoder attends to: memory (B * 3, L, width), and where there is something, mask (B * 3, L) bool."""

    memory: Tensor
    mask: Tensor

    def summary(self) -> Tensor:
        """The mean over what there is, (B * 3, width)."""
        kept = self.mask[..., None]
        return (self.memory * kept).sum(1) / kept.sum(1)


class Diffusion(nn.Module):
    """Predicts clean features from noised ones.

    settings: sizes. text_width: of the frozen tokens. Works on normalised features (B, T, 2 * 21 * 4), T = 60.
    """

    components: Tensor
    spectrum: Tensor
    signal: Tensor
    waves: Tensor

    def __init__(self, settings: DiffusionSettings, text_width: int) -> None:
        super().__init__()
        self.settings = settings
        width = settings.width
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
        kept = min(width, FEATURES)
        self.motion_in = nn.Linear(settings.frames_per_token * kept, width)
        self.time_in = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.start = nn.Parameter(0.02 * torch.randn(PARTS, 1, width))
        layer = nn.TransformerDecoderLayer(
            width, settings.heads, settings.feed_forward, settings.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.modulation = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 2 * width))
        self.decoder = nn.TransformerDecoder(layer, settings.layers, nn.LayerNorm(width))
        self.correction = nn.Linear(width, settings.frames_per_token * kept)
        self.clip_summary = nn.Sequential(
            nn.Linear(_SLOW_WAVES * kept, 2 * width), nn.GELU(), nn.LayerNorm(2 * width), nn.Linear(2 * width, width)
        )
        self.caption_summary = nn.Linear(PARTS * width, width)
        self.register_buffer("components", nn.init.orthogonal_(torch.empty(FEATURES, kept)))
        self.register_buffer("spectrum", torch.ones(CLIP_FRAMES, kept))
        self.register_buffer("waves", cosine_waves(CLIP_FRAMES), persistent=False)
        self.register_buffer("signal", noise_schedule(settings.noise_factor).alphas_cumprod, persistent=False)

    @torch.no_grad()
    def fit_components(self, features: Tensor) -> None:
        """Set principal components and their spectrum from training clips, and start as the best linear denoiser.

        features: (N, T, F), normalised. Training then only has to learn what that does not see: how components go
        together, and what the texts say.
        """
        vectors = torch.linalg.eigh(features.flatten(0, 1).double().T.cov())[1]
        self.components.copy_(vectors.flip(1)[:, : self.components.shape[1]])
        self.spectrum.copy_((self.waves @ (features @ self.components)).square().mean(0))
        nn.init.zeros_(self.correction.weight)
        nn.init.zeros_(self.correction.bias)

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
        estimate, unknown = self._linear_denoiser(noised, steps)
        seen = (self.waves.T @ estimate) / self.spectrum.mean(0).sqrt()
        motion = self.motion_in(seen.unflatten(1, (-1, self.settings.frames_per_token)).flatten(2))
        positions = sinusoids(motion.shape[1], motion.shape[2]).to(motion)
        time = self.time_in(sinusoids_at(steps, motion.shape[2]).to(motion)).repeat_interleave(PARTS, 0)
        gain, shift = self.modulation(time + texts.summary()).chunk(2, dim=-1)
        modulated = (motion + positions).repeat_interleave(PARTS, 0) * (1 + gain[:, None]) + shift[:, None]
        start = self.start.expand(len(motion), -1, -1, -1).flatten(0, 1)
        tokens = torch.cat([time[:, None], start, modulated], dim=1)
        decoded = self.decoder(tokens, texts.memory, memory_key_padding_mask=~texts.mask)
        summed = motion + decoded[:, 2:].unflatten(0, (-1, PARTS)).sum(1)
        correction = self.correction(summed).unflatten(2, (self.settings.frames_per_token, -1)).flatten(1, 2)
        return self.waves.T @ (estimate + unknown * (self.waves @ correction)) @ self.components.T

    def summaries(self, clean: Tensor, texts: EncodedTexts) -> tuple[Tensor, Tensor]:
        """What a clip and its caption have in common, as unit vectors (B, width) each.

        clean: (B, T, F) normalised features. The clip's is made from its slow waves, the caption's from the same
        summary that modulates the frames. Used in training alone.
        """
        waves = self.waves[:_SLOW_WAVES] @ (clean @ self.components) / self.spectrum[:_SLOW_WAVES].sqrt()
        captions = self.caption_summary(texts.summary().unflatten(0, (-1, PARTS)).flatten(1))
        return functional.normalize(self.clip_summary(waves.flatten(1)), dim=-1), functional.normalize(captions, dim=-1)

    def _linear_denoiser(self, noised: Tensor, steps: Tensor) -> tuple[Tensor, Tensor]:
        """The best estimate of each wave of each component by itself, and the deviation that it leaves unknown.

        The decoder's output is scaled by the latter, so that it says nothing where little is unknown: with little
        noise, and in fast waves, of which hands make few; that keeps motion smooth. noised: (B, T, F), steps: (B,) ->
        (B, T waves, components) each.
        """
        signal = self.signal[steps][:, None, None]
        seen = signal * self.spectrum + 1 - signal
        estimate = signal.sqrt() * self.spectrum / seen * (self.waves @ (noised @ self.components))
        return estimate, (self.spectrum * (1 - signal) / seen).sqrt()


def cosine_waves(length: int) -> Tensor:
    """The orthonormal discrete cosine transform (DCT-II): waves @ signal are its amplitudes; (length, length)."""
    rows = torch.arange(length, dtype=torch.float64)[:, None]
    waves = torch.cos(torch.pi * rows * (rows.T + 0.5) / length) * (2 / length) ** 0.5
    waves[0] /= 2**0.5
    return waves.float()


def noise_levels(noise_factor: float) -> Tensor:
    """The betas (1000,) of the cosine schedule (Nichol & Dhariwal 2021) with noise_factor times as much noise.

    As in simple diffusion (Hoogeboom et al. 2023) the signal-to-noise ratio is divided by noise_factor squared.
    """
    cosine = DDPMScheduler(NOISE_STEPS, beta_schedule="squaredcos_cap_v2").alphas_cumprod.double()
    kept = cosine / (cosine + (1 - cosine) * noise_factor**2)
    return (1 - kept / torch.cat([kept.new_ones(1), kept[:-1]])).float()


def noise_schedule(noise_factor: float) -> DDPMScheduler:
    """The schedule of `noise_levels` for a model that predicts the clean sample."""
    betas = noise_levels(noise_factor).numpy()
    return DDPMScheduler(NOISE_STEPS, trained_betas=betas, prediction_type="sample", clip_sample=False)


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
