"""Representations: exact round trips, mirror symmetry, and the palm frame of kinematics."""

import math

import numpy as np
import pyarrow as pa
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from handx_core.kinematics import palm as numpy_palm
from handx_core.representation.motion import (
    AUTOREGRESSIVE_WIDTH,
    from_autoregressive,
    from_diffusion,
    to_autoregressive,
    to_clip_frame,
    to_diffusion,
)
from handx_core.representation.palm import TURNING, palm_frames, scalar_rotations
from handx_core.representation.statistics import Statistics, statistics_of
from handx_core.skeleton import CHAINS, mirror


def clips(seed: int, count: int = 2, frames: int = 60) -> torch.Tensor:
    """Two hands of any shape that wander about, in the clip frame, float64."""
    random = np.random.default_rng(seed)
    shape = random.normal(0, 0.05, (count, 1, 2, 21, 3))
    steps = random.normal(0, 0.01, (count, frames, 2, 1, 3)).cumsum(axis=1)
    wiggle = random.normal(0, 0.004, (count, frames, 2, 21, 3))
    return to_clip_frame(torch.from_numpy(shape + steps + wiggle))


seeds = st.integers(0, 2**32 - 1)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_autoregressive_round_trip(seed: int) -> None:
    joints = clips(seed)
    features = to_autoregressive(joints)
    assert features.shape == (2, 60, AUTOREGRESSIVE_WIDTH)
    assert (from_autoregressive(features) - joints).norm(dim=-1).max() < 1e-6
    single = joints.float()
    assert (from_autoregressive(to_autoregressive(single)) - single).norm(dim=-1).max() < 1e-5


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_diffusion_round_trip(seed: int) -> None:
    joints = clips(seed)
    features = to_diffusion(joints + torch.tensor([0.3, -2.0, 1.0]))
    assert features.shape == (2, 60, 42, 4)
    torch.testing.assert_close(from_diffusion(features), joints)
    midpoint = features[:, :, [0, 21], :3].mean(dim=(1, 2))
    torch.testing.assert_close(midpoint, torch.zeros_like(midpoint))


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_palm_frames_agree_with_kinematics(seed: int) -> None:
    joints = clips(seed)
    torch.testing.assert_close(palm_frames(joints), torch.from_numpy(numpy_palm.palm_frames(joints.numpy())))


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_a_mirrored_motion_swaps_the_hands_features(seed: int) -> None:
    joints = clips(seed)
    mirrored = torch.from_numpy(mirror(joints.numpy()).copy())
    torch.testing.assert_close(scalar_rotations(mirrored), scalar_rotations(joints).flip(-2))
    local = to_autoregressive(joints)[..., 48:168].unflatten(-1, (2, 60))
    local_mirrored = to_autoregressive(to_clip_frame(mirrored))[..., 48:168].unflatten(-1, (2, 60))
    torch.testing.assert_close(local_mirrored, local.flip(-2))


@pytest.mark.parametrize("hand", [0, 1])
@pytest.mark.parametrize("flexion", [-0.3, 0.0, 1.2, 3.0])
def test_scalar_rotation_of_a_known_bend(hand: int, flexion: float) -> None:
    """A right hand that lies flat, back up, fingers along +x; its index finger bends at the PIP by a known angle."""
    joints = torch.zeros(2, 21, 3, dtype=torch.float64)
    for place, finger in enumerate(["index", "middle", "ring", "pinky", "thumb"]):
        for number, joint in enumerate(CHAINS[finger]):
            joints[1, joint] = torch.tensor([0.09 + 0.03 * number, 0.02 * (1 - place), 0.0])
    _, pip, dip, tip = CHAINS["index"]
    bone = 0.03 * torch.tensor([math.cos(flexion), 0.0, -math.sin(flexion)], dtype=torch.float64)
    joints[1, dip] = joints[1, pip] + bone
    joints[1, tip] = joints[1, dip] + bone
    joints[0] = joints[1] * torch.tensor([-1.0, 1.0, 1.0])
    found = scalar_rotations(joints)[hand]
    expected = torch.zeros(15, dtype=torch.float64)
    expected[TURNING.index(pip)] = flexion
    # The MCPs themselves are bent in the x-y plane only, which the x-z plane does not see.
    torch.testing.assert_close(found, expected, atol=1e-9, rtol=0)


def test_statistics_normalise_and_come_back_from_their_table() -> None:
    joints = clips(5, count=40)
    for representation in ("diffusion", "autoregressive"):
        statistics = statistics_of(joints, representation)
        features = {"diffusion": to_diffusion, "autoregressive": to_autoregressive}[representation](joints)
        flat = features.flatten(0, 1)
        torch.testing.assert_close(statistics.mean, flat.mean(0))
        torch.testing.assert_close(statistics.std, flat.std(0, correction=0).clamp_min(1e-4), atol=1e-7, rtol=1e-5)
        torch.testing.assert_close(statistics.denormalise(statistics.normalise(features)), features)
        back = Statistics.from_table(pa.Table.from_batches([statistics.to_batch()]), representation)
        assert torch.equal(back.mean, statistics.mean)
        assert torch.equal(back.std, statistics.std)
