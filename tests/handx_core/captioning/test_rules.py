"""The rule-based writer on hand-written events whose story is known, and its properties on random ones."""

import json
import re
from collections import Counter
from pathlib import Path

import jsonschema
import pytest
from event_makers import JOINTS, bend, change, exchange, hold, mirrored, random_events, still, travel
from hypothesis import given
from hypothesis import strategies as st

import prompts
from handx_core.captioning import rules
from handx_core.captioning.rules import RULES_HASH, Caption, write_captions
from handx_core.skeleton import FINGERS, HANDS

SEEDS = st.integers(0, 10_000)
SPECULATION = re.compile(
    r"\b(try|tries|trying|want|intend|aim|seem|appear|perhaps|maybe|probably|possibly|might|could|likely|in order to"
    r"|so that|as if|suggest|attempt|prepar|object|tool|grasp|hold(s|ing)? (a|an) |gesture)\w*\b"
)


def at_level(events: dict, level: int, clip_id: str = "clip") -> Caption:
    return write_captions(clip_id, events)[level - 1]


def test_the_makers_make_valid_events() -> None:
    schema = json.loads((Path(prompts.__file__).parent / "events.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    for seed in range(5):
        validator.validate(random_events(seed))
        validator.validate(mirrored(random_events(seed)))
    validator.validate(still())


def test_a_still_clip_is_told_as_still() -> None:
    caption = at_level(still(), 1)
    assert re.fullmatch(
        r"The left hand (stays in place|remains in place|keeps its place) with all five fingers straight\.",
        caption.left,
    )
    assert caption.right == exchange(caption.left)
    assert re.fullmatch(r"The hands (stay|remain) (far|well) apart\.", caption.interaction)


@pytest.mark.parametrize("level", rules.LEVELS)
def test_a_pinch_comes_first_and_is_told_of_the_right_hand_alone(level: int) -> None:
    events = still()
    bend(events, "right", "index", 5, 15)
    events["right_hand_events"]["finger_tip_contact"]["thumb, index"] = [hold(14, 40, "Contact")]
    caption = at_level(events, level)
    assert re.match(r"The right thumb (touches|meets|comes into contact with) the index fingertip", caption.right)
    assert "thumb" not in caption.left.replace("thumb straight", "")
    assert "touch" not in caption.left + caption.interaction
    if level >= 2:
        assert re.search(r"and then (leaves|parts from|separates from) it\.", caption.right)
    if level >= 4:
        assert re.search(r"[tT]he index finger (bends|curls|flexes) fully", caption.right)
    if level == 5:
        assert "(frames 14 to 39)" in caption.right
        assert "(frames 5 to 14)" in caption.right


@pytest.mark.parametrize(("count", "word"), [(2, "twice"), (3, "three times"), (5, "five times")])
def test_repetition_is_counted(count: int, word: str) -> None:
    events = still()
    spans = [(4 + 10 * number, 9 + 10 * number) for number in range(count)]
    events["two_hand_relationships"]["palm_palm_distance"] = [hold(*span, "Contact") for span in spans]
    for level in rules.LEVELS:
        assert re.search(rf"palms (touch|meet|come into contact) {word}", at_level(events, level).interaction)


def test_a_long_row_of_movements_is_told_two_by_two() -> None:
    events = still()
    events["left_hand_events"]["wrist_trajectory"] = {
        "down-up": [travel(2, 8, "down-to-up"), travel(42, 50, "up-to-down")],
        "left-right": [travel(12, 18, "left-to-right"), travel(22, 28, "right-to-left")],
        "front-back": [travel(32, 38, "back-to-front")],
    }
    sentences = at_level(events, 5).left.split(". ")
    rows = [
        re.findall(r"\(frames (\d+) to \d+\)", one) for one in sentences if re.search(r"(mov|travel|shift|go)e?s", one)
    ]
    assert rows == [["2", "12"], ["22", "32"], ["42"]]
    assert all(re.match(r"(Then|After that,|Next,) the hand ", one) for one in sentences[1:3])
    assert len(re.findall("(?:mov|travel|shift|go)e?s", at_level(events, 1).left)) == 1


def test_fingers_that_move_alike_are_one_subject() -> None:
    events = still()
    bend(events, "left", "index middle ring pinky", 10, 16, "Fast")
    assert re.fullmatch(r"The four left fingers (bend|curl|flex) quickly\.", at_level(events, 1).left)
    bend(events, "left", "thumb", 11, 17, "Fast")
    assert re.match(r"All five left fingers (bend|curl|flex) quickly\.", at_level(events, 1).left)


def test_fingers_that_bend_one_after_another_are_a_wave_in_their_direction() -> None:
    events = still()
    for number, finger in enumerate(("pinky", "ring", "middle", "index")):
        bend(events, "left", finger, 10 + 8 * number, 16 + 8 * number)
    for level in (2, 3, 4):
        assert "one after another, from the pinky to the index" in at_level(events, level).left


def test_movements_are_told_in_their_order_and_direction() -> None:
    events = still()
    events["left_hand_events"]["wrist_trajectory"] = {
        "down-up": [travel(3, 15, "down-to-up", "Fast"), travel(30, 50, "up-to-down", "Fast")],
        "left-right": [travel(4, 16, "right-to-left", "Fast")],
    }
    for level in rules.LEVELS:
        assert re.match(
            r"The left hand \w+ (up|upwards) and (to the left|leftwards|left)\b.*, then (down|downwards)",
            at_level(events, level).left,
        )


def test_alternating_movement_is_told_as_a_pattern() -> None:
    events = still()
    events["right_hand_events"]["wrist_trajectory"]["down-up"] = [
        travel(10 * number, 10 * number + 8, ("down-to-up", "up-to-down")[number % 2]) for number in range(6)
    ]
    for level in rules.LEVELS:
        assert re.search(r"(up|upwards) and (down|downwards) three times", at_level(events, level).right)


def test_like_contacts_of_both_hands_are_told_of_both() -> None:
    events = still()
    relations = events["two_hand_relationships"]
    relations["finger_tip_contact"]["left index, right index"] = [hold(10, 30, "Contact")]
    assert at_level(events, 1).interaction.startswith("The two index fingertips touch.")
    relations["finger_tip_contact"] = {
        "left thumb, right index": [hold(10, 30, "Contact")],
        "left index, right thumb": [hold(11, 30, "Contact")],
    }
    assert re.match(r"Each thumb .* the other hand's index fingertip", at_level(events, 4).interaction)
    relations["finger_tip_contact"] = {"left pinky, right thumb": [hold(10, 30, "Contact")]}
    assert at_level(events, 1).interaction.startswith("The right thumb touches the left pinky fingertip.")


def test_a_fingertip_on_the_other_palm_names_both_sides() -> None:
    events = still()
    distances = events["two_hand_relationships"]["finger_palm_distance"]
    distances["right index, left palm"] = [hold(0, 20, "Far"), hold(21, 60, "Contact")]
    for level in rules.LEVELS:
        assert re.match(r"The right index fingertip .*the left palm", at_level(events, level).interaction)


def test_crossed_hands_are_told_early() -> None:
    events = still()
    events["two_hand_relationships"]["palm_palm_relative_position"]["left-right"] = [hold(0, 60, "LEFT")]
    for level in (2, 3, 4, 5):
        assert "The hands are crossed" in at_level(events, level).interaction


def test_positions_name_the_hand_in_front_and_above() -> None:
    events = still()
    positions = events["two_hand_relationships"]["palm_palm_relative_position"]
    positions["down-up"] = [hold(0, 20, "UP"), change(20, 28, "UP", "DOWN"), hold(28, 60, "DOWN")]
    positions["front-back"] = [hold(0, 60, "FRONT")]
    told = at_level(events, 5).interaction
    assert re.search(r"At first the right hand is (above|higher).*, then the left hand is (above|higher)", told)
    assert re.search(r"The right hand is (in front|farther forward)", told)


@pytest.mark.parametrize("level", rules.LEVELS)
def test_hyperextension_is_never_left_out(level: int) -> None:
    events = still()
    events["left_hand_events"]["finger_flexing"]["index_mcp"] = [hold(0, 60, "Hyperextended")]
    events["left_hand_events"]["finger_tip_contact"]["thumb, middle"] = [hold(10, 50, "Contact")]
    caption = at_level(events, level)
    assert re.search(r"The index finger (hyperextends|bends backwards past straight)", caption.left)
    assert not re.search("hyperextend|past straight", caption.right)


@given(seed=SEEDS, clip_id=st.text(max_size=8))
def test_the_mirror_image_is_told_in_mirrored_words(seed: int, clip_id: str) -> None:
    for caption, image in zip(
        write_captions(clip_id, random_events(seed)),
        write_captions(clip_id, mirrored(random_events(seed))),
        strict=True,
    ):
        assert image.left == exchange(caption.right)
        assert image.right == exchange(caption.left)
        assert image.interaction == exchange(caption.interaction)


@given(seed=SEEDS)
def test_contacts_and_hyperextensions_are_told_at_every_level(seed: int) -> None:
    events = random_events(seed)
    relations = events["two_hand_relationships"]
    for caption in write_captions("clip", events):
        for hand in HANDS:
            text = getattr(caption, hand)
            found = events[f"{hand}_hand_events"]
            touched = {pair.split(", ")[1] for pair in found["finger_tip_contact"]}
            contacts = [part for part in re.split(r"\. ", text) if re.search(r"thumb (touch|meet|come|is in)", part)]
            named = " ".join(contacts)
            assert bool(touched) == bool(contacts)
            assert re.search("four|all five", named) or all(finger in named for finger in touched)
            bent_back = {
                joint.split("_")[0] for joint, listed in found["finger_flexing"].items() if "Hyperext" in str(listed)
            }
            told = " ".join(part for part in text.split(". ") if re.search("hyperextend|past straight", part))
            assert bool(bent_back) == bool(told)
            assert re.search("[aA]ll five|four", told) or all(finger in told for finger in bent_back)
        pairs = re.findall(r"(\w+), right (\w+)", " ".join(relations["finger_tip_contact"]))
        fingers = {finger for pair in pairs for finger in pair}
        assert re.search("[aA]ll five|four", caption.interaction) or all(f in caption.interaction for f in fingers)
        palms = any("Contact" in str(e.get("constant_des")) for e in relations["palm_palm_distance"])
        assert palms == bool(re.search(r"palms (touch|meet|come into|are in contact)", caption.interaction))


@given(seed=SEEDS)
def test_texts_are_sentences_without_speculation_and_numbers_come_last(seed: int) -> None:
    for caption in write_captions("clip", random_events(seed)):
        for text in (caption.left, caption.right, caption.interaction):
            assert re.fullmatch(r"([A-Z][a-z][^.\[\]]*\.)( [A-Z][^.\[\]]*\.)*", text), text
            assert "  " not in text
            assert not SPECULATION.search(text)
            assert caption.level == 5 or not re.search(r"\d", text)
        assert "left" in caption.left.lower().split(".")[0]
        assert "right" in caption.right.lower().split(".")[0]


def test_the_same_clip_is_told_alike_and_another_in_other_words() -> None:
    events = random_events(1)
    assert write_captions("a", events) == write_captions("a", events)
    assert write_captions("a", events)[2:] != write_captions("b", events)[2:]


def test_levels_grow() -> None:
    counts: Counter[int] = Counter()
    for seed in range(40):
        for caption in write_captions(str(seed), random_events(seed)):
            counts[caption.level] += sum(
                len(text.split()) for text in (caption.left, caption.right, caption.interaction)
            )
    assert list(counts) == list(rules.LEVELS)
    assert sorted(counts.values()) == list(counts.values())


def test_the_vocabulary_is_small() -> None:
    words = Counter(
        word
        for seed in range(300)
        for caption in write_captions(str(seed), random_events(seed))
        for text in (caption.left, caption.right, caption.interaction)
        for word in re.findall("[a-z]+", text.lower())
    )
    assert len(words) < 400
    assert set(FINGERS) <= set(words)


def test_the_hash_is_of_the_sources() -> None:
    assert re.fullmatch("[0-9a-f]{12}", RULES_HASH)
    room = Path(rules.__file__).parent
    found: set[str] = set()
    waiting = {"rules"}
    while waiting:
        found |= waiting
        texts = [(room / f"{name}.py").read_text() for name in waiting]
        waiting = {name for text in texts for name in re.findall(r"handx_core\.captioning\.(\w+) import", text)} - found
    assert found == set(rules.SOURCES)


def test_joints_are_named_where_they_move_against_each_other() -> None:
    events = still()
    flexing = events["left_hand_events"]["finger_flexing"]
    assert len(JOINTS) == len(flexing) == 14
    flexing["index_pip"] = [change(20, 30, "Fully bent", "Fully extended"), hold(30, 60, "Fully extended")]
    flexing["index_mcp"] = [change(20, 30, "Fully extended", "Fully bent"), hold(30, 60, "Fully bent")]
    told = at_level(events, 5).left
    assert re.search(r"index finger (bends|curls|flexes) at the knuckle", told)
    assert re.search(r"index finger (straightens|extends|uncurls) at the middle joint", told)
