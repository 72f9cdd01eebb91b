"""What is told next to something else put plainly: "closer", "faster than it rose", "right after", "in between".

What belongs here: comparisons, and what is told by the two things that it comes between, from terms to terms. What does
not: order in time by itself (`reader`), and pauses (`idioms`).
"""

from collections.abc import Callable
from typing import Final

from handx_core.captioning.claims.exchange import Exchange, place_by_place
from handx_core.captioning.claims.lists import AND
from handx_core.captioning.claims.terms import Term, Terms, next_of
from handx_core.captioning.claims.time_words import LINKS, split
from handx_core.captioning.claims.timing import PACES

_COMING: Final = ("get", "got", "becom", "becam", "grow", "grew", "com", "cam", "mov", "draw", "drew", "go")
_NAMING: Final = frozenset({"det", "side", "finger", "noun", "number", "quantifier", "one"})


def _closer(terms: Terms) -> list[Term]:
    """The terms with "get neither closer nor farther apart" as "do not approach, nor part"."""
    found: list[Term] = []
    at = 0
    comes = False
    while at < len(terms):
        ahead = at + 1
        coming = "verb" in terms[at] and terms[at].text.startswith(_COMING)
        while coming and ahead < len(terms) and not _BETWEEN.isdisjoint(terms[ahead]):
            ahead += 1
        if coming and ahead < len(terms) and "compared" in terms[ahead]:
            said = [term for term in terms[at + 1 : ahead] if "speed" in term]
            denied = [Term("not", {"not": "not"})] if any("not" in term for term in terms[at + 1 : ahead]) else []
            found += [*denied, *said, Term(terms[ahead].text, {"verb": terms[ahead]["compared"]}, terms[at].form)]
            at, comes = ahead + 1, True
        elif comes and "compared" in terms[at] and "link" in terms[at - 1]:
            found.append(Term(terms[at].text, {"verb": terms[at]["compared"]}))
            at += 1
        else:
            comes = comes and "comma" not in terms[at]
            found.append(terms[at])
            at += 1
    return found


_BETWEEN: Final = frozenset({"not", "quantifier", "speed", "adjective", "when", "manner"})


_STAGES: Final = ("from start", "start", "early", "first half", "midway", "second half", "late", "near end", "end")


def _than_before(terms: Terms) -> list[Term]:
    """The terms with "is higher at the end than at the start" as "moves up", and "are closer" as "approach"."""
    than = next((at for at, term in enumerate(terms) if term.text == "than"), len(terms))
    higher = next((at for at, term in enumerate(terms) if term.text in ("higher than", "lower than")), len(terms))
    if than == len(terms) and higher < len(terms):
        word = Term(terms[higher].text.split()[0], {"position": terms[higher].says("position")})
        return _than_before([*terms[:higher], word, Term("than", {"with": "than"}), *terms[higher + 1 :]])
    if than + 2 != len(terms) or terms[-1].says("when") not in _STAGES:
        return list(terms)
    compared = next((at for at in range(than) if "compared" in terms[at] or terms[at].text in _HIGHER), None)
    be = next((at for at in range(than) if terms[at].says("verb") == "be"), None)
    when = next((at for at in range(than) if terms[at].says("when") in _STAGES), None)
    if compared is None or be is None or when is None or be > compared:
        return list(terms)
    later = _STAGES.index(terms[when]["when"]) > _STAGES.index(terms[-1]["when"])
    way = _HIGHER.get(terms[compared].text, "")
    verb = terms[compared].says("compared")
    owner = [term for at, term in enumerate(terms[:be]) if at != when and "comma" not in term]
    if way:
        moves = Term("moves", {"verb": "move"}, "s")
        return [*owner, moves, Term(way, {"way": way if later else _HIGHER[_LOWER[way]]})]
    return [*owner, Term(terms[compared].text, {"verb": verb if later else _INVERSE[verb]}, "s")]


