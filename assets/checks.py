"""What must hold of the tables, and what should.

A blocking check stops what comes after. Checks of partitioned assets look only at the partitions of their own run:
one source's bad partition must not block another's rebuild. What belongs here: checks. What does not: how a violation
is found where that takes more than a comparison (handx_core.curation).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
import pyarrow as pa

from assets.clips import clips
from assets.events import kinematic_events
from assets.motion_dataset import dataset_split, kept_clips
from assets.partitions import SOURCE_NAMES
from assets.profile import Profile
from assets.recordings import raw_files, recordings
from assets.resources import RawData
from assets.skeletons import skeletons, subject_hands
from assets.storage import TableHandle, TableStore
from handx_core.curation.settings import CurationSettings
from handx_core.curation.splits import SplitSettings, split_violations
from handx_core.errors import RawDataError
from handx_core.hand_models.mano import ManoFiles
from handx_core.schemas import TABLES
from handx_core.sources import SourceSettings, readers
from handx_core.sources.base import Source

if TYPE_CHECKING:  # it needs jsonschema, which no run has to wait for
    from handx_core.curation.event_faults import EventFaults

MOST_REJECTED: Final = 0.05
"""Share of a source's files that may be rejected without anybody looking."""

_SHOWN_FAULTS: Final = 10

_EVENTS_AND_AFTER: Final = 'key:"kinematic_events" or key:"captions"'
"""What is made of a source's clips, as the command line selects it."""

_STAGES_BEHIND_A_SPLIT: Final = ("clips", "skeletons", "recordings")


def table_check(asset: dg.AssetsDefinition) -> dg.AssetChecksDefinition:
    """The blocking check that a table keeps to its schema, and that its key is unique."""
    table = TABLES[asset.key.path[-1]]

    @dg.asset_check(
        asset=asset,
        name="keeps_to_its_schema",
        blocking=True,
        description="The columns and types are the registry's"
        + (f", and {', '.join(table.key)} {'are' if len(table.key) > 1 else 'is'} unique." if table.key else "."),
    )
    def keeps_to_its_schema(
        context: dg.AssetCheckExecutionContext, tables: dg.ResourceParam[TableStore]
    ) -> dg.AssetCheckResult:
        if not table.by_source:
            handles = {table.name: tables.handle(table.name)}
        else:
            sources = _sources_of_run(context) if asset.partitions_def else SOURCE_NAMES
            handles = {source: tables.handle(table.name, source) for source in sources}
        faults = {name: fault for name, handle in handles.items() if (fault := schema_fault(handle))}
        if not faults and (repeated := repeated_keys(handles.values())):
            faults["all"] = f"not unique: {', '.join(map(str, repeated[:5]))}"
        return dg.AssetCheckResult(passed=not faults, metadata=faults or {"looked_at": ", ".join(handles)})

    return keeps_to_its_schema


@dg.asset_check(
    asset=raw_files.key,
    description="Every source's raw files are there, and can be used as far as their names tell. Reads no motion, so "
    "that it shows within seconds what hours of work would find.",
)
def raw_files_found(
    raw: dg.ResourceParam[RawData], mano: dg.ResourceParam[ManoFiles], profile: dg.ResourceParam[Profile]
) -> dg.AssetCheckResult:
    """What was found of each source, what is missing, and where to get it."""
    sources = readers(profile.section(SourceSettings, "sources"))
    found = [found_of(source, reader, raw, mano) for source, reader in sources.items()]
    return dg.AssetCheckResult(
        passed=all(not record["missing or rejected"] for record in found),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "takes": sum(int(record["takes"]) for record in found),
            "found": dg.MetadataValue.table([dg.TableRecord(record) for record in found]),
        },
    )


@dg.asset_check(
    asset=recordings,
    description=f"At most {MOST_REJECTED:.0%} of a source's files could not be used.",
)
def few_files_rejected(
    context: dg.AssetCheckExecutionContext, tables: dg.ResourceParam[TableStore]
) -> dg.AssetCheckResult:
    """Whether few of each source's files were rejected."""
    shares = {source: rejected_share(tables, source) for source in _sources_of_run(context)}
    return dg.AssetCheckResult(
        passed=all(share <= MOST_REJECTED for share in shares.values()),
        severity=dg.AssetCheckSeverity.WARN,
        metadata=dict(shares),
    )


