"""Poses of one hand: a vocabulary of finger postures, those that must touch solved for the subject's own hand.

What belongs here: single poses and how they are solved. What does not: movement between them (`movement`), or
which action uses which pose (`one_hand`, `two_hands`).

Everything is said of the left hand, x towards the body's midline; the right hand is the mirror image.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
from scipy.optimize import brentq, least_squares
from scipy.spatial.transform import Rotation

from handx_core.skeleton import CHAINS, FINGERS
from handx_core.synthetic.hands import JOINT_LIMITS, Floats, HandShape, digit_joints, hand_joints

PINCH_GAP_M: Final = 0.007
"""Distance of the tip joints in a pinch: they lie under the skin, so touching tips do not coincide."""

STEEPLE_REACH_M: Final = 0.050
"""How far in front of the palm's plane all tips lie in a steeple."""

_REST_ANGLES: Final = np.radians(
    [[15.0, 5.0, 12.0, 12.0], [2.0, 18.0, 25.0, 12.0], [0.0, 22.0, 28.0, 14.0], [-1.0, 24.0, 30.0, 15.0],
     [-4.0, 24.0, 30.0, 15.0]]
)  # fmt: skip
_FLAT_ANGLES: Final = np.radians(
    [[-26.0, -9.0, 2.0, 2.0], [1.0, 2.0, 3.0, 1.0], [0.0, 2.0, 3.0, 1.0], [0.0, 2.0, 3.0, 1.0], [1.0, 2.0, 3.0, 1.0]]
)
_CURLED_FINGER: Final = np.radians([0.0, 78.0, 98.0, 55.0])
_CURLED_THUMB: Final = np.radians([8.0, 22.0, 42.0, 42.0])
_PINCH_DIRECTION: Final = np.array([-0.6, -0.8, 0.0])
"""From the finger's tip to the thumb's: the thumb presses from the palm's side and from behind."""

_PALM_DOWN: Final = Rotation.from_matrix(np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))


@dataclass(frozen=True)
class Turn:
    """The orientation of a wrist by anatomical angles, radians; all zero is palm down, fingers away from the body.

    inward: yaw towards the midline. pitch: fingers up. supination: palm towards the midline, then up. deviation:
    hand towards the thumb's side. flexion: hand towards the palm.
    """

    inward: float = 0.0
    pitch: float = 0.0
    supination: float = 0.0
    deviation: float = 0.0
    flexion: float = 0.0

    def vector(self) -> Floats:
        """(5,) in the order of the fields."""
        return np.array([self.inward, self.pitch, self.supination, self.deviation, self.flexion])


def turn_rotation(turns: Floats) -> Rotation:
    """Orientations of the left wrist in the world. turns: (T, 5) as in Turn.vector."""
    inward, pitch, supination, deviation, flexion = turns.T
    arm = Rotation.from_euler("ZXY", np.stack([-inward, pitch, -supination], axis=-1))
    wrist = Rotation.from_euler("YZ", np.stack([-deviation, -flexion], axis=-1))
    return arm * _PALM_DOWN * wrist


