"""Pickles and .npy files from outside, read without ever running anything that is in them.

A pickle is a program. Python's own unpickler calls what the program names, so that even one with an allow-list is only
as safe as every function on the list. Here the program is read by a small machine of our own, which has no way to call
anything: it knows the opcodes that make plain values, and for a name on the list below it sets a record of name,
arguments and state aside. Records become arrays at the end, by this module's own code, which checks their sizes
against the bytes that there are. `pickletools.genops` splits the program into opcodes and checks all declared lengths.

What comes out: None, bool, int, float, str, bytes, bytearray, list, tuple, dict, set and frozenset of those, NumPy
scalars and arrays (bool, int, float, text, objects; in native byte order). Texts of Python 2 are read as Latin-1, as
NumPy's own data needs it. Sparse SciPy matrices come out as dense arrays, chumpy's variables as their values.

What belongs here: the pickle machine and .npy headers. What does not: what any file must contain.
"""

import io
import math
import pickletools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from handx_core.errors import RawDataError

_MOST_OPCODES: Final = 50_000_000
_DEEPEST: Final = 40
"""Levels of nesting; a model file has 7, and what walks the value after us may do so by recursion."""

_UNROLLED_PER_OPCODE: Final = 100
"""Entries of all containers, shared ones counted as often as they occur, over opcodes: no growth by doubling."""

_MOST_DENSE_ENTRIES: Final = 1 << 22
_LARGEST_HEADER: Final = 4096
_LARGEST_CODE_POINT: Final = 0x10FFFF
_MOST_AXES: Final = 32

_KEYS: Final = (str, int, float, bytes, bool, type(None))
"""What may be a key or in a set: a tuple may not, since Python hashes nested ones by unbounded recursion."""

_PLAIN_DTYPE: Final = re.compile(r"b1|[iu][1248]|f[248]|[SU][1-9]\d{0,5}|O[48]?")


@dataclass(frozen=True)
class _Name:
    """A name on the list: a mere word, there is nothing behind it."""

    name: str


@dataclass(eq=False)
class _Record:
    """What a pickle says how to make: by which name, from which arguments, with which state."""

    name: str
    arguments: Any
    state: Any = None


_SPARSE: Final = tuple(f"{form}_matrix" for form in ("csc", "csr", "coo"))
_NAMES: Final = {
    **{
        (f"numpy.{core}.multiarray", name): name for core in ("core", "_core") for name in ("_reconstruct", "scalar")
    },
    **{(f"numpy.{core}.numeric", "_frombuffer"): "_frombuffer" for core in ("core", "_core")},
    ("numpy", "ndarray"): "ndarray",
    ("numpy", "dtype"): "dtype",
    **{(f"scipy.sparse{module}", f"{form}_matrix"): f"{form}_matrix"
       for form in ("csc", "csr", "coo") for module in ("", f".{form}", f"._{form}")},
    ("chumpy.ch", "Ch"): "Ch",
    ("chumpy.reordering", "Select"): "Select",
    **{(module, name): name
       for module in ("builtins", "__builtin__") for name in ("object", "set", "frozenset", "bytes", "bytearray")},
    **{(module, "_reconstructor"): "_reconstructor" for module in ("copyreg", "copy_reg")},
    ("_codecs", "encode"): "encode",
}  # fmt: skip
_INSTANCES: Final = frozenset({*_SPARSE, "Ch", "Select"})
_RECORDS: Final = frozenset({"_reconstruct", "scalar", "_frombuffer", "dtype"})


class _Refused(Exception):
    """What the file has that it must not have, said as `expected ..., found ...`."""


def unpickle(content: bytes, path: Path | str) -> Any:
    """The value of a pickle of any protocol, made of the plain types named above. No code is run.

    Raises RawDataError where the pickle is damaged, names anything that is not on the list, asks for more memory than
    its bytes account for, or makes a value that contains itself or is nested more than 40 levels deep.
    """
    try:
        machine = _Machine()
        return _resolve(machine.run(content), machine.n_opcodes)
    except _Refused as error:
        raise RawDataError(path, str(error)) from None
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise RawDataError(path, f"expected a whole pickle of plain values, found: {error}") from error


