"""Damaged C3D files give a take of sound numbers or a RawDataError, in little time and memory.

`make fuzz` reads 2,000 of each of the three kinds here; the suite a few hundred in all.
"""

import struct
from pathlib import Path

import numpy as np
import pytest
from c3d_bytes import DEC, INTEL, MIPS, C3dBytes, one_word, points_of, texts, words
from damaged_files import damage, limits, n_mutations

from handx_core.errors import RawDataError
from handx_core.mocap import MarkerTake, read_c3d

MOST_MEMORY = 1 << 30
LONGEST_S = 2.0

FILES = {
    "Intel floats": C3dBytes(points_of(60, 25)),
    "DEC integers": C3dBytes(
        points_of(60, 4), DEC, integers=True, scale=0.5,
        other={("TRIAL", "ACTUAL_START_FIELD"): words([1, 0]), ("TRIAL", "ACTUAL_END_FIELD"): words([60, 0])},
    ),
    "MIPS floats, analog, LABELS2": C3dBytes(
        points_of(40, 8), MIPS, analog=np.ones((40, 6)),
        point={"LABELS": texts(list("ABCD")), "LABELS2": texts(list("EFGH"))},
        other={("ANALOG", "USED"): one_word(6, MIPS)},
    ),
}  # fmt: skip
FIRST_BLOCK = range(24)
ABSURD = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF)


def damage_words(content: bytes, rng: np.random.Generator) -> bytes:
    """Absurd words and bytes where the file says how much there is and where: its first block and its parameters."""
    n_places = int(rng.integers(1, 6))
    damaged = bytearray(content)
    for _ in range(n_places):
        place = int(rng.choice(FIRST_BLOCK)) if rng.random() < 0.3 else int(rng.integers(512, 1600))
        value = int(rng.choice(ABSURD))
        written = struct.pack("<H", value) if value > 0xFF or rng.random() < 0.5 else bytes([value])
        damaged[place : place + len(written)] = written
    return bytes(damaged)


def assert_sound(take: MarkerTake, n_bytes: int) -> None:
    n_frames, n_points, _ = take.positions.shape
    assert n_frames >= 1
    assert n_points == len(take.labels) >= 1
    assert take.positions.dtype == np.float32
    assert not np.isinf(take.positions).any()
    np.testing.assert_array_equal(np.isnan(take.positions).any(axis=-1), np.isnan(take.positions).all(axis=-1))
    assert take.positions.nbytes <= 1.5 * n_bytes
    assert 0.0 < take.rate_hz <= 1e5
    assert all(label.isprintable() for label in take.labels)


def read_or_refuse(path: Path, content: bytes) -> RawDataError | None:
    """Read a damaged file, within limits, and assert that what comes out is sound; the error, where it is refused."""
    path.write_bytes(content)
    try:
        with limits(LONGEST_S, MOST_MEMORY):
            assert_sound(read_c3d(path), len(content))
    except RawDataError as error:
        return error
    return None


def assert_clear(refusals: list[RawDataError], path: Path) -> None:
    assert {error.path for error in refusals} <= {str(path)}
    assert all("expected" in error.reason and "found" in error.reason for error in refusals)


@pytest.mark.parametrize("name", FILES)
def test_mutation_of_c3d_files(tmp_path, name):
    content = FILES[name].to_bytes()
    rng = np.random.default_rng(41)
    path = tmp_path / "take.c3d"
    refusals = []
    for number in range(n_mutations()):
        # Half of the damage is anywhere, half where a few bytes decide on how much is read, and from where.
        damaged = (damage if number % 2 else damage_words)(content, rng)
        try:
            refusal = read_or_refuse(path, damaged)
        except BaseException as error:
            error.add_note(f"mutation {number}")
            raise
        refusals += [refusal] if refusal else []
    assert_clear(refusals, path)
    # The reader puts up with most damage; damage that is never refused would not have reached it.
    assert 0.02 * n_mutations() < len(refusals) < 0.7 * n_mutations()


def test_mutation_of_distances_never_makes_a_circle(tmp_path):
    """Distances to the next record that point to themselves, back, into values and far away."""
    content = C3dBytes(points_of(), INTEL).to_bytes()
    rng = np.random.default_rng(43)
    path = tmp_path / "take.c3d"
    places = [place for place in range(516, 1024) if content[place : place + 2] != b"\0\0"]
    refusals = []
    for _ in range(n_mutations()):
        place, distance = int(rng.choice(places)), struct.pack("<h", int(rng.integers(-600, 600)))
        refusal = read_or_refuse(path, content[:place] + distance + content[place + 2 :])
        refusals += [refusal] if refusal else []
    assert_clear(refusals, path)
