"""Events: scripted motions give the script's events, symmetries hold exactly, no fault of the reference is left."""

import json
import math
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from handx_core.errors import InvalidMotionError
from handx_core.kinematics.contacts import contact_distances
from handx_core.kinematics.descriptors import FLEXION_JOINTS
from handx_core.kinematics.event_lists import count_events
from handx_core.kinematics.events import extract_events, extract_events_batch
from handx_core.skeleton import JOINT_NAMES, mirror
from prompts import read_schema

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
INDEX_PIP = FLEXION_JOINTS.index("index_pip")
THUMB_IP = FLEXION_JOINTS.index("thumb_ip")
SEEDS = st.integers(0, 100_000)
few = settings(max_examples=25, deadline=None)


def flexing(hands, still, joint, degrees, fps=30.0):
    """The events of the right hand's joint when it alone moves, by this curve."""
    flexion, azimuth, wrists = still(len(degrees))
    flexion[:, 1, joint] = np.radians(degrees)
    return extract_events(hands(flexion, azimuth, wrists), fps)["right_hand_events"]["finger_flexing"][
        FLEXION_JOINTS[joint]
    ]


def spans(events):
    return [(e["start"], e["end"]) for e in events]


def changes(events):
    return [e for e in events if "constant_des" not in e]


def tips_at(gaps, noise=0.0, seed=0):
    """Two still hands whose index tips are `gaps` apart in each frame, all other tips farther than that; metres."""
    from_tip = JOINT_NAMES.index("index_tip")
    rng = np.random.default_rng(seed)

    def build(hands, still):
        joints = hands(*still(len(gaps)))
        joints[:, 0] += (joints[:, 1, from_tip] - joints[:, 0, from_tip])[:, None] + [0.0, 0.0, 0.3]
        joints[:, 0, from_tip] = joints[:, 1, from_tip]
        joints[:, 0, from_tip, 2] += np.asarray(gaps) + noise * rng.standard_normal(len(gaps))
        return extract_events(joints)["two_hand_relationships"]["finger_tip_contact"].get("left index, right index", [])

    return build


# Scripts


def test_a_close_of_five_frames_in_stillness_is_those_frames(hands, still, ramp):
    assert flexing(hands, still, INDEX_PIP, 90.0 * ramp(60, 30, 35)) == [
        {"start": 0, "end": 30, "constant_des": "Fully extended"},
        {"start": 30, "end": 35, "start_des": "Fully extended", "end_des": "Fully bent", "v_des": "Fast"},
        {"start": 35, "end": 60, "constant_des": "Fully bent"},
    ]


def test_a_change_runs_from_ten_to_ninety_per_cent(hands, still, ramp):
    (change,) = changes(flexing(hands, still, INDEX_PIP, 80.0 * ramp(120, 20, 100)))
    np.testing.assert_allclose((change["start"], change["end"]), (28, 92), atol=1)
    assert change["v_des"] == "Medium"


def test_repeated_closes_are_told_apart_with_holds_between(hands, still, ramp):
    degrees = 80.0 * sum(ramp(160, s, s + 6) - ramp(160, s + 20, s + 26) for s in (10, 60, 110))
    events = flexing(hands, still, INDEX_PIP, degrees)
    assert [(e["start_des"], e["end_des"]) for e in changes(events)] == [
        ("Fully extended", "Fully bent"),
        ("Fully bent", "Fully extended"),
    ] * 3
    starts = [e["start"] for e in changes(events)]
    np.testing.assert_allclose(starts, [10, 30, 60, 80, 110, 130], atol=1)
    assert [e["constant_des"] for e in events if "constant_des" in e] == ["Fully extended", "Fully bent"] * 3 + [
        "Fully extended"
    ]


def test_a_staircase_is_two_changes_and_a_drift_one(hands, still, ramp):
    stairs = 40.0 * ramp(120, 20, 26) + 40.0 * ramp(120, 60, 66)
    np.testing.assert_allclose(spans(changes(flexing(hands, still, INDEX_PIP, stairs))), [(20, 26), (60, 66)], atol=1)
    (drift,) = changes(flexing(hands, still, INDEX_PIP, 70.0 * ramp(300, 0, 299)))
    np.testing.assert_allclose((drift["start"], drift["end"]), (30, 269), atol=1)


def test_drift_after_a_close_in_the_same_direction_is_a_change_of_its_own(hands, still, ramp):
    degrees = -10.0 + 60.0 * ramp(240, 20, 26) + 35.0 * ramp(240, 60, 200)
    np.testing.assert_allclose(spans(changes(flexing(hands, still, INDEX_PIP, degrees))), [(20, 26), (74, 186)], atol=3)


