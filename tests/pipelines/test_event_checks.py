"""The checks of events in real runs: clips and events together, clips alone, events that were broken, a check alone."""

from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import numpy as np
import pyarrow as pa
import pytest
from tiny import Tiny

from handx_core.columns import batch_of_rows
from handx_core.curation.quality import Quality
from handx_core.curation.rows import skeletons_batch
from handx_core.curation.skeletons import Skeleton
from handx_core.synthetic.takes import SyntheticSettings, list_takes, make_take

MADE_OF = SyntheticSettings(seconds_per_take=8.0)
TAKES = list_takes("h2o", MADE_OF)
FIT, FOLLOW = "events_fit_their_clips", "events_follow_their_clips"


def skeleton(number: int, take: int) -> Skeleton:
    """A skeleton by this number, with the motion of a take."""
    joints = make_take(TAKES[take], MADE_OF).joints[:180].astype(np.float32)
    quality = Quality(0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    name = f"h2o/t/{number}"
    return Skeleton(name, "h2o/t", 0.0, "h2o/p", None, joints, np.ones(joints.shape[:3], bool), quality)


@dataclass
class Project:
    """A project that has the skeletons of one source and makes clips and events of them."""

    tiny: Tiny
    instance: dg.DagsterInstance

    def has(self, *skeletons: Skeleton) -> None:
        handle = self.tiny.store.handle("skeletons", "h2o")
        self.tiny.store.write(handle, [skeletons_batch(skeletons)])

    def make(self, *stages: str) -> dict[str, dg.AssetCheckEvaluation]:
        """Materialize stages of the source and give the checks of events that ran."""
        job = self.tiny.definitions().resolve_implicit_global_asset_job_def()
        keys = [dg.AssetKey(stage) for stage in stages]
        result = job.execute_in_process(instance=self.instance, partition_key="h2o", asset_selection=keys)
        return {
            check.check_name: check for check in result.get_asset_check_evaluations() if "events" in check.check_name
        }

    def check_alone(self, stage: str, name: str) -> dg.AssetCheckEvaluation:
        """Execute one check without its asset, of no partition, as the web UI does."""
        key = dg.AssetCheckKey(dg.AssetKey(stage), name)
        job = dg.define_asset_job("check", selection=dg.AssetSelection.checks(key))
        defs = dg.Definitions.merge(self.tiny.definitions(), dg.Definitions(jobs=[job]))
        result = defs.resolve_job_def("check").execute_in_process(instance=self.instance, raise_on_error=False)
        (found,) = result.get_asset_check_evaluations()
        return found


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Tiny(tmp_path)
    with dg.DagsterInstance.from_config(str(made.home)) as instance:
        found = Project(made, instance)
        found.has(skeleton(0, 0), skeleton(1, 1))
        yield found


def test_in_one_run_events_follow_their_clips(project: Project) -> None:
    for take in (0, 2):
        project.has(skeleton(0, take), skeleton(1, 1))
        checks = project.make("clips", "kinematic_events")
        assert {name: check.passed for name, check in checks.items()} == {FIT: True, FOLLOW: True}


def test_clips_made_anew_alone_are_told_from_clips_that_are_the_same(project: Project) -> None:
    project.make("clips", "kinematic_events")
    assert project.make("clips")[FOLLOW].passed
    project.has(skeleton(0, 2), skeleton(1, 1))
    found = project.make("clips")[FOLLOW]
    assert not found.passed
    assert found.severity == dg.AssetCheckSeverity.WARN
    assert not found.blocking
    assert "of other motion than the clip has now: h2o/t/0/0; h2o/t/0/" in found.description
    assert "h2o/t/1/" not in found.description
    assert """dagster asset materialize --select 'key:"kinematic_events" or key:"captions"'""" in found.description
    assert found.metadata["h2o"].value > 0
    assert project.make("kinematic_events")[FIT].passed
    assert project.check_alone("clips", FOLLOW).passed


def test_a_check_alone_sees_events_that_were_left_behind(project: Project) -> None:
    project.make("clips", "kinematic_events")
    assert project.check_alone("kinematic_events", FIT).passed
    project.has(skeleton(0, 0))
    project.make("clips")
    found = project.check_alone("kinematic_events", FIT)
    assert not found.passed
    assert "with events although no such clip is kept: h2o/t/1/0; h2o/t/1/" in found.description


def test_broken_events_fail_the_check_that_blocks_what_comes_after(project: Project) -> None:
    project.make("clips", "kinematic_events")
    handle = project.tiny.store.handle("kinematic_events", "h2o")
    rows = handle.read().to_pylist()
    rows[0]["events"] = "{}"
    rows[1]["events"] = rows[1]["events"].replace("frame_count", "frames")
    rows[2]["n_events"] += 1
    project.tiny.store.write(handle, [batch_of_rows("kinematic_events", rows)])
    found = project.check_alone("kinematic_events", FIT)
    assert not found.passed
    assert found.severity == dg.AssetCheckSeverity.ERROR
    for row, words in zip(rows, ("without any event", "not valid against", "with counts"), strict=False):
        assert any(words in line and row["clip_id"] in line for line in found.description.splitlines())
    assert "handx_core/kinematics" in found.description
    graph = project.tiny.definitions().resolve_asset_graph()
    assert graph.get_check_spec(dg.AssetCheckKey(dg.AssetKey("kinematic_events"), FIT)).blocking


def test_events_of_before_there_were_fingerprints_are_no_fault_of_the_clips(project: Project) -> None:
    project.make("clips", "kinematic_events")
    handle = project.tiny.store.handle("kinematic_events", "h2o")
    old = handle.read().drop_columns(["motion_fingerprint"])
    pa.parquet.write_table(old, handle.path)
    assert project.make("clips")[FOLLOW].passed


def test_clips_and_events_show_what_was_dropped_and_how_much_happens(project: Project) -> None:
    project.make("clips", "kinematic_events")

    def metadata(stage: str) -> dict[str, dg.MetadataValue]:
        wanted = dg.AssetRecordsFilter(dg.AssetKey(stage), asset_partitions=["h2o"])
        (record,) = project.instance.fetch_materializations(wanted, limit=1).records
        return dict(record.asset_materialization.metadata)

    of_clips, of_events = metadata("clips"), metadata("kinematic_events")
    rows = project.tiny.store.handle("clips", "h2o").read(["kept"])["kept"].to_pylist()
    assert (of_clips["clips_kept"].value, of_clips["clips_dropped"].value) == (sum(rows), len(rows) - sum(rows))
    assert f"| kept | {sum(rows)} |" in of_clips["filter"].value
    assert 2_000 < len(of_clips["intensity"].value) < 50_000
    events = project.tiny.store.handle("kinematic_events", "h2o").read(["n_events"])["n_events"].to_pylist()
    assert of_events["events_by_kind"].value.splitlines()[-1].startswith(f"| **all** |  | {sum(events):,} |")
