"""Idioms of fingers, ways, distances and notes put plainly: "digits two to five", "to the upper left", "near to far".

What belongs here: set ways of naming fingers, of saying where to and how far, and what is left out in notes, from terms
to terms. What does not: those of who takes part, and when (`idioms`).
"""

from collections.abc import Callable
from typing import Final

from handx_core.captioning.claims.exchange import Exchange, place_by_place
from handx_core.captioning.claims.nouns import begins, width_of
from handx_core.captioning.claims.terms import Term, Terms
from handx_core.skeleton import FINGERS


def _numbered(terms: Terms) -> list[Term]:
    """The terms with "digits two to five" as "index to pinky"; the thumb is the first digit."""
    found: list[Term] = []
    at = 0
    while at < len(terms):
        found.append(terms[at])
        at += 1
        if found[-1].text not in ("digit", "digits", "fingers", "finger"):
            continue
        numbers, end = _numbers(terms, at)
        if numbers:
            found[-1:] = [
                term
                for place, finger in enumerate(numbers)
                for term in (
                    *([Term("and", {"link": "and"})] if place else []),
                    Term(finger, {"finger": finger}),
                )
            ]
            at = end
    return found


def _numbers(terms: Terms, at: int) -> tuple[list[str], int]:
    """The fingers that numbers from a place on name, and the place after them."""
    numbers: list[int] = []
    end = at
    through = False
    while at < len(terms):
        said = terms[at].says("number")
        if said and 1 <= int(said) <= len(FINGERS) and not (at + 1 < len(terms) and "times" in terms[at + 1]):
            number, end = int(said), at + 1
            step = 1 if not numbers or number > numbers[-1] else -1
            numbers += range(numbers[-1] + step, number + step, step) if through else [number]
            through = False
        elif numbers and (terms[at].text in ("to", "through") or "dash" in terms[at]):
            through = True
        elif not (numbers and ("comma" in terms[at] or terms[at].text == "and")):
            break
        at += 1
    return [FINGERS[number - 1] for number in numbers], end


def _finger_after_finger(terms: Terms) -> list[Term]:
    """The terms with "finger after finger bends" as "the fingers bend in turn"."""
    found = list(terms)
    for at in range(len(found) - 2):
        same = found[at].says("noun") == found[at + 2].says("noun") in ("finger", "tip")
        if same and found[at + 1].text in ("after", "upon"):
            fingers = Term("fingers", {"noun": found[at].says("noun")})
            return [*found[:at], fingers, Term("in turn", {"manner": "in turn"}), *found[at + 3 :]]
    return found


def _corner(terms: Terms) -> list[Term]:
    """The terms with "to the upper left" as "up, left"."""
    found: list[Term] = []
    for at, term in enumerate(terms):
        following = terms[at + 1] if at + 1 < len(terms) else None
        corner = following is not None and following.says("way") in ("left", "right")
        if term.text in ("upper", "lower") and corner:
            while found and ("det" in found[-1] or found[-1].text in ("to", "toward", "towards")):
                found.pop()
            found.append(Term(term.text, {"way": "up" if term.text == "upper" else "down"}))
        else:
            found.append(term)
    return found


def _of_the_three(terms: Terms) -> list[Term]:
    """The terms with "the last of the three claps" as "the last clap", and "the last one at frame 42" as "the last"."""
    found: list[Term] = []
    at = 0
    while at < len(terms):
        found.append(terms[at])
        at += 1
        if "ordinal" not in found[-1] or at >= len(terms):
            continue
        at += terms[at].text == "one" and at + 1 < len(terms) and bool({"frames", "when"} & terms[at + 1].keys())
        if at >= len(terms) or terms[at].text != "of":
            continue
        end = at + 1
        while end < len(terms) and {"det", "number", "quantifier"} & terms[end].keys():
            end += 1
        if not (end > at + 1 and end < len(terms) and "verb" in terms[end]):
            continue
        at = end
        is_it = len(found) > 3 and "det" in found[-2] and found[-3].says("verb") == "be"
        if is_it and found[-1].text in _NTH_OF_ALL and end + 1 == len(terms):
            found[-3:] = [Term(found[-1].text, {"manner": f"comes {found[-1].text}"})]
            at = end + 1
    return found


