"""MANO: the licensed hand model that several datasets store their hands in.

The model's joints and fingertips as the `smplx` package defines them (`MANO.forward` and `lbs`, version 0.1.28): a
rest hand moved by ten shape coefficients (betas), 16 joints turned by axis-angle vectors, and for each tip a vertex
of the skin, moved by the pose (pose directions) and carried by the joints (weights). The sixteen joints are the
project's joints 0 to 15 and the five tip vertices its joints 16 to 20, so nothing is reordered. The rest of the skin is
never computed. Formulas: Romero, Tzionas, Black: Embodied Hands, ACM TOG 36(6), 2017.

What belongs here: finding, checking and converting the model's files, and forward kinematics. What does not: any
dataset's convention of using them (handx_core.sources).
"""

import hashlib
import os
import tempfile
import zipfile
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError, Rejection
from handx_core.safe_load import unpickle

SIDES: Final = ("left", "right")

DOWNLOAD: Final = "https://mano.is.tue.mpg.de"

N_BETAS: Final = 10
N_POSE: Final = 45
"""Numbers of a hand pose: an axis-angle vector for each joint but the wrist."""

TIP_VERTICES: Final = (744, 320, 443, 554, 671)
"""Thumb to pinky as `smplx`, ARCTIC and HOT3D have them."""

MANOPTH_TIP_VERTICES: Final = {"left": (745, 317, 445, 556, 673), "right": (745, 317, 444, 556, 673)}
"""Thumb to pinky as `manopth`, and so H2O, has them."""

KEPT_VERTICES: Final = tuple(sorted({*TIP_VERTICES, *MANOPTH_TIP_VERTICES["left"], *MANOPTH_TIP_VERTICES["right"],
                                     333, 555, 672}))  # fmt: skip
"""Vertices that a converted file keeps: every choice of tips known to be in use."""

PARENTS: Final = (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11, 0, 13, 14)

PoseIs = Literal["absolute", "relative_to_mean"]
"""Whether a pose holds the model's mean pose already (`flat_hand_mean=True` of smplx) or lacks it (`False`)."""

_N_JOINTS: Final = len(PARENTS)
_N_VERTICES: Final = 778
_FINGERS: Final = 5
_LARGEST_FILE: Final = 64 << 20
_LARGEST_NUMBER: Final = 1e3
_SMALLEST_SQUARED_ANGLE: Final = 1e-30
_FILE_SHAPES: Final = {
    "v_template": (_N_VERTICES, 3),
    "shapedirs": (_N_VERTICES, 3, N_BETAS),
    "posedirs": (_N_VERTICES, 3, 9 * (_N_JOINTS - 1)),
    "J_regressor": (_N_JOINTS, _N_VERTICES),
    "weights": (_N_VERTICES, _N_JOINTS),
    "hands_mean": (N_POSE,),
    "hands_components": (N_POSE, N_POSE),
    "kintree_table": (2, _N_JOINTS),
}
_KEPT: Final = len(KEPT_VERTICES)
_CONVERTED_SHAPES: Final = {
    "joint_template": (_N_JOINTS, 3),
    "joint_shapes": (_N_JOINTS, 3, N_BETAS),
    "vertex_template": (_KEPT, 3),
    "vertex_shapes": (_KEPT, 3, N_BETAS),
    "vertex_poses": (_KEPT, 3, 9 * (_N_JOINTS - 1)),
    "vertex_weights": (_KEPT, _N_JOINTS),
    "mean_pose": (N_POSE,),
    "components": (N_POSE, N_POSE),
}
# (3, 9): an axis-angle vector times this is its cross-product matrix, row by row.
_CROSS: Final = np.zeros((3, 9))
_CROSS[[0, 1, 2], [7, 2, 3]] = 1.0
_CROSS[[0, 1, 2], [5, 6, 1]] = -1.0

Floats = NDArray[np.float64]
Array = Any
"""A NumPy array or a torch tensor."""


