"""A text sentence by sentence, spelled as the vocabulary is, with marks in place of the frames that it states.

What belongs here: where sentences end, how they are spelled, and their numbers. What does not: what mentions of frames
mean (`frames`), and words (`terms`).
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from handx_core.captioning.claims.frames import Frames, with_marks


class Spelled(NamedTuple):
    """A sentence, spelled as the vocabulary is and with marks for mentions of frames. frames: what these state.
    written: as it stands in the text, every number a 0."""

    sentence: str
    frames: list[tuple[Frames, ...]]
    written: str


@lru_cache(maxsize=4_000)
def split_sentences(text: str) -> list[Spelled]:
    """The sentences of a text."""
    between = _NUMBER.split(text)
    numbers = [number[:_DIGITS] for number in between[1::2]]
    found = []
    at = 0
    for part in _ENDS.split("0".join(between[::2])):
        own = numbers[at : at + part.count("0")] if numbers else []
        at += len(own)
        if part and not part.isspace():
            sentence, mentions = _pattern(part)
            if sentence:
                frames = [tuple([told.of(own) for told in mention]) for mention in mentions]
            else:
                sentence, frames = _with_marks(_numbered(part, iter(own)))
            found.append(Spelled(sentence, frames, part))
    return found


_NUMBER: Final = re.compile(r"(\d+)")
_DIGITS: Final = 9
"""Digits of a number that are read: no frame or count has more, and what a model writes may be of any length."""
_ENDS: Final = re.compile(r"[.;!?\n]+\s*")
_MARK: Final = re.compile(r"#(\d+)#")
_STAND_IN: Final = 1_000_000
"""Times the place of a number in its sentence, what stands for it where it is no matter which number it is."""


class _Told(NamedTuple):
    """Frames as told by numbers of a sentence: of each bound the number's place, its factor, and what is added."""

    kind: str
    first: tuple[int, int, int]
    last: tuple[int, int, int]

    def of(self, numbers: Sequence[str]) -> Frames:
        """The frames that some numbers tell."""
        (at, factor, more), (end, end_factor, end_more) = self.first, self.last
        first = factor * int(numbers[at]) + more if factor else more
        return self.kind, first, end_factor * int(numbers[end]) + end_more if end_factor else end_more

    def behind(self, numbers: int) -> "_Told":
        """The same where so many numbers are told before."""
        (at, *first), (end, *last) = self.first, self.last
        return _Told(self.kind, (at + numbers, first[0], first[1]), (end + numbers, last[0], last[1]))


@lru_cache(maxsize=50_000)
def _pattern(part: str) -> tuple[str, list[tuple[_Told, ...]]]:
    """A sentence in which every number is 0, with marks, and how its numbers tell what they stand for; ("", []) where
    numbers say more than frames."""
    spelled: list[str] = []
    found: list[tuple[_Told, ...]] = []
    at = 0
    for piece in pieces(part):
        known = _piece(piece)
        if known is None:
            return _told(part) or ("", [])
        text, mentions = known
        for mention in mentions:
            text = text.replace("#0#", f"#{len(found)}#")
            found.append(tuple([told.behind(at) for told in mention]))
        spelled.append(text)
        at += piece.count("0")
    return "".join(spelled).strip(), found


def pieces(sentence: str) -> list[str]:
    """A sentence cut at its commas and brackets: most new sentences are of pieces that were read before."""
    return _PIECES.findall(sentence)


_PIECES: Final = re.compile(r"\([^()]*\)|[,(]?[^,(]+|[,(]")


@lru_cache(maxsize=20_000)
def _piece(piece: str) -> tuple[str, list[tuple[_Told, ...]]] | None:
    """A piece as `_pattern` gives a sentence; None if what it is depends on the pieces beside it.

    Nothing that is spelled otherwise goes beyond a comma or a bracket, and no mention of frames beyond a bracket.
    """
    if "#" in piece or _SHORT.search(piece.lower()):
        return None
    if piece[0] == "(":
        found = _told(piece) if piece[-1] == ")" else None
        return found if found is not None and len(found[1]) < 2 else None
    spelled = _spelled(piece)
    return None if "frame" in spelled or "0" in spelled else (spelled, [])