@place_by_place
def _the_time(terms: Terms, at: int) -> Exchange | None:
    """ "Clap three times, the second time at frame 26" as "..., the second at frame 26"."""
    term = terms[at]
    ends = at + 1 < len(terms) and {"frames", "when"} & terms[at + 1].keys()
    if not ("nth" in term and ends and at and "comma" in terms[at - 1] and any("times" in one for one in terms[:at])):
        return None
    return [Term("the", {"det": "the"}), Term(term.says("nth"), {"ordinal": term.says("nth")})], at + 1


def _owned_gap(terms: Terms) -> list[Term]:
    """The terms with "the palms' distance" as "the distance between the palms"."""
    found = list(terms)
    for at in range(1, len(found) - 1):
        compound = found[at + 1].says("noun") == "gap" and "noun" in found[at] and _can_part(found[at])
        if compound and found[at].text.endswith(("finger", "palm", "hand")):
            found.insert(at + 1, Term("'s", {"possessive": "'s"}))
            at += 1
        if "possessive" not in found[at] or found[at + 1].says("noun") != "gap" or not _can_part(found[at - 1]):
            continue
        start = at
        while start and not _OWNER.isdisjoint(found[start - 1]):
            start -= 1
        between = Term("between", {"with": "between"})
        return [*found[:start], Term("the", {"det": "the"}), found[at + 1], between, *found[start:at], *found[at + 2 :]]
    return found


_OWNER: Final = frozenset({"det", "side", "finger", "noun", "number", "quantifier"})


def _can_part(term: Term) -> bool:
    return "finger" in term or term.says("noun") in ("hand", "palm", "finger", "tip")


def _is_upward(terms: Terms) -> list[Term]:
    """The terms with "the movement is upward", of which no noun is left, as "moves upward"."""
    found = list(terms)
    at = next((place for place, term in enumerate(found) if term.says("verb") == "be"), len(found))
    after = at + 1
    while after < len(found) and {"speed", "not", "only", "adjective", "when"} & found[after].keys():
        after += 1
    plain = after < len(found) and "way" in found[after] and not {"position", "verb", "side"} & found[after].keys()
    if plain and not any({"side", "finger", "noun", "pronoun", "verb"} & term.keys() for term in found[:at]):
        found[at] = Term("moves", {"verb": "move"}, "s")
    return found


def _finger_in_order(terms: Terms) -> list[Term]:
    """The terms with "is the second finger to bend" as the second of the fingers, and not the middle finger."""
    found: list[Term] = []
    for at, term in enumerate(terms):
        following = terms[at + 1].text if at + 1 < len(terms) else ""
        ordinal = term.text.split()[0] if term.text.endswith((" finger", " digit")) and "finger" in term else ""
        counts = ordinal in _NTH and following in ("to", "that", "which")
        if counts and (at < 2 or terms[at - 2].says("verb") == "be"):
            found += [Term(ordinal, {"ordinal": ordinal}), Term("finger", {"noun": "finger"})]
        else:
            found.append(term)
    return found


_NTH: Final = ("first", "second", "third", "fourth")


_NTH_OF_ALL: Final = (*_NTH, "last")


def _and_so_on(terms: Terms) -> list[Term]:
    """The terms without "and so on for all five"."""
    found: list[Term] = []
    at = 0
    while at < len(terms):
        if terms[at].text == "so" and at and "link" in terms[at - 1] and at + 1 < len(terms) and _on(terms[at + 1]):
            found.pop()
            while at < len(terms) and not {"comma", "frames", "when"} & terms[at].keys():
                at += 1
            continue
        found.append(terms[at])
        at += 1
    return found


def _on(term: Term) -> bool:
    return term.text in ("on", "forth")


def _beyond_straight(terms: Terms) -> list[Term]:
    """The terms with "leans back beyond its straight line" as "hyperextends"."""
    found = list(terms)
    for at in range(1, len(found) - 1):
        state = at + 1 + ("det" in found[at + 1])
        if found[at].text not in ("beyond", "past") or state >= len(found) or found[state].says("state") != "straight":
            continue
        verbs = [place for place in range(max(0, at - 4), at) if {"verb", "unknown"} & found[place].keys()]
        if verbs and not (state + 1 < len(found) and begins(found[state + 1])):
            verb = found[verbs[-1]]
            between = [term for term in found[verbs[-1] + 1 : at] if "way" not in term]
            turn = Term(verb.text, {"verb": "hyperextended"}, verb.form)
            return [*found[: verbs[-1]], turn, *between, *found[state + 1 :]]
    return found


