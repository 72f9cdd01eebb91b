"""The tokenizer: a clip as 30 steps of codes, and back, by finite scalar quantisation (FSQ).

Two frames become a few numbers, each rounded to one of a few levels (Mentzer et al. 2023, "Finite scalar
quantization"), and these the control points of a cubic B-spline, so that what is decoded is smooth whatever the codes
are. Both ways start as a principal component analysis, which a residual convolution network corrects. What belongs
here: the model and its loss. What does not: its training (`training.tokenizer`).
"""

from typing import Final, Literal

import torch
from scipy.interpolate import BSpline
from torch import Tensor, nn
from torch.nn import functional
from vector_quantize_pytorch import FSQ

from handx_core.models.trained import TrainedModel, ready, seeded
from handx_core.representation.motion import to_clip_frame
from handx_core.representation.streams import HAND_WIDTH, PALM_AXES_WIDTH, WRISTS_WIDTH, from_streams, to_streams
from handx_core.settings import Settings
from handx_core.skeleton import WRIST

FRAMES_PER_STEP: Final = 2

LENGTH_UNIT_M: Final = 0.1
"""Losses are in decimetres: of order one, so that one gradient clip serves all models."""

_SMALLEST_SCALE: Final = 1e-3
_PALM_REACH_M: Final = 0.1
"""How far an error of a palm axis of 1 moves a fingertip, about."""

_SPREAD: Final = 0.5
"""Standard deviation of a digit before the tanh that bounds it, at the start: most of the range is used, little cut."""

_CLIPS_AT_ONCE: Final = 256
_SPLINE: Final = tuple(float(BSpline.basis_element(range(-2, 3))(place / 8)) for place in range(-14, 15, 4))
"""The uniform cubic B-spline between -2 and 2 where frames lie when a control point stands between two of them."""


class TokenizerSettings(Settings):
    """Sizes of the tokenizer.

    streams: "hands" gives a step `hand_codes` codes for each hand, by one network for both (the left one mirrored),
    and `wrist_codes` codes for where the wrists are; "single" gives it one code for everything, as in HandX. levels:
    of the digits of a code; their product is the number of codes. hand_width, wrist_width, depth, dilation_growth: of
    the residual convolutions ("single" takes hand_width).
    """

    streams: Literal["hands", "single"] = "hands"
    levels: tuple[int, ...] = (32, 32)
    hand_codes: int = 4
    wrist_codes: int = 3
    hand_width: int = 64
    wrist_width: int = 96
    depth: int = 2
    dilation_growth: int = 3


class TokenizerLoss(Settings):
    """Weights of the terms of the loss: mean absolute errors of joints, of joints relative to their wrist, of their
    velocity and acceleration (per frame), in decimetres, and of the normalised features."""

    relative: float = 1.0
    velocity: float = 0.0
    acceleration: float = 0.0
    features: float = 0.3


