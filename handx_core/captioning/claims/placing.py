"""What comes first, second or last put plainly: "the ring finger second", "starts by moving left", "the last finger".

What belongs here: the place of one among several that follow one another, from terms to terms. What does not: rows as
such (`rows`), and how often something happens (`howmany`).
"""

from collections.abc import Callable
from typing import Final

from handx_core.captioning.claims.exchange import Exchange, place_by_place
from handx_core.captioning.claims.nouns import begins
from handx_core.captioning.claims.terms import Term, Terms, next_of

_ORDINALS: Final = ("first", "second", "third", "fourth", "last")
_AFTER: Final = frozenset({"comma", "link", "frames", "when"})


def _comes(ordinal: str) -> Term:
    """The word for which place something has."""
    return Term("among", {"manner": f"comes {'last' if ordinal == 'final' else ordinal}"})


def _already(terms: Terms) -> list[Term]:
    """The terms with "when the pinky bends, the index has already bent" as "before the pinky bends, ..."."""
    already = next(at for at, term in enumerate(terms) if "already" in term)
    told = [term for term in terms if "already" not in term]
    opens = terms[0].says("link") in ("when", "meanwhile") and any("comma" in term for term in terms[:already])
    return [Term("before", {"link": "before"}), *told[1:]] if opens else told


def _from_finger_to_finger(terms: Terms) -> list[Term]:
    """The terms with "the thumb goes from the index to the middle finger, then to the ring" as "the thumb touches the
    index, then the middle finger, then the ring finger", and with "from the index to the pinky" as all in turn."""
    start = next((at for at, term in enumerate(terms) if term.text == "from"), 0)
    before = terms[:start]
    moves = next(
        (at for at, term in enumerate(before) if term.says("verb").split()[:1] in (["move"], ["occurs"])), None
    )
    thumb = moves is not None and any(term.says("finger") == "thumb" for term in before[:moves])
    if moves is None or not thumb or any("finger" in term for term in before[moves:]):
        return list(terms)
    end = start + 1
    while end < len(terms) and ({"det", "finger", "comma", "link"} & terms[end].keys() or terms[end].text in _ONWARD):
        end += 1
    row = [term for term in terms[start:end] if "finger" in term]
    while "finger" not in terms[end - 1] and end > start:
        end -= 1
    if len(row) < 2 or (end < len(terms) and "verb" in terms[end]):
        return list(terms)
    touches = terms[moves].put({"verb": "contact"})
    if len(row) == 2:
        fingers = [Term("fingers", {"noun": "finger"}), Term("in turn", {"manner": "in turn"})]
        return [*before[:moves], touches, *fingers, *terms[start:]]
    then = [Term("then", {"link": "then"})]
    listed = [term for finger in row[1:] for term in (*then, finger)]
    return [*before[:moves], touches, row[0], *listed, *terms[end:]]


_ONWARD: Final = ("to", "on", "onto", "over", "and", "then")


@place_by_place
def _starts_by(terms: Terms, at: int) -> Exchange | None:
    """ "Starts by moving left" as "moves left before anything else", "ends by moving right" likewise."""
    edge = terms[at].says("verb")
    if not edge.startswith("edge") or at + 2 >= len(terms) or terms[at + 1].text not in ("by", "with"):
        return None
    deed = at + 2
    while deed < len(terms) and not {"speed", "manner"}.isdisjoint(terms[deed]):
        deed += 1
    if deed >= len(terms) or "verb" not in terms[deed] or terms[deed].form != "ing":
        return None
    place = "first" if edge == "edge start" else "last"
    return [_comes(place), *terms[at + 2 : deed], terms[deed].put(form="s")], deed + 1


