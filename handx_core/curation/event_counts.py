"""How many events of each kind a source's clips hold.

What belongs here: adding them up, in memory that does not grow with the source. What does not: finding events
(handx_core.kinematics), drawing them (handx_core.viewing).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from handx_core.kinematics.event_lists import events_in, is_contact

Kind = tuple[str, str]
"""A part of the events JSON and a section of it, e.g. ("left_hand_events", "finger_flexing")."""

CHANGED: Final = "v_des"
"""Key that a change or a movement has, and a hold has not."""


@dataclass
class EventCounts:
    """Of each kind: holds, changes (movements of a wrist among them), contacts, and clips with any of the three.

    A contact is a hold of the state Contact and is counted as nothing else, so the three add up to all events.
    """

    clips: int = 0
    holds: Counter[Kind] = field(default_factory=Counter)
    changes: Counter[Kind] = field(default_factory=Counter)
    contacts: Counter[Kind] = field(default_factory=Counter)
    clips_with: Counter[Kind] = field(default_factory=Counter)
    _kinds: dict[Kind, None] = field(default_factory=dict)

    def add(self, events: Mapping[str, Any]) -> None:
        """Count the events of one more clip, valid against prompts/events.schema.json."""
        self.clips += 1
        for kind, section in sections(events):
            self._kinds[kind] = None
            before = self.total(kind)
            for event in events_in(section):
                if is_contact(event):
                    self.contacts[kind] += 1
                elif CHANGED in event:
                    self.changes[kind] += 1
                else:
                    self.holds[kind] += 1
            self.clips_with[kind] += self.total(kind) > before

    def total(self, kind: Kind) -> int:
        """Events of a kind, contacts among them."""
        return self.holds[kind] + self.changes[kind] + self.contacts[kind]

    def kinds(self) -> tuple[Kind, ...]:
        """In the order of the JSON, those without an event among them."""
        return tuple(self._kinds)


def sections(events: Mapping[str, Any]) -> Iterator[tuple[Kind, Any]]:
    """Yield each section of the JSON that may hold events, with its kind."""
    for part, of_part in events.items():
        if isinstance(of_part, Mapping):
            for name, section in of_part.items():
                yield (part, name), section
