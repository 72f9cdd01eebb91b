"""Captions in the registry's table: audited, a source's own beside them, and which of them a clip trains on."""

from collections.abc import Iterator

import orjson
import pyarrow as pa
import pytest
from caption_clips import clips as numbered_clips
from claim_scenes import claps, pinch
from event_makers import random_events

from handx_core.captioning.audit import audit_caption
from handx_core.captioning.captioned import rules_rows, source_rows
from handx_core.captioning.clip_texts import TEXT_COLUMNS, TextsInOrder
from handx_core.captioning.money import Usage
from handx_core.captioning.rows import captions_batch
from handx_core.captioning.rules import RULES_HASH, Caption, write_captions
from handx_core.captioning.settings import CaptionSettings
from handx_core.captioning.source_texts import source_texts
from handx_core.captioning.writers import Written
from handx_core.errors import TableError
from handx_core.schemas import TABLES

FPS = 30.0


def five(word: str) -> list[dict[str, object]]:
    return [
        {"level": n, "left": f"{word} left {n}", "right": f"{word} right {n}", "interaction": f"{word} both {n}"}
        for n in range(1, 6)
    ]


def recording(
    name: str, captions: list[dict[str, object]], n_frames: int = 60, native_fps: float = FPS, labels: tuple = ()
) -> dict:
    spans = [dict(zip(("start_s", "end_s", "text", "paraphrases"), label, strict=True)) for label in labels]
    return {
        "recording_id": name, "n_frames": n_frames, "native_fps": native_fps, "captions": captions, "labels": spans,
    }  # fmt: skip


def skeleton(name: str, of: str, n_frames: int = 60, start_s: float = 0.0) -> dict:
    return {"skeleton_id": name, "recording_id": of, "start_s": start_s, "n_frames": n_frames}


def clip(name: str, of: str, start_frame: int = 0, kept: bool = True) -> dict:
    return {"clip_id": name, "skeleton_id": of, "start_frame": start_frame, "kept": kept}


def rows(table: str, *values: dict) -> Iterator[pa.RecordBatch]:
    """The values as batches of two rows, with the types of the registry."""
    schema = pa.schema([TABLES[table].schema.field(name) for name in values[0]])
    for start in range(0, len(values), 2):
        yield pa.RecordBatch.from_pylist(list(values[start : start + 2]), schema=schema)


def told(recordings: list[dict], skeletons: list[dict], clips: list[dict]) -> list[Written]:
    tables = {"recordings": recordings, "skeletons": skeletons, "clips": clips}
    return list(source_texts(*(rows(name, *values) for name, values in tables.items())))


def by_rules(name: str, events: dict) -> Written:
    return Written(name, tuple(write_captions(name, events)), "", RULES_HASH)


def test_a_row_for_each_clip_and_level() -> None:
    events = {name: random_events(seed) for seed, name in enumerate(["h2o/a/0/0", "h2o/a/0/30"])}
    table = captions_batch([(by_rules(name, of), of) for name, of in events.items()], "rules", 0.7)
    assert table.schema.equals(TABLES["captions"].schema, check_metadata=True)
    assert table.column("clip_id").to_pylist() == [name for name in events for _ in range(5)]
    assert table.column("level").to_pylist() == [1, 2, 3, 4, 5] * 2
    assert table.column("right").to_pylist()[7] == write_captions("h2o/a/0/30", events["h2o/a/0/30"])[2].right
    assert set(table.column("prompt_hash").to_pylist()) == {RULES_HASH}
    assert set(table.column("writer").to_pylist()) == {"rules"}
    assert table.column("cost_usd").null_count == table.column("tokens_in").null_count == 10


def test_rows_carry_the_audit() -> None:
    false = Caption(3, "The hand sinks.", "The thumb touches the index.", "The hands are far apart, as if to rest.")
    written = [(Written("a", (false,), "m", "p"), pinch()), (by_rules("b", claps()), claps())]
    table = captions_batch(written, "llm", 0.81)
    found = audit_caption(false, pinch())
    first = table.to_pylist()[0]
    assert first["grounding"] == pytest.approx(found.grounding) == pytest.approx(0.8)
    assert table.column("grounded").to_pylist() == [False] + [True] * 5
    assert first["audit"] == {
        "claims": 3, "true_claims": 2, "critical": found.critical, "critical_told": found.critical,
        "items": found.items, "items_told": found.items - len(found.missing), "words": 17,
        "flags": sorted({flag.kind for flag in found.flags}),
    }  # fmt: skip
    assert "hedge" in first["audit"]["flags"]