_HIGHER: Final = {"higher": "up", "lower": "down", "higher up": "up", "lower down": "down"}
_LOWER: Final = {"up": "lower", "down": "higher"}
_INVERSE: Final = {"joining": "parting", "parting": "joining"}


def _each_time_before(terms: Terms) -> list[Term]:
    """The terms with "left before each clap and right after it" as "... and moves right after each clap", with a word
    for that it is so each time."""
    found: list[Term] = []
    verb = next((term for term in terms if "verb" in term and term.says("verb") not in ("be", "do", "have")), None)
    stroke: Terms = ()
    for at, term in enumerate(terms):
        relation = term.says("link")
        each = at + 2 < len(terms) and terms[at + 1].text in ("each", "every") and "verb" in terms[at + 2]
        behind = terms[at + 1 : at + 2]
        it = bool(behind) and behind[0].text in ("it", "that", "them")
        if relation in ("before", "after") and each:
            stroke = terms[at + 1 : at + 3]
            begun = max((place for place, one in enumerate(found) if {"comma", "link"} & one.keys()), default=0)
            if not found or any("verb" in one for one in found[begun:]):
                found.append(Term("each time", {"manner": "each time"}))
        elif stroke and verb is not None and relation in ("before", "after", "then") and (it or at + 1 == len(terms)):
            also = next((place for place in range(len(found) - 1, 0, -1) if "link" in found[place]), 0)
            after = Term(term.text, {"link": "before" if relation == "before" else "after"})
            told = [Term("each time", {"manner": "each time"}), after, *stroke]
            return [*found[: also + 1], verb, *found[also + 1 :], *told, *terms[at + 1 + it :]]
        found.append(term)
    return found


@place_by_place
def _unlike_then(terms: Terms, at: int) -> Exchange | None:
    """ "Unlike at the start, they are far apart" says only what it is not compared with."""
    comma = next((place for place in range(at, len(terms)) if "comma" in terms[place]), 0)
    said = terms[at + 1 : comma]
    then = any("when" in term or "edge" in term.says("verb") for term in said)
    return ([], comma + 1) if "unlike" in terms[at] and then and not any("finger" in term for term in said) else None


@place_by_place
def _both_before(terms: Terms, at: int) -> Exchange | None:
    """ "Both before and after the pinch" as "before and after the pinch"."""
    links = [term.says("link") for term in terms[at + 1 : at + 4]]
    return (
        ([], at + 1)
        if terms[at].text == "both" and links in (["before", "and", "after"], ["after", "and", "before"])
        else None
    )


def _at_no_time(terms: Terms) -> list[Term]:
    """The terms with "they touch at no time" as "at no time they touch"."""
    for at in range(1, len(terms)):
        ends = at + 1 == len(terms) or bool({"comma", "link"} & terms[at + 1].keys())
        if not (ends and "not" in terms[at] and terms[at].text.startswith(("at no", "on no", "never"))):
            continue
        start = next((place for place in range(at, 0, -1) if {"comma", "link"} & terms[place - 1].keys()), 0)
        verb = next((place for place in range(start, at) if {"verb", "state"} & terms[place].keys()), None)
        if verb is not None:
            return [*terms[:verb], terms[at], *terms[verb:at], *terms[at + 1 :]]
    return list(terms)


def _no_longer(terms: Terms) -> list[Term]:
    """The terms with "they touch at frame 20, at frame 45 no longer" as "..., and they do not at frame 45"."""
    if len(terms) < 4 or "not" not in terms[-1] or not {"frames", "when"} & terms[-2].keys():
        return list(terms)
    start = len(terms) - 2
    if not {"comma", "link"} & terms[start - 1].keys() or not any(
        {"verb", "state"} & one.keys() for one in terms[:start]
    ):
        return list(terms)
    return [*terms[:start], Term("but", {"link": "and"}), Term("not", {"not": "not"}), terms[-2]]


_COMPARED: Final = frozenset({"finger", "noun", "side", "verb", "pronoun", "one", "possessive"})


