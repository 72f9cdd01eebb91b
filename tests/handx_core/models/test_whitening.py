"""The coordinates that noise is added in: what they keep, and that each has the same spread."""

import numpy as np
import pytest
import scipy.fft
import torch

from handx_core.models.whitening import FEATURES, Whitening, cosine_waves
from handx_core.representation.motion import to_diffusion
from handx_core.representation.statistics import Statistics, statistics_of


def _random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _slow_motion(clips: int, waves: int) -> torch.Tensor:
    """Hands whose joints all move in a few slow waves, as features before normalisation, (clips, 60, 42, 4)."""
    amplitudes = _random(clips, waves, 126) * (torch.linspace(0.1, 0.01, waves)[:, None])
    motion = torch.from_numpy(scipy.fft.idct(amplitudes.numpy(), n=60, axis=1, norm="ortho"))
    return to_diffusion(0.1 * _random(2, 21, 3, seed=1) + motion.unflatten(-1, (2, 21, 3)))


@pytest.fixture(scope="module")
def features() -> torch.Tensor:
    return _slow_motion(200, waves=6)


@pytest.fixture(scope="module")
def statistics(features) -> Statistics:
    flat = features.flatten(0, 1).double()
    return Statistics("diffusion", flat.mean(0), flat.std(0).clamp_min(1e-4))


@pytest.fixture(scope="module")
def normal(features, statistics) -> torch.Tensor:
    return statistics.normalise(features).flatten(2)


def _fitted(normal, statistics, waves: int, components: int) -> Whitening:
    whitening = Whitening(waves, components)
    whitening.fit(normal, statistics.std.flatten())
    return whitening


def test_all_waves_and_components_lose_nothing(normal, statistics):
    whitening = _fitted(normal, statistics, 60, FEATURES)
    np.testing.assert_allclose(whitening.inverse(whitening(normal)).numpy(), normal.numpy(), rtol=0.0, atol=1e-3)


def test_slow_motion_needs_few_waves(normal, statistics):
    positions = torch.arange(FEATURES).unflatten(0, (42, 4))[:, :3].flatten()
    errors = {}
    for waves in (3, 6):
        whitening = _fitted(normal, statistics, waves, FEATURES)
        errors[waves] = float((whitening.inverse(whitening(normal)) - normal)[..., positions].square().mean().sqrt())
    assert errors[6] < 1e-3
    assert errors[3] > 0.1


def test_every_wave_of_every_component_has_mean_0_and_spread_1(normal, statistics):
    whitening = _fitted(normal, statistics, 5, 20)
    waves = scipy.fft.dct(whitening(normal).double().numpy(), axis=1, norm="ortho")
    assert waves.mean(0) == pytest.approx(np.zeros((5, 20)), abs=1e-4)
    assert waves.std(0, ddof=1) == pytest.approx(np.ones((5, 20)), abs=1e-3)


def test_components_are_the_principal_ones_of_wrists_fingers_and_rotations(normal, statistics, features):
    """Against a singular value decomposition of the parts as they are defined."""
    whitening = _fitted(normal, statistics, 12, 10)
    hands = features.double().unflatten(2, (2, 21)).numpy()
    parts = [hands[..., :1, :3], hands[..., 1:, :3] - hands[..., :1, :3], hands[..., 3]]
    weighted = [
        part.reshape(200 * 60, -1) / np.sqrt(np.mean((part - part.mean((0, 1))) ** 2)) * weight
        for part, weight in zip(parts, (4.0, 1.0, 1.0), strict=True)
    ]
    table = np.concatenate(weighted, axis=1)
    left, sizes, _ = np.linalg.svd(table - table.mean(0), full_matrices=False)
    principal = left[:, :10] * sizes[:10]
    ours = (normal.double() @ whitening.analysis.double()).flatten(0, 1).numpy()
    correlation = np.corrcoef(ours.T, principal.T)[:10, 10:]
    assert np.abs(np.diag(correlation)) == pytest.approx(np.ones(10), abs=1e-3)


def test_the_error_is_that_of_waves_weighted_by_the_root_of_their_spread(normal, statistics):
    whitening = _fitted(normal, statistics, 5, 20)
    predicted, clean = _random(3, 5, 20, seed=2), _random(3, 5, 20, seed=3)
    waves = scipy.fft.dct((predicted - clean).double().numpy(), axis=1, norm="ortho") ** 2
    weights = np.sqrt(whitening.spread.double().numpy())
    expected = np.average(waves.reshape(3, -1), axis=1, weights=weights.reshape(-1))
    assert whitening.squared_error(predicted, clean).numpy() == pytest.approx(expected, rel=1e-4)


def test_what_never_moves_is_neither_blown_up_nor_lost(statistics):
    still = torch.zeros(10, 60, FEATURES)
    still[..., 0] = torch.linspace(-1, 1, 60) * torch.arange(10)[:, None]
    whitening = _fitted(still, statistics, 60, FEATURES)
    assert whitening(still).isfinite().all()
    np.testing.assert_allclose(whitening.inverse(whitening(still)).numpy(), still.numpy(), rtol=0.0, atol=1e-3)


def test_real_units_decide_what_a_component_is(features):
    """The same clips in other units of normalisation give the same components."""
    flat = features.flatten(0, 1)
    ones = Statistics("diffusion", flat.mean(0).double(), torch.ones(42, 4, dtype=torch.float64))
    usual = statistics_of(_random(4, 60, 2, 21, 3), "diffusion")
    whitened = [
        _fitted(statistics.normalise(features).flatten(2), statistics, 6, 10)(statistics.normalise(features).flatten(2))
        for statistics in (ones, usual)
    ]
    signs = (whitened[0] * whitened[1]).sum((0, 1)).sign()
    assert (whitened[0] * signs).numpy() == pytest.approx(whitened[1].numpy(), abs=2e-2)


def test_waves_are_scipys_cosine_transform():
    signal = _random(60, 3, seed=5)
    expected = scipy.fft.dct(signal.double().numpy(), axis=0, norm="ortho")
    assert (cosine_waves(60) @ signal).numpy() == pytest.approx(expected, abs=1e-5)