def _first_movement(terms: Terms) -> list[Term]:
    """The terms with "the first movement of the hand is backward" as the first of all, and not of those backward."""
    found = list(terms)
    for at in range(len(terms) - 2):
        moves = terms[at + 1].says("verb").startswith("move") and terms[at + 1].text.startswith(("mo", "trav"))
        if "ordinal" not in terms[at] or not moves:
            continue
        after = at + 2
        while after < len(terms) and (begins(terms[after]) or "of" in terms[after]):
            after += 1
        told = after + 1 < len(terms) and terms[after].says("verb") in ("be", "move", "occurs")
        if told and any("way" in term for term in terms[after + 1 : after + 4]):
            found[at] = _comes(terms[at].text)
            if terms[after].says("verb") != "be":
                found[after] = Term("is", {"verb": "be"}, "s")
    return found


def _last_finger(terms: Terms) -> list[Term]:
    """The terms with "the last finger to bend does so at frame 35" as "one of the fingers bends last at frame 35"."""
    for at in range(len(terms) - 2):
        ordinal, finger = terms[at], terms[at + 1]
        one_word = finger.says("noun") in ("finger", "tip") and ordinal.text in ("first", "last", "final")
        named = ordinal.text == "first finger" and finger.text == "to"
        if not (one_word or named) or (at > 1 and terms[at - 2].says("verb") == "be"):
            continue
        deed = at + 1 + one_word
        to = terms[deed].text == "to"
        verb = next((place for place in range(deed, len(terms)) if "verb" in terms[place]), len(terms))
        again = verb + 1 < len(terms) and to and terms[verb + 1].says("verb") in ("do", terms[verb].says("verb"))
        if verb >= len(terms) or verb > deed + 2 or terms[verb].form == "noun" or (to and not again):
            continue
        end = verb + 1 + again + (again and verb + 2 < len(terms) and terms[verb + 2].text == "so")
        one = [Term("one of", {"quantifier": "some"}), Term("fingers", {"noun": "finger"})]
        between = [term for term in terms[deed:verb] if term.text != "to"]
        place = _comes("first" if named else ordinal.text)
        return [
            *terms[: at - (at > 0 and "det" in terms[at - 1])],
            *one,
            *between,
            place,
            terms[verb].put(form="s"),
            *terms[end:],
        ]
    return list(terms)


def _it_is_frame(terms: Terms) -> list[Term]:
    """The terms with "when the fingertips part, it is frame 45" as "the fingertips part at frame 45"."""
    it = next((at for at, term in enumerate(terms) if term.text == "it"), len(terms))
    if it + 2 >= len(terms) or terms[it + 1].says("verb") != "be" or "frames" not in terms[it + 2]:
        return list(terms)
    before, after = terms[:it], terms[it + 3 :]
    if before and before[0].says("link") in ("when", "meanwhile") and "comma" in before[-1]:
        return [*before[1:-1], terms[it + 2], *after]
    if not before and after and after[0].says("link") in ("when", "meanwhile"):
        return [*after[1:], terms[it + 2]]
    return list(terms)


@place_by_place
def _each_time(terms: Terms, at: int) -> Exchange | None:
    """ "Four times, each time with the index" as "four times with the index"; "with another finger" is left out."""
    link = at + ("comma" in terms[at])
    if not at or link + 1 >= len(terms) or terms[link].text not in ("each time", "every time"):
        return None
    end = next_of(terms, link + 1, "comma")
    rest = terms[link + 1 : end]
    if not (rest and {"with", "of"} & rest[0].keys()) or any("verb" in term for term in rest):
        return None
    another = any(term.text in ("another", "different", "other") for term in rest)
    return ([], end) if another or any("unknown" in term for term in rest) else (rest, end)


@place_by_place
def _being_first(terms: Terms, at: int) -> Exchange | None:
    """ "The pinky being the first and the index being the last" as "the pinky first and the index last"."""
    if terms[at].text not in ("being", "coming") or not at or "finger" not in terms[at - 1]:
        return None
    place = at + 1 + (at + 1 < len(terms) and "det" in terms[at + 1])
    ends = place + 1 >= len(terms) or {"comma", "link"} & terms[place + 1].keys()
    told = place < len(terms) and terms[place].text in ("first", "last") and ends
    return ([Term(terms[place].text, {"first": terms[place].text})], place + 1) if told else None


