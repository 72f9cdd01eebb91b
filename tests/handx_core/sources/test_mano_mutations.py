"""Damaged and hostile files of hand parameters give a rejection or a sound recording; nothing else, ever."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from mutation import limits, mutate_and_read, read_and_judge
from test_arctic import hand, write_hands, write_object

from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.arctic import Arctic
from handx_core.sources.gigahands import GigaHands

FEW_FRAMES = 8


def few_frames(hands):
    hands |= {"left": hand(1, FEW_FRAMES), "right": hand(2, FEW_FRAMES)}


def test_arctic(tmp_path, standin):
    write_hands(tmp_path, change=few_frames)
    write_object(tmp_path, np.zeros((FEW_FRAMES, 7)))
    protocol = {"train": ["s01/box_grab_01"], "val": [], "test": ["s03/box_grab_01"]}
    (tmp_path / "protocol_p1.json").write_text(json.dumps(protocol))
    mutate_and_read(Arctic(), tmp_path, ("**/*.mano.npy", "**/*.object.npy"), seed=21, mano=standin)
    mutate_and_read(Arctic(), tmp_path, ("*.json",), seed=22, mano=standin)


def test_gigahands_parameters(write_gigahands, standin):
    root = write_gigahands(aligned=False, parameters=True)
    patterns = ("**/chosen_*.json", "**/params/012.json")
    mutate_and_read(GigaHands(), root, patterns, seed=23, mano=standin)


class CallsCode:
    """A value whose pickle asks for a file to be made."""

    def __init__(self, made: Path) -> None:
        self.made = made

    def __reduce__(self):
        return os.mkdir, (str(self.made),)


def nested(depth):
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


def shared(levels):
    """Ten to the power of `levels` entries in a file of some hundred bytes."""
    value = [0.0] * 10
    for _ in range(levels):
        value = [value] * 10
    return value


def cyclic():
    value: list = []
    value.append(value)
    return value


@pytest.mark.parametrize("value", [nested(100), shared(9), cyclic(), [[0.0] * 3] * 8, {}, "x", 2**4000, b"", set()])
@pytest.mark.parametrize("name", ["rot", "shape"])
def test_strange_values_in_place_of_an_array(tmp_path, standin, name, value):
    def change(hands):
        few_frames(hands)
        hands["left"][name] = value

    write_hands(tmp_path, change=change)
    with limits():
        assert read_and_judge(Arctic(), tmp_path, standin) == 1


@pytest.mark.parametrize("kind", ["mano", "object"])
def test_no_code_in_a_file_is_run(tmp_path, standin, kind):
    made = tmp_path / "made"
    write_hands(tmp_path, change=few_frames)
    np.save(tmp_path / "raw_seqs" / "s01" / f"box_grab_01.{kind}.npy", np.array(CallsCode(made), dtype=object))
    assert read_and_judge(Arctic(), tmp_path, standin) == 1
    assert not made.exists()


def test_an_unusable_model_is_rejected_once_and_names_its_file(tmp_path, write_gigahands):
    root = write_gigahands(aligned=False, parameters=True)
    write_hands(tmp_path / "arctic")
    for side in ("LEFT", "RIGHT"):
        (tmp_path / f"MANO_{side}.pkl").write_bytes(b"no model")
    broken = ManoFiles(tmp_path, tmp_path / "converted")
    of_arctic = Arctic().find_takes(tmp_path / "arctic", broken)
    of_gigahands = GigaHands().find_takes(root, broken)
    assert of_arctic.takes == ()
    assert [take.path.name for take in of_gigahands.takes] == ["012"]
    for found in (of_arctic, of_gigahands):
        assert [rejection.path for rejection in found.rejected] == [f"{tmp_path.name}/MANO_LEFT.pkl"]
