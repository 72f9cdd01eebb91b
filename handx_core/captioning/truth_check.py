"""The audit as a writer's check: what a model is told of its captions, so that it can put them right.

What belongs here: from an audit to faults in words. What does not: the audit (`audit`), and asking again (`dialogue`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from handx_core.captioning.audit import MIX_UP, CaptionAudit, audit_caption, is_grounded
from handx_core.captioning.clip_truth import clip_truth
from handx_core.captioning.rules import Caption
from handx_core.captioning.writers import Check, Judgement

_MOST_FAULTS: Final = 10


def truth_check(bar: float) -> Check:
    """Judges captions by whether they are grounded: faults are those of the levels that are not. The score is how many
    are, and how near the others come to the bar."""

    def check(events: Mapping[str, Any], captions: Sequence[Caption]) -> Judgement:
        truth = clip_truth(events)
        audits = [(caption.level, audit_caption(caption, truth)) for caption in captions]
        faults = [fault for level, found in audits if not is_grounded(found, bar) for fault in _faults(level, found)]
        score = sum(is_grounded(found, bar) + min(found.grounding, bar) for _, found in audits)
        return Judgement(score, tuple(dict.fromkeys(faults))[:_MOST_FAULTS])

    return check


def _faults(level: int, found: CaptionAudit) -> Iterator[str]:
    """What is wrong with a caption, what is left out first."""
    for item in found.missing_critical:
        yield f"level {level} leaves out: {item.what}"
    mixed_up = {flag.detail for flag in found.flags if flag.kind == MIX_UP}
    for one in found.unsupported:
        said = f"{one.side}: {one.claim.text}"
        other = any(detail.startswith(said) for detail in mixed_up)
        yield f"level {level}, {said}: " + ("true of the other hand" if other else one.verdict.reason or "not so")
    if not found.claims:
        yield f"level {level} says nothing that the events could bear out"
