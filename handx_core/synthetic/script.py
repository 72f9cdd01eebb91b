"""What happens in a take: a sequence of scenes, each one action of both hands or one action of each.

What belongs here: the choice and timing of actions. What does not: the actions (`one_hand`, `two_hands`), or what
they look like in a source's files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from handx_core.skeleton import HANDS
from handx_core.synthetic.hands import Floats
from handx_core.synthetic.movement import KeyPose, play, total_seconds, tremor
from handx_core.synthetic.one_hand import ONE_HAND_ACTIONS, TEMPOS, Performer, draw_home
from handx_core.synthetic.poses import Pose, Postures
from handx_core.synthetic.two_hands import TWO_HAND_ACTIONS, Pair, draw_place

ACTIONS: Final = (*ONE_HAND_ACTIONS, *TWO_HAND_ACTIONS)
"""Names of all actions."""

_TWO_HAND_SHARE: Final = 0.42
_TEMPO_SHARES: Final = (0.2, 0.45, 0.35)
_SETTLE_S: Final = 0.5
_RELAX_AFTER_S: Final = 1.3


@dataclass(frozen=True)
class Scene:
    """A stretch of a take. keys: for left and right hand, together end_s - start_s long."""

    start_s: float
    end_s: float
    left_action: str
    right_action: str
    keys: tuple[tuple[KeyPose, ...], tuple[KeyPose, ...]]


def write_script(postures: Postures, rng: np.random.Generator, seconds: float) -> list[Scene]:
    """Scenes that fill at least `seconds`, beginning with both hands at rest."""
    start = tuple((KeyPose(draw_home(rng), _SETTLE_S),) for _ in range(2))
    scenes = [Scene(0.0, _SETTLE_S, "rest", "rest", (start[0], start[1]))]
    one_hand, two_hands = _decks(rng, tuple(ONE_HAND_ACTIONS)), _decks(rng, tuple(TWO_HAND_ACTIONS))
    while scenes[-1].end_s < seconds:
        if rng.random() < _TWO_HAND_SHARE:
            name = next(two_hands)
            keys, names = _together(name, postures, rng), (name, name)
        else:
            names = next(one_hand), next(one_hand)
            keys = _apart(names, postures, rng)
        begin = scenes[-1].end_s
        scenes.append(Scene(begin, begin + total_seconds(keys[0]), *names, keys))
    return scenes


def perform(scenes: Sequence[Scene], rng: np.random.Generator, times: Floats) -> Floats:
    """Pose vectors of both hands (T, 2, 28) at times (T,), with the tremor of living hands."""
    poses = []
    for hand in range(len(HANDS)):
        keys = [key for scene in scenes for key in scene.keys[hand]]
        poses.append(play(keys[0].pose, keys, times) + tremor(rng, times))
    return np.stack(poses, axis=1)


def _decks(rng: np.random.Generator, names: tuple[str, ...]) -> Iterator[str]:
    """Names in random order, none again before all were drawn."""
    while True:
        for number in rng.permutation(len(names)):
            yield names[number]


def _performer(postures: Postures, rng: np.random.Generator, home: Pose) -> Performer:
    tempo = TEMPOS[str(rng.choice(list(TEMPOS), p=_TEMPO_SHARES))] * rng.uniform(0.85, 1.15)
    return Performer(postures, home, rng, tempo, strength=rng.uniform(0.8, 1.0))


def _together(
    name: str, postures: Postures, rng: np.random.Generator
) -> tuple[tuple[KeyPose, ...], tuple[KeyPose, ...]]:
    place = draw_place(rng)
    pair = Pair(_performer(postures, rng, draw_home(rng)), place)
    keys = TWO_HAND_ACTIONS[name](pair)
    return tuple(KeyPose(k.left, k.seconds) for k in keys), tuple(KeyPose(k.right, k.seconds) for k in keys)


def _apart(
    names: tuple[str, str], postures: Postures, rng: np.random.Generator
) -> tuple[tuple[KeyPose, ...], tuple[KeyPose, ...]]:
    """An action of each hand; the one that is done first waits for the other, relaxing if it has the time."""
    lanes = []
    for name in names:
        who = _performer(postures, rng, draw_home(rng))
        lanes.append((who, ONE_HAND_ACTIONS[name](who)))
    seconds = max(total_seconds(keys) for _, keys in lanes)
    filled = [_wait(who, keys, seconds - total_seconds(keys)) for who, keys in lanes]
    return filled[0], filled[1]


def _wait(who: Performer, keys: list[KeyPose], seconds: float) -> tuple[KeyPose, ...]:
    if seconds <= 0.0:
        return tuple(keys)
    pose = keys[-1].pose
    if seconds > _RELAX_AFTER_S:
        pose = replace(pose, angles=Postures.rest)
    return (*keys, KeyPose(who.linger(pose).pose, seconds))
