"""HoloAssist: both hands as 26 joints by the hand tracking of a HoloLens 2, at the instants of its 30 Hz video.

A take is a session, a folder at any depth with `Export_py/Hands/Left_sync.txt` and `Right_sync.txt`, or, where those
are missing, the recorder's own `Left.txt` and `Right.txt`; see `holoassist_hand_file` for their columns. At the root,
every `*.json` is a list of sessions with labelled events, of which fine and coarse actions are used (narrations and
conversations are not: they are about what is said). Files `{train,val,test}*.txt` outside the sessions list session
names. People are not named: the session stands in for the subject.

Stamps: the ticks, which are exact, count; the seconds, which are rounded, only place the first row in the video. The
two hands are brought together by stamps, nearest within half a frame, never by row number.

A hand is there where any of its flags is set (the order of the flags is not the same in all versions, and none is set
for a hand that is not there), its 21 joints are all valid and not the pose of the row before (rows are the nearest to
the video's instants, so that some repeat; a repeated pose is no frozen hand), and its wrist is not in the world's
origin (a pose that was never filled in). Of a hand that is there, a joint that is not tracked was inferred by the
headset, for seconds where a tool or the other hand hides it: it keeps the headset's place, which is smooth and
plausible, and does not count as measured, so that curation can tell how much of a clip was.

Stored in Recording.arrays (hand axis: left, right; joints: palm, wrist, thumb from the palm out, then index, middle,
ring and pinky from the metacarpal out):
- `joints` (T, 2, 26, 3) m, zero where missing, `present` (T, 2), `joint_valid`, `joint_tracked` (T, 2, 26), `new`
  (T, 2) 0 where the pose is that of the row before
Native frame: metric world of the session, x forward at its start, y left, z up, right-handed.

Evidence: the dataset's README and PyHoloAssist (columns, row order, first empty line ends, axes), psi's exporter
(joint order, NaN for a missing hand, ticks), and readers that others checked on real files (30 Hz, stamps).
"""

import os
import re
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError, Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.skeleton import FPS, WRIST
from handx_core.sources import raw_files
from handx_core.sources.base import FoundTakes, KnownHands, Label, Recording, SourceInfo, Take, TrackedHands
from handx_core.sources.holoassist_hand_file import (
    AS_RECORDED,
    N_JOINTS,
    SYNCED,
    TICKS_PER_SECOND,
    HandTrack,
    read_hand_file,
)

HANDS_FOLDER: Final = Path("Export_py/Hands")

PROJECT_FROM_HOLOLENS: Final = np.array(
    [1, 7, 8, 9, 12, 13, 14, 22, 23, 24, 17, 18, 19, 2, 3, 4, 5, 10, 15, 20, 25], dtype=np.intp
)
"""project = hololens[..., PROJECT_FROM_HOLOLENS, :]: without the palm and the metacarpals of the four fingers."""

SAME_INSTANT_TICKS: Final = round(TICKS_PER_SECOND / FPS / 2)
"""Stamps of the two hands no farther apart than half a frame of the video are one instant."""

_ACTIONS: Final = ("Coarse grained action", "Fine grained action")
_SPLITS: Final = ("train", "val", "test")
"""In rising order of what must be kept: a session in two lists belongs to the later one."""

_SPLIT_FILE: Final = re.compile(rf"({'|'.join(_SPLITS)})[\w.-]*\.txt", re.ASCII)
_NO_WORD: Final = frozenset({"", "none"})
_FILLED_IN_M: Final = 1e-6
_LARGEST_LABELS: Final = 256 * raw_files.MEGABYTE
_LARGEST_LIST: Final = 4 * raw_files.MEGABYTE

INFO: Final = SourceInfo(
    title="HoloAssist",
    download="https://holoassist.github.io",
    licence="CDLA-Permissive-2.0",
    expects=f"session folders such as R007-7July-DSLR, at any depth, each with {HANDS_FOLDER}/Left_sync.txt and "
    "Right_sync.txt; data-annotation-trainval-v1_1.json and the lists of the splits",
    size="219 GB of hand poses, 111 MB of labels; 166 h",
)


