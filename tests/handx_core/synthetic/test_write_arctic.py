"""What the ARCTIC writer leaves on disk, loaded as ARCTIC's own tools load it, against the published format."""

import json
from pathlib import Path

import numpy as np
import pytest

from handx_core.synthetic import write_arctic
from handx_core.synthetic.descriptions import TWO_HAND_PHRASES
from handx_core.synthetic.files import WrittenTake
from handx_core.synthetic.takes import SourceSize, SyntheticSettings, TakeName, TrueTake, make_take

SETTINGS = SyntheticSettings(seconds_per_take=20.0, arctic=SourceSize(subjects=4, takes_per_subject=2))
SEQUENCE = "raw_seqs/s05/capsulemachine_use_01"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrueTake]:
    root, take = tmp_path_factory.mktemp("arctic"), make_take(TakeName("arctic", 3, 1), SETTINGS)
    write_arctic.write_take(root, take, SETTINGS)
    write_arctic.write_index(root, [WrittenTake.of(take, SETTINGS)], SETTINGS)
    return root, take


def test_hands(written: tuple[Path, TrueTake]) -> None:
    root, take = written
    hands = np.load(root / f"{SEQUENCE}.mano.npy", allow_pickle=True).item()
    assert sorted(hands) == ["left", "right"]
    for hand, side in enumerate(hands):
        shapes = {name: np.shape(values) for name, values in hands[side].items()}
        frames = len(take.times)
        assert shapes == {"rot": (frames, 3), "pose": (frames, 45), "trans": (frames, 3), "shape": (10,),
                          "fitting_err": (frames,)}  # fmt: skip
        assert all(np.isfinite(values).all() for values in hands[side].values())
        # The translation is the wrist but for the rest wrist, which does not move; the person faces -y.
        steps = np.diff(hands[side]["trans"], axis=0)
        np.testing.assert_allclose(steps, np.diff(take.joints[:, hand, 0], axis=0) * [-1.0, -1.0, 1.0], atol=1e-9)


def test_object(written: tuple[Path, TrueTake]) -> None:
    root, take = written
    path = np.load(root / f"{SEQUENCE}.object.npy", allow_pickle=False)
    assert path.shape == (len(take.times), 7)
    assert path.dtype == np.float64
    np.testing.assert_allclose(path[0, 4:], [0.0, -400.0, 800.0], atol=1.0)  # millimetres
    opened = [scene[:2] for scene in take.script if scene[2] in TWO_HAND_PHRASES and scene[2] != "carry"]
    assert opened
    rates = np.abs(np.gradient(path[:, 0], 1 / 30.0))
    during = np.any([(take.times > start) & (take.times < end) for start, end in opened], axis=0)
    assert rates[during].max() > 0.5
    assert path[~during, 0].max() < 0.1


def test_official_split(written: tuple[Path, TrueTake]) -> None:
    protocol = json.loads((written[0] / "splits_json" / "protocol_p1.json").read_text())
    assert protocol == {"train": [], "val": ["s05/capsulemachine_use_01"], "test": []}
