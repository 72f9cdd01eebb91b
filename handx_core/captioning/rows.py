"""Captions as rows of the registry's table, audited.

What belongs here: captions to record batches. What does not: writing captions (`rules`, `llm`), whose they are
(`source_texts`), storing the table, or reading it again (`clip_texts`).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from handx_core.captioning.audit import CaptionAudit, audit_caption, is_grounded
from handx_core.captioning.clip_truth import clip_truth
from handx_core.captioning.rules import LEVELS, Caption
from handx_core.captioning.writers import Written
from handx_core.columns import batch_of_rows

Audited = tuple[Written, Mapping[str, Any]]
"""What was written of a clip, and the clip's events, valid against prompts/events.schema.json."""


def captions_batch(written: Iterable[Audited], writer: str, bar: float) -> pa.RecordBatch:
    """Rows of the table `captions`, in order, each caption held against its clip's events.

    bar: the grounding from which a caption counts as grounded (`audit.is_grounded`).
    """
    rows: list[dict[str, Any]] = []
    for of_clip, events in written:
        truth = clip_truth(events)
        for caption in of_clip.captions:
            found = audit_caption(caption, truth)
            rows.append(
                {
                    "clip_id": of_clip.clip_id,
                    **vars(caption),
                    "writer": writer,
                    "model": of_clip.model,
                    "variant": of_clip.variant,
                    "prompt_hash": of_clip.prompt_hash,
                    **_costs(of_clip, caption, writer),
                    "audit": audit_counts(found),
                    "grounding": found.grounding,
                    "grounded": is_grounded(found, bar),
                }
            )
    return batch_of_rows("captions", rows)


def audit_counts(found: CaptionAudit) -> dict[str, Any]:
    """What the column `audit` keeps."""
    return {
        "claims": len(found.claims),
        "true_claims": len(found.claims) - len(found.unsupported),
        "critical": found.critical,
        "critical_told": found.critical - len(found.missing_critical),
        "items": found.items,
        "items_told": found.items - len(found.missing),
        "words": found.words,
        "flags": sorted({flag.kind for flag in found.flags}),
    }


def _costs(written: Written, caption: Caption, writer: str) -> dict[str, Any]:
    """Tokens and USD, on one row of a clip, so that sums over the table are right."""
    if writer != "llm" or caption.level != LEVELS[0]:
        return dict.fromkeys(("tokens_in", "tokens_cached", "tokens_out", "cost_usd"))
    return {**vars(written.usage), "cost_usd": written.cost_usd}
