"""Distances to palms, compiled: from fingertips to the other palm, and from palm to palm.

What belongs here: the search for the nearest of a palm's points, and nothing that is approximate. What does not: the
points (`palm`), and what the distances are for (`contacts`).

These are most of the work of describing a motion, so they are written for the compiler. Measured from the wrist, a palm
point is b e + c f, with fixed weights b, c and the edges e, f from the wrist to two finger bases. The square of its
distance to something at v from the wrist is |v|^2 + |b e + c f|^2 - b (2 v.e) - c (2 v.f): once the five products 2 v.e
are known, four operations a point. They are made for FRAMES frames side by side. What is smallest is found by exchanges
of two values, in a fixed order, so that there is nothing to branch on.

Every quantity is a row of FRAMES numbers in a one-dimensional array, at a constant distance from its neighbours: only
so does the compiler see that rows do not overlap, and works on several frames at once.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.compiled import compiled
from handx_core.kinematics.palm import FINGER_BASES, N_PALM_POINTS, POINTS_PER_TRIANGLE, TRIANGLE_WEIGHTS
from handx_core.kinematics.vectors import length
from handx_core.skeleton import TIPS, WRIST

NEAREST_PALM_POINTS: Final = 5
"""A tip's distance to a palm is the mean distance to this many nearest palm points (HandX)."""

NEAREST_PALM_PAIRS: Final = 30
"""The palms' distance is the mean of this many smallest nearest-neighbour distances (HandX)."""

Rows = NDArray[np.float64]
"""Any number of rows of FRAMES numbers, one after the other."""

Hands = NDArray[np.int64]
"""(FRAMES,) which hand, frame by frame."""

Five = tuple[float, float, float, float, float]

FRAMES: Final = 32
"""Frames worked on side by side: the rows of a palm's 100 points stay in the processor's nearest cache."""

_LAST_NEAREST: Final = NEAREST_PALM_PAIRS * FRAMES - 1
"""Where the largest of the nearest of the last frame stands, once they are selected."""

_ROUNDING_M: Final = 1e-9
"""More than rounding can be off by, in a bound that points are left out by."""

_CORNERS: Final = np.array([WRIST, *FINGER_BASES])
_TIP_JOINTS: Final = np.array(TIPS)
_N_EDGES: Final = len(FINGER_BASES)
_VECTOR: Final = 3 * FRAMES
_TRIANGLE: Final = POINTS_PER_TRIANGLE * FRAMES
_B: Final = np.ascontiguousarray(TRIANGLE_WEIGHTS[:, 1])
_C: Final = np.ascontiguousarray(TRIANGLE_WEIGHTS[:, 2])


def selection_network(n: int, n_smallest: int) -> NDArray[np.int64]:
    """Exchanges (i, j), to be made in order, after which the smallest of n numbers stand in front, ascending.

    They are those of Batcher's merge exchange sort (Knuth, The Art of Computer Programming, vol. 3, algorithm 5.2.2M)
    that the first `n_smallest` places depend on.
    """
    top = 1 << (n - 1).bit_length() - 1
    exchanges = []
    p = top
    while p:
        q, r, d = top, 0, p
        while d:
            exchanges += [(i, i + d) for i in range(n - d) if i & p == r]
            q, r, d = q // 2, p, q - p
        p //= 2
    kept, needed = [], set(range(n_smallest))
    for exchange in reversed(exchanges):
        if not needed.isdisjoint(exchange):
            kept.append(exchange)
            needed.update(exchange)
    return np.array(kept[::-1])


_EXCHANGES: Final = selection_network(N_PALM_POINTS, NEAREST_PALM_PAIRS).astype(np.uint64) * np.uint64(FRAMES)


@compiled
def tip_palm_distances(frames: NDArray[np.float64], distances: NDArray[np.float64]) -> None:
    """Write the distance of each tip to the other hand's palm. frames: (T, 2, 21, 3) -> distances: (T, 2, 5)."""
    edges, squares = np.empty(_N_EDGES * _VECTOR), np.empty(N_PALM_POINTS * FRAMES)
    tip, reach, products = np.empty(_VECTOR), np.empty(FRAMES), np.empty(_N_EDGES * FRAMES)
    nearest, total = np.empty(NEAREST_PALM_POINTS * FRAMES), np.empty(FRAMES)
    for start in range(0, frames.shape[0], FRAMES):
        some = frames[start : start + FRAMES]
        for hand in range(2):
            own, other = np.full(FRAMES, hand), np.full(FRAMES, 1 - hand)
            _fill_edges(some, other, edges)
            _fill_squares(edges, squares)
            for finger in range(len(_TIP_JOINTS)):
                _fill_vector(some, own, _TIP_JOINTS[finger], other, tip)
                _fill_products(tip, edges, products, reach)
                _fill_five_nearest(products, squares, nearest)
                total[:] = 0.0
                for k in range(NEAREST_PALM_POINTS):
                    _add_roots(nearest[k * FRAMES :], reach, total)
                for t in range(some.shape[0]):
                    distances[start + t, hand, finger] = total[t] / NEAREST_PALM_POINTS


