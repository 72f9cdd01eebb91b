"""What the check on the raw files says of every state that a raw root can be in."""

import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.checks import raw_files_found
from assets.partitions import SOURCE_NAMES
from assets.profile import profile_of
from assets.resources import RawData
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources import SOURCES
from handx_core.synthetic.raw_root import write_raw_root
from handx_core.synthetic.takes import SyntheticSettings
from pipelines import build_defs

SOURCE = "h2o"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("written") / "raw"
    sizes = {name: {"subjects": 2, "takes_per_subject": 1 if name == "holoassist" else 2} for name in SOURCE_NAMES}
    write_raw_root(root, SyntheticSettings.model_validate({"seconds_per_take": 10.0, **sizes}), workers=1)
    return root


@pytest.fixture
def root(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "raw"))


def looked_at(root: Path) -> tuple[bool, dict[str, dict[str, Any]]]:
    """Whether the check passed, and its line for each source."""
    mano = ManoFiles(root / "mano", root / "mano")
    result = raw_files_found(raw=RawData(root), mano=mano, profile=profile_of("test", {"sources": {}}))
    assert isinstance(result, dg.AssetCheckResult)
    assert result.severity is dg.AssetCheckSeverity.WARN
    table: Any = result.metadata["found"]
    return result.passed, {record.data["source"]: record.data for record in table.records}


def test_it_counts_takes_and_subjects_of_every_source(root: Path) -> None:
    _, found = looked_at(root)
    assert list(found) == list(SOURCE_NAMES)
    assert (found["hot3d"]["takes"], found["hot3d"]["subjects"], found["hot3d"]["missing or rejected"]) == (4, 2, "")


def test_a_missing_source_says_where_to_get_it(root: Path) -> None:
    shutil.rmtree(root / SOURCE)
    passed, found = looked_at(root)
    info = SOURCES[SOURCE].info
    assert not passed
    assert found[SOURCE]["takes"] == 0
    for word in (str(root / SOURCE), info.download, info.licence, info.expects):
        assert word in found[SOURCE]["missing or rejected"]


def test_a_folder_of_other_files_says_what_is_expected(root: Path) -> None:
    shutil.rmtree(root / SOURCE)
    (root / SOURCE).mkdir()
    (root / SOURCE / "notes.txt").write_text("not a dataset")
    passed, found = looked_at(root)
    assert not passed
    assert found[SOURCE]["missing or rejected"]


def test_a_rejected_file_is_named(root: Path) -> None:
    next(iter(root.glob("hot3d/**/metadata.json"))).write_text("{")
    passed, found = looked_at(root)
    assert not passed
    assert "metadata.json: expected JSON" in found["hot3d"]["missing or rejected"]


def test_a_missing_root_is_said_of_every_source(tmp_path: Path) -> None:
    passed, found = looked_at(tmp_path / "unmounted")
    assert not passed
    assert all("set HANDX_RAW" in line["missing or rejected"] for line in found.values())


def test_it_runs_on_its_own_and_with_a_full_rebuild_and_never_blocks(root: Path, tmp_path: Path) -> None:
    shutil.rmtree(root / SOURCE)
    look = dg.define_asset_job("look", dg.AssetSelection.checks_for_assets(dg.AssetKey("raw_files")))
    defs = build_defs(profile_of("tiny", {"sources": {}}), RawData(root), tmp_path / "data")
    graph = dg.Definitions.merge(defs, dg.Definitions(jobs=[look]))
    with dg.DagsterInstance.ephemeral() as instance:
        result = graph.resolve_job_def("look").execute_in_process(instance=instance)
    (evaluation,) = result.get_asset_check_evaluations()
    assert (evaluation.check_name, evaluation.passed) == ("raw_files_found", False)
    assert evaluation.severity is dg.AssetCheckSeverity.WARN
    assert not evaluation.blocking
    order = [node.name for node in defs.resolve_job_def("full_rebuild").nodes_in_topological_order]
    assert order.index("raw_files_raw_files_found") < order.index("recordings")
