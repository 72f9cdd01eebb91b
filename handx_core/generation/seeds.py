"""The seed of a sample: a function of the run's seed, the clip and the number of the sample, and of nothing else.

What belongs here: that function. What does not: drawing from it.
"""

import hashlib


def sample_seed(seed: int, clip_id: str, sample: int) -> int:
    """A seed of 63 bits. Which other clips are sampled with it, and in which batches, does not change it."""
    digest = hashlib.sha256(f"{seed}/{clip_id}/{sample}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1
