"""Arithmetic of 3-vectors for compiled loops, without a temporary array for every sum.

What belongs here: the few operations that the loops of this room share. What does not: anything about hands. Every
sum is spelt out, so that its order, and so its last bit, never depends on how many frames are worked on at once.
"""

import numpy as np
from numpy.typing import NDArray

from handx_core.compiled import compiled

Vector = NDArray[np.float64] | tuple[float, float, float]
"""Three numbers: in a compiled loop either will do."""


@compiled
def length(x: float, y: float, z: float) -> float:
    """Length of the vector (x, y, z)."""
    return np.sqrt(x * x + y * y + z * z)


@compiled
def square_of_distance(a: Vector, b: Vector) -> float:
    """Square of the distance of two points."""
    x, y, z = difference(a, b)
    return x * x + y * y + z * z


@compiled
def cross(a: Vector, b: Vector) -> tuple[float, float, float]:
    """The cross product a x b."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@compiled
def difference(a: Vector, b: Vector) -> tuple[float, float, float]:
    """The vector from b to a."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


@compiled
def dot(a: Vector, b: Vector) -> float:
    """The scalar product a . b."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
