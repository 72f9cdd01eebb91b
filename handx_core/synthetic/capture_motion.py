"""What two hands do in an optical take: the calibration routine in a subject's first take, then scripted actions.

What belongs here: the routine, the wrist's movement against the forearm, and the composition of both with the script.
What does not: the actions themselves (`one_hand`, `two_hands`), the hand that makes them, or markers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.spatial.transform import Rotation

from handx_core.skeleton import FINGERS, HANDS
from handx_core.synthetic.hands import JOINT_LIMITS, Floats
from handx_core.synthetic.movement import KeyPose, sway, total_seconds, waves
from handx_core.synthetic.poses import Pose, Postures, Turn, finger, turn_rotation
from handx_core.synthetic.script import Scene, perform, write_script

ROUTINE_S: Final = 20.0
"""Length of the calibration routine."""

ROUTINE: Final = "calibration"
"""Its name where a take's script names actions."""

WRIST_RANGE_RAD: Final = np.array([0.6, 0.3])
"""How far the wrist goes to either side: flexion, deviation."""

_SWAY_M: Final = 0.006
_WRIST_HZ: Final = (0.05, 0.5)
_WRIST_CIRCLES_S: Final = (15.6, 19.6)
_WRIST_CIRCLE_S: Final = 2.0
_BLEND_S: Final = 0.4
_READY: Final = Pose(Postures.flat, np.array([-0.18, 0.32, 1.05]), Turn(*np.radians([6.0, 15.0, 20.0, 0.0, 0.0])))


@dataclass(frozen=True, eq=False)
class CaptureMotion:
    """What both hands do, each said of a left hand, frame by frame.

    times: (T,) seconds. angles: (T, 2, 5, 4) as in `hands`. wrist_angles: (T, 2, 2) flexion and deviation against the
    forearm. turns: for each hand the T orientations of its palm in the world. positions: (T, 2, 3) of its wrist; drift:
    (T, 3) of both, in the world. scenes: what is done when.
    """

    times: Floats
    angles: Floats
    wrist_angles: Floats
    turns: tuple[Rotation, Rotation]
    positions: Floats
    drift: Floats
    scenes: tuple[Scene, ...]


def capture_motion(
    postures: Postures, rng: np.random.Generator, times: Floats, *, routine: bool, half_range: bool = False
) -> CaptureMotion:
    """The motion of a take. routine: begin with the calibration routine.

    half_range: every angle of fingers and wrist goes only half as far from its mean pose.
    """
    scenes = _scenes(postures, rng, float(times[-1]), routine=routine)
    vectors = perform(scenes, rng, times)
    wrist_angles = [_wrist_angles(rng, times, routine=routine) for _ in HANDS]
    angles = vectors[..., :20].reshape(len(times), len(HANDS), len(FINGERS), 4)
    range_share = 0.5 if half_range else 1.0
    return CaptureMotion(
        times=times,
        angles=Postures.rest + range_share * (angles - Postures.rest),
        wrist_angles=range_share * np.stack(wrist_angles, axis=1),
        turns=(turn_rotation(vectors[:, 0, 23:]), turn_rotation(vectors[:, 1, 23:])),
        positions=vectors[..., 20:23],
        drift=sway(rng, times, _SWAY_M),
        scenes=tuple(scenes),
    )


def _scenes(postures: Postures, rng: np.random.Generator, seconds: float, *, routine: bool) -> list[Scene]:
    if not routine:
        return write_script(postures, rng, seconds)
    left, right = (tuple(_routine_keys(postures, rng)) for _ in HANDS)
    first = Scene(0.0, ROUTINE_S, ROUTINE, ROUTINE, (left, right))
    if seconds <= ROUTINE_S:
        return [first]
    rest = write_script(postures, rng, seconds - ROUTINE_S)
    return [first, *(replace(s, start_s=s.start_s + ROUTINE_S, end_s=s.end_s + ROUTINE_S) for s in rest)]


