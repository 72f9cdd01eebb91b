"""Hands calibrated from markers: once for each session of a subject, from all of its takes.

What belongs here: sessions of recordings to subject hands, and back to what the solver takes. What does not: how a hand
is calibrated or solved (handx_core.mocap), and hands that are measured by their joints (`subject_hands`).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from handx_core.curation.subject_hands import MarkerOffset, SubjectHand
from handx_core.errors import RawDataError, Rejection
from handx_core.mocap.calibration import CalibratedHand, SubjectHands, calibrate_markers
from handx_core.mocap.marker_set import BONE_NAMES, MarkerSet
from handx_core.mocap.priors import ShapeSpace, shape_space
from handx_core.parallel import map_in_order
from handx_core.skeleton import HANDS
from handx_core.sources.base import Take
from handx_core.sources.marker_takes import markers_of
from handx_core.sources.rows import recordings_from


def calibrate_sessions(
    sessions: Iterable[Iterable[pa.RecordBatch]], workers: int | None = None
) -> Iterator[list[SubjectHand] | Rejection]:
    """Both hands of each session, or why there are none. workers: processes, all cores if None.

    sessions: rows of `recordings` of kind markers; each is read, as it is needed, by the process that calibrates it.
    """
    yield from map_in_order(_calibrate, sessions, workers=workers, what="calibrations")


def calibrated_hands(hands: Sequence[SubjectHand], marker_set: MarkerSet) -> SubjectHands | None:
    """What the solver takes, from the subject hands of a session; None where they are not both there."""
    by_side = {hand.hand: hand.calibrated for hand in hands}
    left, right = (by_side.get(side) for side in HANDS)
    if left is None or right is None:
        return None
    return SubjectHands(marker_set, (left, right), shape_space(marker_set))


def _calibrate(rows: Iterable[pa.RecordBatch]) -> list[SubjectHand] | Rejection:
    recordings = chain.from_iterable(map(recordings_from, rows))
    first = next(recordings)
    take, marker_set = first.take, first.marker_set
    if marker_set is None:
        raise ValueError(f"{take.recording_id} has a session but no marker set")
    takes = chain([markers_of(first)], map(markers_of, recordings))
    del first  # a long take fills memory, and is not held while the next one is read
    try:
        subject = calibrate_markers(takes, marker_set)
    except RawDataError as error:
        return Rejection(take.session or "", "session", error.reason)
    return [_subject_hand(take, side, subject, hand) for side, hand in zip(HANDS, subject.hands, strict=True)]


def _subject_hand(take: Take, side: str, subject: SubjectHands, hand: CalibratedHand) -> SubjectHand:
    lengths, deviations = _bone_lengths(subject.space, hand)
    offsets = _marker_offsets(subject, hand)
    return SubjectHand(take.subject, side, lengths, deviations, hand.n_frames, take.session, hand, offsets)


def _bone_lengths(space: ShapeSpace, hand: CalibratedHand) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(20,) metres, and how far each may be off if the parameters are off each by itself: an upper bound, mostly."""
    lengths, slopes = zip(*(space.length(name, hand.parameters) for name in BONE_NAMES), strict=True)
    deviations = np.linalg.norm(np.stack(slopes) * hand.parameters_sd, axis=1)
    return np.array(lengths, np.float32), deviations.astype(np.float32)


def _marker_offsets(subject: SubjectHands, hand: CalibratedHand) -> tuple[MarkerOffset, ...]:
    places = subject.space.hand(hand.parameters).places
    sd = np.linalg.norm(subject.space.basis * hand.parameters_sd, axis=1)[subject.space.place_at]
    return tuple(
        MarkerOffset(marker.name, marker.segment, place, deviation)
        for marker, place, deviation in zip(subject.marker_set.markers, places.tolist(), sd.tolist(), strict=True)
    )
