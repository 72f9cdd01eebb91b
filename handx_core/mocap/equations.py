"""The normal equations of a hand's pose, given where its markers were measured.

A residual is a measured position less the model's, in units of the noise. Its derivatives are exact: a marker moves
with a hinge by the hinge's axis times (cross product) its arm. A weight for every marker makes the squares robust.

What belongs here: what is solved, derivatives and sums of one instant, and the solution of small systems. What does
not: which steps are taken, or derivatives by shape (`shapes`).
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from handx_core.compiled import compiled
from handx_core.mocap.joint_model import (
    ANGLE_OF_LINK,
    FLEXES,
    KINDS,
    N_ANGLES,
    N_LINKS,
    PARENTS,
    SHARES,
    Floats,
    place_links,
)
from handx_core.mocap.marker_set import PALM_SEGMENTS
from handx_core.mocap.priors import HIGH, LOW, POSTURE, MarkedHand, ShapeSpace, posture_precision

N_POSE: Final = 6 + N_ANGLES
"""Of a pose's small changes: a turn and a shift of the palm in the room's frame, then the angles."""

NOISE_M: Final = 1e-3
"""Deviation of a measured marker from the model's, along each axis: mostly skin that moves on bone. It is the same for
all markers: taken marker by marker from residuals, it would let those pull too hard that happen to fit."""

_LARGEST_TURN: Final = 0.5
"""Radians that a step turns the palm or an angle by at most: beyond that the derivatives mean nothing."""

_FREE: Final = 1.0
"""Weight of the palm staying where it is, for a metre and a radian: nothing beside any marker, but a hand of which no
marker tells stays solvable."""

Integers = NDArray[np.int64]


class Problem(NamedTuple):
    """A marked hand as the solvers take it.

    offsets, turns: of its links, (26, 3) and (26, 3, 3), as `place_links` takes them. links, slide_angles: (N,),
    places: (N, 3), slides: (N,), of its markers, as in `markers_of`. rest: (N, 3) markers of the hand at rest in the
    palm's frame. palm: numbers of the markers on the palm. mean: (24,) and precision: (24, 24), the prior of the
    angles. low, high: (24,) their limits.
    """

    offsets: Floats
    turns: Floats
    links: Integers
    places: Floats
    slides: Floats
    slide_angles: Integers
    rest: Floats
    palm: Integers
    mean: Floats
    precision: Floats
    low: Floats
    high: Floats


class Links(NamedTuple):
    """Where the links of a hand are at an instant, filled by `place_links`: room for it, to be used again."""

    frames: Floats
    before: Floats
    origins: Floats


def problem_of(space: ShapeSpace, hand: MarkedHand, *, posture_weight: float) -> Problem:
    """The problem of finding a hand's poses. posture_weight: of the usual posture at one instant, against markers."""
    mean, precision = posture_precision()
    links, turns = empty_links(), hand.shape.rotations()
    place_links(np.eye(3), np.zeros(3), mean, hand.shape.offsets, turns, links.frames, links.before, links.origins)
    rest = links.origins[space.links] + np.einsum("nij,nj->ni", links.frames[space.links], hand.places)
    palm = np.flatnonzero(np.isin(space.segments, PALM_SEGMENTS))
    return Problem(
        offsets=hand.shape.offsets,
        turns=turns,
        links=space.links,
        places=hand.places,
        slides=hand.slides,
        slide_angles=space.slide_angles,
        rest=rest,
        palm=palm,
        mean=mean,
        precision=posture_weight * precision,
        low=POSTURE[:, LOW].copy(),
        high=POSTURE[:, HIGH].copy(),
    )


@compiled
def empty_links() -> Links:
    """Room for the links of one instant."""
    return Links(np.empty((N_LINKS, 3, 3)), np.empty((N_LINKS, 3, 3)), np.empty((N_LINKS, 3)))


@compiled
def robust_weight(squared: float, scale: float) -> float:
    """Geman and McClure's weight of a residual with this square, in units of the noise, as its scale."""
    ratio = scale * scale / (scale * scale + squared)
    return ratio * ratio


