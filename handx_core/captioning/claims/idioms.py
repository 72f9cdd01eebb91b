"""Idioms put plainly: "nothing but the index", "takes no part in it", "between one clap and the next".

What belongs here: set ways of saying something that English has besides its grammar, from terms to terms. What does
not: sentences that are built in another order (`simplifying`), and nouns made of verbs (`nouns`).
"""

from collections.abc import Callable
from typing import Final

from handx_core.captioning.claims.exchange import Exchange, place_by_place
from handx_core.captioning.claims.nouns import NAMES, begins
from handx_core.captioning.claims.terms import Term, Terms, next_of

_DENIED: Final = [Term("does", {"verb": "do"}, "s"), Term("not", {"not": "not"})]
_IN_BETWEEN: Final = ("det", "quantifier", "number", "one", "adjective", "ordinal", "nth", "first", "link")


@place_by_place
def _nothing_but(terms: Terms, at: int) -> Exchange | None:
    """ "Nothing but the index" as "only the index"."""
    excepted = terms[at].text == "nothing" and at + 1 < len(terms) and _is_except(terms[at + 1])
    return ([Term("only", {"only": "only"})], at + 2) if excepted else None


def _is_except(term: Term) -> bool:
    return "except" in term or term.text in ("besides", "than")


def _nothing_else(terms: Terms) -> list[Term]:
    """The terms with "touches the index, none of the others" as "touches the index only"."""
    found: list[Term] = []
    at = 0
    while at < len(terms):
        after = _others_end(terms, at)
        if after and any("verb" in term for term in found):
            while {"comma", "link"} & found[-1].keys():
                found.pop()
            found.append(Term("only", {"only": "only"}))
        else:
            found.append(terms[at])
        at = after or at + 1
    return found


def _others_end(terms: Terms, at: int) -> int:
    """The place after "nothing else" or "none of the others" where it ends a clause, else 0."""
    denies = "not" in terms[at] or terms[at].says("quantifier") == "none"
    if not (denies and at and {"comma", "link"} & terms[at - 1].keys()):
        return 0
    after = at + 1
    while after < len(terms) and {"det", "of"} & terms[after].keys():
        after += 1
    others = after < len(terms) and terms[after].says("quantifier") == "other"
    if not (others or terms[at].text == "nothing"):
        return 0
    after += others
    after += others and after < len(terms) and terms[after].says("noun") in ("finger", "tip")
    return after if after == len(terms) or "comma" in terms[after] else 0


_TAKING: Final = ("take", "taking", "took", "play", "has", "have", "had")
_STAYING_OUT: Final = ("out of", "away from", "clear of", "off", "from")


def _no_part(terms: Terms) -> list[Term]:
    """The terms with "takes no part in the curling" as "does not curl", and "in it" as "does not move"."""
    found: list[Term] = []
    at = 0
    while at < len(terms):
        after = _part_end(terms, at)
        if not after:
            found.append(terms[at])
            at += 1
            continue
        if after[1]:
            found += _DENIED
        while after[0] < len(terms) and {"of", "with"} & terms[after[0]].keys():
            after = after[0] + 1, after[1]
        at = after[0]
        ends = at >= len(terms) or bool({"comma", "link"} & terms[at].keys())
        told = next((term for term in terms[at : at + 4] if "verb" in term), None)
        if not ends and terms[at].text in ("this", "that", "it") and told is None:
            ends, at = True, at + 1
        if ends:
            found.append(Term("moves", {"verb": "move"}, "s"))
        elif told is not None:
            at = next(place for place in range(at, at + 4) if terms[place] is told) + 1
            found.append(Term(told.text, {"verb": told.says("verb")}, "" if after[1] else "s"))
    return found


def _part_end(terms: Terms, at: int) -> tuple[int, bool] | None:
    """Where "takes no part" or "takes part" ends, and whether it denies it."""
    term, following = terms[at], terms[at + 1 : at + 2]
    if term.text.startswith(_TAKING) and following and following[0].text in ("no", "no part"):
        ends = at + 2 >= len(terms) or terms[at + 2].text in ("in", ",")
        return (at + 2, True) if ends else None
    if term.says("verb") == "be" and following and following[0].text in _STAYING_OUT:
        action = at + 2 + (at + 2 < len(terms) and "det" in terms[at + 2])
        acts = action < len(terms) and "verb" in terms[action] and terms[action].form in ("ing", "noun")
        return (at + 2, True) if acts else None
    return None


