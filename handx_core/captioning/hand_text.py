"""What one hand does, as statements from which a text of any level is put together.

What belongs here: one function for each kind of fact about a hand. What does not: the facts (`hand_summary`), the words
(`phrases`), and the choice of statements (`rules`).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from handx_core.captioning.facts import LIKE_FRAMES, During, Moves, Span, Step, common_speed, first_movements, repeated
from handx_core.captioning.hand_summary import SHORTEST_HOLD, HandFacts
from handx_core.captioning.phrases import (
    Voice,
    contact,
    fingers_of,
    joints_of,
    listed,
    sentence,
    times,
    tips_of,
)
from handx_core.skeleton import FINGERS

CONTACT, HYPEREXTENSION, BEGINNING, MOVEMENT, STATE = range(5)
"""Kinds of statements in the order in which a text tells them."""

OVERLAP: Final = 3
"""Frames by which a movement may run into the next one and still come before it."""

_SHORT_DIRECTIONS: Final = {
    "up": "up", "down": "down", "left": "left", "right": "right", "front": "forwards", "back": "backwards",
}  # fmt: skip
_DIRECTIONS: Final = (
    {
        "up": "up", "down": "down", "left": "to the left", "right": "to the right", "front": "forwards",
        "back": "backwards",
    },
    {
        "up": "upwards", "down": "downwards", "left": "leftwards", "right": "rightwards",
        "front": "away from the body", "back": "towards the body",
    },
)  # fmt: skip
"""Ways to say where a hand moves; a text keeps to one."""


class Statement(NamedTuple):
    """Something true of a clip. say(side) words it, naming the side ("left ", "right ") or not ("").

    rank: optional statements with a lower rank are told first when there is room for few. parts: the times that it
    tells of, where they are several.
    """

    kind: int
    rank: int
    span: Span
    say: Callable[[str], str]
    parts: tuple[Span, ...] = ()

    @property
    def required(self) -> bool:
        """Contacts and hyperextensions are never left out."""
        return self.kind in (CONTACT, HYPEREXTENSION)


def hand_statements(facts: HandFacts, voice: Voice) -> list[Statement]:
    """All that can be said of one hand at the voice's level."""
    statements = _touches(facts.touches, voice) + _hyperextensions(facts.hyperextended, voice)
    statements += _bendings(facts.bends, voice)
    if facts.travels:
        statements += _travel(facts.travels, voice)
    for number, moves in enumerate(facts.spreads):
        statements += _spreads(moves, voice, number)
    return statements + _states(facts, voice)


def _touches(touches: Sequence[During], voice: Voice) -> list[Statement]:
    """The thumb with the other tips: each touch by itself, or at the concise levels all in one."""
    if not touches:
        return []
    if voice.level <= 2 and len(touches) > 1:
        return [_touches_grouped(touches)]

    def say(number: int, touch: During) -> Callable[[str], str]:
        place = f"touch{number}"
        name, plural = tips_of(touch.fingers)
        predicate = contact(voice, place, touch.spans, " " + name, "them" if plural else "it")
        return lambda side: sentence(f"the {side}thumb", predicate, plural=False)

    return [
        Statement(CONTACT, 0, (touch.spans[0][0], touch.spans[-1][1]), say(number, touch), touch.spans)
        for number, touch in enumerate(touches)
    ]


def _touches_grouped(touches: Sequence[During]) -> Statement:
    spans = [span for touch in touches for span in touch.spans]
    in_turn = all(b[0] >= a[1] for a, b in pairwise(spans))
    counts = {len(touch.spans) for touch in touches}
    often = f"{times(counts.pop())} each" if len(counts) == 1 and counts != {1} else ""
    fingers = [finger for touch in touches for finger in touch.fingers]
    name, _ = tips_of(fingers if in_turn else sorted(fingers, key=FINGERS.index))
    predicate = f"[touch] {name}{often}{' in turn' if in_turn else ''}"
    span = (min(start for start, _ in spans), max(end for _, end in spans))
    return Statement(
        CONTACT, 0, span, lambda side: sentence(f"the {side}thumb", predicate, plural=False), tuple(sorted(spans))
    )


