"""What is known of a hand before its markers are seen: usual postures, limits, and how shapes and placings vary.

The shape of a marked hand is a vector of coordinates (where hinges lie, how they are turned, where markers are stuck
and slide, where tips are) that is linear in parameters of mean 0 and known deviations: the size of the hand, and for
every coordinate what is its own. A marker said to lie along a bone moves with that bone's length; so a nail's marker
tells the length of the bone that it sits on.

What belongs here: means, deviations, limits, and that linear map. What does not: the links (`joint_model`), or
fitting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from handx_core.mocap.joint_model import (
    ANGLES,
    FIRST_LINK_OF_FINGER,
    LINK_OF_SEGMENT,
    LINKS,
    LONG_FINGERS,
    N_ANGLES,
    PARENTS,
    TEMPLATE,
    TEMPLATE_ROTATIONS,
    Floats,
    HandShape,
)
from handx_core.mocap.marker_set import HAND_LENGTH, Marker, MarkerSet
from handx_core.skeleton import FINGERS

_MILLIMETRE: Final = 1e-3

SIZE_SD: Final = 0.12
"""Of a hand's length, relative: adults from the smallest women to the largest men, and children from about ten on."""

LENGTH_SD: Final = 0.05
"""Of a bone's length, relative to that of a hand of this size."""

FLESH_SD_MM: Final = 1.2
"""Of a marker's height above the bone: nobody who places one chooses how thick the flesh under it is."""

SLIDE_SD_M: Final = 1e-3
"""Metres of skin for a radian of the joint under it."""

MEAN, SD, LOW, HIGH = range(4)
_THUMB_POSTURE: Final = {
    "wrist_deviation": (0.0, 0.25, -0.8, 0.8),
    "wrist_flexion": (0.0, 0.5, -1.6, 1.6),
    "arch": (0.08, 0.12, -0.15, 0.55),
    "thumb_cmc_abduction": (0.0, 0.5, -1.4, 1.4),
    "thumb_cmc_flexion": (0.1, 0.5, -1.3, 1.4),
    "thumb_mcp_abduction": (0.0, 0.15, -0.5, 0.5),
    "thumb_mcp_flexion": (0.3, 0.4, -0.8, 1.5),
    "thumb_ip_flexion": (0.3, 0.4, -0.9, 1.7),
}
_FINGER_POSTURE: Final = {
    "abduction": (0.0, 0.18, -0.7, 0.7),
    "mcp_flexion": (0.4, 0.6, -0.9, 1.8),
    "pip_flexion": (0.6, 0.6, -0.4, 2.1),
    "dip_flexion": (0.33, 0.22, -0.9, 1.7),
}
POSTURE: Final = np.array([
    *_THUMB_POSTURE.values(), *(row for _ in LONG_FINGERS for row in _FINGER_POSTURE.values())
])  # fmt: skip
"""(24, 4) of each angle: its mean, deviation, and lowest and highest value, radians."""

DIP_PER_PIP: Final = 0.55
"""How far a finger's last joint bends for a radian of the one before, on average; the deviation is from that."""


NEIGHBOURS_SD: Final = 0.4
"""How far the flexion of a finger's MCP or PIP joint is from that of the finger beside it, radians: fingers move
together unless markers say otherwise."""


def posture_precision() -> tuple[Floats, Floats]:
    """The prior of a pose's angles: its mean (24,) and the inverse of its covariance (24, 24)."""
    whitened = np.diag(1.0 / POSTURE[:, SD])
    for finger in LONG_FINGERS:
        dip, pip = ANGLES.index(f"{finger}_dip_flexion"), ANGLES.index(f"{finger}_pip_flexion")
        whitened[dip, pip] = -DIP_PER_PIP / POSTURE[dip, SD]
    precision = whitened.T @ whitened
    for finger, beside in pairwise(LONG_FINGERS):
        for joint in ("mcp", "pip"):
            apart = np.zeros(N_ANGLES)
            apart[ANGLES.index(f"{finger}_{joint}_flexion")] = 1.0 / NEIGHBOURS_SD
            apart[ANGLES.index(f"{beside}_{joint}_flexion")] = -1.0 / NEIGHBOURS_SD
            precision += np.outer(apart, apart)
    return POSTURE[:, MEAN].copy(), precision


