"""What can be wrong with a source's events: empty, invalid, miscounted, of other clips, or of other motion than theirs.

What belongs here: finding that, and the fingerprint of the motion that events are of. What does not: finding events
(handx_core.kinematics), what a check says and does (assets/checks.py).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
from jsonschema_rs import Validator, validator_for
from numpy.typing import NDArray

from handx_core.columns import to_numpy
from handx_core.kinematics.event_lists import count_events
from handx_core.skeleton import CLIP_FRAMES, N_JOINTS
from prompts import read_schema

EMPTY: Final = "without any event"
INVALID: Final = "not valid against prompts/events.schema.json"
MISCOUNTED: Final = "with counts that are not those of their events"
MISSING: Final = "kept, but without a row of events"
NOT_KEPT: Final = "with events although no such clip is kept"
OTHER_MOTION: Final = "of other motion than the clip has now"

STALE: Final = (MISSING, NOT_KEPT, OTHER_MOTION)
"""Faults that say that the clips were made anew after the events; the others are faults of the events themselves."""

EVENT_COLUMNS: Final = ("clip_id", "events", "n_events", "n_contacts", "motion_fingerprint")
MOTION_COLUMNS: Final = ("clip_id", "motion_fingerprint")
CLIP_COLUMNS: Final = ("clip_id", "joints", "kept")

SHOWN: Final = 5
"""Clips that are named of each fault."""


_TEXT: Final = 200
"""Characters of what a validator says that are shown; it may quote the whole JSON."""


@dataclass
class EventFaults:
    """What is wrong, by kind of fault: how many clips have it, and the first few with what was found."""

    clips: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, list[str]] = field(default_factory=dict)

    def add(self, fault: str, clip_id: str, found: str = "") -> None:
        """Note a fault of a clip."""
        self.counts[fault] = self.counts.get(fault, 0) + 1
        shown = self.first.setdefault(fault, [])
        if len(shown) < SHOWN:
            shown.append(f"{clip_id} ({found})" if found else clip_id)

    def lines(self) -> list[str]:
        """A line a fault for people: how many clips have it, and which."""
        return [
            f"{count} {'clip' if count == 1 else 'clips'} {fault}: {'; '.join(self.first[fault])}"
            + ("; ..." if count > len(self.first[fault]) else "")
            for fault, count in self.counts.items()
        ]


def motion_fingerprints(joints: NDArray[np.float32]) -> list[str]:
    """Sixteen hex digits of each clip that change with any bit of it. joints: (N, 60, 2, 21, 3), metres."""
    return [hashlib.blake2b(clip.tobytes(), digest_size=8).hexdigest() for clip in joints.astype("<f4", copy=False)]


def faults_of_events(events: Iterable[pa.RecordBatch], clips: Iterable[pa.RecordBatch]) -> EventFaults:
    """Everything that is wrong with the events of a source; every clip is looked at.

    events: batches of `kinematic_events` with EVENT_COLUMNS. clips: of `clips` with CLIP_COLUMNS, read after the
    events. Of both, ids and fingerprints alone are held.
    """
    faults, made_of = EventFaults(), dict[str, str]()
    validator = validator_for(read_schema("events"))
    for batch in events:
        for row in batch.select(list(EVENT_COLUMNS)).to_pylist():
            made_of[row["clip_id"]] = row["motion_fingerprint"]
            _look_at(row, validator, faults)
    _compare(made_of, clips, faults)
    return faults


def faults_of_motion(events: Iterable[pa.RecordBatch], clips: Iterable[pa.RecordBatch]) -> EventFaults:
    """Only whether the events are of these clips and this motion. events: with MOTION_COLUMNS; else as above."""
    faults, made_of = EventFaults(), dict[str, str]()
    for batch in events:
        ids, fingerprints = (batch[name].to_pylist() for name in MOTION_COLUMNS)
        made_of.update(zip(ids, fingerprints, strict=True))
    _compare(made_of, clips, faults)
    return faults


def _look_at(row: Mapping[str, Any], validator: Validator, faults: EventFaults) -> None:
    """What is wrong with one row, whatever its clip is; the first fault alone, since one brings the next."""
    clip_id: str = row["clip_id"]
    faults.clips += 1
    try:
        events = orjson.loads(row["events"])
    except orjson.JSONDecodeError as error:
        return faults.add(INVALID, clip_id, f"no JSON: {error}")
    counts = count_events(events)
    if counts[0] == 0:
        return faults.add(EMPTY, clip_id)
    invalid = next(validator.iter_errors(events), None)
    if invalid:
        return faults.add(INVALID, clip_id, f"{'/'.join(map(str, invalid.instance_path))}: {invalid.message[:_TEXT]}")
    written = (row["n_events"], row["n_contacts"])
    if counts != written:
        text = "{} events, {} contacts"
        faults.add(MISCOUNTED, clip_id, f"written: {text.format(*written)}; found: {text.format(*counts)}")
    return None


def _compare(made_of: dict[str, str], clips: Iterable[pa.RecordBatch], faults: EventFaults) -> None:
    """Whether there are events of exactly the kept clips, and of the motion that they have. Empties made_of."""
    for batch in clips:
        kept = batch.select(list(CLIP_COLUMNS)).filter(batch["kept"])
        joints = to_numpy(kept["joints"], (CLIP_FRAMES, 2, N_JOINTS, 3))
        for clip_id, fingerprint in zip(kept["clip_id"].to_pylist(), motion_fingerprints(joints), strict=True):
            of_events = made_of.pop(clip_id, None)
            if of_events is None:
                faults.add(MISSING, clip_id)
            elif of_events != fingerprint:
                faults.add(OTHER_MOTION, clip_id)
    for clip_id in made_of:
        faults.add(NOT_KEPT, clip_id)
