"""What a whole finger does, from the events of its joints.

What belongs here: joints to fingers. What does not: merging fingers that do the same (`event_summary`).

A finger bends while any of its joints does and none straightens; where its joints go different ways at once, each way
is told with its joints. In between it is straight if every joint is, fully bent if two are, and partly bent otherwise;
hyperextended joints are named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from handx_core.captioning.facts import BENT_RANK, SPEEDS, Span, finger_state
from handx_core.captioning.phases import Numbered, Phase

_CLASH_FRAMES: Final = 2
"""Frames by which one movement may run into the opposite one without being at the same time."""

_SHORTEST_STATE: Final = 3
"""Frames that a state lasts, or it is a passage from one to the next."""


@dataclass
class _Movement:
    """Changes of a finger's joints in one direction that overlap in time."""

    bends: bool
    start: int
    end: int
    joints: list[str] = field(default_factory=list)
    speeds: list[int] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)

    def clashes(self, others: Sequence["_Movement"]) -> bool:
        """Whether joints go the other way at the same time."""
        return any(
            other.bends != self.bends and min(self.end, other.end) - max(self.start, other.start) > _CLASH_FRAMES
            for other in others
        )


def finger_phases(joints: Mapping[str, Sequence[Numbered]], n_frames: int) -> tuple[Phase, ...]:
    """The phases of a finger in order of time. joints: its events by joint ("mcp", "pip", ...), proximal first."""
    movements = _movements(joints)
    phases = []
    for movement in movements:
        what = "bends" if movement.bends else "straightens"
        if movement.clashes(movements):
            what = f"{' '.join(dict.fromkeys(movement.joints))} {what}"
        speed = SPEEDS[sorted(movement.speeds)[len(movement.speeds) // 2]].lower()
        phases.append(Phase(what, (movement.start, movement.end), speed, tuple(movement.ids)))
    phases += _states(joints, movements, n_frames)
    phases.sort(key=lambda phase: phase.span)
    return _with_holds(phases, joints)


def _movements(joints: Mapping[str, Sequence[Numbered]]) -> list[_Movement]:
    changes = sorted(
        (event["start"], event["end"], joint, number, event)
        for joint, of_joint in joints.items()
        for number, event in of_joint
        if "v_des" in event
    )
    found: list[_Movement] = []
    for start, end, joint, number, event in changes:
        bends = BENT_RANK[event["end_des"]] > BENT_RANK[event["start_des"]]
        last = next((movement for movement in reversed(found) if movement.bends == bends), None)
        if last is None or start > last.end:
            last = _Movement(bends, start, end)
            found.append(last)
        last.end = max(last.end, end)
        last.joints.append(joint)
        last.speeds.append(SPEEDS.index(event["v_des"]))
        last.ids.append(number)
    return found


def _states(joints: Mapping[str, Sequence[Numbered]], movements: Sequence[_Movement], n_frames: int) -> list[Phase]:
    """The states between the movements, without their events."""
    by_joint = {joint: _joint_states(of_joint, n_frames) for joint, of_joint in joints.items()}
    moving = [False] * n_frames
    for movement in movements:
        moving[movement.start : movement.end] = [True] * (movement.end - movement.start)
    words = ["" if moving[t] else _state_words({j: ranks[t] for j, ranks in by_joint.items()}) for t in range(n_frames)]
    phases: list[Phase] = []
    t = 0
    for word, run in groupby(words):
        end = t + len(list(run))
        touches_last = phases and phases[-1].span[1] == t
        if word and touches_last and (end - t < _SHORTEST_STATE or phases[-1].what == word):
            phases[-1] = Phase(phases[-1].what, (phases[-1].span[0], end), "", ())
        elif word:
            phases.append(Phase(word, (t, end), "", ()))
        t = end
    return phases


def _joint_states(events: Sequence[Numbered], n_frames: int) -> list[int]:
    """The rank of a joint's state in every frame; a change is half the one and half the other."""
    ranks: list[int | None] = [None] * n_frames
    for _, event in events:
        start, end = event["start"], event["end"]
        half = (start + end) // 2
        before, after = (event.get("constant_des", event.get(key)) for key in ("start_des", "end_des"))
        ranks[start:half] = [BENT_RANK[before]] * (half - start)
        ranks[half:end] = [BENT_RANK[after]] * (end - half)
    first = next(rank for rank in ranks if rank is not None)
    filled = []
    for rank in ranks:
        first = first if rank is None else rank
        filled.append(first)
    return filled


def _state_words(ranks: Mapping[str, int]) -> str:
    state = finger_state(ranks.values())
    back = " ".join(joint for joint, rank in ranks.items() if rank < 0)
    return f"{state}, {back} hyperextended" if back else state


def _with_holds(phases: Sequence[Phase], joints: Mapping[str, Sequence[Numbered]]) -> tuple[Phase, ...]:
    """The phases, each hold of a joint among the events of the phase that it is longest in."""
    ids = [list(phase.ids) for phase in phases]
    for of_joint in joints.values():
        for number, event in of_joint:
            if "constant_des" in event:
                ids[_longest_overlap((event["start"], event["end"]), phases)].append(number)
    return tuple(
        Phase(phase.what, phase.span, phase.speed, tuple(sorted(numbers)))
        for phase, numbers in zip(phases, ids, strict=True)
    )


def _longest_overlap(span: Span, phases: Sequence[Phase]) -> int:
    return max(range(len(phases)), key=lambda k: min(span[1], phases[k].span[1]) - max(span[0], phases[k].span[0]))
