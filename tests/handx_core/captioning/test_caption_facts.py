"""Facts from events: merging in time, repetition, states of a whole finger, neither hand privileged."""

from event_makers import bend, change, hold, still, travel

from handx_core.captioning.facts import During, Step, repeated, state_sequence, union
from handx_core.captioning.hand_summary import Hand, HandFacts, hand_facts
from handx_core.captioning.pair_summary import Pair, PalmTouch, TipTouch, pair_facts, palms_together, tips_together


def facts(events: dict, tolerance: int = 5, exact_speeds: bool = False) -> HandFacts:
    left = events["left_hand_events"]
    return hand_facts(Hand(left, 60), tolerance, exact_speeds)


def test_repetition_is_of_the_whole_sequence() -> None:
    assert repeated(["up", "down", "up", "down"]) == (("up", "down"), 2, False)
    assert repeated(["up", "down", "up", "down", "up"]) == (("up", "down"), 2, True)
    assert repeated(["up", "up", "up"]) == (("up",), 3, False)
    assert repeated(["up", "down", "up"]) == (("up", "down", "up"), 1, False)
    assert repeated(["up"]) == (("up",), 1, False)


def test_union_joins_what_overlaps_or_meets() -> None:
    assert union([(10, 20), (0, 5), (5, 8), (15, 30)]) == ((0, 8), (10, 30))


def test_fingers_merge_within_the_tolerance_only() -> None:
    events = still()
    bend(events, "left", "index", 10, 16)
    bend(events, "left", "middle", 14, 20)
    assert [moves.fingers for moves in facts(events, tolerance=5).bends] == [("index", "middle")]
    assert facts(events, tolerance=5).bends[0].steps == (Step("bend", (12, 18), "Medium", True, ("mcp", "pip", "dip")),)
    assert [moves.fingers for moves in facts(events, tolerance=2).bends] == [("index",), ("middle",)]


def test_fingers_that_differ_in_speed_merge_without_one_unless_it_must_be_exact() -> None:
    events = still()
    bend(events, "left", "index", 10, 16, "Fast")
    bend(events, "left", "middle", 10, 16, "Slow")
    assert [(moves.fingers, moves.steps[0].speed) for moves in facts(events).bends] == [(("index", "middle"), "")]
    assert len(facts(events, exact_speeds=True).bends) == 2


def test_a_finger_is_fully_bent_if_two_joints_are() -> None:
    events = still()
    flexing = events["left_hand_events"]["finger_flexing"]
    flexing["index_mcp"] = [hold(0, 60, "Fully bent")]
    flexing["index_pip"] = [hold(0, 60, "Fully bent")]
    flexing["ring_pip"] = [hold(0, 60, "Fully bent")]
    flexing["thumb_mcp"] = [hold(0, 60, "Fully bent")]
    assert {pose.state: pose.fingers for pose in facts(events).poses} == {
        "fully bent": ("index",),
        "partly bent": ("thumb", "ring"),
        "straight": ("middle", "pinky"),
    }


def test_a_hyperextended_finger_is_not_also_told_as_straight() -> None:
    events = still()
    flexing = events["left_hand_events"]["finger_flexing"]
    flexing["index_mcp"] = [
        hold(0, 20, "Fully extended"),
        change(20, 30, "Fully extended", "Hyperextended"),
        hold(30, 60, "Hyperextended"),
    ]
    found = facts(events)
    assert found.hyperextended == (During(("index",), ((20, 60),), "mcp"),)
    assert found.poses[0].fingers == ("thumb", "middle", "ring", "pinky")
    assert found.bends == ()


def test_movements_along_two_axes_at_once_are_one() -> None:
    events = still()
    events["left_hand_events"]["wrist_trajectory"] = {
        "left-right": [travel(4, 20, "left-to-right", "Slow")],
        "down-up": [travel(6, 22, "up-to-down", "Fast"), travel(40, 50, "down-to-up", "Slow")],
    }
    assert facts(events).travels == (Step("down right", (5, 21), "Fast"), Step("up", (40, 50), "Slow"))


def test_states_are_passed_through_once() -> None:
    events = [hold(0, 10, "UP"), change(10, 20, "UP", "DOWN"), hold(18, 40, "DOWN"), hold(40, 60, "ALIGNED")]
    assert state_sequence(events) == (("UP", 0), ("DOWN", 20), ("ALIGNED", 40))


def test_contacts_of_both_hands_are_merged_or_named_by_the_first_finger() -> None:
    relations = still()["two_hand_relationships"]
    relations["finger_tip_contact"] = {
        "left index, right index": [hold(10, 20, "Contact")],
        "left middle, right middle": [hold(12, 20, "Contact")],
        "left ring, right thumb": [hold(30, 40, "Contact")],
        "left pinky, right thumb": [hold(31, 40, "Contact")],
    }
    touches = pair_facts(Pair(relations), 5).tips
    assert touches == (
        TipTouch("both", ("index", "middle"), (), ((11, 20),)),
        TipTouch("right", ("thumb",), ("ring", "pinky"), ((30, 40),)),
    )
    assert tips_together(touches) == TipTouch(
        "right", ("thumb", "index", "middle"), ("index", "middle", "ring", "pinky"), ()
    )
    assert tips_together(touches[:1] * 2).spans == ((11, 20),)


def test_fingertips_at_both_palms_are_told_of_both_hands() -> None:
    relations = still()["two_hand_relationships"]
    relations["finger_palm_distance"] = {
        "left index, right palm": [hold(0, 20, "Contact")],
        "right index, left palm": [hold(2, 20, "Contact")],
        "right ring, left palm": [hold(40, 60, "Near")],
    }
    found = pair_facts(Pair(relations), 5)
    assert found.tip_palms == (PalmTouch("both", ("index",), ((0, 20),)),)
    assert found.nears == (PalmTouch("right", ("ring",), ((40, 60),)),)
    assert palms_together(found.tip_palms) == found.tip_palms
