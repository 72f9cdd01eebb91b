"""Going through the events JSON, whatever it holds: its lists, its events, how many there are.

What belongs here: what any reader of the JSON needs, without the compiler that finding events takes seconds to load.
What does not: finding events (`events`) and the words of states (`states`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Event = Mapping[str, Any]

CONTACT: Final = "Contact"
"""The state that a contact holds."""


def event_lists(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Sequence[Event]]]:
    """Each list in a piece of the JSON, in its order, with the keys that lead to it from `path` on."""
    if isinstance(part, list):
        yield path, part
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from event_lists(value, (*path, key))


def events_in(part: Any) -> Iterator[Event]:
    """Each event in a piece of the JSON; what stands in a list and is none is passed over."""
    return (event for _, found in event_lists(part) for event in found if isinstance(event, Mapping))


def is_contact(event: Event) -> bool:
    """Whether an event is a contact: a hold of that state."""
    return event.get("constant_des") == CONTACT


def count_events(part: Any) -> tuple[int, int]:
    """How many events there are of all kinds, and how many of them are contacts, in a hand and between hands."""
    contacts = [is_contact(event) for event in events_in(part)]
    return len(contacts), sum(contacts)
