"""States that are told as things put plainly: "a fist is formed", "hyperextension is reached and given up".

What belongs here: what is done with a state as if it were a thing, from terms to terms. What does not: other nouns made
of verbs (`nouns`, `rewriting`).
"""

from collections.abc import Callable
from typing import Final

from handx_core.captioning.claims.exchange import Exchange, place_by_place
from handx_core.captioning.claims.nouns import begins, phrase_end
from handx_core.captioning.claims.terms import Term, Terms

_MADE: Final = ("form", "made", "creat", "shap", "reach", "attain", "achiev", "assum", "adopt", "complet", "establish")
_UNMADE: Final = ("open", "dissolv", "releas", "undo", "unmade", "loosen", "given up", "abandon", "unclench", "broken")
_TURNS: Final = ("bend", "straighten", "hyperextended")


def _fist_is_made(terms: Terms) -> list[Term]:
    """The terms with "a fist is formed and dissolved" as "the hand clenches and straightens"."""
    found: list[Term] = []
    at = 0
    fist = False
    while at < len(terms):
        term = terms[at]
        is_fist = term.says("state") == "fist" or term.text in ("fist", "fists")
        made = _end_of_passive(terms, at + 1, _MADE) if is_fist else 0
        undone = _end_of_passive(terms, at + 1, _UNMADE) if is_fist and not made else 0
        if made or undone:
            does = Term("makes a fist", {"verb": "fist"}, "s") if made else Term("opens", {"verb": "straighten"}, "s")
            found += [Term("hand", {"noun": "hand"}), does]
            at, fist = made or undone, True
            continue
        goes_on = fist and "link" in terms[at - 1] and term.form == "ed"
        turn = "straighten" if term.text.startswith(_UNMADE) else "fist" if term.text.startswith(_MADE) else ""
        found.append(Term(term.text, {"verb": turn}, "s") if goes_on and turn else term)
        at += 1
    return found


def _end_of_passive(terms: Terms, at: int, how: tuple[str, ...]) -> int:
    """The place after "is formed"; 0 if no such passive begins at a place."""
    start = at
    while at < len(terms) and (terms[at].says("verb") in ("be", "have") or (at > start and "speed" in terms[at])):
        at += 1
    return at + 1 if start < at < len(terms) and terms[at].text.startswith(how) else 0


@place_by_place
def _is_reached(terms: Terms, at: int) -> Exchange | None:
    """ "Hyperextension of the index is reached" as "... occurs", "a full bend is given up" as "... straightens"."""
    if not (at > 1 and terms[at].form == "ed" and terms[at].text.startswith((*_MADE, *_UNMADE))):
        return None
    start = next((place for place in range(at) if _is_state_noun(terms, place)), at)
    between = terms[start + 1 : at]
    passive = terms[at - 1].says("verb") == "be" or (
        "link" in terms[at - 1] and any(one.says("verb") == "be" for one in between)
    )
    if start == at or not passive or any("verb" in one and one.says("verb") not in _IDLE for one in between):
        return None
    if terms[at].text.startswith(_MADE):
        return [Term(terms[at].text, {"verb": "occurs"}, "s")], at + 1
    owned = any({"finger", "noun"} & term.keys() for term in terms[:at]) and "link" in terms[at - 1]
    return ([Term(terms[at].text, {"verb": "straighten"}, "s")], at + 1) if owned else None


_IDLE: Final = ("be", "have", "occurs", "contact")


def _is_state_noun(terms: Terms, at: int) -> bool:
    """ "Hyperextension", "a full bend": a noun of a state that a finger can be in."""
    if terms[at].says("verb") not in _TURNS:
        return False
    determined = at > 0 and bool({"det", "adjective", "speed"} & terms[at - 1].keys())
    return terms[at].form == "noun" or (terms[at].form == "" and determined)


def _is_complete(terms: Terms) -> list[Term]:
    """The terms with "the bend of the ring finger is only partial" as "the partial bend of the ring finger"."""
    noun = next((at for at in range(len(terms)) if _is_state_noun(terms, at) or _is_of_owner(terms, at)), len(terms))
    be = next((at for at in range(noun, len(terms)) if terms[at].says("verb") == "be"), len(terms))
    how = be + 1
    while how < len(terms) and {"only", "when"} & terms[how].keys():
        how += 1
    told = terms[how] if how < len(terms) else None
    ends = how + 1 >= len(terms) or bool({"comma", "link"} & terms[how + 1].keys())
    if told is None or not ends or told.text not in _HOW_FAR or any("verb" in one for one in terms[noun + 1 : be]):
        return list(terms)
    manner = Term(told.text, {"manner": _HOW_FAR[told.text]})
    return [
        *terms[:noun],
        terms[noun].put({"verb": terms[noun]["verb"]}, "noun"),
        *terms[noun + 1 : be],
        manner,
        *terms[how + 1 :],
    ]


_HOW_FAR: Final = {
    "complete": "full", "full": "full", "maximal": "full", "total": "full", "partial": "partial", "slight": "partial",
    "small": "partial", "incomplete": "partial", "partly": "partial",
}  # fmt: skip


