"""What is in pickles and .npy files comes out as NumPy has it, and nothing in them is ever run, hangs or swells."""

import io
import os
import pickle
import pickletools
import resource
import struct
import time
from collections import OrderedDict
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

from handx_core.errors import RawDataError
from handx_core.safe_load import read_npy, unpickle

N_MUTATIONS = int(os.environ.get("HANDX_FUZZ", 400))
PROTOCOLS = range(2, 6)
ARRAYS = of_numpy.arrays(
    of_numpy.boolean_dtypes() | of_numpy.integer_dtypes(endianness="?") | of_numpy.floating_dtypes(endianness="?"),
    of_numpy.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
KEYS = st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.floats(allow_nan=False)
VALUES = st.recursive(
    KEYS,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(KEYS, inner) | st.sets(KEYS)
    | st.frozensets(KEYS),
    max_leaves=20,
)  # fmt: skip


def npy(array: np.ndarray[Any, Any], version: tuple[int, int] = (1, 0)) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    return file.getvalue()


def short(text: str) -> bytes:
    """The opcode that pushes a short text."""
    return b"\x8c" + bytes([len(text)]) + text.encode()


# ---- what comes out


@given(VALUES, st.sampled_from(PROTOCOLS))
def test_plain_values_come_back(value: Any, protocol: int) -> None:
    read = unpickle(pickle.dumps(value, protocol=protocol), "x")
    assert read == value
    assert type(read) is type(value)


@given(ARRAYS, st.sampled_from(PROTOCOLS), st.booleans())
def test_arrays_come_back_in_native_byte_order(array: np.ndarray[Any, Any], protocol: int, in_columns: bool) -> None:
    array = np.asfortranarray(array) if in_columns else array
    for read in (unpickle(pickle.dumps(array, protocol=protocol), "x"), read_npy(npy(array), "x")):
        np.testing.assert_array_equal(read, array, strict=False)
        assert read.shape == array.shape
        assert read.dtype == array.dtype.newbyteorder("=")
        assert read.dtype.isnative


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_scalars_texts_objects_and_sparse_matrices_come_back(protocol: int) -> None:
    dense = np.array([[0.0, 1.5, 0.0], [2.0, 0.0, 0.25]])
    shared = np.arange(3)
    value = {
        "scalar": np.float32(1.5),
        "texts": np.array(["ab", "ß", ""]),
        "bytes": np.array([b"ab", b"c"]),
        "objects": np.array([{"a": shared, "b": [shared, None]}, "x"], dtype=object).reshape(2, 1),
        "csc": scipy.sparse.csc_matrix(dense),
        "csr": scipy.sparse.csr_matrix(dense),
        "coo": scipy.sparse.coo_matrix(dense),
        "bytearray": bytearray(b"ab"),
        "empty": b"",
    }
    read = unpickle(pickle.dumps(value, protocol=protocol), "x")
    assert type(read["scalar"]) is np.float32
    assert read["scalar"] == np.float32(1.5)
    assert read["texts"].tolist() == ["ab", "ß", ""]
    assert read["bytes"].tolist() == [b"ab", b"c"]
    assert read["objects"].shape == (2, 1)
    assert read["objects"][0, 0]["a"].tolist() == [0, 1, 2]
    assert read["objects"][0, 0]["a"] is read["objects"][0, 0]["b"][0]
    for form in ("csc", "csr", "coo"):
        np.testing.assert_array_equal(read[form], dense)
    assert (read["bytearray"], read["empty"]) == (bytearray(b"ab"), b"")


def test_python_2s_pickles_have_one_kind_of_string() -> None:
    # {"a": array([1.0, 2.0])} as Python 2.7 with NumPy 1.16 wrote it, protocol 2, written out by hand.
    numbers = struct.pack("<dd", 1.0, 2.0)
    content = (
        b"\x80\x02}q\x00U\x01aq\x01cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03K\x00\x85U\x01b"
        b"\x87R(K\x01K\x02\x85cnumpy\ndtype\nU\x02f8K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff"
        b"K\x00tb\x89U\x10" + numbers + b"tbs."
    )
    assert unpickle(content, "x")["a"].tolist() == [1.0, 2.0]


def test_an_array_of_objects_in_an_npy_comes_back() -> None:
    read = read_npy(npy(np.array({"left": {"rot": np.ones((4, 3), np.float32)}}, dtype=object)), "x")
    assert read.shape == ()
    assert read.item()["left"]["rot"].dtype == np.float32
    np.testing.assert_array_equal(read_npy(npy(np.zeros((3, 7)), version=(2, 0)), "x"), np.zeros((3, 7)))


# ---- what is never run


class Reducing:
    """Pickles as whatever call it is given."""

    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> Any:
        return self.call


def hostile_pickles(trace: Path) -> dict[str, bytes]:
    """Each would leave a file behind, were anything of it run; or reach for what is not on the list."""
    command = f"touch {trace}"
    code = f"open({str(trace)!r}, 'w')"
    system = Reducing(os.system, (command,))
    array = np.zeros(2)
    reconstruct, arguments, state = array.__reduce__()
    frozen = b"\x80\x04cbuiltins\nfrozenset\n"
    return {
        "os.system": pickle.dumps(system, protocol=4),
        "os.system, protocol 0": pickle.dumps(system, protocol=0),
        "eval": pickle.dumps(Reducing(eval, (code,)), protocol=2),
        "numpy.load": pickle.dumps(Reducing(np.load, (str(trace), None, True))),
        "partial": pickle.dumps(partial(eval, code)),
        "nested in arguments": pickle.dumps(Reducing(reconstruct, (np.ndarray, (system,), b"b"))),
        "nested in a state": pickle.dumps(Reducing(reconstruct, arguments, (1, (system,), *state[2:]))),
        "nested in objects": pickle.dumps(np.array([system, 1], dtype=object)),
        "nested in a key": b"\x80\x02}cos\nsystem\nK\x01s.",
        "dotted name": b"\x80\x04" + short("numpy") + short("ndarray.__init__.__globals__") + b"\x93.",
        "dotted module": b"\x80\x04" + short("numpy.core.multiarray._reconstruct.__self__") + short("eval") + b"\x93.",
        "name out of a tuple": b"\x80\x04" + short("numpy") + b"K\x01\x85\x93.",
        "other name of an allowed module": b"cnumpy\nfromfile\nU\x01x\x85R.",
        "numpy.core.multiarray.fromfile": b"cnumpy.core.multiarray\nfromfile\nU\x01x\x85R.",
        "getattr": b"cbuiltins\ngetattr\ncnumpy\nndarray\nU\x01T\x86R.",
        "operator": b"coperator\nattrgetter\nU\x01T\x85R.",
        "class not to be called": b"cnumpy\nndarray\nJ\xff\xff\xff\x7f\x85R.",
        "new array": b"\x80\x02cnumpy\nndarray\nJ\xff\xff\xff\x7f\x85\x81.",
        "new with keywords": b"\x80\x04cnumpy\nndarray\n)}\x92.",
        "call of a text": b"\x80\x02U\x02os)R.",
        "call of a result": frozen + b"]\x85R)R.",
        "build on a list": b"\x80\x02]}U\x01ax}b.",
        "build on a name": b"cnumpy\nndarray\n}U\x09__class__K\x01sb.",
        "build twice": b"cchumpy.ch\nCh\n)\x81}U\x01xK\x01sb}U\x01xK\x02sb.",
        "build attributes of a dictionary": b"\x80\x02}(U\x05__x__K\x01tb.",
        "instance": f"(S'{command}'\nios\nsystem\n.".encode(),
        "object": f"(cos\nsystem\nS'{command}'\no.".encode(),
        "extension": b"\x80\x02\x82\x01.",
        "extension of four bytes": b"\x80\x02\x84\x01\x00\x00\x00.",
        "persistent id": b"Pabc\n.",
        "persistent object": b"U\x03abcQ.",
        "buffer out of band": b"\x80\x05\x97.",
        "reconstructor of another class": b"ccopy_reg\n_reconstructor\n(cnumpy\nndarray\nc__builtin__\nobject\nNtR.",
        "reconstructor of another base": b"ccopy_reg\n_reconstructor\n(cchumpy.ch\nCh\nc__builtin__\nset\nNtR.",
        "other codec": b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00hex\x86R.",
        "ordered dictionary": pickle.dumps(OrderedDict(a=1)),
        "a list hidden in an array's shape": pickle.dumps(Reducing(reconstruct, arguments, (1, [2], *state[2:]))),
    }


def test_code_is_never_run(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    for name, content in hostile_pickles(trace).items():
        with pytest.raises(RawDataError, match=r"expected .*, found"):
            unpickle(content, name)
        header = npy(np.array(None, dtype=object)).split(b"\n")[0] + b"\n"
        with pytest.raises(RawDataError):
            read_npy(header + content, name)
    assert not trace.exists()


def test_a_name_by_itself_is_no_value() -> None:
    for content in (b"cnumpy\nndarray\n.", b"\x80\x02]cnumpy\nndarray\na.", b"\x80\x02}U\x01acchumpy.ch\nCh\ns."):
        with pytest.raises(RawDataError, match="expected"):
            unpickle(content, "x")


# ---- what does not swell, hang or crash

DEEP = 50_000


def array_saying(shape: Any, dtype: str, data: Any) -> bytes:
    """A pickled array whose state claims this."""
    reconstruct, arguments, _ = np.zeros(1).__reduce__()
    return pickle.dumps(Reducing(reconstruct, arguments, (1, shape, np.dtype(dtype), False, data)))


SWELLING = {
    "shape without data": array_saying((10**12,), "f8", b"12345678"),
    "negative shape": array_saying((-1, -1), "f8", b"12345678"),
    "shape with a text": array_saying(("1",), "f8", b"12345678"),
    "shape with a bool": array_saying((True,), "f8", b"12345678"),
    "too many axes": array_saying((1,) * 5000, "f8", b"12345678"),
    "huge axis beside an empty one": array_saying((0, 2**70), "f8", b""),
    "objects without a list": array_saying((10**12,), "O", [None]),
    "objects out of bytes": array_saying((1,), "O", b"12345678"),
    "numbers out of a list": array_saying((1,), "f8", [1.0]),
    "text of no length": array_saying((10**12,), "S", b""),
    "no character": array_saying((1,), "U1", b"\xff\xff\xff\x7f"),
    "half a character": array_saying((1,), "U1", b"\x00\xd8\x00\x00"),
    "bool of 2": array_saying((1,), "?", b"\x02"),
    "structure": array_saying((1,), "f4,f4", b"12345678"),
    "date": array_saying((1,), "M8[s]", b"12345678"),
    "text longer than the file": b"\x80\x04\x8d" + struct.pack("<Q", 1 << 60) + b"a.",
    "bytes longer than the file": b"\x80\x04B" + struct.pack("<I", 0xFFFFFFFF) + b"a.",
    "bytearray longer than the file": b"\x80\x05\x96" + struct.pack("<Q", 1 << 40) + b"a.",
    "far memo": b"\x80\x02]r\xff\xff\xff\xff.",
    "far memo in text": b"]p99999999999999\n.",
    "negative memo": b"]p-5\n.",
    "memo not filled": b"\x80\x02h\x07.",
    "number of many digits": b"I" + b"9" * 5000 + b"\n.",
    "deep lists": b"\x80\x02" + b"]" * DEEP + b"a" * (DEEP - 1) + b".",
    "deep tuples": b"\x80\x02)" + b"\x85" * DEEP + b".",
    "deep key": b"\x80\x02})" + b"\x85" * DEEP + b"Ns.",
    "deep member of a set": b"\x80\x04\x8f()" + b"\x85" * DEEP + b"\x90.",
    "deep frozen set": b"\x80\x04" + b"(" * DEEP + b"\x91" * DEEP + b".",
    "deep dictionaries": b"\x80\x02" + b"}K\x01" * DEEP + b"N" + b"s" * DEEP + b".",
    "marks": b"(" * DEEP + b".",
    "list in itself": b"\x80\x02]q\x00h\x00a.",
    "dictionary in itself": b"\x80\x02}q\x00K\x01h\x00s.",
    "array in itself": b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntRp0\n"
                       b"(I1\n(I1\ntcnumpy\ndtype\n(S'O8'\nI0\nI1\ntRI00\n(lp1\ng0\natb.",
    "doubling": b"\x80\x02]q\x00" + b"".join(
        b"]q" + bytes([n]) + b"(h" + bytes([n - 1]) + b"h" + bytes([n - 1]) + b"e" for n in range(1, 35)) + b".",
    "sparse and huge": b"\x80\x02cscipy.sparse\ncsc_matrix\n)\x81}(U\x06_shapeJ\xff\xff\xff\x7f"
                       b"J\xff\xff\xff\x7f\x86ub.",
    "odd entries": b"\x80\x02}(K\x01u.",
    "nothing on the stack": b"\x80\x02.",
    "no mark": b"\x80\x02t.",
    "value below a mark": b"\x80\x02](\x61.",
    "nothing": b"",
    "no stop": b"\x80\x02]",
    "unknown opcode": b"\x80\x02\xff.",
}  # fmt: skip


@pytest.mark.parametrize("name", SWELLING)
def test_what_claims_too_much_is_refused_at_once(name: str) -> None:
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(RawDataError, match=r"^x: expected .*, found"):
        unpickle(SWELLING[name], "x")
    assert time.process_time() - start < 20.0  # they would take hours, or for ever
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kilobytes


def header(text: str, version: bytes = b"\x01\x00") -> bytes:
    size = struct.pack("<H" if version == b"\x01\x00" else "<I", len(text))
    return b"\x93NUMPY" + version + size + text.encode()


@pytest.mark.parametrize(
    "content",
    [
        header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}\n") + bytes(8),
        header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}\n") + bytes(8),
        header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}\n") + bytes(16),
        header("{'descr': '<f8', 'fortran_order': False, 'shape': (1.5,)}\n") + bytes(16),
        header("{'descr': ('<f8', (1000000000,)), 'fortran_order': False, 'shape': (1,)}\n") + bytes(8),
        header("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}\n") + bytes(8),
        header("{'descr': '|S0', 'fortran_order': False, 'shape': (1000000000000,)}\n"),
        header("{'descr': '|O', 'fortran_order': False, 'shape': (2,)}\n") + pickle.dumps(np.array([1], dtype=object)),
        header("{'descr': '|O', 'fortran_order': False, 'shape': (2,)}\n") + pickle.dumps([1, 2]),
        header("{'descr': '<f8'}\n") + bytes(8),
        header("__import__('os').system('true')\n"),
        header("(" * 3000),
        header("[" * 60 + "]" * 60),
        header("-" * 3000 + "1"),
        header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)" + " " * 60000 + "}\n") + bytes(8),
        header("{}", version=b"\x03\x00"),
        header("{}", version=b"\x09\x00"),
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}",
        b"PK\x03\x04",
        b"",
    ],
)
def test_npy_files_that_claim_other_than_they_have_are_refused(content: bytes) -> None:
    with pytest.raises(RawDataError, match=r"^x: expected .*, found"):
        read_npy(content, "x")


