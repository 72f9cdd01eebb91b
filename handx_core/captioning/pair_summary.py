"""What the events say of the two hands together: contacts merged, changes of distance, who is where.

What belongs here: from `two_hand_relationships` to facts. What does not: facts about one hand (`hand_summary`) and any
wording. Neither hand is privileged: what both hands do alike is one fact about "both", and where one hand must be
named first it is the one whose finger comes first in anatomical order, so mirrored events give mirrored facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from handx_core.captioning.facts import (
    Span,
    Step,
    alike_in_time,
    common_spans,
    distance_steps,
    fingers_rank,
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


class PairFacts(NamedTuple):
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


class Pair:
    """What the hands do with each other, as far as it is no matter of how unlike contacts may be that are told of
    together, since a clip is told both coarsely and finely.

    tips: contacts by the left hand's and the right hand's finger. tip_palms, nears: by the hand of the fingertip and
    its finger, when it touches the other palm, and when it comes near if it never does. palms, distance, approaches,
    positions: as of PairFacts.
    """

    def __init__(self, relations: Mapping[str, Any]) -> None:
        self.tips: dict[tuple[str, str], tuple[Span, ...]] = {}
        for pair, found in relations["finger_tip_contact"].items():
            left, right = [name.split()[1] for name in pair.split(", ")]
            self.tips[left, right] = spans_of(found, "Contact")
        self.tip_palms: dict[str, dict[str, tuple[Span, ...]]] = {hand: {} for hand in HANDS}
        self.nears: dict[str, dict[str, tuple[Span, ...]]] = {hand: {} for hand in HANDS}
        for pair, found in relations["finger_palm_distance"].items():
            hand, finger = pair.split(", ")[0].split()
            contacts = spans_of(found, "Contact")
            if contacts:
                self.tip_palms[hand][finger] = contacts
            else:
                self.nears[hand][finger] = spans_of(found, "Near")
        palm_events = relations["palm_palm_distance"]
        self.palms = spans_of(palm_events, "Contact")
        self.distance = state_sequence(palm_events)
        self.approaches = distance_steps(palm_events)
        positions = relations["palm_palm_relative_position"]
        self.positions = {axis: state_sequence(positions[axis]) for axis in AXES if positions.get(axis)}


def pair_facts(pair: Pair, tolerance: int) -> PairFacts:
    """Facts about both hands. tolerance: frames by which like contacts may differ in time."""
    return PairFacts(
        tips=_tip_touches(pair.tips, tolerance),
        tip_palms=_palm_touches(pair.tip_palms, tolerance),
        nears=_palm_touches(pair.nears, tolerance),
        palms=pair.palms,
        distance=pair.distance,
        approaches=pair.approaches,
        positions=pair.positions,
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
    first = min(HANDS, key=lambda hand: (len(ordered[hand]), fingers_rank(ordered[hand])))
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
    return tuple(sorted(merged.values(), key=lambda touch: (touch.spans, fingers_rank(touch.fingers))))


def _tip_touches(spans: Mapping[tuple[str, str], tuple[Span, ...]], tolerance: int) -> tuple[TipTouch, ...]:
    if not spans:
        return ()
    matched = merge_spans({finger: spans.get((finger, finger), ()) for finger in FINGERS}, tolerance)
    touches = [TipTouch("both", during.fingers, (), during.spans) for during in matched]
    for place, finger in enumerate(FINGERS):
        after = FINGERS[place + 1 :]
        by_hand = {
            "left": {other: spans[finger, other] for other in after if (finger, other) in spans},
            "right": {other: spans[other, finger] for other in after if (other, finger) in spans},
        }
        alike = {
            other: min(found, by_hand["right"][other])
            for other, found in by_hand["left"].items()
            if found and alike_in_time(found, by_hand["right"].get(other, ()), tolerance)
        }
        for other in alike:
            del by_hand["left"][other], by_hand["right"][other]
        touches += [TipTouch("both", (finger,), d.fingers, d.spans) for d in merge_spans(alike, tolerance)]
        for hand in HANDS:
            touches += [TipTouch(hand, (finger,), d.fingers, d.spans) for d in merge_spans(by_hand[hand], tolerance)]
    return tuple(sorted(touches, key=_when_and_which))


def _when_and_which(touch: TipTouch) -> tuple[object, ...]:
    return touch.spans, fingers_rank(touch.fingers), fingers_rank(touch.others)


def _palm_touches(spans: Mapping[str, Mapping[str, tuple[Span, ...]]], tolerance: int) -> tuple[PalmTouch, ...]:
    by_hand = {hand: merge_spans(spans[hand], tolerance) for hand in HANDS}
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
    return tuple(sorted(touches, key=lambda touch: (touch.spans, fingers_rank(touch.fingers))))
