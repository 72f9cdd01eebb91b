"""What all tests share: one thread a process.

Several processes test at once, each with a pool of processes of its own; libraries that also took all cores for their
matrices would mostly wait for each other, busily. What is said in so many words, such as the threads that a training
takes, still holds. It must be said before any library is loaded, so it stands here and not in a fixture.
"""

import os

import pytest

for _library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"


def pytest_configure() -> None:
    """No example of hypothesis has to be quick: on a busy machine none is."""
    from hypothesis import HealthCheck, settings

    settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The Dagster side first: its few tests are the longest, and at the end would leave a worker alone with them.

    What lines of handx_core are tested is for its own tests to show, and neither for whole rebuilds nor for hundreds of
    damaged files: to note each line that these come by takes as long again as to run it. A test that does the same
    hundreds of times says so with the mark `no_cover`.
    """
    items.sort(key=lambda item: "tests/pipelines/" not in item.nodeid)
    for item in items:
        if "tests/pipelines/" in item.nodeid or "mutation" in item.nodeid:
            item.add_marker("no_cover")