@dataclass(frozen=True, eq=False)
class ManoHand:
    """One side of the model, as much of it as joints and tips need. Metres and radians.

    joint_template: (16, 3) rest joints at zero betas. joint_shapes: (16, 3, 10) their change by each beta.
    tip_template, tip_shapes: (5, 3), (5, 3, 10) the same for the tip vertices. tip_poses: (5, 3, 135) their change by
    the rotation matrices of joints 1 to 15 less identity. tip_weights: (5, 16) shares of the joints.
    mean_pose: (45,). components: (45, 45) rows are principal components of poses.
    """

    side: str
    joint_template: Floats
    joint_shapes: Floats
    tip_template: Floats
    tip_shapes: Floats
    tip_poses: Floats
    tip_weights: Floats
    mean_pose: Floats
    components: Floats

    def joints(self, pose: Array, betas: Array, rotation: Array, translation: Array, *, pose_is: PoseIs) -> Array:
        """The 21 joints in the project's order, as smplx gives them and the tip vertices.

        pose: (..., 45) axis-angle vectors of joints 1 to 15, radians; `pose_is` says whether they hold the mean pose.
        betas: (..., 10). rotation: (..., 3) axis-angle, of the whole hand about its rest wrist. translation: (..., 3),
        metres, added last; it is not the wrist, which lies at rest_wrist(betas) + translation. Leading axes broadcast.

        Returns (..., 21, 3), metres: NumPy's for arrays, a tensor for tensors; all in the pose's precision and device.
        """
        xp = _namespace(pose)
        betas, rotation, translation = (_like(value, pose) for value in (betas, rotation, translation))
        if pose_is == "relative_to_mean":
            pose = pose + _like(self.mean_pose, pose)
        frames = xp.broadcast_shapes(pose.shape[:-1], rotation.shape[:-1])
        vectors = [xp.broadcast_to(rotation, (*frames, 3)), xp.broadcast_to(pose, (*frames, N_POSE))]
        turns = _rotation_matrices(xp.concatenate(vectors, -1).reshape(*frames, _N_JOINTS, 3))
        rest = _shaped(self.joint_template, self.joint_shapes, betas)
        orientations, places = _chains(turns, rest)
        tips = self._tips(turns, betas, orientations, places - _apply(orientations, rest))
        lead = xp.broadcast_shapes(places.shape[:-2], translation.shape[:-1])
        parts = [xp.broadcast_to(part, (*lead, *part.shape[-2:])) for part in (places, tips)]
        return xp.concatenate(parts, -2) + translation[..., None, :]

    def _tips(self, turns: Array, betas: Array, orientations: Array, offsets: Array) -> Array:
        """Linear blend skinning of the tip vertices by x -> orientation x + offset of each joint."""
        bend = turns[..., 1:, :, :] - _like(np.eye(3), turns)
        bend = bend.reshape(*bend.shape[:-3], 9 * (_N_JOINTS - 1))
        moved = (bend @ _like(self.tip_poses.reshape(3 * _FINGERS, -1).T, turns)).reshape(*bend.shape[:-1], _FINGERS, 3)
        moved = moved + _shaped(self.tip_template, self.tip_shapes, betas)
        weights = _like(self.tip_weights, turns)
        blended = weights @ orientations.reshape(*orientations.shape[:-2], 9)
        return _apply(blended.reshape(*blended.shape[:-1], 3, 3), moved) + weights @ offsets

    def rest_wrist(self, betas: Array) -> Array:
        """Where the wrist of the rest hand lies, which `rotation` turns about: (..., 10) -> (..., 3), metres."""
        return _shaped(self.joint_template[:1], self.joint_shapes[:1], betas)[..., 0, :]

    def translation_of_turn_about_origin(self, betas: Array, rotation: Array, translation: Array) -> Array:
        """The translation for `joints` where a dataset turns the hand about the model's origin, as EasyMocap does.

        EasyMocap's hand is R x + Th for every point x of the unturned hand: what `joints` gives for the translation
        Th + R J0 - J0, J0 being the rest wrist. betas: (..., 10), rotation and translation: (..., 3) -> (..., 3).
        """
        wrist = self.rest_wrist(_like(betas, rotation))
        turned = _apply(_rotation_matrices(rotation[..., None, :]), wrist[..., None, :])[..., 0, :]
        return _like(translation, rotation) + turned - wrist

    def pose_of_components(self, coefficients: Array) -> Array:
        """The pose of the first n principal components: (..., n) -> (..., 45), radians, relative to the mean."""
        return coefficients @ _like(self.components[: coefficients.shape[-1]], coefficients)


