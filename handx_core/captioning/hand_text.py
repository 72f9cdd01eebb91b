"""What one hand does, as statements from which a text of any level is put together.

What belongs here: one function for each kind of fact about a hand. What does not: the facts (`hand_summary`), the words
(`phrases`), and the choice of statements (`rules`).
"""

from collections.abc import Sequence
from itertools import pairwise, product
from typing import Final, NamedTuple

from handx_core.captioning.facts import LIKE_FRAMES, During, Moves, Span, Step, common_speed, first_movements, repeated
from handx_core.captioning.hand_summary import SHORTEST_HOLD, HandFacts
from handx_core.captioning.phrases import (
    SIDE,
    Verbs,
    Voice,
    contact,
    fingers_of,
    joints_of,
    listed,
    times,
    tips_of,
    verbs,
)
from handx_core.skeleton import FINGERS

CONTACT, HYPEREXTENSION, BEGINNING, MOVEMENT, STATE = range(5)
"""Kinds of statements in the order in which a text tells them."""

REQUIRED: Final = -10
"""The rank of contacts and hyperextensions, which are never left out; lower than any other."""

OVERLAP: Final = 3
"""Frames by which a movement may run into the next one and still come before it."""


def _ways(**words: str) -> dict[str, str]:
    """How each direction of a movement is told, along one axis or several; of a single direction by its words."""
    along = product(("", "down", "up"), ("", "left", "right"), ("", "front", "back"))
    combined = [[way for way in ways if way] for ways in along]
    return {" ".join(ways): listed([words[way] for way in ways]) for ways in combined if ways}


_SHORT_DIRECTIONS: Final = _ways(up="up", down="down", left="left", right="right", front="forwards", back="backwards")
_DIRECTIONS: Final = (
    _ways(up="up", down="down", left="to the left", right="to the right", front="forwards", back="backwards"),
    _ways(
        up="upwards", down="downwards", left="leftwards", right="rightwards", front="away from the body",
        back="towards the body",
    ),
)  # fmt: skip
"""Ways to say where a hand moves; a text keeps to one."""

_HYPEREXTEND: Final = verbs("hyperextend", "bend backwards past straight")
_BEND_VERBS: Final = {"bend": verbs("bend", "curl", "flex"), "straighten": verbs("straighten", "extend", "uncurl")}
_TRAVEL: Final = verbs("move", "travel", "shift", "go")
_SPREAD: Final = verbs("spread apart", "open sideways", "fan out")
_CLOSE: Final = verbs("close together", "come together sideways")
_STAY_IN_PLACE: Final = verbs("stay in place", "remain in place", "keep its place", "keep still", "stay still")
_REST: Final = verbs("keep still", "stay still", "remain still")
_STAY: Final = verbs("stay", "remain")
_START: Final = verbs("start", "begin")
_HOLD: Final = verbs("stay", "remain", "be")
_GAPS: Final = {
    "Open": verbs("be spread sideways", "be held apart sideways"),
    "Closed": verbs("be close together", "lie side by side"),
}


class Statement(NamedTuple):
    """Something true of a clip. text: without a full stop; SIDE stands where the side of a hand may be named.

    rank: REQUIRED, or where there is room for few, statements with a lower rank are told first. parts: the times that
    it tells of, where they are several.
    """

    kind: int
    rank: int
    span: Span
    text: str
    parts: tuple[Span, ...] = ()


def hand_statements(facts: HandFacts, voice: Voice) -> list[Statement]:
    """All that can be said of one hand at the voice's level."""
    statements: list[Statement] = []
    if facts.touches:
        statements += _touches(facts.touches, voice)
    if facts.hyperextended:
        statements += _hyperextensions(facts.hyperextended, voice)
    if facts.bends:
        statements += _bendings(facts.bends, voice)
    if facts.travels:
        statements += _travel(facts.travels, voice)
    for number, moves in enumerate(facts.spreads):
        statements += _spreads(moves, voice, f"spread{number}")
    return statements + _states(facts, voice)


def _touches(touches: Sequence[During], voice: Voice) -> list[Statement]:
    """The thumb with the other tips: each touch by itself, or at the concise levels all in one."""
    if voice.concise and len(touches) > 1:
        return [_touches_grouped(touches)]
    statements = []
    for number, touch in enumerate(touches):
        name, plural = tips_of(touch.fingers)
        told = contact(voice, f"touch{number}", touch.spans, False, " " + name, "them" if plural else "it")
        span = (touch.spans[0][0], touch.spans[-1][1])
        statements.append(Statement(CONTACT, REQUIRED, span, f"the {SIDE}thumb {told}", touch.spans))
    return statements


