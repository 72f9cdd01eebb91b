"""Clips: the unit of captions and models.

What belongs here: `clips`. What does not: how windows are cut and judged (handx_core.curation).
"""

from collections.abc import Iterator
from typing import Any, Final

import dagster as dg

from assets.profile import Profile
from assets.stages import DATASET, Item, per_source, show, table_asset
from assets.storage import Tables
from handx_core.curation.clips import Clips, cut_clips
from handx_core.curation.keeping import KEPT
from handx_core.curation.rows import clips_batch, skeletons_from
from handx_core.curation.settings import CurationSettings
from handx_core.curation.tally import Tally

_SHOWN: Final = 3


@table_asset(group=DATASET, kinds={"numpy"}, by_source=True, code_version="2", settings=("curation",))
def clips(context: dg.AssetExecutionContext, skeletons: Tables, profile: dg.ResourceParam[Profile]) -> dg.Output[Any]:
    """Windows of 60 frames, two seconds, in the clip frame, with how much happens in each and whether it is kept."""
    curation = profile.section(CurationSettings, "curation")

    def produce(source: str) -> Iterator[Item]:
        settings = curation.of_source(source)
        tally, shown = Tally(settings), False
        for rows in skeletons[source].batches():
            cut = cut_clips(skeletons_from(rows), settings)
            tally.add(cut)
            yield from cut.rejected
            yield clips_batch(cut)
            if not shown and cut.kept.any():
                shown = True
                show(context, "picture", _picture(cut), source)
        _show_filter(context, tally, source)

    return per_source(context, produce)


def _show_filter(context: dg.AssetExecutionContext, tally: Tally, source: str) -> None:
    """What was kept and dropped: counts, histograms with the cuts, and clips on both sides of them."""
    from handx_core.viewing.filtering import filter_examples, filter_histograms, filter_table

    kept, clips = tally.counts[KEPT], tally.counts.total()
    figures = {"clips_kept": kept, "clips_dropped": clips - kept, "filter": dg.MetadataValue.md(filter_table(tally))}
    context.add_asset_metadata(figures, partition_key=source)
    if clips:
        show(context, "intensity", filter_histograms(tally, f"{source}: intensity of its clips"), source)
    if clips > kept:
        show(context, "dropped_and_kept", filter_examples(tally), source)


def _picture(cut: Clips) -> bytes:
    """The liveliest kept clips of a batch."""
    from handx_core.viewing.stills import contact_sheet

    liveliest = sorted(cut.kept.nonzero()[0], key=lambda clip: -float(cut.speed_m_s[clip]))[:_SHOWN]
    captions = [f"{cut.clip_ids[clip]}: {cut.labels[clip] or 'no label'}" for clip in liveliest]
    return contact_sheet([cut.joints[clip] for clip in liveliest], captions)