# Deviations of a link's offset in its parent's frame, and of its turn about x, y, z; zero where it is what it is, or
# where another coordinate says the same. Metres of the template's hand, and radians.
_CHAIN_OFFSET: Final = (0.0005, None, 0.0005)
"""Of the far end of a bone beside the bone's axis; None: LENGTH_SD of its length."""

_SKEW: Final = (0.001, 0.001, 0.001)
_OFFSET_SD: Final = {
    "forearm": (0.0007, 0.0007, 0.0007),
    "ring_metacarpal": (0.003, 0.004, 0.003),
    "pinky_metacarpal": (0.003, 0.004, 0.003),
    "thumb_cmc_abduction": (0.006, 0.006, 0.006),
    "thumb_metacarpal": (0.004, 0.004, 0.004),
    "thumb_mcp_abduction": _CHAIN_OFFSET,
    "thumb_proximal": _SKEW,
    "thumb_distal": _CHAIN_OFFSET,
}
_TURN_SD: Final = {
    "wrist_deviation": (0.1, 0.1, 0.0),
    "forearm": (0.0, 0.1, 0.1),
    "ring_metacarpal": (0.0, 0.25, 0.25),
    "pinky_metacarpal": (0.0, 0.25, 0.25),
    "thumb_cmc_abduction": (0.15, 0.15, 0.0),
    "thumb_metacarpal": (0.15, 0.15, 0.15),
    "thumb_mcp_abduction": (0.1, 0.1, 0.0),
    "thumb_proximal": (0.0, 0.08, 0.08),
    "thumb_distal": (0.0, 0.08, 0.08),
}
_HEAVY_TURNS: Final = ("thumb_cmc_abduction", "thumb_metacarpal")
"""Links whose turns are heavy-tailed: on the axes of the thumb's root not even anatomists agree."""

_FINGER_OFFSET_SD: Final = {
    "abduction": (0.003, None, 0.003),
    "proximal": (0.0, 0.0, 0.0),
    "middle": _CHAIN_OFFSET,
    "distal": _CHAIN_OFFSET,
}
_FINGER_TURN_SD: Final = {
    "abduction": (0.0, 0.1, 0.0),
    "proximal": (0.0, 0.05, 0.05),
    "middle": (0.0, 0.06, 0.06),
    "distal": (0.0, 0.06, 0.06),
}
_TIP_SD: Final = (0.0005, None, 0.0005)

# Skin slides where a joint bends under it. Joints by segment, proximal and distal end; a nail is fixed to its bone.
_JOINTS_AT_ENDS: Final = {
    "forearm": ("wrist", "wrist"), "palm": ("wrist", "wrist"), "thumb_metacarpal": ("thumb_cmc", "thumb_mcp"),
    "thumb_proximal": ("thumb_mcp", "thumb_ip"), "thumb_distal": ("thumb_ip", None),
    **{f"{finger}_{bone}": ((proximal and f"{finger}_{proximal}") or "wrist", distal and f"{finger}_{distal}")
       for finger in LONG_FINGERS
       for bone, proximal, distal in (("metacarpal", None, "mcp"), ("proximal", "mcp", "pip"), ("middle", "pip", "dip"),
                                      ("distal", "dip", None))},
}  # fmt: skip


def _slides_with(marker: Marker) -> tuple[int, bool]:
    """The angle that a marker's skin slides with, and whether it slides at all."""
    proximal, distal = _JOINTS_AT_ENDS[marker.segment]
    joint = proximal if marker.along is None or marker.along < 0.5 else distal
    return ANGLES.index(f"{joint or proximal}_flexion"), joint is not None


def _sd_of(
    table: Mapping[str, tuple[float | None, ...]],
    fingers: Mapping[str, tuple[float | None, ...]],
    link: str,
    lengths: Floats,
) -> Floats:
    finger, _, part = link.partition("_")
    values = fingers[part] if finger in LONG_FINGERS and part in fingers else table.get(link, (0.0, 0.0, 0.0))
    return np.array([LENGTH_SD * abs(length) if sd is None else sd for sd, length in zip(values, lengths, strict=True)])


@dataclass(frozen=True, eq=False)
class MarkedHand:
    """A hand's shape and its markers: places (N, 3) in their segments' frames, metres, slides (N,) metres a radian."""

    shape: HandShape
    places: Floats
    slides: Floats


