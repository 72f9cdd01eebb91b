"""What Dagster is told: a stored snapshot, so that a change of the graph shows in review.

To update it after a change that is meant: HANDX_UPDATE_SNAPSHOT=1 python -m pytest tests/pipelines/test_definitions.py
"""

import json
import math
import os
import subprocess
import sys
from operator import itemgetter
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.profile import load_profile
from handx_core.schemas import TABLES
from pipelines.definitions import PROFILES, build_defs

SNAPSHOT = Path(__file__).with_name("definitions.json")

NOT_ASSETS = {"rejected"}
"""Tables of the registry that stages write beside their own."""


def described(defs: dg.Definitions) -> dict[str, Any]:
    """Assets, checks, jobs and sensors as plain values; of code versions only that there is one."""
    graph = defs.resolve_asset_graph()
    assets = {}
    for key in sorted(graph.get_all_asset_keys(), key=str):
        node = graph.get(key)
        assets[key.to_user_string()] = {
            "group": node.group_name,
            "after": sorted(parent.to_user_string() for parent in node.parent_keys),
            "partitions": node.partitions_def.get_partition_keys() if node.partitions_def else None,
            "has_code_version": node.code_version is not None,
            "kinds": sorted(node.kinds),
            "owners": list(node.owners),
        }
    checks = {}
    for check in sorted(graph.asset_check_keys, key=str):
        blocking = graph.get_check_spec(check).blocking
        checks[f"{check.asset_key.to_user_string()}/{check.name}"] = "blocking" if blocking else "warning"
    jobs = {
        job.name: sorted(key.to_user_string() for key in job.asset_layer.selected_asset_keys)
        for job in defs.resolve_all_job_defs()
        if not job.name.startswith("__")
    }
    sensors = {sensor.name: [sensor.job_name, sensor.default_status.value] for sensor in defs.sensors or []}
    return {"assets": assets, "checks": checks, "jobs": jobs, "sensors": sensors}


def test_the_definitions_are_those_of_the_snapshot() -> None:
    found = described(build_defs())
    if os.environ.get("HANDX_UPDATE_SNAPSHOT"):
        SNAPSHOT.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")
    assert found == json.loads(SNAPSHOT.read_text())


def test_descriptions_are_paragraphs() -> None:
    """The web UI takes them as Markdown, in which a line that begins with spaces is code."""
    graph = build_defs().resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        text = graph.get(key).description
        assert text, key
        assert not [line for line in text.splitlines() if line.startswith(" ")], key


def test_every_table_of_the_registry_is_an_asset_and_has_its_columns_and_its_check() -> None:
    defs = build_defs()
    graph = defs.resolve_asset_graph()
    names = {key.path[-1] for key in graph.materializable_asset_keys}
    assert set(TABLES) - NOT_ASSETS == names - {"benchmark_report"}
    checked = {key.asset_key.path[-1] for key in graph.asset_check_keys if key.name == "keeps_to_its_schema"}
    assert checked == set(TABLES) - NOT_ASSETS
    for name in checked:
        shown = graph.get(dg.AssetKey(name)).metadata["dagster/column_schema"]
        shown = getattr(shown, "schema", shown)
        assert [column.name for column in shown.columns] == TABLES[name].schema.names
        assert TABLES[name].row in (graph.get(dg.AssetKey(name)).description or "")


def test_a_changed_section_changes_the_code_version_of_what_it_changes_alone() -> None:
    demo = load_profile("demo", PROFILES)
    changed = {**demo.sections, "curation": {**demo.sections["curation"], "stride": 7}}
    other = type(demo)(demo.name, changed)
    versions = [
        {key.path[-1]: graph.get(key).code_version for key in graph.materializable_asset_keys}
        for graph in (build_defs(profile).resolve_asset_graph() for profile in (demo, other))
    ]
    assert {name for name in versions[0] if versions[0][name] != versions[1][name]} == {"skeletons", "clips"}


LOADS_WITHIN = 4.0
"""Times what loading dagster alone takes, 0.75 s where nothing else runs, so 3 s there: a busy machine is slower at
both."""
_TRIES = 4


@pytest.fixture(scope="module")
def fresh_import() -> dict[str, Any]:
    """What `import pipelines` does in a new interpreter: how many times the work of `import dagster` it is, that
    included, and which modules it brings. The least of some tries: no machine is equally fast all the time."""
    code = (
        "import json, sys, time; start = time.process_time(); import dagster; alone = time.process_time() - start; "
        "import pipelines; times = (time.process_time() - start) / alone; "
        "print(json.dumps({'times': times, 'modules': sorted(sys.modules)}))"
    )
    found: dict[str, Any] = {"times": math.inf}
    for _ in range(_TRIES):
        finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        found = min(found, json.loads(finished.stdout.splitlines()[-1]), key=itemgetter("times"))
        if found["times"] < LOADS_WITHIN:
            break
    return found


def test_loading_the_definitions_brings_nothing_heavy(fresh_import: dict[str, Any]) -> None:
    heavy = {"torch", "transformers", "diffusers", "matplotlib", "numba", "handx_core.captioning.claims.reader"}
    assert not heavy & set(fresh_import["modules"])


def test_loading_the_definitions_takes_less_than_three_seconds_where_dagster_takes_one_quarter_of_it(
    fresh_import: dict[str, Any],
) -> None:
    assert fresh_import["times"] < LOADS_WITHIN


def test_an_unknown_profile_is_named_when_the_definitions_are_loaded() -> None:
    environment = {**os.environ, "HANDX_PROFILE": "papre"}
    code = [sys.executable, "-c", "import pipelines"]
    finished = subprocess.run(code, capture_output=True, text=True, env=environment, check=False)
    assert finished.returncode != 0
    assert "there is no profile papre (did you mean paper?)" in finished.stderr
