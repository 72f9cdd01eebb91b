"""Captions of many clips: how true they are, how long, whether levels differ, and whether clips sound the same.

What belongs here: figures over rows of the table `captions`, by writer and level. What does not: the audit of one
caption (`audit`), which the rows carry.

Rows stream through: of each caption only counts and a 64-bit hash of its three texts are kept.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

AUDIT_COLUMNS: Final = (
    "clip_id", "level", "writer", "model", "variant", "left", "right", "interaction", "tokens_in", "tokens_cached",
    "tokens_out", "cost_usd", "audit", "grounding", "grounded",
)  # fmt: skip
"""Columns of `captions` that `AuditSums` reads."""

COSTS: Final = ("tokens_in", "tokens_cached", "tokens_out", "cost_usd")


@dataclass(frozen=True)
class LevelAudit:
    """Figures of a writer's captions of a level, as in the table `caption_audit`. costs: by the names of COSTS."""

    writer: str
    model: str
    level: int
    captions: int
    grounding: float
    grounded: float
    precision: float
    critical_recall: float
    event_recall: float
    words: float
    repeats: float
    identical: float
    flags: dict[str, int]
    costs: dict[str, float | None]

    def as_row(self, source: str) -> dict[str, Any]:
        """A row of the table `caption_audit`."""
        values = {name: value for name, value in vars(self).items() if name not in ("flags", "costs")}
        flags = [{"kind": kind, "count": count} for kind, count in self.flags.items()]
        return {"source": source, **values, "flags": flags, **self.costs}


@dataclass
class _Sums:
    """What is kept of a writer's level while rows stream through."""

    counts: Counter[str] = field(default_factory=Counter)
    grounding: float = 0.0
    words: Counter[int] = field(default_factory=Counter)
    triples: Counter[int] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    costs: Counter[str] = field(default_factory=Counter)

    def take_in(self, other: "_Sums") -> None:
        """Add what is kept of other rows."""
        self.grounding += other.grounding
        for name in ("counts", "words", "triples", "flags", "costs"):
            getattr(self, name).update(getattr(other, name))


class AuditSums:
    """Adds rows up; a clip's rows by a writer stand together, level by level."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str, int], _Sums] = {}
        self._before: tuple[Any, ...] = ()

    def add(self, rows: pa.RecordBatch) -> None:
        """Take rows in, with AUDIT_COLUMNS at least."""
        for row in rows.select(list(AUDIT_COLUMNS)).to_pylist():
            self._add(row)

    def take_in(self, other: "AuditSums") -> None:
        """Take in what another one has added up."""
        for key, sums in other._sums.items():
            self._sums.setdefault(key, _Sums()).take_in(sums)

    @property
    def n_rows(self) -> int:
        """Rows taken in."""
        return sum(sums.counts["captions"] for sums in self._sums.values())

    def results(self) -> Iterator[LevelAudit]:
        """The figures, by writer, model and level."""
        for (writer, model, level), sums in sorted(self._sums.items()):
            yield _result(writer, model, level, sums)

    def _add(self, row: dict[str, Any]) -> None:
        sums = self._sums.setdefault((row["writer"], row["model"], row["level"]), _Sums())
        of_clip = row["writer"], row["model"], row["clip_id"], row["variant"]
        triple, audit = _hash(row), row["audit"]
        flags = audit.pop("flags")
        sums.counts.update(audit)
        sums.counts.update(captions=1, grounded=row["grounded"], repeats=self._before == (*of_clip, triple))
        sums.grounding += row["grounding"]
        sums.words[audit["words"]] += 1
        sums.triples[triple] += 1
        sums.flags.update(flags)
        sums.costs.update({name: row[name] for name in COSTS if row[name] is not None})
        self._before = *of_clip, triple


def _hash(row: dict[str, Any]) -> int:
    texts = "\n".join((row["left"], row["right"], row["interaction"]))
    return int.from_bytes(hashlib.blake2b(texts.encode(), digest_size=8).digest(), "little")


def _result(writer: str, model: str, level: int, sums: _Sums) -> LevelAudit:
    counts = sums.counts
    n = counts["captions"]
    return LevelAudit(
        writer=writer,
        model=model,
        level=level,
        captions=n,
        grounding=sums.grounding / n,
        grounded=counts["grounded"] / n,
        precision=_share(counts["true_claims"], counts["claims"], 0.0),
        critical_recall=_share(counts["critical_told"], counts["critical"], 1.0),
        event_recall=_share(counts["items_told"], counts["items"], 1.0),
        words=_median(sums.words),
        repeats=counts["repeats"] / n,
        identical=sum(count for count in sums.triples.values() if count > 1) / n,
        flags=dict(sorted(sums.flags.items())),
        costs={name: sums.costs.get(name) for name in COSTS},
    )


def _share(part: int, whole: int, of_none: float) -> float:
    return part / whole if whole else of_none


def _median(counts: Counter[int]) -> float:
    """The median of values that are counted, without listing them."""
    total, passed, low = sum(counts.values()), 0, None
    for value in sorted(counts):
        passed += counts[value]
        if low is None and 2 * passed >= total:
            low = value
        if 2 * passed > total:
            return (low + value) / 2 if low is not None else value
    return 0.0
