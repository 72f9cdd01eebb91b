"""How many, which of several, and verbs that mean another thing beside others, put plainly.

What belongs here: "only one finger bends", "three fingers: the middle, ...", "not all", "not again", "comes back up",
"the third tap falls at frame 40", from terms to terms. What does not: numbers that name fingers (`shorthand`), and how
often something is done (`reader`).
"""

from collections.abc import Callable
from typing import Final

from handx_core.captioning.claims.exchange import Exchange, place_by_place
from handx_core.captioning.claims.nouns import PHRASE, Terms
from handx_core.captioning.claims.terms import Term

_THEN: Final = Term("then", {"link": "then"})
_NAMING: Final = frozenset({*PHRASE} - {"pronoun", "mutual"})


def _single(terms: Terms) -> list[Term]:
    """The terms with "a single finger" as "one finger"."""
    found: list[Term] = []
    for at, term in enumerate(terms):
        noun = at + 1 + (at + 1 < len(terms) and "side" in terms[at + 1])
        generic = noun < len(terms) and terms[noun].says("noun") in ("finger", "tip")
        if term.text in ("single", "lone", "sole") and generic:
            found = found[:-1] if found and "det" in found[-1] else found
            found.append(Term("one", {"number": "1", "one": "one"}))
        else:
            found.append(term)
    return found


def _listed_behind(terms: Terms) -> list[Term]:
    """The terms with "three fingers are bent: the middle, the ring and the pinky", or with these in brackets behind
    "fingers", with the list in place of the number."""
    for at, term in enumerate(terms):
        if term.text not in (":", "(") or at < 2:
            continue
        end = next((place for place in range(at, len(terms)) if terms[place].text == ")"), len(terms))
        listed = terms[at + 1 : end]
        names = sum("finger" in one for one in listed)
        plain = all(not _NAMING.isdisjoint(one) or one.text in (",", "and") for one in listed)
        if not plain or not names or (term.text == ":" and end < len(terms)):
            continue
        for noun in range(at - 1, 0, -1):
            counted = terms[noun].says("noun") in ("finger", "tip")
            start = noun
            while start and {"number", "quantifier", "side", "only"} & terms[start - 1].keys():
                start -= 1
            if counted and any({"number", "quantifier"} & one.keys() for one in terms[start:noun]):
                side = [one for one in terms[start:noun] if "side" in one]
                only = [one for one in terms[start:noun] if "only" in one]
                return [*terms[:start], *only, *side, *listed, *terms[noun + 1 : at], *terms[end + 1 :]]
    return list(terms)


def _not_again(terms: Terms) -> list[Term]:
    """The terms with "and it does not move again" as "then it does not move"."""
    for at, term in enumerate(terms):
        if term.says("manner") != "again":
            continue
        start = at
        while start and not ("comma" in terms[start - 1] or "link" in terms[start - 1]):
            start -= 1
        denied = any("not" in one or one.text.startswith("not ") for one in terms[start:at])
        if not denied or (start and terms[start - 1].says("link") not in ("", "and", "then")):
            continue
        before = terms[: start - 1] if start and "link" in terms[start - 1] else terms[:start]
        return [*before, _THEN, *terms[start:at], *terms[at + 1 :]]
    return list(terms)


def _first_time(terms: Terms) -> list[Term]:
    """The terms with "they first touch at frame 10" as "they touch for the first time at frame 10", and with "the hand
    first moves up" as moving up before anything else."""
    found = list(terms)
    for at in range(1, len(found) - 2):
        named = not {"finger", "noun", "pronoun", "one"}.isdisjoint(found[at - 1])
        touches = found[at + 1].says("verb") in ("contact", "separation", "parting", "joining")
        moves = found[at + 1].says("verb").startswith("move") and found[at + 1].form in ("s", "")
        if found[at].text == "first" and named and moves:
            found[at] = Term("among", {"manner": "comes first"})
        if found[at].text in ("first", "last") and named and touches and found[at + 1].form != "noun":
            end = next((place for place in range(at, len(found)) if "comma" in found[place]), len(found))
            if any({"frames", "when"} & one.keys() for one in found[at:end]):
                found[at] = Term(f"the {found[at].text} time", {"nth": found[at].text})
    return found


def _back_up(terms: Terms) -> list[Term]:
    """The terms with "comes back up" as a way, and no backing up."""
    found = list(terms)
    for at in range(1, len(found)):
        before = found[at - 2] if at > 1 and "speed" in found[at - 1] else found[at - 1]
        if {"way", "verb"} <= found[at].keys() and "verb" in before and before.says("verb") != "be":
            found[at] = Term(found[at].text, {"way": found[at].says("way")})
    return found


def _over_to(terms: Terms) -> list[Term]:
    """The terms with "goes over to" as "goes to"."""
    return [
        term
        for at, term in enumerate(terms)
        if not (term.text == "over" and 0 < at < len(terms) - 1 and terms[at + 1].text in ("to", "toward", "towards"))
    ]


def _between_them(terms: Terms) -> list[Term]:
    """The terms with "the fingers have no gaps between them" as "no gaps between the fingers"."""
    for at in range(2, len(terms) - 1):
        gap = terms[at].text == "between" and terms[at + 1].text in ("them", "each other", "one another")
        if not gap or terms[at - 1].says("noun") != "gap":
            continue
        verb = next((place for place in range(at) if terms[place].says("verb") in ("have", "be")), 0)
        owner = terms[:verb]
        named = any("finger" in one or "noun" in one for one in owner)
        if named and all(not _NAMING.isdisjoint(one) or one.text in (",", "and", "of") for one in owner):
            return [*terms[verb + 1 : at + 1], *owner, *terms[at + 2 :]]
    return list(terms)


