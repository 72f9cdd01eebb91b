"""Scripted actions of one hand.

What belongs here: each action as a sequence of key poses. What does not: actions in which the hands need each other
(`two_hands`), the poses' angles (`poses`), or which action is done when (`takes`).

An action is a function `(Performer) -> list[KeyPose]`; it may begin from any pose and end in any.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from handx_core.skeleton import FINGERS
from handx_core.synthetic.hands import Floats
from handx_core.synthetic.movement import KeyPose
from handx_core.synthetic.poses import Pose, Postures, Turn, finger

TEMPOS: Final = {"slow": 1.5, "medium": 0.85, "fast": 0.5}
"""Factor on the duration of every movement."""

_SHORTEST_S: Final = 0.28
_LINGER_SWAY_M: Final = 0.004
_LINGER_TURN_RAD: Final = 0.03
_FINGERS_ONLY: Final = FINGERS[1:]


def draw_home(rng: np.random.Generator) -> Pose:
    """Where one hand acts on its own: beside the midline, palm down, inwards, up, away from the body or towards it."""
    pitch, supination = [(10, 8), (12, 80), (5, 150), (62, 5), (55, 170)][rng.choice(5, p=[0.35, 0.3, 0.1, 0.15, 0.1])]
    turn = Turn(*np.radians(np.array([6.0, pitch, supination, 0.0, 0.0]) + rng.normal(0.0, 5.0, 5)).tolist())
    return Pose(Postures.rest, rng.uniform([-0.23, 0.26, 0.95], [-0.15, 0.40, 1.12]), turn)


@dataclass(frozen=True)
class Performer:
    """Who performs, where and how: the subject's postures, a place, the tempo, and how far movements go (0 to 1)."""

    postures: Postures
    home: Pose
    rng: np.random.Generator
    tempo: float
    strength: float

    def to(self, angles: Floats, base_s: float = 0.7, pose: Pose | None = None) -> KeyPose:
        """Move to finger angles (5, 4), at home or at `pose`."""
        return KeyPose(replace(pose or self.home, angles=angles), self.seconds(base_s))

    def seconds(self, base_s: float) -> float:
        """A duration at this performer's tempo, with a little variation."""
        return max(_SHORTEST_S, base_s * self.tempo * self.rng.uniform(0.85, 1.15))

    def linger(self, pose: Pose, base_s: float = 0.45) -> KeyPose:
        """Stay, with the fingers as they are; the hand as a whole drifts a little."""
        turn = dict(zip(("pitch", "supination", "flexion"), self.rng.normal(0.0, _LINGER_TURN_RAD, 3), strict=True))
        drifted = pose.shift(*self.rng.normal(0.0, _LINGER_SWAY_M, 3)).rotate(**turn)
        return KeyPose(drifted, base_s * self.rng.uniform(0.8, 1.4))

    def partly(self, angles: Floats) -> Floats:
        """As far towards finger angles (5, 4) as the performer's strength goes."""
        return Postures.rest + self.strength * (angles - Postures.rest)

    def times(self, fewest: int, most: int) -> range:
        """A random number of repetitions."""
        return range(int(self.rng.integers(fewest, most + 1)))


OneHandAction = Callable[[Performer], list[KeyPose]]


def _pose_and_hold(who: Performer, angles: Floats, base_s: float = 0.7) -> list[KeyPose]:
    reached = who.to(angles, base_s)
    return [reached, who.linger(reached.pose)]


def rest(who: Performer) -> list[KeyPose]:
    """Let the hand be, barely moving."""
    settled = who.to(Postures.rest, 0.8)
    return [settled, who.linger(settled.pose, 0.9), who.linger(settled.pose, 0.9)]


