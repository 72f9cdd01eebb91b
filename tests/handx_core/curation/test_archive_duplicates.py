"""A clip of HandX's archive that another source has too lands on that source's side of the split.

The archive's copies begin at other frames, face another way, have lost digits, and say nothing of where they come
from: what the reader makes of them is divided together with the other sources' clips, and the finished split is proven.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from handx_core.curation.clips import cut_clips
from handx_core.curation.duplicates import find_duplicates
from handx_core.curation.settings import CurationSettings, IntensitySettings
from handx_core.curation.skeletons import Skeleton, cut_skeletons
from handx_core.curation.splits import Split, SplitSettings, assign_splits, split_violations
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import KnownHands, Recording, Take, TrackedHands
from handx_core.sources.handx import HandX
from handx_core.sources.reading import read_source
from handx_core.synthetic.takes import SyntheticSettings, TakeName, TrueTake, make_take
from handx_core.synthetic.write_handx import copied_clips, own_clips, write_archive

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))
SETTINGS = SyntheticSettings(seconds_per_take=14.0, long_gaps_per_minute=0.0, short_gaps_per_minute=0.0)
CURATION = CurationSettings(stride=60, intensity=IntensitySettings(min_speed_m_s=0.0, min_angular_deg_s=0.0))
SHARED = [make_take(TakeName(name, who, 0), SETTINGS) for name in ("gigahands", "holoassist") for who in range(5)]
OWN = [make_take(TakeName("h2o", subject, 0), SETTINGS) for subject in range(4)]


@dataclass(frozen=True)
class Dataset:
    """One entry a clip. origin: the subject of the take that the motion really is of."""

    ids: list[str]
    sources: list[str]
    subjects: list[str]
    official: list[str | None]
    origin: list[str]
    joints: np.ndarray

    def split(self, groups: np.ndarray, settings: SplitSettings) -> Split:
        return assign_splits(self.ids, self.sources, self.subjects, self.official, groups, settings)

    def violations(self, split: Split, settings: SplitSettings) -> list[str]:
        return split_violations(self.ids, self.subjects, self.official, split.split, self.joints, settings)

    def copies(self) -> list[int]:
        return [row for row, source in enumerate(self.sources) if source == "handx" and self.origin[row] != "own"]


def skeleton_of(recording: Recording, hands: TrackedHands) -> Skeleton:
    (skeleton,), _ = cut_skeletons(recording, hands, np.full((2, 20), np.nan), CURATION)
    return skeleton


def skeleton_of_take(take: TrueTake) -> Skeleton:
    """A take as another source brings it: whole, facing anywhere."""
    turned = take.joints @ Rotation.from_euler("z", len(take.recording_id)).as_matrix().T
    recording = Recording(Take(take.recording_id, Path("-"), take.subject), "joints", "", take.times, {})
    return skeleton_of(recording, TrackedHands(take.times, turned, np.ones(turned.shape[:3], np.bool_)))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    root = tmp_path_factory.mktemp("handx")
    copies = [(take.subject, clip) for take in SHARED for clip in copied_clips(take, SETTINGS, 3)]
    own = [("own", clip) for take in OWN for clip in own_clips(take, SETTINGS, 2)]
    write_archive(root, [clip for _, clip in copies + own])
    origin_of = {clip.motion.tobytes(): origin for origin, clip in copies + own}
    skeletons = [skeleton_of_take(take) for take in SHARED]
    origins = {skeleton.skeleton_id: skeleton.subject for skeleton in skeletons}
    labels: dict[str, str | None] = {}
    for recording in read_source(HandX(), root, NO_MANO, 1):
        assert isinstance(recording, Recording)
        skeletons.append(skeleton_of(recording, HandX().to_hands(recording, KnownHands(NO_MANO))))
        origins[skeletons[-1].skeleton_id] = origin_of[recording.arrays["joints"].tobytes()]
        labels[skeletons[-1].skeleton_id] = recording.take.official_split
    clips = cut_clips(skeletons, CURATION)
    return Dataset(
        ids=list(clips.clip_ids),
        sources=[name.split("/")[0] for name in clips.clip_ids],
        subjects=list(clips.subjects),
        official=[labels.get(name) for name in clips.skeleton_ids],
        origin=[origins[name] for name in clips.skeleton_ids],
        joints=clips.joints,
    )


@pytest.fixture(scope="module")
def groups(dataset: Dataset) -> np.ndarray:
    return find_duplicates(dataset.joints)


def test_the_archive_is_what_it_is_meant_to_be(dataset: Dataset) -> None:
    copies = dataset.copies()
    assert len(copies) == 3 * len(SHARED)
    assert {dataset.official[row] for row in copies} == {"train", "test"}
    assert all(dataset.subjects[row] == dataset.ids[row].removesuffix("/0/0") for row in copies)  # each for itself
    others = dataset.joints[[row for row, source in enumerate(dataset.sources) if source != "handx"]]
    for row in copies:  # no copy is, number by number, any of the other sources' clips
        assert np.abs(others - dataset.joints[row]).max(axis=(1, 2, 3, 4)).min() > 0.01


def test_every_copy_is_linked_with_its_take_and_nothing_else(dataset: Dataset, groups: np.ndarray) -> None:
    for row in dataset.copies():
        linked = {dataset.origin[other] for other in np.flatnonzero(groups == groups[row])}
        assert linked == {dataset.origin[row]}
        assert any(dataset.sources[other] != "handx" for other in np.flatnonzero(groups == groups[row]))
    own = [row for row, origin in enumerate(dataset.origin) if origin == "own"]
    assert all((groups == groups[row]).sum() == 1 for row in own)


@pytest.mark.parametrize("seed", range(4))
def test_a_copy_is_on_the_side_of_its_subject(dataset: Dataset, groups: np.ndarray, seed: int) -> None:
    settings = SplitSettings(seed=seed, val_fraction=0.2, test_fraction=0.2)
    split = dataset.split(groups, settings)
    side_of = {
        subject: side
        for subject, side, source in zip(dataset.subjects, split.split, dataset.sources, strict=True)
        if source != "handx"
    }
    assert set(side_of.values()) == {"train", "val", "test"}
    for row in dataset.copies():
        assert split.split[row] == side_of[dataset.origin[row]]
        assert "near-identical motion of 4 subjects" in split.why[row]  # three copies and the subject of the take
    assert dataset.violations(split, settings) == []


def test_clips_of_a_sequence_that_the_archive_names_stay_together(dataset: Dataset, groups: np.ndarray) -> None:
    split = dataset.split(groups, SplitSettings())
    sides: dict[str, set[str]] = {}
    for subject, origin, side in zip(dataset.subjects, dataset.origin, split.split, strict=True):
        if origin == "own":
            sides.setdefault(subject, set()).add(side)
    assert len(sides) == len(OWN)
    assert all(len(found) == 1 for found in sides.values())


def test_the_official_label_of_a_copy_binds_its_take(dataset: Dataset, groups: np.ndarray) -> None:
    """Under the official protocol the archive's test clips are tested on, and the other source's copy of them too."""
    settings = SplitSettings(protocol="official", val_fraction=0.2, test_fraction=0.2)
    split = dataset.split(groups, settings)
    for row in dataset.copies():
        assert split.split[row] == dataset.official[row]
        of_take = [
            other for other, source in enumerate(dataset.sources) if source != "handx" and groups[other] == groups[row]
        ]
        assert {split.split[other] for other in of_take} == {dataset.official[row]}
    assert dataset.violations(split, settings) == []


@pytest.mark.parametrize("protocol", ["by_subject", "official"])
def test_a_split_that_does_not_look_for_copies_is_caught(dataset: Dataset, protocol: str) -> None:
    settings = SplitSettings(protocol=protocol, val_fraction=0.2, test_fraction=0.2)  # type: ignore[arg-type]
    breaches = dataset.violations(dataset.split(np.arange(len(dataset.ids)), settings), settings)
    assert len(breaches) > 3
    assert all("handx/" in breach and "the same motion" in breach for breach in breaches)


@pytest.mark.parametrize("shift", [7, 16, 29])
@pytest.mark.parametrize("turn", [0.0, 0.4, 3.0])
def test_a_copy_at_any_frame_and_yaw_is_found_after_rounding(shift: int, turn: float) -> None:
    """One copy beside its take's windows and those of others, in float32 and rounded to a tenth of a millimetre."""
    cos, sin = np.cos(turn), np.sin(turn)
    rotation = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    windows = [take.joints[start : start + 60] for take in SHARED[:4] for start in range(0, 360, 60)]
    copy = (SHARED[1].joints[120 + shift : 180 + shift] @ rotation.T + [3.0, -1.0, 0.2]).astype(np.float32).round(4)
    found = find_duplicates(np.stack([*windows, copy]).astype(np.float32))
    assert 8 in np.flatnonzero(found == found[-1])  # the window of take 1 that begins at frame 120
    assert all(6 <= row < 12 for row in np.flatnonzero(found == found[-1])[:-1])
