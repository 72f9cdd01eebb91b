"""How long the bones of each subject's hands are.

What belongs here: measuring hands over all takes of a subject. What does not: judging a take by them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handx_core.skeleton import BONES, HANDS, bone_lengths
from handx_core.sources.base import TrackedHands


@dataclass(frozen=True)
class SubjectHand:
    """Median and standard deviation, (20,) metres in the order of BONES, over all complete frames of a hand."""

    subject: str
    hand: str
    bone_lengths: NDArray[np.float32]
    bone_lengths_sd: NDArray[np.float32]
    n_frames: int


def measure_subject_hands(takes: Iterable[tuple[str, TrackedHands]]) -> list[SubjectHand]:
    """One entry for every (subject, hand) that is ever complete, sorted. takes: pairs of subject and tracked hands."""
    lengths: dict[tuple[str, str], list[NDArray[np.float32]]] = {}
    for subject, hands in takes:
        for index, hand in enumerate(HANDS):
            complete = hands.valid[:, index].all(axis=1)
            if complete.any():
                of_take = bone_lengths(hands.joints[complete, index]).astype(np.float32)
                lengths.setdefault((subject, hand), []).append(of_take)
    return [_subject_hand(subject, hand, np.concatenate(lengths[subject, hand])) for subject, hand in sorted(lengths)]


def _subject_hand(subject: str, hand: str, lengths: NDArray[np.float32]) -> SubjectHand:
    deviations = lengths.std(axis=0, dtype=np.float64).astype(np.float32)
    return SubjectHand(subject, hand, np.median(lengths, axis=0), deviations, len(lengths))


def bone_lengths_of(subject: str, hands: Sequence[SubjectHand]) -> NDArray[np.float32]:
    """The subject's bone lengths, (2, 20) metres, left first; NaN for a hand that was never seen."""
    lengths = np.full((len(HANDS), len(BONES)), np.nan, np.float32)
    for hand in hands:
        if hand.subject == subject:
            lengths[HANDS.index(hand.hand)] = hand.bone_lengths
    return lengths