@compiled
def palm_palm_distances(frames: NDArray[np.float64], distances: NDArray[np.float64]) -> None:
    """Write the distance of the palms. frames: (T, 2, 21, 3) -> distances: (T,).

    The points of the upper palm are looked at from the wrist of the lower one, not those of the left palm from the
    right one, so that mirrored hands are treated alike to the last bit. First those are compared that were the nearest
    in the frames before; then only those that, along the line of the palms, are not farther than these.
    """
    lower_edges, upper_edges = np.empty(_N_EDGES * _VECTOR), np.empty(_N_EDGES * _VECTOR)
    squares, apart, beyond = np.empty(N_PALM_POINTS * FRAMES), np.empty(_VECTOR), np.empty(N_PALM_POINTS * FRAMES)
    from_upper, from_lower = np.empty(N_PALM_POINTS * FRAMES), np.empty(N_PALM_POINTS * FRAMES)
    nothing, total, limit = np.zeros(FRAMES), np.empty(FRAMES), np.empty(FRAMES)
    near_upper, near_lower = np.ones(N_PALM_POINTS, np.bool_), np.ones(N_PALM_POINTS, np.bool_)
    for start in range(0, frames.shape[0], FRAMES):
        some = frames[start : start + FRAMES]
        upper = _upper_hands(some)
        lower = 1 - upper
        _fill_edges(some, lower, lower_edges)
        _fill_edges(some, upper, upper_edges)
        _fill_squares(lower_edges, squares)
        _fill_vector(some, upper, WRIST, lower, apart)
        _fill_beyond(apart, lower_edges, upper_edges, beyond)
        from_upper[:] = np.inf
        from_lower[:] = np.inf
        _compare(np.flatnonzero(near_upper), apart, upper_edges, lower_edges, squares, from_upper, from_lower)
        limit[:] = 0.0
        _raise_limit(from_upper, near_upper, limit)
        _raise_limit(from_lower, near_lower, limit)
        others = np.flatnonzero(~near_upper & _within(beyond, limit))
        _compare(others, apart, upper_edges, lower_edges, squares, from_upper, from_lower)
        last_upper, last_lower = from_upper[FRAMES - 1 :: FRAMES].copy(), from_lower[FRAMES - 1 :: FRAMES].copy()
        _select_smallest(from_upper)
        _select_smallest(from_lower)
        near_upper, near_lower = last_upper <= from_upper[_LAST_NEAREST], last_lower <= from_lower[_LAST_NEAREST]
        total[:] = 0.0
        for k in range(NEAREST_PALM_PAIRS):
            _add_roots(from_upper[k * FRAMES :], nothing, total)
            _add_roots(from_lower[k * FRAMES :], nothing, total)
        for t in range(some.shape[0]):
            distances[start + t] = total[t] / (2 * NEAREST_PALM_PAIRS)


@compiled
def _compare(
    points: NDArray[np.int64],
    apart: Rows,
    upper_edges: Rows,
    lower_edges: Rows,
    squares: Rows,
    from_upper: Rows,
    from_lower: Rows,
) -> None:
    """Compare some points of the upper palm with all of the lower one, two at a time; an odd one with itself."""
    point, nearest = np.empty(_VECTOR), np.empty(2 * FRAMES)
    products, reach = np.empty(2 * _N_EDGES * FRAMES), np.empty(2 * FRAMES)
    for i in range(0, len(points), 2):
        two = (points[i], points[min(i + 1, len(points) - 1)])
        for second in range(2):
            _fill_point(apart, upper_edges, two[second], point)
            _fill_products(point, lower_edges, products[second * _N_EDGES * FRAMES :], reach[second * FRAMES :])
        _keep_nearest(products, reach, squares, from_lower, nearest)
        for second in range(2):
            row, of_point = from_upper[two[second] * FRAMES :], nearest[second * FRAMES :]
            for t in range(FRAMES):
                row[t] = of_point[t]


