"""The IO manager: between Dagster's assets and the tables on disk.

An output is written while it is made, one source after another. A source that fails does not keep the others from
being written and recorded; the run is red all the same. What belongs here: what Dagster must be told about a
partition. What does not: how a partition lies on disk (assets/storage.py).
"""

import time
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import dagster as dg
import pyarrow as pa
from pydantic import PrivateAttr

from assets.stages import Item
from assets.storage import TableHandle, Tables, TableStore, Written
from handx_core.columns import batch_of_rows
from handx_core.errors import HandXError, Rejection
from handx_core.schemas import TABLES
from pipelines import memory
from pipelines.versions import CONTENT_KEY, provenance_tags, set_data_version

_SHOWN_REJECTIONS: Final = 20


@dataclass
class _Made:
    """What became of a source, or of a table that is not kept by source."""

    written: Written
    rejected: list[Rejection]
    seconds: float
    peak_memory_mb: float


class ParquetTables(dg.ConfigurableIOManager):
    """Tables as Parquet below a root, laid out and checked as assets/storage.py says.

    root: a folder or the URL of a pyarrow filesystem. allow_emptying: let a source without rows replace one that
    had some.
    """

    root: str
    allow_emptying: bool = False
    _store: TableStore | None = PrivateAttr(default=None)

    @property
    def store(self) -> TableStore:
        """The tables themselves."""
        if self._store is None:
            self._store = TableStore(self.root)
        return self._store

    def handle_output(self, context: dg.OutputContext, obj: Iterable[Any]) -> None:
        """Write what an asset made, and say how much it was and how long it took.

        Raises dagster.Failure where a source failed, after all others were written and recorded.
        """
        name = context.asset_key.path[-1]
        if not TABLES[name].by_source:
            made = self._write(name, None, obj)
            context.add_output_metadata(_figures(made))
            set_data_version(context, None, made.written.content)
            return
        done: dict[str, _Made] = {}
        failed: dict[str, Exception] = {}
        for source, items in obj:
            try:
                done[source] = self._write(name, source, items)
            except Exception as error:  # whatever it is, it shall not sink the other sources
                context.log.error(f"{name}/{source} failed:\n{''.join(traceback.format_exception(error))}")
                failed[source] = error
        if failed:
            if context.has_asset_partitions:
                _record(context, done)
            raise dg.Failure(_message(name, done, failed), allow_retries=False)
        _describe(context, done)

    def load_input(self, context: dg.InputContext) -> TableHandle | Tables:
        """Handles that read when asked: one, or one by source for a table that is kept by source."""
        name = context.asset_key.path[-1]
        if not TABLES[name].by_source:
            return self.store.handle(name)
        # Dagster gives the keys in the order of a set: address by key, never by position.
        keys = context.asset_partition_keys if context.has_asset_partitions else self.store.sources(name)
        return {source: self.store.handle(name, source) for source in sorted(keys)}

    def _write(self, name: str, source: str | None, items: Iterable[Item]) -> _Made:
        memory.reset_peak()
        start = time.perf_counter()
        rejected: list[Rejection] = []
        written = self.store.write(
            self.store.handle(name, source),
            items if source is None else self._without_rejections(name, source, items, rejected),
            may_empty=self.allow_emptying,
        )
        return _Made(written, rejected, time.perf_counter() - start, memory.peak_mb())

    def _without_rejections(
        self, name: str, source: str, items: Iterable[Item], rejected: list[Rejection]
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows; what could not be used is written when all rows are, just before they are published."""
        for item in items:
            if isinstance(item, Rejection):
                rejected.append(item)
            else:
                yield item
        rows = batch_of_rows("rejected", [vars(rejection) for rejection in rejected])
        self.store.write(self.store.rejected(name, source), [rows], may_empty=True)


def _figures(made: _Made) -> dict[str, Any]:
    """What the web UI shows of a materialization."""
    figures: dict[str, Any] = {
        "dagster/row_count": made.written.rows,
        "seconds": round(made.seconds, 3),
        "rows_per_second": round(made.written.rows / max(made.seconds, 1e-9), 1),
        "peak_memory_mb": round(made.peak_memory_mb, 1),
        "size_mb": round(made.written.size / 1e6, 3),
        "rejected": len(made.rejected),
        CONTENT_KEY: made.written.content,
    }
    if made.rejected:
        figures["first_rejected"] = dg.MetadataValue.table(
            [dg.TableRecord(dict(vars(rejection))) for rejection in made.rejected[:_SHOWN_REJECTIONS]]
        )
    return figures


def _describe(context: dg.OutputContext, done: Mapping[str, _Made]) -> None:
    """Attach the figures, to each partition where the asset has some."""
    if not context.has_asset_partitions:
        everything = _Made(
            written=Written(
                rows=sum(made.written.rows for made in done.values()),
                size=sum(made.written.size for made in done.values()),
                content=" ".join(made.written.content for made in done.values()),
            ),
            rejected=[rejection for made in done.values() for rejection in made.rejected],
            seconds=sum(made.seconds for made in done.values()),
            peak_memory_mb=max(made.peak_memory_mb for made in done.values()),
        )
        context.add_output_metadata(_figures(everything))
        set_data_version(context, None, everything.written.content)
        return
    for source, made in done.items():
        context.step_context.add_asset_metadata(_figures(made), partition_key=source)
    if len(done) == 1:  # the partitions of a longer run share one version, which Dagster derives from the inputs
        source, made = next(iter(done.items()))
        set_data_version(context, source, made.written.content)


def _record(context: dg.OutputContext, done: Mapping[str, _Made]) -> None:
    """Record the sources that were written although others failed, with the versions that Dagster would have given."""
    for source, made in done.items():
        tags = provenance_tags(context, source, made.written.content)
        context.log_event(
            dg.AssetMaterialization(context.asset_key, partition=source, metadata=_figures(made), tags=tags)
        )


def _message(name: str, done: Mapping[str, _Made], failed: Mapping[str, Exception]) -> str:
    """What failed, what did not, and what to do."""
    lines = [f"{name} failed for {', '.join(failed)}."]
    if done:
        lines.append(f"Written and recorded all the same: {', '.join(done)}.")
    for source, error in failed.items():
        kind = "" if isinstance(error, HandXError) else f"{type(error).__name__}: "
        lines.append(f"{source}: {kind}{error}")
    lines.append(
        "Mend what is named, or take it out of the source's raw folder, and re-execute this run from failure; or go on "
        "with another source: dagster asset materialize --select 'group:dataset' --partition <source>"
    )
    return "\n".join(lines)
