"""Scripted clips that the hand-written sentences of `claim_sentences` are about, true or not.

What belongs here: events whose story is known. What does not: sentences. The scenes are scripted, never measured, so
that no change of how events are found changes what is true of them.
"""

from event_makers import Events, bend, change, hold, still, travel


def reopen(events: Events, hand: str, fingers: str, bent: tuple[int, int], back: tuple[int, int], speed: str) -> None:
    """Let fingers bend fast and straighten again."""
    for joint, found in events[f"{hand}_hand_events"]["finger_flexing"].items():
        if joint.split("_")[0] in fingers.split():
            found[:] = [
                hold(0, bent[0], "Fully extended"),
                change(*bent, "Fully extended", "Fully bent", "Fast"),
                hold(bent[1], back[0], "Fully bent"),
                change(*back, "Fully bent", "Fully extended", speed),
                hold(back[1], 60, "Fully extended"),
            ]


def pinch() -> Events:
    """The right index bends to the thumb and slowly back; the left hand, a fist, rises; far apart."""
    events = still()
    reopen(events, "right", "index", (5, 15), (40, 50), "Slow")
    events["right_hand_events"]["finger_tip_contact"]["thumb, index"] = [hold(14, 40, "Contact")]
    for found in events["left_hand_events"]["finger_flexing"].values():
        found[:] = [hold(0, 60, "Fully bent")]
    events["left_hand_events"]["finger_spacing"] = {}
    events["left_hand_events"]["wrist_trajectory"]["down-up"] = [travel(10, 30, "down-to-up")]
    events["two_hand_relationships"]["palm_palm_relative_position"]["down-up"] = [
        hold(0, 12, "ALIGNED"),
        change(12, 28, "ALIGNED", "DOWN"),
        hold(28, 60, "DOWN"),
    ]
    return events


def claps() -> Events:
    """Straight hands clap three times, sideways, and end far apart."""
    events = still()
    palms = [hold(0, 4, "Far")]
    ways: dict[str, list[Events]] = {"left": [], "right": []}
    for start in (4, 20, 36):
        palms += [
            change(start, start + 7, "Far", "Contact", "Fast"),
            hold(start + 6, start + 12, "Contact"),
            change(start + 11, start + 16, "Contact", "Far", "Fast"),
        ]
        ways["left"] += [
            travel(start, start + 7, "left-to-right", "Fast"),
            travel(start + 11, start + 16, "right-to-left", "Fast"),
        ]
        ways["right"] += [
            travel(start, start + 7, "right-to-left", "Fast"),
            travel(start + 11, start + 16, "left-to-right", "Fast"),
        ]
    for hand, travels in ways.items():
        events[f"{hand}_hand_events"]["wrist_trajectory"]["left-right"] = travels
    events["two_hand_relationships"]["palm_palm_distance"] = [*palms, hold(52, 60, "Far")]
    return events


def wave() -> Events:
    """Left fingers bend from pinky to index, the thumb hyperextended; the right hand rises leftwards, then lowers."""
    events = still()
    for number, finger in enumerate(("pinky", "ring", "middle", "index")):
        bend(events, "left", finger, 10 + 8 * number, 16 + 8 * number)
    events["left_hand_events"]["finger_flexing"]["thumb_ip"] = [hold(0, 60, "Hyperextended")]
    right = events["right_hand_events"]
    right["wrist_trajectory"] = {
        "left-right": [travel(4, 16, "right-to-left", "Fast")],
        "down-up": [travel(3, 15, "down-to-up", "Fast"), travel(30, 50, "up-to-down", "Slow")],
    }
    right["finger_spacing"]["index, middle"] = [
        hold(0, 20, "Closed"),
        change(20, 28, "Closed", "Open"),
        hold(28, 60, "Open"),
    ]
    relations = events["two_hand_relationships"]
    relations["palm_palm_distance"] = [hold(0, 60, "Medium")]
    relations["palm_palm_relative_position"]["front-back"] = [hold(0, 60, "FRONT")]
    relations["palm_palm_relative_position"]["down-up"] = [
        hold(0, 5, "ALIGNED"),
        change(5, 14, "ALIGNED", "UP"),
        hold(14, 34, "UP"),
        change(34, 48, "UP", "ALIGNED"),
        hold(48, 60, "ALIGNED"),
    ]
    return events


