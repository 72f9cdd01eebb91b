"""A text as terms: words and phrases of the vocabulary with all that each may mean, sentence by sentence.

What belongs here: tokens, the other forms of verbs, the longest phrase at each place, frame numbers, and whether "left"
is a hand or a way. What does not: which words there are (`words`) and what terms say together (`reader`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Final

from handx_core.captioning.claims import time_words as times
from handx_core.captioning.claims import verbs as verbs
from handx_core.captioning.claims import words as words
from handx_core.captioning.claims.frames import Frames
from handx_core.captioning.claims.sentences import pieces
from handx_core.captioning.claims.time_words import split


class Term(dict[str, str]):
    """A word or phrase, as a mapping of what it may be ("verb", "finger", ...) to what it says as that.

    A mapping since nothing is asked more often than whether a term is of a kind. text: as it stands in the sentence.
    form: "s", "ed", "ing", "noun" or "" of a verb. frames: those that it states.
    """

    __slots__ = ("form", "frames", "text")

    def __init__(self, text: str, kinds: Mapping[str, str], form: str = "", frames: tuple[Frames, ...] = ()) -> None:
        super().__init__(kinds)
        self.text, self.form, self.frames = text, form, frames

    def says(self, kind: str) -> str:
        """What it says as a term of a kind; "" if it is none."""
        return self.get(kind, "")

    def put(self, kinds: Mapping[str, str] | None = None, form: str | None = None) -> "Term":
        """The same word as other kinds, or in another form."""
        return Term(self.text, self if kinds is None else kinds, self.form if form is None else form, self.frames)


Terms = Sequence[Term]


def next_of(terms: Terms, at: int, *kinds: str) -> int:
    """The place of the next term that is of one of the kinds, from a place on; the end where there is none."""
    return next((place for place in range(at, len(terms)) if not terms[place].keys().isdisjoint(kinds)), len(terms))


@dataclass
class _Node:
    """A place in a tree of phrases, by their words."""

    next: dict[str, "_Node"] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


def sentence_terms(sentence: str) -> tuple[Term, ...]:
    """The terms of a sentence in which mentions of frames are marks."""
    return tuple([term for part in parts_of(sentence) for term in part_terms(part)])


def parts_of(sentence: str) -> list[str]:
    """The sentence in pieces of which each has the same terms in any sentence; as a whole if it has not."""
    found = pieces(sentence)
    return found if all(map(_stands_alone, found)) else [sentence]


@lru_cache(maxsize=20_000)
def part_terms(part: str) -> tuple[Term, ...]:
    """The terms of one of `parts_of` a sentence; the same comes again in many captions."""
    return tuple(_disambiguated(list(_terms(_TOKEN.findall(part)))))


@lru_cache(maxsize=20_000)
def _stands_alone(piece: str) -> bool:
    """Whether no phrase may go on beyond the end of a piece, and no term depends on what follows on that."""
    tokens = _TOKEN.findall(piece)
    words = " ".join(tokens)
    goes_on = bool(tokens) and tokens[-1] in _BEFORE_COMMA
    return not goes_on and _SMALL.isdisjoint(tokens) and not any(phrase in words for phrase in _THEN_OR_AFTER)


def with_frames(terms: Sequence[Term], frames: Sequence[tuple[Frames, ...]]) -> list[Term]:
    """The terms with the frames that their marks stand for."""
    if not frames:
        return list(terms)
    return [Term(term.text, term, frames=frames[int(term.text[1:-1])]) if "frames" in term else term for term in terms]


_TOKEN: Final = re.compile(r"#\d+#|[a-z]+(?=n't)|n't|[a-z]+|'s?|\d+|[,:()]|[-–—]+")


def _terms(tokens: Sequence[str]) -> Iterator[Term]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token[0] == "#":
            yield Term(token, {"frames": ""})
            at += 1
            continue
        before = tokens[at - 1] if at and token == "left" else ""
        found, length = _longest(tuple(tokens[at : at + _reach(token)]), before)
        yield from found
        at += length


@lru_cache(maxsize=20_000)
def _reach(token: str) -> int:
    """How many tokens need be looked at for the longest phrase that begins with one."""
    verb = _VERBS.next.get(_lemma(token)) or _VERBS.next.get(token)
    phrase = _PHRASES.next.get(token)
    return _LONGEST if verb is not None or (phrase is not None and phrase.next) else 1


@lru_cache(maxsize=100_000)
def _longest(tokens: tuple[str, ...], before: str) -> tuple[tuple[Term, ...], int]:
    """The longest phrase that the tokens begin with, in all its meanings, and how many of them it takes.

    A verb of several words may have adverbs in it, as in "comes quickly into contact"; they are the next terms.
    """
    length, found = _walk(tokens)
    kinds: Mapping[str, str] = found
    while (
        length > 1
        and tokens[length - 1] in ("left", "right", "middle")
        and tokens[length : length + 1]
        and tokens[length] in _PARTS
    ):
        length, kinds = _walk(tokens[: length - 1])
    while length > 1 and tokens[length - 1] in ("in", "on") and _walk(tokens[length - 1 :])[0] > 1:
        length, kinds = _walk(tokens[: length - 1])
    verb = _verb(tokens) if tokens[0] != "left" or before in ("has", "have", "had", "having") else None
    longest = max(length, verb.length if verb else 0)
    if not longest:
        return _unknown(tokens[0]), 1
    between: tuple[Term, ...] = ()
    if verb and verb.length == longest:
        kinds = {**(kinds if length == longest else {}), **verb.kinds}
        between = tuple(term for term in _terms(verb.between) if "det" not in term)
    return (Term(" ".join(tokens[:longest]), kinds, _form(tokens[0]) if "verb" in kinds else ""), *between), longest


@dataclass(frozen=True, slots=True)
class _Verb:
    """A verb found in a text: how many tokens it takes, with those between its words, and its meanings."""

    length: int
    kinds: Mapping[str, str]
    between: tuple[str, ...]


def _verb(tokens: tuple[str, ...]) -> _Verb | None:
    """The longest verb that the tokens begin with, if its last word does not begin a phrase: "sit | on top of"."""
    node, best = _VERBS, None
    between: list[str] = []
    for number, token in enumerate(tokens, start=1):
        following = node.next.get(_lemma(token)) or node.next.get(token)
        if following is None:
            if number == 1 or len(between) == 3 or not (token.endswith("ly") or token in words.BETWEEN):
                break
            between.append(token)
            continue
        node = following
        if node.kinds and (number == 1 or _walk(tokens[number - 1 :])[0] < 2):
            best = _Verb(number, node.kinds, tuple(between))
    return best


def _unknown(token: str) -> tuple[Term, ...]:
    """A number, or a word that may be a verb by its ending; other words outside the vocabulary say nothing."""
    if token.isdigit():
        return (Term(token, {"number": token}),)
    for ending in ("ing", "ed", "s"):
        if token.endswith(ending) and len(token) > len(ending) + 2 and not token.endswith(("ss", "us", "ness")):
            return (Term(token, {"unknown": token}, ending),)
    return ()


def _walk(tokens: Sequence[str]) -> tuple[int, dict[str, str]]:
    """The longest phrase, but for verbs, that the tokens begin with: how many of them it takes, and its meanings."""
    node = _PHRASES
    best: tuple[int, dict[str, str]] = (0, {})
    for number, token in enumerate(tokens, start=1):
        following = node.next.get(token)
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
        if (term.text == "small" and place and terms[place - 1].says("verb") == "be")
        or term.text not in _SMALL
        or (term.text != "little" and terms[place + 1 : place + 2] and terms[place + 1].text == "one")
        or (_is_listed(terms[place + 1 : place + 2]) and not (place and terms[place - 1].says("verb") == "occurs"))
    ]
    terms = [_last_as_verb(term, terms[place + 1 : place + 2]) for place, term in enumerate(terms)]
    terms = [_right_after(terms, at) if term.text in _THEN_OR_AFTER else term for at, term in enumerate(terms)]
    return [
        Term(term.text, {"way": term.text} if not _is_hand(terms, place) else {"side": term.text})
        if term.text in ("left", "right") and "verb" not in term
        else term
        for place, term in enumerate(terms)
    ]


_SMALL: Final = frozenset({"long", "small", "little"})
"""Adjectives that name a finger where another is named next."""
_THEN_OR_AFTER: Final = {*split(times.LINKS["then"])} & {*split(times.LINKS["after"])}


def _right_after(terms: Sequence[Term], place: int) -> Term:
    """ "Right after" as "then" if it ends a phrase, or opens one that goes on to tell; else as "after"."""
    term, rest = terms[place], terms[place + 1 :]
    comma = next((at for at, one in enumerate(rest) if "comma" in one), 0)
    told = bool(comma) and any("verb" in one for one in rest[:comma])
    goes_on = comma > 1 and any("det" in one for one in rest[comma + 1 : comma + 2])
    told |= goes_on and all(not _NAMES.isdisjoint(one) for one in rest[:comma])
    begun = place == 0 or bool({"comma", "link"} & terms[place - 1].keys())
    names = bool(rest) and (rest[0].form == "ing" or not _NAMES.isdisjoint(rest[0]))
    return Term(term.text, {"link": "after"}) if names and (told if begun else True) else term


_NAMES: Final = frozenset({"det", "side", "finger", "noun", "pronoun", "quantifier"})


def _last_as_verb(term: Term, following: Sequence[Term]) -> Term:
    """ "Last" is a verb only if it is said how long."""
    if term.text != "last" or (following and {"frames", "when"} & following[0].keys()):
        return term
    return Term(term.text, {kind: said for kind, said in term.items() if kind != "verb"})


def _is_listed(following: Sequence[Term]) -> bool:
    """Whether a word goes on as one of several fingers does: "the long and ring fingers"."""
    return bool(following) and (
        following[0].text in (",", "and", "or") or bool({"finger", "noun"} & following[0].keys())
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
        "link": times.LINKS, "manner": times.MANNERS, "joint": words.JOINT_WORDS, "quantifier": words.QUANTIFIERS,
        "axis": words.AXES, "compared": words.COMPARED, "bound": words.BOUNDS,
    }  # fmt: skip
    for kind, table in tables.items():
        for value, phrases in table.items():
            for phrase in split(phrases):
                _grow(root, phrase, kind, value)
    for value, widths in words.WIDTHS.items():
        for width, noun in product(widths.split(), ("distance", "gap", "space", "separation", "spacing", "room")):
            for frame in (
                "{}",
                "a {}",
                "at a {}",
                "a {} apart",
                "at a {} apart",
                "a {} from",
                "at a {} from",
                "at {}",
                "the {}",
            ):
                _grow(root, frame.format(f"{width} {noun}"), "distance", value)
    for phrase, value in times.whens():
        _grow(root, phrase, "when", value)
    for phrase in split(words.NEGATIONS):
        _grow(root, phrase, "not", "not")
    for kind, phrases in words.SMALL_WORDS.items():
        for phrase in split(phrases):
            _grow(root, phrase, kind, phrase)
    for word, count in words.NUMBERS.items():
        _grow(root, word, "number", str(count))
    alone = {
        "side": ("left", "right"),
        "possessive": ("'s", "'"),
        "times": (
            "times",
            "time",
            "times over",
            "times each",
            "occasions",
            "occasion",
            "times in total",
            "times in all",
            "times in a row",
            "times altogether",
            "repetitions",
            "times in succession",
            "cycles",
        ),
        "comma": (",", "(", ")", ":"),
        "dash": ("-", "–", "—", "--"),
    }
    for kind, marks in alone.items():
        for mark in marks:
            _grow(root, mark, kind, mark)
    for phrase in (
        "a single time",
        "just once",
        "only once",
        "one time",
        "on one occasion",
        "only one time",
        "one single time",
    ):
        _grow(root, phrase, "count", "1")
    for word in ("first", "second", "third", "fourth", "last", "final"):
        for frame in ("for the {} time", "the {} time", "for the very {} time"):
            _grow(root, frame.format(word), "nth", word)
    _grow(root, "twice", "count", "2")
    _grow(root, "twice each", "count", "2")
    _grow(root, "once", "count", "1")
    _grow(root, "thrice", "count", "3")
    return root


def _before_comma(node: _Node) -> Iterator[str]:
    for word, following in node.next.items():
        if "," in following.next:
            yield word
        yield from _before_comma(following)


_PHRASES: Final = _phrases()
_VERBS: Final = _Node()
_LEMMAS: Final[dict[str, tuple[str, str]]] = {}
_BEFORE_COMMA: Final = frozenset(_before_comma(_PHRASES))
"""Words behind which a phrase may go on beyond a comma: "side by side, not crossed"."""
_PARTS: Final = {
    word.split()[0] for phrases in (*words.FINGER_WORDS.values(), *words.NOUNS.values()) for word in split(phrases)
} | {"one", "joint", "joints"}


def _fill_verbs() -> None:
    for kind, phrases in verbs.VERBS.items():
        for phrase in split(phrases):
            _grow(_VERBS, phrase, "verb", kind)
            verb = phrase.split()[0]
            for form, which in verbs.forms(verb):
                _LEMMAS.setdefault(form, (verb, which))
    for form, verb in verbs.IRREGULAR.items():
        _LEMMAS[form] = (verb, "s" if verb in ("be", "do", "have") or form == "goes" else "ed")


def _lemma(token: str) -> str:
    return _LEMMAS[token][0] if token in _LEMMAS else token


def _form(token: str) -> str:
    return _LEMMAS[token][1] if token in _LEMMAS else ""


_fill_verbs()
_LONGEST: Final = 8
"""Tokens of the longest phrase."""
