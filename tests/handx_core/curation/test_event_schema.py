"""The validator with a memory says what jsonschema says by itself, of whatever it was asked before."""

import copy
import random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from motion_events import event_rows

from handx_core.curation.event_schema import EventsValidator
from prompts import read_schema

PLAIN = Draft202012Validator(read_schema("events"))
REMEMBERS = EventsValidator()
"""Kept over all examples, so that what it remembers of one may mislead it in another."""

VALUES: tuple[Any, ...] = (
    -1, 0, 1, 2, 59, 60, 10**6, 1.0, 0.5, -0.0, True, False, None, "", "Contact", "Fast", "Fully bent", [], {}, [{}],
    {"start": 0, "end": 5, "constant_des": "Contact"}, [{"start": 0, "end": 5, "constant_des": "Far"}],
)  # fmt: skip


@pytest.fixture(scope="module")
def documents() -> list[Any]:
    return [orjson.loads(row["events"]) for row in event_rows()]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a piece of JSON."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for key in keys for place in [(value, key), *places(value[key])]]


def damage(document: Any, rng: random.Random) -> None:
    container, key = rng.choice(places(document))
    choice = rng.randrange(4)
    if choice == 0:
        del container[key]
    elif choice == 1 and isinstance(container, dict):
        container[rng.choice(["mood", "start", "end", "v_des", "constant_des", "thumb_mcp"])] = rng.choice(VALUES)
    else:
        container[key] = copy.deepcopy(rng.choice(VALUES))


def test_whole_documents_are_valid_once_and_again(documents: list[Any]) -> None:
    fresh = EventsValidator()
    assert [fresh.fault(document) for document in documents * 2] == [None] * 2 * len(documents)


@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
@settings(max_examples=300, deadline=None)
def test_it_says_what_jsonschema_says(documents: list[Any], seed: int, times: int) -> None:
    rng = random.Random(seed)
    document = copy.deepcopy(rng.choice(documents))
    for _ in range(times):
        damage(document, rng)
    assert (REMEMBERS.fault(document) is None) == PLAIN.is_valid(document)


def with_first_flexion(document: Any, **values: Any) -> Any:
    changed = copy.deepcopy(document)
    changed["left_hand_events"]["finger_flexing"]["index_mcp"][0].update(values)
    return changed


def test_a_fault_names_the_place_and_what_was_found(documents: list[Any]) -> None:
    fault = REMEMBERS.fault(with_first_flexion(documents[0], end=0))
    assert fault is not None
    assert fault.startswith("$.left_hand_events.finger_flexing.index_mcp[0]: ")
    assert len(fault) < 300


def test_numbers_that_a_schema_looks_at_are_no_shape() -> None:
    for keyword, value, good, bad in (
        ("maximum", 9, 5, 10), ("multipleOf", 2, 4, 5), ("exclusiveMinimum", 3, 4, 3), ("enum", [7], 7, 8),
        ("const", 7, 7, 8), ("minimum", 5, 6, 4),
    ):  # fmt: skip
        schema = {"properties": {"a": {"items": {"properties": {"start": {"type": "integer", keyword: value}}}}}}
        validator = EventsValidator(schema)
        assert validator.fault({"a": [{"start": good}]}) is None, keyword
        assert validator.fault({"a": [{"start": bad}]}) is not None, keyword


def test_true_is_no_number() -> None:
    validator = EventsValidator({"properties": {"a": {"items": {"properties": {"start": {"type": "integer"}}}}}})
    assert validator.fault({"a": [{"start": 1}]}) is None
    assert validator.fault({"a": [{"start": True}]}) is not None


def test_lists_whose_entries_a_schema_compares_are_no_shape() -> None:
    validator = EventsValidator({"properties": {"a": {"items": {}, "uniqueItems": True}}})
    assert validator.fault({"a": [{"start": 7}, {"start": 8}]}) is None
    assert validator.fault({"a": [{"start": 7}, {"start": 7}]}) is not None


def test_what_is_remembered_does_not_grow_with_the_clips(documents: list[Any]) -> None:
    validator = EventsValidator()
    for shift in range(50):
        validator.fault(with_first_flexion(documents[0], start=shift, end=shift + 7))
    known = len(validator._known)
    for shift in range(50, 500):
        validator.fault(with_first_flexion(documents[0], start=shift, end=shift + 7))
    assert len(validator._known) == known
