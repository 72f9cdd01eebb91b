"""HoloAssist files written by hand are read to the world they came from."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from holoassist_files import (
    FIRST_TICK,
    PALM_AND_METACARPALS,
    SESSION,
    TICKS_PER_FRAME,
    event,
    hand_path,
    rows_of,
    write_rows,
    write_session,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from handx_core.errors import RawDataError
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources import holoassist, holoassist_hand_file
from handx_core.sources.base import KnownHands, Label, Recording, TrackedHands
from handx_core.sources.holoassist import HoloAssist

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))
HOLOASSIST = HoloAssist()


@pytest.fixture
def root(tmp_path: Path, world: np.ndarray) -> Path:
    return write_session(tmp_path, world)


def read(root: Path) -> tuple[Recording, TrackedHands]:
    (take,) = HOLOASSIST.find_takes(root, NO_MANO).takes
    recording = HOLOASSIST.read_take(root, take)
    return recording, HOLOASSIST.to_hands(recording, KnownHands(NO_MANO))


def assert_is_world(hands: TrackedHands, world: np.ndarray) -> None:
    assert hands.valid.all()
    np.testing.assert_allclose(hands.joints, world, atol=1e-7)


def test_a_session_is_brought_to_the_world(root, world):
    recording, hands = read(root)
    assert (recording.take.recording_id, recording.take.subject) == (f"holoassist/{SESSION}",) * 2
    assert recording.subject_is_session
    assert recording.variant == "sync_471"
    assert recording.take.official_split == "train"
    np.testing.assert_allclose(recording.times, np.arange(8) * TICKS_PER_FRAME * 1e-7, atol=1e-9)
    assert_is_world(hands, world)


def test_labels_are_fine_and_coarse_actions_and_end_with_the_take(root):
    recording, _ = read(root)
    end_s = 7 * TICKS_PER_FRAME * 1e-7 + 1 / 30
    assert recording.take.labels == (
        Label(0.0, pytest.approx(end_s), "The student opens it."),
        Label(0.1, 0.2, "grab battery door"),
    )


@pytest.mark.parametrize("order", [[0, 0, 1], [1, 0, 0]])
def test_the_newer_version_has_two_flags_more_in_any_order(root, world, order):
    for hand, side in enumerate(("Left", "Right")):
        rows = rows_of(world, hand, flags=3)
        for row in rows:
            row.flags = list(order)
        rows[4].lose()
        write_rows(hand_path(root, side), rows)
    recording, hands = read(root)
    assert recording.variant == "sync_473"
    others = [0, 1, 2, 3, 5, 6, 7]
    np.testing.assert_allclose(hands.joints[others], world[others], atol=1e-7)
    assert not hands.valid[4].any()


@pytest.mark.parametrize(("flags", "variant"), [(1, "raw_470"), (4, "raw_473")])
def test_the_recorders_own_files_are_read_where_there_are_no_others(tmp_path, world, flags, variant):
    for hand, side in enumerate(("Left", "Right")):
        rows = rows_of(world, hand, flags=flags)
        write_rows(hand_path(tmp_path, side, name=""), rows, seconds=False, newline="\r\n")
    recording, hands = read(tmp_path)
    assert recording.variant == variant
    np.testing.assert_allclose(recording.times, np.arange(8) * TICKS_PER_FRAME * 1e-7, atol=1e-9)
    assert_is_world(hands, world)


def test_the_first_recorders_wrote_no_flags_of_joints(tmp_path, world):
    for hand, side in enumerate(("Left", "Right")):
        rows = rows_of(world, hand, flags=3)  # gripped, pinched, tracked
        rows[1].flags, rows[2].flags = [1, 0, 1], [0, 1, 1]
        rows[4].lose()
        rows[6].flags = [1, 1, 0]  # what was gripped before the hand was lost says nothing
        for row in rows:
            row.valid = row.tracked = []
        write_rows(hand_path(tmp_path, side, name=""), rows, seconds=False, newline="\r\n")
    assert hand_path(tmp_path, "Left", name="").read_text().splitlines()[0].count("\t") == 419
    recording, hands = read(tmp_path)
    assert recording.variant == "raw_420"
    there = np.isin(np.arange(8), [4, 6], invert=True)
    np.testing.assert_array_equal(hands.valid, np.broadcast_to(there[:, None, None], hands.valid.shape))
    np.testing.assert_array_equal(hands.present, hands.valid)
    np.testing.assert_allclose(hands.joints[there], world[there], atol=1e-7)


def lost(row):
    row.lose()


def inactive(row):
    row.flags = [0]


def at_the_origin(row):
    row.positions[:] = 0.0


def nan_in_a_tip(row):
    row.positions[10] = np.nan


def not_a_valid_tip(row):
    row.valid[10] = 0


@pytest.mark.parametrize("change", [lost, inactive, at_the_origin, nan_in_a_tip, not_a_valid_tip])
def test_a_hand_that_is_not_wholly_there_is_missing(root, world, change):
    rows = rows_of(world, 1)
    change(rows[3])
    write_rows(hand_path(root, "Right"), rows)
    recording, hands = read(root)
    assert not recording.arrays["joints"][3, 1].any() or change is not_a_valid_tip
    expected = np.ones((8, 2, 21), bool)
    expected[3, 1] = False
    np.testing.assert_array_equal(hands.valid, expected)
    np.testing.assert_allclose(hands.joints[expected], world[expected], atol=1e-7)
    assert np.isnan(hands.joints[3, 1]).all()


def test_an_inferred_joint_keeps_its_place_and_is_not_measured(root, world):
    rows = rows_of(world, 0)
    rows[2].tracked[10] = 0  # the tip of the index finger
    rows[5].tracked = [0] * 26
    write_rows(hand_path(root, "Left"), rows)
    _, hands = read(root)
    expected = np.ones((8, 2, 21), bool)
    expected[2, 0, 17] = expected[5, 0] = False
    np.testing.assert_array_equal(hands.valid, expected)
    assert hands.present.all()
    np.testing.assert_allclose(hands.joints, world, atol=1e-7)


def test_a_joint_that_is_tracked_and_not_valid_takes_the_hand_away(root, world):
    rows = rows_of(world, 0)
    rows[2].valid[10], rows[2].tracked[10] = 0, 1
    rows[3].valid, rows[3].tracked = [0] * 26, [1] * 26
    write_rows(hand_path(root, "Left"), rows)
    _, hands = read(root)
    assert np.flatnonzero(~hands.present[:, 0].any(axis=1)).tolist() == [2, 3]
    assert np.isnan(hands.joints[2:4, 0]).all()
    np.testing.assert_array_equal(hands.valid, hands.present)


def test_palm_and_metacarpals_do_not_matter(root, world):
    rows = rows_of(world, 0)
    for joint in PALM_AND_METACARPALS:
        rows[2].valid[joint] = rows[3].tracked[joint] = 0
    write_rows(hand_path(root, "Left"), rows)
    assert_is_world(read(root)[1], world)


def test_a_repeated_pose_is_no_frozen_hand(root, world):
    rows = rows_of(world, 0)
    for later in (3, 4):
        rows[later].positions = rows[2].positions
    write_rows(hand_path(root, "Left"), rows)
    _, hands = read(root)
    assert np.flatnonzero(~hands.valid[:, 0].all(axis=1)).tolist() == [3, 4]
    assert not hands.valid[3:5, 0].any()
    assert hands.valid[:, 1].all()


def test_a_repeated_row_is_read_once_also_with_the_stamp_of_the_pose(root, world):
    rows = rows_of(world, 0)
    write_rows(hand_path(root, "Left"), [*rows[:4], rows[3], *rows[4:]])
    assert_is_world(read(root)[1], world)


def test_hands_come_together_by_stamps_not_by_rows(root, world):
    rows = rows_of(world, 1)[1:]  # a row later
    del rows[3]  # the row of frame 4
    for row in rows:
        row.ticks += 20_000  # 2 ms
    write_rows(hand_path(root, "Right"), rows)
    recording, hands = read(root)
    np.testing.assert_allclose(recording.times, np.arange(8) * TICKS_PER_FRAME * 1e-7, atol=1e-9)
    expected = np.ones((8, 2), bool)
    expected[[0, 4], 1] = False
    np.testing.assert_array_equal(hands.valid.all(axis=2), expected)
    np.testing.assert_allclose(hands.joints[expected], world[expected], atol=1e-7)


def test_an_instant_of_the_right_hand_alone_is_one_of_its_own(root, world):
    rows = rows_of(world, 0)
    del rows[4]
    write_rows(hand_path(root, "Left"), rows)
    recording, hands = read(root)
    np.testing.assert_allclose(recording.times, np.arange(8) * TICKS_PER_FRAME * 1e-7, atol=1e-9)
    assert np.flatnonzero(~hands.valid[:, 0].all(axis=1)).tolist() == [4]
    np.testing.assert_allclose(hands.joints[:, 1], world[:, 1], atol=1e-7)


def test_the_seconds_place_the_first_row_in_the_video(root):
    for side in ("Left", "Right"):
        path = hand_path(root, side)
        path.write_text("\n".join(path.read_text().splitlines()[2:]) + "\n")
    recording, _ = read(root)
    assert recording.times[0] == pytest.approx(0.0667)
    np.testing.assert_allclose(np.diff(recording.times), TICKS_PER_FRAME * 1e-7, atol=1e-9)


@given(st.lists(st.integers(0, 60), min_size=1, unique=True), st.lists(st.integers(0, 60), min_size=1, unique=True))
@settings(max_examples=300, deadline=None)
def test_every_stamp_finds_the_nearest_of_the_other_hand(left, right):
    unit = holoassist.SAME_INSTANT_TICKS // 12
    left_ticks = np.array(sorted(left), np.int64) * 4 * unit
    right_ticks = (np.array(sorted(right), np.int64) * 4 + 1) * unit  # never as near to one stamp as to another
    rows, ticks = holoassist._bring_together(left_ticks, right_ticks)
    partner = {}
    alone = []
    for number, tick in enumerate(right_ticks.tolist()):
        distance, nearest = min((abs(other - tick), place) for place, other in enumerate(left_ticks.tolist()))
        if distance > holoassist.SAME_INSTANT_TICKS:
            alone.append((tick, -1, number))
        else:
            partner[nearest] = min(partner.get(nearest, (distance, number)), (distance, number))
    together = [(tick, place, partner.get(place, (0, -1))[1]) for place, tick in enumerate(left_ticks.tolist())]
    expected = sorted(together + alone)
    assert list(zip(ticks.tolist(), *rows.T.tolist(), strict=True)) == expected


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("block", [1000, 9001, 1 << 22, None], ids=["1 kB", "9 kB", "4 MB", "up to the empty line"])
def test_rows_end_with_the_first_empty_line(root, world, monkeypatch, block, newline):
    for hand, side in enumerate(("Left", "Right")):
        path = hand_path(root, side)
        write_rows(path, rows_of(world, hand), newline=newline)
        monkeypatch.setattr(holoassist_hand_file, "_BLOCK", block or path.stat().st_size)
        path.write_bytes(path.read_bytes() + newline.encode() + b"what comes after does not count\n")
    assert_is_world(read(root)[1], world)


def test_a_repeat_is_seen_also_between_blocks(root, world, monkeypatch):
    rows = rows_of(world, 0)
    for later in range(1, 8):
        rows[later].positions = rows[0].positions
    write_rows(hand_path(root, "Left"), rows)
    monkeypatch.setattr(holoassist_hand_file, "_BLOCK", 9001)
    assert np.flatnonzero(read(root)[1].valid[:, 0].any(axis=1)).tolist() == [0]


def change_cell(root: Path, column: int, text: str, row: int = 3) -> None:
    path = hand_path(root, "Left")
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    lines[row][column] = text
    path.write_text("\n".join(map("\t".join, lines)) + "\n")


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        (6, "forward", "expected 471 numbers a row, found"),
        (6, "1,5", "expected 471 numbers a row, found"),
        (6, "", "expected 471 numbers a row, found"),
        (6, "500", "expected metres, at most 100"),
        (6, "0.5\t0.5", "expected 471 numbers a row, found"),
        (0, "NaN\n\n", "expected 471 numbers a row, found"),
        (1, "NaN", "expected a stamp in every row"),
        (1, "6.38e17", "expected 471 numbers a row, found"),
        (1, "-5", "expected ticks from 0"),
        (1, str(2**63 - 1), "expected ticks from 0"),
        (1, str(FIRST_TICK), "stamps that do not go back"),
        (1, str(FIRST_TICK + 2 * TICKS_PER_FRAME), "found two poses of the same ticks"),
        (2, "2", "expected flags that are 0 or 1"),
        (2, "NaN", "expected flags that are 0 or 1"),
        (470, "0.5", "expected flags that are 0 or 1"),
    ],
)
def test_what_is_no_row_of_numbers_names_the_file(root, column, text, reason):
    change_cell(root, column, text)
    with pytest.raises(RawDataError, match=reason) as caught:
        read(root)
    assert caught.value.path == f"hands/{SESSION}/Export_py/Hands/Left_sync.txt"
    assert len(caught.value.reason) < 400


def test_seconds_and_ticks_must_agree(root):
    change_cell(root, 0, "90.0", row=7)
    with pytest.raises(RawDataError, match=r"expected seconds and ticks of the same length, found 90 s and 0\.2"):
        read(root)
    change_cell(root, 0, "NaN", row=0)
    with pytest.raises(RawDataError, match="expected seconds since the start of the video, found nan"):
        read(root)


def test_other_column_counts_lines_without_end_and_missing_files_are_refused(root):
    left, right = (hand_path(root, side) for side in ("Left", "Right"))
    original = left.read_text()
    left.write_text("\n".join(line + "\t1" for line in original.splitlines()))
    with pytest.raises(RawDataError, match=r"Left_sync.txt: expected 471 or 473 tab-separated columns, found 472"):
        read(root)
    left.write_text("1\t" * (1 << 20))
    with pytest.raises(RawDataError, match="expected rows of at most 65536 bytes, found a longer one"):
        read(root)
    left.write_text("")
    with pytest.raises(RawDataError, match="expected rows of numbers, found none"):
        read(root)
    left.unlink()
    os.mkfifo(left)  # to open it would wait for ever
    with pytest.raises(RawDataError, match=r"Left_sync.txt: expected a file, found none"):
        read(root)
    left.unlink()
    left.write_text(original.splitlines()[0] + "\n")
    right.write_text("\n".join(right.read_text().splitlines()[3:]))
    with pytest.raises(RawDataError, match="expected stamps as in the left hand's file, found none in common"):
        read(root)


def test_both_hands_must_have_the_same_columns(root, world):
    write_rows(hand_path(root, "Right"), rows_of(world, 1, flags=3))
    with pytest.raises(RawDataError, match=r"expected the columns of the left hand \(sync_471\), found sync_473"):
        read(root)


def test_bad_entries_of_the_labels_are_one_rejection_and_the_rest_goes_on(root):
    path = root / "data-annotation-trainval-v1_1.json"
    entries = json.loads(path.read_text())
    fine = "Fine grained action"
    entries[0]["events"] += [
        event(fine, 3.0, 2.0, Verb="turn"),
        event(fine, "0", 2.0, Verb="turn"),
        {"label": fine, "start": 0.0, "end": 1.0},
        "no event",
        event(fine, 0.1, 0.2, Verb="none", Noun=5),
    ]
    path.write_text(json.dumps([*entries, 7, {"video_name": ["x"], "events": []}, {"video_name": "elsewhere"}]))
    found = HOLOASSIST.find_takes(root, NO_MANO)
    assert len(found.takes[0].labels) == 3
    ((rejected),) = found.rejected
    assert (rejected.path, rejected.what) == (path.name, "file")
    assert rejected.reason.startswith("7 unusable entries, the first: ")


def test_labels_of_two_files_are_joined_and_other_files_refused(root):
    path = root / "data-annotation-trainval-v1_1.json"
    (root / "data-annotation-trainval-v1.json").write_bytes(path.read_bytes())
    (root / "settings.json").write_text("{}")
    found = HOLOASSIST.find_takes(root, NO_MANO)
    assert len(found.takes[0].labels) == 3
    assert [(r.path, r.reason) for r in found.rejected] == [
        ("settings.json", "expected a list of sessions, found dict")
    ]


def test_a_session_in_two_lists_is_held_out(root):
    (root / "data-splits" / "test_0724.txt").write_text(f"\ufeff{SESSION}\r\n")
    assert HOLOASSIST.find_takes(root, NO_MANO).takes[0].official_split == "test"
    (root / "data-splits" / "test_0724.txt").write_text("")
    found = HOLOASSIST.find_takes(root, NO_MANO)
    assert found.takes[0].official_split == "train"
    assert [r.reason for r in found.rejected] == ["expected data, found an empty file"]