def _than_another(terms: Terms) -> list[Term]:
    """The terms with "faster than the left hand" as "faster than the left hand does"."""
    found = list(terms)
    at = next((place for place, term in enumerate(terms) if term.says("link") in PACES), len(terms))
    end = next_of(terms, at + 1, "comma")
    named = terms[at + 1 : end]
    if at < len(terms) and not any(_COMPARED & term.keys() for term in named):  # "shorter than a second"
        return [*terms[:at], *terms[end:]]
    if named and all(not _NAMING.isdisjoint(term) and "verb" not in term for term in named):
        found.insert(end, Term("does", {"verb": "do"}, "s"))
    return found


def _between_two(terms: Terms) -> list[Term]:
    """The terms with "between touching the index and touching the ring finger, it touches the middle finger" as "after
    touching the index, it touches the middle finger, before touching the ring finger"."""
    at = next((place for place, term in enumerate(terms) if term.text in ("between", "in between")), len(terms))
    joined = next((place for place in range(at + 1, len(terms)) if terms[place].text == "and"), len(terms))
    end = next_of(terms, joined, "comma")
    one, other = list(terms[at + 1 : joined]), list(terms[joined + 1 : end])
    if not (_is_deed(one) and _is_deed(other)):
        return list(terms)
    after, before = Term("after", {"link": "after"}), Term("before", {"link": "before"})
    if at == 0 and end + 1 < len(terms):
        comma = terms[end]
        return [after, *one, comma, *terms[end + 1 :], comma, before, *other]
    return [*terms[:at], after, *one, AND, before, *other, *terms[end:]]


def _is_deed(terms: Terms) -> bool:
    """ "Touching the index", "the bending of the index", "the contact with the index": something that happens."""
    start = int(bool(terms) and "det" in terms[0])
    if start >= len(terms) or "verb" not in terms[start]:
        return False
    told = any({"finger", "noun"} & term.keys() for term in terms[start + 1 :])
    return told and (bool(start) or terms[start].form in ("ing", "noun"))


@place_by_place
def _next_after(terms: Terms, at: int) -> Exchange | None:
    """ "After the index it touches the middle finger next": with nothing of the kind in between."""
    if terms[at].text != "next" or not any(term.says("link") == "after" for term in terms[:at]):
        return None
    ends = at + 1 == len(terms) or bool({"comma", "verb", "frames", "when"} & terms[at + 1].keys())
    begun = {"comma", "link"} & terms[at - 1].keys()
    return ([Term("next", {"manner": "next"})], at + 1) if ends and not begun else None


def _after_named(terms: Terms) -> list[Term]:
    """The terms with "after the pinky, the ring finger bends" as "the ring finger bends after the pinky"."""
    if not terms or terms[0].says("link") not in ("after", "before", "then"):
        return list(terms)
    comma = next((place for place, term in enumerate(terms) if {"comma", "link"} & term.keys() and place), 0)
    named, rest = terms[1:comma], list(terms[comma + 1 :])
    if len(rest) > 1 and rest[0].text in ("and", "but") and rest[1].says("link") in ("after", "before"):
        rest.pop(0)
    also = rest if rest and rest[0].says("link") in ("after", "before") else []  # "but before the index, ..."
    told = _after_named(also)
    if also and told != also:
        return [*told, AND, terms[0].put({"link": terms[0].says("link")}), *named]
    if not any("finger" in term for term in named) or any(_NAMING.isdisjoint(term) for term in named):
        return list(terms)
    end = next_of(rest, 0, "comma", "link")
    if not any("verb" in term for term in rest[:end]):
        return list(terms)
    relation = "before" if terms[0].says("link") == "before" else "after"
    return [*rest[:end], Term(terms[0].text, {"link": relation}), *named, *rest[end:]]


