"""What parts of hands can be to one another: neighbours that spread, palms that part, one hand above the other.

What belongs here: what of parts alone decides the meaning of a verb. What does not: clauses and claims
(`meaning`), and which parts a phrase names (`parts`).
"""

from typing import Final

from handx_core.captioning.claims.parts import OTHER, Member, Part
from handx_core.skeleton import FINGERS, HANDS

_AXIS: Final = {"UP": "DOWN", "FRONT": "BACK", "LEFT": "RIGHT"}
OPPOSITE_STATE: Final = _AXIS | {low: high for high, low in _AXIS.items()}
_EVEN: Final = {"level": "down-up", "abreast": "front-back", "lined up": "left-right"}
AXIS_OF: Final = {
    "LEFT": "left-right", "RIGHT": "left-right", "BACK": "front-back", "FRONT": "front-back", "DOWN": "down-up",
    "UP": "down-up",
}  # fmt: skip


def are_neighbours(subject: Part, other: Part, across: bool) -> bool:
    """Whether fingers are of one hand and next to each other, so that they can be spread."""
    with_thumb = "thumb" in subject.things and (len(subject.fingers) < 3 or subject.listed)
    return bool(subject.fingers) and not with_thumb and not across and not other.members


def can_only_spread(subject: Part, other: Part, side: str) -> bool:
    """Whether fingers that separate are next to each other, so that their contact is nothing that is measured."""
    return all(
        are_neighbours(part, Part(), len(hands_of(part, side)) > 1) for part in (subject, other)
    ) and other.hands <= {"", *subject.hands}


def hands_of(part: Part, side: str) -> set[str]:
    hands = {hand for hand, _ in part.members}
    return set(HANDS) if "" in hands and side not in HANDS else {hand or side for hand in hands}


def parting(subject: Part, other: Part, fingers: tuple[str, ...], across: bool) -> str:
    if not fingers:
        return "part"
    return "spread" if are_neighbours(subject, other, across) and not subject.tips else "separation"


def joining(subject: Part, other: Part, fingers: tuple[str, ...], across: bool) -> str:
    if not fingers:
        return "approach"
    if "palm" in other.things:
        return "near"
    return "close" if are_neighbours(subject, other, across) else "contact"


def anything(hand: str) -> tuple[Member, ...]:
    """What the fingers of a hand can touch."""
    return ((hand, "thumb"), *((OTHER[hand], finger) for finger in FINGERS))


def wants_thumb(subject: tuple[Member, ...]) -> bool:
    """Fingers of one hand that touch nothing that is named can only touch the thumb."""
    things = {thing for _, thing in subject}
    return len({hand for hand, _ in subject}) == 1 and bool(things) and things <= set(FINGERS[1:])


def position_of(
    none: bool, subject: tuple[Member, ...], other: tuple[Member, ...], value: str, negated: bool
) -> tuple[str, bool, tuple[Member, ...]]:
    """The state of the right hand seen from the left one that a clause says, and whether it denies it."""
    if value == "uneven":
        return "down-up ALIGNED", not negated, ()
    if value == "beside":
        return "left-right ALIGNED", not negated, ()
    if value in _EVEN:
        return f"{_EVEN[value]} ALIGNED", negated, ()
    if value in ("crossed", "uncrossed"):
        return ("left-right LEFT" if value == "crossed" else "left-right RIGHT"), negated, ()
    value = {"left of": "LEFT", "right of": "RIGHT"}.get(value, value)
    hands = {hand for hand, _ in subject}
    if len(hands) == 2:
        if negated or none:
            return f"{AXIS_OF[value]} ALIGNED", False, ()
        return "", False, ()
    state = value if hands == {"right"} else OPPOSITE_STATE[value]
    return f"{AXIS_OF[value]} {state}", negated, other
