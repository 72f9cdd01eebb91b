"""A text as terms: words and phrases of the vocabulary with all that each may mean, sentence by sentence.

What belongs here: tokens, the other forms of verbs, the longest phrase at each place, frame numbers, and whether "left"
is a hand or a way. What does not: which words there are (`claim_words`) and what terms say together (`claim_grammar`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from handx_core.captioning import claim_words as words

Frames = tuple[str, int, int]
""" "span", "from", "until" or "at"; first frame and the frame after the last, as far as they are said (else 0)."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase. kinds: what it may be and what it says as that. form: "s", "ed", "ing" or "" of a verb."""

    text: str
    kinds: Mapping[str, str]
    form: str = ""
    frames: tuple[Frames, ...] = ()

    def __contains__(self, kind: str) -> bool:
        return kind in self.kinds

    def says(self, kind: str) -> str:
        """What it says as a term of a kind; "" if it is none."""
        return self.kinds.get(kind, "")


@dataclass
class _Node:
    """A place in a tree of phrases, by their words."""

    next: dict[str, "_Node"] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=4_000)
def sentences(text: str) -> list[list[Term]]:
    """The terms of each sentence; a semicolon ends one as well as a full stop."""
    frames: list[tuple[Frames, ...]] = []
    lowered = _with_marks(text.lower().replace("’", "'"), frames)
    found = []
    for part in re.split(r"[.;!?\n]+", lowered):
        tokens = _TOKEN.findall(part.replace("cannot", "can not"))
        terms = _disambiguated(list(_terms(tokens, frames)))
        if terms:
            found.append(terms)
    return found


_TOKEN: Final = re.compile(r"#\d+#|[a-z]+(?=n't)|n't|[a-z]+|'s?|\d+|[,:()]|[-–—]+")

_RANGE: Final = r"(\d+)\s*(?:to|-|–|—|through|until|till|and|up to)\s*(?:frames?\s+)?(\d+)"
_FRAME_RANGES: Final = re.compile(
    r"(?:\b(?:from|between|during|in|at|over|around|about|within|for)\s+)?(?:the\s+)?\bframes?\s+"
    + _RANGE
    + r"((?:(?:\s*,\s*and|\s*,|\s+and)\s+(?:from\s+)?(?:frames?\s+)?\d+\s*(?:to|-|–|—|through)\s*(?:frames?\s+)?\d+)*)"
)
_MORE_RANGES: Final = re.compile(r"(\d+)\s*(?:to|-|–|—|through)\s*(?:frames?\s+)?(\d+)")
_FRAME_POINT: Final = re.compile(
    r"(?:\b(from|after|since|before|until|till|by|at|around|about|near|in|on)\s+)?(?:about\s+)?\bframe\s+(\d+)"
    r"(\s+(?:on|onwards?|to the end))?"
)
_POINT_KINDS: Final = {"from": "from", "after": "from", "since": "from"} | dict.fromkeys(
    ("before", "until", "till", "by"), "until"
)


def _with_marks(text: str, frames: list[tuple[Frames, ...]]) -> str:
    """The text with each mention of frames exchanged for the number that it has in `frames`."""

    def ranges(found: re.Match[str]) -> str:
        pairs = [(found[1], found[2]), *_MORE_RANGES.findall(found[3])]
        frames.append(tuple(("span", int(first), int(last) + 1) for first, last in pairs))
        return f" #{len(frames) - 1}# "

    def point(found: re.Match[str]) -> str:
        kind = _POINT_KINDS.get(found[1] or "", "at")
        at = int(found[2])
        frames.append(((("from" if found[3] else kind), at, at + 1),))
        return f" #{len(frames) - 1}# "

    if "frame" not in text:
        return text
    return _FRAME_POINT.sub(point, _FRAME_RANGES.sub(ranges, text))


def _terms(tokens: Sequence[str], frames: Sequence[tuple[Frames, ...]]) -> Iterator[Term]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token[0] == "#":
            yield Term(token, {"frames": ""}, frames=frames[int(token[1:-1])])
            at += 1
            continue
        term, length = _longest(tuple(tokens[at : at + _LONGEST]), tokens[at - 1] if at else "")
        if term:
            yield term
        at += length


@lru_cache(maxsize=100_000)
def _longest(tokens: tuple[str, ...], before: str) -> tuple[Term | None, int]:
    """The longest phrase that the tokens begin with, in all its meanings, and how many of them it takes."""
    length, kinds = _walk(_PHRASES, tokens, lambda token: token)
    verb_length, verb_kinds = _walk(_VERBS, tokens, _lemma)
    if tokens[0] == "left" and before not in ("has", "have", "had", "having"):
        verb_length = 0
    if length > 1 and tokens[length - 1] in ("left", "right") and length < len(tokens) and tokens[length] in _PARTS:
        length, kinds = _walk(_PHRASES, tokens[: length - 1], lambda token: token)
    longest = max(length, verb_length)
    if not longest:
        return (Term(tokens[0], {"number": tokens[0]}) if tokens[0].isdigit() else None), 1
    kinds = (kinds if length == longest else {}) | (verb_kinds if verb_length == longest else {})
    return Term(" ".join(tokens[:longest]), kinds, _form(tokens[0]) if "verb" in kinds else ""), longest


