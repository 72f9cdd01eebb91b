"""Events of all synthetic actions against the truth of their noise-free joints, without and with noise on the joints.

The truth (`plain_truth`) is another reading of the definitions than the code's. Every contact counts, scripted or not,
and every change of flexion, spread and wrist.
"""

from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from plain_truth import (
    HANDS,
    STATES,
    THRESHOLDS,
    Span,
    Tally,
    changing_curves,
    matched,
    states,
    touching_curves,
    true_changes,
    true_contacts,
)

from handx_core.kinematics.events import extract_events
from handx_core.synthetic.script import ACTIONS
from handx_core.synthetic.takes import SyntheticSettings, TakeName, make_take

SETTINGS = SyntheticSettings(seed=20_270, seconds_per_take=32.0)
TAKES = [TakeName(source, subject, subject) for subject in range(4) for source in ("gigahands", "hot3d")]
OPTICAL_HZ = 120.0
FORWARD = ("left-to-right", "back-to-front", "down-to-up")


@cache
def takes():
    """Noise-free joints of takes that show every action, and their truths: kind, place in the JSON, true spans."""
    return [with_truth(make_take(name, SETTINGS).joints, 30.0) for name in TAKES]


@cache
def optical_takes_at_60_hz():
    """The same of hands of another build, at another rate."""
    names = [TakeName("optitrack", 2 * number, number) for number in range(2)]
    captured = [make_take(name, SyntheticSettings(seed=20_271, seconds_per_take=20.0)) for name in names]
    assert all(np.isclose(take.times[1], 1.0 / OPTICAL_HZ) for take in captured)
    return [with_truth(take.joints[::2], 60.0) for take in captured]


def with_truth(joints, fps):
    contacts = [(kind, key, true_contacts(kind, curve, fps)) for kind, key, curve in touching_curves(joints)]
    changes = [(kind, key, true_changes(kind, curve, fps)) for kind, key, curve in changing_curves(joints)]
    return joints, contacts, changes


def found_at(events, key):
    section, name, entry = key
    return events[section][name] if not entry else events[section][name].get(entry, [])


def contacts_at(events, _, key):
    return [Span(e["start"], e["end"], "Contact") for e in found_at(events, key) if e.get("constant_des") == "Contact"]


def changes_at(events, kind, key):
    changes = []
    for event in found_at(events, key):
        if "direction" in event:
            changes.append(Span(event["start"], event["end"], 1 if event["direction"] in FORWARD else -1))
        elif "constant_des" not in event:
            rise = STATES[kind].index(event["end_des"]) - STATES[kind].index(event["start_des"])
            changes.append(Span(event["start"], event["end"], int(np.sign(rise))))
    return changes


def tallies(motions, fps, noise_mm, *, of, seed=1):
    """By kind, how many contacts or changes are true, found and both, with Gaussian noise on every coordinate."""
    spans_at, tolerance = {"contacts": (contacts_at, 2.0), "changes": (changes_at, 3.0)}[of]
    rng = np.random.default_rng(seed)
    by_kind = defaultdict(Tally)
    for joints, contacts, changes in motions:
        events = extract_events(joints + 1e-3 * noise_mm * rng.standard_normal(joints.shape), fps)
        for kind, key, truth in contacts if of == "contacts" else changes:
            found = spans_at(events, kind, key)
            both = matched(truth, found, tolerance * fps / 30.0)
            by_kind[kind].add(Tally(len(truth), len(found), len(both)))
    return by_kind


def pooled(by_kind):
    total = Tally()
    for tally in by_kind.values():
        total.add(tally)
    return total


def test_the_takes_show_all_actions_and_every_kind_of_truth():
    shown = {
        action for name in TAKES for *_, left, right in make_take(name, SETTINGS).script for action in (left, right)
    }
    assert shown == set(ACTIONS)
    for of, fewest in (("contacts", 5), ("changes", 30)):
        counts = {kind: t.true for kind, t in tallies(takes(), 30.0, 0.0, of=of).items() if kind != "spacing"}
        assert min(counts.values()) >= fewest, counts


