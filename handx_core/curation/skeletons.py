"""From a recording to skeletons: unbroken spans at 30 fps in the world frame, with figures of their quality.

What belongs here: cutting takes and judging the spans. What does not: reading sources, cutting clips.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.curation.frames import facing_rotation
from handx_core.curation.resampling import Span, resample
from handx_core.curation.settings import CurationSettings
from handx_core.errors import InvalidMotionError, Rejection
from handx_core.skeleton import CHAINS, FPS, LEFT, WRIST, bone_lengths
from handx_core.sources.base import Recording, Take, TrackedHands

CLEARLY_BENT: Final = float(np.sin(np.radians(10.0)))
"""Below this sine between finger and palm the hand is too flat to tell a left one from a right one."""


@dataclass(frozen=True)
class Quality:
    """Figures of a span, as in the table `skeletons`.

    jitter_m_s2: median norm of the joints' acceleration. bone_length_sd_m: of the bone that varies most.
    observed_fraction: share of joints and frames that were measured. chirality_fraction: share of the clearly bent
    hands that bend as that hand does (1 where none is).
    """

    jitter_m_s2: float
    bone_length_sd_m: float
    observed_fraction: float
    chirality_fraction: float


@dataclass(frozen=True)
class Skeleton:
    """An unbroken span of a take with both hands: a row of `skeletons`.

    joints: (T, 2, 21, 3) float32, metres, world frame, 30 fps. observed: (T, 2, 21), measured, not interpolated.
    """

    skeleton_id: str
    recording_id: str
    start_s: float
    subject: str
    label: str | None
    joints: NDArray[np.float32]
    observed: NDArray[np.bool_]
    quality: Quality


def cut_skeletons(
    recording: Recording,
    hands: TrackedHands,
    subject_lengths: NDArray[np.floating],
    settings: CurationSettings,
) -> tuple[list[Skeleton], list[Rejection]]:
    """The skeletons of a take, and what of it cannot be used.

    hands: the recording's, as its source's `to_hands` gives them. subject_lengths: (2, 20), metres, the bone lengths of
    the take's subject, NaN where unknown. Yaw is removed once for the take; see `resample` for gaps, cuts and stamps.
    """
    take = recording.take
    try:
        rotation = np.eye(3) if hands.faces_away else facing_rotation(hands.joints)
    except InvalidMotionError as error:
        return [], [Rejection(take.recording_id, "take", str(error))]
    spans = resample(hands, settings.max_gap_s)
    if not spans:
        return [], [Rejection(take.recording_id, "take", "expected both hands complete at once, found no such span")]
    skeletons: list[Skeleton] = []
    rejections: list[Rejection] = []
    for number, span in enumerate(spans):
        if len(span.joints) < settings.min_span_frames:
            reason = f"expected {settings.min_span_frames} frames or more, found {len(span.joints)}"
            rejections.append(Rejection(f"{take.recording_id}/{number}", "span", reason))
            continue
        skeleton = _skeleton(take, number, span, rotation)
        fault = _fault(skeleton, subject_lengths, settings)
        if fault is None:
            skeletons.append(skeleton)
        else:
            rejections.append(Rejection(skeleton.skeleton_id, "span", fault))
    return skeletons, rejections


def measure_quality(joints: NDArray[np.floating], observed: NDArray[np.bool_]) -> Quality:
    """Figures of a span. joints: (T, 2, 21, 3), metres, 30 fps, T >= 3. observed: (T, 2, 21)."""
    acceleration = np.linalg.norm(np.diff(joints, n=2, axis=0), axis=-1) * FPS**2
    return Quality(
        jitter_m_s2=float(np.median(acceleration)),
        bone_length_sd_m=float(bone_lengths(joints).std(axis=0).max()),
        observed_fraction=float(observed.mean()),
        chirality_fraction=chirality_fraction(joints),
    )


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


def _skeleton(take: Take, number: int, span: Span, rotation: NDArray[np.float64]) -> Skeleton:
    joints = (span.joints @ rotation.T).astype(np.float32)
    return Skeleton(
        skeleton_id=f"{take.recording_id}/{number}",
        recording_id=take.recording_id,
        start_s=span.start_s,
        subject=take.subject,
        label=_label(take, span.start_s, span.start_s + (len(joints) - 1) / FPS),
        joints=joints,
        observed=span.observed,
        quality=measure_quality(joints, span.observed),
    )


def _label(take: Take, start_s: float, end_s: float) -> str | None:
    """The text of the label with the largest overlap, the first of equals; None where none overlaps."""
    overlaps = [min(label.end_s, end_s) - max(label.start_s, start_s) for label in take.labels]
    best = int(np.argmax(overlaps)) if overlaps else -1
    return take.labels[best].text if best >= 0 and overlaps[best] > 0.0 else None


def _fault(skeleton: Skeleton, subject_lengths: NDArray[np.floating], settings: CurationSettings) -> str | None:
    """Why a skeleton cannot be used, or None."""
    quality = skeleton.quality
    errors = np.abs(np.median(bone_lengths(skeleton.joints), axis=0) - subject_lengths)
    error = float(np.mean(errors[np.isfinite(errors)])) if np.isfinite(errors).any() else 0.0
    checks = (
        (quality.jitter_m_s2, settings.max_jitter_m_s2, "median acceleration", "m/s2"),
        (quality.bone_length_sd_m, settings.max_bone_length_sd_m, "standard deviation of a bone's length", "m"),
        (error, settings.max_bone_length_error_m, "mean difference from the subject's bones", "m"),
    )
    for found, largest, what, unit in checks:
        if not found <= largest:
            return f"{what}: expected at most {largest:g} {unit}, found {found:.3g}"
    if quality.chirality_fraction < settings.min_chirality_fraction:
        found, least = quality.chirality_fraction, settings.min_chirality_fraction
        return (
            f"fingers that bend as that hand's do: expected a share of {least:g} or more, found {found:.2f}: mirrored?"
        )
    return None
