"""Hands of the subjects, and skeletons: recordings brought to one joint order, one world and one rate.

What belongs here: `subject_hands` and `skeletons`. What does not: how a take is cut or judged (handx_core.curation).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.profile import Profile
from assets.stages import DATASET, Item, per_source, table_asset
from assets.storage import TableHandle, Tables
from handx_core.curation.rows import skeletons_batch, subject_hands_batch, subject_hands_from
from handx_core.curation.settings import CurationSettings
from handx_core.curation.skeletons import cut_skeletons
from handx_core.curation.subject_hands import bone_lengths_of, measure_subject_hands
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources import SOURCES
from handx_core.sources.base import Recording, TrackedHands
from handx_core.sources.rows import recordings_from


@table_asset(group=DATASET, kinds={"numpy"}, by_source=True, code_version="1")
def subject_hands(
    context: dg.AssetExecutionContext, recordings: Tables, mano: dg.ResourceParam[ManoFiles]
) -> dg.Output[Any]:
    """How long the bones of each hand of each subject are: what a take is judged by."""

    def produce(source: str) -> Iterator[Item]:
        takes = _tracked(source, recordings[source], mano)
        yield subject_hands_batch(measure_subject_hands((take.take.subject, hands) for take, hands in takes))

    return per_source(context, produce)


@table_asset(group=DATASET, kinds={"numpy"}, by_source=True, code_version="1", settings=("curation",))
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
        for recording, hands in _tracked(source, recordings[source], mano):
            lengths = bone_lengths_of(recording.take.subject, hands_of_subjects)
            spans, rejected = cut_skeletons(recording, hands, lengths, settings)
            yield from rejected
            if spans:
                yield skeletons_batch(spans)

    return per_source(context, produce)


def _tracked(source: str, recordings: TableHandle, mano: ManoFiles) -> Iterator[tuple[Recording, TrackedHands]]:
    """Each recording of a source and its hands in the world, one at a time."""
    for rows in recordings.batches():
        for recording in recordings_from(rows):
            yield recording, SOURCES[source].to_hands(recording, mano)