def tips() -> Events:
    """All fingertips meet their twins; hands uncross; the right index ends on the left palm, which is below."""
    events = still()
    relations = events["two_hand_relationships"]
    for finger in ("thumb", "index", "middle", "ring", "pinky"):
        relations["finger_tip_contact"][f"left {finger}, right {finger}"] = [hold(12, 45, "Contact")]
    relations["finger_palm_distance"]["right index, left palm"] = [
        hold(0, 46, "Far"),
        change(46, 52, "Far", "Contact"),
        hold(51, 60, "Contact"),
    ]
    relations["palm_palm_distance"] = [
        hold(0, 10, "Medium"),
        change(10, 16, "Medium", "Near", "Slow"),
        hold(16, 60, "Near"),
    ]
    relations["palm_palm_relative_position"] = {
        "left-right": [hold(0, 20, "LEFT"), change(20, 28, "LEFT", "RIGHT"), hold(28, 60, "RIGHT")],
        "front-back": [hold(0, 60, "ALIGNED")],
        "down-up": [hold(0, 60, "UP")],
    }
    for joint, found in events["right_hand_events"]["finger_flexing"].items():
        if joint.split("_")[0] in ("middle", "ring", "pinky"):
            found[:] = [hold(0, 60, "Partially bent")]
    events["left_hand_events"]["wrist_trajectory"]["front-back"] = [travel(2, 12, "back-to-front", "Slow")]
    events["right_hand_events"]["wrist_trajectory"]["front-back"] = [travel(46, 58, "front-to-back")]
    return events


def roll() -> Events:
    """The left thumb taps index to pinky in turn, then the hand sinks; the right hand fists and opens."""
    events = still()
    events["left_hand_events"]["finger_tip_contact"] = {
        f"thumb, {finger}": [hold(5 + 10 * number, 12 + 10 * number, "Contact")]
        for number, finger in enumerate(("index", "middle", "ring", "pinky"))
    }
    events["left_hand_events"]["wrist_trajectory"]["down-up"] = [travel(44, 56, "up-to-down")]
    reopen(events, "right", "thumb index middle ring pinky", (10, 20), (36, 46), "Medium")
    return events


def fan() -> Events:
    """The left fingers fan out and close; the right index hyperextends for a while; the right hand draws back, then
    right, which parts the hands."""
    events = still()
    for found in events["left_hand_events"]["finger_spacing"].values():
        found[:] = [
            hold(0, 8, "Closed"),
            change(8, 16, "Closed", "Open"),
            hold(16, 40, "Open"),
            change(40, 48, "Open", "Closed"),
            hold(48, 60, "Closed"),
        ]
    right = events["right_hand_events"]
    right["finger_flexing"]["index_mcp"] = [
        hold(0, 20, "Fully extended"),
        change(20, 26, "Fully extended", "Hyperextended", "Slow"),
        hold(26, 40, "Hyperextended"),
        change(40, 46, "Hyperextended", "Fully extended", "Slow"),
        hold(46, 60, "Fully extended"),
    ]
    right["wrist_trajectory"] = {
        "front-back": [travel(5, 20, "front-to-back", "Slow")],
        "left-right": [travel(30, 38, "left-to-right", "Fast")],
    }
    relations = events["two_hand_relationships"]
    relations["palm_palm_distance"] = [
        hold(0, 30, "Near"),
        change(30, 38, "Near", "Far", "Fast"),
        hold(38, 60, "Far"),
    ]
    relations["palm_palm_relative_position"]["front-back"] = [
        hold(0, 8, "ALIGNED"),
        change(8, 18, "ALIGNED", "BACK"),
        hold(18, 60, "BACK"),
    ]
    return events


def drum() -> Events:
    """The right index, the only straight finger of its hand, taps the left palm from above three times; the left ring
    finger slowly bends half way at the end. The left fingers are spread, the left pinky is near the right palm."""
    events = still()
    for joint, found in events["right_hand_events"]["finger_flexing"].items():
        if not joint.startswith("index"):
            found[:] = [hold(0, 60, "Fully bent")]
    events["right_hand_events"]["finger_spacing"] = {}
    for found in events["left_hand_events"]["finger_spacing"].values():
        found[:] = [hold(0, 60, "Open")]
    for joint in ("ring_mcp", "ring_pip", "ring_dip"):
        events["left_hand_events"]["finger_flexing"][joint] = [
            hold(0, 44, "Fully extended"),
            change(44, 54, "Fully extended", "Partially bent", "Slow"),
            hold(54, 60, "Partially bent"),
        ]
    taps: list[Events] = [hold(0, 4, "Near")]
    heights: list[Events] = []
    for start in (4, 20, 36):
        taps += [
            change(start, start + 5, "Near", "Contact", "Fast"),
            hold(start + 4, start + 8, "Contact"),
            change(start + 7, start + 12, "Contact", "Near", "Fast"),
        ]
        heights += [travel(start, start + 4, "up-to-down", "Fast"), travel(start + 8, start + 12, "down-to-up", "Fast")]
    events["right_hand_events"]["wrist_trajectory"]["down-up"] = heights
    relations = events["two_hand_relationships"]
    relations["finger_palm_distance"] = {
        "right index, left palm": [*taps, hold(48, 60, "Near")],
        "left pinky, right palm": [hold(0, 60, "Near")],
    }
    relations["palm_palm_distance"] = [hold(0, 60, "Near")]
    relations["palm_palm_relative_position"]["down-up"] = [hold(0, 60, "UP")]
    return events


SCENES = {
    "pinch": pinch, "claps": claps, "wave": wave, "tips": tips, "roll": roll, "fan": fan, "drum": drum,
}  # fmt: skip
