"""Kinematic events: intervals in which a descriptor keeps one state or makes one change of state.

What belongs here: turning a motion into the events JSON. What does not: the descriptors (`descriptors`, `contacts`),
the cutting of one curve into intervals (`segments`), and any wording for people (`captioning`).

The JSON keeps the names of HandX (CVPR 2026) and is valid against `prompts/events.schema.json`, which lists every key
and word. In short, with F a finger of FINGERS and [start, end) frames:

    frame_count
    left_hand_events, right_hand_events
        finger_flexing       "thumb_mcp", "thumb_ip", "index_mcp", "index_pip", "index_dip", ...: all 14, always
        finger_spacing       "index, middle", "middle, ring", "ring, pinky": where the fingers have a spread
        finger_tip_contact   "thumb, F": pairs that touch
        wrist_trajectory     "left-right", "front-back", "down-up": axes along which the wrist moves
    two_hand_relationships
        finger_tip_contact   "left F, right F": pairs that touch
        finger_palm_distance "left F, right palm", "right F, left palm": tips that come near
        palm_palm_distance   a list
        palm_palm_relative_position  "left-right", "front-back", "down-up": always; of the right palm from the left one

Each value is a list of events in order of start, of three forms:

    a hold     {"start": 0, "end": 21, "constant_des": "Fully extended"}
    a change   {"start": 21, "end": 30, "start_des": "Fully extended", "end_des": "Fully bent", "v_des": "Fast"}
    a movement {"start": 4, "end": 30, "direction": "left-to-right", "v_des": "Medium"}        (wrist_trajectory alone)

Words: flexion Hyperextended, Fully extended, Partially bent, Fully bent; spacing Closed, Open; tips Contact; finger to
palm Contact, Near, Far; palms Contact, Near, Medium, Far; relative position LEFT, ALIGNED, RIGHT / BACK, ALIGNED,
FRONT / DOWN, ALIGNED, UP; v_des Slow, Medium, Fast; direction left-to-right, right-to-left, back-to-front,
front-to-back, down-to-up, up-to-down.

A hold of Contact covers the whole contact. A change runs from 10 % to 90 % of it; holds fill the time between changes
(a turning point too short to be a hold is in no event). Two examples of what a list holds:

    "index_mcp": [{"start": 0, "end": 30, "constant_des": "Fully extended"},
                  {"start": 30, "end": 35, "start_des": "Fully extended", "end_des": "Fully bent", "v_des": "Fast"},
                  {"start": 35, "end": 60, "constant_des": "Fully bent"}]
    "palm_palm_distance": [{"start": 0, "end": 12, "constant_des": "Far"},
                  {"start": 12, "end": 27, "start_des": "Far", "end_des": "Contact", "v_des": "Fast"},
                  {"start": 25, "end": 60, "constant_des": "Contact"}]
"""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from handx_core.kinematics.descriptors import FLEXION_JOINTS, SPACING_PAIRS, Descriptors, measure
from handx_core.kinematics.rules import Rules, rules_for
from handx_core.kinematics.segments import HELD, find_events
from handx_core.kinematics.states import (
    DIRECTIONS,
    FLEXION,
    PALM_TO_PALM,
    RELATIVE_POSITION,
    SPACING,
    SPEED_WORDS,
    TIP_TO_PALM,
    TIP_TO_TIP,
    WRIST,
    Kind,
)
from handx_core.kinematics.validity import check_motion
from handx_core.skeleton import FINGERS, HANDS

MOTIONS_AT_ONCE: Final = 32
"""Motions of a batch that are described together: enough to keep calls rare, few enough to keep memory small."""


_TWO_HANDS: Final = "two_hand_relationships"
_SECTIONS: Final = {
    **{
        f"{hand}_hand_events": ("finger_flexing", "finger_spacing", "finger_tip_contact", "wrist_trajectory")
        for hand in HANDS
    },
    _TWO_HANDS: ("finger_tip_contact", "finger_palm_distance", "palm_palm_distance", "palm_palm_relative_position"),
}


@dataclass(frozen=True)
class _Curve:
    """One curve of a motion: where its events go in the JSON and what its values mean.

    key: empty for the palms' distance, which is a list by itself. directions: the words for a wrist's fall and rise.
    """

    section: str
    name: str
    key: str
    kind: Kind
    directions: tuple[str, str] | None = None


def _hand_curves() -> Iterator[_Curve]:
    """Curves within a hand, in the order of `_curves`."""
    sections = [f"{hand}_hand_events" for hand in HANDS]
    for section in sections:
        yield from (_Curve(section, "finger_flexing", joint, FLEXION) for joint in FLEXION_JOINTS)
    for section in sections:
        yield from (_Curve(section, "finger_spacing", f"{a}, {b}", SPACING) for a, b in SPACING_PAIRS)
    for section in sections:
        yield from (_Curve(section, "finger_tip_contact", f"thumb, {finger}", TIP_TO_TIP) for finger in FINGERS[1:])
    for section in sections:
        yield from (_Curve(section, "wrist_trajectory", axis, WRIST, words) for axis, words in DIRECTIONS.items())


