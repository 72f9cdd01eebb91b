"""Takes: reproducible, smooth, of constant bones, and with everything in them that the pipeline must cope with."""

import numpy as np
import pytest
from numpy.typing import NDArray

from handx_core.skeleton import bone_lengths, mirror
from handx_core.synthetic.hands import JOINT_LIMITS
from handx_core.synthetic.script import ACTIONS
from handx_core.synthetic.takes import (
    SYNTHETIC_SOURCES,
    SourceSize,
    SyntheticSettings,
    TakeName,
    TrueTake,
    list_takes,
    make_take,
    take_scenes,
    true_takes,
)

SCRIPTED = [source for source in SYNTHETIC_SOURCES if source != "optitrack"]
"""Optical takes have other hands, rates and tests (test_marker_hands, test_write_optitrack)."""

HOT3D_HIDDEN_TEST = {"P0004", "P0005", "P0006", "P0008", "P0016", "P0020"}
DEMO = SyntheticSettings()
SMALL = SyntheticSettings(
    gigahands=SourceSize(subjects=2, takes_per_subject=2),
    hot3d=SourceSize(subjects=2, takes_per_subject=2),
    holoassist=SourceSize(subjects=4, takes_per_subject=1),
    arctic=SourceSize(subjects=2, takes_per_subject=2),
    h2o=SourceSize(subjects=2, takes_per_subject=2),
    wrong_start_share=1.0,
    long_gaps_per_minute=2.0,
)


@pytest.fixture(scope="module")
def takes() -> dict[str, list[TrueTake]]:
    return {source: list(true_takes(source, SMALL)) for source in SCRIPTED}


def everything(takes: dict[str, list[TrueTake]]) -> list[TrueTake]:
    return [take for of_source in takes.values() for take in of_source]


