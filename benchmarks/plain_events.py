"""Kinematic events in plain Python, by HandX's definitions: the yardstick of `benchmarks/kinematics.py`.

What belongs here: one motion after another, one frame, joint and span after another, as a direct reading of the
published definitions gives (descriptors frame by frame; from each frame the longest span that is a change). What does
not: the project's own events, which report other intervals (`handx_core.kinematics.segments` says which, and why).
"""

import itertools
import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from handx_core.kinematics.states import (
    FLEXION,
    PALM_TO_PALM,
    RELATIVE_POSITION,
    SPACING,
    SPEED_WORDS,
    TIP_TO_PALM,
    TIP_TO_TIP,
    WRIST,
    Kind,
)
from handx_core.skeleton import CHAINS, FINGERS, TIPS

FPS: Final = 30.0
RANDOM: Final = np.random.default_rng(0)
SHORTEST: Final = 6
SHORTEST_OF_PLACES: Final = 4
"""Frames of a change; of wrists and relative positions."""

ONE_WAY: Final = 0.8
"""Share of a change's frames whose velocity has its sign, or is zero."""

POINTS_PER_TRIANGLE: Final = 25
LONG_FINGERS: Final = FINGERS[1:]


def plain_events(joints: np.ndarray) -> dict[str, list[dict[str, Any]]]:
    """Events of a motion (T, 2, 21, 3) by the name of their descriptor."""
    curves: dict[str, tuple[Kind, list[float]]] = {}
    for frame in joints:
        for name, kind, value in plain_descriptors(frame):
            curves.setdefault(name, (kind, []))[1].append(value)
    return {name: plain_segments(values, kind) for name, (kind, values) in curves.items()}


def plain_descriptors(frame: np.ndarray) -> Iterator[tuple[str, Kind, float]]:
    """Name, kind and value of every descriptor of one frame (2, 21, 3)."""
    for side, hand in enumerate(frame):
        mirrored = hand * np.array([-1.0, 1.0, 1.0]) if side == 0 else hand
        x = mirrored[4] - mirrored[0]
        x = x / np.linalg.norm(x)
        z = np.cross(x, mirrored[1] - mirrored[0])
        z = z / np.linalg.norm(z)
        axes = np.stack([x, np.cross(z, x), z])
        for finger in FINGERS:
            chain = (0, *CHAINS[finger])
            bends = list(zip(chain, chain[1:], chain[2:], strict=False))
            for before, joint, after in bends[1:] if finger == "thumb" else bends:
                yield f"{side} bends {joint}", FLEXION, plain_flexion(axes, mirrored, before, joint, after, finger)
        for first, second in itertools.pairwise(LONG_FINGERS):
            one, other = (mirrored[CHAINS[name][1]] - mirrored[CHAINS[name][0]] for name in (first, second))
            cosine = np.dot(one, other) / (np.linalg.norm(one) * np.linalg.norm(other))
            yield f"{side} spreads {first}", SPACING, math.acos(min(1.0, max(-1.0, float(cosine))))
        for tip in TIPS[1:]:
            yield f"{side} thumb to {tip}", TIP_TO_TIP, float(np.linalg.norm(hand[TIPS[0]] - hand[tip]))
        for tip in TIPS:
            yield f"{side} {tip} to palm", TIP_TO_PALM, plain_tip_to_palm(hand[tip], frame[1 - side])
        for axis in range(3):
            yield f"{side} wrist {axis}", WRIST, float(hand[0, axis])
    for one in TIPS:
        for other in TIPS:
            yield f"{one} to {other}", TIP_TO_TIP, float(np.linalg.norm(frame[0, one] - frame[1, other]))
    yield "palms", PALM_TO_PALM, plain_palm_to_palm(frame)
    centres = [(hand[0] + hand[1] + hand[7]) / 3.0 for hand in frame]
    for axis, kind in enumerate(RELATIVE_POSITION.values()):
        yield f"palms {axis}", kind, float(centres[1][axis] - centres[0][axis])


