"""Captions as rows of the registry's table, audited, and back.

What belongs here: captions to record batches, and the texts of a clip from the rows. What does not: writing captions
(`rules`, `llm`), whose they are (`source_texts`), or storing the table.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from handx_core.captioning.audit import CaptionAudit, audit_caption, is_grounded
from handx_core.captioning.clip_truth import clip_truth
from handx_core.captioning.rules import LEVELS, Caption
from handx_core.captioning.writers import Written
from handx_core.columns import batch_of_rows
from handx_core.errors import TableError

TEXT_COLUMNS: Final = ("clip_id", "level", "writer", "variant", "left", "right", "interaction", "grounded")
"""Columns of `captions` that `TextsInOrder` reads."""

Audited = tuple[Written, Mapping[str, Any]]
"""What was written of a clip, and the clip's events, valid against prompts/events.schema.json."""


def captions_batch(written: Iterable[Audited], writer: str, bar: float) -> pa.RecordBatch:
    """Rows of the table `captions`, in order, each caption held against its clip's events.

    bar: the grounding from which a caption counts as grounded (`audit.is_grounded`).
    """
    rows: list[dict[str, Any]] = []
    for of_clip, events in written:
        truth = clip_truth(events)
        for caption in of_clip.captions:
            found = audit_caption(caption, truth)
            rows.append(
                {
                    "clip_id": of_clip.clip_id,
                    **vars(caption),
                    "writer": writer,
                    "model": of_clip.model,
                    "variant": of_clip.variant,
                    "prompt_hash": of_clip.prompt_hash,
                    **_costs(of_clip, caption, writer),
                    "audit": audit_counts(found),
                    "grounding": found.grounding,
                    "grounded": is_grounded(found, bar),
                }
            )
    return batch_of_rows("captions", rows)


def audit_counts(found: CaptionAudit) -> dict[str, Any]:
    """What the column `audit` keeps."""
    return {
        "claims": len(found.claims),
        "true_claims": len(found.claims) - len(found.unsupported),
        "critical": found.critical,
        "critical_told": found.critical - len(found.missing_critical),
        "items": found.items,
        "items_told": found.items - len(found.missing),
        "words": found.words,
        "flags": sorted({flag.kind for flag in found.flags}),
    }


def _costs(written: Written, caption: Caption, writer: str) -> dict[str, Any]:
    """Tokens and USD, on one row of a clip, so that sums over the table are right."""
    if writer != "llm" or caption.level != LEVELS[0]:
        return dict.fromkeys(("tokens_in", "tokens_cached", "tokens_out", "cost_usd"))
    return {**vars(written.usage), "cost_usd": written.cost_usd}


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
