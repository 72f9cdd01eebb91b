"""What the events say of one hand: facts about whole fingers and the hand, like fingers merged.

What belongs here: from one hand's part of the events JSON (prompts/events.schema.json) to facts. What does not: facts
about both hands (`pair_summary`) and any wording (`phrases`, `hand_text`). Nothing here looks at joints: a fact is
true exactly as far as the events are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from handx_core.captioning.facts import (
    SPEEDS,
    During,
    Event,
    Moves,
    Span,
    Step,
    alike_in_time,
    clusters,
    mean_spans,
    merge_moves,
    merge_spans,
    spans_of,
    union,
)
from handx_core.skeleton import FINGERS

BENT_RANK: Final = {"Hyperextended": -1, "Fully extended": 0, "Partially bent": 1, "Fully bent": 2}


@dataclass(frozen=True)
class HandFacts:
    """What one hand does by itself.

    touches: thumb with the named fingertips. hyperextended: with the joints in `state`. bends, spreads: movements of
    fingers. travels: movements of the hand. poses: fingers that keep one state. starts: state at the first frame of
    the fingers that move; both without the hyperextended ones. gaps: pairs of fingers that stay spread or closed.
    """

    touches: tuple[During, ...]
    hyperextended: tuple[During, ...]
    bends: tuple[Moves, ...]
    spreads: tuple[Moves, ...]
    travels: tuple[Step, ...]
    poses: tuple[During, ...]
    starts: tuple[During, ...]
    gaps: tuple[During, ...]


def hand_facts(events: Mapping[str, Any], frame_count: int, tolerance: int, exact_speeds: bool) -> HandFacts:
    """Facts about one hand from its part of the events.

    tolerance: frames by which like fingers may differ in time. exact_speeds: whether like fingers are equally fast.
    """
    flexing = events["finger_flexing"]
    moves = [move for finger in FINGERS for move in _finger_moves(finger, flexing)]
    moving = {finger for move in moves for finger in move.fingers}
    whole = ((0, frame_count),)
    hyperextended = _hyperextended(flexing, tolerance)
    bent_back = {finger for during in hyperextended for finger in during.fingers}
    states = [(finger, _finger_state(_joints(finger, flexing), 0)) for finger in FINGERS if finger not in bent_back]
    steady = {finger for finger in FINGERS if all(_is_steady(found) for found in _joints(finger, flexing).values())}
    return HandFacts(
        touches=merge_spans(
            {pair.split(", ")[1]: spans_of(found, "Contact") for pair, found in events["finger_tip_contact"].items()},
            tolerance,
        ),
        hyperextended=hyperextended,
        bends=merge_moves(moves, tolerance, exact_speeds),
        spreads=merge_moves(_spread_moves(events["finger_spacing"]), tolerance, exact_speeds),
        travels=_travels(events["wrist_trajectory"], tolerance),
        poses=_alike([entry for entry in states if entry[0] in steady], whole),
        starts=_alike([entry for entry in states if entry[0] in moving], whole),
        gaps=_constant_gaps(events["finger_spacing"], whole),
    )


def _alike(states: Sequence[tuple[str, str]], spans: tuple[Span, ...]) -> tuple[During, ...]:
    """Fingers in one state, merged, in anatomical order of the first."""
    groups = clusters(states, lambda one, other: one[1] == other[1])
    return tuple(During(tuple(finger for finger, _ in group), spans, group[0][1]) for group in groups)


def _joints(finger: str, flexing: Mapping[str, Sequence[Event]]) -> dict[str, Sequence[Event]]:
    """Events of the joints of a finger by "mcp", "pip", "dip" or "ip", proximal first."""
    return {key.split("_")[1]: found for key, found in flexing.items() if key.startswith(finger + "_")}


def _state_at(events: Sequence[Event], frame: int) -> str:
    state = str(events[0].get("constant_des", events[0].get("start_des")))
    for event in events:
        if event["start"] <= frame:
            state = event.get("constant_des") or event["end_des" if event["end"] <= frame else "start_des"]
    return state


def _is_steady(events: Sequence[Event]) -> bool:
    return len({event.get(key) for event in events for key in ("constant_des", "end_des")} - {None}) == 1


def _finger_state(joints: Mapping[str, Sequence[Event]], frame: int) -> str:
    """A finger is straight if every joint is, fully bent if two are, and partly bent in between."""
    ranks = sorted(BENT_RANK[_state_at(events, frame)] for events in joints.values())
    if ranks[-1] <= 0:
        return "straight"
    return "fully bent" if ranks[len(ranks) - 2] == 2 else "partly bent"


def _finger_moves(finger: str, flexing: Mapping[str, Sequence[Event]]) -> list[Moves]:
    """Bending and straightening of a finger: its joints' changes in one direction, joined where they overlap."""
    joints = _joints(finger, flexing)
    changes = [
        (rise > 0, event["start"], event["end"], SPEEDS.index(event["v_des"]), joint)
        for joint, events in joints.items()
        for event in events
        if "v_des" in event
        for rise in [max(BENT_RANK[event["end_des"]], 0) - max(BENT_RANK[event["start_des"]], 0)]
        if rise
    ]
    joined: list[tuple[bool, int, int, list[int], list[str]]] = []
    for bends, start, end, speed, joint in sorted(changes):
        last = joined[-1] if joined else None
        if last and last[0] == bends and start <= last[2]:
            joined[-1] = (bends, last[1], max(end, last[2]), [*last[3], speed], [*last[4], joint])
        else:
            joined.append((bends, start, end, [speed], [joint]))
    joined.sort(key=lambda move: (move[1], move[2], move[0]))
    clash = [any(a[0] != b[0] and min(a[2], b[2]) - max(a[1], b[1]) > 2 for b in joined if b is not a) for a in joined]
    if not joined:
        return []
    steps = [
        Step(
            "bend" if bends else "straighten",
            (start, end),
            SPEEDS[sorted(speeds)[len(speeds) // 2]],
            _finger_state(joints, end) == ("fully bent" if bends else "straight"),
        )
        for bends, start, end, speeds, _ in joined
    ]
    if not any(clash):
        return [Moves((finger,), tuple(steps))]
    return [Moves((finger,), (step,), tuple(dict.fromkeys(move[4]))) for step, move in zip(steps, joined, strict=True)]


def _spread_moves(spacing: Mapping[str, Sequence[Event]]) -> list[Moves]:
    return [
        Moves(tuple(pair.split(", ")), steps)
        for pair, events in spacing.items()
        for steps in [
            tuple(
                Step(
                    "spread" if event["end_des"] == "Open" else "close", (event["start"], event["end"]), event["v_des"]
                )
                for event in events
                if "v_des" in event and event["start_des"] != event["end_des"]
            )
        ]
        if steps
    ]


def _constant_gaps(spacing: Mapping[str, Sequence[Event]], whole: tuple[Span, ...]) -> tuple[During, ...]:
    """Neighbouring fingers that are never seen but spread, or never but closed, merged into rows of fingers."""
    found: dict[str, set[str]] = {"Open": set(), "Closed": set()}
    for pair, events in spacing.items():
        states = {
            word for event in events for key, word in event.items() if key in ("constant_des", "start_des", "end_des")
        }
        if len(states) == 1 and next(iter(states)) in found:
            found[states.pop()] |= set(pair.split(", "))
    return tuple(
        During(tuple(finger for finger in FINGERS if finger in fingers), whole, state)
        for state, fingers in found.items()
        if fingers
    )


def _hyperextended(flexing: Mapping[str, Sequence[Event]], tolerance: int) -> tuple[During, ...]:
    """Fingers that are hyperextended, by the joints at which they are."""
    by_joints: dict[str, dict[str, tuple[Span, ...]]] = {}
    for finger in FINGERS:
        spans: dict[str, tuple[Span, ...]] = {}
        for joint, events in _joints(finger, flexing).items():
            at = [
                (event["start"], event["end"])
                for event in events
                if "Hyperextended" in (event.get("constant_des"), event.get("end_des"), event.get("start_des"))
            ]
            if at:
                spans[joint] = union(at)
        if spans:
            everywhere = union(span for found in spans.values() for span in found)
            by_joints.setdefault(" ".join(spans), {})[finger] = everywhere
    return tuple(
        During(during.fingers, during.spans, joints)
        for joints, fingers in by_joints.items()
        for during in merge_spans(fingers, tolerance)
    )


def _travels(trajectory: Mapping[str, Sequence[Event]], tolerance: int) -> tuple[Step, ...]:
    """Movements of the wrist in order; those along several axes at the same time are one, `what` joined by spaces."""
    found = sorted(
        (event["start"], event["end"], axis, event["direction"].split("-to-")[1], SPEEDS.index(event["v_des"]))
        for axis, events in trajectory.items()
        for event in events
    )
    groups: list[list[tuple[int, int, str, str, int]]] = []
    for movement in found:
        for group in groups:
            free = all(movement[2] != other[2] for other in group)
            if free and alike_in_time([movement[:2]], [group[0][:2]], 2 * tolerance):
                group.append(movement)
                break
        else:
            groups.append([movement])
    steps = []
    for group in groups:
        (span,) = mean_spans([((start, end),) for start, end, *_ in group])
        words = [word for axis in ("down-up", "left-right", "front-back") for *_, of, word, _ in group if of == axis]
        steps.append(Step(" ".join(words), span, SPEEDS[max(speed for *_, speed in group)]))
    return tuple(sorted(steps, key=lambda step: (step.span, step.what.count(" "))))
