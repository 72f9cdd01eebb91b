"""What the events of one clip come to: facts about whole fingers and hands, like fingers merged.

What belongs here: from the events JSON (prompts/events.schema.json) to facts. What does not: any wording (`phrases`,
`hand_text`, `pair_text`). Nothing here looks at joints: a fact is true exactly as far as the events are.

Everything here treats both hands alike, so that mirrored events give mirrored facts in the same order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from handx_core.skeleton import FINGERS

Event = Mapping[str, Any]
Span = tuple[int, int]
"""First frame, and the frame after the last."""

BENT_RANK: Final = {"Hyperextended": -1, "Fully extended": 0, "Partially bent": 1, "Fully bent": 2}
DISTANCE_RANK: Final = {"Contact": 0, "Near": 1, "Medium": 2, "Far": 3}
SPEEDS: Final = ("Slow", "Medium", "Fast")

LIKE_FRAMES: Final = 5
"""Frames by which fingers may differ in time and still be told of together, where no frames are named."""

Key = TypeVar("Key")


@dataclass(frozen=True)
class Step:
    """One movement: what ("bend", "straighten", "spread", "close", directions, ...), when, how fast, how far.

    speed: of SPEEDS, or "" where several are told as one that differ in it. full: whether it ends fully bent, fully
    straight, or (distances) in contact.
    """

    what: str
    span: Span
    speed: str
    full: bool = False


@dataclass(frozen=True)
class Moves:
    """Movements of some fingers that move alike, in order. joints: where, if other joints move the other way."""

    fingers: tuple[str, ...]
    steps: tuple[Step, ...]
    joints: tuple[str, ...] = ()

    @property
    def span(self) -> Span:
        """From the first movement to the last."""
        return self.steps[0].span[0], self.steps[-1].span[1]


@dataclass(frozen=True)
class During:
    """A state of some fingers while it lasts: a contact, a hyperextension, or a pose held throughout."""

    fingers: tuple[str, ...]
    spans: tuple[Span, ...]
    state: str = ""


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
    return HandFacts(
        touches=merge_spans(
            {pair.split(", ")[1]: spans_of(found, "Contact") for pair, found in events["finger_tip_contact"].items()},
            tolerance,
        ),
        hyperextended=hyperextended,
        bends=_merge_moves(moves, tolerance, exact_speeds),
        spreads=_merge_moves(_spread_moves(events["finger_spacing"]), tolerance, exact_speeds),
        travels=_travels(events["wrist_trajectory"], tolerance),
        poses=_alike([entry for entry in states if entry[0] not in moving], whole),
        starts=_alike([entry for entry in states if entry[0] in moving], whole),
        gaps=_constant_gaps(events["finger_spacing"], whole),
    )


def spans_of(events: Iterable[Event], state: str) -> tuple[Span, ...]:
    """Where the events hold a state."""
    return tuple((event["start"], event["end"]) for event in events if event.get("constant_des") == state)


def alike_in_time(spans: Sequence[Span], others: Sequence[Span], tolerance: int) -> bool:
    """Whether two lists of spans agree one by one within a tolerance in frames."""
    return len(spans) == len(others) and all(
        abs(a - b) <= tolerance
        for span, other in zip(spans, others, strict=True)
        for a, b in zip(span, other, strict=True)
    )


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same frames as spans that neither overlap nor meet."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


def merge_spans(by_finger: Mapping[str, tuple[Span, ...]], tolerance: int) -> tuple[During, ...]:
    """Fingers whose spans agree in time, merged; in order of time. Fingers without a span are left out."""
    found = [(finger, by_finger[finger]) for finger in FINGERS if by_finger.get(finger)]
    groups = _clusters(found, lambda one, other: alike_in_time(one[1], other[1], tolerance))
    merged = [
        During(tuple(finger for finger, _ in group), _mean_spans([spans for _, spans in group])) for group in groups
    ]
    return tuple(sorted(merged, key=lambda during: (during.spans, [FINGERS.index(f) for f in during.fingers])))


def repeated(steps: Sequence[str]) -> tuple[tuple[str, ...], int, bool]:
    """The pattern of one or two words that a sequence repeats, how often, and whether its first word comes once more.

    A sequence that repeats nothing is its own pattern, once. Three words never count as one and a half times two.
    """
    for period in (1, 2):
        count, more = divmod(len(steps), period)
        if count > 1 and list(steps) == (list(steps[:period]) * (count + 1))[: len(steps)]:
            return tuple(steps[:period]), count, bool(more)
    return tuple(steps), 1, False


def distance_steps(events: Sequence[Event]) -> tuple[Step, ...]:
    """Changes of a distance as steps "approach" and "part"; full where one ends or begins in contact."""
    return tuple(
        Step(
            "approach" if nearer else "part",
            (e["start"], e["end"]),
            e["v_des"],
            "Contact" in (e["start_des"], e["end_des"]),
        )
        for e in events
        if "v_des" in e
        for nearer in [DISTANCE_RANK[e["end_des"]] < DISTANCE_RANK[e["start_des"]]]
    )


def state_sequence(events: Sequence[Event]) -> tuple[tuple[str, int], ...]:
    """The states passed through and the frame from which each is reached, without repetition."""
    states: list[tuple[str, int]] = []
    for event in sorted(events, key=lambda e: (e["start"], e["end"])):
        reached = (
            [(event["constant_des"], event["start"])]
            if "constant_des" in event
            else [(event["start_des"], event["start"]), (event["end_des"], event["end"])]
        )
        states += [entry for entry in reached if not states or states[-1][0] != entry[0]][:2]
    return tuple(entry for i, entry in enumerate(states) if i == 0 or states[i - 1][0] != entry[0])


def _clusters(items: Sequence[Key], alike: Callable[[Key, Key], bool]) -> list[list[Key]]:
    """Greedy groups in the order of the items, each like the first of its group."""
    groups: list[list[Key]] = []
    for item in items:
        group = next((group for group in groups if alike(group[0], item)), None)
        if group is None:
            groups.append([item])
        else:
            group.append(item)
    return groups


def _alike(states: Sequence[tuple[str, str]], spans: tuple[Span, ...]) -> tuple[During, ...]:
    """Fingers in one state, merged, in anatomical order of the first."""
    groups = _clusters(states, lambda one, other: one[1] == other[1])
    return tuple(During(tuple(finger for finger, _ in group), spans, group[0][1]) for group in groups)


def _mean_spans(members: Sequence[tuple[Span, ...]]) -> tuple[Span, ...]:
    count = len(members)
    return tuple(
        (sum(span[0] for span in spans) // count, -(-sum(span[1] for span in spans) // count))
        for spans in zip(*members, strict=True)
    )


def _joints(finger: str, flexing: Mapping[str, Sequence[Event]]) -> dict[str, Sequence[Event]]:
    """Events of the joints of a finger by "mcp", "pip", "dip" or "ip", proximal first."""
    return {key.split("_")[1]: found for key, found in flexing.items() if key.startswith(finger + "_")}


def _state_at(events: Sequence[Event], frame: int) -> str:
    state = str(events[0].get("constant_des", events[0].get("start_des")))
    for event in events:
        if event["start"] <= frame:
            state = event.get("constant_des") or event["end_des" if event["end"] <= frame else "start_des"]
    return state


def _finger_state(joints: Mapping[str, Sequence[Event]], frame: int) -> str:
    """A finger is straight if every joint is, fully bent if two are (all of the thumb's), and partly bent in between."""
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


def common_speed(speeds: Iterable[str]) -> str:
    """The one speed of all, or ""."""
    found = set(speeds)
    return found.pop() if len(found) == 1 else ""


def _merge_moves(moves: Sequence[Moves], tolerance: int, exact_speeds: bool) -> tuple[Moves, ...]:
    """Fingers that make the same movements at the same times, merged; in order of time."""

    def alike(one: Moves, other: Moves) -> bool:
        return (
            [step.what for step in one.steps] == [step.what for step in other.steps]
            and one.joints == other.joints
            and (not exact_speeds or [step.speed for step in one.steps] == [step.speed for step in other.steps])
            and alike_in_time([s.span for s in one.steps], [s.span for s in other.steps], tolerance)
        )

    merged = []
    for group in _clusters(moves, alike):
        spans = _mean_spans([tuple(step.span for step in move.steps) for move in group])
        steps = tuple(
            Step(
                parts[0].what,
                span,
                common_speed(part.speed for part in parts),
                all(part.full for part in parts),
            )
            for span, parts in zip(spans, zip(*(move.steps for move in group), strict=True), strict=True)
        )
        fingers = tuple(finger for finger in FINGERS if any(finger in move.fingers for move in group))
        merged.append(Moves(fingers, steps, group[0].joints))
    return tuple(sorted(merged, key=lambda move: (move.span, [FINGERS.index(f) for f in move.fingers])))


def first_movements(moves: Sequence[Moves], tolerance: int) -> tuple[Moves, ...]:
    """The same, told more briefly: fingers that begin alike are merged as far as they go on alike."""
    simple = [move for move in moves if not move.joints]
    groups = _clusters(
        simple,
        lambda one, other: (
            one.steps[0].what == other.steps[0].what
            and alike_in_time([one.steps[0].span], [other.steps[0].span], tolerance)
        ),
    )
    cut = []
    for group in groups:
        length = 1
        while all(len(move.steps) > length for move in group) and all(
            move.steps[length].what == group[0].steps[length].what
            and alike_in_time([move.steps[length].span], [group[0].steps[length].span], tolerance)
            for move in group
        ):
            length += 1
        cut += [Moves(move.fingers, move.steps[:length]) for move in group]
    return _merge_moves([*cut, *(move for move in moves if move.joints)], tolerance, exact_speeds=False)


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
        (span,) = _mean_spans([((start, end),) for start, end, *_ in group])
        words = [word for axis in ("down-up", "left-right", "front-back") for *_, of, word, _ in group if of == axis]
        steps.append(Step(" ".join(words), span, SPEEDS[max(speed for *_, speed in group)]))
    return tuple(sorted(steps, key=lambda step: (step.span, step.what.count(" "))))
