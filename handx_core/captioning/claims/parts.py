"""Noun phrases: which fingers, palms and hands a text names, with what "it", "the other" and "all but" stand for.

What belongs here: from terms to parts of hands. What does not: what is said of them (`reader`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from handx_core.captioning.claims.terms import Term
from handx_core.skeleton import FINGERS, HANDS

Member = tuple[str, str]
"""A hand ("left", "right", or "" where the text leaves it open) and a finger, "palm" or "hand"."""

OTHER: Final = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Part:
    """Parts of hands that a phrase names.

    none: "no finger". some: "several fingers". mutual: "each other", or the same of the other hand. pronoun: "it".
    listed: fingers named one by one. rest: "the other fingers" than those that are named later.
    loose: "all fingers", which may leave out the thumb. state: "the clenched fingers".
    each: "each" of what was spoken of. twin: the same of the other hand.
    tips: fingertips. how_many: "two fingers".
    """

    members: tuple[Member, ...] = ()
    none: bool = False
    some: bool = False
    mutual: bool = False
    pronoun: bool = False
    listed: bool = False
    rest: bool = False
    loose: bool = False
    state: str = ""
    each: bool = False
    twin: bool = False
    tips: bool = False
    how_many: int = 0

    @property
    def hands(self) -> frozenset[str]:
        """The hands that have a part in it."""
        return _hands_of(self.members)

    @property
    def things(self) -> frozenset[str]:
        """What the parts are, of whichever hand."""
        return _things_of(self.members)

    @property
    def fingers(self) -> tuple[str, ...]:
        """The fingers among them, in anatomical order."""
        return _fingers_of(self.members)


NOBODY: Final = Part()
"""What is named where nothing is."""


@lru_cache(maxsize=10_000)
def _hands_of(members: tuple[Member, ...]) -> frozenset[str]:
    return frozenset(hand for hand, _ in members)


@lru_cache(maxsize=10_000)
def _things_of(members: tuple[Member, ...]) -> frozenset[str]:
    return frozenset(thing for _, thing in members)


@lru_cache(maxsize=10_000)
def _fingers_of(members: tuple[Member, ...]) -> tuple[str, ...]:
    return tuple(finger for finger in FINGERS if finger in _things_of(members))


@dataclass
class Context:
    """What was spoken of last: `subject`, for "it"; `named`, for "the others"; `recent` fingers, for
    "both tips". side: what the text is about."""

    side: str
    subject: Part = NOBODY
    named: Part = NOBODY
    recent: list[Member] = field(default_factory=list)

    def add_recent(self, members: Sequence[Member]) -> None:
        """Note fingers that were named."""
        self.recent += members

    @property
    def hands(self) -> tuple[str, ...]:
        """The hands meant where none is named."""
        return (self.side,) if self.side in HANDS else HANDS


_ITS_END: Final = ("tip", "pad", "fingertip", "finger pad", "fingerpad")
_STARTS: Final = frozenset({"det", "quantifier", "side", "finger", "noun", "pronoun", "mutual", "one", "number"})


@dataclass
class _Reading:
    """A phrase while it is read."""

    hand: str = ""
    quantifier: str = ""
    number: int = 0
    noun: str = ""
    members: list[Member] = field(default_factory=list)
    other: bool = False
    one: bool = False
    own: bool = False
    plural: bool = False
    state: str = ""
    through: bool = False
    each: bool = False
    digits: bool = False
    definite: bool = False


def read_part(terms: Sequence[Term], at: int, context: Context, as_object: bool) -> tuple[Part, int] | None:
    """The noun phrase that begins at a term, and the place after it; None if none does.

    as_object: whether it is what a verb is about already, so that "and" with a verb after it begins another clause.
    """
    if at >= len(terms) or _STARTS.isdisjoint(terms[at]):
        adjective = at + 1 < len(terms) and {"state", "position"} & terms[at].keys()
        if not (adjective and {"noun", "side"} & terms[at + 1].keys()):
            return None
    if terms[at].text in ("each", "every", "any") and at + 1 < len(terms) and _is_noun(terms[at + 1]):
        return None
    if "mutual" in terms[at]:
        return Part(mutual=True), at + 1
    if "pronoun" in terms[at]:
        if terms[at].text == "it" and len(context.subject.members) > 1:
            hands = dict.fromkeys(hand for hand, _ in context.subject.members)
            return Part(tuple((hand, "hand") for hand in hands) if len(hands) == 1 else (("", "hand"),)), at + 1
        return replace(context.subject, pronoun=True, none=False), at + 1
    of_them = _of_them(terms, at, context, as_object)
    if of_them:
        return of_them
    its_end = terms[at].text == "its" and at + 1 < len(terms) and terms[at + 1].text in _ITS_END
    if its_end and (len(context.subject.fingers) == 1 or as_object):
        return replace(context.subject, pronoun=as_object, none=False), at + 2
    reading = _Reading()
    place = _read(terms, at, reading, context, as_object)
    part = _meant(reading, context, as_object)
    if part is None:
        return None
    place, part = _with_owner(terms, place, part, reading, context)
    if reading.state and not part.mutual:
        part = replace(part, state=reading.state)
    if (
        place < len(terms)
        and "except" in terms[place]
        and (terms[place].text != "but" or reading.quantifier in ("all", "none"))
    ):
        left_out = read_part(terms, place + 1, context, as_object)
        if left_out:
            place = left_out[1]
            base = part.members if len(part.fingers) > 1 else tuple((h, f) for h in part.hands or {""} for f in FINGERS)
            part = replace(part, members=tuple(m for m in base if m[1] not in left_out[0].things))
    return part, place


def _of_them(terms: Sequence[Term], at: int, context: Context, as_object: bool) -> tuple[Part, int] | None:
    """ "None of them", "three of them": of what was spoken of last."""
    term, of = terms[at], at + 1
    if not ({"quantifier", "number"} & term.keys()):
        return None
    if not term.text.endswith(" of"):
        if of >= len(terms) or terms[of].text != "of":
            return None
        of += 1
    if of >= len(terms) or "pronoun" not in terms[of]:
        return None
    some = term.says("quantifier") == "some" or term.says("number") in ("1", "3", "4")
    none = term.says("quantifier") == "none"
    return replace(context.subject, none=none, some=some, pronoun=as_object), of + 1


def _is_noun(term: Term) -> bool:
    """Whether a verb's bare form after "each" is a noun: "after each touch"."""
    return "verb" in term and term.form == "" and not {"finger", "noun", "number", "side"} & term.keys()


