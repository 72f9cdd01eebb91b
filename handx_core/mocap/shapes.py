"""The shapes of a person's marked hands, fitted together with their poses at many instants.

Gauss-Newton on all of them at once; the poses are eliminated by the Schur complement, so that the system solved has as
many unknowns as the shape has parameters. What belongs here: the fit. What does not: choosing instants (`calibration`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
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

COLD_SCALES: Final = (*np.geomspace(30.0, SCALE, 6), *[SCALE] * 4)
WARM_SCALES: Final = (10.0, 7.0, *[SCALE] * 4)
"""Of the robust cost, step by step: from usual hands, and from a hand that fits already."""

POSTURE_WEIGHT: Final = 0.03
"""Of the usual posture while shapes are fitted: at full weight it would shorten or lengthen bones."""

ASYMMETRY: Final = 0.15
"""How much the two hands of a person differ, as a share of how much people do."""

_MOST_COLUMNS: Final = 64
_BATCH: Final = 64


@dataclass(frozen=True, eq=False)
class FittedShape:
    """A hand, and how certain it is: parameters (P,) with covariance (P, P); and its poses at the F instants.

    cost: of markers and parameters, in units of their deviations squared; the smaller, the likelier the shape.
    """

    parameters: Floats
    covariance: Floats
    hand: MarkedHand
    poses: HandPose
    cost: float


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


def fit_shapes(
    space: ShapeSpace,
    measured: Sequence[Floats],
    start: Floats,
    poses: Sequence[HandPose],
    measures: Sequence[Measure],
    evidence: float,
    scales: Sequence[float],
) -> list[FittedShape]:
    """The shapes of one person's hands, each as a right one, that explain their markers and measures.

    measured: for each hand (F, N, 3), NaN where missing. start: (P,) parameters, and poses: for each hand (F,), that
    are near. evidence: what an instant counts for against what is known of hands; 1 where markers are off by NOISE_M,
    at each instant anew. scales: COLD_SCALES or WARM_SCALES. The hands are nearly of one shape, whatever was stuck on
    them.
    """
    hands = [_Hand(frames, pose.copy()) for frames, pose in zip(measured, poses, strict=True)]
    shares, sd, heavy = _kinship(space, len(hands))
    common = np.zeros(len(sd))
    common[: len(_shape_parameters(space))] = start[_shape_parameters(space)]
    normal, cost = np.empty((len(sd), len(sd))), 0.0
    for scale in scales:
        surprise = (common / sd) ** 2
        precision = np.where(heavy, 2.0 / (1.0 + surprise), 1.0) / sd**2
        normal, downhill = np.diag(precision), -precision * common
        cost = float(np.sum(np.where(heavy, 2.0 * np.log1p(surprise), surprise)))
        for hand, share in zip(hands, shares, strict=True):
            of_hand = share @ common
            matrix, vector, of_markers = hand.eliminate_poses(space, of_hand, scale)
            basis = space.basis @ share
            normal += evidence * (basis.T @ matrix @ basis)
            downhill += evidence * (basis.T @ vector)
            cost += evidence * of_markers
            for measure in measures:
                length, slope = space.length(measure.name, of_hand)
                slope = slope @ share
                normal += np.outer(slope, slope) / measure.sd**2
                downhill += slope * (measure.length - length) / measure.sd**2
        step = np.asarray(cho_solve(cho_factor(normal, lower=True), downhill))
        common += step
        for hand, share in zip(hands, shares, strict=True):
            hand.move(space.basis @ (share @ step))
    covariance = np.linalg.inv(normal)
    return [FittedShape(share @ common, share @ covariance @ share.T, space.hand(share @ common), hand.poses, cost)
            for hand, share in zip(hands, shares, strict=True)]  # fmt: skip


def _shape_parameters(space: ShapeSpace) -> Integers:
    """The numbers of the parameters that say bones and joints, the size first; the others are of markers and skin."""
    coordinates = np.concatenate([at[at >= 0] for at in (space.offset_at, space.tip_at, space.turn_at)])
    return np.concatenate([np.zeros(1, np.int64), 1 + coordinates])


def _kinship(space: ShapeSpace, n_hands: int) -> tuple[list[Floats], Floats, NDArray[np.bool_]]:
    """What hands have in common and each for itself, as parameters (U,) of mean 0.

    Returns for each hand (P, U) that makes its own parameters of them, their deviations (U,), and which of them are
    heavy-tailed, as in ShapeSpace.
    """
    shape = _shape_parameters(space)
    skin = np.setdiff1d(np.arange(len(space.sd)), shape)
    shared = space.sd[shape] * np.sqrt(1.0 - ASYMMETRY**2)
    own = np.concatenate([ASYMMETRY * space.sd[shape[1:]], space.sd[skin]])  # hands differ in shape, not in size
    heavy = np.concatenate([space.heavy[shape], np.zeros(n_hands * len(own), bool)])
    shares = []
    for hand in range(n_hands):
        share = np.zeros((len(space.sd), len(shared) + n_hands * len(own)))
        share[shape, np.arange(len(shape))] = 1.0
        first = len(shared) + hand * len(own)
        share[np.concatenate([shape[1:], skin]), np.arange(first, first + len(own))] = 1.0
        shares.append(share)
    return shares, np.concatenate([shared, *[own] * n_hands]), heavy


class _Hand:
    """One hand's instants between two steps: its poses, and what was eliminated to find the shape's step."""

    def __init__(self, measured: Floats, poses: HandPose) -> None:
        self.measured, self.poses = measured, poses
        self._batches = [slice(first, first + _BATCH) for first in range(0, len(measured), _BATCH)]
        self._problem: Problem
        self._eliminated: list[tuple[Floats, Floats, Floats]] = []

    def eliminate_poses(self, space: ShapeSpace, parameters: Floats, scale: float) -> tuple[Floats, Floats, float]:
        """Normal matrix (C, C) and right side (C,) of the shape alone, and the markers' cost."""
        n_coordinates = len(space.mean)
        self._problem = problem_of(space, space.hand(parameters), posture_weight=POSTURE_WEIGHT)
        self._eliminated = []
        axes = space.turn_axes(parameters)
        coordinates = _Coordinates(space.offset_at, space.turn_at, space.place_at, space.slide_at, axes)
        matrix, vector, cost = np.zeros((n_coordinates, n_coordinates)), np.zeros(n_coordinates), 0.0
        for batch in self._batches:
            size = len(self.measured[batch])
            cross, right = np.zeros((size, N_POSE, n_coordinates)), np.empty((size, N_POSE))
            factors = np.empty((size, N_POSE, N_POSE))
            cost += _eliminate_poses(
                self._problem, coordinates, self.measured[batch], self.poses.rotations[batch],
                self.poses.positions[batch], self.poses.angles[batch], scale, matrix, vector, cross, right, factors,
            )  # fmt: skip
            flat = cross.reshape(-1, n_coordinates)
            matrix -= flat.T @ flat
            vector -= flat.T @ right.ravel()
            self._eliminated.append((factors, cross, right))
        return np.tril(matrix) + np.tril(matrix, -1).T, vector, cost

    def move(self, changes: Floats) -> None:
        """Let the poses follow a change (C,) of the shape."""
        for batch, (factors, cross, right) in zip(self._batches, self._eliminated, strict=True):
            _move_poses(
                self._problem, factors, right - cross @ changes, self.poses.rotations[batch],
                self.poses.positions[batch], self.poses.angles[batch],
            )  # fmt: skip


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
) -> float:
    """Add what instants say of the shape alone to the lower half of matrix (C, C) and to vector (C,).

    Fills for every instant Cholesky's factor L (30, 30) of the pose's normal matrix, and L^-1 times both the part that
    couples pose and shape (30, C) and the pose's right side (30,). Returns the sum of all markers' robust costs.
    """
    links = empty_links()
    residual, columns, which = np.empty(3), np.empty((N_POSE, 3)), np.empty(N_POSE, np.int64)
    more, numbers = np.empty((_MOST_COLUMNS, 3)), np.empty(_MOST_COLUMNS, np.int64)
    cost = 0.0
    for t in range(len(measured)):
        cost += np.sum(np.isfinite(measured[t, :, 0])) * pose_equations(
            problem, rotations[t], positions[t], angles[t], measured[t], scale, links, factors[t], right[t]
        )
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
    return cost


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
