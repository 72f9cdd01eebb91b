"""Damaged raw files, and what a source may do with one.

`mutate_and_read` is what a test of a source calls. What belongs here: the harness that all sources share. What does
not: any format, and how files are damaged (`damaged_files`).
"""

from pathlib import Path

import numpy as np
from damaged_files import damage, limits, n_mutations

from handx_core.errors import Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import KnownHands, Recording, Source
from handx_core.sources.reading import read_source

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))

INFERRING = frozenset({"holoassist"})
"""Sources that give joints a place that they did not measure; those of all others are measured or missing."""


def assert_sound(source: Source, recording: Recording, mano: ManoFiles = NO_MANO) -> None:
    """A recording that was read has sound numbers, and so have its hands in the world."""
    assert len(recording.times) >= 2
    assert np.all(np.diff(recording.times) > 0)
    assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in recording.arrays.values())
    hands = source.to_hands(recording, KnownHands(mano))
    assert hands.joints.shape == (len(recording.times), 2, 21, 3)
    assert hands.valid.shape == hands.joints.shape[:3]
    assert hands.present[hands.valid].all()
    assert np.isnan(hands.joints[~hands.present]).all()
    assert source.name in INFERRING or not hands.present[~hands.valid].any()


def mutate_and_read(
    source: Source,
    root: Path,
    patterns: tuple[str, ...],
    seed: int,
    mano: ManoFiles = NO_MANO,
    *,
    least_rejected: float = 0.25,
) -> None:
    """Damage one file of `root` after another, reading the source each time: sound recordings or rejections alone.

    patterns: globs, below root, of the files to damage. least_rejected: share of the damaged files that gives a
    rejection at least; otherwise the damage did not reach the reader.
    """
    files = [file for pattern in patterns for file in sorted(root.glob(pattern)) if file.is_file()]
    assert files
    rng = np.random.default_rng(seed)
    n_rejected = 0
    for number in range(n_mutations()):
        file = files[rng.integers(len(files))]
        original = file.read_bytes()
        file.write_bytes(damage(original, rng))
        try:
            with limits():
                n_rejected += read_and_judge(source, root, mano)
        except BaseException as error:
            error.add_note(f"mutation {number} of {file.relative_to(root)}, seed {seed}")
            raise
        finally:
            file.write_bytes(original)
    assert n_rejected >= least_rejected * n_mutations()


def read_and_judge(source: Source, root: Path, mano: ManoFiles = NO_MANO) -> int:
    """Read a source in this process and assert that every result is sound; the number of rejections."""
    n_rejected = 0
    for result in read_source(source, root, mano, 1):
        if isinstance(result, Rejection):
            n_rejected += 1
            assert result.path
            assert "expected" in result.reason or "unusable" in result.reason
        else:
            assert_sound(source, result, mano)
    return n_rejected
