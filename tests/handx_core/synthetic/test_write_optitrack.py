"""C3D files as an optical studio leaves them, read back with the c3d package."""

import re
import warnings
from pathlib import Path

import c3d
import numpy as np
import pytest
from numpy.typing import NDArray

from handx_core.mocap.marker_set import HAND25, load_marker_set, plain
from handx_core.synthetic import write_optitrack
from handx_core.synthetic.takes import SourceSize, SyntheticSettings, TakeName, TrueTake, make_take, optical_capture

SETTINGS = SyntheticSettings(seconds_per_take=4.0, optitrack=SourceSize(subjects=4, takes_per_subject=2))
MARKERS = [marker.name for marker in load_marker_set(HAND25).markers]
UNLABELLED = re.compile(r"\*\d+|Unlabeled \d+|U_\d+")


class File:
    """What the c3d package reads: labels, and points (T, N, 5) as x, y, z, residual, cameras."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as handle, warnings.catch_warnings(action="ignore"):
            reader = c3d.Reader(handle)
            self.labels = [label.strip() for label in reader.point_labels]
            self.points = np.stack([points for _, points, _ in reader.read_frames()]).astype(np.float64)
            self.rate_hz = reader.point_rate
            self.units = reader.get("POINT:UNITS").string_value.strip()
            self.first_frame = reader.first_frame

    def hand(self, side: str) -> NDArray[np.float64]:
        """(T, 25, 5) the markers of one hand, in the order of HAND25, by their label's end."""
        columns = []
        for marker in MARKERS:
            ours = re.compile(rf"(?:.*:)?{side[0]}(?:{side[1:]})?(?:Hand)?[_:]{marker}", re.IGNORECASE)
            (column,) = (number for number, label in enumerate(self.labels) if ours.fullmatch(label))
            columns.append(column)
        return self.points[:, columns]


@pytest.fixture(scope="module", params=range(3))
def written(request, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrueTake]:
    root, take = tmp_path_factory.mktemp("optitrack"), make_take(TakeName("optitrack", request.param, 1), SETTINGS)
    write_optitrack.write_take(root, take, SETTINGS)
    return root, take


def only_file(root: Path) -> Path:
    (path,) = (path for path in root.rglob("*") if path.is_file())
    return path


def test_a_file_lies_in_the_folders_of_subject_and_session(written):
    root, take = written
    path = only_file(root)
    assert f"optitrack/{path.relative_to(root).with_suffix('')}" == take.recording_id
    assert path.suffix == ".c3d"
    subject, _, _ = path.relative_to(root).parts
    assert take.subject == f"optitrack/{subject}"


def test_labels_units_and_rate(written):
    root, take = written
    file = File(only_file(root))
    assert file.units == "mm"
    assert file.rate_hz == (120.0, 240.0)[take.name.subject % 2]
    assert len(file.points) == len(take.times)
    assert sum(bool(UNLABELLED.fullmatch(label)) for label in file.labels) == 3
    assert len(file.labels) == 2 * len(MARKERS) + 3
    assert len({plain(label) for label in file.labels}) == len(file.labels)
    assert file.labels[: len(MARKERS)] != sorted(file.labels)[: len(MARKERS)], "the order of columns says nothing"


def test_the_file_holds_what_was_measured_with_y_up(written):
    root, take = written
    file, capture = File(only_file(root)), optical_capture(take.name, SETTINGS)
    for hand, side in enumerate(("left", "right")):
        points = file.hand(side)
        seen = ~capture.missing[:, hand]
        x, y, z = np.moveaxis(points[..., :3], -1, 0)
        restored = np.stack([x, -z, y], axis=-1) * 1e-3
        np.testing.assert_allclose(restored[seen], capture.measured[:, hand][seen], atol=2e-7)  # float32 millimetres
        assert 0.7 < np.median(y[seen]) * 1e-3 < 1.5, "hands are at the height of a table"


def test_missing_markers_are_said_in_the_ways_of_different_software(written):
    root, take = written
    file, capture = File(only_file(root)), optical_capture(take.name, SETTINGS)
    points = np.stack([file.hand("left"), file.hand("right")], axis=1)
    missing = capture.missing
    assert missing.any()
    assert (points[~missing][:, 3] >= 0.0).all()
    zeros = (points[missing][:, :3] == 0.0).all(axis=-1)
    expected = {0: (True, -1.0), 1: (False, -1.0), 2: (True, 0.0)}[take.name.subject]
    assert zeros.all() == expected[0]
    assert (points[missing][:, 3] == expected[1]).all()
    if take.name.subject == 1:
        begins = missing[1:] & ~missing[:-1]
        np.testing.assert_array_equal(points[1:][begins][:, :3], points[:-1][begins][:, :3])


def test_equal_settings_give_equal_bytes(written, tmp_path):
    root, take = written
    write_optitrack.write_take(tmp_path, make_take(take.name, SETTINGS.model_copy()), SETTINGS.model_copy())
    assert only_file(tmp_path).read_bytes() == only_file(root).read_bytes()


def test_a_take_carries_the_true_joints_at_the_stamps_of_its_file(written):
    _, take = written
    capture = optical_capture(take.name, SETTINGS)
    np.testing.assert_allclose(np.diff(take.times), 1.0 / capture.rate_hz, atol=1e-12)
    np.testing.assert_array_equal(take.joints, capture.joints)
    assert take.valid.all()
    np.testing.assert_array_equal(take.angles, capture.motion.angles)
    # A wrist's x goes along the fingers; its y is the back of the hand, so that flexed fingers have less of it.
    to_knuckle = take.joints[:, :, 4] - take.joints[:, :, 0]
    in_wrist = np.einsum("thji,thj->thi", take.wrists, to_knuckle)
    assert (in_wrist[..., 0] > 0.9 * np.linalg.norm(to_knuckle, axis=-1)).all()
    np.testing.assert_allclose(in_wrist[:, 0], in_wrist[:, 1], atol=1e-9)


def test_subjects_differ_and_the_first_take_calibrates():
    takes = [make_take(TakeName("optitrack", subject, take), SETTINGS) for subject in (0, 1) for take in (0, 1)]
    assert [take.script[0][2] == "calibration" for take in takes] == [True, False, True, False]
    assert len({take.recording_id for take in takes}) == 4
    assert takes[0].subject == takes[1].subject != takes[2].subject
    bone = [np.linalg.norm(take.joints[0, 0, 5] - take.joints[0, 0, 4]) for take in takes]
    np.testing.assert_allclose(bone[0], bone[1])
    assert abs(bone[0] - bone[2]) > 1e-4