@dataclass(frozen=True, eq=False)
class ShapeSpace:
    """Coordinates of a marked hand as a linear map of parameters of mean 0.

    segments, links, slide_angles: (N,) of each marker. offset_at, turn_at: (26, 3), place_at: (N, 3), slide_at: (N,),
    tip_at: (5, 3) the number of the coordinate, -1 where there is none and the template's value holds. mean: (C,)
    coordinates of the template. basis: (C, P). sd: (P,), of which the first is the size of the hand. heavy: (P,) which
    are distributed as Cauchy has it, with sd as their half width: near 0 as a rule, but now and then anywhere.
    """

    segments: tuple[str, ...]
    links: NDArray[np.int64]
    slide_angles: NDArray[np.int64]
    offset_at: NDArray[np.int64]
    turn_at: NDArray[np.int64]
    place_at: NDArray[np.int64]
    slide_at: NDArray[np.int64]
    tip_at: NDArray[np.int64]
    mean: Floats
    basis: Floats
    sd: Floats
    heavy: NDArray[np.bool_]

    def hand(self, parameters: Floats) -> MarkedHand:
        """The hand of parameters (P,)."""
        values = self.mean + self.basis @ parameters

        def fill(template: Floats, at: NDArray[np.int64]) -> Floats:
            return np.where(at >= 0, values[at], template)

        shape = HandShape(
            offsets=fill(TEMPLATE.offsets * (1.0 + parameters[0]), self.offset_at),
            turns=fill(TEMPLATE.turns, self.turn_at),
            tips=fill(TEMPLATE.tips, self.tip_at),
        )
        return MarkedHand(shape, values[self.place_at], values[self.slide_at])

    def length(self, bone: str, parameters: Floats) -> tuple[float, Floats]:
        """Length of a bone by its name in a marker set, or of the hand, metres; and its derivatives (P,)."""
        values = self.mean + self.basis @ parameters
        total, slope = 0.0, np.zeros(len(self.mean))
        for coordinates in _bones_of(bone, self.offset_at, self.tip_at):
            ends = sum(values[at] for at in coordinates)
            length = float(np.linalg.norm(ends))
            total += length
            for at in coordinates:
                slope[at] += ends / length
        return total, slope @ self.basis

    def turn_axes(self, parameters: Floats) -> Floats:
        """(26, 3, 3) columns: what a small change of each of a link's turns turns it about, in its parent's frame."""
        turns = self.hand(parameters).shape.turns
        about_x = Rotation.from_euler("X", turns[:, :1]).as_matrix()
        about_xy = about_x @ Rotation.from_euler("Y", turns[:, 1:2]).as_matrix()
        axes = np.stack([np.tile([1.0, 0.0, 0.0], (len(turns), 1)), about_x[:, :, 1], about_xy[:, :, 2]], axis=-1)
        return TEMPLATE_ROTATIONS @ axes


def shape_space(marker_set: MarkerSet) -> ShapeSpace:
    """The shapes of hands that wear a marker set."""
    markers = marker_set.markers
    mean: list[float] = []
    scales: list[bool] = []
    sds: list[float] = []

    def number(values: Floats, deviations: Floats, *, with_size: bool) -> NDArray[np.int64]:
        at = np.full(values.shape, -1, np.int64)
        for place in np.ndindex(values.shape):
            if deviations[place] > 0.0:
                at[place] = len(mean)
                mean.append(float(values[place]))
                scales.append(with_size)
                sds.append(float(deviations[place]))
        return at

    offset_sd = np.array(
        [_sd_of(_OFFSET_SD, _FINGER_OFFSET_SD, link, TEMPLATE.offsets[i]) for i, link in enumerate(LINKS)]
    )
    turn_sd = np.array([_sd_of(_TURN_SD, _FINGER_TURN_SD, link, np.zeros(3)) for link in LINKS])
    tip_sd = np.array([[LENGTH_SD * tip[1] if sd is None else sd for sd in _TIP_SD] for tip in TEMPLATE.tips])
    offset_at = number(TEMPLATE.offsets, offset_sd, with_size=True)
    tip_at = number(TEMPLATE.tips, tip_sd, with_size=True)
    turn_at = number(TEMPLATE.turns, turn_sd, with_size=False)
    skin = [_slides_with(marker) for marker in markers]
    nominal = np.array([nominal_place(marker) for marker in markers])
    place_sd = np.array([[marker.sd_mm, marker.sd_mm, FLESH_SD_MM] for marker in markers]) * _MILLIMETRE
    place_at = number(nominal, place_sd, with_size=True)
    slide_at = number(
        np.zeros(len(markers)), np.array([SLIDE_SD_M if slides else 1e-6 for _, slides in skin]), with_size=False
    )
    basis = np.column_stack([np.where(scales, mean, 0.0), np.eye(len(mean))])
    for marker, at in zip(markers, place_at, strict=True):
        if marker.along is not None:
            for axis, end in enumerate(_end_coordinates(marker.segment, offset_at, tip_at)):
                if end >= 0:
                    basis[at[axis], 1 + end] += marker.along
        elif marker.segment == "palm":
            for knuckle, share in zip(_SIDES_OF_PALM, _shares_of_knuckles(nominal_place(marker)), strict=True):
                for vector in _bones_of(f"{knuckle}_metacarpal", offset_at, tip_at)[0]:
                    for axis in range(2):
                        basis[at[axis], 1 + vector[axis]] += share
    heavy_turns = turn_at[[LINKS.index(link) for link in _HEAVY_TURNS]]
    return ShapeSpace(
        segments=tuple(marker.segment for marker in markers),
        links=np.array([LINK_OF_SEGMENT[marker.segment] for marker in markers], np.int64),
        slide_angles=np.array([angle for angle, _ in skin], np.int64),
        offset_at=offset_at,
        turn_at=turn_at,
        place_at=place_at,
        slide_at=slide_at,
        tip_at=tip_at,
        mean=np.array(mean),
        basis=basis,
        sd=np.array([SIZE_SD, *sds]),
        heavy=np.isin(np.arange(1 + len(mean)), 1 + heavy_turns[heavy_turns >= 0]),
    )


