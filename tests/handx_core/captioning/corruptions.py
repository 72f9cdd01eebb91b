"""Captions by the rules made false on purpose: a hand, finger, contact, direction or order exchanged in one sentence.

What belongs here: the exchanges, each with a look at the events themselves by which the new sentence is certainly
false; where that cannot be said so simply, there is no corruption. What does not: parser and audit, none of which is
used here.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from event_makers import Events, exchange

from handx_core.captioning.rules import Caption
from handx_core.skeleton import FINGERS, HANDS

OTHER = {"left": "right", "right": "left"}
RANK = {"Hyperextended": 0, "Fully extended": 0, "Partially bent": 1, "Fully bent": 2}
TOUCH = re.compile(r"\b(touch(?:es)?|meets?|comes? into contact(?: with)?|(?:is|are) in contact(?: with)?)\b")
BEND = re.compile(r"\b(bend|curl|flex)s?(es)?\b")
STRAIGHTEN = re.compile(r"\b(straighten|extend|uncurl)s?\b")
HYPER = re.compile("hyperextends?|bends? backwards past straight")
TRAVEL = re.compile(r"hand (?:moves|travels|shifts|goes)\b")
NAMED = re.compile(r"\b(thumb|index|middle|ring|pinky)\b(?! joint)")
WAYS = {
    "up": "down", "upwards": "downwards", "down": "up", "downwards": "upwards", "to the left": "to the right",
    "to the right": "to the left", "leftwards": "rightwards", "rightwards": "leftwards", "forwards": "backwards",
    "backwards": "forwards", "away from the body": "towards the body", "towards the body": "away from the body",
    "left": "right", "right": "left",
}  # fmt: skip
AXES = {"up": "up", "down": "down", "left": "left", "right": "right", "forwards": "front", "backwards": "back"}
AXES |= {"upwards": "up", "downwards": "down", "to the left": "left", "to the right": "right", "leftwards": "left"}
AXES |= {"rightwards": "right", "away from the body": "front", "towards the body": "back"}
_TWO_TIPS = r"[^.]*\b(left|right) \w+( fingertip)? [^.]*\b(left|right) \w+ fingertip\b.*"
FRAMES = r"\(frames (\d+) to (\d+)\)"
POSITIONS = {
    "is above": ("is below", "down-up"), "is higher": ("is lower", "down-up"),
    "is in front of": ("is behind", "front-back"), "is farther forward": ("is farther back", "front-back"),
}  # fmt: skip


def corruptions(caption: Caption, events: Events) -> Iterator[tuple[str, str, Caption]]:
    """Kind of exchange, the text that it is in ("left", "right", "interaction"), and the caption with it."""
    for side in ("left", "right", "interaction"):
        told = re.findall(r"[^.]+\.", getattr(caption, side))
        for number, sentence in enumerate(told):
            before = told[number - 1] if number else ""
            for kind, wrong in _wrong(sentence.strip(), before.strip(), side, events):
                changed = [part.strip() for part in told]
                changed[number] = wrong
                yield kind, side, replace(caption, **{side: " ".join(changed)})


def _wrong(sentence: str, before: str, side: str, events: Events) -> Iterator[tuple[str, str]]:
    if side in HANDS:
        yield from _of_hand(sentence, side, events)
    else:
        yield from _of_pair(sentence, events["two_hand_relationships"])
    yield from _order(sentence, before)


def _of_hand(sentence: str, side: str, events: Events) -> Iterator[tuple[str, str]]:
    mine, others = (events[f"{hand}_hand_events"] for hand in (side, OTHER[side]))
    names = NAMED.findall(sentence)
    if TOUCH.search(sentence) and "thumb" in sentence.lower():
        tips = [name for name in names if name != "thumb"]
        if len(tips) == 1:
            for finger in FINGERS[1:]:
                if f"thumb, {finger}" not in mine["finger_tip_contact"]:
                    yield "finger", sentence.replace(tips[0], finger)
            if _names_hand(sentence) and f"thumb, {tips[0]}" not in others["finger_tip_contact"]:
                yield "hand", exchange(sentence)
            yield "contact", TOUCH.sub("does not touch", sentence, count=1)
            ends = [event["end"] for event in mine["finger_tip_contact"].get(f"thumb, {tips[0]}", [])]
            if ends and max(ends) == events["frame_count"] == min(ends) and " and " not in sentence:
                yield "contact", TOUCH.sub("separates from", sentence, count=1)
    elif HYPER.search(sentence) and len(names) == 1 and "five" not in sentence:
        for finger in FINGERS:
            if not _bent_back(mine, finger):
                yield "finger", sentence.replace(names[0], finger)
        if _names_hand(sentence) and not _bent_back(others, names[0]):
            yield "hand", exchange(sentence)
    elif (BEND.search(sentence) or STRAIGHTEN.search(sentence)) and "one after another" not in sentence:
        if "five" in sentence or "four" in sentence:
            names = list(FINGERS[1:])
        bends, straightens = bool(BEND.search(sentence)), bool(STRAIGHTEN.search(sentence))
        if names and bends != straightens:
            if not any(_turns(mine, names[-1], not bends)):
                verbs, verb = (BEND, "straighten") if bends else (STRAIGHTEN, "bend")
                plural = len(names) > 1 or "thumbs" in sentence
                yield "direction", verbs.sub(verb if plural else verb + "s", sentence)
            if _names_hand(sentence) and not any(_turns(others, names[-1], bends)):
                yield "hand", exchange(sentence)
        if len(names) == 1:
            for finger in FINGERS:
                also = (bends and any(_turns(mine, finger, True))) or (straightens and any(_turns(mine, finger, False)))
                if finger != names[0] and not also:
                    yield "finger", re.sub(rf"{names[0]}( finger)?\b", finger, sentence)
    elif TRAVEL.search(sentence):
        start, rest = sentence.split("hand ", 1)
        ways = [found for found in sorted(WAYS, key=len, reverse=True) if re.search(rf"\b{found}\b", rest)]
        one = next(iter(ways), "")
        opposite = WAYS.get(one, "")
        if one and not _moves(mine, AXES[opposite]):
            yield "direction", start + "hand " + re.sub(rf"\b{one}\b", opposite, rest, count=1)
        if f"{side} hand" in sentence and one and not _moves(others, AXES[one]):
            yield "hand", sentence.replace(f" {side} hand", f" {OTHER[side]} hand", 1)


def _names_hand(sentence: str) -> bool:
    """Whether left or right is a hand's in the sentence, and no way."""
    return bool(re.search(r"\b(left|right) (hand|thumb|index|middle|ring|pinky|finger)", sentence))


