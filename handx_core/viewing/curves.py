"""Training curves: what a model's loss and validation figures did, step by step.

What belongs here: line plots of the `curve` column of the model tables. What does not: any other plot.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from handx_core.viewing.style import FINGER_COLOURS, FONT, QUIET_INK, new_figure, to_png, write

LINE_COLOURS: Final = (
    FINGER_COLOURS[0][1],
    FINGER_COLOURS[1][2],
    FINGER_COLOURS[0][4],
    FINGER_COLOURS[1][0],
    FINGER_COLOURS[1][4],
)
PANEL_PX: Final = (340, 230)
PANELS_A_ROW: Final = 3
SMOOTHING: Final = 0.04
"""Share of a curve's points that the drawn running mean looks at."""


def training_curves(points: Iterable[tuple[int, str, float]], title: str = "") -> bytes:
    """Every named curve in a panel of its own, as PNG bytes on a transparent ground.

    points: (step, name, value) in any order. Values that are not finite are left out. A curve that is positive and
    falls by more than a factor of 20 gets a logarithmic axis. Raises ValueError where there is nothing to draw.
    """
    curves = _by_name(points)
    if not curves:
        raise ValueError("no finite point to draw a curve from")
    columns = min(len(curves), PANELS_A_ROW)
    rows = -(-len(curves) // columns)
    header = 30 if title else 0
    width, height = columns * PANEL_PX[0], rows * PANEL_PX[1] + header
    figure = new_figure(width, height, transparent=True)
    if title:
        write(figure, 12 / width, 1 - 20 / height, title, size=10, color=QUIET_INK, fontweight="bold")
    for number, (name, curve) in enumerate(curves.items()):
        row, column = divmod(number, columns)
        left = (column * PANEL_PX[0] + 52) / width
        bottom = 1 - (header + (row + 1) * PANEL_PX[1] - 34) / height
        axes = figure.add_axes((left, bottom, (PANEL_PX[0] - 70) / width, (PANEL_PX[1] - 68) / height))
        _draw_curve(axes, name, curve, LINE_COLOURS[number % len(LINE_COLOURS)])
    return to_png(figure)


def _by_name(points: Iterable[tuple[int, str, float]]) -> dict[str, NDArray[np.float64]]:
    """Curves in the order in which their names first appear, each (N, 2): step and value, by step."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for step, name, value in points:
        if np.isfinite(value):
            curves.setdefault(name, []).append((step, value))
    return {name: np.array(sorted(curve), dtype=np.float64) for name, curve in curves.items()}


def _draw_curve(axes: Axes, name: str, curve: NDArray[np.float64], colour: str) -> None:
    steps, values = curve.T
    smooth = _running_mean(values)
    noisy = not np.allclose(smooth, values)
    axes.plot(steps, values, color=colour, linewidth=0.9 if noisy else 1.8, alpha=0.3 if noisy else 1.0)
    if noisy:
        axes.plot(steps, smooth, color=colour, linewidth=1.8)
    axes.plot(steps[-1], smooth[-1], "o", color=colour, markersize=4)
    axes.annotate(
        f"{smooth[-1]:.3g}", (steps[-1], smooth[-1]), (-2, 7), textcoords="offset points", ha="right",
        fontsize=8, fontfamily=FONT, color=colour, fontweight="bold",
    )  # fmt: skip
    if values.min() > 0 and values.max() > 20 * values.min():
        axes.set_yscale("log")
    _clean(axes, name)


def _running_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A centred mean over SMOOTHING of the points, over fewer at both ends."""
    half = int(len(values) * SMOOTHING / 2)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    first, last = np.maximum(places - half, 0), np.minimum(places + half + 1, len(values))
    return (sums[last] - sums[first]) / (last - first)


def _clean(axes: Axes, name: str) -> None:
    axes.set_facecolor("none")
    axes.set_title(name.replace("_", " "), fontsize=8.5, fontfamily=FONT, color=QUIET_INK, loc="left")
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.tick_params(labelsize=7, colors=QUIET_INK, labelfontfamily=FONT, length=2)
    axes.margins(x=0.02, y=0.12)
    axes.grid(axis="y", color=QUIET_INK, alpha=0.2, linewidth=0.6)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(QUIET_INK)
