"""Cutting curves of one number per frame into holds, changes and contacts.

What belongs here: the compiled search for intervals in curves, whatever they measure. What does not: what the curves
and states mean (`descriptors`, `states`) and the words and keys for them (`events`).

How a curve is cut:
1. Its noise is measured, and it is smoothed as that asks for, by 0.04 to 0.07 s (`smoothing`). Contacts alone are found
   in the curve as it is: a tap is too short to smooth.
2. A contact begins at the threshold, lasts until the distance is beyond it by the hysteresis, and is told from its
   first to its last frame at or under the threshold. If less than half of its frames are, the distance hovers above
   the threshold: its longest touch is then the contact, where it lasts for 0.15 s, and otherwise there is none.
3. Turning points are those from which the curve moves by at least the kind's smallest change before it turns back, so
   each leg between two of them is one-way but for smaller waverings.
4. A leg is parted where it pauses: where it stays for 0.15 s within what a tenth of its own peak speed would cover.
   Parts with at least the smallest net change are changes, and reach into the pauses beside them as far as these are
   none by the part's own peak speed. If no part has it, the leg as a whole is a change, unless it rests for half a
   second on the way.
5. The levels before and after a change are means of what is there within the noise. A change starts where 10 % of it is
   done and ends where 90 % is. It is an event if it begins and ends in different states.
6. Between changes, a state is held until the curve is beyond a threshold by the hysteresis; the hold then ends where
   the threshold itself was crossed.
All times are in seconds inside, so a motion gives the same events at any frame rate that shows them.
"""

from typing import Final

import numpy as np

from handx_core.compiled import compiled
from handx_core.kinematics.changes import find_changes
from handx_core.kinematics.rules import Flags, Floats, Integers, Rule, Rules, end_of_run, state_of
from handx_core.kinematics.smoothing import MOST_OVERSHOOT, narrowest_kernel, noise_of, smoothed

HELD: Final = -1
"""In the place of a speed class: the state does not change."""

TO_BE_CUT: Final = -1
NO_EVENT: Final = -2
"""In the place of a state that is kept throughout: there may be several, or there is none."""


@compiled
def find_events(curves: Floats, rules: Rules) -> Integers:
    """The events of curves (S, T), as rows (N, 6) of curve, start, end, first state, last state, speed.

    A hold has one state and the speed HELD. A change has two and the index of its speed class. A curve of a kind
    without states has changes alone, with state 0 for the lower end and 1 for the upper one. A curve may have spans of
    NaN, in which nothing is found. Rows are in the order of curves, and within a curve in that of start and end.
    """
    n_curves, n_frames = curves.shape
    found = np.empty((8 * n_curves + 3 * n_frames, 6), np.int64)
    narrowest = narrowest_kernel(rules[0].fps)
    count = 0
    for curve in range(n_curves):
        rule = rules[curve]
        first, start = count, 0
        while start < n_frames:
            end = start
            while end < n_frames and not np.isnan(curves[curve, end]):
                end += 1
            if end - start >= rule.shortest_hold or (end > start and (start == 0 or end == n_frames)):
                if count + 3 * n_frames > len(found):  # a span has at most so many events
                    found = np.concatenate((found, np.empty_like(found)))
                added = _cut_span(curves[curve, start:end], narrowest, rule, found[count:])
                for row in range(count, count + added):
                    found[row, 0] = curve
                    found[row, 1] += start
                    found[row, 2] += start
                count += added
            start = end + 1
        _sort_by_time(found[first:count])
    return found[:count]


@compiled
def _sort_by_time(rows: Integers) -> None:
    """Put the few rows of a curve in the order of their starts, and of their ends where they start together."""
    for last in range(1, len(rows)):
        for row in range(last, 0, -1):
            if (rows[row - 1, 1], rows[row - 1, 2]) <= (rows[row, 1], rows[row, 2]):
                break
            for column in range(1, rows.shape[1]):
                rows[row - 1, column], rows[row, column] = rows[row, column], rows[row - 1, column]


@compiled
def _cut_span(values: Floats, narrowest: Floats, rule: Rule, found: Integers) -> int:
    """Write the events of one unbroken span to the rows of found, all but the curve; returns their number."""
    kept = _state_throughout(values, rule)
    if kept == NO_EVENT:
        return 0
    if kept >= 0:
        return _write(found, 0, 0, len(values), kept, kept, HELD)
    touching = _contacts(values, rule)
    count = t = 0
    while t < len(values):
        end = end_of_run(touching, t)
        if touching[t]:
            count = _write(found, count, t, end, 0, 0, HELD)
        t = end
    if np.isinf(rule.change):
        return count
    noise = noise_of(values, rule)
    smooth = smoothed(values, noise, narrowest, rule)
    changes = find_changes(smooth, noise, touching, rule)
    for _, start, end, _, before, after, speed in changes:
        count = _write(found, count, start, end, before, after, speed)
    if rule.n_states == 0:
        return count
    begin = settled = 0
    for k in range(len(changes) + 1):
        leaving, end = len(values) - 1, len(values)
        if k < len(changes):
            leaving, end = changes[k, 0], changes[k, 1]
        states = _held_states(smooth, touching, begin, settled, leaving, end, rule)
        _absorb_short_runs(states, k == 0, k == len(changes), rule)
        count = _write_holds(states, begin, k == 0, k == len(changes), rule, found, count)
        if k < len(changes):
            begin, settled = changes[k, 2], changes[k, 3]
    return count