def test_costs_stand_on_one_row_of_a_clip() -> None:
    events = claps()
    paid = Written("a", tuple(write_captions("a", events)), "m", "p", Usage(100, 40, 30), 0.25)
    table = captions_batch([(paid, events), (paid, events)], "llm", 0.7)
    assert table.column("cost_usd").to_pylist() == [0.25, None, None, None, None] * 2
    assert sum(table.column("tokens_in").drop_null().to_pylist()) == 200


def test_no_clips_make_an_empty_batch() -> None:
    assert captions_batch([], "rules", 0.7).num_rows == 0


def events_table(count: int) -> pa.Table:
    made = [{"clip_id": name, "events": orjson.dumps(events).decode()} for name, events in numbered_clips(count)]
    return pa.Table.from_pylist(made)


def test_rules_tell_every_clip_in_order_on_all_cores() -> None:
    table = events_table(60)
    found = pa.Table.from_batches(rules_rows(lambda: table.to_batches(max_chunksize=25), 0.7))
    assert found["clip_id"].to_pylist()[::5] == table["clip_id"].to_pylist()
    one, other = (dict(numbered_clips(60))[name] for name in ("clip0", "clip59"))
    expected = captions_batch([(by_rules("clip0", one), one), (by_rules("clip59", other), other)], "rules", 0.7)
    assert found.slice(0, 5).to_pylist() + found.slice(295).to_pylist() == expected.to_pylist()


def test_a_sources_texts_are_held_against_the_events_of_their_clips() -> None:
    table, events = events_table(10), dict(numbered_clips(10))
    texts = [Written(f"clip{n}", (Caption(1, "", "", f"The hand moves {n}."),), "", "") for n in (2, 2, 7)]
    (found,) = source_rows(texts, table.to_batches, 0.7, "gigahands")
    assert found.column("clip_id").to_pylist() == ["clip2", "clip2", "clip7"]
    assert found.column("writer").to_pylist() == ["gigahands"] * 3
    again = captions_batch([(text, events[text.clip_id]) for text in texts], "gigahands", 0.7)
    assert found.to_pylist() == again.to_pylist()
    with pytest.raises(TableError, match="none of the clip clip10"):
        list(source_rows([Written("clip10", (), "", "")], table.to_batches, 0.7, "gigahands"))


def test_a_source_tells_the_clips_that_are_its_takes() -> None:
    found = told(
        [recording(name, five(name)) for name in ("a", "b", "c")],
        [skeleton(f"{name}/0", name) for name in ("a", "b", "c")],
        [clip(f"{name}/0/0", f"{name}/0", kept=name != "b") for name in ("a", "b", "c")],
    )
    assert [of_clip.clip_id for of_clip in found] == ["a/0/0", "c/0/0"]
    assert [[caption.level for caption in of_clip.captions] for of_clip in found] == [[1, 2, 3, 4, 5]] * 2
    assert found[1].captions[2] == Caption(3, "c left 3", "c right 3", "c both 3")
    assert {(of_clip.model, of_clip.variant, of_clip.prompt_hash) for of_clip in found} == {("", 0, "")}


def test_a_part_of_a_take_is_not_told_by_the_captions_of_the_whole() -> None:
    captions = five("whole")
    found = told(
        [
            recording("long", captions, n_frames=90),
            recording("late", captions, n_frames=75),
            recording("cut", captions, n_frames=62),
            recording("untold", []),
            recording("fast", captions, n_frames=119, native_fps=60.0),
        ],
        [
            skeleton("long/0", "long", n_frames=90),
            skeleton("late/1", "late", start_s=0.5),
            skeleton("cut/0", "cut"),
            skeleton("untold/0", "untold"),
            skeleton("fast/0", "fast"),
        ],
        [
            clip("long/0/0", "long/0"),
            clip("long/0/30", "long/0", start_frame=30),
            clip("late/1/0", "late/1"),
            clip("cut/0/0", "cut/0"),
            clip("untold/0/0", "untold/0"),
            clip("fast/0/0", "fast/0"),
        ],
    )
    assert [of_clip.clip_id for of_clip in found] == ["fast/0/0"]  # 119 frames at 60 Hz are the 60 of a clip


