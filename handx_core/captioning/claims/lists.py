"""What one verb tells of several, or between commas, put as clauses of their own.

What belongs here: lists with a time for each, "the index (frames 5 to 11), the middle (frames 15 to 21)", and what is
told between commas or from one time to another, from terms to terms. What does not: set ways of saying something
(`idioms`, `shorthand`).
"""

from collections.abc import Callable
from typing import Final

from handx_core.captioning.claims.exchange import Exchange, place_by_place
from handx_core.captioning.claims.nouns import PHRASE
from handx_core.captioning.claims.terms import Term, Terms

AND: Final = Term("and", {"link": "and"})


def _listed(terms: Terms) -> list[Term]:
    """The terms with "touches the index (frames 5 to 11), the middle (frames 15 to 21)" with the verb for each, and
    likewise "the pinky bends (frames 10 to 15), the ring finger (frames 18 to 23)"."""
    if sum(_is_time(term) for term in terms) < 2:
        return list(terms)
    found: list[Term] = []
    verb: Term | None = None
    is_object = False
    begun = 0
    for at, term in enumerate(terms):
        if "verb" in term and term.says("verb") not in ("be", "do", "have", "light", "occurs"):
            verb, begun = term, at
            is_object = False
        again = at > 0 and terms[at - 1].says("link") == "then" and any(_is_time(one) for one in terms[:at])
        if _is_time(term) and verb is not None and again and _ends(terms, at + 1):
            found.append(verb)
        elif _is_time(term) and verb is not None:
            start = _phrase_start(terms, at)
            between = terms[begun + 1 : start]
            told = start < at and any("finger" in one for one in terms[start:at])
            if told and not any(_is_time(one) for one in between):
                is_object = all(
                    {"det", "speed", "with", "of", "only"} & one.keys() or one.text == ":" for one in between
                )
                found = [one for one in found if one.text != ":"] if is_object else found
            elif told and _ends(terms, at + 1) and not any("verb" in one for one in terms[start:at]):
                opened = at - 1 if "comma" in terms[at - 1] else at
                del found[len(found) - (at - start) :]
                named = terms[start:opened]
                found += [AND, verb, *named] if is_object else [AND, *named, verb]
                found += terms[opened:at]
        found.append(term)
    return found


def _is_time(term: Term) -> bool:
    return "frames" in term or term.says("when") not in ("", "throughout", "some time")


def _ends(terms: Terms, at: int) -> bool:
    """Whether an item of a list ends before a place."""
    return at >= len(terms) or bool({"comma", "link"} & terms[at].keys())


def _phrase_start(terms: Terms, at: int) -> int:
    """Where the noun phrase begins that a time stands behind, in brackets or not."""
    start = at - (at > 0 and terms[at - 1].text == "(")
    if start and "verb" in terms[start - 1] and "finger" not in terms[start - 1]:
        return at
    while start and (
        not _NAMING.isdisjoint(terms[start - 1])
        or (terms[start - 1].text == "and" and start > 1 and not _NAMING.isdisjoint(terms[start - 2]))
    ):
        start -= 1
    return start


_NAMING: Final = frozenset({*PHRASE} - {"pronoun", "mutual", "possessive"})


def _inserted(terms: Terms) -> list[Term]:
    """The terms with "the hand, all fingers bent, moves up" as "all fingers are bent, the hand moves up"."""
    commas = [at for at, term in enumerate(terms) if term.text == ","]
    if len(commas) < 2 or commas[1] + 1 >= len(terms):
        return list(terms)
    first, second = commas[:2]
    owner, inside, rest = terms[:first], list(terms[first + 1 : second]), terms[second + 1 :]
    named = bool(owner) and owner[-1].says("noun") == "hand" and all(not _NAMING.isdisjoint(one) for one in owner)
    inside = inside[1:] if inside and inside[0].text == "with" else inside
    state = next((at for at, term in enumerate(inside) if "state" in term), None)
    told = state is not None and state > 0 and any("finger" in one or "noun" in one for one in inside[:state])
    plain = told and all(not _NAMING.isdisjoint(one) or one.text == "and" for one in inside[:state])
    if not (named and plain and "verb" in rest[0] and rest[0].form in ("s", "")):
        return list(terms)
    side = [term for term in owner if "side" in term]
    at = next(place for place, term in enumerate(inside) if {"finger", "noun"} & term.keys())
    whose = [] if any("side" in term for term in inside) else side
    are = Term("are", {"verb": "be"}, "s")
    return [*inside[:at], *whose, *inside[at:state], are, *inside[state:], terms[second], *owner, *rest]


