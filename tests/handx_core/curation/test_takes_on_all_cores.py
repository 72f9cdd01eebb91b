"""All takes of a source: the same for any number of workers, in order, and a bad take is one rejection."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from test_skeletons import bent_hands

from handx_core.curation.rows import skeletons_batch
from handx_core.curation.settings import CurationSettings
from handx_core.curation.subject_hands import subject_hands_of
from handx_core.curation.takes import cut_takes, lengths_of_takes
from handx_core.errors import RawDataError
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import FoundTakes, KnownHands, Recording, SourceInfo, Take, TrackedHands

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))


class Planted:
    """A source whose recordings hold joints in the world already; some of them are bad."""

    name = "planted"
    info = SourceInfo("Planted", "", "", "", "")

    def find_takes(self, root: Path, mano: ManoFiles) -> FoundTakes:
        raise NotImplementedError

    def read_take(self, root: Path, take: Take) -> Recording:
        raise NotImplementedError

    def to_hands(self, recording: Recording, known: KnownHands) -> TrackedHands:
        if recording.kind == "unusable":
            raise RawDataError("mano/MANO_LEFT.pkl", "expected the model, found none")
        if recording.kind == "fault":
            raise ZeroDivisionError("a mistake")
        joints = recording.arrays["joints"].astype(np.float64)
        return TrackedHands(recording.times, joints, np.ones(joints.shape[:3], bool))


def recordings(kinds: list[str]) -> Iterator[Recording]:
    for number, kind in enumerate(kinds):
        joints = bent_hands(40 + 7 * number).astype(np.float32)
        take = Take(f"planted/{number:02d}", Path(f"{number:02d}"), f"planted/person{number % 2}")
        yield Recording(take, kind, "", np.arange(len(joints)) / 30.0, {"joints": joints})


def cut(kinds: list[str], workers: int) -> tuple[bytes, list[tuple[str, str]]]:
    """The rows of all takes as bytes, and the rejections."""
    lengths = lengths_of_takes(Planted(), recordings(kinds), NO_MANO, workers)
    hands = subject_hands_of(lengths, {"planted/person0": -(-len(kinds) // 2), "planted/person1": len(kinds) // 2})
    rows, rejected = [], []
    for spans, of_take in cut_takes(Planted(), recordings(kinds), hands, NO_MANO, CurationSettings(), workers):
        rejected += [(rejection.path, rejection.reason) for rejection in of_take]
        if spans:
            rows.append(skeletons_batch(spans).serialize().to_pybytes())
    return b"".join(rows), rejected


def test_one_worker_and_two_make_the_same_bytes():
    kinds = ["good"] * 5 + ["unusable"] + ["good"] * 6
    rows, rejected = cut(kinds, 1)
    assert rows
    assert rejected == [("planted/05", "mano/MANO_LEFT.pkl: expected the model, found none")]
    assert cut(kinds, 2) == (rows, rejected)


def test_takes_that_cannot_be_brought_to_the_world_count_for_no_hands():
    kinds = ["good", "good", "unusable", "good"]
    hands = subject_hands_of(
        lengths_of_takes(Planted(), recordings(kinds), NO_MANO, 1), {"planted/person0": 2, "planted/person1": 2}
    )
    assert [(hand.subject, hand.n_frames) for hand in hands] == [
        ("planted/person0", 40), ("planted/person0", 40), ("planted/person1", 47 + 61), ("planted/person1", 47 + 61)
    ]  # fmt: skip


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_of_the_project_names_the_take(workers):
    with pytest.raises(RuntimeError, match="curation of planted failed on planted/02: ZeroDivisionError: a mistake"):
        cut(["good", "good", "fault", "good"], workers)
