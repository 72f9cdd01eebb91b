"""How true captions are, and which writer's are the truest for the money.

What belongs here: `caption_audit`, `writer_comparison`. What does not: the audit itself (handx_core.captioning), and
writing captions (assets.captions).
"""

from collections.abc import Iterator
from typing import Any, Final

import dagster as dg
import orjson

from assets.captions import Heartbeat
from assets.profile import Profile
from assets.resources import DataFolder
from assets.stages import COMPARISON, DATASET_OVER_ALL, Item, over_all, table_asset
from assets.storage import Tables
from handx_core.captioning.audit_set import AUDIT_COLUMNS, AuditSums
from handx_core.captioning.settings import CaptionSettings
from handx_core.columns import batch_of_rows

WORST: Final = 10


@table_asset(group=DATASET_OVER_ALL, kinds={"python"}, code_version="1")
def caption_audit(context: dg.AssetExecutionContext, captions: Tables, kinematic_events: Tables) -> dg.Output[Any]:
    """How true the captions are, how long, and how much alike, by source, writer, model and level."""
    from handx_core.captioning.worst import WorstCaptions
    from handx_core.viewing.captions import audit_table, grounding_table, poor_caption

    def produce() -> Iterator[Item]:
        worst, everything, by_source = WorstCaptions(WORST), AuditSums(), {}
        for source, table in captions.items():
            by_source[source] = AuditSums()
            for rows in table.batches(AUDIT_COLUMNS):
                by_source[source].add(rows)
                worst.add(source, rows)
            everything.take_in(by_source[source])
        found = {source: list(sums.results()) for source, sums in by_source.items()}
        shown = {"audit": audit_table(list(everything.results())), "grounding_by_source": grounding_table(found)}
        for number, poor in enumerate(worst.results(), start=1):
            (row,) = kinematic_events[poor.source].where("clip_id", poor.clip_id)
            shown[f"worst_{number:02}"] = poor_caption(poor, orjson.loads(row["events"][0].as_py()))
        context.add_asset_metadata({name: dg.MetadataValue.md(text) for name, text in shown.items()})
        yield batch_of_rows("caption_audit", [level.as_row(source) for source, of in found.items() for level in of])

    return over_all(produce())


@table_asset(group=COMPARISON, kinds={"openai"}, code_version="1", settings=("captions",))
def writer_comparison(
    context: dg.AssetExecutionContext,
    kinematic_events: Tables,
    profile: dg.ResourceParam[Profile],
    files: dg.ResourceParam[DataFolder],
) -> dg.Output[Any]:
    """The same clips captioned by the rules and by several models: cost, time, grounding and length side by side."""
    from handx_core.captioning.captioned import EVENT_COLUMNS
    from handx_core.captioning.comparison import compare, sample_of, writers_of
    from handx_core.viewing.captions import comparison_examples, comparison_table

    settings = profile.section(CaptionSettings, "captions")
    if not settings.compare.models:
        context.log.warning("only the rules are looked at: the profile names no model under captions.compare.models")

    def produce() -> Iterator[Item]:
        batches = (rows for table in kinematic_events.values() for rows in table.batches(EVENT_COLUMNS))
        sample = sample_of(batches, settings.compare.clips, settings.compare.seed)
        results = []
        for writer in writers_of(settings, files.files("captions")):
            beat = Heartbeat(context, writer.model or writer.name)
            results.append(compare(writer, sample, settings.min_grounding, beat))
            context.log.info(results[-1].in_words())
        rows = [row for result in results for row in result.rows()]
        shown = {"comparison": comparison_table(rows), "examples": comparison_examples(results, sample)}
        context.add_asset_metadata({name: dg.MetadataValue.md(text) for name, text in shown.items()})
        yield batch_of_rows("writer_comparison", rows)

    return over_all(produce())