@dg.asset_check(
    asset=subject_hands,
    description="Hands with markers were calibrated from movement: where a session does not show what an angle can do, "
    "the usual hand fills in, and lengths are less exact. docs/optical_capture.md has the routine that shows all.",
)
def calibrated_from_movement(
    context: dg.AssetCheckExecutionContext, tables: dg.ResourceParam[TableStore]
) -> dg.AssetCheckResult:
    """Which hands were solved with the prior, and what motion was missing."""
    rows = (
        row
        for source in _sources_of_run(context)
        for row in tables.handle("subject_hands", source).read(["session", "hand", "missing"]).to_pylist()
    )
    missing = {f"{row['session']}, {row['hand']}": ", ".join(row["missing"]) for row in rows if row["missing"]}
    return _noted(missing, "hand", "missing motion")


@dg.asset_check(
    asset=skeletons,
    description="Markers are where the solved hands have them, in the median frame of each take to within curation."
    "max_marker_residual_m: farther off, a marker moved, sits elsewhere, or bears another's label.",
)
def markers_fit_hands(
    context: dg.AssetCheckExecutionContext, tables: dg.ResourceParam[TableStore], profile: dg.ResourceParam[Profile]
) -> dg.AssetCheckResult:
    """Which takes have markers that are farther from the solved hands than they should be."""
    largest = profile.section(CurationSettings, "curation").max_marker_residual_m
    rows = (
        row
        for source in _sources_of_run(context)
        for row in tables.handle("skeletons", source).read(["skeleton_id", "quality"]).to_pylist()
    )
    found = {row["skeleton_id"]: row["quality"]["marker_residual_m"] for row in rows}
    bad = {name: f"{1e3 * off:.2f} mm" for name, off in found.items() if off is not None and off > largest}
    return _noted(bad, "skeleton", "markers are off by")


@dg.asset_check(
    asset=kinematic_events,
    blocking=True,
    description="Every kept clip has events and no other has; they are valid against prompts/events.schema.json, as "
    "many as their columns say, and of the motion that the clip has now. Looks at every clip.",
)
def events_fit_their_clips(
    context: dg.AssetCheckExecutionContext, tables: dg.ResourceParam[TableStore]
) -> dg.AssetCheckResult:
    """Which clips have faulty events, and what to do."""
    from handx_core.curation.event_faults import CLIP_COLUMNS, EVENT_COLUMNS, faults_of_events

    faults = {
        source: faults_of_events(
            tables.handle("kinematic_events", source).batches(EVENT_COLUMNS),
            tables.handle("clips", source).batches(CLIP_COLUMNS),
        )
        for source in _sources_of_run(context)
        if tables.handle("kinematic_events", source).exists
    }
    return events_result(faults, blocking=True)


@dg.asset_check(
    asset=clips,
    description="The events that there are were found in the motion that the clips have now: not so where clips were "
    "made anew without their events. Where a run makes both, there is nothing to ask: the events' own check follows.",
)
def events_follow_their_clips(
    context: dg.AssetCheckExecutionContext, tables: dg.ResourceParam[TableStore]
) -> dg.AssetCheckResult:
    """Which clips have events of before, and what to do."""
    from handx_core.curation.event_faults import CLIP_COLUMNS, MOTION_COLUMNS, faults_of_motion

    if kinematic_events.key in context.job_def.asset_layer.selected_asset_keys:
        return dg.AssetCheckResult(passed=True, description="The run makes the events too.")
    handles = {source: tables.handle("kinematic_events", source) for source in _sources_of_run(context)}
    faults = {
        source: faults_of_motion(handle.batches(MOTION_COLUMNS), tables.handle("clips", source).batches(CLIP_COLUMNS))
        for source, handle in handles.items()
        if handle.exists and not schema_fault(handle)
    }
    return events_result(faults, blocking=False)


def events_result(faults: Mapping[str, "EventFaults"], *, blocking: bool) -> dg.AssetCheckResult:
    """What is wrong with the events of each source, by clip, and what to do."""
    from handx_core.curation.event_faults import STALE

    lines = [f"{source}: {line}" for source, of_source in faults.items() for line in of_source.lines()]
    wrong = [source for source, of_source in faults.items() if of_source.counts]
    kinds = {kind for of_source in faults.values() for kind in of_source.counts}
    stale = [source for source in wrong if set(faults[source].counts) & set(STALE)]
    if stale:
        lines.append("Their clips were made anew after the events. To make the events of these clips, run")
        lines += [
            f"`dagster asset materialize --select '{_EVENTS_AND_AFTER}' --partition {source}`" for source in stale
        ]
    if kinds - set(STALE):
        lines.append(
            "Materialize `kinematic_events` of the source again. Faults that come back are of the code that finds "
            "events (`handx_core/kinematics`), or of another version of `prompts/events.schema.json`."
        )
    return dg.AssetCheckResult(
        passed=not wrong,
        severity=dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN,
        description="\n".join(f"- {line}" for line in lines) or None,  # the web UI reads it as Markdown
        metadata={
            "faults": sum(sum(of_source.counts.values()) for of_source in faults.values()),
            **{source: sum(of_source.counts.values()) for source, of_source in faults.items()},
        },
    )