def _from_until(terms: Terms) -> list[Term]:
    """The terms with "from early on until late" as "for a while", and "until late" as a word for when by itself."""
    found: list[Term] = []
    at = 0
    while at < len(terms):
        after = at + 1
        while after < len(terms) and terms[after].text in (
            "shortly after",
            "just before",
            "shortly before",
            "soon after",
        ):
            after += 1
        until = terms[at].text in _UNTIL and after < len(terms) and terms[after].says("when") in _UNTIL_WHEN
        ends = until and (after + 1 >= len(terms) or bool(_AFTER_TIME & terms[after + 1].keys()))
        if not ends:
            found.append(terms[at])
            at += 1
            continue
        if len(found) > 1 and found[-1].says("when") and found[-2].text == "from":
            del found[-2:]
            found.append(Term("for a while", {"when": "some time"}))
        else:
            found.append(Term(terms[at].text, {"when": _UNTIL_WHEN[terms[after].says("when")]}))
        at = after + 1
    return found


_UNTIL: Final = ("until", "till", "up to", "up until")
_UNTIL_WHEN: Final = {
    "early": "start", "first half": "early", "midway": "early", "second half": "first half", "late": "first half",
    "near end": "first half",
}  # fmt: skip
"""When something is for certain that lasts until then."""
_AFTER_TIME: Final = frozenset({"comma", "link", "frames", "det", "side", "finger", "noun"})


def _row_at_end(terms: Terms) -> list[Term]:
    """The terms with "the fingers bend, pinky to index" as "..., from the pinky to the index"."""
    at = len(terms) - 4
    if at < 2 or "comma" not in terms[at] or terms[at + 2].text not in ("to", "through"):
        return list(terms)
    ends = {terms[at + 1].says("finger"), terms[at + 3].says("finger")}
    several = any(term.says("noun") in ("finger", "tip") for term in terms[:at])
    if len(ends) < 2 or ends & {"", "thumb"} or not several or not any("verb" in term for term in terms[:at]):
        return list(terms)
    return [*terms[: at + 1], Term("from", {"of": "from"}), terms[at + 1], Term("to", {"with": "to"}), terms[at + 3]]


def _joined_times(terms: Terms) -> list[Term]:
    """The terms with "at the start and at the end", or "fully and fast", without the "and", which begins no clause."""
    return [term for at, term in enumerate(terms) if term.text != "and" or not _joins_alike(terms, at)]


def _joins_alike(terms: Terms, at: int) -> bool:
    """Whether "and" is between two words for when, or for how, that end a clause."""
    if not 0 < at < len(terms) - 1 or not _ends(terms, at + 2):
        return False
    before, after = terms[at - 1], terms[at + 1]
    how = {"speed", "manner"}
    return (_is_time(before) and _is_time(after)) or bool(how & before.keys() and how & after.keys())


def _before_and_after(terms: Terms) -> list[Term]:
    """The terms with "before and after, it is still" as "for a while"."""
    links = [term.says("link") for term in terms]
    for at in range(len(terms) - 2):
        if links[at : at + 3] == ["before", "and", "after"] and _ends(terms, at + 3):
            return [*terms[:at], Term("before and after", {"when": "some time"}), *terms[at + 3 :]]
    return list(terms)


def _so_do(terms: Terms) -> list[Term]:
    """The terms with "and so does the thumb" as "and the thumb does", and "neither does the thumb" as its denial."""
    found = list(terms)
    for at in range(len(found) - 2):
        inverted = found[at].text in ("so", "as", "neither", "nor") and found[at + 1].says("verb") in ("do", "be")
        end = at + 2
        while (
            inverted
            and end < len(found)
            and (not _NAMING.isdisjoint(found[end]) or (end + 1 < len(found) and _joins(found[end], found[end + 1])))
        ):
            end += 1
        if inverted and end > at + 2 and (end == len(found) or "comma" in found[end]):
            denied = [Term("not", {"not": "not"})] if found[at].text in ("neither", "nor") else []
            joined = [] if at and "link" in found[at - 1] else [AND]
            do = Term("does", {"verb": "do"}, "s")
            return [*found[:at], *joined, *found[at + 2 : end], do, *denied, *found[end:]]
    return found


def _so_does_deed(terms: Terms) -> list[Term]:
    """The terms with "closing takes ten frames, as does opening" as "..., and opening takes ten frames"."""
    at = next((place for place in range(1, len(terms) - 2) if terms[place].text in ("as", "so")), 0)
    deed = at + 2 + (at + 2 < len(terms) and "det" in terms[at + 2])
    inverted = at and terms[at + 1].says("verb") in ("do", "be") and deed + 1 == len(terms)
    noun = next((place for place in range(at) if "verb" in terms[place]), at)
    alike = noun < at and deed < len(terms) and terms[deed].form == terms[noun].form in ("ing", "noun")
    if not (inverted and alike):
        return list(terms)
    end = at - 1 if {"comma", "link"} & terms[at - 1].keys() else at
    return [*terms[:end], Term(",", {"comma": ","}), AND, *terms[at + 2 :], *terms[noun + 1 : end]]


def _joins(term: Term, following: Term) -> bool:
    return ("comma" in term or term.text == "and") and (not _NAMING.isdisjoint(following) or following.text == "and")


