"""The benchmark table: which rows there are, and what real, chance and a perfect generator must score."""

import numpy as np
import pytest
import torch

from handx_core.benchmark.table import (
    CHANCE,
    REAL,
    RECONSTRUCTION,
    BenchmarkSettings,
    MotionSet,
    benchmark_rows,
    to_batch,
)
from handx_core.models.evaluator import Evaluator, EvaluatorSettings
from handx_core.models.trained import seeded
from handx_core.representation.text import TextEncoderSettings, encode_texts
from handx_core.training.data import LEVELS, MotionTexts

N = 70
SETTINGS = BenchmarkSettings(pool_size=16, shuffles=5, resamples=50, multimodality_texts=3, multimodality_samples=2)

PAIRED = {
    *(f"r_precision_{k}" for k in (1, 2, 3)),
    *(f"contact_{kind}_{name}" for kind in ("frame", "clip") for name in ("precision", "recall", "f1")),
    *("mm_distance", "mpjpe_mm", "mpjpe_wrist_relative_mm", "smoothness"),
}


@pytest.fixture(scope="module")
def real() -> MotionTexts:
    joints = torch.from_numpy(np.random.default_rng(0).normal(scale=0.05, size=(N, 60, 2, 21, 3)).astype(np.float32))
    texts = [f"text {row % 60}" for row in range(N)]  # ten of them twice
    table = encode_texts(texts, TextEncoderSettings(width=8))
    rows = torch.from_numpy(table.rows(texts))[:, None, None].expand(N, LEVELS, 3)
    return MotionTexts(tuple(map(str, range(N))), joints, rows, table, ("test",) * N)


@pytest.fixture(scope="module")
def rows(real):
    with seeded(0):
        evaluator = Evaluator(EvaluatorSettings(width=16, heads=2, feed_forward=16, embedding=8), text_width=8)
    evaluator.fit_features(real.joints)
    joints = real.joints.numpy()
    noisy = joints + np.random.default_rng(1).normal(scale=0.01, size=joints.shape).astype(np.float32)
    sets = [
        MotionSet(RECONSTRUCTION, joints),
        MotionSet("noisy", noisy, repeated=np.stack([joints[:3], noisy[:3]], axis=1)),
    ]
    with pytest.warns(UserWarning, match="FID: 70 clips are few"):
        return benchmark_rows(real, sets, evaluator, SETTINGS)


@pytest.fixture(scope="module")
def values(rows) -> dict[tuple[str, str], float]:
    return {(row.generator, row.metric): row.estimate.value for row in rows}


def test_every_set_has_every_metric_that_it_can_have(values):
    metrics = {name: {m for g, m in values if g == name} for name in (REAL, CHANCE, RECONSTRUCTION, "noisy")}
    whole = PAIRED | {"fid", "diversity"}
    assert metrics["real"] == whole | {"fid_between_halves"}
    assert metrics["chance"] == PAIRED
    assert metrics["reconstruction"] == whole
    assert metrics["noisy"] == whole | {"multimodality"}


def test_real_against_itself_is_perfect(values):
    for name in ("real", "reconstruction"):
        assert values[name, "contact_frame_f1"] == values[name, "contact_clip_f1"] == 1.0
        assert values[name, "mpjpe_mm"] == values[name, "mpjpe_wrist_relative_mm"] == 0.0
        assert values[name, "smoothness"] == 1.0
        assert values[name, "fid"] < 1e-6


def test_a_set_equal_to_the_real_clips_scores_what_they_score(values):
    assert all(values["reconstruction", m] == values["real", m] for m in PAIRED | {"diversity"})


def test_noise_is_seen(values):
    mean_of_norm = 10 * 2 * np.sqrt(2 / np.pi)  # of a normal 3-vector with 10 mm a component
    assert values["noisy", "mpjpe_mm"] == pytest.approx(mean_of_norm, rel=0.01)
    assert values["noisy", "mpjpe_wrist_relative_mm"] == pytest.approx(mean_of_norm * np.sqrt(2), rel=0.01)
    assert values["noisy", "smoothness"] == pytest.approx(np.sqrt(1 + 0.2**2), rel=0.01)
    assert values["noisy", "contact_frame_f1"] < 1


def test_chance_compares_with_motions_of_other_texts(values):
    assert values["chance", "mpjpe_mm"] == pytest.approx(50 * np.sqrt(2) * 2 * np.sqrt(2 / np.pi), rel=0.01)
    assert values["chance", "contact_clip_f1"] < 1


def test_intervals_hold_their_value_and_n_is_what_is_behind_it(rows):
    for row in rows:
        if np.isfinite(row.estimate.low):
            assert row.estimate.low <= row.estimate.value <= row.estimate.high
    n = {(row.generator, row.metric): row.estimate.n for row in rows}
    assert n["noisy", "fid"] == N
    assert n["noisy", "multimodality"] == 3


def test_the_table_keeps_to_its_schema_and_repeats(rows, real):
    batch = to_batch(rows)
    assert batch.num_rows == len(rows)
    keys = list(zip(*(batch[c].to_pylist() for c in ("generator", "task", "metric")), strict=True))
    assert len(set(keys)) == len(keys)
    by_key = dict(zip(keys, batch["ci_low"].to_pylist(), strict=True))
    assert by_key["real", "text_to_motion", "fid_between_halves"] is None


def test_a_set_of_another_size_is_refused(real):
    evaluator = Evaluator(EvaluatorSettings(width=16, heads=2, feed_forward=16, embedding=4), text_width=8)
    with pytest.raises(ValueError, match="half: expected motions"):
        benchmark_rows(real, [MotionSet("half", real.joints.numpy()[: N // 2])], evaluator, SETTINGS)
