"""Near-identical motion: clips that hold the same motion, whatever source they came by.

The `handx` archive contains clips of the other sources, so the same motion may arrive twice, cut at another frame,
resampled at another phase, and in another room. Such clips must end on one side of the split. Found is the same
motion by the same hands after any rigid transform of the room and any shift in time up to MAX_SHIFT frames, with
resampling noise up to about 2 mm a coordinate. Not found are windows that overlap by less than half, motion played
at another speed, and motion retargeted to hands of another size. A mirrored motion is another motion.

What belongs here: the fingerprint, the search and the exact comparison. What does not: what is done about a pair
(see `splits`).
"""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from handx_core.parallel import cores
from handx_core.skeleton import CLIP_FRAMES, LEFT, RIGHT, TIPS, WRIST, bone_lengths

MAX_SAME_DISTANCE_M: Final = 0.004
"""Mean distance of corresponding joints, after alignment, up to which two motions are the same: white noise of 2 mm
a coordinate on one of them makes 3.2 mm."""

MAX_SAME_BONES_M: Final = 0.001
"""Root mean square difference of the 40 mean bone lengths up to which two clips can show the same hands. It is what
keeps apart two people who rest alike."""

FINGERPRINT_RADIUS_M: Final = 0.02
"""Distance of two fingerprints up to which a pair is compared exactly: three times what 2 mm of noise makes."""

NEIGHBOURS: Final = 10
"""Nearest fingerprints looked at per frame; a bound on the work where hundreds of clips rest alike."""

SPAN: Final = 8
"""A fingerprint looks at the distances SPAN frames before, at, and SPAN frames after its frame."""

SMOOTHING: Final = 2
"""Frames on either side that the distances are averaged over."""

