"""The comprehensive level read back, clause by clause, and held against the events: nothing false, nothing left out."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from event_makers import FLEXION, random_events
from hypothesis import given
from hypothesis import strategies as st

from handx_core.captioning.rules import write_captions
from handx_core.kinematics.events import extract_events_batch
from handx_core.skeleton import FINGERS, HANDS
from handx_core.synthetic.takes import SyntheticSettings, TakeName, make_take

Events = dict[str, Any]
Claim = tuple[frozenset[str], str, str, int, int]
"""Fingers, verb, speed or "", first frame, last frame."""

VERBS = {"bend": "bend", "curl": "bend", "flex": "bend", "straighten": "straighten", "extend": "straighten"}
VERBS |= {"uncurl": "straighten"}
SPEED_OF = {
    "slowly": "Slow", "slow": "Slow", "low": "Slow",
    "steadily": "Medium", "medium": "Medium", "moderate": "Medium",
    "quickly": "Fast", "fast": "Fast", "rapidly": "Fast",
}  # fmt: skip
SLACK = 3
"""Frames that averaging like fingers may move an end, and one for an inclusive last frame."""


def sentences(text: str) -> list[str]:
    return re.findall(r"[A-Z][^.]*(?=\.)", text)


def fingers_in(text: str) -> frozenset[str]:
    if re.search("five", text):
        return frozenset(FINGERS)
    named = set(re.findall("[a-z]+", text))
    return frozenset(FINGERS[1:] if "four" in named else named & set(FINGERS))


def bending_claims(text: str) -> Iterator[Claim]:
    """What a hand's text says of bending and straightening."""
    for sentence in sentences(text):
        found = re.search(r"\b(bend|curl|flex|straighten|extend|uncurl)(?:e?s)?\b", sentence)
        if not found or "past straight" in sentence:
            continue
        fingers = fingers_in(sentence[: found.start()])
        for clause in sentence[found.start() :].split(", then "):
            frames = re.search(r"frames (\d+) to (\d+)", clause)
            verbs = re.findall(r"\b(bend|curl|flex|straighten|extend|uncurl)(?:e?s)?\b", clause)
            speed = next((SPEED_OF[word] for word in re.findall("[a-z]+", clause) if word in SPEED_OF), "")
            for verb in verbs:
                if frames:
                    yield fingers, VERBS[verb], speed, int(frames[1]), int(frames[2])


def bendings(events: Events, hand: str) -> Iterator[tuple[str, str, str, int, int]]:
    """Finger, verb, speed, first frame, last frame of each change of a joint (hyperextension counts as straight)."""
    for joint, found in events[f"{hand}_hand_events"]["finger_flexing"].items():
        for event in found:
            if "v_des" in event:
                before, after = (max(1, FLEXION.index(event[key])) for key in ("start_des", "end_des"))
                if before != after:
                    verb = "bend" if after > before else "straighten"
                    yield joint.split("_")[0], verb, event["v_des"], event["start"], event["end"] - 1


def check_bending(events: Events, hand: str, text: str) -> None:
    claims, truth = list(bending_claims(text)), list(bendings(events, hand))
    for fingers, verb, speed, first, last in claims:
        for finger in fingers:
            backed = [
                other_speed
                for other, other_verb, other_speed, start, end in truth
                if (other, other_verb) == (finger, verb) and start >= first - SLACK and end <= last + SLACK
            ]
            assert backed, (finger, verb, first, last, text)
            assert not speed or speed in backed, (finger, verb, speed, first, last, text)
    for finger, verb, _, start, end in truth:
        assert any(
            finger in fingers and verb == told and first <= start + SLACK and end <= last + SLACK
            for fingers, told, _, first, last in claims
        ), (finger, verb, start, end, text)


def frames_in(sentence: str, events: Events) -> list[tuple[int, int]]:
    """The first and last frames that a sentence gives; of what lasts throughout there is no need to give any."""
    found = re.findall(r"(\d+) to (\d+)", sentence)
    if not found and "throughout" in sentence:
        return [(0, events["frame_count"] - 1)]
    return [(int(first), int(last)) for first, last in found]


def check_contacts(events: Events, hand: str, text: str) -> None:
    """Each contact with the thumb is told with its frames, and no other."""
    told = set()
    for sentence in sentences(text):
        if re.search("thumb (touch|meet|comes into contact|is in contact)", sentence):
            spans = frames_in(sentence, events)
            fingers = fingers_in(sentence.split("thumb", 1)[1].split("frames")[0])
            told |= {(finger, first, last) for finger in fingers for first, last in spans}
    true = {
        (pair.split(", ")[1], event["start"], event["end"] - 1)
        for pair, found in events[f"{hand}_hand_events"]["finger_tip_contact"].items()
        for event in found
    }
    for one, other in ((told, true), (true, told)):
        for finger, first, last in one:
            assert any(f == finger and abs(a - first) + abs(b - last) <= 2 * SLACK for f, a, b in other), (
                finger,
                first,
            )


