"""How well markers were seen, and how well hands fit them: pictures of one take of an optical capture.

What belongs here: those pictures. What does not: solving a take, or hands without markers.
"""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray
from PIL import Image

from handx_core.curation.frames import facing_rotation
from handx_core.mocap.units import to_z_up
from handx_core.skeleton import HANDS, WRIST
from handx_core.sources.base import Recording, TrackedHands
from handx_core.sources.marker_takes import mean_rate_hz, positions_at
from handx_core.viewing.hands import Frame, draw_pieces, frame_of, hand_pieces, view_of
from handx_core.viewing.style import (
    CONTACT_COLOUR,
    FONT,
    HAND_COLOURS,
    INK,
    PANEL,
    PNG_LIMIT,
    QUIET_INK,
    house_palette,
    new_figure,
    project,
    to_image,
    to_png,
    write,
)

SEEN_COLOURS: Final = ("#b9cdf2", "#f4c3b2")
"""By hand: a marker that was seen, in the raster."""

LARGEST_SHOWN_MM: Final = 5.0
"""Residuals beyond it stand in the last bar."""

GIF_FPS: Final = 8
GIF_S: Final = 1.75
_BARS: Final = 100
_RASTER_COLUMNS: Final = 560
_ROW_PX: Final = 7
_MARGIN_PX: Final = (44, 46, 12, 22)
"""Left, top, right and bottom of a panel of the raster."""

_SEEN, _GAP, _REMOVED = range(3)


def capture_pictures(recording: Recording, hands: TrackedHands) -> dict[str, bytes]:
    """The pictures of a take by name. recording: of kind markers, hands: those that were solved from it."""
    if recording.marker_set is None or hands.residual is None:
        raise ValueError(f"expected a take with markers, found {recording.take.recording_id} of kind {recording.kind}")
    take = recording.take.recording_id
    seen, removed = (recording.arrays[name] > 0.0 for name in ("seen", "removed"))
    names = [marker.name for marker in recording.marker_set.markers]
    facing = facing_rotation(hands.joints)
    shown = liveliest(hands.joints, mean_rate_hz(recording))
    positions = to_z_up(positions_at(recording, shown), recording.marker_set.up)
    return {
        "marker_residual": residual_histogram(hands.residual, take),
        "markers_seen": visibility_raster(seen, removed, names, float(recording.times[-1]), take),
        "markers_on_hands": markers_gif(positions @ facing.T, hands.joints[shown] @ facing.T),
    }


def residual_histogram(residual: NDArray[np.floating], title: str) -> bytes:
    """How often the markers of each hand are how far from it, as PNG bytes. residual: (T, 2) metres, NaN left out."""
    width, height = 460, 230
    figure = new_figure(width, height)
    write(figure, 14 / width, 1 - 20 / height, title, size=9, fontweight="bold")
    axes = figure.add_axes((48 / width, 42 / height, (width - 66) / width, (height - 84) / height))
    edges = np.linspace(0.0, LARGEST_SHOWN_MM, _BARS + 1)
    for hand, colour in enumerate(HAND_COLOURS):
        found = 1e3 * residual[np.isfinite(residual[:, hand]), hand]
        counts = np.histogram(np.minimum(found, LARGEST_SHOWN_MM), edges)[0] / max(len(found), 1)
        axes.stairs(100.0 * counts, edges, color=colour, fill=True, alpha=0.25)
        axes.stairs(100.0 * counts, edges, color=colour, linewidth=1.4)
        if len(found):
            text = f"{HANDS[hand]}: median {np.median(found):.2f} mm, 95 % under {np.percentile(found, 95):.2f} mm"
            write(figure, 0.94, 1 - (58 + 15 * hand) / height, text, size=8, color=colour, ha="right")
    _plain_axes(axes, "root mean square distance of the markers, mm", "frames, %")
    axes.set_xlim(0.0, LARGEST_SHOWN_MM)
    return to_png(figure)


