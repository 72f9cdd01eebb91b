"""The truth of a noise-free motion, read plainly from its joints: nothing here is shared with the code under test.

Curves are the definitions written once more in numpy, the published numbers spelt out; only the palm's fixed points
are taken from `palm`, since which points they are is part of the definition. Contacts and changes are what the
docstring of `segments` promises, found in the curves as they are, by other means: turning points are scipy's peaks of
enough prominence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.signal import find_peaks
from scipy.spatial.distance import cdist

from handx_core.kinematics.palm import palm_points

Array = NDArray[np.float64]
Key = tuple[str, str, str]

HANDS = ("left", "right")
AXES = ("left-right", "front-back", "down-up")
CHAINS = {
    "thumb": (13, 14, 15, 16),
    "index": (1, 2, 3, 17),
    "middle": (4, 5, 6, 18),
    "ring": (10, 11, 12, 19),
    "pinky": (7, 8, 9, 20),
}
LONG_FINGERS = ("index", "middle", "ring", "pinky")
PINKY_MCP = 7

SMALLEST_CHANGE = {"flexion": np.radians(30.0), "spacing": np.radians(18.0), "wrist": 0.030}
THRESHOLDS = {"flexion": np.radians([-10.0, 30.0, 60.0]), "spacing": np.radians([20.0])}
STATES = {
    "flexion": ("Hyperextended", "Fully extended", "Partially bent", "Fully bent"),
    "spacing": ("Closed", "Open"),
}
TOUCH = {"tips in a hand": 0.020, "tips across": 0.020, "tip and palm": 0.025, "palms": 0.040}
LIFT = {"tips in a hand": 0.004, "tips across": 0.004, "tip and palm": 0.004, "palms": 0.008}


@dataclass(frozen=True)
class Span:
    """What happens from start to end, in frames; what: a contact's name, or the direction of a change, 1 or -1.

    levels: what a change goes from and to.
    """

    start: float
    end: float
    what: str | int
    levels: tuple[float, float] = (0.0, 0.0)


def frames_in(seconds: float, fps: float) -> int:
    return int(np.ceil(seconds * fps - 1e-9))


# Curves


def unit(vectors: Array) -> Array:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def in_palm(hand: Array, is_left: bool) -> Array:
    """Joints (T, 21, 3) of a hand, a left one mirrored, in the palm's frame."""
    hand = hand * [-1.0, 1.0, 1.0] if is_left else hand
    x = unit(hand[:, 4] - hand[:, 0])
    z = unit(np.cross(x, hand[:, 1] - hand[:, 0]))
    return np.einsum("tij,tkj->tki", np.stack([x, np.cross(z, x), z], axis=1), hand - hand[:, :1])


def finger_flexion(local: Array, finger: str) -> Iterator[tuple[str, Array]]:
    chain = (0, *CHAINS[finger])
    traces = [(local[:, b, 0] - local[:, a, 0]) - 1j * (local[:, b, 2] - local[:, a, 2]) for a, b in pairwise(chain)]
    for joint, into, out_of in zip(("mcp", "pip", "dip"), traces, traces[1:], strict=False):
        yield f"{finger}_{joint}", np.angle(out_of / into)


def thumb_flexion(local: Array) -> Iterator[tuple[str, Array]]:
    cmc, mcp, ip, tip = (local[:, joint] for joint in CHAINS["thumb"])
    for name, before, joint, after in (("thumb_mcp", cmc, mcp, ip), ("thumb_ip", mcp, ip, tip)):
        into, out_of, to_pinky = joint - before, after - joint, local[:, PINKY_MCP] - joint
        angle = np.arccos(np.clip((unit(into) * unit(out_of)).sum(-1), -1.0, 1.0))
        turn = np.cross(into, out_of)
        towards_palm = (turn * np.cross(unit(into), unit(to_pinky))).sum(-1) - turn[:, 2]
        yield name, np.copysign(angle, towards_palm)


def spacing(local: Array) -> Iterator[tuple[str, Array]]:
    azimuths = []
    for finger in LONG_FINGERS:
        phalanx = unit(local[:, CHAINS[finger][1]] - local[:, CHAINS[finger][0]])
        is_steep = np.abs(phalanx[:, 2]) > np.sin(np.radians(45.0))
        azimuths.append(np.where(is_steep, np.nan, np.arctan2(phalanx[:, 1], phalanx[:, 0])))
    for (a, b), (near, far) in zip(pairwise(LONG_FINGERS), pairwise(azimuths), strict=True):
        yield f"{a}, {b}", (near - far + np.pi) % (2.0 * np.pi) - np.pi


