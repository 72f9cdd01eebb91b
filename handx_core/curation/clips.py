"""From skeletons to clips: windows of 60 frames, in the clip frame, with how much happens and whether to keep them.

What belongs here: cutting windows and deciding on them. What does not: split sides, duplicates.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handx_core.curation.frames import to_clip_frame
from handx_core.curation.settings import CurationSettings
from handx_core.curation.skeletons import Skeleton
from handx_core.errors import Rejection
from handx_core.skeleton import CLIP_FRAMES


@dataclass(frozen=True)
class Clips:
    """Windows of skeletons: rows of `clips`, one entry a clip in every field but `rejected`.

    joints: (N, 60, 2, 21, 3) float32, metres, clip frame. angular_deg_s: (N, 2) float32, left first. speed_m_s,
    spread_m: (N,) float32. reason: why a clip is not kept, None where it is. rejected: skeletons without a window.
    """

    clip_ids: tuple[str, ...]
    skeleton_ids: tuple[str, ...]
    start_frames: NDArray[np.int32]
    subjects: tuple[str, ...]
    labels: tuple[str | None, ...]
    joints: NDArray[np.float32]
    angular_deg_s: NDArray[np.float32]
    speed_m_s: NDArray[np.float32]
    spread_m: NDArray[np.float32]
    kept: NDArray[np.bool_]
    reasons: tuple[str | None, ...]
    rejected: tuple[Rejection, ...] = ()

    def __len__(self) -> int:
        return len(self.clip_ids)


def cut_clips(skeletons: Iterable[Skeleton], settings: CurationSettings) -> Clips:
    """Windows of every skeleton from its first frame on, `settings.stride` apart; one too short gives a Rejection."""
    # It needs a compiler, which takes seconds to import.
    from handx_core.curation.intensity import angular_velocity_deg_s, joint_speed_m_s, joint_spread_m

    windows: list[tuple[Skeleton, int]] = []
    rejected: list[Rejection] = []
    for skeleton in skeletons:
        last = len(skeleton.joints) - CLIP_FRAMES
        windows += [(skeleton, start) for start in range(0, last + 1, settings.stride)]
        if last < 0:
            reason = f"expected the {CLIP_FRAMES} frames of a clip or more, found {len(skeleton.joints)}"
            rejected.append(Rejection(skeleton.skeleton_id, "clip", reason))
    joints = np.empty((len(windows), CLIP_FRAMES, 2, 21, 3), np.float32)
    observed = np.empty(len(windows))
    for index, (skeleton, start) in enumerate(windows):
        joints[index] = to_clip_frame(skeleton.joints[start : start + CLIP_FRAMES])
        observed[index] = skeleton.observed[start : start + CLIP_FRAMES].mean()
    angular, speed, spread = angular_velocity_deg_s(joints), joint_speed_m_s(joints), joint_spread_m(joints)
    reasons = tuple(
        _reason(float(share), float(turn), float(pace), settings)
        for share, turn, pace in zip(observed, angular.max(axis=1, initial=0.0), speed, strict=True)
    )
    return Clips(
        clip_ids=tuple(f"{skeleton.skeleton_id}/{start}" for skeleton, start in windows),
        skeleton_ids=tuple(skeleton.skeleton_id for skeleton, _ in windows),
        start_frames=np.array([start for _, start in windows], np.int32),
        subjects=tuple(skeleton.subject for skeleton, _ in windows),
        labels=tuple(skeleton.label for skeleton, _ in windows),
        joints=joints,
        angular_deg_s=angular,
        speed_m_s=speed,
        spread_m=spread,
        kept=np.array([reason is None for reason in reasons], np.bool_),
        reasons=reasons,
        rejected=tuple(rejected),
    )


def _reason(observed: float, angular_deg_s: float, speed_m_s: float, settings: CurationSettings) -> str | None:
    """Why a clip is not kept, or None. angular_deg_s: of the hand whose fingers turn faster."""
    if observed < settings.min_observed_fraction:
        return f"measured share {observed:.2f} is under {settings.min_observed_fraction:g}"
    if angular_deg_s < settings.min_angular_deg_s and speed_m_s < settings.min_speed_m_s:
        least = f"{settings.min_angular_deg_s:g} deg/s and {settings.min_speed_m_s:g} m/s"
        return f"at rest: {angular_deg_s:.2f} deg/s and {speed_m_s:.4f} m/s are under {least}"
    if speed_m_s > settings.max_speed_m_s:
        return f"speed {speed_m_s:.2f} m/s is over {settings.max_speed_m_s:g}"
    return None
