"""A stand-in for the MANO model that represents the synthetic hands, in files of MANO's keys, types and class names.

MANO is licensed and cannot be shipped, so without it the code that reads ARCTIC's, GigaHands' and HOT3D's poses of MANO
would run neither in the demo nor in tests. What is written here looks like MANO to a program (pickles of Python 2,
chumpy's classes, the shapes of the left hand unmirrored as released), but every number in it is our own: joints and
fingertips are those of `hands`, and the skin is a cloud of points around them that looks like no hand. The files say
so.

The rest hand is the mean hand with all angles zero, as a left one: x towards the fingers, y out of the back of the
hand, z towards the thumb; the right one is its mirror image in x, and neither has its wrist at the origin.

Betas: a released MANO_LEFT.pkl has the x of its shapes as the right hand has it, and some annotators mended it while
others did not. So that both kinds of sources can hold every synthetic hand, betas 0 to 4 are its coefficients in
mirrored shapes, and betas 5 to 9 the same with x reversed: in unmirrored shapes the two halves change places.

Components: the first 15 are made to say the poses of the synthetic hands, also of those that are UmeTrack's, whose
thumb swings in a way that MANO's cannot. As HOT3D's own poses of MANO, which were fitted to UmeTrack's, they are near
and not exact; of digits that only curl (`curled`) they are exact.

What belongs here: that model, its files, and the MANO parameters of a synthetic hand. What does not: MANO's forward
kinematics (`handx_core.hand_models`), which nothing here uses, or any dataset's files (`write_*`).
"""

import io
import pickle
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from handx_core.skeleton import CHAINS, FINGERS, HANDS, LEFT, WRIST
from handx_core.synthetic.hands import (
    MIRROR,
    N_COEFFICIENTS,
    Floats,
    HandShape,
    digit_frames,
    digit_joints,
    hand_joints,
    hand_shape,
)
from handx_core.synthetic.takes import SyntheticSettings, TakeName, TrueTake, make_take, subject_postures

N_COMPONENTS: Final = 15
"""Principal components that HOT3D's poses of MANO are said in."""

MARK: Final = "A stand-in made of invented numbers. This is not MANO and says nothing about real hands.\n"
"""Text of the README beside the files, and of the extra key in them."""

_N_VERTICES: Final = 778
_N_JOINTS: Final = 16
_N_BETAS: Final = 10
_N_POSE: Final = 45
_N_FACES: Final = 1538
_N_SCANS: Final = 1554
_PARENTS: Final = (4294967295, 0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11, 0, 13, 14)
# Vertices that some toolkit takes for a tip, thumb to pinky.
_TIP_VERTICES: Final = ((744, 745), (320, 317, 333), (443, 444, 445), (554, 555, 556), (671, 672, 673))

_WRIST_M: Final = np.array([-0.087, 0.005, 0.008])
_WRIST_SHAPES_M: Final = np.array(
    [[-0.0040, 0.0005, 0.0004], [0.0010, -0.0004, 0.0], [0.0, 0.0003, 0.0012], [0.0006, 0.0, -0.0005], [0.0, 0.0004, 0]]
)
_SKIN_M: Final = 0.009
_POINTS_PER_JOINT: Final = 8
_TIP_BULGE_M: Final = 2e-6  # of a tip by a pose direction; all together stay below 0.05 mm
_SKIN_BULGE_M: Final = 2e-4
_DISTAL_SHARE: Final = 0.6
_MEAN_BEND_RAD: Final = np.array([0.20, 0.22, 0.25, 0.27, 0.30])

# Takes whose poses the components are made for: of their own seed, so that no take is among those that it is made of.
_SAMPLE: Final = SyntheticSettings.model_validate({"seed": 16, "seconds_per_take": 20.0})
_SAMPLE_TAKES: Final = tuple(TakeName("hot3d", subject, take) for subject in range(6) for take in range(2))
_SAMPLE_STEP: Final = 10

# What mirroring in x does to an axis-angle vector.
_MIRROR_TURN: Final = np.array([1.0, -1.0, -1.0])


