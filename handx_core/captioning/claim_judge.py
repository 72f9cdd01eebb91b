"""Whether a claim is true of a clip, why not, and by which events.

What belongs here: one test for each kind of claim. What does not: reading claims (`claims`), what the words for time
allow (`claim_time`), and scoring captions (`audit`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from handx_core.captioning.claim_frames import in_clip
from handx_core.captioning.claim_meaning import Claim
from handx_core.captioning.claim_time import (
    FRAME_SLACK,
    SIMULTANEOUS,
    frames_of,
    holds,
    in_time,
    matching,
    near_span,
    often,
    related,
    spans_in,
    the_one_meant,
    within,
)
from handx_core.captioning.clip_truth import ClipTruth, Happening, Thing
from handx_core.captioning.facts import Span
from handx_core.skeleton import FINGERS, HANDS

PAIRS: Final = ("index, middle", "middle, ring", "ring, pinky")
_BENT: Final = {"straight": (0,), "partly bent": (1,), "fully bent": (2,), "bent": (1, 2), "fist": (2,)}


@dataclass(frozen=True)
class Verdict:
    """Whether a claim is true. reason: why not. ids: the events behind it. spans: when, for the order of claims."""

    supported: bool
    reason: str = ""
    ids: frozenset[int] = frozenset()
    spans: tuple[Span, ...] = ()


def judge_all(claims: Sequence[Claim], truth: ClipTruth) -> list[Verdict]:
    """A verdict on each claim of a text, with their order in time."""
    verdicts = [judge(claim, truth) for claim in claims]
    for place, claim in enumerate(claims):
        if claim.negated and claim.order and claim.order.relation == "after" and not verdicts[place].supported:
            verdicts[place] = _denied_after(claim, verdicts, truth)
        elif verdicts[place].supported and claim.order:
            verdicts[place] = _ordered(claim, verdicts[place], claims, verdicts)
    return verdicts


def _denied_after(claim: Claim, verdicts: Sequence[Verdict], truth: ClipTruth) -> Verdict:
    """That something no longer happens after something else."""
    assert claim.order is not None
    happens = judge(replace(claim, negated=False, order=None, some=True), truth).spans
    others = [span for place in claim.order.to for span in verdicts[place].spans]
    last = max(others, default=(0, 0))
    return _no("it happens") if any(related("after", span, last) for span in happens) else Verdict(True)


def judge(claim: Claim, truth: ClipTruth) -> Verdict:
    """A verdict on a claim by itself."""
    if any(first < 0 for _, first, _ in claim.frames) or (claim.frames and "until end" in claim.when):
        claim = replace(
            claim, frames=tuple(in_clip(f, truth.n_frames, "until end" in claim.when) for f in claim.frames)
        )
    if claim.negated:
        return _denied(claim, truth)
    match claim.what:
        case "contact" | "separation":
            return _contact(claim, truth)
        case "bend" | "straighten":
            turned = _fingers(claim, truth, lambda thing: truth.turns.get((thing, claim.what == "bend"), []))
            if not turned.supported and claim.what == "straighten":
                return _fingers(claim, truth, lambda thing: _returns(truth, thing))
            if not turned.supported and "or held" in claim.manners:
                return _posture(replace(claim, what="fist"), truth)
            return turned
        case "hyperextended":
            return _fingers(claim, truth, lambda thing: truth.back.get(thing, []))
        case "straight" | "bent" | "partly bent" | "fully bent" | "fist":
            held = _posture(claim, truth)
            if (claim.what == "bent" or claim.passing) and claim.frames and not held.supported:
                return _fingers(claim, truth, lambda thing: truth.turns.get((thing, claim.what != "straight"), []))
            return held
        case "spread" | "close" | "spread out" | "together":
            return _gaps(claim, truth)
        case "move":
            return _move(claim, truth)
        case "still":
            return _still(claim, truth)
        case "approach" | "part":
            return _distance_change(claim, truth)
        case "near":
            return _near(claim, truth)
        case "position":
            axis, state = claim.value.split()
            return _runs(claim, truth, axis, state)
        case "distance":
            return _runs(claim, truth, "", claim.value)
    return _no(f"nothing says whether {claim.what}")


def _no(reason: str) -> Verdict:
    return Verdict(False, reason)


def _yes(found: Iterable[Happening]) -> Verdict:
    happenings = sorted(found, key=lambda one: one.span)
    return Verdict(
        True, ids=frozenset(i for one in happenings for i in one.ids), spans=tuple(one.span for one in happenings)
    )


def _denied(claim: Claim, truth: ClipTruth) -> Verdict:
    """That something does not happen: at no time, or not in the frames named. What is denied of many is so of each."""
    frames = any(kind == "span" for kind, *_ in claim.frames) or bool({*claim.when} - {"throughout"})
    bare = _positive(claim, () if not frames else claim.frames)
    ends = {"start": ("at", 0, 1), "end": ("at", truth.n_frames - 1, truth.n_frames)}
    whens = tuple(when for when in claim.when if when != "throughout")
    bare = replace(
        bare,
        when=tuple(when for when in whens if when not in ends),
        frames=bare.frames + tuple(ends[when] for when in whens if when in ends),
    )
    if claim.what == "contact":
        touched = [
            pair for pair in truth.touches if _between(pair, claim) and (not frames or judge(bare, truth).supported)
        ]
        return _no("they touch") if touched else Verdict(True)
    if claim.what in ("bend", "straighten", "hyperextended", "straight", "bent", "fully bent", "partly bent", "fist"):
        told = [judge(_positive(bare, bare.frames, (member,)), truth) for member in claim.subject]
        return _no("it happens") if any(verdict.supported for verdict in told) else Verdict(True)
    if claim.what in ("spread", "close", "spread out", "together"):
        hands = dict.fromkeys(hand for hand, _ in claim.subject)
        fingers = {thing for _, thing in claim.subject}
        pairs = [pair.split(", ") for pair in PAIRS if set(pair.split(", ")) <= fingers]
        parts = [tuple((hand, finger) for finger in pair) for hand in hands for pair in pairs]
        told = [judge(_positive(bare, bare.frames, part), truth) for part in parts]
        return _no("it happens") if any(verdict.supported for verdict in told) else Verdict(True)
    if claim.what == "near" and not any(thing in FINGERS for _, thing in claim.subject):
        near = [state for state, _ in truth.runs.get("", []) if state in ("Near", "Contact")]
        return _no("they come near") if near else Verdict(True)
    return _no("it happens") if judge(bare, truth).supported else Verdict(True)


def _positive(claim: Claim, frames: tuple[tuple[str, int, int], ...], subject: tuple[Thing, ...] = ()) -> Claim:
    return Claim(
        claim.what,
        subject or claim.subject,
        claim.object,
        claim.value,
        claim.ways,
        frames,
        claim.when,
        joints=claim.joints,
    )


def _between(pair: frozenset[Thing], claim: Claim) -> bool:
    """Whether a contact is between what a claim names. A hand stands for all of its parts."""

    def named(thing: Thing, members: Sequence[Thing]) -> bool:
        return thing in members or (thing[0], "hand") in members

    one, other = sorted(pair)
    if not claim.object:
        everything = claim.subject or tuple((hand, "hand") for hand in HANDS)
        if len(everything) == 1:
            return named(one, everything) or named(other, everything)
        hands = {hand for hand, _ in everything}
        across = one[0] != other[0]
        if across != (len(hands) > 1) and claim.subject:
            return False
        return named(one, everything) and named(other, everything)
    return (named(one, claim.subject) and named(other, claim.object)) or (
        named(other, claim.subject) and named(one, claim.object)
    )


def _contact(claim: Claim, truth: ClipTruth) -> Verdict:
    """Each of the subject's parts touches one of the object's, and each of the object's is touched."""
    ends = claim.what == "separation"
    found: dict[frozenset[Thing], list[Happening]] = {}
    for pair, touches in truth.touches.items():
        if not _between(pair, claim):
            continue
        if ends:
            touches = [
                Happening((one.span[1] - 1, one.span[1] + 1), one.ids)
                for one in touches
                if one.span[1] < truth.n_frames
            ]
        touches = the_one_meant(touches, claim)
        if claim.speed and not ends and {thing for _, thing in pair} == {"palm"}:
            touches = [one for one in touches if _is_led_to(one, claim, truth)]
        met = matching(touches, claim, truth, lasting=True)
        if met:
            found[pair] = met
    listed = claim.count > 1 and claim.count == len(claim.frames) and not ends
    if listed and sum(len(truth.touches[pair]) for pair in found) != claim.count * len(found):
        return _no("they touch at other times too")
    if claim.count > 0 and sum(len(met) for met in found.values()) != claim.count:
        found = {pair: met for pair, met in found.items() if often(met, claim)}
    elif claim.count < 0 and sum(len(met) for met in found.values()) < 2:
        found = {}
    if ends and not found and {thing for _, thing in claim.subject} == {"palm"}:
        return _distance_change(claim, truth)
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
        return _no("they do not touch so" if not ends else "no such contact ends so")
    if "in turn" in claim.manners and not _in_turn(claim, found):
        return _no("not one after another")
    others = [
        span
        for pair in truth.touches
        if not claim.object or pair & {*claim.subject, *claim.object}
        for span in _spans(truth.touches[pair])
    ]
    if not _comes(claim, [span for met in found.values() for span in _spans(met)], others):
        return _no("not before or after all others")
    if "at once" in claim.manners:
        starts = [met[0].span[0] for met in found.values()]
        if max(starts) - min(starts) > SIMULTANEOUS:
            return _no("not at once")
    return _yes(one for met in found.values() for one in met)


