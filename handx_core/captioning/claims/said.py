"""What a sentence says and not how: one word for all that mean the same, and marks for what captions vary most.

What belongs here: what of a sentence's wording is all the same to the reader. What does not: its terms (`terms`), and
what was read in it (`readings`).
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from handx_core.captioning.claims.nouns import ADJECTIVES
from handx_core.captioning.claims.terms import Term, part_terms, parts_of, sentence_terms

OPENERS: Final = ("while", "as", "whilst", "when")
"""Words with which a sentence may open a clause that the next is at the same time as."""

_FOLLOWING: Final = {"then": "after", "earlier": "before", "meanwhile": "meanwhile"}
"""How a sentence that opens with a link follows on the one before."""

_STATING: Final = frozenset({"state", "distance"})
"""Kinds of terms that "then" is no opening before: "then straight"."""
_WARDS: Final = ("upwards", "downwards", "leftwards", "rightwards", "forwards", "backwards", "away from the body")
_ALIKE: Final = {
    "curls": "bends", "flexes": "bends", "curl": "bend", "flex": "bend",
    "extends": "straightens", "uncurls": "straightens", "extend": "straighten", "uncurl": "straighten",
    "shifts": "travels",
}  # fmt: skip
"""Verbs that no rule of the reader tells apart."""
_SOMEWHERE: Final = frozenset({"early", "midway", "late"})
"""Parts of the clip that are all the same to the reader, unless it is told of what is only then or until then."""
_ASKING: Final = ("only", "until", "till", "up to", "up until")


Values = dict[Any, Any]
"""What marks stand for: words for speeds, times and ways, numbers for frames."""


class Said(NamedTuple):
    """A sentence. opening: how it follows on the one before, where it opens with "then" and the like. rest: what stands
    after that. words: what the rest says, alike for sentences that are read alike. values: what the marks in it stand
    for."""

    opening: str
    rest: str
    words: str
    values: Values


class _Alike(NamedTuple):
    """What is all the same to the reader in a sentence. times: parts of the clip. ways: where a hand moves."""

    times: bool
    ways: bool


@lru_cache(maxsize=50_000)
def said(sentence: str) -> Said:
    """What a sentence says."""
    opener, _, rest = sentence.partition(" " if sentence.startswith("then ") else ", ")
    opening = _opening(opener) if rest else ""
    if opening:
        whole = said_as_whole(rest)
        if _STATING.isdisjoint(whole.words.partition(":")[0].split(",")):
            return whole._replace(opening=opening)
    return said_as_whole(sentence)


@lru_cache(maxsize=50_000)
def said_as_whole(sentence: str) -> Said:
    """What a sentence says, its opening with it."""
    parts = parts_of(sentence)
    alike = _alike_in(parts)
    found = [_part_in_words(part, alike) for part in parts]
    values = [value for _, of_part in found for value in of_part]
    words = " ".join([words for words, _ in found if words])
    return Said("", sentence, words, {_mark(place): value for place, value in enumerate(values)})


@lru_cache(maxsize=20_000)
def _part_in_words(part: str, alike: _Alike) -> tuple[str, tuple[str, ...]]:
    """What a part of a sentence says, and what its marks stand for."""
    values: Values = {}
    terms = [_one_for_all(term, values, alike) for term in part_terms(part)]
    return " ".join([f"{','.join(term)}:{term.text}" for term in terms]), tuple(values.values())


@lru_cache(maxsize=20_000)
def _asks(part: str) -> bool:
    """Whether it is told of what is only then, or until then."""
    return any("only" in term or term.text in _ASKING for term in part_terms(part))


@lru_cache(maxsize=20_000)
def _opening(opener: str) -> str:
    """How a sentence that opens so follows on the one before; "" if these words do not say that."""
    terms = sentence_terms(opener)
    links = len(terms) == 1 and terms[0].keys() == {"link"} and opener not in OPENERS
    return _FOLLOWING.get(terms[0]["link"], "") if links else ""


def common_terms(sentence: str) -> tuple[Term, ...]:
    """The terms of a sentence, in one word for all that mean the same."""
    parts = parts_of(sentence)
    alike = _alike_in(parts)
    values: Values = {}
    return tuple([_one_for_all(term, values, alike) for part in parts for term in part_terms(part)])


def _alike_in(parts: Sequence[str]) -> _Alike:
    """What is all the same in a sentence of these parts."""
    terms = [term for part in parts for term in part_terms(part)]
    return _Alike(not any(map(_asks, parts)), _only_travels(terms))


def _only_travels(terms: Sequence[Term]) -> bool:
    """Whether a sentence is about where a hand moves and no more, and never up and down in one go."""
    axes: set[str] = set()
    told: list[str] = []
    for term in terms:
        kind, what = next(iter(term.items()))
        allowed = _OF_TRAVELS.get(kind)
        if len(term) > 1 or allowed is None or (allowed and what not in allowed):
            return False
        if kind == "way":
            if told != ["noun", "verb"] or _AXIS[what] in axes:
                return False
            axes.add(_AXIS[what])
        elif kind == "link" and what != "and":
            axes.clear()
        elif kind in ("noun", "verb"):
            told.append(kind if kind == "noun" or term.text in _GOES else "another verb")
    return True


_AXIS: Final = {"up": "z", "down": "z", "left": "x", "right": "x", "front": "y", "back": "y"}
_GOES: Final = ("moves", "travels", "shifts", "goes")
_OF_TRAVELS: Final[Mapping[str, Collection[str]]] = {
    "det": (), "side": (), "noun": ("hand",), "verb": ("move",), "way": _AXIS, "speed": (), "when": (), "frames": (),
    "comma": (), "count": (), "link": ("and", "then", "meanwhile"),
}  # fmt: skip
"""Kinds of terms of which a sentence about where a hand moves may be, and what they may say, where not anything."""


def _one_for_all(term: Term, values: Values, alike: _Alike) -> Term:
    """A term as it is, or in a word for all."""
    if len(term) > 1:
        return term
    if alike.ways and "way" in term:
        return Term("some way", {"way": _marked(term["way"], values)})
    if "speed" in term and term.text not in ADJECTIVES and term["speed"] != "mixed":
        return Term("so fast", {"speed": _marked(term["speed"], values)})
    if "when" in term and alike.times and term["when"] in _SOMEWHERE:
        return Term("some time", {"when": _marked(term["when"], values)})
    if "way" in term and (term.text.startswith(("to the ", "toward")) or term.text in _WARDS):
        return Term(f"{term['way']} way", term)
    if "verb" in term and term.text in _ALIKE:
        return Term(_ALIKE[term.text], term, term.form)
    return term


def _marked(value: str, values: Values) -> str:
    mark = _mark(len(values))
    values[mark] = value
    return mark


def _mark(place: int) -> str:
    return f"~{place}"


def is_mark(word: str) -> bool:
    """Whether a speed, a time or a way is a mark."""
    return word[:1] == "~"