def _bent_back(hand: Events, finger: str) -> bool:
    return any(
        "Hyperextended" in event.values()
        for joint, found in hand["finger_flexing"].items()
        if joint.startswith(finger)
        for event in found
    )


def _turns(hand: Events, finger: str, bends: bool) -> Iterator[tuple[int, int]]:
    for joint, found in hand["finger_flexing"].items():
        for event in found if joint.startswith(finger) else []:
            if "v_des" in event:
                rise = RANK[event["end_des"]] - RANK[event["start_des"]]
                if rise and (rise > 0) == bends:
                    yield event["start"], event["end"]


def _moves(hand: Events, way: str) -> list[Any]:
    return [
        event
        for found in hand["wrist_trajectory"].values()
        for event in found
        if event["direction"].split("-to-")[1] == way
    ]


def _of_pair(sentence: str, relations: Events) -> Iterator[tuple[str, str]]:
    names = NAMED.findall(sentence)
    palms, sentence_has_palm = relations["palm_palm_distance"], " palm" in sentence
    if TOUCH.search(sentence) and "without" not in sentence:
        if re.search(r"\bpalms\b", sentence):
            yield "contact", TOUCH.sub("do not touch", sentence, count=1)
        elif len(names) == 1 and sentence_has_palm and "each" not in sentence:
            hand = re.search(r"(left|right)", sentence)[1]  # type: ignore[index]
            touching = {
                key.split(", ")[0]
                for key, found in relations["finger_palm_distance"].items()
                if any(event.get("constant_des") == "Contact" for event in found)
            }
            for finger in FINGERS:
                if f"{hand} {finger}" not in touching:
                    yield "finger", sentence.replace(names[0], finger)
            if f"{OTHER[hand]} {names[0]}" not in touching:
                yield "hand", exchange(sentence)
            yield "contact", TOUCH.sub("does not touch", sentence, count=1)
        elif re.search(r"\btwo \w+ fingertips", sentence) and len(names) == 1:
            for finger in FINGERS[1:]:
                if f"left {finger}, right {finger}" not in relations["finger_tip_contact"]:
                    yield "finger", sentence.replace(names[0], finger)
            yield "contact", TOUCH.sub("do not touch", sentence, count=1)
        elif len(set(names)) == 2 == len(names) and re.fullmatch(_TWO_TIPS, sentence):
            left, right = names if sentence.index("left") < sentence.index("right") else names[::-1]
            if f"left {right}, right {left}" not in relations["finger_tip_contact"]:
                yield "hand", exchange(sentence)
            yield "contact", TOUCH.sub("does not touch", sentence, count=1)
    elif re.search(r"the hands (come closer|move together|approach each other)", sentence.lower()):
        if "apart" not in sentence and "separate" not in sentence and not _parts(palms, True):
            yield "direction", re.sub("come closer|move together|approach each other", "move apart", sentence)
    elif re.search(r"the hands (move apart|separate|draw apart)", sentence.lower()):
        if not re.search("closer|together|approach", sentence) and not _parts(palms, False):
            yield "direction", re.sub("move apart|separate|draw apart", "come closer", sentence)
    else:
        for told, (opposite, axis) in POSITIONS.items():
            states = {
                event[key]
                for event in relations["palm_palm_relative_position"][axis]
                for key in ("constant_des", "start_des", "end_des")
                if key in event
            }
            if sentence.count(told) == 1 and not states >= {"UP", "DOWN"} and not states >= {"FRONT", "BACK"}:
                yield "direction", sentence.replace(told, opposite)
                yield "hand", exchange(sentence)


