"""The hand that markers are solved with: hinged links, their template, and where they put joints and markers.

A RIGHT hand; a left one is its mirror image in x. Every segment has a frame whose y runs along the bone to its distal
end, whose z points out of the back of the hand (or nail), and whose x = y cross z, which is ulnar in the palm. Palm
and forearm have their origin at the wrist's joint centre, every other segment at its proximal joint centre.

A link is one hinge. It hangs in its parent's frame by an offset and a turn, then revolves by its angle: about -x where
it flexes (positive flexion bends towards the palm), about z where it abducts (positive towards the thumb's side).
Joints of two degrees of freedom are two links, so that their axes may be skew. Angles, radians, in the order of
ANGLES: wrist 2, arch of the palm 1 (all of it for the pinky's metacarpal, half for the ring's), thumb CMC 2, MCP 2,
IP 1, and for each finger MCP 2, PIP 1, DIP 1.

Lengths of the template are from Alexander & Viktor, "Proportions of hand segments", International Journal of Morphology
28(3), 2010, and Buchholz, Armstrong & Goldstein, "Anthropometric data for describing the kinematics of the human hand",
Ergonomics 35(3), 1992.

What belongs here: the chain of links and its forward kinematics. What does not: how certain anything about a hand is
(`priors`), where markers lie (`marker_set`), solving.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from handx_core.compiled import compiled
from handx_core.skeleton import CHAINS, FINGERS, N_JOINTS, WRIST

Floats = NDArray[np.float64]

MIRROR: Final = np.array([-1.0, 1.0, 1.0])
"""What makes a left hand of a right one."""

TEMPLATE_HAND_LENGTH_M: Final = 0.190

LONG_FINGERS: Final = ("index", "middle", "ring", "pinky")

ANGLES: Final = (
    "wrist_deviation", "wrist_flexion", "arch",
    "thumb_cmc_abduction", "thumb_cmc_flexion", "thumb_mcp_abduction", "thumb_mcp_flexion", "thumb_ip_flexion",
    *(f"{finger}_{joint}" for finger in LONG_FINGERS
      for joint in ("abduction", "mcp_flexion", "pip_flexion", "dip_flexion")),
)  # fmt: skip
N_ANGLES: Final = len(ANGLES)

FLEXES: Final = 0
ABDUCTS: Final = 1


@dataclass(frozen=True)
class _Link:
    """One hinge: its parent's number, whether it flexes or abducts, its angle, and what it makes of that angle."""

    name: str
    parent: int
    kind: int
    angle: int
    share: float = 1.0


def _links() -> tuple[_Link, ...]:
    """All links, parents first. The forearm hangs in the palm, so that its angles count the other way."""
    palm, ring_metacarpal, pinky_metacarpal = 0, 3, 4
    links = [
        _Link("palm", -1, FLEXES, -1, 0.0),
        _Link("wrist_deviation", palm, ABDUCTS, 0, -1.0),
        _Link("forearm", 1, FLEXES, 1, -1.0),
        _Link("ring_metacarpal", palm, FLEXES, 2, 0.5),
        _Link("pinky_metacarpal", palm, FLEXES, 2, 1.0),
        _Link("thumb_cmc_abduction", palm, ABDUCTS, 3),
        _Link("thumb_metacarpal", 5, FLEXES, 4),
        _Link("thumb_mcp_abduction", 6, ABDUCTS, 5),
        _Link("thumb_proximal", 7, FLEXES, 6),
        _Link("thumb_distal", 8, FLEXES, 7),
    ]
    roots = {"index": palm, "middle": palm, "ring": ring_metacarpal, "pinky": pinky_metacarpal}
    for finger in LONG_FINGERS:
        first, angle = len(links), ANGLES.index(f"{finger}_abduction")
        links += [
            _Link(f"{finger}_abduction", roots[finger], ABDUCTS, angle),
            _Link(f"{finger}_proximal", first, FLEXES, angle + 1),
            _Link(f"{finger}_middle", first + 1, FLEXES, angle + 2),
            _Link(f"{finger}_distal", first + 2, FLEXES, angle + 3),
        ]
    return tuple(links)


