"""Contact metrics: pairs that touch by construction, counts against plain loops, real against itself."""

import numpy as np
import pytest

from handx_core.benchmark.bootstrap import ratio_of_sums, resampling_counts
from handx_core.benchmark.contact import agreement, find_contacts, precision_recall_f1
from handx_core.skeleton import CHAINS, FINGERS, TIPS


def _flat_hands(n: int = 1, frames: int = 4) -> np.ndarray:
    """Two open hands half a metre apart, fingers straight and 25 mm from each other: nothing touches."""
    joints = np.zeros((2, 21, 3))
    for place, finger in enumerate(FINGERS):
        for step, joint in enumerate(CHAINS[finger]):
            joints[:, joint] = [0.025 * (place - 2), 0.08 + 0.03 * step, 0.0]
    joints[1, :, 0] += 0.5
    return np.broadcast_to(joints, (n, frames, 2, 21, 3)).copy()


def test_open_hands_apart_touch_nowhere():
    contacts = find_contacts(_flat_hands())
    assert contacts.frame.shape == (1, 4, 43)
    assert contacts.clip.shape == (1, 18)
    assert not contacts.frame.any()
    assert not contacts.clip.any()


def test_a_pinch_in_one_frame_is_one_contact_of_one_frame_and_one_of_the_clip():
    joints = _flat_hands()
    joints[0, 2, 0, TIPS[0]] = joints[0, 2, 0, TIPS[2]] + [0.0, 0.019, 0.0]  # left thumb at the middle finger
    contacts = find_contacts(joints)
    assert np.argwhere(contacts.frame[0]).tolist() == [[2, 1]]
    assert np.flatnonzero(contacts.clip[0]).tolist() == [1]


def test_tips_across_count_frame_by_frame_only():
    joints = _flat_hands()
    joints[0, 1, 0, TIPS[4]] = joints[0, 1, 1, TIPS[1]] + [0.0, 0.019, 0.0]  # left pinky at the right index
    contacts = find_contacts(joints)
    assert np.argwhere(contacts.frame[0]).tolist() == [[1, 8 + 4 * 5 + 1]]
    assert not contacts.clip.any()


def test_a_tip_22_mm_over_the_other_palm_touches_by_the_one_definition_only():
    joints = _flat_hands()
    joints[0, 3, 1, TIPS[1]] = joints[0, 3, 0, [0, 1, 4]].mean(0) + np.array([0.0, 0.0, 0.022])
    contacts = find_contacts(joints)
    assert not contacts.frame[0, 3, 33:].any()
    assert contacts.clip[0, 8:].sum() == 1


def test_many_clips_are_measured_as_each_alone():
    joints = _flat_hands(130, 3) + np.random.default_rng(0).normal(scale=0.03, size=(130, 3, 2, 21, 3))
    together = find_contacts(joints)
    assert together.frame.any()
    assert (together.frame[100:] == find_contacts(joints[100:]).frame).all()
    assert (together.clip[100:] == find_contacts(joints[100:]).clip).all()


def test_counts_against_a_plain_loop():
    random = np.random.default_rng(1)
    ours, real = random.random((2, 6, 5, 7)) < 0.4
    compared = agreement(ours, real)
    for clip in range(6):
        pairs = list(zip(ours[clip].ravel(), real[clip].ravel(), strict=True))
        assert compared.both[clip] == sum(a and b for a, b in pairs)
        assert compared.invented[clip] == sum(a and not b for a, b in pairs)
        assert compared.missed[clip] == sum(b and not a for a, b in pairs)
    tp, fp, fn = compared.both.sum(), compared.invented.sum(), compared.missed.sum()
    values = {name: above.sum() / below.sum() for name, (above, below) in precision_recall_f1(compared).items()}
    precision, recall = tp / (tp + fp), tp / (tp + fn)
    assert values == pytest.approx(
        {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}
    )


def test_real_against_itself_is_exactly_one_in_both_definitions():
    joints = _flat_hands(20) + np.random.default_rng(2).normal(scale=0.03, size=(20, 4, 2, 21, 3))
    contacts, again = find_contacts(joints), find_contacts(joints.copy())
    counts = resampling_counts(20, 50, seed=0)
    for ours, real in [(contacts.frame, again.frame), (contacts.clip, again.clip)]:
        assert real.any()
        for above, below in precision_recall_f1(agreement(ours, real)).values():
            estimate = ratio_of_sums(above, below, counts)
            assert (estimate.value, estimate.low, estimate.high) == (1.0, 1.0, 1.0)
