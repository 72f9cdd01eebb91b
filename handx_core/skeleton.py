"""The two-hand skeleton: joint names, order, chains, bones and mirroring.

Every array of joints in this project is `(..., 2, 21, 3)`: hand (0 = left, 1 = right), joint, x y z.
What belongs here: facts about that layout. What does not: anything that is computed from motion.

The order is that of HandX (CVPR 2026), section "Data": MANO's sixteen joints, then five tips.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

FPS: Final = 30.0
"""Frame rate of skeletons and clips, Hz."""

CLIP_FRAMES: Final = 60
"""Frames of a clip: two seconds."""

HANDS: Final = ("left", "right")
LEFT: Final = 0
RIGHT: Final = 1

FINGERS: Final = ("thumb", "index", "middle", "ring", "pinky")
"""In anatomical order, which is also the order of the tip joints 16 to 20."""

JOINT_NAMES: Final = (
    "wrist",
    "index_mcp", "index_pip", "index_dip",
    "middle_mcp", "middle_pip", "middle_dip",
    "pinky_mcp", "pinky_pip", "pinky_dip",
    "ring_mcp", "ring_pip", "ring_dip",
    "thumb_cmc", "thumb_mcp", "thumb_ip",
    "thumb_tip", "index_tip", "middle_tip", "ring_tip", "pinky_tip",
)  # fmt: skip
N_JOINTS: Final = len(JOINT_NAMES)
WRIST: Final = 0

CHAINS: Final = {
    "thumb": (13, 14, 15, 16),
    "index": (1, 2, 3, 17),
    "middle": (4, 5, 6, 18),
    "ring": (10, 11, 12, 19),
    "pinky": (7, 8, 9, 20),
}
"""Joints of each finger from the palm outwards; the last is its tip."""

TIPS: Final = tuple(CHAINS[finger][-1] for finger in FINGERS)

BONES: Final = tuple(
    bone for finger in FINGERS for bone in zip((WRIST, *CHAINS[finger][:-1]), CHAINS[finger], strict=True)
)
"""The 20 bones as (parent, child), finger by finger in the order of FINGERS, proximal first."""

PARENTS: Final = tuple(
    -1 if joint == WRIST else next(parent for parent, child in BONES if child == joint) for joint in range(N_JOINTS)
)


def mirror(joints: NDArray[np.floating]) -> NDArray[np.floating]:
    """Mirror a two-hand motion in the plane x = 0: the left hand becomes the right one and vice versa.

    joints: (..., 2, 21, 3), metres. Returns a new array of the same shape; mirroring twice is the identity.
    """
    return joints[..., ::-1, :, :] * np.array([-1.0, 1.0, 1.0], dtype=joints.dtype)


def bone_lengths(joints: NDArray[np.floating]) -> NDArray[np.floating]:
    """Lengths of the 20 bones in the order of BONES. joints: (..., 21, 3) -> (..., 20), metres."""
    parents, children = np.array(BONES).T
    return np.linalg.norm(joints[..., children, :] - joints[..., parents, :], axis=-1)
