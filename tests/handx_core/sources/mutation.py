"""Damaged files: how they are made, how many, and what a source may do with one.

`mutate_and_read` is what a test of a source calls. The suite runs a smaller count; `make fuzz` sets HANDX_FUZZ, the
count for each test, to 2,000 and runs what is named test_*mutation*. What belongs here: the harness that all formats
share. What does not: any format.
"""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np

from handx_core.errors import Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import Recording, Source
from handx_core.sources.reading import read_source

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))

IN_THE_SUITE = 200
LONGEST_S = 5.0
MOST_MEMORY = 2 << 30
"""Bytes of address space that reading one damaged source may take beside what the process has."""

INFERRING = frozenset({"holoassist"})
"""Sources that give joints a place that they did not measure; those of all others are measured or missing."""

TOKENS = (
    b"NaN", b"-1", b"1e308", b"1e999", b"[]", b"{}", b"null", b'"', b"9" * 30, b"\x00", b"\xff\xfe", b" ", b"\n",
)  # fmt: skip
"""What a number, a separator or a name in a text may turn into."""

WORDS = tuple(
    np.array(value, dtype).tobytes()
    for dtype, values in {
        "<u4": (0, 2**31 - 1, 2**31, 2**32 - 1),
        "<u8": (0, 2**40, 2**63 - 1, 2**64 - 1),
        "<f4": (np.nan, np.inf, 3e38),
        "<f8": (np.nan, -np.inf, 1e308),
        "u1": (0x7F, 0xFF),
    }.items()
    for value in values
)
"""Absurd counts, offsets and numbers, as they stand in binary files."""


def n_mutations() -> int:
    """How many damaged files a test reads."""
    return int(os.environ.get("HANDX_FUZZ") or IN_THE_SUITE)


def damage(content: bytes, rng: np.random.Generator) -> bytes:
    """Cut off, bits flipped, a piece left out, doubled, or absurd text, counts or numbers in place of something."""
    start, end = (int(place) for place in np.sort(rng.integers(0, len(content) + 1, 2)))
    choice = rng.integers(7)
    if choice == 0:
        return content[:start]
    if choice == 1:
        flipped = bytearray(content)
        for position in rng.integers(0, len(content), 3 if content else 0):
            flipped[position] ^= 1 << int(rng.integers(8))
        return bytes(flipped)
    if choice == 2:
        return content[:start] + content[end:]
    if choice == 3:
        return content[:end] + content[start:]
    if choice == 4:
        return content[:start] + TOKENS[rng.integers(len(TOKENS))] + content[start + int(rng.integers(4)) :]
    # Counts stand at the head of a binary file, so half of the absurd words go there.
    place = start if choice == 5 else start % 512
    word = WORDS[rng.integers(len(WORDS))]
    return content[:place] + word + content[place + len(word) :]


def assert_sound(source: Source, recording: Recording, mano: ManoFiles = NO_MANO) -> None:
    """A recording that was read has sound numbers, and so have its hands in the world."""
    assert len(recording.times) >= 2
    assert np.all(np.diff(recording.times) > 0)
    assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in recording.arrays.values())
    hands = source.to_hands(recording, mano)
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


@contextmanager
def limits(seconds: float = LONGEST_S, memory: int = MOST_MEMORY) -> Iterator[None]:
    """Raise TimeoutError in the body after so many seconds; let it allocate no more than so many bytes at once."""

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"reading took longer than {seconds:g} s")

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = signal.signal(signal.SIGALRM, give_up)
    resource.setrlimit(resource.RLIMIT_AS, (in_use + memory, hard))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