@compiled
def _fill_beyond(apart: Rows, lower_edges: Rows, upper_edges: Rows, beyond: Rows) -> None:
    """For each point of the upper palm, how far beyond all of the lower palm it is, along the line from palm to palm.

    It is no farther from any point there than that is.
    """
    along = np.empty(2 * _N_EDGES * FRAMES)
    for t in range(FRAMES):
        x, y, z = apart[t], apart[FRAMES + t], apart[2 * FRAMES + t]
        for e in range(t, _N_EDGES * _VECTOR, _VECTOR):
            x += (upper_edges[e] - lower_edges[e]) / _N_EDGES
            y += (upper_edges[e + FRAMES] - lower_edges[e + FRAMES]) / _N_EDGES
            z += (upper_edges[e + 2 * FRAMES] - lower_edges[e + 2 * FRAMES]) / _N_EDGES
        size = length(x, y, z)
        x, y, z = x / size, y / size, z / size
        farthest = 0.0
        for k in range(_N_EDGES):
            e, row = k * _VECTOR + t, k * FRAMES + t
            farthest = max(farthest, x * lower_edges[e] + y * lower_edges[e + FRAMES] + z * lower_edges[e + 2 * FRAMES])
            along[row] = x * upper_edges[e] + y * upper_edges[e + FRAMES] + z * upper_edges[e + 2 * FRAMES]
        along[_N_EDGES * FRAMES + t] = x * apart[t] + y * apart[FRAMES + t] + z * apart[2 * FRAMES + t] - farthest
    wrist = _N_EDGES * FRAMES
    for triangle in range(_N_EDGES - 1):
        e, f = triangle * FRAMES, (triangle + 1) * FRAMES
        for k in range(POINTS_PER_TRIANGLE):
            row = triangle * _TRIANGLE + k * FRAMES
            for t in range(FRAMES):
                beyond[row + t] = along[wrist + t] + _B[k] * along[e + t] + _C[k] * along[f + t]


@compiled
def _raise_limit(squares: Rows, near: NDArray[np.bool_], limit: Rows) -> None:
    """Raise the limit, a row of distances, to the largest of some points: at least 30 have a smaller one."""
    for k in range(N_PALM_POINTS):
        if near[k]:
            row = squares[k * FRAMES :]
            for t in range(FRAMES):
                limit[t] = _larger(limit[t], np.sqrt(_larger(row[t], 0.0)))


@compiled
def _within(beyond: Rows, limit: Rows) -> NDArray[np.bool_]:
    """Which points are, in any of the frames, not plainly beyond the limit."""
    within = np.zeros(N_PALM_POINTS, np.bool_)
    for k in range(N_PALM_POINTS):
        row, frames_within = beyond[k * FRAMES :], 0
        for t in range(FRAMES):
            frames_within += not row[t] > limit[t] + _ROUNDING_M  # what is no number is within
        within[k] = frames_within > 0
    return within


@compiled
def _upper_hands(frames: NDArray[np.float64]) -> Hands:
    """Which hand is higher, or farther away where both are as high, in each frame: by the wrist, else a finger base."""
    upper = np.zeros(FRAMES, np.int64)
    for t in range(frames.shape[0]):
        upper[t] = _first_higher(frames[t])
    return upper


@compiled
def _first_higher(hands: NDArray[np.float64]) -> int:
    for joint in _CORNERS:
        for axis in (2, 1):
            if hands[0, joint, axis] != hands[1, joint, axis]:
                return int(hands[1, joint, axis] > hands[0, joint, axis])
    return 0


@compiled
def _fill_vector(frames: NDArray[np.float64], hands: Hands, joint: int, others: Hands, vector: Rows) -> None:
    """Rows x, y, z: a joint of the hands seen from the wrists of the others. Missing frames repeat the last."""
    for t in range(FRAMES):
        frame = frames[min(t, frames.shape[0] - 1)]
        for axis in range(3):
            vector[axis * FRAMES + t] = frame[hands[t], joint, axis] - frame[others[t], WRIST, axis]


@compiled
def _fill_edges(frames: NDArray[np.float64], hands: Hands, edges: Rows) -> None:
    """Vectors from the wrist to the finger bases."""
    for k in range(_N_EDGES):
        _fill_vector(frames, hands, FINGER_BASES[k], hands, edges[k * _VECTOR :])


