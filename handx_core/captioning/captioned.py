"""All captions of a source, row by row: by rules, by a model, and the source's own.

What belongs here: who writes what, in which order, on how many cores. What does not: how a writer writes, or what a row
is (`rows`). Rows of a writer stand in the order of the clips, as whoever trains on them needs it (`TextsInOrder`).
"""

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final, TypeVar

import orjson
import pyarrow as pa

from handx_core.captioning.ledger import ledger_name
from handx_core.captioning.llm import LlmWriter
from handx_core.captioning.llm_settings import LlmSettings
from handx_core.captioning.rows import captions_batch
from handx_core.captioning.truth_check import truth_check
from handx_core.captioning.writers import Clip, Left, Progress, RulesWriter, Written
from handx_core.errors import Rejection, TableError
from handx_core.parallel import map_in_order

EVENT_COLUMNS: Final = ("clip_id", "events")
"""Columns of `kinematic_events` that are read here."""

_CLIPS_AT_ONCE: Final = 24
"""For one worker: few enough that all cores have some of a small source, and that not much waits to be written."""

Events = Callable[[], Iterable[pa.RecordBatch]]
"""Gives the batches of `kinematic_events`, with EVENT_COLUMNS, anew each time."""

_Row = tuple[str, str]
"""clip_id and events, as JSON."""

T = TypeVar("T")


def model_writer(settings: LlmSettings, bar: float, folder: Path) -> LlmWriter:
    """The writer of a model, whose captions below the bar are to be written anew once. folder: of the ledgers."""
    return LlmWriter(settings, folder / ledger_name(settings.model), truth_check(bar))


def rules_rows(events: Events, bar: float) -> Iterator[pa.RecordBatch]:
    """The rules' captions of every clip."""
    yield from _batches(partial(_by_rules, bar=bar), _rows(events), "captions by rules")


def model_rows(
    writer: LlmWriter, events: Events, bar: float, source: str, on_progress: Callable[[Progress], None]
) -> Iterator[pa.RecordBatch | Rejection]:
    """A model's captions; a clip that was left is handed on as a rejection that says why.

    Raises what `LlmWriter.write` raises.
    """
    asked: deque[_Row] = deque()

    def clips() -> Iterator[Clip]:
        for clip_id, text in _rows(events):
            asked.append((clip_id, text))
            yield clip_id, orjson.loads(text)

    def written() -> Iterator[tuple[Written, str]]:
        for result in _in_order(writer, clips, asked, source, on_progress):
            clip_id, text = asked.popleft()
            assert clip_id == result.clip_id, (clip_id, result.clip_id)
            if isinstance(result, Written):
                yield result, text
            else:
                left.append(Rejection(clip_id, "clip", f"{writer.model}: {result.reason} [{result.why}]"))

    left: list[Rejection] = []
    yield from _batches(partial(_audited, writer=writer.name, bar=bar), written(), "audit")
    yield from left


def source_rows(texts: Iterable[Written], events: Events, bar: float, source: str) -> Iterator[pa.RecordBatch]:
    """A source's own texts. texts: in the order of the clips. Raises TableError where a clip has no events."""
    yield from _batches(partial(_audited, writer=source, bar=bar), _beside(texts, events), "audit")


def _in_order(
    writer: LlmWriter,
    clips: Callable[[], Iterator[Clip]],
    asked: deque[_Row],
    source: str,
    on_progress: Callable[[Progress], None],
) -> Iterator[Written | Left]:
    """What a model writes, in the order of the clips."""
    if writer.settings.mode != "batch":
        yield from writer.write(clips(), on_progress, source=source, order="as given")
        return
    left: dict[str, Left] = {}
    for result in writer.write(clips(), on_progress, source=source):  # batches come as they are done
        if isinstance(result, Left):
            left[result.clip_id] = result
    asked.clear()
    for result in writer.read(clips()):
        yield left.get(result.clip_id, result) if isinstance(result, Left) else result


def _beside(texts: Iterable[Written], events: Events) -> Iterator[tuple[Written, str]]:
    """Texts with the events of their clips, which come in the same order."""
    rows = None
    clip_id, text = "", ""
    for written in texts:
        rows = _rows(events) if rows is None else rows
        while clip_id != written.clip_id:
            found = next(rows, None)
            if found is None:
                raise TableError(f"kinematic_events: none of the clip {written.clip_id}; materialize them again")
            clip_id, text = found
        yield written, text


def clips_of(events: Events) -> Iterator[Clip]:
    """The clips, as a writer takes them."""
    return ((clip_id, orjson.loads(text)) for clip_id, text in _rows(events))


def _rows(events: Events) -> Iterator[_Row]:
    for rows in events():
        yield from zip(rows["clip_id"].to_pylist(), rows["events"].to_pylist(), strict=True)


def _batches(write: Callable[[Sequence[T]], pa.RecordBatch], items: Iterable[T], what: str) -> Iterator[pa.RecordBatch]:
    """What some function makes of a few clips at a time, in their order."""
    try:
        yield from map_in_order(write, _chunks(items), what=what)
    finally:
        gc.unfreeze()  # little work is done in this process, which goes on to do other things


def _chunks(items: Iterable[T]) -> Iterator[Sequence[T]]:
    items = iter(items)
    for first in items:
        yield list(chain([first], islice(items, _CLIPS_AT_ONCE - 1)))


@contextmanager
def _without_collection() -> Iterator[None]:
    """Look for no garbage: what is remembered of sentences is much to go through each time, and none of it is any.

    What there is at the end is passed over from then on.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


@_without_collection()
def _by_rules(rows: Sequence[_Row], bar: float) -> pa.RecordBatch:
    clips = [(clip_id, orjson.loads(text)) for clip_id, text in rows]
    written = [result for result in RulesWriter().write(clips) if isinstance(result, Written)]
    return captions_batch(zip(written, (events for _, events in clips), strict=True), RulesWriter.name, bar)


@_without_collection()
def _audited(written: Sequence[tuple[Written, str]], writer: str, bar: float) -> pa.RecordBatch:
    return captions_batch([(of_clip, orjson.loads(text)) for of_clip, text in written], writer, bar)
