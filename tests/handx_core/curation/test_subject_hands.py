"""Bone lengths per subject and hand, over all of the subject's takes."""

import numpy as np
import pytest

from handx_core.curation.subject_hands import bone_lengths_of, measure_subject_hands
from handx_core.skeleton import BONES
from handx_core.sources.base import TrackedHands


def hands_of_lengths(lengths: np.ndarray, valid: np.ndarray | None = None) -> TrackedHands:
    """Joints along x so that every bone has its length of (T, 2, 20), metres."""
    joints = np.zeros((len(lengths), 2, 21, 3))
    for bone, (parent, child) in enumerate(BONES):
        joints[:, :, child] = joints[:, :, parent]
        joints[:, :, child, 0] += lengths[..., bone]
    valid = np.ones(joints.shape[:3], bool) if valid is None else valid
    return TrackedHands(np.arange(len(lengths)) / 30.0, np.where(valid[..., None], joints, np.nan), valid)


def test_median_and_deviation_over_all_takes_of_a_subject():
    rng = np.random.default_rng(1)
    takes = [rng.uniform(0.02, 0.1, (n, 2, 20)) for n in (30, 50, 20)]
    subjects = ["s/b", "s/a", "s/b"]
    found = measure_subject_hands(zip(subjects, map(hands_of_lengths, takes), strict=True))
    assert [(h.subject, h.hand, h.n_frames) for h in found] == [
        ("s/a", "left", 50), ("s/a", "right", 50), ("s/b", "left", 50), ("s/b", "right", 50)
    ]  # fmt: skip
    of_b = np.concatenate([takes[0], takes[2]])
    for hand in (0, 1):
        np.testing.assert_allclose(found[2 + hand].bone_lengths, np.median(of_b[:, hand], axis=0), rtol=1e-6)
        np.testing.assert_allclose(found[2 + hand].bone_lengths_sd, of_b[:, hand].std(axis=0), rtol=1e-5)
    np.testing.assert_array_equal(bone_lengths_of("s/b", found), [found[2].bone_lengths, found[3].bone_lengths])


def test_incomplete_frames_and_unseen_hands_do_not_count():
    lengths = np.full((10, 2, 20), 0.03)
    lengths[4:] = 0.09
    valid = np.ones((10, 2, 21), bool)
    valid[4:, 0, 7] = False
    valid[:, 1] = False
    (left,) = measure_subject_hands([("s/a", hands_of_lengths(lengths, valid))])
    assert (left.hand, left.n_frames) == ("left", 4)
    np.testing.assert_allclose(left.bone_lengths, 0.03, rtol=1e-6)
    assert left.bone_lengths_sd.max() == pytest.approx(0.0, abs=1e-7)
    of_subject = bone_lengths_of("s/a", [left])
    assert np.isnan(of_subject[1]).all()
    assert np.isfinite(of_subject[0]).all()
