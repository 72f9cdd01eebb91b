"""The benchmark table as people read it: plain text, Markdown and HTML from the rows of `benchmark`.

What belongs here: layout of that one table. What does not: the page around it (report.py), computing figures.
"""

import html
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from handx_core.benchmark.metric_names import FID_FLOOR, METRIC_NAMES, MetricName

Row = Mapping[str, Any]
"""A row of the table `benchmark`, by column."""

BASELINES: Final = ("real", "reconstruction", "chance")
"""Rows that no generator made; they come first, in this order."""

SHORT: Final = {
    "contact_frame_f1": "cF1 frame",
    "contact_clip_f1": "cF1 clip",
    "mpjpe_wrist_relative_mm": "wrist mm",
    "mpjpe_mm": "MPJPE mm",
}
"""Headings that stand alone where there are no group headings."""

LEFT_OUT_OF_TEXT: Final = ("precision", "recall")


def benchmark_table_text(rows: Sequence[Row]) -> str:
    """The table as aligned plain text for a terminal; of contact only F1."""
    cells = _plain_cells(rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(cell.rjust(width) if number else cell.ljust(width) for number, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(line, widths, strict=True)) for line in cells)
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def benchmark_table_markdown(rows: Sequence[Row]) -> str:
    """The same table as Markdown."""
    first, *others = _plain_cells(rows)
    ruler = [":--", *["--:"] * (len(first) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (first, ruler, *others))


def benchmark_table_html(rows: Sequence[Row]) -> str:
    """The whole table with intervals, groups of columns, and the best generator marked."""
    names, figures = _metrics_in(rows), _by_motions(rows)
    starts = {next(group).key for _, group in itertools.groupby(names, key=lambda name: name.group)}
    best = {name.key: _best_generator(name, figures) for name in names}
    body = [_html_row(label, figures[label], names, starts, best) for label in figures]
    last_baseline = sum(_is_baseline(label) for label in figures) - 1
    for number, line in enumerate(body):
        kind = ("baseline " if number <= last_baseline else "") + ("last-baseline" if number == last_baseline else "")
        body[number] = f'<tr class="{kind}">{line}</tr>'
    groups = "".join(
        f'<th class="group-start" colspan="{len(list(group))}">{html.escape(title)}</th>'
        for title, group in itertools.groupby(name.group for name in names)
    )
    heads = "".join(f"<th{_start(name, starts)}>{html.escape(name.heading)}</th>" for name in names)
    return (
        f'<div class="scroll"><table><thead><tr class="groups"><th></th>{groups}</tr><tr><th></th>{heads}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def generator_label(row: Row) -> str:
    """What a row's motions are called: the generator, with its task where that is not text-to-motion."""
    task = row["task"].replace("_", "-")
    return row["generator"] if task == "text-to-motion" else f"{row['generator']}, {task}"


def format_value(name: MetricName, value: float | None) -> str:
    """A value with the metric's decimals, or a dash where there is none."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.{name.decimals}f}"


def explanations(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """(heading, meaning) of each metric in the table, and the floor of FID with its value."""
    explained = []
    for name in _metrics_in(rows):
        group = f", {name.group}" if name.key.startswith("contact") else ""
        explained.append((f"{name.heading}{group}", name.meaning))
    for row in rows:
        if row["metric"] == FID_FLOOR.key:
            explained.append((f"{FID_FLOOR.title}: {format_value(FID_FLOOR, row['value'])}", FID_FLOOR.meaning))
    return explained


def _plain_cells(rows: Sequence[Row]) -> list[list[str]]:
    figures = _by_motions(rows)
    names = [name for name in _metrics_in(rows) if not name.key.endswith(LEFT_OUT_OF_TEXT)]
    cells = [["", *(SHORT.get(name.key, name.title) for name in names)]]
    for label, by_metric in figures.items():
        cells.append([label, *(format_value(name, by_metric.get(name.key, {}).get("value")) for name in names)])
    return cells


def _by_motions(rows: Sequence[Row]) -> dict[str, dict[str, Row]]:
    """Rows by label and metric: baselines first, then generators as they come."""
    figures: dict[str, dict[str, Row]] = {}
    for row in rows:
        figures.setdefault(generator_label(row), {})[row["metric"]] = row
    rank = {name: number for number, name in enumerate(BASELINES)}
    return {label: figures[label] for label in sorted(figures, key=lambda label: rank.get(label, len(rank)))}


def _metrics_in(rows: Sequence[Row]) -> list[MetricName]:
    """The metrics that occur, in the order of METRIC_NAMES; one that has no words yet comes last, by its key."""
    found = dict.fromkeys(row["metric"] for row in rows if row["metric"] != FID_FLOOR.key)
    known = [name for name in METRIC_NAMES if name.key in found]
    keys = {name.key for name in known}
    return known + [MetricName(key, "other", key.replace("_", " "), "", 3, "") for key in found if key not in keys]


def _is_baseline(label: str) -> bool:
    return label in BASELINES


def _best_generator(name: MetricName, figures: Mapping[str, Mapping[str, Row]]) -> str | None:
    values = {
        label: by_metric[name.key]["value"]
        for label, by_metric in figures.items()
        if not _is_baseline(label) and by_metric.get(name.key, {}).get("value") is not None
    }
    if len(values) < 2 or not name.better:
        return None
    if name.better == "real":
        real = figures.get("real", {}).get(name.key, {}).get("value")
        return None if real is None else min(values, key=lambda label: abs(values[label] - real))
    return (max if name.better == "higher" else min)(values, key=lambda label: values[label])


def _html_row(
    label: str,
    figures: Mapping[str, Row],
    names: Sequence[MetricName],
    starts: set[str],
    best: Mapping[str, str | None],
) -> str:
    cells = [f"<th>{html.escape(label)}</th>"]
    for name in names:
        row = figures.get(name.key)
        if row is None:
            cells.append(f"<td{_start(name, starts)}>–</td>")
            continue
        low, high = format_value(name, row["ci_low"]), format_value(name, row["ci_high"])
        interval = "" if "–" in (low, high) else f"<small>{_narrow(low)}–{_narrow(high)}</small>"
        more = "best" if best[name.key] == label else ""
        cells.append(f"<td{_start(name, starts, more)}>{format_value(name, row['value'])}{interval}</td>")
    return "".join(cells)


def _narrow(value: str) -> str:
    """Without the zero before the point, so that the whole table fits a screen."""
    return value.removeprefix("0") if value.startswith("0.") else value


def _start(name: MetricName, starts: set[str], more: str = "") -> str:
    classes = " ".join(filter(None, ["group-start" if name.key in starts else "", more]))
    return f' class="{classes}"' if classes else ""