def _in_between(terms: Terms) -> list[Term]:
    """The terms without "between one clap and the next": that something is in between says that it is not for good."""
    found: list[Term] = []
    at = 0
    while at < len(terms):
        after = _pause_end(terms, at) if terms[at].text in ("between", "in between") else 0
        if after and found and found[-1].says("verb") == "contact" and found[-1].text.startswith(_STAYS):
            denied = next((place for place, one in enumerate(found) if "not" in one), None)
            found[-1:] = [Term("not", {"not": "not"}), Term("part", {"verb": "parting"})]
            if denied is not None:
                del found[-2], found[denied]
        elif after and not found:
            found = _told_of_pause(terms[after:])
            after = len(terms)
        elif after:
            found.append(Term("in between", {"when": "some time"}))
        else:
            found.append(terms[at])
        at = after or at + 1
    return found


def _told_of_pause(told: Terms) -> list[Term]:
    """What is told of the time between contacts: one that lasts all along if it is of a contact, a parting if it denies
    one."""
    rest = list(told)
    verbs = [at for at, term in enumerate(rest) if "verb" in term and term.says("verb") not in ("be", "do")]
    together = next((at for at, term in enumerate(rest) if "together" in term and "verb" not in term), None)
    at = verbs[0] if verbs else together
    in_between = Term("in between", {"when": "some time"})
    if at is None or not (rest[at].says("verb") == "contact" or at == together):
        return [in_between, *rest]
    denied = next((place for place in range(at) if "not" in rest[place]), None)
    if denied is None:
        return [Term("all the time", {"when": "throughout"}), *rest]
    rest[at] = Term("part", {"verb": "parting"})
    return [in_between, *rest[:denied], *rest[denied + 1 :]]


_STAYS: Final = ("stay", "remain", "keep", "kept", "maintain")


def _pause_end(terms: Terms, at: int) -> int:
    """The place after "between one clap and the next", or "between taps"; 0 if something else is between."""
    strokes = 0
    after = at + 1
    while after < len(terms):
        term = terms[after]
        if (
            term.says("verb") in ("contact", "joining", "fist")
            and " " not in term.text
            and term.form in ("", "s", "ed")
        ):
            strokes = after + 1
        elif any(kind in term for kind in NAMES) or not any(kind in term for kind in _IN_BETWEEN):
            break
        elif "ordinal" in term or term.text == "next":
            strokes = after + 1 if strokes else 0
        elif strokes == after and "link" not in term:
            break
        after += 1
    return strokes


def _each_once(terms: Terms) -> list[Term]:
    """The terms with "once at frame 10 and once at frame 26" as "twice at frame 10 and at frame 26"."""
    places = [
        at
        for at in range(len(terms) - 1)
        if terms[at].says("count") == "1" and {"frames", "when"} & terms[at + 1].keys()
    ]
    if len(places) < 2:
        return list(terms)
    kept = [term for at, term in enumerate(terms) if at not in places[1:]]
    kept[places[0]] = Term("times", {"count": str(len(places))})
    return kept


def _passive_in_front(terms: Terms) -> list[Term]:
    """The terms with "touched by the thumb are the index and the pinky" as "the thumb touches the index ..."."""
    by = next((at for at, term in enumerate(terms[:4]) if term.text == "by"), 0)
    if len(terms) < 5 or not by or terms[0].says("verb") != "contact" or terms[0].form != "ed":
        return list(terms)
    be = next((at for at, term in enumerate(terms) if term.says("verb") == "be"), 0)
    if be < by or any("comma" in term or "link" in term for term in terms[:be]):
        return list(terms)
    return [*terms[by + 1 : be], *terms[1:by], terms[0].put(form="s"), *terms[be + 1 :]]