def _told(part: str) -> tuple[str, list[tuple[_Told, ...]]] | None:
    """What `_pattern` gives, of a sentence as a whole; None where numbers say more than frames."""
    sentence, mentions = _with_marks(_numbered(part, map(str, itertools.count(_STAND_IN, _STAND_IN))))
    if any(len(number) > 2 for number in _NUMBER.findall(sentence)):
        return None
    return sentence, [
        tuple([_Told(kind, _by_number(first), _by_number(last)) for kind, first, last in mention])
        for mention in mentions
    ]


def _numbered(part: str, numbers: Iterator[str]) -> str:
    """A sentence with other numbers."""
    return _NUMBER.sub(lambda _: next(numbers), part)


def _by_number(frame: int) -> tuple[int, int, int]:
    """The place of the number that a frame is told by, its factor and what is added; factor 0 if by none."""
    place = round(abs(frame) / _STAND_IN)
    factor = 0 if place == 0 else 1 if frame > 0 else -1
    return max(place - 1, 0), factor, frame - factor * place * _STAND_IN


def _with_marks(part: str) -> tuple[str, list[tuple[Frames, ...]]]:
    """A sentence, spelled as the vocabulary is, with marks for mentions of frames, and what these state, in order."""
    frames: list[tuple[Frames, ...]] = []
    part = with_marks(_spelled(part), frames)
    numbers = [int(number) for number in _MARK.findall(part)] if frames else []
    places = itertools.count()
    part = _MARK.sub(lambda _: f"#{next(places)}#", part) if numbers else part
    return part.strip(), [frames[number] for number in numbers]


_CLIP: Final = (
    "clip|sequence|recording|video|animation|footage|take|segment|window|motion|movement|action|performance|scene|"
    "interval|period|passage|shot|excerpt|course of events"
)
_CLIP_WORDS: Final = _CLIP.split("|")
_OF_CLIP: Final = re.compile(rf"\b(?:of|in|into|within) (?:the|this) (?:{_CLIP})\b(?! of)")
_ALL_CLIP: Final = re.compile(
    rf"\b((?:throughout|during|through|over|across|for|in|of) (?:the|this)|the)( whole| entire| full| complete)? "
    rf"(?:{_CLIP})\b(?! (?:of|to the (?:left|right)|(?:up|down|left|right|for|back)wards?|up|down|away|towards?)\b)"
)


_MIDDLE: Final = re.compile(rf"\bmiddle of(?= (?:the|this) (?:{_CLIP})\b)")
_BEGIN_CLIP: Final = re.compile(r"\b(?:open|begin|start)s? the clip\b")
_END_CLIP: Final = re.compile(r"\b(?:end|close|conclude|finish)(?:e?s)? the clip\b")
_SPELLED: Final = {
    "#": " ", "’": "'", "earliest": "first",
    "latest": "last", "cannot": "can not", "not until": "only after", "out of contact": "not in contact",
    "into fists": "into a fist", "in fists": "in a fist",
}  # fmt: skip


_SHORT: Final = re.compile(r"\b([lr])(?:(h)\b|(?=\s+(?:hand|wrist|palm|fist|thumb|index|middle|ring|pinky|finger)))")


def _spelled(text: str) -> str:
    """The text in small letters, without hyphens within words, and with one word for the clip."""
    text = text.lower()
    for said, meant in _SPELLED.items():
        if said in text:
            text = text.replace(said, meant)
    if any(short in text for short in (" l ", " r ", "lh ", "rh ")) or text.startswith(("l ", "r ")):
        text = _SHORT.sub(lambda found: ("left" if found[1] == "l" else "right") + (" hand" if found[2] else ""), text)
    if "-" in text or "‑" in text:
        text = re.sub(r"(?<=[a-z])[-‑](?=[a-z])", " ", text)
    if not any(word in text for word in _CLIP_WORDS):
        return text
    text = _OF_CLIP.sub("", _MIDDLE.sub("midpoint of", text))
    text = _ALL_CLIP.sub(lambda found: f"{found[1].replace('this', 'the')}{found[2] or ''} clip", text)
    return _END_CLIP.sub(" at the end", _BEGIN_CLIP.sub(" at the start", text))
