"""What the HoloAssist writer leaves on disk, read with nothing but json and numpy, against the published format."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from handx_core.synthetic import write_holoassist
from handx_core.synthetic.files import WrittenTake
from handx_core.synthetic.takes import SourceSize, SyntheticSettings, TakeName, TrueTake, make_take

SETTINGS = SyntheticSettings(
    seconds_per_take=20.0,
    holoassist=SourceSize(subjects=6, takes_per_subject=1),
    long_gaps_per_minute=6.0,
    short_gaps_per_minute=10.0,
)
# Places of the project's joints among palm, wrist, thumb x 4, and {index, middle, ring, pinky} x 5.
PLACES = [1, 7, 8, 9, 12, 13, 14, 22, 23, 24, 17, 18, 19, 2, 3, 4, 5, 10, 15, 20, 25]
METACARPALS_AND_MCPS = [(6, 7), (11, 12), (16, 17), (21, 22)]
FINGERS = [range(2, 6), range(6, 11), range(11, 16), range(16, 21), range(21, 26)]


@pytest.fixture(scope="module", params=[0, 1, 2], ids=["471", "473", "471, right hand late"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrueTake]:
    root, take = tmp_path_factory.mktemp("holoassist"), make_take(TakeName("holoassist", request.param, 0), SETTINGS)
    write_holoassist.write_take(root, take, SETTINGS)
    return root / take.recording_id.removeprefix("holoassist/") / "Export_py" / "Hands", take


def table(folder: Path, side: str) -> np.ndarray:
    text = (folder / f"{side}_sync.txt").read_text()
    assert text.endswith("\n")
    assert "\n\n" not in text
    return np.array([[float(cell) for cell in line.split("\t")] for line in text.splitlines()])


def test_columns_stamps_and_flags(session: tuple[Path, TrueTake]) -> None:
    folder, take = session
    number = take.name.subject
    stamps = {}
    for hand, side in enumerate(("Left", "Right")):
        rows = table(folder, side)
        late = number == 2 and hand == 1
        assert rows.shape == (600 - late, 473 if number == 1 else 471)
        stamps[side] = [int(line.split("\t")[1]) for line in (folder / f"{side}_sync.txt").read_text().splitlines()]
        steps = np.diff(stamps[side])
        assert (np.abs(steps - 333_333) <= (800 if late else 0)).all()
        np.testing.assert_allclose(rows[:, 0], np.arange(late, 600) / 30.0, atol=5.1e-5)
        lead = rows.shape[1] - 468
        there = take.valid[late:, hand]
        np.testing.assert_array_equal(rows[:, lead - 1] == 1.0, there)
        assert np.isnan(rows[~there, lead:-52]).all()
        assert not rows[~there, -52:].any()
        assert not rows[~there, 2:lead].any()
        assert (rows[there, -52:-26] == 1.0).all()
        assert np.isin(rows[:, 2:lead], [0.0, 1.0]).all()
        assert (rows[there, -26:-24] == 1.0).all(), "palm and wrist are always tracked"
        assert rows[there, -26:].mean() > 0.95
    assert 6.3e17 < stamps["Left"][0] < 6.5e17
    assert (stamps["Left"] == stamps["Right"]) == (number != 2)


def test_poses(session: tuple[Path, TrueTake]) -> None:
    folder, take = session
    found, truth = [], []
    for hand, side in enumerate(("Left", "Right")):
        rows = table(folder, side)
        frames = np.arange(600 - len(rows), 600)
        there = take.valid[frames, hand]
        poses = rows[there, rows.shape[1] - 468 : -52].reshape(-1, 26, 4, 4)
        turns = poses[..., :3, :3]
        np.testing.assert_allclose(
            turns @ np.swapaxes(turns, -1, -2), np.broadcast_to(np.eye(3), turns.shape), atol=1e-9
        )
        np.testing.assert_allclose(np.linalg.det(turns), 1.0)
        np.testing.assert_array_equal(poses[..., 3, :], np.broadcast_to([0.0, 0.0, 0.0, 1.0], poses[..., 3, :].shape))
        positions, tracked = poses[..., :3, 3], rows[there, -26:] == 1.0
        repeated = np.concatenate([[False], (np.diff(positions, axis=0) == 0.0).all(axis=(1, 2))])
        assert 0 < repeated.sum() < 0.05 * len(repeated)
        whole = ~repeated & tracked.all(axis=1)
        wrist = positions[whole][:, 1]
        for metacarpal, mcp in METACARPALS_AND_MCPS:
            way, reach = positions[whole][:, metacarpal] - wrist, positions[whole][:, mcp] - wrist
            shares = np.linalg.norm(way, axis=1) / np.linalg.norm(reach, axis=1)
            assert 0.1 < shares.min() <= shares.max() < 0.5
            np.testing.assert_allclose(np.cross(way, reach), 0.0, atol=1e-9)
        found.append(positions[whole][:, PLACES].reshape(-1, 3))
        truth.append(take.joints[frames[there][whole], hand].reshape(-1, 3))
    points, expected = np.concatenate(found), np.concatenate(truth)
    points, expected = points - points.mean(axis=0), expected - expected.mean(axis=0)
    np.testing.assert_allclose(points[:, 2], expected[:, 2], atol=1e-9)  # up stays up
    rotation = Rotation.align_vectors(expected, points)[0]
    np.testing.assert_allclose(rotation.apply(points), expected, atol=1e-9)


def test_inferred_joints_drift_away_and_back_without_a_jump(tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(
        update={"seconds_per_take": 60.0, "long_gaps_per_minute": 0.0, "short_gaps_per_minute": 0.0}
    )
    take = make_take(TakeName("holoassist", 0, 0), settings)
    write_holoassist.write_take(tmp_path, take, settings)
    (folder,) = tmp_path.rglob("Hands")
    shares, spans, whole_fingers = [], [], 0
    for hand, side in enumerate(("Left", "Right")):
        rows = table(folder, side)
        positions = rows[:, 3:-52].reshape(-1, 26, 4, 4)[..., :3, 3]
        shown = np.flatnonzero((np.diff(positions, axis=0, prepend=np.nan) != 0.0).any(axis=(1, 2)))  # no repeats
        found, expected = positions[shown][:, PLACES], take.joints[shown, hand]
        tracked = rows[shown, -26:] == 1.0
        known = tracked[:, PLACES]
        centre, true_centre = found[known].mean(axis=0), expected[known].mean(axis=0)
        rotation = Rotation.align_vectors(expected[known] - true_centre, found[known] - centre)[0]
        off = rotation.apply((found - centre).reshape(-1, 3)).reshape(expected.shape) - (expected - true_centre)
        sizes = np.linalg.norm(off, axis=-1)
        assert sizes[known].max() < 1e-8
        assert 0.002 < sizes.max() < 0.008
        assert np.linalg.norm(np.diff(off, axis=0), axis=-1).max() < 0.001, "no jump, over a repeated row at the most"
        shares.append(known.mean())
        for frame in np.flatnonzero(~tracked.all(axis=1)):
            (hidden,) = [finger for finger in FINGERS if not tracked[frame, finger].all()]
            first = int(np.argmin(tracked[frame, hidden]))
            assert tracked[frame, hidden].tolist() == [True] * first + [False] * (len(hidden) - first)
            whole_fingers += first == 0
        edges = np.flatnonzero(np.diff((rows[:, -26:] == 0.0).any(axis=1), prepend=False, append=False))
        spans += np.diff(edges)[::2].tolist()
    assert 0.97 < np.mean(shares) < 0.999
    assert whole_fingers > 0
    assert 6 <= len(spans) <= 20
    assert 2 <= min(spans) < 15 < 30 < max(spans) <= 61


def test_labels_and_lists(tmp_path: Path) -> None:
    takes = [make_take(TakeName("holoassist", subject, 0), SETTINGS) for subject in range(6)]
    write_holoassist.write_index(tmp_path, [WrittenTake.of(take, SETTINGS) for take in takes], SETTINGS)
    (path,) = tmp_path.glob("*.json")
    entries = json.loads(path.read_text())
    names = [take.recording_id.removeprefix("holoassist/") for take in takes]
    assert [entry["video_name"] for entry in entries] == names
    for entry, take in zip(entries, takes, strict=True):
        kinds = [event["label"] for event in entry["events"]]
        scenes = sum(scene[0] < 19.9 for scene in take.script)
        assert kinds.count("Coarse grained action") == scenes
        assert kinds.count("Fine grained action") == 2 * scenes
        assert kinds.count("Narration") == 1
        for event in entry["events"]:
            assert set(event) == {"id", "label", "start", "end", "type", "attributes"}
            assert 0.0 <= event["start"] < event["end"] <= 20.0
            if event["label"] == "Coarse grained action":
                assert event["attributes"]["Action sentence"].endswith(".")
            if event["label"] == "Fine grained action":
                assert event["attributes"]["Verb"]
    splits = ("train", "val", "test")
    lists = {split: (tmp_path / "data-splits" / f"{split}_0724.txt").read_text().split() for split in splits}
    assert sorted(name for sessions in lists.values() for name in sessions) == sorted(names)
    assert [len(lists[split]) for split in splits] == [4, 1, 1]


def test_equal_settings_give_equal_bytes(session: tuple[Path, TrueTake], tmp_path: Path) -> None:
    folder, take = session
    write_holoassist.write_take(tmp_path, make_take(take.name, SETTINGS), SETTINGS)
    for side in ("Left", "Right"):
        (path,) = tmp_path.rglob(f"{side}_sync.txt")
        assert path.read_bytes() == (folder / path.name).read_bytes()
