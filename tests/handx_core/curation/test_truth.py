"""From raw files to skeletons against the noise-free truth that the synthetic raw root was written from.

Also puts in every mistake that a reader could make, one by one, and sees the check fail: a test that passes with the
axes swapped is worth nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.interpolate import make_interp_spline
from scipy.spatial.transform import Rotation

from handx_core.curation.clips import cut_clips
from handx_core.curation.settings import CurationSettings
from handx_core.curation.skeletons import Skeleton, cut_skeletons
from handx_core.curation.subject_hands import bone_lengths_of, measure_subject_hands
from handx_core.hand_models.mano import ManoFiles
from handx_core.skeleton import bone_lengths
from handx_core.sources import SOURCES
from handx_core.sources.base import KnownHands, Recording
from handx_core.sources.reading import read_source
from handx_core.synthetic.raw_root import write_raw_root
from handx_core.synthetic.takes import SourceSize, SyntheticSettings, TrueTake, true_takes

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))
TAKEN = [source for source in SOURCES if source not in ("optitrack", "handx")]
"""Sources of whole takes of joints: the clips of HandX's archive are held against the truth in test_handx_truth, joints
solved from markers, which are never exact, in test_optitrack_truth."""

LARGEST_MEAN_ERROR_M = 0.1e-3
SMALL = SourceSize(subjects=2, takes_per_subject=2)
SETTINGS = SyntheticSettings(
    seconds_per_take=8.0,
    wrong_start_share=1.0,
    gigahands=SMALL,
    hot3d=SMALL,
    holoassist=SourceSize(subjects=3, takes_per_subject=1),
    arctic=SMALL,
    h2o=SMALL,
    optitrack=SourceSize(subjects=0, takes_per_subject=0),
    handx=SourceSize(subjects=0, takes_per_subject=0),
    long_gaps_per_minute=4.0,
    short_gaps_per_minute=12.0,
)
CURATION = CurationSettings()


@pytest.fixture(scope="module")
def raw_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("raw")
    write_raw_root(root, SETTINGS)
    return root


@pytest.fixture(scope="module")
def takes(raw_root: Path) -> dict[str, list[tuple[Recording, TrueTake]]]:
    """Recordings of every source with their truth, in the order of recording_id."""
    return {source: read_with_truth(raw_root, source) for source in TAKEN}


def read_with_truth(raw_root: Path, source: str) -> list[tuple[Recording, TrueTake]]:
    results = list(read_source(SOURCES[source], raw_root / source, mano_of(raw_root), 1))
    recordings = [result for result in results if isinstance(result, Recording)]
    assert len(recordings) == len(results)
    truths = {take.recording_id: take for take in true_takes(source, SETTINGS)}
    assert [recording.take.recording_id for recording in recordings] == sorted(truths)
    return [(recording, truths[recording.take.recording_id]) for recording in recordings]


def mano_of(raw_root: Path) -> ManoFiles:
    return ManoFiles(raw_root / "mano", raw_root / "plain_mano")


def skeletons_of(source: str, recording: Recording, mano: ManoFiles = NO_MANO) -> list[Skeleton]:
    hands = SOURCES[source].to_hands(recording, KnownHands(mano))
    subject = recording.take.subject
    lengths = bone_lengths_of(subject, measure_subject_hands([(subject, hands)]))
    return cut_skeletons(recording, hands, lengths, CURATION)[0]


def true_joints(truth: TrueTake, skeleton: Skeleton) -> np.ndarray:
    """The truth at the skeleton's frames, turned about z by the angle of its own mean wrist direction."""
    offsets = (truth.joints[:, 1, 0] - truth.joints[:, 0, 0])[truth.valid.all(axis=1)]
    angle = np.arctan2(offsets[:, 1].mean(), offsets[:, 0].mean())
    grid = skeleton.start_s + np.arange(len(skeleton.joints)) / 30.0
    at_grid = make_interp_spline(truth.times, truth.joints.reshape(len(truth.times), -1), k=5)(grid)
    turned = Rotation.from_rotvec([0.0, 0.0, -angle]).apply(at_grid.reshape(-1, 3))
    return turned.reshape(-1, 2, 21, 3)


def joint_errors(source: str, skeletons: list[Skeleton], truth: TrueTake) -> np.ndarray:
    """Distances to the truth over all frames of a take, metres.

    The place of the world's origin is a source's own, so that one translation a take is taken out; for H2O, whose
    first camera has a pitch of its own, one rotation too. HoloAssist's reader leaves out frames that only repeat one:
    the mean over the others turns a little less.
    """
    found = np.concatenate([skeleton.joints.reshape(-1, 3) for skeleton in skeletons]).astype(np.float64)
    expected = np.concatenate([true_joints(truth, skeleton).reshape(-1, 3) for skeleton in skeletons])
    found, expected = found - found.mean(axis=0), expected - expected.mean(axis=0)
    if source == "h2o":
        found = Rotation.align_vectors(expected, found)[0].apply(found)
    if source == "holoassist":
        found = found @ yaw_between(found, expected).T
    return np.linalg.norm(found - expected, axis=-1)