def _in_turn(claim: Claim, found: dict[frozenset[Thing], list[Happening]]) -> bool:
    """Whether contacts follow one another, in the order in which a claim lists the fingers where it does."""
    firsts = sorted((met[0].span, pair) for pair, met in found.items())
    if any(b[0][0] - a[0][0] < 2 for a, b in pairwise(firsts)):
        return False
    told = ({thing for _, thing in claim.subject + claim.object} or set(FINGERS)) - {"thumb"} or {*FINGERS[1:]}
    order = [finger for _, pair in firsts for _, finger in pair if finger in told]
    return not claim.sequence or _begins_and_ends(order, claim.sequence)


def _is_led_to(touch: Happening, claim: Claim, truth: ClipTruth) -> bool:
    """Whether the palms come to touch as fast as a claim says."""
    leads = [one for one in truth.distances.get(True, []) if near_span(touch.span[0], one.span)]
    return not leads or any(set(claim.speed.split()) & set(one.speeds) for one in leads)


def _begins_and_ends(order: Sequence[str], sequence: tuple[str, ...]) -> bool:
    """Whether fingers come in a row from one to another, as far as these are said."""
    return bool(order) and sequence[0] in ("", order[0]) and sequence[-1] in ("", order[-1])


def _fingers(claim: Claim, truth: ClipTruth, happenings: Callable[[Thing], list[Happening]]) -> Verdict:
    found: list[Happening] = []
    firsts: dict[str, Span] = {}
    missing = []
    for member in claim.subject:
        met = matching(the_one_meant(happenings(member), claim), claim, truth, lasting=claim.what == "hyperextended")
        if "full" in claim.manners and claim.what != "hyperextended":
            met = [one for one in met if one.full]
        if met and often(met, claim):
            found += met
            firsts.setdefault(member[1], met[0].span)
        else:
            missing += [] if claim.loose and member[1] == "thumb" else [" ".join(member)]
    if not found or (missing and not claim.some):
        return _no(f"not so: {', '.join(missing)}")
    hands = {hand for hand, _ in claim.subject}
    others = [span for hand in hands for finger in FINGERS for span in _spans(happenings((hand, finger)))]
    if not _comes(claim, _spans(found), others):
        return _no("not before or after all others")
    if "in turn" in claim.manners and not _one_by_one(claim, firsts):
        return _no("not one after another in that order")
    if "at once" in claim.manners and len(firsts) > 1:
        starts = [span[0] for span in firsts.values()]
        if max(starts) - min(starts) > SIMULTANEOUS:
            return _no("not at once")
    return _yes(found)