def _walk(node: _Node, tokens: Sequence[str], spell: Any) -> tuple[int, dict[str, str]]:
    best: tuple[int, dict[str, str]] = (0, {})
    for number, token in enumerate(tokens, start=1):
        following = node.next.get(spell(token)) or node.next.get(token)
        if following is None:
            break
        node = following
        if node.kinds:
            best = number, node.kinds
    return best


def _disambiguated(terms: list[Term]) -> list[Term]:
    """The terms with "left" and "right" as a hand or as a way, and without adjectives that only might name a finger."""
    terms = [
        term
        for place, term in enumerate(terms)
        if term.text not in ("long", "small", "little") or _is_listed(terms[place + 1 : place + 2])
    ]
    return [
        Term(term.text, {"way": term.text} if not _is_hand(terms, place) else {"side": term.text})
        if term.text in ("left", "right") and "verb" not in term
        else term
        for place, term in enumerate(terms)
    ]


def _is_listed(following: Sequence[Term]) -> bool:
    """Whether a word goes on as one of several fingers does: "the long and ring fingers"."""
    return bool(following) and (
        following[0].text in (",", "and", "or") or bool({"finger", "noun"} & set(following[0].kinds))
    )


def _is_hand(terms: Sequence[Term], place: int) -> bool:
    """Whether left or right names a hand: a part of it follows, or an article goes before it."""
    for following in terms[place + 1 :]:
        if any(kind in following for kind in ("finger", "noun", "one", "possessive")):
            return True
        if not ("state" in following or "number" in following or following.text == "other"):
            break
    before = terms[place - 1] if place else None
    return before is not None and ("det" in before or before.text in ("both",))


def _split(phrases: str) -> list[str]:
    return [phrase.strip() for phrase in phrases.split(";") if phrase.strip()]


def _forms(verb: str) -> dict[str, str]:
    """The other forms of a regular verb, with which each is."""
    stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
    stem += verb[-1] if verb in words.DOUBLED else ""
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "o")) else "s")
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return {third[:-2] + "ies": "s", stem[:-1] + "ied": "ed", stem + "ing": "ing"}
    return {third: "s", stem + "ed": "ed", stem + "ing": "ing"}


def _grow(root: _Node, phrase: str, kind: str, value: str) -> None:
    node = root
    for word in phrase.split():
        node = node.next.setdefault(word, _Node())
    node.kinds.setdefault(kind, value)


def _phrases() -> _Node:
    root = _Node()
    tables: dict[str, Mapping[str, str]] = {
        "finger": words.FINGER_WORDS, "noun": words.NOUNS, "state": words.FINGER_STATES, "position": words.POSITIONS,
        "distance": words.DISTANCES, "way": {**words.DIRECTIONS, **words.RETURNS}, "speed": words.SPEEDS,
        "when": words.WHENS, "link": words.LINKS, "manner": words.MANNERS, "joint": words.JOINT_WORDS,
        "quantifier": words.QUANTIFIERS,
    }  # fmt: skip
    for kind, table in tables.items():
        for value, phrases in table.items():
            for phrase in _split(phrases):
                _grow(root, phrase, kind, value)
    for phrase in _split(words.NEGATIONS):
        _grow(root, phrase, "not", "not")
    for kind, phrases in words.SMALL_WORDS.items():
        for phrase in _split(phrases):
            _grow(root, phrase, kind, phrase)
    for word, count in words.NUMBERS.items():
        _grow(root, word, "number", str(count))
    alone = {
        "side": ("left", "right"),
        "possessive": ("'s", "'"),
        "times": ("times", "time", "times over", "times each"),
        "comma": (",", "(", ")", ":"),
        "dash": ("-", "–", "—", "--"),
    }
    for kind, marks in alone.items():
        for mark in marks:
            _grow(root, mark, kind, mark)
    _grow(root, "twice", "count", "2")
    _grow(root, "twice each", "count", "2")
    _grow(root, "once", "count", "1")
    _grow(root, "thrice", "count", "3")
    return root


_PHRASES: Final = _phrases()
_VERBS: Final = _Node()
_LEMMAS: Final[dict[str, tuple[str, str]]] = {}
_PARTS: Final = {
    word.split()[0] for phrases in (*words.FINGER_WORDS.values(), *words.NOUNS.values()) for word in _split(phrases)
} | {"one"}


def _fill_verbs() -> None:
    for kind, phrases in words.VERBS.items():
        for phrase in _split(phrases):
            _grow(_VERBS, phrase, "verb", kind)
            verb = phrase.split()[0]
            for form, which in _forms(verb).items():
                _LEMMAS.setdefault(form, (verb, which))
    for form, verb in words.IRREGULAR.items():
        _LEMMAS[form] = (verb, "s" if verb in ("be", "do", "have") or form == "goes" else "ed")


def _lemma(token: str) -> str:
    return _LEMMAS[token][0] if token in _LEMMAS else token


def _form(token: str) -> str:
    return _LEMMAS[token][1] if token in _LEMMAS else ""


_fill_verbs()
_LONGEST: Final = 8
"""Tokens of the longest phrase."""
