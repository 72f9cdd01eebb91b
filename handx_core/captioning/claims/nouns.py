"""Nouns made of verbs: "a brief contact of the thumb with the index", "three quick taps", "the pinky's flexion".

What belongs here: finding such a noun with whom it is said of. What does not: putting it as a verb (`verbal_nouns`),
other transformations (`simplifying`, `rewriting`), and by which rules a verb makes its noun (`verbs`).
"""

from collections.abc import Sequence
from typing import Final

from handx_core.captioning.claims.terms import Term, Terms
from handx_core.captioning.claims.verbal_nouns import IDLE, Noun, is_end, is_idle
from handx_core.captioning.claims.words import WIDTHS

PHRASE: Final = ("det", "side", "finger", "noun", "quantifier", "number", "possessive", "pronoun", "mutual", "one")
NAMES: Final = ("side", "finger", "noun", "pronoun", "mutual")
MODIFIERS: Final = ("speed", "way", "when", "manner", "count", "number", "ordinal", "frames", "joint")
_ADJECTIVES_WORDS: Final = (
    "quick slow rapid swift sudden gradual steady fast repeated sharp abrupt upward downward leftward "
    "rightward forward backward brisk moderate sideways diagonal medium vertical lateral horizontal"
)
ADJECTIVES: Final = frozenset(_ADJECTIVES_WORDS.split())
"""Adjectives that also say how fast, how often or where to; those that say nothing are of the kind "adjective"."""


def noun_at(terms: Terms, start: int) -> Noun | None:
    """The phrase of a noun made of a verb that begins at a place."""
    if not ({*PHRASE, *MODIFIERS, "verb", "adjective"} & terms[start].keys()) or "and" in terms[start].text:
        return None
    at, names = start, []
    while at < len(terms) and _may_precede(terms, at):
        if any(kind in terms[at] for kind in NAMES) or "possessive" in terms[at]:
            names.append(terms[at])
        at += 1
    if at >= len(terms) or not _is_noun(terms, start, at):
        return None
    before = terms[start:at]
    noun = Noun(terms[at].put({"verb": terms[at].says("verb")}, "noun"), at + 1, [])
    noun.derived = terms[at].form == "noun"
    noun.plural = terms[at].text.endswith("s")
    _take_modifiers(noun, before)
    _take_names(noun, before, names)
    _take_arguments(noun, terms)
    _take_gap(noun)
    leads = noun.end < len(terms) and "way" in terms[noun.end]
    swings = noun.verb.text.startswith("stroke") and any("way" in term for term in noun.modifiers)
    if noun.verb.says("verb") == "contact" and (leads or swings):
        noun.verb = noun.verb.put({"verb": "move"})
    if not (noun.subject or noun.owner) and noun.end + 1 < len(terms) and terms[noun.end].text == "and":
        other = noun_at(terms, noun.end + 1)
        noun.subject = list(other.subject) if other else []
    return noun


def _take_gap(noun: Noun) -> None:
    """ "The closing of the distance between the hands": of the hands, that come together."""
    gap = next((at for at, term in enumerate(noun.subject) if term.says("noun") == "gap"), None)
    if gap is None or gap + 2 > len(noun.subject):
        return
    noun.subject = noun.subject[gap + 1 :]
    closes = noun.verb.says("verb") in ("bend", "close", "joining")
    noun.verb = noun.verb.put({"verb": "joining" if closes else "parting"})


def run_end(terms: Terms, start: int) -> int:
    """Where the verb is of which such a noun that begins at `start` would be made: behind all that may precede it."""
    at = start
    while at < len(terms) and _may_precede(terms, at):
        at += 1
    return at


_PRECEDING: Final = frozenset({*PHRASE, *MODIFIERS, "adjective"})


def _may_precede(terms: Terms, at: int) -> bool:
    term = terms[at]
    if "verb" in term and not (is_compound(term) or (at and is_adjective(term))):
        return False
    if not _PRECEDING.isdisjoint(term):
        return True
    before = terms[at - 1] if at else None
    if before is None or not ("comma" in term or term.text in ("and", "but", "to")):
        return False
    if term.text == "to":
        return is_compound(before)
    following = terms[at + 1] if at + 1 < len(terms) else term
    return is_adjective(before) and ("comma" not in term or is_adjective(following))


def is_adjective(term: Term) -> bool:
    return term.text in ADJECTIVES or "adjective" in term


def width_of(term: Term) -> str:
    """The distance that an adjective says."""
    return next((value for value, widths in WIDTHS.items() if term.text in widths.split()), "")


def is_compound(term: Term) -> bool:
    return "noun" in term or "finger" in term