def _spans(found: Iterable[Happening]) -> list[Span]:
    return [one.span for one in found]


def _comes(claim: Claim, spans: Sequence[Span], others: Sequence[Span]) -> bool:
    """Whether what a claim says is the first or the last of its kind, where that is what it says."""
    if "comes first" in claim.manners:
        return min(spans) <= min(others)
    return "comes last" not in claim.manners or max(spans) >= max(others)


def _one_by_one(claim: Claim, firsts: dict[str, Span]) -> bool:
    order = [finger for finger, _ in sorted(firsts.items(), key=lambda entry: entry[1])]
    starts = sorted(span[0] for span in firsts.values())
    if len(starts) > 1 and starts[-1] - starts[0] < len(starts) - 1:
        return False
    return not claim.sequence or _begins_and_ends(order, claim.sequence)


def _returns(truth: ClipTruth, thing: Thing) -> list[Happening]:
    """When a finger comes back from hyperextension: it straightens without a turn of its own."""
    return [
        Happening((one.span[1] - FRAME_SLACK, one.span[1]), one.ids)
        for one in truth.back.get(thing, [])
        if one.span[1] < truth.n_frames
    ]


def _posture(claim: Claim, truth: ClipTruth) -> Verdict:
    wanted = _BENT[claim.what]
    held = {}
    for member in claim.subject:
        states = truth.bent.get(member)
        held[member] = states is not None and holds(states, wanted, claim, truth.n_frames)
        if claim.loose and member[1] == "thumb":
            held.pop(member)
    if not any(held.values()) or not (claim.some or all(held.values())):
        return _no(f"not {claim.what}: {', '.join(' '.join(member) for member, so in held.items() if not so)}")
    ids = frozenset(i for member, so in held.items() if so for i in truth.finger_ids[member])
    spans = [(part.start, part.stop) for part in frames_of(claim, truth.n_frames)] or spans_in(
        truth.bent[claim.subject[0]], wanted
    )
    return Verdict(True, ids=ids, spans=tuple(spans))


