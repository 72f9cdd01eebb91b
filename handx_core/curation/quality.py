"""How good a take and a span of it are: figures, and which of them are reason enough to leave it out.

Dropouts are figures of the whole take, which loses its hands between spans; all others are of one span. Repeated
frames are looked for at the source's own stamps, since resampling blurs them. What belongs here: measuring and
judging. What does not: cutting takes into spans.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.curation.resampling import Span
from handx_core.curation.settings import CurationSettings
from handx_core.skeleton import CHAINS, FPS, LEFT, WRIST, bone_lengths
from handx_core.sources.base import TrackedHands

CLEARLY_BENT: Final = float(np.sin(np.radians(10.0)))
"""Below this sine between finger and palm the hand is too flat to tell a left one from a right one."""

STILL_M: Final = 1e-6
"""No tracker finds every joint of a hand this near to where it was: such a frame is the one before it, once more."""

_CHUNK_FRAMES: Final = 4096
"""Looked at together, so that memory stays flat however long a take is."""


@dataclass(frozen=True)
class Dropouts:
    """How much of a take lacks a hand.

    missing_fraction: share of its stamps at which nothing of a hand is present, measured or inferred. longest_gap_s:
    the longest time without both hands, less one frame where it lies between two stamps.
    """

    missing_fraction: float
    longest_gap_s: float


@dataclass(frozen=True)
class Quality:
    """Figures of a span, as in the table `skeletons`.

    jitter_m_s2: median norm of the joints' acceleration. bone_length_sd_m: of the bone that varies most.
    observed_fraction: share of joints and frames that were measured. chirality_fraction: share of the clearly bent
    hands that bend as that hand does (1 where none is). missing_fraction, longest_gap_s: `Dropouts` of its take.
    repeated_fraction: share of the source's frames of a hand that repeat the one before. outlier_fraction: share of
    the steps from frame to frame in which a joint, the wrist among them, is faster than settings.outlier_speed_m_s.
    marker_residual_m: median distance of the measured markers from the solved hands, None for a source without markers.
    """

    jitter_m_s2: float
    bone_length_sd_m: float
    observed_fraction: float
    chirality_fraction: float
    missing_fraction: float
    longest_gap_s: float
    repeated_fraction: float
    outlier_fraction: float
    marker_residual_m: float | None = None


def measure_dropouts(hands: TrackedHands) -> Dropouts:
    """The dropouts of a take of one stamp or more."""
    times: NDArray[np.float64] = hands.times
    both: NDArray[np.bool_] = np.all(np.any(hands.present, axis=2), axis=1)
    if not both.any():
        return Dropouts(1.0, float(times[-1] - times[0]))
    seen = times[both]
    frame = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    between = float(np.diff(seen).max(initial=0.0)) - frame
    at_the_ends = max(float(seen[0] - times[0]), float(times[-1] - seen[-1]))
    # A stamp that comes a little late is no gap.
    return Dropouts(1.0 - float(both.mean()), max(between if between > 0.5 * frame else 0.0, at_the_ends))


def measure_quality(span: Span, hands: TrackedHands, dropouts: Dropouts, settings: CurationSettings) -> Quality:
    """Figures of a span of 3 frames or more. hands: those of the take that it was cut from, as are the dropouts."""
    acceleration = np.linalg.norm(np.diff(span.joints, n=2, axis=0), axis=-1) * FPS**2
    return Quality(
        jitter_m_s2=float(np.median(acceleration)),
        bone_length_sd_m=float(bone_lengths(span.joints).std(axis=0).max()),
        observed_fraction=float(span.observed.mean()),
        chirality_fraction=chirality_fraction(span.joints),
        missing_fraction=dropouts.missing_fraction,
        longest_gap_s=dropouts.longest_gap_s,
        repeated_fraction=repeated_fraction(hands, span.start_s, span.end_s),
        outlier_fraction=outlier_fraction(span.joints, settings.outlier_speed_m_s),
        marker_residual_m=_residual(span, hands),
    )


def _residual(span: Span, hands: TrackedHands) -> float | None:
    if hands.residual is None:
        return None
    within = hands.residual[(hands.times >= span.start_s) & (hands.times <= span.end_s)]
    return float(np.median(within[np.isfinite(within)])) if np.isfinite(within).any() else None


def repeated_fraction(hands: TrackedHands, start_s: float, end_s: float) -> float:
    """Share of the steps of a complete hand between start_s and end_s in which no joint moves; 0 without a step."""
    first, last = np.searchsorted(hands.times, start_s), np.searchsorted(hands.times, end_s, side="right")
    n_steps = n_still = 0
    for start in range(int(first), int(last) - 1, _CHUNK_FRAMES):
        chunk = hands.joints[start : min(start + _CHUNK_FRAMES + 1, last)]
        steps = np.linalg.norm(np.diff(chunk, axis=0), axis=-1).max(axis=-1)
        n_steps += int(np.isfinite(steps).sum())
        n_still += int((steps <= STILL_M).sum())
    return n_still / n_steps if n_steps else 0.0


def outlier_fraction(joints: NDArray[np.floating], speed_m_s: float) -> float:
    """Share of the steps in which any joint is faster than speed_m_s. joints: (T, 2, 21, 3), metres, 30 fps, T >= 2."""
    speeds = np.linalg.norm(np.diff(joints, axis=0), axis=-1) * FPS
    return float((speeds.max(axis=(1, 2)) > speed_m_s).mean())


def chirality_fraction(joints: NDArray[np.floating]) -> float:
    """Share of the clearly bent hands in (..., 2, 21, 3) that bend as that hand does; 1.0 where none is bent.

    With n = (index MCP - wrist) x (pinky MCP - wrist), a flexed middle finger points against n in a left hand and
    along it in a right one, in a right-handed frame. A low share means a mirrored axis or swapped hands.
    """
    index, pinky, middle = (CHAINS[finger] for finger in ("index", "pinky", "middle"))
    from_wrist = joints - joints[..., WRIST : WRIST + 1, :]
    normal = np.cross(from_wrist[..., index[0], :], from_wrist[..., pinky[0], :])
    finger = joints[..., middle[-1], :] - joints[..., middle[0], :]
    lengths = np.linalg.norm(normal, axis=-1) * np.linalg.norm(finger, axis=-1)
    bend = np.einsum("...i,...i->...", normal, finger) / np.maximum(lengths, np.finfo(np.float32).tiny)
    bend[..., LEFT] *= -1.0
    clear = np.abs(bend) > CLEARLY_BENT
    return float((bend[clear] > 0.0).mean()) if clear.any() else 1.0


def fault_of_take(dropouts: Dropouts, settings: CurationSettings) -> str | None:
    """Why a take cannot be used, or None."""
    found, largest = dropouts.missing_fraction, settings.max_missing_fraction
    if found <= largest:
        return None
    return f"share of frames without both hands: expected at most {largest:g}, found {found:.3g}"


def fault_of_span(quality: Quality, bone_length_error_m: float, settings: CurationSettings) -> str | None:
    """Why a span cannot be used, or None. bone_length_error_m: mean difference from the subject's bones."""
    checks = (
        (quality.jitter_m_s2, settings.max_jitter_m_s2, "median acceleration", " m/s2"),
        (quality.bone_length_sd_m, settings.max_bone_length_sd_m, "standard deviation of a bone's length", " m"),
        (bone_length_error_m, settings.max_bone_length_error_m, "mean difference from the subject's bones", " m"),
        (quality.repeated_fraction, settings.max_repeated_fraction, "share of frames that repeat the one before", ""),
        (
            quality.outlier_fraction,
            settings.max_outlier_fraction,
            f"share of frames in which a joint is faster than {settings.outlier_speed_m_s:g} m/s",
            "",
        ),
    )
    for found, largest, what, unit in checks:
        if not found <= largest:
            return f"{what}: expected at most {largest:g}{unit}, found {found:.3g}"
    found, least = quality.chirality_fraction, settings.min_chirality_fraction
    if found < least:
        return (
            f"fingers that bend as that hand's do: expected a share of {least:g} or more, found {found:.2f}: mirrored?"
        )
    return None
