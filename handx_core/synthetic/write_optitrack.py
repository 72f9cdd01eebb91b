"""Writes optical takes as OptiTrack's Motive exports them: C3D files of labelled and unlabelled markers.

What belongs here: the files, their labels, axes and how they say that a marker is missing. What does not: hands,
markers and what goes wrong with them (`marker_hands`, `marker_faults`).

World: y up, right-handed, millimetres. Studios differ, and so do subjects: in how they name markers, in their frame
rate, and in what stands where a marker was not seen, which is zeros and a negative residual by Motive, but the last
position or a residual of zero by other software.
"""

import io
import warnings
from pathlib import Path
from typing import Final

import c3d
import numpy as np
from numpy.typing import NDArray

from handx_core.mocap.marker_set import HAND25, load_marker_set
from handx_core.skeleton import HANDS, WRIST
from handx_core.synthetic.hands import Floats
from handx_core.synthetic.marker_hands import OpticalTake
from handx_core.synthetic.movement import waves
from handx_core.synthetic.takes import SyntheticSettings, TrueTake, optical_capture, seeded

LABELS: Final = ("{side}Hand:{marker}", "{letter}Hand_{marker}", "Gloves:{letter}_{marker}")
"""How markers are named, by subject: an asset for each hand, in two spellings, or one for both."""

_Y_UP: Final = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
_MILLIMETRES: Final = 1e3
_BLOCK: Final = 512
_DATA_BLOCK: Final = slice(16, 18)
"""Where a file's header has the number of the first block of data, counted from 1."""

_KEEPS_LAST, _SAYS_ONLY_ZEROS = 1, 2
"""Kinds of subjects, by number modulo that of label styles, whose files say otherwise than Motive what is missing."""

_UNLABELLED: Final = ("*{number}", "Unlabeled {number}", "U_{number}")
_N_UNLABELLED: Final = 3
_UNLABELLED_HZ: Final = (0.05, 1.0)
_UNLABELLED_ABOVE: Final = 1.3
"""Of a variable of unit variance: seen about a tenth of the time."""

_UNLABELLED_REACH_M: Final = 0.15


def write_take(root: Path, take: TrueTake, settings: SyntheticSettings) -> None:
    """Write one take below OptiTrack's root, as <subject>/<session>/<take>.c3d."""
    capture = optical_capture(take.name, settings)
    rng = seeded(settings, take.recording_id, "file")
    n_frames = len(capture.measured)
    labels = [*marker_labels(take.name.subject), *_unlabelled_names(take.name.subject, rng)]
    points = np.concatenate([capture.measured.reshape(n_frames, -1, 3), _unlabelled(capture, rng)], axis=1)
    order = rng.permutation(len(labels))
    path = root / f"{take.recording_id.removeprefix('optitrack/')}.c3d"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        c3d_file([labels[column] for column in order], points[:, order], capture.rate_hz, take.name.subject)
    )


def marker_labels(subject: int) -> list[str]:
    """The labels of a subject's markers: those of the left hand in the order of HAND25, then of the right."""
    pattern = LABELS[subject % len(LABELS)]
    return [
        pattern.format(side=side.capitalize(), letter=side[0].upper(), marker=marker.name)
        for side in HANDS
        for marker in load_marker_set(HAND25).markers
    ]


def c3d_file(labels: list[str], points: Floats, rate_hz: float, subject: int) -> bytes:
    """A C3D file. points: (T, N, 3) metres, world with z up, NaN where missing."""
    missing = np.isnan(points[..., 0])
    in_file = np.zeros((*points.shape[:2], 5), dtype=np.float32)
    in_file[..., :3] = np.where(missing[..., None], 0.0, points @ _Y_UP.T * _MILLIMETRES)
    in_file[..., 3] = np.where(missing, -1.0, 0.0)
    writer = c3d.Writer(point_rate=rate_hz, point_units="mm")
    writer.set_point_labels(labels)
    no_analog = np.zeros((0, 0))
    writer.add_frames([(frame, no_analog) for frame in in_file])
    file = io.BytesIO()
    with warnings.catch_warnings(action="ignore"):  # that there is no analog data
        writer.write(file)
    content = bytearray(file.getvalue())
    _say_missing(content, missing, subject)
    return bytes(content)


def _say_missing(content: bytearray, missing: NDArray[np.bool_], subject: int) -> None:
    """Write into a file what its software leaves where a marker was not seen; c3d leaves the last position."""
    if subject % len(LABELS) == _KEEPS_LAST:
        return
    data_block = int.from_bytes(content[_DATA_BLOCK], "little")
    n_frames, n_points = missing.shape
    data = np.frombuffer(content, "<f4", n_frames * n_points * 4, _BLOCK * (data_block - 1))
    points = data.reshape(n_frames, n_points, 4)
    points[missing, :3] = 0.0
    points[missing, 3] = 0.0 if subject % len(LABELS) == _SAYS_ONLY_ZEROS else -1.0


def _unlabelled_names(subject: int, rng: np.random.Generator) -> list[str]:
    numbers = rng.choice(np.arange(1, 10_000), _N_UNLABELLED, replace=False)
    return [_UNLABELLED[subject % len(_UNLABELLED)].format(number=number) for number in numbers]


def _unlabelled(capture: OpticalTake, rng: np.random.Generator) -> Floats:
    """(T, 3, 3) what the cameras saw about the hands for a while and nobody named: reflections, mostly."""
    times = capture.motion.times
    about = capture.joints[:, :, WRIST].mean(axis=1)
    wander = waves(rng, times, 3 * _N_UNLABELLED, _UNLABELLED_HZ).reshape(-1, _N_UNLABELLED, 3)
    seen = waves(rng, times, _N_UNLABELLED, _UNLABELLED_HZ) > _UNLABELLED_ABOVE
    return np.where(seen[..., None], about[:, None] + _UNLABELLED_REACH_M * wander, np.nan)