class HoloAssist:
    """The reader of HoloAssist sessions."""

    name = "holoassist"
    info = INFO

    def find_takes(self, root: Path, mano: ManoFiles) -> FoundTakes:
        """Every session folder with a folder of hands."""
        sessions, split_files = _walk(root)
        names = {path.name for path in sessions if raw_files.is_plain_name(path.name)}
        labels, rejected = _labels(root, names)
        splits: dict[str, str] = {}
        for path in split_files:
            try:
                splits |= dict.fromkeys(_session_names(root, path), _SPLITS[_split(path)])
            except RawDataError as error:
                rejected.append(Rejection(error.path, "file", error.reason))
        takes = []
        for path in sessions:
            name = path.name
            if name not in names:
                reason = f"expected the plain name of a session, found {name!r:.40}"
                rejected.append(Rejection(str(path), "take", reason))
                continue
            of_take = tuple(
                sorted(set(labels.get(name, ())), key=lambda label: (label.start_s, label.end_s, label.text))
            )
            key = f"holoassist/{name}"
            takes.append(Take(key, path, key, of_take, splits.get(name)))
        return FoundTakes(tuple(sorted(takes, key=lambda take: take.recording_id)), tuple(rejected))

    def read_take(self, root: Path, take: Take) -> Recording:
        """Both hands of a session on one line of time. Raises RawDataError."""
        folder = take.path / HANDS_FOLDER
        names, layouts = ("Left_sync.txt", "Right_sync.txt"), SYNCED
        if not any((root / folder / name).exists() for name in names):
            names, layouts = ("Left.txt", "Right.txt"), AS_RECORDED
        left, right = (read_hand_file(root, folder / name, layouts) for name in names)
        if left.layout != right.layout:
            found = f"expected the columns of the left hand ({left.layout.name}), found {right.layout.name}"
            raise RawDataError(folder / names[1], found)
        rows, ticks = _bring_together(left.ticks, right.ticks)
        if not (rows >= 0).all(axis=1).any():
            raise RawDataError(folder / names[1], "expected stamps as in the left hand's file, found none in common")
        start_s = min((left.ticks[0], left.start_s), (right.ticks[0], right.start_s))[1]
        times = start_s + (ticks - ticks[0]) / TICKS_PER_SECOND
        raw_files.check_stamps(times, folder / names[0])
        arrays = _on_rows((left, right), rows)
        return Recording(
            take.ending_at(float(times[-1] + 1.0 / FPS)),
            "joints",
            left.layout.name,
            times,
            arrays,
            licence=INFO.licence,
            subject_is_session=True,
        )

    def to_hands(self, recording: Recording, known: KnownHands) -> TrackedHands:
        """Project order; z up and away from the person: (-y, x, z) of the session's (x, y, z)."""
        arrays = {name: values[:, :, PROJECT_FROM_HOLOLENS] if values.ndim > 2 else values
                  for name, values in recording.arrays.items()}  # fmt: skip
        joints = arrays["joints"].astype(np.float64)
        filled_in = np.linalg.norm(joints[:, :, WRIST], axis=-1) >= _FILLED_IN_M
        whole = (arrays["joint_valid"] > 0).all(axis=2)
        there = (arrays["present"] > 0) & (arrays["new"] > 0) & whole & filled_in
        joints = joints[..., [1, 0, 2]] * np.array([-1.0, 1.0, 1.0])
        joints[~there] = np.nan
        return TrackedHands(recording.times, joints, there[..., None] & (arrays["joint_tracked"] > 0))


def _walk(root: Path) -> tuple[list[Path], list[Path]]:
    """Session folders, and the lists of splits outside them in the order in which the later one counts."""
    sessions: list[Path] = []
    split_files: list[Path] = []
    for folder, folders, files in os.walk(root):
        path = Path(folder)
        if (path / HANDS_FOLDER).is_dir():
            sessions.append(path.relative_to(root))
            folders.clear()
            continue
        folders.sort()
        split_files += [path.relative_to(root) / name for name in files if _SPLIT_FILE.fullmatch(name)]
    return sorted(sessions), sorted(split_files, key=lambda path: (_split(path), path))


def _split(path: Path) -> int:
    """Number in _SPLITS of a list of sessions."""
    return next(number for number, split in enumerate(_SPLITS) if path.name.startswith(split))


def _session_names(root: Path, path: Path) -> list[str]:
    lines = raw_files.read_bytes(root, path, _LARGEST_LIST).decode("utf-8-sig", "replace").splitlines()
    return [line.strip() for line in lines]