def _set_aside(terms: Terms) -> list[Term]:
    """The terms with "the thumb aside, all bend" as "except the thumb", and without "spreading aside", or "apart from
    spreading", in front."""
    comma = next((place for place, term in enumerate(terms) if "comma" in term), 0)
    said = terms[:comma]
    if not said or not (said[-1].text == "aside" or "except" in said[0]):
        return [term for term in terms if "aside" not in term]
    said = [term for term in said if not {"aside", "except"} & term.keys()]
    if any("verb" in term and "state" not in term for term in said):
        return list(terms[comma + 1 :])
    return [Term("except", {"except": "except"}), *said, *terms[comma:]]


def _but_not(terms: Terms) -> list[Term]:
    """The terms with "the index, but not the pinky, bends" as "the index bends, and the pinky does not", and likewise
    "not the pinky but the index bends"."""
    at = next((place for place, term in enumerate(terms) if term.text == "not" and _name_end(terms, place + 1)), None)
    if at is None:
        return list(terms)
    end = _name_end(terms, at + 1)
    start = at
    while start and {"comma", "link"} & terms[start - 1].keys():
        start -= 1
    opening = next((place for place in range(start) if _name_end(terms, place) == start), None)
    other, rest = terms[at + 1 : end], end + (end < len(terms) and "comma" in terms[end])
    if start == at and (at == 0 or "when" in terms[at - 1]) and end < len(terms) and "comma" not in terms[at - 1]:
        joined = rest + (rest < len(terms) and terms[rest].text == "but")
        rest = _name_end(terms, joined) if joined > rest else 0
        named, opening = terms[joined:rest], at
    elif opening is not None and start < at:
        named = terms[opening:start]
    else:
        return list(terms)
    close = next_of(terms, rest, "comma", "link")
    if not rest or rest >= len(terms) or not {"verb", "speed", "when"} & terms[rest].keys():
        return list(terms)
    comma, does = Term(",", {"comma": ","}), [Term("does", {"verb": "do"}, "s"), Term("not", {"not": "not"})]
    return [*terms[:opening], *named, *terms[rest:close], comma, AND, *other, *does, *terms[close:]]


def _name_end(terms: Terms, at: int) -> int:
    """The place after a noun phrase that names parts of hands; 0 if none begins at a place."""
    end = at
    while end < len(terms) and not _NAMING.isdisjoint(terms[end]) and not _VERBAL & terms[end].keys():
        end += 1
    return end if any({"finger", "noun"} & term.keys() for term in terms[at:end]) else 0


_VERBAL: Final = frozenset({"verb", "not"})


@place_by_place
def _right_after(terms: Terms, at: int) -> Exchange | None:
    """ "Right after" as "after", with a word for that it is so at once."""
    if terms[at].text not in _SOON or "link" not in terms[at]:
        return None
    return [Term(terms[at].text, {"manner": "soon"}), Term(terms[at].text.split()[-1], terms[at])], at + 1


_SOON: Final = tuple(
    f"{at_once} {relation}" for at_once in ("right", "immediately", "straight") for relation in ("after", "before")
)


STEPS: Final[tuple[tuple[Callable[[Terms], list[Term]], frozenset[str]], ...]] = (
    (_closer, frozenset({"compared"})),
    (_than_before, frozenset({"than", "higher than", "lower than"})),
    (_each_time_before, frozenset({"each", "every"})),
    (_unlike_then, frozenset({"unlike"})),
    (_both_before, frozenset({"both"})),
    (_at_no_time, frozenset({"not"})),
    (_no_longer, frozenset({"not"})),
    (_than_another, frozenset(phrase for pace in PACES for phrase in split(LINKS[pace]))),
    (_between_two, frozenset({"between", "in between"})),
    (_but_not, frozenset({"not"})),
    (_set_aside, frozenset({"aside", "except"})),
    (_next_after, frozenset({"next"})),
    (_after_named, frozenset({"after", "before", *_SOON})),
    (_right_after, frozenset(_SOON)),
)
"""Steps in their order, each with the words or kinds without one of which it has nothing to do."""
