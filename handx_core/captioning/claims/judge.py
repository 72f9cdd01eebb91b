"""Whether a claim is true of a clip, why not, and by which events.

What belongs here: denials, and what is asked of each claim. What does not: reading claims (`reader`), what makes each
kind of claim true by itself (`checks`), the order of claims (`ordering`), and scoring captions (`audit`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from itertools import pairwise
from operator import attrgetter
from typing import Final

from handx_core.captioning.claims.checks import (
    PAIRS,
    Verdict,
    distance_change,
    fingers_do,
    gaps,
    is_near,
    moves,
    no,
    posture,
    relation_holds,
    rests,
    returns,
)
from handx_core.captioning.claims.claim import Claim, changed
from handx_core.captioning.claims.contacts import contact, is_between
from handx_core.captioning.claims.frames import Frames, in_clip
from handx_core.captioning.claims.ordering import STATES, ordered, paced
from handx_core.captioning.claims.timing import (
    FRAME_SLACK,
    LENGTHS,
    PACES,
    TOUCHING,
    is_as_fast,
    is_as_long,
    related,
    so_many,
)
from handx_core.captioning.clip_truth import ClipTruth, Happening, Thing
from handx_core.skeleton import FINGERS


def judge_all(claims: Sequence[Claim], truth: ClipTruth) -> list[Verdict]:
    """A verdict on each claim of a text, with their order in time."""
    verdicts = [_alone(claim, truth) for claim in claims]
    for place, claim in enumerate(claims):
        if claim.negated and claim.order and claim.order.relation == "after" and not verdicts[place].supported:
            verdicts[place] = _denied_after(claim, verdicts, truth)
        elif verdicts[place].supported and claim.order:
            verdicts[place] = ordered(claim, verdicts[place], claims, verdicts, truth)
        if claim.manners and verdicts[place].supported:
            verdicts[place] = _next_to(claim, place, claims, verdicts, truth)
    return verdicts


_SAID: Final = attrgetter(*(field.name for field in fields(Claim) if field.name not in ("order", "text")))


def _alone(claim: Claim, truth: ClipTruth) -> Verdict:
    """A verdict on a claim by itself, which is no matter of what its order is to, nor of the words for it but for those
    of TOUCHING; given once a clip, since its levels say much the same."""
    key = _SAID(claim), claim.text in TOUCHING, claim.order and claim.order.relation
    verdict = truth.verdicts.get(key)
    if verdict is None:
        verdict = truth.verdicts[key] = judge(claim, truth)
    return verdict


def _next_to(
    claim: Claim, place: int, claims: Sequence[Claim], verdicts: Sequence[Verdict], truth: ClipTruth
) -> Verdict:
    """The verdict on a true claim that says "again", or how fast, beside what was told before."""
    verdict = verdicts[place]
    if "again" in claim.manners:
        verdict = _again(claim, verdict, claims[:place], verdicts)
    pace = next((pace for pace in PACES if pace in claim.manners), "")
    if pace and place and verdict.supported and not paced(pace, verdict, verdicts[place - 1], truth):
        return no("at another pace")
    return verdict


def _again(claim: Claim, verdict: Verdict, before: Sequence[Claim], alone: Sequence[Verdict]) -> Verdict:
    """The verdict if what is told to happen again does so after it did first, or after its opposite, where that was
    told."""
    told = (claim.what, claim.subject, claim.object, claim.ways)
    opposite = (_OPPOSITE.get(claim.what, ""), *told[1:])
    first = next(
        (at for at, one in enumerate(before) if (one.what, one.subject, one.object, one.ways) in (told, opposite)), None
    )
    if first is None or claim.what in STATES or claim.negated or not alone[first].spans:
        return verdict
    over = min(end for _, end in alone[first].spans)
    return verdict if any(start >= over - 1 for start, _ in verdict.spans) else no("not again")


_OPPOSITE: Final = {"spread": "close", "close": "spread", "bend": "straighten", "straighten": "bend"}


def _denied_after(claim: Claim, verdicts: Sequence[Verdict], truth: ClipTruth) -> Verdict:
    """That something no longer happens after something else."""
    assert claim.order is not None
    happens = judge(replace(claim, negated=False, order=None, some=True), truth).spans
    others = [span for place in claim.order.to for span in verdicts[place].spans]
    last = max(others, default=(0, 0))
    return no("it happens") if any(related("after", span, last) for span in happens) else Verdict(True)


def judge(claim: Claim, truth: ClipTruth) -> Verdict:
    """A verdict on a claim by itself."""
    if claim.frames:
        lengths = [stated for stated in claim.frames if stated[0] in LENGTHS]
        if lengths:
            at_any = replace(claim, frames=tuple(stated for stated in claim.frames if stated not in lengths))
            return _as_long(judge(at_any, truth), claim, lengths, truth)
        claim = _in_clip(claim, truth.n_frames)
    if "not all" in claim.manners:
        manners = tuple(manner for manner in claim.manners if manner != "not all")
        of_all = judge(replace(claim, manners=manners, loose=False), truth)
        return no("it is so of all") if of_all.supported else Verdict(True)
    if claim.negated:
        return _denied(claim, truth)
    match claim.what:
        case "contact" | "separation":
            return contact(claim, truth)
        case "bend" | "straighten":
            turned = fingers_do(claim, truth, lambda thing: truth.turns.get((thing, claim.what == "bend"), []))
            if not turned.supported and claim.what == "straighten":
                return fingers_do(claim, truth, lambda thing: returns(truth, thing))
            if not turned.supported and "or held" in claim.manners:
                return posture(replace(claim, what="fist"), truth)
            return turned
        case "flex":
            return fingers_do(claim, truth, lambda thing: [*_changes_of(truth, thing)])
        case "hyperextended":
            return fingers_do(claim, truth, lambda thing: [*_bent_back_so_fast(claim, truth, thing)])
        case "straight" | "bent" | "partly bent" | "fully bent" | "fist":
            return _posture(claim, truth)
        case "spread" | "close" | "spread out" | "together":
            return gaps(claim, truth)
        case "move":
            return moves(claim, truth)
        case "still":
            return rests(claim, truth)
        case "approach" | "part":
            return distance_change(claim, truth)
        case "near":
            return is_near(claim, truth)
        case "position":
            axis, state = claim.value.split()
            return relation_holds(claim, truth, axis, state)
        case "distance":
            return relation_holds(claim, truth, "", claim.value)
    return no(f"nothing says whether {claim.what}")


def _in_clip(claim: Claim, n_frames: int) -> Claim:
    """A claim with its frames counted from the beginning of the clip."""
    to_end = "until end" in claim.when
    if not to_end and all(kind == "span" and first >= 0 for kind, first, _ in claim.frames):
        return claim
    frames = [in_clip(_from_or_onset(claim, stated), n_frames, to_end) for stated in claim.frames]
    return changed(claim, frames=tuple(frames))


def _from_or_onset(claim: Claim, stated: Frames) -> Frames:
    """Frames from which something that happens once begins, and from which on anything else is so."""
    kind, first, last = stated
    once = claim.what in _CHANGES and not (claim.count or claim.negated or "in turn" in claim.manners)
    return ("begins" if once else "from", first, last) if kind == "since" else stated


_CHANGES: Final = ("bend", "straighten", "move", "approach", "part", "spread", "close")


def _as_long(verdict: Verdict, claim: Claim, lengths: Sequence[Frames], truth: ClipTruth) -> Verdict:
    """The verdict if something that a claim says lasts as long as it says; postures have no exact beginning, and a
    hyperextension may be counted with or without the way there and back."""
    if claim.negated or claim.what in STATES or not verdict.spans:
        return verdict
    held = [truth.events[number] for number in verdict.ids if claim.what == "hyperextended"]
    spans = (*verdict.spans, *((one["start"], one["end"]) for one in held if "constant_des" in one))
    met = tuple(span for span in spans if all(is_as_long(span, length) for length in lengths))
    exact = all(kind == "long" for kind, *_ in lengths)
    return verdict._replace(spans=met) if met and (exact or len(met) == len(spans)) else no("not so long")


def _well_within(stated: Frames) -> Frames:
    """Frames in which something that is denied of them would be seen for certain."""
    kind, first, last = stated
    if kind == "until":
        return "within", 0, max(1, first - FRAME_SLACK)
    if kind == "at":
        return "within", first, first + 1
    return ("from", first + FRAME_SLACK, last) if kind == "from" else stated


def _changes_of(truth: ClipTruth, thing: Thing) -> Iterator[Happening]:
    """All that changes the shape of a finger: bends, straightens, and hyperextensions that come or go."""
    for bends in (True, False):
        yield from truth.turns.get((thing, bends), [])
    yield from (one for one in truth.back.get(thing, []) if any("v_des" in truth.events[at] for at in one.ids))


def _bent_back_so_fast(claim: Claim, truth: ClipTruth, thing: Thing) -> Iterator[Happening]:
    """The hyperextensions of a finger that are come to as fast as a claim says; what lasts all along, at any speed.
    Only the coming to be so is meant where that is what is told."""
    for one in truth.back.get(thing, []):
        events = [truth.events[number] for number in one.ids]
        changes = [event for event in events if event.get("end_des") == "Hyperextended"]
        speeds = {change["v_des"] for change in changes}
        if claim.turns and claim.frames and not claim.order:
            yield from (Happening((change["start"], change["end"]), one.ids) for change in changes)
        elif not (claim.speed and speeds) or is_as_fast(speeds, claim):
            yield one


def _posture(claim: Claim, truth: ClipTruth) -> Verdict:
    """A posture held in the frames that are stated, or come to in them where it is told as coming about."""
    held = posture(claim, truth)
    comes = claim.turns and any(kind == "span" for kind, *_ in claim.frames)
    if not claim.frames or (held.supported and not comes) or not (comes or claim.passing or claim.what == "bent"):
        return held
    turned = fingers_do(claim, truth, lambda thing: truth.turns.get((thing, claim.what != "straight"), []))
    if not turned.supported and claim.what == "straight":
        return fingers_do(claim, truth, lambda thing: returns(truth, thing))
    return turned


def _denied(claim: Claim, truth: ClipTruth) -> Verdict:
    """That something does not happen: at no time, or not in the frames named. What is denied of many is so of each."""
    frames = any(kind in ("span", "from", "until", "at", "begins", "ends") for kind, *_ in claim.frames) or bool(
        {*claim.when} - {"throughout"}
    )
    bare = _positive(claim, () if not frames else tuple(_well_within(stated) for stated in claim.frames))
    ends = {"start": ("at", 0, 1), "end": ("at", truth.n_frames - 1, truth.n_frames)}
    whens = tuple(when for when in claim.when if when != "throughout")
    bare = replace(
        bare,
        when=tuple(when for when in whens if when not in ends),
        frames=bare.frames + tuple(ends[when] for when in whens if when in ends),
    )
    if claim.what in ("bend", "straighten") and {"at once", "in turn"} & {*claim.manners}:
        return no("so they do") if judge(replace(claim, negated=False), truth).supported else Verdict(True)
    if claim.what == "contact" and "at once" in claim.manners:
        spans = sorted(
            one.span for pair, touches in truth.touches.items() if is_between(pair, claim) for one in touches
        )
        return no("two touch at once") if any(a[1] > b[0] for a, b in pairwise(spans)) else Verdict(True)
    if claim.what == "contact":
        touched = [
            pair for pair in truth.touches if is_between(pair, claim) and (not frames or judge(bare, truth).supported)
        ]
        return no("they touch") if touched else Verdict(True)
    if claim.what == "position" and claim.value.startswith("left-right") and not frames:
        return (
            no("it happens")
            if any(f"left-right {of}" == claim.value for of, _ in truth.runs["left-right"])
            else Verdict(True)
        )
    if claim.what in (
        "bend",
        "straighten",
        "hyperextended",
        "flex",
        "straight",
        "bent",
        "fully bent",
        "partly bent",
        "fist",
    ):
        told = [judge(_positive(bare, bare.frames, (member,)), truth) for member in claim.subject]
        if claim.how_many:
            idle = [member for member, verdict in zip(claim.subject, told, strict=True) if not verdict.supported]
            return Verdict(True) if so_many(idle, claim) else no("more or fewer do not")
        return no("it happens") if any(verdict.supported for verdict in told) else Verdict(True)
    if claim.what in ("spread", "close", "spread out", "together"):
        hands = dict.fromkeys(hand for hand, _ in claim.subject)
        fingers = {thing for _, thing in claim.subject}
        pairs = [pair.split(", ") for pair in PAIRS if set(pair.split(", ")) <= fingers]
        parts = [tuple((hand, finger) for finger in pair) for hand in hands for pair in pairs]
        told = [judge(_positive(bare, bare.frames, part), truth) for part in parts]
        return no("it happens") if any(verdict.supported for verdict in told) else Verdict(True)
    if claim.what == "near" and not any(thing in FINGERS for _, thing in claim.subject):
        near = [state for state, _ in truth.runs.get("", []) if state in ("Near", "Contact")]
        return no("they come near") if near else Verdict(True)
    return no("it happens") if judge(bare, truth).supported else Verdict(True)


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
        manners=("full",) if "full" in claim.manners else (),
    )
