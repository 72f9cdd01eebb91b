"""How many events a source's clips hold, as a table for people.

What belongs here: that table. What does not: the counts (handx_core.curation.event_counts), a clip's timeline.
"""

from handx_core.curation.event_counts import EventCounts

_HEADINGS = ("part", "kind", "events", "holds", "changes", "contacts", "events a clip", "contacts a clip", "clips with")


def events_table(counts: EventCounts) -> str:
    """A line a kind of event and one over all, as a Markdown table; the last column is the share of clips with any."""
    lines = [f"| {' | '.join(_HEADINGS)} |", "| :-- | :-- |" + " --: |" * (len(_HEADINGS) - 2)]
    sums = [0, 0, 0]
    for kind in counts.kinds():
        found = [counts.holds[kind], counts.changes[kind], counts.contacts[kind]]
        sums = [total + one for total, one in zip(sums, found, strict=True)]
        part, name = (word.removesuffix("_events").replace("_", " ") for word in kind)
        share = f"{counts.clips_with[kind] / max(counts.clips, 1):.0%}"
        lines.append(_line(part, name, found, counts.clips, share))
    lines.append(_line("**all**", "", sums, counts.clips, f"{counts.clips:,} clips"))
    return "\n".join(lines)


def _line(part: str, kind: str, found: list[int], clips: int, last: str) -> str:
    """found: holds, changes, contacts."""
    numbers = [f"{number:,}" for number in (sum(found), *found)]
    rates = [f"{number / max(clips, 1):.2f}" for number in (sum(found), found[-1])]
    return f"| {' | '.join([part, kind, *numbers, *rates, last])} |"
