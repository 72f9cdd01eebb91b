"""HandX's archives as the synthetic writer leaves them, read here with NumPy alone."""

import json
from pathlib import Path

import numpy as np
import pytest

from handx_core.captioning.rules import write_captions
from handx_core.kinematics.events import extract_events_batch
from handx_core.synthetic.takes import SourceSize, SyntheticSettings, TakeName, TrueTake, make_take
from handx_core.synthetic.write_handx import ArchiveClip, copied_clips, own_clips, write_archive

SETTINGS = SyntheticSettings(
    seconds_per_take=12.0, hot3d=SourceSize(subjects=3, takes_per_subject=1), short_gaps_per_minute=6.0
)
TAKES = [make_take(TakeName(source, subject, 0), SETTINGS) for source in ("h2o", "gigahands") for subject in range(3)]


@pytest.fixture(scope="module")
def clips() -> list[ArchiveClip]:
    own = [clip for take in TAKES[:3] for clip in own_clips(take, SETTINGS, 4)]
    return own + [clip for take in TAKES[3:] for clip in copied_clips(take, SETTINGS, 2)]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, clips: list[ArchiveClip]) -> Path:
    folder = tmp_path_factory.mktemp("raw") / "handx"
    write_archive(folder, clips)
    return folder


def load(root: Path, split: str) -> dict[str, dict]:
    with np.load(root / f"{split}_can_pos_all_wotextfeat.npz", allow_pickle=True) as archive:  # written just now
        return {key: archive[key].item() for key in archive.files}


def test_entries_are_what_the_loaders_of_handx_expect(root: Path, clips: list[ArchiveClip]) -> None:
    stored = {split: load(root, split) for split in ("train", "test")}
    assert sum(map(len, stored.values())) == len(clips) > 10
    assert all(stored.values())  # the split is by take, and both sides have some
    for entry in (entry for of_split in stored.values() for entry in of_split.values()):
        assert list(entry) == ["motion", "left_annotation", "right_annotation", "interaction_annotation"]
        assert entry["motion"].shape == (60, 2, 21, 3)
        assert entry["motion"].dtype == np.float32
        for name in list(entry)[1:]:
            assert len(entry[name]) == 5
            assert all(text.startswith("Here ") and text.endswith(".") for text in entry[name])


def test_keys_and_metadata(root: Path, clips: list[ArchiveClip]) -> None:
    datasets = json.loads((root / "handx_to_dataset_source_release.json").read_text())
    metadata = json.loads((root / "source_metadata.json").read_text())
    for split in ("train", "test"):
        keys = list(load(root, split))
        assert list(datasets[split]) == keys
        assert list(metadata[split]) == [key for key in keys if not key.isdigit()]
        for key, entry in metadata[split].items():
            assert key == f"{entry['source_sequence_id']}_{entry['frame_start']}"
            assert entry["frame_end"] - entry["frame_start"] == 60
    assert {clip.dataset for clip in clips} == {"h2o", "gigahands"}


def distances(joints: np.ndarray) -> np.ndarray:
    """Between all joints of a frame: what no turn or shift of the room changes."""
    points = joints.reshape(len(joints), 42, 3)
    return np.linalg.norm(points[:, :, None] - points[:, None], axis=-1)


@pytest.mark.parametrize("cut", [own_clips, copied_clips])
def test_motion_is_a_window_of_the_take_where_both_hands_are_tracked(cut) -> None:
    for take in TAKES[:2]:
        cut_here = cut(take, SETTINGS, 3)
        assert cut_here
        for clip in cut_here:
            window = slice(clip.start, clip.start + 60)
            assert take.valid[window].all()
            np.testing.assert_allclose(distances(clip.motion), distances(take.joints[window]), atol=1e-6)
            np.testing.assert_allclose(clip.motion[..., 2], take.joints[window][..., 2], atol=1e-6)  # z stays up


def wrist_direction(take: TrueTake, clip: ArchiveClip) -> float:
    """The take's mean wrist direction as the clip has it, radians from +x."""
    a, b = clip.motion[0, :, 0, :2], take.joints[clip.start, :, 0, :2]
    turned = np.arctan2(*(a[1] - a[0])[::-1]) - np.arctan2(*(b[1] - b[0])[::-1])
    offsets = (take.joints[:, 1, 0] - take.joints[:, 0, 0])[take.valid.all(axis=1)].mean(axis=0)
    angle = turned + np.arctan2(offsets[1], offsets[0])
    return float((angle + np.pi) % (2 * np.pi) - np.pi)


def test_yaw_is_removed_once_a_take_and_otherwise_for_copies() -> None:
    for take in TAKES[:3]:
        assert all(abs(wrist_direction(take, clip)) < 1e-5 for clip in own_clips(take, SETTINGS, 4))
        residues = [wrist_direction(take, clip) for clip in copied_clips(take, SETTINGS, 4)]
        assert np.ptp(residues) < 1e-5
        assert 0.001 < abs(residues[0]) < 0.6


def test_copies_begin_where_no_window_of_the_demo_does() -> None:
    whole = SETTINGS.model_copy(update={"short_gaps_per_minute": 0.0, "long_gaps_per_minute": 0.0})
    for take in (make_take(take.name, whole) for take in TAKES[3:]):
        copies, own = copied_clips(take, whole, 9), own_clips(take, whole, 9)
        assert [clip.start for clip in own] == [0, 60, 120, 180, 240, 300]
        assert len(copies) == 5
        assert all(clip.start % 30 for clip in copies)
        assert {clip.sequence for clip in copies} == {""}
        assert {clip.sequence for clip in own} == {take.recording_id.replace("/", "_")}


def test_texts_say_what_the_rules_say_in_other_words(clips: list[ArchiveClip]) -> None:
    for take in TAKES[:2]:
        for clip in own_clips(take, SETTINGS, 2):
            (events,) = extract_events_batch(clip.motion[None], 30)
            for said, caption in zip(
                clip.left, write_captions(f"{take.recording_id}/{clip.start}", events), strict=True
            ):
                assert said != caption.left
                shared = set(said.lower().split()) & set(caption.left.lower().split())
                assert len(shared) >= 0.6 * len(set(caption.left.split()))


def test_equal_clips_give_equal_bytes(root: Path, clips: list[ArchiveClip], tmp_path: Path) -> None:
    write_archive(tmp_path, clips)
    names = sorted(path.name for path in root.iterdir())
    assert len(names) == 4
    assert all((root / name).read_bytes() == (tmp_path / name).read_bytes() for name in names)
    again = own_clips(make_take(TAKES[0].name, SETTINGS), SETTINGS, 4)
    assert all(np.array_equal(a.motion, b.motion) and a.left == b.left for a, b in zip(again, clips, strict=False))
