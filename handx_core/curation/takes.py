"""All takes of a source through curation, on all cores, in order.

What belongs here: what is done to each recording of a source in a process of its own. What does not: how a take is
cut or measured (`skeletons`, `subject_hands`).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import numpy as np
from numpy.typing import NDArray

from handx_core.curation.settings import CurationSettings
from handx_core.curation.skeletons import Skeleton, cut_skeletons
from handx_core.curation.subject_hands import SubjectHand, bone_lengths_of, complete_bone_lengths, hands_of
from handx_core.errors import RawDataError, Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.parallel import map_in_order
from handx_core.sources.base import KnownHands, Recording, Source


def lengths_of_takes(
    source: Source, recordings: Iterable[Recording], mano: ManoFiles, workers: int | None = None
) -> Iterator[tuple[str, list[NDArray[np.float32]]]]:
    """Subject and `complete_bone_lengths` of each recording, in order. workers: processes, all cores if None.

    A recording that its source cannot bring to the world has none; `cut_takes` says why.
    """
    measure = partial(_lengths, source, mano)
    yield from map_in_order(measure, recordings, workers=workers, what=f"hands of {source.name}")


def cut_takes(
    source: Source,
    recordings: Iterable[Recording],
    subject_hands: Sequence[SubjectHand],
    mano: ManoFiles,
    settings: CurationSettings,
    workers: int | None = None,
) -> Iterator[tuple[list[Skeleton], list[Rejection]]]:
    """What `cut_skeletons` makes of each recording, in order. workers: processes, all cores if None."""
    # Each worker is sent the hands of one subject, not those of all.
    jobs = ((recording, hands_of(recording.take, subject_hands)) for recording in recordings)
    yield from map_in_order(
        partial(_cut, source, mano, settings), jobs, workers=workers, what=f"skeletons of {source.name}"
    )


def _lengths(source: Source, mano: ManoFiles, recording: Recording) -> tuple[str, list[NDArray[np.float32]]]:
    with _faults_named(source, recording):
        try:
            return recording.take.subject, complete_bone_lengths(source.to_hands(recording, KnownHands(mano)))
        except RawDataError:
            return recording.take.subject, []


def _cut(
    source: Source, mano: ManoFiles, settings: CurationSettings, job: tuple[Recording, list[SubjectHand]]
) -> tuple[list[Skeleton], list[Rejection]]:
    recording, hands = job
    with _faults_named(source, recording):
        try:
            tracked = source.to_hands(recording, known_hands(recording, hands, mano))
            return cut_skeletons(recording, tracked, bone_lengths_of(recording.take.subject, hands), settings)
        except RawDataError as error:
            return [], [Rejection(recording.take.recording_id, "take", str(error))]


def known_hands(recording: Recording, hands: Sequence[SubjectHand], mano: ManoFiles) -> KnownHands:
    """What a recording may need to become joints. hands: those it was recorded with, by `hands_of`."""
    if recording.marker_set is None:
        return KnownHands(mano)
    from handx_core.curation.marked_hands import calibrated_hands  # which needs a compiler

    return KnownHands(mano, calibrated_hands(hands, recording.marker_set))


@contextmanager
def _faults_named(source: Source, recording: Recording) -> Iterator[None]:
    """Any error in the body is a fault of the project: a RuntimeError that names the take."""
    try:
        yield
    except Exception as error:
        name = recording.take.recording_id
        raise RuntimeError(f"curation of {source.name} failed on {name}: {type(error).__name__}: {error}") from error
