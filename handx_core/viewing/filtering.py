"""What the rules drop from a source: histograms with their cuts, and clips on both sides of a cut.

What belongs here: pictures of a `Tally`. What does not: the rules and what is counted (handx_core.curation).
"""

import textwrap
from itertools import zip_longest
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from handx_core.curation.keeping import AT_REST, IN_PLACE, KEPT, RULES, TOO_FAST, UNMEASURED
from handx_core.curation.tally import MEASURES, Cut, Example, Measure, Tally
from handx_core.viewing.stills import POSE_PX, draw_poses
from handx_core.viewing.style import FINGER_COLOURS, FONT, INK, PANEL, QUIET_INK, new_figure, to_png, write

OUTCOME_COLOURS: Final = {
    KEPT: FINGER_COLOURS[0][3],
    UNMEASURED: QUIET_INK,
    AT_REST: FINGER_COLOURS[1][3],
    IN_PLACE: FINGER_COLOURS[1][0],
    TOO_FAST: FINGER_COLOURS[1][1],
}

EXAMPLE_ROWS: Final = 3
"""Pairs of clips, or as many as there are rules that drop some."""
POSES: Final = 3

_PANEL_PX: Final = 345
_KEPT_PX: Final = 130
_DROPPED_PX: Final = 70
_TOP_PX: Final = 86
_BOTTOM_PX: Final = 46
_EDGE_PX: Final = 12
_TEXT_PX: Final = 44
_LETTERS: Final = 78
"""Of a caption, as many as are as wide as its poses."""


def filter_histograms(tally: Tally, title: str) -> bytes:
    """A panel a measure of intensity: kept clips rise from the line, dropped ones hang below it; PNG bytes.

    Kept and dropped clips have scales of their own, whose ends are written at the axes, since a filter should drop few.
    Raises ValueError where no clip was counted.
    """
    if not tally.counts:
        raise ValueError("no clip was counted")
    width, height = len(MEASURES) * _PANEL_PX, _TOP_PX + _KEPT_PX + _DROPPED_PX + _BOTTOM_PX
    figure = new_figure(width, height)
    write(figure, _EDGE_PX / width, 1 - 20 / height, title, size=9.5, fontweight="bold")
    note = "kept clips upwards, dropped ones downwards; a clip at rest is under both cuts of that rule"
    write(figure, 1 - _EDGE_PX / width, 1 - 20 / height, note, size=7.5, color=QUIET_INK, ha="right")
    _draw_legend(figure, tally)
    for number, measure in enumerate(MEASURES):
        left, right = number * _PANEL_PX + 34, (number + 1) * _PANEL_PX - 20
        box = (left / width, 0.0, (right - left) / width, 0.0)
        line = _BOTTOM_PX + _DROPPED_PX
        above = figure.add_axes((box[0], line / height, box[2], _KEPT_PX / height))
        below = figure.add_axes((box[0], _BOTTOM_PX / height, box[2], _DROPPED_PX / height))
        _draw_bars(above, tally, number, (KEPT,))
        _draw_bars(below, tally, number, RULES)
        below.invert_yaxis()
        _label_axes(above, below, measure)
        for cut in measure.cuts(tally.settings.intensity):
            _draw_cut(above, below, measure, cut)
    return to_png(figure)


def filter_examples(tally: Tally) -> bytes:
    """Clips just dropped beside clips just kept, a pair a row, rule by rule; PNG bytes.

    Raises ValueError where no clip was dropped.
    """
    by_rule = [list(zip_longest(*tally.examples(rule))) for rule in RULES if tally.counts[rule]]
    pairs = [pair for rank in zip_longest(*by_rule) for pair in rank if pair is not None and pair[0] is not None]
    pairs = pairs[: max(EXAMPLE_ROWS, len(by_rule))]
    if not pairs:
        raise ValueError("no clip was dropped")
    row_px, side_px = POSE_PX[1] + _TEXT_PX, POSES * POSE_PX[0] + _EDGE_PX
    width, height = 2 * side_px + _EDGE_PX, 30 + len(pairs) * row_px + _EDGE_PX
    figure = new_figure(width, height)
    for side, text in enumerate(("dropped, nearest to the cut", "kept, nearest to the cut")):
        left = _EDGE_PX + side * side_px
        write(figure, left / width, 1 - 22 / height, text, size=9.5, fontweight="bold", color=QUIET_INK)
        for row, pair in enumerate(pairs):
            if pair[side] is not None:
                _draw_example(figure, pair[side], left, 30 + row * row_px)
    return to_png(figure)