def may_be_noun(terms: Terms, at: int) -> bool:
    """Whether a word that may be a verb may be a noun, whatever stands before it."""
    term, following = terms[at], terms[at + 1] if at + 1 < len(terms) else None
    value = term.says("verb")
    if term.text == "spread" and following is not None and following.text in ("between", "of"):
        return True
    if not value or value in IDLE or (term.form == "ed" and term.text != "hit") or " " in term.text:
        return False
    if term.form == "noun":
        return True
    return _STATING.isdisjoint(term) and (following is None or _NAMED.isdisjoint(following))


_STATING: Final = frozenset({"state", "position", "distance"})
_NAMED: Final = frozenset({"finger", "noun", "side"})


def _is_noun(terms: Terms, start: int, at: int) -> bool:
    """Whether a word that may be a verb, and may be a noun, is one: by its ending, or by what stands before it."""
    term, before = terms[at], terms[start:at]
    following = terms[at + 1] if at + 1 < len(terms) else None
    if "verb" in term and term.text == "spread" and before and _is_of(following):
        return True
    if not may_be_noun(terms, at):
        return False
    if term.form == "noun" or (term.text == "contact" and _is_of(following)):
        return True
    is_over = (
        following is not None and following.text in ("is", "was") and at + 2 < len(terms) and is_end(terms[at + 2])
    )
    if before and is_over and {"det", "quantifier"} & before[-1].keys():
        return True
    determined = bool(before) and any(
        "det" in one or "number" in one or "quantifier" in one or "ordinal" in one or "possessive" in one
        for one in before
    )
    named = any(kind in one for one in before for kind in ("side", "finger", "noun"))
    if before and "one" in before[-1] and (named or term.form == "s"):
        return False
    if named and term.form == "s" and _counts(before) and not before[-1].text.endswith("s"):
        return True
    owned = next(("possessive" in one for one in reversed(before) if {*NAMES, "possessive"} & one.keys()), False)
    compound = determined and term.form == "" and following is not None and (is_idle(following) or is_end(following))
    if named and compound and not owned and not before[-1].text.endswith("s"):
        return following is not None and following.form in ("s", "ed")
    if named and not owned and not (before[0].text in ("a", "an") and term.form == ""):
        adjective = before and is_adjective(before[-1])
        return bool(adjective and determined and term.form in ("", "s") and not _has_ly(before))
    if term.form == "ing":
        adjective = bool(before) and is_adjective(before[-1])
        ends = following is None or "of" in following or "comma" in following or following.text in ("and", "between")
        ends |= (
            following is not None and following.says("verb") == "occurs" and before[-1:] != [] and "det" in before[-1]
        )
        return ends and (determined or adjective)
    if not before or "not" in before[-1]:
        if not start:
            return term.text == "contact" or _is_of(following) or _is_joined_noun(terms, at)
        joined = start > 1 and _is_joined_noun(terms, start - 2)
        return term.form == "" and (joined or _takes_noun(before[-1] if before else terms[start - 1]))
    last = before[-1]
    if last.text in ("the", "a", "an", "these", "those"):
        return True
    if "quantifier" in last and term.form == "" and last.text not in _OF_ONE:
        return False
    if determined and not any("pronoun" in one for one in before):
        return term.form != "s" or is_adjective(last) or "number" in last or "quantifier" in last or "ordinal" in last
    return is_adjective(last)


def _counts(before: Terms) -> bool:
    """Whether several are counted, as in "two brief palm contacts"."""
    return any(term.says("number") not in ("", "1") or term.text in _OF_MANY for term in before)


_OF_MANY: Final = ("several", "some", "a few", "many", "multiple", "repeated", "various")


def _is_of(following: Term | None) -> bool:
    return following is not None and following.text in ("of", "between")


def _is_joined_noun(terms: Terms, at: int) -> bool:
    """ "Approach and retreat of the hands"."""
    other = at + 2 + (at + 2 < len(terms) and "det" in terms[at + 2])
    return (
        other + 1 < len(terms)
        and terms[at + 1].text == "and"
        and "verb" in terms[other]
        and terms[other].form in ("", "noun", "ing")
        and _is_of(terms[other + 1])
    )


_OF_ONE: Final = ("each", "every", "any", "no", "another", "no single", "not a single")
"""Quantifiers of one thing: a bare verb after them is a noun, while "all bend" has a subject."""


def _takes_noun(before: Term) -> bool:
    """Whether a bare verb after a word can only be a noun: "without contact", "after release"."""
    return before.text in ("with", "of", "without", "no", "by", "upon") or before.says("link") in ("after", "before")


def _has_ly(terms: Terms) -> bool:
    return any(term.text.endswith("ly") for term in terms)


