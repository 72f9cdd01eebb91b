"""The whole lineage on tiny data: what it makes, what it makes again, and what it does with bad input."""

import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import datasets
import duckdb
import pandas as pd
import pyarrow.dataset as ds
import pytest
from tiny import TABLE_NAMES, Tiny

from assets.partitions import SOURCE_NAMES
from handx_core.schemas import TABLES
from handx_core.training.data import MotionTextDataset


def failure(result: dg.ExecuteInProcessResult) -> str:
    """What the run's first failed step said."""
    error = next(event for event in result.all_events if event.is_step_failure).step_failure_data.error
    while error.cause is not None:
        error = error.cause
    return str(error.message)


def passed(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    """By asset and name, whether each check of the run passed."""
    return {
        f"{check.asset_key.to_user_string()}/{check.check_name}": check.passed
        for check in result.get_asset_check_evaluations()
    }


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_every_table_reads_with_pandas_arrow_and_duckdb(tiny: Tiny, name: str) -> None:
    folder = f"{tiny.store.root}/{name}"
    frame = pd.read_parquet(folder)
    assert len(frame)
    assert ds.dataset(folder, partitioning="hive").count_rows() == len(frame)
    found = duckdb.sql(f"select count(*) from read_parquet('{folder}/**/*.parquet', hive_partitioning = true)")
    assert found.fetchall() == [(len(frame),)]
    if TABLES[name].by_source:
        assert set(frame["source"].astype(str)) == set(SOURCE_NAMES)


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_nothing_but_tables_lies_in_the_folders_of_tables(tiny: Tiny, name: str) -> None:
    files = [path.name for path in Path(tiny.store.root, name).rglob("*") if path.is_file()]
    assert set(files) == {"part-0.parquet"}


def test_the_dataset_loads_as_its_card_says(tiny: Tiny) -> None:
    folder = f"{tiny.store.root}/motion_dataset"
    rows = datasets.load_dataset("parquet", data_dir=folder, split="train", cache_dir=str(tiny.folder / "cache"))
    assert {clip.split("/")[0] for clip in rows["clip_id"]} == set(SOURCE_NAMES)
    assert len(rows[0]["left"]) == 5
    sides = {side: len(MotionTextDataset(folder, side)) for side in ("train", "val", "test")}
    assert sum(sides.values()) == len(rows)
    card = Path(tiny.store.root, "files/motion_dataset/README.md").read_text()
    counts = dict.fromkeys(sides, 0)
    for line in card.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] in SOURCE_NAMES:
            for side, cell in zip(counts, cells[1:4], strict=True):
                counts[side] += int(cell)
    assert counts == sides


def test_every_kept_clip_goes_all_the_way(tiny: Tiny) -> None:
    clips = pd.read_parquet(f"{tiny.store.root}/clips", columns=["clip_id", "kept"])
    kept = set(clips[clips["kept"]]["clip_id"])
    for name in ("kinematic_events", "captions", "dataset_split", "motion_dataset", "motion_tokens"):
        assert set(pd.read_parquet(f"{tiny.store.root}/{name}")["clip_id"]) == kept


def test_the_benchmark_has_its_baselines_and_both_generators(tiny: Tiny) -> None:
    rows = pd.read_parquet(f"{tiny.store.root}/benchmark")
    generators = set(rows["generator"])
    assert {"real", "chance", "reconstruction"} < generators
    assert {name.split(" g=")[0] for name in generators} >= {"autoregressive", "diffusion"}
    real = rows[rows["generator"] == "real"].set_index("metric")["value"]
    assert real["fid"] == pytest.approx(0.0, abs=1e-6)
    page = Path(tiny.store.root, "files/benchmark_report/report.html").read_text()
    assert "synthetic" in page.lower()
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_metadata_is_what_people_look_at(tiny: Tiny) -> None:
    with dg.DagsterInstance.from_config(str(tiny.home)) as instance:

        def metadata(asset: str, source: str | None = None) -> dict[str, Any]:
            wanted = dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=[source] if source else None)
            event = instance.fetch_materializations(wanted, limit=1).records[0].asset_materialization
            assert event is not None
            return {name: value.value for name, value in event.metadata.items()}

        for source in SOURCE_NAMES:
            assert metadata("clips", source)["dagster/row_count"] == tiny.store.handle("clips", source).count
            assert metadata("clips", source)["picture"].startswith("![picture](data:image/png;base64,")
            assert metadata("kinematic_events", source)["timeline"].startswith("![timeline]")
            assert "| 5 |" in metadata("captions", source)["sample"]
        assert metadata("tokenizer")["curves"].startswith("![curves]")
        assert "chance" in metadata("benchmark")["table"]
        # Metadata lives in sqlite: no picture may be large.
        assert max(len(metadata("clips", source)["picture"]) for source in SOURCE_NAMES) < 70_000