@dataclass(frozen=True)
class ManoFiles:
    """Where MANO lies. folder: what was unpacked from its archive, at any depth. converted: where plain copies go."""

    folder: Path
    converted: Path

    def path(self, side: str) -> Path | None:
        """The model file of a side, "left" or "right", relative to `folder`; None where it is missing."""
        wanted = f"mano_{side}.pkl"
        for folder, folders, files in os.walk(self.folder):
            folders.sort()
            for name in sorted(files):
                if name.lower() == wanted:
                    return (Path(folder) / name).relative_to(self.folder)
        return None

    def missing(self) -> Rejection | None:
        """What to tell somebody who lacks a side; None where both are there."""
        lacking = [f"MANO_{side.upper()}.pkl" for side in SIDES if self.path(side) is None]
        if not lacking:
            return None
        reason = f"expected {' and '.join(lacking)} in {self.folder}, found none; they come from {DOWNLOAD}"
        return Rejection(f"{self.folder.name}/{lacking[0]}", "file", reason)

    def fault(self) -> Rejection | None:
        """Why no hand can be had: a file is missing, or is not such a model. None where both sides can.

        Says so of hands with mirrored shapes as well, which are made of the same two files.
        """
        missing = self.missing()
        if missing is not None:
            return missing
        try:
            for side in SIDES:
                self.hand(side)
        except RawDataError as error:
            return Rejection(f"{self.folder.name}/{error.path}", "file", error.reason)
        return None

    def hand(self, side: str, *, mirrored_shapes: bool = False, tips: tuple[int, ...] = TIP_VERTICES) -> ManoHand:
        """One side of the model, "left" or "right", read once per process and converted once per file.

        mirrored_shapes: mend the left hand's shapes, whose x the released file has not mirrored. Only for datasets
        whose annotators did so (of ours: HOT3D): elsewhere the betas were fitted to the shapes as they are.
        tips: the tip vertices, thumb to pinky, among KEPT_VERTICES.

        Raises RawDataError where the file is missing or is not such a model.
        """
        converted = self._converted(side)
        hand = _hand_of(side, converted, tips)
        if mirrored_shapes and side == "left" and _is_unmirrored(converted, self._converted("right")):
            mirror_x = np.array([-1.0, 1.0, 1.0])[:, None]
            return replace(hand, joint_shapes=hand.joint_shapes * mirror_x, tip_shapes=hand.tip_shapes * mirror_x)
        return hand

    def _converted(self, side: str) -> dict[str, Floats]:
        path = self.path(side)
        if path is None:
            name = f"MANO_{side.upper()}.pkl"
            raise RawDataError(name, f"expected it in {self.folder}, found none; it comes from {DOWNLOAD}")
        status = (self.folder / path).stat()
        return _convert(self.folder, path, self.converted / f"mano_{side}.npz", status.st_size, status.st_mtime_ns)


def _hand_of(side: str, converted: dict[str, Floats], tips: tuple[int, ...]) -> ManoHand:
    kept = [KEPT_VERTICES.index(vertex) for vertex in tips]
    return ManoHand(
        side=side,
        joint_template=converted["joint_template"],
        joint_shapes=converted["joint_shapes"],
        tip_template=converted["vertex_template"][kept],
        tip_shapes=converted["vertex_shapes"][kept],
        tip_poses=converted["vertex_poses"][kept],
        tip_weights=converted["vertex_weights"][kept],
        mean_pose=converted["mean_pose"],
        components=converted["components"],
    )


def _is_unmirrored(left: dict[str, Floats], right: dict[str, Floats]) -> bool:
    """Whether the left hand's shapes have the right hand's x instead of its mirror image: a fault of the release."""
    ours, theirs = left["vertex_shapes"][:, 0], right["vertex_shapes"][:, 0]
    return bool(np.abs(ours - theirs).sum() < np.abs(ours + theirs).sum())


@lru_cache(maxsize=8)
def _convert(folder: Path, path: Path, target: Path, size: int, modified_ns: int) -> dict[str, Floats]:
    """The converted model: from `target` where that was made of this very file, else made and written there."""
    if size > _LARGEST_FILE:
        raise RawDataError(path, f"expected at most {_LARGEST_FILE} bytes, found {size}")
    try:
        content = (folder / path).read_bytes()
    except OSError as error:
        raise RawDataError(path, f"expected a readable file, found: {error.strerror or error}") from error
    digest = hashlib.sha256(content).hexdigest()
    kept = _read_converted(target, digest)
    if kept is None:
        kept = _extract(_checked_model(unpickle(content, path), path))
        _write_converted(target, digest, kept)
    return kept


def _checked_model(model: Any, path: Path) -> dict[str, Floats]:
    """The arrays of a model file, in double precision. Raises RawDataError where one is missing or cannot be."""
    if not isinstance(model, dict):
        raise RawDataError(path, f"expected a dictionary, found a {type(model).__name__}")
    arrays = {}
    for key, shape in _FILE_SHAPES.items():
        value = model.get(key)
        found = f"{value.dtype} {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__
        if not isinstance(value, np.ndarray) or value.shape != shape or value.dtype.kind not in "iuf":
            raise RawDataError(path, f"{key}: expected numbers of shape {shape}, found {found}")
        arrays[key] = value.astype(np.float64)
        if key != "kintree_table" and not (np.abs(arrays[key]) <= _LARGEST_NUMBER).all():
            raise RawDataError(path, f"{key}: expected finite numbers, found NaN, infinity or huge ones")
    parents = arrays["kintree_table"][0, 1:].tolist()
    if parents != list(PARENTS[1:]):
        raise RawDataError(path, f"kintree_table: expected the parents {list(PARENTS[1:])}, found {parents}")
    return arrays


