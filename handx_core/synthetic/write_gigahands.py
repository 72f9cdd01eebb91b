"""Writes takes as GigaHands stores them: triangulated keypoints, a hand model's parameters, and its aligned joints.

What belongs here: GigaHands' files, axes, joint order, MANO convention and marks of what is missing. What does not:
motion, or the stand-in of MANO.

World of the rig: y up, the subject faces +z with the left hand at larger x, everything inside the cube from 0 to 1 m.
Each take has its keypoints; by its number also the aligned joints, the parameters, or nothing more, in turn, as scenes
of the release differ in what they have.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from handx_core.skeleton import FPS, HANDS, TIPS, WRIST
from handx_core.synthetic.descriptions import describe
from handx_core.synthetic.files import OPENPOSE_JOINTS, WrittenTake, write_json, write_json_lines
from handx_core.synthetic.hands import Floats
from handx_core.synthetic.mano_standin import mano_pose
from handx_core.synthetic.takes import SyntheticSettings, TrueTake, seeded, subject_postures

_VARIANTS: Final = ("keypoints_3d_mano_align", "params", "keypoints_3d")
_RIG_FROM_WORLD: Final = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
_RIG_ORIGIN: Final = np.array([0.5, -0.55, 0.17])
_DECIMALS: Final = 6
_LOST_JOINTS_PER_MINUTE: Final = 4.0
_LOST_JOINT_FRAMES: Final = (1, 3)
_SOMETIMES_LOST: Final = tuple(
    place for place, joint in enumerate(OPENPOSE_JOINTS) if joint != WRIST and joint not in TIPS
)
_NO_TEXT_SHARE: Final = 0.06


def write_take(root: Path, take: TrueTake, settings: SyntheticSettings) -> None:
    """Write one sequence below GigaHands' root."""
    _, scene, sequence = take.recording_id.split("/")
    world = take.joints[:, :, OPENPOSE_JOINTS] @ _RIG_FROM_WORLD.T + _RIG_ORIGIN
    world = np.where(take.valid[..., None, None], world, 0.0).round(_DECIMALS)
    keypoints = _with_confidence(world, take, settings)
    folder = root / "hand_poses" / scene / "keypoints_3d" / sequence
    for hand, side in enumerate(HANDS):
        write_json_lines(folder / f"{side}.jsonl", np.ascontiguousarray(keypoints[:, hand]))
        write_json(folder / f"chosen_frames_{side}.json", np.flatnonzero(take.valid[:, hand]))
    variant = _VARIANTS[take.name.take % len(_VARIANTS)]
    if variant == "keypoints_3d_mano_align":
        write_json(root / variant / scene / variant / f"{sequence}.json", world.reshape(len(world), -1))
    if variant == "params":
        write_json(root / "hand_poses" / scene / variant / f"{sequence}.json", _parameters(take, settings))


def _parameters(take: TrueTake, settings: SyntheticSettings) -> dict[str, dict[str, Floats]]:
    """MANO's parameters of both hands as EasyMocap has them, a row for each frame in which either hand is complete."""
    shape = subject_postures("gigahands", take.name.subject, settings).shape
    stored = take.valid.any(axis=1)
    hands = {}
    for hand, side in enumerate(HANDS):
        fit = mano_pose(take, hand, shape, world=_RIG_FROM_WORLD)
        poses = np.concatenate([np.zeros((len(fit.pose), 3)), fit.pose - fit.mean_pose], axis=1)
        rows = {"poses": poses, "Rh": fit.rotation, "Th": fit.translation_about_origin + _RIG_ORIGIN}
        # A hand that was not found has a row because of the other one, with nothing in it.
        rows = {name: (values * take.valid[:, hand, None])[stored] for name, values in rows.items()}
        hands[side] = {**rows, "shapes": fit.betas[None]}
    return hands


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
