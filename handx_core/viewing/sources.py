"""Sources side by side: the figures of the table `dataset_statistics` as bars and as a table for people.

What belongs here: those two. What does not: the figures themselves (handx_core.curation.statistics).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.axes import Axes

from handx_core.curation.statistics import ALL_SOURCES, LICENCE
from handx_core.viewing.style import (
    CONTACT_COLOUR,
    FINGER_COLOURS,
    FONT,
    HAND_COLOURS,
    INK,
    QUIET_INK,
    SHADOW,
    new_figure,
    to_png,
    write,
)

_SIZE_COLOUR: Final = FINGER_COLOURS[0][3]


@dataclass(frozen=True)
class Panel:
    """One chart: its title, and the metrics whose bars stand together in it, each with its colour."""

    title: str
    metrics: tuple[tuple[str, str], ...]
    scale: float = 1.0


PANELS: Final = (
    Panel("hours; kept in colour", (("hours", SHADOW), ("hours_kept", _SIZE_COLOUR))),
    Panel("clips kept", (("clips_kept", _SIZE_COLOUR),)),
    Panel("texts", (("texts", _SIZE_COLOUR),)),
    Panel("subjects", (("subjects", _SIZE_COLOUR),)),
    Panel(
        "finger speed, deg/s; left, right",
        (("intensity_angular_left", HAND_COLOURS[0]), ("intensity_angular_right", HAND_COLOURS[1])),
    ),
    Panel("joint speed, m/s", (("intensity_speed", FINGER_COLOURS[0][1]),)),
    Panel("frames in contact, %", (("contact_ratio", CONTACT_COLOUR),), 100.0),
    Panel("mean contact, s", (("contact_duration", CONTACT_COLOUR),)),
    Panel("contacts a second", (("contact_frequency", CONTACT_COLOUR),)),
)
_OVERLAID: Final = "hours"

COLUMNS: Final = (
    ("takes", "takes", "{:,.0f}"),
    ("subjects", "subjects", "{:,.0f}"),
    ("hours", "hours", "{:,.2f}"),
    ("frames", "frames", "{:,.0f}"),
    ("clips_kept", "clips kept", "{:,.0f}"),
    ("hours_kept", "hours kept", "{:,.2f}"),
    ("intensity_angular_left", "left, deg/s", "{:.1f}"),
    ("intensity_angular_right", "right, deg/s", "{:.1f}"),
    ("intensity_speed", "m/s", "{:.3f}"),
    ("contact_ratio", "contact ratio", "{:.3f}"),
    ("contact_duration", "mean contact, s", "{:.2f}"),
    ("contact_frequency", "contacts, 1/s", "{:.2f}"),
    ("texts", "texts", "{:,.0f}"),
)
"""Metric, heading and format of each column of the table for people."""

_PANELS_A_ROW: Final = 3
_PANEL_PX: Final = 270
_NAME_PX: Final = 88
_BAR_PX: Final = 19
_HEAD_PX: Final = 34

Rows = Sequence[Mapping[str, Any]]


def sources_picture(rows: Rows) -> bytes:
    """Bars by source, one panel a figure, as PNG bytes. rows: of `dataset_statistics`; those over all are left out.

    Raises ValueError where there is no source.
    """
    figures = _by_source(rows)
    figures.pop(ALL_SOURCES, None)
    if not figures:
        raise ValueError("no source to compare")
    panel_height = _HEAD_PX + _BAR_PX * len(figures) + 10
    n_rows = -(-len(PANELS) // _PANELS_A_ROW)
    width, height = _NAME_PX + _PANELS_A_ROW * _PANEL_PX, n_rows * panel_height
    canvas = new_figure(width, height)
    for number, panel in enumerate(PANELS):
        row, column = divmod(number, _PANELS_A_ROW)
        left, top = _NAME_PX + column * _PANEL_PX, row * panel_height + _HEAD_PX
        bars = _BAR_PX * len(figures)
        box = (left / width, 1 - (top + bars) / height, (_PANEL_PX - 62) / width, bars / height)
        axes = canvas.add_axes(box)
        _draw_panel(axes, panel, figures)
        write(canvas, left / width, 1 - (top - 9) / height, panel.title, size=8.5, color=QUIET_INK, fontweight="bold")
        if column == 0:
            for place, source in enumerate(figures):
                middle = 1 - (top + _BAR_PX * (place + 0.5)) / height
                write(canvas, (left - 8) / width, middle, source, size=8.5, ha="right", va="center")
    return to_png(canvas)


def sources_table(rows: Rows) -> str:
    """The figures as a Markdown table, a line a source and one over all; licences with the number of their takes."""
    headings = ["source", *(heading for _, heading, _ in COLUMNS), "licence"]
    lines = ["| " + " | ".join(headings) + " |", "| :-- |" + " --: |" * len(COLUMNS) + " :-- |"]
    for source, figures in _by_source(rows).items():
        cells = ["–" if figures.get(metric) is None else how.format(figures[metric]) for metric, _, how in COLUMNS]
        licences = [name.removeprefix(LICENCE) for name in figures if name.startswith(LICENCE)]
        lines.append("| " + " | ".join([source, *cells, "; ".join(licences) or "–"]) + " |")
    return "\n".join(lines)


def _by_source(rows: Rows) -> dict[str, dict[str, float | None]]:
    figures: dict[str, dict[str, float | None]] = {}
    for row in rows:
        figures.setdefault(row["source"], {})[row["metric"]] = row["value"]
    return figures


def _draw_panel(axes: Axes, panel: Panel, figures: Mapping[str, Mapping[str, float | None]]) -> None:
    """A bar a source and metric, side by side; of the hours, those kept lie on all of them."""
    overlaid = panel.metrics[0][0] == _OVERLAID
    thickness = 0.66 if overlaid or len(panel.metrics) == 1 else 0.66 / len(panel.metrics)
    largest = 0.0
    for number, (metric, colour) in enumerate(panel.metrics):
        values = [panel.scale * (of_source.get(metric) or 0.0) for of_source in figures.values()]
        shift = 0.0 if overlaid else (number - (len(panel.metrics) - 1) / 2) * thickness
        places = [place + shift for place in range(len(values))]
        axes.barh(places, values, height=thickness, color=colour, linewidth=0)
        largest = max(largest, *values)
    for place, of_source in enumerate(figures.values()):
        shown = [of_source.get(metric) for metric, _ in panel.metrics]
        texts = ["–" if value is None else _short(panel.scale * value) for value in shown]
        ends = [panel.scale * value for value in shown if value is not None]
        axes.annotate(
            " / ".join(reversed(texts) if overlaid else texts), (max(ends, default=0.0), place), (4, 0),
            textcoords="offset points", va="center", fontsize=7.5, fontfamily=FONT, color=INK, annotation_clip=False,
        )  # fmt: skip
    axes.set_xlim(0.0, 1.35 * largest or 1.0)
    axes.set_ylim(len(figures) - 0.5, -0.5)
    axes.set_axis_off()


def _short(value: float) -> str:
    """Three digits that matter, and thousands as k."""
    if value >= 10_000:
        return f"{value / 1000:,.0f}k"
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
