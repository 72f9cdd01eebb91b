"""Stills: a clip as a strip of poses, and several clips as a contact sheet; PNG bytes small enough for metadata.

What belongs here: pictures of motion that stand still. What does not: how a hand is drawn (hands.py).
"""

import textwrap
from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from handx_core.skeleton import FPS, WRIST
from handx_core.viewing.hands import Piece, draw_pieces, frame_of, hand_pieces, panel_piece, trail_pieces, view_of
from handx_core.viewing.style import HAND_COLOURS, QUIET_INK, new_figure, to_png, write

POSE_PX: Final = (170, 150)
POSE_GAP_PX: Final = 6
HEADER_PX: Final = 26
EDGE_PX: Final = 10
CAPTION_LETTERS_PER_PX: Final = 0.155
"""Of the caption's font at its size."""


def clip_strip(joints: NDArray[np.floating], caption: str = "", poses: int = 6) -> bytes:
    """A clip as a row of poses, first and last frame included. joints: (T, 2, 21, 3), metres -> PNG bytes."""
    return contact_sheet([joints], [caption], poses=poses)


def contact_sheet(clips: Sequence[NDArray[np.floating]], captions: Sequence[str], poses: int = 6) -> bytes:
    """Clips below each other, each a row of `poses` poses under its caption, as PNG bytes.

    clips: each (T, 2, 21, 3), metres, at 30 fps. Every clip keeps one window and one scale over its row, so that
    what moves in the picture has moved in the world. Raises ValueError where there is no clip.
    """
    if not clips:
        raise ValueError("a contact sheet needs at least one clip")
    row_px = HEADER_PX + POSE_PX[1]
    width, height = poses * POSE_PX[0] + 2 * EDGE_PX, len(clips) * row_px + EDGE_PX
    figure = new_figure(width, height)
    for row, (joints, caption) in enumerate(zip(clips, captions, strict=True)):
        _draw_row(figure, joints, caption, poses, top_px=row * row_px)
    _draw_legend(figure)
    return to_png(figure)


def _draw_row(figure: Figure, joints: NDArray[np.floating], caption: str, poses: int, top_px: int) -> None:
    width, height = figure.bbox.size
    letters = int((width - 130) * CAPTION_LETTERS_PER_PX)
    write(figure, EDGE_PX / width, 1 - (top_px + 17) / height, textwrap.shorten(caption, letters, placeholder=" …"))
    draw_poses(figure, joints, poses, EDGE_PX, top_px + HEADER_PX)


def draw_poses(figure: Figure, joints: NDArray[np.floating], poses: int, left_px: int, top_px: int) -> None:
    """Draw `poses` poses of a motion beside each other, each in POSE_PX pixels, from a place of the figure on.

    joints: (T, 2, 21, 3), metres; the first and last frame are among the poses. left_px, top_px: from the figure's
    upper left corner.
    """
    width, height = figure.bbox.size
    panel_px = (POSE_PX[0] - POSE_GAP_PX, POSE_PX[1])
    frame, bottom_px = frame_of(joints, panel_px[0] / panel_px[1]), height - top_px - panel_px[1]
    pieces: list[Piece] = []
    for column, number in enumerate(np.linspace(0, len(joints) - 1, poses).round().astype(int)):
        left = left_px + column * POSE_PX[0]
        view = view_of(frame, left, bottom_px, panel_px[0])
        pieces.append(panel_piece(left, bottom_px, *panel_px))
        pieces += trail_pieces(joints[: number + 1, :, WRIST], view)
        pieces += hand_pieces(joints[number], view)
        place = ((left + 0.04 * panel_px[0]) / width, (bottom_px + 0.03 * panel_px[1]) / height)
        write(figure, *place, f"{number / FPS:.1f} s", size=7, color=QUIET_INK)
    draw_pieces(figure, pieces)


def _draw_legend(figure: Figure) -> None:
    width, height = figure.bbox.size
    for name, colour, from_right in (("left", HAND_COLOURS[0], 84), ("right", HAND_COLOURS[1], 42)):
        write(figure, 1 - from_right / width, 1 - 17 / height, f"● {name}", size=7, color=colour)