def changing_curves(joints: Array) -> Iterator[tuple[str, Key, Array]]:
    """Kind, place in the events JSON and curve of all that bends, spreads and travels. joints: (T, 2, 21, 3)."""
    for h, hand in enumerate(HANDS):
        local, section = in_palm(joints[:, h], hand == "left"), f"{hand}_hand_events"
        for name, curve in (*thumb_flexion(local), *(c for f in LONG_FINGERS for c in finger_flexion(local, f))):
            yield "flexion", (section, "finger_flexing", name), curve
        for name, curve in spacing(local):
            yield "spacing", (section, "finger_spacing", name), curve
        for axis, name in enumerate(AXES):
            yield "wrist", (section, "wrist_trajectory", name), joints[:, h, 0, axis]


def touching_curves(joints: Array) -> Iterator[tuple[str, Key, Array]]:
    """Kind, place in the events JSON and distance of all that may touch. joints: (T, 2, 21, 3)."""
    tips = {hand: {f: joints[:, h, chain[-1]] for f, chain in CHAINS.items()} for h, hand in enumerate(HANDS)}
    for hand in HANDS:
        for finger in LONG_FINGERS:
            distance = np.linalg.norm(tips[hand]["thumb"] - tips[hand][finger], axis=-1)
            yield "tips in a hand", (f"{hand}_hand_events", "finger_tip_contact", f"thumb, {finger}"), distance
    both = "two_hand_relationships"
    for left, left_tip in tips["left"].items():
        for right, right_tip in tips["right"].items():
            distance = np.linalg.norm(left_tip - right_tip, axis=-1)
            yield "tips across", (both, "finger_tip_contact", f"left {left}, right {right}"), distance
    palms = palm_points(joints)
    for h, hand in enumerate(HANDS):
        for finger, tip in tips[hand].items():
            distances = np.linalg.norm(palms[:, 1 - h] - tip[:, None], axis=-1)
            name = f"{hand} {finger}, {HANDS[1 - h]} palm"
            yield "tip and palm", (both, "finger_palm_distance", name), np.sort(distances)[:, :5].mean(-1)
    between = [cdist(left, right) for left, right in palms]
    nearest = np.array([[distances.min(axis=1), distances.min(axis=0)] for distances in between])
    yield "palms", (both, "palm_palm_distance", ""), np.sort(nearest)[..., :30].mean((-1, -2))


# Contacts


def true_contacts(kind: str, distance: Array, fps: float) -> list[Span]:
    """Frames at or under the threshold, joined over lifts that stay within the hysteresis."""
    below = distance <= TOUCH[kind]
    joined: list[list[int]] = []
    for t in np.flatnonzero(below).tolist():
        if joined and distance[joined[-1][1] : t].max(initial=0.0) <= TOUCH[kind] + LIFT[kind]:
            joined[-1][1] = t + 1
        else:
            joined.append([t, t + 1])
    contacts = []
    for start, end in joined:
        if below[start:end].mean() < 0.5:  # it hovers: the longest touch alone, if that is long
            edges = np.flatnonzero(np.diff(np.r_[False, below[start:end], False]))
            touch, lift = max(zip(edges[::2], edges[1::2], strict=True), key=lambda run: run[1] - run[0])
            if lift - touch >= frames_in(0.15, fps):
                contacts.append(Span(start + touch, start + lift, "Contact"))
        elif end - start >= frames_in(0.05, fps) or start == 0 or end == len(distance):
            contacts.append(Span(start, end, "Contact"))
    return contacts


# Changes


def turning_points(curve: Array, smallest: float) -> list[int]:
    """Frames of the curve's highs and lows that rise or fall by at least `smallest` on both sides."""
    beyond = np.ptp(curve) + 2.0 * smallest
    highs = find_peaks(np.pad(curve, 1, constant_values=curve.min() - beyond), prominence=smallest)[0]
    lows = find_peaks(-np.pad(curve, 1, constant_values=curve.max() + beyond), prominence=smallest)[0]
    return sorted([*highs - 1, *lows - 1])


def resting_steps(leg: Array, peak: float, smallest: float, fps: float) -> NDArray[np.bool_]:
    """By step to the next frame: whether it lies in 0.15 s within what a tenth of the peak speed would cover."""
    pause = max(2, frames_in(0.15, fps))
    resting = np.zeros(len(leg) - 1, bool)
    if len(leg) > pause:
        windows = np.lib.stride_tricks.sliding_window_view(leg, pause + 1)
        still = np.ptp(windows, axis=1) <= pause * min(0.1 * peak, 0.5 * smallest / fps)
        for step in np.flatnonzero(still):
            resting[step : step + pause] = True
    return resting


