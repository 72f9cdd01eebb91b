"""The cache of compiled loops notices a change anywhere in the room, and touches nobody else's functions."""

from pathlib import Path

import numba
import pytest

from handx_core.kinematics import compiled, vectors


def test_the_cache_folder_follows_every_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_ROOM", tmp_path)
    folder_now = compiled.cache_folder.__wrapped__
    (tmp_path / "one.py").write_text("a = 1\n")
    (tmp_path / "two.py").write_text("b = 1\n")
    first = folder_now()
    assert folder_now() == first
    (tmp_path / "two.py").write_text("b = 2\n")
    assert folder_now() != first
    (tmp_path / "two.py").write_text("b = 1\n")
    assert folder_now() == first


def test_compiled_functions_are_kept_in_it() -> None:
    vectors.length(1.0, 2.0, 2.0)
    kept = list(compiled.cache_folder().rglob("vectors.length-*.nbi"))
    assert len(kept) == 1


def test_other_functions_keep_their_own_cache() -> None:
    before = numba.config.CACHE_DIR
    compiled.compiled(_twice)
    assert before == numba.config.CACHE_DIR


def _twice(number: float) -> float:
    return 2.0 * number