def filter_table(tally: Tally) -> str:
    """What became of a source's clips, as a Markdown table."""
    lines = ["| outcome | clips | share |", "| :-- | --: | --: |"]
    lines += [f"| {row['outcome']} | {row['clips']:,} | {row['percent']:.1f} % |" for row in tally.table()]
    return "\n".join(lines)


def _draw_legend(figure: Figure, tally: Tally) -> None:
    width, height = figure.bbox.size
    left = float(_EDGE_PX)
    for row in tally.table():
        text = f"■ {row['outcome']}: {row['clips']:,} ({row['percent']:.1f} %)"
        colour = OUTCOME_COLOURS[str(row["outcome"])]
        write(figure, left / width, 1 - 43 / height, text, size=8, color=colour, fontweight="bold")
        left += 7.0 * len(text) + 14


def _draw_bars(axes: Axes, tally: Tally, number: int, outcomes: tuple[str, ...]) -> None:
    """Stacked bars of some outcomes, in the order in which they are given."""
    edges = MEASURES[number].edges
    base = np.zeros(len(edges) - 1)
    for outcome in outcomes:
        if outcome in tally.histograms:
            counts = tally.histograms[outcome][number]
            bars = counts > 0
            corners = np.stack([edges[:-1], edges[:-1], edges[1:], edges[1:]], axis=1)[bars]
            heights = np.stack([base, base + counts, base + counts, base], axis=1)[bars]
            drawn = PolyCollection(
                list(np.stack([corners, heights], axis=2)), facecolor=OUTCOME_COLOURS[outcome], edgecolor="white",
                linewidth=0.4,
            )  # fmt: skip
            axes.add_collection(drawn, autolim=False)
            base += counts
    most = base.max()
    axes.set_ylim(0, 1.06 * most if most else 1.0)
    axes.set_yticks([most] if most else [], [f"{most:,.0f}"] if most else [])


def _label_axes(above: Axes, below: Axes, measure: Measure) -> None:
    decades = [10.0**power for power in range(round(np.log10(measure.low)), round(np.log10(measure.high)) + 1)]
    for axes in (above, below):
        axes.set_xscale("log")
        axes.set_xlim(measure.low, measure.high)
        axes.set_facecolor(PANEL)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.tick_params(labelsize=7, colors=QUIET_INK, labelfontfamily=FONT, length=2)
        for side, spine in axes.spines.items():
            spine.set_visible(axes is above and side == "bottom")
            spine.set_color(INK)
    above.set_zorder(1)  # its line is between both
    above.set_xticks([])
    below.set_xticks(decades, [f"{decade:g}" for decade in decades])
    below.set_xlabel(f"{measure.title}, {measure.unit}", fontsize=8.5, fontfamily=FONT, color=INK, labelpad=2)


def _draw_cut(above: Axes, below: Axes, measure: Measure, cut: Cut) -> None:
    for axes in (above, below):
        axes.axvline(cut.value, color=INK, linewidth=1.1, linestyle=(0, (3, 2)))
    # On the side that is dropped, so that the labels of two cuts do not meet.
    text = f"{cut.rule}\n{'under' if cut.keeps_above else 'over'} {cut.value:g} {measure.unit}"
    above.annotate(
        text, (cut.value, 1.0), (3 if cut.keeps_above else -3, 3), xycoords=above.get_xaxis_transform(),
        textcoords="offset points", ha="right" if cut.keeps_above else "left", va="bottom", fontsize=7.5,
        fontfamily=FONT, color=INK, annotation_clip=False,
    )  # fmt: skip


def _draw_example(figure: Figure, example: Example, left_px: int, top_px: int) -> None:
    width, height = figure.bbox.size
    what = example.reason or (
        f"{KEPT}: {example.angular_deg_s:.4g} deg/s, {example.speed_m_s:.4g} m/s, spread {example.spread_m:.4g} m, "
        f"measured share {example.observed_fraction:.4g}"
    )
    outcome = next((rule for rule in RULES if what.startswith(rule)), KEPT)
    for text, down, how in (
        (example.clip_id, 15, {"fontweight": "bold"}),
        (what, 31, {"color": OUTCOME_COLOURS[outcome], "fontweight": "bold"}),
    ):
        shown = textwrap.shorten(text, _LETTERS, placeholder=" …")
        write(figure, left_px / width, 1 - (top_px + down) / height, shown, size=7.5, **how)
    draw_poses(figure, example.joints, POSES, left_px, top_px + _TEXT_PX - 6)
