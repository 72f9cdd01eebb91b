"""Pickles and .npy files from outside, read without ever running anything that is in them.

A pickle is a program. Python's own unpickler calls what the program names, so that even one with an allow-list is only
as safe as every function on the list. Here the program is read by a small machine of our own, which has no way to call
anything: it knows the opcodes that make plain values, and for a name on the list below it sets a record of name,
arguments and state aside. Records become arrays at the end (`pickled_records`), where their sizes are checked against
the bytes that there are. `pickletools.genops` splits the program into opcodes and checks all declared lengths.

What comes out: None, bool, int, float, str, bytes, bytearray, list, tuple, dict, set and frozenset of those, NumPy
scalars and arrays (bool, int, float, text, objects; in native byte order). Texts of Python 2 are read as Latin-1, as
NumPy's own data needs it. Sparse SciPy matrices come out as dense arrays, chumpy's variables as their values.

What belongs here: the pickle machine and .npy headers. What does not: what any file must contain.
"""

import io
import pickletools
import tokenize
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from handx_core.errors import RawDataError
from handx_core.pickled_records import SPARSE, Name, Record, Refused, plain_array, plain_dtype, resolve

_MOST_OPCODES: Final = 20_000_000
_MOST_CONTAINERS: Final = 2_000_000
"""An opcode of one byte can make a container of two hundred: with these two, hostile files stay below 2 GB."""

_LARGEST_HEADER: Final = 4096
_LONGEST_COMPLAINT: Final = 120

_KEYS: Final = (str, int, float, bytes, bool, type(None))
"""What may be a key or in a set: a tuple may not, since Python hashes nested ones by unbounded recursion."""

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
_INSTANCES: Final = frozenset({*SPARSE, "Ch", "Select"})
_RECORDS: Final = frozenset({"scalar", "_frombuffer", "dtype"})


def unpickle(content: bytes, path: Path | str) -> Any:
    """The value of a pickle of any protocol, made of the plain types named above. No code is run.

    Raises RawDataError where the pickle is damaged, names anything that is not on the list, asks for more memory than
    its bytes account for, or makes a value that contains itself or is nested more than 40 levels deep.
    """
    try:
        machine = _Machine()
        return resolve(machine.run(content), machine.n_opcodes)
    except Refused as error:
        raise RawDataError(path, str(error)) from None
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise RawDataError(
            path, f"expected a whole pickle of plain values, found: {str(error)[:_LONGEST_COMPLAINT]}"
        ) from error


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
    # A header is a Python literal: a hostile one may also exhaust the parser, or end in the middle of a token.
    except (
        ValueError, TypeError, KeyError, SyntaxError, OverflowError, MemoryError, RecursionError, tokenize.TokenError
    ) as error:  # fmt: skip
        raise RawDataError(path, "expected a .npy file of format 1.0 or 2.0, found a header that is none") from error
    body = content[file.tell() :]
    if dtype.hasobject:
        objects = unpickle(body, path)
        if not isinstance(objects, np.ndarray) or objects.shape != shape:
            raise RawDataError(path, f"expected a pickled array of shape {shape}, found something else")
        return objects
    try:
        return plain_array(body, plain_dtype(dtype.str), shape, "F" if in_columns else "C")
    except Refused as error:
        raise RawDataError(path, str(error)) from None


_NOTHING: Final = object()