def _bring_together(left: NDArray[np.int64], right: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Rows of each hand by instant, (T, 2), -1 where it has none, and the ticks of the instants, (T,).

    left, right: increasing ticks. The instants are the left hand's and those of the right hand that are farther than
    SAME_INSTANT_TICKS from all of them; where two rows of the right hand are near one instant, the nearer one counts.
    """
    after = np.clip(np.searchsorted(left, right), 1, max(len(left) - 1, 1))
    candidates = np.stack([after - 1, np.minimum(after, len(left) - 1)])
    distances = np.abs(left[candidates] - right)
    nearest = np.take_along_axis(candidates, distances.argmin(axis=0)[None], axis=0)[0]
    distance = distances.min(axis=0)
    alone = distance > SAME_INSTANT_TICKS
    ticks = np.sort(np.concatenate([left, right[alone]]))
    rows = np.full((len(ticks), 2), -1, np.intp)
    rows[np.searchsorted(ticks, left), 0] = np.arange(len(left))
    rows[np.searchsorted(ticks, right[alone]), 1] = np.flatnonzero(alone)
    farthest_first = np.flatnonzero(~alone)[np.argsort(-distance[~alone], kind="stable")]
    rows[np.searchsorted(ticks, left[nearest[farthest_first]]), 1] = farthest_first  # the last one written stays
    return rows, ticks


def _on_rows(tracks: tuple[HandTrack, HandTrack], rows: NDArray[np.intp]) -> dict[str, NDArray[np.float32]]:
    """The arrays of a recording: both hands at the same instants, zeros where a hand has no row."""
    shapes = {
        "joints": (N_JOINTS, 3),
        "present": (),
        "joint_valid": (N_JOINTS,),
        "joint_tracked": (N_JOINTS,),
        "new": (),
    }
    arrays = {name: np.zeros((len(rows), 2, *shape), np.float32) for name, shape in shapes.items()}
    for hand, track in enumerate(tracks):
        has_row = rows[:, hand] >= 0
        which = rows[has_row, hand]
        arrays["joints"][has_row, hand] = track.positions[which]
        for name in ("present", "joint_valid", "joint_tracked", "new"):
            arrays[name][has_row, hand] = getattr(track, name)[which]
    return arrays


def _labels(root: Path, sessions: set[str]) -> tuple[dict[str, list[Label]], list[Rejection]]:
    """Labels of these sessions, and what is wrong with the files of labels or with single entries of them."""
    labels: dict[str, list[Label]] = {}
    rejected: list[Rejection] = []
    for path in sorted(file.relative_to(root) for file in root.glob("*.json") if file.is_file()):
        faults: list[str] = []
        try:
            entries = raw_files.read_json(root, path, _LARGEST_LABELS)
            if not isinstance(entries, list):
                raise RawDataError(path, f"expected a list of sessions, found {type(entries).__name__}")
        except RawDataError as error:
            rejected.append(Rejection(str(path), "file", error.reason))
            continue
        for number, entry in enumerate(entries):
            name, events = _entry(entry)
            if name is None or events is None:
                faults.append(f"entry {number}: expected video_name and a list of events")
            elif name in sessions:
                for event in events:
                    try:
                        labels.setdefault(name, []).extend(_labels_of_event(event, path, name))
                    except RawDataError as error:
                        faults.append(error.reason)
        if faults:
            rejected.append(Rejection(str(path), "file", f"{len(faults)} unusable entries, the first: {faults[0]}"))
    return labels, rejected


def _entry(entry: Any) -> tuple[str | None, list[Any] | None]:
    """Session and events of an entry, None where they are not what they must be."""
    fields = entry if isinstance(entry, dict) else {}
    name, events = fields.get("video_name"), fields.get("events")
    return name if isinstance(name, str) else None, events if isinstance(events, list) else None


def _labels_of_event(event: Any, path: Path, session: str) -> list[Label]:
    """The label of an action, none of another event or of an action without words."""
    fields = raw_files.mapping(event, path, f"event of {session:.40}")
    if fields.get("label") not in _ACTIONS:
        return []
    start, end, attributes = fields.get("start"), fields.get("end"), fields.get("attributes")
    if not isinstance(start, int | float) or not isinstance(end, int | float) or not isinstance(attributes, dict):
        raise RawDataError(path, f"{session:.40}: expected start and end, seconds, and attributes of an action")
    if not 0.0 <= start < end:
        raise RawDataError(
            path, f"{session:.40}: expected an action that starts before it ends, found {start} to {end}"
        )
    text = _text(attributes)
    return [Label(float(start), float(end), text)] if text else []


def _text(attributes: dict[str, Any]) -> str:
    """The sentence of an action, or else its verb, adjective, noun and adverbial; "" where there are none."""

    def word(name: str) -> str:
        value = attributes.get(name)
        found = value.replace("_", " ").strip() if isinstance(value, str) else ""
        return "" if found.lower() in _NO_WORD else found

    return word("Action sentence") or " ".join(filter(None, map(word, ("Verb", "Adjective", "Noun", "adverbial"))))
