"""Hands of the subjects, and skeletons: recordings brought to one joint order, one world and one rate.

What belongs here: `subject_hands` and `skeletons`. What does not: how a take is cut or judged (handx_core.curation).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import chain
from typing import Any

import dagster as dg
import numpy as np
import pyarrow as pa

from assets.profile import Profile
from assets.stages import DATASET, Item, per_source, show, table_asset
from assets.storage import TableHandle, Tables
from handx_core.curation.quality import Quality
from handx_core.curation.rows import skeletons_batch, subject_hands_batch, subject_hands_from
from handx_core.curation.settings import CurationSettings
from handx_core.curation.subject_hands import SubjectHand, hands_of, subject_hands_of
from handx_core.curation.takes import cut_takes, known_hands, lengths_of_takes
from handx_core.errors import Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources import SOURCES
from handx_core.sources.base import Recording
from handx_core.sources.rows import recordings_from


@table_asset(group=DATASET, kinds={"numpy"}, by_source=True, code_version="4")
def subject_hands(
    context: dg.AssetExecutionContext, recordings: Tables, mano: dg.ResourceParam[ManoFiles]
) -> dg.Output[Any]:
    """How long the bones of each hand of each subject are: what a take is judged by.

    Hands with markers are calibrated once a session, from all of its takes; other hands are measured.
    """

    def produce(source: str) -> Iterator[Item]:
        takes = recordings[source].read(["subject", "session"])
        sessions = takes["session"].unique().drop_null().to_pylist()
        if sessions:
            from handx_core.curation.marked_hands import calibrate_sessions

            rows = [recordings[source].where("session", session) for session in sessions]
            for hands in calibrate_sessions(rows):
                yield hands if isinstance(hands, Rejection) else subject_hands_batch(hands)
        n_takes = Counter(takes.filter(takes["session"].is_null())["subject"].to_pylist())
        measured = (recording for recording in _stored(recordings[source]) if recording.take.session is None)
        lengths = lengths_of_takes(SOURCES[source], measured if n_takes else (), mano)
        yield subject_hands_batch(subject_hands_of(lengths, n_takes))

    return per_source(context, produce)


@table_asset(group=DATASET, kinds={"numpy"}, by_source=True, code_version="5", settings=("curation",))
def skeletons(
    context: dg.AssetExecutionContext,
    recordings: Tables,
    subject_hands: Tables,
    profile: dg.ResourceParam[Profile],
    mano: dg.ResourceParam[ManoFiles],
) -> dg.Output[Any]:
    """Unbroken spans with both hands: 30 fps, metres, z up, yaw removed once a take, gaps of up to 0.2 s bridged."""
    settings = profile.section(CurationSettings, "curation")

    def produce(source: str) -> Iterator[Item]:
        hands_of_subjects = [hand for rows in subject_hands[source].batches() for hand in subject_hands_from(rows)]
        qualities: list[Quality] = []
        marked: str | None = None
        stored = _stored(recordings[source])
        for spans, rejected in cut_takes(SOURCES[source], stored, hands_of_subjects, mano, settings):
            yield from rejected
            if spans:
                yield skeletons_batch(spans)
                qualities += [span.quality for span in spans]
                marked = marked or next((span.recording_id for span in spans if span.quality.marker_residual_m), None)
        context.add_asset_metadata(median_quality(qualities), partition_key=source)
        if marked:
            _show_capture(context, source, recordings[source].where("recording_id", marked), hands_of_subjects, mano)

    return per_source(context, produce)


def _show_capture(
    context: dg.AssetExecutionContext,
    source: str,
    rows: Iterable[pa.RecordBatch],
    hands_of_subjects: Sequence[SubjectHand],
    mano: ManoFiles,
) -> None:
    """Pictures of a take with markers, which is solved once more: joints at the cameras' rate are not kept."""
    from handx_core.viewing.markers import capture_pictures

    (recording,) = (recording for batch in rows for recording in recordings_from(batch))
    known = known_hands(recording, hands_of(recording.take, hands_of_subjects), mano)
    for name, picture in capture_pictures(recording, SOURCES[source].to_hands(recording, known)).items():
        show(context, name, picture, source)


def median_quality(qualities: Sequence[Quality]) -> dict[str, float]:
    """The median over spans of each figure, by its name; nothing where there is no span."""
    if not qualities:
        return {}
    values = {
        figure.name: [value for quality in qualities if (value := getattr(quality, figure.name)) is not None]
        for figure in fields(Quality)
    }
    return {f"median_{name}": float(f"{np.median(found):.4g}") for name, found in values.items() if found}


def _stored(recordings: TableHandle) -> Iterator[Recording]:
    """The recordings of a source, one row group of them in memory."""
    return chain.from_iterable(map(recordings_from, recordings.batches()))
