"""What the solver's linear algebra sums up, against finite differences and dense matrices."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from handx_core.mocap.equations import (
    N_POSE,
    NOISE_M,
    Problem,
    empty_links,
    factorise,
    move,
    pose_equations,
    problem_of,
    solve_lower,
    solve_upper,
)
from handx_core.mocap.joint_model import ANGLES, LINKS, LONG_FINGERS, N_ANGLES, Floats, HandPose, joints_of, markers_of
from handx_core.mocap.marker_set import HAND25, HAND_LENGTH, load_marker_set
from handx_core.mocap.poses import LOST_COST, SCALE, _lay, track
from handx_core.mocap.priors import (
    DIP_PER_PIP,
    HIGH,
    LOW,
    MEAN,
    NEIGHBOURS_SD,
    POSTURE,
    SD,
    MarkedHand,
    ShapeSpace,
    posture_precision,
    shape_space,
)
from handx_core.mocap.shapes import _Coordinates, _eliminate_poses
from handx_core.mocap.smoothing import ACCELERATION_SD, _path_equations, _solve_upper_banded
from handx_core.skeleton import BONES, CHAINS, JOINT_NAMES, WRIST, bone_lengths

SET = load_marker_set(HAND25)
SPACE = shape_space(SET)
N_MARKERS = len(SET.markers)
RATE_HZ = 120.0
PALM_FREE = 1.0
"""What the palm's turn and shift weigh, so that a hand without markers can be solved."""


def some_hand(seed: int = 0) -> tuple[Floats, MarkedHand]:
    """Parameters of an unusual subject, and that hand."""
    parameters = 0.7 * SPACE.sd * np.random.default_rng(seed).standard_normal(len(SPACE.sd))
    return parameters, SPACE.hand(parameters)


def some_poses(n_frames: int, seed: int = 1) -> HandPose:
    rng = np.random.default_rng(seed)
    angles = np.clip(
        POSTURE[:, MEAN] + 0.7 * POSTURE[:, SD] * rng.standard_normal((n_frames, N_ANGLES)),
        POSTURE[:, LOW],
        POSTURE[:, HIGH],
    )
    return HandPose(Rotation.random(n_frames, rng).as_matrix(), rng.normal(0.0, 0.5, (n_frames, 3)), angles)


def predicted(hand: MarkedHand, pose: HandPose, space: ShapeSpace = SPACE) -> Floats:
    return markers_of(hand.shape, pose, space.links, hand.places, hand.slides, space.slide_angles)


def measured_near(hand: MarkedHand, pose: HandPose, seed: int = 2) -> Floats:
    """Markers a few millimetres from where they should be, one of them far off, two not seen."""
    rng = np.random.default_rng(seed)
    measured = predicted(hand, pose) + rng.normal(0.0, 0.003, (len(pose.angles), N_MARKERS, 3))
    measured[:, 7] += 0.03
    measured[:, [3, 20]] = np.nan
    return measured


def stepped(pose: HandPose, step: Floats) -> HandPose:
    """A pose after a step (30,) at each instant."""
    turned = (Rotation.from_rotvec(step[:3]) * Rotation.from_matrix(pose.rotations)).as_matrix()
    return HandPose(turned, pose.positions + step[3:6], pose.angles + step[6:])


def pose_jacobian(hand: MarkedHand, pose: HandPose) -> Floats:
    """(N, 3, 30) of the predicted markers of one instant by central differences, in units of the noise."""
    size = 1e-5
    ends = [[predicted(hand, stepped(pose, sign * size * unit))[0] for sign in (1, -1)] for unit in np.eye(N_POSE)]
    return np.stack([(there - back) / (2.0 * size * NOISE_M) for there, back in ends], axis=-1)


def robust(residual: Floats, scale: float) -> Floats:
    """(N,) Geman and McClure's weights: the derivative of s2 r2 / (s2 + r2) by r2; 0 where a marker is missing."""
    squared = (residual**2).sum(axis=-1)
    return np.nan_to_num(scale**4 / (scale**2 + squared) ** 2)


def equations(problem: Problem, pose: HandPose, measured: Floats, scale: float) -> tuple[Floats, Floats, float]:
    matrix, vector = np.empty((N_POSE, N_POSE)), np.empty(N_POSE)
    cost = pose_equations(
        problem, pose.rotations[0], pose.positions[0], pose.angles[0], measured[0], scale, empty_links(), matrix, vector
    )
    return np.tril(matrix) + np.tril(matrix, -1).T, vector, cost


