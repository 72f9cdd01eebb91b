"""Damaged captures and marker sets: a sound recording or rejections, nothing else; solving needs no file."""

from pathlib import Path

import numpy as np
from damaged_files import damage, limits, n_mutations
from mutation import NO_MANO

from handx_core.errors import Rejection
from handx_core.mocap.marker_set import HAND25
from handx_core.sources.optitrack import OptiTrack
from handx_core.sources.reading import read_source
from handx_core.synthetic.takes import SyntheticSettings, TakeName, make_take
from handx_core.synthetic.write_optitrack import write_take

SETTINGS = SyntheticSettings(seconds_per_take=0.4)


def test_damaged_captures_and_marker_sets(tmp_path: Path) -> None:
    write_take(tmp_path, make_take(TakeName("optitrack", 0, 0), SETTINGS), SETTINGS)
    (tmp_path / "S01/markers.toml").write_bytes(HAND25.read_bytes())
    files = [tmp_path / "S01/session_1/take_01.c3d", tmp_path / "S01/markers.toml"]
    rng = np.random.default_rng(31)
    n_rejected = 0
    for _ in range(n_mutations()):
        file = files[rng.integers(len(files))]
        original = file.read_bytes()
        file.write_bytes(damage(original, rng))
        with limits():
            found = list(read_source(OptiTrack(), tmp_path, NO_MANO, 1))
        file.write_bytes(original)
        assert len(found) == 1
        for one in found:
            if isinstance(one, Rejection):
                assert not Path(one.path).is_absolute()
                n_rejected += 1
            else:
                assert (np.diff(one.times) > 0.0).all()
                assert all(a.dtype == np.float32 and np.isfinite(a).all() for a in one.arrays.values())
                assert set(np.unique(one.arrays["seen"])) <= {0.0, 1.0}
    assert n_rejected > 0.25 * n_mutations()
