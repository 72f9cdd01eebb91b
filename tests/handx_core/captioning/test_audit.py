"""The audit of captions: the rules' are true and complete, false ones are flagged, and inventions are found."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from claim_scenes import SCENES, claps, pinch, tips, wave
from corruptions import corruptions
from event_makers import Events, random_events, still, travel

from handx_core.captioning.audit import audit_caption, invented
from handx_core.captioning.audit_set import AuditSums, LevelAudit
from handx_core.captioning.clip_truth import clip_truth
from handx_core.captioning.event_summary import numbered_events
from handx_core.captioning.rows import captions_batch
from handx_core.captioning.rules import LEVELS, Caption, write_captions
from handx_core.captioning.writers import Written
from handx_core.curation.intensity import angular_velocity_deg_s, joint_speed_m_s
from handx_core.kinematics.events import extract_events_batch
from handx_core.skeleton import CLIP_FRAMES
from handx_core.synthetic.takes import SyntheticSettings, TakeName, make_take


@pytest.fixture(scope="module")
def clips() -> list[Events]:
    """Events of some 400 clips of four sources that the demo profile keeps, and that overlap in no frame."""
    names = [
        TakeName(source, person, 1) for source in ("gigahands", "hot3d", "h2o", "optitrack") for person in range(3)
    ]
    joints = [
        take.joints[start : start + CLIP_FRAMES]
        for take in (make_take(name, SyntheticSettings(seconds_per_take=40.0)) for name in names)
        for start in range(0, len(take.joints) - CLIP_FRAMES + 1, CLIP_FRAMES)
    ]
    motions = np.stack(joints)
    moving = (angular_velocity_deg_s(motions).max(axis=-1) >= 3.0) | (joint_speed_m_s(motions) >= 0.03)
    return extract_events_batch(motions[moving])


@pytest.fixture(scope="module")
def captions(clips: list[Events]) -> list[list[Caption]]:
    return [write_captions(f"clip{number}", events) for number, events in enumerate(clips)]


def audited(told: Iterable[tuple[Sequence[Caption], Events]]) -> list[LevelAudit]:
    """The figures of clips' captions, by level, from the rows that the table would have."""
    sums = AuditSums()
    for number, (captions, events) in enumerate(told):
        sums.add(captions_batch([(Written(f"clip{number}", tuple(captions), "", ""), events)], "rules", 0.7))
    return list(sums.results())


@pytest.mark.no_cover
def test_the_rules_are_true_complete_and_as_long_as_they_should_be(
    clips: list[Events], captions: list[list[Caption]]
) -> None:
    assert len(clips) >= 300
    found = audited(zip(captions, clips, strict=True))
    assert [level.level for level in found] == list(LEVELS)
    for level, wanted in zip(found, (20, 35, 60, 100, 180), strict=True):
        assert level.precision == 1.0
        assert level.critical_recall == 1.0
        assert level.grounding == pytest.approx(1.0)
        assert not {"mix-up", "intent", "hedge", "object", "empty", "language", "frames"} & set(level.flags)
        assert 0.75 * wanted <= level.words <= 1.25 * wanted
        assert level.repeats <= 0.01
        assert level.level < 3 or level.identical <= 0.02
    assert found[-1].event_recall >= 0.95
    assert [level.words for level in found] == sorted({level.words for level in found})


@pytest.mark.no_cover
def test_what_is_made_false_is_flagged(clips: list[Events], captions: list[list[Caption]]) -> None:
    made: Counter[str] = Counter()
    flagged: Counter[str] = Counter()
    for told, events in zip(captions[::6], clips[::6], strict=True):
        truth = clip_truth(events)
        for caption in told:
            for kind, side, wrong in corruptions(caption, events):
                made[kind] += 1
                flagged[kind] += any(claim.side == side for claim in audit_caption(wrong, truth).unsupported)
    assert set(made) == {"hand", "finger", "contact", "direction", "order"}
    assert min(made.values()) >= 100
    for kind, count in made.items():
        assert flagged[kind] >= 0.95 * count, (kind, flagged[kind], count)


def test_what_happens_for_no_reason_is_told_truly_too() -> None:
    """More happens at once than in any motion, so that grouping and links are strained."""
    made = ((write_captions(str(seed), events), events) for seed in range(60) for events in [random_events(seed)])
    for level in audited(made):
        assert level.precision >= 0.99
        assert level.critical_recall >= 0.99