def test_minus_thirty_degrees_is_hyperextended_the_thumbs_too(hands, still, ramp):
    for joint in (INDEX_PIP, THUMB_IP):
        assert flexing(hands, still, joint, np.full(60, -30.0)) == [
            {"start": 0, "end": 60, "constant_des": "Hyperextended"}
        ]
        (change,) = changes(flexing(hands, still, joint, -40.0 * ramp(60, 20, 30)))
        assert (change["start_des"], change["end_des"]) == ("Fully extended", "Hyperextended")


def test_the_state_of_a_hold_ends_where_the_threshold_was_crossed(hands, still, ramp):
    degrees = 22.0 + 20.0 * ramp(120, 20, 100)  # too small for a change; crosses 30 degrees at frame 52
    assert flexing(hands, still, INDEX_PIP, degrees) == [
        {"start": 0, "end": 52, "constant_des": "Fully extended"},
        {"start": 52, "end": 120, "constant_des": "Partially bent"},
    ]


def test_wavering_about_a_threshold_makes_no_event(hands, still):
    wavering = 30.0 + 2.0 * np.sin(np.arange(90))
    assert len(flexing(hands, still, INDEX_PIP, wavering)) == 1


def test_spreading_the_fingers_opens_them(hands, still, ramp):
    flexion, azimuth, wrists = still(60)
    azimuth[:, 1, 0] = np.radians(35.0) * ramp(60, 20, 30)
    events = extract_events(hands(flexion, azimuth, wrists))
    pair = events["right_hand_events"]["finger_spacing"]["index, middle"]
    assert [e.get("constant_des") or (e["start_des"], e["end_des"]) for e in pair] == [
        "Closed",
        ("Closed", "Open"),
        "Open",
    ]
    assert events["left_hand_events"]["finger_spacing"]["index, middle"] == [
        {"start": 0, "end": 60, "constant_des": "Closed"}
    ]


def test_bent_fingers_have_no_spacing(hands, still):
    flexion, azimuth, wrists = still(60)
    flexion[:, 0] = math.radians(80.0)
    assert extract_events(hands(flexion, azimuth, wrists))["left_hand_events"]["finger_spacing"] == {}


def test_wrist_movements_have_direction_and_speed_and_stillness_none(hands, still, ramp):
    flexion, azimuth, wrists = still(90)
    wrists[:, 1, 2] += 0.2 * ramp(90, 10, 30)
    wrists[:, 1, 1] -= 0.05 * ramp(90, 20, 80)
    right = extract_events(hands(flexion, azimuth, wrists))["right_hand_events"]["wrist_trajectory"]
    assert set(right) == {"front-back", "down-up"}
    ((back,), (up,)) = right["front-back"], right["down-up"]
    assert (back["direction"], back["v_des"]) == ("front-to-back", "Slow")
    assert (up["direction"], up["v_des"]) == ("down-to-up", "Fast")
    np.testing.assert_allclose(spans([back, up]), [(26, 74), (12, 28)], atol=1)


def test_a_scripted_touch_is_its_frames(hands, still):
    gaps = np.where((np.arange(60) >= 20) & (np.arange(60) < 31), 0.01, 0.08)
    assert tips_at(gaps)(hands, still) == [{"start": 20, "end": 31, "constant_des": "Contact"}]


def test_contacts_start_and_end_at_the_published_threshold(hands, still):
    gaps = np.abs(np.arange(60) - 30) * 0.002 + 0.001  # below 20 mm while |t - 30| <= 9
    assert spans(tips_at(gaps)(hands, still)) == [(21, 40)]


@few
@given(seed=SEEDS)
def test_half_a_millimetre_of_noise_about_the_threshold_makes_at_most_one_contact(hands, still, seed):
    assert len(tips_at(np.full(60, 0.020), noise=0.0005, seed=seed)(hands, still)) <= 1


def test_a_single_frame_below_the_threshold_is_no_contact(hands, still):
    gaps = np.full(60, 0.05)
    gaps[30] = 0.01
    assert tips_at(gaps)(hands, still) == []


