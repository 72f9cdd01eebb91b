"""The words of the rule-based writer: a small vocabulary, with a few synonyms for each thing said.

What belongs here: words and grammar. What does not: what is said (`hand_text`, `pair_text`) and how much of it
(`rules`). A synonym is chosen by a hash of the clip, the level and the place in the text, never of the hand, so that
a mirrored clip is told in mirrored words. Words in square brackets are verbs, which agree with their subject.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, TypeVar

from handx_core.captioning.facts import Span
from handx_core.skeleton import FINGERS

Option = TypeVar("Option")

_COUNTS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_VERB: Final = re.compile(r"\[(\w+)\]")
_JOINT_WORDS: Final = {"mcp": "knuckle", "pip": "middle joint", "dip": "end joint", "ip": "end joint"}

BRIEF_FRAMES: Final = 8
"""Frames up to which a contact is brief: about a quarter of a second."""

MANY_SPANS: Final = 5
"""Spans up to which each one's frames are given."""

_CONTACT: Final = ("[touch]", "[meet]", "[come] into contact")
_LASTING_CONTACT: Final = ("[touch]", "[be] in contact")

SPEED_WORDS: Final = {
    "Slow": ("slowly", "at a slow pace", "at low speed"),
    "Medium": ("steadily", "at a medium speed", "at a moderate pace"),
    "Fast": ("quickly", "rapidly", "swiftly"),
}


@dataclass(frozen=True)
class Voice:
    """Chooses among synonyms for one clip at one level, always in the same way."""

    clip_id: str
    level: int
    frame_count: int

    @cached_property
    def _dice(self) -> bytes:
        """As many random numbers as are looked at, see `_die`."""
        return hashlib.blake2b(f"{self.clip_id}\n{self.level}".encode(), digest_size=_DICE).digest()

    def pick(self, place: str, options: Sequence[Option]) -> Option:
        """One of the options, by a hash of the clip, the level and the place in the text.

        Concise levels keep to the first two, so that what is learned from few texts meets few words.
        """
        among = len(options) if self.level > 2 else min(len(options), 2)
        return options[self._dice[_die(place)] % among]

    def speed(self, place: str, speed: str) -> str:
        """How fast, in one or a few words. Concise levels say so only where it is slow or fast."""
        if not speed:
            return (
                "" if self.level <= 2 else " " + self.pick(place + "/speed", ("at changing speeds", "at mixed speeds"))
            )
        if self.level <= 2:
            return {"Slow": " slowly", "Medium": "", "Fast": " quickly"}[speed]
        return " " + self.pick(place + "/speed", SPEED_WORDS[speed])

    def always(self) -> str:
        """All through the clip, from the moderate levels on."""
        if self.level <= 2:
            return ""
        return " " + self.pick("always", ("throughout", "the whole time", "all the time"))

    def frames(self, span: Span) -> str:
        """The frames of a span, first and last, at the comprehensive level alone."""
        return f" (frames {span[0]} to {span[1] - 1})" if self.level == 5 else ""

    def all_frames(self, spans: Sequence[Span]) -> str:
        """The frames of each of several spans, at the comprehensive level alone."""
        told = [f"{start} to {end - 1}" for start, end in spans]
        return f" (frames {listed(told)})" if self.level == 5 else ""

    def time(self, span: Span) -> str:
        """Whereabouts in the clip at the moderate levels, in which frames at the comprehensive one."""
        return self.when(span) if self.level < 5 or self.is_whole(span) else self.frames(span)

    def is_whole(self, span: Span) -> bool:
        """Whether a span is all of the clip, or nearly so."""
        return span[0] <= 2 and span[1] >= self.frame_count - 2

    def lasting(self, span: Span) -> str:
        """As `time`, of a state."""
        at_start, at_end = span[0] <= 2, span[1] >= self.frame_count - 2
        return " until the end" if self.level in (3, 4) and at_end and not at_start else self.time(span)

    def when(self, span: Span) -> str:
        """Whereabouts in the clip, from the moderate levels on."""
        if self.level <= 2:
            return ""
        if self.is_whole(span):
            return " throughout"
        if span[0] <= 2:
            return " at the start"
        middle = (span[0] + span[1]) / 2 / self.frame_count
        return " early on" if middle < 1 / 3 else " midway" if middle < 2 / 3 else " late"


