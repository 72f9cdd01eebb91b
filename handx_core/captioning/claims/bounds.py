"""What is told as a bound put plainly: "more than twice", "at least three fingers", "no more than once".

What belongs here: how often and of how many at least or at most, from terms to terms. What does not: exact numbers
(`howmany`), and bounds in frames (`frames`).
"""

from collections.abc import Callable
from typing import Final

from handx_core.captioning.claims.terms import Term, Terms

_MEANT: Final = {
    "over": ("at least", 1),
    "under": ("at most", -1),
    "at least": ("at least", 0),
    "at most": ("at most", 0),
}
_INVERSE: Final = {"over": "at most", "at least": "under", "under": "at least", "at most": "over"}


def _bounded(terms: Terms) -> list[Term]:
    """The terms with "more than twice" as "three times, at least", and "not more than twice" as "twice, at most"."""
    found: list[Term] = []
    at = 0
    while at < len(terms):
        bound = terms[at].says("bound")
        counted = terms[at + 1] if at + 1 < len(terms) else None
        if not bound:
            found.append(terms[at])
        elif counted is not None and {"number", "count"} & counted.keys():
            denied = _denial(found)
            if denied is not None:
                del found[denied]
                bound = _INVERSE[bound]
            manner, more = _MEANT[bound]
            kind = "count" if "count" in counted else "number"
            found += [Term(terms[at].text, {"manner": manner}), counted.put({kind: str(int(counted[kind]) + more)})]
            at += 1
        at += 1
    return found


def _denial(found: Terms) -> int | None:
    """Where what is counted is denied, in the same clause."""
    for at in range(len(found) - 1, -1, -1):
        if {"comma", "link"} & found[at].keys():
            return None
        if found[at].text in ("not", "n't", "never"):
            return at
    return None


def _not_more_than_once(terms: Terms) -> list[Term]:
    """The terms with "does not bend more than once" as "bends once, at most"."""
    at = next((place for place, term in enumerate(terms) if term.text == "more than once"), len(terms))
    denied = _denial(terms[:at])
    if at == len(terms) or denied is None:
        return list(terms)
    once = [Term("at most", {"manner": "at most"}), Term("once", {"count": "1"})]
    return [*terms[:denied], *terms[denied + 1 : at], *once, *terms[at + 1 :]]


def _halfway(terms: Terms) -> list[Term]:
    """The terms with "bends halfway" as "bends partly", and "halfway, it bends" as "in the middle"; "stops halfway" is
    as far as it bends."""
    found: list[Term] = []
    for term in terms:
        if {"when", "manner"} <= term.keys() and term["manner"] == "partial":
            turns = any(one.says("verb") in ("bend", "straighten", "fist") for one in found)
            if turns and found[-1].text.startswith("stop"):
                found.pop()
                while {"comma", "link"} & found[-1].keys():
                    found.pop()
            kind = "manner" if turns else "when"
            term = Term(term.text, {kind: term[kind]})
        found.append(term)
    return found


STEPS: Final[tuple[tuple[Callable[[Terms], list[Term]], frozenset[str]], ...]] = (
    (_not_more_than_once, frozenset({"more than once"})),
    (_bounded, frozenset({"bound"})),
    (_halfway, frozenset({"halfway", "half way"})),
)
"""Steps in their order, each with the words or kinds without one of which it has nothing to do."""
