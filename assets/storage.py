"""Tables on disk: where a partition lies, how it is written so that nobody ever sees half of it, how it is read.

A table lies at `<root>/<table>/part-0.parquet`, or at `<root>/<table>/source=<source>/part-0.parquet` where it is
kept by source; root is a folder or the URL of any pyarrow filesystem. What belongs here: bytes. What does not:
Dagster (pipelines/tables.py) and what is in a table (handx_core.schemas).
"""

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow import fs

from handx_core.errors import TableError
from handx_core.schemas import TABLES, Table

ROW_GROUP_BYTES: Final = 4 << 20
"""Uncompressed size of a row group: what a reader that streams holds in memory."""

_READ_BYTES: Final = 1 << 20
"""Of a column, read from a file at once: else it would be all that a row group has of it."""

_WRITING: Final = ".writing"
"""Folder, beside the tables, of files that are not finished."""


@dataclass(frozen=True)
class TableHandle:
    """A partition of a table, or a table that has none: knows where it is, reads when asked."""

    table: Table
    filesystem: fs.FileSystem
    path: str

    @property
    def exists(self) -> bool:
        """Whether it was ever written."""
        return self.filesystem.get_file_info(self.path).type == fs.FileType.File

    @cached_property
    def count(self) -> int:
        """Number of rows, from the footer of the file."""
        with self._file() as file:
            return file.metadata.num_rows

    @cached_property
    def schema(self) -> pa.Schema:
        """The schema that the file has, which should be the registry's."""
        with self._file() as file:
            return file.schema_arrow

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows one row group at a time, so that memory stays flat whatever the size of the table."""
        with self._file() as file:
            for group in range(file.num_row_groups):
                yield from file.read_row_group(group, columns=_listed(columns)).to_batches()

    def where(self, column: str, value: str) -> "Rows":
        """The rows that have a value in a column, read when asked."""
        return Rows(self, column, value)

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Read all rows at once: for tables, or columns, that are small."""
        with self._file() as file:
            return file.read(columns=_listed(columns))

    def _file(self) -> pq.ParquetFile:
        if not self.exists:
            raise TableError(f"{self.path}: {self.table.name} was not made yet; materialize it first")
        file = self.filesystem.open_input_file(self.path)
        return pq.ParquetFile(file, pre_buffer=False, buffer_size=_READ_BYTES)


@dataclass(frozen=True)
class Rows:
    """Rows of a table that have a value in a column: read anew, one row group at a time, by whoever asks for them.

    They can be sent to another process for the price of a name; row groups that cannot hold the value are not read.
    """

    handle: TableHandle
    column: str
    value: str

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        with self.handle._file() as file:
            for group in range(file.num_row_groups):
                values = file.read_row_group(group, columns=[self.column])[self.column].to_pylist()
                if self.value in values:
                    yield from _rows_with(self.value, values, file.read_row_group(group).to_batches())


Tables = dict[str, TableHandle]
"""The partitions of a table that is kept by source."""


def as_dataset(tables: Tables) -> ds.Dataset:
    """All partitions as one dataset, with the column `source` that is in their paths."""
    first = next(iter(tables.values()))
    return ds.dataset(
        [handle.path for handle in tables.values()],
        schema=pa.schema([*first.table.schema, pa.field("source", pa.string())]),
        filesystem=first.filesystem,
        format="parquet",
        partitioning="hive",
    )


@dataclass(frozen=True)
class Written:
    """What was written: number of rows, size in bytes, and a hash of the content without volatile columns."""

    rows: int
    size: int
    content: str


