"""The summary of events: fingers and not joints, like ones together, repetitions once, every event behind a line."""

import copy
from typing import Any

import numpy as np
import pytest

from handx_core.captioning.event_summary import numbered_events, summary_lines, summary_text
from handx_core.kinematics.event_lists import count_events
from handx_core.kinematics.events import extract_events_batch
from handx_core.skeleton import CLIP_FRAMES
from handx_core.synthetic.takes import SyntheticSettings, list_takes, make_take

JOINTS = dict.fromkeys(("index", "middle", "ring", "pinky"), ("mcp", "pip", "dip")) | {"thumb": ("mcp", "ip")}


def hold(start: int, end: int, state: str) -> dict[str, Any]:
    return {"start": start, "end": end, "constant_des": state}


def change(start: int, end: int, before: str, after: str, speed: str = "Fast") -> dict[str, Any]:
    return {"start": start, "end": end, "start_des": before, "end_des": after, "v_des": speed}


def straight_hand() -> dict[str, Any]:
    still = [hold(0, 60, "Fully extended")]
    return {
        "finger_flexing": {f"{f}_{j}": copy.deepcopy(still) for f, joints in JOINTS.items() for j in joints},
        "finger_spacing": {},
        "finger_tip_contact": {},
        "wrist_trajectory": {},
    }


@pytest.fixture
def events() -> dict[str, Any]:
    """Two straight hands that do nothing."""
    return {
        "frame_count": 60,
        "left_hand_events": straight_hand(),
        "right_hand_events": straight_hand(),
        "two_hand_relationships": {
            "finger_tip_contact": {},
            "finger_palm_distance": {},
            "palm_palm_distance": [hold(0, 60, "Far")],
            "palm_palm_relative_position": {"left-right": [hold(0, 60, "RIGHT")]},
        },
    }


def lines_of(events: dict[str, Any], section: str) -> list[str]:
    return [line.text for line in summary_lines(events) if line.section == section]


def bend(events: dict[str, Any], finger: str, rounds: list[tuple[int, int]], shift: int = 0) -> None:
    """Let all joints of a right finger bend in 6 frames at the first of each pair and straighten at the second."""
    for joint in JOINTS[finger]:
        found, free = [], 0
        for down, up in rounds:
            found += [
                hold(free, down + shift, "Fully extended"),
                change(down + shift, down + shift + 6, "Fully extended", "Fully bent"),
                hold(down + shift + 6, up + shift, "Fully bent"),
                change(up + shift, up + shift + 6, "Fully bent", "Fully extended"),
            ]
            free = up + shift + 6
        events["right_hand_events"]["finger_flexing"][f"{finger}_{joint}"] = [*found, hold(free, 60, "Fully extended")]


def test_hands_that_do_nothing_take_a_line_each(events):
    assert lines_of(events, "left hand") == ["thumb, index, middle, ring, pinky: straight"]
    assert lines_of(events, "contact") == []
    assert lines_of(events, "both hands") == ["palm to palm: far", "right hand from left, sideways: right"]


def test_fingers_that_do_the_same_share_a_line_and_others_do_not(events):
    bend(events, "index", [(10, 30)])
    bend(events, "middle", [(10, 30)], shift=2)
    bend(events, "ring", [(10, 30)], shift=9)
    thumb_and_pinky, index_and_middle, ring = lines_of(events, "right hand")
    assert thumb_and_pinky == "thumb, pinky: straight"
    assert index_and_middle == (
        "index, middle: straight 0-11; bends fast 11-17; fully bent 17-31; straightens fast 31-37; straight 37-60"
    )
    assert ring.startswith("ring: straight 0-19; bends fast 19-25")


def test_what_is_repeated_is_told_once_with_its_period(events):
    bend(events, "index", [(0, 8), (18, 26), (36, 44)])
    events["right_hand_events"]["finger_flexing"]["index_mcp"].pop(0)  # the hold of no frames before the first
    for joint in ("pip", "dip"):
        events["right_hand_events"]["finger_flexing"][f"index_{joint}"].pop(0)
    (_, index) = sorted(lines_of(events, "right hand"), key=len)
    # 18 frames at 30 a second are 0.6 s.
    assert index == (
        "index: 3 times (bends fast, fully bent, straightens fast, straight), every 0.6 s: 0-18, 18-36, 36-60"
    )


