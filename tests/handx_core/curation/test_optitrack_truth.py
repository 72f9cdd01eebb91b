"""From C3D files to skeletons against the truth that the takes were made from, on hands that are not the solver's kind.

Solved joints are never exact: benchmarks/mocap.py says how far off they are. Here is whether the way from a file to a
skeleton is right, and whether each mistake on it would be seen.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.interpolate import make_interp_spline
from scipy.spatial.transform import Rotation

from handx_core.curation.marked_hands import calibrate_sessions
from handx_core.curation.rows import subject_hands_batch, subject_hands_from
from handx_core.curation.settings import CurationSettings
from handx_core.curation.skeletons import Skeleton
from handx_core.curation.subject_hands import SubjectHand
from handx_core.curation.takes import cut_takes
from handx_core.errors import Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.mocap.calibration import NEEDED_RANGE, CalibratedHand
from handx_core.mocap.marker_set import HAND25, load_marker_set
from handx_core.skeleton import HANDS, bone_lengths
from handx_core.sources.base import Recording
from handx_core.sources.optitrack import OptiTrack
from handx_core.sources.reading import read_source
from handx_core.sources.rows import recordings_batch
from handx_core.synthetic.takes import SyntheticSettings, TakeName, TrueTake, make_take
from handx_core.synthetic.write_optitrack import write_take

LARGEST_MEAN_ERROR_M = 4e-3
SETTINGS = SyntheticSettings(seconds_per_take=22.0)
CURATION = CurationSettings()
NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))


class Session:
    """Two takes of a subject, calibrated."""

    def __init__(self, root: Path) -> None:
        self.truths = [make_take(TakeName("optitrack", 0, number), SETTINGS) for number in range(2)]
        for truth in self.truths:
            write_take(root, truth, SETTINGS)
        self.recordings = list(read_source(OptiTrack(), root, NO_MANO, 1))
        self.hands = calibrated(self.recordings)


def calibrated(recordings: list[Recording]) -> list[SubjectHand]:
    (hands,) = calibrate_sessions([[recordings_batch(recordings)]], workers=1)
    assert not isinstance(hands, Rejection), hands
    return hands


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return Session(tmp_path_factory.mktemp("raw") / "optitrack")


def skeletons_of(recording: Recording, hands: list[SubjectHand]) -> list[Skeleton]:
    ((skeletons, _),) = cut_takes(OptiTrack(), [recording], hands, NO_MANO, CURATION, 1)
    return skeletons


def errors(skeletons: list[Skeleton], truth: TrueTake) -> np.ndarray:
    """(T, 2, 21) metres over all frames. Of the world, only its yaw, which is the take's own, is not known."""
    across = (truth.joints[:, 1, 0] - truth.joints[:, 0, 0]).mean(axis=0)
    yaw = Rotation.from_rotvec([0.0, 0.0, -np.arctan2(across[1], across[0])]).as_matrix()
    spline = make_interp_spline(truth.times, truth.joints.reshape(len(truth.times), -1), k=3)
    found = []
    for skeleton in skeletons:
        grid = skeleton.start_s + np.arange(len(skeleton.joints)) / 30.0
        expected = spline(grid).reshape(-1, 2, 21, 3) @ yaw.T
        found.append(np.linalg.norm(skeleton.joints - expected, axis=-1))
    return np.concatenate(found)


def matches(recording: Recording, truth: TrueTake, hands: list[SubjectHand]) -> bool:
    """Whether a recording gives skeletons whose observed joints are where they should be."""
    skeletons = skeletons_of(recording, hands)
    if sum(len(skeleton.joints) for skeleton in skeletons) < 0.9 * 30.0 * SETTINGS.seconds_per_take:
        return False
    observed = np.concatenate([skeleton.observed for skeleton in skeletons])
    return bool(errors(skeletons, truth)[observed].mean() < LARGEST_MEAN_ERROR_M)


