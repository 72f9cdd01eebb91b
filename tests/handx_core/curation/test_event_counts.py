"""Counts of events by kind, against the text of the JSON and against events planted in it."""

import re

import orjson
from motion_events import event_rows

from handx_core.curation.event_counts import EventCounts
from handx_core.viewing.event_counts import events_table

HOLD, CHANGE, CONTACT = (
    {"start": 0, "end": 9, "constant_des": "Near"},
    {"start": 9, "end": 12, "start_des": "Near", "end_des": "Contact", "v_des": "Fast"},
    {"start": 10, "end": 60, "constant_des": "Contact"},
)


def planted(palms: list[dict[str, object]], tips: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    together = {"finger_tip_contact": tips, "palm_palm_distance": palms}
    return {"frame_count": 60, "left_hand_events": {"finger_flexing": {}}, "two_hand_relationships": together}


def test_planted_events_are_counted_by_kind_with_contacts_apart() -> None:
    counts = EventCounts()
    counts.add(planted([HOLD, CHANGE, CONTACT], {"a": [CONTACT], "b": [CONTACT, CONTACT]}))
    counts.add(planted([HOLD], {}))
    palms, tips = (("two_hand_relationships", name) for name in ("palm_palm_distance", "finger_tip_contact"))
    assert counts.clips == 2
    assert (counts.holds[palms], counts.changes[palms], counts.contacts[palms]) == (2, 1, 1)
    assert (counts.holds[tips], counts.changes[tips], counts.contacts[tips]) == (0, 0, 3)
    assert (counts.clips_with[palms], counts.clips_with[tips]) == (2, 1)
    assert counts.kinds() == (("left_hand_events", "finger_flexing"), tips, palms)


def test_all_kinds_together_are_what_the_tables_columns_say() -> None:
    counts = EventCounts()
    rows = event_rows()
    for row in rows:
        counts.add(orjson.loads(row["events"]))
    assert sum(map(counts.total, counts.kinds())) == sum(row["n_events"] for row in rows)
    assert counts.contacts.total() == sum(row["n_contacts"] for row in rows)
    assert counts.changes.total() == sum(row["events"].count('"v_des"') for row in rows)


def test_the_table_has_a_line_a_kind_and_one_over_all() -> None:
    counts = EventCounts()
    counts.add(planted([HOLD, CHANGE, CONTACT], {"a": [CONTACT]}))
    counts.add(planted([HOLD], {}))
    assert events_table(counts).splitlines()[2:] == [
        "| left hand | finger flexing | 0 | 0 | 0 | 0 | 0.00 | 0.00 | 0% |",
        "| two hand relationships | finger tip contact | 1 | 0 | 0 | 1 | 0.50 | 0.50 | 50% |",
        "| two hand relationships | palm palm distance | 4 | 2 | 1 | 1 | 2.00 | 0.50 | 100% |",
        "| **all** |  | 5 | 2 | 1 | 2 | 2.50 | 1.00 | 2 clips |",
    ]


def test_a_source_without_clips_has_a_table() -> None:
    assert re.search(r"all.*0 clips", events_table(EventCounts()))