@compiled
def pose_equations(
    problem: Problem,
    rotation: Floats,
    position: Floats,
    angles: Floats,
    measured: Floats,
    scale: float,
    links: Links,
    matrix: Floats,
    vector: Floats,
) -> float:
    """Set the lower half of the normal matrix (30, 30) and the right side (30,) of a pose's step, the prior included.

    measured: (N, 3), NaN where missing. scale: of `robust_weight`. Returns the mean robust cost of a marker that was
    seen, in units of the noise squared; it is below scale squared, and 0 where none was seen.
    """
    place_links(rotation, position, angles, problem.offsets, problem.turns, links.frames, links.before, links.origins)
    matrix[:] = 0.0
    vector[:] = 0.0
    columns, which, residual = np.empty((N_POSE, 3)), np.empty(N_POSE, np.int64), np.empty(3)
    cost, seen = 0.0, 0
    for marker in range(len(problem.links)):
        if not np.isfinite(measured[marker, 0]):
            continue
        count = marker_columns(problem, links, angles, marker, measured[marker], residual, columns, which)
        squared = residual[0] ** 2 + residual[1] ** 2 + residual[2] ** 2
        cost += squared * scale * scale / (scale * scale + squared)
        seen += 1
        add_products(columns, which, count, residual, robust_weight(squared, scale), matrix, vector)
    for i in range(N_ANGLES):
        for j in range(N_ANGLES):
            vector[6 + i] += problem.precision[i, j] * (problem.mean[j] - angles[j])
            if j <= i:
                matrix[6 + i, 6 + j] += problem.precision[i, j]
    for i in range(6):
        matrix[i, i] += _FREE
    return cost / max(seen, 1)


@compiled
def add_products(
    columns: Floats, which: Integers, count: int, residual: Floats, weight: float, matrix: Floats, vector: Floats
) -> None:
    """Add a marker's part to the lower half of a normal matrix and its right side."""
    for i in range(count):
        a = which[i]
        x, y, z = weight * columns[i, 0], weight * columns[i, 1], weight * columns[i, 2]
        vector[a] += x * residual[0] + y * residual[1] + z * residual[2]
        for j in range(i + 1):
            b = which[j]
            matrix[max(a, b), min(a, b)] += x * columns[j, 0] + y * columns[j, 1] + z * columns[j, 2]


@compiled
def marker_columns(
    problem: Problem,
    links: Links,
    angles: Floats,
    marker: int,
    measured: Floats,
    residual: Floats,
    columns: Floats,
    which: Integers,
) -> int:
    """Fill a marker's residual (3,) and its derivatives by pose, (n, 3), with their numbers (n,); returns n.

    The palm's six come first, then the hinges from the marker inwards, then the angle of its skin's slide where none of
    them has it.
    """
    link, place = problem.links[marker], problem.places[marker]
    slide, slide_angle = problem.slides[marker], problem.slide_angles[marker]
    frame, per_noise = links.frames[link], 1.0 / NOISE_M
    along = place[1] + slide * angles[slide_angle]
    x = links.origins[link, 0] + frame[0, 0] * place[0] + frame[0, 1] * along + frame[0, 2] * place[2]
    y = links.origins[link, 1] + frame[1, 0] * place[0] + frame[1, 1] * along + frame[1, 2] * place[2]
    z = links.origins[link, 2] + frame[2, 0] * place[0] + frame[2, 1] * along + frame[2, 2] * place[2]
    residual[0] = (measured[0] - x) * per_noise
    residual[1] = (measured[1] - y) * per_noise
    residual[2] = (measured[2] - z) * per_noise
    for n in range(3):
        a, b, c = per_noise * (n == 0), per_noise * (n == 1), per_noise * (n == 2)
        _turn_column(a, b, c, x, y, z, links.origins[0], columns[n])
        columns[3 + n, 0], columns[3 + n, 1], columns[3 + n, 2] = a, b, c
        which[n], which[3 + n] = n, 3 + n
    count, slide_column = 6, -1
    while link > 0:
        flexes = KINDS[link] == FLEXES
        share, column = -SHARES[link] * per_noise if flexes else SHARES[link] * per_noise, 0 if flexes else 2
        a, b, c = (
            share * links.frames[link, 0, column],
            share * links.frames[link, 1, column],
            share * links.frames[link, 2, column],
        )
        _turn_column(a, b, c, x, y, z, links.origins[link], columns[count])
        which[count] = 6 + ANGLE_OF_LINK[link]
        if ANGLE_OF_LINK[link] == slide_angle:
            slide_column = count
        count += 1
        link = PARENTS[link]
    if slide_column < 0:
        slide_column = count
        columns[count] = 0.0
        which[count] = 6 + slide_angle
        count += 1
    for row in range(3):
        columns[slide_column, row] += slide * per_noise * frame[row, 1]
    return count


