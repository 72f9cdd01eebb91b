"""Subject hands, skeletons and clips to and from rows of their tables.

What belongs here: those conversions. What does not: making the values, or the tables' declarations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from handx_core.columns import batch, fixed_lists, list_to_numpy, ragged_lists, to_numpy
from handx_core.curation.clips import Clips
from handx_core.curation.quality import Quality
from handx_core.curation.skeletons import Skeleton
from handx_core.curation.subject_hands import MarkerOffset, SubjectHand
from handx_core.schemas import QUALITY, TABLES
from handx_core.skeleton import BONES, CLIP_FRAMES, N_JOINTS

if TYPE_CHECKING:  # it needs a compiler, which takes seconds to import
    from handx_core.mocap.calibration import CalibratedHand

_OF_CALIBRATION: Final = ("coverage", "missing", "from_prior", "parameters", "parameters_sd", "joint_sd")
_OFFSET_NUMBERS: Final = ("x", "y", "z", "sd_x", "sd_y", "sd_z")


def subject_hands_batch(hands: Sequence[SubjectHand]) -> pa.RecordBatch:
    """A batch of the table `subject_hands`, one row each."""
    shape = (len(hands), len(BONES))
    return batch(
        "subject_hands",
        {
            "subject": [hand.subject for hand in hands],
            "session": [hand.session for hand in hands],
            "hand": [hand.hand for hand in hands],
            "bone_lengths": fixed_lists(np.array([h.bone_lengths for h in hands], np.float32).reshape(shape)),
            "bone_lengths_sd": fixed_lists(np.array([h.bone_lengths_sd for h in hands], np.float32).reshape(shape)),
            "n_frames": [hand.n_frames for hand in hands],
            "marker_offsets": [_offset_rows(hand) for hand in hands],
            **{name: [row[name] for row in map(_calibration_row, hands)] for name in _OF_CALIBRATION},
        },
    )


def subject_hands_from(rows: pa.RecordBatch) -> list[SubjectHand]:
    """The subject hands of a batch of the table."""
    lengths, deviations = (to_numpy(rows.column(c), (len(BONES),)) for c in ("bone_lengths", "bone_lengths_sd"))
    values = rows.drop_columns(["bone_lengths", "bone_lengths_sd"]).to_pylist()
    return [
        SubjectHand(
            value["subject"],
            value["hand"],
            lengths[row],
            deviations[row],
            value["n_frames"],
            value["session"],
            _calibrated(value),
            tuple(map(_offset, value["marker_offsets"] or ())),
        )
        for row, value in enumerate(values)
    ]


def _calibration_row(hand: SubjectHand) -> dict[str, Any]:
    """Nothing but nulls for a hand that wore no markers."""
    if hand.calibrated is None:
        return dict.fromkeys(_OF_CALIBRATION)
    from handx_core.mocap.calibration import NEEDED_RANGE

    found = hand.calibrated
    return {
        "coverage": [
            {"angle": angle, "range": width, "needed": NEEDED_RANGE.get(angle)} for angle, width in found.ranges.items()
        ],
        "missing": list(found.missing),
        "from_prior": bool(found.missing),
        **{name: getattr(found, name) for name in ("parameters", "parameters_sd", "joint_sd")},
    }


def _calibrated(value: Mapping[str, Any]) -> "CalibratedHand | None":
    if value["parameters"] is None:
        return None
    from handx_core.mocap.calibration import CalibratedHand

    return CalibratedHand(
        parameters=np.array(value["parameters"]),
        parameters_sd=np.array(value["parameters_sd"]),
        joint_sd=np.array(value["joint_sd"]),
        n_frames=value["n_frames"],
        ranges={found["angle"]: found["range"] for found in value["coverage"]},
        missing=tuple(value["missing"]),
    )


def _offset_rows(hand: SubjectHand) -> list[dict[str, Any]] | None:
    if hand.calibrated is None:
        return None
    return [
        {"marker": offset.marker, "segment": offset.segment}
        | dict(zip(_OFFSET_NUMBERS, (*offset.place, *offset.sd), strict=True))
        for offset in hand.offsets
    ]


def _offset(row: Mapping[str, Any]) -> MarkerOffset:
    numbers = tuple(row[name] for name in _OFFSET_NUMBERS)
    return MarkerOffset(row["marker"], row["segment"], numbers[:3], numbers[3:])


def skeletons_batch(skeletons: Sequence[Skeleton]) -> pa.RecordBatch:
    """A batch of the table `skeletons`, one row each."""
    schema = TABLES["skeletons"].schema
    joints = [skeleton.joints.reshape(-1, 2 * N_JOINTS * 3) for skeleton in skeletons]
    observed = [skeleton.observed.reshape(-1, 2 * N_JOINTS) for skeleton in skeletons]
    return batch(
        "skeletons",
        {
            "skeleton_id": [skeleton.skeleton_id for skeleton in skeletons],
            "recording_id": [skeleton.recording_id for skeleton in skeletons],
            "start_s": [skeleton.start_s for skeleton in skeletons],
            "subject": [skeleton.subject for skeleton in skeletons],
            "label": [skeleton.label for skeleton in skeletons],
            "n_frames": [len(skeleton.joints) for skeleton in skeletons],
            "joints": ragged_lists(joints, np.float32) if joints else pa.array([], schema.field("joints").type),
            "observed": ragged_lists(observed, np.bool_) if joints else pa.array([], schema.field("observed").type),
            "quality": pa.array([asdict(skeleton.quality) for skeleton in skeletons], QUALITY),
        },
    )


def skeletons_from(rows: pa.RecordBatch) -> list[Skeleton]:
    """The skeletons of a batch of the table."""
    plain = ("skeleton_id", "recording_id", "start_s", "subject", "label", "quality")
    values = {name: rows.column(name).to_pylist() for name in plain}
    return [
        Skeleton(
            skeleton_id=values["skeleton_id"][row],
            recording_id=values["recording_id"][row],
            start_s=values["start_s"][row],
            subject=values["subject"][row],
            label=values["label"][row],
            joints=list_to_numpy(rows.column("joints")[row], (2, N_JOINTS, 3)),
            observed=list_to_numpy(rows.column("observed")[row], (2, N_JOINTS)),
            quality=Quality(**values["quality"][row]),
        )
        for row in range(rows.num_rows)
    ]


def clips_batch(clips: Clips) -> pa.RecordBatch:
    """A batch of the table `clips`, one row each."""
    return batch(
        "clips",
        {
            "clip_id": list(clips.clip_ids),
            "skeleton_id": list(clips.skeleton_ids),
            "start_frame": clips.start_frames,
            "subject": list(clips.subjects),
            "label": list(clips.labels),
            "joints": fixed_lists(clips.joints.reshape(len(clips), CLIP_FRAMES * 2 * N_JOINTS * 3)),
            "intensity_angular_left": clips.angular_deg_s[:, 0],
            "intensity_angular_right": clips.angular_deg_s[:, 1],
            "intensity_speed": clips.speed_m_s,
            "intensity_spread": clips.spread_m,
            "observed_fraction": clips.observed_fraction,
            "kept": clips.kept,
            "reason": list(clips.reasons),
        },
    )


def clips_from(rows: pa.RecordBatch) -> Clips:
    """The clips of a batch of the table."""
    angular = [to_numpy(rows.column(f"intensity_angular_{hand}"), ()) for hand in ("left", "right")]
    return Clips(
        clip_ids=tuple(rows.column("clip_id").to_pylist()),
        skeleton_ids=tuple(rows.column("skeleton_id").to_pylist()),
        start_frames=to_numpy(rows.column("start_frame"), ()),
        subjects=tuple(rows.column("subject").to_pylist()),
        labels=tuple(rows.column("label").to_pylist()),
        joints=to_numpy(rows.column("joints"), (CLIP_FRAMES, 2, N_JOINTS, 3)),
        angular_deg_s=np.stack(angular, axis=1),
        speed_m_s=to_numpy(rows.column("intensity_speed"), ()),
        spread_m=to_numpy(rows.column("intensity_spread"), ()),
        observed_fraction=to_numpy(rows.column("observed_fraction"), ()),
        kept=to_numpy(rows.column("kept"), ()),
        reasons=tuple(rows.column("reason").to_pylist()),
    )
