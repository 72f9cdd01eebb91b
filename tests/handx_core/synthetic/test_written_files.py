"""What the writers leave on disk, read here with nothing but json and numpy, against the published formats."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from handx_core.skeleton import N_JOINTS
from handx_core.synthetic import write_gigahands, write_h2o, write_hot3d
from handx_core.synthetic.files import WrittenTake
from handx_core.synthetic.takes import SourceSize, SyntheticSettings, TakeName, TrueTake, make_take

SETTINGS = SyntheticSettings(
    seconds_per_take=8.0,
    gigahands=SourceSize(subjects=2, takes_per_subject=2),
    hot3d=SourceSize(subjects=2, takes_per_subject=1),
    h2o=SourceSize(subjects=4, takes_per_subject=4),
    wrong_start_share=1.0,
    long_gaps_per_minute=8.0,
    short_gaps_per_minute=10.0,
)
# Wrist, then thumb, index, middle, ring and pinky from the palm outwards, in the project's numbers.
OPENPOSE = [0, 13, 14, 15, 16, 1, 2, 3, 17, 4, 5, 6, 18, 10, 11, 12, 19, 7, 8, 9, 20]


def json_lines(path: Path) -> list:
    return [json.loads(line) for line in path.read_text().splitlines()]


def rigid_misfit(points: np.ndarray, others: np.ndarray) -> float:
    """Largest distance left after the best rotation (never a reflection) and translation."""
    rotation, _ = Rotation.align_vectors(others - others.mean(0), points - points.mean(0))
    return float(np.abs(rotation.apply(points - points.mean(0)) - (others - others.mean(0))).max())


@pytest.fixture(scope="module")
def gigahands(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrueTake]:
    longer = SETTINGS.model_copy(update={"seconds_per_take": 30.0})
    root, take = tmp_path_factory.mktemp("gigahands"), make_take(TakeName("gigahands", 1, 3), longer)
    write_gigahands.write_take(root, take, SETTINGS)
    write_gigahands.write_index(root, [WrittenTake.of(take, SETTINGS)], SETTINGS)
    return root, take


def test_gigahands_keypoints(gigahands: tuple[Path, TrueTake]) -> None:
    root, take = gigahands
    folder = root / "hand_poses/p002-folder/keypoints_3d/003"
    stored = []
    for hand, side in enumerate(("left", "right")):
        rows = np.array(json_lines(folder / f"{side}.jsonl"))
        assert rows.shape == (900, 21, 4)
        chosen = json.loads((folder / f"chosen_frames_{side}.json").read_text())
        assert chosen == np.flatnonzero(take.valid[:, hand]).tolist()
        missing = np.setdiff1d(np.arange(900), chosen)
        assert len(missing)
        assert not rows[missing].any()
        single = rows[chosen][..., 3] == 0.0
        assert not rows[chosen][..., :3][single].any()
        assert not single[:, [0, 4, 8, 12, 16, 20]].any(), "a chosen frame has all tips"
        stored.append(rows)
    seen = np.stack(stored, axis=1)
    measured = seen[..., 3] > 0.0
    assert not measured[take.valid].all(), "some single joints are missing"
    assert seen[..., :3][measured].min() > 0.0
    assert seen[..., :3][measured].max() < 1.0
    truth = take.joints[:, :, OPENPOSE][measured]
    assert rigid_misfit(seen[..., :3][measured], truth) < 2e-6
    assert np.corrcoef(seen[..., 1][measured], truth[:, 2])[0, 1] > 0.999, "y is up"


def test_gigahands_aligned_file(gigahands: tuple[Path, TrueTake]) -> None:
    root, take = gigahands
    rows = np.array(
        json.loads((root / "keypoints_3d_mano_align/p002-folder/keypoints_3d_mano_align/003.json").read_text())
    )
    assert rows.shape == (900, 126)
    joints = rows.reshape(900, 2, 21, 3)
    assert (
        rigid_misfit(joints[take.valid].reshape(-1, 3), take.joints[:, :, OPENPOSE][take.valid].reshape(-1, 3)) < 2e-6
    )


def test_gigahands_annotations(gigahands: tuple[Path, TrueTake]) -> None:
    root, take = gigahands
    rows = json_lines(root / "annotations_v2.jsonl")
    assert len(rows) == sum(scene[0] < 29.9 for scene in take.script)
    for row in rows:
        assert set(row) == {"scene", "sequence", "start_frame_id", "end_frame_id", "clarify_annotation",
                            "rewritten_annotation", "all_tokens"}  # fmt: skip
        assert row["scene"] == "p002-folder"
        assert row["sequence"] in ("003", ["003"])
        assert len(row["rewritten_annotation"]) == 5
        assert -1 <= row["end_frame_id"] < 900
    assert rows[-1]["end_frame_id"] == -1


def test_gigahands_parameters(tmp_path: Path) -> None:
    take = make_take(TakeName("gigahands", 1, 1), SETTINGS)
    write_gigahands.write_take(tmp_path, take, SETTINGS)
    folder = tmp_path / "hand_poses/p002-folder"
    stored = json.loads((folder / "params/001.json").read_text())
    lists = [json.loads((folder / f"keypoints_3d/001/chosen_frames_{s}.json").read_text()) for s in ("left", "right")]
    union = sorted(set(lists[0]) | set(lists[1]))
    assert sorted(stored) == ["left", "right"]
    for hand, side in enumerate(stored):
        shapes = {name: np.shape(values) for name, values in stored[side].items()}
        assert shapes == {"poses": (len(union), 48), "shapes": (1, 10), "Rh": (len(union), 3), "Th": (len(union), 3)}
        assert not np.array(stored[side]["poses"])[:, :3].any()
        found = np.array(stored[side]["Th"]).any(axis=1)
        assert (found == take.valid[union, hand]).all()
    assert not (tmp_path / "keypoints_3d_mano_align").exists()


def test_gigahands_takes_have_three_variants_in_turn(tmp_path: Path) -> None:
    for number in range(3):
        write_gigahands.write_take(tmp_path, make_take(TakeName("gigahands", 0, number), SETTINGS), SETTINGS)
    assert [path.stem for path in tmp_path.glob("keypoints_3d_mano_align/*/*/*")] == ["000"]
    assert [path.stem for path in tmp_path.glob("hand_poses/*/params/*")] == ["001"]
    assert sorted(path.name for path in tmp_path.glob("hand_poses/*/keypoints_3d/*")) == ["000", "001", "002"]


def test_some_gigahands_annotations_have_no_usable_text(tmp_path: Path) -> None:
    takes = [make_take(TakeName("gigahands", s, t), SETTINGS) for s in range(2) for t in range(9)]
    write_gigahands.write_index(tmp_path, [WrittenTake.of(take, SETTINGS) for take in takes], SETTINGS)
    texts = [row["clarify_annotation"] for row in json_lines(tmp_path / "annotations_v2.jsonl")]
    assert 0 < sum(text in ("None", "Buggy") for text in texts) < 0.2 * len(texts)


@pytest.fixture(scope="module", params=[0, 1], ids=["aria", "quest3"])
def hot3d(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrueTake]:
    root, take = tmp_path_factory.mktemp("hot3d"), make_take(TakeName("hot3d", request.param, 0), SETTINGS)
    write_hot3d.write_take(root, take, SETTINGS)
    return root / take.recording_id.removeprefix("hot3d/"), take


def test_hot3d_poses(hot3d: tuple[Path, TrueTake]) -> None:
    folder, take = hot3d
    lines = json_lines(folder / "umetrack_hand_pose_trajectory.jsonl")
    stamps = np.array([line["timestamp_ns"] for line in lines])
    frames = np.round((stamps - stamps[0]) * 1e-9 * 30.0).astype(int)
    assert (np.diff(stamps) > 0).all()
    per_instant = np.unique(np.bincount(frames)[np.unique(frames)])
    assert per_instant.tolist() == ([2] if take.name.is_aria else [1])
    if take.name.is_aria:
        np.testing.assert_array_equal(np.diff(stamps)[::2], 90_000)
    wrists, truth = [], []
    for line, frame in zip(lines, frames, strict=True):
        shown = {int(key) for key in line["hand_poses"]}
        if frame >= take.wrong_start_frames:
            assert shown == set(np.flatnonzero(take.valid[frame]).tolist())
        for key, hand in line["hand_poses"].items():
            assert set(hand) == {"wrist_xform", "joint_angles", "hand_confidence"}
            assert len(hand["joint_angles"]) == 22
            assert hand["joint_angles"][20:] == [0.0, 0.0]
            assert np.linalg.norm(hand["wrist_xform"]["q_wxyz"]) == pytest.approx(1.0, abs=1e-9)
            if frame >= take.wrong_start_frames and line["timestamp_ns"] % 1000 == stamps[0] % 1000:
                wrists.append(hand["wrist_xform"]["t_xyz"])
                truth.append(take.joints[frame, int(key), 0])
    wrists, truth = np.array(wrists), np.array(truth)
    assert rigid_misfit(wrists, truth) < 0.002, "wrists within what 0.09 ms can do"
    up = 2 if take.name.is_aria else 1
    assert np.corrcoef(wrists[:, up], truth[:, 2])[0, 1] > 0.999


def test_hot3d_poses_of_mano(hot3d: tuple[Path, TrueTake]) -> None:
    folder, _ = hot3d
    lines, others = (json_lines(folder / f"{model}_hand_pose_trajectory.jsonl") for model in ("mano", "umetrack"))
    assert [line["timestamp_ns"] for line in lines] == [line["timestamp_ns"] for line in others]
    shapes, between = [], []
    for line, other in zip(lines, others, strict=True):
        assert set(line["hand_poses"]) == set(other["hand_poses"])
        for key, hand in line["hand_poses"].items():
            wrist, others_wrist = hand["wrist_xform"], other["hand_poses"][key]["wrist_xform"]
            assert set(hand) == {"pose", "wrist_xform", "betas"}
            assert (len(hand["pose"]), len(hand["betas"])) == (15, 10)
            assert wrist["q_wxyz"] == others_wrist["q_wxyz"]
            shapes.append(hand["betas"])
            between.append((int(key), *np.subtract(wrist["t_xyz"], others_wrist["t_xyz"])))
    assert (np.ptp(shapes, axis=0) == 0.0).all(), "one person, one shape"
    hands = np.array(between)
    for hand, sign in ((0, 1.0), (1, -1.0)):
        apart = hands[hands[:, 0] == hand][:, 1:]
        np.testing.assert_allclose(apart, apart[:1] + np.zeros_like(apart), atol=1e-12)
        assert 0.06 < sign * apart[0, 0] < 0.12, "the rest wrist, as in the release, lies to a side"


def test_hot3d_first_poses_are_wrong_and_marked(hot3d: tuple[Path, TrueTake]) -> None:
    folder, take = hot3d
    lines = json_lines(folder / "umetrack_hand_pose_trajectory.jsonl")
    streams = 3 if take.name.is_aria else 2
    rows = (folder / "masks/mask_qa_pass.csv").read_text().splitlines()
    assert rows[0] == "timestamp[ns],stream_id,mask"
    assert len(rows) == 1 + streams * len(take.times)
    marks = [row.split(",")[2] for row in rows[1:]]
    assert marks == ["False"] * streams * take.wrong_start_frames + ["True"] * streams * (
        len(take.times) - take.wrong_start_frames
    )
    stamps = {row.split(",")[0] for row in rows[1:]}
    assert {str(line["timestamp_ns"]) for line in lines} <= stamps
    per_instant = 2 if take.name.is_aria else 1
    first, good = lines[0], lines[take.wrong_start_frames * per_instant]
    jump = [
        np.abs(np.subtract(first["hand_poses"][key]["joint_angles"], good["hand_poses"][key]["joint_angles"])).max()
        for key in set(first["hand_poses"]) & set(good["hand_poses"])
    ]
    assert min(jump) > 0.5


def test_hot3d_metadata_and_headset(hot3d: tuple[Path, TrueTake]) -> None:
    folder, take = hot3d
    metadata = json.loads((folder / "metadata.json").read_text())
    assert metadata["headset"] == ("Aria" if take.name.is_aria else "Quest3")
    assert metadata["recording_name"] == folder.name
    assert folder.name.startswith(metadata["participant_id"] + "_")
    available = {"mano_hand_pose_gt": True, "umetrack_hand_pose_gt": True, "object_pose_gt": False}
    assert metadata["gt_available_status"] == available
    rows = (folder / "headset_trajectory.csv").read_text().splitlines()
    assert rows[0].split(",")[:3] == ["object_uid", "timestamp[ns]", "t_wo_x[m]"]
    table = np.array([row.split(",") for row in rows[1:]], dtype=float)
    assert table.shape == (len(take.times), 9)
    np.testing.assert_allclose(np.linalg.norm(table[:, 5:], axis=1), 1.0)
    assert (table[:, 4 if take.name.is_aria else 3] > 1.3).all(), "the head is above the hands"


@pytest.fixture(scope="module")
def h2o(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrueTake]:
    root, take = tmp_path_factory.mktemp("h2o"), make_take(TakeName("h2o", 0, 2), SETTINGS)
    write_h2o.write_take(root, take, SETTINGS)
    return root, take


def numbers(folder: Path, columns: int) -> np.ndarray:
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == [f"{frame:06d}.txt" for frame in range(240)]
    texts = [file.read_text() for file in files]
    assert all(text.count("\n") == 1 and text.endswith("\n") for text in texts)
    table = np.array([text.split() for text in texts], dtype=float)
    assert table.shape == (240, columns)
    return table


def test_h2o_frames(h2o: tuple[Path, TrueTake]) -> None:
    root, take = h2o
    camera_folder = root / "subject1/k1/0/cam4"
    rows = numbers(camera_folder / "hand_pose", 128).reshape(240, 2, 64)
    np.testing.assert_array_equal(rows[..., 0] == 1.0, take.valid)
    assert set(np.unique(rows[..., 0])) == {0.0, 1.0}
    assert not rows[~take.valid].any()
    joints = rows[..., 1:].reshape(240, 2, N_JOINTS, 3)
    assert (joints[take.valid][..., 2] > 0.15).all(), "in front of the camera"
    assert (joints[take.valid][..., 2] < 1.0).all()
    poses = numbers(camera_folder / "cam_pose", 16).reshape(240, 4, 4)
    turns = poses[:, :3, :3]
    np.testing.assert_allclose(turns @ np.swapaxes(turns, 1, 2), np.eye(3) + np.zeros((240, 1, 1)), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(turns), 1.0)
    world = np.einsum("tij,thkj->thki", turns, joints) + poses[:, None, None, :3, 3]
    truth = take.joints[:, :, OPENPOSE]
    assert rigid_misfit(world[take.valid].reshape(-1, 3), truth[take.valid].reshape(-1, 3)) < 1e-9
    assert np.abs(np.diff(turns, axis=0)).max() > 1e-4, "the head moves"
    actions = numbers(camera_folder / "action_label", 1)
    assert set(actions.ravel()) <= set(range(37))
    assert len((camera_folder / "cam_intrinsics.txt").read_text().split()) == 6


def test_h2o_labels_and_lists_follow_the_official_splits(tmp_path: Path) -> None:
    takes = [make_take(TakeName("h2o", s, t), SETTINGS) for s in range(4) for t in range(4)]
    write_h2o.write_index(tmp_path, [WrittenTake.of(take, SETTINGS) for take in takes], SETTINGS)
    expected = {"train": {"subject1", "subject2", "subject3"}, "val": {"subject3"}, "test": {"subject4"}}
    for split, subjects in expected.items():
        header, *rows = [
            line.split() for line in (tmp_path / f"action_labels/action_{split}.txt").read_text().splitlines()
        ]
        label = ["action_label"] if split != "test" else []
        assert header == ["id", "path", *label, "start_act", "end_act", "start_frame", "end_frame"]
        assert {len(row) for row in rows} == {len(header)}
        assert {row[1].split("/")[0] for row in rows} == subjects
        assert [row[0] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
        assert all(0 <= int(row[-4]) < int(row[-3]) <= int(row[-1]) == 239 for row in rows)
        listed = (tmp_path / f"pose_lists/pose_{split}.txt").read_text().splitlines()
        assert {line.split("/")[0] for line in listed} == subjects
        assert all(line.split("/")[3:5] == ["cam4", "rgb"] for line in listed)
    val = (tmp_path / "action_labels/action_val.txt").read_text()
    assert "subject3/k2/0" in val
    assert "subject3/k1/0" not in val