class _Machine:
    """The stack, marks and memo of a pickle program while it is read."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: list[Any] = []
        self.n_opcodes = 0
        self.n_containers = 0

    def run(self, content: bytes) -> Any:
        """The value on the stack when the program stops. Raises Refused, ValueError, IndexError, KeyError."""
        for opcode, argument, _ in pickletools.genops(content):
            self.n_opcodes += 1
            if self.n_opcodes > _MOST_OPCODES:
                raise Refused(f"expected at most {_MOST_OPCODES} opcodes, found more")
            if opcode.name in _PUSHES:
                self.stack.append(argument)
                continue
            step = _STEPS.get(opcode.name)
            if step is None:
                raise Refused(f"expected a pickle of plain values, found the opcode {opcode.name}")
            step(self, argument)
            if self.n_containers > _MOST_CONTAINERS:
                raise Refused(f"expected at most {_MOST_CONTAINERS} containers, found more")
        return self.stack.pop()

    def pop(self) -> Any:
        if self.marks and self.marks[-1] >= len(self.stack):
            raise Refused("expected a value on the stack, found a mark")
        return self.stack.pop()

    def pop_to_mark(self) -> list[Any]:
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def top(self, kind: type) -> Any:
        if type(self.stack[-1]) is not kind:
            raise Refused(f"expected a {kind.__name__} on the stack, found a {type(self.stack[-1]).__name__}")
        return self.stack[-1]

    def push_container(self, container: Any) -> None:
        self.n_containers += 1
        self.stack.append(container)

    def memorise(self, place: int) -> None:
        if not 0 <= place <= self.n_opcodes:
            raise Refused(f"expected no more places in the memo than opcodes, found place {place}")
        self.memo.extend([_NOTHING] * (place + 1 - len(self.memo)))
        self.memo[place] = self.stack[-1]

    def recall(self, place: int) -> None:
        if not 0 <= place < len(self.memo) or self.memo[place] is _NOTHING:
            raise Refused("expected a place in the memo that was filled before, found an empty one")
        self.stack.append(self.memo[place])

    def push_tuple(self, length: int) -> None:
        items = [self.pop() for _ in range(length)]
        self.push_container(tuple(items[::-1]))

    def extend_list(self, items: list[Any]) -> None:
        self.top(list).extend(items)

    def extend_set(self, items: list[Any]) -> None:
        self.top(set).update(map(_key, items))

    def push_dict(self, items: list[Any]) -> None:
        self.push_container({})
        self.set_items(items)

    def set_items(self, items: list[Any]) -> None:
        if len(items) % 2:
            raise Refused("expected a value for every key, found an odd number of entries")
        self.top(dict).update(zip(map(_key, items[::2]), items[1::2], strict=True))

    def push_name_from_stack(self) -> None:
        name, module = self.pop(), self.pop()
        self.push_name(module, name)

    def push_name(self, module: Any, name: Any) -> None:
        if not isinstance(module, str) or not isinstance(name, str) or (module, name) not in _NAMES:
            raise Refused(f"expected only names of numbers and arrays, found {str(module)[:80]}.{str(name)[:80]}")
        self.stack.append(Name(_NAMES[module, name]))

    def make(self, *, is_instance: bool) -> None:
        """REDUCE and NEWOBJ: what is called, and its arguments, become a value or a record."""
        arguments, called = self.pop(), self.pop()
        if not isinstance(called, Name) or not isinstance(arguments, tuple):
            raise Refused("expected a name and its arguments, found something else that is to be called")
        self.push_container(_instance(called, arguments) if is_instance else _reduced(called.name, arguments))

    def build(self) -> None:
        state, record = self.pop(), self.top(Record)
        if record.state is not None or state is None:
            raise Refused(f"expected the state of {record.name} once, found it none or twice")
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
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), lambda machine, place: machine.recall(place)),
    "NONE": lambda machine, _: machine.stack.append(None),
    "NEWTRUE": lambda machine, _: machine.stack.append(True),
    "NEWFALSE": lambda machine, _: machine.stack.append(False),
    "MARK": lambda machine, _: machine.marks.append(len(machine.stack)),
    "EMPTY_LIST": lambda machine, _: machine.push_container([]),
    "LIST": lambda machine, _: machine.push_container(machine.pop_to_mark()),
    "APPEND": lambda machine, _: machine.extend_list([machine.pop()]),
    "APPENDS": lambda machine, _: machine.extend_list(machine.pop_to_mark()),
    "EMPTY_TUPLE": lambda machine, _: machine.stack.append(()),
    "TUPLE": lambda machine, _: machine.push_container(tuple(machine.pop_to_mark())),
    "TUPLE1": lambda machine, _: machine.push_tuple(1),
    "TUPLE2": lambda machine, _: machine.push_tuple(2),
    "TUPLE3": lambda machine, _: machine.push_tuple(3),
    "EMPTY_DICT": lambda machine, _: machine.push_container({}),
    "DICT": lambda machine, _: machine.push_dict(machine.pop_to_mark()),
    "SETITEM": lambda machine, _: machine.set_items([machine.pop(), machine.pop()][::-1]),
    "SETITEMS": lambda machine, _: machine.set_items(machine.pop_to_mark()),
    "EMPTY_SET": lambda machine, _: machine.push_container(set()),
    "ADDITEMS": lambda machine, _: machine.extend_set(machine.pop_to_mark()),
    "FROZENSET": lambda machine, _: machine.push_container(frozenset(map(_key, machine.pop_to_mark()))),
    "GLOBAL": lambda machine, name: machine.push_name(*name.split(" ", 1)),
    "STACK_GLOBAL": lambda machine, _: machine.push_name_from_stack(),
    "REDUCE": lambda machine, _: machine.make(is_instance=False),
    "NEWOBJ": lambda machine, _: machine.make(is_instance=True),
    "BUILD": lambda machine, _: machine.build(),
}
"""What the machine does at each other opcode; one that is not here is refused."""


def _key(value: Any) -> Any:
    if not isinstance(value, _KEYS):
        raise Refused(f"expected numbers and texts as keys, found a {type(value).__name__}")
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
    if name == "_reconstructor" and len(arguments) == 3 and arguments[1] == Name("object") and arguments[2] is None:
        return _instance(arguments[0], ())
    if name == "_reconstruct" and arguments[:1] == (Name("ndarray"),):
        return Record(name, arguments[1:])
    if name in _RECORDS:
        return Record(name, arguments)
    raise Refused(f"expected {name} with arguments that make an array or a set, found others")


def _instance(called: Any, arguments: tuple[Any, ...]) -> Record:
    if not isinstance(called, Name) or called.name not in _INSTANCES or arguments:
        raise Refused("expected an object of chumpy or a sparse matrix, found another")
    return Record(called.name, arguments)