def read_npy(content: bytes, path: Path | str) -> np.ndarray[Any, Any]:
    """The array of a .npy file, format 1.0 or 2.0; an array of objects goes through `unpickle`.

    Numbers, bools and texts only, in the file's shape and byte order. Raises RawDataError where the header asks for
    other bytes than follow it, and for all that `unpickle` raises it for.
    """
    file = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(file)
        readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, in_columns, dtype = readers[version](file, max_header_size=_LARGEST_HEADER)
    # A header is a Python literal: a hostile one may also exhaust the parser.
    except (ValueError, TypeError, KeyError, SyntaxError, OverflowError, MemoryError, RecursionError) as error:
        raise RawDataError(path, "expected a .npy file of format 1.0 or 2.0, found a header that is none") from error
    body = content[file.tell() :]
    if dtype.hasobject:
        objects = unpickle(body, path)
        if not isinstance(objects, np.ndarray) or objects.shape != shape:
            raise RawDataError(path, f"expected a pickled array of shape {shape}, found something else")
        return objects
    try:
        return _array(body, _plain_dtype(dtype.str), shape, "F" if in_columns else "C")
    except _Refused as error:
        raise RawDataError(path, str(error)) from None


class _Machine:
    """The stack, marks and memo of a pickle program while it is read."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}
        self.n_opcodes = 0

    def run(self, content: bytes) -> Any:
        """The value on the stack when the program stops. Raises _Refused, ValueError, IndexError, KeyError."""
        for opcode, argument, _ in pickletools.genops(content):
            self.n_opcodes += 1
            if self.n_opcodes > _MOST_OPCODES:
                raise _Refused(f"expected at most {_MOST_OPCODES} opcodes, found more")
            if opcode.name in _PUSHES:
                self.stack.append(argument)
                continue
            step = _STEPS.get(opcode.name)
            if step is None:
                raise _Refused(f"expected a pickle of plain values, found the opcode {opcode.name}")
            step(self, argument)
        return self.stack.pop()

    def pop(self) -> Any:
        if self.marks and self.marks[-1] >= len(self.stack):
            raise _Refused("expected a value on the stack, found a mark")
        return self.stack.pop()

    def pop_to_mark(self) -> list[Any]:
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def top(self, kind: type) -> Any:
        if type(self.stack[-1]) is not kind:
            raise _Refused(f"expected a {kind.__name__} on the stack, found a {type(self.stack[-1]).__name__}")
        return self.stack[-1]

    def memorise(self, place: int) -> None:
        self.memo[place] = self.stack[-1]

    def push_tuple(self, length: int) -> None:
        items = [self.pop() for _ in range(length)]
        self.stack.append(tuple(items[::-1]))

    def extend_list(self, items: list[Any]) -> None:
        self.top(list).extend(items)

    def extend_set(self, items: list[Any]) -> None:
        self.top(set).update(map(_key, items))

    def push_dict(self, items: list[Any]) -> None:
        self.stack.append({})
        self.set_items(items)

    def set_items(self, items: list[Any]) -> None:
        if len(items) % 2:
            raise _Refused("expected a value for every key, found an odd number of entries")
        self.top(dict).update(zip(map(_key, items[::2]), items[1::2], strict=True))

    def push_name_from_stack(self) -> None:
        name, module = self.pop(), self.pop()
        self.push_name(module, name)

    def push_name(self, module: Any, name: Any) -> None:
        if not isinstance(module, str) or not isinstance(name, str) or (module, name) not in _NAMES:
            raise _Refused(f"expected only names of numbers and arrays, found {str(module)[:80]}.{str(name)[:80]}")
        self.stack.append(_Name(_NAMES[module, name]))

    def make(self, *, is_instance: bool) -> None:
        """REDUCE and NEWOBJ: what is called, and its arguments, become a value or a record."""
        arguments, called = self.pop(), self.pop()
        if not isinstance(called, _Name) or not isinstance(arguments, tuple):
            raise _Refused("expected a name and its arguments, found something else that is to be called")
        self.stack.append(_instance(called, arguments) if is_instance else _reduced(called.name, arguments))

    def build(self) -> None:
        state, record = self.pop(), self.top(_Record)
        if record.state is not None or state is None:
            raise _Refused(f"expected the state of {record.name} once, found it none or twice")
        record.state = state


_PUSHES: Final = frozenset(
    """INT LONG LONG1 LONG4 BININT BININT1 BININT2 FLOAT BINFLOAT STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE
    SHORT_BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8""".split()  # noqa: SIM905 - shorter so
)
"""Opcodes that push their own argument."""

_Step = Callable[[_Machine, Any], None]
_STEPS: Final[dict[str, _Step]] = {
    **dict.fromkeys(("PROTO", "FRAME", "STOP"), lambda machine, argument: None),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), lambda machine, place: machine.memorise(place)),
    "MEMOIZE": lambda machine, _: machine.memorise(len(machine.memo)),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), lambda machine, place: machine.stack.append(machine.memo[place])),
    "NONE": lambda machine, _: machine.stack.append(None),
    "NEWTRUE": lambda machine, _: machine.stack.append(True),
    "NEWFALSE": lambda machine, _: machine.stack.append(False),
    "MARK": lambda machine, _: machine.marks.append(len(machine.stack)),
    "EMPTY_LIST": lambda machine, _: machine.stack.append([]),
    "LIST": lambda machine, _: machine.stack.append(machine.pop_to_mark()),
    "APPEND": lambda machine, _: machine.extend_list([machine.pop()]),
    "APPENDS": lambda machine, _: machine.extend_list(machine.pop_to_mark()),
    "EMPTY_TUPLE": lambda machine, _: machine.stack.append(()),
    "TUPLE": lambda machine, _: machine.stack.append(tuple(machine.pop_to_mark())),
    "TUPLE1": lambda machine, _: machine.push_tuple(1),
    "TUPLE2": lambda machine, _: machine.push_tuple(2),
    "TUPLE3": lambda machine, _: machine.push_tuple(3),
    "EMPTY_DICT": lambda machine, _: machine.stack.append({}),
    "DICT": lambda machine, _: machine.push_dict(machine.pop_to_mark()),
    "SETITEM": lambda machine, _: machine.set_items([machine.pop(), machine.pop()][::-1]),
    "SETITEMS": lambda machine, _: machine.set_items(machine.pop_to_mark()),
    "EMPTY_SET": lambda machine, _: machine.stack.append(set()),
    "ADDITEMS": lambda machine, _: machine.extend_set(machine.pop_to_mark()),
    "FROZENSET": lambda machine, _: machine.stack.append(frozenset(map(_key, machine.pop_to_mark()))),
    "GLOBAL": lambda machine, name: machine.push_name(*name.split(" ", 1)),
    "STACK_GLOBAL": lambda machine, _: machine.push_name_from_stack(),
    "REDUCE": lambda machine, _: machine.make(is_instance=False),
    "NEWOBJ": lambda machine, _: machine.make(is_instance=True),
    "BUILD": lambda machine, _: machine.build(),
}
"""What the machine does at each other opcode; one that is not here is refused."""


def _key(value: Any) -> Any:
    if not isinstance(value, _KEYS):
        raise _Refused(f"expected numbers and texts as keys, found a {type(value).__name__}")
    return value


def _reduced(name: str, arguments: tuple[Any, ...]) -> Any:
    if (
        name == "encode"
        and len(arguments) == 2
        and isinstance(arguments[0], str)
        and arguments[1] in ("latin1", "latin-1")
    ):
        return arguments[0].encode("latin1")
    if name == "bytes" and not arguments:
        return b""
    if name == "bytearray" and all(isinstance(argument, bytes) for argument in arguments[:1]) and len(arguments) < 2:
        return bytearray(*arguments)
    if name in ("set", "frozenset") and len(arguments) == 1 and isinstance(arguments[0], list | tuple):
        return (set if name == "set" else frozenset)(map(_key, arguments[0]))
    if name == "_reconstructor" and len(arguments) == 3 and arguments[1] == _Name("object") and arguments[2] is None:
        return _instance(arguments[0], ())
    if name in _RECORDS:
        return _Record(name, arguments)
    raise _Refused(f"expected {name} with arguments that make an array or a set, found others")


def _instance(called: Any, arguments: tuple[Any, ...]) -> _Record:
    if not isinstance(called, _Name) or called.name not in _INSTANCES or arguments:
        raise _Refused("expected an object of chumpy or a sparse matrix, found another")
    return _Record(called.name, arguments)


def _resolve(root: Any, n_opcodes: int) -> Any:
    """The value with all records replaced by what they describe: children first, without recursion."""
    done: dict[int, tuple[Any, int, int]] = {}  # of a container: its value, levels, entries with shared ones repeated
    unfinished: set[int] = set()
    todo = [root]
    while todo:
        item = todo[-1]
        children = [child for child in _children(item) if type(child) in _NESTED]
        waiting = [child for child in children if id(child) not in done]
        if waiting:
            unfinished.add(id(item))
            if any(id(child) in unfinished for child in waiting):
                raise _Refused("expected a value that ends, found one that contains itself")
            todo.extend(waiting)
            continue
        todo.pop()
        if id(item) in done:
            continue
        levels = 1 + max((done[id(child)][1] for child in children), default=0)
        entries = 1 + len(_children(item)) + sum(done[id(child)][2] for child in children)
        if levels > _DEEPEST:
            raise _Refused(f"expected at most {_DEEPEST} levels, found more")
        if entries > _UNROLLED_PER_OPCODE * n_opcodes:
            raise _Refused("expected a value about as large as its file, found one that repeats itself many times")
        done[id(item)] = (_finished(item, done), levels, entries)
    return done[id(root)][0]


def _children(item: Any) -> Any:
    """What a container or record consists of; keys and the entries of sets are plain already."""
    if type(item) in (list, tuple):
        return item
    if type(item) is dict:
        return item.values()
    return (item.arguments, item.state) if type(item) is _Record else ()


def _finished(item: Any, done: dict[int, tuple[Any, int, int]]) -> Any:
    """A container with its children's values in place of them; lists and dicts stay the objects they are."""

    def value(child: Any) -> Any:
        return done[id(child)][0] if type(child) in _NESTED else child

    if type(item) is list:
        item[:] = map(value, item)
    elif type(item) is dict:
        item.update({key: value(child) for key, child in item.items()})
    elif type(item) is tuple:
        return tuple(map(value, item))
    elif type(item) is _Record:
        return _FINISH[item.name](item.name, value(item.arguments), value(item.state))
    return item


