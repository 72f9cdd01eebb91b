"""Compilation of this room's loops by numba, with a cache that notices every change in the room.

Numba's own cache of a function does not notice a change in a function of another module that it calls, and would go
on running what is no longer there. So the cache lies in a folder named by a hash of all the room's sources. What
belongs here: the decorator. What does not: anything that is compiled.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_ROOM: Final = Path(__file__).parent


@cache
def cache_folder() -> Path:
    """Where the room's compiled functions are kept, as long as none of its sources changes."""
    digest = hashlib.sha256()
    for source in sorted(_ROOM.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return _ROOM / "__pycache__" / f"numba-{digest.hexdigest()[:16]}"


def compiled(function: Function) -> Function:
    """Compile a function in numba's no-Python mode, with IEEE division, cached on disk between processes."""
    before = numba.config.CACHE_DIR
    # Numba looks at this setting when a function is declared, so no one else's functions are touched.
    numba.config.CACHE_DIR = str(Path(before) / cache_folder().name if before else cache_folder())
    try:
        declared: Function = numba.njit(function, cache=True, error_model="numpy")
    finally:
        numba.config.CACHE_DIR = before
    return declared
