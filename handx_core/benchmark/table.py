"""The benchmark table: every metric of every set of motions, with its interval.

What belongs here: which metric is computed on what, and the rows of the table `benchmark`. What does not: the
definition of a metric (the other modules of this room), generating motion, or drawing (report.py).

Each set of motions is made from the texts of the same real test clips at one level, and compared with those clips.
Beside the generators stand: `real`, the clips themselves; `reconstruction`, what the tokenizer makes of them; and
`chance`, the clips dealt out to the wrong texts. All rows share the same pools and the same resamples.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from handx_core import columns
from handx_core.benchmark.bootstrap import Estimate, ratio_of_sums, resampling_counts
from handx_core.benchmark.contact import Contacts, agreement, find_contacts, precision_recall_f1
from handx_core.benchmark.distribution import diversity, fid, fid_between_halves, fid_is_biased, multimodality
from handx_core.benchmark.motion import acceleration, joint_error_mm, wrist_relative_error_mm
from handx_core.benchmark.retrieval import TOP, deal_pools, derangement, mm_distances, retrieval_hits
from handx_core.models.evaluator import Evaluator, embed_motions, embed_texts
from handx_core.settings import Settings
from handx_core.training.data import MotionTexts

REAL: Final = "real"
CHANCE: Final = "chance"
RECONSTRUCTION: Final = "reconstruction"
TEXT_TO_MOTION: Final = "text_to_motion"

Sums = dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]
"""By metric: what each clip adds to its numerator and to its denominator, (N,) each."""


class BenchmarkSettings(Settings):
    """How the table is made.

    level: of the texts, 1 to 5. pool_size: clips that a motion's text is picked from. shuffles: how often the pools
    are dealt. resamples: of the bootstrap. multimodality_texts, multimodality_samples: texts that are sampled
    several times, and how often. seed: of pools, resamples and shuffled captions.
    """

    level: int = 5
    pool_size: int = 32
    shuffles: int = 20
    resamples: int = 1000
    multimodality_texts: int = 24
    multimodality_samples: int = 4
    seed: int = 0


@dataclass(frozen=True)
class MotionSet:
    """Motions to be measured against the real test clips.

    generator: its name, with its guidance. task: how it was conditioned. joints: (N, 60, 2, 21, 3), metres, clip
    frame, motion i made from the text of real clip i. repeated: (M, S, 60, 2, 21, 3), S samples for each of M texts,
    or None, and then the set has no Multimodality.
    """

    generator: str
    joints: NDArray[np.float32]
    task: str = TEXT_TO_MOTION
    repeated: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class BenchmarkRow:
    """A row of the table `benchmark`."""

    generator: str
    task: str
    metric: str
    estimate: Estimate


@dataclass(frozen=True)
class _Measured:
    """What the metrics need of N motions: joints, embeddings (N, D) and contacts."""

    joints: NDArray[np.float32]
    embeddings: NDArray[np.float64]
    contacts: Contacts

    def reordered(self, order: NDArray[np.int64]) -> "_Measured":
        contacts = Contacts(self.contacts.frame[order], self.contacts.clip[order])
        return _Measured(self.joints[order], self.embeddings[order], contacts)


@dataclass(frozen=True)
class _Ground:
    """What all rows are measured on: the real clips, their texts, and the draws that every row shares."""

    real: _Measured
    text_embeddings: NDArray[np.float64]
    text_numbers: NDArray[np.int64]
    shuffles: tuple[NDArray[np.int64], ...]
    counts: NDArray[np.float64]


def benchmark_rows(
    real: MotionTexts, motion_sets: Sequence[MotionSet], evaluator: Evaluator, settings: BenchmarkSettings
) -> list[BenchmarkRow]:
    """Rows for real, chance and each set of motions, in this order.

    real: the N test clips. motion_sets: the reconstructions and each generator's samples. Warns where N is too small
    for FID to be more than a relative figure. Raises ValueError where a set has another number of motions than N.
    """
    ground = _prepare(real, evaluator, settings)
    dimension = ground.text_embeddings.shape[1]
    if fid_is_biased(len(real), dimension):
        warnings.warn(
            f"FID: {len(real)} clips are few for {dimension} dimensions; the value is biased upwards and only "
            f"comparable within this table (fid_between_halves of the real clips shows by how much)",
            stacklevel=2,
        )
    rows = [BenchmarkRow(REAL, TEXT_TO_MOTION, *figure) for figure in _figures(ground.real, ground)]
    halves = fid_between_halves(ground.real.embeddings, settings.seed)
    floor = Estimate(halves, np.nan, np.nan, len(real) // 2)
    rows.append(BenchmarkRow(REAL, TEXT_TO_MOTION, "fid_between_halves", floor))
    rows += [BenchmarkRow(CHANCE, TEXT_TO_MOTION, *figure) for figure in _chance_figures(ground, settings)]
    for motions in motion_sets:
        rows += _rows_of(motions, ground, evaluator, settings)
    return rows


def to_batch(rows: Sequence[BenchmarkRow]) -> pa.RecordBatch:
    """Rows of the table `benchmark`; a figure that has no value is null."""
    return columns.batch_of_rows(
        "benchmark",
        [
            {
                "generator": row.generator,
                "task": row.task,
                "metric": row.metric,
                "value": _or_null(row.estimate.value),
                "ci_low": _or_null(row.estimate.low),
                "ci_high": _or_null(row.estimate.high),
                "n": row.estimate.n,
            }
            for row in rows
        ],
    )


def _prepare(real: MotionTexts, evaluator: Evaluator, settings: BenchmarkSettings) -> _Ground:
    rows = real.text_rows[:, settings.level - 1]
    text_numbers = np.unique(rows.numpy(), axis=0, return_inverse=True)[1].reshape(-1)
    random = np.random.default_rng(settings.seed)
    clips = np.arange(len(real))
    shuffles = [deal_pools(clips, text_numbers, settings.pool_size, random) for _ in range(settings.shuffles)]
    return _Ground(
        real=_measure(real.joints.numpy(), evaluator),
        text_embeddings=embed_texts(evaluator, real.text, rows),
        text_numbers=text_numbers,
        shuffles=tuple(shuffles),
        counts=resampling_counts(len(real), settings.resamples, settings.seed),
    )


def _measure(joints: NDArray[np.float32], evaluator: Evaluator) -> _Measured:
    return _Measured(joints, embed_motions(evaluator, joints), find_contacts(joints))


def _rows_of(
    motions: MotionSet, ground: _Ground, evaluator: Evaluator, settings: BenchmarkSettings
) -> list[BenchmarkRow]:
    if motions.joints.shape != ground.real.joints.shape:
        raise ValueError(
            f"{motions.generator}: expected motions {ground.real.joints.shape}, one for each real clip, "
            f"found {motions.joints.shape}"
        )
    figures = _figures(_measure(motions.joints, evaluator), ground)
    if motions.repeated is not None:
        texts, samples = motions.repeated.shape[:2]
        repeated = embed_motions(evaluator, motions.repeated.reshape(-1, *motions.repeated.shape[2:]))
        counts = resampling_counts(texts, settings.resamples, settings.seed)
        figures.append(("multimodality", multimodality(repeated.reshape(texts, samples, -1), counts)))
    return [BenchmarkRow(motions.generator, motions.task, *figure) for figure in figures]


def _figures(motions: _Measured, ground: _Ground) -> list[tuple[str, Estimate]]:
    return [
        ("fid", fid(ground.real.embeddings, motions.embeddings, ground.counts)),
        ("diversity", diversity(motions.embeddings, ground.counts)),
        *_estimates(_sums(motions, ground, ground.shuffles), ground),
    ]


def _chance_figures(ground: _Ground, settings: BenchmarkSettings) -> list[tuple[str, Estimate]]:
    """The paired figures when every text gets the motion of another: as many other orders as there are shuffles."""
    random = np.random.default_rng(settings.seed)
    total: Sums = {}
    for pools in ground.shuffles:
        order = derangement(ground.text_numbers, random)
        for metric, (above, below) in _sums(ground.real.reordered(order), ground, [pools]).items():
            above_so_far, below_so_far = total.get(metric, (0.0, 0.0))
            total[metric] = (above + above_so_far, below + below_so_far)
    return _estimates(total, ground)


def _sums(motions: _Measured, ground: _Ground, shuffles: Sequence[NDArray[np.int64]]) -> Sums:
    """The metrics that are a ratio of sums over pairs of a motion and its text or its real clip."""
    real, each = ground.real, np.ones(len(motions.joints))
    hits, pooled = retrieval_hits(motions.embeddings, ground.text_embeddings, shuffles)
    sums: Sums = {f"r_precision_{k}": (hits[:, column], pooled) for column, k in enumerate(TOP)}
    sums["mm_distance"] = mm_distances(motions.embeddings, ground.text_embeddings), each
    sums["mpjpe_mm"] = joint_error_mm(motions.joints, real.joints), each
    sums["mpjpe_wrist_relative_mm"] = wrist_relative_error_mm(motions.joints, real.joints), each
    for kind in ("frame", "clip"):
        compared = agreement(getattr(motions.contacts, kind), getattr(real.contacts, kind))
        for name, (above, below) in precision_recall_f1(compared).items():
            sums[f"contact_{kind}_{name}"] = above.astype(np.float64), below.astype(np.float64)
    sums["smoothness"] = acceleration(motions.joints), acceleration(real.joints)
    return sums


def _estimates(sums: Sums, ground: _Ground) -> list[tuple[str, Estimate]]:
    return [
        (metric, ratio_of_sums(above, below, ground.counts, empty=1.0 if metric.endswith("_f1") else np.nan))
        for metric, (above, below) in sums.items()
    ]


def _or_null(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
