"""Markers of both hands as a recording stores them, and what becomes of them with the subject's calibrated hands.

Stored in Recording.arrays: `markers` (T, 2, N, 3) metres, in the file's own axes, hand axis left, right, marker axis in
the order of the marker set, zero where not measured; `seen` (T, 2, N), 1 where measured, else 0; `removed` (T, 2, N), 1
where the file had a position that cleaning did not believe.

What belongs here: that storage, and joints from it. What does not: files, cleaning or solving (handx_core.mocap).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError
from handx_core.mocap.labels import HandMarkers
from handx_core.mocap.units import to_z_up
from handx_core.sources.base import KnownHands, Recording, TrackedHands

FEWEST_MARKERS: Final = 4
"""Of a hand that tell where it is: three and one to judge them by."""

LONGEST_GUESS_S: Final = 0.2
"""A hand with fewer markers for longer has no place: where it would be is a guess about the person, not about hands."""


def stack_markers(markers: HandMarkers, measured: NDArray[np.bool_]) -> dict[str, NDArray[np.float32]]:
    """Cleaned markers as arrays of a recording. measured: (T, 2, N), which of them the file had a position of."""
    seen = np.isfinite(markers.positions[..., 0])
    stored = np.zeros(markers.positions.shape, np.float32)
    np.copyto(stored, markers.positions, where=seen[..., None])
    return {
        "markers": stored,
        "seen": seen.astype(np.float32),
        "removed": (measured & ~seen).astype(np.float32),
    }


def markers_of(recording: Recording) -> HandMarkers:
    """The markers of a recording of kind markers, NaN where not measured."""
    return HandMarkers(positions_at(recording, slice(None)), mean_rate_hz(recording), recording.notes)


def positions_at(recording: Recording, frames: slice | NDArray[np.int64]) -> NDArray[np.float64]:
    """(F, 2, N, 3) the markers in some frames of a recording of kind markers, NaN where not measured."""
    positions = recording.arrays["markers"][frames].astype(np.float64)
    positions[~(recording.arrays["seen"][frames] > 0.0)] = np.nan
    return positions


def mean_rate_hz(recording: Recording) -> float:
    """Frames per second, from the first stamp to the last."""
    return (len(recording.times) - 1) / float(recording.times[-1] - recording.times[0])


def lost_hands(seen: NDArray[np.bool_], rate_hz: float) -> NDArray[np.bool_]:
    """(T, 2), where a hand shows fewer than FEWEST_MARKERS for longer than LONGEST_GUESS_S. seen: (T, 2, N)."""
    lost = seen.sum(axis=2) < FEWEST_MARKERS
    for hand in range(lost.shape[1]):
        edges = np.flatnonzero(np.diff(lost[:, hand], prepend=False, append=False)).reshape(-1, 2)
        for start, end in edges[(edges[:, 1] - edges[:, 0]) <= LONGEST_GUESS_S * rate_hz]:
            lost[start:end, hand] = False
    return lost


def hands_of_markers(recording: Recording, known: KnownHands) -> TrackedHands:
    """The solved joints, z up, in one process. A lost hand has no joints; what markers do not tell is not valid.

    Raises RawDataError where the subject's hands were not calibrated.
    """
    from handx_core.mocap.solver import solve_markers

    if known.calibrated is None or recording.marker_set is None:
        raise RawDataError(
            recording.take.path,
            f"expected calibrated hands of {recording.take.session}, found none: `rejected` of subject_hands says why",
        )
    solved = solve_markers(markers_of(recording), known.calibrated, workers=1)
    lost = lost_hands(recording.arrays["seen"] > 0.0, solved.rate_hz)
    joints = to_z_up(solved.joints, recording.marker_set.up).astype(np.float64)
    joints[lost] = np.nan
    return TrackedHands(
        times=recording.times,
        joints=joints,
        valid=solved.observed & ~lost[..., None],
        residual=np.where(lost, np.float32(np.nan), solved.residual),
    )
