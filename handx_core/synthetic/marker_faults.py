"""What a capture makes of true markers: skin that moves, noise, gaps, ghosts, swapped labels.

What belongs here: errors of a capture, their measure and their statistics. What does not: the hands (`marker_hands`),
or a file's way to say that a marker is missing (`write_optitrack`).

Each function takes its own generator, so that a take with other gaps has the same noise.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from handx_core.synthetic.hands import Floats

Mask = NDArray[np.bool_]

_MILLIMETRE: Final = 1e-3
_GAP_S: Final = 0.5
"""Mean length of a gap; lengths are exponentially distributed."""

_GHOST_MM: Final = (10.0, 60.0)
_GHOST_FRAMES: Final = (1, 20)
_SWAP_FRAMES: Final = (1, 40)
_SWAP_NEIGHBOURS: Final = 3
"""A marker exchanges its label with one of this many markers that are nearest to it."""

_FROZEN_FRAMES: Final = (10, 60)


@dataclass(frozen=True)
class CaptureConditions:
    """How good a capture is. Standard deviations are along each axis; shares are of all frames, between 0 and 1.

    noise_mm: of every measurement, independent. wobble_mm: of the soft tissue, forgotten after wobble_s (by 1/e).
    slide_mm_per_rad: over markers, of how far the skin slides along the bone for a radian of flexion of the joint under
    it. placement_mm: over markers, how far from the marker set's place the person puts one, along the skin. gap_share:
    lowest and highest of a marker; drawn between them. finger_gap_share: part of that during which all markers of a
    finger are gone at once. outlier_share: ghosts and swapped labels, half of it each. frozen_share: measurements that
    repeat the last one.
    """

    noise_mm: float = 0.2
    wobble_mm: float = 0.7
    wobble_s: float = 0.02
    slide_mm_per_rad: float = 1.0
    placement_mm: float = 3.0
    gap_share: tuple[float, float] = (0.02, 0.10)
    finger_gap_share: float = 0.005
    outlier_share: float = 0.005
    frozen_share: float = 0.0


STANDARD_CONDITIONS: Final = CaptureConditions()
"""Those that accuracy is said for, unless another is named. With these, matched hands of known shape are solved to
0.6 mm, and with the template's shape to 4.8 mm: as hard as the study was that the solver's figures are held against."""


def wobble(rng: np.random.Generator, shape: tuple[int, ...], rate_hz: float, conditions: CaptureConditions) -> Floats:
    """Movement of markers on soft tissue, metres: Ornstein-Uhlenbeck processes along the first axis of `shape`."""
    keep = np.exp(-1.0 / (conditions.wobble_s * rate_hz))
    drive = rng.standard_normal(shape)
    drive[1:] *= np.sqrt(1.0 - keep**2)  # the first value is drawn from the process's own distribution
    return np.asarray(lfilter([1.0], [1.0, -keep], drive, axis=0)) * (conditions.wobble_mm * _MILLIMETRE)


def noise(rng: np.random.Generator, shape: tuple[int, ...], sd_mm: float) -> Floats:
    """Of the measurement, metres."""
    return rng.standard_normal(shape) * (sd_mm * _MILLIMETRE)


def gaps(
    rng: np.random.Generator, n_frames: int, groups: NDArray[np.int64], rate_hz: float, conditions: CaptureConditions
) -> Mask:
    """(T, M) where a marker is not seen. groups: (M,) the finger of each marker; markers of group 0 are of none."""
    together = conditions.finger_gap_share
    shares = rng.uniform(*conditions.gap_share, len(groups))
    in_finger = groups > 0
    # What a marker misses alone, so that with the finger's gaps it comes to its share.
    alone = np.where(in_finger, 1.0 - (1.0 - shares) / (1.0 - together), shares)
    missing = np.stack([_runs(rng, n_frames, max(share, 0.0), rate_hz) for share in alone], axis=-1)
    for group in np.unique(groups[in_finger]):
        missing[:, groups == group] |= _runs(rng, n_frames, together, rate_hz)[:, None]
    return missing


def _runs(rng: np.random.Generator, n_frames: int, share: float, rate_hz: float) -> Mask:
    """(T,) that is True for `share` of the time, in runs of exponentially distributed length, as are those between."""
    if share <= 0.0:
        return np.zeros(n_frames, dtype=bool)
    off, on = _GAP_S * rate_hz, _GAP_S * rate_hz * (1.0 - share) / share
    inside = bool(rng.random() < share)
    mask = np.zeros(n_frames, dtype=bool)
    # The process has no memory, so that the time to the first change has the same distribution as all others.
    at = 0.0
    while at < n_frames:
        length = rng.exponential(off if inside else on)
        mask[round(at) : round(at + length)] = inside
        at += length
        inside = not inside
    return mask


def ghosts(rng: np.random.Generator, measured: Floats, share: float) -> Mask:
    """Move markers elsewhere for some frames, in place. measured: (T, M, 3). Returns (T, M) where."""
    where = np.zeros(measured.shape[:2], dtype=bool)
    for frames, marker in _events(rng, where.shape, share, _GHOST_FRAMES):
        direction = rng.standard_normal(3)
        direction /= np.linalg.norm(direction)
        seen = ~np.isnan(measured[frames, marker, 0]) & ~where[frames, marker]
        measured[frames, marker] += np.where(seen[:, None], rng.uniform(*_GHOST_MM) * _MILLIMETRE * direction, 0.0)
        where[frames, marker] |= seen
    return where


def swaps(rng: np.random.Generator, measured: Floats, share: float) -> Mask:
    """Exchange the labels of two neighbours for some frames, in place. measured: (T, M, 3). Returns (T, M) where."""
    where = np.zeros(measured.shape[:2], dtype=bool)
    # Every exchange spoils two markers.
    for frames, marker in _events(rng, where.shape, 0.5 * share, _SWAP_FRAMES):
        distances = np.linalg.norm(measured[frames.start] - measured[frames.start, marker], axis=-1)
        near = np.argsort(distances)[1 : 1 + _SWAP_NEIGHBOURS]  # those that are not seen come last
        other = int(rng.choice(near))
        if not np.isfinite(distances[other]) or where[frames][:, [marker, other]].any():
            continue
        measured[frames, [marker, other]] = measured[frames, [other, marker]]
        where[frames, marker] = where[frames, other] = True
    return where & ~np.isnan(measured[..., 0])


def freeze(rng: np.random.Generator, measured: Floats, share: float) -> Mask:
    """Let markers stand still for some frames, in place. measured: (T, M, 3). Returns (T, M) where."""
    where = np.zeros(measured.shape[:2], dtype=bool)
    for frames, marker in _events(rng, where.shape, share, _FROZEN_FRAMES):
        measured[frames, marker] = measured[frames.start, marker]
        where[frames, marker] = not np.isnan(measured[frames.start, marker, 0])
    return where


def _events(
    rng: np.random.Generator, shape: tuple[int, ...], share: float, frames: tuple[int, int]
) -> list[tuple[slice, int]]:
    """Stretches of single markers that together are about `share` of (T, M)."""
    n_frames, n_markers = shape
    n_events = rng.poisson(share * n_frames * n_markers / np.mean(frames))
    events = []
    for _ in range(n_events):
        length = min(int(rng.integers(*frames, endpoint=True)), n_frames)
        start = int(rng.integers(0, n_frames - length + 1))
        events.append((slice(start, start + length), int(rng.integers(n_markers))))
    return events
