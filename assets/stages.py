"""How an asset of a table is declared, and how it hands over its rows.

An asset's body returns `per_source(...)` or `over_all(...)`: rows are made lazily, while the IO manager writes them,
so that no stage holds a table in memory, and so that time, memory, failures and rejections are seen in one place
(pipelines/tables.py). What belongs here: what all stages share. What does not: any one stage.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias, TypeVar

import dagster as dg
import pyarrow as pa

from assets.partitions import SOURCE_PARTITIONS
from handx_core.errors import Rejection
from handx_core.schemas import TABLES, Table

RAW: Final = "raw"
DATASET: Final = "dataset"
DATASET_OVER_ALL: Final = "dataset_over_all"
MODELS: Final = "models"
BENCHMARK: Final = "benchmark"
COMPARISON: Final = "comparison"
"""What is made only when it is asked for: no part of a rebuild."""
OWNERS: Final = ("team:motion-data",)

T = TypeVar("T")

SETTINGS_KEY: Final = "handx/settings"
"""Metadata of an asset: the profile's sections that its result depends on."""

Item: TypeAlias = pa.RecordBatch | Rejection
"""What a stage makes: rows, and records of what it could not use."""

Rows: TypeAlias = Iterator[tuple[str, Iterable[Item]]] | Iterable[Item]
"""What an asset hands to the IO manager: items, or (source, items) where the table is kept by source."""


def column_schema(table: Table) -> dg.TableSchema:
    """The columns of a table of the registry, as the web UI shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=str(column.type),
                description=column.meaning + (f" [{column.unit}]" if column.unit else ""),
                constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=table.key == (column.name,)),
            )
            for column in table.columns
        ],
        constraints=dg.TableConstraints([f"{', '.join(table.key)} together are unique"] if len(table.key) > 1 else []),
    )


def table_asset(
    *,
    group: str,
    kinds: set[str],
    code_version: str,
    settings: tuple[str, ...] = (),
    by_source: bool = False,
    **options: Any,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Declare the asset that makes the table of the registry with the function's name.

    settings: the profile's sections that change its result (pipelines/definitions.py adds their hash to
    code_version). by_source: one partition a source, and one run a source when backfilled. options: passed on to
    `dagster.asset`.
    """

    def declare(function: Callable[..., Any]) -> dg.AssetsDefinition:
        table = TABLES[function.__name__]
        return dg.asset(
            group_name=group,
            kinds={"parquet", *kinds},
            owners=list(OWNERS),
            code_version=code_version,
            description=f"A row is {table.row}.\n\n{inspect.getdoc(function) or ''}",
            metadata={"dagster/column_schema": column_schema(table), SETTINGS_KEY: list(settings)},
            partitions_def=SOURCE_PARTITIONS if by_source else None,
            backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1) if by_source else None,
            **options,
        )(function)

    return declare


def per_source(context: dg.AssetExecutionContext, produce: Callable[[str], Iterable[Item]]) -> dg.Output[Any]:
    """The output of a stage that makes each source of the run by itself: produce(source) yields its items."""
    return dg.Output((source, produce(source)) for source in context.partition_keys)


def over_all(items: Rows) -> dg.Output[Any]:
    """The output of a stage over all sources: items, or (source, items) where its table is kept by source."""
    return dg.Output(iter(items))


def in_batches(
    values: Iterable[T | Rejection],
    to_batch: Callable[[Sequence[T]], pa.RecordBatch],
    is_full: Callable[[Sequence[T]], bool],
) -> Iterator[Item]:
    """Yield values as batches of as many rows as make one full, and rejections as they come."""
    waiting: list[T] = []

    def batch() -> pa.RecordBatch:
        made = to_batch(waiting)
        waiting.clear()
        return made

    for value in values:
        if isinstance(value, Rejection):
            yield value
            continue
        waiting.append(value)
        del value  # while a batch is written, what it was made of is not held beside it
        if is_full(waiting):
            yield batch()
    if waiting:
        yield batch()


def show(context: dg.AssetExecutionContext, name: str, image: bytes, source: str | None = None) -> None:
    """Put a picture, PNG or GIF, among the metadata of what is being made, of one source where source is given."""
    from handx_core.viewing.style import picture_markdown

    picture = dg.MetadataValue.md(picture_markdown(image, name))
    context.add_asset_metadata({name: picture}, partition_key=source)
