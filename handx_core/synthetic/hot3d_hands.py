"""Both hands of a take as HOT3D says them, in UmeTrack's way and in MANO's.

What belongs here: wrist poses, joint angles and MANO's components in HOT3D's world, and what it stores wrongly of them.
What does not: the files that they go into (`write_hot3d`, `write_hot3d_clips`), or the stand-in of MANO.

As in the release, MANO's poses are fitted to UmeTrack's, wrong ones included: near, and not exact.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy.spatial.transform import Rotation

from handx_core.skeleton import FINGERS, HANDS, LEFT, WRIST
from handx_core.synthetic.hands import JOINT_LIMITS, MIRROR, Floats, HandShape
from handx_core.synthetic.mano_standin import fitted_components, fitted_shape
from handx_core.synthetic.takes import TrueTake

_WRONG_POSITION_M: Final = 0.06
_WRONG_TURN_RAD: Final = 0.8


@dataclass(frozen=True, eq=False)
class Hot3dHands:
    """Hands in HOT3D's world. rotations: of the left and the right wrist, T each; positions: (T, 2, 3) of the wrists,
    metres; angles: (T, 2, 20), radians; shape: of the person.

    UmeTrack keeps a right-handed wrist frame for the right hand too, and mirrors its x axis when it is used; MANO's
    right hand is a mirror image already, so that one rotation serves both.
    """

    shape: HandShape
    rotations: tuple[Rotation, ...] = field(repr=False)
    positions: Floats = field(repr=False)
    angles: Floats = field(repr=False)

    def quaternions(self) -> Floats:
        """(T, 2, 4) w x y z."""
        return np.stack([turn.as_quat(canonical=True, scalar_first=True) for turn in self.rotations], axis=1)

    def rotation_vectors(self) -> Floats:
        """(T, 2, 3) axis-angle, radians."""
        return np.stack([turn.as_rotvec() for turn in self.rotations], axis=1)

    def betas(self) -> Floats:
        """(10,) MANO's shape, for both hands."""
        return fitted_shape(self.shape)[0]

    def translations(self) -> Floats:
        """(T, 2, 3) MANO's, metres: its hand turns about a rest wrist that is not at the origin."""
        return self.positions - fitted_shape(self.shape)[1]

    def components(self) -> Floats:
        """(T, 2, 15) MANO's pose."""
        angles = self.angles.reshape(-1, len(FINGERS), 4)
        return fitted_components(self.shape, angles).reshape(*self.angles.shape[:2], -1)

    def a_moment_later(self, share: float) -> "Hot3dHands":
        """The same at a share of the way to the next frame."""

        def between(values: Floats) -> Floats:
            return values + share * np.diff(values, axis=0, append=values[-1:])

        following = [Rotation.concatenate([rotation[1:], rotation[-1:]]) for rotation in self.rotations]
        turned = [
            rotation * Rotation.from_rotvec(share * (rotation.inv() * after).as_rotvec())
            for rotation, after in zip(self.rotations, following, strict=True)
        ]
        return Hot3dHands(self.shape, tuple(turned), between(self.positions), between(self.angles))


def hot3d_hands(take: TrueTake, shape: HandShape, world: Floats, rng: np.random.Generator) -> Hot3dHands:
    """The hands of a take, the first frames wrong where it says so. world: (3, 3) from the truth's world to HOT3D's."""
    positions = take.joints[:, :, WRIST] @ world.T
    angles = take.angles.reshape(len(take.times), 2, 20).copy()
    rotations = []
    for hand in range(len(HANDS)):
        matrices = world @ take.wrists[:, hand] * (np.ones(3) if hand == LEFT else MIRROR)
        rotations.append(Rotation.from_matrix(matrices))
    wrong = take.wrong_start_frames
    if wrong:
        positions[:wrong] += rng.normal(0.0, _WRONG_POSITION_M, (2, 3))
        lowest, highest = JOINT_LIMITS.reshape(20, 2).T
        angles[:wrong] = rng.uniform(lowest, highest, (2, 20))
        share = (np.arange(len(take.times)) < wrong)[:, None]
        rotations = [r * Rotation.from_rotvec(share * rng.normal(0.0, _WRONG_TURN_RAD, 3)) for r in rotations]
    return Hot3dHands(shape, tuple(rotations), positions, angles)
