"""The stuff of facts: spans of time, movements and states, and how like ones are merged.

What belongs here: the values that facts are made of and what is done with any of them. What does not: which facts a
clip holds (`hand_summary`, `pair_summary`), and any wording.

Everything here treats both hands alike, so that mirrored events give mirrored facts in the same order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
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
    return tuple([(event["start"], event["end"]) for event in events if event.get("constant_des") == state])


def together(span: Span, other: Span, tolerance: int) -> bool:
    """Whether two spans begin and end together within a tolerance in frames."""
    return abs(span[0] - other[0]) <= tolerance and abs(span[1] - other[1]) <= tolerance


def alike_in_time(spans: Sequence[Span], others: Sequence[Span], tolerance: int) -> bool:
    """Whether two lists of spans agree one by one within a tolerance in frames."""
    return len(spans) == len(others) and all(
        together(span, other, tolerance) for span, other in zip(spans, others, strict=True)
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
    """The mean span at each place in the members' equally long rows of spans."""
    if len(members) == 1:
        return members[0]
    return tuple([mean_span(spans) for spans in zip(*members, strict=True)])


def mean_span(spans: Sequence[Span]) -> Span:
    """From the mean start to the mean end, in whole frames, rather too long than too short."""
    count = len(spans)
    if count == 1:
        return spans[0]
    return sum([start for start, _ in spans]) // count, -(-sum([end for _, end in spans]) // count)


def common_spans(members: Sequence[Sequence[Span]]) -> tuple[Span, ...]:
    """The spans that all members have, roughly at the same times; none where they differ."""
    if all(alike_in_time(members[0], spans, LIKE_FRAMES) for spans in members):
        return mean_spans([tuple(spans) for spans in members])
    return ()


def merge_spans(by_finger: Mapping[str, tuple[Span, ...]], tolerance: int) -> tuple[During, ...]:
    """Fingers whose spans agree in time, merged; in order of time. Fingers without a span are left out."""
    if not by_finger:
        return ()
    found = [(finger, by_finger[finger]) for finger in FINGERS if by_finger.get(finger)]
    groups = clusters(found, lambda one, other: alike_in_time(one[1], other[1], tolerance))
    return in_order_of_time(
        [During(tuple([finger for finger, _ in group]), mean_spans([spans for _, spans in group])) for group in groups]
    )


def in_order_of_time(found: Sequence[During]) -> tuple[During, ...]:
    """In order of time, and of fingers where they are at the same times."""
    if len(found) < 2:
        return tuple(found)
    return tuple(sorted(found, key=lambda during: (during.spans, fingers_rank(during.fingers))))


def fingers_rank(fingers: Sequence[str]) -> list[int]:
    """Sorts rows of fingers anatomically."""
    return [FINGERS.index(finger) for finger in fingers]


def common_speed(speeds: Iterable[str]) -> str:
    """The one speed of all, or ""."""
    found = set(speeds)
    return found.pop() if len(found) == 1 else ""


def merge_moves(moves: Sequence[Moves], tolerance: int, exact_speeds: bool) -> tuple[Moves, ...]:
    """Fingers that make the same movements at the same times, merged; in order of time."""
    if len(moves) < 2:
        return tuple(moves)

    def alike(one: Moves, other: Moves) -> bool:
        if one.joints != other.joints or len(one.steps) != len(other.steps):
            return False
        for step, another in zip(one.steps, other.steps, strict=True):
            if step.what != another.what or (exact_speeds and step.speed != another.speed):
                return False
        return alike_in_time([step.span for step in one.steps], [step.span for step in other.steps], tolerance)

    merged = []
    for group in clusters(moves, alike):
        if len(group) == 1:
            merged.append(group[0])
            continue
        steps = tuple([_as_one(parts) for parts in zip(*[move.steps for move in group], strict=True)])
        taking_part = {finger for move in group for finger in move.fingers}
        merged.append(Moves(tuple([finger for finger in FINGERS if finger in taking_part]), steps, group[0].joints))
    return moves_in_order(merged)


def moves_in_order(found: Iterable[Moves]) -> tuple[Moves, ...]:
    """In order of time, and of fingers where they are at the same time."""
    return tuple(sorted(found, key=lambda moves: (moves.span, fingers_rank(moves.fingers))))


def _as_one(parts: Sequence[Step]) -> Step:
    """What several fingers do at the same time: fully if all do so, at the joints at which all do."""
    span = mean_span([part.span for part in parts])
    joints = parts[0].joints if len({part.joints for part in parts}) == 1 else ()
    speed = common_speed([part.speed for part in parts])
    return Step(parts[0].what, span, speed, all(part.full for part in parts), joints)


def first_movements(moves: Sequence[Moves], tolerance: int) -> tuple[Moves, ...]:
    """The same, told more briefly: fingers that begin alike are merged as far as they go on alike."""
    if len(moves) < 2:
        return tuple(moves)
    simple = [move for move in moves if not move.joints]
    groups = clusters(
        simple,
        lambda one, other: (
            one.steps[0].what == other.steps[0].what and together(one.steps[0].span, other.steps[0].span, tolerance)
        ),
    )
    cut = []
    for group in groups:
        length = 1
        while all(len(move.steps) > length for move in group) and all(
            move.steps[length].what == group[0].steps[length].what
            and together(move.steps[length].span, group[0].steps[length].span, tolerance)
            for move in group
        ):
            length += 1
        cut += [Moves(move.fingers, move.steps[:length]) for move in group]
    return merge_moves([*cut, *(move for move in moves if move.joints)], tolerance, exact_speeds=False)


def repeated(steps: Sequence[str]) -> tuple[tuple[str, ...], int, bool]:
    """The pattern of one or two words that a sequence repeats, how often, and whether its first word comes once more.

    A sequence that repeats nothing is its own pattern, once. Three words never count as one and a half times two.
    """
    if len(steps) < 2:
        return tuple(steps), 1, False
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
    last = ""
    for event in sorted(events, key=itemgetter("start", "end")):
        if "constant_des" in event:
            reached = [(event["constant_des"], event["start"])]
        else:
            reached = [(event["start_des"], event["start"]), (event["end_des"], event["end"])]
        states += [entry for entry in reached if entry[0] != last]
        last = states[-1][0]
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
