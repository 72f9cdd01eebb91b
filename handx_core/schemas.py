"""The registry of every table: columns, types, units, meaning, and which columns are volatile.

This is the single truth. The IO manager writes by it, the column descriptions in the web UI come from it, a
blocking check enforces it and the README's table is generated from it. What belongs here: the declaration of
tables. What does not: reading or writing them.
"""

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

JOINT_FRAME: Final = pa.list_(pa.float32(), 126)
"""One frame of (2 hands, 21 joints, 3) float32."""

OBSERVED_FRAME: Final = pa.list_(pa.bool_(), 42)
"""One frame of (2 hands, 21 joints) flags."""

CLIP_JOINTS: Final = pa.list_(pa.float32(), 60 * 126)
"""A whole clip, (60, 2, 21, 3) float32."""

ARRAYS: Final = pa.list_(
    pa.struct([("name", pa.string()), ("shape", pa.list_(pa.int32())), ("values", pa.list_(pa.float32()))])
)
"""Named arrays of any shape: what a source stored, in its own terms."""

LABELS: Final = pa.list_(
    pa.struct(
        [
            ("start_s", pa.float64()),
            ("end_s", pa.float64()),
            ("text", pa.string()),
            ("paraphrases", pa.list_(pa.string())),
        ]
    )
)

SOURCE_CAPTIONS: Final = pa.list_(
    pa.struct([("level", pa.int8()), ("left", pa.string()), ("right", pa.string()), ("interaction", pa.string())])
)

QUALITY: Final = pa.struct(
    [
        ("jitter_m_s2", pa.float32()),
        ("bone_length_sd_m", pa.float32()),
        ("observed_fraction", pa.float32()),
        ("chirality_fraction", pa.float32()),
        ("missing_fraction", pa.float32()),
        ("longest_gap_s", pa.float32()),
        ("repeated_fraction", pa.float32()),
        ("outlier_fraction", pa.float32()),
        ("marker_residual_m", pa.float32()),
    ]
)

MARKER_OFFSETS: Final = pa.list_(
    pa.struct(
        [
            ("marker", pa.string()),
            ("segment", pa.string()),
            *((f"{name}{axis}", pa.float32()) for name in ("", "sd_") for axis in "xyz"),
        ]
    )
)
"""Where a marker sits in the frame of its segment (handx_core.mocap.marker_set), of a left hand as of its mirror image,
and how far off that may be along each axis; metres."""

AUDIT: Final = pa.struct(
    [
        *((name, pa.int16()) for name in ("claims", "true_claims", "critical", "critical_told", "items", "items_told")),
        ("words", pa.int16()),
        ("flags", pa.list_(pa.string())),
    ]
)
"""What handx_core.captioning.audit counts of a caption."""

COUNTS: Final = pa.list_(pa.struct([("kind", pa.string()), ("count", pa.int64())]))

COVERAGE: Final = pa.list_(pa.struct([("angle", pa.string()), ("range", pa.float64()), ("needed", pa.float64())]))
"""Of a joint angle, radians; needed is null where calibration needs no motion of it."""

CURVE: Final = pa.list_(pa.struct([("step", pa.int32()), ("name", pa.string()), ("value", pa.float64())]))


@dataclass(frozen=True)
class Column:
    """A column of a table. unit is "" where there is none; a volatile column may differ between equal runs."""

    name: str
    type: pa.DataType
    meaning: str
    unit: str = ""
    nullable: bool = False
    volatile: bool = False


