"""Mentions of frames in a text: ranges, single frames, "from frame 12 on", "in the last ten frames".

What belongs here: from a text to the frames that it states. What does not: words for time without numbers
(`time_words`), and whether something is in these frames (`timing`).
"""

import re
from collections.abc import Callable
from typing import Final

from handx_core.captioning.claims.words import NUMBERS

Frames = tuple[str, int, int]
""" "span", "from" (at any time after), "since" (beginning there), "until", "by" or "at", "begins" or "ends" for where
something does, "within" for any part of them, or "long", "longer" or "shorter" for how many they are; first frame and
the frame after the last, as far as they are said (else 0). Frames below zero are counted from the end of the clip; see
`in_clip`."""

_TO: Final = r"(?:to|-|–|—|through|until|till|and|up to|up until)"
_RANGE: Final = rf"(\d+)\s*{_TO}\s*(?:frames?\s+)?(\d+)"
_MORE: Final = (
    r"(?:(?:\s*,\s*and|\s*,|\s+and)\s+(?:from\s+)?(?:frames?\s+)?\d+\s*(?:to|-|–|—|through)\s*(?:frames?\s+)?\d+)*"
)
_BEFORE: Final = (
    r"(?:\b(?:from|between|during|in|at|over|around|about|within|for|across|roughly|approximately)\s+)*(?:the\s+)?"
)
_RANGES: Final = re.compile(rf"{_BEFORE}\bframes?\s+{_RANGE}({_MORE})")
_MORE_RANGES: Final = re.compile(r"(\d+)\s*(?:to|-|–|—|through)\s*(?:frames?\s+)?(\d+)")
_POINTS: Final = re.compile(rf"{_BEFORE}\bframes\s+(\d+(?:\s*,\s*\d+)*(?:,?\s+and\s+\d+)?)")
_POINT: Final = re.compile(
    r"(?:\b(from|after|since|before|until|till|by|at|around|about|near|in|on|through|past|beyond|prior to|up to|"
    r"up until|starting at|starting from|starting in|beginning at|following|at around|at about|from around|from about|"
    r"until about|until around|by about|by around|to)\s+)?(?:about\s+|roughly\s+|approximately\s+)?\bframe\s+(\d+)"
    r"(\s+(?:on|onwards?|to the end|and later|and on|forward))?"
)
_BEGINS: Final = re.compile(
    r"\b(?:meets?|joins?|comes? together|came together|lands?|arrives?|starts?|begins?|began|commences?|started|"
    r"(?:comes?|came|gets?|go|goes|moves?|enters?|makes?|made|brought)"
    r"(?: [a-z]+ly)?(?: in| into)? contact)"
    r"(?: (?!and\b|or\b|but\b|then\b|before\b|after\b|while\b|until\b|as\b)[a-z]+)*\s*$"
)
_ENDS: Final = re.compile(
    r"\b(?:(?:ends?|ended|ending|ceases?)(?: [a-z]+ing)?|(?:finish(?:es|ed)?|stops?|stopped|completes?) [a-z]+ing)\s*$"
)
"""What is told before a frame by itself where it is that of the beginning, or of the end, of what happens."""
_SINCE: Final = ("from", "since", "starting", "beginning")
_FROM: Final = ("after", "past", "beyond", "following")
_UNTIL: Final = ("before", "until", "till", "through", "prior", "up", "to")
_COUNTED: Final = re.compile(
    rf"(?:\b(?:in|within|during|over|for|throughout|at)\s+)?(?:the\s+)?(?:very\s+)?\b(first|last|final|opening|closing|initial)\s+"
    rf"(\d+|{'|'.join(NUMBERS)}|fifteen|twenty|thirty)\s+frames\b"
)
_LONG: Final = re.compile(
    r"\b(?:within|in|over|for|across|lasting|taking) (?:about |around |only |just |roughly |some |nearly |almost )?"
    rf"(?:a few|several|some|\d+|{'|'.join(NUMBERS)}|fifteen|twenty) frames\b"
)
"""How long something takes, which says nothing of when it is."""
_LENGTH: Final = re.compile(
    r"\b(for|lasting|(?<!the )(?<!very )lasts?|lasted|takes?|took|taking|held for|over the course of|(?:is|are|being)"
    r"(?= (?:more|less|fewer|longer|shorter)\b)) (?:(?:about|around|only|just|roughly|some|nearly|almost|approximately|"
    r"a total of) )*(?:(more than|longer than|over|at least|no less than|not less than)|(less than|fewer than|shorter "
    r"than|under|at most|no more than|not more than|up to|no longer than|not longer than))?\s*"
    rf"(\d+|{'|'.join(NUMBERS)}|fifteen|twenty|thirty) frames\b(?: long\b)?"
)
"""How many frames something lasts, or more than how many, or fewer."""
_SAID: Final = {
    re.compile(r"\b(?:no|not) later than (?=(?:at |about |around )*frame)"): "by ",
    re.compile(r"\b(?:no|not) (?:earlier|sooner) than (?=(?:at |about |around )*frame)"): "from ",
    re.compile(r"\b(?:later) than (?=(?:at |about |around )*frame)"): "after ",
    re.compile(r"\b(?:earlier|sooner) than (?=(?:at |about |around )*frame)"): "before ",
    re.compile(r"\b(?:at |about |around )*(?=frame \d+,? at the last\b)"): "by ",
    re.compile(r"\b(?:at |about |around )*(?=frame \d+,? at the first\b)"): "from ",
    re.compile(r"(?<=\d),? at the (?:last|first)\b"): "",
    re.compile(r"\bas (?:early|late) as (?=frame)"): "at ",
}
"""Bounds of frames in the words for them that are read; "latest" and "earliest" are spelled "last" and "first" here."""
_TENS: Final = {"fifteen": 15, "twenty": 20, "thirty": 30}


