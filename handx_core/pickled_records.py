"""What a pickle describes, made into plain values: the second half of `safe_load`, after its machine has run.

What belongs here: the records that the machine sets aside, and NumPy's, SciPy's and chumpy's ways to describe an array.
What does not: opcodes, names, files.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

DEEPEST: Final = 40
"""Levels of nesting; a model file has 7, and what walks the value after us may do so by recursion."""

SPARSE: Final = ("csc_matrix", "csr_matrix", "coo_matrix")

_UNROLLED_PER_OPCODE: Final = 100
"""Entries of all containers, shared ones counted as often as they occur, over opcodes: no growth by doubling."""

_MOST_DENSE_ENTRIES: Final = 1 << 22
_LARGEST_CODE_POINT: Final = 0x10FFFF
_MOST_AXES: Final = 32
_PLAIN_DTYPE: Final = re.compile(r"b1|[iu][1248]|f[248]|[SU][1-9]\d{0,5}|O[48]?")


class Refused(Exception):
    """What the file has that it must not have, said as `expected ..., found ...`."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name on the list: a mere word, there is nothing behind it."""

    name: str


@dataclass(eq=False, slots=True)
class Record:
    """What a pickle says how to make: by which name, from which arguments, with which state."""

    name: str
    arguments: Any
    state: Any = None


def resolve(root: Any, n_opcodes: int) -> Any:
    """The value with all records replaced by what they describe: children first, without recursion.

    n_opcodes: of the pickle, which bound how large a value it may describe. Raises Refused, and ValueError, TypeError,
    KeyError or IndexError where a record is not what its name says.
    """
    if type(root) is Name:
        raise Refused(f"expected a value, found the mere name {root.name}")
    done: dict[int, tuple[Any, int, int]] = {}  # of a container: its value, levels, entries with shared ones repeated
    unfinished: set[int] = set()
    todo = [root]
    while todo:
        item = todo[-1]
        if id(item) in done:
            todo.pop()
            continue
        children = [child for child in _children(item) if type(child) in _NESTED]
        waiting = [child for child in children if id(child) not in done]
        if waiting:
            unfinished.add(id(item))
            if any(id(child) in unfinished for child in waiting):
                raise Refused("expected a value that ends, found one that contains itself")
            todo.extend(waiting)
            continue
        todo.pop()
        levels = 1 + max((done[id(child)][1] for child in children), default=0)
        entries = 1 + len(_children(item)) + sum(done[id(child)][2] for child in children)
        if levels > DEEPEST:
            raise Refused(f"expected at most {DEEPEST} levels, found more")
        if entries > _UNROLLED_PER_OPCODE * n_opcodes:
            raise Refused("expected a value about as large as its file, found one that repeats itself many times")
        done[id(item)] = (_finished(item, done), levels, entries)
    return done[id(root)][0]


def _children(item: Any) -> Any:
    """What a container or record consists of; keys and the entries of sets are plain already."""
    if type(item) in (list, tuple):
        return item
    if type(item) is dict:
        return item.values()
    return (item.arguments, item.state) if type(item) is Record else ()


def _finished(item: Any, done: dict[int, tuple[Any, int, int]]) -> Any:
    """A container with its children's values in place of them; lists and dicts stay the objects they are."""

    def value(child: Any) -> Any:
        if type(child) is Name:
            raise Refused(f"expected a value, found the mere name {child.name}")
        return done[id(child)][0] if type(child) in _NESTED else child

    if type(item) is list:
        item[:] = map(value, item)
    elif type(item) is dict:
        item.update({key: value(child) for key, child in item.items()})
    elif type(item) is tuple:
        return tuple(map(value, item))
    elif type(item) is Record:
        return _FINISH[item.name](item.name, value(item.arguments), value(item.state))
    return item


def _finish_array(name: str, arguments: Any, state: Any) -> Any:
    """`_reconstruct`, whose arguments say nothing; the state is version, shape, dtype, Fortran order, bytes or list."""
    if not isinstance(state, tuple) or len(state) not in (4, 5):
        raise Refused("expected an array's shape, dtype and data, found another state")
    shape, dtype, in_columns, data = state[-4:]
    return plain_array(data, dtype, shape, "F" if in_columns else "C")


def _finish_buffer(name: str, arguments: Any, state: Any) -> Any:
    """`_frombuffer(bytes, dtype, shape, order)`, as protocol 5 has it."""
    data, dtype, shape, order = arguments
    return plain_array(bytes(data) if isinstance(data, bytearray) else data, dtype, shape, "F" if order == "F" else "C")


def _finish_dtype(name: str, arguments: Any, state: Any) -> np.dtype[Any]:
    """`dtype("f8", False, True)` and a state (version, byte order, subarray, names, fields, size, alignment, flags)."""
    code = arguments[0] if arguments else None
    order = state[1] if isinstance(state, tuple) and len(state) >= 5 else "="
    has_parts = isinstance(state, tuple) and any(part is not None for part in state[2:5])
    if not isinstance(code, str) or order not in ("<", ">", "=", "|") or has_parts:
        raise Refused("expected a plain dtype, found another")
    return plain_dtype("O" if code.startswith("O") else order + code)


def _finish_scalar(name: str, arguments: Any, state: Any) -> Any:
    """`scalar(dtype, bytes)`."""
    dtype, data = arguments
    return plain_array(data, dtype, (1,), "C")[0]


