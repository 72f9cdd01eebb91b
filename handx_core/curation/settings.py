"""What a profile can choose about cutting skeletons and clips.

What belongs here: the sizes and thresholds of curation. What does not: the splits, which have their own settings.
"""

from pydantic import Field

from handx_core.settings import Settings


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

    A clip is not kept where neither hand's fingers turn (min_angular_deg_s) nor the joints move (min_speed_m_s), or
    where they move faster than hands do (max_speed_m_s).
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
    min_angular_deg_s: float = Field(2.0, ge=0.0)
    min_speed_m_s: float = Field(0.01, ge=0.0)
    max_speed_m_s: float = Field(4.0, gt=0.0)