def test_a_pattern_of_movements_begins_with_one_of_them_and_ends_with_the_other() -> None:
    events = still()
    events["right_hand_events"]["wrist_trajectory"]["front-back"] = [
        travel(1, 7, "front-to-back"),
        travel(26, 32, "back-to-front"),
        travel(35, 40, "front-to-back"),
        travel(43, 49, "back-to-front"),
    ]
    right = "The hand moves backwards and forwards twice (frames 1 to 48)."
    found = audit_caption(caption("The hand stays still.", right, "The hands are far apart."), events)
    moves = [one for one in found.claims if one.side == "right"]
    assert [one.claim.count for one in moves] == [2, 2]
    assert all(one.verdict.supported for one in moves)
    late = audit_caption(caption("The hand stays still.", right.replace("1", "20"), "The hands are far apart."), events)
    assert [one.verdict.supported for one in late.claims if one.side == "right"] == [False, True]


def caption(left: str, right: str, interaction: str, level: int = 3) -> Caption:
    return Caption(level, left, right, interaction)


def test_a_true_claim_names_the_events_behind_it() -> None:
    events = pinch()
    found = audit_caption(
        caption("The hand rises.", "The thumb touches the index.", "The hands are far apart."), events
    )
    numbered = numbered_events(events)
    (touch,) = [one for one in found.claims if one.claim.what == "contact"]
    (number,) = touch.verdict.ids
    assert numbered[number] == (
        ("right_hand_events", "finger_tip_contact", "thumb, index"),
        {"start": 14, "end": 40, "constant_des": "Contact"},
    )
    assert found.precision == found.critical_recall == found.grounding == 1.0
    assert {item.kind for item in found.missing} == {"change", "state"}


def test_a_missing_contact_and_a_false_claim_cost_grounding() -> None:
    told = caption("The hand rises.", "The index bends.", "The hands are far apart.")
    assert audit_caption(told, pinch()).grounding == 0.0
    told = caption("The hand sinks.", "The thumb touches the index.", "The hands are far apart.")
    found = audit_caption(told, pinch())
    assert (found.precision, found.critical_recall) == (pytest.approx(2 / 3), 1.0)
    assert found.grounding == pytest.approx(0.8)


def test_a_grouped_claim_counts_for_all_its_members() -> None:
    told = caption("All is straight.", "The index is straight.", "All fingertips meet.")
    critical = [item for item in audit_caption(told, tips()).missing if item.kind == "contact"]
    assert [item.what for item in critical] == ["contact: left palm and right index"]


def test_hyperextension_left_out_is_missing() -> None:
    told = caption("The fingers bend in turn.", "The hand rises.", "The right hand is in front.")
    assert [item.what for item in audit_caption(told, wave()).missing if item.kind == "hyperextension"] == [
        "hyperextended: left thumb"
    ]


def flags(left: str, right: str, interaction: str, events: Events) -> set[str]:
    return {flag.kind for flag in audit_caption(caption(left, right, interaction), events).flags} - {"length"}


def test_left_and_right_mixed_up() -> None:
    assert flags("The thumb touches the index.", "The hand rises.", "The hands are far apart.", pinch()) == {"mix-up"}
    assert flags("The hand rises.", "The thumb touches the index.", "The hands are far apart.", pinch()) == set()


def test_what_is_invented_is_flagged() -> None:
    calm = ("The hand stays still.", "The hand stays still.")
    assert flags(*calm, "The hands stay far apart, perhaps to rest.", still()) == {"hedge"}
    assert flags(*calm, "The hands stay far apart, ready to grab a cup.", still()) == {"intent", "object"}
    assert flags(*calm, "The hands seem to stay far apart in order to greet.", still()) == {"hedge", "intent"}


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_nothing_of_the_rules_is_taken_for_invented(scene: str) -> None:
    for told in write_captions(scene, SCENES[scene]()):
        assert invented(" ".join((told.left, told.right, told.interaction))) == []


def test_empty_foreign_and_out_of_the_clip() -> None:
    told = ("", "La main droite monte lentement vers le haut.", "The palms touch in frames 50 to 90.")
    assert flags(*told, still()) == {"empty", "language", "frames"}


def test_length_is_held_to_the_level() -> None:
    short = caption("It rests.", "It rests.", "They rest.", level=5)
    assert "length" in {flag.kind for flag in audit_caption(short, still()).flags}


def test_a_level_that_repeats_the_one_below_and_clips_that_sound_the_same() -> None:
    told = write_captions("a", claps())
    same = [replace(told[0], level=level) for level in LEVELS]
    found = audited([(same, claps()), (same, claps()), (told, claps())])
    assert [level.repeats for level in found] == [0.0] + [pytest.approx(2 / 3)] * 4
    assert [level.identical for level in found] == [1.0] + [pytest.approx(2 / 3)] * 4
    assert found[0].captions == 3
