"""What a dataset holds: sizes, intensity and contact, by source and over all: rows of `dataset_statistics`.

What belongs here: counting and averaging over finished tables. What does not: deciding what is kept.

Contact is that of HandX (CVPR 2026), "dataset contact quality": a frame is in contact when a fingertip of either hand
is nearer than 20 mm to a tip of the other hand, or nearer than 25 mm to one of its other joints. It is measured on
skeletons, where every frame counts once and no contact is cut at the edge of a clip; intensity on the clips kept.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from handx_core import columns
from handx_core.skeleton import CLIP_FRAMES, FPS, LEFT, N_JOINTS, RIGHT, TIPS

TIP_TO_TIP_M: Final = 0.020
TIP_TO_JOINT_M: Final = 0.025
FRAMES_AT_ONCE: Final = 2048
"""Frames whose distances are held in memory together."""

ALL_SOURCES: Final = "all"
LICENCE: Final = "licence: "
"""Metrics that begin so name a licence; their value is how many takes are under it."""

INTENSITY_COLUMNS: Final = (
    ("intensity_angular_left", "deg/s"),
    ("intensity_angular_right", "deg/s"),
    ("intensity_speed", "m/s"),
    ("intensity_spread", "m"),
)
TEXT_COLUMNS: Final = ("left", "right", "interaction")


@dataclass(frozen=True)
class SourceTables:
    """The tables of one source, batch by batch; each is read once, and these columns of it are used.

    recordings: subject, licence. skeletons: joints. clips: skeleton_id, start_frame (ascending in a skeleton), kept,
    reason, intensity_*. captions: left, right, interaction.
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
    clips: int = 0
    clips_kept: int = 0
    frames_kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
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
        figures: list[tuple[str, float | None, str]] = [
            ("takes", self.takes, ""),
            ("subjects", len(self.subjects), ""),
            ("skeletons", self.skeletons, ""),
            ("frames", self.frames, ""),
            ("hours", self.frames / hour, "h"),
            ("clips", self.clips, ""),
            ("clips_kept", self.clips_kept, ""),
            ("hours_kept", self.frames_kept / hour, "h"),
            *((f"clips_dropped: {reason}", number, "") for reason, number in sorted(self.dropped.items())),
            *(
                (name, _ratio(total, self.clips_kept), unit)
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
    """Clips may overlap: of a clip kept, only the frames after the skeleton's last one kept are new."""
    end_of_kept: dict[str, int] = {}
    for batch in clips:
        kept = batch["kept"].to_numpy(zero_copy_only=False)
        counts.clips += len(batch)
        counts.clips_kept += int(kept.sum())
        for column, (name, _) in enumerate(INTENSITY_COLUMNS):
            counts.intensity[column] += batch[name].to_numpy()[kept].sum(dtype=np.float64)
        dropped = batch.filter(pa.array(~kept))
        counts.dropped.update(_category(reason) for reason in dropped["reason"].to_pylist())
        used = batch.filter(batch["kept"])
        for skeleton, start in zip(used["skeleton_id"].to_pylist(), used["start_frame"].to_pylist(), strict=True):
            end = start + CLIP_FRAMES
            counts.frames_kept += end - max(start, end_of_kept.get(skeleton, 0))
            end_of_kept[skeleton] = end


def _category(reason: str | None) -> str:
    """A reason without its figures: what stands before the first colon, bracket or number."""
    return re.split(r"[:(]|\s[\d.-]", reason or "no reason given", maxsplit=1)[0].strip()


def _ratio(above: float, below: float) -> float | None:
    return above / below if below else None
