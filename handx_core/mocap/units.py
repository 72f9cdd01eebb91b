"""Units and axes of a capture: what a unit is in metres, whether hands come out as large as hands, which way is up.

What belongs here: what a marker set's `units` and `up` mean. What does not: labels, or the world frame of a take.
"""

from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError
from handx_core.mocap.marker_set import Units, UpAxis
from handx_core.mocap.take import C3dHeader

Number = TypeVar("Number", np.float32, np.float64)

_METRES: Final = {"mm": 1e-3, "cm": 1e-2, "m": 1.0}

_HAND_SPREAD_M: Final = (0.05, 0.30)
"""Twice the median distance of a hand's markers from their middle: from a child's fist to a large flat hand with its
wrist. The next unit is a factor of ten away."""

_FEWEST_MARKERS: Final = 4
_MOST_FRAMES: Final = 1000
"""How many markers a frame needs to tell a hand's size, and how many frames are asked."""


def metres_per_unit(units: Units, header: C3dHeader) -> float:
    """What one unit of a file's coordinates is: that of the marker set, or with "auto" what the file says."""
    return header.metres_per_unit if units == "auto" else _METRES[units]


def require_size_of_hands(positions: NDArray[np.float64], units: Units, header: C3dHeader, path: Path) -> None:
    """Raise RawDataError, with the unit that would fit, where a hand of (T, 2, N, 3) metres has not a hand's size.

    A hand that is never seen with four markers at once says nothing.
    """
    some = positions[np.linspace(0, len(positions) - 1, min(len(positions), _MOST_FRAMES)).astype(int)]
    seen = np.isfinite(some).all(axis=-1)
    enough = seen.sum(axis=-1) >= _FEWEST_MARKERS
    if not enough.any():
        return
    points = np.where(seen[..., None], some, np.nan)[enough]
    centres = np.nanmedian(points, axis=1, keepdims=True)
    spread = 2.0 * float(np.nanmedian(np.linalg.norm(points - centres, axis=-1)))
    low, high = _HAND_SPREAD_M
    if low <= spread <= high:
        return
    written = spread / metres_per_unit(units, header)
    fitting = [unit for unit, metres in _METRES.items() if low <= written * metres <= high]
    remedy = f'units = "{fitting[0]}" in the marker set would fit' if fitting else "no unit of mm, cm and m would fit"
    raise RawDataError(
        path,
        f"expected hands whose markers spread over {low:g} to {high:g} m, found {spread:.3g} m with the unit "
        f"{header.units.strip() if units == 'auto' else units!r}: {remedy}",
    )


def to_z_up(positions: NDArray[Number], up: UpAxis) -> NDArray[Number]:
    """Points (..., 3) of a file whose vertical axis is `up`, in axes whose z is up: a turn about x."""
    if up == "z":
        return positions
    return np.stack([positions[..., 0], -positions[..., 2], positions[..., 1]], axis=-1)
