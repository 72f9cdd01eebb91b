"""Captions of many clips: how true they are, how long, whether levels differ, and whether clips sound the same.

What belongs here: figures over clips, level by level. What does not: the audit of one caption (`audit`).

Clips stream through: of each caption only counts and a 64-bit hash of its three texts are kept.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handx_core.captioning.audit import CRITICAL, audit_caption
from handx_core.captioning.clip_truth import clip_truth
from handx_core.captioning.rules import Caption


@dataclass(frozen=True)
class LevelAudit:
    """Figures of one level over all clips.

    precision, critical_recall, event_recall: of all claims and items together. grounding: mean over clips. words:
    median of the three texts together. repeats: share of clips that say the same as at the level below. identical:
    share of clips whose three texts another clip has as well. flags: how many captions have one of each kind.
    """

    level: int
    clips: int
    precision: float
    critical_recall: float
    event_recall: float
    grounding: float
    words: float
    repeats: float
    identical: float
    flags: Mapping[str, int]


@dataclass
class _Sums:
    """What is kept of a level while clips stream through."""

    clips: int = 0
    claims: int = 0
    true: int = 0
    critical: int = 0
    critical_missing: int = 0
    items: int = 0
    missing: int = 0
    grounding: float = 0.0
    repeats: int = 0
    words: Counter[int] = field(default_factory=Counter)
    triples: Counter[int] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)


def audit_set(clips: Iterable[tuple[Sequence[Caption], Mapping[str, Any]]]) -> list[LevelAudit]:
    """Audit the captions of many clips, each with its clip's events; one result for each level, in order."""
    sums: dict[int, _Sums] = {}
    for captions, events in clips:
        truth = clip_truth(events)
        critical = sum(item.kind in CRITICAL for item in truth.items)
        before = 0
        for caption in sorted(captions, key=lambda caption: caption.level):
            found, of_level = audit_caption(caption, truth), sums.setdefault(caption.level, _Sums())
            triple = _hash(caption)
            of_level.clips += 1
            of_level.claims += len(found.claims)
            of_level.true += len(found.claims) - len(found.unsupported)
            of_level.critical += critical
            of_level.critical_missing += sum(item.kind in CRITICAL for item in found.missing)
            of_level.items += len(truth.items)
            of_level.missing += len(found.missing)
            of_level.grounding += found.grounding
            of_level.repeats += triple == before
            of_level.words[found.words] += 1
            of_level.triples[triple] += 1
            of_level.flags.update({flag.kind for flag in found.flags})
            before = triple
    return [_result(level, of_level) for level, of_level in sorted(sums.items())]


def _hash(caption: Caption) -> int:
    texts = "\n".join((caption.left, caption.right, caption.interaction))
    return int.from_bytes(hashlib.blake2b(texts.encode(), digest_size=8).digest(), "little")


def _result(level: int, sums: _Sums) -> LevelAudit:
    return LevelAudit(
        level=level,
        clips=sums.clips,
        precision=sums.true / sums.claims if sums.claims else 0.0,
        critical_recall=1 - sums.critical_missing / sums.critical if sums.critical else 1.0,
        event_recall=1 - sums.missing / sums.items if sums.items else 1.0,
        grounding=sums.grounding / sums.clips,
        words=_median(sums.words),
        repeats=sums.repeats / sums.clips,
        identical=sum(count for count in sums.triples.values() if count > 1) / sums.clips,
        flags=dict(sums.flags),
    )


def _median(counts: Counter[int]) -> float:
    """The median of values that are counted, without listing them."""
    total, passed, low = sum(counts.values()), 0, None
    for value in sorted(counts):
        passed += counts[value]
        if low is None and 2 * passed >= total:
            low = value
        if 2 * passed > total:
            return (low + value) / 2 if low is not None else value
    return 0.0
