"""Whether a caption is true: every claim of it held against the events, and what it leaves out.

What belongs here: the scores and flags of a caption. What does not: reading it (`claims.reader`), the truth of one
claim (`claims.judge`), and many captions at once (`audit_set`).

Precision is the share of a caption's claims that are true. Recall is the share of `clip_truth` items behind a true
claim; a claim about several fingers counts for all of them. Items, that is events worth telling: contacts (each hold of
Contact), hyperextensions (of a finger, over its joints), changes (a finger bends or straightens, over its joints that
do so together; neighbouring fingers spread or close; the palms' distance or relative position changes), movements of a
wrist along an axis, and states that last all through the clip (of a finger, of neighbouring fingers' spread, of the
palms' distance or position; a tip that is near the other palm and never touches it). States between changes are implied
by these, and how a tip comes to the palm that it touches is implied by the contact.

Grounding is the F measure of precision and the recall of contacts and hyperextensions, which no level may leave out: an
arithmetic mean would give half a mark for a caption that says nothing true but names all, or one true thing but no
contact; the F measure gives none. The recall of all events is not part of it: concise levels are meant to be short.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

from handx_core.captioning.claims.claim import Claim
from handx_core.captioning.claims.judge import Verdict, judge_all
from handx_core.captioning.claims.parts import OTHER
from handx_core.captioning.claims.reader import parse_claims
from handx_core.captioning.claims.sentences import split_sentences
from handx_core.captioning.claims.terms import sentence_terms
from handx_core.captioning.clip_truth import ClipTruth, Item, clip_truth
from handx_core.captioning.invented_words import INVENTED
from handx_core.captioning.rules import Caption

SIDES: Final = ("left", "right", "interaction")
CRITICAL: Final = ("contact", "hyperextension")
"""Kinds of items that no level may leave out."""

WORDS: Final = {1: (8, 60), 2: (12, 90), 3: (20, 150), 4: (30, 220), 5: (40, 550)}
"""Fewest and most words of a level's three texts: well about the medians of 20, 35, 60, 100 and 180 that are aimed at,
since a still clip takes few words at any level and one with many contacts takes many."""

MIX_UP: Final = "mix-up"

_WORDS_TO_A_CLAIM: Final = 12
"""A text with as many claims as one to so many words is English about hands: its words need not be counted."""

_KNOWN_SHARE: Final = 0.4
"""Share of words in the vocabulary below which a text is not English about hands."""


class CheckedClaim(NamedTuple):
    """A claim with the text that it stands in ("left", "right" or "interaction") and the verdict on it."""

    side: str
    claim: Claim
    verdict: Verdict


@dataclass(frozen=True)
class Flag:
    """Something wrong with a caption. kind: "mix-up", "intent", "hedge", "object", "empty", "language", "frames" or
    "length"."""

    kind: str
    detail: str


@dataclass(frozen=True)
class CaptionAudit:
    """What a caption says and leaves out. items: how many a full caption tells; critical: of these, contacts and
    hyperextensions. missing: items that no true claim tells. Recalls are 1 where there is nothing to recall; precision
    is 0 where nothing is claimed."""

    claims: tuple[CheckedClaim, ...]
    items: int
    critical: int
    missing: tuple[Item, ...]
    flags: tuple[Flag, ...]
    words: int

    @property
    def precision(self) -> float:
        """Share of the claims that are true."""
        return 1 - len(self.unsupported) / len(self.claims) if self.claims else 0.0

    @property
    def critical_recall(self) -> float:
        """Share of the contacts and hyperextensions that are told."""
        return 1 - len(self.missing_critical) / self.critical if self.critical else 1.0

    @property
    def event_recall(self) -> float:
        """Share of the items that are told."""
        return 1 - len(self.missing) / self.items if self.items else 1.0

    @cached_property
    def grounding(self) -> float:
        """F measure of precision and the recall of contacts and hyperextensions, from 0 to 1."""
        precision, recall = self.precision, self.critical_recall
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    @cached_property
    def missing_critical(self) -> tuple[Item, ...]:
        """The contacts and hyperextensions that are not told."""
        return tuple(item for item in self.missing if item.kind in CRITICAL)

    @cached_property
    def unsupported(self) -> tuple[CheckedClaim, ...]:
        """The claims that are not true."""
        return tuple(checked for checked in self.claims if not checked.verdict.supported)


def is_grounded(found: CaptionAudit, bar: float) -> bool:
    """Whether a caption is true enough to train on: its grounding reaches the bar, and it mixes no hands up, which may
    make few of its claims false and still is the worst thing to learn. A bar of 0 lets everything pass."""
    return bar <= 0 or (found.grounding >= bar and all(flag.kind != MIX_UP for flag in found.flags))


def audit_caption(caption: Caption, events: Mapping[str, Any] | ClipTruth) -> CaptionAudit:
    """Hold a caption against a clip's events. events: valid against prompts/events.schema.json, or what
    `clip_truth` makes of them, where several captions of a clip are audited."""
    truth = events if isinstance(events, ClipTruth) else clip_truth(events)
    texts = [_Text(side, text, len(text.split())) for side in SIDES for text in [getattr(caption, side)]]
    checked = [
        CheckedClaim(text.side, claim, verdict)
        for text in texts
        for claims in [parse_claims(text.text, text.side)]
        for claim, verdict in zip(claims, judge_all(claims, truth), strict=True)
    ]
    words = sum([text.words for text in texts])
    told = frozenset().union(*[one.verdict.ids for one in checked if one.verdict.supported])
    return CaptionAudit(
        claims=tuple(checked),
        items=len(truth.items),
        critical=len([item for item in truth.items if item.kind in CRITICAL]),
        missing=tuple([item for item in truth.items if item.ids.isdisjoint(told)]),
        flags=(*_flags(texts, checked, truth), *_length(words, caption.level)),
        words=words,
    )


class _Text(NamedTuple):
    """What a caption says of a side, and in how many words."""

    side: str
    text: str
    words: int


def _flags(texts: Sequence[_Text], checked: Sequence[CheckedClaim], truth: ClipTruth) -> Iterator[Flag]:
    for one in checked:
        if not one.verdict.supported and _true_of_the_other(one.claim, truth):
            yield Flag(MIX_UP, f"{one.side}: {one.claim.text}: true of the other hand")
        for kind, first, last in one.claim.frames:
            if first >= truth.n_frames or last > truth.n_frames + 1 or (kind == "span" and last <= first):
                yield Flag("frames", f"{one.side}: frames {first} to {last - 1} of {truth.n_frames}")
    about = [one.side for one in checked]
    in_one = not any(text.words for text in texts[:-1])  # as labels say it, of both hands
    for side, text, words in texts[-1:] if in_one else texts:
        if not words:
            yield Flag("empty", side)
            continue
        if about.count(side) * _WORDS_TO_A_CLAIM < words and not _is_known(text):
            yield Flag("language", side)
        for kind, word in invented(text):
            yield Flag(kind, f"{side}: {word}")


def _length(words: int, level: int) -> Iterator[Flag]:
    fewest, most = WORDS[level]
    if not fewest <= words <= most:
        yield Flag("length", f"{words} words at level {level}")


def _true_of_the_other(claim: Claim, truth: ClipTruth) -> bool:
    """Whether a false claim is true with the hands exchanged; what is symmetric cannot be."""
    subject = tuple((OTHER[hand], thing) for hand, thing in claim.subject)
    other = tuple((OTHER[hand], thing) for hand, thing in claim.object)
    if claim.negated or {*subject} == {*claim.subject} or claim.what in ("position", "distance", "approach", "part"):
        return False
    return judge_all([replace(claim, subject=subject, object=other, order=None)], truth)[0].supported


@lru_cache(maxsize=20_000)
def _is_known(text: str) -> bool:
    """Whether most of a text's words are of the vocabulary."""
    known = sum(_known_words(sentence) for sentence, *_ in split_sentences(text))
    return known >= _KNOWN_SHARE * len(re.findall(r"\w+", text))


