"""The IO manager in runs of one source, of all sources, and of sources that fail."""

from typing import Any

import dagster as dg
import pytest
from toy import Toy

from assets.partitions import SOURCE_NAMES

BROKEN = "hot3d"
OTHERS = sorted(set(SOURCE_NAMES) - {BROKEN})


def metadata(toy: Toy, asset: str, source: str | None = None) -> dict[str, Any]:
    """The metadata of the last materialization."""
    keys = [source] if source else None
    wanted = dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=keys)
    event = toy.instance.fetch_materializations(wanted, limit=1).records[0].asset_materialization
    assert event is not None
    return {name: value.value for name, value in event.metadata.items()}


def failure(result: dg.ExecuteInProcessResult) -> str:
    """What the run's first failed step said."""
    event = next(event for event in result.all_events if event.is_step_failure)
    error = event.step_failure_data.error
    while error.cause is not None:
        error = error.cause
    return f"{error.message} {event.step_failure_data.user_failure_data or ''}"


def test_one_run_makes_every_partition_and_what_comes_after(toy: Toy) -> None:
    toy.world.clips["h2o"] = ["a", "b"]
    assert toy.rebuild().success
    for source in SOURCE_NAMES:
        assert toy.clips("captions", source) == toy.world.clips[source]
    assert toy.materialized("captions") == set(SOURCE_NAMES)
    statistics = toy.store.handle("dataset_statistics").read().to_pylist()
    assert {row["source"]: row["value"] for row in statistics} == {**dict.fromkeys(SOURCE_NAMES, 1), "h2o": 2}
    assert toy.stale() == set()


def test_each_partition_carries_its_own_figures(toy: Toy) -> None:
    toy.world.clips["h2o"] = ["a", "bad", "b"]
    toy.rebuild()
    figures = {source: metadata(toy, "kinematic_events", source) for source in SOURCE_NAMES}
    assert [figures[source]["dagster/row_count"] for source in ("gigahands", "h2o")] == [1, 2]
    assert [figures[source]["rejected"] for source in ("gigahands", "h2o")] == [0, 1]
    assert figures["h2o"]["content"] != figures["gigahands"]["content"]
    assert figures["h2o"]["seconds"] >= 0
    assert 20 < figures["h2o"]["peak_memory_mb"] < 10_000
    assert metadata(toy, "dataset_statistics")["dagster/row_count"] == len(SOURCE_NAMES)


def test_what_was_not_used_is_a_table_that_goes_with_the_partition(toy: Toy) -> None:
    toy.world.clips["h2o"] = ["bad", "a"]
    toy.rebuild()
    rejected = toy.store.rejected("kinematic_events", "h2o")
    assert [row["path"] for row in rejected.read().to_pylist()] == ["take.json"]
    toy.world.clips["h2o"] = ["a"]
    toy.rebuild()
    assert toy.store.rejected("kinematic_events", "h2o").count == 0


def test_one_source_is_rebuilt_and_no_other_touched(toy: Toy) -> None:
    toy.rebuild()
    before = {source: toy.store.handle("captions", source) for source in OTHERS}
    times = {source: before[source].filesystem.get_file_info(before[source].path).mtime_ns for source in OTHERS}
    toy.world.runs.clear()
    toy.world.clips[BROKEN] = ["new"]
    assert toy.rebuild_source(BROKEN).success
    assert toy.clips("captions", BROKEN) == ["new"]
    assert toy.world.runs == [("kinematic_events", BROKEN), ("captions", BROKEN)]
    assert {s: before[s].filesystem.get_file_info(before[s].path).mtime_ns for s in OTHERS} == times


def test_an_unchanged_rebuild_makes_nothing_stale_and_a_changed_one_does(toy: Toy) -> None:
    toy.rebuild()
    toy.rebuild_source(BROKEN)
    assert toy.stale() == set()
    toy.world.clips[BROKEN] = ["new"]
    toy.rebuild_source(BROKEN)
    assert toy.stale() == {("dataset_statistics", None)}
    toy.rebuild()
    assert toy.stale() == set()


def test_a_source_that_fails_leaves_the_others_written_and_recorded(toy: Toy) -> None:
    toy.world.clips[BROKEN] = ["a", "broken"]
    result = toy.rebuild()
    assert not result.success
    message = failure(result)
    for part in (BROKEN, f"/raw/{BROKEN}/take.json", "found 20", "re-execute this run from failure"):
        assert part in message
    assert toy.materialized("kinematic_events") == set(OTHERS)
    assert [toy.clips("kinematic_events", source) for source in OTHERS] == [[source] for source in OTHERS]
    assert not toy.store.handle("kinematic_events", BROKEN).exists
    assert ("captions", OTHERS[0]) not in toy.world.runs


@pytest.mark.parametrize("rebuilt_before", [False, True])
def test_after_mending_re_execution_from_failure_finishes_the_run(toy: Toy, rebuilt_before: bool) -> None:
    if rebuilt_before:
        toy.rebuild()
    toy.world.clips[BROKEN] = ["broken"]
    failed = toy.rebuild()
    toy.world.clips[BROKEN] = ["mended"]
    toy.world.runs.clear()
    assert toy.again_from_failure(failed).success
    assert ("kinematic_events", BROKEN) in toy.world.runs
    assert toy.clips("captions", BROKEN) == ["mended"]
    assert toy.stale() - {("kinematic_events", BROKEN)} == set()


def test_the_salvaged_sources_do_not_read_as_stale(toy: Toy) -> None:
    toy.world.clips[BROKEN] = ["broken"]
    toy.rebuild()
    stale = toy.stale()
    assert ("kinematic_events", BROKEN) in stale
    assert not {("kinematic_events", source) for source in OTHERS} & stale


def test_a_source_that_was_full_and_is_now_empty_is_an_error_unless_allowed(toy: Toy) -> None:
    toy.rebuild()
    toy.world.clips[BROKEN] = []
    result = toy.rebuild()
    assert not result.success
    assert "allow_emptying" in failure(result)
    assert toy.clips("kinematic_events", BROKEN) == [BROKEN]
    assert toy.rebuild(allow_emptying=True).success
    assert toy.clips("captions", BROKEN) == []


def test_a_source_that_never_had_rows_gives_an_empty_partition(toy: Toy) -> None:
    toy.world.clips[BROKEN] = []
    assert toy.rebuild().success
    assert toy.store.handle("captions", BROKEN).read().schema.equals(toy.store.handle("captions").table.schema)
    assert metadata(toy, "captions", BROKEN)["dagster/row_count"] == 0
