"""What is dropped, drawn: bars where they belong, cuts at their value, both sides of a cut, and tables of it all."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from handx_core.curation.clips import Clips
from handx_core.curation.keeping import AT_REST, KEPT, TOO_FAST, reasons_not_kept
from handx_core.curation.settings import CurationSettings, IntensitySettings
from handx_core.curation.tally import MEASURES, Tally
from handx_core.synthetic.takes import SyntheticSettings, list_takes, make_take
from handx_core.viewing.dropped import dropped_picture, dropped_table
from handx_core.viewing.filtering import OUTCOME_COLOURS, filter_examples, filter_histograms, filter_table
from handx_core.viewing.style import PNG_LIMIT

SETTINGS = CurationSettings(intensity=IntensitySettings(min_angular_deg_s=3.0, min_speed_m_s=0.03, max_speed_m_s=2.0))


@pytest.fixture(scope="module")
def motion() -> np.ndarray:
    made = SyntheticSettings()
    return make_take(list_takes("gigahands", made)[0], made).joints[30:90].astype(np.float32)


def tally_of(speeds: list[float], angular: float, motion: np.ndarray, settings: CurationSettings = SETTINGS) -> Tally:
    """Clips of one motion that have these speeds."""
    count = len(speeds)
    figures = [
        np.ones(count, np.float32), np.full((count, 2), angular, np.float32), np.array(speeds, np.float32),
        np.full(count, 0.1, np.float32),
    ]  # fmt: skip
    reasons = reasons_not_kept(*figures, settings)
    tally = Tally(settings)
    tally.add(
        Clips(
            clip_ids=tuple(f"h2o/subject1/h1/0/0/{number}" for number in range(count)),
            skeleton_ids=("s",) * count,
            start_frames=np.arange(count, dtype=np.int32),
            subjects=("p",) * count,
            labels=(None,) * count,
            joints=np.broadcast_to(motion, (count, *motion.shape)),
            angular_deg_s=figures[1],
            speed_m_s=figures[2],
            spread_m=figures[3],
            observed_fraction=figures[0],
            kept=np.array([reason is None for reason in reasons], bool),
            reasons=reasons,
        )
    )
    return tally


def panel(png: bytes, number: int) -> np.ndarray:
    """The pixels of a measure's panel, without the legend above it."""
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    width = image.shape[1] // len(MEASURES)
    return image[84:-44, number * width + 34 : (number + 1) * width - 20]


def near(image: np.ndarray, colour: str) -> np.ndarray:
    return np.abs(image - np.round(255 * np.array(to_rgb(colour))).astype(int)).max(axis=-1) < 12


def place(value: float, number: int, width: int) -> float:
    """Where a value is in a panel, pixels from its left edge."""
    low, high = MEASURES[number].low, MEASURES[number].high
    return width * np.log(value / low) / np.log(high / low)


def test_kept_clips_rise_and_dropped_ones_hang_where_their_speed_is(motion: np.ndarray) -> None:
    image = panel(filter_histograms(tally_of([0.01, 0.01, 0.5], 1.0, motion), "h2o"), 1)
    for speed, outcome in ((0.01, AT_REST), (0.5, KEPT)):
        rows, columns = np.nonzero(near(image, OUTCOME_COLOURS[outcome]))
        expected = place(speed, 1, image.shape[1])
        assert abs(columns.mean() - expected) < 8
        line = 132  # of the panel, between what is kept and what is dropped
        assert (rows.max() <= line) if outcome == KEPT else (rows.min() >= line - 3)


def test_every_bar_begins_at_the_line_and_is_as_long_as_its_clips_are_many(motion: np.ndarray) -> None:
    speeds = [0.005] * 4 + [0.02] + [0.5] * 4 + [1.0]
    image = panel(filter_histograms(tally_of(speeds, 1.0, motion), "h2o"), 1)
    for outcome, pair in ((AT_REST, (0.005, 0.02)), (KEPT, (0.5, 1.0))):
        lengths = []
        for speed in pair:
            around = round(place(speed, 1, image.shape[1]))
            rows, _ = np.nonzero(near(image[:, around - 5 : around + 5], OUTCOME_COLOURS[outcome]))
            lengths.append(np.ptp(rows))
            assert min(abs(rows - 132)) <= 4
        assert lengths[0] == pytest.approx(4 * lengths[1], abs=6)


def test_the_cuts_are_drawn_at_their_values(motion: np.ndarray) -> None:
    for kept, number, values in ((0.1, 1, (0.03, 2.0)), (0.1, 0, (3.0,)), (0.1, 2, ())):
        image = panel(filter_histograms(tally_of([kept], 500.0, motion), "h2o"), number)
        dashed = np.flatnonzero((image[:120].max(axis=-1) < 150).sum(axis=0) > 40)  # ink, blurred or not
        found = [run.mean() for run in np.split(dashed, np.flatnonzero(np.diff(dashed) > 2) + 1) if run.size]
        assert found == pytest.approx([place(value, number, image.shape[1]) for value in values], abs=2)