def with_marks(text: str, frames: list[tuple[Frames, ...]]) -> str:
    """The text with each mention of frames exchanged for a mark, "#0#", with its place in `frames`."""

    def mark(*found: Frames) -> str:
        frames.append(found)
        return f" #{len(frames) - 1}# "

    def ranges(found: re.Match[str]) -> str:
        said = found[0]
        if "and" in said[: said.index(found[2], said.index(found[1]))] and "between" not in said and not found[3]:
            return mark(*(("at", int(at), int(at) + 1) for at in (found[1], found[2])))
        pairs = [(found[1], found[2]), *_MORE_RANGES.findall(found[3])]
        return mark(*(("span", int(first), int(last) + 1) for first, last in pairs))

    def points(found: re.Match[str]) -> str:
        return mark(*(("at", int(at), int(at) + 1) for at in re.findall(r"\d+", found[1])))

    def point(found: re.Match[str]) -> str:
        word = (found[1] or "at").split()[0]
        after = "from" if word in _FROM else "since" if word in _SINCE or found[3] else ""
        kind = after if after else "by" if word == "by" else "until" if word in _UNTIL else "at"
        if kind == "at":
            before = found.string[max(0, found.start() - 80) : found.start()]
            kind = "begins" if _BEGINS.search(before) else "ends" if _ENDS.search(before) else "at"
        return mark((kind, int(found[2]), int(found[2]) + 1))

    def counted(found: re.Match[str]) -> str:
        number = int(found[2]) if found[2].isdigit() else {**NUMBERS, **_TENS}[found[2]]
        return mark(("span", 0, number) if found[1] in ("first", "opening", "initial") else ("span", -number, 0))

    if "frame" not in text:
        return text

    def length(found: re.Match[str]) -> str:
        lasts = int(found[4]) if found[4].isdigit() else {**NUMBERS, **_TENS}[found[4]]
        said = "for a while" if found[1] == "for" else "happens" if found[1][-1] != "g" else ""
        kind = "longer" if found[2] else "shorter" if found[3] else "long"
        return f"{said}{mark((kind, lasts, lasts))}"

    if " than " in text or " at the " in text or " as " in text:
        for pattern, said in _SAID.items():
            text = pattern.sub(said, text)
    if "frames" in text:
        text = _LENGTH.sub(length, text)
    if "(" not in text and "frames" in text:
        text = _COUNTED.sub(counted, _LONG.sub(lambda found: "for a while" if found[0].startswith("for") else "", text))
    for pattern, meant in ((_RANGES, ranges), (_POINTS, points), (_POINT, point)):
        text = _near_frame(pattern, meant, text)
    return text


def _near_frame(pattern: re.Pattern[str], meant: Callable[[re.Match[str]], str], text: str) -> str:
    """The text with what a pattern finds exchanged, looked for near the word "frame" only, as that is faster."""
    parts: list[str] = []
    done, at = 0, text.find("frame")
    while at >= 0:
        found = pattern.search(text, max(done, at - 32), at + 200)
        if found and found.start() <= at:
            parts += [text[done : found.start()], meant(found)]
            done = found.end()
        at = text.find("frame", max(done, at + 1))
    return "".join((*parts, text[done:]))


def in_clip(stated: Frames, n_frames: int, to_end: bool) -> Frames:
    """Stated frames counted from the beginning of a clip. to_end: whether "from frame 12", or one by which
    something is over, is "until the end"."""
    kind, first, _ = stated
    if to_end and kind in ("from", "since", "ends", "by", "at"):
        return "span", first, n_frames
    return (kind, max(0, n_frames + first), n_frames) if first < 0 else stated
