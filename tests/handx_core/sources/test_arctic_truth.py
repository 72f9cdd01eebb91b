"""ARCTIC's synthetic takes against their truth, and every mistake put in that a reader could make."""

from dataclasses import replace

import numpy as np
import pytest

from handx_core.errors import Rejection
from handx_core.hand_models.mano import ManoFiles, ManoHand
from handx_core.sources import mano_parameters
from handx_core.sources.arctic import Arctic
from handx_core.sources.base import KnownHands
from handx_core.sources.reading import read_source
from handx_core.synthetic import write_arctic
from handx_core.synthetic.files import WrittenTake
from handx_core.synthetic.takes import SourceSize, SyntheticSettings, true_takes

ARCTIC = Arctic()
LARGEST_MEAN_ERROR_M = 0.1e-3
SETTINGS = SyntheticSettings(seconds_per_take=12.0, arctic=SourceSize(subjects=4, takes_per_subject=2))


@pytest.fixture(scope="module")
def takes(tmp_path_factory, standin):
    """Recordings with their truth, in the order of recording_id."""
    root = tmp_path_factory.mktemp("arctic")
    truths = {take.recording_id: take for take in true_takes("arctic", SETTINGS)}
    for take in truths.values():
        write_arctic.write_take(root, take, SETTINGS)
    write_arctic.write_index(root, [WrittenTake.of(take, SETTINGS) for take in truths.values()], SETTINGS)
    recordings = list(read_source(ARCTIC, root, standin, 1))
    assert not [recording for recording in recordings if isinstance(recording, Rejection)]
    assert [recording.take.recording_id for recording in recordings] == sorted(truths)
    return [(recording, truths[recording.take.recording_id]) for recording in recordings]


def errors(hands, truth):
    """Distances to the truth, metres; stamps that differ count as a whole metre."""
    if len(hands.times) != len(truth.times) or np.abs(hands.times - truth.times).max() > 1e-9:
        return np.ones(1)
    return np.linalg.norm(hands.joints - truth.joints, axis=-1)


def is_true(recording, truth, mano):
    return errors(ARCTIC.to_hands(recording, KnownHands(mano)), truth).mean() < LARGEST_MEAN_ERROR_M


def test_joints_match_the_truth(takes, standin):
    for recording, truth in takes:
        hands = ARCTIC.to_hands(recording, KnownHands(standin))
        found = errors(hands, truth)
        assert found.mean() < LARGEST_MEAN_ERROR_M
        assert found.max() < LARGEST_MEAN_ERROR_M
        assert hands.valid.all()  # the format cannot say that a hand was lost
        assert recording.take.subject == truth.subject
        assert recording.take.official_split == ("val" if "/s05/" in truth.recording_id else "train")


def changed(**changes):
    """A mistake in stored arrays, by name."""

    def apply(recording):
        arrays = {name: changes[name](array) for name, array in recording.arrays.items() if name in changes}
        return replace(recording, arrays=recording.arrays | arrays)

    return apply


ORDER = [3 * joint + axis for joint in (*range(3, 15), *range(3)) for axis in range(3)]


@pytest.mark.parametrize(
    "mistake",
    [
        pytest.param(changed(translation=lambda places: places[..., [0, 2, 1]]), id="axis"),
        pytest.param(changed(translation=lambda places: places * [-1.0, 1.0, 1.0]), id="mirror"),
        pytest.param(changed(translation=lambda places: places * 0.1), id="unit of translation"),
        pytest.param(changed(pose=np.degrees), id="unit of pose"),
        pytest.param(changed(rotation=np.negative), id="rotation inverted"),
        pytest.param(changed(pose=lambda pose: pose[..., ORDER]), id="order"),
        pytest.param(changed(pose=lambda pose: pose[:, ::-1], rotation=lambda r: r[:, ::-1]), id="hands swapped"),
        pytest.param(changed(betas=np.zeros_like), id="mean shape"),
        pytest.param(lambda recording: replace(recording, times=recording.times * 30.0 / 29.0), id="rate"),
        pytest.param(changed(pose=lambda pose: np.roll(pose, 1, axis=0)), id="rows"),
    ],
)
def test_mistakes_in_files_are_seen(takes, standin, mistake):
    assert not any(is_true(mistake(recording), truth, standin) for recording, truth in takes)


def pose_holds_the_mean(monkeypatch):
    joints = ManoHand.joints
    monkeypatch.setattr(ManoHand, "joints", lambda *arguments, pose_is: joints(*arguments, pose_is="absolute"))


def left_shapes_are_mended(monkeypatch):
    hand = ManoFiles.hand
    monkeypatch.setattr(ManoFiles, "hand", lambda mano, side: hand(mano, side, mirrored_shapes=True))


def turns_about_the_origin(monkeypatch):
    joints = mano_parameters.joints_of_parameters
    monkeypatch.setattr(
        "handx_core.sources.arctic.joints_of_parameters",
        lambda arrays, mano, *, turns_about: joints(arrays, mano, turns_about="origin"),
    )


@pytest.mark.parametrize("mistake", [pose_holds_the_mean, left_shapes_are_mended, turns_about_the_origin])
def test_mistakes_in_the_convention_are_seen(takes, standin, monkeypatch, mistake):
    mistake(monkeypatch)
    assert not any(is_true(recording, truth, standin) for recording, truth in takes)


def test_labels_say_what_is_done_with_the_object(takes):
    texts = set()
    for recording, truth in takes:
        own, *spans = recording.take.labels
        name, deed = truth.recording_id.split("/")[-1].split("_")[:2]
        assert own.text.replace(" ", "") == f"{deed}sthe{name}"
        assert (own.start_s, own.end_s) == (0.0, pytest.approx(len(truth.times) / 30.0))
        for label in spans:
            middle = 0.5 * (label.start_s + label.end_s)
            (action,) = [left for start, end, left, _ in truth.script if start <= middle < end]
            assert (action == "carry") == label.text.startswith("moves the ")
            texts.add(label.text.split(" the ")[0])
    assert texts == {"moves", "opens or closes"}
