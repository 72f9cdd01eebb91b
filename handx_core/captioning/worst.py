"""The captions that the events bear out least, for people to look at.

What belongs here: choosing them from rows of the table `captions`. What does not: showing them (handx_core.viewing).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from handx_core.captioning.rules import Caption

WORST_COLUMNS: Final = ("clip_id", "level", "writer", "model", "left", "right", "interaction", "grounding")
"""Columns of `captions` that `WorstCaptions` reads."""


@dataclass(frozen=True)
class Poor:
    """A caption and how far the events bear it out."""

    source: str
    clip_id: str
    writer: str
    model: str
    caption: Caption
    grounding: float


class WorstCaptions:
    """Keeps the worst captions of each writer while rows stream through, one of a clip."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._worst: dict[tuple[str, str], dict[tuple[str, str], tuple[tuple[float, str], Poor]]] = {}

    def add(self, source: str, rows: pa.RecordBatch) -> None:
        """Take a source's rows in, with WORST_COLUMNS at least."""
        for row in rows.select(list(WORST_COLUMNS)).to_pylist():
            self._add(source, row)

    def results(self) -> list[Poor]:
        """As many as were asked for, of each writer in turn, the worst first."""
        by_writer = [
            [poor for _, poor in sorted(kept.values(), key=lambda entry: entry[0])] for kept in self._worst.values()
        ]
        chosen = list(_in_turn(by_writer))[: self._count]
        return sorted(chosen, key=lambda poor: poor.grounding)

    def _add(self, source: str, row: dict[str, Any]) -> None:
        kept = self._worst.setdefault((row["writer"], row["model"]), {})
        clip = source, row["clip_id"]
        # Of equals, any: by a hash, so that they are not all of the first take.
        rank = row["grounding"], hashlib.blake2b(row["clip_id"].encode(), digest_size=8).hexdigest()
        if clip in kept and kept[clip][0] <= rank:
            return
        if clip not in kept and len(kept) >= self._count:
            last = max(kept, key=lambda other: kept[other][0])
            if kept[last][0] <= rank:
                return
            del kept[last]
        caption = Caption(row["level"], row["left"], row["right"], row["interaction"])
        poor = Poor(source, row["clip_id"], row["writer"], row["model"], caption, row["grounding"])
        kept[clip] = rank, poor


def _in_turn(lists: list[list[Poor]]) -> Iterator[Poor]:
    for place in range(max(map(len, lists), default=0)):
        yield from (of_one[place] for of_one in lists if place < len(of_one))