def _read(terms: Sequence[Term], at: int, reading: _Reading, context: Context, as_object: bool) -> int:
    """Take up terms from a place on as long as they belong to the phrase; the place after them."""
    while at < len(terms):
        term = terms[at]
        following = terms[at + 1] if at + 1 < len(terms) else None
        if "number" in term and not (following and "times" in following):
            reading.digits |= reading.number > 0
            reading.number = reading.number or int(term.says("number"))
            # "Four fingers" may count the thumb; "the four fingers" and "all four fingers" are those beside it.
            reading.digits |= not (reading.definite or reading.quantifier or reading.other)
            reading.one |= term.text == "one"
        elif "det" in term:
            reading.definite = True
            reading.plural |= term.text == "their"
            reading.own |= term.text in ("its", "their", "his", "her")
        elif "quantifier" in term and term.form == "ing" and (reading.noun or reading.members or reading.one):
            break
        elif "quantifier" in term:
            reading.other |= term.says("quantifier") == "other"
            if term.says("quantifier") != "other" and reading.quantifier != "none":
                reading.quantifier = term.says("quantifier")
                reading.each = term.text == "each"
        elif "side" in term:
            reading.hand = term.says("side")
        elif "finger" in term:
            owner = "other" if reading.other and reading.noun else reading.hand
            if reading.through:
                passed = FINGERS[FINGERS.index(reading.members[-1][1]) + 1 : FINGERS.index(term.says("finger"))]
                reading.members += [(owner, finger) for finger in passed]
                reading.through = False
            reading.members.append((owner, term.says("finger")))
        elif "noun" in term:
            owned = following is not None and "possessive" in following
            if term.says("noun") in ("hand", "palm") and owned:
                reading.noun = "" if not reading.other else "hand"
                at += 2
                continue
            if term.says("noun") == "person":
                if owned:
                    at += 2
                    continue
                reading.noun = "hand"
                return at + 1
            if reading.noun and not reading.members and reading.noun not in ("tip", "finger", "hand"):
                break
            reading.noun = term.says("noun")
            reading.digits |= term.text == "digits"
            if reading.noun in ("hand", "palm", "gap", "twin"):
                return at + 1
        elif "one" in term and at > 0:
            reading.one = True
        elif term.text in ("to", "through") and reading.members and _is_range(reading, terms, at):
            reading.through = True
        elif (
            "possessive" in term
            or ({"state", "position"} & term.keys() and following and {"noun", "side", "finger"} & following.keys())
            or (reading.members and _goes_on(terms, at, as_object))
            or ("of" in term and reading.number + bool(reading.quantifier) and not reading.noun and not reading.members)
        ):
            reading.state = term.says("state") or reading.state
        else:
            break
        at += 1
    return at