def _gaps(claim: Claim, truth: ClipTruth) -> Verdict:
    """Every pair of neighbours among the fingers, of every hand named, does so."""
    apart = claim.what.startswith("spread")
    found: list[Happening] = []
    ids: set[int] = set()
    hands = dict.fromkeys(hand for hand, _ in claim.subject)
    fingers = {thing for _, thing in claim.subject} - {"thumb"}
    pairs = [pair for pair in PAIRS if set(pair.split(", ")) <= fingers]
    if not pairs:
        return _no("no neighbouring fingers")
    for hand in hands:
        for pair in pairs:
            if claim.what in ("spread out", "together"):
                states = truth.spread.get((hand, pair))
                changed = [h for h in truth.gaps.get((hand, pair, apart), []) if in_time(h, claim, truth)]
                held = states is not None and holds(states, (int(apart),), claim, truth.n_frames)
                if not held and not changed:
                    return _no(f"not so: {pair}")
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
                    return _no(f"not so: {pair}")
                found += met
    verdict = _yes(found)
    return Verdict(True, ids=verdict.ids | ids, spans=verdict.spans)


def _move(claim: Claim, truth: ClipTruth) -> Verdict:
    found: list[Happening] = []
    for hand in dict.fromkeys(hand for hand, _ in claim.subject):
        timed = Claim("move", claim.subject, frames=claim.frames, when=claim.when)
        for way in claim.ways or ("",):
            met = matching(
                the_one_meant([one for one in truth.moves[hand] if _goes(one, way) or _parts(one, way, truth)], claim),
                timed,
                truth,
            )
            if not met or not often(met, claim):
                return _no(f"the {hand} hand does not move so: {way}")
            found += met
    if claim.speed and not set(claim.speed.split()) & {speed for one in found for speed in one.speeds}:
        return _no("at another speed")
    return _yes(found)


