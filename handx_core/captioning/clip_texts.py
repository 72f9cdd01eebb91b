"""The texts of clips from the table of captions, as whoever trains on them takes them.

What belongs here: whose texts of a clip are taken, and whether they are good enough. What does not: writing the rows
(`rows`); nothing of the audit is loaded here, since all definitions load this.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from handx_core.captioning.rules import LEVELS
from handx_core.errors import TableError

TEXT_COLUMNS: Final = ("clip_id", "level", "writer", "variant", "left", "right", "interaction", "grounded")
"""Columns of `captions` that `TextsInOrder` reads."""


@dataclass(frozen=True)
class ClipTexts:
    """What is said of a clip, by level, and who says it."""

    writer: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    interaction: tuple[str, ...]


class TextsInOrder:
    """The texts of clips, taken from the table `captions` in one pass and in its order, so that memory stays flat.

    read: gives the batches of the table, with TEXT_COLUMNS; called once a writer. writers: the preferred one first. A
    writer tells a clip where there is its first variant at all five levels, each of them grounded.
    """

    def __init__(self, read: Callable[[], Iterable[pa.RecordBatch]], writers: Sequence[str]) -> None:
        self._streams = [_by_clip(read(), writer) for writer in writers]
        self._heads = [next(stream, None) for stream in self._streams]

    def of(self, clip_id: str) -> ClipTexts | None:
        """The texts of a clip by the first writer that tells it; clips must be asked for in the order of the table.

        None where there are texts, but none that is grounded. Raises TableError where there is none at all.
        """
        there, found = False, None
        for place, (stream, head) in enumerate(zip(self._streams, self._heads, strict=True)):
            if head is not None and head[0] == clip_id:
                there, found = True, found or head[1]
                self._heads[place] = next(stream, None)
        if not there:
            raise TableError(f"captions: none at all five levels of the clip {clip_id}; materialize them again")
        return found


def _by_clip(rows: Iterable[pa.RecordBatch], writer: str) -> Iterator[tuple[str, ClipTexts | None]]:
    """The clips that a writer tells at all five levels, in the order of the rows; None where a level is not grounded.

    The rows of a clip stand together.
    """
    own = (
        row
        for some in rows
        for row in some.filter(pc.and_(pc.equal(some["writer"], writer), pc.equal(some["variant"], 0))).to_pylist()
    )
    for clip_id, of_clip in groupby(own, key=lambda row: str(row["clip_id"])):
        by_level = {row["level"]: row for row in of_clip}
        if not set(LEVELS) <= set(by_level):
            continue
        if not all(by_level[level]["grounded"] for level in LEVELS):
            yield clip_id, None
            continue
        left, right, pair = (
            tuple(by_level[level][part] for level in LEVELS) for part in ("left", "right", "interaction")
        )
        yield clip_id, ClipTexts(writer, left, right, pair)
