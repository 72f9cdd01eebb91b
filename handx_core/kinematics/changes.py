"""The changes of a smooth curve: where it goes from one level to another, from 10 % to 90 % of the way.

What belongs here: turning points, pauses, and the ends of changes, compiled. What does not: holds and contacts
(`segments`), which describes the whole search.
"""

import math
from typing import Final

import numpy as np

from handx_core.compiled import compiled
from handx_core.kinematics.rules import Flags, Floats, Integers, Rule, end_of_run, state_of

PAUSE_SPEED: Final = 0.1
"""A pause is slower than this share of the leg's peak speed..."""

PAUSE_CHANGES_PER_S: Final = 0.5
"""...and, however fast the leg is, slower than this many smallest changes a second."""

ROUNDING: Final = 1e-6
"""A time this near to a whole frame, in frames, is that frame; differences of this share of a change are none. Without
it, moving the room would move events by the last bits of the coordinates."""


@compiled
def find_changes(smooth: Floats, touching: Flags, rule: Rule) -> Integers:
    """Changes as rows (N, 7): still until, start, end, still from, state before, state after, speed class."""
    rows = np.empty((len(smooth), 7), np.int64)
    count = 0
    turns = _turning_points(smooth, rule.change)
    for k in range(len(turns) - 1):
        ways = _one_way_changes(smooth, turns[k], turns[k + 1], rule)
        for way in range(len(ways)):
            still_until, still_from = ways[way]
            if rule.n_states:
                before = state_of(smooth[still_until], touching[still_until], rule)
                after = state_of(smooth[still_from], touching[still_from], rule)
            else:
                after = int(smooth[still_from] > smooth[still_until])
                before = 1 - after
            if before == after:
                continue
            first, last = _ten_to_ninety(smooth, still_until, still_from)
            speed = 0.8 * abs(smooth[still_from] - smooth[still_until]) * rule.fps / (last - first)
            row = rows[count]
            row[0], row[1], row[2], row[3] = (
                still_until,
                math.floor(first + ROUNDING),
                math.ceil(last - ROUNDING),
                still_from,
            )
            row[4], row[5] = before, after
            row[6] = int(speed >= rule.slow) + int(speed >= rule.fast)
            count += 1
    return rows[:count]


@compiled
def _turning_points(smooth: Floats, smallest: float) -> Integers:
    """Frames between which the curve goes one way by at least `smallest`, but for waverings smaller than that."""
    turns = np.empty(len(smooth) + 1, np.int64)
    count = 0
    lowest = highest = extreme = 0
    way = 0.0
    for t in range(1, len(smooth)):
        if way == 0.0:
            lowest = t if smooth[t] < smooth[lowest] - ROUNDING * smallest else lowest
            highest = t if smooth[t] > smooth[highest] + ROUNDING * smallest else highest
            if smooth[highest] - smooth[lowest] >= smallest:
                way = 1.0 if highest == t else -1.0
                turns[0], extreme, count = lowest if highest == t else highest, t, 1
        elif way * (smooth[t] - smooth[extreme]) > ROUNDING * smallest:
            extreme = t
        elif way * (smooth[extreme] - smooth[t]) >= smallest:
            turns[count], extreme, way = extreme, t, -way
            count += 1
    if way != 0.0:
        turns[count] = extreme
        count += 1
    return turns[:count]


@compiled
def _one_way_changes(smooth: Floats, start: int, end: int, rule: Rule) -> Integers:
    """The changes of a leg from frame start to frame end, parted at its pauses, as rows (N, 2): from and to frames."""
    smallest, pause = rule.change, rule.pause
    peak = 0.0
    for t in range(start, end):
        peak = max(peak, abs(smooth[t + 1] - smooth[t]))
    wavering = pause * min(PAUSE_SPEED * peak, PAUSE_CHANGES_PER_S * smallest / rule.fps)
    resting = np.zeros(end - start, np.bool_)  # by the step from a frame to the next
    for t in range(start, end - pause + 1):
        lowest = highest = smooth[t]
        for k in range(t + 1, t + pause + 1):
            lowest, highest = min(lowest, smooth[k]), max(highest, smooth[k])
        if highest - lowest <= wavering:
            resting[t - start : t - start + pause] = True
    ways = np.empty((len(resting), 2), np.int64)
    long_rest = False
    count = t = 0
    while t < len(resting):
        stop = end_of_run(resting, t)
        if abs(smooth[start + stop] - smooth[start + t]) >= smallest:
            ways[count, 0], ways[count, 1] = start + t, start + stop
            count += 1
        long_rest |= resting[t] and t > 0 and stop < len(resting) and stop - t >= rule.long_pause
        t = stop
    if count == 0 and not long_rest:
        ways[0, 0], ways[0, 1], count = start, end, 1
        while ways[0, 0] < end - 1 and resting[ways[0, 0] - start]:
            ways[0, 0] += 1
        while ways[0, 1] > ways[0, 0] + 1 and resting[ways[0, 1] - 1 - start]:
            ways[0, 1] -= 1
    return ways[:count]


@compiled
def _ten_to_ninety(smooth: Floats, start: int, end: int) -> tuple[float, float]:
    """The times, in frames, around the middle of a change between which it goes from 10 % to 90 % of its way."""
    base, net = smooth[start], smooth[end] - smooth[start]
    middle = start + 1
    while (smooth[middle] - base) / net < 0.5:
        middle += 1
    low = middle - 1
    while (smooth[low] - base) / net > 0.1:
        low -= 1
    high = middle
    while (smooth[high] - base) / net < 0.9:
        high += 1
    first = low + (0.1 * net - smooth[low] + base) / (smooth[low + 1] - smooth[low])
    last = high - 1 + (0.9 * net - smooth[high - 1] + base) / (smooth[high] - smooth[high - 1])
    return first, last