def _finish_array(name: str, arguments: Any, state: Any) -> Any:
    """`_reconstruct(ndarray, (0,), b"b")` and a state (version, shape, dtype, Fortran order, bytes or list)."""
    if not isinstance(state, tuple) or len(state) not in (4, 5):
        raise _Refused("expected an array's shape, dtype and data, found another state")
    shape, dtype, in_columns, data = state[-4:]
    return _array(data, dtype, shape, "F" if in_columns else "C")


def _finish_buffer(name: str, arguments: Any, state: Any) -> Any:
    """`_frombuffer(bytes, dtype, shape, order)`, as protocol 5 has it."""
    data, dtype, shape, order = arguments
    return _array(bytes(data) if isinstance(data, bytearray) else data, dtype, shape, "F" if order == "F" else "C")


def _finish_dtype(name: str, arguments: Any, state: Any) -> np.dtype[Any]:
    """`dtype("f8", False, True)` and a state (version, byte order, subarray, names, fields, size, alignment, flags)."""
    code = arguments[0] if arguments else None
    order = state[1] if isinstance(state, tuple) and len(state) >= 5 else "="
    has_parts = isinstance(state, tuple) and any(part is not None for part in state[2:5])
    if not isinstance(code, str) or order not in ("<", ">", "=", "|") or has_parts:
        raise _Refused("expected a plain dtype, found another")
    return _plain_dtype("O" if code.startswith("O") else order + code)