def _hyperextensions(found: Sequence[During], voice: Voice) -> list[Statement]:
    """Fingers bent backwards: by joints and times, or at the concise levels all in one."""
    if voice.level <= 2 and len(found) > 1:
        fingers = tuple(finger for finger in FINGERS if any(finger in during.fingers for during in found))
        found = [During(fingers, ((min(d.spans[0][0] for d in found), max(d.spans[-1][1] for d in found)),))]
    return [_hyperextension(during, voice, f"hyper{number}") for number, during in enumerate(found)]


def _hyperextension(during: During, voice: Voice, place: str) -> Statement:
    span = (during.spans[0][0], during.spans[-1][1])
    verb = voice.pick(place, ("[hyperextend]", "[bend] backwards past straight"))
    where = " " + joints_of(during.state.split()) if voice.level >= 4 else ""
    when = voice.lasting(span) if len(during.spans) == 1 else times(len(during.spans)) + voice.frames(span)
    predicate = verb + where + when

    def say(side: str) -> str:
        name, plural = fingers_of(during.fingers, side)
        return sentence(name, predicate, plural)

    return Statement(HYPEREXTENSION, 0, span, say)


def _bendings(bends: Sequence[Moves], voice: Voice) -> list[Statement]:
    """Bending and straightening: by groups of like fingers, or, but for the fullest level, of many as a whole."""
    if voice.level <= 2:
        bends = first_movements(bends, LIKE_FRAMES)
    as_a_whole = _one_after_another(bends, voice) if voice.level < 5 and len(bends) > 2 else None
    if as_a_whole:
        return [as_a_whole]
    return [bend for number, moves in enumerate(bends) for bend in _bend(moves, voice, f"bend{number}")]


def _bend_words(step: Step, voice: Voice, place: str, joints: bool = False) -> str:
    """How a finger moves. joints: whether only the joints named do, so that nothing is said of the finger's end."""
    if step.what == "bend":
        verb = voice.pick(place + step.what, ("[bend]", "[curl]", "[flex]"))
    else:
        verb = voice.pick(place + step.what, ("[straighten]", "[extend]", "[uncurl]"))
    return verb + (" fully" if step.full and voice.level >= 3 and not joints else "")


def _bend(moves: Moves, voice: Voice, place: str) -> list[Statement]:
    where = " " + joints_of(moves.joints) if moves.joints else ""

    def words(step: Step) -> str:
        return _bend_words(step, voice, place, bool(where)) + where

    def say(side: str, predicate: str) -> str:
        name, plural = fingers_of(moves.fingers, side)
        return sentence(name, predicate, plural)

    return [
        _movement(some, _steps(some, voice, place, words, _where(moves, voice)), 1 - len(moves.fingers), say)
        for place, some in _told_together(moves.steps, voice, place, words)
    ]


def _movement(steps: Sequence[Step], predicate: str, rank: int, say: Callable[[str, str], str]) -> Statement:
    """Some steps as a statement. say: words it by the side to name, and what is done."""
    span = (steps[0].span[0], max(step.span[1] for step in steps))
    return Statement(MOVEMENT, rank, span, lambda side: say(side, predicate), tuple(step.span for step in steps))


def _told_together(
    steps: Sequence[Step], voice: Voice, place: str, words: Callable[[Step], str]
) -> list[tuple[str, Sequence[Step]]]:
    """Steps two by two, as much as a sentence holds, with a place for each; all in one as a pattern that repeats, or at
    the concise levels."""
    if voice.level <= 2 or len(steps) <= 2 or repeated([words(step) for step in steps])[1] > 1:
        return [(place, steps)]
    return [(f"{place}+{start}" if start else place, steps[start : start + 2]) for start in range(0, len(steps), 2)]


def _where(moves: Moves, voice: Voice) -> Callable[[Step], str]:
    """At which joints fingers move, at the comprehensive level and unless at all: the thumb has two, others three."""
    whole = 2 if moves.fingers == ("thumb",) else 3

    def words(step: Step) -> str:
        if voice.level < 5 or moves.joints or not step.joints:
            return ""
        return "" if len(step.joints) == whole else " " + joints_of(step.joints)

    return words


