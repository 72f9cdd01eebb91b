"""The stuff of facts: spans of time, movements and states, and how like ones are merged.

What belongs here: the values that facts are made of and what is done with any of them. What does not: which facts a
clip holds (`hand_summary`, `pair_summary`), and any wording.

Everything here treats both hands alike, so that mirrored events give mirrored facts in the same order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

from handx_core.skeleton import FINGERS

Event = Mapping[str, Any]
Span = tuple[int, int]
"""First frame, and the frame after the last."""

DISTANCE_RANK: Final = {"Contact": 0, "Near": 1, "Medium": 2, "Far": 3}
SPEEDS: Final = ("Slow", "Medium", "Fast")
BENT_RANK: Final = {"Hyperextended": -1, "Fully extended": 0, "Partially bent": 1, "Fully bent": 2}

LIKE_FRAMES: Final = 5
"""Frames by which fingers may differ in time and still be told of together, where no frames are named."""

Key = TypeVar("Key")


class Step(NamedTuple):
    """One movement: what ("bend", "straighten", "spread", "close", directions, ...), when, how fast, how far.

    speed: of SPEEDS, or "" where several are told as one that differ in it. full: whether it ends fully bent, fully
    straight, or (distances) in contact. joints: of a finger, those that move; none where like fingers differ in them.
    """

    what: str
    span: Span
    speed: str
    full: bool = False
    joints: tuple[str, ...] = ()


class Moves(NamedTuple):
    """Movements of some fingers that move alike, in order. joints: where, if other joints move the other way."""

    fingers: tuple[str, ...]
    steps: tuple[Step, ...]
    joints: tuple[str, ...] = ()

    @property
    def span(self) -> Span:
        """From the first movement to the last."""
        return self.steps[0].span[0], max(step.span[1] for step in self.steps)


class During(NamedTuple):
    """A state of some fingers while it lasts: a contact, a hyperextension, or a pose held throughout."""

    fingers: tuple[str, ...]
    spans: tuple[Span, ...]
    state: str = ""


def spans_of(events: Iterable[Event], state: str) -> tuple[Span, ...]:
    """Where the events hold a state."""
    return tuple((event["start"], event["end"]) for event in events if event.get("constant_des") == state)


def alike_in_time(spans: Sequence[Span], others: Sequence[Span], tolerance: int) -> bool:
    """Whether two lists of spans agree one by one within a tolerance in frames."""
    return len(spans) == len(others) and all(
        abs(start - other_start) <= tolerance and abs(end - other_end) <= tolerance
        for (start, end), (other_start, other_end) in zip(spans, others, strict=True)
    )


@cache
def finger_state(ranks: tuple[int, ...]) -> str:
    """A finger is straight if every joint is, fully bent if two are, and partly bent in between. ranks: BENT_RANK."""
    ordered = sorted(ranks)
    if ordered[-1] <= 0:
        return "straight"
    return "fully bent" if ordered[-2] == 2 else "partly bent"


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same frames as spans that neither overlap nor meet."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


def mean_spans(members: Sequence[tuple[Span, ...]]) -> tuple[Span, ...]:
    count = len(members)
    if count == 1:
        return members[0]
    return tuple(
        (sum([start for start, _ in spans]) // count, -(-sum([end for _, end in spans]) // count))
        for spans in zip(*members, strict=True)
    )


def common_spans(members: Sequence[Sequence[Span]]) -> tuple[Span, ...]:
    """The spans that all members have, roughly at the same times; none where they differ."""
    if all(alike_in_time(members[0], spans, LIKE_FRAMES) for spans in members):
        return mean_spans([tuple(spans) for spans in members])
    return ()


def merge_spans(by_finger: Mapping[str, tuple[Span, ...]], tolerance: int) -> tuple[During, ...]:
    """Fingers whose spans agree in time, merged; in order of time. Fingers without a span are left out."""
    found = [(finger, by_finger[finger]) for finger in FINGERS if by_finger.get(finger)]
    if not found:
        return ()
    groups = clusters(found, lambda one, other: alike_in_time(one[1], other[1], tolerance))
    merged = [
        During(tuple(finger for finger, _ in group), mean_spans([spans for _, spans in group])) for group in groups
    ]
    return tuple(sorted(merged, key=lambda during: (during.spans, [FINGERS.index(f) for f in during.fingers])))


def common_speed(speeds: Iterable[str]) -> str:
    """The one speed of all, or ""."""
    found = set(speeds)
    return found.pop() if len(found) == 1 else ""


def merge_moves(moves: Sequence[Moves], tolerance: int, exact_speeds: bool) -> tuple[Moves, ...]:
    """Fingers that make the same movements at the same times, merged; in order of time."""

    def alike(one: Moves, other: Moves) -> bool:
        return (
            [step.what for step in one.steps] == [step.what for step in other.steps]
            and one.joints == other.joints
            and (not exact_speeds or [step.speed for step in one.steps] == [step.speed for step in other.steps])
            and alike_in_time([s.span for s in one.steps], [s.span for s in other.steps], tolerance)
        )

    merged = []
    for group in clusters(moves, alike):
        if len(group) == 1:
            merged.append(group[0])
            continue
        spans = mean_spans([tuple(step.span for step in move.steps) for move in group])
        steps = tuple(
            Step(
                parts[0].what,
                span,
                common_speed(part.speed for part in parts),
                all(part.full for part in parts),
                parts[0].joints if len({part.joints for part in parts}) == 1 else (),
            )
            for span, parts in zip(spans, zip(*(move.steps for move in group), strict=True), strict=True)
        )
        fingers = tuple(finger for finger in FINGERS if any(finger in move.fingers for move in group))
        merged.append(Moves(fingers, steps, group[0].joints))
    return tuple(sorted(merged, key=lambda move: (move.span, [FINGERS.index(f) for f in move.fingers])))


def first_movements(moves: Sequence[Moves], tolerance: int) -> tuple[Moves, ...]:
    """The same, told more briefly: fingers that begin alike are merged as far as they go on alike."""
    simple = [move for move in moves if not move.joints]
    groups = clusters(
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
    return merge_moves([*cut, *(move for move in moves if move.joints)], tolerance, exact_speeds=False)


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


def clusters(items: Sequence[Key], alike: Callable[[Key, Key], bool]) -> list[list[Key]]:
    """Greedy groups in the order of the items, each like the first of its group."""
    groups: list[list[Key]] = []
    for item in items:
        for group in groups:
            if alike(group[0], item):
                group.append(item)
                break
        else:
            groups.append([item])
    return groups
