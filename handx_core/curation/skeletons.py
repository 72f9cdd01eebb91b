"""From recordings to skeletons: unbroken spans at 30 fps in the world frame, with figures of their quality.

What belongs here: cutting takes. What does not: measuring quality (`quality`), reading sources, cutting clips.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handx_core.curation.frames import facing_rotation
from handx_core.curation.quality import (
    Quality,
    fault_of_span,
    fault_of_take,
    measure_dropouts,
    measure_quality,
)
from handx_core.curation.resampling import Span, resample
from handx_core.curation.settings import CurationSettings
from handx_core.errors import InvalidMotionError, Rejection
from handx_core.skeleton import bone_lengths
from handx_core.sources.base import Recording, Take, TrackedHands


@dataclass(frozen=True)
class Skeleton:
    """An unbroken span of a take with both hands: a row of `skeletons`.

    joints: (T, 2, 21, 3) float32, metres, world frame, 30 fps. observed: (T, 2, 21), measured: neither
    interpolated over a gap nor inferred by the source's tracker.
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
    dropouts = measure_dropouts(hands)
    fault = fault_of_take(dropouts, settings)
    if fault is not None:
        return [], [Rejection(take.recording_id, "take", fault)]
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
        skeleton = _skeleton(take, number, span, rotation, measure_quality(span, hands, dropouts, settings))
        fault = fault_of_span(skeleton.quality, _bone_length_error(skeleton, subject_lengths), settings)
        if fault is None:
            skeletons.append(skeleton)
        else:
            rejections.append(Rejection(skeleton.skeleton_id, "span", fault))
    return skeletons, rejections


def _skeleton(take: Take, number: int, span: Span, rotation: NDArray[np.float64], quality: Quality) -> Skeleton:
    joints = (span.joints @ rotation.T).astype(np.float32)
    return Skeleton(
        skeleton_id=f"{take.recording_id}/{number}",
        recording_id=take.recording_id,
        start_s=span.start_s,
        subject=take.subject,
        label=_label(take, span.start_s, span.end_s),
        joints=joints,
        observed=span.observed,
        quality=quality,
    )


def _label(take: Take, start_s: float, end_s: float) -> str | None:
    """The text of the label with the largest overlap, the first of equals; None where none overlaps."""
    overlaps = [min(label.end_s, end_s) - max(label.start_s, start_s) for label in take.labels]
    best = int(np.argmax(overlaps)) if overlaps else -1
    return take.labels[best].text if best >= 0 and overlaps[best] > 0.0 else None


def _bone_length_error(skeleton: Skeleton, subject_lengths: NDArray[np.floating]) -> float:
    """Mean difference of its median bones from those of the subject, metres; 0 where these are not known."""
    errors = np.abs(np.median(bone_lengths(skeleton.joints), axis=0) - subject_lengths)
    return float(np.mean(errors[np.isfinite(errors)])) if np.isfinite(errors).any() else 0.0
