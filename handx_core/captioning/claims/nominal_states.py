"""States that are told as things put plainly: "a fist is formed", "hyperextension is reached and given up".

What belongs here: what is done with a state as if it were a thing, from terms to terms. What does not: other nouns made
of verbs (`nouns`, `rewriting`).
"""

from collections.abc import Callable
from typing import Final

from handx_core.captioning.claims.exchange import Exchange, place_by_place
from handx_core.captioning.claims.nouns import Terms
from handx_core.captioning.claims.terms import Term

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
        after = _end_of_passive(terms, at + 1, _MADE) if term.says("state") == "fist" else 0
        if after:
            found += [Term("hand", {"noun": "hand"}), Term("makes a fist", {"verb": "fist"}, "s")]
            at, fist = after, True
            continue
        undone = fist and "link" in terms[at - 1] and term.form == "ed" and term.text.startswith(_UNMADE)
        found.append(Term(term.text, {"verb": "straighten"}, "s") if undone else term)
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


STEPS: Final[tuple[tuple[Callable[[Terms], list[Term]], frozenset[str]], ...]] = (
    (_fist_is_made, frozenset({"fist", "a fist"})),
    (_is_reached, frozenset({"be"})),
)
"""Steps in their order, each with the words or kinds without one of which it has nothing to do."""