def _is_range(reading: _Reading, terms: Sequence[Term], at: int) -> bool:
    """ "Middle to pinky", "middle through the pinky": whether a finger further on follows."""
    first = reading.members[-1][1]
    after = at + 1
    after += terms[at].text == "through" and after < len(terms) and "det" in terms[after]
    last = terms[after].says("finger") if after < len(terms) else ""
    return first != "thumb" and last in FINGERS and FINGERS.index(last) > FINGERS.index(first)


def _goes_on(terms: Sequence[Term], at: int, as_object: bool) -> bool:
    """Whether a comma or "and" goes on with another finger of the same phrase."""
    if not ("comma" in terms[at] or terms[at].text in ("and", "or", "plus")):
        return False
    while at < len(terms) and ({"comma", "det", "side"} & terms[at].keys() or terms[at].text in ("and", "or")):
        at += 1
    if at >= len(terms) or "finger" not in terms[at]:
        return False
    if not as_object:
        return True
    while at < len(terms) and {"finger", "noun", "speed", "when", "not"} & terms[at].keys():
        at += 1
    if at >= len(terms) or terms[at].says("verb") == "occurs":
        return True
    return not ({"verb", "state", "position"} & terms[at].keys())


def _meant(reading: _Reading, context: Context, as_object: bool) -> Part | None:
    """The part that a phrase means by its own words."""
    none, some = reading.quantifier == "none", reading.quantifier == "some"
    hand = reading.hand or ("other" if reading.other and reading.noun in ("palm", "hand") else "")
    if reading.own and not (hand or reading.plural) and reading.noun != "palm":
        its = context.subject.hands & set(HANDS)
        hand = next(iter(its)) if len(its) == 1 else hand
    if reading.members:
        last = reading.members[-1][0]
        members = [(found or hand, finger) for found, finger in reading.members]
        if not any(found for found, _ in reading.members[:-1]) and last and len(reading.members) > 1:
            members = [(found, finger) for found, finger in reading.members]
        one = len({finger for _, finger in members}) == 1
        if (reading.quantifier == "both" and one) or (reading.quantifier == "all" and context.side not in HANDS):
            members = [(found, finger) for found in HANDS for _, finger in members]
        return Part(tuple(members), none=none, listed=len(reading.members) > 1)
    both = reading.quantifier == "both" or (reading.own and not reading.quantifier and reading.plural)
    if reading.noun in ("finger", "tip") and both and len(set(context.recent[-2:])) == 2:
        return Part(tuple(context.recent[-2:]))
    if reading.noun in ("finger", "tip"):
        rest = reading.other and not context.named.fingers and reading.number != 3
        numbers = (1, 2, 3, 4) if reading.digits else (1, 2, 3)
        counted = reading.number in numbers and not (reading.other or reading.quantifier)
        how_many = reading.number if counted else 0
        some |= counted
        loose = reading.quantifier == "all" and reading.number != 5 and not reading.other
        meant = tuple((hand, finger) for finger in _many(reading, context))
        return Part(meant, none, some, rest=rest, loose=loose, tips=reading.noun == "tip", how_many=how_many)
    if reading.noun == "twin" and as_object:
        return Part(mutual=True, twin=True)
    if reading.noun == "twin":
        return Part(tuple((hand, finger) for hand in HANDS for finger in FINGERS))
    if reading.noun in ("palm", "hand", "gap"):
        return Part(((hand, reading.noun),), none, mutual=reading.one and not reading.hand)
    if reading.other:
        if set(context.named.things) & set(FINGERS):
            return Part(tuple((hand, finger) for finger in _many(reading, context)))
        return Part((("other", "hand"),))
    if reading.hand and reading.one and len(context.subject.fingers) == 1 and context.side not in HANDS:
        return Part(((reading.hand, context.subject.fingers[0]),), none)
    if reading.hand:
        return Part(((reading.hand, "hand"),), none)
    if reading.quantifier == "both":
        return Part(tuple((side, "hand") for side in HANDS))
    if reading.number == 2 and len(set(context.recent[-2:])) == 2:
        return Part(tuple(context.recent[-2:]))
    if reading.each and context.subject.members:
        return replace(context.subject, none=False, each=True)
    if reading.quantifier in ("all", "some"):
        return Part(tuple(("", finger) for finger in _many(reading, context)), none, some)
    return None


