"""Raw files, and the recordings read from them.

What belongs here: `raw_files` and `recordings`. What does not: any file format (handx_core.sources).
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import dagster as dg

from assets.partitions import SOURCE_NAMES, SOURCE_PARTITIONS
from assets.profile import Profile
from assets.resources import RawData
from assets.stages import DATASET, RAW, Item, in_batches, per_source, table_asset
from assets.storage import ROW_GROUP_BYTES
from handx_core.errors import Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources import SourceSettings, readers
from handx_core.sources.base import Recording
from handx_core.sources.reading import read_source
from handx_core.sources.rows import recordings_batch

EMPTY: Final = "empty"
"""Version of a raw folder without a file."""

_RECORDINGS_A_BATCH = 4
_SHOWN_NOTES = 20


@dg.observable_source_asset(
    partitions_def=SOURCE_PARTITIONS,
    group_name=RAW,
    description="The raw files of each source as they lie on disk, not made here but watched: a source reads as new "
    "when a file in its folder comes, goes or changes.",
    tags={"dagster/kind/file": ""},
)
def raw_files(raw: dg.ResourceParam[RawData], profile: dg.ResourceParam[Profile]) -> dg.DataVersionsByPartition:
    """Observe the raw folder of each source. As the first step of a full run it reads the whole profile, too."""
    profile.check()  # a mistake in the settings of the last stage shall show now, not after hours
    return dg.DataVersionsByPartition({source: version_of(raw.folder(source)) for source in SOURCE_NAMES})


@table_asset(group=DATASET, kinds={"numpy"}, by_source=True, code_version="3", settings=("sources",), deps=[raw_files])
def recordings(
    context: dg.AssetExecutionContext,
    raw: dg.ResourceParam[RawData],
    mano: dg.ResourceParam[ManoFiles],
    profile: dg.ResourceParam[Profile],
) -> dg.Output[Any]:
    """Every take as its source stored it, in the source's own axes, units, joint order and rate.

    A broken file is a row of `rejected`, not a failure. A source without raw data gives an empty partition.
    """

    sources = readers(profile.section(SourceSettings, "sources"))

    def produce(source: str) -> Iterator[Item]:
        folder = raw.folder(source)
        if folder is None:
            context.log.warning(raw.how_to_obtain(source))
            return
        noted: list[dg.TableRecord] = []
        found = map(partial(_note, noted), read_source(sources[source], folder, mano))
        yield from in_batches(found, recordings_batch, _fill_a_batch)
        if noted:
            context.add_asset_metadata({"first_notes": dg.MetadataValue.table(noted)}, partition_key=source)

    return per_source(context, produce)


def _note(noted: list[dg.TableRecord], one: Recording | Rejection) -> Recording | Rejection:
    """Pass on what was read, and note what a person should know of how it was."""
    if isinstance(one, Recording) and one.notes and len(noted) < _SHOWN_NOTES:
        noted.append(dg.TableRecord({"recording_id": one.take.recording_id, "notes": "\n".join(one.notes)}))
    return one


def _fill_a_batch(found: Sequence[Recording]) -> bool:
    n_bytes = sum(array.nbytes for recording in found for array in recording.arrays.values())
    return len(found) >= _RECORDINGS_A_BATCH or n_bytes >= ROW_GROUP_BYTES


@dataclass(frozen=True)
class FolderState:
    """A raw folder at a look. version: EMPTY where nothing is there. changed_at: of its newest change, Unix time."""

    version: str
    changed_at: float


def version_of(folder: Path | None) -> str:
    """A hash of the names, sizes and times of change of all files below a raw folder, without reading them.

    A file that was only touched makes a source read as new; rebuilding it then finds the same content, and nothing
    after it reads as new.
    """
    return EMPTY if folder is None else state_of(folder).version


def state_of(folder: Path) -> FolderState:
    """The version of a raw folder, whether it is there or not, and when anything in it changed last."""
    digest, changed_at, n_files = hashlib.sha256(), 0.0, 0
    for path, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = os.path.join(path, name)
            try:
                state = os.stat(file)
            except FileNotFoundError:  # it went while we looked, or is a link to nowhere
                continue
            digest.update(f"{os.path.relpath(file, folder)}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
            changed_at = max(changed_at, state.st_ctime)  # unlike st_mtime not that of the archive it came from
            n_files += 1
    return FolderState(digest.hexdigest()[:16] if n_files else EMPTY, changed_at)
