"""Metrics of a motion and its text, on evaluator embeddings: R-precision and MM distance.

What belongs here: how pools are dealt and how texts are ranked in them. What does not: the embeddings.

R-precision (Guo et al. 2022): among the texts of a pool of 32 clips, is the motion's own text one of the k nearest?
A pool never holds two captions of one clip, nor two clips with the same text: neither could be told apart, and which
of them won would be chance. Clips that are left over when no full pool can be made sit this shuffle out and are
counted neither as hits nor as misses.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

TOP = (1, 2, 3)
"""The k of the reported Top-k."""


def deal_pools(
    clips: Sequence[int] | NDArray[np.integer],
    texts: Sequence[int] | NDArray[np.integer],
    size: int,
    random: np.random.Generator,
) -> NDArray[np.int64]:
    """Deal the items into full pools at random -> (P, size), indices of items, none twice.

    clips, texts: (N,), a number for the clip and for the text of each item; in a pool all clips and all texts differ.
    """
    clips, texts = np.asarray(clips).tolist(), np.asarray(texts).tolist()
    open_pools: list[tuple[list[int], set[int], set[int]]] = []
    full: list[list[int]] = []
    for item in random.permutation(len(clips)).tolist():
        for pool in open_pools:
            members, pool_clips, pool_texts = pool
            if clips[item] not in pool_clips and texts[item] not in pool_texts:
                break
        else:
            pool = members, pool_clips, pool_texts = [], set(), set()
            open_pools.append(pool)
        members.append(item)
        pool_clips.add(clips[item])
        pool_texts.add(texts[item])
        if len(members) == size:
            open_pools.remove(pool)
            full.append(members)
    return np.array(full, np.int64).reshape(-1, size)


def rank_of_own_text(motions: NDArray[np.floating], texts: NDArray[np.floating]) -> NDArray[np.int64]:
    """How many texts of the pool are at least as near to each motion as its own.

    motions, texts: (..., K, D), text i belonging to motion i -> (..., K). Ties count against the motion, so that an
    evaluator that maps everything to one point, or to NaN, scores nothing.
    """
    squared = np.square(motions[..., :, None, :] - texts[..., None, :, :]).sum(-1)
    own = np.diagonal(squared, axis1=-2, axis2=-1)[..., None]
    return (~(squared > own)).sum(-1) - 1


def retrieval_hits(
    motions: NDArray[np.floating], texts: NDArray[np.floating], shuffles: Sequence[NDArray[np.int64]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How often each item was pooled, and how often its own text was among the nearest k.

    motions, texts: (N, D), row by row of one item; shuffles: pools (P, size) of each shuffle, from `deal_pools`.
    Returns hits (N, 3) for Top-1 to Top-3 and pooled (N,); R-precision is sum(hits) / sum(pooled).
    """
    hits, pooled = np.zeros((len(motions), len(TOP))), np.zeros(len(motions))
    for pools in shuffles:
        ranks = rank_of_own_text(motions[pools], texts[pools])
        hits[pools] += ranks[..., None] < np.array(TOP)
        pooled[pools] += 1
    return hits, pooled


def mm_distances(motions: NDArray[np.floating], texts: NDArray[np.floating]) -> NDArray[np.float64]:
    """Euclidean distance of every motion to its own text; motions, texts: (N, D) -> (N,)."""
    return np.linalg.norm(np.asarray(motions, np.float64) - np.asarray(texts, np.float64), axis=-1)


def derangement(texts: Sequence[int] | NDArray[np.integer], random: np.random.Generator) -> NDArray[np.int64]:
    """An order (N,) in which, as far as the texts allow, no item keeps its own text: shuffled captions.

    texts: (N,), a number for the text of each item. The items are rotated in an order that is random but for equal
    texts standing together, by the number of times that the commonest text occurs.
    """
    texts = np.asarray(texts)
    _, kind, occurrences = np.unique(texts, return_inverse=True, return_counts=True)
    shuffled_kinds = random.permutation(len(occurrences))[kind]
    around = np.lexsort((random.permutation(len(texts)), shuffled_kinds))
    order = np.empty(len(texts), np.int64)
    order[around] = np.roll(around, int(occurrences.max(initial=1)))
    return order
