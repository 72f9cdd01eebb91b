"""The dataset over all sources: its split, the table that people take away, and what models need besides.

What belongs here: `dataset_split`, `motion_dataset`, `motion_statistics`, `text_embeddings`, `dataset_statistics`.
What does not: the rule of the split, features, encoders (handx_core), or models.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import dagster as dg
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from assets.data_card import data_card
from assets.profile import Profile
from assets.resources import DataFolder
from assets.stages import DATASET_OVER_ALL, Item, over_all, show, table_asset
from assets.storage import TableHandle, Tables, as_dataset
from handx_core.captioning.clip_texts import TEXT_COLUMNS, TextsInOrder
from handx_core.captioning.settings import CaptionSettings
from handx_core.columns import batch, to_numpy
from handx_core.curation.splits import SplitSettings, assign_splits
from handx_core.curation.statistics import CLIP_COLUMNS, SourceTables
from handx_core.curation.statistics import dataset_statistics as statistics_of_sources
from handx_core.errors import TableError
from handx_core.skeleton import CLIP_FRAMES, N_JOINTS

NOT_GROUNDED: Final = "left out: no captions are grounded"
"""Clips that do not train, among those that the metadata of `motion_dataset` count by writer."""


@dataclass(frozen=True)
class KeptClips:
    """The kept clips of all sources, one entry a clip in every field. joints: (N, 60, 2, 21, 3), metres."""

    clip_ids: list[str]
    sources: list[str]
    subjects: list[str]
    official: list[str | None]
    joints: NDArray[np.float32]


def kept_clips(clips: Tables, skeletons: Tables, recordings: Tables) -> KeptClips:
    """Read the kept clips of all sources. Raises TableError where there is none."""
    ids: list[str] = []
    sources: list[str] = []
    subjects: list[str] = []
    official: list[str | None] = []
    joints: list[NDArray[np.float32]] = []
    for source in clips:
        label_of = _by_skeleton(skeletons[source], recordings[source], "official_split")
        for rows in clips[source].batches(["clip_id", "skeleton_id", "subject", "joints", "kept"]):
            kept = rows.filter(rows["kept"])
            ids += kept["clip_id"].to_pylist()
            sources += [source] * kept.num_rows
            subjects += kept["subject"].to_pylist()
            official += [label_of[skeleton] for skeleton in kept["skeleton_id"].to_pylist()]
            joints.append(to_numpy(kept["joints"], (CLIP_FRAMES, 2, N_JOINTS, 3)))
    if not ids:
        raise TableError("no clip of any source was kept: see the metadata of recordings, skeletons and clips for why")
    return KeptClips(ids, sources, subjects, official, np.concatenate(joints))


@table_asset(group=DATASET_OVER_ALL, kinds={"numpy"}, code_version="1", settings=("split",))
def dataset_split(
    clips: Tables, skeletons: Tables, recordings: Tables, profile: dg.ResourceParam[Profile]
) -> dg.Output[Any]:
    """On which side each kept clip is: nobody, and no near-identical motion, is on two sides."""
    from handx_core.curation.duplicates import find_duplicates

    def produce() -> Iterator[Item]:
        kept = kept_clips(clips, skeletons, recordings)
        split = assign_splits(
            kept.clip_ids,
            kept.sources,
            kept.subjects,
            kept.official,
            find_duplicates(kept.joints),
            profile.section(SplitSettings, "split"),
        )
        yield batch(
            "dataset_split",
            {
                "clip_id": kept.clip_ids,
                "source": kept.sources,
                "subject": kept.subjects,
                "group": list(split.group),
                "split": list(split.split),
                "why": list(split.why),
            },
        )

    return over_all(produce())


@table_asset(group=DATASET_OVER_ALL, kinds={"parquet"}, code_version="3", settings=("captions",))
def motion_dataset(
    context: dg.AssetExecutionContext,
    clips: Tables,
    captions: Tables,
    skeletons: Tables,
    recordings: Tables,
    dataset_split: TableHandle,
    profile: dg.ResourceParam[Profile],
    files: dg.ResourceParam[DataFolder],
) -> dg.Output[Any]:
    """What training reads and a user takes away: each kept clip with its split, its licence and its texts.

    A clip of which no writer's captions are grounded (captions.min_grounding) is left out and counted.

    It loads with `datasets.load_dataset("parquet", ...)` and with `handx_core.training.data.MotionTextDataset`; a
    data card lies in the folder of its files.
    """
    writers = profile.section(CaptionSettings, "captions").writers
    split = dataset_split.read(["clip_id", "source", "split"])
    side_of = dict(zip(split["clip_id"].to_pylist(), split["split"].to_pylist(), strict=True))

    def produce(source: str) -> Iterator[Item]:
        licence_of = _by_skeleton(skeletons[source], recordings[source], "licence")
        texts = TextsInOrder(partial(captions[source].batches, TEXT_COLUMNS), writers)
        told_by: Counter[str] = Counter()
        for rows in clips[source].batches(["clip_id", "skeleton_id", "subject", "joints", "kept"]):
            kept = rows.filter(rows["kept"])
            found = [texts.of(clip) for clip in kept["clip_id"].to_pylist()]
            told = [of_clip for of_clip in found if of_clip is not None]
            kept = kept.filter(pa.array([of_clip is not None for of_clip in found], pa.bool_()))
            ids = kept["clip_id"].to_pylist()
            told_by.update(of_clip.writer if of_clip else NOT_GROUNDED for of_clip in found)
            yield batch(
                "motion_dataset",
                {
                    "clip_id": ids,
                    "subject": kept["subject"],
                    "split": [side_of[clip] for clip in ids],
                    "licence": [licence_of[skeleton] for skeleton in kept["skeleton_id"].to_pylist()],
                    "joints": kept["joints"],
                    "left": [of_clip.left for of_clip in told],
                    "right": [of_clip.right for of_clip in told],
                    "interaction": [of_clip.interaction for of_clip in told],
                },
            )
        if told_by:
            context.add_asset_metadata({f"clips_told_by_{source}": dict(told_by)})

    card = files.files("motion_dataset") / "README.md"
    licences = {source: _licences(recordings[source]) for source in recordings}
    card.write_text(data_card(split, licences, profile.name, ", else ".join(writers)), encoding="utf-8")
    context.add_output_metadata({"data_card": dg.MetadataValue.path(card)})
    return over_all((source, produce(source)) for source in clips)


@table_asset(group=DATASET_OVER_ALL, kinds={"pytorch"}, code_version="1")
def motion_statistics(motion_dataset: Tables) -> dg.Output[Any]:
    """Mean and standard deviation of each feature of each representation over the training split."""
    from torch import from_numpy

    from handx_core.representation.statistics import REPRESENTATIONS, statistics_of

    def produce() -> Iterator[Item]:
        rows = as_dataset(motion_dataset).to_table(columns=["clip_id", "split", "joints"]).sort_by("clip_id")
        train = rows.filter(pa.compute.equal(rows["split"], "train"))
        joints = from_numpy(to_numpy(train["joints"], (CLIP_FRAMES, 2, N_JOINTS, 3)).copy())
        for representation in REPRESENTATIONS:
            yield statistics_of(joints, representation).to_batch()

    return over_all(produce())


@table_asset(group=DATASET_OVER_ALL, kinds={"pytorch"}, code_version="1", settings=("text",))
def text_embeddings(motion_dataset: Tables, profile: dg.ResourceParam[Profile]) -> dg.Output[Any]:
    """Every distinct text of the dataset as the tokens of a frozen encoder, computed once."""
    from handx_core.representation.text import TextEncoderSettings, encode_texts
    from handx_core.training.data import distinct_texts

    def produce() -> Iterator[Item]:
        texts = distinct_texts(as_dataset(motion_dataset))
        yield from encode_texts(texts, profile.section(TextEncoderSettings, "text")).to_batches()

    return over_all(produce())


@table_asset(group=DATASET_OVER_ALL, kinds={"numpy"}, code_version="3")
def dataset_statistics(
    context: dg.AssetExecutionContext, recordings: Tables, skeletons: Tables, clips: Tables, captions: Tables
) -> dg.Output[Any]:
    """How much there is of each source: hours, takes, what is kept and why not, contact, intensity, words, licences."""
    from handx_core.viewing.dropped import dropped_picture, dropped_table
    from handx_core.viewing.sources import sources_picture, sources_table

    def produce() -> Iterator[Item]:
        figures = statistics_of_sources(
            {
                source: SourceTables(
                    recordings=recordings[source].batches(["subject", "licence"]),
                    skeletons=skeletons[source].batches(["joints"]),
                    clips=clips[source].batches(CLIP_COLUMNS),
                    captions=captions[source].batches(["left", "right", "interaction"]),
                )
                for source in recordings
            }
        )
        rows = figures.to_pylist()
        tables = {"sources": sources_table(rows), "dropped": dropped_table(rows)}
        context.add_asset_metadata({name: dg.MetadataValue.md(table) for name, table in tables.items()})
        show(context, "comparison", sources_picture(rows))
        show(context, "hours_dropped", dropped_picture(rows))
        yield figures

    return over_all(produce())


def _by_skeleton(skeletons: TableHandle, recordings: TableHandle, column: str) -> dict[str, Any]:
    """A column of recordings for each skeleton that was cut from one."""
    rows = recordings.read(["recording_id", column])
    of_recording = dict(zip(rows["recording_id"].to_pylist(), rows[column].to_pylist(), strict=True))
    cut = skeletons.read(["skeleton_id", "recording_id"])
    pairs = zip(cut["skeleton_id"].to_pylist(), cut["recording_id"].to_pylist(), strict=True)
    return {skeleton: of_recording[recording] for skeleton, recording in pairs}


def _licences(recordings: TableHandle) -> list[str]:
    return sorted(set(recordings.read(["licence"])["licence"].to_pylist()))
