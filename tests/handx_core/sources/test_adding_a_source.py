"""The example that newcomers copy works: the document's code, on a folder written by hand."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mutation import NO_MANO, mutate_and_read

from handx_core.curation.settings import CurationSettings
from handx_core.curation.subject_hands import subject_hands_of
from handx_core.curation.takes import cut_takes, lengths_of_takes
from handx_core.errors import Rejection
from handx_core.sources.base import KnownHands, Recording
from handx_core.sources.guide import raw_guide
from handx_core.sources.reading import read_source

# Wrist, then thumb, index, middle, ring, pinky from the palm out; as the project's joint numbers.
OPENPOSE_AS_PROJECT = [0, 13, 14, 15, 16, 1, 2, 3, 17, 4, 5, 6, 18, 10, 11, 12, 19, 7, 8, 9, 20]

DOCUMENT = Path(__file__).parents[3] / "docs" / "adding_a_source.md"


@pytest.fixture
def wave() -> Any:
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    module: dict[str, Any] = {"__name__": "wave"}
    exec(compile(code, str(DOCUMENT), "exec"), module)
    return module["Wave"]()


@pytest.fixture
def root(tmp_path: Path, world: np.ndarray) -> Path:
    """wave/anna/01.npy: `world` by hand in the format's words; and a second file that is none."""
    in_file = np.full((8, 42, 3), np.nan, np.float32)
    for frame in range(8):
        for place, joint in enumerate(OPENPOSE_AS_PROJECT):
            for block, hand in ((21, 0), (0, 1)):
                x, y, z = world[frame, hand, joint]
                in_file[frame, block + place] = [1000 * x, 1000 * z, -1000 * y]
    in_file[3, :21] = np.nan  # the right hand is lost
    (tmp_path / "wave" / "anna").mkdir(parents=True)
    np.save(tmp_path / "wave" / "anna" / "01.npy", in_file)
    (tmp_path / "wave" / "anna" / "02.npy").write_bytes(b"not an array")
    return tmp_path / "wave"


def test_the_joints_of_the_example_are_those_that_were_written(wave: Any, root: Path, world: np.ndarray) -> None:
    recording, rejection = read_source(wave, root, NO_MANO, 1)
    assert isinstance(recording, Recording)
    assert isinstance(rejection, Rejection)
    assert rejection.path == "anna/02.npy"
    assert (recording.take.recording_id, recording.take.subject) == ("wave/anna/01", "wave/anna")
    hands = wave.to_hands(recording, KnownHands(NO_MANO))
    np.testing.assert_allclose(hands.times, np.arange(8) / 50.0)
    expected = world.copy()
    expected[3, 1] = np.nan
    np.testing.assert_allclose(hands.joints, expected, atol=1e-6)
    assert np.array_equal(hands.valid, np.isfinite(expected).all(axis=-1))


def test_the_example_goes_through_curation_and_the_guide(wave: Any, root: Path) -> None:
    (recording,) = (found for found in read_source(wave, root, NO_MANO, 1) if isinstance(found, Recording))
    lengths = subject_hands_of(lengths_of_takes(wave, [recording], NO_MANO, 1))
    settings = CurationSettings.model_validate({"min_span_frames": 3, "max_bone_length_sd_m": 1.0})
    ((spans, rejected),) = cut_takes(wave, [recording], lengths, NO_MANO, settings, 1)
    assert len(spans) + len(rejected) == 1
    assert wave.info.expects in raw_guide({"wave": wave})


def test_the_example_withstands_damaged_files(wave: Any, root: Path) -> None:
    (root / "anna" / "02.npy").unlink()
    mutate_and_read(wave, root, ("anna/*.npy",), seed=21, least_rejected=0.1)
