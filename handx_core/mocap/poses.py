"""The pose of a hand of known shape, instant by instant.

A hand is found by laying its palm's markers on the measured ones, then all its angles by Gauss-Newton steps on robust
squares, whose scale falls from what forgives a wrong start to what tells a good marker from a bad one.

What belongs here: single instants, each from the one before, and those between them of which no marker tells. What does
not: smooth paths (`smoothing`), shapes.
"""

from typing import Final

import numpy as np

from handx_core.compiled import compiled
from handx_core.mocap.equations import (
    N_POSE,
    Integers,
    Problem,
    empty_links,
    factorise,
    move,
    pose_equations,
    robust_weight,
    solve_lower,
    solve_upper,
)
from handx_core.mocap.joint_model import ANGLE_OF_LINK, DESCENDS, N_ANGLES, Floats, HandPose

SCALE: Final = 5.0
"""Of the robust cost in the end, in units of the noise: a marker 5 mm off has a quarter of the weight of a good one."""

_COLD_SCALES: Final = np.array([60.0, 45.0, 30.0, 30.0, 20.0, 15.0, 10.0, 7.0, SCALE, SCALE, SCALE])
_WARM_SCALES: Final = np.array([15.0, 7.0, SCALE])
"""Scales step by step: from nothing known, and from the instant before."""

LOST_COST: Final = 12.0
"""Mean robust cost of a marker, in units of the noise squared, above which a pose is not believed."""

_FEWEST_OF_PALM: Final = 3
_FEWEST_OF_HAND: Final = 4
_LAYING_STEPS: Final = 4
_LAYING_SCALE_M: Final = 0.015

FROM_BEFORE, FROM_PALM, FROM_NOTHING = range(3)
"""Ways to start an instant: with the pose before; with its fingers, but the palm laid anew; with the usual posture."""


def track(problem: Problem, measured: Floats) -> tuple[HandPose, Floats]:
    """The poses (T,) that fit measured markers (T, N, 3), NaN where missing, each found from the one before.

    Returns also the mean robust cost of a marker in each, (T,), inf where too few were ever seen to place the hand.
    """
    n_frames = len(measured)
    pose = HandPose(np.tile(np.eye(3), (n_frames, 1, 1)), np.zeros((n_frames, 3)), np.tile(problem.mean, (n_frames, 1)))
    costs = np.full(n_frames, np.inf)
    _track(problem, measured, pose.rotations, pose.positions, pose.angles, costs)
    return pose, costs


def bridge(problem: Problem, measured: Floats, pose: HandPose) -> HandPose:
    """A pose (T,) by `track`, but straight from before to after where no marker (T, N, 3) tells an angle."""
    seen = np.isfinite(measured[..., 0])
    angles = pose.angles.copy()
    for angle in range(N_ANGLES):
        turned = DESCENDS[problem.links][:, np.flatnonzero(angle == ANGLE_OF_LINK)]
        told = (seen @ turned).any(axis=1)
        if told.any() and not told.all():
            gaps, known = np.flatnonzero(~told), np.flatnonzero(told)
            angles[~told, angle] = np.interp(gaps, known, angles[told, angle])
    return HandPose(pose.rotations, pose.positions, angles)


@compiled
def _track(
    problem: Problem, measured: Floats, rotations: Floats, positions: Floats, angles: Floats, costs: Floats
) -> None:
    everything = np.arange(len(problem.links))
    tracked = False
    for t in range(len(measured)):
        of_palm, of_hand = _count_seen(measured[t], problem.palm), _count_seen(measured[t], everything)
        if tracked:
            rotations[t], positions[t], angles[t] = rotations[t - 1], positions[t - 1], angles[t - 1]
        for start in range(3):
            if start != FROM_NOTHING and not tracked:
                continue
            if (start == FROM_PALM and of_palm < _FEWEST_OF_PALM) or of_hand < _FEWEST_OF_HAND:
                continue
            before = max(t - 1, 0)
            rotation, position = rotations[before].copy(), positions[before].copy()
            angle = angles[before].copy() if start != FROM_NOTHING else problem.mean.copy()
            if start != FROM_BEFORE:
                markers = problem.palm if of_palm >= _FEWEST_OF_PALM else everything
                _lay(problem.rest, measured[t], markers, rotation, position)
            scales = _WARM_SCALES if start != FROM_NOTHING else _COLD_SCALES
            cost = _refine(problem, measured[t], rotation, position, angle, scales)
            if cost < costs[t]:
                rotations[t], positions[t], angles[t], costs[t] = rotation, position, angle, cost
            if cost <= LOST_COST:
                break
        tracked = costs[t] <= LOST_COST or (tracked and of_hand < _FEWEST_OF_HAND)