def test_a_cut_of_another_source_is_drawn_elsewhere(motion: np.ndarray) -> None:
    other = SETTINGS.model_copy(update={"intensity": SETTINGS.intensity.model_copy(update={"min_speed_m_s": 0.3})})
    pictures = [filter_histograms(tally_of([1.0], 500.0, motion, settings), "h2o") for settings in (SETTINGS, other)]
    assert pictures[0] != pictures[1]


def test_pictures_are_small_enough_for_metadata_and_always_the_same(motion: np.ndarray) -> None:
    tally = tally_of([0.001, 0.01, 0.02, 0.029, 0.031, 0.05, 1.9, 2.1, 5.0], 1.0, motion)
    for draw in (lambda: filter_histograms(tally, "h2o"), lambda: filter_examples(tally)):
        assert draw() == draw()
        assert len(draw()) <= PNG_LIMIT


def test_examples_have_a_row_a_pair_and_both_sides(motion: np.ndarray) -> None:
    heights = {}
    for speeds in ([0.01, 0.5], [0.01, 0.02, 0.5], [0.01, 0.02, 0.5, 3.0]):
        image = Image.open(io.BytesIO(filter_examples(tally_of(speeds, 1.0, motion))))
        heights[len(speeds)] = image.height / image.width
    assert heights[2] < heights[3] < heights[4]


def test_a_rule_that_drops_little_is_shown_beside_one_that_drops_much(motion: np.ndarray) -> None:
    colour = OUTCOME_COLOURS[TOO_FAST]
    with_both = filter_examples(tally_of([0.01, 0.011, 0.012, 0.013, 3.0, 0.5], 1.0, motion))
    with_one = filter_examples(tally_of([0.01, 0.011, 0.012, 0.013, 0.5], 1.0, motion))
    found = [
        int(near(np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int), colour).sum())
        for png in (with_one, with_both)
    ]
    assert found[1] > found[0] + 200


def test_where_nothing_is_dropped_there_is_a_histogram_and_no_examples(motion: np.ndarray) -> None:
    tally = tally_of([0.5], 10.0, motion)
    filter_histograms(tally, "h2o")
    with pytest.raises(ValueError, match="no clip was dropped"):
        filter_examples(tally)
    with pytest.raises(ValueError, match="no clip was counted"):
        filter_histograms(Tally(SETTINGS), "h2o")


def test_the_table_has_every_outcome_with_its_share(motion: np.ndarray) -> None:
    lines = filter_table(tally_of([0.01, 0.5, 0.6, 3.0], 1.0, motion)).splitlines()
    assert lines[2:] == ["| kept | 2 | 50.0 % |", "| at rest | 1 | 25.0 % |", "| too fast | 1 | 25.0 % |"]


def rows(figures: dict[str, dict[str, float | None]]) -> list[dict[str, object]]:
    return [
        {"source": source, "metric": metric, "value": value, "unit": ""}
        for source, of_source in figures.items()
        for metric, value in of_source.items()
    ]


ONE = {
    "clips": 10.0, "clips_kept": 6.0, "clips_dropped: at rest": 3.0, "clips_dropped: of old": 1.0, "hours_kept": 0.5,
    "hours_dropped: at rest": 0.3, "hours_dropped: of old": 0.1, "hours_in_no_clip": 0.1, "contact_ratio": None,
}  # fmt: skip
OTHER = {
    "clips": 2000.0, "clips_kept": 2000.0, "clips_dropped: too fast": 0.0, "hours_kept": 1.2345,
    "hours_in_no_clip": 0.0,
}  # fmt: skip


def test_the_table_over_sources_has_clips_and_hours_by_reason() -> None:
    assert dropped_table(rows({"h2o": ONE, "arctic": OTHER})).splitlines() == [
        "| source | clips | kept | at rest | too fast | of old | hours in no clip |",
        "| :-- | --: | --: | --: | --: | --: | --: |",
        "| h2o | 10 | 6 (0.5 h) | 3 (0.3 h) | 0 (0 h) | 1 (0.1 h) | 0.1 |",
        "| arctic | 2,000 | 2,000 (1.23 h) | 0 (0 h) | 0 (0 h) | 0 (0 h) | 0 |",
    ]


def test_bars_are_as_long_as_the_share_of_hours() -> None:
    png = dropped_picture(rows({"h2o": ONE, "arctic": OTHER, "all": ONE}))
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)[60:]
    kept, at_rest = (near(image, OUTCOME_COLOURS[outcome]).sum(axis=1) for outcome in (KEPT, AT_REST))
    assert kept[: len(kept) // 2].max() == pytest.approx(0.5 * 700, abs=4)
    assert kept[len(kept) // 2 :].max() == pytest.approx(700, abs=4)
    assert at_rest.max() == pytest.approx(0.3 * 700, abs=4)


def test_without_sources_there_is_nothing_to_compare() -> None:
    with pytest.raises(ValueError, match="no source"):
        dropped_picture(rows({"all": ONE}))


def test_a_source_without_anything_is_drawn() -> None:
    empty = {"clips": 0.0, "clips_kept": 0.0, "hours_kept": 0.0, "hours_in_no_clip": 0.0}
    assert len(dropped_picture(rows({"h2o": empty}))) < PNG_LIMIT