@dataclass(frozen=True, eq=False)
class ManoPose:
    """One hand of a take in MANO's parameters, radians and metres.

    pose: (T, 45), axis-angle of joints 1 to 15 with the mean pose in it (absolute); mean_pose: (45,), so that
    `pose - mean_pose` is what a source stores that leaves the mean out. rotation: (T, 3) axis-angle of the whole hand
    into the world. wrist: (T, 3) in the world. betas: (10,). rest_wrist: (3,) wrist of the rest hand of these betas.
    """

    pose: Floats
    mean_pose: Floats
    rotation: Floats
    wrist: Floats
    betas: Floats
    rest_wrist: Floats

    @property
    def translation(self) -> Floats:
        """(T, 3) as smplx, manopth, ARCTIC and HOT3D have it: the hand turns about its rest wrist."""
        return self.wrist - self.rest_wrist

    @property
    def translation_about_origin(self) -> Floats:
        """(T, 3) as EasyMocap and GigaHands have it (Th): the hand turns about the model's origin."""
        return self.wrist - Rotation.from_rotvec(self.rotation).apply(self.rest_wrist)


def mano_pose(
    take: TrueTake, hand: int, shape: HandShape, *, world: Floats | None = None, mirrored_shapes: bool = False
) -> ManoPose:
    """The parameters by which the stand-in gives a hand of a take, to 0.05 mm.

    hand: 0 left, 1 right. shape: of the take's subject (`subject_postures`). world: (3, 3) rotation from the truth's
    world to the source's. mirrored_shapes: whether the source mended the left hand's shapes (HOT3D), or not (others).

    MANO's thumb turns about its CMC joint. A shape whose thumb turns about the wrist gives the pose of the same hand
    with the pivot at the CMC joint: its thumb lies up to 2 cm elsewhere.
    """
    turn = np.eye(3) if world is None else world
    side = np.ones(3) if hand == LEFT else MIRROR
    coefficients, betas = shape.coefficients, np.zeros(_N_BETAS)
    swapped = hand == LEFT and not mirrored_shapes
    betas[N_COEFFICIENTS * swapped :][:N_COEFFICIENTS] = coefficients
    return ManoPose(
        pose=finger_pose(shape, take.angles[:, hand], hand),
        mean_pose=_mean_pose(hand),
        rotation=Rotation.from_matrix(turn @ take.wrists[:, hand] * side).as_rotvec(),
        wrist=take.joints[:, hand, WRIST] @ turn.T,
        betas=betas,
        rest_wrist=(_WRIST_M + coefficients @ _WRIST_SHAPES_M) * side,
    )


def finger_pose(shape: HandShape, angles: Floats, hand: int) -> Floats:
    """Joint angles (T, 5, 4) as axis-angle vectors (T, 45) relative to the stand-in's rest hand, in its joint order."""
    pose = np.empty((len(angles), _N_JOINTS, 3))
    for digit, finger in enumerate(FINGERS):
        pose[:, CHAINS[finger][:3]] = _joint_turns(digit_frames(shape, digit, angles[:, digit]), digit)
    flat = pose[:, 1:] * (1.0 if hand == LEFT else _MIRROR_TURN)
    return flat.reshape(len(angles), _N_POSE)


def curled(bends: Floats) -> Floats:
    """Angles (T, 5, 4) of digits that only curl, each by its own bend: (T, 5), radians, of its first two joints.

    The first 15 components say these poses exactly for a hand whose fingers fan and roll as the mean hand's do, and
    whose thumb turns about its CMC joint.
    """
    straight = np.zeros_like(bends)
    return np.stack([straight, bends, bends, _DISTAL_SHARE * bends], axis=-1)


def fitted_components(shape: HandShape, angles: Floats) -> Floats:
    """The pose that lies nearest in the span of the first 15 components: angles (T, 5, 4) -> (T, 15), for either hand.

    Least squares in the numbers of the pose, mean pose taken off, after the thumb was brought to MANO's kind: fixed at
    its CMC joint, each bone points at where the hand's own thumb has the next joint.
    """
    return (_reaching_pose(shape, angles) - _mean_pose(LEFT)) @ _components()[:N_COMPONENTS].T