_LINKS: Final = _links()
LINKS: Final = tuple(link.name for link in _LINKS)
N_LINKS: Final = len(LINKS)
PARENTS: Final = np.array([link.parent for link in _LINKS], np.int64)
KINDS: Final = np.array([link.kind for link in _LINKS], np.int64)
ANGLE_OF_LINK: Final = np.array([link.angle for link in _LINKS], np.int64)
SHARES: Final = np.array([link.share for link in _LINKS])

LINK_OF_SEGMENT: Final = {
    **{name: number for number, name in enumerate(LINKS) if "deviation" not in name and "abduction" not in name},
    "index_metacarpal": 0,
    "middle_metacarpal": 0,
}
"""The link whose frame is a segment's. The metacarpals of index and middle finger are rigid to the palm."""

FIRST_LINK_OF_FINGER: Final = {
    "thumb": LINKS.index("thumb_cmc_abduction"),
    **{finger: LINKS.index(f"{finger}_abduction") for finger in LONG_FINGERS},
}
DISTAL_LINKS: Final = np.array([LINKS.index(f"{finger}_distal") for finger in FINGERS])


def _links_of_joints() -> NDArray[np.int64]:
    """For each joint of the project the link whose origin it is; for a tip its finger's distal link."""
    links = np.zeros(N_JOINTS, np.int64)
    links[WRIST] = 0
    for finger in FINGERS:
        names = ("metacarpal", "proximal", "distal") if finger == "thumb" else ("proximal", "middle", "distal")
        for joint, name in zip(CHAINS[finger], (*names, "distal"), strict=True):
            links[joint] = LINKS.index(f"{finger}_{name}")
    return links


LINK_OF_JOINT: Final = _links_of_joints()


def _descends() -> NDArray[np.bool_]:
    descends = np.eye(N_LINKS, dtype=bool)
    for link in range(1, N_LINKS):
        descends[link] |= descends[PARENTS[link]]
    return descends


DESCENDS: Final = _descends()
"""(26, 26) whether a link, by row, is another, by column, or hangs on it."""


def _bones_into_joints() -> NDArray[np.int64]:
    links = LINK_OF_JOINT.copy()
    for finger in FINGERS:
        for joint in CHAINS[finger][:-1]:
            links[joint] = PARENTS[links[joint]]
            while links[joint] not in LINK_OF_SEGMENT.values():
                links[joint] = PARENTS[links[joint]]
    return links


BONE_INTO_JOINT: Final = _bones_into_joints()
"""(21,) the link of the bone that ends in a joint; the palm for the wrist."""

# Shares of hand length. Phalanges, and the thumb's metacarpal: bones in radiographs, the last ones with the soft tissue
# of the tip. They leave for the middle finger's way from wrist to knuckle what makes the whole; the other fingers' ways
# are to it as Buchholz has them.
_PHALANX_SHARES: Final = {
    "thumb": (0.254, 0.174, 0.140),
    "index": (0.219, 0.123, 0.108),
    "middle": (0.245, 0.145, 0.117),
    "ring": (0.227, 0.141, 0.117),
    "pinky": (0.180, 0.100, 0.108),
}
_METACARPAL_SHARE: Final = {"index": 0.512, "middle": 0.493, "ring": 0.465, "pinky": 0.458}

# Where the table says nothing, metres of a hand of TEMPLATE_HAND_LENGTH_M: how the knuckles stand beside and above the
# long axis of the third metacarpal, the root of the thumb, and the joints that the arch of the palm turns about.
_KNUCKLE_X_M: Final = {"index": -0.023, "middle": 0.0, "ring": 0.019, "pinky": 0.036}
_KNUCKLE_Z_M: Final = {"index": -0.002, "middle": 0.0, "ring": -0.003, "pinky": -0.008}
_THUMB_ROOT_M: Final = np.array([-0.026, 0.035, -0.011])
_ARCH_PIVOT_SHARE: Final = 0.30
"""Of the way from the wrist to the knuckle: the carpometacarpal joint."""

_THUMB_DIRECTION: Final = np.array([-0.62, 0.70, -0.36])
_THUMB_BENDS_TOWARDS: Final = np.array([0.63, 0.36, -0.68])
_FAN: Final = {"index": 0.05, "middle": 0.0, "ring": -0.06, "pinky": -0.15}
_ROLL: Final = {"index": -0.05, "middle": 0.03, "ring": 0.14, "pinky": 0.26}
"""Radians about the straight finger, so that bent fingers point to the root of the thumb."""


