"""What a profile can choose about cutting skeletons and clips.

What belongs here: the sizes and thresholds of curation. What does not: the splits, which have their own settings.
"""

from collections.abc import Mapping

from pydantic import Field, field_validator, model_validator

from handx_core.settings import Settings
from handx_core.sources import SOURCES


class IntensitySettings(Settings):
    """How much must happen in a clip for it to be kept. None of the thresholds is published; these are ours.

    A clip is at rest where neither hand's fingers turn (min_angular_deg_s, of the hand whose turn faster) nor the
    joints move (min_speed_m_s): where either does, it stays. It is in place where the joints hardly leave their mean
    place (min_spread_m), however fast they are: a tracker that trembles has speed without spread. It is too fast where
    the joints move faster than hands do (max_speed_m_s).

    Nothing is dropped for its spread unless a profile says so: spread is a mean over all 42 joints, so that a single
    finger that taps by a centimetre has less of it than many a tracker's noise. Judge by the source's histogram.
    """

    min_angular_deg_s: float = Field(2.0, ge=0.0)
    min_speed_m_s: float = Field(0.01, ge=0.0)
    min_spread_m: float = Field(0.0, ge=0.0)
    max_speed_m_s: float = Field(4.0, gt=0.0)

    @model_validator(mode="after")
    def _some_speed_is_kept(self) -> "IntensitySettings":
        if self.min_speed_m_s >= self.max_speed_m_s:
            raise ValueError(f"min_speed_m_s {self.min_speed_m_s:g} is not below max_speed_m_s {self.max_speed_m_s:g}")
        return self


class IntensityOfSource(Settings):
    """Thresholds of one source that are not those of all: as in IntensitySettings; what is left out is unchanged."""

    min_angular_deg_s: float | None = Field(None, ge=0.0)
    min_speed_m_s: float | None = Field(None, ge=0.0)
    min_spread_m: float | None = Field(None, ge=0.0)
    max_speed_m_s: float | None = Field(None, gt=0.0)


class CurationSettings(Settings):
    """Sizes and thresholds from recordings to clips. None of the thresholds is published; these are ours.

    max_gap_s: a joint lost for longer cuts the take. min_span_frames: a shorter unbroken span is no skeleton.
    stride: frames from the start of a clip to the next. min_observed_fraction: share of a clip that was measured.

    A take is rejected where more than max_missing_fraction of its frames lack a hand. A skeleton is rejected by its
    quality: max_jitter_m_s2 (median acceleration of the joints), max_bone_length_sd_m (of the worst bone over time),
    max_bone_length_error_m (mean difference from the subject's bones), min_chirality_fraction (share of frames in which
    the fingers bend the way that hand's fingers do), max_repeated_fraction (frames that repeat the one before, as where
    a slow tracker was stored at a higher rate), max_outlier_fraction (frames in which a joint is faster than
    outlier_speed_m_s, which a fingertip hardly is even in a blow).

    A take whose markers are farther from the solved hands than max_marker_residual_m, in the median frame, is shown by
    a check. It is not rejected, since a marker that sits badly on one finger says little of the others.

    A clip is kept by what happens in it: intensity, for all sources; intensity_by_source, what is different for one.
    """

    max_gap_s: float = Field(0.2, ge=0.0)
    min_span_frames: int = Field(10, ge=3)
    stride: int = Field(30, ge=1)
    min_observed_fraction: float = Field(0.8, ge=0.0, le=1.0)
    max_jitter_m_s2: float = Field(60.0, gt=0.0)
    max_bone_length_sd_m: float = Field(0.015, gt=0.0)
    max_bone_length_error_m: float = Field(0.015, gt=0.0)
    min_chirality_fraction: float = Field(0.25, ge=0.0, le=1.0)
    max_missing_fraction: float = Field(0.95, ge=0.0, le=1.0)
    max_repeated_fraction: float = Field(0.4, ge=0.0, le=1.0)
    outlier_speed_m_s: float = Field(8.0, gt=0.0)
    max_outlier_fraction: float = Field(0.02, ge=0.0, le=1.0)
    max_marker_residual_m: float = Field(0.003, gt=0.0)
    intensity: IntensitySettings = Field(default_factory=lambda: IntensitySettings.model_validate({}))
    intensity_by_source: Mapping[str, IntensityOfSource] = Field(default_factory=dict)

    @field_validator("intensity_by_source")
    @classmethod
    def _of_known_sources(cls, by_source: Mapping[str, IntensityOfSource]) -> Mapping[str, IntensityOfSource]:
        unknown = [name for name in by_source if name not in SOURCES]
        if unknown:
            raise ValueError(f"no source {', '.join(unknown)}: expected some of {', '.join(SOURCES)}")
        return by_source

    @model_validator(mode="after")
    def _every_source_has_thresholds_that_agree(self) -> "CurationSettings":
        for source in self.intensity_by_source:
            self.of_source(source)
        return self

    def of_source(self, source: str) -> "CurationSettings":
        """These settings with the thresholds of one source as those of all."""
        own = self.intensity_by_source.get(source)
        if own is None:
            return self
        merged = {**self.intensity.model_dump(), **own.model_dump(exclude_none=True)}
        return self.model_copy(
            update={"intensity": IntensitySettings.model_validate(merged), "intensity_by_source": {}}
        )