def test_a_second_rebuild_gives_the_same_tables(own_tiny: Tiny) -> None:
    before = own_tiny.contents()
    shutil.rmtree(own_tiny.folder / "data")
    assert own_tiny.run("full_rebuild").success
    assert own_tiny.contents() == before
    by_source = [name for name in TABLE_NAMES if TABLES[name].by_source and name != "motion_dataset"]
    assert len(before) == len(SOURCE_NAMES) * len(by_source) + len(TABLE_NAMES) - len(by_source)


def test_rebuilding_a_source_touches_its_partitions_alone(own_tiny: Tiny) -> None:
    before, contents = own_tiny.modified(), own_tiny.contents()
    assert own_tiny.run("source_rebuild", partition_key="h2o").success
    after = own_tiny.modified()
    touched = {path for path in after if after[path] != before.get(path)}
    assert touched
    assert all("source=h2o" in path and "motion_dataset" not in path for path in touched)
    assert own_tiny.contents() == contents


def test_what_trains_and_measures_runs_on_the_dataset_that_is_there(own_tiny: Tiny) -> None:
    before, contents = own_tiny.modified(), own_tiny.contents()
    assert own_tiny.run("train_and_evaluate").success
    touched = {path.split("/")[0] for path, time in own_tiny.modified().items() if time != before[path]}
    assert "benchmark" in touched
    assert not touched & {"recordings", "skeletons", "clips", "kinematic_events", "captions"}
    assert own_tiny.contents() == contents


def test_every_check_passes_on_good_data(own_tiny: Tiny) -> None:
    found = passed(own_tiny.run("source_rebuild", partition_key="hot3d"))
    assert found["recordings/few_files_rejected"]
    assert all(found.values())


def test_a_broken_file_is_rejected_and_told_of_and_sinks_nothing(own_tiny: Tiny) -> None:
    victim = next(own_tiny.raw.glob("hot3d/**/umetrack_hand_pose_trajectory.jsonl"))
    victim.write_bytes(b"garbage")
    before = own_tiny.store.handle("recordings", "hot3d").count
    result = own_tiny.run("source_rebuild", partition_key="hot3d")
    assert result.success
    assert own_tiny.store.handle("recordings", "hot3d").count == before - 1
    rejected = own_tiny.store.rejected("recordings", "hot3d").read().to_pylist()
    assert any(victim.name in row["path"] for row in rejected)
    assert not passed(result)["recordings/few_files_rejected"]


def test_a_source_without_raw_data_gives_an_empty_partition(own_tiny: Tiny) -> None:
    shutil.rmtree(own_tiny.raw / "h2o")
    shutil.rmtree(own_tiny.folder / "data")
    result = own_tiny.run("source_rebuild", partition_key="h2o")
    assert result.success
    for stage in ("recordings", "captions"):
        assert own_tiny.store.handle(stage, "h2o").count == 0
        assert own_tiny.store.handle(stage, "h2o").schema.equals(TABLES[stage].schema)


