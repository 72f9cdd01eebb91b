"""What the events say of one hand: facts about whole fingers and the hand, like fingers merged.

What belongs here: from one hand's part of the events JSON (prompts/events.schema.json) to facts. What does not: facts
about both hands (`pair_summary`) and any wording (`phrases`, `hand_text`). Nothing here looks at joints: a fact is
true exactly as far as the events are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from handx_core.captioning.facts import (
    BENT_RANK,
    SPEEDS,
    During,
    Event,
    Moves,
    Span,
    Step,
    alike_in_time,
    clusters,
    finger_state,
    mean_spans,
    merge_moves,
    merge_spans,
    spans_of,
    union,
)
from handx_core.skeleton import FINGERS

SHORTEST_HOLD: Final = 8
"""Frames that a state between movements lasts to be told of: about a quarter of a second."""

_JOINT_KEYS: Final = {
    finger: tuple(
        (joint, f"{finger}_{joint}") for joint in (("mcp", "ip") if finger == "thumb" else ("mcp", "pip", "dip"))
    )
    for finger in FINGERS
}
"""Names of a finger's joints and their keys in the events, proximal first."""


@dataclass(frozen=True)
class HandFacts:
    """What one hand does by itself.

    touches: thumb with the named fingertips. hyperextended: with the joints in `state`. bends, spreads: movements of
    fingers. travels: movements of the hand. poses: fingers that keep one state. starts: state of the fingers
    that move until they do; both without the hyperextended ones. gaps: rows of fingers that stay spread or closed.
    holds: states that moving fingers come to and keep. rests: when a hand that moves does not.
    """

    touches: tuple[During, ...]
    hyperextended: tuple[During, ...]
    bends: tuple[Moves, ...]
    spreads: tuple[Moves, ...]
    travels: tuple[Step, ...]
    poses: tuple[During, ...]
    starts: tuple[During, ...]
    gaps: tuple[During, ...]
    holds: tuple[During, ...]
    rests: tuple[Span, ...]


class Finger:
    """What the joints of a finger do, by "mcp", "pip", "dip" or "ip", proximal first; worked out once, when asked."""

    def __init__(self, name: str, flexing: Mapping[str, Sequence[Event]]) -> None:
        self.name = name
        self.joints = {joint: flexing[key] for joint, key in _JOINT_KEYS[name] if key in flexing}
        self._changes = any(len(events) > 1 or "v_des" in events[0] for events in self.joints.values())
        self._states: dict[int, str] = {}

    def state(self, frame: int) -> str:
        """Straight, partly bent or fully bent."""
        frame = frame if self._changes else 0
        if frame not in self._states:
            self._states[frame] = finger_state(
                tuple([BENT_RANK[_state_at(events, frame)] for events in self.joints.values()])
            )
        return self._states[frame]

    @cached_property
    def edges(self) -> tuple[int, ...]:
        """The frames at which an event begins or ends, in order."""
        return tuple(sorted({e[key] for events in self.joints.values() for e in events for key in ("start", "end")}))

    @cached_property
    def is_steady(self) -> bool:
        """Whether it keeps one state, whichever of its joints drift from one to another without a movement."""
        return not self._changes or len({self.state(frame) for frame in self.edges}) == 1

    @cached_property
    def leaves_at(self) -> int:
        """The frame at which it leaves the state that it begins in."""
        first = self.state(0)
        moves = [event["start"] for events in self.joints.values() for event in events if "v_des" in event]
        return min([frame for frame in self.edges if self.state(frame) != first] + moves, default=self.edges[-1])

    @cached_property
    def hyperextended(self) -> dict[str, list[Span]]:
        """When each of its joints is, of those that ever are."""
        found = {
            joint: [(event["start"], event["end"]) for event in events if "Hyperextended" in event.values()]
            for joint, events in self.joints.items()
        }
        return {joint: at for joint, at in found.items() if at}

    @cached_property
    def moves(self) -> list[Moves]:
        """Bending and straightening: its joints' changes in one direction, joined where they overlap."""
        return _finger_moves(self)