def _along_tips(terms: Terms) -> list[Term]:
    """The terms with "the thumb goes down the line of fingertips" as "the thumb touches the fingertips in turn"."""
    found = list(terms)
    if not any(term.says("noun") in ("tip", "finger") for term in terms):
        return found
    for at in range(1, len(found) - 1):
        moves = found[at].says("verb") in ("move", "occurs", "move fast", "move slow") or "unknown" in found[at]
        if not moves:
            continue
        named = next((term for term in reversed(found[:at]) if any(kind in term for kind in NAMES)), None)
        if named is None or named.says("finger") != "thumb":
            continue
        tip = at + 1
        while tip < len(found) and ({"det", "quantifier"} & found[tip].keys() or found[tip].text in _ALONG):
            tip += 1
        if tip > at + 1 and tip < len(found) and found[tip].says("noun") in ("tip", "finger"):
            touches = Term(found[at].text, {"verb": "contact"}, found[at].form)
            rest = [term for term in found[at + 1 : tip] if "quantifier" in term]
            return [*found[:at], touches, *rest, found[tip], Term("in turn", {"manner": "in turn"}), *found[tip + 1 :]]
    return found


_ALONG: Final = ("of", "down", "up", "over", "through", "across", "along", "past")


@place_by_place
def _point_straight(terms: Terms, at: int) -> Exchange | None:
    """ "Point straight ahead" as "are straight"."""
    if not (terms[at].says("verb") == "be" and terms[at].text.startswith(("point", "stick", "stand"))):
        return None
    two = terms[at + 1 : at + 3]
    ahead = len(two) == 2 and two[0].text == "straight" and "way" in two[1]
    return ([terms[at], two[0]], at + 3) if ahead else None


def _ends_in_contact(terms: Terms) -> list[Term]:
    """The terms with "a motion to the right ends in contact with the palm" as "..., and touches the palm"."""
    found = list(terms)
    for at in range(1, len(found) - 1):
        ends = found[at].says("verb") == "edge end" and found[at + 1].text.startswith("in contact")
        before = [term for term in found[:at] if "verb" in term]
        if ends and before and before[-1].says("verb").startswith("move"):
            found[at] = Term("and", {"link": "and"})
    return found


@place_by_place
def _left_so(terms: Terms, at: int) -> Exchange | None:
    """ "Is left extended" as "becomes extended"."""
    three = terms[at : at + 3]
    left = len(three) == 3 and three[0].says("verb") == "be" and three[1].text == "left" and "state" in three[2]
    return ([Term("becomes", {"verb": "be"}, "s")], at + 2) if left and "way" in three[1] else None


@place_by_place
def _into_state(terms: Terms, at: int) -> Exchange | None:
    """ "Eases back to straight" as "straightens slowly"."""
    moves = terms[at].says("verb").startswith("move ") or "unknown" in terms[at]
    turn = _turn(terms, at) if moves else None
    if turn is None:
        return None
    speed = {"move slow": "Slow", "move fast": "Fast"}.get(terms[at].says("verb"), "")
    said = [Term(terms[at].text, {"speed": speed})] if speed else []
    return [*said, Term(terms[at].text, {"verb": turn[0]}, terms[at].form)], turn[1]


def _on_it(terms: Terms) -> list[Term]:
    """The terms with "the index on the palm" as "the index rests on the palm" where no verb is said."""
    found = list(terms)
    if any("verb" in term and "edge" not in term.says("verb") for term in terms):
        return found
    for at in range(1, len(found) - 1):
        ahead = next((term for term in found[at + 1 : at + 4] if not {"det", "side", "quantifier"} & term.keys()), None)
        touches = ahead is not None and _can_touch(ahead) and _can_touch(found[at - 1])
        if touches and found[at].text in ("on", "onto", "upon", "against"):
            return [*found[:at], Term("rests on", {"verb": "contact"}, "s"), *found[at + 1 :]]
    return found


def _can_touch(term: Term) -> bool:
    return "finger" in term or term.says("noun") in ("palm", "tip", "finger")


def _ends_with(terms: Terms) -> list[Term]:
    """The terms with "ends with the index touching the thumb" as "at the end the index touches the thumb"."""
    at = next((place for place, term in enumerate(terms) if "edge" in term.says("verb")), None)
    if at is None or at + 2 >= len(terms) or any("verb" in term for term in terms[:at]):
        return list(terms)
    start = at + 1 + (terms[at + 1].text == "with")
    verb = next((place for place in range(start, len(terms)) if "verb" in terms[place]), None)
    between = terms[start:verb]
    told = verb is not None and terms[verb].says("verb") == "contact" and terms[verb].form in ("ing", "s")
    named = any(_can_touch(term) for term in between) and not any({"comma", "link"} & one.keys() for one in between)
    if verb is None or not (told and named and (start > at + 1 or terms[at].text.endswith("with"))):
        return list(terms)
    when = terms[at].says("verb").removeprefix("edge ")
    idle = [term for term in terms[:at] if not {"pronoun", "det"} & term.keys()]
    verbs = [terms[verb].put({"verb": "contact"}, "s")]
    return [*idle, Term(f"at the {when}", {"when": when}), *between, *verbs, *terms[verb + 1 :]]


