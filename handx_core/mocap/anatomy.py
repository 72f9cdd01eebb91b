"""Whether markers sit where their labels say: left or right hand, thumb side or little finger's side of the wrist.

Names are not enough: a studio may exchange the hands, and makers do not agree which of two wrist markers is the inner
one. Geometry decides. The palm's markers lie nearly in a plane, so that a hand also fits its mirror image turned over;
but then the fingers bend out of its back. What belongs here: exchanges that hold for a whole take. What does not:
labels that change places within it (the solver).
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError
from handx_core.mocap.joint_model import LINK_OF_SEGMENT, MIRROR, N_ANGLES, TEMPLATE, HandPose, markers_of
from handx_core.mocap.labels import HandMarkers
from handx_core.mocap.marker_set import PALM_SEGMENTS, MarkerSet
from handx_core.mocap.priors import nominal_place
from handx_core.skeleton import HANDS, LEFT

Floats = NDArray[np.float64]

FLAT: Final = np.zeros(N_ANGLES)
"""The joint angles of a flat hand."""

FEWEST_OF_PALM: Final = 3
"""Markers of the palm that must be seen at once: fewer do not say how the hand lies."""

_MOST_FRAMES: Final = 500
"""How many frames are asked, spread over the take."""

SURELY_BENT_M: Final = 0.008
"""How far out of the palm the markers of fingers and thumb must lie, on average, to tell front from back. Those of a
hand flat on a table lie twice as far, since the thumb does."""

WORST_FIT_M: Final = 0.011
"""Root mean square distance of the palm's markers from where the marker set has them, on a hand of the template's size.
Markers placed by hand on synthetic hands of any shape come to 4 to 7 mm, exchanged neighbours to 12 and more."""

_SMALLEST_M: Final = 1e-6
"""Size of what lies all in one point."""

_BESIDE_MM: Final = 10.0
"""How far to the side a forearm's marker is meant to sit, if it is one of the thumb's or the little finger's side."""


def mend_sides(markers: HandMarkers, marker_set: MarkerSet, path: Path) -> HandMarkers:
    """Exchange the hands, or the two sides of a wrist, where a take has them the wrong way round, and note it.

    Works in place: the positions of the result are those given. Raises RawDataError where a hand never shows three
    markers of its palm at once, they do not lie as the marker set says, both hands are of one side, or the sides of a
    wrist that is reversed have not as many markers.
    """
    notes = list(markers.notes)
    bends = [_bend(_view(markers, hand, marker_set, path)) for hand in range(len(HANDS))]
    if min(bends) < -SURELY_BENT_M:
        if max(bends) > SURELY_BENT_M:
            wrong = HANDS[int(np.argmin(bends))]
            raise RawDataError(
                path,
                "expected a left and a right hand, found two of one side: what is labelled the "
                f"{wrong} hand bends its fingers like the other",
            )
        for marker in range(markers.positions.shape[2]):  # one by one, so as not to copy a long take
            markers.positions[:, :, marker] = markers.positions[:, ::-1, marker]
        notes.append("hands exchanged: what is labelled the left hand bends its fingers like a right one")
    radial, ulnar = _sides_of_wrist(marker_set)
    for hand, name in enumerate(HANDS):
        if not _is_wrist_reversed(_view(markers, hand, marker_set, path), radial, ulnar):
            continue
        if len(radial) != len(ulnar):
            names = ", ".join(marker_set.markers[number].name for number in radial)
            raise RawDataError(
                path, f"expected {names} on the thumb's side of the {name} wrist, found it on the little finger's side"
            )
        markers.positions[:, hand, radial + ulnar] = markers.positions[:, hand, ulnar + radial]
        notes.append(f"{name} wrist: markers of the thumb's side and the little finger's side exchanged")
    return replace(markers, notes=tuple(notes))


def nominal_places(marker_set: MarkerSet, angles: Floats = FLAT) -> Floats:
    """(N, 3) the markers of the template's right hand, in the frame of its palm, metres. angles: (24,), radians."""
    links = np.array([LINK_OF_SEGMENT[marker.segment] for marker in marker_set.markers], np.int64)
    places = np.array([nominal_place(marker) for marker in marker_set.markers])
    pose = HandPose(np.eye(3)[None], np.zeros((1, 3)), angles[None])
    return markers_of(TEMPLATE, pose, links, places, np.zeros(len(links)), np.zeros(len(links), np.int64))[0]


@dataclass(frozen=True, eq=False)
class _View:
    """A hand as if it were a right one, in the axes of its palm, and which of its markers are on what.

    points: (F, N, 3) metres, NaN where missing; x ulnar, z dorsal, by the palm's markers as labelled; z is 0 in the
    middle of these. digits: (N,) markers of fingers and thumb.
    """

    points: Floats
    digits: NDArray[np.bool_]


