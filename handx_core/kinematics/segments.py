"""Cutting curves of one number per frame into holds, changes and contacts.

What belongs here: the compiled search for intervals in curves, whatever they measure. What does not: what the curves
and states mean (`descriptors`, `states`) and the words and keys for them (`events`).

How a curve is cut:
1. It is smoothed by a Gaussian of 0.03 s. Contacts alone are found in the curve as it is: a tap is too short to smooth.
2. Its turning points are those from which it moves by at least the kind's smallest change before it turns back, so
   each leg between two of them is one-way but for smaller waverings.
3. A leg is parted where it pauses: where it stays for 0.15 s within what a tenth of its own peak speed would cover.
   Parts with at least the smallest net change are changes; if none has it, the leg as a whole is one.
4. A change starts where 10 % of it is done and ends where 90 % is. It is an event if it begins and ends in different
   states.
5. Between changes, a state is held until the curve is beyond a threshold by the hysteresis; the hold then ends where
   the threshold itself was crossed.
All times are in seconds inside, so a motion gives the same events at any frame rate that shows them.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from handx_core.kinematics.states import SHORTEST_CONTACT_S, SHORTEST_HOLD_S, Kind

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

SMOOTHING_S: Final = 0.03
"""Standard deviation of the Gaussian: wide enough for a tracker's jitter, narrow against a close of five frames."""

PAUSE_S: Final = 0.15
"""A leg is parted where it pauses for at least this long."""

PAUSE_SPEED: Final = 0.1
"""A pause is slower than this share of the leg's peak speed..."""

PAUSE_CHANGES_PER_S: Final = 0.5
"""...and, however fast the leg is, slower than this many smallest changes a second."""

HELD: Final = -1
"""In the place of a speed class: the state does not change."""


class Rules(NamedTuple):
    """What the search must know of S curves: the numbers of their kinds, one row or entry a curve, and times in frames.

    A named tuple of arrays and numbers, because compiled code takes it as it is. thresholds: (S, 3) padded with
    infinity. n_states: 0 for a kind without states. The rest as in Kind. kernel: weights of the Gaussian.
    """

    thresholds: Floats
    hysteresis: Floats
    change: Floats
    contact: Flags
    slow: Floats
    fast: Floats
    n_states: Integers
    fps: float
    kernel: Floats
    shortest_contact: int
    shortest_hold: int
    pause: int


def rules_for(kinds: Sequence[Kind], fps: float) -> Rules:
    """The rules for curves of these kinds, one for each curve, at a frame rate."""
    thresholds = np.full((len(kinds), 3), np.inf)
    for row, kind in zip(thresholds, kinds, strict=True):
        row[: len(kind.thresholds)] = kind.thresholds
    reach = math.ceil(2.5 * SMOOTHING_S * fps)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (SMOOTHING_S * fps)) ** 2)
    return Rules(
        thresholds=thresholds,
        hysteresis=np.array([kind.hysteresis for kind in kinds]),
        change=np.array([kind.change for kind in kinds]),
        contact=np.array([kind.contact for kind in kinds]),
        slow=np.array([kind.slow for kind in kinds]),
        fast=np.array([kind.fast for kind in kinds]),
        n_states=np.array([len(kind.words) for kind in kinds]),
        fps=float(fps),
        kernel=kernel / kernel.sum(),
        shortest_contact=_frames(SHORTEST_CONTACT_S, fps),
        shortest_hold=_frames(SHORTEST_HOLD_S, fps),
        pause=max(2, _frames(PAUSE_S, fps)),
    )


def _frames(seconds: float, fps: float) -> int:
    return math.ceil(seconds * fps - 1e-9)


