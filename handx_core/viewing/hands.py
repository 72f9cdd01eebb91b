"""Two hands drawn on flat axes: rounded bones and palms, nearest last, so that what is in front covers what is behind.

What belongs here: one pose on given axes, and the frame that a whole motion needs. What does not: layout of pictures.
"""

import itertools
from typing import Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from handx_core.skeleton import CHAINS, FINGERS, LEFT
from handx_core.viewing.style import (
    DPI,
    FINGER_COLOURS,
    HAND_COLOURS,
    PALM_COLOURS,
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


class Frame(NamedTuple):
    """The window of the screen plane that holds a whole motion, and the height of the floor below it, metres."""

    centre: tuple[float, float]
    width: float
    height: float
    floor: float


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


def prepare_axes(axes: Axes, frame: Frame) -> None:
    """Set axes to a frame, equal in both directions, without ticks or border."""
    axes.set_xlim(frame.centre[0] - frame.width / 2, frame.centre[0] + frame.width / 2)
    axes.set_ylim(frame.centre[1] - frame.height / 2, frame.centre[1] + frame.height / 2)
    axes.set_axis_off()


def draw_hands(axes: Axes, joints: NDArray[np.floating], frame: Frame) -> None:
    """Draw one pose with its shadow. joints: (2, 21, 3), metres. The axes must have been prepared with the frame.

    A hand with a joint that is not finite is left out.
    """
    points_per_m = axes.get_window_extent().width / DPI * 72.0 / frame.width
    pieces: list[tuple[float, list[Patch]]] = []
    for hand, pose in enumerate(joints):
        if not np.isfinite(pose).all():
            continue
        _draw_shadow(axes, pose, frame.floor, points_per_m)
        pieces += _hand_pieces(hand, pose, points_per_m)
    for order, (_, patches) in enumerate(sorted(pieces, key=lambda piece: piece[0])):
        for patch in patches:
            patch.set_zorder(10 + order)
            axes.add_patch(patch)


def draw_trail(axes: Axes, wrists: NDArray[np.floating]) -> None:
    """Draw where the wrists have been. wrists: (T, 2, 3), metres."""
    screen = project(wrists)[0]
    for hand, colour in enumerate(HAND_COLOURS):
        axes.plot(*screen[:, hand].T, color=colour, alpha=0.35, linewidth=1.2, zorder=5, solid_capstyle="round")


def _draw_shadow(axes: Axes, pose: NDArray[np.floating], floor: float, points_per_m: float) -> None:
    flat = project(np.column_stack([pose[:, :2], np.full(len(pose), floor)]))[0]
    width = FINGER_WIDTH_M[1] * points_per_m
    for chain in CHAINS.values():
        axes.add_patch(_stroke(flat[list(chain)], SHADOW, width))
    axes.add_patch(_outline(flat[list(PALM_OUTLINE)], SHADOW, width))


def _hand_pieces(hand: int, pose: NDArray[np.floating], points_per_m: float) -> list[tuple[float, list[Patch]]]:
    """The palm and the bones of a hand, each as (nearness, patches: a halo of paper, then the piece itself)."""
    screen, nearness = project(pose)
    outline = screen[list(PALM_OUTLINE)]
    shows_back = (_signed_area(outline) > 0) == (hand == LEFT)
    colour = PALM_COLOURS[hand][0 if shows_back else 1]
    width = FINGER_WIDTH_M[0] * points_per_m
    pieces: list[tuple[float, list[Patch]]] = [
        (
            float(nearness[list(PALM_OUTLINE)].mean()),
            [_outline(outline, PAPER, width + 1.6), _outline(outline, colour, width)],
        )
    ]
    for finger, name in enumerate(FINGERS):
        chain = CHAINS[name]
        for bone, (parent, child) in enumerate(itertools.pairwise(chain)):
            line, width = screen[[parent, child]], FINGER_WIDTH_M[bone] * points_per_m
            patches: list[Patch] = [
                _stroke(line, PAPER, width + 1.6),
                _stroke(line, FINGER_COLOURS[hand][finger], width),
            ]
            pieces.append((float(nearness[[parent, child]].mean()), patches))
    return pieces


def _stroke(line: NDArray[np.floating], colour: str, width: float) -> Patch:
    return PathPatch(
        Path(line), facecolor="none", edgecolor=colour, linewidth=width, capstyle="round", joinstyle="round"
    )


def _outline(polygon: NDArray[np.floating], colour: str, width: float) -> Patch:
    path = Path(np.concatenate([polygon, polygon[:1]]), closed=True)
    return PathPatch(path, facecolor=colour, edgecolor=colour, linewidth=width, joinstyle="round")


def _signed_area(polygon: NDArray[np.floating]) -> float:
    x, y = polygon.T
    return 0.5 * float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
