"""HOT3D's takes by either model, as sequences and as clips, against their truth; mistakes of rate and validity show.

The truth is exact for both models in takes whose digits only curl and whose thumbs turn about the CMC joint; in others
MANO is a fit to UmeTrack's hand, as it is in the release, and only near it.
"""

import io
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from handx_core.hand_models.mano import ManoFiles
from handx_core.sources import hot3d_clips, hot3d_sequences
from handx_core.sources.base import KnownHands, Recording
from handx_core.sources.hot3d import Hot3d
from handx_core.sources.hot3d_poses import absent_hand
from handx_core.sources.reading import read_source
from handx_core.synthetic import write_hot3d
from handx_core.synthetic.hands import HandShape, hand_joints, hand_shape
from handx_core.synthetic.mano_standin import curled
from handx_core.synthetic.takes import SyntheticSettings, TakeName, TrueTake, make_take, subject_postures
from handx_core.synthetic.write_hot3d_clips import CLIP_FRAMES, clip_frames

LARGEST_ERROR_M = 0.1e-3
LARGEST_STAMP_ERROR_S = 1e-6
LARGEST_MEAN_FIT_ERROR_M = 1.6e-3
LARGEST_FIT_ERROR_M = 15e-3
SETTINGS = SyntheticSettings(seconds_per_take=12.0, wrong_start_share=1.0, short_gaps_per_minute=12.0)
COEFFICIENTS = np.array([0.8, -1.2, 0.5, 1.1, -0.7])
LOST = slice(200, 215)
"""Frames in which neither hand is there, so that sequences have no line for some of them."""

CUT_OUT = ("000040", "000041", "000042")
"""Frames that are taken out of each clip."""

KINDS = ("sequence", "clip")
MODELS = ("umetrack", "mano")
HEADSETS = {"Aria": 0, "Quest3": 1}


@dataclass(frozen=True)
class Case:
    """What was read, and the frames of the truth that it should hold; some without any hand may be missing."""

    reader: Hot3d
    recording: Recording
    truth: TrueTake
    frames: np.ndarray

    def hands(self, mano: ManoFiles):
        return self.reader.to_hands(self.recording, KnownHands(mano))

    def errors(self, mano: ManoFiles) -> np.ndarray | None:
        """Distances to the truth of the hands that are there, up to the world's origin and yaw; (N, 21) metres.

        None where the stamps are not those of these frames, or other hands are there than should be.
        """
        hands = self.hands(mano)
        truth_s = self.truth.times[self.frames] - self.truth.times[self.frames[0]]
        places = np.abs(hands.times[:, None] - truth_s).argmin(axis=1)
        missing = np.delete(self.frames, places)
        same_stamps = np.abs(hands.times - truth_s[places]).max() < LARGEST_STAMP_ERROR_S
        if not same_stamps or len(set(places)) < len(places) or self.truth.valid[missing].any():
            return None
        shown, there = self.frames[places], hands.valid.all(axis=-1)
        if (there != self.truth.valid[shown]).any():
            return None
        found, expected = (joints.reshape(-1, 3) for joints in (hands.joints[there], self.truth.joints[shown][there]))
        found, expected = found - found.mean(axis=0), expected - expected.mean(axis=0)
        across = np.cross(found[:, :2], expected[:, :2]).sum()
        yaw = Rotation.from_rotvec([0.0, 0.0, np.arctan2(across, (found[:, :2] * expected[:, :2]).sum())])
        return np.linalg.norm(yaw.apply(found) - expected, axis=-1).reshape(-1, 21)

    def is_true(self, mano: ManoFiles) -> bool:
        errors = self.errors(mano)
        return errors is not None and bool(errors.mean() < LARGEST_ERROR_M)


def curling_take(name: TakeName) -> tuple[TrueTake, HandShape]:
    """A take of known truth in which each digit curls at its own pace, and its hand."""
    take, shape = make_take(name, SETTINGS), hand_shape(COEFFICIENTS, "cmc")
    pace = 0.3 + 0.1 * np.arange(10).reshape(2, 5)
    angles = curled(0.6 - 0.5 * np.cos(2.0 * np.pi * pace * take.times[:, None, None]))
    local = np.stack([hand_joints(shape, angles[:, hand]) for hand in range(2)], axis=1)
    joints = np.einsum("thij,thkj->thki", take.wrists, local) + take.joints[:, :, :1]
    valid = take.valid.copy()
    valid[LOST] = False
    return replace(take, joints=joints, angles=angles, valid=valid), shape


def cut_out(root: Path) -> None:
    """Take frames out of every clip."""
    for path in root.rglob("*.tar"):
        with tarfile.open(path) as archive:
            members = [(member, archive.extractfile(member).read()) for member in archive]
        with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
            for member, content in members:
                if not member.name.startswith(CUT_OUT):
                    archive.addfile(member, io.BytesIO(content))


def read(root: Path, truth: TrueTake, model: str, mano: ManoFiles) -> Case:
    """The first recording of a take."""
    reader = Hot3d(model)
    recording = next(iter(read_source(reader, root, mano, 1)))
    assert isinstance(recording, Recording)
    if not write_hot3d.is_in_clips(truth.name):
        return Case(reader, recording, truth, np.arange(len(truth.times)))
    kept = np.delete(np.arange(CLIP_FRAMES), [int(name) for name in CUT_OUT])
    return Case(reader, recording, truth, clip_frames(truth)[0].start + kept)


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[tuple[str, str], tuple[Path, TrueTake]]:
    """By kind and headset, where a curling take was written and its truth."""
    found = {}
    for kind in KINDS:
        for headset, subject in HEADSETS.items():
            root = tmp_path_factory.mktemp(f"{kind}_{headset}")
            truth, shape = curling_take(TakeName("hot3d", subject, 4 if kind == "clip" else 0))
            write_hot3d.write_take_of(root, truth, shape, SETTINGS)
            cut_out(root)
            found[kind, headset] = root, truth
    return found