def _many(reading: _Reading, context: Context) -> tuple[str, ...]:
    """Fingers that are not named one by one."""
    if reading.other:
        others = tuple(finger for finger in FINGERS if finger not in context.named.things)
        fewer = tuple(finger for finger in others if finger not in context.subject.things)
        others = fewer if reading.number and len(fewer) == reading.number < len(others) else others
        if reading.number == 3 and not context.named.fingers:
            return FINGERS[2:]
        return others[1:] if len(others) == reading.number + 1 and others[0] == "thumb" else others
    if reading.number in (1, 2, 3, 4) and not reading.quantifier:
        return FINGERS if reading.digits else FINGERS[1:]
    if reading.number == 4:
        return FINGERS[1:]
    if reading.quantifier in ("all", "none", "both") or reading.number == 5:
        return FINGERS
    return FINGERS[1:]


def _with_owner(terms: Sequence[Term], at: int, part: Part, reading: _Reading, context: Context) -> tuple[int, Part]:
    """The part with the hand or the fingers that "of" names after it, and fingers that a dash goes on to list."""
    if at + 1 < len(terms) and ("of" in terms[at] or terms[at].text == "with") and reading.noun != "hand":
        owner = read_part(terms, at + 1, context, as_object=True)
        if owner and owner[0].fingers and not ({"palm", "hand"} & part.things) and terms[at].text == "of":
            keeps = len(owner[0].fingers) > len(part.fingers) > 1
            return owner[1], part if keeps else replace(owner[0], none=part.none, some=part.some)
        if owner and owner[0].things == {"hand"} and not (reading.hand and owner[0].hands - {reading.hand}):
            return owner[1], _owned(part, owner[0], terms[at + 1 : owner[1]], context)
    if at + 1 < len(terms) and "dash" in terms[at]:
        listed = read_part(terms, at + 1, context, as_object=True)
        if listed and listed[0].fingers:
            after = listed[1] + (listed[1] < len(terms) and "dash" in terms[listed[1]])
            return after, listed[0]
    return at, part


def _owned(part: Part, owner: Part, said: Sequence[Term], context: Context) -> Part:
    """A part of the hand or hands that an "of" names."""
    hands = tuple(dict.fromkeys(hand for hand, _ in owner.members))
    if hands == ("",):
        plural = any(term.says("quantifier") in ("both", "all") or term.text in ("hands", "palms") for term in said)
        hands = HANDS if plural or context.side not in HANDS else context.hands
    things = dict.fromkeys(thing for _, thing in part.members)
    members = tuple((hand, thing) for hand in hands for thing in things)
    return replace(part, members=members, mutual=part.mutual or owner.mutual, none=part.none or owner.none)