def check_travel(events: Events, hand: str, text: str) -> None:
    """Every direction of the wrist is told within its frames."""
    words = {"up": "up", "down": "down", "left": "left", "right": "right", "forwards": "front", "away": "front"}
    words |= {"backwards": "back", "towards": "back", "upwards": "up", "downwards": "down"}
    words |= {"leftwards": "left", "rightwards": "right"}
    told = [
        (words[word], *((int(frames[1]), int(frames[2])) if frames else (0, events["frame_count"] - 1)))
        for sentence in sentences(text)
        if re.search(r"hand (move|travel|shift|go)", sentence)
        for clause in re.split(", then |, meanwhile ", re.split(r"hand (?:move|travel|shift|go)", sentence)[1])
        for frames in [re.search(r"frames (\d+) to (\d+)", clause)]
        for word in re.findall("[a-z]+", clause)
        if word in words and (frames or "throughout" in clause)
    ]
    true = [
        (event["direction"].split("-to-")[1], event["start"], event["end"] - 1)
        for found in events[f"{hand}_hand_events"]["wrist_trajectory"].values()
        for event in found
    ]
    slack = 2 * SLACK
    for way, first, last in told:
        assert any(w == way and a >= first - slack and b <= last + slack for w, a, b in true), (way, first, last, text)
    for way, first, last in true:
        assert any(w == way and a <= first + slack and b >= last - slack for w, a, b in told), (way, first, last, text)


def tip_pair_claims(text: str, events: Events) -> set[tuple[str, str, int, int]]:
    """Left finger, right finger, first and last frame of each contact between fingertips that is told."""
    told = set()
    for sentence in sentences(text):
        found = re.search(r" (touch(es)?|meets?|comes? into contact|is in contact|are in contact)\b", sentence)
        if not found or "palm" in sentence:
            continue
        subject, rest = sentence[: found.start()].lower(), sentence[found.end() :].split("frames")[0]
        one, other = fingers_in(subject), fingers_in(rest)
        if "both hands" in subject or "two" in subject:
            pairs = {(finger, finger) for finger in FINGERS if finger in one or f"{finger}s" in subject}
        elif "each" in subject:
            pairs = {(a, b) for a in one for b in other} | {(b, a) for a in one for b in other}
        else:
            pairs = {(a, b) if "left" in subject else (b, a) for a in one for b in other}
        for first, last in frames_in(sentence, events):
            told |= {(*pair, first, last) for pair in pairs}
    return told


def check_interaction(events: Events, text: str) -> None:
    relations = events["two_hand_relationships"]
    true = {
        (*re.findall(r"(?:left|right) (\w+)", pair), event["start"], event["end"] - 1)
        for pair, found in relations["finger_tip_contact"].items()
        for event in found
    }
    told = tip_pair_claims(text, events)
    for some, others in ((told, true), (true, told)):
        for *pair, first, last in some:
            apart = [abs(start - first) + abs(end - last) for *other, start, end in others if other == pair]
            assert min(apart, default=60) <= 2 * SLACK, (pair, first, last, text)
    higher = {"UP": "right", "DOWN": "left"}
    for state in {event.get("constant_des") for event in relations["palm_palm_relative_position"]["down-up"]}:
        if state in higher:
            assert re.search(f"{higher[state]} hand is (above|higher)", text)
        elif state:
            assert re.search("level|same height|equally high", text)


def check(clip_id: str, events: Events) -> None:
    caption = write_captions(clip_id, events)[4]
    for hand in HANDS:
        text = getattr(caption, hand)
        check_bending(events, hand, text)
        check_contacts(events, hand, text)
        check_travel(events, hand, text)
    check_interaction(events, caption.interaction)


@given(seed=st.integers(0, 10_000))
def test_random_events_are_told_truly_and_fully(seed: int) -> None:
    check("clip", random_events(seed))


@pytest.mark.parametrize("person", range(4))
def test_synthetic_motion_is_told_truly_and_fully(person: int) -> None:
    joints = make_take(TakeName("gigahands", person, 1), SyntheticSettings()).joints
    clips = np.stack([joints[start : start + 60] for start in range(0, len(joints) - 60, 30)])
    for number, events in enumerate(extract_events_batch(clips)):
        check(str(number), events)