def test_a_source_that_was_full_and_is_gone_keeps_what_it_had(own_tiny: Tiny) -> None:
    shutil.rmtree(own_tiny.raw / "h2o")
    rows = own_tiny.store.handle("recordings", "h2o").count
    result = own_tiny.run("source_rebuild", partition_key="h2o")
    assert not result.success
    assert "allow_emptying" in failure(result)
    assert own_tiny.store.handle("recordings", "h2o").count == rows


def test_a_missing_raw_root_is_named(own_tiny: Tiny) -> None:
    shutil.rmtree(own_tiny.raw)
    result = own_tiny.run("source_rebuild", partition_key="h2o")
    assert not result.success
    assert "set HANDX_RAW" in failure(result)
    assert str(own_tiny.raw) in failure(result)


def test_a_source_that_fails_whole_does_not_keep_the_others_back(own_tiny: Tiny) -> None:
    shutil.rmtree(own_tiny.raw / "h2o")
    (own_tiny.raw / "h2o").write_text("a file where a folder should be")
    shutil.rmtree(own_tiny.folder / "data")
    with dg.DagsterInstance.ephemeral() as instance:
        recordings = dg.AssetKey("recordings")
        job = own_tiny.definitions().resolve_implicit_global_asset_job_def()
        tags = {"dagster/asset_partition_range_start": "gigahands", "dagster/asset_partition_range_end": "handx"}
        result = job.execute_in_process(
            instance=instance, tags=tags, asset_selection=[recordings], raise_on_error=False
        )
        assert instance.get_materialized_partitions(recordings) == set(SOURCE_NAMES) - {"h2o"}
    assert not result.success
    assert str(own_tiny.raw / "h2o") in failure(result)
    assert set(own_tiny.store.sources("recordings")) == set(SOURCE_NAMES) - {"h2o"}


def test_one_motion_on_two_sides_blocks_what_comes_after(own_tiny: Tiny) -> None:
    handle = own_tiny.store.handle("dataset_split")
    rows = handle.read().combine_chunks()
    sides = ["test" if index % 2 else "train" for index in range(rows.num_rows)]
    column = rows.schema.get_field_index("split")
    own_tiny.store.write(handle, rows.set_column(column, rows.schema.field("split"), [sides]).to_batches())
    from assets.checks import no_motion_on_two_sides

    result = no_motion_on_two_sides(tables=own_tiny.store, profile=own_tiny.profile)
    assert isinstance(result, dg.AssetCheckResult)
    assert not result.passed
    assert "sides" in str(result.metadata["first"].value)


@pytest.mark.parametrize("source", ["handx", "arctic"])
def test_one_source_alone_is_enough_for_a_benchmark(tiny: Tiny, tmp_path: Path, source: str) -> None:
    alone = Tiny(tmp_path / "alone")
    for folder in (source, "mano"):
        shutil.copytree(tiny.raw / folder, alone.raw / folder)
    result = alone.run("full_rebuild")
    assert result.success, failure(result)
    assert set(pd.read_parquet(f"{alone.store.root}/motion_dataset")["source"].astype(str)) == {source}
    rows = pd.read_parquet(f"{alone.store.root}/benchmark")
    assert {"real", "chance", "reconstruction"} < set(rows["generator"])


def test_without_mano_a_source_says_what_is_missing_and_the_others_go_on(tiny: Tiny, tmp_path: Path) -> None:
    without = Tiny(tmp_path / "without")
    for folder in ("arctic", "h2o"):
        shutil.copytree(tiny.raw / folder, without.raw / folder)
    result = without.run("source_rebuild", partition_key="arctic")
    assert result.success, failure(result)
    assert without.store.handle("recordings", "arctic").count == 0
    (rejected,) = without.store.rejected("recordings", "arctic").read().to_pylist()
    assert rejected["path"] == "mano/MANO_LEFT.pkl"
    assert "mano.is.tue.mpg.de" in rejected["reason"]
    assert str(without.raw / "mano") in rejected["reason"]
    result = without.run("source_rebuild", partition_key="h2o")
    assert result.success, failure(result)
    assert without.store.handle("clips", "h2o").count > 0
