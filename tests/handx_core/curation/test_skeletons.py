"""Cutting takes into skeletons: frames, ids, labels, and the faults that reject a span."""

import numpy as np
import pytest

from handx_core.curation.settings import CurationSettings
from handx_core.curation.skeletons import cut_skeletons
from handx_core.skeleton import CHAINS, bone_lengths, mirror
from handx_core.sources.base import Label, Recording, Take, TrackedHands

SETTINGS = CurationSettings()
UNKNOWN = np.full((2, 20), np.nan)


def bent_hands(n_frames: int, bend: float = 0.5) -> np.ndarray:
    """(T, 2, 21, 3): palms down, fingers towards +y and bent downwards, hands 30 cm apart, slowly moving."""
    left = np.zeros((21, 3))
    for row, (finger, across) in enumerate(
        {"thumb": 0.03, "index": 0.02, "middle": 0.0, "ring": -0.02, "pinky": -0.04}.items()
    ):
        reach = 0.04 if finger == "thumb" else 0.09
        for place, joint in enumerate(CHAINS[finger]):
            angle = bend * place
            left[joint] = [across, reach + 0.03 * place * np.cos(angle), -0.03 * place * np.sin(angle) - 1e-3 * row]
    hands = np.stack([left, left * [-1.0, 1.0, 1.0]]) + np.array([[[-0.15, 0.3, 0.9]], [[0.15, 0.3, 0.9]]])
    drift = np.sin(np.arange(n_frames) / 30.0)[:, None, None, None] * 0.05
    return hands + drift


def jumping(joints: np.ndarray, frames: tuple[int, ...]) -> np.ndarray:
    """The same, with the whole pair of hands 40 cm higher for single frames."""
    joints[list(frames), ..., 2] += 0.4
    return joints


def recording(labels: tuple[Label, ...] = ()) -> Recording:
    take = Take("made/up/7", None, "made/someone", labels)
    return Recording(take, "joints", "", np.zeros(0), {})


def tracked(joints: np.ndarray, valid: np.ndarray | None = None, rate: float = 30.0) -> TrackedHands:
    valid = np.ones(joints.shape[:3], bool) if valid is None else valid
    return TrackedHands(np.arange(len(joints)) / rate, np.where(valid[..., None], joints, np.nan), valid)


def test_skeletons_carry_the_take_and_its_largest_label():
    valid = np.ones((150, 2, 21), bool)
    valid[60:75, 0] = False
    labels = (Label(0.0, 1.5, "Knead."), Label(1.5, 1.7, "Wave."), Label(2.6, 9.0, "Clap."))
    skeletons, rejected = cut_skeletons(recording(labels), tracked(bent_hands(150), valid), UNKNOWN, SETTINGS)
    assert rejected == []
    assert [s.skeleton_id for s in skeletons] == ["made/up/7/0", "made/up/7/1"]
    assert [s.label for s in skeletons] == ["Knead.", "Clap."]
    assert [s.start_s for s in skeletons] == [0.0, 2.5]
    assert [s.joints.shape for s in skeletons] == [(60, 2, 21, 3), (75, 2, 21, 3)]
    assert {s.joints.dtype for s in skeletons} == {np.dtype(np.float32)}
    assert {s.subject for s in skeletons} == {"made/someone"}


def test_yaw_is_that_of_the_take_not_of_the_span():
    joints = bent_hands(150)
    swapped = joints[100:].mean(axis=(1, 2), keepdims=True)
    joints[100:] = swapped + (joints[100:] - swapped) * [-1.0, -1.0, 1.0]  # turns round half-way
    valid = np.ones((150, 2, 21), bool)
    valid[90:110] = False
    before, after = cut_skeletons(recording(), tracked(joints, valid), UNKNOWN, SETTINGS)[0]
    assert np.all(before.joints[:, 1, 0, 0] > before.joints[:, 0, 0, 0])
    assert np.all(after.joints[:, 1, 0, 0] < after.joints[:, 0, 0, 0])


def test_short_spans_are_rejected_with_their_number():
    valid = np.ones((100, 2, 21), bool)
    valid[5:20] = False
    skeletons, (rejection,) = cut_skeletons(recording(), tracked(bent_hands(100), valid), UNKNOWN, SETTINGS)
    assert [s.skeleton_id for s in skeletons] == ["made/up/7/1"]
    assert (rejection.path, rejection.what) == ("made/up/7/0", "span")
    assert rejection.reason == "expected 10 frames or more, found 5"


@pytest.mark.parametrize(
    ("joints", "reason"),
    [
        (mirror(bent_hands(60))[:, ::-1], "mirrored"),
        (bent_hands(60) + np.random.default_rng(1).normal(scale=0.05, size=(60, 2, 21, 3)), "median acceleration"),
        (bent_hands(60) * (1 + 0.6 * np.sin(np.arange(60) / 20))[:, None, None, None], "standard deviation of a bone"),
        (bent_hands(60) * 1.5, "mean difference from the subject's bones"),
        (np.repeat(bent_hands(30), 2, axis=0), "share of frames that repeat the one before: expected at most 0.4"),
        (jumping(bent_hands(60), (20, 40)), "share of frames in which a joint is faster than 8 m/s"),
    ],
)
def test_spans_of_poor_quality_are_rejected_and_say_why(joints, reason):
    expected = bone_lengths(bent_hands(1)[0])
    skeletons, (rejection,) = cut_skeletons(recording(), tracked(joints), expected, SETTINGS)
    assert skeletons == []
    assert reason in rejection.reason
    assert cut_skeletons(recording(), tracked(bent_hands(60)), expected, SETTINGS)[1] == []


def test_a_take_without_two_hands_is_rejected_whole():
    valid = np.ones((60, 2, 21), bool)
    valid[:30, 0] = valid[30:, 1] = False
    skeletons, (rejection,) = cut_skeletons(recording(), tracked(bent_hands(60), valid), UNKNOWN, SETTINGS)
    assert skeletons == []
    assert (rejection.path, rejection.what) == ("made/up/7", "take")
    assert "share of frames without both hands" in rejection.reason


def test_a_take_that_hardly_has_two_hands_is_rejected_whole():
    valid = np.ones((600, 2, 21), bool)
    valid[24:, 1] = False
    skeletons, (rejection,) = cut_skeletons(recording(), tracked(bent_hands(600), valid), UNKNOWN, SETTINGS)
    assert skeletons == []
    assert rejection.reason == "share of frames without both hands: expected at most 0.95, found 0.96"
    all_allowed = CurationSettings(max_missing_fraction=1.0)
    assert len(cut_skeletons(recording(), tracked(bent_hands(600), valid), UNKNOWN, all_allowed)[0]) == 1
