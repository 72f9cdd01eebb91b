"""Captions in the registry's table."""

from event_makers import random_events

from handx_core.captioning.rows import captions_batch
from handx_core.captioning.rules import RULES_HASH, write_captions
from handx_core.schemas import TABLES


def test_a_row_for_each_clip_and_level() -> None:
    clips = ["h2o/a/0/0", "h2o/a/0/30"]
    written = [write_captions(clip, random_events(seed)) for seed, clip in enumerate(clips)]
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
