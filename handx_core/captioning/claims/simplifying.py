"""Whole sentences made simpler: "there is", clefts, comparisons and the like, from terms to terms.

What belongs here: transformations that look at a sentence as a whole, and the order in which all are made. What does
not: those of single words and phrases (`rewriting`, `nouns`), set ways of saying something (`idioms`, `shorthand`),
numbers (`howmany`, `bounds`), order (`lists`, `placing`), states as things (`nominal_states`), what is compared
(`comparing`) and what refers back (`references`).
"""

from collections.abc import Callable, Sequence
from typing import Final

from handx_core.captioning.claims.bounds import STEPS as BOUNDS
from handx_core.captioning.claims.comparing import STEPS as COMPARING
from handx_core.captioning.claims.exchange import Exchange, place_by_place
from handx_core.captioning.claims.howmany import STEPS as HOW_MANY
from handx_core.captioning.claims.idioms import STEPS as IDIOMS
from handx_core.captioning.claims.lists import AND
from handx_core.captioning.claims.lists import STEPS as LISTS
from handx_core.captioning.claims.nominal_states import STEPS as NOMINAL_STATES
from handx_core.captioning.claims.nouns import NAMES, begins, phrase_end, width_of
from handx_core.captioning.claims.placing import STEPS as PLACING
from handx_core.captioning.claims.references import STEPS as REFERENCES
from handx_core.captioning.claims.shorthand import STEPS as SHORTHAND
from handx_core.captioning.claims.terms import Term, Terms, next_of


def simplified(terms: Terms) -> list[Term]:
    """The terms of a sentence without what only makes it longer. Each step looks for its word first."""
    said = {term.text for term in terms}
    for term in terms:
        said.update(term)
        for kind in _VALUED:
            if kind in term:
                said.add(term[kind])
    found = list(terms)
    for place in sorted({place for word in said if word in _PLACES for place in _PLACES[word]}):
        found = _STEPS[place][0](found)
    return found


_VALUED: Final = ("verb", "noun", "finger")
"""Kinds of which a step may also look for what a term says as that."""


def _without_there(terms: Terms) -> list[Term]:
    """The terms without "there is"."""
    found: list[Term] = []
    for at, term in enumerate(terms):
        idle = term.says("verb") == "be" and at > 0 and "there" in terms[at - 1]
        if not idle and not ("there" in term and at + 1 < len(terms) and terms[at + 1].says("verb") == "be"):
            found.append(term)
    return found


def _still_as_adverb(terms: Terms) -> list[Term]:
    """The terms with "is still" before a verb or a state as "is", and without "straight" in "straight up"."""
    return [
        Term("becomes", {"verb": "be"}, term.form)
        if term.text.startswith("reach") and _leads_to_state(terms, at + 1)
        else Term(term.text.removesuffix(" still"), {"verb": "be"}, term.form)
        if term.says("verb") == "still" and at + 1 < len(terms) and _is_told(terms[at + 1])
        else term
        for at, term in enumerate(terms)
        if not (term.text == "straight" and at + 1 < len(terms) and "way" in terms[at + 1])
    ]


def _leads_to_state(terms: Terms, at: int) -> bool:
    """Whether a state comes next: "reaches a fully bent position"."""
    at += at < len(terms) and "det" in terms[at]
    return at < len(terms) and "state" in terms[at]


def _is_told(term: Term) -> bool:
    return bool({"state", "position", "distance"} & term.keys()) or ("verb" in term and term.form in ("ing", "ed"))


def _has_bent(terms: Terms) -> list[Term]:
    """The terms with "has all fingers folded" as a state, and no deed."""
    found = list(terms)
    at = next((place for place, term in enumerate(found) if _has_or_keeps(term)), len(found)) + 1
    start = at
    while at < len(found) and (
        any(kind in found[at] for kind in (*NAMES, "det", "quantifier", "number", "of"))
        or (at > start and found[at].text in ("and", ","))
    ):
        at += 1
    if start < at < len(found) and {"state", "verb"} <= found[at].keys() and found[at].form == "ed":
        found[at] = found[at].put({"state": found[at].says("state")}, "")
    return found


