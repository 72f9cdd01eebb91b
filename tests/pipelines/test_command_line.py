"""The commands that the README gives, typed as they stand there."""

from pathlib import Path

import pytest
from tiny import Tiny


def test_the_main_job_ran_as_typed_and_its_outcome_is_printed(tiny: Tiny) -> None:
    """`dagster job execute -j full_rebuild` made the project that all tests here share."""
    printed = tiny.type_in("python -m pipelines.outcome")
    assert printed.returncode == 0, printed.stderr[-3000:]
    assert "reconstruction" in printed.stdout
    report = Path(printed.stdout.strip().splitlines()[-1].partition(": ")[2])
    assert report.is_file()
    assert report.is_relative_to(tiny.folder)


@pytest.mark.parametrize(
    "command",
    [
        "dagster asset materialize --select 'group:dataset' --partition h2o",
        """dagster job execute -j source_rebuild --tags '{"dagster/partition": "h2o"}'""",
    ],
)
def test_a_source_is_rebuilt_as_typed(own_tiny: Tiny, command: str) -> None:
    before = own_tiny.modified()
    finished = own_tiny.type_in(command)
    assert finished.returncode == 0, finished.stderr[-3000:]
    after = own_tiny.modified()
    touched = {path for path in after if after[path] != before[path]}
    assert {path.split("/")[0] for path in touched} >= {"recordings", "captions"}
    assert all("source=h2o" in path for path in touched)