def _routine_keys(postures: Postures, rng: np.random.Generator) -> list[KeyPose]:
    """Fists, hooks, spreads, table tops, wipers, thumb circles, opposition; fists while the wrist circles."""
    flat, strength = postures.flat, rng.uniform(0.85, 1.0)
    steps: list[tuple[Floats, float]] = [(flat, 0.3)]
    for there, seconds in ((postures.fist, 0.8), (_fingers(5, 95, 55), 0.7), (_spread(), 0.6)):
        steps += 2 * [(flat + strength * (there - flat), seconds), (flat, seconds - 0.1)]
    steps += [(_fingers(75, 4, 2), 0.6), (flat, 0.5)]
    steps += [(_leaning(degrees), 0.4) for degrees in (14, -14, 14, -14)] + [(flat, 0.3)]
    steps += [(_thumb(place), 0.45) for place in 2 * _THUMB_CIRCLE]
    steps += [(postures.pinches[name], 0.6) for name in FINGERS[1:]]
    steps += [(flat, 0.5)]
    keys = [KeyPose(_near_ready(rng, angles), seconds * rng.uniform(0.95, 1.05)) for angles, seconds in steps]
    moving_s = total_seconds(keys)
    keys = [replace(key, seconds=key.seconds * _WRIST_CIRCLES_S[0] / moving_s) for key in keys]
    fists = [_near_ready(rng, flat + strength * (there - flat)) for there in (postures.fist, flat) * 2]
    seconds = (ROUTINE_S - _WRIST_CIRCLES_S[0]) / len(fists)
    return [*keys, *(KeyPose(pose, seconds) for pose in fists)]


_THUMB_CIRCLE: Final = ((-25, -20, -5, -10), (20, -25, 0, 0), (60, 10, 20, 15), (25, 40, 40, 50))
"""Degrees: away from the palm in its plane, up in front of it, over to the pinky's side, and flat across the palm."""


def _thumb(degrees: Sequence[float]) -> Floats:
    angles = Postures.flat.copy()
    angles[0] = np.radians(degrees)
    return angles


def _fingers(mcp: float, pip: float, dip: float) -> Floats:
    """The four fingers alike, degrees in; the thumb as in a flat hand."""
    return np.stack([Postures.flat[0], *[finger(mcp, pip, dip)] * 4])


def _spread() -> Floats:
    wide = Postures.flat.copy()
    wide[:, 0] = np.radians([-30.0, 18.0, 2.0, -14.0, -28.0])
    return wide


def _leaning(degrees: float) -> Floats:
    """All four straight fingers to the thumb's side, or away from it."""
    aside = Postures.flat.copy()
    aside[1:, 0] = np.radians(degrees)
    return aside


def _near_ready(rng: np.random.Generator, angles: Floats) -> Pose:
    drifted = _READY.shift(*rng.normal(0.0, 0.01, 3)).rotate(
        pitch=rng.normal(0.0, 0.1), supination=rng.normal(0.0, 0.1)
    )
    return replace(drifted, angles=np.clip(angles, *np.moveaxis(JOINT_LIMITS, -1, 0)))


def _wrist_angles(rng: np.random.Generator, times: Floats, *, routine: bool) -> Floats:
    """(T, 2) flexion and deviation: slow wandering within WRIST_RANGE_RAD; circles at the end of the routine."""
    wandering = np.tanh(0.7 * waves(rng, times, 2, _WRIST_HZ))
    if not routine:
        return WRIST_RANGE_RAD * wandering
    start_s, end_s = _WRIST_CIRCLES_S
    phase = 2.0 * np.pi * (times - start_s) / _WRIST_CIRCLE_S
    circles = np.stack([np.sin(phase), np.cos(phase)], axis=-1)
    inside = np.clip(np.minimum(times - start_s, end_s - times) / _BLEND_S, 0.0, 1.0)[:, None]
    share = inside**2 * (3.0 - 2.0 * inside)
    return WRIST_RANGE_RAD * ((1.0 - share) * wandering + share * circles)