def _near_to_far(terms: Terms) -> list[Term]:
    """The terms with "from near to medium" as two distances, where "near to" was taken for one word, and with
    "from a small distance to a large one" as another distance."""
    found: list[Term] = []
    terms = [
        Term(term.text, {"distance": "Medium"}) if term.text in ("medium", "moderate") and _is_end(terms, at) else term
        for at, term in enumerate(terms)
    ]
    for at, term in enumerate(terms):
        following = terms[at + 1] if at + 1 < len(terms) else None
        if term.text == "one" and found and width_of(terms[at - 1]) and any("distance" in one for one in found):
            found[-1] = Term(found[-1].text, {"distance": width_of(found[-1])})
        elif term.text in ("near to", "close to") and following is not None and {"distance"} & following.keys():
            found += [Term(term.text.split()[0], {"distance": "Near"}), Term("to", {"with": "to"})]
        else:
            found.append(term)
    return found


def _is_end(terms: Terms, at: int) -> bool:
    """Whether a word is what something goes from, or to: "from near to medium", "from medium to far"."""
    place = at - 1 - (at > 1 and "det" in terms[at - 1])
    before = terms[place].text if at else ""
    if before == "from":
        return at + 1 < len(terms) and terms[at + 1].text == "to"
    return before in ("to", "near to", "close to") and any(term.text == "from" for term in terms[:at])


def _on_axis(terms: Terms) -> list[Term]:
    """The terms with "in depth they are aligned" as "they are abreast"."""
    axes = [term for term in terms if "axis" in term]
    if len(axes) != 1 or not any(_is_even(term) for term in terms):
        return list(terms)
    even = {"position": axes[0].says("axis")}
    return [Term(term.text, even) if _is_even(term) else term for term in terms if "axis" not in term]


def _is_even(term: Term) -> bool:
    return term.text in ("level", "level with", "aligned", "even", "even with", "equal", "on a par", "lined up")


def _labelled(terms: Terms) -> list[Term]:
    """The terms with "left hand: fingers curl" as "left fingers curl"."""
    start = int(bool(terms) and "det" in terms[0])
    if start + 2 >= len(terms) or terms[start].text not in ("left", "right"):
        return list(terms)
    end = start + 1 + (terms[start + 1].says("noun") == "hand")
    if end + 1 >= len(terms) or terms[end].text not in (":", "-", "–", "—"):
        return list(terms)
    side, rest = Term(terms[start].text, {"side": terms[start].text}), list(terms[end + 1 :])
    named = next((at for at, term in enumerate(rest) if {"finger", "noun", "side", "verb", "way"} & term.keys()), None)
    if named is None or not {"finger", "noun"} & rest[named].keys():
        return [side, Term("hand", {"noun": "hand"}), *rest]
    if not any("verb" in term and "state" not in term for term in rest):  # a note: "all fingers extended, none spread"
        stated = {"state", "verb"}
        rest = [term.put({"state": term["state"]}, "") if stated <= term.keys() else term for term in rest]
    return [*rest[:named], side, *rest[named:]]


@place_by_place
def _hardly_apart(terms: Terms, at: int) -> Exchange | None:
    """ "Hardly any separation between the palms" as "a small distance"."""
    following = terms[at + 1] if at + 1 < len(terms) else None
    gap = following is not None and (following.says("noun") == "gap" or following.text in ("separation", "separations"))
    near = gap and terms[at].text in _HARDLY
    return ([Term("a small distance", {"distance": "Near"})], at + 2) if near else None


def _closed_sideways(terms: Terms) -> list[Term]:
    """The terms with "closed" next to "fanned out" as "together", where nothing is said of bending."""
    states = [term.says("state") for term in terms if "state" in term and term.text != "closed"]
    turns = any(term.says("verb") in ("bend", "straighten", "fist") and term.text[:4] != "clos" for term in terms)
    fingers = any("finger" in term or term.says("noun") in ("finger", "gap") for term in terms)
    if not fingers or turns or "spread" not in states or not {*states} <= {"spread", "together"}:
        return list(terms)
    return [Term("gap closed", {"state": "together"}) if term.text == "closed" else term for term in terms]