def _waits(terms: Terms) -> list[Term]:
    """The terms with "the hand hovers until frame 30" as "the hand is still until frame 30"."""
    found = list(terms)
    for at, term in enumerate(terms):
        waits = term.says("verb") == "be" and term.text.startswith(_WAITING)
        if waits and at + 1 < len(terms) and "frames" in terms[at + 1] and _ends(terms, at + 2):
            named = next((one for one in reversed(terms[:at]) if {"noun", "finger", "pronoun"} & one.keys()), None)
            if named is not None and named.says("noun") == "hand":
                found[at] = term.put({"verb": "still"})
    return found


_WAITING: Final = ("hover", "wait", "linger", "stay", "remain", "rest", "hang")


@place_by_place
def _each_in_turn(terms: Terms, at: int) -> Exchange | None:
    """ "Parting from each before the next" as "parting"."""
    after = _each_end(terms, at)
    if after:
        return [Term(terms[at].text, {"verb": "separation"}, terms[at].form)], after
    return ([], len(terms)) if terms[at].says("link") == "before" and _is_next(terms, at + 1) else None


def _is_next(terms: Terms, at: int) -> bool:
    """Whether nothing but "the next" or "the next one" is left."""
    rest = [term for term in terms[at:] if not {"det", "one"} & term.keys()]
    return len(rest) == 1 and rest[0].text == "next"


def _each_end(terms: Terms, at: int) -> int:
    """The place after "parting from each", with nothing said of each."""
    if terms[at].says("verb") not in ("separation", "parting") or at + 1 >= len(terms) or terms[at + 1].text != "each":
        return 0
    after = at + 2 + (at + 2 < len(terms) and ("one" in terms[at + 2] or terms[at + 2].text in ("finger", "fingertip")))
    return after if after >= len(terms) or {"comma", "link"} & terms[after].keys() else 0


@place_by_place
def _comes_to_be(terms: Terms, at: int) -> Exchange | None:
    """ "Comes to lie below" as "becomes below"."""
    three = terms[at : at + 3]
    comes = len(three) == 3 and three[0].text.startswith(("come", "came", "coming")) and three[1].text == "to"
    lies = comes and three[2].says("verb") == "be" and three[2].form == ""
    return ([Term("becomes", {"verb": "be"}, "s")], at + 3) if lies else None


def _noun_in_row(terms: Terms) -> list[Term]:
    """The terms with "the bending starts with the pinky and ends with ..." as "the fingers bend, starting ..."."""
    start = int(bool(terms) and "det" in terms[0])
    turns = len(terms) > start + 3 and terms[start].says("verb") in ("bend", "straighten", "hyperextended", "contact")
    edge = terms[start + 1] if turns else None
    if edge is None or terms[start].form not in ("noun", "ing") or "edge" not in edge.says("verb"):
        return list(terms)
    named = start + 2 + (terms[start + 2].text in ("with", "at", "from", "in"))
    named += named < len(terms) and "det" in terms[named]
    if named >= len(terms) or "finger" not in terms[named]:
        return list(terms)
    fingers, comma = Term("fingers", {"noun": "finger"}), Term(",", {"comma": ","})
    return [*terms[:start], fingers, terms[start].put(form="s"), comma, *terms[start + 1 :]]


def _counted_off(terms: Terms) -> list[Term]:
    """The terms with "first the pinky bends, second the ring finger" as "..., then the ring finger"."""
    found: list[Term] = []
    for at, term in enumerate(terms):
        opens = at > 1 and ("comma" in terms[at - 1] or "link" in terms[at - 1])
        goes_on = at + 1 < len(terms) and not {"det", "finger", "comma", "side"}.isdisjoint(terms[at + 1])
        if opens and goes_on and term.says("ordinal") in ("second", "third", "fourth", "fifth"):
            found = found[:-1] if "link" in found[-1] else found
            found.append(Term("then", {"link": "then"}))
        else:
            found.append(term)
    return found


STEPS: Final[tuple[tuple[Callable[[Terms], list[Term]], frozenset[str]], ...]] = (
    (_from_until, frozenset(_UNTIL)),
    (_row_at_end, frozenset({"to", "through"})),
    (_joined_times, frozenset({"and"})),
    (_before_and_after, frozenset({"before"})),
    (_so_does_deed, frozenset({"so", "as"})),
    (_so_do, frozenset({"so", "as", "neither", "nor"})),
    (_waits, frozenset({"frames"})),
    (_listed, frozenset({"frames", "when"})),
    (_inserted, frozenset({"hand"})),
    (_noun_in_row, frozenset({"edge start", "edge end"})),
    (_counted_off, frozenset({"second", "third"})),
    (_each_in_turn, frozenset({"each", "next"})),
    (_comes_to_be, frozenset({"come", "comes", "came", "coming"})),
)
"""Steps in their order, each with the words or kinds without one of which it has nothing to do."""
