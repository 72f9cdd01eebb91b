"""Bone lengths per subject and hand, over all of the subject's takes."""

import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest

from handx_core.curation.subject_hands import (
    SAMPLE_FRAMES,
    bone_lengths_of,
    measure_subject_hands,
    subject_hands_of,
)
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


def test_inferred_joints_say_nothing_of_the_bones():
    lengths = np.full((10, 2, 20), 0.03)
    lengths[4:] = 0.09
    hands = hands_of_lengths(lengths)
    hands.valid[4:, :, 7] = False
    found = measure_subject_hands([("s/a", hands)])
    assert [hand.n_frames for hand in found] == [4, 4]
    np.testing.assert_allclose([hand.bone_lengths for hand in found], 0.03, rtol=1e-6)


@pytest.mark.parametrize("sizes", [[4096], [5001, 1000, 3], [40_000], [1000] * 30])
def test_of_many_frames_an_even_sample_is_measured(sizes):
    lengths = np.random.default_rng(3).uniform(0.02, 0.1, (sum(sizes), 20)).astype(np.float32)
    takes = np.split(lengths, np.cumsum(sizes)[:-1])
    (hand,) = subject_hands_of(("s/a", [take]) for take in takes)
    step = 1
    while -(-len(lengths) // step) > SAMPLE_FRAMES:
        step *= 2
    assert hand.n_frames == len(lengths)
    np.testing.assert_array_equal(hand.bone_lengths, np.median(lengths[::step], axis=0))
    np.testing.assert_allclose(hand.bone_lengths_sd, lengths[::step].std(axis=0), rtol=1e-4)


def test_what_is_held_of_a_subject_goes_after_its_last_take():
    one_take = 3000 * 20 * 4  # bytes of a hand

    def takes() -> Iterator[tuple[str, list[np.ndarray]]]:
        for subject in range(60):
            yield f"s/{subject:02d}", [np.full((3000, 20), 0.03, np.float32)] * 2

    def most_held(n_takes: dict[str, int] | None) -> int:
        tracemalloc.start()
        assert len(subject_hands_of(takes(), n_takes)) == 120
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    assert most_held(None) > 100 * one_take
    assert most_held({f"s/{subject:02d}": 1 for subject in range(60)}) < 10 * one_take


def test_takes_in_any_order_with_known_counts():
    rng = np.random.default_rng(5)
    takes = [(f"s/{n % 3}", [rng.uniform(0.02, 0.1, (20, 20)).astype(np.float32)] * 2) for n in range(9)]
    takes.append(("s/2", []))
    counts = {"s/0": 3, "s/1": 3, "s/2": 4}
    found = subject_hands_of(takes, counts)
    assert [(hand.subject, hand.hand, hand.n_frames) for hand in found] == [
        (f"s/{n}", side, 60) for n in range(3) for side in ("left", "right")
    ]