def yaw_between(points: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """The rotation about z that brings points (N, 3) nearest to others."""
    across = np.cross(points[:, :2], onto[:, :2]).sum()
    return Rotation.from_rotvec([0.0, 0.0, np.arctan2(across, (points[:, :2] * onto[:, :2]).sum())]).as_matrix()


def matches(source: str, recording: Recording, truth: TrueTake, mano: ManoFiles) -> bool:
    """Whether a recording gives skeletons that are within the allowed error of the truth."""
    skeletons = skeletons_of(source, recording, mano)
    return bool(skeletons) and float(joint_errors(source, skeletons, truth).mean()) < LARGEST_MEAN_ERROR_M


@pytest.mark.parametrize("source", TAKEN)
def test_skeletons_match_the_truth(takes, raw_root, source):
    variants = set()
    for recording, truth in takes[source]:
        skeletons = skeletons_of(source, recording, mano_of(raw_root))
        errors = joint_errors(source, skeletons, truth)
        observed = np.concatenate([skeleton.observed.ravel() for skeleton in skeletons])
        assert errors.mean() < LARGEST_MEAN_ERROR_M
        assert errors[observed].max() < LARGEST_MEAN_ERROR_M
        assert recording.take.subject == truth.subject
        variants.add(recording.variant)
    # Every way to store a take was read.
    assert len(variants) == {"gigahands": 2, "hot3d": 2, "holoassist": 2, "arctic": 1, "h2o": 1}[source]


def change(**changes: Callable[[np.ndarray], np.ndarray]) -> Callable[[Recording], Recording]:
    """A mistake in stored arrays, by name."""

    def apply(recording: Recording) -> Recording:
        changed = {
            name: changes[name](array).astype(np.float32) for name, array in recording.arrays.items() if name in changes
        }
        return replace(recording, arrays=recording.arrays | changed)

    return apply


def faster(recording: Recording) -> Recording:
    """The stamps of another rate."""
    return replace(recording, times=recording.times * (30.0 / 29.0))


def frames_lost(recording: Recording) -> Recording:
    """Row i taken for frame i although rows are missing."""
    kept = np.delete(np.arange(len(recording.times)), [40, 41, 42])
    arrays = {n: a[kept] if len(a) == len(recording.times) else a for n, a in recording.arrays.items()}
    return replace(recording, times=recording.times[: len(kept)], arrays=arrays)


def other_axes(recording: Recording) -> Recording:
    """The up axis of the other headset."""
    return replace(recording, variant={"z_up": "y_up", "y_up": "z_up"}[recording.variant])


MIRROR = np.array([-1.0, 1.0, 1.0])
KEYPOINT_MISTAKES = {
    "axis": change(joints=lambda joints: joints[..., [0, 2, 1]]),
    "unit": change(joints=lambda joints: joints * 0.1),
    "order": change(joints=lambda joints: joints[:, :, [0, *range(5, 21), *range(1, 5)]]),
    "hands swapped": change(joints=lambda joints: joints[:, ::-1]),
    "mirror": change(joints=lambda joints: joints * MIRROR),
    "rate": faster,
    "rows for frames": frames_lost,
}
MISTAKES = {
    "gigahands": KEYPOINT_MISTAKES
    | {"validity": change(confidence=np.ones_like, chosen=np.ones_like)},
    "h2o": KEYPOINT_MISTAKES
    | {
        "validity": change(annotated=np.ones_like),
        "camera left out": change(camera_to_world=lambda poses: np.broadcast_to(np.eye(4), poses.shape)),
        "camera inverted": change(camera_to_world=np.linalg.inv),
    },
    "hot3d": {
        "axis": other_axes,
        "unit": change(profile_landmarks=lambda landmarks: landmarks * 0.1),
        "order": change(angles=lambda angles: angles[..., [*range(4, 20), *range(4), 20, 21]]),
        "quaternion order": change(wrist_rotations=lambda wxyz: wxyz[..., [1, 2, 3, 0]]),
        "hands swapped": change(angles=lambda angles: angles[:, ::-1]),
        "mirror": change(wrist_translations=lambda translations: translations * MIRROR),
        "rate": faster,
        "rows for frames": frames_lost,
        "validity": change(present=np.ones_like, unmasked=np.ones_like),
        "masks": change(unmasked=np.ones_like),
    },
}  # fmt: skip


@pytest.mark.parametrize(("source", "mistake"), [(s, m) for s, mistakes in MISTAKES.items() for m in mistakes])
def test_every_mistake_is_seen(takes, raw_root, source, mistake):
    spoiled = [(MISTAKES[source][mistake](recording), truth) for recording, truth in takes[source]]
    assert not all(matches(source, recording, truth, mano_of(raw_root)) for recording, truth in spoiled)


def test_real_sample_becomes_one_skeleton_and_no_clip_and_says_so():
    root = Path(__file__).parents[3] / ".." / "shared" / "samples" / "hot3d"
    if not root.is_dir():
        pytest.skip("the real HOT3D sample is not beside the project")
    (recording,) = read_source(SOURCES["hot3d"], root, NO_MANO, 1)
    assert isinstance(recording, Recording)
    (skeleton,) = skeletons_of("hot3d", recording)
    stamps = SOURCES["hot3d"].to_hands(recording, KnownHands(NO_MANO)).times
    np.testing.assert_allclose(skeleton.start_s + np.arange(15) / 30.0, stamps, atol=1e-6)
    assert skeleton.joints.shape == (15, 2, 21, 3)
    assert skeleton.observed.all()
    assert bone_lengths(skeleton.joints).std(axis=0).max() < 0.05e-3
    assert skeleton.quality.chirality_fraction == 1.0
    clips = cut_clips([skeleton], CURATION)
    assert len(clips) == 0
    assert clips.rejected[0].reason == "expected the 60 frames of a clip or more, found 15"


@pytest.mark.parametrize("source", ["gigahands", "h2o"])
def test_labels_are_where_the_script_has_its_scenes(takes, source):
    found = [label for recording, _ in takes[source] for label in recording.take.labels]
    assert len(found) >= len(takes[source])
    for recording, truth in takes[source]:
        scenes = np.array([scene[:2] for scene in truth.script]).clip(max=len(truth.times) / 30.0)
        for label in recording.take.labels:
            distances = np.abs(scenes - [label.start_s, label.end_s]).max(axis=1)
            assert distances.min() < 1.01 / 30.0
            assert label.text
