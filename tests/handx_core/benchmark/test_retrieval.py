"""R-precision and MM distance: pools that keep the rules, ranks against plain loops, chance where chance is due."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handx_core.benchmark.retrieval import (
    deal_pools,
    derangement,
    mm_distances,
    rank_of_own_text,
    retrieval_hits,
)


def _deal(clips, texts, size, shuffles, seed=0):
    random = np.random.default_rng(seed)
    return [deal_pools(clips, texts, size, random) for _ in range(shuffles)]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_no_pool_holds_a_clip_or_a_text_twice(seed, size):
    random = np.random.default_rng(seed)
    clips, texts = random.integers(0, 15, 60), random.integers(0, 12, 60)
    pools = deal_pools(clips, texts, size, random)
    assert pools.shape[1] == size
    assert len(np.unique(pools)) == pools.size
    for pool in pools:
        assert len(set(clips[pool])) == size
        assert len(set(texts[pool])) == size


def test_all_full_pools_are_dealt_and_the_rest_sits_out():
    pools = deal_pools(np.arange(70), np.arange(70), 32, np.random.default_rng(0))
    assert pools.shape == (2, 32)
    assert deal_pools(np.arange(31), np.arange(31), 32, np.random.default_rng(0)).shape == (0, 32)
    same_text = deal_pools(np.arange(100), np.zeros(100, int), 32, np.random.default_rng(0))
    assert same_text.shape == (0, 32)


def test_ranks_are_those_of_sorted_distances():
    random = np.random.default_rng(1)
    motions, texts = random.normal(size=(3, 10, 4)), random.normal(size=(3, 10, 4))
    ranks = rank_of_own_text(motions, texts)
    for pool in range(3):
        for i in range(10):
            distances = [np.linalg.norm(motions[pool, i] - texts[pool, j]) for j in range(10)]
            assert ranks[pool, i] == sorted(range(10), key=distances.__getitem__).index(i)


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_an_evaluator_that_tells_nothing_apart_scores_nothing(value):
    hits, pooled = retrieval_hits(np.full((64, 4), value), np.full((64, 4), value), _deal(range(64), range(64), 32, 3))
    assert pooled.sum() == 3 * 64
    assert hits.sum() == 0


def test_perfect_embeddings_score_one_and_sitting_out_is_no_miss():
    points = np.random.default_rng(2).normal(size=(50, 6))
    hits, pooled = retrieval_hits(points, points, _deal(range(50), range(50), 32, 20))
    assert pooled.sum() == 20 * 32  # one full pool of the 50 at a time
    assert (hits == pooled[:, None]).all()


def test_unrelated_embeddings_score_chance():
    random = np.random.default_rng(3)
    motions, texts = random.normal(size=(2, 3200, 8))
    hits, pooled = retrieval_hits(motions, texts, _deal(range(3200), range(3200), 32, 5))
    assert hits.sum(0) / pooled.sum() == pytest.approx(np.array([1, 2, 3]) / 32, abs=0.012)


def test_hits_against_a_plain_loop():
    random = np.random.default_rng(4)
    motions, texts = random.normal(size=(40, 3)), random.normal(size=(40, 3))
    shuffles = _deal(range(40), range(40), 8, 4)
    hits, pooled = retrieval_hits(motions, texts, shuffles)
    expected = np.zeros(3)
    for pools in shuffles:
        for pool in pools:
            for i in pool:
                own = np.linalg.norm(motions[i] - texts[i])
                nearer = sum(np.linalg.norm(motions[i] - texts[j]) < own for j in pool)
                expected += nearer < np.array([1, 2, 3])
    assert hits.sum(0) == pytest.approx(expected)
    assert pooled.sum() == sum(pools.size for pools in shuffles)


def test_captions_of_one_clip_side_by_side_do_not_lower_the_score():
    # Five captions each of 40 clips: a text encoder that knows the clip but not which of its captions it reads.
    random = np.random.default_rng(5)
    clips = np.repeat(np.arange(40), 5)
    texts = random.normal(size=(40, 8))[clips] + 1e-3 * random.normal(size=(200, 8))
    motions = texts + 1e-2 * random.normal(size=(200, 8))
    hits, pooled = retrieval_hits(motions, texts, _deal(clips, np.arange(200), 32, 20))
    assert hits[:, 0].sum() == pooled.sum()


def test_mm_distance_is_the_plain_distance():
    random = np.random.default_rng(6)
    motions, texts = random.normal(size=(9, 4)), random.normal(size=(9, 4))
    assert mm_distances(motions, texts) == pytest.approx(
        [np.sqrt(sum((a - b) ** 2)) for a, b in zip(motions, texts, strict=True)]
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 30))
def test_shuffled_captions_are_a_permutation_that_leaves_no_text_where_it_can(seed, kinds):
    random = np.random.default_rng(seed)
    texts = random.integers(0, kinds, 60)
    order = derangement(texts, random)
    assert sorted(order) == list(range(60))
    if np.bincount(texts).max() <= 30:
        assert (texts[order] != texts).all()
