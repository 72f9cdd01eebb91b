"""Events and clips of synthetic motion as batches of their tables, for tests that break them."""

import functools
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from handx_core.curation.clips import cut_clips
from handx_core.curation.event_faults import motion_fingerprints
from handx_core.curation.quality import Quality
from handx_core.curation.rows import clips_batch
from handx_core.curation.settings import CurationSettings
from handx_core.curation.skeletons import Skeleton
from handx_core.kinematics.event_lists import count_events
from handx_core.kinematics.events import extract_events_batch
from handx_core.synthetic.takes import SyntheticSettings, list_takes, make_take

Row = dict[str, Any]


@functools.cache
def skeleton(seed: int = 0) -> Skeleton:
    """Six seconds of a synthetic take, all of it measured; seed: which take."""
    made = SyntheticSettings(seconds_per_take=8.0)
    joints = make_take(list_takes("h2o", made)[seed], made).joints[:180].astype(np.float32)
    quality = Quality(0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    return Skeleton("h2o/t/0", "h2o/t", 0.0, "h2o/p", None, joints, np.ones(joints.shape[:3], bool), quality)


@functools.cache
def clips() -> pa.RecordBatch:
    """Five clips, of which the third is not kept."""
    rows = clips_batch(cut_clips([skeleton()], CurationSettings()))
    kept = pa.array([index != 2 for index in range(len(rows))])
    return rows.set_column(rows.schema.get_field_index("kept"), rows.schema.field("kept"), kept)


def event_rows() -> list[Row]:
    """Rows of `kinematic_events` as they should be, to be changed at will."""
    kept = clips().filter(clips()["kept"])
    joints = np.array(kept["joints"].flatten()).reshape(-1, 60, 2, 21, 3)
    rows = []
    for clip_id, events, fingerprint in zip(
        kept["clip_id"].to_pylist(), extract_events_batch(joints), motion_fingerprints(joints), strict=True
    ):
        n_events, n_contacts = count_events(events)
        text = orjson.dumps(events).decode()
        rows.append(
            {"clip_id": clip_id, "events": text, "n_events": n_events, "n_contacts": n_contacts}
            | {"motion_fingerprint": fingerprint}
        )
    return rows