def _is_of_owner(terms: Terms, at: int) -> bool:
    """ "The ring finger's bend", "the bending of": a turn that a finger owns."""
    owned = at > 0 and "possessive" in terms[at - 1] and terms[at].form == ""
    of = (
        at > 0
        and terms[at].form == "ing"
        and "det" in terms[at - 1]
        and at + 1 < len(terms)
        and terms[at + 1].text == "of"
    )
    return terms[at].says("verb") in _TURNS and (owned or of)


def _from_so(terms: Terms) -> list[Term]:
    """The terms with "from level in depth, the hand comes to be behind" as "the hand is level, then comes ..."."""
    if len(terms) < 4 or terms[0].text not in ("from", "starting from"):
        return list(terms)
    comma = next((at for at, term in enumerate(terms) if "comma" in term), 0)
    said = [term for term in terms[1:comma] if not ({"det", "unknown"} & term.keys() or term.text in _POSES)]
    verb = next((at for at in range(comma, len(terms)) if "verb" in terms[at]), 0)
    if len(said) != 1 or not {"position", "state"} & said[0].keys() or "distance" in said[0] or not verb:
        return list(terms)
    states = {kind: what for kind, what in said[0].items() if kind in ("position", "state")}
    is_so = [Term("is", {"verb": "be"}, "s"), said[0].put(states, ""), Term("at first", {"when": "start"})]
    return [*terms[comma + 1 : verb], *is_so, Term("then", {"link": "then"}), *terms[verb:]]


_POSES: Final = ("position", "pose", "posture", "state", "shape")


@place_by_place
def _comes_to_rest(terms: Terms, at: int) -> Exchange | None:
    """ "Stops moving at frame 30", "comes to rest by frame 30" as "is still from then until the end"."""
    said = [term.text for term in terms[at : at + 4]]
    after = 0
    if said[0].startswith(("stop", "ceas", "quit")) and at + 1 < len(terms) and terms[at + 1].text in _MOVING:
        after = at + 2
    elif said[0].startswith(("come", "came", "coming")) and said[1:2] == ["to"]:
        rest = at + 2 + (at + 2 < len(terms) and "det" in terms[at + 2])
        after = rest + 1 if rest < len(terms) and terms[rest].text in _RESTS else 0
    if not after or (after < len(terms) and not {"frames", "comma", "link", "when"} & terms[after].keys()):
        return None
    goes_on = any("verb" in term for term in terms[after:])
    for_good = [] if goes_on else [Term("for good", {"when": "until end"})]
    return [Term("stays still", {"verb": "still"}, "s"), *for_good], after


_MOVING: Final = ("moving", "to move", "traveling", "travelling", "its movement", "all movement")
_RESTS: Final = ("rest", "stop", "halt", "standstill", "a halt")


def _gaps_separate(terms: Terms) -> list[Term]:
    """The terms with "wide gaps separate the fingers" as "the fingers are spread"."""
    gap = next((at for at, term in enumerate(terms) if term.says("noun") == "gap"), len(terms))
    verb = gap + 1
    separates = verb < len(terms) and (
        terms[verb].text.startswith("separate") or (verb + 1 < len(terms) and terms[verb + 1].text == "between")
    )
    if not separates or not {"parting", "be", "contact"} & {terms[verb].says("verb")}:
        return list(terms)
    start = verb + 1 + (not terms[verb].text.startswith("separate"))
    end = phrase_end(terms, start, True)
    if not any("finger" in term or term.says("noun") == "finger" for term in terms[start:end]):
        return list(terms)
    front = gap
    while front and {"det", "adjective", "quantifier", "not", "distance"} & terms[front - 1].keys():
        front -= 1
    denied = [Term("not", {"not": "not"})] if any("not" in term for term in terms[front:gap]) else []
    after = end
    while after < len(terms) and ("mutual" in terms[after] or terms[after].text in ("from", "away from")):
        after += 1
    are = [Term("are", {"verb": "be"}, "s"), *denied, Term("spread", {"state": "spread"})]
    return [*terms[:front], *terms[start:end], *are, *terms[after:]]


def _same_distance(terms: Terms) -> list[Term]:
    """The terms with "the distance between the palms stays the same" as "the palms neither approach nor part"."""
    gap = next((at for at, term in enumerate(terms) if term.says("noun") == "gap"), len(terms))
    joins = gap + 1 < len(terms) and terms[gap + 1].text in ("between", "of")
    end = phrase_end(terms, gap + 2, True) if joins else len(terms)
    owner, told = terms[gap + 2 : end], list(terms[end:])
    if (
        not any(term.says("noun") in ("palm", "hand") for term in owner)
        or not told
        or "verb" not in {*told[0], *told[-1]}
    ):
        return list(terms)
    verb = next((term for term in told if "verb" in term and term.says("verb") != "do"), told[0])
    same = verb.says("verb") == "be" and any(term.text in _SAME for term in told)
    unchanged = verb.says("verb") in ("changes", "still") and any("not" in term for term in told)
    if not (same or unchanged):
        return list(terms)
    start = gap - (gap > 0 and "det" in terms[gap - 1])
    rest = [term for term in told if {"when", "frames"} & term.keys() and term.text not in _SAME]
    neither = [Term("not", {"not": "not"}), Term("approach", {"verb": "joining"}), *rest]
    return [
        *terms[:start],
        *owner,
        *neither,
        Term("nor", {"link": "and", "not": "not"}),
        Term("part", {"verb": "parting"}),
        *rest,
    ]


