"""A studio that has nothing but its own captures: from C3D files to a benchmark, and what it is told on the way."""

import dagster as dg
import numpy as np
import pytest
from tiny import Tiny

from handx_core.synthetic import write_optitrack
from handx_core.synthetic.takes import SyntheticSettings, TakeName, make_take

MADE_OF = SyntheticSettings(seconds_per_take=10.0)
N_SUBJECTS = 3
BROKEN = "S01/session_1/broken.c3d"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tiny, dg.ExecuteInProcessResult]:
    """The whole lineage of a raw root with nothing but three takes, one of a subject who hardly moves, and no file."""
    made = Tiny(tmp_path_factory.mktemp("optitrack_alone"))
    for subject in range(N_SUBJECTS):
        write_optitrack.write_take(
            made.raw / "optitrack", make_take(TakeName("optitrack", subject, 0), MADE_OF), MADE_OF
        )
    (made.raw / "optitrack" / BROKEN).write_bytes(b"no capture")
    return made, made.run("full_rebuild")


def test_everything_is_made(run: tuple[Tiny, dg.ExecuteInProcessResult]) -> None:
    tiny, result = run
    assert result.success, [event.message for event in result.all_events if event.is_failure]
    assert tiny.store.handle("recordings", "optitrack").count == N_SUBJECTS
    assert tiny.store.handle("subject_hands", "optitrack").count == 2 * N_SUBJECTS
    clips = tiny.store.handle("clips", "optitrack").read(["kept"])["kept"].to_pylist()
    assert sum(clips) > N_SUBJECTS
    assert tiny.store.handle("benchmark").count
    assert tiny.store.handle("recordings", "h2o").count == 0


def test_a_broken_capture_is_one_rejected_row(run: tuple[Tiny, dg.ExecuteInProcessResult]) -> None:
    (rejected,) = run[0].store.rejected("recordings", "optitrack").read().to_pylist()
    assert (rejected["path"], rejected["what"]) == (BROKEN, "file")
    assert "expected a C3D file" in rejected["reason"]


def test_a_subject_with_too_little_movement_is_marked_and_named_by_the_check(
    run: tuple[Tiny, dg.ExecuteInProcessResult],
) -> None:
    """Ten seconds do not hold the calibration routine's wrist circles."""
    tiny, result = run
    rows = tiny.store.handle("subject_hands", "optitrack").read().to_pylist()
    unsure = {f"{row['session']}, {row['hand']}" for row in rows if row["from_prior"]}
    assert unsure
    assert all(bool(row["missing"]) == row["from_prior"] for row in rows)
    (check,) = [c for c in result.get_asset_check_evaluations() if c.check_name == "calibrated_from_movement"]
    assert not check.passed
    assert not check.blocking
    shown = {record.data["hand"] for record in check.metadata["first"].records}
    assert shown == unsure


def test_hands_of_other_sources_have_no_calibration(tiny: Tiny) -> None:
    rows = tiny.store.handle("subject_hands", "hot3d").read().to_pylist()
    of_markers = ("session", "marker_offsets", "coverage", "missing", "from_prior", "parameters", "joint_sd")
    assert rows
    assert all(row[name] is None for row in rows for name in of_markers)


def test_the_markers_fit_and_pictures_show_it(run: tuple[Tiny, dg.ExecuteInProcessResult]) -> None:
    tiny, result = run
    (check,) = [c for c in result.get_asset_check_evaluations() if c.check_name == "markers_fit_hands"]
    assert check.passed
    quality = tiny.store.handle("skeletons", "optitrack").read(["quality"])["quality"].to_pylist()
    assert 0.0 < np.median([row["marker_residual_m"] for row in quality]) < 3e-3
    with dg.DagsterInstance.from_config(str(tiny.home)) as instance:
        filters = dg.AssetRecordsFilter(dg.AssetKey("skeletons"), asset_partitions=["optitrack"])
        (record,) = instance.fetch_materializations(filters, limit=1).records
    for name in ("marker_residual", "markers_seen", "markers_on_hands"):
        assert 2_000 < len(record.asset_materialization.metadata[name].value) < 50_000


def test_what_was_noted_of_a_file_is_kept_and_shown(run: tuple[Tiny, dg.ExecuteInProcessResult]) -> None:
    notes = run[0].store.handle("recordings", "optitrack").read(["notes"])["notes"].to_pylist()
    assert all(any("labels ignored" in note for note in of_take) for of_take in notes)
    with dg.DagsterInstance.from_config(str(run[0].home)) as instance:
        filters = dg.AssetRecordsFilter(dg.AssetKey("recordings"), asset_partitions=["optitrack"])
        (record,) = instance.fetch_materializations(filters, limit=1).records
    assert len(record.asset_materialization.metadata["first_notes"].records) == N_SUBJECTS