@compiled
def _fill_squares(edges: Rows, squares: Rows) -> None:
    """For each palm point the square of its distance to the wrist."""
    ee, ef, ff = np.empty(FRAMES), np.empty(FRAMES), np.empty(FRAMES)
    for triangle in range(_N_EDGES - 1):
        e, f = triangle * _VECTOR, (triangle + 1) * _VECTOR
        for t in range(FRAMES):
            x, y, z = edges[e + t], edges[e + FRAMES + t], edges[e + 2 * FRAMES + t]
            u, v, w = edges[f + t], edges[f + FRAMES + t], edges[f + 2 * FRAMES + t]
            ee[t], ef[t], ff[t] = x * x + y * y + z * z, x * u + y * v + z * w, u * u + v * v + w * w
        for k in range(POINTS_PER_TRIANGLE):
            bb, bc, cc, row = _B[k] * _B[k], 2.0 * _B[k] * _C[k], _C[k] * _C[k], triangle * _TRIANGLE + k * FRAMES
            for t in range(FRAMES):
                squares[row + t] = bb * ee[t] + bc * ef[t] + cc * ff[t]


@compiled
def _fill_point(apart: Rows, edges: Rows, k: int, point: Rows) -> None:
    """A vector: palm point k seen from a place from which its wrist is at `apart`."""
    triangle, weights = divmod(k, POINTS_PER_TRIANGLE)
    b, c, corners = _B[weights], _C[weights], edges[triangle * _VECTOR :]
    for t in range(_VECTOR):
        point[t] = apart[t] + b * corners[t] + c * corners[_VECTOR + t]


@compiled
def _fill_products(vector: Rows, edges: Rows, products: Rows, reach: Rows) -> None:
    """A row for each edge: twice the scalar product of the vector with it. reach: the square of the vector's length."""
    for t in range(FRAMES):
        x, y, z = vector[t], vector[FRAMES + t], vector[2 * FRAMES + t]
        reach[t] = x * x + y * y + z * z
    for k in range(_N_EDGES):
        e, row = k * _VECTOR, k * FRAMES
        for t in range(FRAMES):
            x, y, z = edges[e + t], edges[e + FRAMES + t], edges[e + 2 * FRAMES + t]
            products[row + t] = 2.0 * (vector[t] * x + vector[FRAMES + t] * y + vector[2 * FRAMES + t] * z)


@compiled
def _keep_nearest(products: Rows, reach: Rows, squares: Rows, seen: Rows, looking: Rows) -> None:
    """Compare two points with all points of a palm. products, reach: of the one point, then of the other.

    seen: for each palm point the smallest square of a distance yet. looking: for each of the two points the smallest.
    """
    looking[: 2 * FRAMES] = np.inf
    for triangle in range(_N_EDGES - 1):
        u, v = triangle * FRAMES, (_N_EDGES + triangle) * FRAMES
        for k in range(0, POINTS_PER_TRIANGLE, 5):
            row = triangle * _TRIANGLE + k * FRAMES
            b0, b1, b2, b3, b4 = _B[k], _B[k + 1], _B[k + 2], _B[k + 3], _B[k + 4]
            c0, c1, c2, c3, c4 = _C[k], _C[k + 1], _C[k + 2], _C[k + 3], _C[k + 4]
            for t in range(FRAMES):
                # Five palm points and two others at once, for what is read of memory serves several times.
                s0, s1, s2 = squares[row + t], squares[row + FRAMES + t], squares[row + 2 * FRAMES + t]
                s3, s4 = squares[row + 3 * FRAMES + t], squares[row + 4 * FRAMES + t]
                e, f, r = products[u + t], products[u + FRAMES + t], reach[t]
                one0, one1 = r + (s0 - b0 * e - c0 * f), r + (s1 - b1 * e - c1 * f)
                one2, one3 = r + (s2 - b2 * e - c2 * f), r + (s3 - b3 * e - c3 * f)
                one4 = r + (s4 - b4 * e - c4 * f)
                e, f, r = products[v + t], products[v + FRAMES + t], reach[FRAMES + t]
                two0, two1 = r + (s0 - b0 * e - c0 * f), r + (s1 - b1 * e - c1 * f)
                two2, two3 = r + (s2 - b2 * e - c2 * f), r + (s3 - b3 * e - c3 * f)
                two4 = r + (s4 - b4 * e - c4 * f)
                seen[row + t] = _smallest(seen[row + t], one0, two0)
                seen[row + FRAMES + t] = _smallest(seen[row + FRAMES + t], one1, two1)
                seen[row + 2 * FRAMES + t] = _smallest(seen[row + 2 * FRAMES + t], one2, two2)
                seen[row + 3 * FRAMES + t] = _smallest(seen[row + 3 * FRAMES + t], one3, two3)
                seen[row + 4 * FRAMES + t] = _smallest(seen[row + 4 * FRAMES + t], one4, two4)
                looking[t] = _smallest(looking[t], _smallest(one0, one1, one2), _smaller(one3, one4))
                second = FRAMES + t
                looking[second] = _smallest(looking[second], _smallest(two0, two1, two2), _smaller(two3, two4))


