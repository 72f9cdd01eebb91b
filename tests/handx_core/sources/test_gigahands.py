"""GigaHands files written by hand are read to the world they came from."""

import json
from pathlib import Path

import numpy as np
import pytest

from handx_core.errors import RawDataError
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import KnownHands, Label
from handx_core.sources.gigahands import GigaHands

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))

GIGAHANDS = GigaHands()
SCENE = "p007-desk"


def only_take(root):
    found = GIGAHANDS.find_takes(root, NO_MANO)
    assert len(found.takes) == 1
    return found.takes[0]


def test_aligned_file_is_preferred_and_brought_to_the_world(write_gigahands, world):
    root = write_gigahands()
    take = only_take(root)
    recording = GIGAHANDS.read_take(root, take)
    hands = GIGAHANDS.to_hands(recording, KnownHands(NO_MANO))
    assert (take.recording_id, take.subject) == ("gigahands/p007-desk/012", "gigahands/p007")
    assert recording.variant == "keypoints_3d_mano_align"
    np.testing.assert_allclose(recording.times, np.arange(8) / 30.0)
    chosen = [0, 1, 2, 4, 5, 6, 7]
    np.testing.assert_allclose(hands.joints[chosen], world[chosen], atol=1e-7)
    assert not hands.valid[3].any()
    assert np.isnan(hands.joints[3]).all()


def test_triangulated_keypoints_with_chosen_frames_and_confidence(write_gigahands, world):
    root = write_gigahands(aligned=False, chosen=False)
    recording = GIGAHANDS.read_take(root, only_take(root))
    hands = GIGAHANDS.to_hands(recording, KnownHands(NO_MANO))
    assert recording.variant == "keypoints_3d"
    np.testing.assert_allclose(hands.joints[:, 0], world[:, 0], atol=1e-7)
    assert hands.valid[:, 0].all()
    assert not hands.valid[3, 1].any()  # the zeros of a frame without that hand
    assert hands.valid[[0, 1, 2, 4, 5, 6, 7], 1].all()


def test_a_joint_of_confidence_zero_is_missing_alone(write_gigahands):
    root = write_gigahands(aligned=False)
    path = root / "hand_poses" / SCENE / "keypoints_3d" / "012" / "left.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[2][8][3] = 0.0  # OpenPose 8 is the tip of the index finger: joint 17
    path.write_text("\n".join(map(json.dumps, rows)))
    hands = GIGAHANDS.to_hands(GIGAHANDS.read_take(root, only_take(root)), KnownHands(NO_MANO))
    assert np.flatnonzero(~hands.valid[2, 0]).tolist() == [17]


def test_rows_of_the_aligned_file_may_be_the_chosen_frames(write_gigahands, world):
    root = write_gigahands()
    path = root / "keypoints_3d_mano_align" / SCENE / "keypoints_3d_mano_align" / "012.json"
    chosen = [0, 1, 2, 4, 5, 6, 7]
    rows = json.loads(path.read_text())
    path.write_text(json.dumps([np.reshape(rows[i], (42, 3)).tolist() for i in chosen]))
    recording = GIGAHANDS.read_take(root, only_take(root))
    np.testing.assert_allclose(recording.times, np.array(chosen) / 30.0)
    np.testing.assert_allclose(GIGAHANDS.to_hands(recording, KnownHands(NO_MANO)).joints, world[chosen], atol=1e-7)
    path.write_text(json.dumps(rows[:5]))
    with pytest.raises(RawDataError, match=r"012\.json: expected 8 rows .* or 7 .* found 5"):
        GIGAHANDS.read_take(root, only_take(root))


def test_labels_skip_what_is_no_text_and_end_with_the_take(write_gigahands):
    root = write_gigahands()
    take = GIGAHANDS.read_take(root, only_take(root)).take
    knead, wave = (tuple(f"{text} {n}" for n in range(5)) for text in ("Knead.", "Wave."))
    assert take.labels == (Label(0.0, 0.1, "Knead.", knead), Label(0.1, pytest.approx(8 / 30), "Wave.", wave))


def change_annotations(root, change):
    path = root / "annotations_v2.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        change(row)
    path.write_text("\n".join(map(json.dumps, rows)))


def test_paraphrases_may_be_missing_or_no_text(write_gigahands):
    root = write_gigahands()
    change_annotations(root, lambda row: row.pop("rewritten_annotation"))
    assert [label.paraphrases for label in only_take(root).labels] == [(), ()]
    change_annotations(root, lambda row: row.update(rewritten_annotation=[" Work it. ", "None", "Buggy", ""]))
    assert [label.paraphrases for label in only_take(root).labels] == [("Work it.",), ("Work it.",)]


@pytest.mark.parametrize("rewritten", ["Work it.", [1], None])
def test_paraphrases_that_are_no_texts_are_rejected(write_gigahands, rewritten):
    root = write_gigahands()
    change_annotations(root, lambda row: row.update(rewritten_annotation=rewritten))
    found = GIGAHANDS.find_takes(root, NO_MANO)
    assert found.takes[0].labels == ()
    assert "4 unusable annotations" in found.rejected[0].reason


def test_bad_annotations_are_rejected_and_the_rest_goes_on(write_gigahands):
    root = write_gigahands()
    path = root / "annotations_v2.jsonl"
    escape = {
        "scene": "../../etc",
        "sequence": "012",
        "start_frame_id": 0,
        "end_frame_id": 2,
        "clarify_annotation": "x",
    }
    path.write_text(json.dumps(escape) + "\n" + path.read_text())
    found = GIGAHANDS.find_takes(root, NO_MANO)
    assert len(found.takes[0].labels) == 2
    assert [(r.path, r.what) for r in found.rejected] == [("annotations_v2.jsonl", "file")]
    assert "1 unusable annotations" in found.rejected[0].reason


def test_a_file_cut_off_between_lines_is_noticed(write_gigahands):
    root = write_gigahands(aligned=False)
    path = root / "hand_poses" / SCENE / "keypoints_3d" / "012" / "right.jsonl"
    path.write_text("\n".join(path.read_text().splitlines()[:5]) + "\n")
    with pytest.raises(RawDataError, match=r"right\.jsonl: expected 8 lines, found 5"):
        GIGAHANDS.read_take(root, only_take(root))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows[1].__setitem__(0, [0.0, 0.0, 0.0]), "line 2: expected numbers of shape"),
        (lambda rows: rows[1].pop(), r"line 2: expected shape \(21, 4\), found \(20, 4\)"),
        (lambda rows: rows[1][0].__setitem__(0, "0.5"), "line 2: expected numbers"),
        (lambda rows: rows[1][0].__setitem__(0, None), "line 2: expected numbers"),
        (lambda rows: rows[1][0].__setitem__(0, 500.0), "keypoints: expected metres, at most 100"),
        (lambda rows: rows.__delitem__(slice(0, None)), "found an empty file"),
    ],
)
def test_wrong_shapes_types_and_units_name_the_file(write_gigahands, change, reason):
    root = write_gigahands(aligned=False, chosen=False)
    path = root / "hand_poses" / SCENE / "keypoints_3d" / "012" / "left.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    change(rows)
    path.write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(RawDataError, match=reason):
        GIGAHANDS.read_take(root, only_take(root))