def _noted(faults: Mapping[str, str], what: str, fault: str) -> dg.AssetCheckResult:
    """A warning that lists the first faults, by what they are of."""
    first = [dg.TableRecord({what: name, fault: text}) for name, text in list(faults.items())[:_SHOWN_FAULTS]]
    metadata: dict[str, Any] = {"found": len(faults)}
    return dg.AssetCheckResult(
        passed=not faults,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=metadata | ({"first": dg.MetadataValue.table(first)} if first else {}),
    )


@dg.asset_check(
    asset=dataset_split,
    blocking=True,
    description="No subject and no near-identical motion is on two sides of the split (official protocols aside).",
)
def no_motion_on_two_sides(
    tables: dg.ResourceParam[TableStore], profile: dg.ResourceParam[Profile]
) -> dg.AssetCheckResult:
    """Whether the split keeps its rule, proven anew from the clips."""
    of_stage = ({source: tables.handle(stage, source) for source in SOURCE_NAMES} for stage in _STAGES_BEHIND_A_SPLIT)
    kept = kept_clips(*of_stage)
    written = tables.handle("dataset_split").read(["clip_id", "split"])
    side_of = dict(zip(written["clip_id"].to_pylist(), written["split"].to_pylist(), strict=True))
    breaches = split_violations(
        kept.clip_ids,
        kept.subjects,
        kept.official,
        [side_of.get(clip, "none") for clip in kept.clip_ids],
        kept.joints,
        profile.section(SplitSettings, "split"),
    )
    found: dict[str, Any] = {"breaches": len(breaches), "first": "\n".join(breaches[:10])}
    return dg.AssetCheckResult(passed=not breaches, metadata=found)


def found_of(source: str, reader: Source, raw: RawData, mano: ManoFiles) -> dict[str, str | int]:
    """A line for people: takes and subjects of a source, and what is missing or cannot be used."""
    line: dict[str, str | int] = {"source": source, "takes": 0, "subjects": 0, "missing or rejected": ""}
    try:
        folder = raw.folder(source)
        if folder is None:
            return {**line, "missing or rejected": raw.how_to_obtain(source)}
        found = reader.find_takes(folder, mano)
    except RawDataError as error:
        return {**line, "missing or rejected": str(error)}
    faults = [f"{rejection.path}: {rejection.reason}" for rejection in found.rejected]
    if not found.takes and not faults:
        faults = [f"no take in {folder}; expected {reader.info.expects}"]
    shown = faults[:_SHOWN_FAULTS] + (
        [f"and {len(faults) - _SHOWN_FAULTS} more"] if len(faults) > _SHOWN_FAULTS else []
    )
    subjects = len({take.subject for take in found.takes})
    return {**line, "takes": len(found.takes), "subjects": subjects, "missing or rejected": "\n".join(shown)}


def schema_fault(handle: TableHandle) -> str | None:
    """What is wrong with the columns of a table on disk, if anything."""
    if not handle.exists:
        return f"{handle.path} is missing"
    if not handle.schema.equals(handle.table.schema):
        return f"{handle.path} has the columns\n{handle.schema.remove_metadata()}"
    return None


def repeated_keys(handles: Iterable[TableHandle]) -> list[tuple[Any, ...]]:
    """Values of the table's key that more than one row has, in any of the partitions."""
    handles = list(handles)
    key = list(handles[0].table.key)
    if not key:
        return []
    rows = pa.concat_tables(handle.read(key).replace_schema_metadata(None) for handle in handles)
    counts = rows.group_by(key).aggregate([([], "count_all")])
    repeated = counts.filter(pa.compute.greater(counts["count_all"], 1)).select(key)
    return [tuple(row.values()) for row in repeated.to_pylist()]


def rejected_share(tables: TableStore, source: str) -> float:
    """Share of a source's raw files that were rejected."""
    rejected = tables.rejected("recordings", source)
    n_rejected = rejected.read(["what"])["what"].to_pylist().count("file") if rejected.exists else 0
    n_read = tables.handle("recordings", source).count
    return n_rejected / max(n_rejected + n_read, 1)


def _sources_of_run(context: dg.AssetCheckExecutionContext) -> list[str]:
    """The partitions of the run; all where it has none, as where a check alone is executed from the web UI."""
    run = context.op_execution_context
    return sorted(run.partition_keys if run.has_partitions else SOURCE_NAMES)