@compiled
def _state_throughout(values: Floats, rule: Rule) -> int:
    """The one state of a curve that plainly keeps it, NO_EVENT where it plainly has none, or TO_BE_CUT.

    Most curves of a clip are such; the answer is what the search would find.
    """
    lowest = highest = values[0]
    for value in values:
        lowest, highest = min(lowest, value), max(highest, value)
    if rule.contact and lowest <= rule.thresholds[0]:
        return TO_BE_CUT
    if np.isinf(rule.change):
        return NO_EVENT
    beyond = MOST_OVERSHOOT * (highest - lowest)
    lowest, highest = lowest - beyond, highest + beyond
    if rule.n_states == 0:
        return TO_BE_CUT if highest - lowest >= rule.change else NO_EVENT
    state = state_of(lowest, False, rule)
    return state if state == state_of(highest, False, rule) else TO_BE_CUT


@compiled
def _write(found: Integers, count: int, start: int, end: int, before: int, after: int, speed: int) -> int:
    row = found[count]
    row[1], row[2], row[3], row[4], row[5] = start, end, before, after, speed
    return count + 1


@compiled
def _contacts(values: Floats, rule: Rule) -> Flags:
    """The frames of contact: entered at the threshold, kept within the hysteresis, delimited by the threshold."""
    touching = np.zeros(len(values), np.bool_)
    if not rule.contact:
        return touching
    enter, leave = rule.thresholds[0], rule.thresholds[0] + rule.hysteresis
    t = 0
    while t < len(values):
        if values[t] > enter:
            t += 1
            continue
        start = last = t
        touches = 0
        while t < len(values) and values[t] <= leave:
            if values[t] <= enter:
                last = t
                touches += 1
            t += 1
        cut_off = start == 0 or last == len(values) - 1
        if 2 * touches < last + 1 - start:
            start, last = _longest_touch(values, start, last, enter)
            long_enough = last + 1 - start >= rule.firm_contact
        else:
            cut_off = start == 0 or last == len(values) - 1
            long_enough = cut_off or last + 1 - start >= rule.shortest_contact
        if long_enough:
            touching[start : last + 1] = True
    return touching


@compiled
def _longest_touch(values: Floats, start: int, last: int, enter: float) -> tuple[int, int]:
    """The first and last frame of the longest unbroken time at or under `enter` from frame start to frame last."""
    best_start, best_last = start, start
    t = start
    while t <= last:
        run = t
        while t <= last and values[t] <= enter:
            t += 1
        if t - 1 - run > best_last - best_start:
            best_start, best_last = run, t - 1
        t += 1
    return best_start, best_last


@compiled
def _held_states(
    smooth: Floats, touching: Flags, begin: int, settled: int, leaving: int, end: int, rule: Rule
) -> Integers:
    """The states of frames [begin, end) between two changes, with hysteresis.

    The change before has settled at frame `settled`, the one after leaves at frame `leaving`; the frames outside those,
    the first and last tenths of the changes, have the state of the nearer one.
    """
    states = np.empty(len(smooth), np.int64)
    state = state_of(smooth[settled], touching[settled], rule)
    states[: settled + 1] = state
    hysteresis, thresholds = rule.hysteresis, rule.thresholds
    for t in range(settled + 1, leaving + 1):
        now = state_of(smooth[t], touching[t], rule)
        risen = now > state and smooth[t] >= thresholds[state] + hysteresis
        fallen = now < state and smooth[t] < thresholds[state - 1] - hysteresis
        if touching[t] or touching[t - 1]:
            state = now
        elif risen or fallen:
            _backdate(states, smooth, touching, settled, t, now, rule)
            state = now
        states[t] = state
    states[leaving + 1 :] = state
    return states[begin:end]


@compiled
def _backdate(states: Integers, smooth: Floats, touching: Flags, first: int, t: int, state: int, rule: Rule) -> None:
    """Give the frames before t the new state as far back as the threshold itself was crossed."""
    left = states[t - 1]
    k = t - 1
    while k >= first and not touching[k] and states[k] == left and state_of(smooth[k], False, rule) != left:
        states[k] = state
        k -= 1


@compiled
def _absorb_short_runs(states: Integers, from_start: bool, to_end: bool, rule: Rule) -> None:
    """Let a run of a state that is too short to be a hold join its neighbour, unless the motion's end cut it off."""
    first_free = int(rule.contact)  # contacts are told by distance alone: they absorb nothing and are not absorbed
    t = 0
    while t < len(states):
        end = end_of_run(states, t)
        cut_off = (t == 0 and from_start) or (end == len(states) and to_end)
        if states[t] >= first_free and end - t < rule.shortest_hold and not cut_off:
            if t > 0 and states[t - 1] >= first_free:
                states[t:end] = states[t - 1]
            elif end < len(states) and states[end] >= first_free:
                states[t:end] = states[end]
        t = end


@compiled
def _write_holds(
    states: Integers, begin: int, from_start: bool, to_end: bool, rule: Rule, found: Integers, count: int
) -> int:
    """Write the runs of one state, contacts aside, which are written already; `begin` is the frame of states[0]."""
    t = 0
    while t < len(states):
        end = end_of_run(states, t)
        cut_off = (t == 0 and from_start) or (end == len(states) and to_end)
        if states[t] >= int(rule.contact) and (cut_off or end - t >= rule.shortest_hold):
            count = _write(found, count, begin + t, begin + end, states[t], states[t], HELD)
        t = end
    return count
