"""Damaged HoloAssist files give a rejection or a sound recording."""

import pytest
from holoassist_files import hand_path, rows_of, write_rows, write_session
from mutation import mutate_and_read

from handx_core.sources.holoassist import HoloAssist


@pytest.mark.parametrize("flags", [1, 3])
def test_mutation_of_hand_files(tmp_path, world, flags):
    root = write_session(tmp_path, world)
    for hand, side in enumerate(("Left", "Right")):
        rows = rows_of(world, hand, flags=flags)
        rows[2].tracked[6:11] = [0] * 5
        rows[5].lose()
        write_rows(hand_path(root, side), rows)
    mutate_and_read(HoloAssist(), root, ("**/*_sync.txt",), seed=31 + flags)


def test_mutation_of_hand_files_without_flags_of_joints(tmp_path, world):
    for hand, side in enumerate(("Left", "Right")):
        rows = rows_of(world, hand, flags=3)
        rows[5].lose()
        for row in rows:
            row.valid = row.tracked = []
        write_rows(hand_path(tmp_path, side, name=""), rows, seconds=False)
    mutate_and_read(HoloAssist(), tmp_path, ("**/Hands/*.txt",), seed=37)


def test_mutation_of_labels_and_lists(tmp_path, world):
    root = write_session(tmp_path, world)
    # A list of names in which something else stands is a list of other names, so that only the labels are refused.
    patterns = ("*.json", "*.json", "data-splits/*.txt")
    mutate_and_read(HoloAssist(), root, patterns, seed=35)
