"""The words of the rule-based writer: a small vocabulary, with a few synonyms for each thing said.

What belongs here: words and grammar. What does not: what is said (`hand_text`, `pair_text`) and how much of it
(`rules`). A synonym is chosen by a hash of the clip, the level and the place in the text, never of the hand, so that
a mirrored clip is told in mirrored words. Verbs come in two forms, of one and of several, see `verbs`.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, TypeVar

from handx_core.captioning.facts import Span
from handx_core.skeleton import FINGERS

Option = TypeVar("Option")

Verbs = tuple[tuple[str, ...], tuple[str, ...]]
"""Synonyms as said of one and of several: an index is whether the subject is plural."""

SIDE: Final = "|"
"""Stands in the words where the side of a hand, "left " or "right ", may be named."""

_COUNTS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_JOINT_WORDS: Final = {"mcp": "knuckle", "pip": "middle joint", "dip": "end joint", "ip": "end joint"}


def verbs(*words: str) -> Verbs:
    """Verbs, each with what follows it ("touch", "come into contact"), as said of one and of several."""
    return tuple([_of_one(*one.partition(" ")) for one in words]), tuple(
        ["are" + one.removeprefix("be") if one.split()[0] == "be" else one for one in words]
    )


def _of_one(verb: str, space: str, rest: str) -> str:
    if verb == "be":
        return "is" + space + rest
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "o")) else "s") + space + rest


BRIEF_FRAMES: Final = 8
"""Frames up to which a contact is brief: about a quarter of a second."""

MANY_SPANS: Final = 5
"""Spans up to which each one's frames are given."""

_TOUCH: Final = verbs("touch")
_CONTACT: Final = verbs("touch", "meet", "come into contact")
_LASTING_CONTACT: Final = verbs("touch", "be in contact")
_KEEP_CONTACT: Final = verbs("stay in contact", "keep touching")
_PART: Final = verbs("leave", "part from", "separate from")

SPEED_WORDS: Final = {
    "Slow": ("slowly", "at a slow pace", "at low speed"),
    "Medium": ("steadily", "at a medium speed", "at a moderate pace"),
    "Fast": ("quickly", "rapidly", "swiftly"),
    "": ("at changing speeds", "at mixed speeds"),
}
_BRIEF_SPEED_WORDS: Final = {"Slow": " slowly", "Medium": "", "Fast": " quickly", "": ""}


class Voice:
    """Chooses among synonyms for one clip at one level, always in the same way.

    level: 1 to 5. concise: at levels 1 and 2. exact: at level 5, which names frames. always: all through the clip, in
    words with a leading space, from the moderate levels on.
    """

    def __init__(self, clip_id: str, level: int, frame_count: int) -> None:
        self.level = level
        self.frame_count = frame_count
        self.concise = level <= 2
        self.exact = level == 5
        # as many random numbers as are looked at, see `_die`
        self._dice = hashlib.blake2b(f"{clip_id}\n{level}".encode(), digest_size=_DICE).digest()
        self.always = "" if self.concise else self.pick("always", (" throughout", " the whole time", " all the time"))

    def pick(self, place: str, options: Sequence[Option]) -> Option:
        """One of the options, by a hash of the clip, the level and the place in the text.

        Concise levels keep to the first two, so that what is learned from few texts meets few words.
        """
        among = len(options)
        if among > 2 and self.concise:
            among = 2
        return options[self._dice[_die(place)] % among]

    def speed(self, place: str, speed: str) -> str:
        """How fast, in one or a few words. Concise levels say so only where it is slow or fast."""
        if self.concise:
            return _BRIEF_SPEED_WORDS[speed]
        return " " + self.pick(place + "/speed", SPEED_WORDS[speed])

    def frames(self, span: Span) -> str:
        """The frames of a span, first and last, at the comprehensive level alone."""
        return f" (frames {span[0]} to {span[1] - 1})" if self.exact else ""

    def all_frames(self, spans: Sequence[Span]) -> str:
        """The frames of each of several spans, at the comprehensive level alone."""
        return f" (frames {listed([f'{start} to {end - 1}' for start, end in spans])})" if self.exact else ""

    def time(self, span: Span) -> str:
        """Whereabouts in the clip at the moderate levels, in which frames at the comprehensive one."""
        return self.frames(span) if self.exact and not self.is_whole(span) else self.when(span)

    def is_whole(self, span: Span) -> bool:
        """Whether a span is all of the clip, or nearly so."""
        return span[0] <= 2 and span[1] >= self.frame_count - 2

    def lasting(self, span: Span) -> str:
        """As `time`, of a state."""
        at_start, at_end = span[0] <= 2, span[1] >= self.frame_count - 2
        return " until the end" if self.level in (3, 4) and at_end and not at_start else self.time(span)

    def when(self, span: Span) -> str:
        """Whereabouts in the clip, from the moderate levels on."""
        if self.concise:
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


def listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


@lru_cache(maxsize=500)
def fingers_of(fingers: tuple[str, ...], side: str = SIDE) -> tuple[str, bool]:
    """The name of some fingers of a hand, and whether it is plural. side: "left ", "right ", "" or SIDE."""
    return _named(fingers, side, "finger")


@lru_cache(maxsize=500)
def tips_of(fingers: tuple[str, ...], side: str = "") -> tuple[str, bool]:
    """The name of some fingertips, and whether it is plural."""
    return _named(fingers, side, "fingertip")


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


def contact(voice: Voice, place: str, spans: Sequence[Span], plural: bool, other: str, it: str) -> str:
    """The predicate of a contact: how often, or how it begins, lasts and ends.

    spans: when; none if contacts told as one differ in it. plural: whether its subject is. other: what is touched, with
    a leading space, or "" where the subject's parts touch each other. it: "it", "them" or "each other", for the
    parting.
    """
    if not spans:
        return _TOUCH[plural][0] + other + " at different times"
    begins, ends = spans[0][0] <= 2, spans[-1][1] >= voice.frame_count - 2
    lasting = len(spans) == 1 and begins
    synonyms = _TOUCH if voice.level == 1 else _LASTING_CONTACT if lasting else _CONTACT
    verb = voice.pick(place + "/verb", synonyms[plural])
    verb += (" with" if verb.endswith("contact") and other else "") + other
    if len(spans) > 1:
        return verb + times(len(spans)) + _frames_of(voice, spans)
    if begins and ends:
        return f"{verb} throughout"
    if voice.level == 1:
        return verb
    if ends:
        when = "" if voice.exact else voice.when((spans[0][0], spans[0][0] + 1))
        held = voice.pick(place + "/hold", _KEEP_CONTACT[plural])
        return f"{verb}{when} and {held} until the end{voice.frames(spans[0])}"
    parting = voice.pick(place + "/part", _PART[plural])
    when = " at the start" if begins and not voice.exact else voice.time(spans[0])
    brief = " briefly" if spans[0][1] - spans[0][0] <= BRIEF_FRAMES else ""
    return f"{verb}{brief}{when} and then {parting} {it}"


def _frames_of(voice: Voice, spans: Sequence[Span]) -> str:
    """The frames of each of a few spans, or from the first to the last of many."""
    return voice.frames((spans[0][0], spans[-1][1])) if len(spans) > MANY_SPANS else voice.all_frames(spans)
