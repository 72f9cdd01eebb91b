"""A data package: what language models are told, and the JSON Schemas of what goes in and comes out.

What belongs here: texts and schemas, as files, and the two functions that read them. What does not: filling prompts
in or checking answers (`handx_core.captioning`).
"""

import json
from importlib.resources import files
from typing import Any


def read_text(name: str) -> str:
    """The text of a file of this package, e.g. read_text("caption.md"). Raises FileNotFoundError."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def read_schema(name: str) -> dict[str, Any]:
    """A JSON Schema of this package by its stem, e.g. read_schema("events"). Raises FileNotFoundError."""
    schema: dict[str, Any] = json.loads(read_text(f"{name}.schema.json"))
    return schema