@dataclass(frozen=True, eq=False)
class HandShape:
    """The unchanging geometry of one hand, metres and radians.

    offsets: (26, 3) where a link's hinge lies in its parent's frame. turns: (26, 3) about x, then y, then z, after the
    template's own turn of the link. tips: (5, 3) of FINGERS, in the frames of their distal segments.
    """

    offsets: Floats
    turns: Floats
    tips: Floats

    def rotations(self) -> Floats:
        """(26, 3, 3) from a link's frame before it revolves to its parent's."""
        return TEMPLATE_ROTATIONS @ Rotation.from_euler("XYZ", self.turns).as_matrix()


@dataclass(frozen=True, eq=False)
class HandPose:
    """Where a hand is and how it is bent, frame by frame.

    rotations: (T, 3, 3) and positions: (T, 3) metres, from the palm's frame to the room's. angles: (T, 24).
    """

    rotations: Floats
    positions: Floats
    angles: Floats

    def copy(self) -> "HandPose":
        """The same, in memory of its own."""
        return HandPose(self.rotations.copy(), self.positions.copy(), self.angles.copy())


def _template_rotations() -> Floats:
    rotations = np.tile(np.eye(3), (N_LINKS, 1, 1))
    y = _THUMB_DIRECTION / np.linalg.norm(_THUMB_DIRECTION)
    z = -(_THUMB_BENDS_TOWARDS - (_THUMB_BENDS_TOWARDS @ y) * y)
    z /= np.linalg.norm(z)
    rotations[FIRST_LINK_OF_FINGER["thumb"]] = np.stack([np.cross(y, z), y, z], axis=-1)
    for finger in LONG_FINGERS:
        turn = Rotation.from_euler("ZY", [_FAN[finger], _ROLL[finger]])
        rotations[FIRST_LINK_OF_FINGER[finger]] = turn.as_matrix()
    return rotations


TEMPLATE_ROTATIONS: Final = _template_rotations()


def _template_shape() -> HandShape:
    offsets, tips = np.zeros((N_LINKS, 3)), np.zeros((len(FINGERS), 3))
    for finger in LONG_FINGERS:
        x, z = _KNUCKLE_X_M[finger], _KNUCKLE_Z_M[finger]
        length = _METACARPAL_SHARE[finger] * TEMPLATE_HAND_LENGTH_M
        knuckle = np.array([x, np.sqrt(length**2 - x**2 - z**2), z])
        first = FIRST_LINK_OF_FINGER[finger]
        parent = PARENTS[first]
        if parent > 0:
            offsets[parent] = _ARCH_PIVOT_SHARE * knuckle
        offsets[first] = knuckle - offsets[parent]
    offsets[FIRST_LINK_OF_FINGER["thumb"]] = _THUMB_ROOT_M
    for number, finger in enumerate(FINGERS):
        near, middle, far = (share * TEMPLATE_HAND_LENGTH_M for share in _PHALANX_SHARES[finger])
        first = FIRST_LINK_OF_FINGER[finger]
        links = (first + 2, first + 4) if finger == "thumb" else (first + 2, first + 3)
        offsets[links, 1] = near, middle
        tips[number, 1] = far
    return HandShape(offsets, np.zeros((N_LINKS, 3)), tips)


TEMPLATE: Final = _template_shape()


def joints_of(shape: HandShape, pose: HandPose) -> Floats:
    """(T, 21, 3) joint centres and tips in the room's frame, metres, in the project's order, of a right hand."""
    frames, origins = link_frames(pose.rotations, pose.positions, pose.angles, shape.offsets, shape.rotations())
    joints = origins[:, LINK_OF_JOINT]
    tips = [CHAINS[finger][-1] for finger in FINGERS]
    joints[:, tips] += np.einsum("tfij,fj->tfi", frames[:, DISTAL_LINKS], shape.tips)
    return joints


def joint_moves(shape: HandShape, pose: HandPose, steps: Floats) -> Floats:
    """(S, T, 21, 3) how far joints move with small steps of the pose (S, T, 30): a turn, a shift, then the angles."""
    turns = shape.rotations()
    frames, origins = link_frames(pose.rotations, pose.positions, pose.angles, shape.offsets, turns)
    return _joint_moves(frames, origins, joints_of(shape, pose), steps, LINK_OF_JOINT)


