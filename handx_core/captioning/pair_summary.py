"""What the events say of the two hands together: contacts merged, changes of distance, who is where.

What belongs here: from `two_hand_relationships` to facts. What does not: facts about one hand (`hand_summary`) and any
wording. Neither hand is privileged: what both hands do alike is one fact about "both", and where one hand must be
named first it is the one whose finger comes first in anatomical order, so mirrored events give mirrored facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from handx_core.captioning.facts import (
    During,
    Span,
    Step,
    alike_in_time,
    common_spans,
    distance_steps,
    merge_spans,
    spans_of,
    state_sequence,
)
from handx_core.skeleton import FINGERS, HANDS

OTHER: Final = {"left": "right", "right": "left"}
AXES: Final = ("left-right", "front-back", "down-up")


@dataclass(frozen=True)
class TipTouch:
    """Fingertips of `hand` with `others` of the other hand, for each span; no span where they differ in time.

    hand "both": each of `fingers` with its counterpart where others is empty, else each hand's `fingers` with the
    other hand's `others`.
    """

    hand: str
    fingers: tuple[str, ...]
    others: tuple[str, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class PalmTouch:
    """Fingertips of `hand` ("left", "right" or "both") at the other hand's palm, for each span, as TipTouch."""

    hand: str
    fingers: tuple[str, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class PairFacts:
    """What the hands do with each other.

    tips, tip_palms: contacts. nears: fingertips that come near the other palm but never touch it. palms: spans of palm
    contact. distance: states of the palms' distance and from when. approaches: changes of that distance. positions:
    for each axis, the states of the right palm seen from the left one and from when.
    """

    tips: tuple[TipTouch, ...]
    tip_palms: tuple[PalmTouch, ...]
    nears: tuple[PalmTouch, ...]
    palms: tuple[Span, ...]
    distance: tuple[tuple[str, int], ...]
    approaches: tuple[Step, ...]
    positions: Mapping[str, tuple[tuple[str, int], ...]]


def pair_facts(relations: Mapping[str, Any], tolerance: int) -> PairFacts:
    """Facts from the two-hand part of the events. tolerance: frames by which like contacts may differ in time."""
    palm_events = relations["palm_palm_distance"]
    to_palms = relations["finger_palm_distance"]
    return PairFacts(
        tips=_tip_touches(relations["finger_tip_contact"], tolerance),
        tip_palms=_palm_touches(to_palms, "Contact", tolerance),
        nears=_palm_touches(
            {key: found for key, found in to_palms.items() if not spans_of(found, "Contact")}, "Near", tolerance
        ),
        palms=spans_of(palm_events, "Contact"),
        distance=state_sequence(palm_events),
        approaches=distance_steps(palm_events),
        positions={
            axis: state_sequence(relations["palm_palm_relative_position"][axis])
            for axis in AXES
            if relations["palm_palm_relative_position"].get(axis)
        },
    )


def tips_together(touches: Sequence[TipTouch]) -> TipTouch:
    """All contacts between fingertips as one: the tips that take part, and when, if they touch at the same times."""
    taking_part: dict[str, set[str]] = {hand: set() for hand in HANDS}
    for touch in touches:
        one, other = (touch.hand, OTHER[touch.hand]) if touch.hand in HANDS else HANDS
        taking_part[one] |= set(touch.fingers)
        taking_part[other] |= set(touch.others or touch.fingers)
        if touch.hand == "both":
            taking_part[one] |= set(touch.others)
            taking_part[other] |= set(touch.fingers)
    ordered = {hand: tuple(f for f in FINGERS if f in found) for hand, found in taking_part.items()}
    spans = common_spans([touch.spans for touch in touches])
    if ordered["left"] == ordered["right"]:
        return TipTouch("both", ordered["left"], (), spans)
    first = min(HANDS, key=lambda hand: (len(ordered[hand]), [FINGERS.index(f) for f in ordered[hand]]))
    return TipTouch(first, ordered[first], ordered[OTHER[first]], spans)


def palms_together(touches: Sequence[PalmTouch]) -> tuple[PalmTouch, ...]:
    """Contacts of fingertips with palms as at most one for each hand, or one for both where they are alike."""
    found: dict[str, list[PalmTouch]] = {hand: [] for hand in HANDS}
    for touch in touches:
        for hand in HANDS if touch.hand == "both" else (touch.hand,):
            found[hand].append(touch)
    merged = {
        hand: PalmTouch(
            hand,
            tuple(f for f in FINGERS if any(f in touch.fingers for touch in group)),
            common_spans([touch.spans for touch in group]),
        )
        for hand, group in found.items()
        if group
    }
    if len(merged) == 2 and merged["left"].fingers == merged["right"].fingers:
        spans = common_spans([merged["left"].spans, merged["right"].spans])
        return (PalmTouch("both", merged["left"].fingers, spans),)
    return tuple(sorted(merged.values(), key=lambda touch: (touch.spans, [FINGERS.index(f) for f in touch.fingers])))


def _tip_touches(contacts: Mapping[str, Any], tolerance: int) -> tuple[TipTouch, ...]:
    spans: dict[tuple[str, str], tuple[Span, ...]] = {}
    for pair, found in contacts.items():
        left, right = (name.split()[1] for name in pair.split(", "))
        spans[left, right] = spans_of(found, "Contact")
    matched = merge_spans({finger: spans.get((finger, finger), ()) for finger in FINGERS}, tolerance)
    touches = [TipTouch("both", during.fingers, (), during.spans) for during in matched]
    for place, finger in enumerate(FINGERS):
        after = FINGERS[place + 1 :]
        by_hand = {
            "left": {other: spans.get((finger, other), ()) for other in after},
            "right": {other: spans.get((other, finger), ()) for other in after},
        }
        alike = {
            other: by_hand["left"][other]
            for other in after
            if by_hand["left"][other] and alike_in_time(by_hand["left"][other], by_hand["right"][other], tolerance)
        }
        for other in alike:
            alike[other] = min(by_hand["left"].pop(other), by_hand["right"].pop(other))
        touches += [TipTouch("both", (finger,), d.fingers, d.spans) for d in merge_spans(alike, tolerance)]
        for hand in HANDS:
            touches += [TipTouch(hand, (finger,), d.fingers, d.spans) for d in merge_spans(by_hand[hand], tolerance)]
    return tuple(sorted(touches, key=_when_and_which))


def _when_and_which(touch: TipTouch) -> tuple[object, ...]:
    return touch.spans, [FINGERS.index(f) for f in touch.fingers], [FINGERS.index(f) for f in touch.others]


def _palm_touches(distances: Mapping[str, Any], state: str, tolerance: int) -> tuple[PalmTouch, ...]:
    by_hand: dict[str, tuple[During, ...]] = {}
    for hand in HANDS:
        spans = {
            key.split(", ")[0].split()[1]: spans_of(found, state)
            for key, found in distances.items()
            if key.startswith(hand)
        }
        by_hand[hand] = merge_spans(spans, tolerance)
    touches = []
    mirrored = list(by_hand["right"])
    for during in by_hand["left"]:
        twin = next(
            (
                other
                for other in mirrored
                if other.fingers == during.fingers and alike_in_time(other.spans, during.spans, tolerance)
            ),
            None,
        )
        if twin is None:
            touches.append(PalmTouch("left", during.fingers, during.spans))
        else:
            mirrored.remove(twin)
            touches.append(PalmTouch("both", during.fingers, min(during.spans, twin.spans)))
    touches += [PalmTouch("right", during.fingers, during.spans) for during in mirrored]
    return tuple(sorted(touches, key=lambda touch: (touch.spans, [FINGERS.index(f) for f in touch.fingers])))
