"""Captions: what the hands of a kept clip do, in words for people and models.

What belongs here: `captions`. What does not: how a caption is written or audited (handx_core.captioning), and figures
over all sources (assets.caption_audit).
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
import pyarrow as pa

from assets.profile import Profile
from assets.resources import DataFolder
from assets.stages import DATASET, Item, per_source, table_asset
from assets.storage import Tables
from handx_core.captioning.audit_set import AuditSums
from handx_core.captioning.code_hash import hash_of_room
from handx_core.captioning.prompt import prompt_hash
from handx_core.captioning.settings import CaptionSettings

if TYPE_CHECKING:
    from handx_core.captioning.captioned import Events
    from handx_core.captioning.llm import LlmWriter
    from handx_core.captioning.writers import Progress

CODE: Final = f"3-{hash_of_room()}-{prompt_hash()}"


@table_asset(group=DATASET, kinds={"openai"}, by_source=True, code_version=CODE, settings=("captions",))
def captions(
    context: dg.AssetExecutionContext,
    recordings: Tables,
    skeletons: Tables,
    clips: Tables,
    kinematic_events: Tables,
    profile: dg.ResourceParam[Profile],
    files: dg.ResourceParam[DataFolder],
) -> dg.Output[Any]:
    """Texts of the left hand, the right hand and the two together, at five levels of detail, held against the events.

    The rules tell every clip from its events alone, and a language model does where the profile names one. Where a
    source brings texts of its own (HandX captions, GigaHands labels), they stand beside these, with the source as their
    writer.
    """
    from handx_core.captioning.captioned import EVENT_COLUMNS, rules_rows, source_rows
    from handx_core.captioning.source_texts import CLIP_COLUMNS, RECORDING_COLUMNS, SKELETON_COLUMNS, source_texts

    settings = profile.section(CaptionSettings, "captions")
    bar, ask = settings.min_grounding, _asking(context, settings, files)
    context.log.info(settings.announcement())

    def produce(source: str) -> Iterator[Item]:
        events = partial(kinematic_events[source].batches, EVENT_COLUMNS)
        own = source_texts(
            recordings[source].batches(RECORDING_COLUMNS),
            skeletons[source].batches(SKELETON_COLUMNS),
            clips[source].batches(CLIP_COLUMNS),
        )
        yield from rules_rows(events, bar)
        yield from ask(source, events)
        yield from source_rows(own, events, bar, source)

    return per_source(context, partial(_shown, context, settings.announcement(), produce))


def _shown(
    context: dg.AssetExecutionContext, announcement: str, produce: Callable[[str], Iterator[Item]], source: str
) -> Iterator[Item]:
    """A source's rows, and what the web UI shows of them: who wrote, an example, and how true they are."""
    from handx_core.viewing.captions import audit_table, captions_example

    sums = AuditSums()
    for item in produce(source):
        if isinstance(item, pa.RecordBatch):
            if not sums.n_rows:
                example = dg.MetadataValue.md(captions_example(item))
                context.add_asset_metadata({"sample": example}, partition_key=source)
            sums.add(item)
        yield item
    table = dg.MetadataValue.md(audit_table(list(sums.results())))
    context.add_asset_metadata({"written": announcement, "audit": table}, partition_key=source)


def _asking(
    context: dg.AssetExecutionContext, settings: CaptionSettings, files: DataFolder
) -> Callable[[str, "Events"], Iterator[Item]]:
    """What asks the profile's model about a source's clips: nothing, where there is none or it is a dry run.

    Raises ChatError where the model's key is missing, before anything is written.
    """
    if settings.asks is None:
        return lambda source, events: iter(())
    from handx_core.captioning.captioned import clips_of, model_rows, model_writer
    from handx_core.captioning.chat import read_key

    writer = model_writer(settings.asks, settings.min_grounding, files.files("captions"))
    if not settings.dry_run:
        read_key(settings.asks)

    def ask(source: str, events: "Events") -> Iterator[Item]:
        if settings.dry_run:
            estimate = writer.estimate(clips_of(events)).in_words()
            context.log.info(f"{source}: {estimate}")
            context.add_asset_metadata({"dry_run": estimate}, partition_key=source)
            return
        yield from model_rows(writer, events, settings.min_grounding, source, Heartbeat(context, source))
        _show_costs(context, writer, source)

    return ask


class Heartbeat:
    """Says now and then in the log how far a model's captions are."""

    EVERY_S: Final = 15.0

    def __init__(self, context: dg.AssetExecutionContext, source: str) -> None:
        self._say, self._source, self._last = context.log.info, source, time.monotonic()

    def __call__(self, progress: "Progress") -> None:
        """Told of each clip."""
        if time.monotonic() - self._last > self.EVERY_S:
            self._last = time.monotonic()
            self._say(f"{self._source}: {progress.in_words()}")


def _show_costs(context: dg.AssetExecutionContext, writer: "LlmWriter", source: str) -> None:
    """What a run asked and paid for, and what the ledger says of all runs."""
    from handx_core.captioning.ledger import spending

    spent = next((of_source for of_source in spending(writer.ledger_path) if of_source.source == source), None)
    figures: dict[str, Any] = {"this_run": writer.progress.in_words(), "clips_left": writer.progress.left}
    if spent is not None:
        figures["all_runs"] = spent.in_words()
    context.add_asset_metadata(figures | {"ledger": dg.MetadataValue.path(writer.ledger_path)}, partition_key=source)
    context.log.info(f"{source}: {writer.model}: {writer.progress.in_words()}")
