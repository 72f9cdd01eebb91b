"""What all writers of synthetic raw files share.

What belongs here: small helpers for text files and rigid frames. What does not: any one source's format.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def write_text(path: Path, text: str) -> None:
    """Write a text file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def write_json(path: Path, value: Any) -> None:
    """Write one JSON document."""
    write_text(path, json.dumps(value, indent=1) + "\n")


def write_json_lines(path: Path, values: Iterable[Any]) -> None:
    """Write one JSON value per line."""
    write_text(path, "".join(json.dumps(value, separators=(",", ":")) + "\n" for value in values))
