"""What the models are trained on: clips with their texts, in memory, from the tables that hold them.

`MotionTexts` is what our own training reads. `MotionTextDataset` is for people who take `motion_dataset` away and
train something else. What belongs here: reading those tables. What does not: features (`representation`) or batches
(`training.loop` draws them).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Final, TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import torch
from pydantic import Field
from torch import Tensor
from torch.utils.data import Dataset

from handx_core.columns import to_numpy
from handx_core.errors import TableError
from handx_core.representation.text import TextTable
from handx_core.skeleton import CLIP_FRAMES, N_JOINTS

LEVELS: Final = 5
"""Levels of detail of a caption, 1 to 5."""

CaptionLevels = Annotated[tuple[Annotated[int, Field(ge=1, le=LEVELS)], ...], Field(min_length=1)]
"""Some of these levels, as settings name them."""

ALL_LEVELS: Final = tuple(range(1, LEVELS + 1))

PARTS: Final = ("left", "right", "interaction")
"""The texts of a caption, in the order of the last axis of `MotionTexts.text_rows`."""

_CLIP_SHAPE: Final = (CLIP_FRAMES, 2, N_JOINTS, 3)


@dataclass(frozen=True)
class MotionTexts:
    """Clips and their texts.

    clip_ids: (N,). joints: (N, 60, 2, 21, 3) float32, metres, clip frame. text_rows: (N, 5 levels, 3 parts) int64,
    rows of `text`. split: (N,) train, val or test.
    """

    clip_ids: tuple[str, ...] = field(repr=False)
    joints: Tensor = field(repr=False)
    text_rows: Tensor = field(repr=False)
    text: TextTable = field(repr=False)
    split: tuple[str, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.clip_ids)

    def subset(self, split: str) -> "MotionTexts":
        """The clips of one split. Raises TableError if it has none."""
        kept = [row for row, name in enumerate(self.split) if name == split]
        if not kept:
            raise TableError(f"motion_dataset: no clip in split {split!r}; found {sorted(set(self.split))}")
        return self.select(kept)

    def select(self, rows: Sequence[int]) -> "MotionTexts":
        """The clips of these rows, in this order."""
        return replace(
            self,
            clip_ids=tuple(self.clip_ids[row] for row in rows),
            joints=self.joints[list(rows)],
            text_rows=self.text_rows[list(rows)],
            split=tuple(self.split[row] for row in rows),
        )

    def rows_of_one_level(self, items: Tensor, levels: Sequence[int], generator: torch.Generator) -> Tensor:
        """Rows of `text` of these clips, (B, 3), at one drawn level for all: texts of like length pad little."""
        return self.text_rows[items, levels[int(torch.randint(len(levels), (), generator=generator))] - 1]

    def rows_of_levels_in_turn(self, levels: Sequence[int]) -> Tensor:
        """Rows of `text` of every clip, (N, 3), each at the next of these levels."""
        numbers = torch.arange(len(self))
        return self.text_rows[numbers, torch.tensor(levels)[numbers % len(levels)] - 1]

    def fingerprint(self) -> str:
        """Sixteen hex digits that change with any clip, text, embedding or split."""
        digest = hashlib.sha256()
        digest.update("\n".join((*self.clip_ids, *self.split, self.text.encoder, *self.text.hashes)).encode())
        for values in (self.joints.numpy(), self.text_rows.numpy(), self.text.values):
            digest.update(np.ascontiguousarray(values).data)
        return digest.hexdigest()[:16]


def load_motion_texts(motion_dataset: Path | str | ds.Dataset, text: TextTable) -> MotionTexts:
    """Read every clip of `motion_dataset`, sorted by clip_id, with its texts as rows of `text`.

    motion_dataset: folder of the table (hive by source) or an opened dataset of it. Raises TableError where the
    table has no clip or a text was not encoded.
    """
    clips = _open(motion_dataset).to_table(columns=["clip_id", "split", "joints", *PARTS]).sort_by("clip_id")
    if not clips.num_rows:
        raise TableError("motion_dataset has no clip: materialize the group `dataset` of at least one source")
    rows = [text.rows(_flat_texts(clips[part])).reshape(-1, LEVELS) for part in PARTS]
    return MotionTexts(
        clip_ids=tuple(clips["clip_id"].to_pylist()),
        joints=torch.from_numpy(to_numpy(clips["joints"], _CLIP_SHAPE).copy()),
        text_rows=torch.from_numpy(np.stack(rows, axis=-1)),
        text=text,
        split=tuple(clips["split"].to_pylist()),
    )


def distinct_texts(motion_dataset: Path | str | ds.Dataset) -> list[str]:
    """Every distinct text of `motion_dataset`, sorted: what `text_embeddings` encodes."""
    table = _open(motion_dataset).to_table(columns=list(PARTS))
    return sorted({text for part in PARTS for text in _flat_texts(table[part])})


class Sample(TypedDict):
    """One item of `MotionTextDataset`. joints: (60, 2, 21, 3) float32 tensor, metres, clip frame."""

    joints: Tensor
    left: str
    right: str
    interaction: str
    clip_id: str
    source: str


class MotionTextDataset(Dataset[Sample]):
    """The `motion_dataset` table as a PyTorch dataset of joints and the three texts of one level.

    folder: of the table (hive by source). split: train, val, test, or None for all. level: of the texts, 1 to 5.
    Raises ValueError for another level, TableError where the split has no clip.
    """

    def __init__(self, folder: Path | str, split: str | None = None, level: int = LEVELS) -> None:
        if not 1 <= level <= LEVELS:
            raise ValueError(f"level: expected 1 to {LEVELS}, found {level}")
        wanted = None if split is None else pc.field("split") == split
        table = _open(folder).to_table(columns=["clip_id", "source", "joints", *PARTS], filter=wanted)
        if not table.num_rows:
            raise TableError(f"{folder}: no clip of split {split!r}")
        self._level = level
        self._table = table.sort_by("clip_id").combine_chunks()

    def __len__(self) -> int:
        return self._table.num_rows

    def __getitem__(self, index: int) -> Sample:
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        row = self._table.slice(index % len(self), 1)
        left, right, interaction = (row[part][0].as_py()[self._level - 1] for part in PARTS)
        return Sample(
            joints=torch.from_numpy(to_numpy(row["joints"], _CLIP_SHAPE)[0].copy()),
            left=left,
            right=right,
            interaction=interaction,
            clip_id=row["clip_id"][0].as_py(),
            source=row["source"][0].as_py(),
        )


def _open(motion_dataset: Path | str | ds.Dataset) -> ds.Dataset:
    if isinstance(motion_dataset, ds.Dataset):
        return motion_dataset
    return ds.dataset(str(motion_dataset), format="parquet", partitioning="hive")


def _flat_texts(column: pa.ChunkedArray) -> list[str]:
    return [text for chunk in column.chunks for text in chunk.flatten().to_pylist()]