def test_palms_that_come_together_pass_from_far_to_contact(hands, still, ramp):
    flexion, azimuth, wrists = still(90)
    joints = hands(flexion, azimuth, wrists)
    facing = joints[..., [2, 1, 0]] * [1.0, 1.0, 1.0]
    facing[:, 0, :, 0] = -0.2 + 0.19 * ramp(90, 30, 50)[:, None] - joints[:, 0, :, 2]
    facing[:, 1, :, 0] = 0.2 - 0.19 * ramp(90, 30, 50)[:, None] + joints[:, 1, :, 2]
    facing[:, 0, :, 2] = facing[:, 1, :, 2]
    palms = extract_events(facing)["two_hand_relationships"]["palm_palm_distance"]
    assert [e.get("constant_des") or (e["start_des"], e["end_des"]) for e in palms] == [
        "Far",
        ("Far", "Contact"),
        "Contact",
    ]
    distance = contact_distances(facing).palm_palm
    assert spans(palms)[2] == (int(np.argmax(distance <= 0.040)), 90)
    np.testing.assert_allclose(spans(palms)[1], (32, 48), atol=1)


def test_three_real_claps_are_exactly_three_palm_contacts():
    path = SAMPLES / "leap" / "three-claps_joints.npz"
    if not path.exists():
        pytest.skip(f"no real recording at {path}")
    with np.load(path) as recording:
        joints, times = recording["joints_canonical"].astype(float), recording["time_s"]
    for fps in (30.0, 60.0):
        stamps = np.arange(0.0, times[-1], 1.0 / fps)
        flat = joints.reshape(len(times), -1)
        resampled = np.stack([np.interp(stamps, times, column) for column in flat.T], axis=-1).reshape(-1, 2, 21, 3)
        palms = extract_events(resampled, fps)["two_hand_relationships"]["palm_palm_distance"]
        assert sum(e.get("constant_des") == "Contact" for e in palms) == 3


# Properties


def mirrored(events):
    """The events of the mirrored motion."""
    flip = {
        "left-to-right": "right-to-left", "right-to-left": "left-to-right", "FRONT": "BACK", "BACK": "FRONT",
        "UP": "DOWN", "DOWN": "UP",
    }  # fmt: skip

    def turn(found):
        return [{k: flip.get(v, v) for k, v in event.items()} for event in found]

    def other_hand(hand):
        return {**hand, "wrist_trajectory": {a: turn(e) for a, e in hand["wrist_trajectory"].items()}}

    def swap(keyed):
        return {
            " ".join({"left": "right", "right": "left"}.get(word, word) for word in key.split(" ")): e
            for key, e in keyed.items()
        }

    both = events["two_hand_relationships"]
    tips = {", ".join(reversed(key.split(", "))): found for key, found in swap(both["finger_tip_contact"]).items()}
    return {
        "frame_count": events["frame_count"],
        "left_hand_events": other_hand(events["right_hand_events"]),
        "right_hand_events": other_hand(events["left_hand_events"]),
        "two_hand_relationships": {
            "finger_tip_contact": tips,
            "finger_palm_distance": swap(both["finger_palm_distance"]),
            "palm_palm_distance": both["palm_palm_distance"],
            "palm_palm_relative_position": {a: turn(e) for a, e in both["palm_palm_relative_position"].items()},
        },
    }


@few
@given(seed=SEEDS)
def test_mirroring_the_motion_mirrors_the_events_exactly(motion, seed):
    joints = motion(seed)
    assert extract_events(mirror(joints)) == mirrored(extract_events(joints))


@few
@given(seed=SEEDS, turn=st.floats(-3.1, 3.1), shift=st.floats(-2.0, 2.0))
def test_turning_or_moving_the_room_changes_world_directions_alone(motion, seed, turn, shift):
    joints = motion(seed)
    c, s = math.cos(turn), math.sin(turn)
    here = extract_events(joints)
    there = extract_events(joints @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]) + shift)
    for events in (here, there):
        del events["two_hand_relationships"]["palm_palm_relative_position"]
        del events["left_hand_events"]["wrist_trajectory"], events["right_hand_events"]["wrist_trajectory"]
    assert there == here


@few
@given(seed=SEEDS, before=st.integers(0, 40), after=st.integers(0, 40))
def test_still_frames_shift_the_events(motion, seed, before, after):
    joints = motion(seed)
    padded = np.concatenate([np.repeat(joints[:1], before, 0), joints, np.repeat(joints[-1:], after, 0)])

    def back(part):
        if isinstance(part, list):
            return [
                {**e, "start": max(e["start"] - before, 0), "end": min(e["end"] - before, len(joints))} for e in part
            ]
        return {key: back(value) if key != "frame_count" else len(joints) for key, value in part.items()}

    assert back(extract_events(padded)) == extract_events(joints)