def _two_hand_curves() -> Iterator[_Curve]:
    """Curves between the hands, in the order of `_curves`."""
    for left in FINGERS:
        yield from (
            _Curve(_TWO_HANDS, "finger_tip_contact", f"left {left}, right {right}", TIP_TO_TIP) for right in FINGERS
        )
    for hand, other in (HANDS, HANDS[::-1]):
        yield from (
            _Curve(_TWO_HANDS, "finger_palm_distance", f"{hand} {finger}, {other} palm", TIP_TO_PALM)
            for finger in FINGERS
        )
    yield _Curve(_TWO_HANDS, "palm_palm_distance", "", PALM_TO_PALM)
    for axis, kind in RELATIVE_POSITION.items():
        yield _Curve(_TWO_HANDS, "palm_palm_relative_position", axis, kind)


_LAYOUT: Final = (*_hand_curves(), *_two_hand_curves())


def _curves(descriptors: Descriptors) -> NDArray[np.float64]:
    """Descriptors of motions (N, T, ...) as curves (N, S, T) in the order of `_LAYOUT`."""
    n_motions, n_frames = descriptors.palm_offset.shape[:2]
    contacts = descriptors.contacts
    parts = (
        descriptors.flexion,
        descriptors.spacing,
        contacts.thumb_tips,
        descriptors.wrist,
        contacts.tips_across,
        contacts.tip_palm,
        contacts.palm_palm,
        descriptors.palm_offset,
    )
    curves = np.empty((n_motions, len(_LAYOUT), n_frames))
    first = 0
    for part in parts:
        of_part = part.reshape(n_motions, n_frames, -1).transpose(0, 2, 1)
        curves[:, first : first + of_part.shape[1]] = of_part
        first += of_part.shape[1]
    return curves


def extract_events(joints: NDArray[np.floating], fps: float = 30.0) -> dict[str, Any]:
    """The events of one motion of any length, as the JSON of the module's docstring.

    joints: (T, 2, 21, 3), metres, world frame (x right, y away, z up). Plain dicts, lists, ints and strings. Raises
    InvalidMotionError, which names the frame and the hand.
    """
    check_motion(joints, fps)
    return next(_events(measure(joints[None], fps)))


def extract_events_batch(joints: NDArray[np.floating], fps: float = 30.0) -> list[dict[str, Any]]:
    """The events of motions of one length. joints: (N, T, 2, 21, 3). Each is what `extract_events` gives for it alone.

    Raises InvalidMotionError, which names the motion, the frame and the hand.
    """
    check_motion(joints[:0], fps)
    events: list[dict[str, Any]] = []
    with _no_collection():
        for start in range(0, len(joints), MOTIONS_AT_ONCE):
            some = np.ascontiguousarray(joints[start : start + MOTIONS_AT_ONCE], np.float64)
            check_motion(some, fps, start)
            events.extend(_events(measure(some, fps)))
    return events


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let Python not look for cycles: among thousands of new dicts, none of which is in one, that takes long."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _events(descriptors: Descriptors) -> Iterator[dict[str, Any]]:
    """The JSON of each of the motions described."""
    curves = _curves(descriptors)
    n_motions, n_curves, n_frames = curves.shape
    rows = find_events(curves.reshape(-1, n_frames), _rules(n_motions, descriptors.fps))
    ends = np.searchsorted(rows[:, 0], n_curves * np.arange(1, n_motions + 1))
    rows[:, 0] %= n_curves
    found = zip(*rows.T.tolist(), strict=True)  # columns become lists of ints much faster than rows do
    for count in np.diff(ends, prepend=0).tolist():
        yield _placed(islice(found, count), n_frames)


@cache
def _rules(n_motions: int, fps: float) -> Rules:
    """The rules of all curves of some motions."""
    return rules_for([curve.kind for curve in _LAYOUT] * n_motions, fps)


def _placed(found: Iterable[tuple[int, ...]], n_frames: int) -> dict[str, Any]:
    """The JSON of one motion: every section is there, and a key in it where its curve has something to say.

    found: rows of curve, start, end, first state, last state, speed (see `find_events`), in this order.
    """
    events: dict[str, Any] = {
        "frame_count": n_frames,
        **{part: {section: {} for section in sections} for part, sections in _SECTIONS.items()},
    }
    homes = [events[part][section] for part, sections in _SECTIONS.items() for section in sections]
    homes.append(events[_TWO_HANDS])
    of_curve: list[dict[str, Any]] = []
    last = -1
    for number, start, end, before, after, speed in found:
        home, key, words, directions = _PLACES[number]
        if number != last:
            last = number
            of_curve = homes[home][key] = []
        if speed == HELD:
            of_curve.append({"start": start, "end": end, "constant_des": words[before]})
        elif directions:
            of_curve.append({"start": start, "end": end, "direction": directions[after], "v_des": SPEED_WORDS[speed]})
        else:
            states = {"start_des": words[before], "end_des": words[after]}
            of_curve.append({"start": start, "end": end, **states, "v_des": SPEED_WORDS[speed]})
    to_palm = events[_TWO_HANDS]["finger_palm_distance"]
    for key in [key for key, (first, *more) in to_palm.items() if not more and first.get("constant_des") == "Far"]:
        del to_palm[key]
    return events


def _place(curve: _Curve) -> tuple[int, str, tuple[str, ...], tuple[str, str] | None]:
    """Which of the JSON's sections, counted through, a curve's list goes to (the palms' to the part of both hands)."""
    places = [(part, section) for part, sections in _SECTIONS.items() for section in sections]
    if not curve.key:
        return len(places), curve.name, curve.kind.words, curve.directions
    return places.index((curve.section, curve.name)), curve.key, curve.kind.words, curve.directions


_PLACES: Final = [_place(curve) for curve in _LAYOUT]