def gaps(valid: NDArray[np.bool_]) -> list[int]:
    """Lengths of the runs of False in (T,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], valid, [True]]).astype(int)))
    return np.diff(edges)[::2].tolist()


def test_a_take_depends_on_nothing_but_its_name_and_settings(takes: dict[str, list[TrueTake]]) -> None:
    for first in everything(takes)[::-3]:
        again = make_take(first.name, SMALL.model_copy())
        assert again.joints.tobytes() == first.joints.tobytes()
        assert again.valid.tobytes() == first.valid.tobytes()
        assert again.script == first.script
    other_seed = make_take(TakeName("h2o", 0, 0), SMALL.model_copy(update={"seed": 1}))
    assert np.abs(other_seed.joints[-1] - takes["h2o"][0].joints[-1]).max() > 0.01


def test_shapes_stamps_and_names(takes: dict[str, list[TrueTake]]) -> None:
    for take in everything(takes):
        n = len(take.times)
        assert take.joints.shape == (n, 2, 21, 3)
        assert take.valid.shape == (n, 2)
        assert np.isfinite(take.joints).all()
        assert take.times[0] == 0.0
        step = 1.0 / (29.9995 if take.name.is_aria else 30.0)
        np.testing.assert_allclose(np.diff(take.times), step, atol=2e-9)
    assert len({take.recording_id for take in everything(takes)}) == len(everything(takes))
    assert takes["gigahands"][1].recording_id == "gigahands/p001-folder/001"
    assert takes["gigahands"][1].subject == "gigahands/p001"
    assert takes["h2o"][0].recording_id == "h2o/subject1/h1/0"
    assert takes["arctic"][1].recording_id == "arctic/s01/capsulemachine_use_01"
    assert takes["holoassist"][1].recording_id == "holoassist/R002-2July-DSLR"
    assert {take.name.is_aria for take in takes["hot3d"]} == {True, False}
    assert not any(take.name.is_aria for source in ("gigahands", "h2o") for take in takes[source])


def test_hidden_test_participants_do_not_appear() -> None:
    size = {"hot3d": SourceSize(subjects=13, takes_per_subject=1)}
    people = {name.person for name in list_takes("hot3d", SyntheticSettings(**size))}
    assert len(people) == 13
    assert not people & HOT3D_HIDDEN_TEST


def test_more_subjects_than_a_source_has_are_refused() -> None:
    with pytest.raises(ValueError, match="h2o has 4 subjects, 5 were asked for"):
        list_takes("h2o", SyntheticSettings(h2o=SourceSize(subjects=5, takes_per_subject=1)))


def test_a_session_of_holoassist_is_one_take() -> None:
    with pytest.raises(ValueError, match="holoassist has 1 take per subject, 2 were asked for"):
        list_takes("holoassist", SyntheticSettings(holoassist=SourceSize(subjects=1, takes_per_subject=2)))


def test_the_thumb_moves_at_its_root_only_where_hands_are_umetracks(takes: dict[str, list[TrueTake]]) -> None:
    for take in everything(takes):
        palm = take.joints[:, :, [1, 4, 7, 10]] - take.joints[:, :, :1]
        root = take.joints[:, :, 13:14] - take.joints[:, :, :1]
        spread = np.linalg.norm(palm - root, axis=-1).std(axis=0).max()
        assert spread > 1e-3 if take.name.source == "hot3d" else spread < 1e-12


def test_each_person_has_hands_of_their_own_and_the_right_is_the_left_mirrored(
    takes: dict[str, list[TrueTake]],
) -> None:
    lengths = {}
    for take in everything(takes):
        measured = bone_lengths(take.joints)
        np.testing.assert_allclose(measured, measured[:1, :1].repeat(len(measured), 0).repeat(2, 1), atol=1e-12)
        lengths.setdefault(take.subject, []).append(measured[0, 0])
    for of_subject in lengths.values():
        np.testing.assert_allclose(of_subject, of_subject[:1] * len(of_subject), atol=1e-12)
    people = np.array([of_subject[0] for of_subject in lengths.values()])
    differences = np.abs(people[:, None] - people[None]).max(axis=-1)[np.triu_indices(len(people), 1)]
    assert differences.min() > 0.0005


def test_fingers_bend_the_way_of_their_hand(takes: dict[str, list[TrueTake]]) -> None:
    for take in everything(takes):
        to = take.joints - take.joints[:, :, :1]
        normal = np.cross(to[:, :, 1], to[:, :, 7])
        finger = take.joints[:, :, 18] - take.joints[:, :, 4]
        sine = (normal * finger).sum(-1) / np.linalg.norm(normal, axis=-1) / np.linalg.norm(finger, axis=-1)
        for hand, sign in ((0, -1.0), (1, 1.0)):
            bent = sign * sine[np.abs(sine[:, hand]) > 0.3, hand]
            assert (bent > 0.0).mean() > 0.8  # straight fingers bend back a little; with a mistake it is below 0.2
    mirrored = mirror(takes["h2o"][0].joints)
    assert np.abs(mirrored - takes["h2o"][0].joints).max() > 0.05, "left and right do different things"


def test_motion_is_smooth_and_in_reach(takes: dict[str, list[TrueTake]]) -> None:
    for take in everything(takes):
        velocity = np.diff(take.joints, axis=0) * 30.0
        assert np.linalg.norm(velocity, axis=-1).max() < 4.0
        assert np.linalg.norm(np.diff(velocity, axis=0) * 30.0, axis=-1).max() < 90.0
        assert (take.angles > JOINT_LIMITS[..., 0] - 0.02).all()
        assert (take.angles < JOINT_LIMITS[..., 1] + 0.02).all()
        low, high = take.joints.min(axis=(0, 1, 2)), take.joints.max(axis=(0, 1, 2))
        assert (low > [-0.5, -0.05, 0.7]).all()
        assert (high < [0.5, 0.75, 1.5]).all()


def test_even_a_resting_hand_moves_a_little(takes: dict[str, list[TrueTake]]) -> None:
    take = takes["gigahands"][0]
    tips = take.joints[:, :, 16:]
    bend = tips[2:] - 2.0 * tips[1:-1] + tips[:-2]  # what a second difference leaves of a slow movement is tiny
    quietest = np.array([np.sqrt((bend[i : i + 15] ** 2).sum(-1).mean()) for i in range(0, len(bend) - 15, 15)]).min()
    assert 5e-5 < quietest < 1e-3


def test_all_speeds_occur(takes: dict[str, list[TrueTake]]) -> None:
    speeds = np.concatenate(
        [np.linalg.norm(np.diff(t.joints[::15, :, 0], axis=0), axis=-1).ravel() / 0.5 for t in everything(takes)]
    )
    assert (speeds < 0.03).mean() > 0.05
    assert ((speeds >= 0.03) & (speeds < 0.15)).mean() > 0.1
    assert (speeds >= 0.15).mean() > 0.1


def test_every_action_occurs_in_the_demo_and_nearly_all_in_each_source() -> None:
    occurring = {}
    for source in SCRIPTED:
        scenes = [scene for name in list_takes(source, DEMO) for scene in take_scenes(name, DEMO)]
        occurring[source] = {action for scene in scenes for action in (scene.left_action, scene.right_action)}
        assert len(set(ACTIONS) - occurring[source]) <= 1  # a source of few takes may miss one
    assert set.intersection(*(occurring[source] for source in ("gigahands", "hot3d", "h2o"))) == set(ACTIONS)
    assert len(ACTIONS) >= 14


def test_scripts_follow_one_another_without_a_gap(takes: dict[str, list[TrueTake]]) -> None:
    for take in everything(takes):
        starts, ends = np.array([scene[:2] for scene in take.script]).T
        np.testing.assert_allclose(starts[1:], ends[:-1])
        assert starts[0] == 0.0
        assert ends[-1] >= take.times[-1]


def test_hands_are_lost_for_short_and_for_long_and_mostly_not(takes: dict[str, list[TrueTake]]) -> None:
    lost = [gap for t in everything(takes) for hand in (0, 1) for gap in gaps(t.valid[t.wrong_start_frames :, hand])]
    assert any(gap <= 6 for gap in lost)
    assert any(gap > 6 for gap in lost)
    demo = np.concatenate([make_take(name, DEMO).valid for name in list_takes("h2o", DEMO)[::3]])
    assert demo.all(axis=1).mean() > 0.93


def test_only_hot3d_begins_with_wrong_poses(takes: dict[str, list[TrueTake]]) -> None:
    for take in everything(takes):
        assert (take.wrong_start_frames > 0) == (take.name.source == "hot3d")
        assert not take.valid[: take.wrong_start_frames].any()


def test_settings_without_losses_have_none() -> None:
    settings = SyntheticSettings(long_gaps_per_minute=0.0, short_gaps_per_minute=0.0, wrong_start_share=0.0)
    assert make_take(TakeName("hot3d", 0, 0), settings).valid.all()