def _finish_scalar(name: str, arguments: Any, state: Any) -> Any:
    """`scalar(dtype, bytes)`."""
    dtype, data = arguments
    return _array(data, dtype, (1,), "C")[0]


def _finish_sparse(name: str, arguments: Any, state: Any) -> np.ndarray[Any, Any]:
    """A compressed or coordinate matrix as the dense array that it stands for; doubled entries add up."""
    rows, columns = state["_shape" if "_shape" in state else "shape"]
    n_rows, n_columns = _length(rows), _length(columns)
    if n_rows * n_columns > _MOST_DENSE_ENTRIES:
        raise _Refused(f"expected a matrix of at most {_MOST_DENSE_ENTRIES} entries, found {n_rows} x {n_columns}")
    values = _vector(state["data"], "f")
    if name == "coo_matrix":
        row, column = (_vector(state[axis], "iu") for axis in ("row", "col"))
    else:
        starts, inner = _vector(state["indptr"], "iu").astype(np.int64), _vector(state["indices"], "iu")
        counts = np.diff(starts)
        n_lines = n_columns if name == "csc_matrix" else n_rows
        if len(counts) != n_lines or starts[0] != 0 or (counts < 0).any() or starts[-1] != len(values):
            raise _Refused("expected a compressed matrix's starts to rise to its number of entries, found others")
        outer = np.repeat(np.arange(n_lines), counts)
        row, column = (inner, outer) if name == "csc_matrix" else (outer, inner)
    if not (len(row) == len(column) == len(values)):
        raise _Refused("expected a row and column for every entry of a matrix, found other numbers of them")
    dense = np.zeros((n_rows, n_columns))
    np.add.at(dense, (_indices(row, n_rows), _indices(column, n_columns)), values)
    return dense


