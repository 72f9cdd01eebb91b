"""What the events say of one hand: facts about whole fingers and the hand, like fingers merged.

What belongs here: from one hand's part of the events JSON (prompts/events.schema.json) to facts. What does not: facts
about both hands (`pair_summary`) and any wording (`phrases`, `hand_text`). Nothing here looks at joints: a fact is
true exactly as far as the events are.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from operator import itemgetter
from typing import Any, Final, NamedTuple

from handx_core.captioning.facts import (
    BENT_RANK,
    SPEEDS,
    During,
    Event,
    Moves,
    Span,
    Step,
    clusters,
    finger_state,
    in_order_of_time,
    mean_span,
    merge_moves,
    merge_spans,
    moves_in_order,
    spans_of,
    together,
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


Movement = tuple[Span, str, str, int]
"""Of the wrist: when, along which axis, where to, place of its speed in SPEEDS."""


class HandFacts(NamedTuple):
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
    """What a finger does, from the events of its joints, each of which begins where the one before it ends or later.

    joints: the events of "mcp", "pip", "dip" or "ip", proximal first. ranks: of the joints, by BENT_RANK, by the frame
    from which on they are so. moves: bending and straightening, its joints' changes in one direction joined where they
    overlap.
    """

    def __init__(self, name: str, flexing: Mapping[str, Sequence[Event]]) -> None:
        self.name = name
        self.joints = {joint: flexing[key] for joint, key in _JOINT_KEYS[name] if key in flexing}
        self.ranks = _ranks(self.joints.values())
        self.moves = _finger_moves(self) if len(self.ranks) > 1 else []

    def ranks_at(self, frame: int) -> tuple[int, ...]:
        """Of its joints at a frame."""
        return self.ranks[max([since for since in self.ranks if since <= frame])]

    def states(self, start: int, end: int) -> set[str]:
        """What it is at any of some frames: straight, partly bent, fully bent."""
        changed = [ranks for since, ranks in self.ranks.items() if start < since < end]
        return {finger_state(ranks) for ranks in (self.ranks_at(start), *changed)}

    def leaves_at(self) -> int:
        """The frame at which a finger that moves leaves the state that it begins in."""
        first = finger_state(self.ranks[0])
        moves = [event["start"] for events in self.joints.values() for event in events if "v_des" in event]
        return min([since for since, ranks in self.ranks.items() if finger_state(ranks) != first] + moves)

    def hyperextended(self) -> dict[str, list[Span]]:
        """When each of its joints is, of those that ever are."""
        if len(self.ranks) == 1 and -1 not in self.ranks[0]:
            return {}
        found = {
            joint: [(event["start"], event["end"]) for event in events if "Hyperextended" in event.values()]
            for joint, events in self.joints.items()
        }
        return {joint: at for joint, at in found.items() if at}


def _ranks(joints: Iterable[Sequence[Event]]) -> dict[int, tuple[int, ...]]:
    """The ranks of joints, by BENT_RANK, by the frame from which on they are so; in order of time, from frame 0 on."""
    ranks: list[int] = []
    turns: list[tuple[int, int, str]] = []
    for place, events in enumerate(joints):
        first = events[0]
        ranks.append(BENT_RANK[first.get("constant_des") or first["start_des"]])
        if len(events) > 1 or "v_des" in first:
            for event in events:
                if "v_des" in event:
                    turns += (event["start"], place, event["start_des"]), (event["end"], place, event["end_des"])
                else:
                    turns.append((event["start"], place, event["constant_des"]))
    found = {0: tuple(ranks)}
    turns.sort(key=itemgetter(0))  # where an event follows another at once, its state is the last and counts
    for frame, place, state in turns:
        ranks[place] = BENT_RANK[state]
        found[frame] = tuple(ranks)
    return found


class Hand:
    """What one hand does by itself, as far as it is no matter of how unlike fingers may be that are told of together,
    since a clip is told both coarsely and finely.

    moves: bending and straightening of each finger. hyperextended: by the joints at which fingers are, which and when.
    holds: what a finger is after a movement until the next one, where it is so for long enough. starts: the states that
    fingers which move begin in, and until when; those ever hyperextended left out. touches: when the thumb touches each
    of the other tips. travels: movements along an axis, in order. spreads: of neighbouring fingers. poses, gaps, rests:
    as of HandFacts.
    """

    def __init__(self, events: Mapping[str, Any], frame_count: int) -> None:
        whole = ((0, frame_count),)
        self.moves: list[Moves] = []
        self.hyperextended: dict[str, dict[str, tuple[Span, ...]]] = {}
        self.holds: list[tuple[str, Span, str]] = []
        self.starts: list[tuple[str, int, str]] = []
        steady: dict[str, tuple[str, ...]] = {}
        for name in FINGERS:
            finger = Finger(name, events["finger_flexing"])
            bent_back = finger.hyperextended()
            if bent_back:
                everywhere = union([span for spans in bent_back.values() for span in spans])
                self.hyperextended.setdefault(" ".join(bent_back), {})[name] = everywhere
            states = set(map(finger_state, finger.ranks.values()))
            if finger.moves:
                self.moves += finger.moves
                self.holds += _holds(finger, frame_count)
                if not bent_back:
                    self.starts.append((name, finger.leaves_at(), finger_state(finger.ranks[0])))
            elif not bent_back and len(states) == 1:
                state = states.pop()
                steady[state] = (*steady.get(state, ()), name)
        self.poses = tuple([During(fingers, whole, state) for state, fingers in steady.items()])
        self.touches = {
            pair.split(", ")[1]: spans_of(found, "Contact") for pair, found in events["finger_tip_contact"].items()
        }
        self.travels = sorted(
            [
                (
                    (event["start"], event["end"]),
                    axis,
                    event["direction"].split("-to-")[1],
                    SPEEDS.index(event["v_des"]),
                )
                for axis, found in events["wrist_trajectory"].items()
                for event in found
            ]
        )
        self.rests = _rests([span for span, *_ in self.travels], frame_count)
        self.gaps = _constant_gaps(events["finger_spacing"], whole)
        self.spreads = _spread_moves(events["finger_spacing"])


def hand_facts(hand: Hand, tolerance: int, exact_speeds: bool) -> HandFacts:
    """Facts about one hand.

    tolerance: frames by which like fingers may differ in time. exact_speeds: whether like fingers are equally fast.
    """
    return HandFacts(
        touches=merge_spans(hand.touches, tolerance),
        hyperextended=tuple(
            [
                During(during.fingers, during.spans, joints)
                for joints, fingers in hand.hyperextended.items()
                for during in merge_spans(fingers, tolerance)
            ]
        ),
        bends=merge_moves(hand.moves, tolerance, exact_speeds),
        spreads=_spreads(hand.spreads, tolerance, exact_speeds),
        holds=_held(hand.holds, tolerance),
        rests=hand.rests,
        travels=_travels(hand.travels, tolerance),
        poses=hand.poses,
        starts=_starts(hand.starts, tolerance),
        gaps=hand.gaps,
    )


def _starts(found: Sequence[tuple[str, int, str]], tolerance: int) -> tuple[During, ...]:
    """Fingers in the states that they begin in, until they leave them, merged where they do so together."""
    groups = clusters(found, lambda one, other: one[2] == other[2] and abs(one[1] - other[1]) <= tolerance)
    return tuple(
        [
            During(
                tuple([finger for finger, _, _ in group]),
                ((0, sum([leaves_at for _, leaves_at, _ in group]) // len(group)),),
                group[0][2],
            )
            for group in groups
        ]
    )


def _finger_moves(finger: Finger) -> list[Moves]:
    changes = []
    for joint, events in finger.joints.items():
        for event in events:
            if "v_des" in event:
                rise = max(BENT_RANK[event["end_des"]], 0) - max(BENT_RANK[event["start_des"]], 0)
                if rise:
                    changes.append((rise > 0, event["start"], event["end"], SPEEDS.index(event["v_des"]), joint))
    joined: list[tuple[bool, int, int, list[int], list[str]]] = []
    for bends, start, end, speed, joint in sorted(changes):
        last = joined[-1] if joined else None
        if last and last[0] == bends and start <= last[2]:
            joined[-1] = (bends, last[1], max(end, last[2]), [*last[3], speed], [*last[4], joint])
        else:
            joined.append((bends, start, end, [speed], [joint]))
    joined.sort(key=itemgetter(1, 2, 0))
    steps = []
    for bends, start, end, speeds, names in joined:
        turns_back = [way for way, other, *_ in joined if way != bends and start < other < end]  # a joint, early
        full = not turns_back and finger_state(finger.ranks_at(end)) == ("fully bent" if bends else "straight")
        joints = tuple([joint for joint in finger.joints if joint in names])
        usual = SPEEDS[sorted(speeds)[len(speeds) // 2]]
        steps.append(Step("bend" if bends else "straighten", (start, end), usual, full, joints))
    if any(a[0] != b[0] and min(a[2], b[2]) - max(a[1], b[1]) > 2 for a, b in combinations(joined, 2)):
        return [
            Moves((finger.name,), (step,), tuple(dict.fromkeys(move[4])))
            for step, move in zip(steps, joined, strict=True)
        ]
    return [Moves((finger.name,), tuple(steps))] if steps else []


def _spread_moves(spacing: Mapping[str, Sequence[Event]]) -> list[Moves]:
    found = []
    for pair, events in spacing.items():
        steps = [
            Step("spread" if event["end_des"] == "Open" else "close", (event["start"], event["end"]), event["v_des"])
            for event in events
            if "v_des" in event and event["start_des"] != event["end_des"]
        ]
        if steps:
            found.append(Moves(tuple(pair.split(", ")), tuple(steps)))
    return found


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
    return moves_in_order(merged)


def _holds(finger: Finger, frame_count: int) -> list[tuple[str, Span, str]]:
    found = []
    spans = sorted([step.span for move in finger.moves for step in move.steps])
    for (_, end), (until, _) in pairwise([*spans, (frame_count, frame_count)]):
        if until - end < SHORTEST_HOLD:
            continue
        states = finger.states(end + 1, until - 1)
        if len(states) == 1 and -1 not in finger.ranks_at((end + until) // 2):
            found.append((finger.name, (end, until), states.pop()))
    return found


def _held(found: Sequence[tuple[str, Span, str]], tolerance: int) -> tuple[During, ...]:
    """What fingers come to and keep, merged where they do so together."""
    groups = clusters(found, lambda one, other: one[2] == other[2] and together(one[1], other[1], tolerance))
    return in_order_of_time(
        [
            During(tuple([finger for finger, *_ in group]), (mean_span([span for _, span, _ in group]),), group[0][2])
            for group in groups
        ]
    )


def _rests(movements: Sequence[Span], frame_count: int) -> tuple[Span, ...]:
    moving = union(movements)
    edges = [0, *(frame for span in moving for frame in span), frame_count]
    rests = zip(edges[::2], edges[1::2], strict=True)
    return tuple((start, end) for start, end in rests if end - start >= SHORTEST_HOLD) if moving else ()


def _constant_gaps(spacing: Mapping[str, Sequence[Event]], whole: tuple[Span, ...]) -> tuple[During, ...]:
    """Neighbouring fingers that are never seen but spread, or never but closed, merged into rows of fingers."""
    rows: dict[str, list[tuple[str, ...]]] = {"Open": [], "Closed": []}
    for one, other in pairwise(FINGERS):
        events = spacing.get(f"{one}, {other}", ())
        states = {event[key] for event in events for key in ("constant_des", "start_des", "end_des") if key in event}
        if len(states) == 1:
            found = rows[states.pop()]
            if found and found[-1][-1] == one:
                found[-1] = (*found[-1], other)
            else:
                found.append((one, other))
    return tuple([During(row, whole, state) for state, found in rows.items() for row in found])


def _travels(movements: Sequence[Movement], tolerance: int) -> tuple[Step, ...]:
    """Movements of the wrist in order; those along several axes at the same time are one, `what` joined by spaces."""
    groups: list[list[Movement]] = []
    for movement in movements:
        span, axis, _, _ = movement
        for group in groups:
            if together(span, group[0][0], 2 * tolerance) and axis not in [other for _, other, _, _ in group]:
                group.append(movement)
                break
        else:
            groups.append([movement])
    steps = []
    for group in groups:
        words = {axis: word for _, axis, word, _ in group}
        what = " ".join([words[axis] for axis in ("down-up", "left-right", "front-back") if axis in words])
        speed = SPEEDS[max([speed for _, _, _, speed in group])]
        steps.append(Step(what, mean_span([span for span, _, _, _ in group]), speed))
    steps.sort(key=lambda step: (step.span, step.what.count(" ")))
    return tuple(steps)
