"""Every fault that events can have, put in and seen; and none where there is none."""

from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest
from motion_events import Row, clips, event_rows

from handx_core.columns import batch_of_rows, fixed_lists
from handx_core.curation.event_faults import (
    EMPTY,
    INVALID,
    MISCOUNTED,
    MISSING,
    NOT_KEPT,
    OTHER_MOTION,
    SHOWN,
    EventFaults,
    faults_of_events,
    faults_of_motion,
    motion_fingerprints,
)


def faults(rows: list[Row], of_clips: pa.RecordBatch | None = None) -> EventFaults:
    """The faults of events in batches of two rows."""
    events = batch_of_rows("kinematic_events", rows)
    batches = [events.slice(start, 2) for start in range(0, len(events), 2)]
    return faults_of_events(batches, [clips() if of_clips is None else of_clips])


def changed(row: Row, change: Callable[[dict[str, Any]], Any]) -> Row:
    """The row with another text of events; its counts stay."""
    events = orjson.loads(row["events"])
    change(events)
    return {**row, "events": orjson.dumps(events).decode()}


def moved(joints_of: int) -> pa.RecordBatch:
    """The clips, with a hair's breadth of difference in one joint of one of them."""
    rows = clips()
    joints = np.array(rows["joints"].flatten()).reshape(len(rows), -1)
    joints[joints_of, 4000] += 1e-6
    return rows.set_column(rows.schema.get_field_index("joints"), rows.schema.field("joints"), fixed_lists(joints))


def test_good_events_have_no_fault() -> None:
    found = faults(event_rows())
    assert (found.clips, found.counts, found.lines()) == (4, {}, [])


def test_nothing_of_nothing_is_no_fault() -> None:
    for of_clips in ([], [clips().slice(0, 0)], [clips().slice(2, 1)]):  # the last is not kept
        none = faults_of_events([], of_clips)
        assert (none.clips, none.counts) == (0, {})


@pytest.mark.parametrize(
    ("change", "fault", "text"),
    [
        (lambda e: e.clear(), EMPTY, ""),
        (lambda e: [e["left_hand_events"][name].clear() for name in e["left_hand_events"]], INVALID, "thumb_mcp"),
        (lambda e: e.pop("frame_count"), INVALID, "frame_count"),
        (lambda e: e["two_hand_relationships"].update(mood=[]), INVALID, "mood"),
        (
            lambda e: e["left_hand_events"]["finger_flexing"]["index_mcp"][0].update(constant_des="Bendy"),
            INVALID,
            "left_hand_events/finger_flexing/index_mcp/0",
        ),
        (
            lambda e: e["right_hand_events"]["finger_flexing"]["thumb_ip"][0].update(start=-1),
            INVALID,
            "right_hand_events/finger_flexing/thumb_ip/0",
        ),
        (
            lambda e: e["right_hand_events"]["finger_flexing"].update(thumb_ip=[]),
            INVALID,
            "right_hand_events/finger_flexing/thumb_ip",
        ),
        (lambda e: e["two_hand_relationships"]["palm_palm_distance"].pop(), MISCOUNTED, "contacts; found: "),
    ],
)
def test_events_that_are_wrong_by_themselves(change: Callable[[dict[str, Any]], Any], fault: str, text: str) -> None:
    rows = event_rows()
    if fault == MISCOUNTED:  # one event more, so that taking one away leaves a list
        twice = lambda e: e["two_hand_relationships"]["palm_palm_distance"].append(  # noqa: E731
            e["two_hand_relationships"]["palm_palm_distance"][0]
        )
        rows[1] = changed(rows[1], twice)
        rows[1]["n_events"] += 1
        assert faults(rows).counts == {}
    rows[1] = changed(rows[1], change)
    found = faults(rows)
    assert found.counts == {fault: 1}
    (line,) = found.lines()
    assert line.startswith(f"1 clip {fault}: {rows[1]['clip_id']}")
    assert text in line


def test_events_that_are_no_json() -> None:
    rows = event_rows()
    rows[0]["events"] = rows[0]["events"][:-1]
    assert faults(rows).counts == {INVALID: 1}


@pytest.mark.parametrize("column", ["n_events", "n_contacts"])
def test_counts_that_are_not_those_of_the_events(column: str) -> None:
    rows = event_rows()
    rows[3][column] += 1
    assert faults(rows).counts == {MISCOUNTED: 1}


def test_a_kept_clip_without_events_and_one_that_is_not_kept_with_some() -> None:
    rows = event_rows()
    lost = rows.pop(0)["clip_id"]
    dropped = clips()["clip_id"][2].as_py()
    rows.append({**rows[0], "clip_id": dropped})
    found = faults(rows)
    assert found.counts == {MISSING: 1, NOT_KEPT: 1}
    assert found.first == {MISSING: [lost], NOT_KEPT: [dropped]}


def test_events_of_the_motion_of_before() -> None:
    found = faults(event_rows(), moved(joints_of=3))
    assert found.counts == {OTHER_MOTION: 1}
    assert found.first[OTHER_MOTION] == [clips()["clip_id"][3].as_py()]


def test_a_clip_that_is_not_kept_may_move() -> None:
    assert faults(event_rows(), moved(joints_of=2)).counts == {}


def test_the_short_look_sees_the_motion_and_the_clips_alone() -> None:
    rows = event_rows()
    rows[0]["events"] = "no JSON"
    batch = batch_of_rows("kinematic_events", rows).select(["clip_id", "motion_fingerprint"])
    assert faults_of_motion([batch], [clips()]).counts == {}
    assert faults_of_motion([batch.slice(1)], [moved(joints_of=3)]).counts == {MISSING: 1, OTHER_MOTION: 1}


def test_of_many_faulty_clips_few_are_named_and_all_counted() -> None:
    found = EventFaults()
    for number in range(1234):
        found.add(EMPTY, f"c{number}")
    (line,) = found.lines()
    assert line.startswith(f"1234 clips {EMPTY}: c0; c1; ")
    assert line.count("c") < SHOWN + 5
    assert line.endswith("; ...")


def test_a_fingerprint_is_of_every_bit_and_of_nothing_else() -> None:
    joints = np.random.default_rng(0).normal(size=(3, 60, 2, 21, 3)).astype(np.float32)
    first = motion_fingerprints(joints)
    assert len(set(first)) == 3
    assert motion_fingerprints(joints[::-1]) == first[::-1]
    joints[1, 59, 1, 20, 2] = np.nextafter(joints[1, 59, 1, 20, 2], np.float32(9))
    second = motion_fingerprints(joints)
    assert [a == b for a, b in zip(first, second, strict=True)] == [True, False, True]
