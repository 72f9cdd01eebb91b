"""What a dataset holds: sizes, intensity and contact, by source and over all: rows of `dataset_statistics`.

What belongs here: counting and averaging over finished tables. What does not: deciding what is kept.

Contact is that of HandX (CVPR 2026), "dataset contact quality": a frame is in contact when a fingertip of either hand
is nearer than 20 mm to a tip of the other hand, or nearer than 25 mm to one of its other joints. It is measured on
skeletons, where every frame counts once and no contact is cut at the edge of a clip; intensity on the clips kept.
Hours kept, dropped and in no clip are those of all skeletons, divided: each frame is in one of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from handx_core import columns
from handx_core.curation.keeping import KEPT, rule_of
from handx_core.skeleton import CLIP_FRAMES, FPS, LEFT, N_JOINTS, RIGHT, TIPS

TIP_TO_TIP_M: Final = 0.020
TIP_TO_JOINT_M: Final = 0.025
FRAMES_AT_ONCE: Final = 2048
"""Frames whose distances are held in memory together."""

ALL_SOURCES: Final = "all"
CLIPS_DROPPED: Final = "clips_dropped: "
HOURS_DROPPED: Final = "hours_dropped: "
"""Metrics that begin so name what a clip was dropped for."""

LICENCE: Final = "licence: "
"""Metrics that begin so name a licence; their value is how many takes are under it."""

INTENSITY_COLUMNS: Final = (
    ("intensity_angular_left", "deg/s"),
    ("intensity_angular_right", "deg/s"),
    ("intensity_speed", "m/s"),
    ("intensity_spread", "m"),
)
CLIP_COLUMNS: Final = ("skeleton_id", "start_frame", "kept", "reason", *(name for name, _ in INTENSITY_COLUMNS))
TEXT_COLUMNS: Final = ("left", "right", "interaction")


@dataclass(frozen=True)
class SourceTables:
    """The tables of one source, batch by batch; each is read once, and these columns of it are used.

    recordings: subject, licence. skeletons: joints. clips: skeleton_id (those of a skeleton follow each other),
    start_frame, kept, reason, intensity_*. captions: left, right, interaction.
    """

    recordings: Iterable[pa.RecordBatch]
    skeletons: Iterable[pa.RecordBatch]
    clips: Iterable[pa.RecordBatch]
    captions: Iterable[pa.RecordBatch]


def dataset_statistics(sources: Mapping[str, SourceTables]) -> pa.RecordBatch:
    """The table `dataset_statistics`: every figure for each source, in order, then over all of them.

    A mean over nothing is null. Memory does not grow with the tables.
    """
    counts = {source: _count(tables) for source, tables in sources.items()}
    over_all = _Counts()
    for count in counts.values():
        over_all.add(count)
    rows = [row for source, count in {**counts, ALL_SOURCES: over_all}.items() for row in count.rows(source)]
    return columns.batch_of_rows("dataset_statistics", rows)


def in_contact(joints: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether the hands touch, by the definition above. joints: (T, 2, 21, 3), metres -> (T,)."""
    starts = range(0, len(joints), FRAMES_AT_ONCE)
    blocks = [_block_in_contact(joints[start : start + FRAMES_AT_ONCE]) for start in starts]
    return np.concatenate([np.empty(0, np.bool_), *blocks])


def _block_in_contact(joints: NDArray[np.floating]) -> NDArray[np.bool_]:
    limits = np.full(N_JOINTS, TIP_TO_JOINT_M**2)
    limits[list(TIPS)] = TIP_TO_TIP_M**2
    touching = np.zeros(len(joints), np.bool_)
    for hand, other in ((LEFT, RIGHT), (RIGHT, LEFT)):
        between = joints[:, hand, TIPS, None, :] - joints[:, other, None, :, :]
        touching |= (np.einsum("...x,...x", between, between) < limits).any(axis=(1, 2))
    return touching