def plain_flexion(axes: np.ndarray, hand: np.ndarray, before: int, joint: int, after: int, finger: str) -> float:
    """Angle between the bones into and out of a joint: in the palm's x-z plane, or for the thumb in space."""
    into, out_of = axes @ (hand[joint] - hand[before]), axes @ (hand[after] - hand[joint])
    if finger == "thumb":
        cosine = np.dot(into, out_of) / (np.linalg.norm(into) * np.linalg.norm(out_of))
        return math.acos(min(1.0, max(-1.0, float(cosine))))
    angle = math.atan2(-out_of[2], out_of[0]) - math.atan2(-into[2], into[0])
    return (angle + math.pi) % (2.0 * math.pi) - math.pi


def plain_tip_to_palm(tip: np.ndarray, hand: np.ndarray) -> float:
    """Mean distance of a tip (3,) to the five nearest palm points of a hand (21, 3)."""
    return float(np.sort(np.linalg.norm(plain_palm_points(hand) - tip, axis=1))[:5].mean())


def plain_palm_to_palm(frame: np.ndarray) -> float:
    """Mean of the thirty smallest distances from a palm point to the nearest one of the other hand."""
    left, right = (plain_palm_points(hand) for hand in frame)
    return float(np.sort(np.linalg.norm(left[:, None] - right[None], axis=-1).min(axis=1))[:30].mean())


def plain_palm_points(hand: np.ndarray) -> np.ndarray:
    """(100, 3) points of the four triangles of a palm, drawn at random in every call, as published."""
    drawn = []
    for near, far in itertools.pairwise(FINGERS):
        corners = hand[[0, CHAINS[near][0], CHAINS[far][0]]]
        drawn.append(RANDOM.dirichlet((1.0, 1.0, 1.0), POINTS_PER_TRIANGLE) @ corners)
    return np.concatenate(drawn)


def plain_segments(values: list[float], kind: Kind) -> list[dict[str, Any]]:
    """The changes of one curve: from each frame the longest span that is one; between them what is held."""
    events, start, n_frames = [], 0, len(values)
    shortest = SHORTEST_OF_PLACES if kind is WRIST or kind in RELATIVE_POSITION.values() else SHORTEST
    while start < n_frames:
        end = plain_longest_change(values, start, kind, shortest)
        if end is None:
            events.append({"start": start, "constant_des": plain_state(values[start], kind)})
            start += 1
            continue
        speed = abs(values[end] - values[start]) / (end - start) * FPS
        word = SPEED_WORDS[int(speed >= kind.slow) + int(speed >= kind.fast)]
        events.append({
            "start": start, "end": end, "start_des": plain_state(values[start], kind),
            "end_des": plain_state(values[end], kind), "v_des": word,
        })  # fmt: skip
        start = end
    return events


def plain_longest_change(values: list[float], start: int, kind: Kind, shortest: int) -> int | None:
    """The last frame of the longest change from a frame: of all spans from there that are changes, the longest."""
    longest = None
    for end in range(start + shortest, len(values)):
        far_enough = abs(values[end] - values[start]) >= kind.change
        if far_enough and plain_states_differ(values, start, end, kind) and plain_goes_one_way(values, start, end):
            longest = end
    return longest


def plain_states_differ(values: list[float], start: int, end: int, kind: Kind) -> bool:
    """Whether a span ends in another state than it starts in; of a kind without states it always does."""
    return not kind.words or plain_state(values[start], kind) != plain_state(values[end], kind)


def plain_goes_one_way(values: list[float], start: int, end: int) -> bool:
    """Whether most of a span's steps go the way that the whole goes, or nowhere."""
    net = values[end] - values[start]
    steps = [values[t + 1] - values[t] for t in range(start, end)]
    return sum(step * net >= 0.0 for step in steps) >= ONE_WAY * len(steps)


def plain_state(value: float, kind: Kind) -> str:
    """The word for a value."""
    if not kind.words:
        return ""
    return kind.words[sum(value >= threshold for threshold in kind.thresholds)]
