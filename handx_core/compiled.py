"""Compilation of loops by numba, with a cache that notices every change in the room that they belong to.

Numba's own cache of a function does not notice a change in a function of another module that it calls, and would go
on running what is no longer there. So the cache lies in a folder named by a hash of all sources of the function's
room, and compiled functions call none of other rooms. What belongs here: the decorator. What does not: anything that
is compiled.
"""

import hashlib
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core.codegen import get_host_cpu_features

Function = TypeVar("Function", bound=Callable[..., Any])

# The compiler uses half of the width of processors that have 512-bit registers, unless it is told to use all of it.
if numba.config.CPU_FEATURES is None and "+avx512f" in get_host_cpu_features():
    numba.config.CPU_FEATURES = f"{get_host_cpu_features()},-prefer-256-bit"


@cache
def cache_folder(room: Path) -> Path:
    """Where a room's compiled functions are kept, as long as none of its sources changes."""
    digest = hashlib.sha256()
    for source in sorted(room.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return room / "__pycache__" / f"numba-{digest.hexdigest()[:16]}"


def compiled(function: Function) -> Function:
    """Compile a function in numba's no-Python mode, with IEEE division, cached on disk between processes."""
    folder = cache_folder(Path(inspect.getfile(function)).parent)
    before = numba.config.CACHE_DIR
    # Numba looks at this setting when a function is declared, so no one else's functions are touched.
    numba.config.CACHE_DIR = str(Path(before) / folder.name if before else folder)
    try:
        declared: Function = numba.njit(function, cache=True, error_model="numpy")
    finally:
        numba.config.CACHE_DIR = before
    return declared