@pytest.mark.parametrize("scale", [5.0, 30.0])
def test_a_pose_s_equations_are_those_of_finite_differences(scale: float) -> None:
    for seed in range(3):
        _, hand = some_hand(seed)
        pose = some_poses(1, seed + 10)
        measured = measured_near(hand, pose)
        problem = problem_of(SPACE, hand, posture_weight=0.4)
        matrix, vector, cost = equations(problem, pose, measured, scale)
        jacobian = pose_jacobian(hand, pose)
        residual = (measured - predicted(hand, pose))[0] / NOISE_M
        weights = robust(residual, scale)
        mean, precision = posture_precision()
        expected = np.einsum("nia,n,nib->ab", jacobian, weights, jacobian)
        expected[6:, 6:] += 0.4 * precision
        expected[:6, :6] += PALM_FREE * np.eye(6)
        right = np.einsum("nia,n,ni->a", jacobian, weights, np.nan_to_num(residual))
        right[6:] += 0.4 * precision @ (mean - pose.angles[0])
        np.testing.assert_allclose(matrix, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())
        np.testing.assert_allclose(vector, right, rtol=1e-6, atol=1e-6 * np.abs(right).max())
        squared = np.nansum(residual**2, axis=-1)[np.isfinite(residual[:, 0])]
        assert cost == pytest.approx(np.mean(scale**2 * squared / (scale**2 + squared)))


def test_the_usual_posture_is_said_in_numbers_that_can_be_read() -> None:
    angles = np.random.default_rng(0).normal(0.0, 1.0, N_ANGLES)
    off = dict(zip(ANGLES, angles - POSTURE[:, MEAN], strict=True))
    sd = dict(zip(ANGLES, POSTURE[:, SD], strict=True))
    expected = 0.0
    for name, value in off.items():
        finger = name.removesuffix("_dip_flexion")
        if finger != name:
            value -= DIP_PER_PIP * off[f"{finger}_pip_flexion"]
        expected += (value / sd[name]) ** 2
    for finger, beside in pairwise(LONG_FINGERS):
        for joint in ("mcp_flexion", "pip_flexion"):
            expected += ((off[f"{finger}_{joint}"] - off[f"{beside}_{joint}"]) / NEIGHBOURS_SD) ** 2
    mean, precision = posture_precision()
    np.testing.assert_array_equal(mean, POSTURE[:, MEAN])
    assert (angles - mean) @ precision @ (angles - mean) == pytest.approx(expected)


def shape_jacobian(parameters: Floats, pose: HandPose) -> Floats:
    """(N, 3, C) of the predicted markers of one instant by the shape's coordinates, in units of the noise."""
    size, columns = 1e-6, []
    for unit in np.eye(len(SPACE.mean)):
        there, back = (
            predicted(replace(SPACE, mean=SPACE.mean + sign * size * unit).hand(parameters), pose)[0]
            for sign in (1, -1)
        )
        columns.append((there - back) / (2.0 * size * NOISE_M))
    return np.stack(columns, axis=-1)


def test_a_shape_s_equations_are_those_of_finite_differences() -> None:
    parameters, hand = some_hand(4)
    pose = some_poses(1, 5)
    measured = measured_near(hand, pose)
    problem, n = problem_of(SPACE, hand, posture_weight=0.03), len(SPACE.mean)
    turn_axes = SPACE.turn_axes(parameters)
    coordinates = _Coordinates(SPACE.offset_at, SPACE.turn_at, SPACE.place_at, SPACE.slide_at, turn_axes)
    matrix, vector = np.zeros((n, n)), np.zeros(n)
    cross, right, factors = np.zeros((1, N_POSE, n)), np.empty((1, N_POSE)), np.empty((1, N_POSE, N_POSE))
    cost = _eliminate_poses(
        problem, coordinates, measured, pose.rotations, pose.positions, pose.angles, SCALE,
        matrix, vector, cross, right, factors,
    )  # fmt: skip
    by_shape, by_pose = shape_jacobian(parameters, pose), pose_jacobian(hand, pose)
    residual = (measured - predicted(hand, pose))[0] / NOISE_M
    weights = robust(residual, SCALE)
    expected = np.einsum("nia,n,nib->ab", by_shape, weights, by_shape)
    np.testing.assert_allclose(np.tril(matrix), np.tril(expected), rtol=1e-5, atol=1e-6 * expected.max())
    downhill = np.einsum("nia,n,ni->a", by_shape, weights, np.nan_to_num(residual))
    np.testing.assert_allclose(vector, downhill, rtol=1e-5, atol=1e-6 * np.abs(downhill).max())
    normal, of_pose, mean_cost = equations(problem, pose, measured, SCALE)
    lower = np.tril(factors[0])
    np.testing.assert_allclose(lower @ lower.T, normal, rtol=1e-9, atol=1e-9 * normal.max())
    np.testing.assert_allclose(lower @ right[0], of_pose, rtol=1e-9, atol=1e-9 * np.abs(of_pose).max())
    coupling = np.einsum("nia,n,nib->ab", by_pose, weights, by_shape)
    np.testing.assert_allclose(lower @ cross[0], coupling, rtol=1e-5, atol=1e-6 * np.abs(coupling).max())
    assert cost == pytest.approx(mean_cost * (N_MARKERS - 2))


