"""What tests of the Dagster side share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from toy import Toy

import pipelines  # noqa: F401  (which silences what Dagster says about beta features)


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[Toy]:
    made = Toy(tmp_path)
    with made.instance:
        yield made
