"""What was dropped of each source and why: clips and hours, from the table `dataset_statistics`, as bars and a table.

What belongs here: those two. What does not: one source's histograms (filtering.py), the figures themselves.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from handx_core.curation.keeping import KEPT, RULES
from handx_core.curation.statistics import ALL_SOURCES, CLIPS_DROPPED, HOURS_DROPPED
from handx_core.viewing.filtering import OUTCOME_COLOURS
from handx_core.viewing.style import INK, QUIET_INK, SHADOW, new_figure, to_png, write

IN_NO_CLIP: Final = "in no clip"

_BAR_PX: Final = 26
_NAME_PX: Final = 92
_BARS_PX: Final = 700
_FIGURES_PX: Final = 130
_HEAD_PX: Final = 64

Rows = Sequence[Mapping[str, Any]]


def dropped_table(rows: Rows) -> str:
    """Clips and hours kept and dropped, a line a source and one over all, a column a reason, as a Markdown table."""
    figures = _by_source(rows)
    reasons = _reasons(figures)
    headings = ["source", "clips", "kept", *reasons, f"hours {IN_NO_CLIP}"]
    lines = ["| " + " | ".join(headings) + " |", "| :-- |" + " --: |" * (len(headings) - 1)]
    for source, found in figures.items():
        pairs = [(found["clips_kept"], found["hours_kept"])]
        pairs += [(found.get(f"{CLIPS_DROPPED}{r}", 0.0), found.get(f"{HOURS_DROPPED}{r}", 0.0)) for r in reasons]
        cells = [f"{clips:,.0f} ({hours:.3g} h)" for clips, hours in pairs]
        line = [source, f"{found['clips']:,.0f}", *cells, f"{found['hours_in_no_clip']:.3g}"]
        lines.append("| " + " | ".join(line) + " |")
    return "\n".join(lines)


def dropped_picture(rows: Rows) -> bytes:
    """A bar a source over all its hours: kept, dropped by reason, in no clip; PNG bytes.

    Raises ValueError where there is no source.
    """
    figures = _by_source(rows)
    figures.pop(ALL_SOURCES, None)
    if not figures:
        raise ValueError("no source to compare")
    reasons = _reasons(figures)
    colours = {**OUTCOME_COLOURS, IN_NO_CLIP: SHADOW}
    width, height = _NAME_PX + _BARS_PX + _FIGURES_PX, _HEAD_PX + _BAR_PX * len(figures) + 12
    figure = new_figure(width, height)
    write(figure, 12 / width, 1 - 20 / height, "Share of each source's hours", size=9.5, fontweight="bold")
    left = 12.0
    for outcome in (KEPT, *reasons, IN_NO_CLIP):
        write(figure, left / width, 1 - 43 / height, "■", size=8, color=colours.get(outcome, INK))
        write(figure, (left + 12) / width, 1 - 43 / height, outcome, size=8, color=QUIET_INK)
        left += 7.0 * len(outcome) + 34
    bars = _BAR_PX * len(figures)
    box = (_NAME_PX / width, 1 - (_HEAD_PX + bars) / height, _BARS_PX / width, bars / height)
    axes = figure.add_axes(box)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(len(figures) - 0.5, -0.5)
    axes.set_axis_off()
    for place, (source, found) in enumerate(figures.items()):
        hours = {KEPT: found["hours_kept"], **{r: found.get(f"{HOURS_DROPPED}{r}", 0.0) for r in reasons}}
        hours[IN_NO_CLIP] = found["hours_in_no_clip"]
        total, done = sum(hours.values()), 0.0
        for outcome, share in ((outcome, value / total) for outcome, value in hours.items() if value):
            colour = colours.get(outcome, INK)
            axes.barh(place, share, left=done, height=0.66, color=colour, edgecolor="white", linewidth=0.6)
            done += share
        across = axes.get_yaxis_transform()
        write(axes, -0.01, place, source, size=8.5, ha="right", va="center", transform=across)
        text = f"{hours[KEPT]:.3g} of {total:.3g} h" if total else "nothing"
        write(axes, 1.01, place, text, size=8, va="center", transform=across, color=QUIET_INK)
    return to_png(figure)


def _by_source(rows: Rows) -> dict[str, dict[str, float]]:
    figures: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["value"] is not None:
            figures.setdefault(row["source"], {})[row["metric"]] = row["value"]
    return figures


def _reasons(figures: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Every reason that occurs, in the order of the rules."""
    names = {name.removeprefix(CLIPS_DROPPED) for found in figures.values() for name in found if CLIPS_DROPPED in name}
    return [rule for rule in RULES if rule in names] + sorted(names - set(RULES))