PROBES: Final = (CLIP_FRAMES // 3, 2 * CLIP_FRAMES // 3)
"""The frames of a clip whose fingerprints every frame of every other clip is held against."""

MAX_SHIFT: Final = PROBES[1] - SPAN - SMOOTHING
"""Frames that two windows of one motion may be shifted against each other and still be found: half a clip."""

BLOCK: Final = 2_000
"""Clips worked on at a time."""

FINGERPRINT_SIZE: Final = 12
"""Principal directions that the search keeps. Projecting never lengthens a distance, so it loses no pair."""

TIMES: Final = np.arange(SPAN + SMOOTHING, CLIP_FRAMES - SPAN - SMOOTHING)
"""Frames of a clip that have a fingerprint."""

_HANDS_AND_JOINTS: Final = tuple(
    [((hand, WRIST), (hand, tip)) for hand in (LEFT, RIGHT) for tip in TIPS]
    + [((LEFT, WRIST), (RIGHT, WRIST))]
    + [((LEFT, tip), (RIGHT, tip)) for tip in TIPS[:3]]
    + [((LEFT, TIPS[1]), (RIGHT, WRIST)), ((LEFT, WRIST), (RIGHT, TIPS[1]))]
)
"""Pairs of (hand, joint) whose distances make a fingerprint: the shape of each hand and how the two stand."""


def find_duplicates(joints: NDArray[np.floating]) -> NDArray[np.int64]:
    """Group clips that hold the same motion.

    joints: (N, 60, 2, 21, 3), metres. Returns (N,) group indices, numbered by first appearance; clips of one group
    are linked by a chain of near-identical pairs, so neighbouring windows of one take share a group. Deterministic.
    """
    count = len(joints)
    if count < 2:
        return np.zeros(count, np.int64)
    pairs = np.array([(i, j) for i, j, _ in _same_motion(joints)], np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    labels = connected_components(graph, directed=False)[1]
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].astype(np.int64)


def fingerprints(joints: NDArray[np.floating]) -> NDArray[np.float32]:
    """What a rigid transform of the room leaves unchanged, frame by frame.

    joints: (N, 60, 2, 21, 3), metres -> (N, F, D) metres for the F frames of a clip that have a surrounding:
    smoothed distances between joints just before, at and just after the frame. About 8 kB a clip.
    """
    return _by_blocks(_fingerprints, joints)


def mean_bones(joints: NDArray[np.floating]) -> NDArray[np.float32]:
    """Mean lengths of the 40 bones over a clip. joints: (N, 60, 2, 21, 3) -> (N, 40), metres."""
    return _by_blocks(lambda block: bone_lengths(block).mean(1).reshape(len(block), -1), joints)


def _by_blocks(
    function: Callable[[NDArray[np.floating]], NDArray[np.floating]], joints: NDArray[np.floating]
) -> NDArray[np.float32]:
    """A function of each clip, a block of clips at a time, so that what lies between stays small."""
    starts = range(0, max(len(joints), 1), BLOCK)
    return np.concatenate([function(joints[first : first + BLOCK]).astype(np.float32) for first in starts])


def _fingerprints(joints: NDArray[np.floating]) -> NDArray[np.float32]:
    (hands_a, joints_a), (hands_b, joints_b) = (np.array(side).T for side in zip(*_HANDS_AND_JOINTS, strict=True))
    difference = joints[:, :, hands_a, joints_a] - joints[:, :, hands_b, joints_b]
    distances = np.sqrt(np.einsum("ntdx,ntdx->ntd", difference, difference)).astype(np.float32)
    window = range(-SMOOTHING, SMOOTHING + 1)
    frames = [np.mean([distances[:, TIMES + at + k] for k in window], axis=0) for at in (-SPAN, 0, SPAN)]
    return np.concatenate(frames, axis=-1, dtype=np.float32)


def bones_agree(bones: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether two clips can show the same hands. bones, other: (..., 40), metres -> (...)."""
    return np.sqrt(np.mean((bones - other) ** 2, axis=-1)) <= MAX_SAME_BONES_M


def same_motion_distance(motion: NDArray[np.floating], other: NDArray[np.floating], shift: int) -> float:
    """Mean distance of joints between two clips, one moved onto the other by the best rigid transform.

    motion, other: (60, 2, 21, 3), metres. Frame t of `motion` is held against frame t + shift of `other`, and the
    part of a frame by which that is still wrong (another phase of resampling) is taken out to first order. No
    reflection is allowed (Kabsch 1976).
    """
    start, end = max(0, -shift), min(CLIP_FRAMES, CLIP_FRAMES - shift)
    reference = motion[start:end].astype(np.float64).reshape(-1, 3)
    overlap = other[start + shift : end + shift].astype(np.float64)
    velocity = np.gradient(overlap, axis=0).reshape(-1, 3)
    moved, rotation = _moved_onto(reference, overlap.reshape(-1, 3))
    velocity = velocity @ rotation
    delay = np.vdot(reference - moved, velocity) / max(np.vdot(velocity, velocity), 1e-12)
    moved, _ = _moved_onto(reference, moved + np.clip(delay, -1.0, 1.0) * velocity)
    return float(np.mean(np.linalg.norm(reference - moved, axis=-1)))


def _moved_onto(
    reference: NDArray[np.float64], points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (P, 3) after the rotation and translation that bring them nearest to the reference, and the rotation."""
    centre, own_centre = reference.mean(0), points.mean(0)
    u, _, vt = np.linalg.svd((points - own_centre).T @ (reference - centre))
    proper = np.diag([1.0, 1.0, np.linalg.det(u @ vt)])
    rotation = u @ proper @ vt
    return (points - own_centre) @ rotation + centre, rotation


def _same_motion(joints: NDArray[np.floating]) -> Iterator[tuple[int, int, int]]:
    """Pairs (i, j, shift) that hold the same motion, as many as it takes to link each group."""
    prints, bones = fingerprints(joints), mean_bones(joints)
    linked = np.arange(len(joints))

    def root(clip: int) -> int:
        while linked[clip] != clip:
            linked[clip] = linked[linked[clip]]
            clip = linked[clip]
        return clip

    for i, j, shift in _candidates(prints, bones):
        if root(i) != root(j) and same_motion_distance(joints[i], joints[j], shift) <= MAX_SAME_DISTANCE_M:
            linked[root(i)] = root(j)
            yield i, j, shift


def _candidates(prints: NDArray[np.float32], bones: NDArray[np.float32]) -> Iterator[tuple[int, int, int]]:
    """Pairs of clips with the same bones whose fingerprints meet at a shift, each once, at its best shift."""
    count, frames, size = prints.shape
    probes = prints[:, np.searchsorted(TIMES, PROBES)].reshape(-1, size)
    centre = probes.mean(0)
    _, directions = np.linalg.eigh(np.cov((probes - centre).T))
    projection = directions[:, -FINGERPRINT_SIZE:]
    tree = KDTree((probes - centre) @ projection)
    for first in range(0, count, BLOCK):
        block = prints[first : first + BLOCK]
        found_at = tree.query(
            (block - centre).reshape(-1, size) @ projection,
            k=min(NEIGHBOURS, len(probes)),
            distance_upper_bound=FINGERPRINT_RADIUS_M,
            workers=cores(),
        )
        distance, probe = (np.asarray(part) for part in found_at)
        query, rank = np.nonzero(np.isfinite(distance))
        found, which = np.divmod(probe[query, rank], len(PROBES))
        other, shift = first + query // frames, TIMES[query % frames] - np.array(PROBES)[which]
        keep = found != other
        keep[keep] = bones_agree(bones[found[keep]], bones[other[keep]])
        found, other, shift, gap = found[keep], other[keep], shift[keep], distance[query, rank][keep]
        order = np.lexsort((shift, gap, found, other))
        found, other, shift = found[order], other[order], shift[order]
        best = np.ones(len(found), bool)
        best[1:] = (np.diff(found) != 0) | (np.diff(other) != 0)
        yield from zip(found[best].tolist(), other[best].tolist(), shift[best].tolist(), strict=True)
