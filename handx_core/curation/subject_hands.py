"""How long the bones of each subject's hands are.

What belongs here: measuring hands over all takes of a subject. What does not: judging a take by them, and hands that
are calibrated from markers (`marked_hands`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from handx_core.skeleton import BONES, HANDS, bone_lengths
from handx_core.sources.base import Take, TrackedHands

if TYPE_CHECKING:  # it needs a compiler, which takes seconds to import
    from handx_core.mocap.calibration import CalibratedHand

SAMPLE_FRAMES: Final = 4096
"""Most frames of a hand that its lengths are taken from; with a deviation of 2 mm the median's error is 0.04 mm."""


@dataclass(frozen=True)
class MarkerOffset:
    """Where a marker sits in the frame of its segment, x y z in metres, and how far off that may be along each."""

    marker: str
    segment: str
    place: Sequence[float]
    sd: Sequence[float]


@dataclass(frozen=True)
class SubjectHand:
    """Median and standard deviation, (20,) metres in the order of BONES, over the complete frames of a hand.

    n_frames: complete frames, those at which every joint was measured: an inferred joint says nothing of the bones. Of
    more than SAMPLE_FRAMES of them, the figures are those of an even sample.

    A hand that wore markers has a session and was calibrated from it: bone_lengths and their deviations are then those
    of the calibration, n_frames the instants that it looked at, offsets where its markers sit.
    """

    subject: str
    hand: str
    bone_lengths: NDArray[np.float32]
    bone_lengths_sd: NDArray[np.float32]
    n_frames: int
    session: str | None = None
    calibrated: "CalibratedHand | None" = None
    offsets: tuple[MarkerOffset, ...] = ()


def measure_subject_hands(takes: Iterable[tuple[str, TrackedHands]]) -> list[SubjectHand]:
    """One entry for every (subject, hand) that is ever complete, sorted. takes: pairs of subject and tracked hands."""
    return subject_hands_of((subject, complete_bone_lengths(hands)) for subject, hands in takes)


def complete_bone_lengths(hands: TrackedHands) -> list[NDArray[np.float32]]:
    """For each hand, left first, the bone lengths of its complete frames: (n, 20), metres."""
    complete: NDArray[np.bool_] = np.all(hands.valid, axis=2)
    return [
        bone_lengths(hands.joints[complete[:, hand], hand]).astype(np.float32).reshape(-1, len(BONES))
        for hand in range(len(HANDS))
    ]


def subject_hands_of(
    takes: Iterable[tuple[str, Sequence[NDArray[np.float32]]]], n_takes: Mapping[str, int] | None = None
) -> list[SubjectHand]:
    """As `measure_subject_hands`, from what `complete_bone_lengths` gives of each take.

    n_takes: how many takes each subject has, where it is known: what is held of a subject then goes after the last one,
    and memory grows neither with the takes of a subject nor with the subjects.
    """
    left = dict(n_takes or {})
    open_samples: dict[tuple[str, str], _Sample] = {}
    finished: list[SubjectHand] = []
    for subject, lengths in takes:
        for hand, of_hand in zip(HANDS, lengths, strict=False):  # no lengths for a take without hands
            open_samples.setdefault((subject, hand), _Sample()).add(of_hand)
        left[subject] = left.get(subject, 0) - 1
        if left[subject] == 0:
            samples = ((hand, open_samples.pop((subject, hand), _Sample())) for hand in HANDS)
            finished += [_subject_hand(subject, hand, sample) for hand, sample in samples if sample.n_frames]
    finished += [_subject_hand(*key, sample) for key, sample in open_samples.items() if sample.n_frames]
    return sorted(finished, key=lambda hand: (hand.subject, hand.hand))


@dataclass
class _Sample:
    """Every `step`-th of the frames that were added, counted from the first: at most SAMPLE_FRAMES of them."""

    n_frames: int = 0
    step: int = 1
    kept: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, len(BONES)), np.float32))

    def add(self, lengths: NDArray[np.float32]) -> None:
        """Add the frames (n, 20) of another take."""
        self.kept = np.concatenate([self.kept, lengths[-self.n_frames % self.step :: self.step]])
        self.n_frames += len(lengths)
        while len(self.kept) > SAMPLE_FRAMES:
            self.kept = self.kept[::2].copy()
            self.step *= 2


def _subject_hand(subject: str, hand: str, sample: _Sample) -> SubjectHand:
    deviations = sample.kept.std(axis=0, dtype=np.float64).astype(np.float32)
    return SubjectHand(subject, hand, np.median(sample.kept, axis=0), deviations, sample.n_frames)


def hands_of(take: Take, hands: Iterable[SubjectHand]) -> list[SubjectHand]:
    """The hands that a take was recorded with: of its subject, and of its session where it has one."""
    return [hand for hand in hands if (hand.subject, hand.session) == (take.subject, take.session)]


def bone_lengths_of(subject: str, hands: Sequence[SubjectHand]) -> NDArray[np.float32]:
    """The subject's bone lengths, (2, 20) metres, left first; NaN for a hand that was never seen."""
    lengths = np.full((len(HANDS), len(BONES)), np.nan, np.float32)
    for hand in hands:
        if hand.subject == subject:
            lengths[HANDS.index(hand.hand)] = hand.bone_lengths
    return lengths