def test_coordinates_are_all_that_parameters_change() -> None:
    """A parameter's derivative is that of the coordinates it moves: nothing of a hand depends on it elsewhere."""
    parameters, _ = some_hand(6)
    pose, size = some_poses(1, 7), 1e-6
    by_parameters = [
        np.subtract(*(predicted(SPACE.hand(parameters + sign * size * unit), pose)[0] for sign in (1, -1)))
        for unit in np.eye(len(parameters))
    ]
    expected = shape_jacobian(parameters, pose) @ SPACE.basis
    np.testing.assert_allclose(np.stack(by_parameters, -1) / (2.0 * size * NOISE_M), expected, atol=1e-3)


def test_lengths_of_bones_and_their_slopes() -> None:
    parameters, _ = some_hand(8)
    arch = SPACE.turn_at[[LINKS.index("ring_metacarpal"), LINKS.index("pinky_metacarpal")]]
    parameters[1 + arch[arch >= 0]] = 0.0  # lengths past the palm's arch are said without the turns of its axes
    hand = SPACE.hand(parameters)
    rest = HandPose(np.eye(3)[None], np.zeros((1, 3)), np.zeros((1, N_ANGLES)))
    lengths = dict(zip(BONES, bone_lengths(joints_of(hand.shape, rest))[0], strict=True))
    index, thumb = CHAINS["index"], CHAINS["thumb"]
    middle = (WRIST, *CHAINS["middle"])
    assert JOINT_NAMES[index[1]] == "index_pip"
    expected = {
        "index_proximal": lengths[index[0], index[1]],
        "pinky_metacarpal": lengths[WRIST, CHAINS["pinky"][0]],
        "thumb_distal": lengths[thumb[2], thumb[3]],
        HAND_LENGTH: sum(lengths[bone] for bone in pairwise(middle)),
    }
    for name, length in expected.items():
        found, slope = SPACE.length(name, parameters)
        assert found == pytest.approx(length, abs=1e-12), name
        numeric = [
            (SPACE.length(name, parameters + 1e-6 * unit)[0] - SPACE.length(name, parameters - 1e-6 * unit)[0]) / 2e-6
            for unit in np.eye(len(parameters))
        ]
        np.testing.assert_allclose(slope, numeric, atol=1e-8)


def test_small_systems_are_solved_as_by_numpy() -> None:
    rng = np.random.default_rng(9)
    root = rng.standard_normal((N_POSE, N_POSE))
    root[20:, :10] = 0.0
    matrix, vector = root @ root.T + np.eye(N_POSE), rng.standard_normal(N_POSE)
    factor, half = np.tril(matrix), vector.copy()
    factorise(factor)
    np.testing.assert_allclose(np.tril(factor), np.linalg.cholesky(matrix), atol=1e-10)
    solve_lower(factor, half)
    np.testing.assert_allclose(half, np.linalg.solve(np.linalg.cholesky(matrix), vector), atol=1e-10)
    solve_upper(factor, half)
    np.testing.assert_allclose(half, np.linalg.solve(matrix, vector), atol=1e-10)


def test_a_step_turns_shifts_and_bends_within_limits() -> None:
    pose = some_poses(1, 11)
    step = np.random.default_rng(12).normal(0.0, 0.05, N_POSE)
    step[6], step[7] = 9.0, -9.0
    problem = problem_of(SPACE, some_hand()[1], posture_weight=1.0)
    after = pose.copy()
    move(problem, after.rotations[0], after.positions[0], after.angles[0], step)
    expected = stepped(pose, step)
    np.testing.assert_allclose(after.rotations, expected.rotations, atol=1e-12)
    np.testing.assert_allclose(after.positions, expected.positions, atol=1e-12)
    np.testing.assert_allclose(
        after.angles[0, 2:], np.clip(expected.angles[0, 2:], POSTURE[2:, LOW], POSTURE[2:, HIGH]), atol=1e-12
    )
    assert np.all(np.abs(after.angles[0, :2] - pose.angles[0, :2]) <= 0.5 + 1e-12), "no farther than derivatives hold"
    assert np.all((after.angles >= POSTURE[:, LOW]) & (after.angles <= POSTURE[:, HIGH]))


