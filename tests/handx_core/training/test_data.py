"""Training data from the tables: rows, texts, splits and fingerprints."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from handx_core.columns import batch, fixed_lists
from handx_core.errors import TableError
from handx_core.representation.text import TextEncoderSettings, encode_texts
from handx_core.training.data import (
    MotionTextDataset,
    distinct_texts,
    load_motion_texts,
)

SPLITS = {"h2o": ["train", "test", "train"], "arctic": ["val", "train"], "hot3d": []}


def text_of(clip_id: str, part: str, level: int) -> str:
    return f"{part} of {clip_id} at {level}" if level < 5 else f"{part} in full"


def joints_of(clip_id: str) -> np.ndarray:
    seed = int.from_bytes(clip_id.encode(), "little")
    return np.random.default_rng(seed).normal(size=(60, 2, 21, 3)).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for source, splits in SPLITS.items():
        ids = [f"{source}/{number}" for number in range(len(splits))]
        columns = {
            "clip_id": ids,
            "subject": [f"{source}/someone"] * len(ids),
            "split": splits,
            "licence": ["CC0"] * len(ids),
            "joints": fixed_lists(np.array([joints_of(i) for i in ids], np.float32).reshape(len(ids), 7560)),
            **{
                part: [[text_of(i, part, level) for level in range(1, 6)] for i in ids]
                for part in ("left", "right", "interaction")
            },
        }
        path = tmp_path / "motion_dataset" / f"source={source}" / "part-0.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(pa.Table.from_batches([batch("motion_dataset", columns)]), path)
    return tmp_path / "motion_dataset"


def encoded(folder: Path):
    return encode_texts(distinct_texts(folder), TextEncoderSettings(width=8))


def test_every_clip_with_its_texts(folder: Path) -> None:
    text = encoded(folder)
    clips = load_motion_texts(folder, text)
    assert clips.clip_ids == ("arctic/0", "arctic/1", "h2o/0", "h2o/1", "h2o/2")
    assert clips.split == ("val", "train", "train", "test", "train")
    assert clips.text_rows.shape == (5, 5, 3)
    for row, clip_id in enumerate(clips.clip_ids):
        np.testing.assert_array_equal(clips.joints[row].numpy(), joints_of(clip_id))
        for level in range(1, 6):
            for place, part in enumerate(("left", "right", "interaction")):
                assert clips.text_rows[row, level - 1, place] == text.rows([text_of(clip_id, part, level)])[0]


def test_subsets(folder: Path) -> None:
    clips = load_motion_texts(folder, encoded(folder))
    train = clips.subset("train")
    assert train.clip_ids == ("arctic/1", "h2o/0", "h2o/2")
    np.testing.assert_array_equal(train.joints[2].numpy(), joints_of("h2o/2"))
    with pytest.raises(TableError, match="holdout"):
        clips.subset("holdout")


def test_fingerprint_sees_every_change(folder: Path) -> None:
    clips = load_motion_texts(folder, encoded(folder))
    same = load_motion_texts(folder, encoded(folder))
    assert same.fingerprint() == clips.fingerprint()
    other = {clips.subset("train").fingerprint(), clips.fingerprint()}
    same.joints[0, 0, 0, 0, 0] += 1e-6
    other.add(same.fingerprint())
    same = load_motion_texts(folder, encoded(folder))
    same.text_rows[0, 0, 0] += 1
    other.add(same.fingerprint())
    assert len(other) == 4


def test_pytorch_dataset(folder: Path) -> None:
    data = MotionTextDataset(folder, split="train", level=2)
    assert len(data) == 3
    sample = data[1]
    assert sample["clip_id"] == "h2o/0"
    assert sample["source"] == "h2o"
    assert sample["interaction"] == text_of("h2o/0", "interaction", 2)
    assert sample["left"] == text_of("h2o/0", "left", 2)
    np.testing.assert_array_equal(sample["joints"].numpy(), joints_of("h2o/0"))
    assert data[-1]["clip_id"] == "h2o/2"
    with pytest.raises(IndexError):
        data[3]
    assert len(MotionTextDataset(folder)) == 5


def test_pytorch_dataset_in_a_loader(folder: Path) -> None:
    loader = torch.utils.data.DataLoader(MotionTextDataset(folder), batch_size=2)
    shapes = [tuple(some["joints"].shape) for some in loader]
    assert shapes == [(2, 60, 2, 21, 3), (2, 60, 2, 21, 3), (1, 60, 2, 21, 3)]


def test_errors_name_what_is_wrong(folder: Path) -> None:
    with pytest.raises(ValueError, match="level"):
        MotionTextDataset(folder, level=6)
    with pytest.raises(TableError, match="nobody"):
        MotionTextDataset(folder, split="nobody")
    with pytest.raises(TableError, match="lack the text"):
        load_motion_texts(folder, encode_texts(["another"], TextEncoderSettings(width=8)))
