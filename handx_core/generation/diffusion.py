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

from handx_core.models.diffusion import FEATURES, NOISE_STEPS, Diffusion, noise_levels
from handx_core.models.text_layer import text_batch
from handx_core.representation.motion import DIFFUSION_SHAPE, from_diffusion
from handx_core.representation.statistics import Statistics
from handx_core.representation.text import TextTable
from handx_core.settings import Settings
from handx_core.skeleton import CLIP_FRAMES

Denoise = Callable[[Tensor, Tensor], Tensor]
"""denoise(noised (B, T, F), steps (B,)) -> clean features (B, T, F)."""

LOWEST_LOG_RATIO: Final = -5.0
"""Logarithm of signal over noise at which even the widest movements of normalised features are drowned."""

UNCONDITIONAL: Final = 0.0
CONDITIONAL: Final = 1.0


class DiffusionSampling(Settings):
    """How motion is sampled.

    steps: of DPM-Solver++. guidance: 0 is the unconditional model, 1 the conditional one, and more goes beyond it,
    away from the unconditional one. batch_size: clips denoised together.
    """

    steps: int = Field(default=20, ge=2)
    guidance: float = Field(default=4.0, ge=0.0)
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
        denoise = guided(model, text, rows[batch], settings.guidance)
        noise = _noise(seeds[batch]).to(model.no_text.device)
        features = _denoise_fully(denoise, noise, settings.steps, model.settings.noise_factor)
        sampled.append(from_diffusion(statistics.denormalise(features.cpu().unflatten(-1, DIFFUSION_SHAPE))))
    return torch.cat(sampled)


def guided(model: Diffusion, text: TextTable, rows: Tensor, guidance: float) -> Denoise:
    """The model's prediction for captions under classifier-free guidance (Ho & Salimans 2022).

    unconditional + guidance x (conditional - unconditional). At guidance 0 and 1 only the one model is asked, so that
    these are the unconditional and the conditional model bit for bit, at half the cost. rows: (B, 3).
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
        return unconditional + guidance * (conditional - unconditional)

    return denoise


def _noise(seeds: Sequence[int]) -> Tensor:
    """Noise (B, 60, F), each clip's from its own seed and on the CPU, the same on every device."""
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    return torch.stack([torch.randn(CLIP_FRAMES, FEATURES, generator=generator) for generator in generators])


def _denoise_fully(denoise: Denoise, noise: Tensor, steps: int, noise_factor: float) -> Tensor:
    """From pure noise to clean features, in `steps` steps of DPM-Solver++ (Lu et al. 2022), which adds no noise."""
    betas = noise_levels(noise_factor).numpy()
    solver = DPMSolverMultistepScheduler(NOISE_STEPS, trained_betas=betas, prediction_type="sample")
    solver.set_timesteps(timesteps=solver_steps(solver.alphas_cumprod, steps))
    features = noise
    for step in solver.timesteps:
        predicted = denoise(features, step.expand(len(features)).to(features.device))
        features = solver.step(predicted, step, features).prev_sample
    return features


def solver_steps(signal: Tensor, steps: int) -> list[int]:
    """Noise steps from the last to the first, at equal ratios of signal to noise from e^-5 upwards.

    Equal spacing in time, the usual choice, leaves out whole scales: with the cosine schedule and 20 steps wrists move
    half as far as they should and fingers, on a schedule with more noise, a tenth. signal: (1000,) cumulative alphas.
    """
    ratios = (signal / (1 - signal)).double().log() / 2
    wanted = torch.linspace(LOWEST_LOG_RATIO, float(ratios[0]), steps, dtype=torch.float64)
    nearest = (ratios[:, None] - wanted).abs().argmin(0).tolist()
    return sorted({NOISE_STEPS - 1, *nearest[1:]}, reverse=True)