def fitted_shape(shape: HandShape) -> tuple[Floats, Floats]:
    """Betas (10,) that say both hands of a person where shapes are mended, and their rest wrists (2, 3), metres."""
    betas = np.concatenate([shape.coefficients, np.zeros(_N_BETAS - N_COEFFICIENTS)])
    left = _WRIST_M + shape.coefficients @ _WRIST_SHAPES_M
    return betas, np.stack([left, left * MIRROR])


def write_standin(folder: Path) -> None:
    """Write MANO_LEFT.pkl, MANO_RIGHT.pkl and a README.txt that says what they are into a folder, making it."""
    folder.mkdir(parents=True, exist_ok=True)
    for hand, side in enumerate(HANDS):
        (folder / f"MANO_{side.upper()}.pkl").write_bytes(_pickled(standin_model(hand)))
    (folder / "README.txt").write_text(MARK)


@lru_cache(maxsize=2)
def standin_model(hand: int) -> dict[str, Any]:
    """The arrays of a side (0 left, 1 right) by MANO's keys; the left one's shapes unmirrored, as released.

    J_regressor is dense (16, 778); shapedirs is (778, 3, 10).
    """
    side = np.ones(3) if hand == LEFT else MIRROR
    rng = np.random.default_rng(16)  # the same for both hands, which are mirror images
    template, shapes, regressor, weights = _skin(rng)
    bulges = rng.normal(0.0, _SKIN_BULGE_M, (_N_VERTICES, 3, 9 * (_N_JOINTS - 1)))
    tips = [vertex for vertices in _TIP_VERTICES for vertex in vertices]
    bulges[tips] *= _TIP_BULGE_M / _SKIN_BULGE_M
    reversed_shapes = shapes * MIRROR[:, None]
    # The right hand's x in both: of the right hand by mirroring, of the left one by the release's fault.
    both = np.concatenate([reversed_shapes, shapes], axis=-1)
    turns = np.tile(np.ones(3) if hand == LEFT else _MIRROR_TURN, _N_JOINTS - 1)
    # A rotation matrix of the mirrored hand has the signs of row times column reversed.
    signs = np.outer(side, side).reshape(9)
    return {
        "standin": MARK,
        "v_template": template * side,
        "shapedirs": both,
        "posedirs": bulges * side[:, None] * np.tile(signs, _N_JOINTS - 1),
        "J_regressor": regressor,
        "weights": weights,
        "kintree_table": np.stack([np.array(_PARENTS), np.arange(_N_JOINTS)]).astype(np.uint32),
        "J": regressor @ template * side,
        "f": ((np.arange(_N_FACES)[:, None] + np.arange(3)) % _N_VERTICES).astype(np.uint32),
        "hands_mean": _mean_pose(hand),
        "hands_components": _components() * turns,
        "hands_coeffs": rng.normal(0.0, 1.0, (_N_SCANS, _N_POSE)),
        "bs_style": "lbs",
        "bs_type": "lrotmin",
    }


@lru_cache(maxsize=1)
def _mean_hand() -> HandShape:
    return hand_shape(np.zeros(N_COEFFICIENTS), "cmc")


def _rest_frame(shape: HandShape, digit: int) -> Floats:
    return shape.thumb_frame if digit == 0 else shape.finger_frames[digit - 1]


def _rest_joints(coefficients: Floats) -> Floats:
    """(21, 3) joints of the left rest hand of these coefficients, the wrist where the model has it."""
    local = hand_joints(hand_shape(coefficients, "cmc"), np.zeros((1, len(FINGERS), 4)))[0]
    return local + _WRIST_M + coefficients @ _WRIST_SHAPES_M


