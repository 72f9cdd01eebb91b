"""Damaged files give a RawDataError or a recording that is sound in every number; nothing else, ever."""

import time
from itertools import repeat

import numpy as np
import pytest
from mutation import damage, limits, mutate_and_read, n_mutations

from handx_core.sources import SOURCES


@pytest.mark.parametrize("aligned", [True, False])
def test_gigahands(write_gigahands, aligned):
    root = write_gigahands(aligned=aligned)
    patterns = ("annotations_v2.jsonl", "**/chosen_*.json", "**/012.json" if aligned else "**/*t.jsonl")
    mutate_and_read(SOURCES["gigahands"], root, patterns, seed=11)


def test_hot3d(write_hot3d):
    patterns = ("*/*/metadata.json", "*/*/umetrack_hand_*", "*/*/masks/*.csv")
    mutate_and_read(SOURCES["hot3d"], write_hot3d(), patterns, seed=12)


def test_h2o(write_h2o):
    patterns = ("action_labels/*.txt", "**/Hand_Pose/*.txt", "**/cam_pose/*.txt")
    mutate_and_read(SOURCES["h2o"], write_h2o(), patterns, seed=13)


def test_the_count_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("HANDX_FUZZ", "2000")
    assert n_mutations() == 2000
    monkeypatch.delenv("HANDX_FUZZ")
    assert n_mutations() == 200


def test_damage_is_the_same_for_the_same_seed_and_nearly_always_damages():
    content = bytes(range(256)) * 8
    damaged = [damage(content, np.random.default_rng(seed)) for seed in range(300)]
    assert damaged == [damage(content, np.random.default_rng(seed)) for seed in range(300)]
    assert sum(other != content for other in damaged) > 285
    assert all(isinstance(damage(b"", np.random.default_rng(seed)), bytes) for seed in range(50))


def test_a_reader_that_hangs_or_takes_too_much_memory_is_stopped():
    with pytest.raises(TimeoutError), limits(seconds=0.02):
        time.sleep(20.0)
    with pytest.raises(TimeoutError), limits(seconds=0.05):
        all(1 for _ in repeat(0))  # goes on for ever
    with pytest.raises(MemoryError), limits():
        np.ones(3 << 30, np.uint8)
    assert len(np.empty(3 << 30, np.uint8)) == 3 << 30
