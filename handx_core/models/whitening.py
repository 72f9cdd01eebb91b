"""Clips as numbers of equal spread, and back: what the diffusion generator adds noise to.

Joints and frames repeat each other: nearly all of a clip lies in a few principal components of its frames and their
slow waves. Noise that is added to features as they are drowns the fine movements at once and the wide ones almost
never, so that little is left to learn from most noise steps. Here every wave of every component has the same spread,
and noise hides all of them alike. What belongs here: this change of coordinates, fitted to training clips. What does
not: the network that works in it (`models.diffusion`).
"""

import torch
from torch import Tensor, nn

from handx_core.skeleton import CLIP_FRAMES, N_JOINTS, WRIST

FEATURES = 2 * N_JOINTS * 4
"""Per frame and joint: position (3) and one scalar rotation."""

_WRIST_WEIGHT = 4.0
"""Spread of the wrists against that of the fingers about them, among which the principal components are chosen.
Wrists are 6 of 168 numbers, and carry the whole hand."""

_LEAST_SPREAD = 1e-3
"""Of a wave of a component, as a part of the greatest: what hardly moves is not blown up."""


class Whitening(nn.Module):
    """Normalised features (B, 60, F) to whitened ones (B, waves, components), and back.

    waves: slow cosine waves that are kept of the 60 of a clip; the fastest has waves / 4 periods a second. components:
    that are kept of the F = 168 of a frame. Whitened features stand in the order of time, as `waves` samples of a
    clip, so that a network can find what follows what.
    """

    analysis: Tensor
    synthesis: Tensor
    mean: Tensor
    spread: Tensor
    slow: Tensor
    samples: Tensor

    def __init__(self, waves: int, components: int) -> None:
        super().__init__()
        self.waves, self.components = waves, components
        square = nn.init.orthogonal_(torch.empty(FEATURES, FEATURES))
        self.register_buffer("analysis", square[:, :components].clone())
        self.register_buffer("synthesis", square[:, :components].T.clone())
        self.register_buffer("mean", torch.zeros(waves, components))
        self.register_buffer("spread", torch.ones(waves, components))
        self.register_buffer("slow", cosine_waves(CLIP_FRAMES)[:waves], persistent=False)
        self.register_buffer("samples", cosine_waves(waves), persistent=False)

    @torch.no_grad()
    def fit(self, features: Tensor, scale: Tensor) -> None:
        """Choose components and spreads by training clips.

        features: (N, 60, F), normalised. scale: (F,), what 1 of each is in metres or radians.
        """
        parts = _parts().to(features).double()
        absolute = features.double() * scale
        moving = absolute - absolute.mean((0, 1))
        spread = torch.stack([(moving @ part.T).square().mean().sqrt() for part in parts.split(_PARTS)])
        spread = spread.clamp_min(_LEAST_SPREAD * float(spread.max()))
        weights = torch.tensor([_WRIST_WEIGHT, 1.0, 1.0]).to(spread) / spread
        mixed = parts * weights.repeat_interleave(torch.tensor(_PARTS, device=parts.device))[:, None] * scale
        covariance = (features.double() @ mixed.T).flatten(0, 1).T.cov()
        vectors = torch.linalg.eigh(covariance)[1].flip(1)[:, : self.components]
        self.analysis.copy_(mixed.T @ vectors)
        self.synthesis.copy_(vectors.T @ torch.linalg.inv(mixed).T)
        amplitudes = self._amplitudes(features)
        spread = amplitudes.std(0)
        self.mean.copy_(amplitudes.mean(0))
        self.spread.copy_(spread.clamp_min(_LEAST_SPREAD * float(spread.max())))

    def forward(self, features: Tensor) -> Tensor:
        """features: (B, 60, F), normalised -> whitened (B, waves, components)."""
        return self.samples.T @ ((self._amplitudes(features) - self.mean) / self.spread)

    def inverse(self, whitened: Tensor) -> Tensor:
        """whitened: (B, waves, components) -> features (B, 60, F), normalised."""
        return self.slow.T @ (self.samples @ whitened * self.spread + self.mean) @ self.synthesis

    def squared_error(self, predicted: Tensor, clean: Tensor) -> Tensor:
        """Mean squared error of each clip, (B,), of whitened features (B, waves, components).

        Waves that move joints further weigh more, as the root of their spread, 1 on average: between all alike, which
        are tremor of fingers for the most part, and true distances, which are the wrists'.
        """
        weights = self.spread.sqrt()
        return ((self.samples @ (predicted - clean)).square() * (weights / weights.mean())).mean((1, 2))

    def _amplitudes(self, features: Tensor) -> Tensor:
        return self.slow @ (features @ self.analysis)


_PARTS = (6, 6 * (N_JOINTS - 1), 2 * N_JOINTS)


def _parts() -> Tensor:
    """(F, F): features to wrists (6), other joints from their wrist (120), and scalar rotations (42)."""
    unit = torch.eye(FEATURES).unflatten(0, (2, N_JOINTS, 4))
    wrists = unit[:, WRIST : WRIST + 1, :3]
    others = unit[:, WRIST + 1 :, :3] - wrists
    return torch.cat([rows.reshape(-1, FEATURES) for rows in (wrists, others, unit[:, :, 3])])


def cosine_waves(length: int) -> Tensor:
    """The orthonormal discrete cosine transform (DCT-II): waves @ signal are its amplitudes; (length, length)."""
    rows = torch.arange(length, dtype=torch.float64)[:, None]
    waves = torch.cos(torch.pi * rows * (rows.T + 0.5) / length) * (2 / length) ** 0.5
    waves[0] /= 2**0.5
    return waves.float()