def _finish_sparse(name: str, arguments: Any, state: Any) -> np.ndarray[Any, Any]:
    """A compressed or coordinate matrix as the dense array that it stands for; doubled entries add up."""
    rows, columns = state["_shape" if "_shape" in state else "shape"]
    n_rows, n_columns = _length(rows), _length(columns)
    if n_rows * n_columns > _MOST_DENSE_ENTRIES:
        raise Refused(f"expected a matrix of at most {_MOST_DENSE_ENTRIES} entries, found {n_rows} x {n_columns}")
    values = _vector(state["data"], "f")
    if name == "coo_matrix":
        places = state["coords"] if "coords" in state else (state["row"], state["col"])
        row, column = (_vector(place, "iu") for place in places)
    else:
        starts, inner = _vector(state["indptr"], "iu").astype(np.int64), _vector(state["indices"], "iu")
        counts = np.diff(starts)
        n_lines = n_columns if name == "csc_matrix" else n_rows
        if len(counts) != n_lines or starts[0] != 0 or (counts < 0).any() or starts[-1] != len(values):
            raise Refused("expected a compressed matrix's starts to rise to its number of entries, found others")
        outer = np.repeat(np.arange(n_lines), counts)
        row, column = (inner, outer) if name == "csc_matrix" else (outer, inner)
    if not (len(row) == len(column) == len(values)):
        raise Refused("expected a row and column for every entry of a matrix, found other numbers of them")
    dense = np.zeros((n_rows, n_columns))
    np.add.at(dense, (_indices(row, n_rows), _indices(column, n_columns)), values)
    return dense


def _finish_variable(name: str, arguments: Any, state: Any) -> Any:
    """chumpy's Ch: the array that it holds."""
    if not isinstance(state["x"], np.ndarray):
        raise Refused(f"expected an array in a chumpy variable, found a {type(state['x']).__name__}")
    return state["x"]


def _finish_selection(name: str, arguments: Any, state: Any) -> np.ndarray[Any, Any]:
    """chumpy's Select: some entries of another variable, in a shape of their own."""
    source, chosen = state["a"], _vector(state["idxs"], "iu")
    if not isinstance(source, np.ndarray):
        raise Refused(f"expected an array to select from, found a {type(source).__name__}")
    shape = state.get("preferred_shape", (len(chosen),))
    if math.prod(map(_length, shape)) != len(chosen):
        raise Refused(f"expected {len(chosen)} entries to make an array of another size, found their shape")
    return source.ravel()[_indices(chosen, source.size)].reshape(shape)


_FINISH: Final[dict[str, Callable[[str, Any, Any], Any]]] = {
    "_reconstruct": _finish_array,
    "_frombuffer": _finish_buffer,
    "dtype": _finish_dtype,
    "scalar": _finish_scalar,
    "Ch": _finish_variable,
    "Select": _finish_selection,
    **dict.fromkeys(SPARSE, _finish_sparse),
}

_NESTED: Final = frozenset({list, tuple, dict, Record})


def plain_dtype(code: str) -> np.dtype[Any]:
    if not _PLAIN_DTYPE.fullmatch(code.lstrip("<>=|")):
        raise Refused(f"expected a dtype of numbers, texts or objects, found {code[:40]}")
    return np.dtype(code)


def plain_array(data: Any, dtype: Any, shape: Any, order: Any) -> np.ndarray[Any, Any]:
    """The array of these bytes, or of this list if it is one of objects; the two must fit to the last byte."""
    if not isinstance(dtype, np.dtype) or not isinstance(shape, tuple) or len(shape) > _MOST_AXES:
        raise Refused("expected a dtype and a shape, found something else")
    count = math.prod(map(_length, shape))
    if dtype.hasobject:
        if not isinstance(data, list) or len(data) != count:
            raise Refused(f"expected {count} objects in an array, found another number")
        objects = np.empty(count, dtype=object)
        for place, value in enumerate(data):
            objects[place] = value
        return objects.reshape(shape, order=order)
    if isinstance(data, str):  # the bytes of Python 2
        data = data.encode("latin1")
    if not isinstance(data, bytes) or len(data) != count * dtype.itemsize:
        found = len(data) if isinstance(data, bytes) else f"a {type(data).__name__}"
        raise Refused(f"expected {count * dtype.itemsize} bytes for an array, found {found}")
    flat = np.frombuffer(data, dtype) if count else np.empty(0, dtype)
    _check_values(flat)
    return flat.astype(dtype.newbyteorder("="), copy=False).reshape(shape, order=order)


def _check_values(flat: np.ndarray[Any, Any]) -> None:
    """Refuse bools that are neither 0 nor 1, and texts with what is no character: NumPy itself trusts both."""
    if flat.dtype.kind == "b" and (flat.view(np.uint8) > 1).any():
        raise Refused("expected bools, found other bytes")
    if flat.dtype.kind == "U":
        points = flat.view(flat.dtype.newbyteorder("=").byteorder + "u4").astype(np.uint32)
        if ((points > _LARGEST_CODE_POINT) | (points >> 11 == 0x1B)).any():
            raise Refused("expected texts, found what is no character")


def _length(value: Any) -> int:
    if isinstance(value, np.integer):
        value = int(value)
    if type(value) is not int or value < 0:
        raise Refused("expected lengths in a shape, found something else")
    return value


def _vector(value: Any, kinds: str) -> np.ndarray[Any, Any]:
    if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind not in kinds:
        raise Refused("expected a row of numbers, found something else")
    return value


def _indices(value: np.ndarray[Any, Any], length: int) -> np.ndarray[Any, Any]:
    if len(value) and (int(value.min()) < 0 or int(value.max()) >= length):
        raise Refused(f"expected indices below {length}, found others")
    return value.astype(np.int64)
