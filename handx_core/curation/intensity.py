"""How much happens in a motion: three figures after HandX (CVPR 2026), section "Intensity".

What belongs here: the figures. What does not: what they are compared with.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.compiled import compiled
from handx_core.skeleton import CHAINS, FINGERS, FPS, WRIST

_CHAINS: Final = np.array([(WRIST, *CHAINS[finger]) for finger in FINGERS])
_WEIGHTS: Final = np.array([9.0, 3.0, 1.0]) / 13.0
"""Weight of a chain's three middle joints, proximal first."""

_SMALL_SINE: Final = 0.25
"""Up to here the first six terms of the arcsine's series are exact to 1e-10, and several times faster than `atan2`."""


def angular_velocity_deg_s(joints: NDArray[np.floating]) -> NDArray[np.floating]:
    """Mean |change of the angle between a joint's two bones| over frames and finger joints, deg/s.

    joints: (..., T, 2, 21, 3), metres, 30 fps -> (..., 2), left first. A chain's joints weigh 9, 3, 1.
    """
    turned = _turned(_motions(joints)).reshape(*joints.shape[:-4], 2)
    return np.degrees(turned * FPS).astype(joints.dtype)


def joint_speed_m_s(joints: NDArray[np.floating]) -> NDArray[np.floating]:
    """Mean speed of the 20 joints that are not the wrist, both hands. (..., T, 2, 21, 3), metres, 30 fps -> (...)."""
    return (_travelled(_motions(joints)).reshape(joints.shape[:-4]) * FPS).astype(joints.dtype)


def joint_spread_m(joints: NDArray[np.floating]) -> NDArray[np.floating]:
    """Mean norm of each joint's standard deviation over time, both hands. (..., T, 2, 21, 3), metres -> (...)."""
    return _spread(_motions(joints)).reshape(joints.shape[:-4]).astype(joints.dtype)


def _motions(joints: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.ascontiguousarray(joints).reshape(-1, *joints.shape[-4:])


@compiled
def _turned(motions: NDArray[np.floating]) -> NDArray[np.float64]:
    """(N, 2) radians a frame. motions: (N, T, 2, 21, 3)."""
    n_motions, n_frames = motions.shape[:2]
    turned = np.zeros((n_motions, 2))
    sines, cosines = np.empty(_CHAINS.shape), np.empty(_CHAINS.shape)
    for motion in range(n_motions):
        for hand in range(2):
            total = 0.0
            for t in range(n_frames):
                joints = motions[motion, t, hand]
                for finger in range(_CHAINS.shape[0]):
                    near, far = _CHAINS[finger, 0], _CHAINS[finger, 1]
                    x, y, z = _bone(joints, near, far)
                    for k in range(3):
                        near, far = far, _CHAINS[finger, k + 2]
                        a, b, c = _bone(joints, near, far)
                        u, v, w = y * c - z * b, z * a - x * c, x * b - y * a
                        # Unlike by arccosine, exact near straight.
                        sine, cosine = math.sqrt(u * u + v * v + w * w), x * a + y * b + z * c
                        if t > 0:
                            total += _WEIGHTS[k] * abs(
                                _angle_between(sines[finger, k], cosines[finger, k], sine, cosine)
                            )
                        sines[finger, k], cosines[finger, k] = sine, cosine
                        x, y, z = a, b, c
            turned[motion, hand] = total / (_CHAINS.shape[0] * (n_frames - 1))
    return turned


@compiled
def _bone(joints: NDArray[np.floating], near: int, far: int) -> tuple[float, float, float]:
    return (
        float(joints[far, 0]) - float(joints[near, 0]),
        float(joints[far, 1]) - float(joints[near, 1]),
        float(joints[far, 2]) - float(joints[near, 2]),
    )


@compiled
def _angle_between(sine: float, cosine: float, other_sine: float, other_cosine: float) -> float:
    """Radians from one direction in a plane to another, of whatever lengths; 0 where one has none."""
    across, along = cosine * other_sine - sine * other_cosine, cosine * other_cosine + sine * other_sine
    squared = across * across + along * along
    if squared == 0.0:
        return 0.0
    small = across / math.sqrt(squared)
    if along <= 0.0 or abs(small) > _SMALL_SINE:
        return math.atan2(across, along)
    q = small * small
    return small * (1.0 + q * (1 / 6 + q * (3 / 40 + q * (15 / 336 + q * (105 / 3456 + q * (945 / 42240))))))


@compiled
def _travelled(motions: NDArray[np.floating]) -> NDArray[np.float64]:
    """(N,) metres a frame. motions: (N, T, 2, 21, 3)."""
    n_motions, n_frames, n_hands, n_joints = motions.shape[:4]
    travelled = np.zeros(n_motions)
    for motion in range(n_motions):
        total = 0.0
        for t in range(1, n_frames):
            for hand in range(n_hands):
                before, after = motions[motion, t - 1, hand], motions[motion, t, hand]
                for joint in range(WRIST + 1, n_joints):
                    x, y, z = (
                        after[joint, 0] - before[joint, 0],
                        after[joint, 1] - before[joint, 1],
                        after[joint, 2] - before[joint, 2],
                    )
                    total += math.sqrt(x * x + y * y + z * z)
        travelled[motion] = total / ((n_frames - 1) * n_hands * (n_joints - 1))
    return travelled


@compiled
def _spread(motions: NDArray[np.floating]) -> NDArray[np.float64]:
    """(N,) metres. motions: (N, T, 2, 21, 3)."""
    n_motions, n_frames, n_hands, n_joints = motions.shape[:4]
    spread = np.zeros(n_motions)
    # About the first frame, since sums of squares about a distant origin would lose what varies.
    sums, squares = np.empty((n_hands, n_joints, 3)), np.empty((n_hands, n_joints))
    for motion in range(n_motions):
        sums[:], squares[:] = 0.0, 0.0
        first = motions[motion, 0]
        for t in range(1, n_frames):
            now = motions[motion, t]
            for hand in range(n_hands):
                for joint in range(n_joints):
                    for axis in range(3):
                        off = float(now[hand, joint, axis]) - float(first[hand, joint, axis])
                        sums[hand, joint, axis] += off
                        squares[hand, joint] += off * off
        total = 0.0
        for hand in range(n_hands):
            for joint in range(n_joints):
                x, y, z = sums[hand, joint]
                variance = squares[hand, joint] / n_frames - (x * x + y * y + z * z) / n_frames**2
                total += math.sqrt(max(variance, 0.0))
        spread[motion] = total / (n_hands * n_joints)
    return spread
