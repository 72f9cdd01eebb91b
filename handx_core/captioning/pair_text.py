"""What the two hands do with each other, as statements from which a text of any level is put together.

What belongs here: one function for each kind of fact about both hands. What does not: the facts (`pair_summary`),
the words (`phrases`), and the choice of statements (`rules`).

"In front" is farther from the person, as the world's y axis; "crossed" is the right palm to the left of the left one.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from handx_core.captioning.facts import Span
from handx_core.captioning.hand_text import CONTACT, MOVEMENT, REQUIRED, STATE, Statement, repeating
from handx_core.captioning.pair_summary import OTHER, PairFacts, PalmTouch, TipTouch, palms_together, tips_together
from handx_core.captioning.phrases import Voice, contact, listed, times, tips_of, verbs

_MANY: Final = 3
"""Contacts between fingertips up to which moderate levels tell each by itself."""

_DISTANCE_WORDS: Final = {
    "Contact": ("in contact",),
    "Near": ("close together", "near each other"),
    "Medium": ("a medium distance apart", "at a moderate distance"),
    "Far": ("far apart", "well apart", "a long way apart"),
}
_POSITION_WORDS: Final = {
    ("left-right", "LEFT"): ("the hands are crossed",),
    ("left-right", "ALIGNED"): ("the hands are lined up from side to side",),
    ("left-right", "RIGHT"): ("the hands are side by side, not crossed", "the hands are uncrossed"),
    ("front-back", "BACK"): ("the left hand is in front of the right hand", "the left hand is farther forward"),
    ("front-back", "ALIGNED"): (
        "the hands are equally far forward",
        "neither hand is in front",
        "the hands are equally far from the body",
    ),
    ("front-back", "FRONT"): ("the right hand is in front of the left hand", "the right hand is farther forward"),
    ("down-up", "DOWN"): ("the left hand is above the right hand", "the left hand is higher"),
    ("down-up", "ALIGNED"): ("the hands are level", "the hands are at the same height", "the hands are equally high"),
    ("down-up", "UP"): ("the right hand is above the left hand", "the right hand is higher"),
}


_COME_NEAR: Final = verbs("come near", "come close to")


def pair_statements(facts: PairFacts, voice: Voice) -> list[Statement]:
    """All that can be said of the two hands together at the voice's level."""
    statements: list[Statement] = []
    if facts.palms:
        statements.append(_palm_contact(facts.palms, voice))
    if facts.tips:
        statements += _tips(facts.tips, voice)
    if facts.tip_palms:
        statements += _tip_palms(facts.tip_palms, voice)
    statements += _distance(facts, voice)
    if voice.level >= 4:
        statements += [_near(near, voice, f"near{number}") for number, near in enumerate(facts.nears)]
    statements += [_position(axis, states, voice) for axis, states in facts.positions.items()]
    return statements


def _extent(spans: Sequence[Span]) -> Span:
    return min(start for start, _ in spans), max(end for _, end in spans)


def _palm_contact(spans: tuple[Span, ...], voice: Voice) -> Statement:
    subject = voice.pick("palms", ("the palms", "the two palms"))
    text = f"{subject} {contact(voice, 'palms', spans, True, '', 'each other')}"
    return Statement(CONTACT, REQUIRED, _extent(spans), text, spans)


def _tips(touches: Sequence[TipTouch], voice: Voice) -> list[Statement]:
    if len(touches) > 1 and (voice.concise or (voice.level <= 4 and len(touches) > _MANY)):
        everything = _extent([span for touch in touches for span in touch.spans])
        parts = tuple(sorted(span for touch in touches for span in touch.spans))
        return [_tip(tips_together(touches), voice, "tips", everything, parts)]
    return [
        _tip(touch, voice, f"tips{number}", _extent(touch.spans), touch.spans) for number, touch in enumerate(touches)
    ]


def _tip(touch: TipTouch, voice: Voice, place: str, extent: Span, parts: tuple[Span, ...]) -> Statement:
    matched = touch.hand == "both" and not touch.others
    plural, it, other = True, "each other", ""
    if matched:
        if len(touch.fingers) == 1:
            name = "thumbs" if touch.fingers == ("thumb",) else f"{touch.fingers[0]} fingertips"
            subject = f"the two {name}"
        else:
            subject = tips_of(touch.fingers)[0].replace("the thumb", "the thumbs") + " of both hands"
    elif touch.hand == "both":
        name = "thumb" if touch.fingers == ("thumb",) else f"{touch.fingers[0]} fingertip"
        subject, plural = f"each {name}", False
        other = " " + tips_of(touch.others, "other ")[0].replace("the other", "the other hand's")
        it = "it" if len(touch.others) == 1 else "them"
    else:
        subject, plural = tips_of(touch.fingers, touch.hand + " ")
        name, several = tips_of(touch.others, OTHER[touch.hand] + " ")
        other, it = " " + name, "them" if several else "it"
    text = f"{subject} {contact(voice, place, touch.spans, plural, other, it)}"
    return Statement(CONTACT, REQUIRED, extent, text, parts)


