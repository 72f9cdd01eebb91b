"""Clips that the synthetic writer made of takes are read back to the truth that they were made of."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from handx_core.sources.base import KnownHands, Recording
from handx_core.sources.hot3d import Hot3d
from handx_core.sources.reading import read_source
from handx_core.synthetic import write_hot3d
from handx_core.synthetic.takes import SourceSize, SyntheticSettings, TakeName, make_take
from handx_core.synthetic.write_hot3d_clips import clip_frames, clip_name

LARGEST_ERROR_M = 0.1e-3
SETTINGS = SyntheticSettings(
    seconds_per_take=13.0,
    wrong_start_share=1.0,
    hot3d=SourceSize(subjects=2, takes_per_subject=5),
    short_gaps_per_minute=12.0,
)


@pytest.mark.parametrize(("subject", "variant"), [(0, "clip_z_up"), (1, "clip_y_up")])
def test_clips_match_the_truth(tmp_path, no_mano, subject, variant):
    take = make_take(TakeName("hot3d", subject, 4), SETTINGS)
    write_hot3d.write_take(tmp_path, take, SETTINGS)
    recordings = list(read_source(Hot3d(), tmp_path, no_mano, 1))
    assert len(recordings) == 2
    for number, (recording, frames) in enumerate(zip(recordings, clip_frames(take), strict=True)):
        assert isinstance(recording, Recording)
        assert recording.take.recording_id == f"hot3d/{clip_name(take.name, number).removesuffix('.tar')}"
        assert (recording.take.subject, recording.variant) == (take.subject, variant)
        np.testing.assert_allclose(recording.times, take.times[frames] - take.times[frames.start], atol=1e-8)
        hands = Hot3d().to_hands(recording, KnownHands(no_mano))
        np.testing.assert_array_equal(hands.valid.all(axis=-1), take.valid[frames])
        # The world's yaw and origin are HOT3D's own; its z is up.
        found, expected = hands.joints[hands.valid], take.joints[frames][hands.valid]
        turn, _ = Rotation.align_vectors(expected - expected.mean(axis=0), found - found.mean(axis=0))
        assert np.linalg.norm(turn.as_rotvec()[:2]) < 1e-4
        aligned = turn.apply(found - found.mean(axis=0)) + expected.mean(axis=0)
        assert np.linalg.norm(aligned - expected, axis=-1).max() < LARGEST_ERROR_M


def test_equal_settings_give_equal_bytes(tmp_path):
    take = make_take(TakeName("hot3d", 1, 4), SETTINGS)
    for copy in ("a", "b"):
        write_hot3d.write_take(tmp_path / copy, take, SETTINGS)
    ours, theirs = ([file.read_bytes() for file in sorted((tmp_path / copy).rglob("*.tar"))] for copy in ("a", "b"))
    assert ours == theirs
    assert len(ours) == 2
