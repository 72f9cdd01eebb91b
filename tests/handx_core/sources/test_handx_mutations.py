"""Damaged archives give a RawDataError or a clip that is sound in every number and text; nothing else, ever."""

import io
import json
import pickle
import resource
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from handx_core.errors import Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import Recording
from handx_core.sources.handx import HandX
from handx_core.sources.reading import read_source
from handx_core.sources.rows import recordings_batch

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))
N_MUTATIONS = 200
LONGEST_S = 5.0
TRAIN = "train_can_pos_all_wotextfeat.npz"
NPY_HEADER = 128  # bytes before the pickle in what NumPy writes
TOKENS = [
    b"\x00" * 8,
    b"\xff" * 8,
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"NaN",
    b"{}",
    b'"',
    b"9" * 30,
    b"\x80\x04",
    b"R",
    b".",
]


def entry(frames: int = 4) -> dict:
    texts = {f"{part}_annotation": ["one", "two", "three", "four", "five"] for part in ("left", "right", "interaction")}
    joints = np.random.default_rng(frames).uniform(-0.3, 0.3, (frames, 2, 21, 3)).astype(np.float32)
    return {"motion": joints, **texts}


def write_root(root: Path, compressed: bool = False) -> Path:
    """An archive of three small clips, so that damage strikes their texts and headers as often as their numbers."""
    clips = {str(key): np.array(entry(2 + key), dtype=object) for key in range(3)}
    (np.savez_compressed if compressed else np.savez)(root / TRAIN, **clips)
    origin = {"source_dataset": "H2O", "source_sequence_id": "subject1_h1", "license": "terms"}
    (root / "source_metadata.json").write_text(json.dumps({"train": {"0": origin, "1": origin}, "test": {}}))
    (root / "handx_to_dataset_source_release.json").write_text(json.dumps({"train": {"2": "gigahands"}}))
    return root


def damage(content: bytes, rng: np.random.Generator) -> bytes:
    """Cut off, bits flipped, a piece left out or doubled, or replaced by what the formats are made of."""
    start, end = np.sort(rng.integers(0, len(content) + 1, 2))
    choice = rng.integers(6)
    if choice == 0:
        return content[:start]
    if choice < 3:
        flipped = bytearray(content)
        for position in rng.integers(0, len(content), 4):
            flipped[position] ^= 1 << int(rng.integers(8))
        return bytes(flipped)
    if choice == 3:
        return content[:start] + content[end:]
    if choice == 4:
        return content[:end] + content[start:]
    return content[:start] + TOKENS[rng.integers(len(TOKENS))] + content[start + int(rng.integers(12)) :]


def assert_sound(recording: Recording) -> None:
    hands = HandX().to_hands(recording, NO_MANO)
    assert hands.joints.shape == (len(recording.times), 2, 21, 3)
    assert len(recording.times) >= 2
    assert np.isfinite(hands.joints).all()
    assert np.abs(hands.joints).max() <= 100.0
    assert recording.take.recording_id.startswith("handx/train/")
    assert ".." not in recording.take.path.parts
    assert [caption.level for caption in recording.captions] == [1, 2, 3, 4, 5]
    recordings_batch([recording])  # which encodes every text


def read_all(root: Path) -> dict[str, int]:
    outcomes = {"read": 0, "rejected": 0}
    begin = time.perf_counter()
    for result in read_source(HandX(), root, NO_MANO, 1):
        if isinstance(result, Rejection):
            outcomes["rejected"] += 1
            assert result.path
            assert "expected" in result.reason
        else:
            outcomes["read"] += 1
            assert_sound(result)
    assert time.perf_counter() - begin < LONGEST_S
    return outcomes


def mutate_and_read(root: Path, file: Path, seed: int) -> int:
    """Rejections of N_MUTATIONS damaged versions of a file."""
    rng = np.random.default_rng(seed)
    original = file.read_bytes()
    rejected = 0
    for _ in range(N_MUTATIONS):
        file.write_bytes(damage(original, rng))
        rejected += read_all(root)["rejected"]
    file.write_bytes(original)
    assert read_all(root) == {"read": 3, "rejected": 0}
    return rejected


@pytest.mark.parametrize("compressed", [False, True])
def test_damaged_archives(tmp_path: Path, compressed: bool) -> None:
    root = write_root(tmp_path, compressed)
    assert mutate_and_read(root, root / TRAIN, seed=21) > N_MUTATIONS / 2


@pytest.mark.parametrize("name", ["source_metadata.json", "handx_to_dataset_source_release.json"])
def test_damaged_metadata(tmp_path: Path, name: str) -> None:
    root = write_root(tmp_path)
    assert mutate_and_read(root, root / name, seed=22) > N_MUTATIONS / 4


@pytest.mark.parametrize("part", [slice(0, NPY_HEADER), slice(NPY_HEADER, None)], ids=["header", "pickle"])
def test_damaged_entries_in_a_sound_archive(tmp_path: Path, part: slice) -> None:
    """Checksums catch most damage to a file; here the entry itself was written wrongly."""
    file = io.BytesIO()
    np.save(file, np.array(entry(), dtype=object))
    original = file.getvalue()
    rng = np.random.default_rng(23)
    outcomes = {"read": 0, "rejected": 0}
    for _ in range(N_MUTATIONS):
        pieces = original[:NPY_HEADER], original[NPY_HEADER:]
        damaged = damage(original[part], rng)
        content = damaged + pieces[1] if part.start == 0 else pieces[0] + damaged
        with zipfile.ZipFile(tmp_path / TRAIN, "w") as archive:
            archive.writestr("0.npy", content)
        for what, count in read_all(tmp_path).items():
            outcomes[what] += count
    assert outcomes["rejected"] > N_MUTATIONS / 4
    assert outcomes["read"] > 0 or part.start == 0  # some damage strikes a text or a number; a header has no room


def hostile_pickles() -> dict[str, bytes]:
    """Pickles that are small and make something large, deep, or without end."""
    shared: list = ["a"]
    for _ in range(40):
        shared = [shared] * 10
    deep: list = []
    for _ in range(100):
        deep = [deep]
    endless: list = []
    endless.append(endless)
    rows = np.zeros((2, 2, 21, 3)).tolist()
    for _ in range(20):
        rows = [rows] * 5
    values = {
        "shared": {**entry(), "left_annotation": shared},
        "deep": {**entry(), "left_annotation": deep},
        "endless": {**entry(), "left_annotation": endless},
        "motion of shared lists": {**entry(), "motion": rows},
    }
    as_bytes = {name: pickle.dumps(np.array(value, dtype=object), 4) for name, value in values.items()}
    as_bytes["absurd memo"] = b"\x80\x04Nr\xff\xff\xff\x7f."
    as_bytes["absurd text"] = b"\x80\x04\x8d" + (1 << 62).to_bytes(8, "little") + b"a."
    whole = pickle.dumps(np.array(entry(), dtype=object), 4)
    as_bytes["absurd array"] = whole.replace(b"K\x04K\x02K\x15K\x03", b"J\xff\xff\xff\x7fK\x02K\x15K\x03")
    assert as_bytes["absurd array"] != whole
    return as_bytes


@pytest.mark.parametrize("name", list(hostile_pickles()))
def test_hostile_pickles_are_refused_at_once(tmp_path: Path, name: str) -> None:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "|O", "fortran_order": False, "shape": ()})
    with zipfile.ZipFile(tmp_path / TRAIN, "w") as archive:
        archive.writestr("0.npy", file.getvalue() + hostile_pickles()[name])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read_all(tmp_path) == {"read": 0, "rejected": 1}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024  # kB
