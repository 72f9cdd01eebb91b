"""The web UI: a partition launched as the UI does, and pages in a real browser."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny import Tiny
from web import WebServer, web_server

RUN_TAKES_AT_MOST_S = 600

LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
STATUS = "query Status($id: ID!) { runOrError(runId: $id) { __typename ... on Run { status } } }"
BACKFILL = """
mutation Backfill($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""


@pytest.fixture(scope="module")
def project(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return tiny.copy(tmp_path_factory.mktemp("web") / "tiny")


@pytest.fixture(scope="module")
def server(project: Tiny) -> Iterator[WebServer]:
    with web_server(project) as started:
        yield started


@pytest.fixture(scope="module")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    return found


def test_a_source_launched_from_the_ui_touches_its_partitions_alone(server: WebServer, project: Tiny) -> None:
    before = project.modified()
    stages = ["recordings", "subject_hands", "skeletons", "clips", "kinematic_events", "captions"]
    parameters = {
        "selector": {
            "repositoryLocationName": "pipelines",
            "repositoryName": "__repository__",
            "pipelineName": "__ASSET_JOB",
            "assetSelection": [{"path": [stage]} for stage in stages],
        },
        "mode": "default",
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": "h2o"}]},
        "runConfigData": "{}",
    }
    launched = server.ask(LAUNCH, params=parameters)["launchPipelineExecution"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    end = time.monotonic() + RUN_TAKES_AT_MOST_S
    status = ""
    while time.monotonic() < end and status not in ("SUCCESS", "FAILURE", "CANCELED"):
        time.sleep(1)
        status = server.ask(STATUS, id=launched["run"]["runId"])["runOrError"]["status"]
    assert status == "SUCCESS"
    after = project.modified()
    touched = {path for path in after if after[path] != before.get(path)}
    assert {path.split("/")[0] for path in touched} >= set(stages)
    assert all("source=h2o" in path for path in touched)


def test_the_asset_graph_and_an_asset_show_in_a_browser(server: WebServer, chromium: str, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{server.url}/asset-groups", wait_until="domcontentloaded")
        for group in ("dataset", "models", "benchmark"):
            page.get_by_text(group, exact=True).first.wait_for(timeout=180_000)
        page.screenshot(path=str(tmp_path / "graph.png"))
        page.goto(f"{server.url}/assets/kinematic_events?view=overview", wait_until="domcontentloaded")
        page.get_by_text("clip_id").first.wait_for(timeout=180_000)
        page.get_by_text("motion-data").first.wait_for(timeout=180_000)
        page.screenshot(path=str(tmp_path / "asset.png"))
        browser.close()
    assert not faults
    for name in ("graph.png", "asset.png"):
        assert (tmp_path / name).stat().st_size > 20_000
