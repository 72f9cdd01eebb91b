"""Captions in the registry's table: the rules', a source's own, and which of them a clip trains on."""

from collections.abc import Iterator

import pyarrow as pa
import pytest
from event_makers import random_events

from handx_core.captioning.rows import TEXT_COLUMNS, TextsInOrder, captions_batch, source_captions
from handx_core.captioning.rules import RULES_HASH, Caption, CaptionSettings, write_captions
from handx_core.errors import TableError
from handx_core.schemas import TABLES

FPS = 30.0


def five(word: str) -> list[dict[str, object]]:
    return [
        {"level": n, "left": f"{word} left {n}", "right": f"{word} right {n}", "interaction": f"{word} both {n}"}
        for n in range(1, 6)
    ]


def recording(name: str, captions: list[dict[str, object]], n_frames: int = 60, native_fps: float = FPS) -> dict:
    return {"recording_id": name, "n_frames": n_frames, "native_fps": native_fps, "captions": captions}


def skeleton(name: str, of: str, n_frames: int = 60, start_s: float = 0.0) -> dict:
    return {"skeleton_id": name, "recording_id": of, "start_s": start_s, "n_frames": n_frames}


def clip(name: str, of: str, start_frame: int = 0, kept: bool = True) -> dict:
    return {"clip_id": name, "skeleton_id": of, "start_frame": start_frame, "kept": kept}


def rows(table: str, *values: dict) -> Iterator[pa.RecordBatch]:
    """The values as batches of two rows, with the types of the registry."""
    schema = pa.schema([TABLES[table].schema.field(name) for name in values[0]])
    for start in range(0, len(values), 2):
        yield pa.RecordBatch.from_pylist(list(values[start : start + 2]), schema=schema)


def told(recordings: list[dict], skeletons: list[dict], clips: list[dict]) -> list[dict]:
    tables = {"recordings": recordings, "skeletons": skeletons, "clips": clips}
    batches = source_captions("handx", *(rows(name, *values) for name, values in tables.items()))
    return [row for batch in batches for row in batch.to_pylist()]


def test_a_row_for_each_clip_and_level() -> None:
    clips = ["h2o/a/0/0", "h2o/a/0/30"]
    written = [write_captions(name, random_events(seed)) for seed, name in enumerate(clips)]
    table = captions_batch(clips, written)
    assert table.schema.equals(TABLES["captions"].schema, check_metadata=True)
    assert table.column("clip_id").to_pylist() == [clips[0]] * 5 + [clips[1]] * 5
    assert table.column("level").to_pylist() == [1, 2, 3, 4, 5] * 2
    assert table.column("right").to_pylist()[7] == written[1][2].right
    assert set(table.column("prompt_hash").to_pylist()) == {RULES_HASH}
    assert set(table.column("writer").to_pylist()) == {"rules"}
    assert table.column("cost_usd").null_count == table.column("grounding").null_count == 10


def test_no_clips_make_an_empty_batch() -> None:
    assert captions_batch([], []).num_rows == 0


def test_a_source_tells_the_clips_that_are_its_takes() -> None:
    found = told(
        [recording(name, five(name)) for name in ("a", "b", "c")],
        [skeleton(f"{name}/0", name) for name in ("a", "b", "c")],
        [clip(f"{name}/0/0", f"{name}/0", kept=name != "b") for name in ("a", "b", "c")],
    )
    assert [row["clip_id"] for row in found] == ["a/0/0"] * 5 + ["c/0/0"] * 5
    assert [row["level"] for row in found] == [1, 2, 3, 4, 5] * 2
    assert [(row["left"], row["right"], row["interaction"]) for row in found[7:8]] == [
        ("c left 3", "c right 3", "c both 3")
    ]
    assert {(row["writer"], row["model"], row["variant"], row["prompt_hash"]) for row in found} == {
        ("handx", "", 0, "")
    }


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
    assert [row["clip_id"] for row in found] == ["fast/0/0"] * 5  # 119 frames at 60 Hz are the 60 of a clip


def test_no_ids_are_read_for_a_source_without_captions() -> None:
    def unread() -> Iterator[pa.RecordBatch]:
        raise AssertionError("read")
        yield

    assert list(source_captions("h2o", rows("recordings", recording("a", [])), unread(), unread())) == []


def texts(*told_by: tuple[str, str, int]) -> TextsInOrder:
    """Texts of (clip, writer, number of levels), each writer's in its own order, two rows a batch; handx preferred."""
    table = pa.Table.from_batches(
        [
            captions_batch([name], [[Caption(n, f"{by} {n}", "r", "i") for n in range(1, levels + 1)]], writer=by)
            for name, by, levels in told_by
        ]
    ).select(TEXT_COLUMNS)
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


def test_other_variants_and_writers_are_passed_over() -> None:
    rules = captions_batch(["a"], [[Caption(n, "first", "", "") for n in range(1, 6)]])
    variant = rules.set_column(4, "variant", pa.array([1] * 5, pa.int16()))
    other = captions_batch(["a"], [[Caption(n, "other", "", "") for n in range(1, 6)]], writer="llm")
    of = TextsInOrder(lambda: [variant, other, rules], CaptionSettings().writers)
    assert of.of("a").left == ("first",) * 5