def test_skeletons_match_the_truth(session: Session) -> None:
    for recording, truth in zip(session.recordings, session.truths, strict=True):
        skeletons = skeletons_of(recording, session.hands)
        assert matches(recording, truth, session.hands)
        observed = np.concatenate([skeleton.observed for skeleton in skeletons])
        assert observed.mean() > 0.95
        assert all(0.0 < skeleton.quality.marker_residual_m < 2e-3 for skeleton in skeletons)


def test_a_lost_hand_cuts_and_a_lost_finger_is_not_observed(session: Session) -> None:
    recording = session.recordings[1]
    names = [marker.name for marker in recording.marker_set.markers]
    seen = recording.arrays["seen"].copy()
    seen[600:720, 0, 2:] = 0.0  # a second with two markers of the left hand
    index = [names.index(name) for name in ("IPP", "IMP", "IDP")]
    seen[1200:1320, 1, index] = 0.0
    spoiled = replace(recording, arrays=recording.arrays | {"seen": seen})
    skeletons = skeletons_of(spoiled, session.hands)
    assert len(skeletons) == 2
    before, after = skeletons
    assert before.start_s + len(before.joints) / 30.0 == pytest.approx(5.0, abs=0.1)
    assert after.start_s == pytest.approx(6.0, abs=0.1)
    inside = slice(int((10.2 - after.start_s) * 30), int((10.8 - after.start_s) * 30))
    index_joints = [2, 3, 17]
    assert not after.observed[inside, 1][:, index_joints].any()
    assert after.observed[inside, 1][:, [5, 6, 18]].all()


def change(name: str, how: Callable[[np.ndarray], np.ndarray]) -> Callable[[Recording], Recording]:
    """A mistake in a stored array."""
    return lambda recording: replace(
        recording, arrays=recording.arrays | {name: how(recording.arrays[name]).astype(np.float32)}
    )


def frames_lost(recording: Recording) -> Recording:
    """Row i taken for frame i although rows are missing."""
    arrays = {name: np.delete(array, slice(600, 660), axis=0) for name, array in recording.arrays.items()}
    return replace(recording, arrays=arrays, times=recording.times[:-60])