def visibility_raster(
    seen: NDArray[np.bool_], removed: NDArray[np.bool_], names: Sequence[str], seconds: float, title: str
) -> bytes:
    """Which marker was seen when, as PNG bytes: markers by time, a panel a hand. seen, removed: (T, 2, N).

    A removed marker is one that the file had and cleaning did not believe. Where frames outnumber pixels, a pixel shows
    the rarest of its frames' states: removed before missing before seen.
    """
    left, top, right, bottom = _MARGIN_PX
    panel = _ROW_PX * len(names)
    width, height = left + _RASTER_COLUMNS + right, top + 2 * (panel + bottom) + 12
    figure = new_figure(width, height)
    write(figure, 14 / width, 1 - 18 / height, title, size=9, fontweight="bold")
    share = seen.mean(axis=(0, 2))
    legend = f"seen: left {share[0]:.1%}, right {share[1]:.1%}; dark: not seen; gold: removed by cleaning"
    write(figure, 14 / width, 1 - 34 / height, legend, size=8, color=QUIET_INK)
    for hand, colour in enumerate(SEEN_COLOURS):
        low = height - top - (hand + 1) * panel - hand * bottom
        axes = figure.add_axes((left / width, low / height, _RASTER_COLUMNS / width, panel / height))
        states = _worst(np.where(removed[:, hand], _REMOVED, np.where(seen[:, hand], _SEEN, _GAP)))
        colours = ListedColormap([colour, INK, CONTACT_COLOUR])
        axes.imshow(
            states.T, cmap=colours, vmin=0, vmax=2, aspect="auto", interpolation="nearest",
            extent=(0.0, seconds, len(names) - 0.5, -0.5),
        )  # fmt: skip
        _plain_axes(axes, "seconds" if hand else "", "")
        axes.set_yticks(range(0, len(names), 2), names[::2], fontsize=5, fontfamily=FONT)
    return to_png(figure)


def markers_gif(markers: NDArray[np.floating], joints: NDArray[np.floating], limit: int = PNG_LIMIT) -> bytes:
    """Measured markers over the solved hands, as a looping GIF of at most `limit` bytes.

    markers: (T, 2, N, 3), joints: (T, 2, 21, 3), metres, world frame, at GIF_FPS; NaN where missing.
    """
    frame = frame_of(joints, 1.6)
    width = 360
    while True:
        images = [_pose_with_markers(*pair, frame, width) for pair in zip(joints, markers, strict=True)]
        frames = [image.quantize(palette=house_palette(shades=3), dither=Image.Dither.NONE) for image in images]
        out = io.BytesIO()
        frames[0].save(
            out, "GIF", save_all=True, append_images=frames[1:], duration=round(1000 / GIF_FPS), loop=0, optimize=True
        )
        if out.tell() <= limit:
            return out.getvalue()
        width = width * 5 // 6


def liveliest(joints: NDArray[np.floating], rate_hz: float) -> NDArray[np.int64]:
    """The frames, GIF_FPS of them a second, of the GIF_S in which fingers move most, both hands being there."""
    step = max(round(rate_hz / GIF_FPS), 1)
    frames = np.arange(0, len(joints), step)
    fingers = joints[frames] - joints[frames, :, WRIST : WRIST + 1]
    travelled = np.linalg.norm(np.diff(fingers, axis=0), axis=-1).mean(axis=(1, 2))
    window = min(round(GIF_S * GIF_FPS), len(frames))
    if window < 2:
        return frames
    first = int(np.argmax(np.convolve(np.nan_to_num(travelled, nan=-1.0), np.ones(window - 1), mode="valid")))
    return frames[first : first + window].astype(np.int64)


def _worst(states: NDArray[np.int64]) -> NDArray[np.int64]:
    """(T, N) -> (columns, N), the largest state of each of at most _RASTER_COLUMNS equal stretches."""
    starts = np.linspace(0, len(states), min(_RASTER_COLUMNS, len(states)), endpoint=False).astype(np.int64)
    worst: NDArray[np.int64] = np.maximum.reduceat(states, starts, axis=0)
    return worst


def _pose_with_markers(
    pose: NDArray[np.floating], markers: NDArray[np.floating], frame: Frame, width_px: int
) -> Image.Image:
    figure = new_figure(width_px, round(width_px / 1.6))
    view = view_of(frame, 0, 0, width_px)
    draw_pieces(figure, hand_pieces(pose, view))
    dots = view.to_px(project(markers.reshape(-1, 3))[0])
    size = (width_px / 60) ** 0.5
    figure.add_artist(
        Line2D(
            *dots.T, color=INK, linestyle="none", marker="o", markersize=size, markeredgewidth=0,
            transform=IdentityTransform(),
        )
    )  # fmt: skip
    return to_image(figure).convert("RGB")


def _plain_axes(axes: Axes, across: str, up: str) -> None:
    axes.set_facecolor(PANEL)
    axes.set_xlabel(across, fontsize=8, fontfamily=FONT, color=QUIET_INK, labelpad=2)
    axes.set_ylabel(up, fontsize=8, fontfamily=FONT, color=QUIET_INK)
    axes.tick_params(labelsize=7, colors=QUIET_INK, labelfontfamily=FONT, length=2, pad=2)
    for spine in axes.spines.values():
        spine.set_visible(False)
