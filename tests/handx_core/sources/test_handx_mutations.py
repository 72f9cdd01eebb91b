"""Damaged archives give a RawDataError or a clip that is sound in every number and text; nothing else, ever."""

import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from mutation import NO_MANO, assert_sound, damage, limits, mutate_and_read, n_mutations

from handx_core.errors import Rejection
from handx_core.sources.handx import HandX
from handx_core.sources.reading import read_source
from handx_core.sources.rows import recordings_batch

TRAIN = "train_can_pos_all_wotextfeat.npz"
NPY_HEADER = 128  # bytes before the pickle in what NumPy writes


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


@pytest.mark.parametrize("compressed", [False, True])
def test_damaged_archives(tmp_path: Path, compressed: bool) -> None:
    mutate_and_read(HandX(), write_root(tmp_path, compressed), (TRAIN,), seed=21, least_rejected=0.5)


@pytest.mark.parametrize("name", ["source_metadata.json", "handx_to_dataset_source_release.json"])
def test_damaged_metadata(tmp_path: Path, name: str) -> None:
    mutate_and_read(HandX(), write_root(tmp_path), (name,), seed=22)


@pytest.mark.parametrize("part", [slice(0, NPY_HEADER), slice(NPY_HEADER, None)], ids=["header", "pickle"])
def test_damaged_entries_in_a_sound_archive(tmp_path: Path, part: slice) -> None:
    """Checksums catch most damage to a file; here the entry itself was written wrongly."""
    file = io.BytesIO()
    np.save(file, np.array(entry(), dtype=object))
    original = file.getvalue()
    rng = np.random.default_rng(23)
    n_rejected = 0
    for _ in range(n_mutations()):
        damaged = damage(original[part], rng)
        content = damaged + original[NPY_HEADER:] if part.start == 0 else original[:NPY_HEADER] + damaged
        n_rejected += read_entry(tmp_path, content)
    assert n_mutations() / 4 < n_rejected
    assert n_rejected < n_mutations() or part.start == 0  # some damage strikes a text or a number; a header has no room


def read_entry(root: Path, content: bytes) -> int:
    """Read an archive of one entry within the limits: the number of rejections, 0 or 1."""
    with zipfile.ZipFile(root / TRAIN, "w") as archive:
        archive.writestr("0.npy", content)
    with limits():
        (result,) = read_source(HandX(), root, NO_MANO, 1)
    if isinstance(result, Rejection):
        assert result.path == f"{TRAIN}/0"
        assert "expected" in result.reason
        return 1
    assert_sound(HandX(), result)
    assert [caption.level for caption in result.captions] == [1, 2, 3, 4, 5]
    recordings_batch([result])  # which encodes every text
    return 0


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
    assert read_entry(tmp_path, file.getvalue() + hostile_pickles()[name]) == 1
