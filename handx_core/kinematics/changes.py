"""The changes of a smooth curve: where it goes from one level to another, from 10 % to 90 % of the way.

What belongs here: turning points, pauses, and the ends of changes, compiled. What does not: holds and contacts
(`segments`), which describes the whole search.
"""

import math
from typing import Final

import numpy as np

from handx_core.compiled import compiled
from handx_core.kinematics.rules import ROUNDING, Flags, Floats, Integers, Rule, end_of_run, state_of

PAUSE_SPEED: Final = 0.1
"""A pause is slower than this share of the leg's peak speed..."""

PAUSE_CHANGES_PER_S: Final = 0.5
"""...and, however fast the leg is, slower than this many smallest changes a second."""

LEVEL_REACH_S: Final = 0.35
"""The level before or after a change is sought in this much time before and after the frame of its turning."""

LEVEL_NOISES: Final = 1.0
"""A level is the mean of the values within so many standard deviations of the noise: the turning point of a curve with
noise is not its level but its level's largest error. With more, the levels of short peaks would be too low."""

ENDS_LEVEL_NOISES: Final = 2.5
"""For the ends of a change, which a wrong level moves most, so many: they make all of a hold one level."""


@compiled
def find_changes(smooth: Floats, noise: float, touching: Flags, rule: Rule) -> Integers:
    """Changes as rows (N, 7): still until, start, end, still from, state before, state after, speed class."""
    rows = np.empty((len(smooth), 7), np.int64)
    count = 0
    turns = _turning_points(smooth, rule.change)
    for k in range(len(turns) - 1):
        ways = _one_way_changes(smooth, turns[k], turns[k + 1], rule)
        for way in range(len(ways)):
            still_until, still_from = ways[way]
            low, high = _levels(smooth, still_until, still_from, LEVEL_NOISES * noise, rule)
            if abs(high - low) < (1.0 - ROUNDING) * rule.change:
                continue
            if rule.n_states:
                before = state_of(low, touching[still_until], rule)
                after = state_of(high, touching[still_from], rule)
            else:
                after = int(high > low)
                before = 1 - after
            if before == after:
                continue
            low, high = _levels(smooth, still_until, still_from, ENDS_LEVEL_NOISES * noise, rule)
            first, last = _ten_to_ninety(smooth, still_until, still_from, low, high)
            speed = 0.8 * abs(high - low) * rule.fps / (last - first)
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
    peak = _peak_speed(smooth, start, end)
    resting = _resting(smooth, start, end, peak, rule)
    ways = np.empty((len(resting), 2), np.int64)
    long_rest = False
    count = t = 0
    while t < len(resting):
        stop = end_of_run(resting, t)
        if abs(smooth[start + stop] - smooth[start + t]) >= rule.change:
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
    for way in range(count):
        own_peak = _peak_speed(smooth, ways[way, 0], ways[way, 1])
        if own_peak < peak:
            own_resting = _resting(smooth, start, end, own_peak, rule)
            _widen_to_own_rests(ways[way], resting, own_resting, start)
    return ways[:count]


@compiled
def _widen_to_own_rests(way: Integers, resting: Flags, own_resting: Flags, start: int) -> None:
    """Give a part what it moves by in the rests beside it: what is slow for the leg may not be slow for the part."""
    first, stop = way[0] - start, way[1] - start
    if not resting[first]:
        while first > 0 and resting[first - 1] and not own_resting[first - 1]:
            first -= 1
        while stop < len(resting) and resting[stop] and not own_resting[stop]:
            stop += 1
    way[0], way[1] = start + first, start + stop


@compiled
def _peak_speed(smooth: Floats, start: int, end: int) -> float:
    """The largest step from a frame to the next."""
    peak = 0.0
    for t in range(start, end):
        peak = max(peak, abs(smooth[t + 1] - smooth[t]))
    return peak


@compiled
def _resting(smooth: Floats, start: int, end: int, peak: float, rule: Rule) -> Flags:
    """By the step from a frame to the next, whether it is part of a pause in a movement with this peak speed."""
    pause = rule.pause
    wavering = pause * min(PAUSE_SPEED * peak, PAUSE_CHANGES_PER_S * rule.change / rule.fps)
    resting = np.zeros(end - start, np.bool_)
    for t in range(start, end - pause + 1):
        lowest = highest = smooth[t]
        for k in range(t + 1, t + pause + 1):
            lowest, highest = min(lowest, smooth[k]), max(highest, smooth[k])
        if highest - lowest <= wavering:
            resting[t - start : t - start + pause] = True
    return resting


@compiled
def _levels(smooth: Floats, start: int, end: int, tolerance: float, rule: Rule) -> tuple[float, float]:
    """The levels that a change from frame start to frame end goes from and to."""
    from_frame, to_frame = start, end  # of equal frames the nearest, so that more still frames change nothing
    while from_frame + 1 < end and abs(smooth[from_frame + 1] - smooth[start]) <= ROUNDING * rule.change:
        from_frame += 1
    while to_frame - 1 > start and abs(smooth[to_frame - 1] - smooth[end]) <= ROUNDING * rule.change:
        to_frame -= 1
    reach = int(LEVEL_REACH_S * rule.fps)
    return _level(smooth, from_frame, reach, tolerance), _level(smooth, to_frame, reach, tolerance)


@compiled
def _level(smooth: Floats, frame: int, reach: int, tolerance: float) -> float:
    """The mean of the curve near a frame, of those values that are within the tolerance of that at the frame."""
    total, count = 0.0, 0
    for t in range(frame - reach, frame + reach + 1):
        value = smooth[min(max(t, 0), len(smooth) - 1)]
        if abs(value - smooth[frame]) <= tolerance:
            total += value
            count += 1
    return total / count


@compiled
def _ten_to_ninety(smooth: Floats, start: int, end: int, low: float, high: float) -> tuple[float, float]:
    """The times, in frames, around the middle of a change between which it goes from 10 % to 90 % of its way."""
    share = (smooth[start : end + 1] - low) / (high - low)
    middle = 1
    while middle < end - start and share[middle] < 0.5:
        middle += 1
    before, after = middle - 1, middle
    while before > 0 and share[before] > 0.1:
        before -= 1
    while after < end - start and share[after] < 0.9:
        after += 1
    first, last = float(before), float(after)
    if share[before] <= 0.1:
        first += (0.1 - share[before]) / (share[before + 1] - share[before])
    if share[after] >= 0.9:
        last -= (share[after] - 0.9) / (share[after] - share[after - 1])
    return start + first, start + last