@pytest.mark.parametrize(("noise_mm", "least"), [(0.0, 0.98), (0.3, 0.95), (1.0, 0.90)])
def test_contacts_are_found_and_no_others(noise_mm, least):
    by_kind = tallies(takes(), 30.0, noise_mm, of="contacts")
    total = pooled(by_kind)
    assert min(total.precision, total.recall) >= least, by_kind
    if not noise_mm:
        assert all(min(tally.precision, tally.recall) >= least for tally in by_kind.values()), by_kind


@pytest.mark.parametrize(("noise_mm", "least"), [(0.0, 0.95), (0.3, 0.95), (1.0, 0.90)])
def test_changes_are_found_with_their_ends_and_no_others(noise_mm, least):
    by_kind = tallies(takes(), 30.0, noise_mm, of="changes")
    assert pooled(by_kind).f1 >= least, by_kind
    # No two neighbours of these takes are spread by 18 degrees, so of spacing there must be no change at all.
    assert min(by_kind[kind].f1 for kind in ("flexion", "wrist", "spacing")) >= least, by_kind


@pytest.mark.parametrize(("noise_mm", "least"), [(0.0, 0.95), (0.3, 0.95), (1.0, 0.90)])
def test_fingers_that_are_plainly_spread_are_found_in_noise_too(hands, still, noise_mm, least):
    rng = np.random.default_rng(20_272)
    motions = [with_truth(hands(*spreading(still, rng)), 30.0) for _ in range(10)]
    spread = tallies(motions, 30.0, noise_mm, of="changes")["spacing"]
    assert spread.true > 100
    assert spread.f1 >= least, spread


def spreading(still, rng):
    """Hands whose index and little fingers are spread and closed again, each at its own times."""
    flexion, azimuth, wrists = still(240)
    for hand, finger in np.ndindex(2, 2):
        t, away = rng.integers(15, 40), 0.0
        while t < 200:
            frames, target = rng.integers(8, 25), 0.0 if away else np.radians(rng.uniform(28.0, 40.0))
            done = np.clip((np.arange(240) - t) / frames, 0.0, 1.0)
            azimuth[:, hand, -finger] += (-1) ** finger * (target - away) * done**3 * (10 - 15 * done + 6 * done**2)
            away, t = target, t + frames + rng.integers(12, 40)
    return flexion, azimuth, wrists


@pytest.mark.parametrize(("noise_mm", "least"), [(0.0, 0.95), (0.3, 0.95), (1.0, 0.90)])
def test_hands_of_another_build_at_60_hz_do_as_well(noise_mm, least):
    motions = optical_takes_at_60_hz()
    assert pooled(tallies(motions, 60.0, noise_mm, of="changes")).f1 >= least
    contacts = pooled(tallies(motions, 60.0, noise_mm, of="contacts"))
    assert min(contacts.precision, contacts.recall) >= least


def test_the_states_of_changes_are_those_of_the_true_levels():
    checked = 0
    for joints, _, changes in takes()[:4]:
        events = extract_events(joints)
        for kind, key, truth in changes:
            if kind == "wrist":
                continue
            words = {(e["start"], e["end"]): e for e in found_at(events, key) if "start_des" in e}
            for true, found in matched(truth, changes_at(events, kind, key), 3.0):
                clear = np.abs(np.subtract.outer(true.levels, THRESHOLDS[kind])).min() > np.radians(1.0)
                if clear:
                    event = words[found.start, found.end]
                    assert (event["start_des"], event["end_des"]) == states(kind, true.levels), (key, event)
                    checked += 1
    assert checked > 300


@pytest.mark.parametrize("late", [3, 8])
def test_the_comparison_notices_events_that_come_late(late):
    joints, contacts, changes = takes()[0]
    shifted = np.concatenate([np.repeat(joints[:1], late, axis=0), joints[:-late]])
    motions = [(shifted, contacts, changes)]
    assert pooled(tallies(motions, 30.0, 0.0, of="contacts")).recall < 0.5
    if late > 3:
        assert pooled(tallies(motions, 30.0, 0.0, of="changes")).f1 < 0.5


def test_each_hand_has_its_own_truth():
    """A left hand's truths are not a right hand's: the two do different things at the same time."""
    _, _, changes = takes()[0]
    left, right = ({key[1:]: truth for _, key, truth in changes if key[0] == f"{hand}_hand_events"} for hand in HANDS)
    assert left.keys() == right.keys()
    assert left != right
