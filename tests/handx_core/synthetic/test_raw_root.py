"""The synthetic raw root as a folder: the same bytes every time, whole or not at all, and nobody else's touched."""

import hashlib
import os
from pathlib import Path

import pytest

from handx_core.errors import HandXError
from handx_core.synthetic import raw_root
from handx_core.synthetic.raw_root import MARKER, write_raw_root
from handx_core.synthetic.takes import SYNTHETIC_SOURCES, SourceSize, SyntheticSettings

ONE = SourceSize(subjects=1, takes_per_subject=1)
TINY = SyntheticSettings(seconds_per_take=3.0, **dict.fromkeys(SYNTHETIC_SOURCES, ONE))


def contents(root: Path) -> dict[str, str]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_equal_settings_give_equal_bytes_with_any_number_of_workers(tmp_path: Path) -> None:
    write_raw_root(tmp_path / "a", TINY, workers=1)
    write_raw_root(tmp_path / "b", TINY, workers=2)
    first = contents(tmp_path / "a")
    assert first == contents(tmp_path / "b")
    assert {name.split("/")[0] for name in first} == {"README.txt", MARKER, "mano", *SYNTHETIC_SOURCES}
    assert "synthetic" in (tmp_path / "a/README.txt").read_text()
    assert sorted(os.listdir(tmp_path)) == ["a", "b"], "nothing half-made is left"


def test_a_finished_root_is_left_as_it_is_and_other_settings_replace_it(tmp_path: Path) -> None:
    root = tmp_path / "raw"
    root.mkdir()
    write_raw_root(root, TINY, workers=1)
    marker = (root / MARKER).stat()
    write_raw_root(root, TINY, workers=1)
    assert (root / MARKER).stat().st_ino == marker.st_ino
    before = contents(root)
    write_raw_root(
        root, TINY.model_copy(update={"seed": 5, "h2o": SourceSize(subjects=0, takes_per_subject=0)}), workers=1
    )
    after = contents(root)
    assert not any(name.startswith("h2o/") for name in after)
    assert any(before[name] != after[name] for name in before if name in after and name.endswith("left.jsonl"))


def test_a_folder_of_somebody_else_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "raw/h2o").mkdir(parents=True)
    (tmp_path / "raw/h2o/mine.txt").write_text("mine")
    with pytest.raises(HandXError, match="left alone"):
        write_raw_root(tmp_path / "raw", TINY, workers=1)
    assert contents(tmp_path) == {"raw/h2o/mine.txt": hashlib.sha256(b"mine").hexdigest()}


def test_a_damaged_marker_means_writing_anew(tmp_path: Path) -> None:
    root = tmp_path / "raw"
    write_raw_root(root, TINY, workers=1)
    good = contents(root)
    (root / MARKER).write_text("{")
    write_raw_root(root, TINY, workers=1)
    assert contents(root) == good


def test_an_interrupted_write_leaves_no_root_and_the_next_one_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(raw_root.write_h2o, "write_index", full_disk)
        with pytest.raises(OSError, match="No space left"):
            write_raw_root(tmp_path / "raw", TINY, workers=1)
    assert not (tmp_path / "raw").exists()
    write_raw_root(tmp_path / "raw", TINY, workers=1)
    assert (tmp_path / "raw" / MARKER).exists()
    assert os.listdir(tmp_path) == ["raw"]
