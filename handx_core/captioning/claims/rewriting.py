"""Sentences put plainly: nouns made of verbs as verbs, "a gap opens" as "spread", what is idle left out.

What belongs here: transformations of English that keep what is said, from terms to terms, so that the reader (`reader`)
has to know few ways of saying it. What does not: words (`words`, `verbs`) and reading.

"The thumb makes brief contact with the index", "a contact of thumb and index occurs" and "there is a contact between
the thumb and the index" all become "thumb and index touch": a noun made of a verb, with what "of", "between", "with"
or a genitive name, is that verb with its subject and object, and the verb beside it, which says nothing more, goes.
"""

from typing import Final

from handx_core.captioning.claims.nouns import (
    NAMES,
    PHRASE,
    is_adjective,
    may_be_noun,
    noun_at,
    phrase_end,
    run_end,
)
from handx_core.captioning.claims.simplifying import simplified
from handx_core.captioning.claims.terms import Term, Terms
from handx_core.captioning.claims.verbal_nouns import IDLE, is_idle


def rewritten(terms: Terms) -> list[Term]:
    """The terms of a sentence, put plainly."""
    terms = simplified(terms)
    found: list[Term] = []
    at = barren = 0
    while at < len(terms):
        term = terms[at]
        after = 0
        if term.says("noun") == "gap":
            after = _gap(terms, at, found)
        elif term.text in _FISTS:
            after = _held_fist(terms, at, found)
        if not after and at >= barren:
            end = run_end(terms, at)
            if end < len(terms) and may_be_noun(terms, end):
                noun = noun_at(terms, at)
                after = noun.put(terms, found) if noun else 0
            else:
                barren = end
        if not after and ("verb" in term or "unknown" in term):
            resultative = _resultative(terms, at)
            if resultative:
                found.append(resultative[0])
                after = resultative[1]
        if not (after or _says_nothing(term) or _is_idle_here(terms, at)):
            found.append(term)
        at = after or at + 1
    return found


_MEETING: Final = ("contact", "joining", "parting", "separation")
_INWARD: Final = ("inward", "inwards", "outward", "outwards")
"""Ways that are toward the other hand or away from it where a way to the side follows."""


def _is_idle_here(terms: Terms, at: int) -> bool:
    """ "Seven separate times", "always fast": words that say no more next to what follows."""
    term = terms[at]
    if _SELDOM_IDLE.isdisjoint(term) and term.text not in _INWARD:
        return False
    following = terms[at + 1] if at + 1 < len(terms) else None
    if "speed" in term and at and terms[at - 1].text in ("less", "more"):
        return True
    if following is None or not at:
        return False
    if term.says("when") == "throughout":
        return "speed" in following
    if term.text in _INWARD:
        meant = terms[at + 2].says("verb") if following.text == "to" and at + 2 < len(terms) else ""
        return following.says("way") in ("left", "right", "sideways") or meant in _MEETING
    counted = bool({"number", "quantifier"} & terms[at - 1].keys()) and "adjective" in term
    return counted and bool({"times", "noun", "finger"} & following.keys())


_SELDOM_IDLE: Final = frozenset({"speed", "when", "adjective"})


def _says_nothing(term: Term) -> bool:
    """Of terms that no transformation has taken up: those that the reader has no use for."""
    idle = term.says("verb") in ("light", "ends") or (term.form == "noun" and term.says("verb") in IDLE)
    return "unknown" in term or idle or term.keys() <= _TAKEN_UP


_TAKEN_UP: Final = frozenset({"adjective", "aside", "bound", "compared", "longer", "namely", "presence"})
"""Kinds of words that only transformations have a use for."""


_TIMES: Final = frozenset({"when", "frames", "comma", "link"})
_GAP_OPENS: Final = ("spread", "straighten", "parting", "light", "occurs", "edge start")
_GAP_COMES: Final = ("appear", "form", "develop", "emerge", "aris", "arose")
_GAP_CLOSES: Final = ("close", "bend", "joining")


