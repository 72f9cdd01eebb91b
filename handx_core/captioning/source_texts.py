"""What a source itself says of its clips: captions of whole takes, and labels with paraphrases.

What belongs here: which clips they are of. What does not: reading them (handx_core.sources), auditing them (`rows`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from handx_core.captioning.rules import Caption
from handx_core.captioning.writers import Written
from handx_core.skeleton import CLIP_FRAMES, FPS

RECORDING_COLUMNS: Final = ("recording_id", "n_frames", "native_fps", "captions", "labels")
SKELETON_COLUMNS: Final = ("skeleton_id", "recording_id", "start_s", "n_frames")
CLIP_COLUMNS: Final = ("clip_id", "skeleton_id", "start_frame", "kept")
"""Columns of their tables that `source_texts` reads."""

LABEL_LEVEL: Final = 1
"""A label says in one sentence what is done, of both hands together."""

_HALF_A_FRAME_S: Final = 0.5 / FPS


@dataclass(frozen=True)
class _Clip:
    """A kept clip of a take. whole: whether it is all of a skeleton that begins with the take."""

    clip_id: str
    start_s: float
    whole: bool


def source_texts(
    recordings: Iterable[pa.RecordBatch], skeletons: Iterable[pa.RecordBatch], clips: Iterable[pa.RecordBatch]
) -> Iterator[Written]:
    """What a source says of its kept clips, clip by clip in the order of the tables.

    Captions are of the clip that is the whole take, and of no other: what is said of all of a longer take need not hold
    of a part. A label with paraphrases is of each clip that lies within it, as text of both hands at LABEL_LEVEL, the
    label as variant 0. The tables come batch by batch with the columns named above.
    """
    clips_of: dict[str, list[_Clip]] | None = None
    for rows in recordings:
        for row in rows.filter(_says_something(rows)).to_pylist():
            if clips_of is None:  # only now: the ids of a source that says nothing need not be read
                clips_of = _kept_clips(skeletons, clips)
            for clip in clips_of.get(row["recording_id"], ()):
                yield from _texts_of(clip, row)


def _says_something(rows: pa.RecordBatch) -> pa.Array:
    paraphrased = [any(label["paraphrases"] for label in labels) for labels in rows.column("labels").to_pylist()]
    return pc.or_(pc.greater(pc.list_value_length(rows["captions"]), 0), pa.array(paraphrased, pa.bool_()))


def _texts_of(clip: _Clip, recording: Mapping[str, Any]) -> Iterator[Written]:
    if clip.whole and recording["captions"] and _frames_of(recording) == CLIP_FRAMES:
        yield Written(clip.clip_id, tuple(Caption(**caption) for caption in recording["captions"]), "", "")
    end_s = clip.start_s + CLIP_FRAMES / FPS
    for label in recording["labels"]:
        inside = label["start_s"] - _HALF_A_FRAME_S <= clip.start_s and end_s <= label["end_s"] + _HALF_A_FRAME_S
        if inside and label["paraphrases"]:
            for variant, text in enumerate((label["text"], *label["paraphrases"])):
                yield Written(clip.clip_id, (Caption(LABEL_LEVEL, "", "", text),), "", "", variant=variant)
            return  # the first: another one would have the same key


def _kept_clips(skeletons: Iterable[pa.RecordBatch], clips: Iterable[pa.RecordBatch]) -> dict[str, list[_Clip]]:
    """The kept clips by recording_id, in order."""
    cut_from: dict[str, tuple[str, float, bool]] = {}
    for rows in skeletons:
        for row in rows.to_pylist():
            whole = abs(row["start_s"]) < _HALF_A_FRAME_S and row["n_frames"] == CLIP_FRAMES
            cut_from[row["skeleton_id"]] = row["recording_id"], row["start_s"], whole
    found: dict[str, list[_Clip]] = {}
    for rows in clips:
        for row in rows.filter(rows["kept"]).to_pylist():
            recording, start_s, whole = cut_from[row["skeleton_id"]]
            start_s += row["start_frame"] / FPS
            found.setdefault(recording, []).append(_Clip(row["clip_id"], start_s, whole))
    return found


def _frames_of(recording: Mapping[str, Any]) -> int:
    """Frames that a take is long at the rate of skeletons."""
    return 1 + round((recording["n_frames"] - 1) / recording["native_fps"] * FPS)
