"""Scripted actions in which the two hands need each other.

What belongs here: each action as key poses of both hands at common times. What does not: actions of one hand
(`one_hand`), the poses' angles (`poses`).

An action is a function `(Pair) -> list[PairKey]`. Poses are said of a left hand; the right hand's are mirrored when
the take is made, so equal poses are mirror images that meet in the plane x = 0.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from handx_core.skeleton import LEFT
from handx_core.synthetic.hands import MIRROR, Floats
from handx_core.synthetic.one_hand import Performer
from handx_core.synthetic.poses import Pose, Postures, Turn, turn_rotation

TOUCH_GAP_M: Final = 0.007
"""Distance of touching tip joints of the two hands, and of a tip from the other palm's plane."""

PALM_GAP_M: Final = 0.012
"""Distance of the foremost joints of two palms that are pressed together."""

_PALMS_MEET: Final = np.radians(90.0)


@dataclass(frozen=True)
class PairKey:
    """Poses of left and right hand, and the seconds that both take to reach them."""

    left: Pose
    right: Pose
    seconds: float


@dataclass(frozen=True)
class Pair:
    """Two performers with one tempo, and the place between the hands."""

    who: Performer
    place: Floats

    def key(self, left: Pose, right: Pose, base_s: float) -> PairKey:
        """Move both hands at the common tempo."""
        return PairKey(left, right, self.who.seconds(base_s))

    def both(self, pose: Pose, base_s: float) -> PairKey:
        """Move both hands, each the mirror image of the other."""
        return self.key(pose, pose, base_s)

    def hold(self, key: PairKey, base_s: float) -> PairKey:
        """Stay as in `key`; only the common place of the two hands drifts."""
        x, y, z = self.who.rng.normal(0.0, 0.003, 3)
        return PairKey(key.left.shift(x, y, z), key.right.shift(-x, y, z), base_s * self.who.rng.uniform(0.8, 1.4))


TwoHandAction = Callable[[Pair], list[PairKey]]


def draw_place(rng: np.random.Generator) -> Floats:
    """(3,) a point on the midline in front of the body."""
    return rng.uniform([0.0, 0.28, 1.0], [0.0, 0.38, 1.15])


def _palm_in(pair: Pair, angles: Floats, distance_m: float, pitch: float) -> Pose:
    """Palm towards the midline, its foremost joint at half of distance_m from it."""
    x = -pair.who.postures.reach(angles) - 0.5 * distance_m
    return Pose(angles, pair.place + np.array([x, -0.1, 0.0]), Turn(0.0, pitch, _PALMS_MEET))


def clap(pair: Pair) -> list[PairKey]:
    """Bring flat palms together and apart."""
    pitch = pair.who.rng.uniform(0.2, 0.9)
    together = _palm_in(pair, Postures.flat, PALM_GAP_M, pitch)
    apart = together.shift(x=-pair.who.rng.uniform(0.07, 0.13)).rotate(supination=-0.2)
    keys = [pair.both(apart, 0.8)]
    for _ in pair.who.times(2, 4):
        touching = pair.both(together, 0.5)
        keys += [touching, pair.hold(touching, 0.2), pair.both(apart, 0.5)]
    return keys


def palm_rub(pair: Pair) -> list[PairKey]:
    """Palms together, sliding along each other."""
    together = _palm_in(pair, Postures.flat, PALM_GAP_M, pair.who.rng.uniform(0.2, 0.7))
    slide = pair.who.rng.uniform(0.015, 0.035)
    keys = [pair.both(together.shift(x=-0.08), 0.7), pair.both(together, 0.5)]
    for _ in pair.who.times(2, 4):
        for side in (1.0, -1.0):
            keys.append(pair.key(together.shift(y=side * slide), together.shift(y=-side * slide), 0.45))
    return [*keys, pair.both(together, 0.4), pair.both(together.shift(x=-0.10), 0.7)]


def _tip_at(pair: Pair, pose: Pose, name: str, target: Floats) -> Pose:
    """The pose moved so that the tip of the named digit is at target (3,), both as of a left hand."""
    tip = turn_rotation(pose.turn.vector()[None]).apply(pair.who.postures.tip(pose.angles, name))[0]
    return replace(pose, position=target - tip)


def fingertip_touch(pair: Pair) -> list[PairKey]:
    """Touch the tips of the same finger of both hands, part, touch again."""
    name = str(pair.who.rng.choice(["index", "middle", "pinky"], p=[0.6, 0.2, 0.2]))
    inward, supination = (68.0, 85.0) if name == "pinky" else (50.0, 60.0)  # no other knuckle may get there first
    turn = Turn(*np.radians([inward, 15.0, supination, 0.0, 0.0]))
    shaped = Pose(pair.who.postures.extending(name), pair.place, turn)
    touching = _tip_at(pair, shaped, name, pair.place + np.array([-0.5 * TOUCH_GAP_M, 0.0, 0.0]))
    apart = touching.shift(x=-pair.who.rng.uniform(0.05, 0.09))
    keys = [pair.both(apart, 0.8)]
    for _ in pair.who.times(1, 3):
        touch = pair.both(touching, 0.6)
        keys += [touch, pair.hold(touch, 0.4), pair.both(apart, 0.6)]
    return keys


