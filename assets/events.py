"""Kinematic events: what the joints of a kept clip do, in words a rule can read.

What belongs here: `kinematic_events`. What does not: how an event is found (handx_core.kinematics).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import orjson

from assets.stages import DATASET, Item, per_source, show, table_asset
from assets.storage import Tables
from handx_core.columns import batch, to_numpy
from handx_core.curation.event_counts import EventCounts
from handx_core.kinematics.event_lists import count_events
from handx_core.skeleton import CLIP_FRAMES, FPS, N_JOINTS


@table_asset(group=DATASET, kinds={"numpy", "json"}, by_source=True, code_version="2")
def kinematic_events(context: dg.AssetExecutionContext, clips: Tables) -> dg.Output[Any]:
    """Flexion, spacing, contacts, distances and movements of each kept clip, as intervals with one state or change."""
    from handx_core.captioning.event_summary import summary_text
    from handx_core.curation.event_faults import motion_fingerprints
    from handx_core.kinematics.events import extract_events_batch
    from handx_core.viewing.event_counts import events_table
    from handx_core.viewing.timeline import events_timeline

    def produce(source: str) -> Iterator[Item]:
        richest, shown, all_counts = -1, None, EventCounts()
        for rows in clips[source].batches(["clip_id", "joints", "kept"]):
            kept = rows.filter(rows["kept"])
            if not kept.num_rows:
                continue
            joints = to_numpy(kept["joints"], (CLIP_FRAMES, 2, N_JOINTS, 3))
            events = extract_events_batch(joints, FPS)
            counts = [count_events(of_clip) for of_clip in events]
            for of_clip in events:
                all_counts.add(of_clip)
            yield batch(
                "kinematic_events",
                {
                    "clip_id": kept["clip_id"],
                    "events": [orjson.dumps(of_clip).decode() for of_clip in events],
                    "n_events": [n_events for n_events, _ in counts],
                    "n_contacts": [n_contacts for _, n_contacts in counts],
                    "motion_fingerprint": motion_fingerprints(joints),
                },
            )
            most, clip = max((n_contacts, clip) for clip, (_, n_contacts) in enumerate(counts))
            if most > richest:
                richest, shown = most, (events[clip], kept["clip_id"][clip].as_py())
        if shown:
            show(context, "timeline", events_timeline(*shown), source)
            summary = dg.MetadataValue.md(f"```\n{summary_text(shown[0])}\n```")
            context.add_asset_metadata({"summary": summary}, partition_key=source)
        table = dg.MetadataValue.md(events_table(all_counts))
        context.add_asset_metadata({"events_by_kind": table}, partition_key=source)

    return per_source(context, produce)