@njit(cache=True)
def find_events(curves: Floats, rules: Rules) -> Integers:
    """The events of curves (S, T), as rows (N, 6) of curve, start, end, first state, last state, speed.

    A hold has one state and the speed HELD. A change has two and the index of its speed class. A curve of a kind
    without states has changes alone, with state 0 for the lower end and 1 for the upper one. A curve may have spans of
    NaN, in which nothing is found. Rows are in the order of curves, but within a curve not in that of time.
    """
    n_curves, n_frames = curves.shape
    found = np.empty((8 * n_curves + 3 * n_frames, 6), np.int64)
    count = 0
    for curve in range(n_curves):
        start = 0
        while start < n_frames:
            end = start
            while end < n_frames and not np.isnan(curves[curve, end]):
                end += 1
            if end - start >= rules.shortest_hold or (end > start and (start == 0 or end == n_frames)):
                if count + 3 * n_frames > len(found):  # a span has at most so many events
                    found = np.concatenate((found, np.empty_like(found)))
                count = _cut_span(curves[curve, start:end], start, rules, curve, found, count)
            start = end + 1
    return found[:count]


@njit(cache=True)
def _cut_span(values: Floats, offset: int, rules: Rules, curve: int, found: Integers, count: int) -> int:
    """Write the events of one unbroken span to found from row `count` on; returns the next free row."""
    touching = _contacts(values, rules, curve)
    t = 0
    while t < len(values):
        end = _end_of_run(touching, t)
        if touching[t]:
            count = _write(found, count, curve, offset + t, offset + end, 0, 0, HELD)
        t = end
    if np.isinf(rules.change[curve]):
        return count
    smooth = _smoothed(values, rules.kernel)
    changes = _changes(smooth, touching, rules, curve)
    for k in range(len(changes)):
        _, start, end, _, before, after, speed = changes[k]
        count = _write(found, count, curve, offset + start, offset + end, before, after, speed)
    if rules.n_states[curve] == 0:
        return count
    begin, settled = 0, 0
    for k in range(len(changes) + 1):
        leaving, end = len(values) - 1, len(values)
        if k < len(changes):
            leaving, end = changes[k, 0], changes[k, 1]
        states = _held_states(smooth, touching, begin, settled, leaving, end, rules, curve)
        open_ended = (k == 0, k == len(changes))
        count = _write_holds(states, offset + begin, open_ended, rules, curve, found, count)
        if k < len(changes):
            begin, settled = changes[k, 2], changes[k, 3]
    return count


@njit(cache=True)
def _write(found: Integers, count: int, curve: int, start: int, end: int, before: int, after: int, speed: int) -> int:
    row = found[count]
    row[0], row[1], row[2], row[3], row[4], row[5] = curve, start, end, before, after, speed
    return count + 1


@njit(cache=True)
def _end_of_run(flags: Flags | Integers, start: int) -> int:
    """The first frame after `start` that differs from frame `start`, or the length."""
    end = start + 1
    while end < len(flags) and flags[end] == flags[start]:
        end += 1
    return end


@njit(cache=True)
def _contacts(values: Floats, rules: Rules, curve: int) -> Flags:
    """The frames of contact: entered at the threshold, kept within the hysteresis, delimited by the threshold."""
    touching = np.zeros(len(values), np.bool_)
    if not rules.contact[curve]:
        return touching
    enter, leave = rules.thresholds[curve, 0], rules.thresholds[curve, 0] + rules.hysteresis[curve]
    t = 0
    while t < len(values):
        if values[t] > enter:
            t += 1
            continue
        start = last = t
        while t < len(values) and values[t] <= leave:
            last = t if values[t] <= enter else last
            t += 1
        cut_off = start == 0 or last == len(values) - 1
        if cut_off or last + 1 - start >= rules.shortest_contact:
            touching[start : last + 1] = True
    return touching


@njit(cache=True)
def _smoothed(values: Floats, kernel: Floats) -> Floats:
    """The curve convolved with the kernel, its ends repeated."""
    smooth = np.empty(len(values))
    reach = len(kernel) // 2
    for t in range(len(values)):
        total = kernel[reach] * values[t]
        for k in range(1, reach + 1):
            total += kernel[reach + k] * (values[max(t - k, 0)] + values[min(t + k, len(values) - 1)])
        smooth[t] = total
    return smooth


