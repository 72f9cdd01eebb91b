"""Whether what claims say happens in the order, and at the speeds to each other, in which they say it.

What belongs here: verdicts on a claim by those on others of its text. What does not: verdicts on claims by themselves
(`judge`, `checks`).
"""

from collections.abc import Sequence
from statistics import mean
from typing import Final

from handx_core.captioning.claims.checks import Verdict, no
from handx_core.captioning.claims.claim import Claim
from handx_core.captioning.claims.timing import FRAME_SLACK, PACES, is_soon, related
from handx_core.captioning.clip_truth import ClipTruth
from handx_core.captioning.facts import SPEEDS, Span

STATES: Final = frozenset({
    "straight", "bent", "partly bent", "fully bent", "fist", "spread out", "together", "position", "distance", "still",
})  # fmt: skip


def paced(pace: str, one: Verdict, other: Verdict, truth: ClipTruth) -> bool:
    """Whether what one claim says is faster than what another does, slower, or as fast, where both have a speed, or
    takes longer, or not as long."""
    if pace in ("longer", "shorter"):
        lasts, others = ([end - start for start, end in told.spans] for told in (one, other))
        ahead = mean(lasts) - mean(others) if lasts and others else 0
        return ahead > 0 if pace == "longer" else ahead < 0
    first, second = (
        [SPEEDS.index(truth.events[number]["v_des"]) for number in told.ids if "v_des" in truth.events[number]]
        for told in (one, other)
    )
    if not (first and second):
        return True
    ahead = mean(first) - mean(second)
    return ahead > 0 if pace == "faster" else ahead < 0 if pace == "slower" else abs(ahead) < 1


def _alike(claim: Claim, truth: ClipTruth) -> list[Span]:
    """When something of the same kind happens: contacts of what a claim is about, or turns of the hand's fingers."""
    if claim.what == "contact":
        pairs = (touches for pair, touches in truth.touches.items() if pair & {*claim.subject})
        return [one.span for touches in pairs for one in touches]
    hands = {hand for hand, _ in claim.subject}
    turns = ((of, bends, found) for (of, bends), found in truth.turns.items() if of[0] in hands)
    return [one.span for _, bends, found in turns if bends == (claim.what == "bend") for one in found]


def _are_neighbours(span: Span, other: Span, starts: Sequence[int]) -> bool:
    """Whether nothing begins after the one and before the other."""
    first, second = sorted((span[0], other[0]))
    return not any(first < at < second for at in starts)


def _is_next_to(relation: str, span: Span, other: Span, strokes: Sequence[Span]) -> bool:
    """Whether something is before or after a stroke, with no other stroke in between."""
    first, second = sorted((span[0], other[0]))
    return related(relation, span, other) and not any(first < at < second for at, _ in strokes)


def _is_each_time(claim: Claim, spans: Sequence[Span], others: Sequence[Span]) -> bool:
    """Whether a claim is so before, or after, each of the strokes that it, or what it refers to, is told to go with."""
    assert claim.order is not None
    relation = claim.order.relation
    if "each time" in claim.manners:
        return all(any(_is_next_to(relation, span, other, others) for span in spans) for other in others)
    return all(any(_is_next_to(relation, span, other, spans) for other in others) for span in spans)


def ordered(
    claim: Claim, verdict: Verdict, claims: Sequence[Claim], alone: Sequence[Verdict], truth: ClipTruth
) -> Verdict:
    """The verdict if what the claim says is when it says, next to one of the claims that it refers to."""
    assert claim.order is not None
    relation, of, to = claim.order.relation, claim.order.of, claim.order.to
    if relation in PACES:
        return verdict if paced(relation, alone[to[-1]], verdict, truth) else no("at another pace")
    is_state, referred = claim.what in STATES, [claims[place] for place in to]
    if relation == "meanwhile" and is_state and "end" in claim.when:
        relation = "when"
    if relation == "when" and not is_state and all(one.what in STATES for one in referred):
        relation = "meanwhile"
    others = [span for place in to for span in alone[place].spans]
    spans = [span for place in of for span in alone[place].spans] or list(verdict.spans)
    if not others or not spans or _has_its_own_time(claim, relation, referred):
        return verdict
    met = [span for span in spans if any(related(relation, span, other) for other in others)]
    manners = {*claim.manners}.union(*[one.manners for one in referred])
    if "each time" in manners and not _is_each_time(claim, spans, others):
        return no(f"not each time {relation}")
    if not met and relation == "after" and is_state:
        met = [span for span in spans if any(span[1] - other[1] >= 2 * FRAME_SLACK for other in others)]
    if not met and relation == "before" and is_state:
        met = [span for span in spans if any(span[0] < other[0] for other in others)]
    if not met and relation == "after" and not is_state:
        changes = [span for place in to if claims[place].what in STATES for span in alone[place].spans]
        met = [
            span
            for span in spans
            if any(span[0] - other[0] >= (0 if span[1] > other[1] else FRAME_SLACK) for other in changes)
        ]
    if "soon" in manners:
        met = [span for span in met if any(is_soon(relation, span, other) for other in others)]
    if "next" in manners:
        alike = [start for start, _ in _alike(claim, truth)]
        met = [span for span in met if any(_are_neighbours(span, other, alike) for other in others)]
    if not met:
        return no(f"not {relation} what is told next to it")
    if relation != "after":
        return verdict
    own = tuple([span for span in verdict.spans if span in met])
    return verdict._replace(spans=own) if own and own != verdict.spans else verdict


def _has_its_own_time(claim: Claim, relation: str, referred: Sequence[Claim]) -> bool:
    """Whether a claim is no matter of when what it refers to is so: a state that goes on, a touch that is come near to,
    "whereas at frame 55 it is straight"."""
    if claim.what in STATES or claim.what == "hyperextended":
        told = (claim.what, claim.value, claim.subject)
        if all((one.what, one.value, one.subject) == told for one in referred):
            return True
    elif claim.what == "contact" and all(one.what == "near" for one in referred):
        return True
    return relation == "meanwhile" and bool(claim.frames) and all(one.frames for one in referred)
