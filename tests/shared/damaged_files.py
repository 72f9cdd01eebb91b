"""Damaged files of any format: how they are made, how many, and the time and memory that reading one may take.

The suite reads a smaller count; `make fuzz` sets HANDX_FUZZ, the count for each test, to 2,000 and runs what is named
test_*mutation*. What belongs here: what tests of all rooms share. What does not: any format.
"""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np

IN_THE_SUITE = 200
LONGEST_S = 5.0
_PATIENCE = 12.0
MOST_MEMORY = 2 << 30
"""Bytes of address space that reading one damaged source may take beside what the process has."""

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


@contextmanager
def limits(seconds: float = LONGEST_S, memory: int = MOST_MEMORY) -> Iterator[None]:
    """Raise TimeoutError in the body after so many seconds; let it allocate no more than so many bytes at once.

    The seconds are of this process's own work, since a busy machine shall fail no test; only where it waits for
    something instead, they are those of the clock, and _PATIENCE times as many.
    """

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"reading took longer than {seconds:g} s")

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = [(number, signal.signal(number, give_up)) for number in (signal.SIGPROF, signal.SIGALRM)]
    resource.setrlimit(resource.RLIMIT_AS, (in_use + memory, hard))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE * seconds)
    try:
        yield
    finally:
        for timer in (signal.ITIMER_PROF, signal.ITIMER_REAL):
            signal.setitimer(timer, 0.0)
        for number, handler in before:
            signal.signal(number, handler)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