@place_by_place
def _after_hold(terms: Terms, at: int) -> Exchange | None:
    """ "After a sustained hold" is left out: a pause between two things is no third one."""
    if terms[at].says("link") != "after":
        return None
    after = at + 1
    while after < len(terms) and {"det", "adjective", "speed", "unknown"} & terms[after].keys():
        after += 1
    determined = after > at + 1 and terms[at + 1].text in ("a", "an", "the", "this", "that")
    holds = after < len(terms) and terms[after].text in _PAUSES
    nameless = after == len(terms) or bool({"comma", "pronoun", "link"} & terms[after].keys())
    return ([Term("after a hold", {"when": ""})], after + holds) if determined and (holds or nameless) else None


_PAUSES: Final = ("hold", "pause", "rest", "stop", "freeze", "linger")


def _otherwise(terms: Terms) -> list[Term]:
    """The terms without "otherwise no motion" and "no other movement": they say that what was told is all."""
    found: list[Term] = []
    at = 0
    while at < len(terms):
        end = next_of(terms, at, "comma")
        rest = terms[at:end]
        verbs = [term for term in rest if "verb" in term and term.says("verb") not in ("be", "do", "light", "occurs")]
        idle = all(term.says("verb").split()[0] in ("move", "still", "changes") for term in verbs)
        denied = any("not" in term or term.says("verb") == "still" for term in rest)
        if "otherwise" in terms[at] and end == at + 1 and not found:
            return [] if any("not" in term for term in terms) else list(terms[end + 1 :])
        fingers = next((place for place in range(at, end) if terms[place].says("noun") == "finger"), None)
        if "otherwise" in terms[at] and fingers is not None and found and not denied:
            found += [*terms[at + 1 : fingers], Term("other", {"quantifier": "other"})]
            at = fingers
            continue
        other = len(rest) > 2 and "not" in rest[0] and rest[1].says("quantifier") == "other" and bool(verbs)
        if "otherwise" in terms[at] and not (idle and denied and verbs):
            at += 1
        elif found and idle and (other or "otherwise" in terms[at]):
            at = end
        else:
            found.append(terms[at])
            at += 1
    return found


_TURNS: Final = {"straight": "straighten", "bent": "bend", "fully bent": "bend", "fist": "fist"}


def _turn(terms: Terms, at: int) -> tuple[str, int] | None:
    """The verb that "eases back to straight" stands for, and the place after it."""
    to = at + 1
    while to < len(terms) and ("speed" in terms[to] or terms[to].text in ("back", "again", "down", "up")):
        to += 1
    state = to + 1 + (to + 1 < len(terms) and "det" in terms[to + 1])
    if state >= len(terms) or terms[to].text not in ("to", "into") or terms[state].says("state") not in _TURNS:
        return None
    after = state + 1 + (state + 1 < len(terms) and terms[state + 1].text in ("position", "shape", "pose"))
    if after < len(terms) and begins(terms[after]):
        return None
    return _TURNS[terms[state].says("state")], after


STEPS: Final[tuple[tuple[Callable[[Terms], list[Term]], frozenset[str]], ...]] = (
    (_nothing_but, frozenset({"nothing"})),
    (_nothing_else, frozenset({"not", "none of"})),
    (_no_part, frozenset({"no", "no part", "source", "from"})),
    (_in_between, frozenset({"between", "in between"})),
    (_each_once, frozenset({"once"})),
    (_passive_in_front, frozenset({"by"})),
    (_along_tips, frozenset({"thumb"})),
    (_point_straight, frozenset({"straight"})),
    (_ends_in_contact, frozenset({"edge end"})),
    (_left_so, frozenset({"left"})),
    (_on_it, frozenset({"on", "onto", "upon", "against"})),
    (_ends_with, frozenset({"edge end", "edge start"})),
    (_after_hold, frozenset({"after", "following"})),
    (_otherwise, frozenset({"otherwise", "other"})),
    (_into_state, frozenset({"to", "into"})),
)
"""Idioms in their order, each with the words or kinds without one of which there is none of it."""
