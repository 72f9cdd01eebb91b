"""When a claim says that something is, and how exactly it is held to that.

What belongs here: stated frames, coarse words for time, counts and order. What does not: what is claimed
(`judge`).

Time is held to as exactly as it is stated. Stated frames: within FRAME_SLACK of the happening's, or sharing half of
the frames that either covers; 5 frames are a sixth of a second, as far as people place an event, and as far as the
rules let fingers differ that they tell of together. Coarse words: thirds of the clip, widened by a tenth on both sides,
since nobody counts frames for "early on"; a happening is there if its first frame or its middle is.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import Final

from handx_core.captioning.claims.claim import Claim
from handx_core.captioning.claims.frames import Frames
from handx_core.captioning.claims.time_words import WHOLE
from handx_core.captioning.clip_truth import ClipTruth, Happening, runs_of
from handx_core.captioning.facts import Span

_SHARE: Final = 0.5


_MOSTLY: Final = 0.8
"""Share of the frames in which a state that is claimed of them holds."""


_ALWAYS: Final = 0.9
"""The same of a state that is claimed of the whole clip."""


FRAME_SLACK: Final = 5


_WINDOWS: Final = {
    "start": (0.0, 0.35), "early": (0.0, 0.45), "first half": (0.0, 0.6), "midway": (0.22, 0.78),
    "second half": (0.4, 1.0), "late": (0.55, 1.0), "near end": (0.6, 1.0), "end": (0.8, 1.0), "by end": (0.0, 1.0),
    "from start": (0.0, 0.1),
}  # fmt: skip
"""Where in the clip a happening begins, or has its middle, that is told with these words."""


_STATE_WINDOWS: Final = {
    "start": (0.0, 0.1), "early": (0.0, 0.33), "first half": (0.0, 0.5), "midway": (0.4, 0.6),
    "second half": (0.5, 1.0), "late": (0.67, 1.0), "near end": (0.8, 1.0), "end": (0.9, 1.0), "throughout": (0.0, 1.0),
    "by end": (0.9, 1.0), "from start": (0.0, 0.1),
}  # fmt: skip
"""Where in the clip a state that is told with these words holds."""


SIMULTANEOUS: Final = 8
"""Frames by which beginnings may differ of what is "at the same time"."""


def within(span: Span, stated: tuple[str, int, int]) -> bool:
    kind, first, last = stated
    if kind == "span":
        return span[0] >= first - FRAME_SLACK and span[1] <= last + FRAME_SLACK
    if kind == "within":
        return span[0] < last and span[1] > first
    if kind == "from":
        return span[1] >= first - FRAME_SLACK and span[0] >= first - FRAME_SLACK
    if kind in ("until", "by"):
        return span[0] <= last and span[1] <= last + FRAME_SLACK
    if kind in ("begins", "ends"):
        return abs(span[kind == "ends"] - first) <= FRAME_SLACK + (kind == "ends")
    return span[0] - FRAME_SLACK <= first <= span[1] + FRAME_SLACK


def _in_window(span: Span, word: str, n_frames: int) -> bool:
    start, end = span[0] / n_frames, span[1] / n_frames
    if word == "throughout":
        return end - start >= 0.9
    if word == "until end":
        return span[1] >= n_frames - FRAME_SLACK - 1
    if word == "mostly":
        return end - start >= _SHARE
    if word.startswith(WHOLE):
        low, high = _STATE_WINDOWS[word.removeprefix(WHOLE)]
        return min(end, high) - max(start, low) >= _MOSTLY * (high - low)
    low, high = _WINDOWS[word]
    begins = low <= start <= high and (word != "first half" or start < _STATE_WINDOWS[word][1])
    return begins or low <= (start + end) / 2 <= high or (word in ("late", "near end", "end") and end >= 0.9)


def is_during(span: Span, claim: Claim) -> bool:
    """Whether the single frames that a claim states are within a change that leads to the state that it tells."""
    return all(kind != "at" or span[0] - 1 <= first <= span[1] + FRAME_SLACK for kind, first, _ in claim.frames)


def in_time(found: Happening, claim: Claim, truth: ClipTruth) -> bool:
    """Whether a happening is when the claim says."""
    if claim.frames and not any(within(found.span, stated) for stated in claim.frames):
        return False
    return all(_in_window(found.span, word, truth.n_frames) for word in claim.when)


def matching(found: Sequence[Happening], claim: Claim, truth: ClipTruth, lasting: bool = False) -> list[Happening]:
    """The happenings that a claim can mean, by its time, speed, joints and fullness; none where frames are ill met.

    lasting: whether a claim may be about some frames of a longer happening, as of a contact.
    """
    if not found:
        return []
    fitting = found
    if claim.speed:
        fitting = [one for one in fitting if not one.speeds or is_as_fast(one.speeds, claim)]
    if claim.joints:
        fitting = [one for one in fitting if not one.detail or _at_joints(claim, one)]
    met: list[Happening] = []
    if not (claim.frames or claim.when):
        return [*fitting]
    if not claim.frames:
        by_word = [[one for one in fitting if _in_window(one.span, word, truth.n_frames)] for word in claim.when]
        if len(by_word) == 1:
            return by_word[0]
        return list(dict.fromkeys(chain.from_iterable(by_word))) if all(by_word) else []
    for stated in claim.frames:
        inside = [
            one
            for one in fitting
            if _is_in(one.span, stated, lasting) or (lasting and stated[0] == "by" and one.span[0] <= stated[1])
        ]
        if "until end" in claim.when:
            inside = [one for one in inside if _in_window(one.span, "until end", truth.n_frames)]
        if stated[0] == "until" and lasting and not claim.count:
            inside = [one for one in inside if one.span[1] >= stated[1] - FRAME_SLACK]
        if stated[0] == "span":
            around = [one for one in fitting if _covers(one.span, stated)] if lasting else []
            inside = around or (inside if inside and fills(inside, stated, claim.count) else [])
        if not inside:
            return []
        met += inside
    return met


def is_as_fast(speeds: Iterable[str], claim: Claim) -> bool:
    """Whether one of some speeds is one that a claim means."""
    return not {*claim.speed.split()}.isdisjoint(speeds)


def _is_in(span: Span, stated: Frames, lasting: bool) -> bool:
    """Whether something is within stated frames; a contact is over at a single frame after its end."""
    over = lasting and stated[0] == "at" and stated[1] > span[1] + 1
    return within(span, stated) and not over


def _at_joints(claim: Claim, one: Happening) -> bool:
    """Whether all joints named move; of hyperextensions, which pass from joint to joint, any of them."""
    joints = {"dip" if joint == "ip" else joint for joint in one.detail}
    return bool(joints & set(claim.joints)) if claim.what == "hyperextended" else joints >= set(claim.joints)


def _covers(span: Span, stated: tuple[str, int, int]) -> bool:
    shared = min(span[1], stated[2]) - max(span[0], stated[1])
    return shared >= max(1, (stated[2] - stated[1]) - FRAME_SLACK, _MOSTLY * (stated[2] - stated[1]))


def fills(found: Sequence[Happening], stated: tuple[str, int, int], count: int) -> bool:
    """Whether happenings within stated frames reach from end to end, or over half of them.

    Of a pattern that is told as one, as "bends and straightens twice", each part begins or ends it.
    """
    start, end = min(one.span[0] for one in found), max(one.span[1] for one in found)
    _, first, last = stated
    if count and len(found) >= abs(count) and min(abs(start - first), abs(end - last)) <= FRAME_SLACK:
        return True
    if abs(start - first) <= FRAME_SLACK and abs(end - last) <= FRAME_SLACK:
        return True
    shared = min(end, last) - max(start, first)
    return shared >= _SHARE * (max(end, last) - min(start, first))


def the_one_meant(found: Sequence[Happening], claim: Claim) -> Sequence[Happening]:
    """The first, second or last of the happenings where a claim is about that one only."""
    if not claim.nth or claim.count:
        return found
    ordered = sorted(found, key=lambda one: one.span)
    at = claim.nth - 1 if claim.nth > 0 else claim.nth
    return ordered[at:][:1] if claim.nth < 0 else ordered[at : at + 1]


def often(met: Sequence[Happening], claim: Claim) -> bool:
    """Whether so many happen as the claim says; in a pattern one may come once more."""
    if claim.count == 0:
        return bool(met)
    if claim.count < 0:
        return len(met) >= 2
    once_more = claim.count > 1 and claim.what != "contact" and "at most" not in claim.manners
    return so_often(len(met), claim) or (once_more and len(met) == claim.count + 1)


def so_often(number: int, claim: Claim) -> bool:
    """Whether a number is the count of a claim, or within the bound that it is."""
    if "at least" in claim.manners:
        return number >= claim.count
    return 0 < number <= claim.count if "at most" in claim.manners else number == claim.count


def frames_of(claim: Claim, n_frames: int) -> list[range]:
    """The frames, in one or several parts, in which a claimed state should hold; none where it is not said.

    Where frames are stated, coarse words say no more than whereabouts those are.
    """
    parts = []
    for kind, first, last in claim.frames:
        if kind == "until" and claim.order is not None and claim.order.relation == "after":  # it came to be so
            start, end = first - FRAME_SLACK, first
        elif kind in ("span", "within"):
            start, end = first, last
        elif kind == "from":
            start, end = first, n_frames
        elif kind == "until":
            start, end = 0, last
        else:
            start, end = first - 1, first + 2
        parts.append(range(max(start, 0), min(end, n_frames)))
    if not claim.frames:
        parts += [_state_window(word, n_frames) for word in claim.when if word != "mostly"]  # see `holds`
    return parts


@cache
def _state_window(word: str, n_frames: int) -> range:
    """The frames in which a state that is told with a word for time holds."""
    low, high = _STATE_WINDOWS.get(word.removeprefix(WHOLE), (0.8, 1.0))
    return range(int(low * n_frames), max(int(high * n_frames), int(low * n_frames) + 1))


def holds(states: Sequence[int], wanted: Sequence[int], claim: Claim, n_frames: int) -> bool:
    """Whether a state holds in most of each part of the clip that is meant; "at the start" is also the first frame."""
    parts = frames_of(claim, n_frames)
    if not parts and (claim.order or claim.passing):
        return any(state in states for state in wanted)
    if not parts:
        return _count(states, wanted) >= _SHARE * n_frames
    if claim.frames and not all(
        _in_window((part.start, part.stop), word, n_frames)
        for word in claim.when
        if word != "throughout"  # what stays so in some frames does all through these
        for part in parts
    ):
        return False
    edges = () if claim.frames else claim.when
    share = _share(claim)
    for start, end in [(part.start, part.stop) for part in parts]:
        first = start == 0 and "start" in edges and states[0] in wanted
        last = end == n_frames and ("end" in edges or "by end" in edges) and states[-1] in wanted
        mostly = start < end and _count(states[start:end], wanted) >= share * (end - start)
        if not (first or last or mostly):
            return False
    return True


def _share(claim: Claim) -> float:
    """Share of the frames that are meant in which a state has to hold."""
    return _ALWAYS if "throughout" in claim.when and not (claim.frames or claim.passing) else _MOSTLY


def _count(states: Sequence[int], wanted: Sequence[int]) -> int:
    """In how many frames the state is one of those wanted."""
    return sum([states.count(state) for state in wanted])


def spans_in(states: Sequence[int], wanted: Sequence[int]) -> list[Span]:
    """The spans in which the state is one of those wanted."""
    spans: list[Span] = []
    for start, end in runs_of(states):
        if states[start] in wanted:
            if spans and spans[-1][1] == start:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
    return spans


def near_span(at: int, span: Span) -> bool:
    return span[0] - FRAME_SLACK <= at <= span[1] + FRAME_SLACK


def related(relation: str, span: Span, other: Span) -> bool:
    if relation == "when":
        return related("after", span, other) or related("meanwhile", span, other)
    if relation == "before":
        return related("after", other, span)
    if relation == "after":
        follows = span[0] >= other[1] - FRAME_SLACK and sum(span) > sum(other)
        return follows or (span[0] - other[0] >= FRAME_SLACK and span[1] - other[1] >= 0)
    return min(span[1], other[1]) - max(span[0], other[0]) > 0 or abs(span[0] - other[0]) <= SIMULTANEOUS


LENGTHS: Final = ("long", "longer", "shorter")
"""Kinds of frames that say for how many something lasts."""


def is_as_long(span: Span, stated: Frames) -> bool:
    """Whether something lasts about so many frames, or more, or fewer."""
    kind, length, _ = stated
    lasts = span[1] - span[0]
    if kind == "long":
        return abs(lasts - length) <= max(FRAME_SLACK, length // 4)
    return lasts >= length - 1 if kind == "longer" else lasts <= length + 1


PACES: Final = ("faster", "slower", "as fast", "longer", "shorter")
"""How the speed, or the length, of one thing that is told may be to that of another."""

_SOON: Final = 10
"""Frames within which something follows that is told to do so right after something else; a third of a second."""


def is_soon(relation: str, span: Span, other: Span) -> bool:
    """Whether something follows on something else, or goes before it, with next to no time in between."""
    gap = other[0] - span[1] if relation == "before" else span[0] - other[1]
    return gap <= _SOON


_PLACES: Final = {"comes first": 0, "comes second": 1, "comes third": 2, "comes fourth": 3, "comes last": -1}


def comes_so(claim: Claim, spans: Sequence[Span], alike: Callable[[], Sequence[Span]]) -> bool:
    """Whether what a claim says is the first, the second or the last of its kind, where that is what it says."""
    for manner in claim.manners:
        if manner in _PLACES:
            place, ordered = _PLACES[manner], sorted(alike())
            if place == -1:
                return max(spans) >= ordered[-1]
            return len(ordered) > place and (min(spans) <= ordered[0] if place == 0 else ordered[place] in spans)
    return True


def so_many(members: Collection[tuple[str, ...]], claim: Claim) -> bool:
    """Whether so many fingers of one hand do so, or of both together, as a claim says; who counts four may leave the
    thumb out, unless he says that only they do."""
    hands = [hand for hand, _ in members]
    besides = [hand for hand, thing in members if thing != "thumb" and "only" not in claim.manners]
    counts = {len(hands), *map(hands.count, hands), *map(besides.count, besides)}
    if "at least" in claim.manners:
        return max(counts) >= claim.how_many
    return max(counts) <= claim.how_many if "at most" in claim.manners else claim.how_many in counts


def one_by_one(claim: Claim, firsts: dict[str, Span]) -> bool:
    order = [finger for finger, _ in sorted(firsts.items(), key=lambda entry: entry[1])]
    starts = sorted(span[0] for span in firsts.values())
    if len(starts) > 1 and starts[-1] - starts[0] < len(starts) - 1:
        return False
    return not claim.sequence or begins_and_ends(order, claim.sequence)


def begins_and_ends(order: Sequence[str], sequence: tuple[str, ...]) -> bool:
    """Whether fingers come in a row from one to another, as far as these are said."""
    return bool(order) and sequence[0] in ("", order[0]) and sequence[-1] in ("", order[-1])


TOUCHING: Final = frozenset({
    "in contact", "is in contact", "are in contact", "be in contact", "touching", "in touch", "on", "against", "upon",
    "rests on", "rest on", "rests against", "rest against", "joined", "together", "pressed together", "lies on",
})  # fmt: skip
"""Words for a contact that goes on at the time that is told."""


def each_within(claim: Claim) -> Claim:
    """A claim that holds of each of several that come in turn where frames are stated for all of them together, or of
    a single frame in which parts are said to be touching."""
    if claim.text in TOUCHING and len(claim.frames) == 1 and claim.frames[0][0] == "at":
        at = claim.frames[0][1]
        return replace(claim, frames=(("within", at - 2, at + 3),))
    if "in turn" not in claim.manners or len(claim.frames) != 1 or claim.frames[0][0] != "span":
        return claim
    _, first, last = claim.frames[0]
    return replace(claim, frames=(("within", first, last),))