def pinch(who: Performer, with_finger: str) -> list[KeyPose]:
    """Bring the tip of a finger and of the thumb together, hold, let go; once or more."""
    open_hand = 0.5 * (Postures.rest + Postures.flat)
    keys = [who.to(open_hand, 0.5)]
    for _ in who.times(1, 3):
        keys += _pose_and_hold(who, who.postures.pinches[with_finger], 0.6)
        keys.append(who.to(open_hand, 0.6))
    return keys


def fist(who: Performer) -> list[KeyPose]:
    """Close all fingers, hold, open."""
    keys = []
    for _ in who.times(1, 2):
        keys += [*_pose_and_hold(who, who.partly(Postures.fist)), who.to(Postures.flat, 0.7)]
    return keys


def finger_wave(who: Performer) -> list[KeyPose]:
    """Bend the fingers one after the other, like drumming in the air."""
    order = _FINGERS_ONLY if who.rng.random() < 0.5 else _FINGERS_ONLY[::-1]
    bent, half = finger(58, 50, 25), finger(25, 25, 12)
    base = replace(who.home, angles=Postures.flat)
    keys = [KeyPose(base, who.seconds(0.5))]
    for _ in who.times(1, 3):
        for number, name in enumerate(order):
            follower = {order[number + 1]: half} if number + 1 < len(order) else {}
            keys.append(KeyPose(base.bend(**{name: bent}, **follower), who.seconds(0.33)))
    return [*keys, KeyPose(base, who.seconds(0.45))]


def spread(who: Performer) -> list[KeyPose]:
    """Spread the straight fingers and close them again."""
    wide = np.radians([[-25, -28, 0, -5], [17, 0, 4, 2], [2, 0, 4, 2], [-13, 0, 4, 2], [-26, 0, 4, 2]])
    keys = []
    for _ in who.times(1, 3):
        keys += [*_pose_and_hold(who, Postures.flat + who.strength * (wide - Postures.flat), 0.6)]
        keys.append(who.to(Postures.flat, 0.6))
    return keys


def hyperextension(who: Performer) -> list[KeyPose]:
    """Bend straight fingers backwards at the knuckles, the last joints or both; hold; return."""
    at_knuckles, at_tips = [(-32.0, 0.0), (0.0, -33.0), (-28.0, -27.0)][who.rng.integers(3)]
    back = Postures.flat.copy()
    back[1:, 1] = np.radians(at_knuckles)
    back[1:, 3] = np.radians(at_tips)
    back[0] = np.radians([-20.0, -15.0, -8.0, -25.0 if at_tips else -5.0])
    keys = []
    for _ in who.times(1, 2):
        keys += [*_pose_and_hold(who, back, 0.7), who.to(Postures.rest, 0.7)]
    return keys


def point(who: Performer) -> list[KeyPose]:
    """Point with the index finger, jabbing or sweeping sideways."""
    aim = replace(who.home, angles=who.postures.extending("index"))
    keys = [KeyPose(aim, who.seconds(0.7)), who.linger(aim, 0.4)]
    sweep = who.rng.random() < 0.5
    for _ in who.times(1, 2):
        away = aim.rotate(inward=0.35, pitch=0.1) if sweep else aim.shift(y=0.07).rotate(flexion=0.1)
        keys += [KeyPose(away, who.seconds(0.6)), KeyPose(aim, who.seconds(0.6))]
    return keys


def wrist_twist(who: Performer) -> list[KeyPose]:
    """Turn the forearm to and fro about its own axis."""
    base = replace(who.home, angles=Postures.rest)
    middle = np.radians(70.0) - base.turn.supination
    swing = who.strength * np.radians(60.0)
    keys = []
    for _ in who.times(2, 3):
        keys += [KeyPose(base.rotate(supination=middle + side * swing), who.seconds(0.7)) for side in (1.0, -1.0)]
    return keys


