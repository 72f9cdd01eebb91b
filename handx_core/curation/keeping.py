"""Which clips are kept: the rules, what a reason says, and how near a clip is to a rule's cut.

What belongs here: the rules that clips are judged by. What does not: the figures (intensity.py) and the thresholds
(settings.py).
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from handx_core.curation.settings import CurationSettings

UNMEASURED: Final = "measured share"
AT_REST: Final = "at rest"
IN_PLACE: Final = "in place"
TOO_FAST: Final = "too fast"

RULES: Final = (UNMEASURED, AT_REST, IN_PLACE, TOO_FAST)
"""In the order in which they are asked: the first that a clip breaks is its reason, which begins with these words."""

KEPT: Final = "kept"

Figures = NDArray[np.floating]


class ClipFigures(Protocol):
    """What clips are judged by, one entry a clip: as in `handx_core.curation.clips.Clips`."""

    @property
    def observed_fraction(self) -> Figures: ...
    @property
    def angular_deg_s(self) -> Figures: ...
    @property
    def speed_m_s(self) -> Figures: ...
    @property
    def spread_m(self) -> Figures: ...


def faster_hand_deg_s(angular_deg_s: Figures) -> Figures:
    """(N, 2) -> (N,) deg/s of the hand whose fingers turn faster: what the rule `at rest` looks at."""
    return angular_deg_s.max(axis=1, initial=0.0)


def reasons_not_kept(
    observed_fraction: Figures,
    angular_deg_s: Figures,
    speed_m_s: Figures,
    spread_m: Figures,
    settings: CurationSettings,
) -> tuple[str | None, ...]:
    """Why each clip is not kept, None where it is. settings: of the clips' source (`CurationSettings.of_source`)."""
    figures = (observed_fraction, faster_hand_deg_s(angular_deg_s), speed_m_s, spread_m)
    return tuple(
        _reason(float(observed), float(turn), float(pace), float(spread), settings)
        for observed, turn, pace, spread in zip(*figures, strict=True)
    )


def _reason(
    observed: float, angular_deg_s: float, speed_m_s: float, spread_m: float, settings: CurationSettings
) -> str | None:
    limits = settings.intensity
    if observed < settings.min_observed_fraction:
        return f"{UNMEASURED} {observed:.4g} is under {settings.min_observed_fraction:g}"
    if angular_deg_s < limits.min_angular_deg_s and speed_m_s < limits.min_speed_m_s:
        least = f"{limits.min_angular_deg_s:g} deg/s and {limits.min_speed_m_s:g} m/s"
        return f"{AT_REST}: {angular_deg_s:.4g} deg/s and {speed_m_s:.4g} m/s are under {least}"
    if spread_m < limits.min_spread_m:
        return f"{IN_PLACE}: joints spread by {spread_m:.4g} m, under {limits.min_spread_m:g} m"
    if speed_m_s > limits.max_speed_m_s:
        return f"{TOO_FAST}: {speed_m_s:.4g} m/s is over {limits.max_speed_m_s:g} m/s"
    return None


def rule_of(reason: str | None) -> str:
    """A reason without its figures: what stands before the first colon, bracket or number."""
    return re.split(r"[:(]|\s[\d.-]", reason or "no reason given", maxsplit=1)[0].strip()


def distance_from_cut(rule: str, clips: ClipFigures, settings: CurationSettings) -> Figures:
    """How far each clip is from a rule's cut, >= 0, as the |logarithm| of a ratio; inf where the rule drops nothing.

    So a clip at half a threshold is as far from it as one at its double, whatever the unit. A clip is at rest by its
    figure that is farther up, since that one would have to rise least to keep it. (N,) float64.
    """
    return np.abs(_ABOVE_CUT[rule](clips, settings))


def _above(figure: Figures, cut: float) -> Figures:
    """ln(figure / cut): below 0 under the cut, inf where there is no cut."""
    if cut == 0.0:
        return np.full(len(figure), np.inf)
    return np.log(np.maximum(figure.astype(np.float64), np.finfo(np.float32).tiny) / cut)


def _above_rest(clips: ClipFigures, settings: CurationSettings) -> Figures:
    limits = settings.intensity
    turning = _above(faster_hand_deg_s(clips.angular_deg_s), limits.min_angular_deg_s)
    return np.maximum(turning, _above(clips.speed_m_s, limits.min_speed_m_s))


_ABOVE_CUT: Final[Mapping[str, Callable[[ClipFigures, CurationSettings], Figures]]] = {
    UNMEASURED: lambda clips, settings: _above(clips.observed_fraction, settings.min_observed_fraction),
    AT_REST: _above_rest,
    IN_PLACE: lambda clips, settings: _above(clips.spread_m, settings.intensity.min_spread_m),
    TOO_FAST: lambda clips, settings: _above(clips.speed_m_s, settings.intensity.max_speed_m_s),
}
