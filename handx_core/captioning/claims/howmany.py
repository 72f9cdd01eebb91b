"""How many, which of several, and verbs that mean another thing beside others, put plainly.

What belongs here: "only one finger bends", "three fingers: the middle, ...", "not all", "not again", "comes back up",
"the third tap falls at frame 40", from terms to terms. What does not: numbers that name fingers (`shorthand`), and how
often something is done (`reader`).
"""

from collections.abc import Callable
from typing import Final

from handx_core.captioning.claims.exchange import Exchange, place_by_place
from handx_core.captioning.claims.nouns import PHRASE
from handx_core.captioning.claims.terms import Term, Terms, next_of

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


def _named_one_by_one(terms: Terms) -> list[Term]:
    """The terms with "two fingers, the index and the middle, bend", or "two fingers bend, the index and the middle",
    with the list in place of the number if it names as many."""
    for at in range(len(terms) - 2):
        number = terms[at].says("number")
        noun = at + 1 + ("side" in terms[at + 1])
        if not number or noun + 2 >= len(terms) or terms[noun].says("noun") not in ("finger", "tip"):
            continue
        for comma in (place for place in range(noun + 1, len(terms) - 1) if terms[place].text == ","):
            end = comma + 1
            while end < len(terms) and (not _NAMING.isdisjoint(terms[end]) or _goes_on(terms, end)):
                end += 1
            listed = list(terms[comma + 1 : end])
            names = [term.says("finger") for term in listed if "finger" in term]
            closed = end == len(terms) or "comma" in terms[end]
            if not closed or len(names) != int(number) or (end == len(terms) and _is_main(terms, noun + 1, comma)):
                continue
            side = [] if any("side" in term for term in listed) else [*terms[at + 1 : noun]]
            after = end + (end < len(terms) and comma == noun + 1)
            return [*terms[:at], *side, *listed, *terms[noun + 1 : comma], *terms[after:]]
    return list(terms)


def _goes_on(terms: Terms, at: int) -> bool:
    """Whether a comma or "and" joins another name to a list."""
    ahead = at + 1
    while ahead < len(terms) and ("det" in terms[ahead] or terms[ahead].text == "and"):
        ahead += 1
    return (terms[at].text in (",", "and")) and ahead < len(terms) and "finger" in terms[ahead]


def _is_main(terms: Terms, start: int, end: int) -> bool:
    """Whether another comma or link is in between, so that a list at the end belongs to something else."""
    return any("comma" in term or "link" in term for term in terms[start:end])


def _and_one(terms: Terms) -> list[Term]:
    """The terms with "four fingers are bent and one is straight" as "... and one finger is straight"."""
    found: list[Term] = []
    counted: Term | None = None
    for at, term in enumerate(terms):
        found.append(term)
        following = terms[at + 1] if at + 1 < len(terms) else None
        if term.says("noun") in ("finger", "tip") and at and "number" in terms[at - 1]:
            counted = term
        told = following is not None and bool({"verb", "state"} & following.keys() and "noun" not in following)
        begins = at > 0 and bool({"link", "comma"} & terms[at - 1].keys())
        if counted is not None and "number" in term and begins and told:
            found[-1] = term.put({"number": term["number"]})
            found.append(counted)
    return found


def _of_five(terms: Terms) -> list[Term]:
    """The terms with "of the five right fingers, one bends" as "one of the right fingers bends"."""
    start = next((at for at, term in enumerate(terms) if term.text in ("of", "among", "out of")), len(terms))
    comma = next((at for at in range(start, len(terms)) if "comma" in terms[at]), 0)
    fingers = terms[start + 1 : comma]
    named = fingers and fingers[-1].says("noun") in ("finger", "tip")
    plain = named and all(not _NAMING.isdisjoint(term) for term in fingers)
    if not plain or any("verb" in term or "link" in term for term in terms[:start]):
        return list(terms)
    side = [term for term in fingers if "side" in term][:1]
    of_them = [Term(term.text, {"number": term["number"]}) if "number" in term else term for term in terms[comma + 1 :]]
    found: list[Term] = []
    for at, term in enumerate(of_them):
        found.append(term)
        following = of_them[at + 1] if at + 1 < len(of_them) else None
        begins = at == 0 or bool({"link", "comma", "only"} & of_them[at - 1].keys())
        counts = "number" in term or term.says("quantifier") in ("none", "all", "both")
        if begins and counts and following is not None and {"verb", "state", "speed", "not"} & following.keys():
            found += [*side, fingers[-1]]
    return [*terms[:start], *(found if len(found) > len(of_them) else (*terms[start : comma + 1], *of_them))]