def _view(markers: HandMarkers, hand: int, marker_set: MarkerSet, path: Path) -> _View:
    """The hand in some frames of the take, spread evenly over it. Raises RawDataError as `mend_sides`."""
    frames = np.linspace(0, len(markers.positions) - 1, min(len(markers.positions), _MOST_FRAMES)).astype(int)
    points = markers.positions[frames, hand] * (MIRROR if hand == LEFT else 1.0)
    segments = np.array([marker.segment for marker in marker_set.markers])
    palm = np.flatnonzero(np.isin(segments, PALM_SEGMENTS))
    seen = np.isfinite(points[:, palm, 0])
    enough = seen.sum(axis=1) >= FEWEST_OF_PALM
    if not enough.any():
        names = ", ".join(marker_set.markers[number].name for number in palm)
        raise RawDataError(
            path,
            f"expected frames with at least {FEWEST_OF_PALM} markers of the {HANDS[hand]} palm at once (of {names}), "
            "found none",
        )
    points, weights = points[enough], seen[enough].astype(float)
    nominal, palm_points = nominal_places(marker_set)[palm], np.nan_to_num(points[:, palm])
    rotations, centres, fit = _fit(nominal, palm_points, weights)
    if fit > WORST_FIT_M:
        remedy = _best_exchange(nominal, palm_points, weights, [marker_set.markers[number].name for number in palm])
        raise RawDataError(
            path,
            f"expected the markers of the {HANDS[hand]} palm within {1e3 * WORST_FIT_M:g} mm of where the marker set "
            f"{marker_set.name} has them, found {1e3 * fit:.0f} mm; {remedy}",
        )
    in_palm = np.einsum("fji,fnj->fni", rotations, points - centres[:, None])
    return _View(in_palm, ~np.isin(segments, (*PALM_SEGMENTS, "forearm")))


def _fit(nominal: Floats, points: Floats, weights: Floats) -> tuple[Floats, Floats, float]:
    """Best turn, move and scale of nominal (K, 3) onto points (F, K, 3), none of them a mirror image.

    weights: (F, K), 0 where a point is missing. Returns rotations (F, 3, 3), the points' centres (F, 3), and the root
    mean square distance that is left in the median frame, in the scale of the nominal places.
    """
    shares = weights / weights.sum(axis=1, keepdims=True)
    centres = np.einsum("fk,fki->fi", shares, points)
    there = points - centres[:, None]
    here = nominal - np.einsum("fk,ki->fi", shares, nominal)[:, None]
    u, _, v = np.linalg.svd(np.einsum("fk,fki,fkj->fij", shares, there, here))
    u[:, :, 2] *= np.linalg.det(u @ v)[:, None]
    rotations = u @ v
    sizes = [np.sqrt(np.einsum("fk,fki->f", shares, points**2)) for points in (there, here)]
    scales = np.maximum(sizes[0], _SMALLEST_M) / np.maximum(sizes[1], _SMALLEST_M)
    off = there / scales[:, None, None] - np.einsum("fij,fkj->fki", rotations, here)
    return rotations, centres, float(np.sqrt(np.median(np.einsum("fk,fki->f", shares, off**2))))


def _best_exchange(nominal: Floats, points: Floats, weights: Floats, names: Sequence[str]) -> str:
    """What to do about a bad fit: which two labels to exchange, if that mends it."""
    fits = {}
    for one, other in itertools.combinations(range(len(names)), 2):
        order = np.arange(len(names))
        order[[one, other]] = other, one
        fits[names[one], names[other]] = _fit(nominal[order], points, weights)[2]
    pair = min(fits, key=lambda names: fits[names])
    if fits[pair] > WORST_FIT_M:
        return "look whether they were placed and labelled as the marker set says"
    return f"with the labels {pair[0]} and {pair[1]} exchanged it would be {1e3 * fits[pair]:.0f} mm"


def _bend(view: _View) -> float:
    """How far fingers and thumb lie out of the palm on its inner side, metres; negative: out of its back."""
    below = -view.points[:, view.digits, 2]
    below = below[np.isfinite(below).any(axis=1)]
    return float(np.median(np.nanmean(below, axis=1))) if len(below) else 0.0


def _sides_of_wrist(marker_set: MarkerSet) -> tuple[list[int], list[int]]:
    """The forearm's markers on the thumb's side, and those on the little finger's."""
    beside = [
        (number, marker.pos_mm[0])
        for number, marker in enumerate(marker_set.markers)
        if marker.segment == "forearm" and marker.pos_mm is not None
    ]
    return [n for n, x_mm in beside if x_mm < -_BESIDE_MM], [n for n, x_mm in beside if x_mm > _BESIDE_MM]


def _is_wrist_reversed(view: _View, radial: list[int], ulnar: list[int]) -> bool:
    """Whether the radial markers are nearer the little finger's knuckle, and the ulnar ones the index finger's.

    Of four points, that is the sign of one product: of the ways from side to side, of the wrist and of the palm.
    """
    if not radial or not ulnar:
        return False
    across = view.points[:, ulnar, 0].mean(axis=1) - view.points[:, radial, 0].mean(axis=1)
    across = across[np.isfinite(across)]
    return len(across) > 0 and bool(np.median(across) < 0.0)