def _finish_variable(name: str, arguments: Any, state: Any) -> Any:
    """chumpy's Ch: the array that it holds."""
    if not isinstance(state["x"], np.ndarray):
        raise _Refused(f"expected an array in a chumpy variable, found a {type(state['x']).__name__}")
    return state["x"]


def _finish_selection(name: str, arguments: Any, state: Any) -> np.ndarray[Any, Any]:
    """chumpy's Select: some entries of another variable, in a shape of their own."""
    source, chosen = state["a"], _vector(state["idxs"], "iu")
    if not isinstance(source, np.ndarray):
        raise _Refused(f"expected an array to select from, found a {type(source).__name__}")
    shape = state.get("preferred_shape", (len(chosen),))
    if math.prod(map(_length, shape)) != len(chosen):
        raise _Refused(f"expected {len(chosen)} entries to make an array of another size, found their shape")
    return source.ravel()[_indices(chosen, source.size)].reshape(shape)


_FINISH: Final[dict[str, Callable[[str, Any, Any], Any]]] = {
    "_reconstruct": _finish_array,
    "_frombuffer": _finish_buffer,
    "dtype": _finish_dtype,
    "scalar": _finish_scalar,
    "Ch": _finish_variable,
    "Select": _finish_selection,
    **dict.fromkeys(_SPARSE, _finish_sparse),
}

_NESTED: Final = frozenset({list, tuple, dict, _Record})


def _plain_dtype(code: str) -> np.dtype[Any]:
    if not _PLAIN_DTYPE.fullmatch(code.lstrip("<>=|")):
        raise _Refused(f"expected a dtype of numbers, texts or objects, found {code[:40]}")
    return np.dtype(code)


def _array(data: Any, dtype: Any, shape: Any, order: Any) -> np.ndarray[Any, Any]:
    """The array of these bytes, or of this list if it is one of objects; the two must fit to the last byte."""
    if not isinstance(dtype, np.dtype) or not isinstance(shape, tuple) or len(shape) > _MOST_AXES:
        raise _Refused("expected a dtype and a shape, found something else")
    count = math.prod(map(_length, shape))
    if dtype.hasobject:
        if not isinstance(data, list) or len(data) != count:
            raise _Refused(f"expected {count} objects in an array, found another number")
        objects = np.empty(count, dtype=object)
        for place, value in enumerate(data):
            objects[place] = value
        return objects.reshape(shape, order=order)
    if isinstance(data, str):  # the bytes of Python 2
        data = data.encode("latin1")
    if not isinstance(data, bytes) or len(data) != count * dtype.itemsize:
        found = len(data) if isinstance(data, bytes) else f"a {type(data).__name__}"
        raise _Refused(f"expected {count * dtype.itemsize} bytes for an array, found {found}")
    flat = np.frombuffer(data, dtype) if count else np.empty(0, dtype)
    _check_values(flat)
    return flat.astype(dtype.newbyteorder("="), copy=False).reshape(shape, order=order)


def _check_values(flat: np.ndarray[Any, Any]) -> None:
    """Refuse bools that are neither 0 nor 1, and texts with what is no character: NumPy itself trusts both."""
    if flat.dtype.kind == "b" and (flat.view(np.uint8) > 1).any():
        raise _Refused("expected bools, found other bytes")
    if flat.dtype.kind == "U":
        points = flat.view(flat.dtype.newbyteorder("=").byteorder + "u4").astype(np.uint32)
        if ((points > _LARGEST_CODE_POINT) | (points >> 11 == 0x1B)).any():
            raise _Refused("expected texts, found what is no character")


def _length(value: Any) -> int:
    if isinstance(value, np.integer):
        value = int(value)
    if type(value) is not int or value < 0:
        raise _Refused("expected lengths in a shape, found something else")
    return value


def _vector(value: Any, kinds: str) -> np.ndarray[Any, Any]:
    if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind not in kinds:
        raise _Refused("expected a row of numbers, found something else")
    return value


def _indices(value: np.ndarray[Any, Any], length: int) -> np.ndarray[Any, Any]:
    if len(value) and (int(value.min()) < 0 or int(value.max()) >= length):
        raise _Refused(f"expected indices below {length}, found others")
    return value.astype(np.int64)