_SIDES_OF_PALM: Final = ("index", "pinky")


def _shares_of_knuckles(place: Floats) -> Floats:
    """(2,) of the knuckles of index finger and pinky, whose sum is a place (3,) on the template's palm, seen from
    above: places on the back of a hand are farther apart where its knuckles are."""
    knuckles = [np.zeros(3), np.zeros(3)]
    for number, finger in enumerate(_SIDES_OF_PALM):
        link = FIRST_LINK_OF_FINGER[finger]
        while link > 0:
            knuckles[number] = knuckles[number] + TEMPLATE.offsets[link]
            link = int(PARENTS[link])
    return np.asarray(np.linalg.solve(np.column_stack(knuckles)[:2], place[:2]))


def nominal_place(marker: Marker) -> Floats:
    """(3,) where a marker is meant to be on a hand of TEMPLATE_HAND_LENGTH_M, in its segment's frame, metres."""
    if marker.along is None:
        return np.array(marker.pos_mm) * _MILLIMETRE
    link, tip = _end_of(marker.segment)
    end = TEMPLATE.tips[tip] if tip is not None else TEMPLATE.offsets[link]
    return marker.along * end + np.array([0.0, 0.0, marker.height_mm * _MILLIMETRE])


def _end_of(segment: str) -> tuple[int, int | None]:
    """The link whose offset is the far end of a segment's bone, or the finger whose tip it is."""
    finger, _, bone = segment.partition("_")
    if bone == "distal":
        return -1, FINGERS.index(finger)
    first = FIRST_LINK_OF_FINGER[finger]
    steps = {"metacarpal": 2, "proximal": 4} if finger == "thumb" else {"metacarpal": 0, "proximal": 2, "middle": 3}
    return first + steps[bone], None


def _end_coordinates(segment: str, offset_at: NDArray[np.int64], tip_at: NDArray[np.int64]) -> NDArray[np.int64]:
    link, tip = _end_of(segment)
    return tip_at[tip] if tip is not None else offset_at[link]


def _bones_of(bone: str, offset_at: NDArray[np.int64], tip_at: NDArray[np.int64]) -> list[list[NDArray[np.int64]]]:
    """For each bone that a length is the sum of: the coordinates (3,) of the vectors that add up to it."""
    if bone == HAND_LENGTH:
        names = [f"middle_{part}" for part in ("metacarpal", "proximal", "middle", "distal")]
        return [part for name in names for part in _bones_of(name, offset_at, tip_at)]
    finger, _, part = bone.partition("_")
    first = FIRST_LINK_OF_FINGER[finger]
    if part == "carpal":
        return [[offset_at[first]]]
    vectors = [_end_coordinates(bone, offset_at, tip_at)]
    if part == "metacarpal" and finger != "thumb" and PARENTS[first] > 0:
        vectors.append(offset_at[PARENTS[first]])  # from the wrist to where the arch of the palm turns
    return [vectors]
