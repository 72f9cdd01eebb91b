"""Tables on disk: layout, schema, atomic replacement, memory, and that other tools read them."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from assets import storage
from assets.storage import TableStore, as_dataset
from handx_core.columns import batch, batch_of_rows
from handx_core.errors import TableError


def event_rows(*clips: str) -> pa.RecordBatch:
    rows = [
        {"clip_id": clip, "events": "{}", "n_events": 1, "n_contacts": 0, "motion_fingerprint": ""} for clip in clips
    ]
    return batch_of_rows("kinematic_events", rows)


def clip_rows(count: int, first: int = 0) -> pa.RecordBatch:
    ids = [str(number) for number in range(first, first + count)]
    joints = pa.FixedSizeListArray.from_arrays(pa.array(np.ones(count * 7560, np.float32)), 7560)
    figures = {name: [0.0] * count for name in ("angular_left", "angular_right", "speed", "spread")}
    return batch(
        "clips",
        {
            "clip_id": ids,
            "skeleton_id": ids,
            "start_frame": [0] * count,
            "subject": ids,
            "label": [None] * count,
            "joints": joints,
            **{f"intensity_{name}": values for name, values in figures.items()},
            "observed_fraction": [1.0] * count,
            "kept": [True] * count,
            "reason": [None] * count,
        },
    )


def dying(*clips: str) -> Iterator[pa.RecordBatch]:
    yield event_rows(*clips)
    raise RuntimeError("the writer died")


@pytest.fixture
def store(tmp_path: Path) -> TableStore:
    return TableStore(str(tmp_path / "data"))


def files_below(store: TableStore) -> list[str]:
    root = Path(store.root)
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_a_partition_is_one_file_in_a_folder_of_its_source(store: TableStore) -> None:
    store.write(store.handle("kinematic_events", "h2o"), [event_rows("a")])
    store.write(store.rejected("clips", "h2o"), [batch_of_rows("rejected", [])])
    assert files_below(store) == [
        "kinematic_events/source=h2o/part-0.parquet",
        "rejected/stage=clips/source=h2o/part-0.parquet",
    ]
    assert store.sources("kinematic_events") == ("h2o",)
    assert store.sources("clips") == ()


def test_rows_come_back_as_they_were_written(store: TableStore) -> None:
    handle = store.handle("kinematic_events", "h2o")
    written = store.write(handle, [event_rows("a", "b"), event_rows("c")])
    assert written.rows == handle.count == 3
    assert handle.read(["clip_id"])["clip_id"].to_pylist() == ["a", "b", "c"]
    assert pa.Table.from_batches(handle.batches()).replace_schema_metadata(None) == pa.Table.from_batches(
        [event_rows("a", "b", "c")]
    ).replace_schema_metadata(None)


def test_other_tools_read_a_table_with_an_empty_partition(store: TableStore) -> None:
    store.write(store.handle("clips", "gigahands"), [])
    store.write(store.handle("clips", "h2o"), [clip_rows(3)])
    folder = f"{store.root}/clips"
    assert sorted(pd.read_parquet(folder)["source"].astype(str)) == ["h2o"] * 3
    assert ds.dataset(folder, partitioning="hive").to_table().num_rows == 3
    found = duckdb.sql(f"select source, count(*) from read_parquet('{folder}/**/*.parquet') group by source").fetchall()
    assert found == [("h2o", 3)]
    opened = as_dataset({source: store.handle("clips", source) for source in ("gigahands", "h2o")})
    assert opened.to_table(columns=["source"])["source"].to_pylist() == ["h2o"] * 3


def test_a_writer_that_dies_leaves_what_was_there(store: TableStore) -> None:
    handle = store.handle("kinematic_events", "h2o")
    store.write(handle, [event_rows("old")])
    before = files_below(store)
    with pytest.raises(RuntimeError, match="died"):
        store.write(handle, dying("new"))
    assert files_below(store) == before
    assert store.handle("kinematic_events", "h2o").read(["clip_id"])["clip_id"].to_pylist() == ["old"]


def test_nobody_sees_a_partition_before_it_is_whole(store: TableStore) -> None:
    handle = store.handle("kinematic_events", "h2o")
    seen = []

    def watched() -> Iterator[pa.RecordBatch]:
        yield event_rows("a")
        seen.append(handle.exists)
        yield event_rows("b")

    store.write(handle, watched())
    assert seen == [False]
    assert handle.exists


def test_a_full_disk_is_named_and_leaves_what_was_there(store: TableStore, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full to stand for a full disk")
    handle = store.handle("kinematic_events", "h2o")
    store.write(handle, [event_rows("old")])
    write_file = storage._write_file
    monkeypatch.setattr(storage, "_write_file", lambda fs, path, *rest: write_file(fs, "/dev/full", *rest))
    with pytest.raises(TableError, match="no space left"):
        store.write(handle, [event_rows("new")])
    assert store.handle("kinematic_events", "h2o").read(["clip_id"])["clip_id"].to_pylist() == ["old"]


def test_rows_are_never_replaced_by_none_unless_allowed(store: TableStore) -> None:
    handle = store.handle("kinematic_events", "h2o")
    store.write(handle, [event_rows("a", "b")])
    with pytest.raises(TableError, match="holds 2 rows"):
        store.write(store.handle("kinematic_events", "h2o"), [])
    assert store.handle("kinematic_events", "h2o").count == 2
    store.write(store.handle("kinematic_events", "h2o"), [], may_empty=True)
    assert store.handle("kinematic_events", "h2o").count == 0


def test_a_batch_must_keep_to_the_registry(store: TableStore) -> None:
    handle = store.handle("kinematic_events", "h2o")
    with pytest.raises(TableError, match="not the registry's"):
        store.write(handle, [event_rows("a").drop_columns(["n_events"])])
    nulls = event_rows("a").set_column(0, event_rows("a").schema.field(0), pa.array([None], pa.string()))
    with pytest.raises(TableError, match="clip_id may not be null"):
        store.write(handle, [nulls])
    assert not handle.exists


def test_row_groups_are_a_few_megabytes_whatever_the_batches(store: TableStore) -> None:
    many = (clip_rows(10, first) for first in range(0, 300, 10))
    store.write(store.handle("clips", "h2o"), many)
    store.write(store.handle("clips", "hot3d"), [clip_rows(300)])
    for source in ("h2o", "hot3d"):
        metadata = pq.ParquetFile(store.handle("clips", source).path).metadata
        rows = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        assert sum(rows) == 300
        assert max(rows) * 7560 * 4 <= 1.2 * storage.ROW_GROUP_BYTES
        assert len(rows) < 6


def test_the_content_is_of_the_values_alone(store: TableStore) -> None:
    def content(*batches: pa.RecordBatch) -> str:
        return store.write(store.handle("kinematic_events", "h2o"), batches).content

    assert content(event_rows("a", "b")) == content(event_rows("a"), event_rows("b"))
    assert content(event_rows("a", "b")) == content(event_rows("x", "a", "b").slice(1))
    assert content(event_rows("a", "b")) != content(event_rows("b", "a"))


def test_a_volatile_column_does_not_change_the_content(store: TableStore) -> None:
    def content(seconds: float, value: str) -> str:
        row = {"name": value, "weights": "", "sha256": "", "config": "", "data_fingerprint": "", "parameters": 1}
        row |= {"steps": 1, "metrics": "", "curve": [], "seconds": seconds}
        return store.write(store.handle("evaluator"), [batch_of_rows("evaluator", [row])]).content

    assert content(1.0, "a") == content(2.0, "a")
    assert content(1.0, "a") != content(1.0, "b")


def test_the_root_may_be_a_url(tmp_path: Path) -> None:
    store = TableStore(f"file://{tmp_path}/data")
    store.write(store.handle("kinematic_events", "h2o"), [event_rows("a")])
    assert (tmp_path / "data/kinematic_events/source=h2o/part-0.parquet").is_file()
    assert store.sources("kinematic_events") == ("h2o",)


def test_a_table_that_was_not_made_says_so(store: TableStore) -> None:
    handle = store.handle("clips", "h2o")
    assert not handle.exists
    with pytest.raises(TableError, match="materialize it first"):
        handle.read()


def test_rows_are_found_by_a_value_each_time_they_are_asked_for(
    store: TableStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "ROW_GROUP_BYTES", 1)
    handle = store.handle("kinematic_events", "h2o")
    store.write(handle, [event_rows("a", "b"), event_rows("c"), event_rows("b")])
    rows = pickle.loads(pickle.dumps(handle.where("clip_id", "b")))
    for _ in range(2):
        assert [clip for batch in rows for clip in batch["clip_id"].to_pylist()] == ["b", "b"]
    assert not [clip for batch in handle.where("clip_id", "z") for clip in batch["clip_id"].to_pylist()]
