"""The report: one self-contained HTML page with the benchmark, the data, the models and their motions.

What belongs here: the page. What does not: figures (the tables hold them) and pictures or animations, which come as
pieces of HTML or data URIs from `handx_core.viewing`.
"""

import html
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, Final

from handx_core.benchmark.tables_for_people import (
    BASELINES,
    Row,
    benchmark_table_html,
    explanations,
    generator_label,
)
from handx_core.curation.statistics import ALL_SOURCES

SYNTHETIC_BANNER: Final = (
    "<strong>The data is synthetic.</strong> It was written by this project's own parametric hands so that everything "
    "runs without any licence. These figures show that the pipeline works; they say nothing about real hands and are "
    "not comparable with published ones."
)


@dataclass(frozen=True)
class ModelSummary:
    """What the report says of a trained model. metrics: on the validation split. picture: HTML, or empty."""

    name: str
    parameters: int
    steps: int
    seconds: float
    metrics: Mapping[str, float]
    picture: str = field(default="", repr=False)


def write_report(path: Path, page: str) -> None:
    """Write a page; a reader of `path` sees the old page or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(page, "utf-8")
    os.replace(unfinished, path)


def report_html(
    *,
    profile: str,
    synthetic: bool,
    benchmark: Sequence[Row],
    statistics: Sequence[Row],
    models: Sequence[ModelSummary],
    animations: Sequence[str],
) -> str:
    """The page as text.

    profile: of the run. synthetic: whether the data is made up, which the page then says first. benchmark,
    statistics: rows of the tables `benchmark` and `dataset_statistics`. animations: pieces of HTML from
    `viewing.animation.animation_fragments`.
    """
    sources = [source for source in dict.fromkeys(row["source"] for row in statistics) if source != ALL_SOURCES]
    page = Template(files("handx_core.benchmark").joinpath("report.html").read_text("utf-8"))
    return page.substitute(
        title="Text to two-hand motion: benchmark report",
        lead=f"Profile <strong>{html.escape(profile)}</strong>, sources {html.escape(', '.join(sources))}.",
        banner=f'<p class="banner">{SYNTHETIC_BANNER}</p>' if synthetic else "",
        tiles=_tiles(benchmark, statistics),
        benchmark=benchmark_table_html(benchmark),
        explained="".join(
            f"<div><dt>{html.escape(heading)}</dt><dd>{html.escape(meaning)}</dd></div>"
            for heading, meaning in explanations(benchmark)
        ),
        animations="".join(f'<div class="card">{fragment}</div>' for fragment in animations),
        statistics=statistics_table_html(statistics),
        models="".join(_model_card(model) for model in models),
    )


def statistics_table_html(rows: Sequence[Row]) -> str:
    """Rows of `dataset_statistics` as a table of figures by source, with a bar for each source's share."""
    sources = list(dict.fromkeys(row["source"] for row in rows))
    figures: dict[str, dict[str, Row]] = {}
    for row in rows:
        figures.setdefault(row["metric"], {})[row["source"]] = row
    heads = "".join(f"<th>{html.escape(source)}</th>" for source in sources)
    body = "".join(_statistics_row(metric, by_source, sources) for metric, by_source in figures.items())
    return f'<div class="scroll"><table><thead><tr><th></th>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def _statistics_row(metric: str, figures: Mapping[str, Row], sources: Sequence[str]) -> str:
    """A bar is as long as the value beside the largest of the single sources."""
    unit = next(iter(figures.values()))["unit"]
    values = {source: figures[source]["value"] if source in figures else None for source in sources}
    single = [value for source, value in values.items() if source != ALL_SOURCES and value is not None]
    largest = max(single, default=0.0)
    title = metric.replace("_", " ") + (f", {unit}" if unit else "")
    cells = [f"<th>{html.escape(title)}</th>"]
    for source, value in values.items():
        has_bar = value is not None and largest > 0 and source != ALL_SOURCES
        bar = f' class="bar" style="--share: {100 * value / largest:.1f}%"' if has_bar and value is not None else ""
        cells.append(f"<td{bar}>{_number(value)}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _tiles(benchmark: Sequence[Row], statistics: Sequence[Row]) -> str:
    """The figures that a reader wants first."""
    over_all = {row["metric"]: row["value"] for row in statistics if row["source"] == ALL_SOURCES}
    shown = [
        ("hours", "hours of two-hand motion"),
        ("subjects", "subjects"),
        ("clips_kept", "clips"),
        ("texts", "texts"),
    ]
    tiles = [(_number(over_all[metric]), title) for metric, title in shown if over_all.get(metric) is not None]
    top3 = {
        generator_label(row): row["value"]
        for row in benchmark
        if row["metric"] == "r_precision_3" and row["generator"] not in BASELINES and row["value"] is not None
    }
    if top3:
        best = max(top3, key=lambda label: top3[label])
        tiles.append((f"{top3[best]:.3f}", f"best Top-3 R-precision: {best}"))
    return "".join(f'<div class="tile"><b>{value}</b><span>{html.escape(title)}</span></div>' for value, title in tiles)


def _model_card(model: ModelSummary) -> str:
    facts = [
        f"{model.parameters:,} parameters",
        f"{model.steps:,} steps",
        f"trained in {model.seconds:,.0f} s",
        *(f"{name.replace('_', ' ')} {value:.4g}" for name, value in model.metrics.items()),
    ]
    shown = "".join(f"<span>{html.escape(fact)}</span>" for fact in facts)
    title = html.escape(model.name.replace("_", " "))
    return f'<div class="card"><h3>{title}</h3><div class="facts">{shown}</div>{model.picture}</div>'


def _number(value: Any) -> str:
    """A figure at the precision that a reader can use."""
    if value is None:
        return "–"
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"
