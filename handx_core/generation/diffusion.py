"""Sampling of the diffusion generator: motion from texts.

What belongs here: the denoising loop with classifier-free guidance. What does not: the network (`models.diffusion`).
"""

from collections.abc import Callable, Sequence
from typing import Final

import torch
from diffusers import DPMSolverMultistepScheduler
from numpy.typing import ArrayLike
from pydantic import Field
from torch import Tensor

from handx_core.models.diffusion import NOISE_SCHEDULE, NOISE_STEPS, Diffusion
from handx_core.models.text_layer import text_batch
from handx_core.representation.motion import DIFFUSION_SHAPE, from_diffusion
from handx_core.representation.statistics import Statistics
from handx_core.representation.text import TextTable
from handx_core.settings import Settings

Denoise = Callable[[Tensor, Tensor], Tensor]
"""denoise(noised (B, waves, components), steps (B,)) -> clean, the same shape."""

UNCONDITIONAL: Final = 0.0
CONDITIONAL: Final = 1.0


class DiffusionSampling(Settings):
    """How motion is sampled.

    steps: of DPM-Solver++. guidance: 0 is the unconditional model, 1 the conditional one, and more goes beyond it,
    away from the unconditional one. rescale: share of the excess of spread that this gives a prediction, over the
    conditional one's, that is taken back. batch_size: clips denoised together.
    """

    steps: int = Field(default=20, ge=2)
    guidance: float = Field(default=2.5, ge=0.0)
    rescale: float = Field(default=0.7, ge=0.0, le=1.0)
    batch_size: int = Field(default=128, ge=1)


@torch.inference_mode()
def sample_diffusion(
    model: Diffusion,
    statistics: Statistics,
    text: TextTable,
    rows: ArrayLike | Tensor,
    seeds: Sequence[int],
    settings: DiffusionSampling,
) -> Tensor:
    """One motion for each caption.

    statistics: of the representation "diffusion", as in training. rows: (N, 3) rows of the text table. seeds: of each
    motion's noise, so that a motion does not depend on which others are sampled with it (but for rounding). Returns
    joints (N, 60, 2, 21, 3) float32, metres, clip frame.
    """
    model.eval()
    rows = torch.as_tensor(rows)
    sampled = []
    for start in range(0, len(rows), settings.batch_size):
        batch = slice(start, start + settings.batch_size)
        denoise = guided(model, text, rows[batch], settings.guidance, settings.rescale)
        whitened = _denoise_fully(denoise, _noise(model, seeds[batch]), settings.steps)
        features = model.whitening.inverse(whitened).cpu().unflatten(-1, DIFFUSION_SHAPE)
        sampled.append(from_diffusion(statistics.denormalise(features)))
    return torch.cat(sampled)


def guided(model: Diffusion, text: TextTable, rows: Tensor, guidance: float, rescale: float) -> Denoise:
    """The model's prediction for captions under classifier-free guidance (Ho & Salimans 2022).

    unconditional + guidance x (conditional - unconditional), whose spread over each clip is then moved towards the
    conditional one's (Lin et al. 2024, "Common diffusion noise schedules", section 3.4): strong guidance alone makes
    movements too wide. At guidance 0 and 1 only the one model is asked, so that these are the unconditional and the
    conditional model bit for bit, at half the cost. rows: (B, 3).
    """
    device = model.no_text.device
    without = model.no_texts(len(rows))
    if guidance == UNCONDITIONAL:
        return lambda noised, steps: model(noised, steps, without)
    given = torch.ones(len(rows), dtype=torch.bool, device=device)
    texts = model.encode_texts(*text_batch(text, rows, device), given)
    if guidance == CONDITIONAL:
        return lambda noised, steps: model(noised, steps, texts)

    def denoise(noised: Tensor, steps: Tensor) -> Tensor:
        unconditional, conditional = model(noised, steps, without), model(noised, steps, texts)
        mixed = unconditional + guidance * (conditional - unconditional)
        excess = conditional.std((1, 2), keepdim=True) / mixed.std((1, 2), keepdim=True)
        return mixed * (1 - rescale + rescale * excess)

    return denoise


def _noise(model: Diffusion, seeds: Sequence[int]) -> Tensor:
    """Noise (B, waves, components), each clip's from its own seed and on the CPU, the same on every device."""
    shape = model.settings.waves, model.settings.components
    drawn = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    return torch.stack(drawn).to(model.no_text.device)


def _denoise_fully(denoise: Denoise, noise: Tensor, steps: int) -> Tensor:
    """From pure noise to clean clips, in `steps` steps of DPM-Solver++ (Lu et al. 2022), which adds no noise."""
    solver = DPMSolverMultistepScheduler(NOISE_STEPS, beta_schedule=NOISE_SCHEDULE, prediction_type="sample")
    solver.set_timesteps(steps)
    noised = noise
    for step in solver.timesteps:
        predicted = denoise(noised, step.expand(len(noised)).to(noised.device))
        noised = solver.step(predicted, step, noised).prev_sample
    return noised