@lru_cache(maxsize=20_000)
def _known_words(sentence: str) -> int:
    return sum(len(re.findall(r"\w+", term.text)) for term in sentence_terms(sentence) if "unknown" not in term)


def invented(text: str) -> list[tuple[str, str]]:
    """The words of a text that events cannot say, with their kind: "intent", "hedge" or "object"."""
    if not any(_is_doubtful(written) for *_, written in split_sentences(text)):
        return []
    return [(kind, found[0]) for kind, pattern in _INVENTED.items() for found in pattern.finditer(text.lower())]


_EVERYDAY: Final = frozenset({"a", "an", "as", "in", "of", "on", "that", "the", "to"})


@lru_cache(maxsize=50_000)
def _is_doubtful(sentence: str) -> bool:
    """Whether a sentence may hold one of the phrases: quick to find out, and true of few."""
    return any(map(_is_telling, _WORD.findall(sentence.lower())))


_WORD: Final = re.compile(r"[^\W\d]\w*")


@lru_cache(maxsize=20_000)
def _is_telling(word: str) -> bool:
    return bool(_TELLING.fullmatch(word))


def _phrases(told: str) -> list[str]:
    """The phrases, longest first."""
    return sorted((phrase.strip() for phrase in told.split(";") if phrase.strip()), key=len, reverse=True)


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile(
        r"\b(?:" + "|".join(re.escape(p).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for p in phrases) + r")\b"
    )


_INVENTED: Final = {kind: _pattern(_phrases(told)) for kind, told in INVENTED.items()}
_TELLING: Final = _pattern(
    max((word for word in phrase.split() if word not in _EVERYDAY), key=len)
    for told in INVENTED.values()
    for phrase in _phrases(told)
)
"""Of each phrase a word that is not in every text."""