class Tokenizer(nn.Module):
    """Joints to codes and back.

    settings: sizes. Mean and scale of the features are part of the weights: set them, and the principal components,
    from training clips with `fit_features` before training.
    """

    hand_mean: Tensor
    hand_scale: Tensor
    wrists_mean: Tensor
    wrists_scale: Tensor

    def __init__(self, settings: TokenizerSettings) -> None:
        super().__init__()
        self.settings = settings
        for name, width in (("hand", HAND_WIDTH), ("wrists", WRISTS_WIDTH)):
            self.register_buffer(f"{name}_mean", torch.zeros(width))
            self.register_buffer(f"{name}_scale", torch.ones(width))
        if settings.streams == "hands":
            self.hand_coder = Coder(HAND_WIDTH, settings.hand_codes, settings.hand_width, settings)
            self.wrists_coder = Coder(WRISTS_WIDTH, settings.wrist_codes, settings.wrist_width, settings)
        else:
            self.joint_coder = Coder(2 * HAND_WIDTH + WRISTS_WIDTH, 1, settings.hand_width, settings)

    @property
    def n_streams(self) -> int:
        """Codes of a step: the left hand's, the right hand's, the wrists'; or one."""
        settings = self.settings
        return 2 * settings.hand_codes + settings.wrist_codes if settings.streams == "hands" else 1

    def fit_features(self, joints: Tensor) -> None:
        """Set mean, scale and principal components from training clips.

        joints: (N, T, 2, 21, 3), metres, clip frame.
        """
        hands, wrists = to_streams(joints.double())
        for name, features in (("hand", hands), ("wrists", wrists)):
            flat = features.flatten(0, -2)
            getattr(self, f"{name}_mean").copy_(flat.mean(0))
            getattr(self, f"{name}_scale").copy_(flat.std(0).clamp_min(_SMALLEST_SCALE))
        hands, wrists = self.normal_streams(joints)
        reach = torch.cat([self.hand_scale[:-PALM_AXES_WIDTH], self.hand_scale[-PALM_AXES_WIDTH:] * _PALM_REACH_M])
        if self.settings.streams == "single":
            weights = torch.cat([reach, reach, self.wrists_scale])
            self.joint_coder.fit(torch.cat([*hands.unbind(1), wrists], dim=-1), weights)
        else:
            self.hand_coder.fit(hands.flatten(0, 1), reach)
            self.wrists_coder.fit(wrists, self.wrists_scale)

    def normal_streams(self, joints: Tensor) -> tuple[Tensor, Tensor]:
        """joints: (B, T, 2, 21, 3) -> normalised hands (B, 2, T, 66) and wrists (B, T, 6)."""
        with torch.autocast(joints.device.type, enabled=False):  # geometry would lose 0.4 % to bfloat16
            hands, wrists = to_streams(joints)
        return (hands - self.hand_mean) / self.hand_scale, (wrists - self.wrists_mean) / self.wrists_scale

    def quantise(self, joints: Tensor) -> tuple[Tensor, Tensor]:
        """joints: (B, T, 2, 21, 3), metres, clip frame, T even.

        Returns digits (B, T / 2, n_streams, n_digits) in [-1, 1], through which gradients pass, and codes
        (B, T / 2, n_streams) int64.
        """
        return self.quantise_streams(*self.normal_streams(joints))

    def quantise_streams(self, hands: Tensor, wrists: Tensor) -> tuple[Tensor, Tensor]:
        """The same of what `normal_streams` gives."""
        if self.settings.streams == "single":
            return self.joint_coder.quantise(torch.cat([*hands.unbind(1), wrists], dim=-1))
        digits, codes = self.hand_coder.quantise(hands.flatten(0, 1))
        wrist_digits, wrist_codes = self.wrists_coder.quantise(wrists)
        digits = torch.cat([*digits.unflatten(0, (-1, 2)).unbind(1), wrist_digits], dim=2)
        return digits, torch.cat([*codes.unflatten(0, (-1, 2)).unbind(1), wrist_codes], dim=2)

    def reconstruct(self, digits: Tensor) -> tuple[Tensor, Tensor]:
        """Digits of `quantise` to normalised hands (B, 2, T, 66) and wrists (B, T, 6)."""
        if self.settings.streams == "single":
            left, right, wrists = self.joint_coder.reconstruct(digits).split((HAND_WIDTH, HAND_WIDTH, WRISTS_WIDTH), -1)
            return torch.stack([left, right], dim=1), wrists
        per_hand = self.settings.hand_codes
        left, right, placed = digits.split((per_hand, per_hand, self.settings.wrist_codes), dim=2)
        hands = self.hand_coder.reconstruct(torch.stack([left, right], dim=1).flatten(0, 1))
        return hands.unflatten(0, (-1, 2)), self.wrists_coder.reconstruct(placed)

    def to_joints(self, hands: Tensor, wrists: Tensor) -> Tensor:
        """The inverse of `normal_streams`: joints (B, T, 2, 21, 3), metres."""
        with torch.autocast(hands.device.type, enabled=False):
            placed = wrists.float() * self.wrists_scale + self.wrists_mean
            return from_streams(hands.float() * self.hand_scale + self.hand_mean, placed)

    @torch.no_grad()
    def encode(self, joints: Tensor) -> Tensor:
        """joints: (B, T, 2, 21, 3), metres, clip frame, T even -> codes (B, T / 2, n_streams) int64."""
        return self.quantise(joints)[1]

    @torch.no_grad()
    def decode(self, codes: Tensor) -> Tensor:
        """codes: (B, T / 2, n_streams) -> joints (B, T, 2, 21, 3), metres, clip frame."""
        digits = code_digits(codes, self.settings.levels)
        levels = torch.tensor(self.settings.levels, device=codes.device)
        half = levels.div(2, rounding_mode="floor")
        return to_clip_frame(self.to_joints(*self.reconstruct((digits - half) / half)))