_DICE: Final = 64


@lru_cache(maxsize=10_000)
def _die(place: str) -> int:
    """By which of the random numbers a choice is made."""
    return hashlib.blake2b(place.encode(), digest_size=4).digest()[0] % _DICE


def sentence(subject: str, predicate: str, plural: bool) -> str:
    """Subject and predicate, with the verbs in square brackets made to agree."""
    return f"{subject} {_agreeing(predicate, plural)}"


@lru_cache(maxsize=20_000)
def _agreeing(predicate: str, plural: bool) -> str:
    def agree(verb: re.Match[str]) -> str:
        word = verb[1]
        if word == "be":
            return "are" if plural else "is"
        if plural:
            return word
        return word + ("es" if word.endswith(("s", "sh", "ch", "x", "o")) else "s")

    return _VERB.sub(agree, predicate)


def capital(text: str) -> str:
    """The text as a sentence of its own."""
    return text[:1].upper() + text[1:] + "."


def listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def fingers_of(fingers: Sequence[str], side: str) -> tuple[str, bool]:
    """The name of some fingers of a hand, and whether it is plural. side: "left ", "right " or ""."""
    return _named(tuple(fingers), side, "finger")


def tips_of(fingers: Sequence[str], side: str = "") -> tuple[str, bool]:
    """The name of some fingertips, and whether it is plural."""
    return _named(tuple(fingers), side, "fingertip")


@lru_cache(maxsize=2_000)
def _named(fingers: tuple[str, ...], side: str, noun: str) -> tuple[str, bool]:
    if len(fingers) == len(FINGERS):
        return f"all five {side}{noun}s", True
    if fingers == FINGERS[1:]:
        return f"the four {side}{noun}s", True
    if fingers == ("thumb",):
        return f"the {side}thumb", False
    return f"the {side}{listed(fingers)} {noun}{'s' if len(fingers) > 1 else ''}", len(fingers) > 1


def joints_of(joints: Sequence[str]) -> str:
    """At which joints of a finger, in words."""
    return "at the " + listed([_JOINT_WORDS[joint] for joint in joints])


def times(count: int) -> str:
    """How often, from twice on."""
    if count < 2:
        return ""
    return " twice" if count == 2 else f" {_COUNTS[count] if count < len(_COUNTS) else count} times"


def contact(voice: Voice, place: str, spans: Sequence[Span], other: str, it: str) -> str:
    """The predicate of a contact: how often, or how it begins, lasts and ends.

    spans: when; none if contacts told as one differ in it. other: what is touched, with a leading space, or "" where
    the subject's parts touch each other. it: "it", "them" or "each other", for the parting.
    """
    if not spans:
        return "[touch]" + other + " at different times"
    begins, ends = spans[0][0] <= 2, spans[-1][1] >= voice.frame_count - 2
    lasting = len(spans) == 1 and begins
    verbs = ("[touch]",) if voice.level == 1 else _LASTING_CONTACT if lasting else _CONTACT
    verb = voice.pick(place + "/verb", verbs)
    verb += (" with" if verb.endswith("contact") and other else "") + other
    if len(spans) > 1:
        return verb + times(len(spans)) + _frames_of(voice, spans)
    if begins and ends:
        return f"{verb} throughout"
    if voice.level == 1:
        return verb
    if ends:
        when = voice.when((spans[0][0], spans[0][0] + 1)) if voice.level < 5 else ""
        held = voice.pick(place + "/hold", ("[stay] in contact", "[keep] touching"))
        return f"{verb}{when} and {held} until the end{voice.frames(spans[0])}"
    parting = voice.pick(place + "/part", ("[leave]", "[part] from", "[separate] from"))
    when = " at the start" if begins and voice.level < 5 else voice.time(spans[0])
    brief = " briefly" if spans[0][1] - spans[0][0] <= BRIEF_FRAMES else ""
    return f"{verb}{brief}{when} and then {parting} {it}"


def _frames_of(voice: Voice, spans: Sequence[Span]) -> str:
    """The frames of each of a few spans, or from the first to the last of many."""
    if voice.level < 5 or len(spans) > MANY_SPANS:
        return voice.frames((spans[0][0], spans[-1][1]))
    return f" (frames {listed([f'{start} to {end - 1}' for start, end in spans])})"
