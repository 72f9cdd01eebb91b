"""Captions as rows of the registry's table.

What belongs here: captions to a record batch. What does not: writing them (`rules`) or storing the table.
"""

from collections.abc import Sequence

import pyarrow as pa

from handx_core.captioning.rules import RULES_HASH, Caption
from handx_core.columns import batch


def captions_batch(
    clip_ids: Sequence[str],
    captions: Sequence[Sequence[Caption]],
    writer: str = "rules",
    model: str = "",
    prompt_hash: str = RULES_HASH,
) -> pa.RecordBatch:
    """Rows of the table `captions`: the captions of each clip, in order. captions: one list a clip, by level."""
    rows = [(clip, caption) for clip, of_clip in zip(clip_ids, captions, strict=True) for caption in of_clip]
    unknown = [None] * len(rows)
    return batch(
        "captions",
        {
            "clip_id": [clip for clip, _ in rows],
            "level": [caption.level for _, caption in rows],
            "writer": [writer] * len(rows),
            "model": [model] * len(rows),
            "variant": [0] * len(rows),
            "left": [caption.left for _, caption in rows],
            "right": [caption.right for _, caption in rows],
            "interaction": [caption.interaction for _, caption in rows],
            "prompt_hash": [prompt_hash] * len(rows),
            "tokens_in": unknown,
            "tokens_cached": unknown,
            "tokens_out": unknown,
            "cost_usd": unknown,
            "grounding": unknown,
        },
    )