def test_contacts_come_first_and_say_how_often(events):
    touches = [hold(5, 9, "Contact"), hold(20, 24, "Contact"), hold(35, 39, "Contact")]
    events["two_hand_relationships"]["finger_tip_contact"] = {
        "left index, right index": touches,
        "left middle, right middle": copy.deepcopy(touches),
        "left thumb, right pinky": [hold(50, 60, "Contact")],
    }
    events["two_hand_relationships"]["finger_palm_distance"]["left index, right palm"] = [hold(0, 60, "Near")]
    text = summary_text(events).splitlines()
    assert text[1:4] == [
        "CONTACT",
        "tips left+right touch index+index, middle+middle: 3 times (contact), every 0.5 s: 5-9, 20-24, 35-39 #29-34",
        "tips left+right touch thumb+pinky: contact 50-60 #35",
    ]
    assert "left tips to right palm index: near" in lines_of(events, "both hands")


def test_hyperextended_joints_are_named(events):
    events["left_hand_events"]["finger_flexing"]["ring_mcp"] = [hold(0, 60, "Hyperextended")]
    assert "ring: straight, mcp hyperextended" in lines_of(events, "left hand")


def test_joints_that_go_different_ways_at_once_are_told_apart(events):
    flexing = events["right_hand_events"]["finger_flexing"]
    flexing["index_mcp"] = [
        hold(0, 10, "Fully bent"), change(10, 20, "Fully bent", "Fully extended"), hold(20, 60, "Fully extended")
    ]  # fmt: skip
    flexing["index_pip"] = [
        hold(0, 11, "Fully extended"), change(11, 21, "Fully extended", "Fully bent"), hold(21, 60, "Fully bent")
    ]  # fmt: skip
    (index,) = [line for line in lines_of(events, "right hand") if line.startswith("index:")]
    assert "mcp straightens fast 10-20; pip bends fast 11-21" in index


def test_movements_of_a_wrist_along_several_axes_are_one(events):
    events["left_hand_events"]["wrist_trajectory"] = {
        "left-right": [{"start": 10, "end": 20, "direction": "left-to-right", "v_des": "Fast"}],
        "down-up": [
            {"start": 11, "end": 21, "direction": "down-to-up", "v_des": "Fast"},
            {"start": 40, "end": 50, "direction": "up-to-down", "v_des": "Slow"},
        ],
    }
    assert "wrist: right+up fast 10-21; down slow 40-50" in lines_of(events, "left hand")


def test_a_period_is_in_seconds(events):
    touches = [hold(0, 4, "Contact"), hold(30, 34, "Contact")]
    events["left_hand_events"]["finger_tip_contact"]["thumb, index"] = touches
    assert "every 1 s" in summary_text(events, 30.0)
    assert "every 0.5 s" in summary_text(events, 60.0)


@pytest.fixture(scope="module")
def scripted() -> list[dict[str, Any]]:
    sizes = SyntheticSettings()
    takes = [make_take(name, sizes).joints for name in list_takes("hot3d", sizes)[:6]]
    clips = [take[start : start + CLIP_FRAMES] for take in takes for start in range(0, len(take) - 59, CLIP_FRAMES)]
    return extract_events_batch(np.stack(clips))


def test_every_event_is_behind_exactly_one_line(scripted):
    for events in scripted:
        numbered = numbered_events(events)
        assert sorted(number for line in summary_lines(events) for number in line.ids) == list(numbered)
        assert len(numbered) == count_events(events)[0]
        for (*keys, last), event in numbered.values():
            part = events
            for key in keys:
                part = part[key]
            assert event in part[last]


def test_contact_lines_hold_all_contacts_and_come_first(scripted):
    assert any(count_events(events)[1] for events in scripted)
    for events in scripted:
        lines = summary_lines(events)
        sections = [line.section for line in lines]
        assert sections == sorted(sections, key=["contact", "left hand", "right hand", "both hands"].index)
        numbered = numbered_events(events)
        contacts = {number for number, (_, event) in numbered.items() if event.get("constant_des") == "Contact"}
        assert contacts <= {number for line in lines if line.section == "contact" for number in line.ids}


def test_a_clip_is_told_in_under_three_thousand_characters(scripted):
    lengths = [len(summary_text(events)) for events in scripted]
    assert np.median(lengths) <= 3000
    assert max(lengths) <= 6000