def _parts(palms: list[Events], parts: bool) -> bool:
    order = ("Contact", "Near", "Medium", "Far")
    return any(
        (order.index(event["end_des"]) > order.index(event["start_des"])) == parts
        for event in palms
        if "v_des" in event
    )


def _order(sentence: str, before: str) -> Iterator[tuple[str, str]]:
    """The other order in time, where the frames that both sentences name leave no doubt; the frames are left out."""
    link = re.match(r"(Then|After that,|Next,|Before that,|Earlier,) ", sentence)
    if link:
        mine, others = ([int(number) for number in re.findall(r"\d+", part)] for part in (sentence, before))
        later = link[1] in ("Then", "After that,", "Next,")
        if mine and others and (min(mine) > max(others) + 6 if later else max(mine) + 6 < min(others)):
            yield "order", sentence.replace(link[1], "Before that," if later else "After that,", 1)
    steps = re.fullmatch(rf"(The [^(]*?hand \w+) ([^(,]*) {FRAMES}, then ([^(,]*) {FRAMES}\.", sentence)
    apart = steps and not set(steps[2].split()) & set(steps[5].split()) & {word for way in WAYS for word in way.split()}
    if steps and apart and int(steps[4]) + 6 < int(steps[6]) and "again" not in sentence:
        yield "order", f"{steps[1]} {steps[5]}, then {steps[2]}."
    verb = "(bends?|curls?|flexe?s?|straightens?|extends?|uncurls?)"
    turns = re.fullmatch(
        rf"(The [^(]*? fingers?|The (?:left |right )?thumb) {verb}\b[^(,]* {FRAMES}, then {verb}\b[^(,]* {FRAMES}\.",
        sentence,
    )
    if turns and int(turns[4]) + 6 < int(turns[6]):
        yield "order", f"{turns[1]} {turns[5]}, then {turns[2]}."
    touch = re.fullmatch(
        rf"(The [^(]*?) {TOUCH.pattern}(.*?)( briefly)?( at the start| early on| midway| late)?(?: {FRAMES})? "
        r"and then (leaves?|parts? from|separates? from) (it|them|each other)\.",
        sentence,
    )
    if touch and " times" not in sentence and "twice" not in sentence:
        other = touch[3].strip() or "each other"
        yield "order", f"{touch[1]} {touch[8]} {other} and then {touch[2].removesuffix(' with')} {touch[9]}."
    states = re.fullmatch(r"At first ([^,(]*), then ([^,(]*?)(?: \(from frame \d+\))?\.", sentence)
    if states:
        yield "order", f"At first {states[2]}, then {states[1]}."
