"""Damaged files give a RawDataError or a recording that is sound in every number; nothing else, ever."""

from pathlib import Path

import numpy as np
import pytest

from handx_core.errors import Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources import SOURCES
from handx_core.sources.base import Recording
from handx_core.sources.reading import read_source

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))

N_MUTATIONS = 200


def damage(content: bytes, rng: np.random.Generator) -> bytes:
    """Cut off, bytes changed, a piece left out, doubled, or replaced by something that numbers are parsed from."""
    start, end = np.sort(rng.integers(0, len(content) + 1, 2))
    tokens = [
        b"NaN",
        b"-1",
        b"1e308",
        b"1e999",
        b"[]",
        b"{}",
        b"null",
        b'"',
        b"9" * 30,
        b"\x00",
        b"\xff\xfe",
        b" ",
        b"\n",
    ]
    choice = rng.integers(5)
    if choice == 0:
        return content[:start]
    if choice == 1:
        flipped = bytearray(content)
        for position in rng.integers(0, max(len(content), 1), 3):
            flipped[position] ^= 1 << int(rng.integers(8))
        return bytes(flipped)
    if choice == 2:
        return content[:start] + content[end:]
    if choice == 3:
        return content[:end] + content[start:]
    return content[:start] + tokens[rng.integers(len(tokens))] + content[start + int(rng.integers(4)) :]


def assert_sound(recording: Recording) -> None:
    assert len(recording.times) >= 2
    assert np.all(np.diff(recording.times) > 0)
    assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in recording.arrays.values())
    hands = SOURCES[recording.take.recording_id.split("/")[0]].to_hands(recording, NO_MANO)
    assert hands.joints.shape == (len(recording.times), 2, 21, 3)
    assert hands.valid.shape == hands.joints.shape[:3]
    assert np.isfinite(hands.joints[hands.valid]).all()
    assert np.isnan(hands.joints[~hands.valid]).all()


def mutate_and_read(root: Path, name: str, patterns: tuple[str, ...], seed: int) -> None:
    files = [file for pattern in patterns for file in sorted(root.glob(pattern))]
    rng = np.random.default_rng(seed)
    outcomes = {"read": 0, "rejected": 0}
    for _ in range(N_MUTATIONS):
        file = files[rng.integers(len(files))]
        original = file.read_bytes()
        file.write_bytes(damage(original, rng))
        for result in read_source(SOURCES[name], root, NO_MANO, 1):
            if isinstance(result, Rejection):
                outcomes["rejected"] += 1
                assert result.path
                assert "expected" in result.reason or "unusable" in result.reason
            else:
                outcomes["read"] += 1
                assert_sound(result)
        file.write_bytes(original)
    assert outcomes["rejected"] > N_MUTATIONS / 4  # otherwise the damage did not reach the reader


@pytest.mark.parametrize("aligned", [True, False])
def test_gigahands(write_gigahands, aligned):
    root = write_gigahands(aligned=aligned)
    patterns = ("annotations_v2.jsonl", "**/chosen_*.json", "**/012.json" if aligned else "**/*t.jsonl")
    mutate_and_read(root, "gigahands", patterns, seed=11)


def test_hot3d(write_hot3d):
    patterns = ("*/*/metadata.json", "*/*/umetrack_hand_*", "*/*/masks/*.csv")
    mutate_and_read(write_hot3d(), "hot3d", patterns, seed=12)


def test_h2o(write_h2o):
    patterns = ("action_labels/*.txt", "**/Hand_Pose/*.txt", "**/cam_pose/*.txt")
    mutate_and_read(write_h2o(), "h2o", patterns, seed=13)