@njit(cache=True)
def _changes(smooth: Floats, touching: Flags, rules: Rules, curve: int) -> Integers:
    """Changes as rows (N, 7): still until, start, end, still from, state before, state after, speed class."""
    rows = np.empty((len(smooth), 7), np.int64)
    count = 0
    turns = _turning_points(smooth, rules.change[curve])
    for k in range(len(turns) - 1):
        ways = _one_way_changes(smooth, turns[k], turns[k + 1], rules, curve)
        for way in range(len(ways)):
            still_until, still_from = ways[way]
            if rules.n_states[curve]:
                before = _state(smooth[still_until], touching[still_until], rules, curve)
                after = _state(smooth[still_from], touching[still_from], rules, curve)
            else:
                after = int(smooth[still_from] > smooth[still_until])
                before = 1 - after
            if before == after:
                continue
            first, last = _ten_to_ninety(smooth, still_until, still_from)
            speed = 0.8 * abs(smooth[still_from] - smooth[still_until]) * rules.fps / (last - first)
            row = rows[count]
            row[0], row[1], row[2], row[3] = still_until, math.floor(first), math.ceil(last), still_from
            row[4], row[5] = before, after
            row[6] = int(speed >= rules.slow[curve]) + int(speed >= rules.fast[curve])
            count += 1
    return rows[:count]


@njit(cache=True)
def _state(value: float, touching: bool, rules: Rules, curve: int) -> int:
    """The state of a value by the plain thresholds; where the lowest state is Contact, `touching` alone decides it."""
    if touching:
        return 0
    state = 0
    while state < rules.n_states[curve] - 1 and value >= rules.thresholds[curve, state]:
        state += 1
    return max(state, 1) if rules.contact[curve] else state


@njit(cache=True)
def _turning_points(smooth: Floats, smallest: float) -> Integers:
    """Frames between which the curve goes one way by at least `smallest`, but for waverings smaller than that."""
    turns = np.empty(len(smooth) + 1, np.int64)
    count = 0
    lowest = highest = extreme = 0
    way = 0.0
    for t in range(1, len(smooth)):
        if way == 0.0:
            lowest = t if smooth[t] < smooth[lowest] else lowest
            highest = t if smooth[t] > smooth[highest] else highest
            if smooth[highest] - smooth[lowest] >= smallest:
                way = 1.0 if highest == t else -1.0
                turns[0], extreme, count = lowest if highest == t else highest, t, 1
        elif way * (smooth[t] - smooth[extreme]) > 0.0:
            extreme = t
        elif way * (smooth[extreme] - smooth[t]) >= smallest:
            turns[count], extreme, way = extreme, t, -way
            count += 1
    if way != 0.0:
        turns[count] = extreme
        count += 1
    return turns[:count]


@njit(cache=True)
def _one_way_changes(smooth: Floats, start: int, end: int, rules: Rules, curve: int) -> Integers:
    """The changes of a leg from frame start to frame end, parted at its pauses, as rows (N, 2): from and to frames."""
    smallest, pause = rules.change[curve], rules.pause
    peak = 0.0
    for t in range(start, end):
        peak = max(peak, abs(smooth[t + 1] - smooth[t]))
    wavering = pause * min(PAUSE_SPEED * peak, PAUSE_CHANGES_PER_S * smallest / rules.fps)
    resting = np.zeros(end - start, np.bool_)  # by the step from a frame to the next
    for t in range(start, end - pause + 1):
        window = smooth[t : t + pause + 1]
        if window.max() - window.min() <= wavering:
            resting[t - start : t - start + pause] = True
    ways = np.empty((len(resting), 2), np.int64)
    count = t = 0
    while t < len(resting):
        stop = _end_of_run(resting, t)
        if abs(smooth[start + stop] - smooth[start + t]) >= smallest:
            ways[count, 0], ways[count, 1] = start + t, start + stop
            count += 1
        t = stop
    if count == 0:
        ways[0, 0], ways[0, 1], count = start, end, 1
        while ways[0, 0] < end - 1 and resting[ways[0, 0] - start]:
            ways[0, 0] += 1
        while ways[0, 1] > ways[0, 0] + 1 and resting[ways[0, 1] - 1 - start]:
            ways[0, 1] -= 1
    return ways[:count]