@compiled
def _turn_column(a: float, b: float, c: float, x: float, y: float, z: float, centre: Floats, column: Floats) -> None:
    """How a point x, y, z moves with a turn about an axis a, b, c through a centre. Numbers, since small arrays here
    would take most of the time."""
    x, y, z = x - centre[0], y - centre[1], z - centre[2]
    column[0] = b * z - c * y
    column[1] = c * x - a * z
    column[2] = a * y - b * x


@compiled
def factorise(matrix: Floats) -> None:
    """Replace the lower half of a positive matrix (n, n) by Cholesky's factor."""
    n = len(matrix)
    for j in range(n):
        for k in range(j):
            factor = matrix[j, k]
            if factor != 0.0:  # fingers know nothing of each other
                for i in range(j, n):
                    matrix[i, j] -= matrix[i, k] * factor
        root = np.sqrt(matrix[j, j])
        for i in range(j, n):
            matrix[i, j] /= root


@compiled
def solve_upper(factor: Floats, vector: Floats) -> None:
    """Replace vector (n,) by the solution of factor transposed times it."""
    for i in range(len(vector) - 1, -1, -1):
        for k in range(i + 1, len(vector)):
            vector[i] -= factor[k, i] * vector[k]
        vector[i] /= factor[i, i]


@compiled
def solve_lower(factor: Floats, vector: Floats) -> None:
    """Replace vector (n,) by the solution of factor times it."""
    for i in range(len(vector)):
        for k in range(i):
            vector[i] -= factor[i, k] * vector[k]
        vector[i] /= factor[i, i]


@compiled
def move(problem: Problem, rotation: Floats, position: Floats, angles: Floats, step: Floats) -> None:
    """Apply a step (30,) to a pose in place: a turn about the palm's origin, a shift, and angles within limits."""
    length = np.sqrt(step[0] ** 2 + step[1] ** 2 + step[2] ** 2)
    shrunk = step[:3] * min(1.0, _LARGEST_TURN / max(length, 1e-12))
    rotation[:] = _turn_matrix(shrunk) @ rotation
    for i in range(3):
        position[i] += step[3 + i]
    for i in range(N_ANGLES):
        change = min(max(step[6 + i], -_LARGEST_TURN), _LARGEST_TURN)
        angles[i] = min(max(angles[i] + change, problem.low[i]), problem.high[i])


@compiled
def _turn_matrix(vector: Floats) -> Floats:
    """The rotation (3, 3) of a rotation vector, radians."""
    x, y, z = vector[0], vector[1], vector[2]
    angle = np.sqrt(x * x + y * y + z * z)
    a = 1.0 - angle * angle / 6.0 if angle < 1e-4 else np.sin(angle) / angle
    b = 0.5 - angle * angle / 24.0 if angle < 1e-4 else (1.0 - np.cos(angle)) / (angle * angle)
    matrix = np.empty((3, 3))
    matrix[0, 0], matrix[0, 1], matrix[0, 2] = 1.0 - b * (y * y + z * z), b * x * y - a * z, b * x * z + a * y
    matrix[1, 0], matrix[1, 1], matrix[1, 2] = b * x * y + a * z, 1.0 - b * (x * x + z * z), b * y * z - a * x
    matrix[2, 0], matrix[2, 1], matrix[2, 2] = b * x * z - a * y, b * y * z + a * x, 1.0 - b * (x * x + y * y)
    return matrix
