"""Clips to be captioned in tests: as many as wanted, each with events of its own.

What belongs here: events that are quickly made and all different. What does not: what a server says of them.
"""

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

from handx_core.captioning.prompt import describe

JOINTS = {"thumb": ("mcp", "ip")} | dict.fromkeys(("index", "middle", "ring", "pinky"), ("mcp", "pip", "dip"))
DIRECTIONS = ("left-to-right", "right-to-left", "down-to-up")
SPEEDS = ("Slow", "Medium", "Fast")


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
    "right_hand_events": copy.deepcopy(_HAND),
    "two_hand_relationships": {
        "finger_tip_contact": {},
        "finger_palm_distance": {},
        "palm_palm_distance": hold("Far"),
        "palm_palm_relative_position": {"left-right": hold("RIGHT")},
    },
}


def events_of(number: int) -> dict[str, Any]:
    """Hands that are still but for a movement of the right wrist, which tells up to 8,100 clips apart."""
    start, rest = number % 30, number // 30
    end, rest = 30 + rest % 30, rest // 30
    direction, speed = DIRECTIONS[rest % 3], SPEEDS[rest // 3]
    events = copy.deepcopy(_STILL)
    movement = {"start": start, "end": end, "direction": direction, "v_des": speed}
    events["right_hand_events"]["wrist_trajectory"] = {"left-right" if "left" in direction else "down-up": [movement]}
    return events


@cache
def text_of(number: int) -> str:
    """What a request tells of the clip."""
    return describe(events_of(number))


def clips(count: int, first: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """clip_id and events."""
    for number in range(first, first + count):
        yield f"clip{number}", events_of(number)
