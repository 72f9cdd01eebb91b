"""Damaged marker sets give a marker set or a RawDataError, and takes of damaged measurements clean ones or an error."""

import warnings
from pathlib import Path

import numpy as np
from damaged_files import damage, limits, n_mutations
from numpy.typing import NDArray

from handx_core.errors import RawDataError
from handx_core.mocap import HAND25, MarkerSet, load_marker_set
from handx_core.mocap.anatomy import mend_sides
from handx_core.mocap.cleaning import clean, refuse_virtual_markers
from handx_core.mocap.labels import match_markers
from handx_core.mocap.take import C3dHeader, MarkerTake
from handx_core.synthetic.marker_hands import optical_take

SET = load_marker_set(HAND25)
LABELS = tuple(f"{side}_{marker.name}" for side in "LR" for marker in SET.markers)
ABSURD = np.array([0.0, -1.0, 1e-38, 1e3, 3e38, -3e38, np.nan], np.float32)
MOST_MEMORY = 1 << 30
TAKE = Path("p01/s1/fists.c3d")

Floats32 = NDArray[np.float32]


def assert_sound(marker_set: MarkerSet) -> None:
    assert 1 <= len(marker_set.markers) <= 100
    for marker in marker_set.markers:
        assert (marker.along is None) != (marker.pos_mm is None)
        assert np.isfinite([marker.height_mm, marker.sd_mm, *(marker.pos_mm or (marker.along,))]).all()
        assert marker.sd_mm > 0.0


def load_or_refuse(path: Path) -> RawDataError | None:
    try:
        with limits(2.0, MOST_MEMORY):
            assert_sound(load_marker_set(path))
    except RawDataError as error:
        return error
    return None


def test_mutation_of_marker_sets(tmp_path: Path) -> None:
    path, content = tmp_path / "markers.toml", HAND25.read_bytes()
    rng = np.random.default_rng(0)
    refusals = []
    for _ in range(n_mutations()):
        path.write_bytes(damage(content, rng))
        refusal = load_or_refuse(path)
        refusals += [refusal] if refusal else []
    assert {error.path for error in refusals} == {str(path)}
    assert all("expected" in error.reason and len(error.reason) < 2000 for error in refusals)


def clean_or_refuse(positions: Floats32) -> RawDataError | None:
    header = C3dHeader("Intel", False, "mm", 1e-3, len(positions), len(positions), 0, ())
    take = MarkerTake(positions, LABELS, 120.0, 1, header)
    try:
        with limits(5.0, MOST_MEMORY), warnings.catch_warnings(action="error"):
            markers = match_markers(take, SET, TAKE)
            refuse_virtual_markers(markers, SET, TAKE)
            markers = mend_sides(markers, SET, TAKE)
            clean(markers)
            assert not np.isinf(markers.positions).any()
    except RawDataError as error:
        return error
    return None


def test_mutation_of_takes() -> None:
    """Absurd coordinates over long stretches, as no sound file has them: an answer, and not so much as a warning."""
    sound = optical_take("matched", 0, 1, 2.0, 120.0).measured.reshape(240, -1, 3).astype(np.float32)
    rng = np.random.default_rng(1)
    n_takes = n_mutations() // 4
    refusals = []
    for _ in range(n_takes):
        positions = sound.copy()
        for _ in range(rng.integers(1, 4)):
            first, last = np.sort(rng.integers(0, len(positions) + 1, 2))
            columns = rng.random(positions.shape[1]) < rng.uniform(0.0, 1.0)
            positions[first:last, columns] = rng.choice(ABSURD, 3 if rng.random() < 0.5 else 1)
        positions[np.isnan(positions).any(axis=-1)] = np.nan
        refusal = clean_or_refuse(positions)
        refusals += [refusal] if refusal else []
    assert 0 < len(refusals) < n_takes
