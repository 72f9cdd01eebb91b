"""What tests of the Dagster side share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny import SETTINGS, Tiny
from toy import Toy

import pipelines  # noqa: F401  (which silences what Dagster says about beta features)
from handx_core.synthetic.raw_root import write_raw_root
from handx_core.synthetic.takes import SyntheticSettings


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[Toy]:
    made = Toy(tmp_path)
    with made.instance:
        yield made


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """The tiny project after its full rebuild. Read it; to change it, copy it."""
    made = Tiny(tmp_path_factory.mktemp("tiny"))
    write_raw_root(made.raw, SyntheticSettings.model_validate(SETTINGS["synthetic"]))
    result = made.run("full_rebuild")
    assert result.success, [event.message for event in result.all_events if event.is_failure]
    return made


@pytest.fixture
def own_tiny(tiny: Tiny, tmp_path: Path) -> Tiny:
    """A copy of the tiny project that a test may break."""
    return tiny.copy(tmp_path / "tiny")
