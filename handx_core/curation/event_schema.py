"""Validation of every clip's events against prompts/events.schema.json, about fifteen times faster than by itself.

Nearly all of a clip's events look like events that were valid before: lists and events that differ only in when they
start and end are validated once. What belongs here: that. What does not: what else can be wrong (event_faults.py).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from prompts import read_schema

_BLIND_TO_NUMBERS: Final = {"$schema", "$ref", "title", "description", "type", "required", "minItems"}
"""Keywords of the schema that see of a number at most that it is one."""

_MOST_KNOWN: Final = 100_000
"""Shapes held, some 400 bytes each; two-second clips have a few thousand."""


class EventsValidator:
    """The events schema, with a memory of the shapes that it found valid.

    A shape is a list or an event whose integers are cut down to the largest `minimum` in the schema: since nothing in
    it asks more of an integer than that, all of one shape are valid or none is. Where the schema does ask more, an
    integer is its own shape, which is right and slower.
    """

    def __init__(self, schema: Mapping[str, Any] | None = None) -> None:
        self._schema = read_schema("events") if schema is None else schema
        self._known: set[tuple[str | int, bytes]] = set()
        self._largest_minimum = _largest_minimum(self._schema)
        kind = extend(Draft202012Validator, {"properties": self._properties, "items": self._items})
        self._validator = kind(self._schema)
        self._plain = Draft202012Validator(self._schema)

    def fault(self, events: Any) -> str | None:
        """Where the events of a clip break the schema first and how, or None. events: as read from JSON."""
        if self._validator.is_valid(events):
            return None
        error = next(self._plain.iter_errors(events))
        text = error.message if len(error.message) <= 200 else f"{error.message[:200]} ..."
        return f"{error.json_path}: {text}"

    def _properties(
        self, validator: Validator, properties: Mapping[str, Any], instance: Any, _schema: Any
    ) -> Iterator[ValidationError]:
        if not isinstance(instance, dict):
            return
        for name, value in instance.items():
            if name in properties:
                yield from self._errors(validator, properties[name], value, name, remember=isinstance(value, list))

    def _items(self, validator: Validator, items: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
        if not isinstance(instance, list):
            return
        for place, value in enumerate(instance):
            yield from self._errors(validator, items, value, place, remember=True)

    def _errors(
        self, validator: Validator, schema: Any, value: Any, path: str | int, *, remember: bool
    ) -> Iterator[ValidationError]:
        """What is wrong with a piece of the JSON; nothing is asked again of a shape that was valid."""
        if not remember:
            yield from validator.descend(value, schema, path=path)  # type: ignore[attr-defined]
            return
        # The schema is held by this object, so the identity of a part of it stays what it is.
        shape = (schema.get("$ref") or id(schema), orjson.dumps(self._shape(value)))
        if shape in self._known:
            return
        errors = list(validator.descend(value, schema, path=path))  # type: ignore[attr-defined]
        if not errors and len(self._known) < _MOST_KNOWN:
            self._known.add(shape)
        yield from errors

    def _shape(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._shape(part) for name, part in value.items()}
        if isinstance(value, list):
            return [self._shape(part) for part in value]
        if type(value) is int and self._largest_minimum is not None:  # not bool, which is no integer to a schema
            return min(value, self._largest_minimum)
        return value


def _largest_minimum(schema: Mapping[str, Any]) -> int | None:
    """The largest `minimum` in a schema, 0 without any; None where some keyword sees more of a number than that."""
    largest = 0
    for keyword, value in schema.items():
        held = _schemas_in(keyword, value)
        if held is not None:
            found = [_largest_minimum(one) for one in held]
        elif keyword == "minimum" and isinstance(value, int):
            found = [value]
        else:
            found = [0 if keyword in _BLIND_TO_NUMBERS or _asks_nothing_of_numbers(keyword, value) else None]
        for one in found:
            if one is None:
                return None
            largest = max(largest, one)
    return largest


def _schemas_in(keyword: str, value: Any) -> list[Mapping[str, Any]] | None:
    """The schemas that a keyword holds; None where it is not one that holds some."""
    if keyword in ("properties", "$defs"):
        return list(value.values())
    if keyword == "oneOf":
        return list(value)
    return [value] if keyword == "items" and isinstance(value, dict) else None


def _asks_nothing_of_numbers(keyword: str, value: Any) -> bool:
    if keyword == "enum":
        return all(isinstance(word, str) for word in value)
    return keyword == "additionalProperties" and isinstance(value, bool)
