"""Events of random scripted motions do not depend on the frame rate, the pace or the stillness around a motion."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handx_core.kinematics.descriptors import FLEXION_JOINTS
from handx_core.kinematics.events import extract_events
from handx_core.kinematics.rules import rules_for
from handx_core.kinematics.segments import find_events
from handx_core.kinematics.states import SPEED_WORDS, TIP_TO_TIP
from handx_core.synthetic.takes import SyntheticSettings, TakeName, make_take

SEEDS = st.integers(0, 100_000)
few = settings(max_examples=12, deadline=None)

ANGLES = np.radians([-30.0, 8.0, 46.0, 84.0])
"""One in each state, farther apart than the smallest change."""

PLACES = np.array([0.0, 0.07, 0.14])
KINDS_OF_KNOWN_LEVELS = ("finger_flexing", "wrist_trajectory")


def scripted(build, seed, fps, pace=1.0):
    """Hands that move from pose to pose with minimum jerk in 0.5 to 0.9 s, at `pace`, and rest as long in each.

    The same motion at any rate and pace: only the moments differ at which it is looked at.
    """
    rng = np.random.default_rng(seed)
    n_poses = 5
    moves, rests = rng.uniform(0.5, 0.9, n_poses - 1), rng.uniform(0.5, 0.9, n_poses)
    flexion = rng.choice(ANGLES, (n_poses, 2, len(FLEXION_JOINTS)))
    azimuth = np.zeros((n_poses, 2, 4))
    wrists = rng.choice(PLACES, (n_poses, 2, 3))
    wrists[:, 0, 0] -= 0.25
    starts = np.cumsum(rests[:-1]) + np.concatenate([[0.0], np.cumsum(moves)[:-1]])
    seconds = (moves.sum() + rests.sum()) / pace
    times = np.arange(int(seconds * fps)) / fps * pace
    done = np.clip((times[:, None] - starts) / moves, 0.0, 1.0)
    done = done**3 * (10.0 - 15.0 * done + 6.0 * done**2)

    def play(poses):
        return poses[0] + np.tensordot(done, np.diff(poses, axis=0), axes=1)

    return build(play(flexion), play(azimuth), play(wrists))


def lists(events):
    """Every list of events by its place."""
    for section in ("left_hand_events", "right_hand_events", "two_hand_relationships"):
        for name, keyed in events[section].items():
            for key, found in keyed.items() if isinstance(keyed, dict) else [("", keyed)]:
                yield (section, name, key), found


def words(event, *, speed=True):
    return {k: v for k, v in event.items() if k not in ("start", "end") and (speed or k != "v_des")}


def moments(found, fps):
    return np.array([(event["start"], event["end"]) for event in found]) / fps


@few
@given(seed=SEEDS)
def test_the_same_motion_at_60_30_and_15_fps_has_the_same_events(hands, seed):
    rates = (60.0, 30.0, 15.0)
    at = {fps: dict(lists(extract_events(scripted(hands, seed, fps), fps))) for fps in rates}
    for fine, coarse in pairwise(rates):
        for place, found in at[fine].items():
            if place[1] in KINDS_OF_KNOWN_LEVELS:
                again = at[coarse][place]
                assert [words(e, speed=False) for e in again] == [words(e, speed=False) for e in found], place
                # A frame, and half of one by which a coarser curve, smoothed, passes its levels elsewhere.
                np.testing.assert_allclose(moments(again, coarse), moments(found, fine), atol=1.51 / coarse)


def test_contacts_distances_and_places_agree_between_rates(hands):
    """Their levels are as the poses fall, so now and then one lies on a threshold and is seen at one rate alone."""
    same = total = 0
    for seed in range(25):
        at_60, at_15 = (dict(lists(extract_events(scripted(hands, seed, fps), fps))) for fps in (60.0, 15.0))
        for place in at_60.keys() | at_15.keys():
            if place[1] in KINDS_OF_KNOWN_LEVELS:
                continue
            fine = [e for e in at_60.get(place, []) if e["end"] - e["start"] >= 0.2 * 60.0]
            coarse = at_15.get(place, [])
            for event, (start, end) in zip(fine, moments(fine, 60.0), strict=True):
                total += 1
                same += any(
                    words(event, speed=False) == words(e, speed=False)
                    and abs(e["start"] / 15.0 - start) <= 1.01 / 15.0
                    and abs(e["end"] / 15.0 - end) <= 1.01 / 15.0
                    for e in coarse
                )
    assert total > 500
    assert same / total >= 0.97


@few
@given(seed=SEEDS)
def test_half_the_pace_doubles_the_times_and_raises_no_speed(hands, seed):
    once, half = (dict(lists(extract_events(scripted(hands, seed, 30.0, pace)))) for pace in (1.0, 0.5))
    slower = 0
    for place, found in once.items():
        if place[1] in KINDS_OF_KNOWN_LEVELS:
            again = half[place]
            assert [words(e, speed=False) for e in again] == [words(e, speed=False) for e in found], place
            np.testing.assert_allclose(moments(again, 30.0), 2.0 * moments(found, 30.0), atol=3.0 / 30.0)
            for fast, slow in zip(found, again, strict=True):
                if "v_des" in fast:
                    assert SPEED_WORDS.index(slow["v_des"]) <= SPEED_WORDS.index(fast["v_des"])
                    slower += slow["v_des"] != fast["v_des"]
    assert slower > 0


@few
@given(seed=SEEDS)
def test_every_change_stands_between_the_holds_of_its_states(hands, seed):
    for (_, name, _), found in lists(extract_events(scripted(hands, seed, 30.0))):
        if name != "finger_flexing":
            continue
        assert "constant_des" in found[0]
        assert "constant_des" in found[-1]
        for before, event, after in zip(found, found[1:], found[2:], strict=False):
            if "start_des" in event:
                assert (before["constant_des"], after["constant_des"]) == (event["start_des"], event["end_des"])
                assert (before["end"], after["start"]) == (event["start"], event["end"])


@few
@given(seed=SEEDS, before=st.integers(1, 60), after=st.integers(1, 60))
def test_still_frames_shift_events_of_living_hands_too(seed, before, after):
    """Tremor is noise to the search: what it takes for noise must not hang on how long the hands are still."""
    take = make_take(TakeName("gigahands", seed % 5, 0), SyntheticSettings(seconds_per_take=10.0))
    start = seed % 200
    clip = take.joints[start : start + 60]
    still = np.concatenate([np.repeat(clip[:1], 10, axis=0), clip, np.repeat(clip[-1:], 10, axis=0)])
    padded = np.concatenate([np.repeat(clip[:1], before, axis=0), still, np.repeat(clip[-1:], after, axis=0)])
    here, there = (dict(lists(extract_events(joints))) for joints in (still, padded))
    assert here.keys() == there.keys()
    for place, found in here.items():
        assert [
            {**e, "start": max(e["start"] - before, 0), "end": min(e["end"] - before, len(still))} for e in there[place]
        ] == found, place


@pytest.mark.parametrize("frames", [3, 5, 8])
@pytest.mark.parametrize("around", [30, 300])
def test_a_short_close_in_long_stillness_is_those_frames(hands, still, ramp, frames, around):
    n_frames = 2 * around + frames
    flexion, azimuth, wrists = still(n_frames)
    joint = FLEXION_JOINTS.index("index_pip")
    flexion[:, 1, joint] = np.radians(90.0) * ramp(n_frames, around, around + frames)
    first, change, last = extract_events(hands(flexion, azimuth, wrists))["right_hand_events"]["finger_flexing"][
        "index_pip"
    ]
    np.testing.assert_allclose((change["start"], change["end"]), (around, around + frames), atol=1)
    assert (change["start_des"], change["end_des"], change["v_des"]) == ("Fully extended", "Fully bent", "Fast")
    assert (first["end"], last["start"]) == (change["start"], change["end"])


@pytest.mark.parametrize(
    ("touching", "contacts"),
    [
        ([(10, 30)], [(10, 30)]),
        ([(10, 13), (20, 22), (28, 30)], []),  # 7 frames of 20: it hovers
        ([(10, 13), (16, 25), (28, 30)], [(10, 30)]),  # 14 frames of 20: it touches, with lifts
        ([(5, 10), (40, 42)], [(5, 10)]),  # a touch of 0.15 s, and then it hovers
        ([(5, 9), (40, 42)], []),
    ],
)
def test_a_distance_that_hovers_above_the_threshold_is_a_contact_only_while_it_touches_for_long(touching, contacts):
    distance = np.full(60, 0.022)  # between the threshold and the hysteresis
    distance[:3] = distance[-3:] = 0.05
    for start, end in touching:
        distance[start:end] = 0.019
    found = find_events(distance[None], rules_for([TIP_TO_TIP], 30.0))
    assert [(start, end) for _, start, end, *_ in found.tolist()] == contacts
