"""Writes clips as HandX's archives store them: two .npz files of pickled dicts, with five levels of text each.

What belongs here: the archives' files, their frame, keys and official split, and how clips are cut for them. What does
not: motion, or the rules that tell it (`handx_core.captioning`), of whose texts these are a rewording.

World: x right, y away from the person, z up; the yaw was removed from the whole take. Some clips are cut from takes
that other sources have too, at other frames and with another residue of yaw: what the split has to notice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from handx_core.captioning.rules import write_captions
from handx_core.skeleton import CLIP_FRAMES, FPS, LEFT, RIGHT, WRIST
from handx_core.synthetic.files import about_vertical, write_json
from handx_core.synthetic.takes import SyntheticSettings, TrueTake, seeded

SPLITS: Final = ("train", "test")

_FIRST_FRAMES: Final = (7, 29)
"""Range of frames by which clips of a copied take are late: our own windows begin with a tracked span."""

_TURN_RAD: Final = 0.15
"""Standard deviation of the yaw that another rule than ours leaves in a copied take."""

_TEST_SHARE: Final = 0.25
_REWORDED: Final = (
    (re.compile(r"\b([Tt]he) (thumb|index|middle|ring|pinky) fingertip\b"), r"\1 tip of the \2 finger"),
    (re.compile(r"\bthe thumb finger\b"), "the thumb"),
    (re.compile(r"\bthroughout\b"), "all the time"),
    (re.compile(r"\bquickly\b"), "fast"),
    (re.compile(r"\bstraighten(s?)\b"), r"stretch\1"),
)


@dataclass(frozen=True)
class ArchiveClip:
    """A clip of an archive.

    split: one of SPLITS. dataset: where it comes from. sequence: as the archive's metadata name it, "" where they do
    not. start: its first frame in the take. motion: (60, 2, 21, 3) float32, metres. left, right, interaction: by level.
    """

    split: str
    dataset: str
    sequence: str
    start: int
    motion: NDArray[np.float32] = field(repr=False)
    left: tuple[str, ...]
    right: tuple[str, ...]
    interaction: tuple[str, ...]


def own_clips(take: TrueTake, settings: SyntheticSettings, n_clips: int) -> list[ArchiveClip]:
    """At most `n_clips` clips of a take that no other source has; the archive's metadata name it."""
    return _cut(take, settings, n_clips, first=0, turn=0.0, sequence=take.recording_id.replace("/", "_"))


def copied_clips(take: TrueTake, settings: SyntheticSettings, n_clips: int) -> list[ArchiveClip]:
    """At most `n_clips` clips of a take that another source has too, cut elsewhere; the archive does not say which."""
    rng = seeded(settings, take.recording_id, "copied clips")
    return _cut(
        take, settings, n_clips, first=int(rng.integers(*_FIRST_FRAMES)), turn=rng.normal(0.0, _TURN_RAD), sequence=""
    )


def write_archive(root: Path, clips: Sequence[ArchiveClip]) -> None:
    """Write both archives and their metadata below HandX's root. Equal clips in equal order give equal bytes.

    A clip whose sequence is told has a key made of that, as in the later release; the others are numbered, as in the
    first one.
    """
    root.mkdir(parents=True, exist_ok=True)
    datasets: dict[str, dict[str, str]] = {split: {} for split in SPLITS}
    metadata: dict[str, dict[str, Any]] = {split: {} for split in SPLITS}
    for split in SPLITS:
        entries: dict[str, Any] = {}
        for clip in (clip for clip in clips if clip.split == split):
            key = f"{clip.sequence}_{clip.start}" if clip.sequence else str(len(entries))
            entries[key] = _entry(clip)
            datasets[split][key] = clip.dataset
            if clip.sequence:
                metadata[split][key] = _metadata(clip, key)
        np.savez(root / f"{split}_can_pos_all_wotextfeat.npz", **entries)
    write_json(root / "handx_to_dataset_source_release.json", datasets)
    write_json(root / "source_metadata.json", metadata)


def archive_motion(take: TrueTake, start: int, turn: float) -> NDArray[np.float32]:
    """(60, 2, 21, 3): a window of a take with the take's mean left-to-right wrist direction `turn` rad beside +x."""
    offsets = (take.joints[:, RIGHT, WRIST] - take.joints[:, LEFT, WRIST])[take.valid.all(axis=1)].mean(axis=0)
    rotation = about_vertical(turn - float(np.arctan2(offsets[1], offsets[0])))
    return (take.joints[start : start + CLIP_FRAMES] @ rotation.T).astype(np.float32)


def _cut(
    take: TrueTake, settings: SyntheticSettings, n_clips: int, *, first: int, turn: float, sequence: str
) -> list[ArchiveClip]:
    """Clips that do not overlap, spread over the take. first: frames from the start of a tracked span to a clip."""
    starts = [
        start
        for begin, end in _tracked_spans(take)
        for start in range(begin + first, end - CLIP_FRAMES + 1, CLIP_FRAMES)
    ]
    chosen = np.unique(np.linspace(0, len(starts) - 1, min(n_clips, len(starts))).round().astype(int))
    is_test = seeded(settings, take.recording_id, "archive split").random() < _TEST_SHARE
    clips = []
    for start in (starts[place] for place in chosen):
        motion = archive_motion(take, start, turn)
        texts = _texts(f"{take.recording_id}/{start}", motion)
        clips.append(ArchiveClip(SPLITS[is_test], take.name.source, sequence, start, motion, *texts))
    return clips


def _tracked_spans(take: TrueTake) -> list[tuple[int, int]]:
    """First frame, and first frame after it, of each span in which both hands are tracked."""
    tracked = np.concatenate([[False], take.valid.all(axis=1), [False]])
    edges = np.flatnonzero(tracked[1:] != tracked[:-1])
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]


def _texts(clip_id: str, motion: NDArray[np.float32]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Left, right and interaction by level: what the rules say of the clip's events, in other words."""
    from handx_core.kinematics.events import extract_events_batch  # compiles code that the other writers need not load

    (events,) = extract_events_batch(motion[None], FPS)
    captions = write_captions(clip_id, events)
    return (
        tuple(_reworded(caption.left) for caption in captions),
        tuple(_reworded(caption.right) for caption in captions),
        tuple(_reworded(caption.interaction) for caption in captions),
    )


def _reworded(text: str) -> str:
    for pattern, other in _REWORDED:
        text = pattern.sub(other, text)
    return f"Here {text[:1].lower()}{text[1:]}"


def _entry(clip: ArchiveClip) -> NDArray[np.object_]:
    """What `np.savez` makes of a dict, made here so that its dtype is explicit."""
    entry = np.empty((), np.object_)
    entry[()] = {
        "motion": clip.motion,
        "left_annotation": list(clip.left),
        "right_annotation": list(clip.right),
        "interaction_annotation": list(clip.interaction),
    }
    return entry


def _metadata(clip: ArchiveClip, key: str) -> dict[str, Any]:
    return {
        "source_dataset": clip.dataset,
        "source_key": key,
        "source_sequence_id": clip.sequence,
        "frame_start": clip.start,
        "frame_end": clip.start + CLIP_FRAMES,
        "license": "synthetic: none",
    }