@pytest.mark.parametrize("headset", HEADSETS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("model", MODELS)
def test_a_take_that_both_models_can_say_comes_back(written, standin, model, kind, headset):
    case = read(*written[kind, headset], model, standin)
    up = {"Aria": "z_up", "Quest3": "y_up"}[headset]
    assert case.recording.variant == ("mano_" if model == "mano" else "") + ("clip_" if kind == "clip" else "") + up
    assert case.recording.take.subject == case.truth.subject
    errors = case.errors(standin)
    assert errors is not None
    assert errors.mean() < LARGEST_ERROR_M
    assert errors.max() < LARGEST_ERROR_M
    lines_left_out = len(case.frames) - len(case.recording.times)
    assert (lines_left_out > 0) == (kind == "sequence")


def change(**changes: Callable[[np.ndarray], np.ndarray]) -> Callable[[Recording], Recording]:
    """A mistake in stored arrays, by name."""

    def apply(recording: Recording) -> Recording:
        changed = {name: mistake(recording.arrays[name]) for name, mistake in changes.items()}
        return replace(recording, arrays=recording.arrays | changed)

    return apply


def at(times: Callable[[np.ndarray], np.ndarray]) -> Callable[[Recording], Recording]:
    """A mistake in the stamps."""
    return lambda recording: replace(recording, times=times(recording.times))


MISTAKES = {
    "microseconds for nanoseconds": at(lambda times: times * 1e3),
    "milliseconds for seconds": at(lambda times: times * 1e-3),
    "another rate": at(lambda times: times * 30.0 / 29.0),
    "rows for stamps": at(lambda times: np.arange(len(times)) / 30.0),
    "a row late": change(wrist_translations=lambda places: np.roll(places, 1, axis=0)),
    "absent hands taken for present": change(present=np.ones_like),
    "hands absent that are present": change(present=lambda present: present * [[1.0, 0.0]]),
    "presence of the other hand": change(present=lambda present: present[:, ::-1]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("model", MODELS)
def test_mistakes_of_rate_and_validity_are_seen(written, standin, model, kind, mistake):
    for headset in HEADSETS:
        case = read(*written[kind, headset], model, standin)
        assert not replace(case, recording=MISTAKES[mistake](case.recording)).is_true(standin)


@pytest.mark.parametrize("name", ["coefficients", "betas"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_poses_and_the_person_of_mano_matter(written, standin, kind, name):
    case = read(*written[kind, "Aria"], "mano", standin)
    assert not replace(case, recording=change(**{name: np.zeros_like})(case.recording)).is_true(standin)


def masks_ignored(monkeypatch):
    monkeypatch.setattr(hot3d_sequences, "_unmasked", lambda root, folder, stamps: np.ones(len(stamps)))


def first_masks_alone(monkeypatch):
    monkeypatch.setattr(hot3d_sequences, "MASKS", hot3d_sequences.MASKS[:1])


def absent_is_present(monkeypatch):
    def present(model):
        row = absent_hand(model)
        row[0] = 1.0
        return row

    for module in (hot3d_sequences, hot3d_clips):
        monkeypatch.setattr(module, "absent_hand", present)


def lines_are_not_merged(monkeypatch):
    monkeypatch.setattr(hot3d_sequences, "_one_line_an_instant", lambda stamps, usable: np.arange(len(stamps)))


def stamps_in_microseconds(monkeypatch):
    stamp = hot3d_clips._stamp
    monkeypatch.setattr(hot3d_clips, "_stamp", lambda info, path: stamp(info, path) // 1000)


@pytest.mark.parametrize(
    ("kind", "mistake"),
    [
        ("sequence", masks_ignored),
        ("sequence", first_masks_alone),
        ("sequence", absent_is_present),
        ("sequence", lines_are_not_merged),
        ("clip", absent_is_present),
        ("clip", stamps_in_microseconds),
    ],
)
@pytest.mark.parametrize("model", MODELS)
def test_mistakes_of_the_reader_are_seen(written, standin, monkeypatch, model, kind, mistake):
    mistake(monkeypatch)
    assert not read(*written[kind, "Aria"], model, standin).is_true(standin)


@pytest.mark.parametrize("number", [0, 1, 4])
def test_mano_is_near_the_hands_that_it_was_fitted_to(tmp_path, standin, number):
    truth = make_take(TakeName("hot3d", 1, number), SETTINGS)
    write_hot3d.write_take(tmp_path, truth, SETTINGS)
    assert subject_postures("hot3d", 1, SETTINGS).shape.opposition_pivot.max() == 0.0  # not a thumb of MANO's
    cut_out(tmp_path)
    errors = read(tmp_path, truth, "mano", standin).errors(standin)
    assert errors is not None
    assert LARGEST_ERROR_M < errors.mean() < LARGEST_MEAN_FIT_ERROR_M
    assert errors.max() < LARGEST_FIT_ERROR_M