def _one_after_another(bends: Sequence[Moves], voice: Voice) -> Statement | None:
    """Fingers that all bend, straighten or both, but not together: one by one along the hand, or in no such order."""
    steps = {finger: [s for moves in bends if finger in moves.fingers for s in moves.steps] for finger in FINGERS}
    steps = {finger: sorted(found, key=lambda step: step.span) for finger, found in steps.items() if found}
    common = [
        what for what in ("bend", "straighten") if all(what in [s.what for s in found] for found in steps.values())
    ]
    if not common:
        return None
    firsts = [[next(s.span[0] for s in found if s.what == what) for found in steps.values()] for what in common]
    fingers = list(steps)
    if all(a < b for first in firsts for a, b in pairwise(first)):
        how = f"one after another, from the {fingers[0]} to the {fingers[-1]}"
    elif all(a > b for first in firsts for a, b in pairwise(first)):
        how = f"one after another, from the {fingers[-1]} to the {fingers[0]}"
    else:
        how = voice.pick("apart", ("at different times", "not all at once"))
    words = [_bend_words(Step(what, (0, 0), ""), voice, "wave") for what in common]
    speed = common_speed(step.speed for found in steps.values() for step in found)
    predicate = listed(words) + voice.speed("wave", speed) + " " + how
    everything = [step.span for found in steps.values() for step in found if step.what in common]
    span = (min(start for start, _ in everything), max(end for _, end in everything))
    return Statement(
        MOVEMENT,
        -len(fingers),
        span,
        lambda side: sentence(fingers_of(fingers, side)[0], predicate, True),
        tuple(everything),
    )


def _steps(
    steps: Sequence[Step],
    voice: Voice,
    place: str,
    words: Callable[[Step], str],
    where: Callable[[Step], str] = lambda _: "",
) -> str:
    """Several movements in order: the pattern and how often, or one by one with place, speed and frames."""
    parts, count, more = repeated([words(step) for step in steps])
    common = common_speed(step.speed for step in steps)
    if count > 1:
        cycles = (steps[0].span[0], max(step.span[1] for step in steps[: count * len(parts)]))
        told = listed(parts) + times(count) + voice.speed(place, common) + voice.frames(cycles)
        return told + (f", then {parts[0]} again{voice.frames(steps[-1].span)}" if more and voice.level > 2 else "")
    if voice.level <= 2:
        return in_order(parts, [step.span for step in steps]) + voice.speed(place, common)
    each = []
    for number, (part, step) in enumerate(zip(parts, steps, strict=True)):
        part += where(step)
        if number == 0 or voice.level == 5 or step.speed != steps[number - 1].speed:
            part += voice.speed(f"{place}/{number}", step.speed)
        each.append(part + (voice.time(step.span) if number == 0 else voice.frames(step.span)))
    return in_order(each, [step.span for step in steps])


def in_order(parts: Sequence[str], spans: Sequence[Span]) -> str:
    """What is done one after another, and what begins while the one before it is not done."""
    told = parts[0]
    for part, (before, span) in zip(parts[1:], pairwise(spans), strict=True):
        told += (", meanwhile " if span[0] < before[1] - OVERLAP else ", then ") + part
    return told


def _travel(steps: Sequence[Step], voice: Voice) -> list[Statement]:
    directions = _SHORT_DIRECTIONS if voice.level <= 2 else voice.pick("ways", _DIRECTIONS)

    def words(step: Step) -> str:
        return listed([directions[way] for way in step.what.split()])

    told = list(steps)
    if voice.level <= 2 and len(told) > 3 and repeated([words(step) for step in told])[1] == 1:
        told = told[:2] if voice.level == 1 else told[:3]
    verb = voice.pick("travel", ("[move]", "[travel]", "[shift]", "[go]"))
    return [
        _movement(
            some,
            f"{verb} {_steps(some, voice, place, words)}",
            0,
            lambda side, predicate: sentence(f"the {side}hand", predicate, plural=False),
        )
        for place, some in _told_together(told, voice, "travel", words)
    ]


