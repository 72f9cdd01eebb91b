"""Numpy arrays to and from the nested columns of the registry.

What belongs here: conversions that every table needs. What does not: reading or writing files.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from handx_core.schemas import TABLES


def fixed_lists(array: NDArray[Any]) -> pa.FixedSizeListArray:
    """(N, ...) -> N fixed-size lists of the flattened rest, without copying element by element."""
    flat = np.ascontiguousarray(array).ravel()
    return pa.FixedSizeListArray.from_arrays(pa.array(flat), math.prod(array.shape[1:]))


def ragged_lists(arrays: Sequence[NDArray[Any]], dtype: type) -> pa.ListArray:
    """Arrays of (T_i, ...) -> one list each of T_i fixed-size lists of the flattened rest (of T_i values if 1-D)."""
    offsets = np.concatenate([[0], np.cumsum([len(a) for a in arrays])]).astype(np.int32)
    alike: list[NDArray[Any]] = [np.asarray(a, dtype) for a in arrays]
    joined = alike[0] if len(alike) == 1 else np.concatenate(alike)  # a long take is not copied
    values = pa.array(joined) if joined.ndim == 1 else fixed_lists(joined)
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def to_numpy(column: pa.Array | pa.ChunkedArray, shape: tuple[int, ...]) -> NDArray[Any]:
    """A column of fixed-size lists -> (N, *shape)."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # what combine_chunks gives for an empty column
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    return _values(array).reshape(len(array), *shape)


def list_to_numpy(value: pa.ListScalar, shape: tuple[int, ...] = ()) -> NDArray[Any]:
    """One cell that is a list of T fixed-size lists (or of T numbers) -> (T, *shape)."""
    values = value.values
    return _values(values).reshape(len(values), *shape)


def _values(array: pa.Array) -> NDArray[Any]:
    while isinstance(array, (pa.FixedSizeListArray, pa.ListArray)):
        array = array.flatten()
    return array.to_numpy(zero_copy_only=False)


def batch(table: str, columns: Mapping[str, Any]) -> pa.RecordBatch:
    """A record batch of a table of the registry from its columns, each a pyarrow array or a sequence.

    Raises KeyError where a column is missing or not in the registry; pyarrow's own errors where a type does not fit.
    """
    schema = TABLES[table].schema
    if set(columns) != set(schema.names):
        raise KeyError(
            f"{table}: columns {sorted(set(columns) ^ set(schema.names))} are missing or not in the registry"
        )
    arrays = [
        values.cast(field.type) if isinstance(values, pa.Array) else pa.array(values, field.type)
        for field in schema
        for values in [columns[field.name]]
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def batch_of_rows(table: str, rows: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """A record batch of a table of the registry from rows of plain values (no large arrays: see `batch`)."""
    return batch(table, {name: [row[name] for row in rows] for name in TABLES[table].schema.names})
