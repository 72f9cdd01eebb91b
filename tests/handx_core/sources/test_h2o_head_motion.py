"""A head that moves must not show up as hands that move: still hands stay still under half a millimetre."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from handx_core.hand_models.mano import ManoFiles
from handx_core.skeleton import WRIST
from handx_core.sources.base import KnownHands
from handx_core.sources.h2o import H2o
from handx_core.synthetic import write_h2o
from handx_core.synthetic.takes import SourceSize, SyntheticSettings, TakeName, make_take

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))
H2O = H2o()
LARGEST_MOTION_M = 0.5e-3
N_FRAMES = 60


def wrist_spread(root: Path) -> tuple[float, float]:
    """Largest distance of a wrist from where it was first, in the camera as stored and after to_hands, metres."""
    (take,) = H2O.find_takes(root, NO_MANO).takes
    recording = H2O.read_take(root, take)
    hands = H2O.to_hands(recording, KnownHands(NO_MANO))
    stored, world = recording.arrays["joints"][:, :, 0], hands.joints[:, :, WRIST]
    stored_spread, spread = (np.linalg.norm(places - places[0], axis=-1).max() for places in (stored, world))
    return float(stored_spread), float(spread)


def test_still_hands_before_a_head_that_moves_are_still(tmp_path):
    folder = tmp_path / "subject1" / "h1" / "0" / "cam4"
    for name in ("hand_pose", "cam_pose"):
        (folder / name).mkdir(parents=True)
    rng = np.random.default_rng(3)
    in_world = rng.uniform(-0.15, 0.15, (2, 21, 3)) + np.array([0.4, -0.2, 1.1])
    tilted = Rotation.from_rotvec([0.4, -0.8, 1.3])
    for frame in range(N_FRAMES):
        phase = 2 * np.pi * frame / N_FRAMES
        turn = tilted * Rotation.from_euler("yxz", [0.7 * np.sin(phase), 0.4 * np.cos(phase), 0.2 * np.sin(2 * phase)])
        place = np.array([0.3 * np.sin(phase), 0.2 * np.cos(2 * phase), 0.25 * np.sin(3 * phase)])
        pose = np.vstack([np.column_stack([turn.as_matrix(), place]), [0.0, 0.0, 0.0, 1.0]])
        seen = turn.inv().apply((in_world - place).reshape(-1, 3)).reshape(2, 63)
        numbers = np.column_stack([np.ones(2), seen]).ravel()
        (folder / "hand_pose" / f"{frame:06d}.txt").write_text(" ".join(f"{n:.18g}" for n in numbers))
        (folder / "cam_pose" / f"{frame:06d}.txt").write_text(" ".join(f"{n:.18g}" for n in pose.ravel()))
    stored, moved = wrist_spread(tmp_path)
    assert stored > 0.2
    assert moved < LARGEST_MOTION_M


def test_still_hands_of_the_synthetic_writer_are_still(tmp_path, monkeypatch):
    settings = SyntheticSettings(
        seconds_per_take=6.0,
        h2o=SourceSize(subjects=1, takes_per_subject=1),
        long_gaps_per_minute=0.0,
        short_gaps_per_minute=0.0,
    )
    moving = make_take(TakeName("h2o", 0, 0), settings)
    still = replace(moving, joints=np.broadcast_to(moving.joints[0], moving.joints.shape))
    monkeypatch.setattr(write_h2o, "_HEAD_TURN_RAD", 0.5)
    monkeypatch.setattr(write_h2o, "_HEAD_SWAY_M", 0.2)
    write_h2o.write_take(tmp_path, still, settings)
    stored, moved = wrist_spread(tmp_path)
    assert stored > 0.2
    assert moved < LARGEST_MOTION_M


@pytest.mark.parametrize("mistake", ["left out", "inverted", "transposed"])
def test_a_mistake_with_the_camera_is_seen(tmp_path, monkeypatch, mistake):
    change = {
        "left out": lambda poses: np.broadcast_to(np.eye(4, dtype=np.float32), poses.shape),
        "inverted": np.linalg.inv,
        "transposed": lambda poses: np.swapaxes(poses, 1, 2),
    }[mistake]
    read_take = H2o.read_take

    def spoiled(self, root, take):
        recording = read_take(self, root, take)
        arrays = recording.arrays | {"camera_to_world": change(recording.arrays["camera_to_world"])}
        return replace(recording, arrays=arrays)

    monkeypatch.setattr(H2o, "read_take", spoiled)
    with pytest.raises(AssertionError, match=r"< 0\.0005"):
        test_still_hands_before_a_head_that_moves_are_still(tmp_path)