@place_by_place
def _goes_first(terms: Terms, at: int) -> Exchange | None:
    """ "The pinky goes first", "makes the start", where a row is told: "the pinky first"."""
    if not at or "finger" not in terms[at - 1] or not any(term.says("manner") == "in turn" for term in terms):
        return None
    place = at + 1 + (at + 1 < len(terms) and "det" in terms[at + 1])
    ends = place + 1 >= len(terms) or bool(_AFTER & terms[place + 1].keys())
    if place >= len(terms) or not ends or not terms[at].text.startswith(("mak", "go", "com", "going")):
        return None
    said = _STARTS.get(terms[place].text, "")
    return ([Term(said, {"first": said})], place + 1) if said else None


_STARTS: Final = {"first": "first", "last": "last", "start": "first", "beginning": "first", "end": "last"}


def _this_is_the_order(terms: Terms) -> list[Term]:
    """The terms with "pinky, ring, middle: this is the order in which they bend" as "they bend from the pinky to the
    middle finger"."""
    order = next((at for at, term in enumerate(terms) if term.text == "order" or term.text.endswith("the order")), 0)
    colon = next((at for at in range(order) if terms[at].text in (":", "-", "–", "—")), 0)
    row = [term for term in terms[:colon] if "finger" in term]
    told = list(terms[order + 1 :])
    while told and ({"of", "which"} & told[0].keys()):
        told.pop(0)
    if len(row) < 2 or any("verb" in term for term in terms[:colon]) or not any("verb" in term for term in told):
        return list(terms)
    return [*told, Term("from", {"of": "from"}), row[0], Term("to", {"with": "to"}), row[-1]]


def _takes_longer(terms: Terms) -> list[Term]:
    """The terms with "takes longer to sink than to rise" as "sinks longer than it rises"."""
    longer = next((at for at, term in enumerate(terms) if "longer" in term), 0)
    than = next((at for at in range(longer, len(terms)) if terms[at].text == "than"), 0)
    takes = next((at for at in range(longer) if terms[at].text.startswith(("take", "took"))), None)
    if not than or takes is None or terms[longer + 1].text != "to":
        return list(terms)
    who = list(terms[takes + 1 : longer]) if terms[0].text == "it" else list(terms[:takes])
    deed, other = terms[longer + 2 : than], list(terms[than + 1 :])
    other = other[1:] if other and other[0].text == "to" else other
    return [*who, *deed, Term("longer than", {"link": "longer"}), *other] if deed and other else list(terms)


def _starts_it(terms: Terms) -> list[Term]:
    """The terms with "the pinky begins the curling, the index completes it" as "the fingers curl from the pinky to the
    index"."""
    begins_it = next((at for at, term in enumerate(terms) if term.text.startswith(_STARTING)), 0)
    deed = next((at for at in range(begins_it + 1, len(terms)) if "verb" in terms[at]), 0)
    ends_it = next((at for at in range(deed + 1, len(terms)) if _is_end(terms[at])), 0)
    named = [at for at in (begins_it - 1, ends_it - 1) if at >= 0 and "finger" in terms[at]]
    between = terms[begins_it + 1 : deed]
    of_it = terms[ends_it + 1 :]
    plain = all({"det", "of", "unknown", "adjective"} & term.keys() for term in between) and len(between) > 0
    it = (len(of_it) == 1 and "pronoun" in of_it[0]) or (len(of_it) == 2 and "det" in of_it[0] and "verb" in of_it[1])
    if len(named) != 2 or not (begins_it and deed and ends_it and plain and it):
        return list(terms)
    fingers, turn = Term("fingers", {"noun": "finger"}), Term("in turn", {"manner": "in turn"})
    row = [Term("from", {"of": "from"}), terms[named[0]], Term("to", {"with": "to"}), terms[named[1]]]
    if terms[deed].says("verb") == "contact":
        who = [Term("thumb", {"finger": "thumb"}), Term("touches", {"verb": "contact"}, "s"), fingers]
    else:
        who = [fingers, terms[deed].put(form="")]
    start = named[0] - (named[0] > 0 and "det" in terms[named[0] - 1])
    return [*terms[:start], *who, turn, *row]


