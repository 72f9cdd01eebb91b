"""Arrays survive the way into nested columns and back, bit for bit."""

import numpy as np
import pyarrow as pa
import pytest

from handx_core import columns


def test_fixed_lists_round_trip_also_sliced() -> None:
    array = np.random.default_rng(0).normal(size=(7, 60, 2, 21, 3)).astype(np.float32)
    column = columns.fixed_lists(array)
    np.testing.assert_array_equal(columns.to_numpy(column, (60, 2, 21, 3)), array)
    np.testing.assert_array_equal(columns.to_numpy(column.slice(2, 3), (60, 2, 21, 3)), array[2:5])
    chunked = pa.chunked_array([column.slice(0, 2), column.slice(2)])
    np.testing.assert_array_equal(columns.to_numpy(chunked, (60, 2, 21, 3)), array)


def test_no_rows_are_no_rows() -> None:
    column = columns.fixed_lists(np.zeros((0, 2, 21, 3), np.float32))
    assert columns.to_numpy(column, (2, 21, 3)).shape == (0, 2, 21, 3)
    empty = pa.chunked_array([], pa.list_(pa.float32(), 126))
    assert columns.to_numpy(empty, (2, 21, 3)).shape == (0, 2, 21, 3)


def test_ragged_lists_round_trip() -> None:
    generator = np.random.default_rng(1)
    arrays = [generator.normal(size=(length, 2, 21, 3)).astype(np.float32) for length in (3, 0, 5)]
    column = columns.ragged_lists(arrays, np.float32)
    assert column.type == pa.list_(pa.list_(pa.float32(), 126))
    for cell, array in zip(column, arrays, strict=True):
        np.testing.assert_array_equal(columns.list_to_numpy(cell, (2, 21, 3)), array)
    flags = columns.ragged_lists([array[..., 0] > 0 for array in arrays], np.bool_)
    np.testing.assert_array_equal(columns.list_to_numpy(flags[2], (2, 21)), arrays[2][..., 0] > 0)
    times = columns.ragged_lists([np.arange(3.0), np.arange(2.0)], np.float64)
    np.testing.assert_array_equal(columns.list_to_numpy(times[1]), [0.0, 1.0])


def test_a_batch_keeps_to_the_registry() -> None:
    row = {"path": "a", "what": "file", "reason": "b"}
    assert columns.batch_of_rows("rejected", [row]).to_pylist() == [row]
    assert columns.batch_of_rows("rejected", []).num_rows == 0
    with pytest.raises(KeyError, match="colour"):
        columns.batch("rejected", {"path": ["a"], "what": ["file"], "reason": ["b"], "colour": ["red"]})
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError)):
        columns.batch("rejected", {"path": [1.5], "what": ["file"], "reason": ["b"]})