def _has_or_keeps(term: Term) -> bool:
    return term.says("verb") == "have" or (term.says("verb") == "be" and term.text.startswith(("keep", "kept", "hold")))


def _touch_beside(terms: Terms) -> list[Term]:
    """The terms with "the fingers touch side by side" as "the fingers are side by side"."""
    return [
        Term("are", {"verb": "be"}, "s")
        if term.says("verb") == "contact" and at + 1 < len(terms) and terms[at + 1].text == "side by side"
        else term
        for at, term in enumerate(terms)
    ]


def _cleft(terms: Terms) -> list[Term]:
    """The terms with "the only finger that bends is the index" as "only the index bends"."""
    found = list(terms)
    opening = next((at for at, term in enumerate(found) if not {"frames", "when", "comma", "link"} & term.keys()), 0)
    if len(found) > opening + 4 and found[opening].text == "it" and found[opening + 1].says("verb") == "be":
        return [*found[:opening], *_it_is(found[opening:])]
    start = 1 if found and "det" in found[0] else 0
    if len(found) > start + 4 and start and "noun" in found[start] and "which" in found[start + 1]:
        is_it = max((at for at, one in enumerate(found) if one.says("verb") == "be"), default=0)
        named = found[is_it + 1 :]
        if is_it > start + 2 and named and all(any(kind in one for kind in (*NAMES, "det")) for one in named):
            return [*named, *found[start + 2 : is_it]]
    if (
        len(found) < start + 5
        or found[start].text not in ("only", "first", "second", "third", "fourth", "last")
        or not ({"noun", "finger", "one"} & found[start + 1].keys())
    ):
        return found
    if found[start + 2].text not in ("to", "that", "which"):
        return found
    at = max((place for place in range(start + 3, len(found)) if found[place].says("verb") == "be"), default=0)
    if not at or not begins(found[at + 1] if at + 1 < len(found) else found[at]):
        return found
    if found[start].text == "only":
        return [found[start], *found[at + 1 :], *found[start + 3 : at]]
    return [*found[at + 1 :], *found[start + 3 : at], Term("among", {"manner": f"comes {found[start].text}"})]


def _it_is(terms: Terms) -> list[Term]:
    """The terms with "it is the index that the thumb touches" as "the thumb touches the index"."""
    that = next((at for at, term in enumerate(terms) if "which" in term and at > 2), None)
    if that is None:
        return list(terms)
    named, told = terms[2:that], terms[that + 1 :]
    verb = next((at for at, term in enumerate(told) if "verb" in term), None)
    while verb is not None and verb + 1 < len(told) and told[verb].says("verb") == "be" and "verb" in told[verb + 1]:
        verb += 1
    if verb is None or not any(any(kind in term for kind in NAMES) for term in named):
        return list(terms)
    return [*told[: verb + 1], *named, *told[verb + 1 :]] if verb else [*named, *told]


def _not_for_long(terms: Terms) -> list[Term]:
    """The terms without "never held for long"."""
    at = next((place for place, term in enumerate(terms) if term.text == "for long"), None)
    if at is None:  # another transformation has taken it up
        return list(terms)
    denied = next((place for place in range(max(0, at - 4), at) if "not" in terms[place]), at)
    return [*terms[:denied], *terms[at + 1 :]]


_TOUCHING: Final = frozenset({"finger", "tip", "palm"})


