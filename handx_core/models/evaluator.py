"""The evaluator: a motion encoder and a text encoder into one space, trained by contrast.

Its embeddings are what FID, R-precision and the other metrics of the benchmark are measured on. After TMR (Petrovich
et al. 2023): matching pairs are pulled together, the other texts of the batch pushed away, except those that are
really the same text. What belongs here: the model, its loss, and embedding many clips. What does not: its training.
"""

import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn import functional

from handx_core.models.text_layer import (
    PARTS,
    TextLayer,
    TransformerSettings,
    masked_mean,
    sinusoids,
    text_batch,
    transformer_encoder,
)
from handx_core.representation.text import TextTable
from handx_core.skeleton import FPS, LEFT, RIGHT, TIPS, WRIST

NEARNESS_SCALE = 0.03
"""Metres over which the nearness of two fingertips falls to 1/e: touching tips stand out from merely near ones."""

EMBEDDING_BATCH = 256


class EvaluatorSettings(TransformerSettings):
    """Sizes of the evaluator.

    motion_layers: of the motion encoder. embedding: width of the common space. frames_per_token: frames that the
    motion encoder takes as one. temperature: of the contrastive loss.
    """

    motion_layers: int = 2
    embedding: int = 128
    frames_per_token: int = 2
    temperature: float = 0.1


class Evaluator(nn.Module):
    """Text and motion encoders into one space of unit vectors.

    settings: sizes. text_width: of the frozen tokens. The mean and scale of the motion features are part of the
    weights: set them from training clips with `fit_features` before training.
    """

    feature_mean: Tensor
    feature_scale: Tensor

    def __init__(self, settings: EvaluatorSettings, text_width: int) -> None:
        super().__init__()
        self.settings = settings
        width = settings.width
        n_features = motion_features(torch.zeros(1, 2, 2, 21, 3)).shape[-1]
        self.register_buffer("feature_mean", torch.zeros(n_features))
        self.register_buffer("feature_scale", torch.ones(n_features))
        frames = settings.frames_per_token
        self.stem = nn.Conv1d(n_features, width, kernel_size=2 * frames - 1, stride=frames, padding=frames - 1)
        self.start = nn.Parameter(0.02 * torch.randn(1, width))
        self.motion_encoder = transformer_encoder(settings, settings.motion_layers)
        self.motion_out = nn.Linear(2 * width, settings.embedding)
        self.text_layer = TextLayer(text_width, settings)
        self.text_out = nn.Linear(2 * PARTS * width, settings.embedding)

    def fit_features(self, joints: Tensor) -> None:
        """Set the mean and scale of the motion features from training clips; joints: (N, T, 2, 21, 3), metres."""
        features = motion_features(joints).flatten(0, -2).double()
        self.feature_mean.copy_(features.mean(0))
        self.feature_scale.copy_(features.std(0).clamp_min(1e-4))

    def embed_motion(self, joints: Tensor) -> Tensor:
        """joints: (B, T, 2, 21, 3), metres -> (B, embedding), unit length."""
        features = (motion_features(joints) - self.feature_mean) / self.feature_scale
        hidden = self.stem(features.transpose(1, 2)).transpose(1, 2)
        hidden = hidden + sinusoids(hidden.shape[1], hidden.shape[2], hidden.device).to(hidden)
        hidden = torch.cat([self.start.expand(len(hidden), 1, -1), hidden], dim=1)
        encoded = self.motion_encoder(hidden)
        summary = torch.cat([encoded[:, 0], encoded[:, 1:].mean(1)], dim=-1)
        return functional.normalize(self.motion_out(summary), dim=-1)

    def embed_text(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """tokens: (B, 3, L, W), mask: (B, 3, L), true at tokens -> (B, embedding), unit length."""
        encoded, mask = self.text_layer(tokens, mask)
        mean = masked_mean(encoded, mask)
        most = encoded.masked_fill(~mask[..., None], -torch.inf).amax(-2)
        return functional.normalize(self.text_out(torch.cat([mean, most], dim=-1).flatten(1)), dim=-1)


def motion_features(joints: Tensor) -> Tensor:
    """What the motion encoder reads of each frame.

    joints: (B, T, 2, 21, 3), metres -> (B, T, 288): both wrists and the vector between them, the other joints
    relative to their wrist, velocities of all joints, and how near each thumb tip is to the other tips of its hand
    and each tip to the tips of the other hand (1 at contact, falling to 0).
    """
    wrists = joints[..., WRIST, :]
    between = wrists[..., LEFT, :] - wrists[..., RIGHT, :]
    local = joints[..., WRIST + 1 :, :] - joints[..., WRIST : WRIST + 1, :]
    velocity = torch.diff(joints, dim=1, append=joints[:, -1:]) * FPS
    tips = joints[..., TIPS, :]
    within = (tips[..., :1, :] - tips[..., 1:, :]).norm(dim=-1)
    across = (tips[..., LEFT, :, None, :] - tips[..., RIGHT, None, :, :]).norm(dim=-1)
    distances = torch.cat([within.flatten(2), across.flatten(2)], dim=-1)
    parts = [wrists.flatten(2), between, local.flatten(2), velocity.flatten(2), (-distances / NEARNESS_SCALE).exp()]
    return torch.cat(parts, dim=-1)


def contrastive_loss(motions: Tensor, texts: Tensor, text_numbers: Tensor, temperature: float) -> Tensor:
    """InfoNCE in both directions; a pair whose texts are the same is no negative.

    motions, texts: (B, D) unit vectors of matching pairs. text_numbers: (B, 3), equal rows for equal texts.
    """
    same_text = (text_numbers[:, None] == text_numbers[None]).all(-1)
    same_text.fill_diagonal_(False)
    logits = (motions @ texts.T / temperature).masked_fill(same_text, -torch.inf)
    own = torch.arange(len(logits), device=logits.device)
    return (functional.cross_entropy(logits, own) + functional.cross_entropy(logits.T, own)) / 2


@torch.inference_mode()
def embed_motions(model: Evaluator, joints: ArrayLike | Tensor) -> NDArray:
    """Embeddings of any number of clips; joints: (N, T, 2, 21, 3), metres -> (N, D) float64."""
    model.eval()
    device = next(model.parameters()).device
    chunks = torch.as_tensor(joints).split(EMBEDDING_BATCH)
    return torch.cat([model.embed_motion(chunk.to(device)) for chunk in chunks]).cpu().double().numpy()


@torch.inference_mode()
def embed_texts(model: Evaluator, text: TextTable, rows: ArrayLike | Tensor) -> NDArray:
    """Embeddings of any number of captions; rows: (N, 3) rows of the text table -> (N, D) float64."""
    model.eval()
    device = next(model.parameters()).device
    chunks = torch.as_tensor(rows).split(EMBEDDING_BATCH)
    return torch.cat([model.embed_text(*text_batch(text, chunk, device)) for chunk in chunks]).cpu().double().numpy()
