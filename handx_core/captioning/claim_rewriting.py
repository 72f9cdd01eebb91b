"""Sentences put plainly: nouns made of verbs as verbs, "a gap opens" as "spread", what is idle left out.

What belongs here: transformations of English that keep what is said, from terms to terms, so that the reader (`claims`)
has to know few ways of saying it. What does not: words (`claim_words`, `claim_verbs`) and reading.

"The thumb makes brief contact with the index", "a contact of thumb and index occurs" and "there is a contact between
the thumb and the index" all become "thumb and index touch": a noun made of a verb, with what "of", "between", "with"
or a genitive name, is that verb with its subject and object, and the verb beside it, which says nothing more, goes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from handx_core.captioning.claim_terms import Term
from handx_core.captioning.claim_words import WIDTHS

Terms = Sequence[Term]

_PHRASE: Final = ("det", "side", "finger", "noun", "quantifier", "number", "possessive", "pronoun", "mutual", "one")
_NAMES: Final = ("side", "finger", "noun", "pronoun", "mutual")
_MODIFIERS: Final = ("speed", "way", "when", "manner", "count", "number", "ordinal", "frames", "joint")
_IDLE: Final = ("be", "do", "have", "occurs", "changes", "edge start", "edge end", "light", "still")
_STATES: Final = {"bend": "bent", "straighten": "straight", "hyperextended": "hyperextended"}
_HOLDS: Final = ("maintain", "keep", "kept", "hold", "held", "retain", "preserv", "sustain", "enter")
_ADJECTIVES: Final = frozenset(
    "quick slow rapid swift sudden gradual steady fast repeated sharp abrupt upward downward leftward rightward forward "
    "backward brisk moderate sideways diagonal medium".split()
)
"""Adjectives that also say how fast, how often or where to; those that say nothing are of the kind "adjective"."""


def rewritten(terms: Terms) -> list[Term]:
    """The terms of a sentence, put plainly."""
    terms = _cleft(_part_to_part(terms))
    terms = _both_sides(_without_over(_after_it(_without_there(_still_as_adverb(_distance(_from_state(_without_comparison(terms))))))))
    found: list[Term] = []
    at = 0
    while at < len(terms):
        after = _gap(terms, at, found) or _held_fist(terms, at, found)
        if after:
            at = after
            continue
        noun = _noun_at(terms, at)
        if noun:
            at = noun.put(terms, found)
            continue
        resultative = _resultative(terms, at)
        if resultative:
            found.append(resultative[0])
            at = resultative[1]
            continue
        if not (_says_nothing(terms[at]) or _is_idle_here(terms, at)):
            found.append(terms[at])
        at += 1
    return found


def _is_idle_here(terms: Terms, at: int) -> bool:
    """ "Seven separate times", "always fast": words that say no more next to what follows."""
    term, following = terms[at], terms[at + 1] if at + 1 < len(terms) else None
    if following is None or not at:
        return False
    if term.says("when") == "throughout":
        return "speed" in following
    counted = bool({"number", "quantifier"} & set(terms[at - 1].kinds)) and "adjective" in term
    return counted and bool({"times", "noun", "finger"} & set(following.kinds))


def _says_nothing(term: Term) -> bool:
    """Of terms that no transformation has taken up: those that the reader has no use for."""
    idle = term.says("verb") in ("light", "ends") or (term.form == "noun" and term.says("verb") in _IDLE)
    return "unknown" in term or idle or term.kinds.keys() == {"adjective"}


def _without_there(terms: Terms) -> list[Term]:
    """The terms without "there is"."""
    found: list[Term] = []
    for at, term in enumerate(terms):
        idle = term.says("verb") == "be" and at > 0 and "there" in terms[at - 1]
        if not idle and not ("there" in term and at + 1 < len(terms) and terms[at + 1].says("verb") == "be"):
            found.append(term)
    return found


def _still_as_adverb(terms: Terms) -> list[Term]:
    """The terms with "is still" before a verb or a state as no more than "is", and without "straight" in "straight up"."""
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
    return bool({"state", "position", "distance"} & set(term.kinds)) or ("verb" in term and term.form in ("ing", "ed"))


def _cleft(terms: Terms) -> list[Term]:
    """The terms with "the only finger that bends is the index" as "only the index bends"."""
    found = list(terms)
    start = 1 if found and "det" in found[0] else 0
    if len(found) < start + 5 or "only" not in found[start] or not ({"noun", "finger", "one"} & set(found[start + 1].kinds)):
        return found
    if found[start + 2].text not in ("to", "that", "which"):
        return found
    at = max((place for place in range(start + 3, len(found)) if found[place].says("verb") == "be"), default=0)
    if not at or not _begins(found[at + 1] if at + 1 < len(found) else found[at]):
        return found
    return [found[start], *found[at + 1 :], *found[start + 3 : at]]


def _part_to_part(terms: Terms) -> list[Term]:
    """The terms with "they touch palm to palm" as "they touch at the palms"."""
    found = list(terms)
    for at in range(2, len(found) - 2):
        same = found[at].says("noun") in ("tip", "palm", "finger") and found[at].text == found[at + 2].text
        if same and found[at + 1].text == "to" and any(one.says("verb") == "contact" for one in found[:at]):
            return [*found[:at], Term("at", {"of": "at"}), Term("the", {"det": "the"}), found[at], *found[at + 3 :]]
    return found


def _after_it(terms: Terms) -> list[Term]:
    """The terms with "after it" as "afterwards", and "before it" as "earlier"."""
    found: list[Term] = []
    at = 0
    while at < len(terms):
        relation, following = terms[at].says("link"), terms[at + 1 : at + 3]
        pronoun = bool(following) and following[0].text in ("it", "that", "this", "them", "these")
        ends = len(following) < 2 or bool({"comma", "det", "side", "finger"} & set(following[-1].kinds))
        if relation in ("after", "before") and pronoun and ends:
            found.append(Term(terms[at].text, {"link": "then" if relation == "after" else "earlier"}))
            at += 2
            continue
        found.append(terms[at])
        at += 1
    return found


def _without_over(terms: Terms) -> list[Term]:
    """The terms without "over" that means past, and no place."""
    return [
        term
        for at, term in enumerate(terms)
        if term.text != "over"
        or (at + 1 < len(terms) and not {"comma", "link", "when", "frames"} & set(terms[at + 1].kinds))
        or (at and "verb" not in terms[at - 1])
    ]


def _without_comparison(terms: Terms) -> list[Term]:
    """The terms without a comparison with something else that happens: "more slowly than it rose"."""
    at = next((place for place, term in enumerate(terms) if term.text == "than"), None)
    if at is None or not any("verb" in term and term.says("verb") != "do" for term in terms[at + 1 : at + 5]):
        return list(terms)
    end = next((place for place in range(at, len(terms)) if "comma" in terms[place]), len(terms))
    start = at - (at > 0 and bool({"speed", "adjective", "unknown"} & set(terms[at - 1].kinds)))
    return [*terms[:start], *terms[end:]]


def _from_state(terms: Terms) -> list[Term]:
    """The terms with "changes from straight to bent" as "is straight, then bent"."""
    found = list(terms)
    for at in range(len(found) - 3):
        if found[at].text == "from" and _is_state(found[at + 1]):
            to = next((place for place in range(at + 2, min(at + 5, len(found) - 1)) if found[place].text == "to"), 0)
            if to and _is_state(found[to + 1]):
                found[at] = Term("is", {"verb": "be"}, "s")
                found[to : to + 1] = [Term("then", {"link": "then"}), Term("becomes", {"verb": "be"}, "s")]
                return found
    return found


def _is_state(term: Term) -> bool:
    return bool({"state", "position", "distance"} & set(term.kinds))


def _distance(terms: Terms) -> list[Term]:
    """The terms with a distance said of the hands: "a wide gap separates them", "the distance of the hands is small"."""
    found = _without_separated(terms)
    at = next((place for place, term in enumerate(found) if "distance" in term or term.says("noun") == "gap"), None)
    if at is None:
        return found
    between = next((place for place in range(at + 1, len(found)) if found[place].text in ("between", "of")), None)
    if between is None or any("link" in term or "comma" in term for term in found[at:between]):
        return found
    end = _phrase_end(found, between + 1, True)
    owner, inside, after = found[between + 1 : end], found[at + 1 : between], found[end:]
    if not any(term.says("noun") in ("hand", "palm") or "pronoun" in term for term in owner):
        return found
    start = at
    while start and "det" in found[start - 1]:
        start -= 1
    if "distance" in found[at]:
        return [*found[:start], *owner, *(inside or [Term("is", {"verb": "be"}, "s")]), found[at], *after]
    place = next((place for place, term in enumerate(after) if _width(term)), None)
    if place is None or any("link" in term or "comma" in term for term in after[:place]):
        return found
    width = Term(after[place].text, {"distance": _width(after[place])})
    return [*found[:start], *owner, *after[:place], width, *after[place + 1 :]]


def _width(term: Term) -> str:
    """The distance that an adjective says."""
    return next((value for value, widths in WIDTHS.items() if term.text in widths.split()), "")


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


def _both_sides(terms: Terms) -> list[Term]:
    """ "The left and right thumbs" are both thumbs."""
    found: list[Term] = []
    at = 0
    while at < len(terms):
        three = terms[at : at + 4]
        joined = len(three) == 4 and "side" in three[0] and three[1].text in ("and", "or") and "side" in three[2]
        if joined and three[0].text != three[2].text and ("finger" in three[3] or "noun" in three[3]):
            found.append(Term("both", {"quantifier": "both"}))
            at += 3
            continue
        found.append(terms[at])
        at += 1
    return found


@dataclass
class _Noun:
    """A noun made of a verb, with where its phrase begins and ends and whom it is said of."""

    verb: Term
    end: int
    modifiers: list[Term]
    negated: bool = False
    derived: bool = False
    plural: bool = False
    adjectives: list[Term] = field(default_factory=list)
    owner: list[Term] = field(default_factory=list)
    subject: list[Term] = field(default_factory=list)
    object: list[Term] = field(default_factory=list)

    def put(self, terms: Terms, found: list[Term]) -> int:
        """Put it as a verb behind what was found; the place in the sentence from which to go on."""
        if self._is_state(found):
            return self.end
        while found and (found[-1].text in ("with", "in", "by", "at", "to") and "frames" not in found[-1]):
            linking = found.pop()
            fronted = not found or found[-1].text in (",", "and", "then")
            if linking.text == "with" and not fronted:
                found.append(Term("and", {"link": "and"}))
            elif not self.subject and not self.owner and fronted:
                self.verb = replace(self.verb, form="ing")
        fronted = self.verb.form == "ing" and self.verb.says("verb") == "move" and self.derived
        if fronted and not any("way" in term for term in self.modifiers):
            found += self.modifiers
            return self.end
        self._drop_light_verb(found)
        at = self._drop_idle_verb(terms)
        who = self.subject or self.owner
        negation = [Term("not", {"not": "not"})] if self.negated else []
        found += [*who, *negation, *self.modifiers, self.verb, *self.object]
        return at

    def _is_state(self, found: list[Term]) -> bool:
        """ "Is in flexion", "returns to full extension", "maintains hyperextension": put as a state; whether it is one."""
        state = _STATES.get(self.verb.says("verb"), "")
        last = found[-1] if found else None
        if not state or self.subject or last is None or len(found) < 2:
            return False
        place = len(found) - 1 - (last.text in ("in", "into", "to", "at"))
        while place and {"speed", "when", "det"} & set(found[place].kinds):
            place -= 1
        verb = found[place]
        inside = last.text in ("in", "into", "to", "at") and ("verb" in verb)
        if not inside and not (verb.says("verb") == "be" and verb.text.startswith(_HOLDS)):
            return False
        if inside and not self.derived:
            return False
        if any(term.text in ("slight", "partial", "moderate", "gentle", "small") for term in self.adjectives):
            state = "partly bent" if state == "bent" else state
        if inside:
            found.pop()
        full = any(term.text == "full" for term in self.modifiers)
        found += [term for term in self.modifiers if "manner" not in term]
        found.append(Term(self.verb.text, {"state": "fully bent" if full and state == "bent" else state}))
        return True

    def _drop_light_verb(self, found: list[Term]) -> None:
        """Leave out the verb whose object the noun is: "performs a bend"; a "not" before it stays."""
        place = len(found)
        while place and any(kind in found[place - 1] for kind in ("speed", "manner", "when", "adjective")):
            place -= 1
        reaches = place and found[place - 1].text.startswith("reach") and self.verb.says("verb") != "contact"
        if place and (_is_idle(found[place - 1]) or reaches):
            del found[place - 1]

    def _drop_idle_verb(self, terms: Terms) -> int:
        """Leave out the verb whose subject the noun is: "a bend takes place"; "a contact ends" is a separation."""
        at = self.end
        if at + 1 < len(terms) and "not" in terms[at] and terms[at + 1].text.startswith("last"):
            at += 1
        while at < len(terms) and (_is_idle(terms[at]) or "unknown" in terms[at] or _ends(terms[at])):
            if _ends(terms[at]) and self.verb.says("verb") == "contact":
                self.verb = replace(self.verb, kinds={"verb": "separation"})
            if terms[at].text.endswith("repeated") and at + 1 < len(terms) and "count" in terms[at + 1]:
                self.modifiers.append(Term("repeatedly", {"manner": "many"}))
                at += 1
            at += 1
        return at


def _is_idle(term: Term) -> bool:
    return "verb" in term and term.says("verb") in _IDLE and not ({"state", "position", "distance"} & set(term.kinds))


def _ends(term: Term) -> bool:
    """Whether a verb says of a contact that it is over."""
    return term.says("verb") in ("ends", "edge end") or term.text == "over" or term.text.startswith(("releas", "stop"))


def _noun_at(terms: Terms, start: int) -> _Noun | None:
    """The phrase of a noun made of a verb that begins at a place."""
    if not ({*_PHRASE, *_MODIFIERS, "verb", "adjective"} & set(terms[start].kinds)) or "and" in terms[start].text:
        return None
    at, names = start, []
    while at < len(terms) and _may_precede(terms, at):
        if any(kind in terms[at] for kind in _NAMES) or "possessive" in terms[at]:
            names.append(terms[at])
        at += 1
    if at >= len(terms) or not _is_noun(terms, start, at):
        return None
    before = terms[start:at]
    noun = _Noun(replace(terms[at], form="noun", kinds={"verb": terms[at].says("verb")}), at + 1, [])
    noun.derived = terms[at].form == "noun"
    noun.plural = terms[at].text.endswith("s")
    _take_modifiers(noun, before)
    _take_names(noun, before, names)
    _take_arguments(noun, terms)
    if noun.verb.says("verb") == "contact" and noun.end < len(terms) and "way" in terms[noun.end]:
        noun.verb = replace(noun.verb, kinds={"verb": "move"})
    if not (noun.subject or noun.owner) and noun.end + 1 < len(terms) and terms[noun.end].text == "and":
        other = _noun_at(terms, noun.end + 1)
        noun.subject = list(other.subject) if other else []
    return noun


def _may_precede(terms: Terms, at: int) -> bool:
    term = terms[at]
    if "verb" in term and not (_is_compound(term) or (_is_adjective(term) and at)):
        return False
    following = terms[at + 1] if at + 1 < len(terms) else term
    between_adjectives = "comma" in term and at and _is_adjective(terms[at - 1]) and _is_adjective(following)
    joined_adjectives = term.text in ("and", "but") and at and _is_adjective(terms[at - 1])
    compound = term.text == "to" and at and bool({"finger", "noun"} & set(terms[at - 1].kinds))
    return bool({*_PHRASE, *_MODIFIERS, "adjective"} & set(term.kinds)) or bool(between_adjectives or joined_adjectives or compound)


def _is_adjective(term: Term) -> bool:
    return term.text in _ADJECTIVES or "adjective" in term


def _is_compound(term: Term) -> bool:
    return "noun" in term or "finger" in term


def _is_noun(terms: Terms, start: int, at: int) -> bool:
    """Whether a word that may be a verb is a noun: by its ending, or by what stands before it."""
    term, before = terms[at], terms[start:at]
    value = term.says("verb")
    if not value or value in _IDLE or term.form == "ed" or " " in term.text or (
        {"state", "position", "distance"} & set(term.kinds) and term.form != "noun"
    ):
        return False
    following = terms[at + 1] if at + 1 < len(terms) else None
    if following and {"finger", "noun", "side"} & set(following.kinds) and term.form != "noun":
        return False
    if term.form == "noun":
        return True
    determined = bool(before) and any(
        "det" in one or "number" in one or "quantifier" in one or "ordinal" in one or "possessive" in one
        for one in before
    )
    named = any(kind in one for one in before for kind in ("side", "finger", "noun"))
    if before and "one" in before[-1] and (named or term.form == "s"):
        return False
    owned = next(("possessive" in one for one in reversed(before) if {*_NAMES, "possessive"} & set(one.kinds)), False)
    compound = determined and term.form == "" and following is not None and (_is_idle(following) or _ends(following))
    if named and compound and not owned:
        return following is not None and following.form in ("s", "ed")
    if named and not owned and not (before[0].text in ("a", "an") and term.form == ""):
        adjective = before and _is_adjective(before[-1])
        return bool(adjective and determined and term.form in ("", "s") and not _has_ly(before))
    if term.form == "ing":
        adjective = bool(before) and _is_adjective(before[-1])
        ends = following is None or "of" in following or "comma" in following or following.text in ("and", "between")
        return ends and (determined or adjective)
    if not before or "not" in before[-1]:
        if not start:
            return term.text == "contact" or (following is not None and following.text in ("of", "between"))
        return term.form == "" and _takes_noun(before[-1] if before else terms[start - 1])
    last = before[-1]
    if last.text in ("the", "a", "an", "these", "those"):
        return True
    if "quantifier" in last and term.form == "" and last.text not in _OF_ONE:
        return False
    if determined and not any("pronoun" in one for one in before):
        return term.form != "s" or _is_adjective(last) or "number" in last or "quantifier" in last or "ordinal" in last
    return _is_adjective(last)


_OF_ONE: Final = ("each", "every", "any", "no", "another", "no single", "not a single")
"""Quantifiers of one thing: a bare verb after them is a noun, while "all bend" has a subject."""


def _takes_noun(before: Term) -> bool:
    """Whether a bare verb after a word can only be a noun: "without contact", "after release"."""
    return before.text in ("with", "of", "without", "no", "by", "upon") or before.says("link") in ("after", "before")


def _has_ly(terms: Terms) -> bool:
    return any(term.text.endswith("ly") for term in terms)


def _take_modifiers(noun: _Noun, before: Terms) -> None:
    noun.adjectives = [term for term in before if _is_adjective(term)]
    for term in before:
        if "ordinal" in term:
            noun.modifiers.append(Term(term.text, {"nth": term.text}))
        elif not ({*_PHRASE} & set(term.kinds)) and ({*_MODIFIERS} & set(term.kinds)):
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


def _take_names(noun: _Noun, before: Terms, names: Sequence[Term]) -> None:
    """Names before the noun: "the thumb's bend", "its bend", "palm contact", "thumb to index contact"."""
    if not names:
        own = [term for term in before if term.text in ("its", "their", "his", "her")]
        noun.owner = [Term("they", {"pronoun": "they"})] if own else []
        return
    to = next((place for place, term in enumerate(before) if term.text == "to"), None)
    said = [term for term in before if {*_NAMES, "quantifier", "possessive"} & set(term.kinds)]
    if to is None:
        noun.owner = [term for term in said if "possessive" not in term and term.says("quantifier") not in ("none", "some")]
        return
    one = [term for term in before[:to] if any(kind in term for kind in _NAMES)]
    other = [term for term in before[to:] if any(kind in term for kind in _NAMES)]
    if [term.kinds for term in one] == [term.kinds for term in other]:
        noun.owner = [Term("both", {"quantifier": "both"}), *one]
    else:
        noun.owner, noun.object = one, other


def _take_arguments(noun: _Noun, terms: Terms) -> None:
    """What "of", "between", "by" and "with" name after the noun."""
    at = noun.end
    while at < len(terms):
        word = terms[at].text
        skipped = at
        while skipped < len(terms) and {"way", "speed", "count", "manner"} & set(terms[skipped].kinds):
            skipped += 1
        if skipped > at and skipped < len(terms) and terms[skipped].text in ("of", "between"):
            noun.modifiers += terms[at:skipped]
            at, word = skipped, terms[skipped].text
        if word == "is":
            of = at + 1 + (at + 1 < len(terms) and terms[at + 1].text in ("that", "the one"))
            if of < len(terms) and terms[of].text in ("of", "between", "with"):
                at, word = of, terms[of].text
                noun.modifiers = [_among_all(term) for term in noun.modifiers]
        touching = noun.verb.says("verb") in ("contact", "separation", "parting", "joining", "near")
        if word not in ("of", "between", "by", "in") and not (touching and word in ("with", "to", "against", "on", "from")):
            return
        end = _phrase_end(terms, at + 1, word == "between")
        said = list(terms[at + 1 : end])
        if end == at + 1 or not any(any(kind in term for kind in _NAMES) for term in said):
            return
        if word in ("with", "to", "against", "on", "from"):
            noun.object = said
        else:
            noun.subject = said
        at = noun.end = end


def _among_all(term: Term) -> Term:
    """ "The last contact is that of": the last of all, and not of these."""
    return Term(term.text, {"manner": f"comes {term.says('nth')}"}) if term.says("nth") in ("first", "last") else term


def _phrase_end(terms: Terms, at: int, between: bool) -> int:
    """The place after the noun phrase, or the joined phrases, that begin at a place."""
    while at < len(terms):
        if any(kind in terms[at] for kind in _PHRASE) and not (
            "verb" in terms[at] and not _is_compound(terms[at])
        ):
            if _noun_at(terms, at):
                return at
            at += 1
        elif terms[at].text == "of" and at + 1 < len(terms) and _begins(terms[at + 1]):
            at += 1
        elif terms[at].text in ("and", "or") and at + 1 < len(terms) and _begins(terms[at + 1]):
            if _noun_at(terms, at + 1):
                return at
            at += 1
        elif "comma" in terms[at] and at + 1 < len(terms) and _is_list(terms, at + 1):
            at += 1
        else:
            return at
    return at


def _begins(term: Term) -> bool:
    return any(kind in term for kind in _PHRASE)


def _is_list(terms: Terms, at: int) -> bool:
    """Whether a comma is followed by another finger of a list, and not by the subject of the sentence."""
    while at < len(terms) and ({"det", "side"} & set(terms[at].kinds) or terms[at].text in ("and", "or")):
        at += 1
    if at >= len(terms) or "finger" not in terms[at]:
        return False
    while at < len(terms) and {"finger", "noun"} & set(terms[at].kinds):
        at += 1
    return at < len(terms) and ("comma" in terms[at] or terms[at].text in ("and", "or"))


_GAP_OPENS: Final = ("spread", "straighten", "parting", "light", "occurs", "edge start")
_GAP_CLOSES: Final = ("close", "bend", "joining")


def _gap(terms: Terms, at: int, found: list[Term]) -> int:
    """ "A gap opens between two fingers", "the distance of the hands grows": the two part, or come together; 0 if it is
    nothing of the kind. Behind what was found; the place after it."""
    if terms[at].says("noun") != "gap":
        return 0
    after = at + 1
    owner: Terms = ()
    verb: Term | None = None
    if len(found) > _leading(found) and "verb" in found[-1 - _leading(found)]:
        verb = found[-1 - _leading(found)]
    if verb is not None and verb.says("verb") not in (*_GAP_OPENS, *_GAP_CLOSES):
        verb = None
    before = verb
    negations: list[Term] = []
    while after < len(terms):
        term = terms[after]
        if term.text in ("between", "of") and not owner:
            end = _phrase_end(terms, after + 1, True)
            owner, after = terms[after + 1 : end], end
        elif verb is None and term.says("verb") in (*_GAP_OPENS, *_GAP_CLOSES):
            verb, after = term, after + 1
        elif verb is None and (_is_idle(term) or "unknown" in term or "speed" in term or "not" in term):
            negations += [term] if {"speed", "not"} & set(term.kinds) else []
            after += 1
        else:
            break
    if verb is None or not any(any(kind in term for kind in _NAMES) for term in owner):
        return 0
    del found[len(found) - _leading(found) - (before is not None) :]
    value = "parting" if verb.says("verb") in _GAP_OPENS else "joining"
    found += [*owner, *negations, Term(verb.text, {"verb": value}, verb.form)]
    return after


def _leading(found: Terms) -> int:
    """How many articles and adjectives what was found ends with."""
    count = 0
    while count < len(found) and ({"det", "number"} & set(found[-1 - count].kinds) or _is_adjective(found[-1 - count])):
        count += 1
    return count


def _held_fist(terms: Terms, at: int, found: list[Term]) -> int:
    """ "The fist is maintained": a hand that is a fist; 0 if it is nothing of the kind."""
    if terms[at].text not in ("fist", "fists"):
        return 0
    after = at + 1
    while after < len(terms) and ("speed" in terms[after] or terms[after].says("verb") in ("be", "occurs")):
        after += 1
    follows = after < len(terms) and bool({*_PHRASE, "verb", "state", "position", "distance", "way"} & set(terms[after].kinds))
    if after == at + 1 or follows:
        return 0
    found += [Term("hand", {"noun": "hand"}), terms[after - 1], Term("in a fist", {"state": "fist"})]
    return after


_RESULTS: Final = {
    "open": "straighten", "straight": "straighten", "shut": "bend", "closed": "bend", "apart": "parting",
    "together": "joining", "into a fist": "fist", "in a fist": "fist",
}  # fmt: skip
_ONTO: Final = ("against", "onto", "on", "upon", "into")


def _resultative(terms: Terms, at: int) -> tuple[Term, int] | None:
    """A verb of motion, or one that nobody knows, that is told by what comes of it: "springs open", "whirls upward"."""
    term = terms[at]
    moves, unknown = term.says("verb").startswith("move"), "unknown" in term
    strokes = term.says("verb") == "contact" and " " not in term.text and at > 0
    if not (moves or unknown or strokes):
        return None
    after = at + 1
    while after < len(terms) and ({"speed", "not"} & set(terms[after].kinds) or terms[after].text == "back"):
        after += 1
    if after >= len(terms):
        return None
    result = terms[after]
    if strokes:
        return (Term(term.text, {"verb": "move"}, term.form), at + 1) if "way" in result else None
    if unknown and term.form in ("s", "ed") and at and _leads_to_part(terms, after):
        if "finger" in terms[at - 1] or terms[at - 1].says("noun") in ("palm", "tip", "finger"):
            return Term(term.text, {"verb": "contact"}, term.form), at + 1
    value = _RESULTS.get(result.text, "")
    if result.text == "together" and (" " in term.says("verb") and term.says("verb").split()[1] in ("up", "down")):
        return None
    further = terms[after + 1] if after + 1 < len(terms) else None
    if value and not (further and {"finger", "noun"} & set(further.kinds)):
        if value != "straighten" or not (further and "way" in further):
            return Term(term.text, {"verb": value}, term.form), at + 1 if after > at + 1 else after + 1
    if unknown and "way" in result and term.form != "s" or unknown and "way" in result and at:
        return Term(term.text, {"verb": "move"}, term.form), at + 1
    if unknown and result.text in _ONTO and further and _leads_to_part(terms, after + 1):
        return Term(term.text, {"verb": "contact"}, term.form), at + 1
    return None


def _leads_to_part(terms: Terms, at: int) -> bool:
    """Whether a palm or a finger is named next."""
    for term in terms[at : at + 4]:
        if "finger" in term or term.says("noun") in ("palm", "tip", "finger"):
            return True
        if not ({"det", "side", "quantifier", "noun"} & set(term.kinds)):
            return False
    return False
