"""The reader against the c3d package: on files that the package writes, and on real ones of five makers."""

import warnings
from pathlib import Path

import c3d
import numpy as np
import pytest
from c3d_bytes import DEC, INTEL, MIPS, C3dBytes, points_of

from handx_core.errors import RawDataError
from handx_core.mocap import MarkerTake, read_c3d

SAMPLES = Path(__file__).parents[3] / ".." / "shared" / "samples" / "c3d"
REAL_FILES = {
    # name: markers, frames, labels of the first and last, Hz, first frame, missing markers
    "FP_Type1.c3d": (22, 634, ("sacrum", "l should"), 100.0, 1, 0),
    "Optotrak.c3d": (54, 29, ("Marker_1", "Marker_54"), 30.0, 1, 59),
    "Qualisys.c3d": (55, 340, ("L_IAS", "R_SAJ"), 200.0, 705, 0),
    "Vicon.c3d": (51, 580, ("boite:gauche_ext", "Daphnee:LATH"), 100.0, 1, 305),
    "read_NOTworking2.c3d": (23, 670, ("LFHD", "C7"), 25.0, 0, 0),
}


def read_by_package(path: Path) -> tuple[np.ndarray, c3d.Reader]:
    """(T, M, 3) in the file's unit, NaN where missing, and the package's reader."""
    with open(path, "rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on what it does not find in a file, analog data among it
        reader = c3d.Reader(file)
        points = np.stack([points for _, points, _ in reader.read_frames()])
    positions = points[..., :3].astype(np.float64)
    positions[(points[..., 3] < 0.0) | (positions == 0.0).all(axis=-1)] = np.nan
    return positions, reader


def assert_equal(take: MarkerTake, path: Path) -> None:
    positions, reader = read_by_package(path)
    # One rounding to float32 of the scaled integers, one of the metres.
    np.testing.assert_allclose(take.positions, positions * take.header.metres_per_unit, rtol=3e-7, atol=0.0)
    assert take.rate_hz == reader.point_rate
    assert take.first_frame == reader.first_frame
    assert take.labels == tuple(label.strip() for label in reader.point_labels[: positions.shape[1]])


@pytest.mark.parametrize("scale", [-1.0, -0.01, 0.1])
@pytest.mark.parametrize("n_channels", [0, 5])
def test_files_that_the_package_writes(tmp_path, scale, n_channels):
    rng = np.random.default_rng(7)
    writer = c3d.Writer(point_rate=240.0, analog_rate=240.0 * 4 if n_channels else 0.0, point_scale=scale)
    writer.set_start_frame(12)
    writer.set_point_labels([f"Hand:M{number}" for number in range(30)])
    writer.set_analog_labels([f"Force{number}" for number in range(max(n_channels, 1))])
    for _ in range(50):
        points = np.zeros((30, 5))
        points[:, :3] = rng.uniform(-1500.0, 1500.0, (30, 3))
        points[rng.random(30) < 0.2] = [0.0, 0.0, 0.0, -1.0, 0.0]
        writer.add_frames((points, rng.normal(size=(n_channels, 4)) if n_channels else np.zeros((0, 0))))
    path = tmp_path / "take.c3d"
    with open(path, "wb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there are no analog data
        writer.write(file)
    take = read_c3d(path)
    assert_equal(take, path)
    assert take.positions.shape == (50, 30, 3)
    assert take.first_frame == 12
    assert 0.1 < np.isnan(take.positions).mean() < 0.3
    assert take.header.notes == ()


@pytest.mark.parametrize("processor", [INTEL, DEC, MIPS])
@pytest.mark.parametrize("integers", [False, True])
def test_files_of_all_processors(tmp_path, processor, integers):
    points = points_of(20, 3)
    points[3:6, 1, 3] = -1.0
    path = tmp_path / "take.c3d"
    path.write_bytes(C3dBytes(points, processor, integers, 0.25 if integers else -0.25).to_bytes())
    assert_equal(read_c3d(path), path)


@pytest.fixture(params=REAL_FILES)
def real_file(request) -> Path:
    path = SAMPLES / request.param
    if not path.is_file():
        pytest.skip("the real C3D samples are not beside the project")
    return path


def test_real_files_equal_what_the_package_reads(real_file):
    assert_equal(read_c3d(real_file), real_file)


def test_real_files_hold_what_is_known_of_them(real_file):
    take = read_c3d(real_file)
    n_points, n_frames, ends, rate_hz, first_frame, n_missing = REAL_FILES[real_file.name]
    assert take.positions.shape == (n_frames, n_points, 3)
    assert (take.labels[0], take.labels[-1]) == ends
    assert (take.rate_hz, take.first_frame) == (rate_hz, first_frame)
    assert np.isnan(take.positions).all(axis=-1).sum() == n_missing
    # People and boxes in a laboratory.
    assert 0.1 < np.nanmax(np.abs(take.positions)) < 5.0


def test_a_real_file_without_points_is_refused():
    path = SAMPLES / "C3DRotationExample.c3d"
    if not path.is_file():
        pytest.skip("the real C3D samples are not beside the project")
    with pytest.raises(RawDataError, match="expected points, found a file of other data alone"):
        read_c3d(path)
