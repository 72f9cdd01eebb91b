"""Optical captures: the layout of their folders, and the markers that are kept of a take."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from mutation import NO_MANO

from handx_core.errors import RawDataError, Rejection
from handx_core.mocap.marker_set import HAND25, load_marker_set
from handx_core.sources.base import KnownHands, Recording
from handx_core.sources.marker_takes import lost_hands, markers_of
from handx_core.sources.optitrack import OptiTrack
from handx_core.sources.reading import read_source
from handx_core.synthetic.takes import SyntheticSettings, TakeName, TrueTake, make_take, optical_capture
from handx_core.synthetic.write_optitrack import c3d_file, marker_labels, write_take

OPTITRACK = OptiTrack()
SETTINGS = SyntheticSettings(seconds_per_take=3.0)
NAME = TakeName("optitrack", 0, 0)
SHIPPED = HAND25.read_text("utf-8")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("raw") / "optitrack"
    write_take(root, make_take(NAME, SETTINGS), SETTINGS)
    return root


@pytest.fixture
def root(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "optitrack"))


@pytest.fixture(scope="module")
def truth() -> TrueTake:
    return make_take(NAME, SETTINGS)


def read(root: Path) -> list[Recording | Rejection]:
    return list(read_source(OPTITRACK, root, NO_MANO, 1))


def only_recording(root: Path) -> Recording:
    (recording,) = read(root)
    assert isinstance(recording, Recording), recording
    return recording


def copy_take(root: Path, *places: str) -> None:
    for place in places:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / "S01/session_1/take_01.c3d", root / place)


def test_the_markers_are_those_that_were_measured_in_the_axes_of_the_file(written: Path) -> None:
    recording = only_recording(written)
    measured = optical_capture(NAME, SETTINGS).measured.reshape(360, 2, 25, 3)
    in_file = np.stack([measured[..., 0], measured[..., 2], -measured[..., 1]], axis=-1)  # x right, y up, z towards one
    seen = recording.arrays["seen"] > 0.0
    assert 0.9 < seen.mean() < 1.0
    np.testing.assert_allclose(recording.arrays["markers"][seen], in_file[seen], atol=1e-6)
    assert not recording.arrays["markers"][~seen].any()
    removed = recording.arrays["removed"] > 0.0
    np.testing.assert_array_equal(removed, np.isfinite(measured[..., 0]) & ~seen)
    assert removed.any()
    assert optical_capture(NAME, SETTINGS).faulty.reshape(removed.shape)[removed].mean() > 0.9
    np.testing.assert_array_equal(np.isnan(markers_of(recording).positions[..., 0]), ~seen)


def test_a_recording_says_what_it_is(written: Path, truth: TrueTake) -> None:
    recording = only_recording(written)
    take = recording.take
    assert (take.recording_id, take.subject, take.session) == (
        "optitrack/S01/session_1/take_01", "optitrack/S01", "optitrack/S01/session_1"
    )  # fmt: skip
    assert take.recording_id == truth.recording_id
    assert take.path == Path("S01/session_1/take_01.c3d")
    assert (recording.kind, recording.variant) == ("markers", "hand25, y up")
    np.testing.assert_allclose(recording.times, np.arange(360) / 120.0)
    assert markers_of(recording).rate_hz == pytest.approx(120.0)
    assert recording.marker_set == load_marker_set(HAND25)
    assert any("3 labels ignored" in note for note in recording.notes)


def test_hands_that_are_labelled_the_wrong_way_round_are_exchanged_and_noted(root: Path, written: Path) -> None:
    capture = optical_capture(NAME, SETTINGS)
    labels = marker_labels(NAME.subject)
    content = c3d_file([*labels[25:], *labels[:25]], capture.measured.reshape(360, 50, 3), 120.0, NAME.subject)
    (root / "S01/session_1/take_01.c3d").write_bytes(content)
    recording = only_recording(root)
    np.testing.assert_array_equal(recording.arrays["markers"], only_recording(written).arrays["markers"])
    assert any("hands exchanged" in note for note in recording.notes)


def test_subject_session_and_take_are_folders_at_any_depth(root: Path) -> None:
    copy_take(root, "S01/take.c3d", "S02/a/b/Take 2024-05-01 10.30.00.C3D", "S02/._take.c3d", "S02/.trash/take.c3d")
    takes = OPTITRACK.find_takes(root, NO_MANO).takes
    assert [(take.recording_id, take.subject, take.session) for take in takes] == [
        ("optitrack/S01/session_1/take_01", "optitrack/S01", "optitrack/S01/session_1"),
        ("optitrack/S01/take", "optitrack/S01", "optitrack/S01"),
        ("optitrack/S02/a/b/Take 2024-05-01 10.30.00", "optitrack/S02", "optitrack/S02/a/b"),
    ]


def test_a_take_in_no_folder_and_a_name_that_cannot_be_shown_are_rejected(root: Path) -> None:
    copy_take(root, "take.c3d", "S01/bad\nname.c3d", "S01/\udcff.c3d")
    found = OPTITRACK.find_takes(root, NO_MANO)
    assert len(found.takes) == 1
    reasons = {rejection.path: rejection.reason for rejection in found.rejected}
    assert set(reasons) == {"take.c3d", "S01/bad\nname.c3d", "S01/\\udcff.c3d"}
    assert "no subject's folder" in reasons["take.c3d"]


def test_the_nearest_marker_set_counts(root: Path) -> None:
    copy_take(root, "S02/take.c3d")
    (root / "markers.toml").write_text(SHIPPED.replace('name = "hand25"', 'name = "studio"'))
    (root / "S01/session_1/markers.toml").write_text(SHIPPED.replace('name = "hand25"', 'name = "session"'))
    near, far = (found for found in read(root) if isinstance(found, Recording))
    assert (near.variant, far.variant) == ("session, y up", "studio, y up")


def test_a_broken_marker_set_is_one_rejection_and_leaves_other_takes_alone(root: Path) -> None:
    copy_take(root, "S01/session_1/take_02.c3d", "S02/take.c3d")
    (root / "S01/markers.toml").write_text(SHIPPED.replace('up = "y"', 'up = "x"'))
    rejection, recording = read(root)
    assert isinstance(rejection, Rejection)
    assert isinstance(recording, Recording)
    assert rejection.path == "S01/markers.toml"
    assert "expected one of y, z for up, found 'x'" in rejection.reason
    assert recording.take.subject == "optitrack/S02"


@pytest.mark.parametrize("content", [b"", b"no c3d", b"\x02\x50" + bytes(510)])
def test_a_broken_take_is_one_rejection_by_its_place_below_the_root(root: Path, content: bytes) -> None:
    (root / "S01/session_1/take_02.c3d").write_bytes(content)
    recording, rejection = read(root)
    assert isinstance(recording, Recording)
    assert isinstance(rejection, Rejection)
    assert (rejection.path, rejection.what) == ("S01/session_1/take_02.c3d", "file")


def test_an_unknown_label_is_named_with_the_file(root: Path) -> None:
    (root / "markers.toml").write_text(SHIPPED.replace("IDP = {", "IDX = {"))
    (rejection,) = read(root)
    assert isinstance(rejection, Rejection)
    assert rejection.path == "S01/session_1/take_01.c3d"
    assert "IDP" in rejection.reason


def test_computed_markers_are_refused(root: Path) -> None:
    measured = optical_capture(NAME, SETTINGS).measured.reshape(360, 50, 3).copy()
    way = np.linspace(0.0, 0.3, 360)[:, None, None]
    measured[:] = np.nanmedian(measured, axis=0) + way
    content = c3d_file(marker_labels(NAME.subject), measured, 120.0, NAME.subject)
    (root / "S01/session_1/take_01.c3d").write_bytes(content)
    (rejection,) = read(root)
    assert isinstance(rejection, Rejection)
    assert "Calculated Marker Positions" in rejection.reason


def test_a_hand_is_lost_where_too_few_markers_are_seen_for_too_long() -> None:
    seen = np.ones((100, 2, 25), bool)
    seen[10:20, 0, 3:] = False  # ten frames of three markers: a guess
    seen[30:41, 0, 3:] = False  # eleven
    seen[50:, 1, 4:] = False  # four tell where the hand is
    lost = lost_hands(seen, rate_hz=50.0)
    assert np.flatnonzero(lost[:, 0]).tolist() == list(range(30, 41))
    assert not lost[:, 1].any()


def test_markers_without_calibrated_hands_have_no_joints(written: Path) -> None:
    with pytest.raises(RawDataError, match=r"optitrack/S01/session_1.*rejected"):
        OPTITRACK.to_hands(only_recording(written), KnownHands(NO_MANO))
