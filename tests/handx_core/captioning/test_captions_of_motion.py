"""Captions of synthetic motion: how long, how alike, how many words."""

import re
from collections import Counter
from statistics import median

import numpy as np
import pytest

from handx_core.captioning.rules import LEVELS, Caption, write_captions
from handx_core.kinematics.events import extract_events_batch
from handx_core.skeleton import CLIP_FRAMES
from handx_core.synthetic.takes import SyntheticSettings, TakeName, make_take


@pytest.fixture(scope="module")
def captions() -> list[list[Caption]]:
    """Captions of about 130 clips of six takes of different people."""
    takes = [make_take(TakeName("h2o", person % 4, person), SyntheticSettings()) for person in range(6)]
    joints = [
        take.joints[start : start + CLIP_FRAMES] for take in takes for start in range(0, len(take.joints) - 60, 45)
    ]
    events = extract_events_batch(np.stack(joints))
    return [write_captions(f"clip{number}", found) for number, found in enumerate(events)]


def texts(caption: Caption) -> tuple[str, str, str]:
    return caption.left, caption.right, caption.interaction


def test_levels_are_as_long_as_they_should_be(captions: list[list[Caption]]) -> None:
    words = [median(len(" ".join(texts(clip[level - 1])).split()) for clip in captions) for level in LEVELS]
    for found, wanted in zip(words, (20, 35, 60, 100, 180), strict=True):
        assert 0.75 * wanted <= found <= 1.25 * wanted


@pytest.mark.parametrize(("level", "share"), [(1, 0.15), (2, 0.05), (3, 0.02), (4, 0.02), (5, 0.02)])
def test_clips_are_told_apart(captions: list[list[Caption]], level: int, share: float) -> None:
    told = Counter(texts(clip[level - 1]) for clip in captions)
    assert sum(count for count in told.values() if count > 1) <= share * len(captions)


def test_few_different_words_are_used(captions: list[list[Caption]]) -> None:
    words = {word for clip in captions for caption in clip for word in re.findall("[a-z]+", " ".join(texts(caption)))}
    assert len(words) < 250
