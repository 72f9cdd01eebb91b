"""What a verb claims by what it is said of: fingers that close bend, hands that close in approach.

What belongs here: from a clause that has been read to claims. What does not: reading clauses (`reader`), what it owes
to others of its text (`telling`), and whether a claim is true (`judge`).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from handx_core.captioning.claims.claim import Claim, Clause
from handx_core.captioning.claims.parts import OTHER, Member, Part
from handx_core.captioning.claims.relations import (
    AXIS_OF,
    OPPOSITE_STATE,
    anything,
    are_neighbours,
    can_only_spread,
    hands_of,
    joining,
    parting,
    position_of,
    wants_thumb,
)
from handx_core.captioning.claims.time_words import WHOLE
from handx_core.skeleton import FINGERS, HANDS


def what_of(clause: Clause, side: str) -> tuple[str, str]:
    """What a clause claims, by its verb and subject, and the state of it; ("", "") where it claims nothing."""
    subject, other = clause.subject, clause.object
    fingers, across = subject.fingers, len(hands_of(subject, side)) > 1
    value = clause.value
    if clause.kind == "state":
        if subject.things == {"gap"} and not other.members and value in ("bent", "straight"):
            return "", ""
        parts = (value == "spread" and clause.turns) or (value in ("spread", "apart") and bool(clause.speed))
        if parts and not fingers and across:
            return "part", ""
        ordered = "in turn" in clause.manners or (clause.turns and "at once" in clause.manners)
        ordered |= any(
            manner in ("comes second", "comes third", "comes fourth", "comes last") for manner in clause.manners
        )
        if (clause.speed or ordered) and value in _CHANGES and not clause.stays:
            return _CHANGES[value], ""
        if value in ("apart", "together") and (not are_neighbours(subject, other, across) or "palm" in subject.things):
            if value == "together" and subject.things <= {"hand"}:
                return "distance", "Near"
            return "contact" if value == "together" else "apart", ""
        if value in ("spread", "together", "apart"):
            value = "spread" if value == "apart" else value
            if not fingers:
                return ("distance", "Far" if value == "spread" else "Near") if across else ("", "")
            return "spread out" if value == "spread" else "together", ""
        return value, ""
    if value.startswith("move") and clause.toward and (other.members or other.mutual):
        told = _relative_move(clause, fingers, across)
        if told == "separation" and other.fingers and can_only_spread(subject, other, side):
            clause.subject = Part((*subject.members, *((next(iter(subject.hands)), f) for _, f in other.members)))
            return "spread", ""
        return told, ""
    if clause.kind == "position" and (fingers or other.fingers):
        return "", ""
    if clause.kind in ("position", "distance"):
        if clause.kind == "distance" and (fingers or "palm" in other.things):
            return "near" if value == "Near" else "", ""
        return clause.kind, value
    if value == "move back" and across and not clause.ways:
        return "part", ""
    if value in ("fist", "bend", "straighten"):
        return ("bend" if value == "fist" else value), ""
    if value == "contact" and other.mutual and not (other.members or other.twin or subject.tips):
        beside = are_neighbours(subject, other, across)
        return "together" if beside else value, ""
    if value == "contact" and clause.term.text.startswith(("join", "rejoin")) and not across and not other.members:
        return "close" if are_neighbours(subject, other, across) else value, ""
    if value == "separation" and not (other.members or other.mutual) and clause.term.text.startswith(("leav", "left")):
        return "", ""
    mutual = other.mutual and not (other.members or other.twin)
    if value == "separation" and mutual and are_neighbours(subject, Part(), across):
        return "spread", ""
    if value == "separation" and other.fingers and can_only_spread(subject, other, side):
        clause.subject = Part((*subject.members, *((next(iter(subject.hands)), f) for _, f in other.members)))
        return "spread", ""
    if value == "separation":
        together = not fingers and not other.fingers and not ({"palm"} & (subject.things | other.things))
        return "part" if together and (across or other.members) else "separation", ""
    if value == "parting":
        return parting(subject, other, fingers, across), ""
    if value == "joining":
        return joining(subject, other, fingers, across), ""
    if value == "near" and not fingers and clause.term.text.startswith(("stay", "remain", "keep", "be", "are", "is")):
        return "distance", "Near"
    if value == "near":
        return ("near" if fingers or clause.negated else "approach"), ""
    if value in ("spread", "close") and not fingers and "gap" not in subject.things:
        if (side in HANDS and not subject.members) or (
            subject.members and not across
        ):  # "the spreading takes place early": of the fingers
            return value, ""
        return ("part" if value == "spread" else "approach") if across else "", ""
    shaped = bool(fingers) or clause.term.text.endswith(("posture", "shape", "form"))
    if value == "changes" and shaped and (clause.only or subject.none or clause.negated):
        return "flex", ""
    return value.split()[0], ""


_CHANGES: Final = {"bent": "bend", "fully bent": "bend", "fist": "bend", "straight": "straighten"}


def _relative_move(clause: Clause, fingers: tuple[str, ...], across: bool) -> str:
    """A movement toward something else, or away from it; toward a finger is not yet at it."""
    if fingers:
        return {"away": "separation", "to": "contact" if len(fingers) < 3 else ""}.get(clause.toward, "")
    if clause.object.things & set(FINGERS) or clause.object.members or clause.object.mutual:
        return "part" if clause.toward == "away" else "approach"
    return ""


def claims_of(clause: Clause, side: str) -> Iterator[Claim]:
    """The claims of a clause: one, or one for each of opposite ways or moments. Order is added by the reader."""
    what, value = what_of(clause, side)
    if not what or what in ("be", "do", "have", "edge", "changes", "occurs"):
        return
    if what == "move" and clause.subject.fingers and clause.value == "move" and not (clause.negated or clause.ways):
        moves = clause.term.text.startswith("mov") and clause.subject.fingers != ("thumb",)
        what = "flex" if moves and not clause.subject.none else ""
    lasts = clause.stays or clause.term.text.startswith(_LASTING)
    if clause.negated and lasts and not (clause.frames or {*clause.when} - {"throughout"}):
        if what == "contact" and (
            clause.object.members or clause.subject.members
        ):  # what does not stay in contact parts
            yield from claims_of(replace(clause, value="separation", negated=False, stays=False, when=[]), side)
            return
        if what in _CHANGES or what in ("spread out", "together"):
            clause.when, clause.stays = ["end"], False
    if what == "" or (what == "move" and clause.subject.fingers and not (clause.negated or clause.subject.none)):
        return
    if what in ("still", "move") and clause.subject.fingers:
        for turn in ("bend", "straighten"):
            yield from claims_of(replace(clause, value=turn, kind="verb", negated=True, stays=False), side)
        return
    if clause.value == "move" and not clause.ways and clause.returns:
        clause.ways = [_BACK[way] for way in clause.returns if way in _BACK]
    implied = clause.value.split()[-1]
    if (
        what == "move"
        and implied in _WAYS
        and implied not in clause.ways
        and _OPPOSITE_WAYS[implied] not in clause.ways
        and not (clause.ways and clause.term.text.startswith(_RECOILS))
    ):
        clause.ways.insert(0, implied)
    speed = clause.speed or ("Slow" if clause.value == "move slow" else "Fast" if clause.value == "move fast" else "")
    apart = what == "apart"
    if apart and "some time" in clause.when:
        apart, what = False, "separation" if clause.subject.fingers else "part"
    if apart and clause.nth:
        clause.when, clause.nth = [*clause.when, "end"], 0
    what = "contact" if apart else what
    subject, other = _members(clause, side, what)
    subject = tuple(member for member in subject if member[1] not in clause.excluded)
    none = clause.subject.none or clause.object.none
    negated = clause.negated != none and (clause.negated or none)
    if what == "position":
        value, negated, other = position_of(clause.subject.none, subject, other, value, negated)
        if not value:
            return
    negated ^= apart
    claim = Claim(
        what=what,
        subject=subject,
        object=other,
        value=value,
        ways=tuple(dict.fromkeys(clause.ways)) if what == "move" else (),
        frames=tuple(clause.frames),
        when=_when(clause),
        speed=speed if speed != "mixed" else "",
        count=clause.count,
        manners=(
            *clause.manners,
            *(["or held"] if clause.value == "fist" and clause.kind == "verb" else []),
            *(["only"] if clause.only and clause.subject.how_many else []),
        ),
        sequence=(clause.begins, clause.ends) if clause.begins or clause.ends else _row(clause),
        joints=tuple(clause.joints),
        negated=negated,
        some=clause.subject.some
        or bool(clause.object.how_many)
        or (what == "hyperextended" and not clause.subject.fingers),
        passing=(clause.turns or clause.passing or "some time" in clause.when) and not (clause.negated or none),
        turns=clause.turns and not (clause.negated or none),
        loose=clause.subject.loose or clause.object.loose,
        text=clause.term.text,
        nth=clause.nth,
        how_many=clause.subject.how_many or clause.object.how_many,
        of_object=bool(clause.object.how_many),
    )
    yield from _one_each(claim, clause)
    yield from _from_where(claim)
    yield from _as_fast(claim)
    if clause.only_from and claim.frames and claim.frames[0][0] in ("from", "since") and claim.frames[0][1] > 0:
        before = (("span", 0, claim.frames[0][1]),)
        yield replace(claim, frames=before, when=(), negated=not negated, count=0, order=None)
    if clause.only_when and claim.when:
        for when, elsewhere in _ELSEWHERE.items():
            if {when, f"{WHOLE}{when}"} & {*claim.when}:
                yield replace(claim, when=(elsewhere,), negated=not negated, count=0, order=None)
    if clause.only and not (negated or claim.how_many):
        yield from _nothing_else(claim, clause.only_object)


_ELSEWHERE: Final = {
    "end": "start", "near end": "start", "late": "start", "second half": "start", "start": "end", "early": "end",
    "first half": "end",
}  # fmt: skip
"""Where in the clip something is not that is "only" in another part of it."""
_EXCLUSIVE: Final = ("contact", "bend", "straighten", "hyperextended", "bent", "fully bent", "straight", "fist", "flex")
"""What is denied of the other fingers where it is said of "only" one."""


def _when(clause: Clause) -> tuple[str, ...]:
    """When; what "stays" is so throughout, and what "stays until the end" and comes after nothing else as well."""
    said = (when for when in clause.when if when not in ("", "some time"))
    whens = tuple(dict.fromkeys(when for when in said if not (when == "throughout" and clause.count)))
    joined = clause.kind == "state" and clause.value == "together" and clause.stays is False and clause.order
    if (clause.so or joined) and not (clause.when or clause.frames):
        return ("end",)
    if "some time" in clause.when and not whens:
        return ()
    if clause.stays and clause.order and not whens:
        return ()
    if clause.stays and (not whens or (whens == ("until end",) and clause.first and not clause.frames)):
        return ("throughout", *whens)
    return whens


def _one_each(claim: Claim, clause: Clause) -> Iterator[Claim]:
    """ "In the order pinky, ring, middle, at frames 10, 18 and 26": a time for each; else the claim as it is."""
    several = next((part for part in (clause.subject, clause.object) if part.listed), None)
    if several is None or "in turn" not in claim.manners or len(several.members) != len(claim.frames) or claim.count:
        yield claim
        return
    yield replace(claim, frames=())
    named = claim.subject if several is clause.subject else claim.object
    for member, stated in zip(named, claim.frames, strict=False):
        one = replace(claim, frames=(stated,), manners=(), sequence=())
        yield replace(one, subject=(member,)) if several is clause.subject else replace(one, object=(member,))


def _as_fast(claim: Claim) -> Iterator[Claim]:
    """ "Move slowly far apart": that the palms come to be so at this speed."""
    if claim.what == "distance" and claim.turns and claim.speed and claim.value in ("Far", "Near"):
        change = "part" if claim.value == "Far" else "approach"
        yield replace(claim, what=change, value="", turns=False, passing=False, manners=())


def _from_where(claim: Claim) -> Iterator[Claim]:
    """ "Taps the left palm from above": where the hand is then, if it is another that it taps."""
    hands = {hand for hand, _ in claim.subject}
    if claim.what != "contact" or claim.negated or len(hands) != 1 or hands & {hand for hand, _ in claim.object}:
        return
    for manner in claim.manners:
        state = manner.removeprefix("from ")
        if state != manner and claim.object:
            tapped = {thing for _, thing in claim.subject} == {"palm"}
            of = {OTHER[hand] for hand in hands} if tapped else hands
            value = f"{AXIS_OF[state]} {state if of == {'right'} else OPPOSITE_STATE[state]}"
            yield Claim("position", tuple((hand, "hand") for hand in hands), value=value, passing=True, text=claim.text)


def _nothing_else(claim: Claim, clause_object: bool) -> Iterator[Claim]:
    """What "only" denies: that the hand's other fingers do so too."""
    hands = dict.fromkeys(hand for hand, _ in claim.subject)
    others = tuple((hand, finger) for hand in hands for finger in FINGERS if finger not in claim.fingers)
    others = tuple(member for member in others if member not in claim.object)
    if clause_object:
        touched = {thing for _, thing in claim.object}
        owners = dict.fromkeys(hand for hand, _ in claim.object)
        left = tuple((hand, finger) for hand in owners for finger in FINGERS if finger not in touched)
        yield replace(
            claim, object=tuple(m for m in left if m not in claim.subject), negated=True, count=0, manners=(), nth=0
        )
        return
    if claim.fingers and others and claim.what in _EXCLUSIVE:
        when = ("end",) if claim.turns and not (claim.when or claim.frames) else claim.when
        yield replace(claim, subject=others, negated=True, count=0, manners=(), sequence=(), nth=0, when=when)