@dataclass(frozen=True)
class Pose:
    """One hand at one time, as a left hand. angles: (5, 4) radians; position: (3,) wrist, metres; turn: wrist."""

    angles: Floats = field(repr=False)
    position: Floats
    turn: Turn = Turn()

    def vector(self) -> Floats:
        """(28,): twenty joint angles, the position, the turn."""
        return np.concatenate([self.angles.ravel(), self.position, self.turn.vector()])

    def bend(self, **digits: Floats) -> "Pose":
        """The same pose with other angles (4,) for the named digits."""
        angles = self.angles.copy()
        for name, values in digits.items():
            angles[FINGERS.index(name)] = values
        return replace(self, angles=angles)

    def shift(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> "Pose":
        """The same pose elsewhere."""
        return replace(self, position=self.position + np.array([x, y, z]))

    def rotate(self, **turns: float) -> "Pose":
        """The same pose with these angles added to the wrist's."""
        return replace(self, turn=replace(self.turn, **{k: getattr(self.turn, k) + v for k, v in turns.items()}))


def finger(mcp: float, pip: float, dip: float, abduction: float = 0.0) -> Floats:
    """Angles (4,) of a finger, degrees in, radians out."""
    return np.radians([abduction, mcp, pip, dip])


class Postures:
    """The finger postures of one subject; contacts are solved once, for this subject's bones."""

    def __init__(self, shape: HandShape) -> None:
        self.shape = shape

    rest: Floats = _REST_ANGLES
    flat: Floats = _FLAT_ANGLES
    fist: Floats = np.stack([_CURLED_THUMB, *[_CURLED_FINGER] * 4])

    def extending(self, *names: str) -> Floats:
        """A fist with the named digits straight. Returns (5, 4)."""
        angles = self.fist.copy()
        for name in names:
            angles[FINGERS.index(name)] = self.flat[FINGERS.index(name)]
        return angles

    @cached_property
    def pinches(self) -> dict[str, Floats]:
        """By finger, (5, 4): its tip on the thumb's, the other fingers half open."""
        return {name: self._solve_pinch(digit) for digit, name in enumerate(FINGERS) if digit}

    def _solve_pinch(self, digit: int) -> Floats:
        across = np.radians(digit - 1.0)  # how much farther than the index finger the thumb must reach
        thumb = np.radians([42.0, 6.0, 14.0, 14.0]) + across * np.array([6.0, 8.0, 9.0, 4.0])
        prior = np.concatenate([thumb, finger(42, 48, 28) + across * np.array([0.0, 3.0, 4.0, 2.0])])
        prior_sd = np.array([0.25, 0.5, 0.5, 0.5, 0.15, 0.5, 0.5, 0.5])

        def misfit(angles: Floats) -> Floats:
            thumb_tip = digit_joints(self.shape, 0, angles[:, :4])[:, -1]
            gap = thumb_tip - digit_joints(self.shape, digit, angles[:, 4:])[:, -1]
            coupling = angles[:, 7] - 0.6 * angles[:, 6]  # the last two joints of a finger bend together
            return np.column_stack(
                [(gap - PINCH_GAP_M * _PINCH_DIRECTION) / 1e-3, (angles - prior) / prior_sd, coupling / 0.1]
            )

        angles = 0.6 * self.rest + 0.4 * self.flat
        angles[[0, digit]] = _solve(misfit, prior, JOINT_LIMITS[[0, digit]].reshape(8, 2)).reshape(2, 4)
        return angles

    @cached_property
    def steeple(self) -> Floats:
        """(5, 4): all five tips at STEEPLE_REACH_M in front of the palm's plane, so that mirrored hands meet there."""
        angles = self.flat.copy()
        for digit in range(1, 5):
            angles[digit] = self._reaching(digit)
        prior = np.radians([20.0, 0.0, 8.0, 8.0])

        def misfit(thumb: Floats) -> Floats:
            reach = -digit_joints(self.shape, 0, thumb)[:, -1, 1]
            return np.column_stack([(reach - STEEPLE_REACH_M) / 5e-4, (thumb - prior) / 0.5])

        angles[0] = _solve(misfit, prior, JOINT_LIMITS[0])
        return angles

    def _reaching(self, digit: int) -> Floats:
        def excess(mcp: float) -> float:
            angles = np.array([[0.0, mcp, 0.28, 0.12]])
            return float(-digit_joints(self.shape, digit, angles)[0, -1, 1] - STEEPLE_REACH_M)

        return np.array([0.0, brentq(excess, *JOINT_LIMITS[digit, 1]), 0.28, 0.12])

    def tip(self, angles: Floats, name: str) -> Floats:
        """Where a fingertip is in the wrist frame. angles: (5, 4) -> (3,) metres."""
        digit = FINGERS.index(name)
        return digit_joints(self.shape, digit, angles[digit][None])[0, -1]

    def palm_centre(self) -> Floats:
        """(3,) in the wrist frame: the middle of wrist and knuckles."""
        joints = hand_joints(self.shape, self.flat[None])[0]
        return np.mean([joints[0], *[joints[chain[0]] for name, chain in CHAINS.items() if name != "thumb"]], axis=0)

    def reach(self, angles: Floats) -> float:
        """How far the foremost joint is in front of the palm's plane. angles: (5, 4) -> metres."""
        return float(-hand_joints(self.shape, angles[None])[0, :, 1].min())


def _solve(misfit: Callable[[Floats], Floats], start: Floats, limits: Floats) -> Floats:
    """Least squares within limits (N, 2). misfit: (M, N) angles -> (M, K); all N differences are taken in one call."""
    step = 1e-6

    def jacobian(angles: Floats) -> Floats:
        values = misfit(np.concatenate([angles[None], angles + step * np.eye(len(angles))]))
        return (values[1:] - values[0]).T / step

    def residuals(angles: Floats) -> Floats:
        return misfit(angles[None])[0]

    lowest, highest = limits.T
    return least_squares(residuals, start, jac=jacobian, bounds=(lowest, highest), xtol=1e-5).x