_SAME: Final = ("same", "constant", "unchanged", "fixed", "steady", "stable")


_OPPOSITE: Final = {
    "straight": "bend", "bent": "straighten", "fully bent": "straighten", "partly bent": "flex", "fist": "straighten",
    "hyperextended": "straighten",
}  # fmt: skip


def _state_ends(terms: Terms) -> list[Term]:
    """The terms with "the hyperextension of the index vanishes" as "the straightening of the index"."""
    noun = next((at for at in range(len(terms)) if _is_state_noun(terms, at) or _is_of_owner(terms, at)), len(terms))
    verb = next((at for at in range(noun + 1, len(terms)) if "verb" in terms[at]), len(terms))
    if verb == len(terms) or terms[verb].says("verb") != "ends" or terms[verb].form != "s":
        return list(terms)
    straightens = terms[noun].put({"verb": "straighten"}, "noun")
    return [*terms[:noun], straightens, *terms[noun + 1 : verb], *terms[verb + 1 :]]


@place_by_place
def _leaves_state(terms: Terms, at: int) -> Exchange | None:
    """ "Leaves its straight position" as "bends", "leaves the fist" as "straightens"; not where it is denied."""
    leaves = terms[at].text.split()[0] in _LEAVING and terms[at].says("verb") == "separation"
    if not leaves or any("not" in term for term in terms[max(0, at - 2) : at]):
        return None
    state = at + 1 + (at + 1 < len(terms) and "det" in terms[at + 1])
    told = terms[state] if state < len(terms) else terms[at]
    turn = _OPPOSITE.get(told.says("state") or ("fist" if told.text in ("fist", "fists") else ""), "")
    if not turn or (state + 1 < len(terms) and begins(terms[state + 1])):
        return None
    return [Term(terms[at].text, {"verb": turn}, terms[at].form)], state + 1


_LEAVING: Final = ("leave", "leaves", "left", "leaving", "quits", "quit", "quitting")


def _is_there(terms: Terms) -> list[Term]:
    """The terms with "gaps between the fingers are present, then absent" as "the fingers are spread, then together",
    and with "contact is absent" as a contact that is denied."""
    there = [at for at, term in enumerate(terms) if term.text in _PRESENT or "presence" in term]
    thing = next((at for at, term in enumerate(terms) if _is_thing(term)), len(terms))
    if not there or thing > there[0]:
        return list(terms)
    gap = terms[thing].says("noun") == "gap"
    joins = thing + 1 + (thing + 1 in there)  # "gaps are present between"
    joins = joins if joins < len(terms) and terms[joins].text in ("between", "of") else 0
    end = phrase_end(terms, joins + 1, True) if joins else thing + 1
    owner = list(terms[joins + 1 : end]) if joins else []
    if gap and not any("finger" in term or term.says("noun") == "finger" for term in owner):
        return list(terms)
    found = [*terms[: thing - ("det" in terms[thing - 1] and thing > 0)]]
    touch = [*owner, terms[thing].put({"verb": "contact"}, "s")]
    found += owner if gap else []
    for at in (*(place for place in there if place < joins), *range(end, len(terms))):
        term = terms[at]
        if at in there:
            absent = term.says("presence") in _ABSENT
            state = Term(term.text, {"state": "together" if absent else "spread"})
            denied = [Term("not", {"not": "not"})] if absent else []
            found += [Term("are", {"verb": "be"}, "s"), state] if gap else [*owner, *denied, touch[-1]]
        elif term.says("verb") != "be":
            found.append(term)
    return found


_PRESENT: Final = ("be present", "is present", "are present", "exist", "exists", "persist", "persists")
_ABSENT: Final = ("absent", "missing")


def _is_thing(term: Term) -> bool:
    """Whether it is a gap or a contact, that may be there or not."""
    return term.says("noun") == "gap" or (term.text in ("contact", "contacts") and term.says("verb") == "contact")


STEPS: Final[tuple[tuple[Callable[[Terms], list[Term]], frozenset[str]], ...]] = (
    (_fist_is_made, frozenset({"fist", "a fist", "fists"})),
    (_is_reached, frozenset({"be"})),
    (_comes_to_rest, frozenset({*_MOVING, *_RESTS})),
    (_same_distance, frozenset({"gap"})),
    (_gaps_separate, frozenset({"gap"})),
    (_is_complete, frozenset(_HOW_FAR)),
    (_from_so, frozenset({"from", "starting from"})),
    (_state_ends, frozenset({"ends"})),
    (_leaves_state, frozenset({"separation"})),
    (_is_there, frozenset({"presence", *_PRESENT})),
)
"""Steps in their order, each with the words or kinds without one of which it has nothing to do."""
