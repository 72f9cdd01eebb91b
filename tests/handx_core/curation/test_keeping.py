"""The rules that clips are kept by, one at a time."""

from types import SimpleNamespace

import numpy as np
import pytest

from handx_core.curation.keeping import (
    AT_REST,
    IN_PLACE,
    RULES,
    TOO_FAST,
    UNMEASURED,
    distance_from_cut,
    reasons_not_kept,
    rule_of,
)
from handx_core.curation.settings import CurationSettings, IntensitySettings

SETTINGS = CurationSettings(
    min_observed_fraction=0.8,
    intensity=IntensitySettings(min_angular_deg_s=2.0, min_speed_m_s=0.01, min_spread_m=0.005, max_speed_m_s=4.0),
)


def figures(observed=1.0, left=10.0, right=1.0, speed=0.1, spread=0.05) -> SimpleNamespace:
    return SimpleNamespace(
        observed_fraction=np.array([observed]),
        angular_deg_s=np.array([[left, right]]),
        speed_m_s=np.array([speed]),
        spread_m=np.array([spread]),
    )


def reason(settings: CurationSettings = SETTINGS, **of_clip: float) -> str | None:
    found = figures(**of_clip)
    (only,) = reasons_not_kept(found.observed_fraction, found.angular_deg_s, found.speed_m_s, found.spread_m, settings)
    return only


@pytest.mark.parametrize(
    ("of_clip", "expected"),
    [
        ({}, None),
        ({"observed": 0.7996}, "measured share 0.7996 is under 0.8"),
        ({"observed": 0.8}, None),
        (
            {"left": 1.9, "right": 1.0, "speed": 0.009996},
            "at rest: 1.9 deg/s and 0.009996 m/s are under 2 deg/s and 0.01 m/s",
        ),
        ({"left": 1.0, "right": 2.0, "speed": 0.009}, None),
        ({"left": 1.0, "right": 1.0, "speed": 0.01}, None),
        ({"spread": 0.004}, "in place: joints spread by 0.004 m, under 0.005 m"),
        ({"spread": 0.005}, None),
        ({"speed": 4.0}, None),
        ({"speed": 4.001}, "too fast: 4.001 m/s is over 4 m/s"),
        ({"observed": 0.5, "speed": 9.0, "spread": 0.0}, "measured share 0.5 is under 0.8"),
    ],
)  # fmt: skip
def test_each_rule_at_its_cut(of_clip: dict[str, float], expected: str | None) -> None:
    assert reason(**of_clip) == expected


@pytest.mark.parametrize(
    ("rule", "of_clip"),
    [
        (UNMEASURED, {"observed": 0.1}),
        (AT_REST, {"left": 0.0, "right": 0.0, "speed": 0.0}),
        (IN_PLACE, {"spread": 1e-7}),
        (TOO_FAST, {"speed": 1e6}),
    ],
)
def test_the_rule_of_a_reason_is_what_it_begins_with(rule: str, of_clip: dict[str, float]) -> None:
    assert rule in RULES
    assert rule_of(reason(**of_clip)) == rule


def test_a_threshold_of_zero_drops_nothing() -> None:
    none = IntensitySettings(min_angular_deg_s=0.0, min_speed_m_s=0.0, min_spread_m=0.0)
    assert reason(SETTINGS.model_copy(update={"intensity": none}), left=0.0, right=0.0, speed=0.0, spread=0.0) is None


@pytest.mark.parametrize(
    ("rule", "of_clip", "ratio"),
    [
        (UNMEASURED, {"observed": 0.4}, 2.0),
        (AT_REST, {"left": 0.5, "right": 1.0, "speed": 0.001}, 2.0),  # by the fingers: the joints are ten times under
        (AT_REST, {"left": 0.5, "right": 1.0, "speed": 0.04}, 4.0),
        (IN_PLACE, {"spread": 0.05}, 10.0),
        (TOO_FAST, {"speed": 8.0}, 2.0),
        (TOO_FAST, {"speed": 2.0}, 2.0),
    ],
)
def test_distance_from_a_cut_is_a_ratio_on_either_side(rule: str, of_clip: dict[str, float], ratio: float) -> None:
    assert distance_from_cut(rule, figures(**of_clip), SETTINGS) == pytest.approx([np.log(ratio)])


def test_a_rule_without_a_cut_is_far_from_every_clip() -> None:
    assert distance_from_cut(IN_PLACE, figures(), CurationSettings()) == [np.inf]