def _noted(terms: Terms) -> list[Term]:
    """The terms of a note without a verb, "open hand at first, then fist", as "hand is open at first, ..."."""
    told_of = any("verb" in term and "state" not in term for term in terms)
    if told_of and not any(_is_pair(terms[at : at + 3]) for at, term in enumerate(terms) if "finger" in term):
        return list(terms)
    found: list[Term] = []
    begins_part = True
    at = 0
    while at < len(terms):
        told = _note(terms, at) if begins_part and (not told_of or _is_pair(terms[at : at + 3])) else None
        if told is not None:
            follows = len(found) > 3 and "comma" in found[-1] and found[-3].text == "touches" and "finger" in found[-4]
            if follows and told[0][0].text == found[-4].text:
                found.append(Term("then", {"link": "then"}))
            found += told[0]
            at, begins_part = told[1], False
            continue
        going_on = begins_part and bool({"det", "adjective", "side"} & terms[at].keys())
        begins_part = bool({"comma", "link"} & terms[at].keys()) or going_on
        found.append(terms[at])
        at += 1
    return found


def _is_pair(said: Terms) -> bool:
    """Whether "thumb to pinky" or "index to index" can only be two that touch, and no row of fingers."""
    fingers = [term.says("finger") for term in said[::2]]
    return len(fingers) == 2 and all(fingers) and ("thumb" in fingers or fingers[0] == fingers[1])


def _note(terms: Terms, at: int) -> tuple[list[Term], int] | None:
    """What "open hand", "fist" or "index to thumb" says, with a verb, and the place after it."""
    said = terms[at : at + 3]
    is_so = Term("is", {"verb": "be"}, "s")
    if len(said) > 1 and "state" in said[0] and said[1].says("noun") in ("hand", "finger") and _ends(terms, at + 2):
        return [said[1], is_so, Term(said[0].text, {"state": said[0].says("state")})], at + 2
    if said[0].text in ("fist", "fists") and _ends(terms, at + 1):
        return [Term("hand", {"noun": "hand"}), is_so, Term("in a fist", {"state": "fist"})], at + 1
    if len(said) == 3 and _can_touch(said[0]) and said[1].text in ("to", "on", "against") and _can_touch(said[2]):
        reaches = _ends(terms, at + 3) and not (at and terms[at - 1].text == "from")
        return ([said[0], Term("touches", {"verb": "contact"}, "s"), said[2]], at + 3) if reaches else None
    return None


def _can_touch(term: Term) -> bool:
    return "finger" in term or term.says("noun") in ("palm", "tip")


def _ends(terms: Terms, at: int) -> bool:
    """Whether a part of a note ends before a place, but for when it is so."""
    return at >= len(terms) or bool({"comma", "link", "when", "frames", "manner", "number"} & terms[at].keys())


_HARDLY: Final = (
    "hardly any", "barely any", "almost no", "virtually no", "practically no", "next to no", "minimal", "negligible",
    "little",
)  # fmt: skip

STEPS: Final[tuple[tuple[Callable[[Terms], list[Term]], frozenset[str]], ...]] = (
    (_labelled, frozenset({"left", "right"})),
    (_on_axis, frozenset({"axis"})),
    (_numbered, frozenset({"number"})),
    (_finger_after_finger, frozenset({"after", "upon"})),
    (_corner, frozenset({"upper", "lower"})),
    (_of_the_three, frozenset({"ordinal"})),
    (_the_time, frozenset({"nth"})),
    (_owned_gap, frozenset({"possessive", "gap"})),
    (_is_upward, frozenset({"way"})),
    (_finger_in_order, frozenset(f"{nth} {what}" for nth in _NTH for what in ("finger", "digit"))),
    (_and_so_on, frozenset({"so"})),
    (_beyond_straight, frozenset({"beyond", "past"})),
    (_closed_sideways, frozenset({"closed"})),
    (_noted, frozenset({"state", "fist", "fists", "to", "on", "against"})),
    (_near_to_far, frozenset({"near to", "close to", "medium", "moderate", "distance"})),
    (_hardly_apart, frozenset(_HARDLY)),
)
"""Idioms in their order, each with the words or kinds without one of which there is none of it."""
