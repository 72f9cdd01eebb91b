"""Draws where the markers of an optical capture sit: `python docs/marker_picture.py` writes it beside this file.

What belongs here: the picture of docs/optical_capture.md. What does not: where they sit, which the marker set says.
"""

from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from handx_core.mocap.anatomy import nominal_places
from handx_core.mocap.joint_model import ANGLES, LONG_FINGERS, MIRROR, N_ANGLES, TEMPLATE, HandPose, joints_of
from handx_core.mocap.marker_set import HAND25, MarkerSet, load_marker_set
from handx_core.skeleton import CHAINS, FINGERS, HANDS, LEFT, RIGHT, WRIST
from handx_core.viewing.style import DPI, HAND_COLOURS, INK, PALM_COLOURS, PAPER, QUIET_INK, new_figure, to_png, write

FOLDER: Final = Path(__file__).parent

Floats = NDArray[np.float64]

SIZE_PX: Final = (1040, 1005)
SIDE_PX: Final = 360
"""Height of the strip at the bottom that shows a finger from its side."""

PNG_BYTES: Final = 200_000

SPREAD_RAD: Final = {"index": 0.10, "middle": 0.01, "ring": -0.07, "pinky": -0.12}
BENT_RAD: Final = {"mcp_flexion": 0.35, "pip_flexion": 0.65, "dip_flexion": 0.40}
APART_MM: Final = 119.0
"""From the middle of the picture to either wrist."""

WIDTHS_MM: Final = {
    "thumb": (24.0, 21.0, 18.0), "index": (18.0, 16.5, 14.0), "middle": (18.5, 17.0, 14.5), "ring": (17.5, 16.0, 13.5),
    "pinky": (15.5, 14.0, 12.0),
}  # fmt: skip
"""Of the flesh around the bones of a digit, from the palm outwards."""

MARKER_PX: Final = 5.0
INSIDE_MM: Final = 7.5
"""How far towards the wrist from a finger's marker its name stands, on the finger."""

BESIDE: Final = {
    "RAD": (-1, 0, "right"), "ULN": (1, 0, "left"), "WRD": (0, -1, "center"), "HB1": (0, -1, "center"),
    "HB2": (0, -1, "center"), "MC2": (0, -1, "center"), "MC3": (0, -1, "center"), "MC4": (0, -1, "center"),
    "MC5": (0, -1, "center"), "TMA": (-1, 0, "right"), "TMB": (-1, 0, "right"), "TPP": (-1, 0, "right"),
    "TDP": (0, -1, "center"),
}  # fmt: skip
"""Where the name of a marker stands that is not on a finger, seen on a right hand: direction and alignment."""


def marker_picture() -> bytes:
    """Both hands from above with all markers, and a finger from its side, as PNG bytes."""
    marker_set = load_marker_set(HAND25)
    figure = new_figure(*SIZE_PX)
    _draw_hands(figure, marker_set)
    _draw_side(figure, marker_set)
    return to_png(figure, PNG_BYTES)


def _axes(figure: Figure, bottom_px: float, height_px: float, left_mm: float, low_mm: float, width_mm: float) -> Axes:
    """Axes over the picture's whole width, in millimetres, equal in both directions."""
    axes = figure.add_axes((0.0, bottom_px / SIZE_PX[1], 1.0, height_px / SIZE_PX[1]))
    axes.set_xlim(left_mm, left_mm + width_mm)
    axes.set_ylim(low_mm, low_mm + width_mm * height_px / SIZE_PX[0])
    axes.set_axis_off()
    return axes


def _stroke(axes: Axes, line: Floats, width_mm: float, colour: str, order: int) -> None:
    points_per_mm = axes.get_window_extent().width / DPI * 72.0 / np.ptp(axes.get_xlim())
    axes.plot(*line.T, color=colour, linewidth=width_mm * points_per_mm, solid_capstyle="round",
              solid_joinstyle="round", zorder=order)  # fmt: skip


def _draw_hands(figure: Figure, marker_set: MarkerSet) -> None:
    angles = np.zeros(N_ANGLES)
    for finger, angle in SPREAD_RAD.items():
        angles[ANGLES.index(f"{finger}_abduction")] = angle
    joints, markers = _hand(angles), 1e3 * nominal_places(marker_set, angles)
    axes = _axes(figure, SIDE_PX, SIZE_PX[1] - SIDE_PX, -225.0, -62.0, 450.0)
    for hand, side in enumerate(HANDS):
        mirror = (MIRROR if hand == LEFT else np.ones(3))[:2]
        place = np.array([APART_MM if hand == RIGHT else -APART_MM, 0.0])
        _draw_flesh(axes, hand, joints[:, :2] * mirror + place)
        for marker, point in zip(marker_set.markers, markers, strict=True):
            _draw_marker(axes, point[:2] * mirror + place)
            direction, align = _beside(marker.name, marker.segment, joints)
            if hand == LEFT:
                align = {"left": "right", "right": "left"}.get(align, align)
            name = (point[:2] + direction) * mirror + place
            write(axes, *name, marker.name, 8.5, ha=align, va="center", zorder=30, fontweight="bold")
        write(axes, place[0], -44.0, f"{side} hand", 11.0, ha="center", color=HAND_COLOURS[hand], fontweight="bold",
              zorder=30)  # fmt: skip
    write(axes, 0.0, 205.0, "Backs of both hands", 12.0, ha="center", fontweight="bold")
    write(axes, 0.0, 196.0, "25 markers each, palms down", 9.0, ha="center", color=QUIET_INK)


