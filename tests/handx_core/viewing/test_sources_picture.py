"""Sources side by side: every figure is a bar as long as it is, and a cell of the table."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from handx_core.viewing.sources import COLUMNS, PANELS, sources_picture, sources_table
from handx_core.viewing.style import CONTACT_COLOUR, PNG_LIMIT


def rows_of(figures: dict[str, dict[str, float | None]]) -> list[dict[str, object]]:
    return [
        {"source": source, "metric": metric, "value": value, "unit": ""}
        for source, of_source in figures.items()
        for metric, value in of_source.items()
    ]


def everything(value: float) -> dict[str, float | None]:
    metrics = {metric for panel in PANELS for metric, _ in panel.metrics} | {metric for metric, *_ in COLUMNS}
    return dict.fromkeys(sorted(metrics), value)


def bars(png: bytes, colour: str) -> list[int]:
    """Lengths, in pixels, of the horizontal bars of a colour, from the top."""
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    hit = np.abs(image - np.round(255 * np.array(to_rgb(colour))).astype(int)).max(axis=-1) < 12
    lengths = hit.sum(axis=1)
    return [int(lengths[start:stop].max()) for start, stop in _runs(lengths > 3)]


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def test_bars_are_as_long_as_their_figures() -> None:
    figures = {source: dict.fromkeys(everything(0.0), 0.0) for source in ("one", "two", "three")}
    for source, value in (("one", 0.1), ("two", 0.4), ("three", 0.2)):
        figures[source]["contact_ratio"] = value
    lengths = bars(sources_picture(rows_of(figures)), CONTACT_COLOUR)
    assert len(lengths) == 3
    assert lengths[0] == pytest.approx(lengths[1] / 4, abs=2)
    assert lengths[2] == pytest.approx(lengths[1] / 2, abs=2)


def test_seven_sources_fit_and_the_sum_is_no_bar() -> None:
    figures = {f"source{n}": everything(1234.5 * n) for n in range(7)}
    png = sources_picture(rows_of(figures))
    assert len(png) <= PNG_LIMIT
    assert png == sources_picture(rows_of({**figures, "all": everything(1e9)}))


def test_figures_that_are_unknown_are_dashes() -> None:
    figures = {"one": {**everything(1.0), "contact_duration": None}}
    sources_picture(rows_of(figures))
    cells = sources_table(rows_of(figures)).splitlines()[2].strip("| ").split(" | ")
    assert cells[1 + [metric for metric, *_ in COLUMNS].index("contact_duration")] == "–"


def test_the_table_has_a_line_a_source_with_its_licences() -> None:
    figures = {
        "one": {**everything(0.0), "hours": 12.346, "licence: A": 2.0, "licence: B": 1.0},
        "all": everything(1.0),
    }
    head, _, one, over_all = sources_table(rows_of(figures)).splitlines()
    assert head.count("|") == one.count("|") == over_all.count("|")
    assert one.startswith("| one | 0 | 0 | 12.35 |")
    assert one.endswith("| A; B |")


def test_without_sources_there_is_nothing_to_compare() -> None:
    with pytest.raises(ValueError, match="no source"):
        sources_picture(rows_of({"all": everything(1.0)}))
