"""Two hands drawn flat: rounded bones and palms, nearest last, so that what is in front covers what is behind.

What belongs here: one pose at a place of a figure, and the frame that a whole motion needs. What does not: layout of
pictures.
"""

import itertools
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

from handx_core.skeleton import CHAINS, FINGERS, LEFT
from handx_core.viewing.style import (
    DPI,
    FINGER_COLOURS,
    HAND_COLOURS,
    PALM_COLOURS,
    PANEL,
    PAPER,
    SHADOW,
    project,
)

PALM_OUTLINE: Final = (0, 13, 1, 4, 10, 7)
"""Wrist, thumb CMC, then the MCPs of index, middle, ring, pinky."""

FINGER_WIDTH_M: Final = (0.015, 0.0135, 0.012)
"""Drawn thickness of the proximal, middle and distal bone of a finger: that of a slim adult hand."""

MARGIN_M: Final = 0.016
FLOOR_BELOW_M: Final = 0.01
"""The floor that takes the shadows lies this much below the lowest joint of the whole motion."""

_HALO: Final = 1.6
"""By how many points what is behind stays away from what is in front."""

Colour: TypeAlias = tuple[float, float, float, float]
_NOTHING: Final = (0.0, 0.0, 0.0, 0.0)


class Frame(NamedTuple):
    """The window of the screen plane that holds a whole motion, and the height of the floor below it, metres."""

    centre: tuple[float, float]
    width: float
    height: float
    floor: float


class View(NamedTuple):
    """Where a figure shows the screen plane: the height of its floor, its scale, and where its origin lies, pixels."""

    floor: float
    px_per_m: float
    origin_px: tuple[float, float]

    def to_px(self, screen: NDArray[np.floating]) -> NDArray[np.floating]:
        """Places of the screen plane (..., 2), metres, as pixels of the figure from its lower left corner."""
        return screen * self.px_per_m + self.origin_px

    def points(self, metres: float) -> float:
        """How wide a line must be drawn to be that wide."""
        return metres * self.px_per_m / DPI * 72.0


class Piece(NamedTuple):
    """A line (N, 2), pixels of the figure, with its width in points and the colours of its inside and itself."""

    line: NDArray[np.floating]
    face: Colour
    edge: Colour
    width: float


def frame_of(joints: NDArray[np.floating], aspect: float) -> Frame:
    """The smallest window of an aspect (width by height) that holds a motion and its shadow.

    joints: (..., 3), metres, world or clip frame. Joints that are not finite are ignored.
    """
    points = joints.reshape(-1, 3)
    points = points[np.isfinite(points).all(axis=1)]
    floor = float(points[:, 2].min()) - FLOOR_BELOW_M
    on_floor = points * (1.0, 1.0, 0.0) + (0.0, 0.0, floor)
    screen = project(np.concatenate([points, on_floor]))[0]
    low, high = screen.min(axis=0) - MARGIN_M, screen.max(axis=0) + MARGIN_M
    width, height = high - low
    centre = (float(low[0] + high[0]) / 2, float(low[1] + high[1]) / 2)
    return Frame(centre, float(max(width, height * aspect)), float(max(height, width / aspect)), floor)


def view_of(frame: Frame, left_px: float, bottom_px: float, width_px: float) -> View:
    """The view in which a frame is so many pixels wide, its lower left corner at a place of the figure."""
    px_per_m = width_px / frame.width
    corner = (frame.centre[0] - frame.width / 2, frame.centre[1] - frame.height / 2)
    return View(frame.floor, px_per_m, (left_px - px_per_m * corner[0], bottom_px - px_per_m * corner[1]))