def _extract(model: dict[str, Floats]) -> dict[str, Floats]:
    """What joints and kept vertices need of a model; the joint regressor is applied once and for all."""
    regressor, kept = model["J_regressor"], list(KEPT_VERTICES)
    return {
        "joint_template": regressor @ model["v_template"],
        "joint_shapes": np.einsum("jv,vcb->jcb", regressor, model["shapedirs"]),
        "vertex_template": model["v_template"][kept],
        "vertex_shapes": model["shapedirs"][kept],
        "vertex_poses": model["posedirs"][kept],
        "vertex_weights": model["weights"][kept],
        "mean_pose": model["hands_mean"],
        "components": model["hands_components"],
    }


def _read_converted(target: Path, digest: str) -> dict[str, Floats] | None:
    """The arrays of a converted file, or None where it is not there, is damaged, or was made of another file."""
    try:
        with np.load(target, allow_pickle=False) as stored:
            if str(stored["sha256"]) != digest:
                return None
            arrays = {key: stored[key] for key in _CONVERTED_SHAPES}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    sound = all(
        arrays[key].shape == shape and arrays[key].dtype == np.float64 and np.isfinite(arrays[key]).all()
        for key, shape in _CONVERTED_SHAPES.items()
    )
    return arrays if sound else None


def _write_converted(target: Path, digest: str, arrays: dict[str, Floats]) -> None:
    """Write under a temporary name, then rename: another process never sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".npz", delete=False) as file:
        np.savez(file, allow_pickle=False, sha256=np.array(digest), **arrays)
    os.replace(file.name, target)


def _namespace(array: Array) -> Any:
    """The module whose functions take this array: torch for its tensors (imported already, then), else NumPy."""
    if type(array).__module__.partition(".")[0] == "torch":
        import torch

        return torch
    return np


def _like(value: Array, example: Array) -> Array:
    """The value as an array of the example's kind, precision and device."""
    xp = _namespace(example)
    if xp is np:
        return np.asarray(value, dtype=example.dtype)
    return xp.as_tensor(value, dtype=example.dtype, device=example.device)


def _shaped(template: Floats, shapes: Floats, betas: Array) -> Array:
    """Points (N, 3) moved by betas (..., 10): (..., N, 3)."""
    change = betas @ _like(shapes.reshape(-1, N_BETAS).T, betas)
    return _like(template, betas) + change.reshape(*betas.shape[:-1], *template.shape)


def _rotation_matrices(vectors: Array) -> Array:
    """Axis-angle vectors (..., 3) -> (..., 3, 3) by Rodrigues' formula, of full precision at small angles too."""
    xp = _namespace(vectors)
    squared = xp.clip((vectors * vectors).sum(-1), _SMALLEST_SQUARED_ANGLE, None)[..., None]
    angle = xp.sqrt(squared)
    half = xp.sin(0.5 * angle) / angle
    outer = (vectors[..., :, None] * vectors[..., None, :]).reshape(*vectors.shape[:-1], 9)
    matrices = (
        xp.cos(angle) * _like(np.eye(3).reshape(9), vectors)
        + (xp.sin(angle) / angle) * (vectors @ _like(_CROSS, vectors))
        + 2.0 * half * half * outer
    )
    return matrices.reshape(*vectors.shape, 3)


def _chains(turns: Array, rest: Array) -> tuple[Array, Array]:
    """Orientations (..., 16, 3, 3) and places (..., 16, 3) of the joints; all five fingers in one step a level."""
    xp = _namespace(turns)
    wrist = rest[..., :1, :]
    orientations, places = [turns[..., :1, :, :]], [wrist]
    parent = wrist
    for level in range(1, 4):
        joint = rest[..., level::3, :]
        places.append(places[-1] + _apply(orientations[-1], joint - parent))
        orientations.append(orientations[-1] @ turns[..., level::3, :, :])
        parent = joint
    bends, knuckles = xp.stack(orientations[1:], -3), xp.stack(places[1:], -2)  # finger by finger, as PARENTS has it
    bends = bends.reshape(*bends.shape[:-4], _N_JOINTS - 1, 3, 3)
    knuckles = knuckles.reshape(*knuckles.shape[:-3], _N_JOINTS - 1, 3)
    wrist = xp.broadcast_to(wrist, (*knuckles.shape[:-2], 1, 3))
    return xp.concatenate([orientations[0], bends], -3), xp.concatenate([wrist, knuckles], -2)


def _apply(matrices: Array, points: Array) -> Array:
    """Matrices (..., 3, 3) times points (..., 3)."""
    return (matrices @ points[..., None])[..., 0]