def _part_to_part(terms: Terms) -> list[Term]:
    """The terms with "they touch palm to palm" as "they touch at the palms", and with "three palm to palm contacts" as
    "three contacts between the palms"."""
    found = list(terms)
    for at in range(len(found) - 3):
        one, to, other, touch = found[at : at + 4]
        kinds = {part.says("noun") or ("finger" if "finger" in part else "") for part in (one, other)}
        if to.text == "to" and touch.says("verb") == "contact" and touch.form != "ing" and kinds <= _TOUCHING:
            names = [Term("both", {"quantifier": "both"}), one] if one.text == other.text else [one, AND, other]
            between = Term("between", {"with": "between"})
            return [*found[:at], touch.put(form="noun"), between, *names, *found[at + 4 :]]
    for at in range(2, len(found) - 2):
        same = found[at].says("noun") in ("tip", "palm", "finger") and found[at].text == found[at + 2].text
        if same and found[at + 1].text == "to" and any(one.says("verb") == "contact" for one in found[:at]):
            return [*found[:at], Term("at", {"of": "at"}), Term("the", {"det": "the"}), found[at], *found[at + 3 :]]
    return found


@place_by_place
def _after_it(terms: Terms, at: int) -> Exchange | None:
    """ "After it" as "afterwards", and "before it" as "earlier"."""
    relation, following = terms[at].says("link"), terms[at + 1 : at + 3]
    pronoun = bool(following) and following[0].text in ("it", "that", "this", "them", "these")
    ends = len(following) < 2 or bool({"comma", "det", "side", "finger"} & following[-1].keys())
    if not (relation in ("after", "before") and pronoun and ends):
        return None
    return [Term(terms[at].text, {"link": "then" if relation == "after" else "earlier"})], at + 2


def _without_over(terms: Terms) -> list[Term]:
    """The terms without "over" that means past, and no place."""
    return [
        term
        for at, term in enumerate(terms)
        if term.text != "over"
        or (at + 1 < len(terms) and not {"comma", "link", "when", "frames"} & terms[at + 1].keys())
        or (at and ("verb" not in terms[at - 1] or terms[at - 1].says("verb") == "be"))
    ]


def _without_comparison(terms: Terms) -> list[Term]:
    """The terms without a comparison with something else that happens: "more slowly than it rose"."""
    at = next((place for place, term in enumerate(terms) if term.text == "than"), None)
    if at is None or not any("verb" in term and term.says("verb") != "do" for term in terms[at + 1 : at + 5]):
        return list(terms)
    end = next_of(terms, at, "comma")
    start = at - (at > 0 and bool({"speed", "adjective", "unknown"} & terms[at - 1].keys()))
    return [*terms[:start], *terms[end:]]


def _from_state(terms: Terms) -> list[Term]:
    """The terms with "changes from straight to bent" as "is straight, then bent"."""
    found = list(terms)
    at = 0
    while at < len(found) - 3:
        first = at + 1 + ("det" in found[at + 1])
        if found[at].text == "from" and _is_state(found[first]):
            ends = range(first + 1, min(first + 4, len(found) - 1))
            to = next((place for place in ends if found[place].text == "to"), 0)
            if to and _is_state(found[min(to + 1 + ("det" in found[to + 1]), len(found) - 1)]):
                last = min(to + 1 + ("det" in found[to + 1]), len(found) - 1)
                for one, other in ((first, last), (last, first)):
                    if found[one].says("state") == "spread" and found[other].text == "closed":
                        found[other] = Term("gap closed", {"state": "together"})
                found[at] = Term("is", {"verb": "be"}, "s")
                found[to : to + 1] = [Term("then", {"link": "then"}), Term("becomes", {"verb": "be"}, "s")]
        at += 1
    for at in range(1, len(found) - 2):
        if (
            found[at].text == "back"
            and found[at + 1].text == "to"
            and _is_state(found[at + 2])
            and "and" in found[at - 1].text
        ):
            found[at - 1 : at + 2] = [Term("then", {"link": "then"}), Term("becomes", {"verb": "be"}, "s")]
            return found
    return found


def _is_state(term: Term) -> bool:
    return bool({"state", "position", "distance", "together", "apart"} & term.keys())