class Coder(nn.Module):
    """Encoder, FSQ and decoder of one stream: each way a linear map and the network that corrects it.

    n_features: of a frame. n_codes: of a step. width: of the convolutions.
    """

    spline: Tensor

    def __init__(self, n_features: int, n_codes: int, width: int, settings: TokenizerSettings) -> None:
        super().__init__()
        n_digits = n_codes * len(settings.levels)
        self.project = nn.Conv1d(n_features, n_digits, kernel_size=FRAMES_PER_STEP, stride=FRAMES_PER_STEP, bias=False)
        dilations = [settings.dilation_growth**place for place in range(settings.depth)]
        self.encoder = nn.Sequential(
            nn.Conv1d(n_features, width, kernel_size=2 * FRAMES_PER_STEP, stride=FRAMES_PER_STEP, padding=1),
            *(Residual(width, dilation) for dilation in dilations),
            nn.SiLU(),
            silent(nn.Conv1d(width, n_digits, kernel_size=1)),
        )
        self.fsq = FSQ(list(settings.levels), num_codebooks=n_codes, keep_num_codebooks_dim=True)
        self.decoder = nn.Sequential(
            nn.Conv1d(n_digits, width, kernel_size=3, padding=1),
            *(Residual(width, dilation) for dilation in reversed(dilations)),
            nn.SiLU(),
            silent(nn.Conv1d(width, n_features, kernel_size=3, padding=1)),
        )
        self.restore = nn.Conv1d(n_digits, n_features, kernel_size=1, bias=False)
        self.register_buffer("spline", torch.tensor(_SPLINE).expand(n_features, 1, -1).clone(), persistent=False)

    @torch.no_grad()
    def fit(self, features: Tensor, weights: Tensor) -> None:
        """Start as a principal component analysis: a digit a component, the largest first.

        features: (N, T, n_features), of mean 0. weights: (n_features,), metres that an error of 1 of each is worth.
        Digits beyond the number of features are left as they are.
        """
        steps = features.unflatten(1, (-1, FRAMES_PER_STEP)).mean(2).flatten(0, 1)
        weighted = (steps * weights).double()
        variances, axes = torch.linalg.eigh(weighted.T @ weighted / len(weighted))
        largest = variances.argsort(descending=True)[: self.project.out_channels]
        spread = variances[largest].clamp_min(_SMALLEST_SCALE**2).sqrt()
        rows = _SPREAD * axes.T[largest] * weights / spread[:, None]
        self.project.weight[: len(rows)] = (rows / FRAMES_PER_STEP)[..., None].to(weights)
        digits = self.fsq(self.project(features.transpose(1, 2)).transpose(1, 2))[0].flatten(0, 1)
        restored = torch.linalg.lstsq(digits.double(), steps.double()).solution  # in single precision it cuts rank
        self.restore.weight.copy_(restored.T[..., None])

    def quantise(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """features: (B, T, n_features) -> digits (B, T / 2, n_codes, n_digits) and codes (B, T / 2, n_codes)."""
        features = features.transpose(1, 2)
        latent = (self.project(features) + self.encoder(features)).transpose(1, 2)
        digits, codes = self.fsq(latent)
        return digits.unflatten(-1, (codes.shape[-1], -1)), codes.long()

    def reconstruct(self, digits: Tensor) -> Tensor:
        """Digits of `quantise` -> features (B, T, n_features): a cubic B-spline with one control point a step."""
        placed = digits.flatten(-2).transpose(1, 2)
        control = self.restore(placed) + self.decoder(placed)
        control = functional.pad(control, (2, 2), mode="replicate")
        dense = functional.conv_transpose1d(control, self.spline, stride=FRAMES_PER_STEP, groups=control.shape[1])
        n_frames = FRAMES_PER_STEP * digits.shape[1]
        start = (dense.shape[-1] - n_frames) // 2
        return dense[..., start : start + n_frames].transpose(1, 2)


def silent(layer: nn.Conv1d) -> nn.Conv1d:
    """The layer with weights of zero: at first it leaves what it is added to as it is."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


class Residual(nn.Module):
    """A dilated convolution and a pointwise one, added to what came in."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.SiLU(),
            nn.Conv1d(width, width, kernel_size=3, padding=dilation, dilation=dilation),
            nn.SiLU(),
            nn.Conv1d(width, width, kernel_size=1),
        )

    def forward(self, hidden: Tensor) -> Tensor:
        return hidden + self.layers(hidden)


