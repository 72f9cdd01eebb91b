"""The report and its tables: every figure is on the page, in its place, and nothing that was not given."""

import math
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handx_core.benchmark.metric_names import METRIC_NAMES
from handx_core.benchmark.report import ModelSummary, report_html, statistics_table_html, write_report
from handx_core.benchmark.tables_for_people import (
    benchmark_table_html,
    benchmark_table_markdown,
    benchmark_table_text,
    explanations,
)


def figure(generator: str, metric: str, value: float | None, task: str = "text_to_motion") -> dict[str, Any]:
    low, high = (None, None) if value is None else (value - 0.125, value + 0.125)
    return {
        "generator": generator, "task": task, "metric": metric, "value": value, "ci_low": low, "ci_high": high, "n": 8,
    }  # fmt: skip


BENCHMARK = [
    figure("weak", "fid", 9.5),
    figure("weak", "r_precision_3", 0.25),
    figure("weak", "diversity", 1.0),
    figure("real", "fid", 0.0),
    figure("real", "fid_between_halves", 3.25),
    figure("real", "r_precision_3", 0.875),
    figure("real", "diversity", 6.0),
    figure("chance", "r_precision_3", 0.09375),
    figure("strong", "fid", 4.25),
    figure("strong", "r_precision_3", 0.5),
    figure("strong", "diversity", 12.0),
    figure("strong", "mpjpe_mm", None),
    figure("strong", "r_precision_3", 0.75, task="in_betweening"),
]
STATISTICS = [
    {"source": source, "metric": metric, "value": value, "unit": unit}
    for source, hours, ratio in (("gigahands", 2.0, 0.5), ("h2o", 1.0, None), ("all", 3.0, 0.5))
    for metric, value, unit in (("hours", hours, "h"), ("contact_ratio", ratio, ""), ("texts", 12345.0, ""))
]


class Cells(HTMLParser):
    """Rows of a page's tables as lists of (attributes of the cell, its text)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[list[Any]]] = []
        self.depth = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append([dict(attrs), ""])
            self.depth = 1
        if tag == "small":
            self.rows[-1][-1][1] += " | "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.depth = 0

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.rows[-1][-1][1] += data


def test_rows_are_baselines_then_generators_and_columns_known_metrics_in_order() -> None:
    rows = Cells(benchmark_table_html(BENCHMARK)).rows
    assert [text for _, text in rows[0]] == ["", "distribution", "match with the text", "error, mm"]
    assert [text for _, text in rows[1]] == ["", "FID ↓", "Diversity →", "Top-3 ↑", "MPJPE ↓"]
    assert [row[0][1] for row in rows[2:]] == ["real", "chance", "weak", "strong", "strong, in-betweening"]


def test_a_cell_has_its_value_and_its_interval() -> None:
    rows = {row[0][1]: [text for _, text in row[1:]] for row in Cells(benchmark_table_html(BENCHMARK)).rows[2:]}
    assert rows["strong"] == ["4.25 | 4.12–4.38", "12.00 | 11.88–12.12", "0.500 | .375–.625", "–"]
    assert rows["chance"] == ["–", "–", "0.094 | -0.031–.219", "–"]


def test_the_best_generator_is_marked_and_never_a_baseline() -> None:
    marked = {
        (row[0][1], column)
        for row in Cells(benchmark_table_html(BENCHMARK)).rows[2:]
        for column, (attributes, _) in enumerate(row)
        if "best" in (attributes.get("class") or "")
    }
    # FID lowest; diversity 1.0 is 5 from the real 6.0 and 12.0 is 6; Top-3 highest; no value, no best
    assert marked == {("strong", 1), ("weak", 2), ("strong, in-betweening", 3)}


def test_plain_text_is_aligned_and_holds_the_figures() -> None:
    lines = benchmark_table_text(BENCHMARK).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[2].split() == ["real", "0.00", "6.00", "0.875", "–"]
    assert lines[0].split() == ["FID", "Diversity", "Top-3", "MPJPE", "mm"]


def test_markdown_has_one_cell_a_column_on_every_line() -> None:
    lines = benchmark_table_markdown(BENCHMARK).splitlines()
    assert {line.count("|") for line in lines} == {6}
    assert lines[-2] == "| strong | 4.25 | 12.00 | 0.500 | – |"


def test_a_metric_without_words_is_still_shown() -> None:
    table = benchmark_table_text([figure("real", "brand_new", 1.5)])
    assert "brand new" in table
    assert "1.500" in table


def test_the_floor_of_fid_stands_in_the_explanations_with_its_value() -> None:
    assert any(heading.endswith("3.25") for heading, _ in explanations(BENCHMARK))
    assert "brand new" not in dict(explanations(BENCHMARK))


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_no_value_breaks_the_table(value: float) -> None:
    shown = benchmark_table_text([figure("real", "fid", value)]).splitlines()[-1].split()[1]
    assert shown == (f"{value:.2f}" if math.isfinite(value) else "–")


def test_metric_names_are_unique_and_explained() -> None:
    assert len({name.key for name in METRIC_NAMES}) == len(METRIC_NAMES)
    assert all(name.meaning.endswith(".") for name in METRIC_NAMES)


def test_statistics_by_source_with_bars_and_gaps() -> None:
    rows = Cells(statistics_table_html(STATISTICS)).rows
    assert [text for _, text in rows[0]] == ["", "gigahands", "h2o", "all"]
    assert [text for _, text in rows[1]] == ["hours, h", "2", "1", "3"]
    assert [attributes.get("style") for attributes, _ in rows[1]] == [None, "--share: 100.0%", "--share: 50.0%", None]
    assert [text for _, text in rows[2]] == ["contact ratio", "0.5", "–", "0.5"]
    assert [text for _, text in rows[3]] == ["texts", "12,345", "12,345", "12,345"]


def page(**changes: Any) -> str:
    model = ModelSummary("a_model", 1_234_567, 200, 12.0, {"top_3": 0.91}, '<img src="data:,">')
    given_to_it: dict[str, Any] = {
        "profile": "demo", "synthetic": True, "benchmark": BENCHMARK, "statistics": STATISTICS,
        "models": [model], "animations": ["<figure>moves</figure>"],
    }  # fmt: skip
    return report_html(**{**given_to_it, **changes})


def test_the_page_says_when_its_data_is_synthetic_and_only_then() -> None:
    assert "The data is synthetic" in page()
    assert "The data is synthetic" not in page(synthetic=False)


def test_the_page_holds_all_that_was_given_and_needs_nothing_from_outside() -> None:
    shown = page(profile="<paper>")
    for piece in ("1,234,567 parameters", "top 3 0.91", "<figure>moves</figure>", "&lt;paper&gt;"):
        assert piece in shown
    assert "best Top-3 R-precision: strong, in-betweening" in shown
    assert not re.search(r"https?://|@import|<link|<script src", shown)
    assert not re.search(r"\$[a-z{]", shown)


def test_an_empty_run_gives_a_page_too() -> None:
    assert "<h2>Benchmark</h2>" in page(benchmark=[], statistics=[], models=[], animations=[])


def test_the_file_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new" / "report.html"
    write_report(path, "first")
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]

    def full_disk(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_report(path, "second")
    assert path.read_text("utf-8") == "first"