@compiled
def _count_seen(measured: Floats, markers: Integers) -> int:
    seen = 0
    for marker in markers:
        if np.isfinite(measured[marker, 0]):
            seen += 1
    return seen


@compiled
def _refine(
    problem: Problem, measured: Floats, rotation: Floats, position: Floats, angles: Floats, scales: Floats
) -> float:
    """Improve a pose in place, a step for each scale; returns the mean robust cost of a marker before the last."""
    links = empty_links()
    matrix, vector = np.empty((N_POSE, N_POSE)), np.empty(N_POSE)
    cost = np.inf
    for scale in scales:
        cost = pose_equations(problem, rotation, position, angles, measured, scale, links, matrix, vector)
        factorise(matrix)
        solve_lower(matrix, vector)
        solve_upper(matrix, vector)
        move(problem, rotation, position, angles, vector)
    return cost


@compiled
def _lay(rest: Floats, measured: Floats, markers: Integers, rotation: Floats, position: Floats) -> None:
    """Find the rotation and position that bring places at rest to measured ones, forgiving single wrong markers."""
    weights = np.zeros(len(measured))
    for marker in markers:
        weights[marker] = 1.0 if np.isfinite(measured[marker, 0]) else 0.0
    for _ in range(_LAYING_STEPS):
        _lay_weighted(rest, measured, markers, weights, rotation, position)
        for marker in markers:
            if weights[marker] > 0.0:
                off = position + rotation @ rest[marker] - measured[marker]
                weights[marker] = max(robust_weight(off @ off, _LAYING_SCALE_M), 1e-6)


@compiled
def _lay_weighted(
    rest: Floats, measured: Floats, markers: Integers, weights: Floats, rotation: Floats, position: Floats
) -> None:
    """The weighted least squares of `_lay`, by the quaternion that is the largest eigenvector of Horn's matrix."""
    total, centre, middle = weights.sum(), np.zeros(3), np.zeros(3)
    for marker in markers:
        if weights[marker] > 0.0:
            centre += weights[marker] / total * rest[marker]
            middle += weights[marker] / total * measured[marker]
    cross = np.zeros((3, 3))
    for marker in markers:
        if weights[marker] > 0.0:
            cross += weights[marker] * np.outer(rest[marker] - centre, measured[marker] - middle)
    trace = cross[0, 0] + cross[1, 1] + cross[2, 2]
    horn = np.empty((4, 4))
    horn[0, 0] = trace
    horn[0, 1] = horn[1, 0] = cross[1, 2] - cross[2, 1]
    horn[0, 2] = horn[2, 0] = cross[2, 0] - cross[0, 2]
    horn[0, 3] = horn[3, 0] = cross[0, 1] - cross[1, 0]
    for i in range(3):
        for j in range(3):
            horn[1 + i, 1 + j] = cross[i, j] + cross[j, i] - (trace if i == j else 0.0)
    _, vectors = np.linalg.eigh(horn)
    w, x, y, z = vectors[0, 3], vectors[1, 3], vectors[2, 3], vectors[3, 3]
    rotation[0, 0], rotation[1, 1], rotation[2, 2] = (
        1.0 - 2.0 * (y * y + z * z),
        1.0 - 2.0 * (x * x + z * z),
        1.0 - 2.0 * (x * x + y * y),
    )
    rotation[0, 1], rotation[1, 0] = 2.0 * (x * y - w * z), 2.0 * (x * y + w * z)
    rotation[0, 2], rotation[2, 0] = 2.0 * (x * z + w * y), 2.0 * (x * z - w * y)
    rotation[1, 2], rotation[2, 1] = 2.0 * (y * z - w * x), 2.0 * (y * z + w * x)
    position[:] = middle - rotation @ centre
