"""Reading a whole source: order, duplicates, rejections, and faults that name their take."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from handx_core.errors import RawDataError, Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources import SOURCES
from handx_core.sources.base import FoundTakes, Recording, Take
from handx_core.sources.reading import read_source

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))


class Scripted:
    """A source whose takes are what their path says."""

    name = "scripted"

    def find_takes(self, root: Path, mano) -> FoundTakes:
        paths = ["b", "a", "broken", "z", "other/a"]
        takes = [Take(f"scripted/{Path(path).name}", Path(path), "scripted/s") for path in paths]
        return FoundTakes(tuple(takes), (Rejection("stray", "file", "not a take"),))

    def read_take(self, root: Path, take: Take) -> Recording:
        if take.path.name == "broken":
            raise RawDataError(take.path, "expected a take, found none")
        if (root / "bug").exists():
            raise ZeroDivisionError("a bug")
        return Recording(take, "joints", "", np.array([0.0, 1.0]), {"x": np.zeros(2, np.float32)})


@pytest.mark.parametrize("workers", [1, 2])
def test_takes_come_in_order_with_rejections(tmp_path, workers):
    results = list(read_source(Scripted(), tmp_path, NO_MANO, workers))
    read = [result.take.recording_id for result in results if isinstance(result, Recording)]
    rejected = {result.path: result for result in results if isinstance(result, Rejection)}
    assert read == ["scripted/a", "scripted/b", "scripted/z"]
    assert set(rejected) == {"stray", "broken", "other/a"}
    assert "found scripted/a in a too" in rejected["other/a"].reason
    assert rejected["broken"].reason == "expected a take, found none"


@pytest.mark.parametrize("workers", [1, 2])
def test_an_unexpected_fault_names_its_take(tmp_path, workers):
    (tmp_path / "bug").touch()
    with pytest.raises(RuntimeError, match=r"scripted failed on scripted/a .*ZeroDivisionError: a bug"):
        list(read_source(Scripted(), tmp_path, NO_MANO, workers))


def test_sources_are_listed_heaviest_first():
    assert list(SOURCES) == ["gigahands", "hot3d", "holoassist", "arctic", "h2o", "optitrack", "handx"]
    assert all(source.name == key and source.info.download.startswith("https://") for key, source in SOURCES.items())


def test_an_empty_root_has_no_takes(tmp_path):
    for source in SOURCES.values():
        assert list(read_source(source, tmp_path, NO_MANO, 1)) == []


def test_a_take_that_lies_there_twice_is_read_once(write_hot3d):
    root = write_hot3d()
    shutil.copytree(root / "Aria", root / "copy")
    first, second = read_source(SOURCES["hot3d"], root, NO_MANO, 1)
    assert isinstance(first, Rejection)
    assert isinstance(second, Recording)
    assert first.path == "copy/P0003_c701bd11"


def test_one_broken_take_does_not_sink_the_others(write_hot3d):
    root = write_hot3d(name="P0001_aaaaaaaa")
    write_hot3d(name="P0002_bbbbbbbb")
    broken = root / "Aria/P0001_aaaaaaaa/umetrack_hand_pose_trajectory.jsonl"
    broken.write_bytes(broken.read_bytes()[:1000])
    rejection, recording = read_source(SOURCES["hot3d"], root, NO_MANO, 1)
    assert isinstance(rejection, Rejection)
    assert rejection.path.endswith("P0001_aaaaaaaa/umetrack_hand_pose_trajectory.jsonl")
    assert isinstance(recording, Recording)