@dataclass(frozen=True)
class Table:
    """A table: what a row is, its columns, and the columns that together are unique in it."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    by_source: bool

    @property
    def schema(self) -> pa.Schema:
        """The pyarrow schema; units and meanings travel as field metadata."""
        return pa.schema(
            [pa.field(c.name, c.type, c.nullable, {"unit": c.unit, "meaning": c.meaning}) for c in self.columns]
        )

    @property
    def stable_columns(self) -> tuple[str, ...]:
        """Names of the columns that two runs on the same input must agree on."""
        return tuple(c.name for c in self.columns if not c.volatile)


def _model_table(name: str) -> Table:
    return Table(
        name=name,
        row="a trained model",
        key=("name",),
        by_source=False,
        columns=(
            Column("name", pa.string(), "which model"),
            Column(
                "weights",
                pa.string(),
                "path of the safetensors file, relative to the data folder of the profile",
            ),
            Column("sha256", pa.string(), "hash of the weights file"),
            Column("config", pa.string(), "settings of model and training as JSON"),
            Column("data_fingerprint", pa.string(), "hash of what it was trained on"),
            Column("parameters", pa.int64(), "number of trained parameters"),
            Column("steps", pa.int32(), "optimiser steps"),
            Column("metrics", pa.string(), "figures on the validation split as JSON"),
            Column("curve", CURVE, "loss and validation figures by step"),
            Column("seconds", pa.float64(), "wall-clock time of training", unit="s", volatile=True),
        ),
    )


_TABLES: Final = (
    Table(
        name="recordings",
        row="a take as its source stored it",
        key=("recording_id",),
        by_source=True,
        columns=(
            Column("recording_id", pa.string(), "<source>/<take>"),
            Column("subject", pa.string(), "<source>/<person>, or the session where the person is not known"),
            Column("subject_is_session", pa.bool_(), "whether the session stands in for an unknown person"),
            Column(
                "session",
                pa.string(),
                "<subject>/<session>: takes of a subject between which no marker was moved; null without markers",
                nullable=True,
            ),
            Column("kind", pa.string(), "what the payload holds: joints, mano, umetrack or markers"),
            Column("variant", pa.string(), "which of the source's alternative files was read"),
            Column("native_fps", pa.float64(), "median rate of the stamps", unit="Hz"),
            Column("n_frames", pa.int32(), "stamps in the take"),
            Column("times", pa.list_(pa.float64()), "stamps since the start of the take", unit="s"),
            Column("payload", ARRAYS, "joints, parameters or markers in the source's own frame, units and order"),
            Column(
                "marker_set",
                pa.string(),
                "what the markers are, as JSON with the keys of a marker set's TOML; null without markers",
                nullable=True,
            ),
            Column("labels", LABELS, "what the source says happens, with times"),
            Column("captions", SOURCE_CAPTIONS, "captions of the whole take that the source brings"),
            Column(
                "official_split",
                pa.string(),
                "train, val or test by the source's own protocol",
                nullable=True,
            ),
            Column("licence", pa.string(), "licence of the motion"),
            Column("file", pa.string(), "raw file or folder, relative to the source's raw folder"),
            Column("notes", pa.list_(pa.string()), "what a person should know of how the file was read, a line each"),
            Column("fingerprint", pa.string(), "hash of the payload and stamps"),
        ),
    ),
    Table(
        name="subject_hands",
        row="a hand of a subject",
        key=("subject", "session", "hand"),
        by_source=True,
        columns=(
            Column("subject", pa.string(), "as in recordings"),
            Column("session", pa.string(), "as in recordings: markers are calibrated once a session", nullable=True),
            Column("hand", pa.string(), "left or right"),
            Column(
                "bone_lengths",
                pa.list_(pa.float32(), 20),
                "median over frames, or as calibrated from markers; in the order of BONES",
                unit="m",
            ),
            Column(
                "bone_lengths_sd",
                pa.list_(pa.float32(), 20),
                "standard deviation over frames, or how far the calibrated length may be off",
                unit="m",
            ),
            Column(
                "n_frames",
                pa.int64(),
                "complete frames, of many of which the lengths are those of an even sample; or those calibrated from",
            ),
            Column(
                "marker_offsets",
                MARKER_OFFSETS,
                "where each marker sits in the frame of its segment, of a left hand as of its mirror image, and how "
                "far off that may be along each axis",
                unit="m",
                nullable=True,
            ),
            Column(
                "coverage",
                COVERAGE,
                "range of each joint angle in the session, 1st to 99th percentile, and what calibration needs of it",
                unit="rad",
                nullable=True,
            ),
            Column("missing", pa.list_(pa.string()), "angles whose range is less than what is needed", nullable=True),
            Column(
                "from_prior",
                pa.bool_(),
                "whether some angle was missing, so that usual hands filled in what it would have shown",
                nullable=True,
            ),
            Column(
                "parameters",
                pa.list_(pa.float64()),
                "of the solver's shape space of the session's marker set, in deviations and units of its own",
                nullable=True,
            ),
            Column("parameters_sd", pa.list_(pa.float64()), "how far each parameter may be off", nullable=True),
            Column(
                "joint_sd",
                pa.list_(pa.float64(), 21),
                "how far each joint may be off in every frame, since the hand is not known better",
                unit="m",
                nullable=True,
            ),
        ),
    ),
    Table(
        name="skeletons",
        row="an unbroken span of a take with both hands, 30 fps, world frame",
        key=("skeleton_id",),
        by_source=True,
        columns=(
            Column("skeleton_id", pa.string(), "<recording_id>/<number of the span>"),
            Column("recording_id", pa.string(), "take that it was cut from"),
            Column("start_s", pa.float64(), "time of its first frame in the take", unit="s"),
            Column("subject", pa.string(), "as in recordings"),
            Column("label", pa.string(), "the source's label with the largest overlap", nullable=True),
            Column("n_frames", pa.int32(), "frames at 30 fps"),
            Column("joints", pa.list_(JOINT_FRAME), "(T, 2, 21, 3): x right, y away, z up, yaw removed", unit="m"),
            Column("observed", pa.list_(OBSERVED_FRAME), "(T, 2, 21): measured, not interpolated or inferred"),
            Column("quality", QUALITY, "figures of the span and its take that thresholds can reject by"),
        ),
    ),
    Table(
        name="clips",
        row="a window of 60 frames of a skeleton, clip frame",
        key=("clip_id",),
        by_source=True,
        columns=(
            Column("clip_id", pa.string(), "<skeleton_id>/<first frame>"),
            Column("skeleton_id", pa.string(), "skeleton that it was cut from"),
            Column("start_frame", pa.int32(), "first frame in the skeleton"),
            Column("subject", pa.string(), "as in recordings"),
            Column("label", pa.string(), "as in skeletons", nullable=True),
            Column("joints", CLIP_JOINTS, "(60, 2, 21, 3), origin at the right wrist of frame 0", unit="m"),
            Column("intensity_angular_left", pa.float32(), "angular velocity of the left hand", unit="deg/s"),
            Column("intensity_angular_right", pa.float32(), "angular velocity of the right hand", unit="deg/s"),
            Column("intensity_speed", pa.float32(), "mean speed of the non-wrist joints, both hands", unit="m/s"),
            Column("intensity_spread", pa.float32(), "mean norm of the joints' standard deviation", unit="m"),
            Column("observed_fraction", pa.float32(), "share of its joints and frames that were measured"),
            Column("kept", pa.bool_(), "whether later stages use it"),
            Column("reason", pa.string(), "why it is not kept", nullable=True),
        ),
    ),
    Table(
        name="kinematic_events",
        row="a kept clip",
        key=("clip_id",),
        by_source=True,
        columns=(
            Column("clip_id", pa.string(), "as in clips"),
            Column("events", pa.string(), "JSON, valid against prompts/events.schema.json"),
            Column("n_events", pa.int32(), "events of all kinds"),
            Column("n_contacts", pa.int32(), "contact events, in a hand and between hands"),
            Column("motion_fingerprint", pa.string(), "hash of the joints of the clip that the events are of"),
        ),
    ),
    Table(
        name="captions",
        row="a clip's text at a level by a writer",
        key=("clip_id", "level", "writer", "model", "variant"),
        by_source=True,
        columns=(
            Column("clip_id", pa.string(), "as in clips"),
            Column("level", pa.int8(), "detail, 1 to 5"),
            Column("writer", pa.string(), "who wrote it: rules, llm, or a source's own texts"),
            Column("model", pa.string(), "model of the writer; empty for rules"),
            Column("variant", pa.int16(), "number of the paraphrase"),
            Column("left", pa.string(), "what the left hand does"),
            Column("right", pa.string(), "what the right hand does"),
            Column("interaction", pa.string(), "what the hands do with each other"),
            Column("prompt_hash", pa.string(), "hash of the prompt or rules that made it"),
            Column(
                "tokens_in",
                pa.int32(),
                "tokens of the clip's requests, repairs included; at level 1 alone, as one answer has all levels",
                nullable=True,
            ),
            Column("tokens_cached", pa.int32(), "of these, from the provider's cache", nullable=True),
            Column("tokens_out", pa.int32(), "tokens of the clip's answers; at level 1 alone", nullable=True),
            Column("cost_usd", pa.float64(), "what they cost; at level 1 alone", unit="USD", nullable=True),
            Column(
                "audit",
                AUDIT,
                "the caption held against the events: its claims and how many are true; contacts and hyperextensions, "
                "and all that a full caption tells, and how many of them it tells; its words; what else is wrong",
            ),
            Column(
                "grounding",
                pa.float32(),
                "F measure of the share of its claims that are true and of the contacts and hyperextensions it tells",
            ),
            Column(
                "grounded",
                pa.bool_(),
                "whether it reaches the profile's bar and mixes no hands up; if not, it does not train",
            ),
        ),
    ),
    Table(
        name="caption_audit",
        row="the captions of a source at a level by a writer",
        key=("source", "writer", "model", "level"),
        by_source=False,
        columns=(
            Column("source", pa.string(), "source of the clips"),
            Column("writer", pa.string(), "as in captions"),
            Column("model", pa.string(), "as in captions"),
            Column("level", pa.int8(), "detail, 1 to 5"),
            Column("captions", pa.int64(), "how many there are, paraphrases included"),
            Column("grounding", pa.float64(), "mean over captions"),
            Column("grounded", pa.float64(), "share of captions that are grounded"),
            Column("precision", pa.float64(), "share of all claims that are true"),
            Column("critical_recall", pa.float64(), "share of all contacts and hyperextensions that are told"),
            Column("event_recall", pa.float64(), "share of all that full captions tell that is told"),
            Column("words", pa.float64(), "median of the three texts together"),
            Column("repeats", pa.float64(), "share that says the same as the level below"),
            Column("identical", pa.float64(), "share whose three texts another caption of the level has as well"),
            Column("flags", COUNTS, "how many captions have something else wrong, by kind"),
            Column("tokens_in", pa.int64(), "sum, at level 1 alone", nullable=True),
            Column("tokens_cached", pa.int64(), "sum, at level 1 alone", nullable=True),
            Column("tokens_out", pa.int64(), "sum, at level 1 alone", nullable=True),
            Column("cost_usd", pa.float64(), "sum of what is known, at level 1 alone", unit="USD", nullable=True),
        ),
    ),
    Table(
        name="writer_comparison",
        row="a writer's captions of the sample at a level",
        key=("writer", "model", "level"),
        by_source=False,
        columns=(
            Column("writer", pa.string(), "as in captions"),
            Column("model", pa.string(), "as in captions"),
            Column("level", pa.int8(), "detail, 1 to 5"),
            Column("asked", pa.int64(), "clips of the sample"),
            Column("captions", pa.int64(), "how many of them were told"),
            Column("grounding", pa.float64(), "mean over captions"),
            Column("precision", pa.float64(), "share of all claims that are true"),
            Column("critical_recall", pa.float64(), "share of all contacts and hyperextensions that are told"),
            Column("event_recall", pa.float64(), "share of all that full captions tell that is told"),
            Column("words", pa.float64(), "median of the three texts together"),
            Column("identical", pa.float64(), "share whose three texts another clip has as well"),
            Column("answers_a_clip", pa.float64(), "mean, repairs included; 0 for rules", nullable=True),
            Column(
                "seconds_a_clip", pa.float64(), "mean of what its requests took", unit="s", nullable=True, volatile=True
            ),
            Column("cost_usd_a_clip", pa.float64(), "mean; unknown without prices", unit="USD", nullable=True),
            Column("left", pa.string(), "why clips were left, where some were", nullable=True),
        ),
    ),
    Table(
        name="rejected",
        row="a file or span that was not used",
        key=(),
        by_source=True,
        columns=(
            Column("path", pa.string(), "raw file, or id of the session, take or span"),
            Column("what", pa.string(), "file, session, take, span or clip"),
            Column("reason", pa.string(), "what was expected and what was found"),
        ),
    ),
    Table(
        name="dataset_split",
        row="a kept clip",
        key=("clip_id",),
        by_source=False,
        columns=(
            Column("clip_id", pa.string(), "as in clips"),
            Column("source", pa.string(), "source of the clip"),
            Column("subject", pa.string(), "as in recordings"),
            Column("group", pa.string(), "subjects that share motion are one group and stay on one side"),
            Column("split", pa.string(), "train, val or test"),
            Column("why", pa.string(), "what decided it"),
        ),
    ),
    Table(
        name="motion_dataset",
        row="a kept clip with its texts: what training reads and a user takes away",
        key=("clip_id",),
        by_source=True,
        columns=(
            Column("clip_id", pa.string(), "as in clips"),
            Column("subject", pa.string(), "as in recordings"),
            Column("split", pa.string(), "train, val or test"),
            Column("licence", pa.string(), "licence of the motion"),
            Column("joints", CLIP_JOINTS, "(60, 2, 21, 3), clip frame", unit="m"),
            Column("left", pa.list_(pa.string(), 5), "left-hand text at levels 1 to 5"),
            Column("right", pa.list_(pa.string(), 5), "right-hand text at levels 1 to 5"),
            Column("interaction", pa.list_(pa.string(), 5), "interaction text at levels 1 to 5"),
        ),
    ),
    Table(
        name="motion_statistics",
        row="a feature of a representation, over the training split",
        key=("representation", "feature"),
        by_source=False,
        columns=(
            Column("representation", pa.string(), "which representation"),
            Column("feature", pa.int32(), "index of the feature"),
            Column("mean", pa.float64(), "mean, in the feature's own unit"),
            Column("std", pa.float64(), "standard deviation, in the feature's own unit"),
        ),
    ),
    Table(
        name="text_embeddings",
        row="a distinct text",
        key=("encoder", "text_hash"),
        by_source=False,
        columns=(
            Column("encoder", pa.string(), "name of the frozen text encoder"),
            Column("text_hash", pa.string(), "first 16 hex digits of the SHA-256 of the text"),
            Column("n_tokens", pa.int32(), "tokens of the text"),
            Column("embedding", pa.list_(pa.float16()), "tokens x width, row by row"),
        ),
    ),
    _model_table("evaluator"),
    _model_table("tokenizer"),
    Table(
        name="motion_tokens",
        row="a clip as codes of the tokenizer",
        key=("clip_id",),
        by_source=False,
        columns=(
            Column("clip_id", pa.string(), "as in clips"),
            Column("codes", pa.list_(pa.list_(pa.int32())), "30 steps of one code or of several streams"),
        ),
    ),
    _model_table("autoregressive_generator"),
    _model_table("diffusion_generator"),
    Table(
        name="generated_motion",
        row="a sample",
        key=("generator", "task", "clip_id", "level", "sample"),
        by_source=False,
        columns=(
            Column("generator", pa.string(), "which generator, with its guidance"),
            Column("task", pa.string(), "way of conditioning"),
            Column("clip_id", pa.string(), "clip whose text was given"),
            Column("level", pa.int8(), "level of the text"),
            Column("sample", pa.int16(), "number of the sample for that text"),
            Column("joints", CLIP_JOINTS, "(60, 2, 21, 3), clip frame", unit="m"),
            Column("seconds", pa.float64(), "time of its batch divided by the batch", unit="s", volatile=True),
        ),
    ),
    Table(
        name="benchmark",
        row="a figure",
        key=("generator", "task", "metric"),
        by_source=False,
        columns=(
            Column("generator", pa.string(), "real, chance, reconstruction, or a generator with its guidance"),
            Column("task", pa.string(), "way of conditioning"),
            Column("metric", pa.string(), "name of the metric"),
            Column("value", pa.float64(), "its value", nullable=True),
            Column("ci_low", pa.float64(), "2.5th percentile of the bootstrap", nullable=True),
            Column("ci_high", pa.float64(), "97.5th percentile of the bootstrap", nullable=True),
            Column("n", pa.int32(), "samples behind it"),
        ),
    ),
    Table(
        name="dataset_statistics",
        row="a figure of a source",
        key=("source", "metric"),
        by_source=False,
        columns=(
            Column("source", pa.string(), "source, or all"),
            Column("metric", pa.string(), "hours, takes, clips kept, contact ratio, ..."),
            Column("value", pa.float64(), "its value", nullable=True),
            Column("unit", pa.string(), "its unit"),
        ),
    ),
)

TABLES: Final[dict[str, Table]] = {table.name: table for table in _TABLES}
"""Every table by name."""