@compiled
def _fill_five_nearest(products: Rows, squares: Rows, nearest: Rows) -> None:
    """Five rows, ascending: the smallest squares of distances to a palm's points, less the square of the reach."""
    nearest[:] = np.inf
    for triangle in range(4):
        e, f = triangle * FRAMES, (triangle + 1) * FRAMES
        for k in range(0, POINTS_PER_TRIANGLE, NEAREST_PALM_POINTS):
            row = triangle * _TRIANGLE + k * FRAMES
            b0, b1, b2, b3, b4 = _B[k], _B[k + 1], _B[k + 2], _B[k + 3], _B[k + 4]
            c0, c1, c2, c3, c4 = _C[k], _C[k + 1], _C[k + 2], _C[k + 3], _C[k + 4]
            for t in range(FRAMES):
                u, v = products[e + t], products[f + t]
                found = _sorted(
                    squares[row + t] - b0 * u - c0 * v,
                    squares[row + FRAMES + t] - b1 * u - c1 * v,
                    squares[row + 2 * FRAMES + t] - b2 * u - c2 * v,
                    squares[row + 3 * FRAMES + t] - b3 * u - c3 * v,
                    squares[row + 4 * FRAMES + t] - b4 * u - c4 * v,
                )
                # The five smallest of two ascending fives are the smaller of each pair, one five reversed; they rise
                # and then fall, so that five exchanges put them in order.
                kept = _sorted_peak(
                    _smaller(nearest[t], found[4]),
                    _smaller(nearest[FRAMES + t], found[3]),
                    _smaller(nearest[2 * FRAMES + t], found[2]),
                    _smaller(nearest[3 * FRAMES + t], found[1]),
                    _smaller(nearest[4 * FRAMES + t], found[0]),
                )
                nearest[t], nearest[FRAMES + t], nearest[2 * FRAMES + t] = kept[0], kept[1], kept[2]
                nearest[3 * FRAMES + t], nearest[4 * FRAMES + t] = kept[3], kept[4]


@compiled
def _smaller(a: float, b: float) -> float:
    return a if a < b else b


@compiled
def _smallest(a: float, b: float, c: float) -> float:
    return _smaller(_smaller(a, b), c)


@compiled
def _larger(a: float, b: float) -> float:
    return b if a < b else a


@compiled
def _sorted(a: float, b: float, c: float, d: float, e: float) -> Five:
    """Five numbers ascending, by the shortest network of exchanges (nine)."""
    a, b = _smaller(a, b), _larger(a, b)
    d, e = _smaller(d, e), _larger(d, e)
    c, e = _smaller(c, e), _larger(c, e)
    c, d = _smaller(c, d), _larger(c, d)
    a, d = _smaller(a, d), _larger(a, d)
    a, c = _smaller(a, c), _larger(a, c)
    b, e = _smaller(b, e), _larger(b, e)
    b, d = _smaller(b, d), _larger(b, d)
    b, c = _smaller(b, c), _larger(b, c)
    return a, b, c, d, e


@compiled
def _sorted_peak(a: float, b: float, c: float, d: float, e: float) -> Five:
    """Five numbers ascending, which rise and then fall: the exchanges of a bitonic merge that can change anything."""
    a, e = _smaller(a, e), _larger(a, e)
    b, d = _smaller(b, d), _larger(b, d)
    c, e = _smaller(c, e), _larger(c, e)
    b, c = _smaller(b, c), _larger(b, c)
    d, e = _smaller(d, e), _larger(d, e)
    return a, b, c, d, e


@compiled
def _select_smallest(rows: Rows) -> None:
    """Bring the smallest numbers of each frame to the first rows, in ascending order."""
    for exchange in range(_EXCHANGES.shape[0]):
        i, j = _EXCHANGES[exchange, 0], _EXCHANGES[exchange, 1]
        for t in range(FRAMES):
            one, other = i + np.uint64(t), j + np.uint64(t)
            rows[one], rows[other] = _smaller(rows[one], rows[other]), _larger(rows[one], rows[other])


@compiled
def _add_roots(squares: Rows, more: Rows, total: Rows) -> None:
    """Add the roots of a row of squares and `more` to a row; a square that rounding took below zero is zero."""
    for t in range(FRAMES):
        total[t] += np.sqrt(_larger(squares[t] + more[t], 0.0))