def parted(leg: Array, smallest: float, fps: float) -> list[tuple[int, int]]:
    """The changes of a one-way leg: its parts between pauses, or the leg as a whole if all of them are small."""
    speeds = np.abs(np.diff(leg))
    resting = resting_steps(leg, speeds.max(), smallest, fps)
    edges = [0, *(np.flatnonzero(np.diff(resting)) + 1).tolist(), len(resting)]
    runs = list(pairwise(edges))
    parts = [(a, b) for a, b in runs if abs(leg[b] - leg[a]) >= smallest]
    if not parts:
        if any(resting[a] and a > 0 and b < len(resting) and b - a >= frames_in(0.5, fps) for a, b in runs):
            return []
        moving = np.flatnonzero(~resting)
        return [(moving[0], moving[-1] + 1)]
    return [widened(part, resting, resting_steps(leg, speeds[slice(*part)].max(), smallest, fps)) for part in parts]


def widened(part: tuple[int, int], resting: NDArray[np.bool_], calm: NDArray[np.bool_]) -> tuple[int, int]:
    """A part with what of the rests beside it is no rest by its own peak speed."""
    a, b = part
    if not resting[a]:
        toes = resting & ~calm
        a -= int(np.argmin(np.append(toes[:a][::-1], False)))
        b += int(np.argmin(np.append(toes[b:], False)))
    return a, b


def crossing(curve: Array, share: float) -> float:
    """The time, in frames, at which a change is done by this share; of several, the nearest to its middle."""
    done = (curve - curve[0]) / (curve[-1] - curve[0])
    crossed = np.flatnonzero((done[:-1] <= share) & (done[1:] > share))
    frame = crossed[np.argmin(np.abs(crossed - np.argmax(done >= 0.5)))]
    return float(frame + (share - done[frame]) / (done[frame + 1] - done[frame]))


def true_changes(kind: str, curve: Array, fps: float) -> list[Span]:
    """Every change of state by at least the smallest change, from 10 % to 90 % of it."""
    smallest, changes = SMALLEST_CHANGE[kind], []
    edges = np.flatnonzero(np.diff(np.r_[False, np.isfinite(curve), False]))
    for begin, stop in zip(edges[::2], edges[1::2], strict=True):
        whole = curve[begin:stop]
        for turn, next_turn in pairwise(turning_points(whole, smallest)):
            if abs(whole[next_turn] - whole[turn]) < smallest:  # the whole curve's highest and lowest always turn
                continue
            for a, b in parted(whole[turn : next_turn + 1], smallest, fps):
                way = whole[turn + a : turn + b + 1]
                levels = (float(way[0]), float(way[-1]))
                if abs(levels[1] - levels[0]) >= smallest and len(set(states(kind, levels))) > 1:
                    start = float(begin + turn + a)
                    direction = int(np.sign(levels[1] - levels[0]))
                    changes.append(Span(start + crossing(way, 0.1), start + crossing(way, 0.9), direction, levels))
    return changes


def states(kind: str, levels: tuple[float, float]) -> tuple[object, object]:
    """The words for the levels of a change; the levels themselves where the kind has no states."""
    if kind not in STATES:
        return levels
    low, high = (STATES[kind][int(np.sum(level >= THRESHOLDS[kind]))] for level in levels)
    return low, high


# Comparison


def matched(truth: list[Span], found: list[Span], tolerance: float) -> list[tuple[Span, Span]]:
    """Pairs of one truth and one find of the same descriptor that mean the same, both ends within `tolerance`."""
    cost = np.full((len(truth), len(found)), 1e9)
    for i, j in np.ndindex(*cost.shape):
        a, b = truth[i], found[j]
        off = abs(a.start - b.start), abs(a.end - b.end)
        if a.what == b.what and max(off) <= tolerance:
            cost[i, j] = sum(off)
    return [(truth[i], found[j]) for i, j in zip(*linear_sum_assignment(cost), strict=True) if cost[i, j] < 1e9]


@dataclass
class Tally:
    """How many were true, found, and both."""

    true: int = 0
    found: int = 0
    both: int = 0

    def add(self, other: "Tally") -> None:
        self.true, self.found, self.both = self.true + other.true, self.found + other.found, self.both + other.both

    @property
    def precision(self) -> float:
        return self.both / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.both / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        return 2.0 * self.both / (self.true + self.found) if self.true + self.found else 1.0
