"""The diffusion generator: predicts the clean motion from a noised one, a time step and three texts.

After HandX (CVPR 2026), "Diffusion model": for each of the texts left, right and interaction one pass of the same
Transformer decoder over [time step, a learned start token of that text, frames], cross-attending to that text's
tokens; the three outputs are added to the embedded motion. Here the passes run as one batch.

Three things are ours, because they save most of the training: motion is noised and predicted in whitened coordinates
(`models.whitening`); time step and text also modulate the motion, without which a text's effect on one frame and not
another is learned very late; and the summary of a caption that does so is also taught to tell its clip from the
others of the batch, because the error of a prediction says little of what a word means as long as the moment at which
something happens is unknown.

What belongs here: the network and its losses. What does not: the use of the noise schedule in training
(`training.diffusion`) and sampling (`generation.diffusion`).
"""

from dataclasses import dataclass
from typing import Final

import torch
from diffusers import DDPMScheduler
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from handx_core.models.text_layer import PARTS, TextLayer, TransformerSettings, masked_mean, sinusoids, sinusoids_at
from handx_core.models.whitening import FEATURES, Whitening
from handx_core.skeleton import CLIP_FRAMES

NOISE_STEPS: Final = 1000
NOISE_SCHEDULE: Final = "squaredcos_cap_v2"
"""diffusers' name of the cosine schedule (Nichol & Dhariwal 2021)."""

_LEAST_NOISE: Final = 0.05
"""Share of noise below which an error weighs no more."""

_FORGETFUL: Final = "cuda"
"""Where the decoder keeps only the inputs of its layers for the gradient and runs each again: a GPU's memory does not
hold all of a batch of 1,536 clips and the words of their texts. It costs a third more time; other memory is larger."""

_BLUR: Final = 0.1
"""Noise on the clips that captions are taught to tell apart, so that they are not known by their tremor."""


class DiffusionSettings(TransformerSettings):
    """Sizes of the diffusion generator.

    layers: of the decoder. waves, components: of a clip that it generates, of 60 and 168 (`models.whitening`).
    """

    dropout: float = 0.2
    layers: int = 4
    waves: int = Field(default=12, ge=2, le=CLIP_FRAMES)
    components: int = Field(default=48, ge=1, le=FEATURES)


@dataclass(frozen=True)
class EncodedTexts:
    """What the decoder attends to: memory (B * 3, L, width), and where there is something, mask (B * 3, L) bool."""

    memory: Tensor
    mask: Tensor

    def summary(self) -> Tensor:
        """The mean over what there is, (B * 3, width)."""
        return masked_mean(self.memory, self.mask)


class Diffusion(nn.Module):
    """Predicts clean motion from noised.

    settings: sizes. text_width: of the frozen tokens. Works on whitened clips (B, waves, components).
    """

    signal: Tensor

    def __init__(self, settings: DiffusionSettings, text_width: int) -> None:
        super().__init__()
        self.settings = settings
        width = settings.width
        self.whitening = Whitening(settings.waves, settings.components)
        self.text_layer = TextLayer(text_width, settings)
        self.no_text = nn.Parameter(0.02 * torch.randn(PARTS, 1, width))
        self.motion_in = nn.Linear(settings.components, width)
        self.time_in = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.start = nn.Parameter(0.02 * torch.randn(PARTS, 1, width))
        layer = nn.TransformerDecoderLayer(
            width, settings.heads, settings.feed_forward, settings.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.modulation = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 2 * width))
        self.decoder = nn.TransformerDecoder(layer, settings.layers, nn.LayerNorm(width))
        self.correction = nn.Linear(width, settings.components)
        nn.init.zeros_(self.correction.weight)
        nn.init.zeros_(self.correction.bias)
        self.clip_summary = nn.Sequential(
            nn.Linear(settings.waves * settings.components, 2 * width),
            nn.GELU(),
            nn.LayerNorm(2 * width),
            nn.Linear(2 * width, width),
        )
        self.caption_summary = nn.Linear(PARTS * width, width)
        self.register_buffer("signal", noise_schedule().alphas_cumprod, persistent=False)

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
        """noised: (B, waves, components) whitened, steps: (B,) noise steps -> clean, the same shape.

        The decoder says what the best estimate of white clips, the noised one scaled down, leaves unknown.
        """
        motion = self.motion_in(noised)
        positions = sinusoids(motion.shape[1], motion.shape[2], motion.device).to(motion)
        time = self.time_in(sinusoids_at(steps, motion.shape[2]).to(motion)).repeat_interleave(PARTS, 0)
        gain, shift = self.modulation(time + texts.summary()).chunk(2, dim=-1)
        modulated = (motion + positions).repeat_interleave(PARTS, 0) * (1 + gain[:, None]) + shift[:, None]
        start = self.start.expand(len(motion), -1, -1, -1).flatten(0, 1)
        tokens = torch.cat([time[:, None], start, modulated], dim=1)
        decoded = self._decode(tokens, texts)
        summed = motion + decoded[:, 2:].unflatten(0, (-1, PARTS)).sum(1)
        signal = self.signal[steps][:, None, None]
        return signal.sqrt() * noised + (1 - signal).sqrt() * self.correction(summed)

    def _decode(self, tokens: Tensor, texts: EncodedTexts) -> Tensor:
        """The decoder's output for tokens (B * 3, N, width), the same wherever it runs."""
        if not (self.training and tokens.device.type == _FORGETFUL):
            decoded: Tensor = self.decoder(tokens, texts.memory, memory_key_padding_mask=~texts.mask)
            return decoded
        for layer in self.decoder.layers:
            tokens = checkpoint(
                layer, tokens, texts.memory, memory_key_padding_mask=~texts.mask, use_reentrant=False
            )  # with the masks of dropout that were drawn the first time
        assert self.decoder.norm is not None
        normed: Tensor = self.decoder.norm(tokens)
        return normed

    def loss(self, predicted: Tensor, clean: Tensor, steps: Tensor) -> Tensor:
        """Mean squared error of whitened clips (B, waves, components), in parts of what the noise leaves unknown.

        steps: (B,) noise steps. With little noise there is little to learn, and an error weighs no more.
        """
        unknown = (1 - self.signal[steps]).clamp_min(_LEAST_NOISE)
        return (self.whitening.squared_error(predicted, clean) / unknown).mean()

    def summaries(self, clean: Tensor, texts: EncodedTexts, noise: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """What a clip and its caption have in common, as unit vectors (B, width) each.

        clean: (B, waves, components) whitened. noise: the same shape; blurs the clip a little, in training. The
        caption's summary is made from the same that modulates the motion. Used in training alone.
        """
        blurred = clean if noise is None else clean + _BLUR * noise
        captions = self.caption_summary(texts.summary().unflatten(0, (-1, PARTS)).flatten(1))
        clips = self.clip_summary(blurred.flatten(1))
        return functional.normalize(clips, dim=-1), functional.normalize(captions, dim=-1)


def noise_schedule() -> DDPMScheduler:
    """The cosine schedule in 1,000 steps, for a model that predicts the clean sample."""
    return DDPMScheduler(NOISE_STEPS, beta_schedule=NOISE_SCHEDULE, prediction_type="sample", clip_sample=False)
