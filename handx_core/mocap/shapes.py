"""The shape of a marked hand, fitted together with its poses at many instants.

Gauss-Newton on all of them at once; the poses are eliminated by the Schur complement, so that the system solved has as
many unknowns as the shape has parameters. What belongs here: the fit of one hand. What does not: choosing instants, or
subjects (`calibration`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from handx_core.compiled import compiled
from handx_core.mocap.equations import (
    N_POSE,
    NOISE_M,
    Integers,
    Links,
    Problem,
    add_products,
    empty_links,
    factorise,
    marker_columns,
    move,
    pose_equations,
    problem_of,
    robust_weight,
    solve_lower,
    solve_upper,
)
from handx_core.mocap.joint_model import PARENTS, Floats, HandPose
from handx_core.mocap.poses import SCALE
from handx_core.mocap.priors import MarkedHand, ShapeSpace

_SCALES: Final = (*np.geomspace(30.0, SCALE, 6), *[SCALE] * 4)
"""Of the robust cost, step by step."""

POSTURE_WEIGHT: Final = 0.03
"""Of the usual posture while shapes are fitted: at full weight it would shorten or lengthen bones."""

_MOST_COLUMNS: Final = 64
_BATCH: Final = 64


@dataclass(frozen=True, eq=False)
class FittedShape:
    """A hand, and how certain it is: parameters (P,) with covariance (P, P); and its poses at the F instants."""

    parameters: Floats
    covariance: Floats
    hand: MarkedHand
    poses: HandPose


@dataclass(frozen=True)
class Measure:
    """A length measured on the subject: of a bone, or of the hand, by its name in a marker set; metres."""

    name: str
    length: float
    sd: float


class _Coordinates(NamedTuple):
    """Numbers of the coordinates of a shape, as in ShapeSpace, and what turns turn about."""

    offset_at: Integers
    turn_at: Integers
    place_at: Integers
    slide_at: Integers
    turn_axes: Floats


def fit_shape(
    space: ShapeSpace, measured: Floats, start: Floats, poses: HandPose, measures: Sequence[Measure] = ()
) -> FittedShape:
    """The shape that explains markers (F, N, 3), NaN where missing, and measures, from a start and its poses (F,)."""
    parameters, n_coordinates = start.copy(), len(space.mean)
    poses = HandPose(poses.rotations.copy(), poses.positions.copy(), poses.angles.copy())
    normal = np.empty((len(parameters), len(parameters)))
    batches = [slice(first, first + _BATCH) for first in range(0, len(measured), _BATCH)]
    for scale in _SCALES:
        problem = problem_of(space, space.hand(parameters), posture_weight=POSTURE_WEIGHT)
        axes = space.turn_axes(parameters)
        coordinates = _Coordinates(space.offset_at, space.turn_at, space.place_at, space.slide_at, axes)
        matrix, vector = np.zeros((n_coordinates, n_coordinates)), np.zeros(n_coordinates)
        eliminated = []
        for batch in batches:
            size = len(measured[batch])
            cross, right = np.zeros((size, N_POSE, n_coordinates)), np.empty((size, N_POSE))
            factors = np.empty((size, N_POSE, N_POSE))
            _eliminate_poses(
                problem, coordinates, measured[batch], poses.rotations[batch], poses.positions[batch],
                poses.angles[batch], scale, matrix, vector, cross, right, factors,
            )  # fmt: skip
            flat = cross.reshape(-1, n_coordinates)
            matrix -= flat.T @ flat
            vector -= flat.T @ right.ravel()
            eliminated.append((factors, cross, right))
        symmetric = np.tril(matrix) + np.tril(matrix, -1).T
        normal = space.basis.T @ symmetric @ space.basis + np.diag(1.0 / space.sd**2)
        downhill = space.basis.T @ vector - parameters / space.sd**2
        for measure in measures:
            length, slope = space.length(measure.name, parameters)
            normal += np.outer(slope, slope) / measure.sd**2
            downhill += slope * (measure.length - length) / measure.sd**2
        step = np.asarray(cho_solve(cho_factor(normal, lower=True), downhill))
        parameters += step
        changes = space.basis @ step
        for batch, (factors, cross, right) in zip(batches, eliminated, strict=True):
            _move_poses(
                problem, factors, right - cross @ changes, poses.rotations[batch], poses.positions[batch],
                poses.angles[batch],
            )  # fmt: skip
    return FittedShape(parameters, np.asarray(np.linalg.inv(normal), np.float64), space.hand(parameters), poses)


@compiled
def _eliminate_poses(
    problem: Problem,
    coordinates: _Coordinates,
    measured: Floats,
    rotations: Floats,
    positions: Floats,
    angles: Floats,
    scale: float,
    matrix: Floats,
    vector: Floats,
    cross: Floats,
    right: Floats,
    factors: Floats,
) -> None:
    """Add what instants say of the shape alone to the lower half of matrix (C, C) and to vector (C,).

    Fills for every instant Cholesky's factor L (30, 30) of the pose's normal matrix, and L^-1 times both the part that
    couples pose and shape (30, C) and the pose's right side (30,).
    """
    links = empty_links()
    residual, columns, which = np.empty(3), np.empty((N_POSE, 3)), np.empty(N_POSE, np.int64)
    more, numbers = np.empty((_MOST_COLUMNS, 3)), np.empty(_MOST_COLUMNS, np.int64)
    for t in range(len(measured)):
        pose_equations(problem, rotations[t], positions[t], angles[t], measured[t], scale, links, factors[t], right[t])
        for marker in range(len(problem.links)):
            if not np.isfinite(measured[t, marker, 0]):
                continue
            n_pose = marker_columns(problem, links, angles[t], marker, measured[t, marker], residual, columns, which)
            n_shape = _shape_columns(
                problem, coordinates, links, angles[t], marker, measured[t, marker], residual, more, numbers
            )
            weight = robust_weight(residual[0] ** 2 + residual[1] ** 2 + residual[2] ** 2, scale)
            add_products(more, numbers, n_shape, residual, weight, matrix, vector)
            for i in range(n_pose):
                x, y, z = weight * columns[i, 0], weight * columns[i, 1], weight * columns[i, 2]
                for j in range(n_shape):
                    cross[t, which[i], numbers[j]] += x * more[j, 0] + y * more[j, 1] + z * more[j, 2]
        factorise(factors[t])
        solve_lower(factors[t], right[t])
        for i in range(N_POSE):
            for k in range(i):
                if factors[t, i, k] != 0.0:
                    cross[t, i] -= factors[t, i, k] * cross[t, k]
            cross[t, i] /= factors[t, i, i]


@compiled
def _move_poses(
    problem: Problem, factors: Floats, right: Floats, rotations: Floats, positions: Floats, angles: Floats
) -> None:
    for t in range(len(right)):
        solve_upper(factors[t], right[t])
        move(problem, rotations[t], positions[t], angles[t], right[t])


@compiled
def _shape_columns(
    problem: Problem,
    coordinates: _Coordinates,
    links: Links,
    angles: Floats,
    marker: int,
    measured: Floats,
    residual: Floats,
    columns: Floats,
    numbers: Integers,
) -> int:
    """Fill a marker's derivatives by coordinates of the shape, (n, 3), with their numbers (n,); returns n."""
    per_noise, link = 1.0 / NOISE_M, problem.links[marker]
    count = 0
    for axis in range(3):
        columns[count] = per_noise * links.frames[link, :, axis]
        numbers[count] = coordinates.place_at[marker, axis]
        count += 1
    columns[count] = per_noise * angles[problem.slide_angles[marker]] * links.frames[link, :, 1]
    numbers[count] = coordinates.slide_at[marker]
    count += 1
    place = measured - NOISE_M * residual
    while link > 0:
        parent = PARENTS[link]
        for axis in range(3):
            if coordinates.offset_at[link, axis] >= 0:
                columns[count] = per_noise * links.frames[parent, :, axis]
                numbers[count] = coordinates.offset_at[link, axis]
                count += 1
            if coordinates.turn_at[link, axis] >= 0:
                about = per_noise * (links.frames[parent] @ coordinates.turn_axes[link, :, axis].copy())
                arm = place - links.origins[link]
                columns[count, 0] = about[1] * arm[2] - about[2] * arm[1]
                columns[count, 1] = about[2] * arm[0] - about[0] * arm[2]
                columns[count, 2] = about[0] * arm[1] - about[1] * arm[0]
                numbers[count] = coordinates.turn_at[link, axis]
                count += 1
        link = parent
    return count