@dataclass(frozen=True)
class TableStore:
    """The tables of one profile below a root: a local folder or the URL of a pyarrow filesystem."""

    root: str

    @cached_property
    def _place(self) -> tuple[fs.FileSystem, str]:
        if "://" in self.root:
            filesystem, path = fs.FileSystem.from_uri(self.root)
            return filesystem, path
        return fs.LocalFileSystem(), os.path.abspath(self.root)

    def handle(self, name: str, source: str | None = None) -> TableHandle:
        """The table `name` of the registry, or its partition `source`, whether it is there or not."""
        filesystem, root = self._place
        folder = f"{root}/{name}" if source is None else f"{root}/{name}/source={source}"
        return TableHandle(TABLES[name], filesystem, f"{folder}/part-0.parquet")

    def rejected(self, stage: str, source: str) -> TableHandle:
        """What the stage `stage` did not use of a source."""
        filesystem, root = self._place
        path = f"{root}/rejected/stage={stage}/source={source}/part-0.parquet"
        return TableHandle(TABLES["rejected"], filesystem, path)

    def sources(self, name: str) -> tuple[str, ...]:
        """Sources for which there is a partition of the table, sorted."""
        filesystem, root = self._place
        entries = filesystem.get_file_info(fs.FileSelector(f"{root}/{name}", allow_not_found=True))
        folders = (Path(entry.path).name.partition("source=")[2] for entry in entries)
        return tuple(sorted(source for source in folders if source and self.handle(name, source).exists))

    def write(self, handle: TableHandle, batches: Iterable[pa.RecordBatch], *, may_empty: bool = False) -> Written:
        """Write all batches of a partition and then publish them at once, in place of what was there.

        Where anything fails, what was there stays. Raises TableError where a batch does not keep to the registry,
        where the disk is full, and where no rows would replace some rows unless may_empty.
        """
        filesystem, root = self._place
        filesystem.create_dir(f"{root}/{_WRITING}")
        part = Path(handle.path).parent.relative_to(root).as_posix().replace("/", "-")
        unfinished = f"{root}/{_WRITING}/{part}-{os.getpid()}.parquet"
        try:
            written = _write_file(filesystem, unfinished, handle.table, batches)
            if written.rows == 0 and not may_empty and handle.exists and handle.count:
                raise TableError(
                    f"{handle.path}: holds {handle.count} rows, and nothing came to replace them. If the source is "
                    "really empty now, delete this file or set allow_emptying: true in the profile"
                )
            filesystem.create_dir(str(Path(handle.path).parent))
            filesystem.move(unfinished, handle.path)  # a rename on a disk, an atomic put on an object store
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise TableError(f"{handle.path}: no space left on its disk; free some, then run this again") from error
            raise
        finally:
            if filesystem.get_file_info(unfinished).type == fs.FileType.File:
                filesystem.delete_file(unfinished)
        return written


def _rows_with(value: str, values: Sequence[str], batches: Sequence[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows that have a value, one by one, which copies none. values: of all rows."""
    rows = (batch.slice(row, 1) for batch in batches for row in range(batch.num_rows))
    return (row for row, found in zip(rows, values, strict=True) if found == value)


def _listed(columns: Sequence[str] | None) -> list[str] | None:
    return None if columns is None else list(columns)


def _write_file(filesystem: fs.FileSystem, path: str, table: Table, batches: Iterable[pa.RecordBatch]) -> Written:
    """Stream batches into one Parquet file with row groups of ROW_GROUP_BYTES."""
    content, rows = hashlib.blake2b(digest_size=16), 0
    with (
        filesystem.open_output_stream(path) as stream,
        pq.ParquetWriter(stream, table.schema, compression="zstd") as writer,
    ):
        for group in _row_groups(table, batches):
            rows += group.num_rows
            _add_content(content, group.select(list(table.stable_columns)))
            writer.write_table(group, row_group_size=max(group.num_rows, 1))
    return Written(rows, filesystem.get_file_info(path).size, content.hexdigest())


def _row_groups(table: Table, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Join small batches and cut large ones into tables of about ROW_GROUP_BYTES."""
    waiting: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        _check(table, batch)
        rows = max(1, batch.num_rows * ROW_GROUP_BYTES // max(batch.nbytes, 1))
        for start in range(0, batch.num_rows, rows):
            piece = batch.slice(start, rows)
            if waiting and size + piece.nbytes > ROW_GROUP_BYTES:
                yield pa.Table.from_batches(waiting)
                waiting, size = [], 0
            waiting.append(piece)
            size += piece.nbytes
    if waiting:
        yield pa.Table.from_batches(waiting)


def _check(table: Table, batch: pa.RecordBatch) -> None:
    if not batch.schema.equals(table.schema):
        raise TableError(f"{table.name}: a batch has the columns\n{batch.schema}\nnot the registry's\n{table.schema}")
    for column in table.columns:
        if not column.nullable and batch.column(column.name).null_count:
            raise TableError(f"{table.name}: the column {column.name} may not be null, and is in a batch")


def _add_content(content: Any, group: pa.Table) -> None:
    """Add the values of a row group to a hash, as an Arrow stream: equal values give equal bytes."""
    with pa.ipc.new_stream(_Digested(content), group.schema.remove_metadata()) as stream:
        stream.write_table(group.replace_schema_metadata(None).combine_chunks())


@dataclass(frozen=True)
class _Digested:
    """A file that is only hashed."""

    content: Any
    closed: bool = False

    def write(self, piece: bytes) -> int:
        self.content.update(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""