def hand_pieces(joints: NDArray[np.floating], view: View) -> list[Piece]:
    """One pose with its shadow. joints: (2, 21, 3), metres. A hand with a joint that is not finite is left out."""
    shadows: list[Piece] = []
    pieces: list[tuple[float, list[Piece]]] = []
    for hand, pose in enumerate(joints):
        if np.isfinite(pose).all():
            shadows += _shadow(pose, view)
            pieces += _palm_and_bones(hand, pose, view)
    nearest_last = sorted(pieces, key=lambda piece: piece[0])
    return shadows + [piece for _, of_part in nearest_last for piece in of_part]


def trail_pieces(wrists: NDArray[np.floating], view: View) -> list[Piece]:
    """Where the wrists have been, up to a pose that is drawn over it. wrists: (T, 2, 3), metres."""
    screen = view.to_px(project(wrists)[0])
    return [_stroke(screen[:, hand], to_rgba(colour, 0.35), 1.2) for hand, colour in enumerate(HAND_COLOURS)]


def panel_piece(left_px: float, bottom_px: float, width_px: float, height_px: float) -> Piece:
    """The ground of a view."""
    corners = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)])
    return Piece(corners * (width_px, height_px) + (left_px, bottom_px), to_rgba(PANEL), _NOTHING, 0.0)


def draw_pieces(figure: Figure, pieces: Sequence[Piece]) -> None:
    """Draw pieces over each other, the last one uppermost.

    They are one artist: matplotlib takes longer over each artist than over what it draws.
    """
    figure.add_artist(
        PathCollection(
            [Path(piece.line, closed=bool(piece.face[3])) for piece in pieces],
            facecolors=[piece.face for piece in pieces],
            edgecolors=[piece.edge for piece in pieces],
            linewidths=[piece.width for piece in pieces],
            capstyle="round",
            joinstyle="round",
            transform=IdentityTransform(),
        )
    )


def _shadow(pose: NDArray[np.floating], view: View) -> list[Piece]:
    flat = view.to_px(project(np.column_stack([pose[:, :2], np.full(len(pose), view.floor)]))[0])
    width, colour = view.points(FINGER_WIDTH_M[1]), to_rgba(SHADOW)
    fingers = [_stroke(flat[list(chain)], colour, width) for chain in CHAINS.values()]
    return [*fingers, _outline(flat[list(PALM_OUTLINE)], colour, width)]


def _palm_and_bones(hand: int, pose: NDArray[np.floating], view: View) -> list[tuple[float, list[Piece]]]:
    """The palm and the bones of a hand, each as (nearness, pieces: a halo of paper, then the part itself)."""
    screen, nearness = project(pose)
    screen = view.to_px(screen)
    outline, paper = screen[list(PALM_OUTLINE)], to_rgba(PAPER)
    shows_back = (_signed_area(outline) > 0) == (hand == LEFT)
    colour = to_rgba(PALM_COLOURS[hand][0 if shows_back else 1])
    width = view.points(FINGER_WIDTH_M[0])
    parts = [
        (
            float(nearness[list(PALM_OUTLINE)].mean()),
            [_outline(outline, paper, width + _HALO), _outline(outline, colour, width)],
        )
    ]
    for finger, name in enumerate(FINGERS):
        colour = to_rgba(FINGER_COLOURS[hand][finger])
        for bone, (parent, child) in enumerate(itertools.pairwise(CHAINS[name])):
            line, width = screen[[parent, child]], view.points(FINGER_WIDTH_M[bone])
            halo_and_bone = [_stroke(line, paper, width + _HALO), _stroke(line, colour, width)]
            parts.append((float(nearness[[parent, child]].mean()), halo_and_bone))
    return parts


def _stroke(line: NDArray[np.floating], colour: Colour, width: float) -> Piece:
    return Piece(line, _NOTHING, colour, width)


def _outline(polygon: NDArray[np.floating], colour: Colour, width: float) -> Piece:
    return Piece(np.concatenate([polygon, polygon[:1]]), colour, colour, width)


def _signed_area(polygon: NDArray[np.floating]) -> float:
    x, y = polygon.T
    return 0.5 * float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
