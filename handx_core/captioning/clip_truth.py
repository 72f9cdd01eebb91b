"""What is true of a clip, by its events, in the form in which claims ask for it.

What belongs here: from the events JSON to happenings (changes, contacts, movements) and states frame by frame, of whole
fingers and of both hands, each with the numbers of its events; and which of them a full caption should tell. What does
not: claims and what makes them true (`claims.judge`). Events are numbered as in `event_summary.numbered_events`.

Nothing here is shared with the rules' facts (`hand_summary`, `pair_summary`), which the audit is a check of.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any, Final, NamedTuple

from handx_core.captioning.event_summary import numbered_lists
from handx_core.captioning.facts import DISTANCE_RANK, SPEEDS, Event, Span
from handx_core.captioning.phases import Numbered
from handx_core.skeleton import FINGERS, HANDS

Thing = tuple[str, str]
"""A hand and a finger or "palm"."""

RANK: Final = {"Hyperextended": -1, "Fully extended": 0, "Partially bent": 1, "Fully bent": 2}
AXES: Final = ("left-right", "front-back", "down-up")
_UNKNOWN: Final = -9


class Happening(NamedTuple):
    """Something that happens. speeds: the classes of its events. detail: ways, or joints that move. full:
    to the end of what a finger can. lead: the change with which a state begins."""

    span: Span
    ids: tuple[int, ...]
    speeds: tuple[str, ...] = ()
    detail: tuple[str, ...] = ()
    full: bool = False
    lead: Span | None = None


class Item(NamedTuple):
    """Something that a full caption tells. kind: "contact", "hyperextension", "change", "movement" or "state"."""

    kind: str
    ids: frozenset[int]
    what: str


@dataclass
class ClipTruth:
    """A clip's events by what claims ask for. Keys name a hand and finger, a pair of things, or an axis.

    events: by number. turns: bends (True) and straightens (False) of fingers, over all joints. bent: a finger's state
    in every frame, 0 straight, 1 partly, 2 fully bent. back: hyperextensions. touches: contacts by the two things.
    gaps: changes of spread by hand and pair, True for spreading. spread: whether a pair is, by frame. moves: of a hand.
    nears: tips at the other palm, near or touching. distances: changes of the palms' distance, True for approach. runs:
    of states of the palms' distance ("") and relative position, as (state, happening). ways: movements of a hand one
    way, as far as they were looked for. verdicts: on claims that were held against it.
    """

    n_frames: int
    events: dict[int, Mapping[str, Any]]
    turns: dict[tuple[Thing, bool], list[Happening]] = field(default_factory=dict)
    bent: dict[Thing, list[int]] = field(default_factory=dict)
    finger_ids: dict[Thing, tuple[int, ...]] = field(default_factory=dict)
    back: dict[Thing, list[Happening]] = field(default_factory=dict)
    touches: dict[frozenset[Thing], list[Happening]] = field(default_factory=dict)
    gaps: dict[tuple[str, str, bool], list[Happening]] = field(default_factory=dict)
    spread: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    gap_ids: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    moves: dict[str, list[Happening]] = field(default_factory=dict)
    nears: dict[Thing, list[Happening]] = field(default_factory=dict)
    distances: dict[bool, list[Happening]] = field(default_factory=dict)
    runs: dict[str, list[tuple[str, Happening]]] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    ways: dict[tuple[str, str], list[Happening]] = field(default_factory=dict)
    verdicts: dict[Any, Any] = field(default_factory=dict)


def clip_truth(events: Mapping[str, Any]) -> ClipTruth:
    """What is true of a clip. events: valid against prompts/events.schema.json."""
    lists = numbered_lists(events)
    by_number = {number: event for found in lists.values() for number, event in found}
    truth = ClipTruth(events["frame_count"], by_number)
    joints: dict[Thing, dict[str, list[Numbered]]] = {(hand, finger): {} for hand in HANDS for finger in FINGERS}
    for path, found in lists.items():
        if path[1] == "finger_flexing":
            finger, joint = path[2].split("_")
            joints[path[0].split("_")[0], finger][joint] = found
    for thing, of_finger in joints.items():
        _finger(truth, thing, of_finger)
    for hand in HANDS:
        truth.moves[hand] = []
    for path, found in lists.items():
        _curve(truth, path, found)
    return truth


def _curve(truth: ClipTruth, path: tuple[str, ...], found: Sequence[Numbered]) -> None:
    """Take up one list of events, but for those of joints."""
    hand = path[0].split("_")[0]
    match path[1]:
        case "finger_spacing":
            _gap(truth, hand, path[2], found)
        case "finger_tip_contact":
            one, other = path[2].split(", ")
            pair = (
                frozenset({(hand, one), (hand, other)})
                if hand in HANDS
                else frozenset({("left", one.split()[1]), ("right", other.split()[1])})
            )
            _touches(truth, pair, found)
        case "wrist_trajectory":
            for number, event in found:
                span, way = (event["start"], event["end"]), event["direction"].split("-to-")[1]
                truth.moves[hand].append(Happening(span, (number,), (event["v_des"],), (way,)))
                truth.items.append(Item("movement", frozenset({number}), f"the {hand} hand moves: {way}"))
        case "finger_palm_distance":
            tip, palm = (tuple(name.split()) for name in path[2].split(", "))
            _touches(truth, frozenset({(tip[0], tip[1]), (palm[0], palm[1])}), found)
            close = [(n, e) for n, e in found if e.get("constant_des") in ("Near", "Contact")]
            truth.nears[tip[0], tip[1]] = [Happening((e["start"], e["end"]), (n,)) for n, e in close]
            if close and not any(e.get("constant_des") == "Contact" for _, e in close):
                truth.items.append(Item("state", frozenset(n for n, _ in close), f"near: {path[2]}"))
        case "palm_palm_distance":
            _touches(truth, frozenset({("left", "palm"), ("right", "palm")}), found)
            _relation(truth, "", found)
            for number, event in found:
                if "v_des" in event:
                    nearer = DISTANCE_RANK[event["end_des"]] < DISTANCE_RANK[event["start_des"]]
                    happening = Happening((event["start"], event["end"]), (number,), (event["v_des"],))
                    truth.distances.setdefault(nearer, []).append(happening)
                    truth.items.append(Item("change", frozenset({number}), "the palms' distance changes"))
        case "palm_palm_relative_position":
            _relation(truth, path[2], found)
            for number, event in found:
                if "v_des" in event:
                    truth.items.append(Item("change", frozenset({number}), f"the relative position changes: {path[2]}"))


def _touches(truth: ClipTruth, pair: frozenset[Thing], found: Iterable[Numbered]) -> None:
    for number, event in found:
        if event.get("constant_des") == "Contact":
            truth.touches.setdefault(pair, []).append(Happening((event["start"], event["end"]), (number,)))
            names = " and ".join(" ".join(thing) for thing in sorted(pair))
            truth.items.append(Item("contact", frozenset({number}), f"contact: {names}"))


def _frames(found: Sequence[Numbered], ranks: Mapping[str, int], n_frames: int) -> list[int]:
    """A state in every frame; a change is half the one and half the other, a gap what was before it."""
    values = [_UNKNOWN] * n_frames
    for _, event in found:
        start, end = event["start"], event["end"]
        if "constant_des" in event:
            values[start:end] = [ranks[event["constant_des"]]] * (end - start)
            continue
        half = (start + end) // 2
        first, last = ranks[event["start_des"]], ranks[event["end_des"]]
        values[start:half] = [first] * (half - start)
        values[half:end] = [last] * (end - half)
    if _UNKNOWN in values:
        known = next((value for value in values if value != _UNKNOWN), _UNKNOWN)
        for at, value in enumerate(values):
            known = values[at] = known if value == _UNKNOWN else value
    return values


def _finger(truth: ClipTruth, thing: Thing, joints: Mapping[str, Sequence[Numbered]]) -> None:
    name = " ".join(thing)
    found = [(joint, number, event) for joint, of_joint in joints.items() for number, event in of_joint]
    holds = [(number, event) for _, number, event in found if "constant_des" in event]
    changing = [change for change in found if "v_des" in change[2]]
    if joints and len(found) == len(holds) == len(joints):
        ranks = tuple([RANK[event["constant_des"]] for _, event in holds])
        truth.bent[thing] = [_bent(ranks)] * truth.n_frames
    else:
        by_joint = [_frames(of_joint, RANK, truth.n_frames) for of_joint in joints.values()]
        truth.bent[thing] = list(map(_bent, zip(*by_joint, strict=True)))
    truth.finger_ids[thing] = tuple([number for number, _ in holds])
    for bends in (True, False):
        turns = truth.turns[thing, bends] = list(_turns(changing, bends, truth.bent[thing])) if changing else []
        verb = "bends" if bends else "straightens"
        truth.items += [Item("change", frozenset(turn.ids), f"the {name} {verb}") for turn in turns]
    back = [
        ((event["start"], event["end"]), number, joint)
        for joint, number, event in found
        if "Hyperextended" in event.values()
    ]
    truth.back[thing] = [
        Happening(span, tuple(n for _, n, _ in part), (), tuple(dict.fromkeys(joint for *_, joint in part)))
        for span, part in _joined(back)
    ]
    truth.items += [Item("hyperextension", frozenset(one.ids), f"hyperextended: {name}") for one in truth.back[thing]]
    if not back and len(set(truth.bent[thing])) == 1 and not any(truth.turns[thing, bends] for bends in (True, False)):
        truth.items.append(Item("state", frozenset(truth.finger_ids[thing]), f"the {name} keeps its state"))


@cache
def _bent(ranks: tuple[int, ...]) -> int:
    """A finger is straight if every joint is, fully bent if two are, and partly bent in between."""
    ordered = sorted(ranks)
    return 0 if ordered[-1] <= 0 else 2 if ordered[-2] == 2 else 1


def _turns(changing: Sequence[tuple[str, int, Event]], bends: bool, bent: Sequence[int]) -> Iterator[Happening]:
    """Changes of a finger's joints one way, those that overlap as one. changing: all changes, by joint and number."""
    changes = [
        ((event["start"], event["end"]), number, joint)
        for joint, number, event in changing
        for rise in [max(RANK[event["end_des"]], 0) - max(RANK[event["start_des"]], 0)]
        if (rise > 0) == bends and rise
    ]
    speed = {number: event["v_des"] for _, number, event in changing}
    for span, part in _joined(changes):
        ids = tuple(number for _, number, _ in part)
        after = bent[min(span[1], len(bent) - 1)]
        middle = sorted(SPEEDS.index(speed[number]) for number in ids)[len(ids) // 2]
        yield Happening(
            span,
            ids,
            tuple(dict.fromkeys((SPEEDS[middle], *(speed[number] for number in ids)))),
            tuple(dict.fromkeys(joint for *_, joint in part)),
            full=after == (2 if bends else 0),
        )


def _joined(
    found: Iterable[tuple[Span, int, str]],
) -> Iterator[tuple[Span, list[tuple[Span, int, str]]]]:
    """Spans that overlap or meet, together."""
    group: list[tuple[Span, int, str]] = []
    end = 0
    for entry in sorted(found):
        if group and entry[0][0] > end:
            yield (group[0][0][0], end), group
            group = []
        end = max(end, entry[0][1]) if group else entry[0][1]
        group.append(entry)
    if group:
        yield (group[0][0][0], end), group


def runs_of(states: Sequence[int]) -> Iterator[Span]:
    """The spans in each of which the state stays the same, in order."""
    at = 0
    for _, run in groupby(states):
        start, at = at, at + len(list(run))
        yield start, at


def _gap(truth: ClipTruth, hand: str, pair: str, found: Sequence[Numbered]) -> None:
    truth.spread[hand, pair] = _frames(found, {"Closed": 0, "Open": 1}, truth.n_frames)
    truth.gap_ids[hand, pair] = tuple(number for number, event in found if "constant_des" in event)
    for number, event in found:
        if "v_des" in event and event["start_des"] != event["end_des"]:
            happening = Happening((event["start"], event["end"]), (number,), (event["v_des"],))
            truth.gaps.setdefault((hand, pair, event["end_des"] == "Open"), []).append(happening)
            truth.items.append(Item("change", frozenset({number}), f"the {hand} {pair} change their spread"))
    if len(set(truth.spread[hand, pair])) == 1:
        truth.items.append(
            Item("state", frozenset(truth.gap_ids[hand, pair]), f"the spread of the {hand} {pair} stays")
        )


def _relation(truth: ClipTruth, axis: str, found: Sequence[Numbered]) -> None:
    """Runs of one state of the palms' distance or relative position, each with the change that leads to it."""
    words = list(
        dict.fromkeys(event[key] for _, event in found for key in event if key.endswith("_des") and key != "v_des")
    )
    frames = _frames(found, {word: number for number, word in enumerate(words)}, truth.n_frames)
    runs = [(words[frames[start]], start, end) for start, end in runs_of(frames)]
    for state, start, end in runs:
        behind = list(_behind(found, state, start, end))
        leads = [(e["start"], e["end"]) for n, e in found if n in behind and "v_des" in e]
        happening = Happening((start, end), tuple(behind), lead=leads[0] if leads else None)
        truth.runs.setdefault(axis, []).append((state, happening))
    if len(runs) == 1:
        ids = frozenset(number for number, event in found if "constant_des" in event)
        truth.items.append(Item("state", ids, f"the hands stay {words[0]} ({axis or 'distance'})"))


def _behind(found: Sequence[Numbered], state: str, start: int, end: int) -> Iterator[int]:
    """The holds of a state within a run, and the change with which it begins."""
    for number, event in found:
        if (event.get("constant_des") == state and event["start"] < end and event["end"] > start) or (
            event.get("end_des") == state and event["start"] <= start <= event["end"]
        ):
            yield number
