"""The test for contacts and partings: whether what a claim names touches so, or lets go.

What belongs here: what makes a claim of contacts true by itself. What does not: the tests for other claims (`checks`),
denials (`judge`) and the order of claims (`ordering`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from handx_core.captioning.claims.checks import Verdict, distance_change, no, spans_of, yes
from handx_core.captioning.claims.claim import Claim
from handx_core.captioning.claims.timing import (
    SIMULTANEOUS,
    begins_and_ends,
    comes_so,
    each_within,
    fills,
    is_as_fast,
    matching,
    near_span,
    often,
    so_many,
    so_often,
    the_one_meant,
)
from handx_core.captioning.clip_truth import ClipTruth, Happening, Thing
from handx_core.captioning.facts import Span
from handx_core.skeleton import FINGERS, HANDS


def is_between(pair: frozenset[Thing], claim: Claim) -> bool:
    """Whether a contact is between what a claim names. A hand stands for all of its parts."""
    one, other = pair
    subject, touched = claim.subject, claim.object
    if touched:
        return (_is_named(one, subject) and _is_named(other, touched)) or (
            _is_named(other, subject) and _is_named(one, touched)
        )
    if len(subject) == 1:
        return _is_named(one, subject) or _is_named(other, subject)
    across = len({hand for hand, _ in subject}) > 1
    if subject and across != (one[0] != other[0]):
        return False
    everything = subject or tuple((hand, "hand") for hand in HANDS)
    return _is_named(one, everything) and _is_named(other, everything)


def _is_named(thing: Thing, members: Sequence[Thing]) -> bool:
    return thing in members or (thing[0], "hand") in members


def contact(claim: Claim, truth: ClipTruth) -> Verdict:
    """Each of the subject's parts touches one of the object's, and each of the object's is touched."""
    ends = claim.what == "separation"
    timed = each_within(claim)
    found: dict[frozenset[Thing], list[Happening]] = {}
    several: dict[frozenset[Thing], list[Happening]] = {}
    for pair, touches in truth.touches.items():
        if not is_between(pair, claim):
            continue
        if ends:
            touches = [
                Happening((one.span[1] - 1, one.span[1] + 1), one.ids)
                for one in touches
                if one.span[1] < truth.n_frames
            ]
        touches = list(the_one_meant(touches, claim))
        if claim.speed and not ends and {thing for _, thing in pair} == {"palm"}:
            touches = [one for one in touches if _is_led_to(one, claim, truth)]
        met = matching(touches, timed, truth, lasting=True)
        if met:
            found[pair] = met
        several[pair] = touches
    if not found and len(claim.frames) > 1 and not ends:
        found = _one_each(several, claim, truth)
    listed = claim.count > 1 and claim.count == len(claim.frames) and not ends
    if listed and sum(len(truth.touches[pair]) for pair in found) != claim.count * len(found):
        return no("they touch at other times too")
    if claim.count > 0 and not so_often(sum(len(met) for met in found.values()), claim):
        found = {pair: met for pair, met in found.items() if often(met, claim)}
    elif claim.count < 0 and sum(len(met) for met in found.values()) < 2:
        found = {}
    if ends and not found and {thing for _, thing in claim.subject} == {"palm"}:
        return distance_change(claim, truth)
    taking_part = {thing for pair in found for thing in pair}
    anything = len({hand for hand, _ in claim.object}) > len({hand for hand, _ in claim.subject})
    members = claim.subject + (() if anything else claim.object)
    missing = [
        member
        for member in members
        if member not in taking_part and not (member[1] == "hand" and any(hand == member[0] for hand, _ in taking_part))
    ]
    if claim.loose:
        missing = [member for member in missing if member[1] != "thumb"]
    if not found or (missing and not claim.some):
        return no("they do not touch so" if not ends else "no such contact ends so")
    if claim.how_many:
        counted = taking_part & {*(claim.object if claim.of_object else claim.subject)}
        fingers = {thing for thing in taking_part if thing[1] in FINGERS}
        if not (so_many(counted, claim) or (not claim.of_object and so_many(fingers, claim))):
            return no("so many do not touch")
    if (
        "in turn" in claim.manners
        and timed is not claim
        and not fills([one for met in found.values() for one in met], claim.frames[0], claim.count)
    ):
        return no("not all through these frames")
    if "in turn" in claim.manners and not _in_turn(claim, found):
        return no("not one after another")
    spans = [span for met in found.values() for span in spans_of(met)]
    if not comes_so(
        claim, spans, lambda: [(end - 1, end + 1) if ends else (at, end) for at, end in _of_alike(claim, truth)]
    ):
        return no("not before or after all others")
    if "at once" in claim.manners:
        starts = [met[0].span[0] for met in found.values()]
        if max(starts) - min(starts) > SIMULTANEOUS:
            return no("not at once")
    return yes(one for met in found.values() for one in met)


def _one_each(
    touches: Mapping[frozenset[Thing], list[Happening]], claim: Claim, truth: ClipTruth
) -> dict[frozenset[Thing], list[Happening]]:
    """What touches at one of several stated frames each, where something does at every one: "taps them at frames 5, 15
    and 25"."""
    moments = [replace(claim, frames=(stated,)) for stated in claim.frames]
    met = [(pair, matching(of, one, truth, lasting=True)) for pair, of in touches.items() for one in moments]
    at_every = all(
        any(met[at :: len(moments)][place][1] for place in range(len(touches))) for at in range(len(moments))
    )
    return {pair: found for pair, found in met if found} if at_every else {}


def _in_turn(claim: Claim, found: dict[frozenset[Thing], list[Happening]]) -> bool:
    """Whether contacts follow one another, in the order in which a claim lists the fingers where it does."""
    firsts = sorted((met[0].span, pair) for pair, met in found.items())
    if any(b[0][0] - a[0][0] < 2 for a, b in pairwise(firsts)):
        return False
    told = ({thing for _, thing in claim.subject + claim.object} or set(FINGERS)) - {"thumb"} or {*FINGERS[1:]}
    order = [finger for _, pair in firsts for _, finger in pair if finger in told]
    return not claim.sequence or begins_and_ends(order, claim.sequence)


def _is_led_to(touch: Happening, claim: Claim, truth: ClipTruth) -> bool:
    """Whether the palms come to touch as fast as a claim says."""
    leads = [one for one in truth.distances.get(True, []) if near_span(touch.span[0], one.span)]
    return not leads or any(is_as_fast(one.speeds, claim) for one in leads)


def _of_alike(claim: Claim, truth: ClipTruth) -> list[Span]:
    """When all contacts are of what a claim names; all of them where it names no two sides."""
    named = {*claim.subject, *claim.object}
    alike = (touches for pair, touches in truth.touches.items() if not claim.object or pair & named)
    return [span for touches in alike for span in spans_of(touches)]