class Hand:
    """What one hand does by itself, as far as it is no matter of how unlike fingers may be that are told of together;
    worked out once, when asked, since a clip is told both coarsely and finely.

    events: its part of a clip's events. fingers: by name.
    """

    def __init__(self, events: Mapping[str, Any], frame_count: int) -> None:
        self.events = events
        self.frame_count = frame_count
        self.fingers = {finger: Finger(finger, events["finger_flexing"]) for finger in FINGERS}

    @cached_property
    def moves(self) -> list[Moves]:
        """Bending and straightening of each finger."""
        return [move for finger in self.fingers.values() for move in finger.moves]

    @cached_property
    def touches(self) -> dict[str, tuple[Span, ...]]:
        """When the thumb touches each of the other tips."""
        found = self.events["finger_tip_contact"]
        return {pair.split(", ")[1]: spans_of(events, "Contact") for pair, events in found.items()}

    @cached_property
    def hyperextended(self) -> dict[str, dict[str, tuple[Span, ...]]]:
        """By the joints at which fingers are hyperextended, which are and when."""
        by_joints: dict[str, dict[str, tuple[Span, ...]]] = {}
        for name, finger in self.fingers.items():
            spans = {joint: union(at) for joint, at in finger.hyperextended.items()}
            if spans:
                everywhere = union(span for found in spans.values() for span in found)
                by_joints.setdefault(" ".join(spans), {})[name] = everywhere
        return by_joints

    @cached_property
    def holds(self) -> list[tuple[str, tuple[Span, str]]]:
        """What each finger is after each of its movements until the next one, where it is so for long enough."""
        return _holds(self.moves, self.fingers, self.frame_count)

    @cached_property
    def states(self) -> list[tuple[str, str]]:
        """The states that fingers begin in, but for those that are ever hyperextended."""
        bent_back = {finger for found in self.hyperextended.values() for finger in found}
        return [(name, finger.state(0)) for name, finger in self.fingers.items() if name not in bent_back]

    @cached_property
    def moving(self) -> set[str]:
        """The fingers that bend or straighten."""
        return {finger for move in self.moves for finger in move.fingers}

    @cached_property
    def poses(self) -> tuple[During, ...]:
        """The states that fingers keep."""
        steady = {name for name, finger in self.fingers.items() if name not in self.moving and finger.is_steady}
        return _alike([entry for entry in self.states if entry[0] in steady], ((0, self.frame_count),))

    @cached_property
    def rests(self) -> tuple[Span, ...]:
        """When it does not move, where it moves at all and rests for long enough."""
        return _rests(self.events["wrist_trajectory"], self.frame_count)

    @cached_property
    def gaps(self) -> tuple[During, ...]:
        """Rows of fingers that stay spread or closed."""
        return _constant_gaps(self.events["finger_spacing"], ((0, self.frame_count),))

    @cached_property
    def spreads(self) -> list[Moves]:
        """Spreading and closing of neighbouring fingers."""
        return _spread_moves(self.events["finger_spacing"])


def hand_facts(hand: Hand, tolerance: int, exact_speeds: bool) -> HandFacts:
    """Facts about one hand.

    tolerance: frames by which like fingers may differ in time. exact_speeds: whether like fingers are equally fast.
    """
    return HandFacts(
        touches=merge_spans(hand.touches, tolerance),
        hyperextended=tuple(
            During(during.fingers, during.spans, joints)
            for joints, fingers in hand.hyperextended.items()
            for during in merge_spans(fingers, tolerance)
        ),
        bends=merge_moves(hand.moves, tolerance, exact_speeds),
        spreads=_spreads(hand.spreads, tolerance, exact_speeds),
        holds=_held(hand.holds, tolerance),
        rests=hand.rests,
        travels=_travels(hand.events["wrist_trajectory"], tolerance),
        poses=hand.poses,
        starts=_starts([entry for entry in hand.states if entry[0] in hand.moving], hand.fingers, tolerance),
        gaps=hand.gaps,
    )


def _alike(states: Sequence[tuple[str, str]], spans: tuple[Span, ...]) -> tuple[During, ...]:
    """Fingers in one state, merged, in anatomical order of the first."""
    groups = clusters(states, lambda one, other: one[1] == other[1])
    return tuple(During(tuple(finger for finger, _ in group), spans, group[0][1]) for group in groups)