def _skin(rng: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
    """Vertices (778, 3) of the left rest hand, their shapes (778, 3, 5), joint regressor (16, 778), weights (778, 16).

    The tip vertices are the tips. Of the rest, opposite pairs around each joint average to it; others lie along bones.
    """
    mean = _rest_joints(np.zeros(N_COEFFICIENTS))
    changes = np.stack([_rest_joints(row) - mean for row in np.eye(N_COEFFICIENTS)], axis=-1)
    parents = [joint if joint == WRIST else _PARENTS[joint] for joint in range(_N_JOINTS)]
    owner = rng.integers(0, _N_JOINTS, _N_VERTICES)
    share = rng.uniform(0.0, 1.0, _N_VERTICES)
    offsets = rng.normal(0.0, _SKIN_M, (_N_VERTICES, 3))
    regressor = np.zeros((_N_JOINTS, _N_VERTICES))
    tips = [vertex for vertices in _TIP_VERTICES for vertex in vertices]
    free = np.setdiff1d(np.arange(_N_VERTICES), tips)
    for joint in range(_N_JOINTS):
        around = free[_POINTS_PER_JOINT * joint :][:_POINTS_PER_JOINT]
        owner[around], share[around] = joint, 1.0
        offsets[around[1::2]] = -offsets[around[::2]]
        regressor[joint, around] = 1.0 / _POINTS_PER_JOINT
    weights = np.zeros((_N_VERTICES, _N_JOINTS))
    np.add.at(weights, (np.arange(_N_VERTICES), owner), share)
    np.add.at(weights, (np.arange(_N_VERTICES), np.array(parents)[owner]), 1.0 - share)
    vertices = np.einsum("vj,jc->vc", weights, mean[:_N_JOINTS]) + offsets
    shapes = np.einsum("vj,jck->vck", weights, changes[:_N_JOINTS])
    for digit, finger in enumerate(FINGERS):
        at, last, tip = list(_TIP_VERTICES[digit]), CHAINS[finger][-2], CHAINS[finger][-1]
        vertices[at], shapes[at], weights[at] = mean[tip], changes[tip], np.eye(_N_JOINTS)[last]
    return vertices, shapes, regressor, weights


def _joint_turns(frames: list[Rotation], digit: int) -> Floats:
    """(T, 3, 3) axis-angle of a digit's joints, from the orientations of its bones."""
    rest = Rotation.from_matrix(_rest_frame(_mean_hand(), digit)).inv()
    turned = [frame * rest for frame in frames]
    turns = [turned[0], turned[0].inv() * turned[1], turned[1].inv() * turned[2]]
    return np.stack([turn.as_rotvec() for turn in turns], axis=1)


def _reaching_pose(shape: HandShape, angles: Floats) -> Floats:
    """`finger_pose` of a left hand whose thumb, fixed at its CMC joint, reaches for the joints that it should have."""
    pose = finger_pose(shape, angles, LEFT).reshape(-1, _N_JOINTS - 1, 3)
    wanted = digit_joints(shape, 0, angles[:, 0])
    frames: list[Rotation] = []
    joint = shape.thumb_root
    for bone, frame in enumerate(digit_frames(shape, 0, angles[:, 0])):
        frames.append(_turn_between(frame.apply([1.0, 0.0, 0.0]), wanted[:, bone + 1] - joint) * frame)
        joint = joint + frames[-1].apply([shape.thumb_lengths[bone], 0.0, 0.0])
    pose[:, np.array(CHAINS["thumb"][:3]) - 1] = _joint_turns(frames, 0)
    return pose.reshape(len(angles), _N_POSE)


def _turn_between(start: Floats, end: Floats) -> Rotation:
    """The smallest rotations that bring directions (T, 3) to others."""
    axis = np.cross(start, end)
    sine = np.linalg.norm(axis, axis=1)
    angle = np.arctan2(sine, (start * end).sum(axis=1))
    return Rotation.from_rotvec(axis * np.divide(angle, sine, out=np.zeros_like(sine), where=sine > 0.0)[:, None])


@lru_cache(maxsize=1)
def _components() -> Floats:
    """(45, 45) orthonormal rows, left hand: the first 15 mix what hands do, the others all the rest.

    What hands do: each digit's curl, and the principal components of what is left of the sample's poses.
    """
    curls = finger_pose(_mean_hand(), curled(np.eye(len(FINGERS))), LEFT)
    curls /= np.linalg.norm(curls, axis=1, keepdims=True)
    others = _complement(curls)
    left_over = (_sampled_poses() - _mean_pose(LEFT)) @ others.T
    _, directions = np.linalg.eigh(left_over.T @ left_over)  # the greatest last
    greatest = directions.T[len(others) + len(curls) - N_COMPONENTS :]
    main = np.concatenate([curls, greatest @ others])
    rng = np.random.default_rng(_N_POSE)
    mixed = [np.linalg.qr(rng.normal(size=(len(rows), len(rows))))[0] @ rows for rows in (main, _complement(main))]
    return np.concatenate(mixed)


def _complement(rows: Floats) -> Floats:
    """(45 - n, 45) orthonormal rows, orthogonal to (n, 45) orthonormal ones."""
    return np.linalg.qr(rows.T, mode="complete")[0].T[len(rows) :]


def _sampled_poses() -> Floats:
    """(N, 45) what UmeTrack's hands of some people do, as a left hand of MANO's kind."""
    poses = []
    for name in _SAMPLE_TAKES:
        shape = subject_postures(name.source, name.subject, _SAMPLE).shape
        angles = make_take(name, _SAMPLE).angles[::_SAMPLE_STEP]
        poses.append(_reaching_pose(shape, angles.reshape(-1, len(FINGERS), 4)))
    return np.concatenate(poses)


@lru_cache(maxsize=2)
def _mean_pose(hand: int) -> Floats:
    """(45,) a hand half at rest: each finger bent a little, the outer ones more."""
    return finger_pose(_mean_hand(), curled(_MEAN_BEND_RAD[None]), hand)[0]


def _save_string(pickler: Any, value: str | bytes) -> None:
    data = value.encode("latin1") if isinstance(value, str) else value
    pickler.write(pickle.BINSTRING + len(data).to_bytes(4, "little") + data)
    pickler.memoize(value)


class _PicklerOfPython2(pickle._Pickler):
    """Python 2 had one kind of string, for texts and for the data of arrays."""

    dispatch: ClassVar[dict[type, Any]] = {**pickle._Pickler.dispatch, str: _save_string, bytes: _save_string}


def _pickled(model: dict[str, Any]) -> bytes:
    with _old_classes() as (Ch, Select, csc_matrix):
        shapes = model["shapedirs"]
        wide = np.concatenate([shapes, np.zeros_like(shapes)], axis=-1)  # 20 of which 10 are chosen
        chosen = np.arange(wide.size).reshape(wide.shape)[..., :_N_BETAS].ravel()
        variable = _with_state(Ch, x=wide)
        selection = _with_state(Select, a=variable, idxs=chosen, preferred_shape=shapes.shape)
        regressor = _with_state(csc_matrix, **_compressed(model["J_regressor"]))
        file = io.BytesIO()
        _PicklerOfPython2(file, protocol=2).dump({**model, "shapedirs": selection, "J_regressor": regressor})
    # The module's name in the NumPy of those days.
    return file.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")


def _compressed(matrix: Floats) -> dict[str, Any]:
    """The state of a sparse matrix by columns."""
    columns, rows = np.nonzero(matrix.T)
    starts: NDArray[np.int32] = np.searchsorted(columns, np.arange(matrix.shape[1] + 1)).astype(np.int32)
    data = matrix[rows, columns]
    return {"_shape": matrix.shape, "maxprint": 50, "data": data, "indices": rows.astype(np.int32), "indptr": starts}


def _with_state(kind: type, **state: Any) -> Any:
    value = kind()
    value.__dict__.update(state)
    return value


@contextmanager
def _old_classes() -> Iterator[list[type]]:
    """Empty classes of the names that chumpy and SciPy of those days had; pickling looks them up in their modules."""
    names = [("chumpy.ch", "Ch"), ("chumpy.reordering", "Select"), ("scipy.sparse.csc", "csc_matrix")]
    classes = [type(name, (), {"__module__": module}) for module, name in names]
    before = {module: sys.modules.get(module) for module in ("chumpy", *(module for module, _ in names))}
    try:
        sys.modules["chumpy"] = types.ModuleType("chumpy")
        for (module, name), made in zip(names, classes, strict=True):
            sys.modules[module] = types.ModuleType(module)
            setattr(sys.modules[module], name, made)
        yield classes
    finally:
        for module, original in before.items():
            if original is None:
                sys.modules.pop(module, None)
            else:
                sys.modules[module] = original
