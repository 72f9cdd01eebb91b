"""What one thing does in a clip, phase by phase: a state while it lasts, or a change; and what of that is repeated.

What belongs here: phases of any curve. What does not: those of whole fingers (`finger_phases`), which have several
curves, and text (`event_summary`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from handx_core.captioning.facts import Span

Numbered = tuple[int, Mapping[str, Any]]
"""An event with its number in the clip."""

LONGEST_PATTERN: Final = 4
"""Phases of a movement that is repeated: there, stay, back, stay."""


@dataclass(frozen=True)
class Phase:
    """what: a state, or what is done. speed: "slow", "medium" or "fast" of what is done, else "". ids: the events."""

    what: str
    span: Span
    speed: str
    ids: tuple[int, ...]


def phase_of(event: Numbered) -> Phase:
    """A hold as its state, a change as the state that it leads to, a movement as where it goes; in small letters."""
    number, content = event
    span = (content["start"], content["end"])
    if "constant_des" in content:
        return Phase(content["constant_des"].lower(), span, "", (number,))
    towards = content["direction"].split("-to-")[1] if "direction" in content else f"to {content['end_des'].lower()}"
    return Phase(towards, span, content["v_des"].lower(), (number,))


def repetition(phases: Sequence[Phase]) -> tuple[int, int, int]:
    """Where a pattern begins that is repeated at once, how many phases long it is, and how often it is there.

    Of all such patterns the one that covers most phases, the shortest of these; (0, 0, 1) where nothing is repeated. A
    state that is lost and found again is not repeated, but for contact: something must be done.
    """
    words = [phase.what for phase in phases]
    best = (0, 0, 1)
    for length in range(1, LONGEST_PATTERN + 1):
        for start in range(len(words) - 2 * length + 1):
            count = 1
            while words[start : start + length] == words[start + count * length : start + (count + 1) * length]:
                count += 1
            done = any(phase.speed or phase.what == "contact" for phase in phases[start : start + length])
            if done and count > 1 and count * length > best[1] * best[2]:
                best = (start, length, count)
    return best
