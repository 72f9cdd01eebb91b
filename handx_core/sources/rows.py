"""Recordings to and from rows of the table `recordings`.

What belongs here: that conversion. What does not: reading raw files, or the table's declaration.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa

from handx_core.columns import batch, list_to_numpy, ragged_lists
from handx_core.mocap.marker_set import marker_set_from, marker_set_text
from handx_core.schemas import TABLES
from handx_core.sources.base import Label, Recording, SourceCaption, Take


def recordings_batch(recordings: Sequence[Recording]) -> pa.RecordBatch:
    """A batch of the table `recordings`, one row each. Arrays must be float32, as the payload is."""
    takes = [recording.take for recording in recordings]
    return batch(
        "recordings",
        {
            "recording_id": [take.recording_id for take in takes],
            "subject": [take.subject for take in takes],
            "subject_is_session": [recording.subject_is_session for recording in recordings],
            "session": [take.session for take in takes],
            "kind": [recording.kind for recording in recordings],
            "variant": [recording.variant for recording in recordings],
            "native_fps": [1.0 / float(np.median(np.diff(recording.times))) for recording in recordings],
            "n_frames": [len(recording.times) for recording in recordings],
            "times": ragged_lists([recording.times for recording in recordings], np.float64) if recordings else [],
            "payload": _payload(recordings),
            "marker_set": [r.marker_set and marker_set_text(r.marker_set) for r in recordings],
            "labels": [[asdict(label) for label in take.labels] for take in takes],
            "captions": [[asdict(caption) for caption in recording.captions] for recording in recordings],
            "official_split": [take.official_split for take in takes],
            "licence": [recording.licence for recording in recordings],
            "file": [take.path.as_posix() for take in takes],
            "notes": [list(recording.notes) for recording in recordings],
            "fingerprint": [fingerprint(recording) for recording in recordings],
        },
    )


def recordings_from(rows: pa.RecordBatch) -> list[Recording]:
    """The recordings of a batch of the table, exactly as `recordings_batch` took them."""
    columns = {name: rows.column(name) for name in rows.schema.names}
    return [_recording({name: column[row] for name, column in columns.items()}) for row in range(rows.num_rows)]


def fingerprint(recording: Recording) -> str:
    """Thirty-two hex digits that change whenever a stamp or a value of the payload changes."""
    digest = hashlib.sha256(np.ascontiguousarray(recording.times, "<f8").tobytes())
    for name in sorted(recording.arrays):
        array = np.ascontiguousarray(recording.arrays[name], "<f4")
        digest.update(f"{name}{array.shape}".encode())
        digest.update(array.reshape(-1).data)
    return digest.hexdigest()[:32]


def _payload(recordings: Sequence[Recording]) -> pa.ListArray:
    """The named arrays of all recordings, without a Python object per number."""
    named = [(name, array) for recording in recordings for name, array in sorted(recording.arrays.items())]
    counts = [len(recording.arrays) for recording in recordings]
    if not named:
        return pa.array([[] for _ in counts], TABLES["recordings"].schema.field("payload").type)
    for name, array in named:
        if array.dtype != np.float32:
            raise TypeError(f"{name}: expected float32, found {array.dtype}")
    fields = [
        pa.array([name for name, _ in named], pa.string()),
        pa.array([array.shape for _, array in named], pa.list_(pa.int32())),
        ragged_lists([array.ravel() for _, array in named], np.float32),
    ]
    structs = pa.StructArray.from_arrays(fields, names=["name", "shape", "values"])
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), structs)


def _recording(row: dict[str, pa.Scalar]) -> Recording:
    take = Take(
        recording_id=row["recording_id"].as_py(),
        path=Path(row["file"].as_py()),
        subject=row["subject"].as_py(),
        labels=tuple(Label(**{**label, "paraphrases": tuple(label["paraphrases"])}) for label in row["labels"].as_py()),
        official_split=row["official_split"].as_py(),
        session=row["session"].as_py(),
    )
    marker_set = row["marker_set"].as_py()
    payload = row["payload"].values
    arrays = {
        name.as_py(): list_to_numpy(values).reshape(shape.as_py())
        for name, shape, values in zip(*(payload.field(f) for f in ("name", "shape", "values")), strict=True)
    }
    return Recording(
        take=take,
        kind=row["kind"].as_py(),
        variant=row["variant"].as_py(),
        times=list_to_numpy(row["times"]),
        arrays=arrays,
        licence=row["licence"].as_py(),
        subject_is_session=row["subject_is_session"].as_py(),
        captions=tuple(SourceCaption(**caption) for caption in row["captions"].as_py()),
        marker_set=marker_set_from(marker_set) if marker_set is not None else None,
        notes=tuple(row["notes"].as_py()),
    )