def _uncrossed(terms: Terms) -> list[Term]:
    """The terms with "the crossing is undone" as "the hands uncross"."""
    crossing = next((at for at, one in enumerate(terms) if one.text in ("crossing", "cross")), None)
    ends = next((at for at, one in enumerate(terms) if one.says("verb") in ("ends", "edge end")), None)
    if crossing is None or ends is None or ends < crossing:
        return list(terms)
    hands, uncross = Term("hands", {"noun": "hand"}), Term("uncross", {"position": "uncrossed"})
    return [*terms[:crossing], hands, uncross, *terms[ends + 1 :]]


@place_by_place
def _moves_not(terms: Terms, at: int) -> Exchange | None:
    """ "Not move", where it is said which way: the denial of that way, and no rest."""
    if not (terms[at].text == "not move" and at + 1 < len(terms) and "way" in terms[at + 1]):
        return None
    return [Term("not", {"not": "not"}), Term("move", {"verb": "move"})], at + 1


def _falls_at(terms: Terms) -> list[Term]:
    """The terms with "the third tap falls at frame 40" as "the third tap occurs at frame 40"."""
    found = list(terms)
    for at in range(1, len(found) - 1):
        stroke = found[at - 1].says("verb") == "contact" and found[at - 1].form != "s"
        timed = not {"frames", "when"}.isdisjoint(found[at + 1])
        if stroke and timed and found[at].says("verb") in ("move", "move down", "move fast", "contact"):
            found[at] = Term("occurs", {"verb": "occurs"}, found[at].form)
    return found


def _one_up_one_down(terms: Terms) -> list[Term]:
    """The terms with "makes two movements: one up and slow, one down, late" as "moves up slow, moves down late"."""
    colon = next((at for at, one in enumerate(terms) if one.text == ":"), 0)
    counted = any("number" in one for one in terms[max(0, colon - 2) : colon])
    if not counted or not terms[colon - 1].says("verb").startswith("move"):
        return list(terms)
    found = list(terms[:colon])
    while found and ({"number", "verb", "adjective"} & found[-1].keys()):
        found.pop()
    comma, begun = Term(",", {"comma": ","}), False
    for term in terms[colon + 1 :]:
        if "one" in term or "ordinal" in term or term.text in ("another", "other"):
            found += ([comma] if begun else []) + [Term("moves", {"verb": "move"}, "s")]
            begun = True
        elif not {"way", "speed", "when", "frames", "manner"}.isdisjoint(term):
            found.append(term)
        elif not ("comma" in term or "det" in term or term.text in ("and", "is")):
            return list(terms)
    return found if begun else list(terms)


@place_by_place
def _not_all(terms: Terms, at: int) -> Exchange | None:
    """ "Not all fingers bend" and "the fingers do not all bend": what is not true of all of them."""
    following = terms[at + 1] if at + 1 < len(terms) else None
    every = following is not None and following.text.startswith(("all", "every")) and "quantifier" in following
    if not (every and "not" in terms[at] and terms[at].text in ("not", "n't")):
        return None
    return [Term("not all", {"manner": "not all"})], at + 1 + (at + 2 < len(terms) and "verb" in terms[at + 2])


def _number_is(terms: Terms) -> list[Term]:
    """The terms with "the number of claps is four" as "claps four times"."""
    if len(terms) < 3 or "number" not in terms[-1] or terms[-2].says("verb") != "be":
        return list(terms)
    before = terms[:-2]
    told = [one for one in before if "verb" in one]
    if len(told) != 1 or told[0].says("verb").split()[0] not in ("contact", "move", "bend", "parting"):
        return list(terms)
    return [
        *(one for one in before if "of" not in one or one is not before[1]),
        terms[-1],
        Term("times", {"times": ""}),
    ]


def _skips(terms: Terms) -> list[Term]:
    """The terms with "skips the middle finger" as "does not touch the middle finger"."""
    found: list[Term] = []
    for term in terms:
        if term.text in _SKIPS:
            found += [Term("not", {"not": "not"}), Term("touches", {"verb": "contact"}, term.form)]
        else:
            found.append(term)
    return found


_SKIPS: Final = (
    "skips",
    "skipped",
    "skipping",
    "misses",
    "missed",
    "missing",
    "avoids",
    "avoided",
    "avoiding",
    "omits",
)

STEPS: Final[tuple[tuple[Callable[[Terms], list[Term]], frozenset[str]], ...]] = (
    (_single, frozenset({"single", "lone", "sole"})),
    (_listed_behind, frozenset({":", "("})),
    (_not_again, frozenset({"again", "once more", "another time", "any more", "anymore"})),
    (_first_time, frozenset({"first", "last"})),
    (_back_up, frozenset({"back up", "back away", "back down"})),
    (_between_them, frozenset({"between"})),
    (_uncrossed, frozenset({"crossing", "cross"})),
    (_moves_not, frozenset({"not move"})),
    (_falls_at, frozenset({"frames", "when"})),
    (_one_up_one_down, frozenset({":"})),
    (_not_all, frozenset({"not", "n't"})),
    (_number_is, frozenset({"number"})),
    (_skips, frozenset(_SKIPS)),
    (_over_to, frozenset({"over"})),
)
"""Steps in their order, each with the words or kinds without one of which it has nothing to do."""