_STARTING: Final = ("begin", "began", "start", "open", "initiat")
_ENDING: Final = ("end", "finish", "complet", "conclud", "clos")


def _is_end(term: Term) -> bool:
    return "verb" in term and term.text.startswith(_ENDING)


def _is_the_first(terms: Terms) -> list[Term]:
    """The terms with "the touch of the palm is the last contact" as a touch that comes last."""
    be = next((at for at in range(2, len(terms)) if terms[at].says("verb") == "be"), len(terms))
    ordinal = be + 1 + (be + 1 < len(terms) and "det" in terms[be + 1])
    if ordinal >= len(terms) or terms[ordinal].text not in (*_ORDINALS, "final") or ordinal == be + 1:
        return list(terms)
    rest = terms[ordinal + 1 :]
    plain = rest and ("one" in rest[0] or rest[0].says("verb").split()[:1] in (["contact"], ["move"], ["bend"]))
    end = next_of(rest, 0, "comma", "link", "when", "frames")
    owned = all({"of", "det", "noun", "side", "possessive"} & term.keys() for term in rest[1:end])
    told = any("verb" in term for term in terms[:be])
    if not (plain and owned and told):
        return list(terms)
    noun = next(at for at, term in enumerate(terms) if "verb" in term)
    return [*terms[:noun], _comes(terms[ordinal].text), *terms[noun:be], *rest[end:]]


@place_by_place
def _last_contact(terms: Terms, at: int) -> Exchange | None:
    """ "Makes its last contact with the pinky" as "touches, last of all, with the pinky"."""
    four = terms[at : at + 4]
    if len(four) < 4 or four[0].says("verb") not in ("light", "have", "be") or "det" not in four[1]:
        return None
    contact = four[3].says("verb") == "contact" and at + 4 < len(terms) and "with" in terms[at + 4]
    if four[2].text not in (*_ORDINALS, "final") or not contact or four[0].says("verb") == "be":
        return None
    return [_comes(four[2].text), Term(four[3].text, {"verb": "contact"}, "s")], at + 4


def _with_it_is(terms: Terms) -> list[Term]:
    """The terms with "it is with the index that the thumb makes contact" as "the thumb makes contact with it"."""
    that = next((at for at, term in enumerate(terms) if term.text == "that"), 0)
    cleft = that > 3 and terms[0].text == "it" and terms[1].says("verb") == "be" and "with" in terms[2]
    return [*terms[that + 1 :], *terms[2:that]] if cleft else list(terms)


@place_by_place
def _only_in_front(terms: Terms, at: int) -> Exchange | None:
    """ "Slowly, and only at the end, the hand moves" as "slowly only at the end, the hand moves"."""
    if "comma" not in terms[at] or at == 0 or not all({"speed", "when", "frames"} & term.keys() for term in terms[:at]):
        return None
    ahead = at + 1 + (at + 1 < len(terms) and terms[at + 1].text == "and")
    told = ahead + (ahead < len(terms) and "only" in terms[ahead])
    ends = told + 1 < len(terms) and "comma" in terms[told + 1]
    return (terms[ahead:told], told) if ends and {"speed", "when", "frames"} & terms[told].keys() else None