def _gap(terms: Terms, at: int, found: list[Term]) -> int:
    """ "A gap opens between two fingers", "the distance of the hands grows": the two part, or come together; 0 if it is
    nothing of the kind. Behind what was found; the place after it."""
    after = at + 1
    owner: Terms = ()
    verb: Term | None = None
    if len(found) > leading(found) and "verb" in found[-1 - leading(found)]:
        verb = found[-1 - leading(found)]
    if verb is not None and verb.says("verb") not in (*_GAP_OPENS, *_GAP_CLOSES):
        verb = None
    before = verb
    negations: list[Term] = []
    while after < len(terms):
        term = terms[after]
        if term.text in ("between", "of") and not owner:
            end = phrase_end(terms, after + 1, True)
            owner, after = terms[after + 1 : end], end
        elif verb is None and term.says("verb") in (*_GAP_OPENS, *_GAP_CLOSES):
            verb, after = term, after + 1
        elif verb is None and term.text.startswith(_GAP_COMES):
            verb, after = Term(term.text, {"verb": "parting"}, term.form), after + 1
        elif verb is None and (is_idle(term) or "unknown" in term or "speed" in term or "not" in term):
            negations += [term] if {"speed", "not"} & term.keys() else []
            after += 1
        else:
            break
    before_it = len(found) - leading(found)
    front = next((place for place in range(before_it - 1, -1, -1) if found[place].text == "between"), None)
    if not owner and before is None and front is not None and not any("verb" in one for one in found[front:]):
        owner = found[front + 1 : before_it]
        del found[front:before_it]
    named = any(any(kind in term for kind in NAMES) for term in owner)
    fingers = any("finger" in term or term.says("noun") == "finger" for term in owner)
    ends = after == len(terms) or not _TIMES.isdisjoint(terms[after])
    if verb is None and fingers and ends:
        del found[before_it:]
        found += [*owner, *negations, Term("are", {"verb": "be"}, "s"), Term("spread", {"state": "spread"})]
        return after
    if verb is None or not named:
        return 0
    if "state" in verb and terms[after - 2].says("verb") == "be":
        state = "together" if verb.says("verb") in _GAP_CLOSES else "spread"
        del found[before_it:]
        found += [*owner, *negations, terms[after - 2], Term(f"gap {verb.text}", {"state": state})]
        return after
    del found[len(found) - leading(found) - (before is not None) :]
    value = "parting" if verb.says("verb") in _GAP_OPENS else "joining"
    found += [*owner, *negations, Term(verb.text, {"verb": value}, verb.form)]
    return after


def leading(found: Terms) -> int:
    """How many articles and adjectives what was found ends with."""
    count = 0
    while count < len(found) and ({"det", "number"} & found[-1 - count].keys() or is_adjective(found[-1 - count])):
        count += 1
    return count


_FISTS: Final = ("fist", "fists")


def _held_fist(terms: Terms, at: int, found: list[Term]) -> int:
    """ "The fist is maintained": a hand that is a fist; 0 if it is nothing of the kind."""
    after = at + 1
    while after < len(terms) and ("speed" in terms[after] or terms[after].says("verb") in ("be", "occurs")):
        after += 1
    follows = after < len(terms) and bool(
        {*PHRASE, "verb", "state", "position", "distance", "way"} & terms[after].keys()
    )
    if after == at + 1 or follows:
        return 0
    found += [Term("hand", {"noun": "hand"}), terms[after - 1], Term("in a fist", {"state": "fist"})]
    return after


_RESULTS: Final = {
    "open": "straighten", "straight": "straighten", "shut": "bend", "closed": "bend", "apart": "parting",
    "together": "joining", "into a fist": "fist", "in a fist": "fist",
}  # fmt: skip
_COMES: Final = ("come", "comes", "came", "coming")
_ONTO: Final = ("against", "onto", "on", "upon", "into")


def _resultative(terms: Terms, at: int) -> tuple[Term, int] | None:
    """A verb of motion, or one that nobody knows, that is told by what comes of it: "springs open", "whirls upward"."""
    term = terms[at]
    moves, unknown = term.says("verb").startswith("move"), "unknown" in term
    strokes = (term.says("verb") == "contact" and " " not in term.text and at > 0) or term.text in _COMES
    if not (moves or unknown or strokes):
        return None
    after = at + 1
    while after < len(terms) and ({"speed", "not"} & terms[after].keys() or terms[after].text == "back"):
        after += 1
    if after >= len(terms):
        return None
    result = terms[after]
    if strokes:
        return (Term(term.text, {"verb": "move"}, term.form), at + 1) if "way" in result else None
    transitive = unknown and term.form in ("s", "ed") and at > 0 and _leads_to_part(terms, after)
    if transitive and ("finger" in terms[at - 1] or terms[at - 1].says("noun") in ("palm", "tip", "finger")):
        return Term(term.text, {"verb": "contact"}, term.form), at + 1
    value = _RESULTS.get(result.text, "")
    if result.text == "together" and (" " in term.says("verb") and term.says("verb").split()[1] in ("up", "down")):
        return None
    further = terms[after + 1] if after + 1 < len(terms) else None
    named = further is not None and bool({"finger", "noun"} & further.keys())
    aims = value == "straighten" and further is not None and "way" in further
    if value and not (named or aims):
        return Term(term.text, {"verb": value}, term.form), at + 1 if after > at + 1 else after + 1
    if unknown and "way" in result and (term.form != "s" or at):
        return Term(term.text, {"verb": "move"}, term.form), at + 1
    if unknown and result.text in _ONTO and further and _leads_to_part(terms, after + 1):
        return Term(term.text, {"verb": "contact"}, term.form), at + 1
    return None


def _leads_to_part(terms: Terms, at: int) -> bool:
    """Whether a palm or a finger is named next."""
    for term in terms[at : at + 4]:
        if "finger" in term or term.says("noun") in ("palm", "tip", "finger"):
            return True
        if not ({"det", "side", "quantifier", "noun", "number"} & term.keys()):
            return False
    return False
