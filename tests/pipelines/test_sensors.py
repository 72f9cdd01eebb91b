"""New raw data: which source runs, when, and how often."""

import os
import time
from pathlib import Path

import dagster as dg
import pytest

from assets.partitions import SOURCE_NAMES
from assets.resources import RawData
from pipelines import build_defs
from pipelines.sensors import SETTLED_S, new_raw_data

FIRST, SECOND = SOURCE_NAMES[0], SOURCE_NAMES[-1]


class Watched:
    """A raw root, the sensor's cursor, and a clock that the test moves."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.late = 0.0
        self.cursor: str | None = None
        self.told: str | None = None
        start = time.time
        monkeypatch.setattr(time, "time", lambda: start() + self.late)
        for source in SOURCE_NAMES:
            (root / source / "deep").mkdir(parents=True)
            self.write(source, "take.txt", "one")

    def write(self, source: str, name: str, text: str) -> None:
        (self.root / source / "deep" / name).write_text(text)

    def look(self, later: float = 2 * SETTLED_S) -> list[tuple[str | None, str | None]]:
        """Partition and key of what one tick asks for, `later` seconds after the last."""
        self.late += later
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(
                instance=instance, cursor=self.cursor, definitions=build_defs(), resources={"raw": RawData(self.root)}
            )
            result = new_raw_data(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor if result.cursor is not None else self.cursor
        self.told = result.skip_reason.skip_message if result.skip_reason else None
        return [(request.partition_key, request.run_key) for request in result.run_requests or []]


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(tmp_path / "raw", monkeypatch)


def test_the_first_look_only_remembers(watched: Watched) -> None:
    assert watched.look() == []
    assert watched.look() == []
    assert watched.told == "nothing changed"


def test_only_the_source_that_changed_runs_and_only_once(watched: Watched) -> None:
    watched.look()
    watched.write(SECOND, "new.txt", "two")
    assert watched.look() == []  # between these two looks it may have been written
    assert f"still being written: {SECOND}" == watched.told
    ((partition, key),) = watched.look()
    assert partition == SECOND
    assert key is not None
    assert key.startswith(f"{SECOND}:")
    assert watched.look() == []
    watched.write(SECOND, "new.txt", "other")
    watched.look()
    ((_, other_key),) = watched.look()
    assert other_key != key


@pytest.mark.parametrize("change", ["grown", "touched", "gone"])
def test_every_change_of_a_file_is_seen(watched: Watched, change: str) -> None:
    watched.write(FIRST, "second.txt", "two")
    watched.look()
    file = watched.root / FIRST / "deep" / "second.txt"
    if change == "grown":
        file.write_text("two and more")
    elif change == "touched":
        os.utime(file, ns=(1, 1))
    else:
        file.unlink()
    watched.look()
    assert [partition for partition, _ in watched.look()] == [FIRST]


def test_a_folder_that_grows_from_look_to_look_waits(watched: Watched) -> None:
    watched.look()
    for number in range(3):
        watched.write(FIRST, f"{number}.txt", "more")
        assert watched.look() == []
    assert [partition for partition, _ in watched.look()] == [FIRST]


def test_a_change_of_a_moment_ago_waits_even_where_two_looks_saw_the_same(watched: Watched) -> None:
    watched.look()
    watched.late = 0.0
    watched.write(FIRST, "new.txt", "two")
    assert watched.look(later=1.0) == []
    assert watched.look(later=1.0) == []
    assert [partition for partition, _ in watched.look()] == [FIRST]


def test_two_sources_at_once_are_two_runs(watched: Watched) -> None:
    watched.look()
    watched.write(FIRST, "new.txt", "two")
    watched.write(SECOND, "new.txt", "two")
    watched.look()
    assert {partition for partition, _ in watched.look()} == {FIRST, SECOND}


def test_a_source_or_root_that_is_gone_is_no_news(watched: Watched) -> None:
    watched.look()
    (watched.root / FIRST).rename(watched.root / "elsewhere")
    watched.look()
    assert watched.look() == []
    (watched.root / "elsewhere").rename(watched.root / FIRST)
    watched.look()
    assert watched.look() == []
    watched.root.rename(watched.root.with_name("unmounted"))
    assert watched.look() == []
    assert watched.told is not None
    assert str(watched.root) in watched.told
    watched.root.with_name("unmounted").rename(watched.root)
    watched.look()
    assert watched.look() == []


def test_it_is_off_until_somebody_turns_it_on() -> None:
    sensor = build_defs().resolve_sensor_def("new_raw_data")
    assert sensor.default_status is dg.DefaultSensorStatus.STOPPED
    assert sensor.job_name == "source_rebuild"
