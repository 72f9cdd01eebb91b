"""Thresholds of intensity, and what is different for one source."""

import pytest
from pydantic import ValidationError

from handx_core.curation.settings import CurationSettings, IntensitySettings
from handx_core.sources import SOURCES


def settings(**by_source: dict[str, float]) -> CurationSettings:
    return CurationSettings.model_validate(
        {"intensity": {"min_angular_deg_s": 3.0, "min_speed_m_s": 0.03}, "intensity_by_source": by_source}
    )


def test_a_source_has_its_own_threshold_and_all_others_of_every_source() -> None:
    curation = settings(h2o={"min_speed_m_s": 0.5})
    own = curation.of_source("h2o").intensity
    assert own == IntensitySettings(min_angular_deg_s=3.0, min_speed_m_s=0.5, min_spread_m=0.0, max_speed_m_s=4.0)
    assert curation.of_source("h2o").stride == curation.stride
    assert curation.of_source("arctic").intensity == curation.intensity


def test_a_threshold_of_zero_is_one() -> None:
    assert settings(h2o={"min_speed_m_s": 0.0}).of_source("h2o").intensity.min_speed_m_s == 0.0


def test_without_an_override_nothing_more_is_dropped_for_its_spread() -> None:
    assert all(CurationSettings().of_source(source).intensity.min_spread_m == 0.0 for source in SOURCES)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ({"h20": {"min_speed_m_s": 0.5}}, "no source h20: expected some of gigahands, hot3d"),
        ({"h2o": {"min_sped_m_s": 0.5}}, "h2o.min_sped_m_s\n  Extra inputs are not permitted"),
        ({"h2o": {"min_spread_m": -0.1}}, "greater than or equal to 0"),
        ({"h2o": {"min_speed_m_s": "fast"}}, "valid number"),
        ({"h2o": {"max_speed_m_s": 0.02}}, "min_speed_m_s 0.03 is not below max_speed_m_s 0.02"),
    ],
)
def test_what_cannot_be_meant_is_an_error_that_names_it(override: dict[str, dict[str, float]], message: str) -> None:
    with pytest.raises(ValidationError) as found:
        settings(**override)
    assert message in str(found.value)


def test_a_different_threshold_of_a_source_is_a_different_section() -> None:
    assert settings(h2o={"min_speed_m_s": 0.5}).fingerprint() != settings().fingerprint()
