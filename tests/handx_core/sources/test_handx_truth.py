"""From HandX's archives to clips against the truth that they were written from; and each mistake, put in, is seen."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from handx_core.captioning.source_texts import CLIP_COLUMNS, RECORDING_COLUMNS, SKELETON_COLUMNS, source_texts
from handx_core.curation.clips import Clips, cut_clips
from handx_core.curation.rows import clips_batch, skeletons_batch
from handx_core.curation.settings import CurationSettings, IntensitySettings
from handx_core.curation.skeletons import cut_skeletons
from handx_core.curation.subject_hands import bone_lengths_of, measure_subject_hands
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import KnownHands, Recording, TrackedHands
from handx_core.sources.handx import HandX
from handx_core.sources.reading import read_source
from handx_core.sources.rows import recordings_batch
from handx_core.synthetic.takes import SyntheticSettings, TakeName, TrueTake, make_take
from handx_core.synthetic.write_handx import own_clips, write_archive

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))
LARGEST_MEAN_ERROR_M = 0.1e-3
SETTINGS = SyntheticSettings(seconds_per_take=12.0, long_gaps_per_minute=0.0, short_gaps_per_minute=6.0)
TAKES = [make_take(TakeName("h2o", subject, 0), SETTINGS) for subject in range(3)]
CURATION = CurationSettings(intensity=IntensitySettings(min_speed_m_s=0.0, min_angular_deg_s=0.0))

Truth = tuple[TrueTake, int]
Mistake = Callable[[TrackedHands], TrackedHands]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Recording, Truth]]:
    """Recordings with the take and the first frame that each was cut from."""
    root = tmp_path_factory.mktemp("raw")
    clips = [(take, clip) for take in TAKES for clip in own_clips(take, SETTINGS, 3)]
    write_archive(root, [clip for _, clip in clips])
    truths = {f"handx/{clip.split}/{clip.sequence}_{clip.start}": (take, clip.start) for take, clip in clips}
    recordings = list(read_source(HandX(), root, NO_MANO, 1))
    assert len(recordings) == len(truths) > 6
    return [(recording, truths[recording.take.recording_id]) for recording in recordings]


def clips_of(recording: Recording, hands: TrackedHands) -> Clips:
    subject = recording.take.subject
    lengths = bone_lengths_of(subject, measure_subject_hands([(subject, hands)]))
    return cut_clips(cut_skeletons(recording, hands, lengths, CURATION)[0], CURATION)


def true_clip(truth: Truth) -> np.ndarray:
    """The window of the take, its mean wrist direction along +x, from the right wrist of its first frame on."""
    take, start = truth
    offsets = (take.joints[:, 1, 0] - take.joints[:, 0, 0])[take.valid.all(axis=1)]
    angle = np.arctan2(offsets[:, 1].mean(), offsets[:, 0].mean())
    window = take.joints[start : start + 60] - take.joints[start, 1, 0]
    return Rotation.from_rotvec([0.0, 0.0, -angle]).apply(window.reshape(-1, 3)).reshape(60, 2, 21, 3)


def matches(recording: Recording, truth: Truth, mistake: Mistake = lambda hands: hands) -> bool:
    """Whether a recording gives one clip, complete, within the allowed error of the truth."""
    cut = clips_of(recording, mistake(HandX().to_hands(recording, KnownHands(NO_MANO))))
    if len(cut) != 1 or not cut.kept.all():
        return False
    errors = np.linalg.norm(cut.joints[0] - true_clip(truth), axis=-1)
    return float(errors.mean()) < LARGEST_MEAN_ERROR_M


def test_every_clip_is_exactly_its_window(read) -> None:
    for recording, truth in read:
        cut = clips_of(recording, HandX().to_hands(recording, KnownHands(NO_MANO)))
        assert cut.clip_ids == (f"{recording.take.recording_id}/0/0",)
        assert np.abs(cut.joints[0] - true_clip(truth)).max() < 1e-6
        assert matches(recording, truth)


def test_clips_of_a_sequence_share_a_subject(read) -> None:
    subjects = {truth[0].recording_id: recording.take.subject for recording, truth in read}
    assert len(set(subjects.values())) == len(subjects) == 3
    for recording, truth in read:
        assert recording.take.subject == subjects[truth[0].recording_id]
        assert recording.licence == "synthetic: none"


def change(joints: Callable[[np.ndarray], np.ndarray]) -> Mistake:
    return lambda hands: replace(hands, joints=joints(hands.joints))


def lost(hands: TrackedHands) -> TrackedHands:
    """Half of the frames not valid."""
    valid = hands.valid & (np.arange(len(hands.times)) % 2 == 0)[:, None, None]
    return replace(hands, valid=valid, joints=np.where(valid[..., None], hands.joints, np.nan))


MISTAKES: dict[str, Mistake] = {
    "axis": change(lambda joints: joints[..., [0, 2, 1]] * np.array([1.0, -1.0, 1.0])),
    "unit": change(lambda joints: joints * 0.1),
    "order": change(lambda joints: joints[:, :, [0, *range(5, 21), *range(1, 5)]]),
    "hands swapped": change(lambda joints: joints[:, ::-1]),
    "mirror": change(lambda joints: joints * np.array([-1.0, 1.0, 1.0])),
    "rate": lambda hands: replace(hands, times=hands.times * (30.0 / 29.0)),
    "yaw removed again": lambda hands: replace(hands, faces_away=False),
    "validity": lost,
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_is_seen(read, mistake: str) -> None:
    assert not any(matches(recording, truth, MISTAKES[mistake]) for recording, truth in read)


def test_the_texts_of_every_clip_reach_the_captions(read) -> None:
    """Through the rows of the tables in between, as the assets hand them on."""
    recordings = [recording for recording, _ in read]
    spans = [
        cut_skeletons(recording, HandX().to_hands(recording, KnownHands(NO_MANO)), np.full((2, 20), np.nan), CURATION)[
            0
        ]
        for recording in recordings
    ]
    skeletons = [skeleton for of_take in spans for skeleton in of_take]
    texts = source_texts(
        [recordings_batch(recordings).select(RECORDING_COLUMNS)],
        [skeletons_batch(skeletons).select(SKELETON_COLUMNS)],
        [clips_batch(cut_clips(skeletons, CURATION)).select(CLIP_COLUMNS)],
    )
    assert [(of_clip.clip_id, caption.level, caption.left) for of_clip in texts for caption in of_clip.captions] == [
        (f"{recording.take.recording_id}/0/0", caption.level, caption.left)
        for recording in recordings
        for caption in recording.captions
    ]