def test_a_path_s_band_is_that_of_the_dense_system() -> None:
    _, hand = some_hand(13)
    n_frames = 5
    pose = some_poses(1, 14)
    rng = np.random.default_rng(15)
    poses = [stepped(pose, rng.normal(0.0, 0.05, N_POSE)) for _ in range(n_frames)]
    path = HandPose(
        *(np.concatenate([getattr(p, part) for p in poses]) for part in ("rotations", "positions", "angles"))
    )
    measured = measured_near(hand, path)
    measured[2] = np.nan
    problem = problem_of(SPACE, hand, posture_weight=0.2)
    stiffness = (RATE_HZ**2 / ACCELERATION_SD) ** 2
    n = n_frames * N_POSE
    band, right = np.zeros((n, 2 * N_POSE + 1)), np.zeros(n)
    _path_equations(problem, measured, path.rotations, path.positions, path.angles, stiffness, band, right)

    dense, expected = np.zeros((n, n)), np.zeros(n)
    for t in range(n_frames):
        block = slice(t * N_POSE, (t + 1) * N_POSE)
        dense[block, block], expected[block], _ = equations(problem, poses[t], measured[t : t + 1], SCALE)
    turns = Rotation.from_matrix(path.rotations)
    speeds = np.concatenate(
        [(turns[1:] * turns[:-1].inv()).as_rotvec(), np.diff(path.positions, axis=0), np.diff(path.angles, axis=0)],
        axis=1,
    )
    twice = np.kron(np.diff(np.eye(n_frames), n=2, axis=0), np.eye(N_POSE))
    weights = np.tile(stiffness, n_frames - 2)
    dense += twice.T @ (weights[:, None] * twice)
    expected -= twice.T @ (weights * np.diff(speeds, axis=0).ravel())
    found = sum(np.diag(band[: n - k, k], -k) for k in range(2 * N_POSE + 1))
    np.testing.assert_allclose(found, np.tril(dense), rtol=1e-9, atol=1e-9 * dense.max())
    np.testing.assert_allclose(right, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())

    factor = np.linalg.cholesky(dense)
    factor_band = np.stack([np.pad(np.diag(factor, -k), (0, k)) for k in range(2 * N_POSE + 1)], axis=1)
    vectors = rng.standard_normal((3, n))
    solved = vectors.copy()
    _solve_upper_banded(factor_band, solved)
    np.testing.assert_allclose(solved, np.linalg.solve(factor.T, vectors.T).T, rtol=1e-8, atol=1e-12)


def test_a_palm_is_laid_on_its_markers_past_a_wrong_one() -> None:
    problem = problem_of(SPACE, some_hand(16)[1], posture_weight=1.0)
    rotation, position = Rotation.random(None, np.random.default_rng(17)).as_matrix(), np.array([0.3, -1.0, 2.0])
    measured = problem.rest @ rotation.T + position
    measured[problem.palm[0]] += 0.08
    found_rotation, found_position = np.eye(3), np.zeros(3)
    _lay(problem.rest, measured, problem.palm, found_rotation, found_position)
    assert np.degrees(Rotation.from_matrix(found_rotation.T @ rotation).magnitude()) < 3.0
    assert np.linalg.norm(found_rotation @ problem.rest[8] + found_position - measured[8]) < 0.003


def test_any_posture_is_found_from_nothing() -> None:
    _, hand = some_hand(18)
    truth = some_poses(40, 19)  # each unlike the one before
    measured = predicted(hand, truth)
    poses, costs = track(problem_of(SPACE, hand, posture_weight=1e-3), measured)
    error = np.linalg.norm(joints_of(hand.shape, poses) - joints_of(hand.shape, truth), axis=-1).mean(axis=1)
    assert np.median(error) < 0.0002
    assert np.percentile(error, 90) < 0.0015
    assert costs.max() < LOST_COST


def test_what_was_never_seen_is_not_believed() -> None:
    measured = np.full((4, N_MARKERS, 3), np.nan)
    poses, costs = track(problem_of(SPACE, some_hand()[1], posture_weight=1.0), measured)
    assert np.isinf(costs).all()
    assert np.isfinite(poses.positions).all()
