"""Windows, the clip frame, and why a clip is not kept."""

import numpy as np
import pytest

from handx_core.curation.clips import cut_clips
from handx_core.curation.keeping import AT_REST, IN_PLACE, TOO_FAST, UNMEASURED, rule_of
from handx_core.curation.quality import Quality
from handx_core.curation.settings import CurationSettings, IntensitySettings
from handx_core.curation.skeletons import Skeleton


def skeleton(n_frames: int, scale_m: float = 0.02, seed: int = 1) -> Skeleton:
    """Joints on slow random paths of this size; both hands at a place of their own."""
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 2 * np.pi, (2, 21, 3))
    rest = rng.uniform(-0.1, 0.1, (2, 21, 3)) + np.array([[[-0.2, 0.5, 1.0]], [[0.2, 0.5, 1.0]]])
    joints = rest + scale_m * np.sin(np.arange(n_frames)[:, None, None, None] / 10.0 + phase)
    observed = np.ones((n_frames, 2, 21), bool)
    quality = Quality(0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    return Skeleton(f"s/{seed}/0", f"s/{seed}", 0.0, "s/p", "Wave.", joints.astype(np.float32), observed, quality)


@pytest.mark.parametrize(("n_frames", "stride", "starts"), [(60, 30, [0]), (119, 30, [0, 30]), (150, 45, [0, 45, 90])])
def test_windows_start_a_stride_apart_and_fit(n_frames, stride, starts):
    one = skeleton(n_frames)
    clips = cut_clips([one], CurationSettings(stride=stride))
    assert clips.start_frames.tolist() == starts
    assert clips.clip_ids == tuple(f"s/1/0/{start}" for start in starts)
    assert clips.joints.shape == (len(starts), 60, 2, 21, 3)
    for clip, start in zip(clips.joints, starts, strict=True):
        np.testing.assert_array_equal(clip[0, 1, 0], 0.0)
        window = one.joints[start : start + 60]
        np.testing.assert_allclose(clip, window - window[0, 1, 0], atol=1e-7)
    assert clips.kept.all()
    assert set(clips.labels) == {"Wave."}


def test_a_skeleton_shorter_than_a_clip_gives_none_and_says_so():
    clips = cut_clips([skeleton(59), skeleton(60, seed=2)], CurationSettings())
    assert clips.skeleton_ids == ("s/2/0",)
    assert [(r.path, r.what, r.reason) for r in clips.rejected] == [
        ("s/1/0", "clip", "expected the 60 frames of a clip or more, found 59")
    ]


def test_no_skeletons_no_clips():
    clips = cut_clips([], CurationSettings())
    assert len(clips) == 0
    assert clips.joints.shape == (0, 60, 2, 21, 3)


def test_reasons_not_to_keep_a_clip():
    still, wild, guessed = skeleton(60, 1e-5), skeleton(60, 3.0), skeleton(60)
    guessed.observed[:20] = False
    clips = cut_clips([still, wild, guessed, skeleton(60)], CurationSettings())
    assert clips.kept.tolist() == [False, False, False, True]
    assert [reason and rule_of(reason) for reason in clips.reasons] == [AT_REST, TOO_FAST, UNMEASURED, None]
    assert clips.observed_fraction.tolist() == pytest.approx([1.0, 1.0, 2 / 3, 1.0])


def test_fingers_that_turn_keep_a_clip_whose_wrists_rest():
    settings = CurationSettings(intensity=IntensitySettings(min_speed_m_s=10.0, max_speed_m_s=20.0))
    clips = cut_clips([skeleton(60)], settings)
    assert clips.speed_m_s[0] < settings.intensity.min_speed_m_s
    assert clips.kept.all()


def test_hands_that_tremble_in_place_are_told_from_hands_that_move():
    trembling, moving = skeleton(60, 0.0), skeleton(60)
    trembling.joints[:] += np.random.default_rng(0).normal(scale=0.001, size=trembling.joints.shape)
    intensity = IntensitySettings(min_speed_m_s=0.03, min_angular_deg_s=3.0)
    assert cut_clips([trembling, moving], CurationSettings(intensity=intensity)).kept.all()
    wider = intensity.model_copy(update={"min_spread_m": 0.003})
    clips = cut_clips([trembling, moving], CurationSettings(intensity=wider))
    assert [reason and rule_of(reason) for reason in clips.reasons] == [IN_PLACE, None]


def test_a_source_is_judged_by_its_own_thresholds():
    settings = CurationSettings.model_validate({"intensity_by_source": {"h2o": {"max_speed_m_s": 0.02}}})
    kept = {source: cut_clips([skeleton(60)], settings.of_source(source)).kept.all() for source in ("h2o", "arctic")}
    assert kept == {"h2o": False, "arctic": True}
