"""The states of each kind of descriptor: words, thresholds, hysteresis, and what counts as a change.

What belongs here: the table of kinds. What does not: finding intervals (`segments`) or writing JSON (`events`).

Thresholds and speed classes are HandX's (CVPR 2026); hyperextension is given the interval below -10 degrees that it
was meant to have. Hysteresis is this project's: with it, noise about a threshold makes no event.
"""

import math
from dataclasses import dataclass
from typing import Final

from handx_core.kinematics.contacts import PALM_CONTACT_M, TIP_CONTACT_M

SPEED_WORDS: Final = ("Slow", "Medium", "Fast")

SHORTEST_CONTACT_S: Final = 0.05
"""A contact shorter than this inside a motion is a brush of noise; one cut off by the motion's end is kept."""

FIRM_CONTACT_S: Final = 0.15
"""A touch this long is a contact by itself, where the distance as a whole hovers above the threshold more than it
touches. Shorter ones are then the noise of hovering."""

SHORTEST_HOLD_S: Final = 0.10
"""A state kept for less than this between two changes is a turning point, not a hold."""


@dataclass(frozen=True)
class Kind:
    """A kind of descriptor; values in its SI unit.

    words: its states from the lowest values to the highest. thresholds: between neighbouring states.
    hysteresis: how far beyond a threshold a value must go before the state is left. contact: whether the lowest state
    is Contact, which is entered at its threshold exactly, left only beyond the hysteresis, and delimited by the
    threshold. change: the smallest net change that is an event; infinite where only contacts are.
    slow, fast: mean speeds below which a change is Slow, and from which it is Fast, per second.
    """

    words: tuple[str, ...]
    thresholds: tuple[float, ...]
    hysteresis: float
    contact: bool
    change: float
    slow: float = 0.0
    fast: float = 0.0


FLEXION: Final = Kind(
    words=("Hyperextended", "Fully extended", "Partially bent", "Fully bent"),
    thresholds=(math.radians(-10.0), math.radians(30.0), math.radians(60.0)),
    hysteresis=math.radians(4.0),
    contact=False,
    change=math.radians(30.0),
    slow=0.15,
    fast=1.3,
)

SPACING: Final = Kind(
    words=("Closed", "Open"),
    thresholds=(math.radians(20.0),),
    hysteresis=math.radians(3.0),
    contact=False,
    change=math.radians(18.0),
    slow=0.03,
    fast=1.3,
)

TIP_TO_TIP: Final = Kind(
    words=("Contact", "Apart"), thresholds=(TIP_CONTACT_M,), hysteresis=0.004, contact=True, change=math.inf
)

TIP_TO_PALM: Final = Kind(
    words=("Contact", "Near", "Far"),
    thresholds=(PALM_CONTACT_M, 0.035),
    hysteresis=0.004,
    contact=True,
    change=0.030,
    slow=0.025,
    fast=0.07,
)

PALM_TO_PALM: Final = Kind(
    words=("Contact", "Near", "Medium", "Far"),
    thresholds=(0.040, 0.080, 0.120),
    hysteresis=0.008,
    contact=True,
    change=0.050,
    slow=0.025,
    fast=0.07,
)


def _relative_position(low: str, high: str) -> Kind:
    return Kind(
        words=(low, "ALIGNED", high),
        thresholds=(-0.020, 0.020),
        hysteresis=0.004,
        contact=False,
        change=0.050,
        slow=0.025,
        fast=0.07,
    )


RELATIVE_POSITION: Final = {
    "left-right": _relative_position("LEFT", "RIGHT"),
    "front-back": _relative_position("BACK", "FRONT"),
    "down-up": _relative_position("DOWN", "UP"),
}
"""By world axis x, y, z: where the right palm is, seen from the left one."""

WRIST: Final = Kind(words=(), thresholds=(), hysteresis=0.0, contact=False, change=0.030, slow=0.03, fast=0.15)
"""A wrist's coordinate has no states: every change is an event, and stillness is none."""

DIRECTIONS: Final = {
    "left-right": ("right-to-left", "left-to-right"),
    "front-back": ("front-to-back", "back-to-front"),
    "down-up": ("up-to-down", "down-to-up"),
}
"""By world axis x, y, z: the words for a falling and a rising coordinate."""
