"""Counts, histograms and examples of what is dropped, against counts made another way."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handx_core.curation.clips import Clips
from handx_core.curation.keeping import AT_REST, IN_PLACE, KEPT, TOO_FAST, UNMEASURED, reasons_not_kept
from handx_core.curation.settings import CurationSettings, IntensitySettings
from handx_core.curation.tally import BINS_A_DECADE, EXAMPLES_A_SIDE, MEASURES, Tally

SETTINGS = CurationSettings(
    min_observed_fraction=0.8,
    intensity=IntensitySettings(min_angular_deg_s=3.0, min_speed_m_s=0.03, min_spread_m=0.002, max_speed_m_s=2.0),
)


def clips_with(angular, speed, spread, observed, settings: CurationSettings = SETTINGS, first: int = 0) -> Clips:
    """Clips with these figures; the motion itself is only the clip's number."""
    count = len(speed)
    figures = [np.asarray(values, np.float32) for values in (observed, angular, speed, spread)]
    reasons = reasons_not_kept(*figures, settings)
    numbers = np.arange(first, first + count)
    return Clips(
        clip_ids=tuple(f"c{number}" for number in numbers),
        skeleton_ids=("s",) * count,
        start_frames=numbers.astype(np.int32),
        subjects=("p",) * count,
        labels=(None,) * count,
        joints=np.broadcast_to(numbers[:, None, None, None, None], (count, 60, 2, 21, 3)).astype(np.float32),
        angular_deg_s=figures[1],
        speed_m_s=figures[2],
        spread_m=figures[3],
        observed_fraction=figures[0],
        kept=np.array([reason is None for reason in reasons], bool),
        reasons=reasons,
    )


def random_clips(seed: int, count: int, first: int = 0) -> Clips:
    rng = np.random.default_rng(seed)
    return clips_with(
        10 ** rng.uniform(-1.5, 3.5, (count, 2)), 10 ** rng.uniform(-3, 1, count), 10 ** rng.uniform(-4, 0, count),
        rng.uniform(0.6, 1.0, count), first=first,
    )  # fmt: skip


def test_edges_are_powers_of_ten_and_a_value_on_an_edge_is_in_the_bin_above_it() -> None:
    for measure in MEASURES:
        assert measure.edges[[0, BINS_A_DECADE, -1]] == pytest.approx([measure.low, 10 * measure.low, measure.high])
        assert np.diff(np.log(measure.edges)) == pytest.approx(np.log(10) / BINS_A_DECADE)
        counts = measure.count(measure.edges[[3, 3, 7]])
        assert np.flatnonzero(counts).tolist() == [3, 7]
        assert counts[3] == 2


def test_what_is_beyond_the_edges_counts_in_the_outermost_bins() -> None:
    for measure in MEASURES:
        counts = measure.count(np.array([0.0, measure.low / 2, 2 * measure.high, measure.high]))
        assert (counts[0], counts[-1], counts.sum()) == (2, 2, 4)


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 40), max_size=5))
@settings(max_examples=30, deadline=None)
def test_histograms_and_counts_are_those_of_all_clips_whatever_the_batches(seed: int, sizes: list[int]) -> None:
    batches = [random_clips(seed + number, size, first=100 * number) for number, size in enumerate(sizes)]
    tally = Tally(SETTINGS)
    for batch in batches:
        tally.add(batch)
    rules = [UNMEASURED, AT_REST, IN_PLACE, TOO_FAST]
    outcomes = [
        next((r for r in rules if reason and reason.startswith(r)), KEPT) for b in batches for reason in b.reasons
    ]
    assert tally.counts == Counter(outcomes)
    figures = [
        np.concatenate([b.angular_deg_s.max(axis=1, initial=0) for b in batches] or [[]]),
        np.concatenate([b.speed_m_s for b in batches] or [[]]),
        np.concatenate([b.spread_m for b in batches] or [[]]),
    ]
    for outcome in set(outcomes):
        chosen = np.array(outcomes) == outcome
        for measure, values, counts in zip(MEASURES, figures, tally.histograms[outcome], strict=True):
            inside = np.clip(values[chosen], measure.low, measure.high)
            np.testing.assert_array_equal(counts, np.histogram(inside, measure.edges)[0])


def test_the_cuts_are_the_thresholds_and_a_threshold_that_drops_nothing_is_none() -> None:
    cuts = {
        measure.unit: [(cut.value, cut.rule, cut.keeps_above) for cut in measure.cuts(SETTINGS.intensity)]
        for measure in MEASURES
    }
    assert cuts == {
        "deg/s": [(3.0, AT_REST, True)],
        "m/s": [(0.03, AT_REST, True), (2.0, TOO_FAST, False)],
        "m": [(0.002, IN_PLACE, True)],
    }
    assert MEASURES[2].cuts(CurationSettings().intensity) == ()


def test_examples_are_those_nearest_to_the_cut_on_both_sides_across_batches() -> None:
    tally = Tally(SETTINGS)
    speeds = [0.001, 0.029, 0.010, 0.028, 0.020, 0.5, 0.031, 0.04, 0.1, 0.033]
    for number, speed in enumerate(speeds):
        tally.add(clips_with([[0.1, 0.1]], [speed], [0.1], [1.0], first=number))
    dropped, kept = tally.examples(AT_REST)
    assert [example.speed_m_s for example in dropped] == pytest.approx([0.029, 0.028, 0.020])
    assert [example.speed_m_s for example in kept] == pytest.approx([0.031, 0.033, 0.04])
    assert [example.clip_id for example in dropped] == ["c1", "c3", "c4"]
    assert dropped[0].joints[0, 0, 0, 0] == 1.0
    assert dropped[0].reason == "at rest: 0.1 deg/s and 0.029 m/s are under 3 deg/s and 0.03 m/s"
    assert all(example.reason is None for example in kept)
    assert tally.examples(TOO_FAST) == ([], [])


@pytest.mark.parametrize("sizes", [(12, 12), (24,), (1,) * 24])
def test_of_equally_near_clips_the_first_are_shown(sizes: tuple[int, ...]) -> None:
    tally, done = Tally(SETTINGS), 0
    for size in sizes:
        tally.add(clips_with([[9.0, 9.0]] * size, [5.0] * size, [0.1] * size, [1.0] * size, first=done))
        done += size
    assert [example.clip_id for example in tally.examples(TOO_FAST)[0]] == ["c0", "c1", "c2"]


def test_few_clips_are_held_and_no_batch_is() -> None:
    tally = Tally(SETTINGS)
    for number in range(20):
        tally.add(random_clips(number, 50, first=50 * number))
    held = [
        example
        for rule in (UNMEASURED, AT_REST, IN_PLACE, TOO_FAST)
        for side in tally.examples(rule)
        for example in side
    ]
    assert 0 < len(held) <= 4 * 2 * EXAMPLES_A_SIDE
    assert all(example.joints.base is None for example in held)