@compiled
def _joint_moves(frames: Floats, origins: Floats, joints: Floats, steps: Floats, links: NDArray[np.int64]) -> Floats:
    moves = np.empty((*steps.shape[:2], N_JOINTS, 3))
    turn = np.empty(3)
    for t in range(len(joints)):
        for joint in range(N_JOINTS):
            for sample in range(len(steps)):
                step, move = steps[sample, t], moves[sample, t, joint]
                for row in range(3):
                    turn[row] = step[row]
                    move[row] = step[3 + row]
                link = 0
                at = links[joint]
                while True:
                    x = joints[t, joint, 0] - origins[t, link, 0]
                    y = joints[t, joint, 1] - origins[t, link, 1]
                    z = joints[t, joint, 2] - origins[t, link, 2]
                    move[0] += turn[1] * z - turn[2] * y
                    move[1] += turn[2] * x - turn[0] * z
                    move[2] += turn[0] * y - turn[1] * x
                    if at <= 0:
                        break
                    link = at
                    angle = SHARES[link] * step[6 + ANGLE_OF_LINK[link]]
                    for row in range(3):
                        turn[row] = (
                            -angle * frames[t, link, row, 0]
                            if KINDS[link] == FLEXES
                            else angle * frames[t, link, row, 2]
                        )
                    at = PARENTS[link]
    return moves


def markers_of(
    shape: HandShape,
    pose: HandPose,
    links: NDArray[np.int64],
    places: Floats,
    slides: Floats,
    slide_angles: NDArray[np.int64],
) -> Floats:
    """(T, N, 3) where markers are, metres. They are rigid to links (N,) at places (N, 3), but for the skin's slide.

    slides: (N,) metres per radian along the segment's y, with the angle of number slide_angles (N,).
    """
    frames, origins = link_frames(pose.rotations, pose.positions, pose.angles, shape.offsets, shape.rotations())
    local = np.tile(places, (len(pose.angles), 1, 1))
    local[:, :, 1] += slides * pose.angles[:, slide_angles]
    return origins[:, links] + np.einsum("tnij,tnj->tni", frames[:, links], local)


@compiled
def link_frames(
    rotations: Floats, positions: Floats, angles: Floats, offsets: Floats, turns: Floats
) -> tuple[Floats, Floats]:
    """Frames (T, 26, 3, 3) and origins (T, 26, 3) of all links. turns: (26, 3, 3), as `HandShape.rotations`."""
    n_frames = len(positions)
    frames = np.empty((n_frames, N_LINKS, 3, 3))
    before = np.empty((N_LINKS, 3, 3))
    origins = np.empty((n_frames, N_LINKS, 3))
    for frame in range(n_frames):
        place_links(
            rotations[frame], positions[frame], angles[frame], offsets, turns, frames[frame], before, origins[frame]
        )
    return frames, origins


@compiled
def place_links(
    rotation: Floats,
    position: Floats,
    angles: Floats,
    offsets: Floats,
    turns: Floats,
    frames: Floats,
    before: Floats,
    origins: Floats,
) -> None:
    """Fill, for one instant, the links' frames (26, 3, 3), those before they revolve, and their origins (26, 3)."""
    frames[0] = rotation
    before[0] = rotation
    origins[0] = position
    for link in range(1, N_LINKS):
        parent = PARENTS[link]
        for row in range(3):
            origins[link, row] = origins[parent, row]
            for column in range(3):
                origins[link, row] += frames[parent, row, column] * offsets[link, column]
                total = 0.0
                for k in range(3):
                    total += frames[parent, row, k] * turns[link, k, column]
                before[link, row, column] = total
        angle = SHARES[link] * angles[ANGLE_OF_LINK[link]]
        c, s = np.cos(angle), np.sin(angle)
        for row in range(3):
            x, y, z = before[link, row, 0], before[link, row, 1], before[link, row, 2]
            if KINDS[link] == FLEXES:  # about -x
                frames[link, row, 0] = x
                frames[link, row, 1] = c * y - s * z
                frames[link, row, 2] = s * y + c * z
            else:  # about z
                frames[link, row, 0] = c * x + s * y
                frames[link, row, 1] = c * y - s * x
                frames[link, row, 2] = z
