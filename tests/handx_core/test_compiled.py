"""The cache of compiled loops notices a change anywhere in the room, and touches nobody else's functions."""

from pathlib import Path

import numba

from handx_core import compiled
from handx_core.kinematics import vectors


def test_the_cache_folder_follows_every_source(tmp_path: Path) -> None:
    folder_now = compiled.cache_folder.__wrapped__
    (tmp_path / "one.py").write_text("a = 1\n")
    (tmp_path / "two.py").write_text("b = 1\n")
    first = folder_now(tmp_path)
    assert folder_now(tmp_path) == first
    (tmp_path / "two.py").write_text("b = 2\n")
    assert folder_now(tmp_path) != first
    (tmp_path / "two.py").write_text("b = 1\n")
    assert folder_now(tmp_path) == first


def test_compiled_functions_are_kept_in_it() -> None:
    vectors.length(1.0, 2.0, 2.0)
    kept = list(compiled.cache_folder(Path(vectors.__file__).parent).rglob("vectors.length-*.nbi"))
    assert len(kept) == 1


def test_other_functions_keep_their_own_cache() -> None:
    before = numba.config.CACHE_DIR
    compiled.compiled(_twice)
    assert before == numba.config.CACHE_DIR


def _twice(number: float) -> float:
    return 2.0 * number
