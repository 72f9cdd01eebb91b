"""The path of a hand through a stretch of a take: all instants at once, with what is known of how hands accelerate.

Accelerations of the palm and of every angle are white noise of known deviation. That couples each instant to the two
before it, so that a Gauss-Newton step is the solution of a banded system; its factor also tells how certain the path
is. What belongs here: that system. What does not: single instants (`poses`), takes (`solver`).
"""

from typing import Final

import numpy as np
from scipy.linalg import cho_solve_banded, cholesky_banded

from handx_core.compiled import compiled
from handx_core.mocap.equations import N_POSE, Problem, empty_links, move, pose_equations
from handx_core.mocap.joint_model import Floats, HandPose
from handx_core.mocap.poses import SCALE

ACCELERATION_SD: Final = np.array([180.0] * 3 + [22.0] * 3 + [60.0] * (N_POSE - 6))
"""Of the palm's turn, rad/s2, its position, m/s2, and the angles, rad/s2."""

PASSES: Final = 2
N_SAMPLES: Final = 8
"""Paths drawn from what the markers leave open, to tell how certain each joint is."""

_BAND: Final = 2 * N_POSE


def smooth(
    problem: Problem, measured: Floats, pose: HandPose, rate_hz: float, rng: np.random.Generator
) -> tuple[HandPose, Floats]:
    """The path (T,) of a hand from markers (T, N, 3), NaN where missing, and a path near it.

    Returns also steps (N_SAMPLES, T, 30) that lead to other paths as likely as the markers and accelerations allow.
    """
    path = pose.copy()
    stiffness = (rate_hz**2 / ACCELERATION_SD) ** 2
    n = len(measured) * N_POSE
    for _ in range(PASSES):
        band, right = np.zeros((n, _BAND + 1)), np.zeros(n)
        _path_equations(problem, measured, path.rotations, path.positions, path.angles, stiffness, band, right)
        factor = cholesky_banded(band.T, lower=True, overwrite_ab=True, check_finite=False)
        steps = cho_solve_banded((factor, True), right, overwrite_b=True, check_finite=False)
        _move_path(problem, path.rotations, path.positions, path.angles, steps.reshape(-1, N_POSE))
    samples = rng.standard_normal((N_SAMPLES, n))
    _solve_upper_banded(factor.T, samples)
    return path, samples.reshape(N_SAMPLES, -1, N_POSE)


@compiled
def _move_path(problem: Problem, rotations: Floats, positions: Floats, angles: Floats, steps: Floats) -> None:
    for t in range(len(steps)):
        move(problem, rotations[t], positions[t], angles[t], steps[t])


@compiled
def _path_equations(
    problem: Problem,
    measured: Floats,
    rotations: Floats,
    positions: Floats,
    angles: Floats,
    stiffness: Floats,
    band: Floats,
    right: Floats,
) -> None:
    """Set the lower band (n, 61) of the normal matrix, a row for each of its columns, and the right side (n,)."""
    links, matrix, vector = empty_links(), np.empty((N_POSE, N_POSE)), np.empty(N_POSE)
    velocity, before = np.zeros(N_POSE), np.zeros(N_POSE)
    for t in range(len(measured)):
        pose_equations(problem, rotations[t], positions[t], angles[t], measured[t], SCALE, links, matrix, vector)
        first = t * N_POSE
        for j in range(N_POSE):
            right[first + j] += vector[j]
            for i in range(j, N_POSE):
                band[first + j, i - j] += matrix[i, j]
        if t == 0:
            continue
        _turn_between(rotations[t - 1], rotations[t], velocity)
        velocity[3:6] = positions[t] - positions[t - 1]
        velocity[6:] = angles[t] - angles[t - 1]
        if t >= 2:
            for i in range(N_POSE):  # (x_t - 2 x_t-1 + x_t-2) squared, times its weight
                weight, change = stiffness[i], velocity[i] - before[i]
                a, b, c = first - 2 * N_POSE + i, first - N_POSE + i, first + i
                right[a] -= weight * change
                right[b] += 2.0 * weight * change
                right[c] -= weight * change
                band[a, 0] += weight
                band[b, 0] += 4.0 * weight
                band[c, 0] += weight
                band[a, N_POSE] -= 2.0 * weight
                band[b, N_POSE] -= 2.0 * weight
                band[a, _BAND] += weight
        before[:] = velocity


@compiled
def _turn_between(first: Floats, second: Floats, vector: Floats) -> None:
    """Set the first three to the rotation vector that brings one rotation to another, radians, in the room's frame."""
    turn = second @ first.T
    x, y, z = turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]
    sine = 0.5 * np.sqrt(x * x + y * y + z * z)
    cosine = 0.5 * (turn[0, 0] + turn[1, 1] + turn[2, 2] - 1.0)
    factor = 0.5 if sine < 1e-9 else 0.5 * np.arctan2(sine, cosine) / sine
    vector[0], vector[1], vector[2] = factor * x, factor * y, factor * z


@compiled
def _solve_upper_banded(factor: Floats, vectors: Floats) -> None:
    """Replace each of vectors (S, n) by the solution of L^T x = vector, L given by its band (n, 61), a row a column."""
    n_samples, n = vectors.shape
    for j in range(n - 1, -1, -1):
        reach = min(_BAND, n - 1 - j)
        for sample in range(n_samples):
            total = vectors[sample, j]
            for k in range(1, reach + 1):
                total -= factor[j, k] * vectors[sample, j + k]
            vectors[sample, j] = total / factor[j, 0]