def test_a_label_with_paraphrases_is_of_each_clip_within_it() -> None:
    found = told(
        [
            recording("long", [], 300, labels=((0.5, 4.0, "one", ["uno", "un"]), (3.0, 10.0, "two", ["due"]))),
            recording("plain", [], 60, labels=((0.0, 2.0, "grab", []),)),
            recording("endless", [], 60, labels=((0.0, float("inf"), "all", ["alles"]),)),
        ],
        [skeleton("long/0", "long", 300, 0.5), skeleton("plain/0", "plain"), skeleton("endless/0", "endless")],
        [
            *(clip(f"long/0/{start}", "long/0", start, kept=start != 30) for start in (0, 30, 45, 60, 90)),
            clip("plain/0/0", "plain/0"),
            clip("endless/0/0", "endless/0"),
        ],
    )
    # Of a skeleton that begins at 0.5 s: frames 0 to 59 are within the first label, 45 to 104 end at exactly 4.0 s.
    assert [(of_clip.clip_id, of_clip.variant, of_clip.captions[0].interaction) for of_clip in found] == [
        ("long/0/0", 0, "one"), ("long/0/0", 1, "uno"), ("long/0/0", 2, "un"),
        ("long/0/45", 0, "one"), ("long/0/45", 1, "uno"), ("long/0/45", 2, "un"),
        ("long/0/90", 0, "two"), ("long/0/90", 1, "due"),
        ("endless/0/0", 0, "all"), ("endless/0/0", 1, "alles"),
    ]  # fmt: skip
    assert {(caption.level, caption.left, caption.right) for of in found for caption in of.captions} == {(1, "", "")}


def test_no_ids_are_read_for_a_source_without_captions() -> None:
    def unread() -> Iterator[pa.RecordBatch]:
        raise AssertionError("read")
        yield

    assert list(source_texts(rows("recordings", recording("a", [])), unread(), unread())) == []


def text_rows(name: str, by: str, levels: int = 5, grounded: tuple[int, ...] = (1, 2, 3, 4, 5)) -> pa.RecordBatch:
    captions = tuple(Caption(n, f"{by} {n}", "r", "i") for n in range(1, levels + 1))
    made = captions_batch([(Written(name, captions, "", ""), claps())], by, 0.7)
    flags = pa.array([n in grounded for n in range(1, levels + 1)])
    return made.set_column(made.schema.get_field_index("grounded"), made.schema.field("grounded"), flags)


def texts(*told_by: tuple) -> TextsInOrder:
    """Texts of (clip, writer, number of levels), each writer's in its own order, two rows a batch; handx preferred."""
    table = pa.Table.from_batches([text_rows(*one) for one in told_by]).select(TEXT_COLUMNS)
    return TextsInOrder(lambda: table.to_batches(max_chunksize=2), CaptionSettings(writer="handx").writers)


def test_the_preferred_writer_is_taken_and_the_rules_where_it_is_silent() -> None:
    of = texts(
        ("a", "rules", 5), ("b", "rules", 5), ("c", "rules", 5), ("d", "rules", 5), ("b", "handx", 5), ("d", "handx", 3)
    )  # fmt: skip
    found = [of.of(name) for name in "abcd"]
    assert [of_clip.writer for of_clip in found] == ["rules", "handx", "rules", "rules"]
    assert found[1].left == ("handx 1", "handx 2", "handx 3", "handx 4", "handx 5")
    assert found[2].right == ("r",) * 5


def test_a_clip_that_nobody_tells_is_an_error() -> None:
    with pytest.raises(TableError, match="none at all five levels of the clip b"):
        texts(("a", "rules", 5), ("b", "rules", 4)).of("b")


def test_captions_that_are_not_grounded_do_not_train() -> None:
    of = texts(("a", "rules", 5), ("b", "rules", 5, ()), ("a", "handx", 5, (1, 2, 3, 5)), ("b", "handx", 5, (1,)))
    assert of.of("a").writer == "rules"
    assert of.of("b") is None


def test_other_variants_and_writers_are_passed_over() -> None:
    rules, other = text_rows("a", "rules"), text_rows("a", "llm")
    place = rules.schema.get_field_index("variant")
    variant = rules.set_column(place, rules.schema.field(place), pa.array([1] * 5, pa.int16()))
    variant = variant.set_column(6, "left", pa.array(["paraphrased"] * 5))
    of = TextsInOrder(lambda: [variant, other, rules], CaptionSettings().writers)
    assert of.of("a").left == tuple(f"rules {n}" for n in range(1, 6))
