"""From skeletons to clips: windows of 60 frames, in the clip frame, with how much happens and whether to keep them.

What belongs here: cutting windows. What does not: the rules that they are kept by (keeping.py), splits, duplicates.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handx_core.curation.frames import to_clip_frame
from handx_core.curation.keeping import reasons_not_kept
from handx_core.curation.settings import CurationSettings
from handx_core.curation.skeletons import Skeleton
from handx_core.errors import Rejection
from handx_core.skeleton import CLIP_FRAMES


@dataclass(frozen=True)
class Clips:
    """Windows of skeletons: rows of `clips`, one entry a clip in every field but `rejected`.

    joints: (N, 60, 2, 21, 3) float32, metres, clip frame. angular_deg_s: (N, 2) float32, left first. speed_m_s,
    spread_m: (N,) float32. observed_fraction: (N,) float32, share of joints and frames that were measured. reason: why
    a clip is not kept, None where it is. rejected: skeletons without a window.
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
    observed_fraction: NDArray[np.float32]
    kept: NDArray[np.bool_]
    reasons: tuple[str | None, ...]
    rejected: tuple[Rejection, ...] = ()

    def __len__(self) -> int:
        return len(self.clip_ids)


def cut_clips(skeletons: Iterable[Skeleton], settings: CurationSettings) -> Clips:
    """Windows of every skeleton from its first frame on, `settings.stride` apart; one too short gives a Rejection.

    settings: of the skeletons' source (`CurationSettings.of_source`).
    """
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
    reasons = reasons_not_kept(observed, angular, speed, spread, settings)
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
        observed_fraction=observed.astype(np.float32),
        kept=np.array([reason is None for reason in reasons], np.bool_),
        reasons=reasons,
        rejected=tuple(rejected),
    )