MISTAKES: dict[str, Callable[[Recording], Recording]] = {
    "axis": lambda recording: replace(recording, marker_set=replace(recording.marker_set, up="z")),
    "unit": change("markers", lambda markers: markers * 0.1),
    "mirror": change("markers", lambda markers: markers * [-1.0, 1.0, 1.0]),
    "hands swapped": change("markers", lambda markers: markers[:, ::-1]),
    "order": change("markers", lambda markers: np.roll(markers, 1, axis=2)),
    "rate": lambda recording: replace(recording, times=recording.times * (120.0 / 100.0)),
    "rows for frames": frames_lost,
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_is_seen(session: Session, mistake: str) -> None:
    assert not matches(MISTAKES[mistake](session.recordings[1]), session.truths[1], session.hands)


def test_a_calibrated_hand_survives_the_table_exactly(session: Session) -> None:
    for found, hand in zip(subject_hands_from(subject_hands_batch(session.hands)), session.hands, strict=True):
        assert (found.subject, found.session, found.hand) == (hand.subject, hand.session, hand.hand)
        assert found.calibrated is not None
        assert hand.calibrated is not None
        for name in ("parameters", "parameters_sd", "joint_sd"):
            np.testing.assert_array_equal(getattr(found.calibrated, name), getattr(hand.calibrated, name))
        assert found.calibrated.ranges == hand.calibrated.ranges
        assert found.calibrated.missing == hand.calibrated.missing
    again = subject_hands_from(subject_hands_batch(session.hands))
    for one, other in zip(
        skeletons_of(session.recordings[1], again), skeletons_of(session.recordings[1], session.hands), strict=True
    ):
        np.testing.assert_array_equal(one.joints, other.joints)


def test_a_take_is_solved_with_the_hands_of_its_own_session(session: Session) -> None:
    recording = session.recordings[1]
    other = [replace(hand, session="optitrack/S01/session_2", calibrated=larger(hand)) for hand in session.hands]
    expected = skeletons_of(recording, session.hands)
    for hands in ([*session.hands, *other], [*other, *session.hands]):
        for one, wanted in zip(skeletons_of(recording, hands), expected, strict=True):
            np.testing.assert_array_equal(one.joints, wanted.joints)
    assert not skeletons_of(recording, other)


def larger(hand: SubjectHand) -> CalibratedHand:
    """The same hand a fifth larger: of the shape space's parameters the first is the size."""
    assert hand.calibrated is not None
    parameters = hand.calibrated.parameters.copy()
    parameters[0] += 0.2
    return replace(hand.calibrated, parameters=parameters)


def test_the_table_says_how_long_bones_are_and_where_markers_sit(session: Session) -> None:
    marker_set = load_marker_set(HAND25)
    for hand, row in zip(session.hands, subject_hands_batch(session.hands).to_pylist(), strict=True):
        truth = session.truths[0].joints[:, HANDS.index(hand.hand)]
        lengths = bone_lengths(truth[:1])[0]
        assert np.abs(hand.bone_lengths - lengths).mean() < 4e-3
        assert np.corrcoef(hand.bone_lengths, lengths)[0, 1] > 0.95
        assert 0.0 < hand.bone_lengths_sd.min() <= hand.bone_lengths_sd.max() < 0.02
        assert [offset["marker"] for offset in row["marker_offsets"]] == [m.name for m in marker_set.markers]
        heights = [offset["z"] for offset in row["marker_offsets"] if offset["segment"] != "forearm"]
        assert min(heights) > 0.0, "a marker inside the hand"
        assert {found["angle"] for found in row["coverage"] if found["needed"]} == set(NEEDED_RANGE)
        short = {found["angle"] for found in row["coverage"] if found["needed"] and found["range"] < found["needed"]}
        assert set(row["missing"]) == short
        assert row["from_prior"] == bool(short)


def held_still(recording: Recording) -> Recording:
    """A take in which nobody moved: its first frame for two seconds, with a tenth of a millimetre of noise."""
    first = {name: np.repeat(array[:1], 240, axis=0) for name, array in recording.arrays.items()}
    noise = np.random.default_rng(0).normal(0.0, 1e-4, first["markers"].shape).astype(np.float32)
    return replace(recording, arrays=first | {"markers": first["markers"] + noise}, times=recording.times[:240])


def test_a_session_without_movement_is_solved_with_usual_hands_and_says_so(session: Session) -> None:
    still = held_still(session.recordings[0])
    hands = calibrated([still])
    for row in subject_hands_batch(hands).to_pylist():
        assert row["from_prior"]
        # A thumb that never moved tells its angles from its shape so badly that noise may look like movement.
        assert {angle for angle in NEEDED_RANGE if not angle.startswith("thumb")} <= set(row["missing"])
    (skeleton,) = skeletons_of(still, hands)
    here = skeletons_of(session.recordings[0], session.hands)[0]
    assert np.linalg.norm(skeleton.joints[0] - here.joints[0], axis=-1).mean() < 0.05


def test_a_session_that_hardly_shows_a_hand_is_one_rejection(session: Session) -> None:
    few = [replace(r, arrays={n: a[:50] for n, a in r.arrays.items()}, times=r.times[:50]) for r in session.recordings]
    (rejection,) = calibrate_sessions([[recordings_batch(few[:1])]], workers=1)
    assert isinstance(rejection, Rejection)
    assert (rejection.path, rejection.what) == ("optitrack/S01/session_1", "session")
    ((skeletons, (of_take,)),) = cut_takes(OptiTrack(), few[:1], [], NO_MANO, CURATION, 1)
    assert not skeletons
    assert "calibrated hands of optitrack/S01/session_1" in of_take.reason
