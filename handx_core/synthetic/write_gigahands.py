"""Writes takes as GigaHands stores them: triangulated keypoints, and the world-aligned fit of a hand model.

What belongs here: GigaHands' files, axes, joint order and marks of what is missing. What does not: motion.

World of the rig: y up, the subject faces +z with the left hand at larger x, everything inside the cube from 0 to 1 m.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from handx_core.skeleton import FPS, HANDS, TIPS, WRIST
from handx_core.synthetic.descriptions import describe
from handx_core.synthetic.files import OPENPOSE_JOINTS, WrittenTake, write_json, write_json_lines
from handx_core.synthetic.hands import Floats
from handx_core.synthetic.takes import SyntheticSettings, TrueTake, seeded

_RIG_ORIGIN: Final = np.array([0.5, -0.55, 0.17])
_DECIMALS: Final = 6
_LOST_JOINTS_PER_MINUTE: Final = 4.0
_LOST_JOINT_FRAMES: Final = (1, 3)
_SOMETIMES_LOST: Final = tuple(
    place for place, joint in enumerate(OPENPOSE_JOINTS) if joint != WRIST and joint not in TIPS
)
_NO_TEXT_SHARE: Final = 0.06


def write_take(root: Path, take: TrueTake, settings: SyntheticSettings, *, aligned: bool = False) -> None:
    """Write one sequence below GigaHands' root; with `aligned`, also the fit of a hand model, a row a frame."""
    _, scene, sequence = take.recording_id.split("/")
    world = take.joints[:, :, OPENPOSE_JOINTS][..., [0, 2, 1]] * np.array([-1.0, 1.0, 1.0]) + _RIG_ORIGIN
    world = np.where(take.valid[..., None, None], world, 0.0).round(_DECIMALS)
    keypoints = _with_confidence(world, take, settings)
    folder = root / "hand_poses" / scene / "keypoints_3d" / sequence
    for hand, side in enumerate(HANDS):
        write_json_lines(folder / f"{side}.jsonl", np.ascontiguousarray(keypoints[:, hand]))
        write_json(folder / f"chosen_frames_{side}.json", np.flatnonzero(take.valid[:, hand]))
    if aligned:
        path = root / "keypoints_3d_mano_align" / scene / "keypoints_3d_mano_align" / f"{sequence}.json"
        write_json(path, world.reshape(len(world), -1))


def _with_confidence(world: Floats, take: TrueTake, settings: SyntheticSettings) -> Floats:
    """(T, 2, 21, 4): x y z and confidence, all zero where a joint is missing; some single joints are, for a moment."""
    rng = seeded(settings, take.recording_id, "confidence")
    confidence = rng.uniform(0.6, 1.0, world.shape[:3]).round(3) * take.valid[..., None]
    minutes = len(world) / FPS / 60.0
    for hand in range(len(HANDS)):
        for _ in range(rng.poisson(_LOST_JOINTS_PER_MINUTE * minutes)):
            start, length = rng.integers(1, len(world) - 1), rng.integers(*_LOST_JOINT_FRAMES, endpoint=True)
            confidence[start : min(start + length, len(world) - 1), hand, rng.choice(_SOMETIMES_LOST)] = 0.0
    return np.concatenate([world * (confidence > 0.0)[..., None], confidence[..., None]], axis=-1)


def write_index(root: Path, takes: Sequence[WrittenTake], settings: SyntheticSettings) -> None:
    """Write the annotations of all sequences: a line a scene of their scripts, some without a usable text."""
    rows = [row for take in takes for row in _annotations(take, settings)]
    write_json_lines(root / "annotations_v2.jsonl", rows)


def _annotations(take: WrittenTake, settings: SyntheticSettings) -> list[dict[str, Any]]:
    rng = seeded(settings, "gigahands", take.path, "annotations")
    scene, sequence = take.path.split("/")
    rows = []
    for start_s, end_s, left, right in take.script:
        start, end = take.frames(start_s, end_s, FPS)
        if end <= start:
            continue
        clear, *rewritten = describe(left, right, rng)
        if rng.random() < _NO_TEXT_SHARE:
            clear = str(rng.choice(["None", "Buggy"]))
        rows.append(
            {
                "scene": scene,
                "sequence": sequence if rng.random() < 0.5 else [sequence],
                "start_frame_id": start,
                "end_frame_id": -1 if end == len(take.valid) - 1 else end,
                "clarify_annotation": clear,
                "rewritten_annotation": rewritten,
                "all_tokens": clear.rstrip(".").lower().split(),
            }
        )
    return rows
