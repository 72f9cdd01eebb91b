"""Writers side by side: the same clips captioned by each, and what that cost, took and was worth.

What belongs here: the sample and the figures. What does not: writing (`writers`) and showing them (handx_core.viewing).
"""

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa

from handx_core.captioning.audit_set import AuditSums, LevelAudit
from handx_core.captioning.captioned import model_writer
from handx_core.captioning.rows import captions_batch
from handx_core.captioning.settings import CaptionSettings
from handx_core.captioning.writers import Clip, Left, Progress, RulesWriter, Writer, Written


@dataclass(frozen=True)
class Compared:
    """A writer's captions of a sample. written: by clip_id. left: the clips without. levels: how true they are."""

    writer: str
    model: str
    asked: int
    written: dict[str, Written]
    left: tuple[Left, ...]
    levels: tuple[LevelAudit, ...]

    @property
    def seconds_a_clip(self) -> float | None:
        """Mean of what the requests of a clip took."""
        return _mean([written.seconds for written in self.written.values()])

    @property
    def cost_usd_a_clip(self) -> float | None:
        """Mean; a clip with the very same events as another one costs nothing."""
        return _mean([written.cost_usd for written in self.written.values()])

    def rows(self) -> Iterator[dict[str, Any]]:
        """Rows of the table `writer_comparison`, one a level."""
        reasons = Counter(f"{left.why}: {left.reason}" for left in self.left)
        answers = _mean([float(w.turns) if self.model else 0.0 for w in self.written.values()])
        for level in self.levels:
            yield {
                "writer": self.writer,
                "model": self.model,
                "level": level.level,
                "asked": self.asked,
                **{name: getattr(level, name) for name in _OF_LEVEL},
                "answers_a_clip": answers,
                "seconds_a_clip": self.seconds_a_clip,
                "cost_usd_a_clip": self.cost_usd_a_clip,
                "left": "; ".join(f"{count} x {reason}" for reason, count in reasons.most_common()) or None,
            }

    def in_words(self) -> str:
        """For people, in a line."""
        grounding = sum(level.grounding for level in self.levels) / max(len(self.levels), 1)
        told = f"{len(self.written)} of {self.asked} clips told, mean grounding {grounding:.3f}"
        return f"{self.model or self.writer}: {told}"


_OF_LEVEL: Final = ("captions", "grounding", "precision", "critical_recall", "event_recall", "words", "identical")


def sample_of(events: Iterable[pa.RecordBatch], count: int, seed: int) -> list[Clip]:
    """So many clips of all that there are, the same ones for the same seed, sorted by clip_id.

    events: batches of `kinematic_events` with clip_id and events. Each clip is as likely as any other, and stays in the
    sample where others come and go.
    """
    texts: list[tuple[str, str, str]] = []
    for rows in events:
        found = zip(rows["clip_id"].to_pylist(), rows["events"].to_pylist(), strict=True)
        texts = heapq.nsmallest(count, texts + [(_draw(seed, clip_id), clip_id, text) for clip_id, text in found])
    return sorted((clip_id, orjson.loads(text)) for _, clip_id, text in texts)


def writers_of(settings: CaptionSettings, folder: Path) -> list[Writer]:
    """The rules and each model that the settings name. folder: of the ledgers, which the captions of a run share."""
    models = [model_writer(model, settings.min_grounding, folder) for model in settings.compare.models]
    return [RulesWriter(), *models]


def compare(writer: Writer, sample: Sequence[Clip], bar: float, on_progress: Callable[[Progress], None]) -> Compared:
    """Caption the sample with a writer. Raises what it raises."""
    results = list(writer.write(iter(sample), on_progress))
    written = {result.clip_id: result for result in results if isinstance(result, Written)}
    left = tuple(result for result in results if isinstance(result, Left))
    sums = AuditSums()
    told = ((written[clip_id], events) for clip_id, events in sample if clip_id in written)
    sums.add(captions_batch(told, writer.name, bar))
    return Compared(writer.name, writer.model, len(sample), written, left, tuple(sums.results()))


def _draw(seed: int, clip_id: str) -> str:
    return hashlib.blake2b(f"{seed}:{clip_id}".encode(), digest_size=8).hexdigest()


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None