def _tip_palms(touches: Sequence[PalmTouch], voice: Voice) -> list[Statement]:
    if len(touches) > 1 and voice.concise:
        everything = _extent([span for touch in touches for span in touch.spans])
        told = [(touch, everything) for touch in palms_together(touches)]
    else:
        told = [(touch, _extent(touch.spans)) for touch in touches]
    return [_tip_palm(touch, voice, f"tip_palm{number}", extent) for number, (touch, extent) in enumerate(told)]


def _tip_palm(touch: PalmTouch, voice: Voice, place: str, extent: Span) -> Statement:
    subject, plural, palm = _tips_and_palm(touch)
    text = f"{subject} {contact(voice, place, touch.spans, plural, ' ' + palm, 'it')}"
    return Statement(CONTACT, REQUIRED, extent, text, touch.spans)


def _tips_and_palm(touch: PalmTouch) -> tuple[str, bool, str]:
    """Fingertips, whether they are several, and the palm that they are at."""
    if touch.hand == "both":
        return tips_of(touch.fingers)[0] + " of each hand", len(touch.fingers) > 1, "the other palm"
    subject, plural = tips_of(touch.fingers, touch.hand + " ")
    return subject, plural, f"the {OTHER[touch.hand]} palm"


def _near(near: PalmTouch, voice: Voice, place: str) -> Statement:
    subject, plural, palm = _tips_and_palm(near)
    verb = voice.pick(place, _COME_NEAR[plural])
    extent = _extent(near.spans)
    often = times(len(near.spans))
    when = often + voice.frames(extent) if often else voice.time(extent)
    return Statement(STATE, 8, extent, f"{subject} {verb} {palm}{when} without touching it")


def _distance(facts: PairFacts, voice: Voice) -> list[Statement]:
    """How the palms' distance changes, or what it stays."""
    steps, whole = facts.approaches, (0, voice.frame_count)
    if not steps:
        if facts.palms or len(facts.distance) != 1:
            return []
        state = voice.pick("distance", _DISTANCE_WORDS[facts.distance[0][0]])
        stay = voice.pick("stay", ("stay", "remain"))
        return [Statement(STATE, -5, whole, f"the hands {stay} {state}{voice.always}")]
    together = voice.pick("together", ("come closer", "move together", "approach each other"))
    apart = voice.pick("apart", ("move apart", "separate", "draw apart"))
    words = [together if step.what == "approach" else apart for step in steps]
    span = (steps[0].span[0], steps[-1].span[1])
    told = repeating(steps, words, voice, "distance") or ", then ".join(
        word
        + voice.speed(f"distance{number}", step.speed)
        + (voice.time(step.span) if number == 0 else voice.frames(step.span))
        for number, (word, step) in enumerate(zip(words, steps, strict=True))
    )
    statements = [Statement(MOVEMENT, -5, span, f"the hands {told}", tuple([step.span for step in steps]))]
    if voice.level >= 4:
        first, last = facts.distance[0][0], facts.distance[-1][0]
        start, end = (voice.pick("distance", _DISTANCE_WORDS[state]) for state in (first, last))
        ends = f"the hands start and end {end}" if start == end else f"the hands start {start} and end {end}"
        statements.append(Statement(STATE, 3, whole, ends))
    return statements


def _position(axis: str, states: Sequence[tuple[str, int]], voice: Voice) -> Statement:
    """Where the hands are to each other along an axis: the state that lasts, or those passed through."""
    passed = [state for state, _ in states]
    words = [voice.pick(f"{axis}=" if state == "ALIGNED" else axis, _POSITION_WORDS[axis, state]) for state in passed]
    crossed = axis == "left-right" and "LEFT" in passed
    usual = axis == "left-right" and passed == ["RIGHT"]
    rank = -6 if crossed else 9 if usual else 2 if axis == "front-back" else 1
    if len(words) == 1:
        told = words[0] + voice.always
    elif voice.concise and crossed:
        sides = [state for state in passed if state != "ALIGNED"]
        turns = ["cross" if state == "LEFT" else "uncross" for one, state in pairwise(sides) if one != state]
        told = "the hands " + (listed(turns[:2]) + times(len(turns) // 2) if turns else "are crossed")
    elif voice.concise:
        told = f"at first {words[0]}, at the end {words[-1]}"
    elif len(words) > (8 if voice.exact else 4):
        told = f"at first {words[0]}, this changes{times(len(words) - 1)}, and at the end {words[-1]}"
    else:
        later = [
            f"then {word}" + (f" (from frame {at})" if voice.exact else "")
            for word, (_, at) in zip(words[1:], states[1:], strict=True)
        ]
        told = ", ".join([f"at first {words[0]}", *later])
    return Statement(STATE, rank, (0, voice.frame_count), told)