def _touches_grouped(touches: Sequence[During]) -> Statement:
    spans = [span for touch in touches for span in touch.spans]
    in_turn = all(b[0] >= a[1] for a, b in pairwise(spans))
    counts = {len(touch.spans) for touch in touches}
    often = f"{times(counts.pop())} each" if len(counts) == 1 and counts != {1} else ""
    fingers = [finger for touch in touches for finger in touch.fingers]
    name, _ = tips_of(tuple(fingers if in_turn else sorted(fingers, key=FINGERS.index)))
    text = f"the {SIDE}thumb touches {name}{often}{' in turn' if in_turn else ''}"
    span = (min(start for start, _ in spans), max(end for _, end in spans))
    return Statement(CONTACT, REQUIRED, span, text, tuple(sorted(spans)))


def _hyperextensions(found: Sequence[During], voice: Voice) -> list[Statement]:
    """Fingers bent backwards: by joints and times, or at the concise levels all in one."""
    if voice.concise and len(found) > 1:
        fingers = tuple(finger for finger in FINGERS if any(finger in during.fingers for during in found))
        found = [During(fingers, ((min(d.spans[0][0] for d in found), max(d.spans[-1][1] for d in found)),))]
    return [_hyperextension(during, voice, f"hyper{number}") for number, during in enumerate(found)]


def _hyperextension(during: During, voice: Voice, place: str) -> Statement:
    span = (during.spans[0][0], during.spans[-1][1])
    name, plural = fingers_of(during.fingers)
    verb = voice.pick(place, _HYPEREXTEND[plural])
    where = " " + joints_of(during.state.split()) if voice.level >= 4 else ""
    when = voice.lasting(span) if len(during.spans) == 1 else times(len(during.spans)) + voice.frames(span)
    return Statement(HYPEREXTENSION, REQUIRED, span, f"{name} {verb}{where}{when}")


def _bendings(bends: Sequence[Moves], voice: Voice) -> list[Statement]:
    """Bending and straightening: by groups of like fingers, or, but for the fullest level, of many as a whole."""
    if voice.concise:
        bends = first_movements(bends, LIKE_FRAMES)
    as_a_whole = _one_after_another(bends, voice) if len(bends) > 2 and not voice.exact else None
    if as_a_whole:
        return [as_a_whole]
    return [bend for number, moves in enumerate(bends) for bend in _bend(moves, voice, f"bend{number}")]


def _bend_verb(what: str, voice: Voice, place: str, plural: bool) -> str:
    return voice.pick(place + what, _BEND_VERBS[what][plural])


def _bend(moves: Moves, voice: Voice, place: str) -> list[Statement]:
    name, plural = fingers_of(moves.fingers)
    words = [_bend_verb(step.what, voice, place, plural) for step in moves.steps]
    if moves.joints:  # only those joints move so, which says nothing of the finger's end
        where = " " + joints_of(moves.joints)
        words = [word + where for word in words]
    elif not voice.concise:
        words = [f"{word} fully" if step.full else word for word, step in zip(words, moves.steps, strict=True)]
    joints = len(moves.joints) or (2 if moves.fingers == ("thumb",) else 3)
    return _movements(moves.steps, words, name, 1 - len(moves.fingers), voice, place, joints)


def _movements(
    steps: Sequence[Step], words: Sequence[str], subject: str, rank: int, voice: Voice, place: str, joints: int = 0
) -> list[Statement]:
    """Steps two by two, as much as a sentence holds; all in one as a pattern that repeats, or at the concise levels.

    words: of each step. joints: how many a step is of if they need not be named.
    """
    if len(steps) <= 2 or voice.concise or repeated(words)[1] > 1:
        return [_movement(steps, words, subject, rank, voice, place, joints)]
    return [
        _movement(
            steps[start : start + 2],
            words[start : start + 2],
            subject,
            rank,
            voice,
            f"{place}+{start}" if start else place,
            joints,
        )
        for start in range(0, len(steps), 2)
    ]


def _movement(
    steps: Sequence[Step], words: Sequence[str], subject: str, rank: int, voice: Voice, place: str, joints: int
) -> Statement:
    text = f"{subject} {_steps(steps, words, voice, place, joints)}"
    spans = tuple([step.span for step in steps])
    return Statement(MOVEMENT, rank, (spans[0][0], max([end for _, end in spans])), text, spans)


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
    fingers = tuple(steps)
    if all(a < b for first in firsts for a, b in pairwise(first)):
        how = f"one after another, from the {fingers[0]} to the {fingers[-1]}"
    elif all(a > b for first in firsts for a, b in pairwise(first)):
        how = f"one after another, from the {fingers[-1]} to the {fingers[0]}"
    else:
        how = voice.pick("apart", ("at different times", "not all at once"))
    told = listed([_bend_verb(what, voice, "wave", plural=True) for what in common])
    speed = voice.speed("wave", common_speed(step.speed for found in steps.values() for step in found))
    everything = tuple(step.span for found in steps.values() for step in found if step.what in common)
    span = (min(start for start, _ in everything), max(end for _, end in everything))
    return Statement(MOVEMENT, -len(fingers), span, f"{fingers_of(fingers)[0]} {told}{speed} {how}", everything)


