"""New raw data: a sensor that rebuilds the source whose folder changed.

It is off until somebody turns it on in the web UI (Automation), or with `dagster sensor start new_raw_data`. What
belongs here: when to run. What does not: what is run (jobs), or what a folder's version is (assets.recordings).
"""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

import dagster as dg

from assets.partitions import SOURCE_NAMES
from assets.recordings import EMPTY, state_of
from assets.resources import RawData
from pipelines.jobs import source_rebuild

SECONDS_BETWEEN_LOOKS: Final = 120
SETTLED_S: Final = 60.0
"""A folder in which something changed less than so long ago may still be written."""


@dataclass(frozen=True)
class Seen:
    """What the sensor remembers from look to look: versions by source.

    known: what was there at the first look, or has been rebuilt since. waiting: what was newer at the last look.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)


@dg.sensor(
    job=source_rebuild,
    minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Rebuilds just the source whose raw folder changed, once nothing in it changes any more. The first "
    "look only remembers what is there.",
)
def new_raw_data(context: dg.SensorEvaluationContext, raw: dg.ResourceParam[RawData]) -> dg.SensorResult:
    """One run for each source that changed and has settled, named by its version so that nothing runs twice."""
    if not raw.root.is_dir():
        return dg.SensorResult(skip_reason=f"there is no folder {raw.root}: is a disk not mounted?")
    states = {source: state_of(raw.root / source) for source in SOURCE_NAMES}
    versions = {source: state.version for source, state in states.items()}
    if not context.cursor:
        return _result(Seen(known=versions), [], "remembered what is there; the next change will be seen")
    before = Seen(**json.loads(context.cursor))
    # A source that is gone is no news: its partitions stay, and its disk may come back.
    changed = {
        source: version for source, version in versions.items() if version not in (EMPTY, before.known.get(source))
    }
    settled = {
        source: version
        for source, version in changed.items()
        if before.waiting.get(source) == version and not 0.0 <= time.time() - states[source].changed_at < SETTLED_S
    }
    waiting = {source: version for source, version in changed.items() if source not in settled}
    runs = [dg.RunRequest(run_key=f"{source}:{version}", partition_key=source) for source, version in settled.items()]
    told = f"still being written: {', '.join(waiting)}" if waiting else "nothing changed"
    return _result(Seen({**before.known, **settled}, waiting), runs, told)


def _result(seen: Seen, runs: list[dg.RunRequest], otherwise: str) -> dg.SensorResult:
    cursor = json.dumps(asdict(seen))
    return (
        dg.SensorResult(run_requests=runs, cursor=cursor)
        if runs
        else dg.SensorResult(skip_reason=otherwise, cursor=cursor)
    )
