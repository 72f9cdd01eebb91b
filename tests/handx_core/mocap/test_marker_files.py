"""From a file as a studio exports it to clean markers of both hands, in the order and axes of the truth."""

from pathlib import Path

import numpy as np
import pytest

from handx_core.mocap import HAND25, load_marker_set, read_c3d
from handx_core.mocap.anatomy import mend_sides
from handx_core.mocap.cleaning import clean, refuse_virtual_markers
from handx_core.mocap.labels import match_markers
from handx_core.mocap.units import to_z_up
from handx_core.synthetic.marker_hands import optical_take
from handx_core.synthetic.write_optitrack import LABELS, c3d_file, marker_labels

SET = load_marker_set(HAND25)


@pytest.mark.parametrize("subject", range(len(LABELS)))
def test_markers_come_back_from_a_file(subject: int, tmp_path: Path) -> None:
    take = optical_take("foreign", subject, 1, 3.0, 120.0)
    measured = take.measured.reshape(len(take.measured), -1, 3)
    others = np.full((len(measured), 2, 3), 0.7)
    labels = [*marker_labels(subject), "*3", "Unlabeled 1207"]
    order = np.random.default_rng(subject).permutation(len(labels))
    points = np.concatenate([measured, others], axis=1)[:, order]
    path = tmp_path / "take.c3d"
    path.write_bytes(c3d_file([labels[column] for column in order], points, take.rate_hz, subject))

    markers = match_markers(read_c3d(path), SET, path)
    refuse_virtual_markers(markers, SET, path)
    markers = mend_sides(markers, SET, path)

    # A file of 32-bit floats in millimetres; NaN stand at the same places.
    np.testing.assert_allclose(to_z_up(markers.positions, SET.up), take.measured, atol=2e-7)
    assert markers.rate_hz == 120.0
    assert len(markers.notes) == 1, "only that two labels were ignored"
    assert clean(markers).missing == tuple(take.missing.sum(axis=(0, 2)))