@dataclass
class _Counts:
    """Sums that can be added up over batches and over sources."""

    takes: int = 0
    subjects: set[str] = field(default_factory=set)
    skeletons: int = 0
    frames: int = 0
    frames_in_contact: int = 0
    contacts: int = 0
    clips: Counter[str] = field(default_factory=Counter)
    frames_of: Counter[str] = field(default_factory=Counter)
    intensity: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(INTENSITY_COLUMNS)))
    texts: int = 0
    licences: Counter[str] = field(default_factory=Counter)

    def add(self, other: "_Counts") -> None:
        """Add another source to this one."""
        for name, value in vars(other).items():
            mine = getattr(self, name)
            setattr(self, name, mine | value if isinstance(mine, set) else mine + value)

    def rows(self, source: str) -> list[dict[str, Any]]:
        """The figures, as rows of the table."""
        hour = 3600 * FPS
        dropped = sorted(set(self.clips) - {KEPT})
        figures: list[tuple[str, float | None, str]] = [
            ("takes", self.takes, ""),
            ("subjects", len(self.subjects), ""),
            ("skeletons", self.skeletons, ""),
            ("frames", self.frames, ""),
            ("hours", self.frames / hour, "h"),
            ("clips", self.clips.total(), ""),
            ("clips_kept", self.clips[KEPT], ""),
            *((f"{CLIPS_DROPPED}{rule}", self.clips[rule], "") for rule in dropped),
            ("hours_kept", self.frames_of[KEPT] / hour, "h"),
            *((f"{HOURS_DROPPED}{rule}", self.frames_of[rule] / hour, "h") for rule in dropped),
            ("hours_in_no_clip", (self.frames - self.frames_of.total()) / hour, "h"),
            *(
                (name, _ratio(total, self.clips[KEPT]), unit)
                for (name, unit), total in zip(INTENSITY_COLUMNS, self.intensity, strict=True)
            ),
            ("contact_ratio", _ratio(self.frames_in_contact, self.frames), ""),
            ("contact_duration", _ratio(self.frames_in_contact / FPS, self.contacts), "s"),
            ("contact_frequency", _ratio(self.contacts * FPS, self.frames), "1/s"),
            ("texts", self.texts, ""),
            *((f"{LICENCE}{licence}", number, "takes") for licence, number in sorted(self.licences.items())),
        ]
        return [
            {"source": source, "metric": name, "value": None if value is None else float(value), "unit": unit}
            for name, value, unit in figures
        ]


def _count(tables: SourceTables) -> _Counts:
    counts = _Counts()
    for batch in tables.recordings:
        counts.takes += len(batch)
        counts.subjects.update(batch["subject"].to_pylist())
        counts.licences.update(batch["licence"].to_pylist())
    for batch in tables.skeletons:
        for joints in batch["joints"]:
            _count_skeleton(counts, columns.list_to_numpy(joints, (2, N_JOINTS, 3)))
    _count_clips(counts, tables.clips)
    for batch in tables.captions:
        counts.texts += sum(text != "" for name in TEXT_COLUMNS for text in batch[name].to_pylist())
    return counts


def _count_skeleton(counts: _Counts, joints: NDArray[np.float32]) -> None:
    touching = in_contact(joints)
    counts.skeletons += 1
    counts.frames += len(joints)
    counts.frames_in_contact += int(touching.sum())
    counts.contacts += int(touching[:1].sum() + (touching[1:] & ~touching[:-1]).sum())


def _count_clips(counts: _Counts, clips: Iterable[pa.RecordBatch]) -> None:
    for _, of_skeleton in groupby(_windows(counts, clips), key=itemgetter(0)):
        _count_windows(counts, [(start, outcome) for _, start, outcome in of_skeleton])


def _windows(counts: _Counts, clips: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, int, str]]:
    """Yield (skeleton, first frame, outcome) of each clip, and add the intensity of those kept to the counts."""
    for batch in clips:
        kept = batch["kept"].to_numpy(zero_copy_only=False)
        for column, (name, _) in enumerate(INTENSITY_COLUMNS):
            counts.intensity[column] += batch[name].to_numpy()[kept].sum(dtype=np.float64)
        reasons = batch["reason"].to_pylist()
        outcomes = [KEPT if keep else rule_of(reason) for keep, reason in zip(kept, reasons, strict=True)]
        yield from zip(batch["skeleton_id"].to_pylist(), batch["start_frame"].to_pylist(), outcomes, strict=True)


def _count_windows(counts: _Counts, windows: Sequence[tuple[int, str]]) -> None:
    """Clips may overlap: each frame counts once, as kept where a clip with it is, else for its first clip's reason."""
    outcomes = (KEPT, *sorted({outcome for _, outcome in windows} - {KEPT}))
    outcome_of = np.full(max(start for start, _ in windows) + CLIP_FRAMES, -1)
    last_wins = sorted(windows, key=lambda window: (window[1] == KEPT, -window[0]))
    for start, outcome in last_wins:
        outcome_of[start : start + CLIP_FRAMES] = outcomes.index(outcome)
    for number, outcome in enumerate(outcomes):
        counts.frames_of[outcome] += int((outcome_of == number).sum())
    counts.clips.update(outcome for _, outcome in windows)


def _ratio(above: float, below: float) -> float | None:
    return above / below if below else None