def count(who: Performer) -> list[KeyPose]:
    """Count on the fingers: from the fist, one more digit out at each step."""
    keys = [who.to(Postures.fist, 0.6)]
    for number in range(1, int(who.rng.integers(3, 6)) + 1):
        shown = ("index", "middle", "ring", "pinky", "thumb")[:number]
        keys += [
            who.to(who.postures.extending(*shown), 0.4),
            who.linger(who.to(who.postures.extending(*shown)).pose, 0.25),
        ]
    return keys


def flick(who: Performer) -> list[KeyPose]:
    """Snap a finger out from behind the thumb."""
    name = str(who.rng.choice(["index", "middle"]))
    cocked = replace(who.home, angles=who.postures.pinches[name]).bend(**{name: finger(50, 95, 50)})
    released = replace(cocked, angles=cocked.angles.copy()).bend(**{name: finger(-5, 5, 2)})
    keys = []
    for _ in who.times(1, 3):
        keys += [KeyPose(cocked, who.seconds(0.6)), KeyPose(released, _SHORTEST_S), who.linger(released, 0.3)]
    return keys


def wave(who: Performer) -> list[KeyPose]:
    """Raise the open hand and wave it from side to side."""
    raised = replace(who.home, angles=Postures.flat, turn=Turn(0.0, np.radians(70.0), np.radians(5.0)))
    swing = who.strength * np.radians(22.0)
    keys = [KeyPose(raised.shift(z=0.08), who.seconds(0.8))]
    for _ in who.times(2, 4):
        for side in (1.0, -1.0):
            swung = raised.shift(x=0.03 * side, z=0.08).rotate(deviation=side * swing)
            keys.append(KeyPose(swung, who.seconds(0.42)))
    return keys


def thumb_up(who: Performer) -> list[KeyPose]:
    """Fist with the thumb up, and down again into the fist."""
    up = replace(who.home, angles=Postures.fist, turn=Turn(np.radians(8.0), np.radians(5.0), np.radians(85.0)))
    up = up.bend(thumb=np.radians([-32.0, -18.0, -8.0, -15.0]))
    return [KeyPose(up, who.seconds(0.8)), who.linger(up, 0.8), who.to(Postures.fist, 0.6, up), who.linger(up, 0.4)]


def claw(who: Performer) -> list[KeyPose]:
    """Bend and stretch the last two joints of all fingers together, knuckles straight: a claw."""
    keys = []
    clawed, straight = Postures.rest.copy(), Postures.flat.copy()
    clawed[1:, 1:] = np.radians([5.0, 85.0, 50.0])
    for _ in who.times(2, 4):
        keys += [who.to(who.partly(clawed), 0.5), who.to(straight, 0.5)]
    return keys


def glide(who: Performer) -> list[KeyPose]:
    """Move the relaxed hand slowly and far along one direction, and part of the way back."""
    base = replace(who.home, angles=who.partly(Postures.flat) if who.rng.random() < 0.5 else Postures.rest)
    direction = who.rng.normal(0.0, 1.0, 3) * np.array([0.6, 1.0, 1.0])
    x, y, z = who.rng.uniform(0.07, 0.12) * direction / np.linalg.norm(direction)
    seconds = who.rng.uniform(2.2, 3.6)
    return [
        KeyPose(base, who.seconds(0.6)),
        KeyPose(base.shift(min(x, 0.04), y, z), seconds),
        KeyPose(base.shift(0.3 * min(x, 0.04), 0.3 * y, 0.3 * z), 0.8 * seconds),
    ]


ONE_HAND_ACTIONS: Final[dict[str, OneHandAction]] = {
    "rest": rest,
    **{f"pinch_{name}": partial(pinch, with_finger=name) for name in _FINGERS_ONLY},
    "fist": fist,
    "finger_wave": finger_wave,
    "spread": spread,
    "hyperextension": hyperextension,
    "point": point,
    "wrist_twist": wrist_twist,
    "count": count,
    "flick": flick,
    "wave": wave,
    "thumb_up": thumb_up,
    "claw": claw,
    "glide": glide,
}
"""By name."""
