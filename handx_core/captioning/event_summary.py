"""A short text of what a clip's events say, for people and for prompts; every line names the events behind it.

What belongs here: from the events JSON to lines. What does not: sentences (`rules`) and prompts.

Events are numbered from 1 in the order of the JSON. A line is about a finger, not a joint, and about all fingers that
do the same at the same time; contacts come first; what is repeated is told once, with how often and how quickly. So a
line is shorter than its events, and its numbers lead back to all of them: each event is behind exactly one line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from handx_core.captioning.facts import alike_in_time, clusters, common_speed, mean_span, mean_spans, together
from handx_core.captioning.finger_phases import finger_phases
from handx_core.captioning.phases import Numbered, Phase, phase_of, repetition
from handx_core.kinematics.event_lists import event_lists
from handx_core.skeleton import FINGERS, FPS, HANDS

ALIKE_FRAMES: Final = 3
"""Frames by which fingers may differ in time and still share a line."""

CONTACT: Final = "contact"
BOTH: Final = "both hands"

_WHERE: Final = {"left-right": "sideways", "front-back": "in depth", "down-up": "in height"}

Curves = Mapping[str, Sequence[Numbered]]
"""Events by the key of their list."""


@dataclass(frozen=True)
class Line:
    """One statement. section: "contact", "left hand", "right hand" or "both hands". ids: the events behind it."""

    section: str
    text: str
    ids: tuple[int, ...]


@dataclass(frozen=True)
class _Track:
    """What one thing, or several alike, do. about: what they are, where the line says it only once."""

    section: str
    about: str
    names: tuple[str, ...]
    phases: tuple[Phase, ...]


def numbered_lists(events: Mapping[str, Any]) -> dict[tuple[str, ...], list[Numbered]]:
    """By the keys that lead to it in the JSON: each list that holds events, with their numbers from 1 on."""
    lists = {}
    number = 1
    for path, found in event_lists(events):
        if found:
            lists[path] = list(enumerate(found, start=number))
            number += len(found)
    return lists


def numbered_events(events: Mapping[str, Any]) -> dict[int, tuple[tuple[str, ...], Mapping[str, Any]]]:
    """By number from 1: the keys that lead to an event's list in the JSON, and the event."""
    return {number: (path, event) for path, found in numbered_lists(events).items() for number, event in found}


def summary_lines(events: Mapping[str, Any], fps: float = FPS) -> list[Line]:
    """The lines of a clip. events: valid against prompts/events.schema.json. fps: the rate that its frames are at."""
    n_frames: int = events["frame_count"]
    parts: dict[tuple[str, str], dict[str, list[Numbered]]] = {}
    for path, found in numbered_lists(events).items():
        parts.setdefault((path[0], path[1]), {})[path[2] if len(path) > 2 else ""] = found
    tracks = [*_hand_tracks(parts, n_frames), *_pair_tracks(parts)]
    tracks.sort(key=lambda track: track.section != CONTACT)
    return [
        Line(track.section, _text(track, n_frames, fps), tuple(sorted({i for p in track.phases for i in p.ids})))
        for track in tracks
    ]


def summary_text(events: Mapping[str, Any], fps: float = FPS) -> str:
    """The lines of a clip under their headings, after a line that says how to read them."""
    parts = [
        f"{events['frame_count']} frames, {fps:g} per second. a-b: from frame a until frame b; no frames: throughout; "
        "#: numbers of the events."
    ]
    section = ""
    for line in summary_lines(events, fps):
        if line.section != section:
            section = line.section
            parts.append(section.upper())
        parts.append(f"{line.text} #{_ranges(line.ids)}")
    return "\n".join(parts)


def _hand_tracks(parts: Mapping[tuple[str, str], Curves], n_frames: int) -> Iterator[_Track]:
    for hand in HANDS:
        of_hand = {name: curves for (part, name), curves in parts.items() if part == f"{hand}_hand_events"}
        section = f"{hand} hand"
        yield from _merged(CONTACT, f"{hand} thumb touches", of_hand.get("finger_tip_contact", {}), "thumb, ")
        fingers = {finger: _joints(of_hand["finger_flexing"], finger) for finger in FINGERS}
        yield from _alike(
            section, "", [(finger, finger_phases(joints, n_frames)) for finger, joints in fingers.items()]
        )
        spacing = of_hand.get("finger_spacing", {})
        yield from _merged(section, "gaps", {pair.replace(", ", "-"): events for pair, events in spacing.items()})
        movements = [_movement(found) for found in _at_once(of_hand.get("wrist_trajectory", {}))]
        if movements:
            yield _Track(section, "wrist", (), tuple(movements))