def damage(content: bytes, rng: np.random.Generator) -> bytes:
    """Cut off, bits flipped, a piece left out or doubled, an opcode put in."""
    start, end = np.sort(rng.integers(0, len(content) + 1, 2))
    choice = rng.integers(5)
    if choice == 0:
        return content[:start]
    if choice == 1:
        flipped = bytearray(content)
        for place in rng.integers(0, len(content), 3):
            flipped[place] ^= 1 << int(rng.integers(8))
        return bytes(flipped)
    if choice == 2:
        return content[:start] + content[end:]
    if choice == 3:
        return content[:end] + content[start:]
    codes = [opcode.code.encode("latin1") for opcode in pickletools.opcodes]
    return content[:start] + codes[rng.integers(len(codes))] + content[start:]


def walk(value: Any) -> None:
    """Touch all of a value, by recursion, as a reader may."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        for part in value:
            walk(part)


def test_mutations_are_refused_or_give_plain_values() -> None:
    value = {
        "left": {"rot": np.ones((4, 3)), "names": ["a", "b"], "texts": np.array(["ab", "c"])},
        "sparse": scipy.sparse.csc_matrix(np.eye(3)),
        "objects": np.array([None, {"x": np.float32(1)}], dtype=object),
    }
    rng, n_read = np.random.default_rng(0), 0
    originals = [pickle.dumps(value, protocol=protocol) for protocol in PROTOCOLS]
    for number in range(N_MUTATIONS):
        content = damage(originals[number % len(originals)], rng)
        with suppress(RawDataError):
            walk(unpickle(content, "x"))
            n_read += 1
        with suppress(RawDataError):
            walk(read_npy(damage(npy(np.array(value, dtype=object)), rng), "x"))
    assert 0 < n_read < N_MUTATIONS