def _distance(terms: Terms) -> list[Term]:
    """The terms with a distance said of the hands: "a wide gap separates them", "their distance is small"."""
    found = _without_separated(terms)
    at = next((place for place, term in enumerate(found) if "distance" in term or term.says("noun") == "gap"), None)
    if at is None:
        return found
    between = next((place for place in range(at + 1, len(found)) if found[place].text in ("between", "of")), None)
    if between is None or any("link" in term or "comma" in term for term in found[at:between]):
        return found
    end = phrase_end(found, between + 1, True)
    owner, inside, after = found[between + 1 : end], found[at + 1 : between], found[end:]
    if not any(term.says("noun") in ("hand", "palm") or "pronoun" in term for term in owner):
        return found
    start = at
    while start and "det" in found[start - 1]:
        start -= 1
    if "distance" in found[at]:
        return [*found[:start], *owner, *(inside or [Term("is", {"verb": "be"}, "s")]), found[at], *after]
    place = next((place for place, term in enumerate(after) if width_of(term)), None)
    if place is None or any("link" in term or "comma" in term for term in after[:place]):
        return found
    after = [
        Term(term.text, {"distance": width_of(term)})
        if number == place or (width_of(term) and number and after[number - 1].says("verb") == "be")
        else term
        for number, term in enumerate(after)
    ]
    return [*found[:start], *owner, *after]


def _without_separated(terms: Terms) -> list[Term]:
    """The terms without the verb by which a distance separates the hands."""
    return [
        term
        for at, term in enumerate(terms)
        if not (
            term.text.startswith("separate")
            and term.says("verb") == "parting"
            and (_is_distance(terms[at + 1 : at + 4], ("by",)) or (at and _is_distance([terms[at - 1]], ())))
        )
    ]


def _is_distance(terms: Terms, links: Sequence[str]) -> bool:
    """Whether a distance comes next, behind one of these words."""
    for term in terms:
        if "distance" in term:
            return True
        if term.text not in links and "det" not in term:
            return False
    return False


@place_by_place
def _both_sides(terms: Terms, at: int) -> Exchange | None:
    """ "The left and right thumbs" are both thumbs."""
    if "side" not in terms[at]:
        return None
    four = terms[at : at + 4]
    joined = len(four) == 4 and four[1].text in ("and", "or") and "side" in four[2] and four[0].text != four[2].text
    named = joined and ("finger" in four[3] or "noun" in four[3])
    return ([Term("both", {"quantifier": "both"})], at + 3) if named else None


_STEPS: Final[tuple[tuple[Callable[[Terms], list[Term]], frozenset[str]], ...]] = (
    *BOUNDS,
    *PLACING,
    *HOW_MANY,
    *SHORTHAND,
    *COMPARING,
    *NOMINAL_STATES,
    *IDIOMS,
    *REFERENCES,
    *LISTS,
    (_part_to_part, frozenset({"to"})),
    (_not_for_long, frozenset({"for long"})),
    (_cleft, frozenset({"only", "it", "first", "last", "which", "to"})),
    (_has_bent, frozenset({"have", "keep", "keeps", "kept", "keeping", "hold", "holds", "holding"})),
    (_touch_beside, frozenset({"side by side"})),
    (_without_comparison, frozenset({"than"})),
    (_from_state, frozenset({"from"})),
    (_distance, frozenset({"distance", "gap", "parting"})),
    (_still_as_adverb, frozenset({"still", "straight", "contact"})),
    (_without_there, frozenset({"there"})),
    (_after_it, frozenset({"pronoun"})),
    (_without_over, frozenset({"over"})),
    (_both_sides, frozenset({"and", "or"})),
)
"""Transformations in their order, each with the words, kinds or verbs without one of which it has nothing to do."""

_PLACES: Final = {
    word: tuple(place for place, (_, needed) in enumerate(_STEPS) if word in needed)
    for word in frozenset().union(*(needed for _, needed in _STEPS))
}
"""Which of the transformations each word, kind or verb may need."""