def _pair_tracks(parts: Mapping[tuple[str, str], Curves]) -> Iterator[_Track]:
    of_pair = {name: curves for (part, name), curves in parts.items() if part == "two_hand_relationships"}
    tips = {
        "+".join(word.split()[1] for word in pair.split(", ")): events
        for pair, events in of_pair.get("finger_tip_contact", {}).items()
    }
    yield from _merged(CONTACT, "tips left+right touch", tips)
    for hand, other in (HANDS, HANDS[::-1]):
        to_palm = {
            key.split(", ")[0].split()[1]: events
            for key, events in of_pair.get("finger_palm_distance", {}).items()
            if key.startswith(hand)
        }
        touching = {name: e for name, e in to_palm.items() if any(x.get("constant_des") == "Contact" for _, x in e)}
        near = {name: events for name, events in to_palm.items() if name not in touching}
        yield from _merged(CONTACT, f"{hand} tips to {other} palm", touching)
        yield from _merged(BOTH, f"{hand} tips to {other} palm", near)
    for palms in of_pair.get("palm_palm_distance", {}).values():
        phases = tuple(sorted(map(phase_of, palms), key=lambda phase: phase.span))
        touch = any(phase.what == "contact" for phase in phases)
        yield _Track(CONTACT if touch else BOTH, "palm to palm", (), phases)
    for axis, events in of_pair.get("palm_palm_relative_position", {}).items():
        yield _Track(BOTH, f"right hand from left, {_WHERE[axis]}", (), tuple(map(phase_of, events)))


def _joints(flexing: Curves, finger: str) -> Curves:
    return {key.split("_")[1]: events for key, events in flexing.items() if key.startswith(f"{finger}_")}


def _merged(section: str, about: str, curves: Curves, prefix: str = "") -> Iterator[_Track]:
    """Curves that do the same, by name, as one track. prefix: what every key begins with and the names need not."""
    named = [(key.removeprefix(prefix), tuple(map(phase_of, events))) for key, events in curves.items()]
    yield from _alike(section, about, named)


def _alike(section: str, about: str, named: Sequence[tuple[str, tuple[Phase, ...]]]) -> Iterator[_Track]:
    def same(one: tuple[str, tuple[Phase, ...]], other: tuple[str, tuple[Phase, ...]]) -> bool:
        words, others = ([phase.what for phase in phases] for _, phases in (one, other))
        spans, of_other = ([phase.span for phase in phases] for _, phases in (one, other))
        return words == others and alike_in_time(spans, of_other, ALIKE_FRAMES)

    for group in clusters(named, same):
        members = [phases for _, phases in group]
        spans = mean_spans([tuple(phase.span for phase in phases) for phases in members])
        phases = tuple(
            Phase(
                together[0].what,
                span,
                common_speed(phase.speed for phase in together),
                tuple(i for phase in together for i in phase.ids),
            )
            for span, together in zip(spans, zip(*members, strict=True), strict=True)
        )
        yield _Track(section, about, tuple(name for name, _ in group), phases)


def _at_once(trajectory: Curves) -> list[list[Phase]]:
    """Movements along several axes at the same time, put together; in order of time."""
    found = sorted((phase_of(event) for events in trajectory.values() for event in events), key=lambda p: p.span)
    return clusters(found, lambda one, other: together(one.span, other.span, ALIKE_FRAMES))


def _movement(parts: Sequence[Phase]) -> Phase:
    span = mean_span([part.span for part in parts])
    words = "+".join(part.what for part in parts)
    return Phase(words, span, common_speed(p.speed for p in parts), tuple(i for p in parts for i in p.ids))


def _text(track: _Track, n_frames: int, fps: float) -> str:
    subject = " ".join(part for part in (track.about, ", ".join(track.names)) if part)
    first, length, count = repetition(track.phases)
    if count == 1:
        return f"{subject}: {_told(track.phases, n_frames)}"
    after = first + length * count
    told = (
        _told(track.phases[:first], n_frames),
        _told_once([track.phases[start : start + length] for start in range(first, after, length)], fps),
        _told(track.phases[after:], n_frames),
    )
    return f"{subject}: {'; '.join(part for part in told if part)}"


def _told_once(rounds: Sequence[Sequence[Phase]], fps: float) -> str:
    """What is done again and again: what, how often, how quickly, and when each time."""
    words = ", ".join(_words(same[0].what, common_speed(p.speed for p in same)) for same in zip(*rounds, strict=True))
    spans = [(phases[0].span[0], phases[-1].span[1]) for phases in rounds]
    period = (spans[-1][0] - spans[0][0]) / (len(spans) - 1) / fps
    times = ", ".join(f"{start}-{end}" for start, end in spans)
    return f"{len(rounds)} times ({words}), every {period:.2g} s: {times}"


def _told(phases: Sequence[Phase], n_frames: int) -> str:
    return "; ".join(
        _words(phase.what, phase.speed) + ("" if phase.span == (0, n_frames) else f" {phase.span[0]}-{phase.span[1]}")
        for phase in phases
    )


def _words(what: str, speed: str) -> str:
    return f"{what} {speed}" if speed else what


def _ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers as "3-5,8"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
