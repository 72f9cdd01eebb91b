"""Clips to be captioned in tests: as many as wanted, each with events of its own.

What belongs here: events that are quickly made and all different. What does not: what a server says of them.
"""

import copy
from collections.abc import Iterator
from typing import Any

from handx_core.captioning.prompt import describe

JOINTS = {"thumb": ("mcp", "ip")} | dict.fromkeys(("index", "middle", "ring", "pinky"), ("mcp", "pip", "dip"))


def hold(state: str) -> list[dict[str, Any]]:
    return [{"start": 0, "end": 60, "constant_des": state}]


_HAND = {
    "finger_flexing": {f"{finger}_{joint}": hold("Fully extended") for finger, of in JOINTS.items() for joint in of},
    "finger_spacing": {},
    "finger_tip_contact": {},
    "wrist_trajectory": {},
}
_STILL = {
    "frame_count": 60,
    "left_hand_events": _HAND,
    "right_hand_events": _HAND,
    "two_hand_relationships": {
        "finger_tip_contact": {},
        "finger_palm_distance": {},
        "palm_palm_distance": hold("Far"),
        "palm_palm_relative_position": {"left-right": hold("RIGHT")},
    },
}


def events_of(number: int) -> dict[str, Any]:
    """Still hands, for a number of frames that tells clips apart."""
    events = copy.deepcopy(_STILL)
    events["frame_count"] = 60 + number
    return events


def text_of(number: int) -> str:
    """What a request tells of the clip."""
    return describe(events_of(number))


def clips(count: int, first: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """clip_id and events."""
    for number in range(first, first + count):
        yield f"clip{number}", events_of(number)
