"""The hash of code: by it what was made by other code is known as such.

What belongs here: the hash. What does not: what it is of.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_ROOM: Final = Path(__file__).parent


def hash_of_modules(names: Iterable[str]) -> str:
    """Twelve hex digits that change whenever one of these modules of the room changes."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((_ROOM / f"{name}.py").read_bytes())
    return digest.hexdigest()[:12]


def hash_of_room() -> str:
    """As hash_of_modules, of all that there are: rules, prompt, audit and what asks a model."""
    return hash_of_modules(sorted(str(path.relative_to(_ROOM).with_suffix("")) for path in _ROOM.rglob("*.py")))
