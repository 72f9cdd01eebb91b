"""The rule-based writer: five levels of text from the events alone, with no model and no network.

What belongs here: which statements a level tells, in which order, and how they are joined. What does not: what the
statements are (`hand_text`, `pair_text`), and the facts behind them (`hand_summary`, `pair_summary`).

Levels 1 and 2 are concise and group contacts, 3 and 4 are moderate, 5 tells everything, with speeds and frames.
Contacts and hyperextensions are told at every level, contacts first. The same clip id and events always give the
same texts, and mirrored events give the same texts with left and right exchanged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from operator import attrgetter
from typing import Any, Final

from handx_core.captioning.code_hash import hash_of_modules
from handx_core.captioning.facts import LIKE_FRAMES
from handx_core.captioning.hand_summary import Hand, HandFacts, hand_facts
from handx_core.captioning.hand_text import CONTACT, MOVEMENT, REQUIRED, Statement, hand_statements
from handx_core.captioning.pair_summary import Pair, PairFacts, pair_facts
from handx_core.captioning.pair_text import pair_statements
from handx_core.captioning.phrases import SIDE, Voice
from handx_core.skeleton import HANDS

LEVELS: Final = (1, 2, 3, 4, 5)

_WORD_BUDGET: Final = {1: 8, 2: 14, 3: 24, 4: 42, 5: inf}
"""Words of one text up to which optional statements are added; three texts together make 20, 35, 60, 100, 180."""

_FINE_TOLERANCE: Final = 2
"""As LIKE_FRAMES, at the comprehensive level, which names the frames."""

_TOGETHER: Final = 4
"""Frames within which two movements begin at the same time."""

_ADJOINING: Final = 2
"""Frames by which one may overlap what it comes after."""


SOURCES: Final = ("code_hash", "facts", "hand_summary", "pair_summary", "phrases", "hand_text", "pair_text", "rules")
"""The modules that make up the rules."""


@dataclass(frozen=True)
class Caption:
    """What is said of a clip at a level, 1 to 5: of each hand, and of the two together."""

    level: int
    left: str
    right: str
    interaction: str


def write_captions(clip_id: str, events: Mapping[str, Any]) -> list[Caption]:
    """Tell a clip at all five levels. events: valid against prompts/events.schema.json."""
    frame_count = events["frame_count"]
    hands = [Hand(events[f"{hand}_hand_events"], frame_count) for hand in HANDS]
    both = Pair(events["two_hand_relationships"])
    coarse = _facts(hands, both, LIKE_FRAMES, exact=False)
    fine = _facts(hands, both, _FINE_TOLERANCE, exact=True)
    captions = []
    for level in LEVELS:
        voice = Voice(clip_id, level, frame_count)
        left, right, pair = fine if level == LEVELS[-1] else coarse
        captions.append(
            Caption(
                level,
                _text(hand_statements(left, voice), voice, "left "),
                _text(hand_statements(right, voice), voice, "right "),
                _text(pair_statements(pair, voice), voice, ""),
            )
        )
    return captions


def _facts(hands: Sequence[Hand], both: Pair, tolerance: int, exact: bool) -> tuple[HandFacts, HandFacts, PairFacts]:
    left, right = [hand_facts(hand, tolerance, exact) for hand in hands]
    return left, right, pair_facts(both, tolerance)


_RANK: Final = attrgetter("rank")
_PLACE: Final = attrgetter("kind", "span")


def _text(statements: Sequence[Statement], voice: Voice, side: str) -> str:
    """The statements that the level has room for, in order, as sentences."""
    room = _WORD_BUDGET[voice.level]
    chosen: list[Statement] = []
    without_spaces = 1 + side.count(" ")
    for statement in sorted(statements, key=_RANK):
        length = statement.text.count(" ") + without_spaces
        if length <= room or not chosen or statement.rank == REQUIRED:
            chosen.append(statement)
            room -= length
    chosen.sort(key=_PLACE)
    sentences = []
    for number, statement in enumerate(chosen):
        if number:
            told = _link(chosen[number - 1], statement, voice, number) + statement.text.replace(SIDE, "")
        else:
            told = statement.text.replace(SIDE, side)
        sentences.append(f"{told[0].upper()}{told[1:]}.")
    return " ".join(sentences)


_LINKED: Final = (CONTACT, MOVEMENT)


def _link(before: Statement, statement: Statement, voice: Voice, number: int) -> str:
    """The words that place a statement in time after the one told before it."""
    if voice.level == 1 or before.kind not in _LINKED or statement.kind not in _LINKED:
        return ""
    (start, end), (other_start, other_end) = statement.span, before.span
    parts, others = statement.parts or (statement.span,), before.parts or (before.span,)
    if start >= other_end - _ADJOINING and start > other_start + 1:
        return voice.pick(f"then{number}", ("then ", "after that, ", "afterwards, "))
    if end <= other_start + _ADJOINING and start < other_start - 1:
        return voice.pick(f"before{number}", ("before that, ", "earlier, "))
    if abs(start - other_start) <= _TOGETHER:
        brief = ("meanwhile, ", "at the same time, ")  # where frames are told, few words will do
        options = brief if voice.exact else ("at the same time, ", "together with this, ")
        return voice.pick(f"together{number}", options)
    shared = any(min(part[1], other[1]) - max(part[0], other[0]) > 0 for part in parts for other in others)
    if statement.kind == CONTACT or not shared:
        return ""
    inside = other_start <= start and end <= other_end and len(others) == 1
    return voice.pick(f"while{number}", ("meanwhile, ", "during this, ") if inside else ("meanwhile, ",))


RULES_HASH: Final = hash_of_modules(SOURCES)
"""Says which rules wrote a caption: `prompt_hash` in the table, and part of the captions' code version."""