def _each_of_them(terms: Terms) -> list[Term]:
    """The terms with "three claps, all of them fast" as "three claps, fast", and without "each of them short"."""
    found: list[Term] = []
    at = 0
    while at < len(terms):
        after = at + 1
        opens = "comma" in terms[at] and after < len(terms) and terms[after].text in _EACH
        if opens:
            after += 1
            while after < len(terms) and (terms[after].text in ("of", "being") or "pronoun" in terms[after]):
                after += 1
        how = after
        while opens and how < len(terms) and not _HOW.isdisjoint(terms[how]) and "verb" not in terms[how]:
            how += 1
        if how > after and (how == len(terms) or "comma" in terms[how]):
            found += [term for term in terms[after:how] if "adjective" not in term]
            at = how
        else:
            found.append(terms[at])
            at += 1
    return found


_EACH: Final = ("each", "each of", "all", "all of", "both", "both of", "every one", "each one", "each one of")
_HOW: Final = frozenset({"speed", "adjective", "when", "frames"})


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
            end = next_of(found, at, "comma")
            if any({"frames", "when"} & one.keys() for one in found[at:end]):
                found[at] = Term(f"the {found[at].text} time", {"nth": found[at].text})
            elif found[at].text == "first" and found[at + 1].form in ("s", ""):
                found[at] = Term("among", {"manner": "comes first"})
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
    """The terms with "makes two movements: a slow one up and a fast one down" as "moves up slow, moves down fast"."""
    move = next((at for at, one in enumerate(terms) if one.says("verb").startswith("move")), 0)
    colon = next((at for at in range(move + 1, len(terms)) if terms[at].text in (":", ",", "(")), 0)
    if not colon or not any("number" in one for one in terms[max(0, move - 2) : move]):
        return list(terms)
    items: list[list[Term]] = []
    for term in terms[colon + 1 :]:
        begun = {"det", "one", "ordinal", "first"} & term.keys() or term.text in ("another", "then", "and then")
        if not items or (begun and any("way" in said for said in items[-1])):
            items.append([])
        if not _HOW_MOVED.isdisjoint(term):
            items[-1].append(term)
        elif not (_BETWEEN_MOVES & term.keys() or term.says("verb") in ("be", "move") or term.text in _OF_MOVES):
            return list(terms)
    items = [item for item in items if item]
    if len(items) < 2 or not all(any("way" in term for term in item) for item in items):
        return list(terms)
    owner = [term for term in terms[:colon] if {"side", "pronoun"} & term.keys() or term.says("noun") == "hand"]
    comma, moves = Term(",", {"comma": ","}), Term("moves", {"verb": "move"}, "s")
    return [*owner, *(term for item in items for term in (comma, moves, *item))][0 if owner else 1 :]


_HOW_MOVED: Final = frozenset({"way", "speed", "when", "frames", "manner"})
_BETWEEN_MOVES: Final = frozenset({"comma", "det", "one", "ordinal", "first", "adjective"})
_OF_MOVES: Final = ("and", "then", "and then", "another", "other", ")", "followed by")


@place_by_place
def _not_all(terms: Terms, at: int) -> Exchange | None:
    """ "Not all fingers bend" and "the fingers do not all bend": what is not true of all of them."""
    following = terms[at + 1] if at + 1 < len(terms) else None
    every = following is not None and following.text.startswith(("all", "every")) and "quantifier" in following
    if not (every and "not" in terms[at] and terms[at].text in ("not", "n't")):
        return None
    return [Term("not all", {"manner": "not all"})], at + 1 + (at + 2 < len(terms) and "verb" in terms[at + 2])


@place_by_place
def _are_all(terms: Terms, at: int) -> Exchange | None:
    """ "The index, the middle and the pinky are all bent" as "... are bent": all of those that were named."""
    following = terms[at + 1] if at + 1 < len(terms) else None
    told = following is not None and bool({"state", "verb", "speed"} & following.keys())
    if not (told and terms[at].text in ("all", "both", "each") and at > 1 and terms[at - 1].says("verb") == "be"):
        return None
    named = any("finger" in term for term in terms[: at - 1])
    return ([], at + 1) if named else None


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
    (_named_one_by_one, frozenset({"number"})),
    (_of_five, frozenset({"of", "among", "out of"})),
    (_and_one, frozenset({"number"})),
    (_each_of_them, frozenset(_EACH)),
    (_not_again, frozenset({"again", "once more", "another time", "any more", "anymore"})),
    (_first_time, frozenset({"first", "last"})),
    (_back_up, frozenset({"back up", "back away", "back down"})),
    (_between_them, frozenset({"between"})),
    (_uncrossed, frozenset({"crossing", "cross"})),
    (_moves_not, frozenset({"not move"})),
    (_falls_at, frozenset({"frames", "when"})),
    (_one_up_one_down, frozenset({"move"})),
    (_not_all, frozenset({"not", "n't"})),
    (_are_all, frozenset({"all", "both", "each"})),
    (_number_is, frozenset({"number"})),
    (_skips, frozenset(_SKIPS)),
    (_over_to, frozenset({"over"})),
)
"""Steps in their order, each with the words or kinds without one of which it has nothing to do."""
