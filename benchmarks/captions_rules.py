"""The whole table of captions by rules, written and audited: clips a second on one core.

Run as `python benchmarks/captions_rules.py [CLIPS]`. Clips are cut from synthetic takes, and kept by the demo profile's
rules; nothing is held against another implementation, since there is none: the figure that is asked for is a time.
"""

import os
import sys
import time
from collections.abc import Iterator

import numpy as np
import orjson
import pyarrow as pa

CLIPS = 10_000


def events_table(count: int) -> pa.Table:
    """clip_id and events of so many kept clips."""
    from handx_core.curation.intensity import angular_velocity_deg_s, joint_speed_m_s
    from handx_core.kinematics.events import extract_events_batch
    from handx_core.skeleton import CLIP_FRAMES
    from handx_core.synthetic.takes import SyntheticSettings, TakeName, make_take

    def clips() -> Iterator[tuple[str, str]]:
        number = 0
        while True:
            name = TakeName(("gigahands", "hot3d", "h2o", "arctic")[number % 4], number % 3, 1)
            joints = make_take(name, SyntheticSettings(seconds_per_take=34.0, seed=number)).joints
            windows = joints[: len(joints) // CLIP_FRAMES * CLIP_FRAMES].reshape(-1, CLIP_FRAMES, *joints.shape[1:])
            lively = angular_velocity_deg_s(windows).max(axis=-1) >= 3.0
            windows = windows[lively | (joint_speed_m_s(windows) >= 0.03)]
            for place, events in enumerate(extract_events_batch(np.ascontiguousarray(windows))):
                yield f"{name.source}/{number}/{place}", orjson.dumps(events).decode()
            number += 1

    rows = [row for row, _ in zip(clips(), range(count), strict=False)]
    return pa.table({"clip_id": [name for name, _ in rows], "events": [events for _, events in rows]})


def main(count: int) -> None:
    """Print the figure."""
    from handx_core.captioning.audit_set import AuditSums
    from handx_core.captioning.captioned import rules_rows

    table = events_table(count)
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
    print(f"{table.num_rows:,} clips, one core")
    start, busy = time.perf_counter(), time.process_time()
    batches = [*rules_rows(lambda: table.to_batches(max_chunksize=800), 0.7)]
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    print(f"written and audited in {seconds:.1f} s ({busy:.1f} s of processor time), {count / busy:.0f} clips/s")
    sums = AuditSums()
    for rows in batches:
        sums.add(rows)
    for level in sums.results():
        print(
            f"level {level.level}: precision {level.precision:.4f}, contacts and hyperextensions "
            f"{level.critical_recall:.4f}, events {level.event_recall:.3f}, words {level.words:.0f}, "
            f"alike {level.identical:.2%}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CLIPS)
