"""One test for each kind of claim: whether fingers, hands and their relations do what it says.

What belongs here: what makes a claim true by itself. What does not: contacts (`contacts`), denials (`judge`), the order
of claims (`ordering`), and what the words for time allow (`timing`).

Time is held to as exactly as it is stated, see `timing`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple

from handx_core.captioning.claims.claim import Claim, changed
from handx_core.captioning.claims.timing import (
    FRAME_SLACK,
    SIMULTANEOUS,
    comes_so,
    each_within,
    fills,
    frames_of,
    holds,
    in_time,
    is_as_fast,
    is_during,
    matching,
    near_span,
    often,
    one_by_one,
    related,
    so_many,
    spans_in,
    the_one_meant,
    within,
)
from handx_core.captioning.clip_truth import ClipTruth, Happening, Thing
from handx_core.captioning.facts import Span
from handx_core.skeleton import FINGERS

PAIRS: Final = ("index, middle", "middle, ring", "ring, pinky")
_BENT: Final = {"straight": (0,), "partly bent": (1,), "fully bent": (2,), "bent": (1, 2), "fist": (2,)}


class Verdict(NamedTuple):
    """Whether a claim is true. reason: why not. ids: the events behind it. spans: when, for the order of claims."""

    supported: bool
    reason: str = ""
    ids: frozenset[int] = frozenset()
    spans: tuple[Span, ...] = ()


def no(reason: str) -> Verdict:
    return Verdict(False, reason)


def yes(found: Iterable[Happening]) -> Verdict:
    happenings = [*found]
    if len(happenings) == 1:
        return Verdict(True, "", frozenset(happenings[0].ids), (happenings[0].span,))
    happenings.sort(key=attrgetter("span"))
    ids = chain.from_iterable([one.ids for one in happenings])
    return Verdict(True, "", frozenset(ids), tuple([one.span for one in happenings]))


def fingers_do(claim: Claim, truth: ClipTruth, happenings: Callable[[Thing], list[Happening]]) -> Verdict:
    found: list[Happening] = []
    firsts: dict[str, Span] = {}
    missing: list[Thing] = []
    timed = each_within(claim)
    for member in claim.subject:
        met = matching(the_one_meant(happenings(member), claim), timed, truth, lasting=claim.what == "hyperextended")
        if "full" in claim.manners and claim.what != "hyperextended":
            met = [one for one in met if one.full]
        if "partial" in claim.manners:
            met = [one for one in met if not one.full]
        if met and often(met, claim):
            found += met
            firsts.setdefault(member[1], met[0].span)
        else:
            missing += [] if claim.loose and member[1] == "thumb" else [member]
    if not found or (missing and not claim.some):
        return no(f"not so: {', '.join(' '.join(member) for member in missing)}")
    if claim.how_many and not so_many({*claim.subject} - {*missing}, claim):
        return no("so do more or fewer")
    hands = {hand for hand, _ in claim.subject}
    alike = [(hand, finger) for hand in hands for finger in FINGERS]
    if not comes_so(claim, spans_of(found), lambda: [span for thing in alike for span in spans_of(happenings(thing))]):
        return no("not before or after all others")
    if timed is not claim and not fills(found, claim.frames[0], claim.count):
        return no("not all through these frames")
    if "in turn" in claim.manners and not one_by_one(claim, firsts):
        return no("not one after another in that order")
    if "at once" in claim.manners and len(firsts) > 1:
        starts = [span[0] for span in firsts.values()]
        if max(starts) - min(starts) > SIMULTANEOUS:
            return no("not at once")
    return yes(found)


def spans_of(found: Iterable[Happening]) -> list[Span]:
    return [one.span for one in found]


def returns(truth: ClipTruth, thing: Thing) -> list[Happening]:
    """When a finger comes back from hyperextension: it straightens without a turn of its own."""
    return [
        Happening((one.span[1] - FRAME_SLACK, one.span[1]), one.ids)
        for one in truth.back.get(thing, [])
        if one.span[1] < truth.n_frames
    ]


def posture(claim: Claim, truth: ClipTruth) -> Verdict:
    wanted = _BENT[claim.what]
    held = {}
    for member in claim.subject:
        states = truth.bent.get(member)
        held[member] = states is not None and holds(states, wanted, claim, truth.n_frames)
        if claim.loose and member[1] == "thumb":
            held.pop(member)
    if not any(held.values()) or not (claim.some or all(held.values())):
        return no(f"not {claim.what}: {', '.join(' '.join(member) for member, so in held.items() if not so)}")
    if claim.how_many and not so_many({member for member, so in held.items() if so}, claim):
        return no("so are more or fewer")
    ids = frozenset(i for member, so in held.items() if so for i in truth.finger_ids[member])
    spans = [(part.start, part.stop) for part in frames_of(claim, truth.n_frames)] or spans_in(
        truth.bent.get(claim.subject[0], ()), wanted
    )
    return Verdict(True, ids=ids, spans=tuple(spans))


def gaps(claim: Claim, truth: ClipTruth) -> Verdict:
    """Every pair of neighbours among the fingers, of every hand named, does so."""
    apart = claim.what.startswith("spread")
    found: list[Happening] = []
    ids: set[int] = set()
    hands = dict.fromkeys(hand for hand, _ in claim.subject)
    fingers = {thing for _, thing in claim.subject} - {"thumb"}
    pairs = [pair for pair in PAIRS if set(pair.split(", ")) <= fingers]
    if not pairs:
        return no("no neighbouring fingers")
    for hand in hands:
        for pair in pairs:
            if claim.what in ("spread out", "together"):
                states = truth.spread.get((hand, pair))
                turned = truth.gaps.get((hand, pair, apart), [])
                changed = [h for h in turned if in_time(h, claim, truth) and is_during(h.span, claim)]
                held = states is not None and holds(states, (int(apart),), claim, truth.n_frames)
                if not held and not changed:
                    return no(f"not so: {pair}")
                ids |= set(truth.gap_ids[hand, pair]) if held else set()
                lasting = spans_in(states or (), (int(apart),))
                found += (
                    changed
                    if not (claim.order or (claim.passing and not claim.frames))
                    else [Happening(span, ()) for span in lasting]
                )
                ids |= {number for one in changed for number in one.ids}
            else:
                met = matching(truth.gaps.get((hand, pair, apart), []), claim, truth)
                if not met or not often(met, claim):
                    return no(f"not so: {pair}")
                found += met
    verdict = yes(found)
    return Verdict(True, ids=verdict.ids | ids, spans=verdict.spans)


def moves(claim: Claim, truth: ClipTruth) -> Verdict:
    """A hand moves so; of ways that are told together, at the speed of any of them that is at the same time."""
    found: list[Happening] = []
    by_way: list[list[Happening]] = []
    timed = changed(claim, speed="", joints=())
    for hand in dict.fromkeys(hand for hand, _ in claim.subject):
        for way in claim.ways or ("",):
            met = matching(the_one_meant(_movements(truth, hand, way), claim), timed, truth)
            several = way in ("", "sideways", "vertically")
            ways = {of for one in met for of in one.detail} if claim.count and several else set()
            alike = any(often([one for one in met if of in one.detail], claim) for of in ways)
            if not met or not (often(met, claim) or alike):
                return no(f"the {hand} hand does not move so: {way}")
            by_way.append(met)
            found += met
    if claim.speed:
        so_fast = [one for one in found if is_as_fast(one.speeds, claim)]
        if not all(any(related("meanwhile", a.span, b.span) for a in met for b in so_fast) for met in by_way):
            return no("at another speed")
    if "comes first" in claim.manners:
        begun = min(one.span[0] for hand, _ in claim.subject for one in truth.moves[hand])
        if min(one.span[0] for one in found) > begun + FRAME_SLACK:
            return no("not before all others")
    if "comes last" in claim.manners:
        last = max(one.span[0] for hand, _ in claim.subject for one in truth.moves[hand])
        if max(one.span[0] for one in found) < last - FRAME_SLACK:
            return no("not after all others")
    if "at once" in claim.manners and len(claim.ways) > 1:
        firsts, seconds = ([one for one in found if _goes(one, way)] for way in claim.ways[:2])
        if not any(related("meanwhile", one.span, other.span) for one in firsts for other in seconds):
            return no("not at once")
    return yes(found)


def rests(claim: Claim, truth: ClipTruth) -> Verdict:
    """A hand rests in the frames that are meant, but for a movement that runs into them by a few frames."""
    parts = frames_of(claim, truth.n_frames) or [range(truth.n_frames)]
    follows = claim.order is not None and claim.order.relation == "after"
    open_frames = not claim.frames or (follows and all(kind == "until" for kind, *_ in claim.frames))
    mostly = "mostly" in claim.when
    if (claim.order or claim.passing or mostly) and open_frames and not {*claim.when} - {"mostly"}:
        moving = [one.span for hand, _ in claim.subject for one in truth.moves[hand]]
        resting = [int(not any(start <= at < end for start, end in moving)) for at in range(truth.n_frames)]
        rests = [span for span in spans_in(resting, (1,)) if span[1] - span[0] >= SIMULTANEOUS]
        long_enough = not mostly or 2 * sum(resting) >= truth.n_frames
        return Verdict(True, spans=tuple(rests)) if rests and long_enough else no("the hand does not rest so")
    for hand, _ in claim.subject:
        for one in truth.moves[hand]:
            for part in parts:
                shared = min(one.span[1], part.stop) - max(one.span[0], part.start)
                if shared > min(FRAME_SLACK, (one.span[1] - one.span[0]) // 2, len(part) // 2):
                    return no("the hand moves")
    return Verdict(True, spans=tuple((part.start, part.stop) for part in parts))


def _movements(truth: ClipTruth, hand: str, way: str) -> list[Happening]:
    """The movements of a hand one way; looked for once a clip, since every level tells of them."""
    found = truth.ways.get((hand, way))
    if found is None:
        found = [one for one in truth.moves[hand] if _goes(one, way) or _parts(one, way, truth)]
        truth.ways[hand, way] = found
    return found


def _parts(one: Happening, way: str, truth: ClipTruth) -> bool:
    """Whether a movement is away from the other hand."""
    return way == "away" and any(related("meanwhile", one.span, other.span) for other in truth.distances.get(False, []))


def _goes(one: Happening, way: str) -> bool:
    if way == "sideways":
        return one.detail[0] in ("left", "right")
    if way == "vertically":
        return one.detail[0] in ("up", "down")
    return not way or way in one.detail or (way == "away" and "front" in one.detail)


def distance_change(claim: Claim, truth: ClipTruth) -> Verdict:
    nearer = claim.what == "approach"
    met = matching(the_one_meant(truth.distances.get(nearer, []), claim), claim, truth)
    if not met or not often(met, claim):
        return no("the palms' distance does not change so")
    return yes(met)


def is_near(claim: Claim, truth: ClipTruth) -> Verdict:
    fingers = [member for member in claim.subject + claim.object if member[1] in FINGERS]
    if not fingers:
        near = [found for state, found in truth.runs.get("", []) if state in ("Near", "Contact")]
        return yes(near) if near else no("the hands are not near")
    found: list[Happening] = []
    for member in fingers:
        met = matching(truth.nears.get(member, []), claim, truth, lasting=True)
        if not met:
            return no(f"not near: {' '.join(member)}")
        found += met
    return yes(found)


def relation_holds(claim: Claim, truth: ClipTruth, axis: str, state: str) -> Verdict:
    """A relation of the hands holds in the frames that are meant; from a frame on if it begins about there."""
    runs = [found for of, found in truth.runs.get(axis, []) if of == state]
    if claim.turns:
        leads = [(one, Happening(one.lead or one.span, ())) for one in runs if one.lead or one.span[0] > 0]
        runs = [one for one, lead in leads if claim.frames or in_time(lead, claim, truth)]
        claim = claim if claim.frames else replace(claim, when=())
    if not runs:
        return no("never so")
    frames = [0] * truth.n_frames
    for one in runs:
        frames[one.span[0] : one.span[1]] = [1] * (one.span[1] - one.span[0])
    starts = [stated[1] for stated in claim.frames if stated[0] == "from"]
    if starts:
        met = [
            one for one in runs for lead in [one.lead or one.span[:1] * 2] if any(near_span(at, lead) for at in starts)
        ]
        lasts = claim.what == "distance" or claim.when or not claim.order
        if not met and lasts and holds(frames, (1,), claim, truth.n_frames):
            return yes(runs)
        return yes(met) if met else no("it does not begin there")
    if not frames_of(claim, truth.n_frames) and (claim.order or claim.passing):
        return yes(runs)
    if claim.turns and claim.frames:
        met = [one for one in runs if one.lead and any(within(one.lead, stated) for stated in claim.frames)]
        return yes(met) if met else no("not then")
    return yes(runs) if holds(frames, (1,), claim, truth.n_frames) else no("not then")