def _take_modifiers(noun: Noun, before: Terms) -> None:
    noun.adjectives = [term for term in before if is_adjective(term)]
    for term in before:
        if "ordinal" in term:
            noun.modifiers.append(Term(term.text, {"nth": term.text}))
        elif term.text in ("simultaneous", "synchronous", "synchronized"):
            noun.modifiers.append(Term(term.text, {"manner": "at once"}))
        elif not ({*PHRASE} & term.keys()) and ({*MODIFIERS} & term.keys()):
            noun.modifiers.append(term)
        elif "number" in term and term.says("number") != "1":
            noun.modifiers.append(Term(term.text, {"count": term.says("number")}))
        elif term.text in ("full", "complete", "maximal"):
            noun.modifiers.append(Term(term.text, {"manner": "full"}))
        elif term.text in ("single", "one", "lone", "only"):
            noun.modifiers.append(Term(term.text, {"count": "1"}))
        elif term.says("quantifier") == "some" and (term.text != "some" or noun.plural):
            noun.modifiers.append(Term(term.text, {"manner": "many"}))
        elif term.says("quantifier") == "none":
            noun.negated = True


def _take_names(noun: Noun, before: Terms, names: Sequence[Term]) -> None:
    """Names before the noun: "the thumb's bend", "its bend", "palm contact", "thumb to index contact"."""
    if not names:
        own = [term for term in before if term.text in ("its", "their", "his", "her")]
        noun.owner = [Term("they", {"pronoun": "they"})] if own else []
        return
    to = next((place for place, term in enumerate(before) if term.text == "to"), None)
    said = [term for term in before if {*NAMES, "quantifier", "possessive"} & term.keys()]
    if to is None:
        noun.owner = [
            term for term in said if "possessive" not in term and term.says("quantifier") not in ("none", "some")
        ]
        return
    one = [term for term in before[:to] if any(kind in term for kind in NAMES)]
    other = [term for term in before[to:] if any(kind in term for kind in NAMES)]
    if one == other:
        noun.owner = [Term("both", {"quantifier": "both"}), *one]
    else:
        noun.owner, noun.object = one, other


def _take_arguments(noun: Noun, terms: Terms) -> None:
    """What "of", "between", "by" and "with" name after the noun."""
    at = noun.end
    while at < len(terms):
        word = terms[at].text
        skipped = at
        while skipped < len(terms) and {"way", "speed", "count", "manner"} & terms[skipped].keys():
            skipped += 1
        if skipped > at and skipped < len(terms) and terms[skipped].text in ("of", "between"):
            noun.modifiers += terms[at:skipped]
            at, word = skipped, terms[skipped].text
        if word == "is":
            of = at + 1 + (at + 1 < len(terms) and terms[at + 1].text in ("that", "the one"))
            if of < len(terms) and terms[of].text in ("of", "between", "with", "on"):
                at, word = of, terms[of].text
                noun.modifiers = [_among_all(term) for term in noun.modifiers]
        touching = noun.verb.says("verb") in ("contact", "separation", "parting", "joining", "near")
        if word not in ("of", "between", "by", "in") and not (
            touching and word in ("with", "to", "against", "on", "from")
        ):
            return
        end = phrase_end(terms, at + 1, word == "between")
        said = list(terms[at + 1 : end])
        if end == at + 1 or not any(any(kind in term for kind in NAMES) for term in said):
            return
        if word in ("with", "to", "against", "on", "from"):
            noun.object = said
        else:
            noun.subject = said
        at = noun.end = end


def _among_all(term: Term) -> Term:
    """ "The last contact is that of": the last of all, and not of these."""
    return Term(term.text, {"manner": f"comes {term.says('nth')}"}) if term.says("nth") else term


def phrase_end(terms: Terms, at: int, between: bool) -> int:
    """The place after the noun phrase, or the joined phrases, that begin at a place."""
    while at < len(terms):
        if any(kind in terms[at] for kind in PHRASE) and not ("verb" in terms[at] and not is_compound(terms[at])):
            if noun_at(terms, at):
                return at
            at += 1
        elif (terms[at].text == "of" or _is_of_gap(terms, at)) and at + 1 < len(terms) and begins(terms[at + 1]):
            at += 1
        elif terms[at].text in ("and", "or") and at + 1 < len(terms) and begins(terms[at + 1]):
            if noun_at(terms, at + 1):
                return at
            at += 1
        elif "comma" in terms[at] and at + 1 < len(terms) and _is_list(terms, at + 1):
            at += 1
        else:
            return at
    return at


def _is_of_gap(terms: Terms, at: int) -> bool:
    """ "The distance | between the hands"."""
    return terms[at].text == "between" and at > 0 and terms[at - 1].says("noun") == "gap"


def begins(term: Term) -> bool:
    return any(kind in term for kind in PHRASE)


def _is_list(terms: Terms, at: int) -> bool:
    """Whether a comma is followed by another finger of a list, and not by the subject of the sentence."""
    while at < len(terms) and ({"det", "side"} & terms[at].keys() or terms[at].text in ("and", "or")):
        at += 1
    if at >= len(terms) or "finger" not in terms[at]:
        return False
    while at < len(terms) and {"finger", "noun"} & terms[at].keys():
        at += 1
    return at < len(terms) and ("comma" in terms[at] or terms[at].text in ("and", "or"))