def _starts(states: Sequence[tuple[str, str]], fingers: Mapping[str, Finger], tolerance: int) -> tuple[During, ...]:
    """Fingers in the states that they begin in, until they leave them, merged where they do so together."""
    first = {finger: fingers[finger].leaves_at for finger, _ in states}
    groups = clusters(
        states, lambda one, other: one[1] == other[1] and abs(first[one[0]] - first[other[0]]) <= tolerance
    )
    return tuple(
        During(
            tuple(finger for finger, _ in group),
            ((0, sum(first[finger] for finger, _ in group) // len(group)),),
            group[0][1],
        )
        for group in groups
    )


def _state_at(events: Sequence[Event], frame: int) -> str:
    state = str(events[0].get("constant_des", events[0].get("start_des")))
    for event in events:
        if event["start"] <= frame:
            state = event.get("constant_des") or event["end_des" if event["end"] <= frame else "start_des"]
    return state


def _finger_moves(finger: Finger) -> list[Moves]:
    changes = [
        (rise > 0, event["start"], event["end"], SPEEDS.index(event["v_des"]), joint)
        for joint, events in finger.joints.items()
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
            finger.state(end) == ("fully bent" if bends else "straight")
            and not any(way != bends and start < other < end for way, other, *_ in joined),  # a joint turns back early
            tuple(joint for joint in finger.joints if joint in names),
        )
        for bends, start, end, speeds, names in joined
    ]
    if not any(clash):
        return [Moves((finger.name,), tuple(steps))]
    return [
        Moves((finger.name,), (step,), tuple(dict.fromkeys(move[4]))) for step, move in zip(steps, joined, strict=True)
    ]


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


def _spreads(found: Sequence[Moves], tolerance: int, exact_speeds: bool) -> tuple[Moves, ...]:
    """Spreading and closing of rows of fingers: only neighbours are told of together."""
    rows: list[list[Moves]] = []
    for moves in found:
        next_to = rows and rows[-1][-1].fingers[-1] == moves.fingers[0]
        if next_to and len(merge_moves([*rows[-1], moves], tolerance, exact_speeds)) == 1:
            rows[-1].append(moves)
        else:
            rows.append([moves])
    merged = [merge_moves(row, tolerance, exact_speeds)[0] for row in rows]
    return tuple(sorted(merged, key=lambda move: (move.span, [FINGERS.index(f) for f in move.fingers])))


def _holds(
    moves: Sequence[Moves], fingers: Mapping[str, Finger], frame_count: int
) -> list[tuple[str, tuple[Span, str]]]:
    found: list[tuple[str, tuple[Span, str]]] = []
    for name, finger in fingers.items():
        steps = sorted(step.span for move in moves if name in move.fingers for step in move.steps)
        for number, (_, end) in enumerate(steps):
            until = steps[number + 1][0] if number + 1 < len(steps) else frame_count
            if until - end < SHORTEST_HOLD:
                continue
            within = {end + 1, until - 2} | {edge for edge in finger.edges if end < edge < until - 1}
            states = {finger.state(frame) for frame in within}
            middle = [_state_at(events, (end + until) // 2) for events in finger.joints.values()]
            if len(states) == 1 and "Hyperextended" not in middle:
                found.append((name, ((end, until), states.pop())))
    return found


def _held(found: Sequence[tuple[str, tuple[Span, str]]], tolerance: int) -> tuple[During, ...]:
    """What fingers come to and keep, merged where they do so together."""
    groups = clusters(
        found, lambda one, other: one[1][1] == other[1][1] and alike_in_time([one[1][0]], [other[1][0]], tolerance)
    )
    holds = [
        During(tuple(f for f, _ in group), mean_spans([(span,) for _, (span, _) in group]), group[0][1][1])
        for group in groups
    ]
    return tuple(sorted(holds, key=lambda hold: (hold.spans, [FINGERS.index(f) for f in hold.fingers])))


def _rests(trajectory: Mapping[str, Sequence[Event]], frame_count: int) -> tuple[Span, ...]:
    moving = union((event["start"], event["end"]) for events in trajectory.values() for event in events)
    edges = [0, *(frame for span in moving for frame in span), frame_count]
    rests = zip(edges[::2], edges[1::2], strict=True)
    return tuple((start, end) for start, end in rests if end - start >= SHORTEST_HOLD) if moving else ()


def _constant_gaps(spacing: Mapping[str, Sequence[Event]], whole: tuple[Span, ...]) -> tuple[During, ...]:
    """Neighbouring fingers that are never seen but spread, or never but closed, merged into rows of fingers."""
    found: dict[str, list[tuple[str, ...]]] = {"Open": [], "Closed": []}
    for pair, events in spacing.items():
        states = {
            word for event in events for key, word in event.items() if key in ("constant_des", "start_des", "end_des")
        }
        if len(states) == 1 and next(iter(states)) in found:
            found[states.pop()].append(tuple(pair.split(", ")))
    return tuple(During(row, whole, state) for state, pairs in found.items() for row in _rows(pairs))


def _rows(pairs: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Pairs of neighbours as rows, each as long as one pair goes on where the last ends."""
    rows: list[tuple[str, ...]] = []
    for pair in sorted(pairs, key=lambda pair: FINGERS.index(pair[0])):
        if rows and rows[-1][-1] == pair[0]:
            rows[-1] = (*rows[-1], *pair[1:])
        else:
            rows.append(pair)
    return rows


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