def _still(claim: Claim, truth: ClipTruth) -> Verdict:
    """A hand rests in the frames that are meant, but for a movement that runs into them by a few frames."""
    parts = frames_of(claim, truth.n_frames) or [range(truth.n_frames)]
    if (claim.order or claim.passing) and not claim.frames and not claim.when:
        moving = [one.span for hand, _ in claim.subject for one in truth.moves[hand]]
        resting = [int(not any(start <= at < end for start, end in moving)) for at in range(truth.n_frames)]
        rests = [span for span in spans_in(resting, (1,)) if span[1] - span[0] >= SIMULTANEOUS]
        return Verdict(True, spans=tuple(rests)) if rests else _no("the hand never rests")
    for hand, _ in claim.subject:
        for one in truth.moves[hand]:
            shared = max(min(one.span[1], part.stop) - max(one.span[0], part.start) for part in parts)
            if shared > min(FRAME_SLACK, (one.span[1] - one.span[0]) // 2):
                return _no("the hand moves")
    return Verdict(True, spans=tuple((part.start, part.stop) for part in parts))


def _parts(one: Happening, way: str, truth: ClipTruth) -> bool:
    """Whether a movement is away from the other hand."""
    return way == "away" and any(related("meanwhile", one.span, other.span) for other in truth.distances.get(False, []))


def _goes(one: Happening, way: str) -> bool:
    if way == "sideways":
        return one.detail[0] in ("left", "right")
    return not way or way in one.detail or (way == "away" and "front" in one.detail)


def _distance_change(claim: Claim, truth: ClipTruth) -> Verdict:
    nearer = claim.what == "approach"
    met = matching(the_one_meant(truth.distances.get(nearer, []), claim), claim, truth)
    if not met or not often(met, claim):
        return _no("the palms' distance does not change so")
    return _yes(met)


def _near(claim: Claim, truth: ClipTruth) -> Verdict:
    fingers = [member for member in claim.subject + claim.object if member[1] in FINGERS]
    if not fingers:
        near = [found for state, found in truth.runs.get("", []) if state in ("Near", "Contact")]
        return _yes(near) if near else _no("the hands are not near")
    found: list[Happening] = []
    for member in fingers:
        met = matching(truth.nears.get(member, []), claim, truth, lasting=True)
        if not met:
            return _no(f"not near: {' '.join(member)}")
        found += met
    return _yes(found)


def _runs(claim: Claim, truth: ClipTruth, axis: str, state: str) -> Verdict:
    """A relation of the hands holds in the frames that are meant; from a frame on if it begins about there."""
    runs = [found for of, found in truth.runs.get(axis, []) if of == state]
    if claim.turns and claim.what == "position":
        runs = [one for one in runs if one.lead or one.span[0] > 0]
    if not runs:
        return _no("never so")
    frames = [0] * truth.n_frames
    for one in runs:
        frames[one.span[0] : one.span[1]] = [1] * (one.span[1] - one.span[0])
    starts = [stated[1] for stated in claim.frames if stated[0] == "from"]
    if starts:
        met = [
            one for one in runs for lead in [one.lead or one.span[:1] * 2] if any(near_span(at, lead) for at in starts)
        ]
        return _yes(met) if met else _no("it does not begin there")
    if not frames_of(claim, truth.n_frames) and (claim.order or claim.passing):
        return _yes(runs)
    if claim.passing and claim.frames:
        met = [one for one in runs if one.lead and any(within(one.lead, stated) for stated in claim.frames)]
        return _yes(met) if met else _no("not then")
    return _yes(runs) if holds(frames, (1,), claim, truth.n_frames) else _no("not then")


_STATES: Final = (
    "straight", "bent", "partly bent", "fully bent", "fist", "spread out", "together", "position", "distance", "still",
)  # fmt: skip


def _ordered(claim: Claim, verdict: Verdict, claims: Sequence[Claim], alone: Sequence[Verdict]) -> Verdict:
    """The verdict if what the claim says is when it says, next to one of the claims that it refers to."""
    assert claim.order is not None
    relation, of, to = claim.order.relation, claim.order.of, claim.order.to
    others = [span for place in to for span in alone[place].spans]
    spans = [span for place in of for span in alone[place].spans] or list(verdict.spans)
    told = (claim.what, claim.value, claim.subject)
    same = claim.what in _STATES and all((claims[at].what, claims[at].value, claims[at].subject) == told for at in to)
    if not others or not spans or same:
        return verdict
    changes = [span for place in to if claims[place].what in _STATES for span in alone[place].spans]
    met = [span for span in spans if any(related(relation, span, other) for other in others)]
    if not met and relation == "after" and claim.what in _STATES and claim.passing:
        met = [span for span in spans if any(span[1] - other[1] >= FRAME_SLACK for other in others)]
    if not met and relation == "before" and claim.what in _STATES:
        met = [span for span in spans if any(span[0] < other[0] for other in others)]
    if not met and relation == "after" and claim.what not in _STATES:
        met = [
            span
            for span in spans
            if any(span[0] - other[0] >= (0 if span[1] > other[1] else FRAME_SLACK) for other in changes)
        ]
    if not met:
        return _no(f"not {relation} what is told next to it")
    own = tuple(span for span in verdict.spans if span in met)
    return replace(verdict, spans=own) if own and relation == "after" else verdict
