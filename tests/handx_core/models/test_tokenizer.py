"""The tokenizer: shapes, the algebra of codes, mirror symmetry, smoothness, and that it learns."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from vector_quantize_pytorch import FSQ

from handx_core.models.tokenizer import (
    Coder,
    TokenizerSettings,
    build_tokenizer,
    code_digits,
    decode_clips,
    digits_code,
    encode_clips,
    load_tokenizer,
)
from handx_core.representation.motion import to_clip_frame
from handx_core.representation.streams import from_streams, to_streams
from handx_core.representation.text import TextEncoderSettings, encode_texts
from handx_core.training.data import MotionTexts
from handx_core.training.loop import TrainSettings
from handx_core.training.tokenizer import TokenizerTraining, train_tokenizer

SMALL = TokenizerSettings(hand_width=16, wrist_width=16, depth=1, levels=(5, 3), hand_codes=2, wrist_codes=3)


def swaying_hands(count: int, seed: int = 0) -> torch.Tensor:
    """(count, 60, 2, 21, 3): rigid hands of one shape that sway at their own rates, in the clip frame."""
    random = np.random.default_rng(seed)
    shape = np.random.default_rng(9).normal(0, 0.05, (1, 1, 2, 21, 3))
    time = np.linspace(0, 2, 60)[None, :, None, None, None]
    rate, phase = random.uniform(2, 5, (count, 1, 2, 1, 3)), random.uniform(0, 6, (count, 1, 2, 1, 3))
    sway = 0.1 * np.sin(rate * time + phase)
    apart = np.array([[-0.2, 0, 0], [0.2, 0, 0]])[None, None, :, None]
    return to_clip_frame(torch.from_numpy(shape + sway + apart).float())


def motion_texts(joints: torch.Tensor) -> MotionTexts:
    text = encode_texts(["sway"], TextEncoderSettings(width=8))
    rows = torch.zeros(len(joints), 5, 3, dtype=torch.int64)
    ids = tuple(f"clip/{number}" for number in range(len(joints)))
    return MotionTexts(ids, joints, rows, text, ("train",) * len(joints))


@pytest.mark.parametrize(("streams", "n_streams"), [("hands", 7), ("single", 1)])
def test_shapes_and_codes(streams: str, n_streams: int) -> None:
    model = build_tokenizer(SMALL.model_copy(update={"streams": streams}), seed=0)
    joints = swaying_hands(4)
    model.fit_features(joints)
    codes = model.encode(joints)
    assert codes.shape == (4, 30, n_streams)
    assert codes.dtype == torch.int64
    assert codes.min() >= 0
    assert codes.max() < 15
    decoded = model.decode(codes)
    assert decoded.shape == joints.shape
    torch.testing.assert_close(decoded[:, 0, 1, 0], torch.zeros(4, 3))  # the clip frame


def test_decoding_codes_is_what_training_saw() -> None:
    model = build_tokenizer(SMALL, seed=1)
    joints = swaying_hands(3)
    model.fit_features(joints)
    with torch.no_grad():
        digits, codes = model.quantise(joints)
        trained = to_clip_frame(model.to_joints(*model.reconstruct(digits)))
    torch.testing.assert_close(model.decode(codes), trained)


levels = st.lists(st.integers(3, 9), min_size=1, max_size=5).map(tuple)


@given(levels, st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_codes_are_digits_are_codes(levels: tuple[int, ...], seed: int) -> None:
    count = math.prod(levels)
    codes = torch.from_numpy(np.random.default_rng(seed).integers(0, count, (7, 3)))
    digits = code_digits(codes, levels)
    assert (digits < torch.tensor(levels)).all()
    assert torch.equal(digits_code(digits, levels), codes)
    # The quantiser counts its codes in the same way.
    assert torch.equal(FSQ(list(levels)).indices_to_level_indices(codes).long(), digits)


def test_codes_do_not_depend_on_the_rest_of_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handx_core.models.tokenizer._CLIPS_AT_ONCE", 8)
    model = build_tokenizer(SMALL, seed=0)
    joints = swaying_hands(21)
    model.fit_features(joints)
    codes = encode_clips(model, joints)
    assert torch.equal(codes[3:7], encode_clips(model, joints[3:7]))
    assert torch.equal(decode_clips(model, codes), torch.cat([model.decode(some) for some in codes.split(8)]))


def test_a_mirrored_clip_swaps_the_codes_of_the_hands() -> None:
    model = build_tokenizer(SMALL, seed=0)
    joints = swaying_hands(8).double()
    model = model.double()
    model.fit_features(joints)
    mirrored = to_clip_frame(joints.flip(2) * torch.tensor([-1.0, 1.0, 1.0]))
    codes, swapped = model.encode(joints), model.encode(mirrored)
    assert (codes[..., [2, 3, 0, 1]] == swapped[..., :4]).float().mean() > 0.999


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_streams_round_trip(seed: int) -> None:
    joints = swaying_hands(2, seed).double()
    torch.testing.assert_close(from_streams(*to_streams(joints)), joints)


def test_decoded_control_points_are_a_cubic_spline() -> None:
    """On control points that lie on a line or a parabola, a uniform cubic B-spline is exact up to a constant."""
    coder = Coder(1, 1, 8, SMALL)
    digits = torch.zeros(1, 30, 1, 2)
    steps = torch.arange(30.0)
    for control, curvature in ((3 * steps + 1, 0.0), (steps**2, 2.0)):
        coder.decoder = torch.nn.Module()
        coder.decoder.forward = lambda _, values=control: values[None, None]
        frames = coder.reconstruct(digits)[0, :, 0]
        inner = frames[10:50]
        second = inner.diff(n=2)
        torch.testing.assert_close(second, torch.full_like(second, curvature / 4), atol=1e-3, rtol=0)
        # A control point stands between the two frames of its step.
        between = (inner[::2] + inner[1::2]) / 2
        torch.testing.assert_close(between.diff(), control.diff()[5:24], atol=1e-3, rtol=0)


@torch.no_grad()
def test_before_training_it_is_a_principal_component_analysis() -> None:
    """Slow features made of two hidden numbers need no more than two digits, up to rounding and smoothing."""
    random = np.random.default_rng(3)
    time = np.linspace(0, 3, 60)
    hidden = np.stack([np.sin(time + phase) for phase in random.uniform(0, 6, 400)]).reshape(200, 2, 60)
    features = torch.from_numpy(np.einsum("nkt,kf->ntf", hidden, random.normal(size=(2, 7)))).float()
    features = features - features.mean((0, 1))
    coder = Coder(7, 1, 8, SMALL.model_copy(update={"levels": (32, 32)}))
    coder.fit(features, torch.ones(7))
    digits, _ = coder.quantise(features)
    left = (coder.reconstruct(digits) - features).square().mean() / features.square().mean()
    assert left < 0.02
    first, second = digits[:, :, 0].flatten(0, 1).T
    assert abs(torch.corrcoef(torch.stack([first, second]))[0, 1]) < 0.1  # components are uncorrelated


def test_it_learns_and_is_loaded_again(tmp_path: Path) -> None:
    joints = swaying_hands(8)
    chosen = TokenizerTraining(
        model=TokenizerSettings(hand_width=32, wrist_width=32, depth=1),
        loop=TrainSettings(steps=250, batch_size=8, learning_rate=6e-3, warmup_steps=10, threads=1),
    )
    data = motion_texts(joints)
    trained = train_tokenizer(data, data, chosen, tmp_path, log=lambda line: None)
    model = load_tokenizer(trained)
    error = (decode_clips(model, encode_clips(model, joints)) - joints).norm(dim=-1).mean()
    still = (joints - joints.mean(dim=(0, 1))).norm(dim=-1).mean()
    assert error < 0.35 * still
    assert trained.metrics["mpjpe_mm"] == pytest.approx(1e3 * float(error), rel=1e-4)
