"""Parameters of MANO's two hands, as more than one source stores them: checked, and named alike in every recording.

Names in Recording.arrays (hand axis: left, right): `rotation` (T, 2, 3) rad, axis-angle of the wrist; `pose`
(T, 2, 45) rad, axis-angle of the fifteen finger joints without the model's mean pose; `translation` (T, 2, 3) m;
`betas` (2, 10), or (T, 2, 10) where a source has a shape for each frame.

What belongs here: what such sources share. What does not: their files, or the model (handx_core.hand_models.mano).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError
from handx_core.hand_models.mano import N_BETAS, SIDES, ManoFiles
from handx_core.sources import raw_files

_PER_FRAME: Final = ("rotation", "pose", "translation")

LARGEST_TURN_RAD: Final = 4.0 * np.pi
"""A fit may leave an axis-angle beyond half a turn, but nothing beyond two turns is an angle in radians."""

LARGEST_BETA: Final = 30.0
"""Shape coefficients are standard deviations among people; nobody is thirty of them from the mean."""

TurnsAbout = Literal["wrist", "origin"]
"""Which point `rotation` leaves in its place: the rest wrist, as in smplx, or the model's origin, as in EasyMocap."""


@dataclass(frozen=True)
class HandParameters:
    """One hand of a take. rotation, translation: (T, 3). pose: (T, 45). betas: (10,) or (T, 10)."""

    rotation: NDArray[np.float64]
    pose: NDArray[np.float64]
    translation: NDArray[np.float64]
    betas: NDArray[np.float64]


def check_parameters(hand: HandParameters, path: Path, side: str) -> None:
    """Raise RawDataError where angles are not in radians, or a position or shape is beyond any person's."""
    for name, angles in (("rotation", hand.rotation), ("pose", hand.pose)):
        largest = float(np.abs(angles).max(initial=0.0))
        if largest > LARGEST_TURN_RAD:
            raise RawDataError(
                path, f"{side} {name}: expected radians, at most {LARGEST_TURN_RAD:.1f}, found {largest:g}"
            )
    raw_files.check_positions(hand.translation, path, f"{side} translation")
    largest = float(np.abs(hand.betas).max(initial=0.0))
    if largest > LARGEST_BETA:
        raise RawDataError(path, f"{side} shape: expected coefficients up to {LARGEST_BETA:g}, found {largest:g}")


def stack_hands(hands: Sequence[HandParameters]) -> dict[str, NDArray[np.float32]]:
    """The arrays of a recording, as this module's docstring names them, from the left and the right hand."""
    betas = [hand.betas for hand in hands]
    if any(of_hand.ndim == 2 for of_hand in betas):
        betas = [np.broadcast_to(of_hand, (len(hands[0].pose), N_BETAS)) for of_hand in betas]
    arrays = {name: np.stack([getattr(hand, name) for hand in hands], axis=1) for name in _PER_FRAME}
    arrays["betas"] = np.stack(betas, axis=-2)
    return {name: values.astype(np.float32) for name, values in arrays.items()}


def joints_of_parameters(
    arrays: Mapping[str, NDArray[np.float32]], mano: ManoFiles, *, turns_about: TurnsAbout
) -> NDArray[np.float64]:
    """(T, 2, 21, 3) joints in the source's world, metres, project order; the model's mean pose is added to the poses.

    The left hand's shapes are used as its file has them. Raises RawDataError where the model is missing or unusable.
    """
    hands = []
    for number, side in enumerate(SIDES):
        hand = mano.hand(side)
        rotation, pose, translation = (arrays[name][:, number].astype(np.float64) for name in _PER_FRAME)
        betas = arrays["betas"][..., number, :].astype(np.float64)
        if turns_about == "origin":
            translation = hand.translation_of_turn_about_origin(betas, rotation, translation)
        hands.append(hand.joints(pose, betas, rotation, translation, pose_is="relative_to_mean"))
    return np.stack(hands, axis=1)
