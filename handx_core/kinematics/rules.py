"""The rules that curves are cut by: the table of `states` as numbers for compiled code, with times in frames.

What belongs here: what the compiled search is told, and the state of one value by it. What does not: the thresholds
themselves (`states`) and the search (`changes`, `segments`).
"""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from handx_core.compiled import compiled
from handx_core.kinematics.states import FIRM_CONTACT_S, SHORTEST_CONTACT_S, SHORTEST_HOLD_S, Kind

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Rule = Any
"""One record of RULE; mypy knows no fields of records."""

ROUNDING: Final = 1e-6
"""Differences of this share of a kind's smallest change are none, and a time this near to a whole frame, in frames, is
that frame. Without it, moving the room would move events by the last bits of the coordinates."""

PAUSE_S: Final = 0.15
"""A change is parted where it pauses for at least this long."""

LONG_PAUSE_S: Final = 0.5
"""Small steps with a rest of this length between them do not add up to one change."""

RULE: Final = np.dtype(
    [
        ("thresholds", np.float64, (3,)),
        ("n_states", np.int64),
        ("hysteresis", np.float64),
        ("contact", np.bool_),
        ("change", np.float64),
        ("slow", np.float64),
        ("fast", np.float64),
        ("fps", np.float64),
        ("shortest_contact", np.int64),
        ("firm_contact", np.int64),
        ("shortest_hold", np.int64),
        ("pause", np.int64),
        ("long_pause", np.int64),
    ],
    align=True,
)
"""What the search must know of a curve, as a record, because compiled code takes one cheaply: the numbers of its Kind,
thresholds padded with infinity, n_states 0 for a kind without states, and times in frames."""


Rules = NDArray[np.void]
"""(S,) of RULE, one for each curve."""


def rules_for(kinds: Sequence[Kind], fps: float) -> Rules:
    """The rules for curves of these kinds, one for each curve, at a frame rate."""
    curves = np.zeros(len(kinds), RULE)
    for rule, kind in zip(curves, kinds, strict=True):
        rule["thresholds"] = (*kind.thresholds, *[np.inf] * (3 - len(kind.thresholds)))
        rule["n_states"] = len(kind.words)
        for name in ("hysteresis", "contact", "change", "slow", "fast"):
            rule[name] = getattr(kind, name)
    curves["fps"] = fps
    curves["shortest_contact"] = _frames(SHORTEST_CONTACT_S, fps)
    curves["firm_contact"] = _frames(FIRM_CONTACT_S, fps)
    curves["shortest_hold"] = _frames(SHORTEST_HOLD_S, fps)
    curves["pause"] = max(2, _frames(PAUSE_S, fps))
    curves["long_pause"] = max(2, _frames(LONG_PAUSE_S, fps))
    return curves


def _frames(seconds: float, fps: float) -> int:
    return math.ceil(seconds * fps - 1e-9)


@compiled
def state_of(value: float, touching: bool, rule: Rule) -> int:
    """The state of a value by the plain thresholds; where the lowest state is Contact, `touching` alone decides it."""
    if touching:
        return 0
    state = 0
    while state < rule.n_states - 1 and value >= rule.thresholds[state]:
        state += 1
    return max(state, 1) if rule.contact else state


@compiled
def end_of_run(flags: Flags | Integers, start: int) -> int:
    """The first frame after `start` that differs from frame `start`, or the length."""
    end = start + 1
    while end < len(flags) and flags[end] == flags[start]:
        end += 1
    return end
