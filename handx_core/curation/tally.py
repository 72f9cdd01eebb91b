"""What the rules drop from a source, clip by clip: counts, histograms, and the clips on both sides of each cut.

What belongs here: adding that up over batches, in memory that does not grow with the source. What does not: the rules
(keeping.py), drawing (handx_core.viewing).
"""

import heapq
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.curation.clips import Clips
from handx_core.curation.keeping import AT_REST, IN_PLACE, KEPT, RULES, TOO_FAST, distance_from_cut, rule_of
from handx_core.curation.keeping import faster_hand_deg_s as _faster_hand
from handx_core.curation.settings import CurationSettings, IntensitySettings

BINS_A_DECADE: Final = 15
EXAMPLES_A_SIDE: Final = 3
"""Clips that are held on each side of each rule's cut."""


@dataclass(frozen=True)
class Cut:
    """A threshold on a measure. keeps_above: what is under it is dropped, else what is over it."""

    value: float
    rule: str
    keeps_above: bool


@dataclass(frozen=True)
class Measure:
    """A figure of intensity with the edges of its histogram: powers of ten, since figures span three of them.

    values: of clips, (N,). cuts: those of some thresholds, none where a threshold drops nothing.
    """

    title: str
    unit: str
    low: float
    high: float
    values: Callable[[Clips], NDArray[np.floating]]
    cuts: Callable[[IntensitySettings], tuple[Cut, ...]]

    @property
    def edges(self) -> NDArray[np.float64]:
        """Of the bins, ascending; a value beyond them counts in the nearest bin."""
        decades = np.log10(self.high / self.low)
        return self.low * 10 ** (np.arange(round(decades * BINS_A_DECADE) + 1) / BINS_A_DECADE)

    def count(self, values: NDArray[np.floating]) -> NDArray[np.int64]:
        """How many of some values (N,) are in each bin; the left edge belongs to its bin."""
        edges = self.edges
        places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
        return np.bincount(places, minlength=len(edges) - 1)


MEASURES: Final = (
    Measure(
        "angular velocity, faster hand", "deg/s", 0.1, 1000.0,
        lambda clips: _faster_hand(clips.angular_deg_s),
        lambda limits: (Cut(limits.min_angular_deg_s, AT_REST, True),),
    ),
    Measure(
        "joint speed", "m/s", 1e-3, 10.0,
        lambda clips: clips.speed_m_s,
        lambda limits: (Cut(limits.min_speed_m_s, AT_REST, True), Cut(limits.max_speed_m_s, TOO_FAST, False)),
    ),
    Measure(
        "spread", "m", 1e-4, 1.0,
        lambda clips: clips.spread_m,
        lambda limits: (Cut(limits.min_spread_m, IN_PLACE, True),) if limits.min_spread_m else (),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """A clip near a rule's cut. joints: (60, 2, 21, 3), metres, clip frame. reason: None where it is kept."""

    clip_id: str
    joints: NDArray[np.float32]
    angular_deg_s: float
    speed_m_s: float
    spread_m: float
    observed_fraction: float
    reason: str | None


@dataclass
class Tally:
    """What became of the clips of a source, by outcome: KEPT, or the rule that a clip broke.

    counts: clips. histograms: (measures, bins) clips. Only a few clips themselves are held.
    """

    settings: CurationSettings
    counts: Counter[str] = field(default_factory=Counter)
    histograms: dict[str, list[NDArray[np.int64]]] = field(default_factory=dict)
    _nearest: dict[tuple[str, bool], list[tuple[float, int, Example]]] = field(default_factory=dict)

    def add(self, clips: Clips) -> None:
        """Count some more clips."""
        outcomes = np.array([KEPT if reason is None else rule_of(reason) for reason in clips.reasons], object)
        for outcome in sorted(set(outcomes)):
            chosen = outcomes == outcome
            found = [measure.count(measure.values(clips)[chosen]) for measure in MEASURES]
            before = self.histograms.get(outcome)
            self.histograms[outcome] = [a + b for a, b in zip(before, found, strict=True)] if before else found
        for rule in RULES:
            distances = distance_from_cut(rule, clips, self.settings)
            for kept in (False, True):
                self._hold(rule, kept, clips, distances, outcomes == (KEPT if kept else rule))
        self.counts.update(outcomes.tolist())

    def examples(self, rule: str) -> tuple[list[Example], list[Example]]:
        """The dropped and the kept clips that are nearest to a rule's cut, nearest first; none where it drops none."""
        if not self.counts[rule]:
            return [], []
        dropped, kept = (sorted(self._nearest.get((rule, side), []), reverse=True) for side in (False, True))
        return [example for *_, example in dropped], [example for *_, example in kept]

    def _hold(
        self, rule: str, kept: bool, clips: Clips, distances: NDArray[np.floating], chosen: NDArray[np.bool_]
    ) -> None:
        """Keep the clips of a side that are nearest to a cut; of equally near ones, the first."""
        heap = self._nearest.setdefault((rule, kept), [])
        candidates = np.flatnonzero(chosen & np.isfinite(distances))
        for clip in candidates[np.argsort(distances[candidates], kind="stable")][:EXAMPLES_A_SIDE]:
            place = (-float(distances[clip]), -(self.counts.total() + int(clip)))
            if len(heap) == EXAMPLES_A_SIDE and place < heap[0][:2]:
                break
            push = heapq.heappushpop if len(heap) == EXAMPLES_A_SIDE else heapq.heappush
            push(heap, (*place, _example(clips, int(clip))))

    def table(self) -> list[Mapping[str, str | int | float]]:
        """A row an outcome that occurs, kept ones first: outcome, clips, and percent of all."""
        total = max(self.counts.total(), 1)
        return [
            {"outcome": outcome, "clips": self.counts[outcome], "percent": 100.0 * self.counts[outcome] / total}
            for outcome in (KEPT, *RULES)
            if self.counts[outcome]
        ]


def _example(clips: Clips, clip: int) -> Example:
    return Example(
        clip_id=clips.clip_ids[clip],
        joints=clips.joints[clip].copy(),  # a view would hold the whole batch
        angular_deg_s=float(clips.angular_deg_s[clip].max()),
        speed_m_s=float(clips.speed_m_s[clip]),
        spread_m=float(clips.spread_m[clip]),
        observed_fraction=float(clips.observed_fraction[clip]),
        reason=clips.reasons[clip],
    )