def _row_in_front(terms: Terms) -> list[Term]:
    """The terms with "pinky first, index last, the fingers bend" as "starting with the pinky, ending with ..."."""
    places = [at for at, term in enumerate(terms[:9]) if term.text in ("first", "last")]
    if not places or terms[places[0]].text != "first":
        return list(terms)
    comma = next((at for at in range(places[-1], len(terms)) if "comma" in terms[at]), 0)
    ends = [term for term in terms[:comma] if "finger" in term]
    plain = all({"det", "finger", "first", "comma"} & term.keys() or term.text == "and" for term in terms[:comma])
    told = len(ends) == len(places) < 3 and plain and any("verb" in term for term in terms[comma:])
    if not told or (len(ends) == 1 and not any(term.says("manner") == "in turn" for term in terms[comma:])):
        return list(terms)
    found: list[Term] = []
    for end, edge in zip(ends, ("edge start", "edge end"), strict=False):
        found += [Term(edge, {"verb": edge}, "ing"), Term("with", {"with": "with"}), end, terms[comma]]
    return [*found, *terms[comma + 1 :]]


def _second_and_third(terms: Terms) -> list[Term]:
    """The terms with "touches the index first, the ring second" as "touches the index first of all, touches the ring
    second of all"."""
    places = [at for at, term in enumerate(terms) if _is_place(terms, at)]
    if not any(terms[at].text in ("second", "third", "fourth") for at in places):
        return list(terms)
    verb = next((term for term in terms if "verb" in term and term.says("verb") not in ("be", "do", "have")), None)
    begun = next((at for at, term in enumerate(terms) if term is verb), len(terms))
    is_object = (
        any("finger" in term for term in terms[:begun]) and any(begun < at for at in places) and places[0] > begun + 1
    )
    found: list[Term] = []
    start = 0
    for number, at in enumerate(places):
        item = list(terms[start:at])
        again = number > 0 and verb is not None and not any("verb" in term for term in item)
        while again and item and ({"comma", "link"} & item[0].keys()):
            item.pop(0)
        if again and verb is not None:
            and_verb = [Term("and", {"link": "and"}), verb]
            item = [*and_verb, *item] if is_object else [and_verb[0], *item, verb]
        found += [*item, _comes(terms[at].text)]
        start = at + 1
    return [*found, *terms[start:]]


def _is_place(terms: Terms, at: int) -> bool:
    """Whether "second" says which place something has, and belongs to no noun."""
    ends = at + 1 == len(terms) or not _AFTER.isdisjoint(terms[at + 1])
    before = terms[at - 1] if at else None
    told = before is not None and ("finger" in before or ("verb" in before and before.says("verb") != "be"))
    return terms[at].text in _ORDINALS and ends and told


STEPS: Final[tuple[tuple[Callable[[Terms], list[Term]], frozenset[str]], ...]] = (
    (_already, frozenset({"already"})),
    (_from_finger_to_finger, frozenset({"from"})),
    (_starts_by, frozenset({"edge start", "edge end"})),
    (_first_movement, frozenset({"ordinal"})),
    (_last_finger, frozenset({"last", "final", "first", "first finger"})),
    (_it_is_frame, frozenset({"it"})),
    (_each_time, frozenset({"each time", "every time"})),
    (_being_first, frozenset({"being", "coming"})),
    (_starts_it, frozenset({"edge start", "straighten"})),
    (_is_the_first, frozenset({"ordinal"})),
    (_with_it_is, frozenset({"it"})),
    (_last_contact, frozenset({"ordinal"})),
    (_only_in_front, frozenset({"speed", "when", "frames"})),
    (_goes_first, frozenset(_STARTS)),
    (_this_is_the_order, frozenset({"order", "the order", "in the order"})),
    (_takes_longer, frozenset({"longer"})),
    (_row_in_front, frozenset({"first"})),
    (_second_and_third, frozenset({"second", "third", "fourth"})),
)
"""Steps in their order, each with the words or kinds without one of which it has nothing to do."""