@njit(cache=True)
def _ten_to_ninety(smooth: Floats, start: int, end: int) -> tuple[float, float]:
    """The times, in frames, around the middle of a change between which it goes from 10 % to 90 % of its way."""
    share = (smooth[start : end + 1] - smooth[start]) / (smooth[end] - smooth[start])
    middle = 1
    while share[middle] < 0.5:
        middle += 1
    low = middle - 1
    while share[low] > 0.1:
        low -= 1
    high = middle
    while share[high] < 0.9:
        high += 1
    first = low + (0.1 - share[low]) / (share[low + 1] - share[low])
    last = high - 1 + (0.9 - share[high - 1]) / (share[high] - share[high - 1])
    return start + first, start + last


@njit(cache=True)
def _held_states(
    smooth: Floats, touching: Flags, begin: int, settled: int, leaving: int, end: int, rules: Rules, curve: int
) -> Integers:
    """The states of frames [begin, end) between two changes, with hysteresis.

    The change before has settled at frame `settled`, the one after leaves at frame `leaving`; the frames outside those,
    the first and last tenths of the changes, have the state of the nearer one.
    """
    states = np.empty(len(smooth), np.int64)
    state = _state(smooth[settled], touching[settled], rules, curve)
    states[: settled + 1] = state
    hysteresis, thresholds = rules.hysteresis[curve], rules.thresholds[curve]
    for t in range(settled + 1, leaving + 1):
        now = _state(smooth[t], touching[t], rules, curve)
        risen = now > state and smooth[t] >= thresholds[state] + hysteresis
        fallen = now < state and smooth[t] < thresholds[state - 1] - hysteresis
        if touching[t] or touching[t - 1]:
            state = now
        elif risen or fallen:
            _backdate(states, smooth, touching, settled, t, now, rules, curve)
            state = now
        states[t] = state
    states[leaving + 1 :] = state
    return states[begin:end]


@njit(cache=True)
def _backdate(
    states: Integers, smooth: Floats, touching: Flags, first: int, t: int, state: int, rules: Rules, curve: int
) -> None:
    """Give the frames before t the new state as far back as the threshold itself was crossed."""
    left = states[t - 1]
    k = t - 1
    while k >= first and not touching[k] and states[k] == left and _state(smooth[k], False, rules, curve) != left:
        states[k] = state
        k -= 1


@njit(cache=True)
def _write_holds(
    states: Integers,
    offset: int,
    open_ended: tuple[bool, bool],
    rules: Rules,
    curve: int,
    found: Integers,
    count: int,
) -> int:
    """Write the runs of one state; a short one joins its neighbour. Contacts are written already.

    open_ended: whether the span itself, and no change, bounds the states at their start and at their end: a run that is
    cut off there is kept however short it is.
    """
    n_contact_states = int(rules.contact[curve])
    t = 0
    while t < len(states):
        end = _end_of_run(states, t)
        cut_off = (t == 0 and open_ended[0]) or (end == len(states) and open_ended[1])
        if states[t] >= n_contact_states and end - t < rules.shortest_hold and not cut_off:
            if t > 0 and states[t - 1] >= n_contact_states:
                states[t:end] = states[t - 1]
            elif end < len(states) and states[end] >= n_contact_states:
                states[t:end] = states[end]
        t = end
    t = 0
    while t < len(states):
        end = _end_of_run(states, t)
        cut_off = (t == 0 and open_ended[0]) or (end == len(states) and open_ended[1])
        if states[t] >= n_contact_states and (cut_off or end - t >= rules.shortest_hold):
            count = _write(found, count, curve, offset + t, offset + end, states[t], states[t], HELD)
        t = end
    return count
