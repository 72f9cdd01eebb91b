"""What tests of the Dagster side share."""

import fcntl
import os
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
    """The tiny project after its full rebuild, as typed, by a process of its own. Read it; to change it, copy it."""
    folder = tmp_path_factory.mktemp("tiny")
    session = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        session = session.parent  # of all workers: the first that comes here rebuilds for the others too
    with (session / "rebuilt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (session / "rebuilt").is_dir():
            made = Tiny(session / "being_rebuilt")
            write_raw_root(made.raw, SyntheticSettings.model_validate(SETTINGS["synthetic"]))
            finished = made.type_in("dagster job execute -j full_rebuild")
            assert finished.returncode == 0, finished.stderr[-3000:]
            made.folder.rename(session / "rebuilt")
        return Tiny(session / "rebuilt").copy(folder)


@pytest.fixture
def own_tiny(tiny: Tiny, tmp_path: Path) -> Tiny:
    """A copy of the tiny project that a test may break."""
    return tiny.copy(tmp_path / "tiny")