def _spreads(moves: Moves, voice: Voice, number: int) -> list[Statement]:
    place = f"spread{number}"
    spread = voice.pick(place, ("[spread] apart", "[open] sideways", "[fan] out"))
    close = voice.pick(place + "close", ("[close] together", "[come] together sideways"))

    def words(step: Step) -> str:
        return spread if step.what == "spread" else close

    def say(side: str, predicate: str) -> str:
        return sentence(fingers_of(moves.fingers, side)[0], predicate, plural=True)

    return [
        _movement(some, _steps(some, voice, place, words), 2, say)
        for place, some in _told_together(moves.steps, voice, place, words)
    ]


def _states(facts: HandFacts, voice: Voice) -> list[Statement]:
    """What does not change: poses held, the pose that movements start from, fingers that stay spread, a still hand."""
    whole = (0, voice.frame_count)
    statements = []
    still = not (facts.bends or facts.travels or facts.spreads or facts.hyperextended)
    in_place = ("[stay] in place", "[remain] in place", "[keep] its place", "[keep] still", "[stay] still")
    if still:
        stays = voice.pick("place", in_place)
        groups = [(fingers_of(pose.fingers, "")[0], pose.state) for pose in facts.poses]
        stays += voice.always() * (voice.level == 5)
        shown = groups if voice.level > 1 else groups[:2]
        posture = listed([f"{name} {state}" for name, state in shown])
        statements.append(
            Statement(
                STATE, -9, whole, lambda side: sentence(f"the {side}hand", f"{stays} with {posture}", plural=False)
            )
        )
    else:
        statements += [_pose(pose, voice, f"pose{number}") for number, pose in enumerate(facts.poses)]
    if voice.level >= 4:
        statements += [_start(pose, voice, f"start{number}") for number, pose in enumerate(facts.starts)]
        statements += [_gap(gap, voice, f"gap{number}") for number, gap in enumerate(facts.gaps)]
    if voice.level == 5:
        statements += [_hold(hold, voice, f"hold{number}") for number, hold in enumerate(facts.holds)]
    if facts.rests and voice.level == 5:
        rests = voice.pick("rest", ("[keep] still", "[stay] still", "[remain] still"))
        text = rests + voice.all_frames(facts.rests)
        statements.append(Statement(STATE, 6, whole, lambda side: sentence(f"the {side}hand", text, plural=False)))
    if not facts.travels and not still and voice.level >= 3:
        stays = voice.pick("place", in_place) + voice.always() * (voice.level == 5)
        statements.append(Statement(STATE, 6, whole, lambda side: sentence(f"the {side}hand", stays, plural=False)))
    return statements


def _pose(pose: During, voice: Voice, place: str) -> Statement:
    verb = voice.pick(place, ("[stay]", "[remain]"))

    def say(side: str) -> str:
        name, plural = fingers_of(pose.fingers, side)
        return sentence(name, f"{verb} {pose.state}{voice.always()}", plural)

    return Statement(STATE, 5 - len(pose.fingers), pose.spans[0], say)


def _start(pose: During, voice: Voice, place: str) -> Statement:
    verb = voice.pick(place, ("[start]", "[begin]"))
    frames = voice.frames(pose.spans[0]) if pose.spans[0][1] >= SHORTEST_HOLD else ""

    def say(side: str) -> str:
        name, plural = fingers_of(pose.fingers, side)
        return sentence(name, f"{verb} {pose.state}{frames}", plural)

    return Statement(BEGINNING, 4, (0, 1), say)


def _hold(hold: During, voice: Voice, place: str) -> Statement:
    verb = voice.pick(place, ("[stay]", "[remain]", "[be]"))

    def say(side: str) -> str:
        name, plural = fingers_of(hold.fingers, side)
        return sentence(name, f"{verb} {hold.state}{voice.lasting(hold.spans[0])}", plural)

    return Statement(STATE, 3, hold.spans[0], say)


def _gap(gap: During, voice: Voice, place: str) -> Statement:
    spread, closed = ("[be] spread", "[be] held apart"), ("[be] close together", "[lie] side by side")
    words = voice.pick(place, spread if gap.state == "Open" else closed)

    def say(side: str) -> str:
        told = words + " sideways" * (gap.state == "Open")
        return sentence(fingers_of(gap.fingers, side)[0], told, plural=True)

    return Statement(STATE, 7, gap.spans[0], say)