def _hand(angles: Floats) -> Floats:
    """(21, 3) joints of the template's right hand, millimetres."""
    return 1e3 * joints_of(TEMPLATE, HandPose(np.eye(3)[None], np.zeros((1, 3)), angles[None]))[0]


def _beside(name: str, segment: str, joints: Floats) -> tuple[Floats, str]:
    """From a marker to its name on a right hand, millimetres, and how the name is aligned there."""
    if name in BESIDE:
        x, y, align = BESIDE[name]
        return np.array([4.0 * x, 6.5 * y]), align
    finger, _, bone = segment.partition("_")
    chain = CHAINS[finger]
    bones = ("metacarpal", "proximal", "distal") if finger == "thumb" else ("proximal", "middle", "distal")
    far = bones.index(bone)
    back = joints[chain[far], :2] - joints[chain[far + 1], :2]
    return INSIDE_MM * back / np.linalg.norm(back), "center"


def _draw_flesh(axes: Axes, hand: int, joints: Floats) -> None:
    """A hand seen from above as rounded strokes in its colour, with its joints. joints: (21, 2), millimetres."""
    skin = PALM_COLOURS[hand][0]
    wrist, ulnar = joints[WRIST], 1.0 if hand == RIGHT else -1.0
    _stroke(axes, np.array([wrist - (0.0, 38.0), wrist]), 50.0, skin, 1)
    knuckles = [joints[CHAINS[finger][0]] for finger in LONG_FINGERS]
    heel = wrist + np.array([[17.0 * ulnar, 12.0], [-14.0 * ulnar, 12.0]])
    axes.fill(*np.array([*knuckles, *heel]).T, color=skin, linewidth=0, zorder=1)
    _stroke(axes, np.array([*knuckles, *heel, knuckles[0]]), 20.0, skin, 1)
    _stroke(axes, np.array([heel[1], joints[CHAINS["thumb"][0]], joints[CHAINS["thumb"][1]]]), 26.0, skin, 1)
    _stroke(axes, np.array([joints[CHAINS["thumb"][1]], heel[1], knuckles[0]]), 16.0, skin, 1)
    for finger in FINGERS:
        chain = CHAINS[finger]
        for width, near, far in zip(WIDTHS_MM[finger], chain, chain[1:], strict=False):
            _stroke(axes, joints[[near, far]], width, skin, 2)
        bones = joints[[WRIST, *chain]]
        _stroke(axes, bones, 0.9, PAPER, 3)
        axes.plot(*bones[:-1].T, "o", markersize=6.0, markerfacecolor=PAPER, markeredgecolor=HAND_COLOURS[hand],
                  markeredgewidth=0.9, zorder=4)  # fmt: skip


def _draw_marker(axes: Axes, point: Floats) -> None:
    axes.plot(*point, "o", markersize=2 * MARKER_PX * 72.0 / DPI, markerfacecolor=INK, markeredgecolor=PAPER,
              markeredgewidth=1.0, zorder=20)  # fmt: skip


def _draw_side(figure: Figure, marker_set: MarkerSet) -> None:
    """A bent index finger from the thumb's side: how high markers are, and on which side of a joint."""
    angles = np.zeros(N_ANGLES)
    for joint, angle in BENT_RAD.items():
        angles[ANGLES.index(f"index_{joint}")] = angle
    joints, markers = _hand(angles)[:, 1:], 1e3 * nominal_places(marker_set, angles)[:, 1:]
    axes = _axes(figure, 0.0, SIDE_PX, -45.0, -71.0, 320.0)
    chain = CHAINS["index"]
    skin = PALM_COLOURS[RIGHT][0]
    palm = joints[[WRIST, chain[0]]] - np.array([[0.0, 1.0], [3.0, 3.0]])
    _stroke(axes, np.array([palm[0] - (60.0, 0.0), palm[0]]), 33.0, skin, 1)
    _stroke(axes, palm, 26.0, skin, 1)
    for width, near, far in zip((19.0, 15.5, 11.0), chain, chain[1:], strict=False):
        _stroke(axes, joints[[near, far]], width, skin, 2)
    bones = joints[[WRIST, *chain]]
    _stroke(axes, bones, 0.9, PAPER, 3)
    axes.plot(*bones[:-1].T, "o", markersize=7.0, markerfacecolor=PAPER, markeredgecolor=HAND_COLOURS[RIGHT], zorder=4)
    notes = {
        "WRD": "above the wrist,\n2 cm towards the elbow", "HB1": "base of the\nmetacarpal",
        "MC2": "on the knuckle", "IPP": "on the end of the first bone,\njust before the joint",
        "IMP": "on the end of the second bone,\njust before the joint", "IDP": "on the nail's far edge",
    }  # fmt: skip
    names = [marker.name for marker in marker_set.markers]
    for name, note in notes.items():
        point = markers[names.index(name)]
        _draw_marker(axes, point)
        on_finger = name in ("IPP", "IMP", "IDP")
        away = np.array([5.0, 3.0] if on_finger else [0.0, 7.0])
        write(axes, *(point + away), f"{name}  {note}" if on_finger else f"{name}\n{note}", 8.5,
              ha="left" if on_finger else "center", va="bottom" if not on_finger else "center", zorder=30)  # fmt: skip
    write(axes, 268.0, -64.0, "● marker    ○ middle of a joint", 8.5, ha="right", color=QUIET_INK)


if __name__ == "__main__":
    FOLDER.joinpath("markers.png").write_bytes(marker_picture())
