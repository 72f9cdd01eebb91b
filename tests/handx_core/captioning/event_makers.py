"""Events for tests: a still clip to which a test adds what happens, random clips, and the mirror image of a clip."""

import copy
import re
from typing import Any

import numpy as np

from handx_core.skeleton import FINGERS, HANDS

Events = dict[str, Any]

JOINTS = [f"{finger}_{joint}" for finger in FINGERS for joint in ("mcp", "ip" if finger == "thumb" else "pip", "dip")]
JOINTS.remove("thumb_dip")
PAIRS = ("index, middle", "middle, ring", "ring, pinky")
AXES = {"left-right": ("LEFT", "RIGHT"), "front-back": ("BACK", "FRONT"), "down-up": ("DOWN", "UP")}
FLEXION = ("Hyperextended", "Fully extended", "Partially bent", "Fully bent")
SPEEDS = ("Slow", "Medium", "Fast")


def hold(start: int, end: int, state: str) -> Events:
    return {"start": start, "end": end, "constant_des": state}


def change(start: int, end: int, before: str, after: str, speed: str = "Medium") -> Events:
    return {"start": start, "end": end, "start_des": before, "end_des": after, "v_des": speed}


def travel(start: int, end: int, direction: str, speed: str = "Medium") -> Events:
    return {"start": start, "end": end, "direction": direction, "v_des": speed}


def still() -> Events:
    """Two straight hands, side by side, far apart and level, that do nothing for 60 frames."""
    hand = {
        "finger_flexing": {joint: [hold(0, 60, "Fully extended")] for joint in JOINTS},
        "finger_spacing": {pair: [hold(0, 60, "Closed")] for pair in PAIRS},
        "finger_tip_contact": {},
        "wrist_trajectory": {},
    }
    position = {"left-right": "RIGHT", "front-back": "ALIGNED", "down-up": "ALIGNED"}
    return {
        "frame_count": 60,
        "left_hand_events": copy.deepcopy(hand),
        "right_hand_events": hand,
        "two_hand_relationships": {
            "finger_tip_contact": {},
            "finger_palm_distance": {},
            "palm_palm_distance": [hold(0, 60, "Far")],
            "palm_palm_relative_position": {axis: [hold(0, 60, state)] for axis, state in position.items()},
        },
    }


def bend(events: Events, hand: str, fingers: str, start: int, end: int, speed: str = "Medium") -> None:
    """Let all joints of the named fingers bend fully, for good."""
    for joint in JOINTS:
        if joint.split("_")[0] in fingers.split():
            events[f"{hand}_hand_events"]["finger_flexing"][joint] = [
                hold(0, start, "Fully extended"),
                change(start, end, "Fully extended", "Fully bent", speed),
                hold(end, 60, "Fully bent"),
            ]


def random_events(seed: int) -> Events:
    """A clip in which many things happen for no reason."""
    rng = np.random.default_rng(seed)
    relations: Events = {
        "finger_tip_contact": {
            f"left {one}, right {other}": _contacts(rng) for one in FINGERS for other in FINGERS if rng.random() < 0.08
        },
        "finger_palm_distance": {
            f"{hand} {finger}, {other} palm": _states(rng, ("Contact", "Near", "Far"), 0.6)
            for hand, other in (HANDS, HANDS[::-1])
            for finger in FINGERS
            if rng.random() < 0.15
        },
        "palm_palm_distance": _states(rng, ("Contact", "Near", "Medium", "Far"), 0.6),
        "palm_palm_relative_position": {
            axis: _states(rng, (low, "ALIGNED", high), 0.4) for axis, (low, high) in AXES.items()
        },
    }
    return {
        "frame_count": 60,
        "left_hand_events": _random_hand(rng),
        "right_hand_events": _random_hand(rng),
        "two_hand_relationships": relations,
    }


def _random_hand(rng: np.random.Generator) -> Events:
    return {
        "finger_flexing": {
            joint: _states(rng, FLEXION if rng.random() < 0.1 else FLEXION[1:], 0.3) for joint in JOINTS
        },
        "finger_spacing": {pair: _states(rng, ("Closed", "Open"), 0.3) for pair in PAIRS if rng.random() < 0.7},
        "finger_tip_contact": {f"thumb, {finger}": _contacts(rng) for finger in FINGERS[1:] if rng.random() < 0.3},
        "wrist_trajectory": {axis: _movements(rng, axis) for axis in AXES if rng.random() < 0.4},
    }


def _states(rng: np.random.Generator, states: tuple[str, ...], chance: float) -> list[Events]:
    starts = sorted(rng.choice(np.arange(6, 54, 6), rng.integers(1, 4), replace=False).tolist())
    state, at, events = str(rng.choice(states)), 0, []
    for start in starts if rng.random() < chance else []:
        if start > at:
            events.append(hold(at, start, state))
        after = str(rng.choice([other for other in states if other != state]))
        events.append(change(start, start + 5, state, after, str(rng.choice(SPEEDS))))
        state, at = after, start + 5
    return [*events, hold(at, 60, state)]


def _spans(rng: np.random.Generator) -> list[tuple[int, int]]:
    ends = sorted(rng.choice(np.arange(0, 61, 4), 2 * rng.integers(1, 4), replace=False).tolist())
    return list(zip(ends[::2], ends[1::2], strict=True))


def _contacts(rng: np.random.Generator) -> list[Events]:
    return [hold(start, end, "Contact") for start, end in _spans(rng)]


def _movements(rng: np.random.Generator, axis: str) -> list[Events]:
    low, high = axis.split("-")
    directions = [f"{low}-to-{high}", f"{high}-to-{low}"]
    return [travel(start, end, str(rng.choice(directions)), str(rng.choice(SPEEDS))) for start, end in _spans(rng)]


def exchange(text: str) -> str:
    """The text with the words left and right exchanged, in any capitals and within words."""
    swapped = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
    return re.sub("left|right|Left|Right", lambda found: swapped[found[0]], text)


def mirrored(events: Events) -> Events:
    """The events of the mirror image: the hands exchanged, left and right exchanged in all that names them.

    The right palm seen from the left one keeps its side (crossed hands stay crossed), but what was in front or above
    is now behind or below.
    """
    events = copy.deepcopy(events)
    events["left_hand_events"], events["right_hand_events"] = events["right_hand_events"], events["left_hand_events"]
    for hand in HANDS:
        for event in events[f"{hand}_hand_events"]["wrist_trajectory"].get("left-right", []):
            event["direction"] = exchange(event["direction"])
    relations = events["two_hand_relationships"]
    relations["finger_tip_contact"] = {
        ", ".join(exchange(name) for name in reversed(pair.split(", "))): found
        for pair, found in relations["finger_tip_contact"].items()
    }
    relations["finger_palm_distance"] = {
        exchange(pair): found for pair, found in relations["finger_palm_distance"].items()
    }
    opposite = {"BACK": "FRONT", "FRONT": "BACK", "DOWN": "UP", "UP": "DOWN"}
    for axis in ("front-back", "down-up"):
        for event in relations["palm_palm_relative_position"][axis]:
            for key in ("start_des", "end_des", "constant_des"):
                if key in event:
                    event[key] = opposite.get(event[key], event[key])
    return events
