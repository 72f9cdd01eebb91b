"""Captions for people: an example, tables of how true they are, the worst beside their events, writers side by side.

What belongs here: Markdown as the web UI shows it. What does not: the figures (handx_core.captioning).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from handx_core.captioning.audit import SIDES, audit_caption
from handx_core.captioning.audit_set import LevelAudit
from handx_core.captioning.comparison import Compared
from handx_core.captioning.rules import LEVELS, Caption
from handx_core.captioning.worst import Poor
from handx_core.captioning.writers import Clip
from handx_core.viewing.style import picture_markdown
from handx_core.viewing.timeline import events_timeline

EXAMPLES: Final = 3
"""Clips of a comparison that are shown in all writers' words."""

EXAMPLE_LEVEL: Final = 3

_AUDIT_HEADINGS: Final = (
    "writer", "level", "captions", "words", "grounding", "grounded", "true claims", "contacts told", "events told",
    "same as below", "alike", "else", "USD",
)  # fmt: skip


def captions_example(rows: pa.RecordBatch) -> str:
    """All that the first clip of some rows is told by one writer, as a Markdown table."""
    told = rows.to_pylist()
    first = [row for row in told if (row["clip_id"], row["writer"]) == (told[0]["clip_id"], told[0]["writer"])]
    return f"**{first[0]['clip_id']}**\n\n" + _table(
        ("level", "left", "right", "together", "grounding"),
        ([row["level"], *(row[side] for side in SIDES), f"{row['grounding']:.2f}"] for row in first),
    )


def audit_table(levels: Sequence[LevelAudit]) -> str:
    """A line a writer and level, as a Markdown table."""
    return _table(_AUDIT_HEADINGS, (_audit_line(level) for level in levels))


def grounding_table(by_source: Mapping[str, Sequence[LevelAudit]]) -> str:
    """Mean grounding of each source's captions, a line a source and writer, as a Markdown table."""
    lines = []
    for source, levels in by_source.items():
        writers: dict[str, dict[int, LevelAudit]] = {}
        for level in levels:
            writers.setdefault(_name(level.writer, level.model), {})[level.level] = level
        for name, found in writers.items():
            shown = [f"{found[n].grounding:.3f}" if n in found else "" for n in LEVELS]
            lines.append([source, name, f"{max(level.captions for level in found.values()):,}", *shown])
    return _table(("source", "writer", "captions a level", *(f"level {n}" for n in LEVELS)), lines)


def poor_caption(poor: Poor, events: Mapping[str, Any]) -> str:
    """A caption, what is wrong with it, and the events that it should have told, as Markdown with a picture."""
    found = audit_caption(poor.caption, events)
    title = f"{poor.clip_id}, level {poor.caption.level}"
    lines = [f"**{title}** by {_name(poor.writer, poor.model)}: grounding {poor.grounding:.2f}", ""]
    lines += [f"- {side}: {_cell(getattr(poor.caption, side))}" for side in SIDES if getattr(poor.caption, side)]
    wrong = [f"not so: {_cell(one.claim.text)} ({_cell(one.verdict.reason)})" for one in found.unsupported]
    for what, count in Counter(item.what for item in found.missing_critical).items():
        wrong.append(f"left out: {what}" + (f", {count} times" if count > 1 else ""))
    wrong += [f"{flag.kind}: {_cell(flag.detail)}" for flag in found.flags]
    lines += ["", *(f"- **{text}**" for text in wrong), ""]
    return "\n".join([*lines, picture_markdown(events_timeline(events, title), f"events of {poor.clip_id}")])


def comparison_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Writers side by side, a line a writer and level, as a Markdown table."""
    headings = (
        "writer", "level", "told", "grounding", "true claims", "contacts told", "events told", "words", "alike",
        "answers a clip", "s a clip", "USD a clip", "not told",
    )  # fmt: skip
    return _table(headings, (_comparison_line(row) for row in rows))


def comparison_examples(results: Sequence[Compared], sample: Sequence[Clip]) -> str:
    """The first clips of a sample in each writer's words, at one level."""
    lines = []
    for clip_id, _ in sample[:EXAMPLES]:
        lines += [f"**{clip_id}**, level {EXAMPLE_LEVEL}", ""]
        told = ((result, _at_level(result, clip_id)) for result in results)
        lines += [
            _table(
                ("writer", "left", "right", "together"),
                ([_name(of.writer, of.model), *(getattr(text, side) for side in SIDES)] for of, text in told if text),
            ),
            "",
        ]
    return "\n".join(lines)


def _at_level(result: Compared, clip_id: str) -> Caption | None:
    written = result.written.get(clip_id)
    return next((c for c in written.captions if c.level == EXAMPLE_LEVEL), None) if written else None


def _audit_line(level: LevelAudit) -> list[str]:
    cost = level.costs["cost_usd"]
    return [
        _name(level.writer, level.model),
        str(level.level),
        f"{level.captions:,}",
        f"{level.words:.0f}",
        f"{level.grounding:.3f}",
        *(f"{share:.1%}" for share in (level.grounded, level.precision, level.critical_recall, level.event_recall)),
        f"{level.repeats:.1%}",
        f"{level.identical:.1%}",
        ", ".join(f"{kind} {count:,}" for kind, count in level.flags.items()),
        "" if cost is None else f"{cost:.4f}",
    ]


def _comparison_line(row: Mapping[str, Any]) -> list[str]:
    return [
        _name(row["writer"], row["model"]),
        str(row["level"]),
        f"{row['captions']:,} of {row['asked']:,}",
        f"{row['grounding']:.3f}",
        *(f"{row[name]:.1%}" for name in ("precision", "critical_recall", "event_recall")),
        f"{row['words']:.0f}",
        f"{row['identical']:.1%}",
        *(_number(row[name], digits) for name, digits in
          (("answers_a_clip", 2), ("seconds_a_clip", 2), ("cost_usd_a_clip", 6))),
        row["left"] or "",
    ]  # fmt: skip


def _number(value: float | None, digits: int) -> str:
    return "?" if value is None else f"{value:.{digits}f}"


def _name(writer: str, model: str) -> str:
    return model or writer


def _table(headings: Sequence[str], lines: Sequence[Sequence[Any]] | Iterator[Sequence[Any]]) -> str:
    rows = [f"| {' | '.join(headings)} |", "|" + " --- |" * len(headings)]
    return "\n".join(rows + [f"| {' | '.join(map(_cell, line))} |" for line in lines])


def _cell(value: Any) -> str:
    """Text as it is, whatever a model or a file put into it: no line breaks, no Markdown table, no HTML."""
    return " ".join(str(value).split()).replace("|", "\\|").replace("<", "&lt;")
