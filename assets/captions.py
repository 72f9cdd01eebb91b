"""Captions: what the hands of a kept clip do, in words for people and models.

What belongs here: `captions`. What does not: how a caption is written (handx_core.captioning).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import orjson

from assets.stages import DATASET, Item, per_source, table_asset
from assets.storage import Tables
from handx_core.captioning.rows import (
    CLIP_COLUMNS,
    RECORDING_COLUMNS,
    SKELETON_COLUMNS,
    captions_batch,
    source_captions,
)
from handx_core.captioning.rules import RULES_HASH, Caption, write_captions


@table_asset(group=DATASET, kinds={"python"}, by_source=True, code_version=f"2-{RULES_HASH}")
def captions(
    context: dg.AssetExecutionContext, recordings: Tables, skeletons: Tables, clips: Tables, kinematic_events: Tables
) -> dg.Output[Any]:
    """Texts of the left hand, the right hand and the two together, at five levels of detail.

    The rules tell every clip from its events alone. Where a source brings captions of its own (HandX does), they stand
    beside these, with the source as their writer.
    """

    def produce(source: str) -> Iterator[Item]:
        shown = False
        for rows in kinematic_events[source].batches(["clip_id", "events"]):
            clip_ids = rows["clip_id"].to_pylist()
            written = [
                write_captions(clip_id, orjson.loads(events))
                for clip_id, events in zip(clip_ids, rows["events"].to_pylist(), strict=True)
            ]
            yield captions_batch(clip_ids, written)
            if not shown:
                shown = True
                context.add_asset_metadata({"sample": _sample(clip_ids[0], written[0])}, partition_key=source)
        yield from source_captions(
            source,
            recordings[source].batches(RECORDING_COLUMNS),
            skeletons[source].batches(SKELETON_COLUMNS),
            clips[source].batches(CLIP_COLUMNS),
        )

    return per_source(context, produce)


def _sample(clip_id: str, captions_of_clip: list[Caption]) -> dg.MarkdownMetadataValue:
    """All levels of a clip, as a table to read."""
    lines = [f"**{clip_id}**", "", "| level | left | right | together |", "|---|---|---|---|"]
    lines += [f"| {text.level} | {text.left} | {text.right} | {text.interaction} |" for text in captions_of_clip]
    return dg.MetadataValue.md("\n".join(lines))