def _steps(steps: Sequence[Step], words: Sequence[str], voice: Voice, place: str, joints: int) -> str:
    """Several movements in order: the pattern and how often, or one by one with place, speed and frames."""
    told = repeating(steps, words, voice, place)
    if told:
        return told
    before = None
    for number, (word, step) in enumerate(zip(words, steps, strict=True)):
        if before:
            told += ", meanwhile " if step.span[0] < before.span[1] - OVERLAP else ", then "
        told += word
        if not voice.concise:
            if voice.exact and step.joints and len(step.joints) != joints:
                told += " " + joints_of(step.joints)
            if not before or voice.exact or step.speed != before.speed:
                told += voice.speed(f"{place}/{number}", step.speed)
            told += voice.frames(step.span) if before else voice.time(step.span)
        before = step
    return told + (voice.speed(place, common_speed([step.speed for step in steps])) if voice.concise else "")


def repeating(steps: Sequence[Step], words: Sequence[str], voice: Voice, place: str) -> str:
    """The pattern that movements repeat, and how often; "" if they repeat none. words: of each step."""
    pattern, count, more = repeated(words)
    if count == 1:
        return ""
    cycles = (steps[0].span[0], max(step.span[1] for step in steps[: count * len(pattern)]))
    speed = voice.speed(place, common_speed(step.speed for step in steps))
    told = listed(pattern) + times(count) + speed + voice.frames(cycles)
    return told + (f", then {words[0]} again{voice.frames(steps[-1].span)}" if more and not voice.concise else "")


def _travel(steps: Sequence[Step], voice: Voice) -> list[Statement]:
    directions = _SHORT_DIRECTIONS if voice.concise else voice.pick("ways", _DIRECTIONS)
    words = [directions[step.what] for step in steps]
    if voice.concise and len(steps) > 3 and repeated(words)[1] == 1:
        most = 2 if voice.level == 1 else 3
        steps, words = steps[:most], words[:most]
    subject = f"the {SIDE}hand {voice.pick('travel', _TRAVEL[False])}"
    return _movements(steps, words, subject, 0, voice, "travel")


def _spreads(moves: Moves, voice: Voice, place: str) -> list[Statement]:
    spread, close = voice.pick(place, _SPREAD[True]), voice.pick(place + "close", _CLOSE[True])
    words = [spread if step.what == "spread" else close for step in moves.steps]
    return _movements(moves.steps, words, fingers_of(moves.fingers)[0], 2, voice, place)


def _states(facts: HandFacts, voice: Voice) -> list[Statement]:
    """What does not change: poses held, the pose that movements start from, fingers that stay spread, a still hand."""
    whole = (0, voice.frame_count)
    statements = []
    still = not (facts.bends or facts.travels or facts.spreads or facts.hyperextended)
    if not facts.travels:
        stays = voice.pick("place", _STAY_IN_PLACE[False]) + (voice.always if voice.exact else "")
        if still:
            shown = facts.poses if voice.level > 1 else facts.poses[:2]
            stays += " with " + listed([f"{fingers_of(pose.fingers, '')[0]} {pose.state}" for pose in shown])
        if still or not voice.concise:
            statements.append(Statement(STATE, -9 if still else 6, whole, f"the {SIDE}hand {stays}"))
    for number, pose in enumerate(() if still else facts.poses):
        text = _in_state(pose, voice, f"pose{number}", _STAY) + voice.always
        statements.append(Statement(STATE, 5 - len(pose.fingers), whole, text))
    if voice.level >= 4:
        statements += _starts_and_gaps(facts, voice)
    if voice.exact:
        statements += _holds_and_rests(facts, voice)
    return statements


def _in_state(during: During, voice: Voice, place: str, synonyms: Verbs) -> str:
    name, plural = fingers_of(during.fingers)
    return f"{name} {voice.pick(place, synonyms[plural])} {during.state}"


def _starts_and_gaps(facts: HandFacts, voice: Voice) -> list[Statement]:
    statements = []
    for number, start in enumerate(facts.starts):
        text = _in_state(start, voice, f"start{number}", _START)
        text += voice.frames(start.spans[0]) if start.spans[0][1] >= SHORTEST_HOLD else ""
        statements.append(Statement(BEGINNING, 4, (0, 1), text))
    for number, gap in enumerate(facts.gaps):
        text = f"{fingers_of(gap.fingers)[0]} {voice.pick(f'gap{number}', _GAPS[gap.state][True])}"
        statements.append(Statement(STATE, 7, gap.spans[0], text))
    return statements


def _holds_and_rests(facts: HandFacts, voice: Voice) -> list[Statement]:
    statements = []
    for number, hold in enumerate(facts.holds):
        text = _in_state(hold, voice, f"hold{number}", _HOLD) + voice.lasting(hold.spans[0])
        statements.append(Statement(STATE, 3, hold.spans[0], text))
    if facts.rests:
        rests = voice.pick("rest", _REST[False]) + voice.all_frames(facts.rests)
        statements.append(Statement(STATE, 6, (0, voice.frame_count), f"the {SIDE}hand {rests}"))
    return statements
