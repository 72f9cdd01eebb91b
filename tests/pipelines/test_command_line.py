"""The commands that the README gives, typed as they stand there."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tiny import Tiny


def type_in(command: str, tiny: Tiny) -> subprocess.CompletedProcess[str]:
    """Run a command of this environment as a person would in the activated environment."""
    program, *arguments = shlex.split(command)
    return subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=tiny.folder,
        env=tiny.environment,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def test_the_main_job_runs_as_typed_and_its_outcome_is_printed(own_tiny: Tiny) -> None:
    before = own_tiny.contents()
    finished = type_in("dagster job execute -j full_rebuild", own_tiny)
    assert finished.returncode == 0, finished.stderr[-3000:]
    assert own_tiny.contents() == before
    printed = type_in("python -m pipelines.outcome", own_tiny)
    assert printed.returncode == 0, printed.stderr[-3000:]
    assert "reconstruction" in printed.stdout
    report = Path(printed.stdout.strip().splitlines()[-1].partition(": ")[2])
    assert report.is_file()


@pytest.mark.parametrize(
    "command",
    [
        "dagster asset materialize --select 'group:dataset' --partition h2o",
        """dagster job execute -j source_rebuild --tags '{"dagster/partition": "h2o"}'""",
    ],
)
def test_a_source_is_rebuilt_as_typed(own_tiny: Tiny, command: str) -> None:
    before = own_tiny.modified()
    finished = type_in(command, own_tiny)
    assert finished.returncode == 0, finished.stderr[-3000:]
    after = own_tiny.modified()
    touched = {path for path in after if after[path] != before[path]}
    assert {path.split("/")[0] for path in touched} >= {"recordings", "captions"}
    assert all("source=h2o" in path for path in touched)