def encode_clips(model: Tokenizer, joints: Tensor) -> Tensor:
    """Codes of any number of clips; joints: (N, T, 2, 21, 3), metres, clip frame -> (N, T / 2, streams) int64."""
    device = model.hand_mean.device
    return torch.cat([model.encode(some.to(device)).cpu() for some in joints.split(_CLIPS_AT_ONCE)])


def decode_clips(model: Tokenizer, codes: Tensor) -> Tensor:
    """Joints of any number of clips; codes: (N, T / 2, streams) -> (N, T, 2, 21, 3), metres, clip frame."""
    device = model.hand_mean.device
    return torch.cat([model.decode(some.to(device)).cpu() for some in codes.split(_CLIPS_AT_ONCE)])


def code_digits(codes: Tensor, levels: tuple[int, ...]) -> Tensor:
    """codes: (...,) -> digits (..., len(levels)) int64, each 0 to its level - 1; the first digit varies fastest."""
    digits = []
    for level in levels:
        digits.append(codes % level)
        codes = codes.div(level, rounding_mode="floor")
    return torch.stack(digits, dim=-1)


def digits_code(digits: Tensor, levels: tuple[int, ...]) -> Tensor:
    """The inverse of `code_digits`: digits (..., len(levels)) -> codes (...,) int64."""
    code = torch.zeros_like(digits[..., 0])
    for place in reversed(range(len(levels))):
        code = code * levels[place] + digits[..., place]
    return code


def reconstruction_loss(model: Tokenizer, joints: Tensor, weights: TokenizerLoss) -> dict[str, Tensor]:
    """Terms of the loss by name, "loss" their weighted sum; joints: (B, T, 2, 21, 3), metres, clip frame."""
    true_hands, true_wrists = model.normal_streams(joints)
    hands, wrists = model.reconstruct(model.quantise_streams(true_hands, true_wrists)[0])
    error = (model.to_joints(hands, wrists) - joints) / LENGTH_UNIT_M
    terms = {
        "position": error.abs().mean(),
        "relative": (error - error[..., WRIST : WRIST + 1, :]).abs().mean(),
        "velocity": error.diff(dim=1).abs().mean(),
        "acceleration": error.diff(n=2, dim=1).abs().mean(),
        "features": (hands - true_hands).abs().mean() + (wrists - true_wrists).abs().mean(),
    }
    weighted = {name: weight * terms[name] for name, weight in weights.model_dump().items()}
    return {"loss": terms["position"] + sum(weighted.values(), torch.zeros_like(terms["position"])), **terms}


def build_tokenizer(settings: TokenizerSettings, seed: int) -> Tokenizer:
    """A tokenizer with weights drawn from a seed."""
    with seeded(seed):
        return Tokenizer(settings)


def load_tokenizer(trained: TrainedModel) -> Tokenizer:
    """The trained tokenizer, ready for use. Raises HandXError where its weights are missing or changed."""
    model = build_tokenizer(TokenizerSettings(**trained.config["model"]["tokenizer"]), seed=0)
    return ready(model, trained)
