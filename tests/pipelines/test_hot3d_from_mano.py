"""HOT3D read from its MANO poses, by the setting of a profile, through the lineage as far as skeletons."""

import io
import json
import shutil
import tarfile
from pathlib import Path

import dagster as dg
import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from tiny import Tiny

from handx_core.synthetic import write_hot3d
from handx_core.synthetic.mano_standin import write_standin
from handx_core.synthetic.takes import SyntheticSettings, TakeName, TrueTake, make_take

LARGEST_MEAN_ERROR_M = 1.6e-3
"""MANO was fitted to UmeTrack's hands: it is near them, and no nearer than EXACT_M."""

EXACT_M = 0.1e-3
MADE_OF = SyntheticSettings(seconds_per_take=8.0)
N_TEST_CLIPS = 5
STAGES = [dg.AssetKey(name) for name in ("recordings", "subject_hands", "skeletons")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tiny, dict[str, TrueTake]]:
    """A project with two sequences of HOT3D, clips of its test set and the stand-in of MANO; the sequences' truth."""
    made = Tiny(tmp_path_factory.mktemp("hot3d_from_mano"))
    takes = [make_take(TakeName("hot3d", subject, 0), MADE_OF) for subject in range(2)]
    for take in takes:
        write_hot3d.write_take(made.raw / "hot3d", take, MADE_OF)
    for number in range(N_TEST_CLIPS):
        write_clip_without_hands(made.raw / "hot3d" / "test_aria" / f"clip-{number:06d}.tar")
    write_standin(made.raw / "mano")
    return made, {take.recording_id: take for take in takes}


def write_clip_without_hands(path: Path) -> None:
    """A clip as the test set has it."""
    path.parent.mkdir(exist_ok=True)
    info = json.dumps({"participant_id": "P0004", "device": "Aria", "ref_timestamp_ns": 0}).encode()
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for frame in range(2):
            member = tarfile.TarInfo(f"{frame:06d}.info.json")
            member.size = len(info)
            archive.addfile(member, io.BytesIO(info))


def materialize(project: Tiny) -> dg.ExecuteInProcessResult:
    definitions = project.definitions(sources={"hot3d_hand_model": "mano"})
    with dg.DagsterInstance.from_config(str(project.home)) as instance:
        return definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, partition_key="hot3d", asset_selection=STAGES, raise_on_error=False
        )


def mean_error(truth: TrueTake, start_s: float, joints: np.ndarray) -> float:
    """Of a skeleton (T, 21 * 2 * 3), metres, after the rigid motion between its world and the truth's."""
    grid = start_s + np.arange(len(joints)) / 30.0
    expected = np.stack([np.interp(grid, truth.times, column) for column in truth.joints.reshape(-1, 126).T], axis=1)
    found, expected = joints.reshape(-1, 3), expected.reshape(-1, 3)
    found, expected = found - found.mean(axis=0), expected - expected.mean(axis=0)
    turn, _ = Rotation.align_vectors(expected, found)
    return float(np.linalg.norm(turn.apply(found) - expected, axis=-1).mean())


def test_the_profile_says_which_hand_model_is_read(project: tuple[Tiny, dict[str, TrueTake]]) -> None:
    tiny, truths = project
    result = materialize(tiny)
    assert result.success, [event.message for event in result.all_events if event.is_failure]
    recordings = {row["recording_id"]: row for row in tiny.store.handle("recordings", "hot3d").read().to_pylist()}
    assert set(recordings) == set(truths)
    assert {row["kind"] for row in recordings.values()} == {"mano"}
    assert {row["variant"] for row in recordings.values()} == {"mano_z_up", "mano_y_up"}
    skeletons = tiny.store.handle("skeletons", "hot3d").read().to_pylist()
    assert {row["recording_id"] for row in skeletons} == set(truths)
    for row in skeletons:
        error = mean_error(truths[row["recording_id"]], row["start_s"], np.array(row["joints"]))
        assert EXACT_M < error < LARGEST_MEAN_ERROR_M


def test_the_test_set_is_told_of_once_and_is_no_fault(project: tuple[Tiny, dict[str, TrueTake]]) -> None:
    result = materialize(project[0])
    (check,) = [c for c in result.get_asset_check_evaluations() if c.check_name == "few_files_rejected"]
    assert check.passed
    (rejected,) = project[0].store.rejected("recordings", "hot3d").read().to_pylist()
    assert rejected["path"] == "test_aria"
    assert f"{N_TEST_CLIPS} clips of the test set" in rejected["reason"]


def test_a_damaged_model_is_one_rejection(project: tuple[Tiny, dict[str, TrueTake]], tmp_path: Path) -> None:
    damaged = Tiny(tmp_path / "damaged")
    shutil.copytree(project[0].raw, damaged.raw)
    (damaged.raw / "mano" / "MANO_RIGHT.pkl").write_bytes(b"no model")
    assert materialize(damaged).success
    assert damaged.store.handle("skeletons", "hot3d").count == 0
    (rejected,) = damaged.store.rejected("recordings", "hot3d").read().to_pylist()
    assert rejected["path"] == "mano/MANO_RIGHT.pkl"