@pytest.mark.parametrize("fps", [15.0, 30.0, 60.0, 120.0])
def test_a_close_takes_the_same_seconds_at_any_frame_rate(hands, still, ramp, fps):
    frames = int(4 * fps)
    events = flexing(hands, still, INDEX_PIP, 90.0 * ramp(frames, 1.0 * fps, 2.0 * fps), fps)
    (change,) = changes(events)
    np.testing.assert_allclose((change["start"] / fps, change["end"] / fps), (1.1, 1.9), atol=1.0 / fps)
    assert change["v_des"] == "Fast"


def test_half_speed_doubles_the_times_and_lowers_the_speed(hands, still, ramp):
    (once,) = changes(flexing(hands, still, INDEX_PIP, 90.0 * ramp(120, 20, 50)))
    (half,) = changes(flexing(hands, still, INDEX_PIP, 90.0 * ramp(240, 40, 100)))
    np.testing.assert_allclose((half["start"], half["end"]), (2 * once["start"], 2 * once["end"]), atol=1)
    assert (once["v_des"], half["v_des"]) == ("Fast", "Medium")


@few
@given(seed=SEEDS)
def test_events_are_valid_json_and_in_order(motion, seed):
    joints = motion(seed)
    events = extract_events(joints)
    Draft202012Validator(read_schema("events")).validate(json.loads(json.dumps(events)))

    def check(part, overlaps):
        if isinstance(part, dict):
            for key, value in part.items():
                check(value, overlaps or key in ("finger_palm_distance", "palm_palm_distance"))
        elif isinstance(part, list):
            assert all(0 <= start < end <= len(joints) for start, end in spans(part))
            assert spans(part) == sorted(spans(part))
            if not overlaps:
                assert all(a[1] <= b[0] for a, b in zip(spans(part), spans(part)[1:], strict=False))

    check(events, False)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, n_frames=st.integers(1, 12))
def test_motions_of_a_few_frames_have_valid_events(motion, seed, n_frames):
    start = seed % 70
    events = extract_events(motion(seed)[start : start + n_frames])
    Draft202012Validator(read_schema("events")).validate(events)


def test_a_batch_gives_what_each_motion_gives_alone(motion):
    joints = np.stack([motion(seed) for seed in range(70)]).astype(np.float32)
    batch = extract_events_batch(joints)
    assert len(batch) == 70
    assert [extract_events(joints[k]) for k in (0, 1, 69)] == [batch[0], batch[1], batch[69]]


def test_the_schema_is_itself_valid_closed_and_described():
    schema = read_schema("events")
    Draft202012Validator.check_schema(schema)

    def check(part):
        if isinstance(part, dict):
            if part.get("type") == "object":
                assert part["additionalProperties"] is False
            if "type" in part and isinstance(part["type"], str):
                assert part["description"]
            for value in part.values():
                check(value)
        elif isinstance(part, list):
            for value in part:
                check(value)

    check(schema)


def test_events_are_counted(hands, still):
    events = extract_events(hands(*still(60)))
    flexions, spacings, palms, positions = 28, 6, 1, 3
    assert count_events(events) == (flexions + spacings + palms + positions, 0)
    touching = np.zeros((60, 2, 14)), np.zeros((60, 2, 4)), np.zeros((60, 2, 3))
    events = extract_events(hands(*touching))
    n_events, n_contacts = count_events(events)
    assert n_contacts == json.dumps(events).count('"Contact"') > 0
    assert n_events == json.dumps(events).count('"start"')


@pytest.mark.parametrize("value", [0.0, math.nan])
def test_a_lost_hand_is_an_error_that_names_frame_and_hand(motion, value):
    joints = motion(1)
    joints[41, 1] = value
    with pytest.raises(InvalidMotionError, match="frame 41, right hand"):
        extract_events(joints)
    with pytest.raises(InvalidMotionError, match="motion 99, frame 41, right hand"):
        extract_events_batch(np.stack([motion(1)] * 99 + [joints]))


def test_cost_grows_with_the_frames_and_not_with_their_square(motion):
    short = motion(4)[:60]
    long = np.concatenate([short, short[::-1]] * 2)
    best = dict.fromkeys((60, 240), math.inf)
    for _ in range(12):
        for joints in (short, long):
            start = time.process_time()
            for _ in range(5):
                extract_events(joints)
            best[len(joints)] = min(best[len(joints)], time.process_time() - start)
    assert best[240] <= 5 * best[60]


def test_an_empty_batch_has_no_events():
    assert extract_events_batch(np.zeros((0, 60, 2, 21, 3))) == []
