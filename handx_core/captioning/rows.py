"""Captions as rows of the registry's table, and back.

What belongs here: captions to record batches, which clips a source's own captions are of, and the texts of a clip from
the rows. What does not: writing captions (`rules`) or storing the table.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from handx_core.captioning.rules import LEVELS, RULES_HASH, Caption
from handx_core.columns import batch
from handx_core.errors import TableError
from handx_core.skeleton import CLIP_FRAMES, FPS

RECORDING_COLUMNS: Final = ("recording_id", "n_frames", "native_fps", "captions")
SKELETON_COLUMNS: Final = ("skeleton_id", "recording_id", "start_s", "n_frames")
CLIP_COLUMNS: Final = ("clip_id", "skeleton_id", "start_frame", "kept")
"""Columns of their tables that `source_captions` reads."""

TEXT_COLUMNS: Final = ("clip_id", "level", "writer", "variant", "left", "right", "interaction")
"""Columns of `captions` that `TextsInOrder` reads."""

_HALF_A_FRAME_S: Final = 0.5 / FPS


def captions_batch(
    clip_ids: Sequence[str],
    captions: Sequence[Sequence[Caption]],
    writer: str = "rules",
    model: str = "",
    prompt_hash: str = RULES_HASH,
) -> pa.RecordBatch:
    """Rows of the table `captions`: the captions of each clip, in order. captions: one list a clip, by level."""
    rows = [(clip, caption) for clip, of_clip in zip(clip_ids, captions, strict=True) for caption in of_clip]
    unknown = [None] * len(rows)
    return batch(
        "captions",
        {
            "clip_id": [clip for clip, _ in rows],
            "level": [caption.level for _, caption in rows],
            "writer": [writer] * len(rows),
            "model": [model] * len(rows),
            "variant": [0] * len(rows),
            "left": [caption.left for _, caption in rows],
            "right": [caption.right for _, caption in rows],
            "interaction": [caption.interaction for _, caption in rows],
            "prompt_hash": [prompt_hash] * len(rows),
            "tokens_in": unknown,
            "tokens_cached": unknown,
            "tokens_out": unknown,
            "cost_usd": unknown,
            "grounding": unknown,
        },
    )


def source_captions(
    source: str,
    recordings: Iterable[pa.RecordBatch],
    skeletons: Iterable[pa.RecordBatch],
    clips: Iterable[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """Rows of `captions` for the texts that a source itself brings, its name as their writer.

    Only a kept clip that covers its whole take has them: what is said of a longer take need not hold of a part. The
    tables of the source come batch by batch with the columns named above, and so do the rows.
    """
    clip_of: dict[str, str] | None = None
    for rows in recordings:
        told = rows.filter(pc.greater(pc.list_value_length(rows["captions"]), 0))
        if not told.num_rows:
            continue
        if clip_of is None:  # only now: the ids of a source that brings no captions need not be read
            clip_of = _whole_take_clips(skeletons, clips)
        of_clips = {
            clip_of[row["recording_id"]]: [Caption(**caption) for caption in row["captions"]]
            for row in told.to_pylist()
            if row["recording_id"] in clip_of and _frames_of(row) == CLIP_FRAMES
        }
        if of_clips:
            yield captions_batch(list(of_clips), list(of_clips.values()), writer=source, prompt_hash="")


def _whole_take_clips(skeletons: Iterable[pa.RecordBatch], clips: Iterable[pa.RecordBatch]) -> dict[str, str]:
    """By recording_id the kept clip that holds all of the skeleton which begins with the take."""
    recording_of: dict[str, str] = {}
    for rows in skeletons:
        begins = pc.less(pc.abs(rows["start_s"]), _HALF_A_FRAME_S)
        whole = rows.filter(pc.and_(begins, pc.equal(rows["n_frames"], CLIP_FRAMES)))
        recording_of |= zip(whole["skeleton_id"].to_pylist(), whole["recording_id"].to_pylist(), strict=True)
    clip_of: dict[str, str] = {}
    for rows in clips:
        kept = rows.filter(rows["kept"])
        for clip, skeleton in zip(kept["clip_id"].to_pylist(), kept["skeleton_id"].to_pylist(), strict=True):
            if skeleton in recording_of:
                clip_of[recording_of[skeleton]] = clip
    return clip_of


def _frames_of(recording: Mapping[str, Any]) -> int:
    """Frames that a take is long at the rate of skeletons."""
    return 1 + round((recording["n_frames"] - 1) / recording["native_fps"] * FPS)


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
    writer tells a clip where there is its first variant at all five levels.
    """

    def __init__(self, read: Callable[[], Iterable[pa.RecordBatch]], writers: Sequence[str]) -> None:
        self._streams = [_by_clip(read(), writer) for writer in writers]
        self._heads = [next(stream, None) for stream in self._streams]

    def of(self, clip_id: str) -> ClipTexts:
        """The texts of a clip by the first writer that tells it; clips must be asked for in the order of the table.

        Raises TableError where nobody tells it.
        """
        found: ClipTexts | None = None
        for place, (stream, head) in enumerate(zip(self._streams, self._heads, strict=True)):
            if head is not None and head[0] == clip_id:
                found = found or head[1]
                self._heads[place] = next(stream, None)
        if found is None:
            raise TableError(f"captions: none at all five levels of the clip {clip_id}; materialize them again")
        return found


def _by_clip(rows: Iterable[pa.RecordBatch], writer: str) -> Iterator[tuple[str, ClipTexts]]:
    """The clips that a writer tells, in the order of the rows. The rows of a clip by a writer follow each other."""
    own = (
        row
        for some in rows
        for row in some.filter(pc.and_(pc.equal(some["writer"], writer), pc.equal(some["variant"], 0))).to_pylist()
    )
    for clip_id, of_clip in groupby(own, key=lambda row: str(row["clip_id"])):
        by_level = {row["level"]: row for row in of_clip}
        if set(LEVELS) <= set(by_level):
            left, right, pair = (
                tuple(by_level[level][part] for level in LEVELS) for part in ("left", "right", "interaction")
            )
            yield clip_id, ClipTexts(writer, left, right, pair)