def steeple(pair: Pair) -> list[PairKey]:
    """All five fingertips on those of the other hand, palms apart; press and let go."""
    angles = pair.who.postures.steeple
    pitch = pair.who.rng.uniform(0.5, 1.0)
    meeting = _palm_in(pair, angles, TOUCH_GAP_M, pitch)
    apart = replace(_palm_in(pair, Postures.flat, 0.16, pitch), angles=Postures.rest)
    keys = [pair.both(apart, 0.8)]
    for _ in pair.who.times(1, 2):
        touch = pair.both(meeting, 0.7)
        keys += [touch, pair.hold(touch, 0.7), pair.both(apart, 0.7)]
    return keys


def tip_to_palm(pair: Pair) -> list[PairKey]:
    """Tap with a fingertip on the open palm of the other hand."""
    rng, postures = pair.who.rng, pair.who.postures
    name = str(rng.choice(["index", "middle", "thumb"], p=[0.6, 0.25, 0.15]))
    palm_turn = Turn(*np.radians([35.0, 10.0, 150.0, 0.0, 0.0]))
    palm = Pose(Postures.flat, pair.place + np.array([-0.09, -0.08, -0.06]), palm_turn)
    frame = turn_rotation(palm_turn.vector()[None])
    normal = frame.apply([0.0, -1.0, 0.0])[0]
    target = palm.position + frame.apply(postures.palm_centre())[0] + TOUCH_GAP_M * normal
    tip_turn = Turn(*np.radians([30.0, -48.0, 15.0 if name != "thumb" else 60.0, 0.0, 0.0]))
    tapping = Pose(postures.extending(name), pair.place, tip_turn)
    touching = _tip_at(pair, tapping, name, target * MIRROR)
    away = touching.shift(*(rng.uniform(0.05, 0.09) * normal * MIRROR))
    active_left = rng.random() < 0.5

    def key(active: Pose, base_s: float) -> PairKey:
        return pair.key(active, palm, base_s) if active_left else pair.key(palm, active, base_s)

    keys = [key(away, 0.9)]
    for _ in pair.who.times(1, 3):
        touch = key(touching, 0.5)
        keys += [touch, pair.hold(touch, 0.4), key(away, 0.5)]
    return keys


def carry(pair: Pair) -> list[PairKey]:
    """Hold a load between the palms, lift it, move it, set it down."""
    rng = pair.who.rng
    grip = Postures.rest + 0.3 * (Postures.flat - Postures.rest)
    width = rng.uniform(0.14, 0.24)
    held = replace(_palm_in(pair, grip, width, 0.15), angles=grip)
    keys = [pair.both(held.shift(x=-0.05), 0.8), pair.both(held, 0.5)]
    x, y, z = 0.0, 0.0, 0.0
    for _ in pair.who.times(2, 3):
        x, y, z = rng.uniform([-0.16, -0.06, -0.08], [0.16, 0.12, 0.18])
        keys.append(pair.key(held.shift(x, y, z), held.shift(-x, y, z), 1.0))
    down = keys[-1]
    return [*keys, pair.hold(down, 0.4), pair.key(down.left.shift(x=-0.06), down.right.shift(x=-0.06), 0.6)]


def crossing(pair: Pair) -> list[PairKey]:
    """Cross the wrists, one hand above the other, and uncross them."""
    over = LEFT if pair.who.rng.random() < 0.5 else 1 - LEFT
    base = Pose(
        Postures.rest, pair.place + np.array([-0.14, -0.1, 0.0]), Turn(*np.radians([10.0, 8.0, 10.0, 0.0, 0.0]))
    )
    heights = [0.06 if hand == over else -0.06 for hand in range(2)]
    depths = [0.03 if hand == over else -0.03 for hand in range(2)]
    reach = pair.who.rng.uniform(0.18, 0.24)
    levelled = [base.shift(y=y, z=z) for y, z in zip(depths, heights, strict=True)]
    crossed = [pose.shift(x=reach) for pose in levelled]
    keys = [pair.key(levelled[0], levelled[1], 0.7), pair.key(crossed[0], crossed[1], 0.8)]
    return [*keys, pair.hold(keys[-1], 0.6), keys[0], pair.both(base, 0.5)]


def approach(pair: Pair) -> list[PairKey]:
    """Bring the palms slowly near each other without touching, as if feeling for a warmth between them, and part."""
    rng = pair.who.rng
    apart = _palm_in(pair, Postures.flat, rng.uniform(0.18, 0.26), rng.uniform(0.2, 0.7))
    near = apart.shift(x=0.5 * rng.uniform(0.10, 0.14))
    seconds = rng.uniform(1.6, 3.2)
    arrived, parted = PairKey(near, near, seconds), PairKey(apart, apart, 0.9 * seconds)
    return [pair.both(apart, 0.8), arrived, pair.hold(arrived, 0.4), parted]


TWO_HAND_ACTIONS: Final[dict[str, TwoHandAction]] = {
    "clap": clap,
    "palm_rub": palm_rub,
    "fingertip_touch": fingertip_touch,
    "steeple": steeple,
    "tip_to_palm": tip_to_palm,
    "carry": carry,
    "crossing": crossing,
    "approach": approach,
}
"""By name."""