_RECOILS: Final = ("recoil", "withdr", "retreat", "retir")
"""Verbs that lead back to where something came from, which is toward the body only if no other way is said."""
_LASTING: Final = ("stay", "remain", "keep")
_BACK: Final = {"up": "down", "down": "up", "front": "back", "back": "front", "left": "right", "right": "left"}
_OPPOSITE_WAYS: Final = {"up": "down", "down": "up", "front": "back", "back": "front"}
_WAYS: Final = tuple(_OPPOSITE_WAYS)


def _members(clause: Clause, side: str, what: str) -> tuple[tuple[Member, ...], tuple[Member, ...]]:
    """Subject and object with every hand named: an open one is the text's, or both in a text about both."""
    hands = (side,) if side in HANDS else HANDS

    def spread_out(part: Part, of: tuple[str, ...]) -> tuple[Member, ...]:
        return tuple(dict.fromkeys((hand, thing) for h, thing in part.members for hand in ((h,) if h else of)))

    subject = spread_out(clause.subject, hands)
    its_hands = tuple(dict.fromkeys(hand for hand, _ in subject if hand != "other")) or hands
    opposite = tuple(OTHER[hand] for hand in its_hands)
    if any(hand == "other" for hand, _ in subject):
        subject = tuple((o, t) for h, t in subject for o in (opposite if h == "other" else (h,)))
    if what in ("contact", "separation", "near", "position", "distance", "approach", "part"):
        other = clause.object
        if not subject and other.members and not other.mutual:
            subject, other = spread_out(other, hands), Part()
        of = opposite if other.things == {"palm"} or what == "position" else its_hands
        apart = what == "separation" and clause.subject.tips
        if (what == "contact" or apart) and side in HANDS and not other.members and wants_thumb(subject):
            other = Part(((side, "thumb"),) if clause.negated or clause.subject.listed else anything(side))
        if other.things == {"thumb"} and not clause.subject.listed and len(subject) > 2:
            subject = tuple(member for member in subject if member[1] != "thumb")
        if clause.object.twin and len({hand for hand, _ in subject}) == 1:
            other = Part(tuple((OTHER[hand], thing) for hand, thing in subject))
        members = tuple((o, t) for h, t in spread_out(other, of) for o in (opposite if h == "other" else (h,)))
        if what in ("contact", "separation") and not subject and not members and side not in HANDS:
            subject = tuple((hand, "hand") for hand in HANDS)
        if clause.subject.mutual and not clause.object.mutual and side not in HANDS:
            subject = tuple((hand, thing) for hand in HANDS for _, thing in subject[:: len(HANDS)] or subject)
        if clause.object.mutual and clause.object.members and clause.object.things == {"hand"}:
            members = ()
        return tuple(dict.fromkeys(subject)), tuple(dict.fromkeys(m for m in members if m not in subject))
    if not subject:
        subject = tuple((hand, "hand") for hand in hands)
    if what in ("move", "still"):
        return tuple(dict.fromkeys((hand, "hand") for hand, _ in subject)), ()
    if all(thing in ("hand", "palm") for _, thing in subject):
        fingers = FINGERS if what == "hyperextended" else FINGERS[1:]
        subject = tuple((hand, finger) for hand, _ in subject for finger in fingers)
    if what == "fist" and len(subject) > len({hand for hand, _ in subject}):
        subject = tuple(member for member in subject if member[1] != "thumb")
    if clause.object.members and any(thing == "gap" for _, thing in subject):
        subject = spread_out(clause.object, its_hands)
    return subject, ()


def _row(clause: Clause) -> tuple[str, ...]:
    """The first and the last of fingers that are listed and come in turn."""
    if "in turn" in clause.manners:
        for part in (clause.object, clause.subject):
            if part.listed and part.members:
                return part.members[0][1], part.members[-1][1]
    return ()
