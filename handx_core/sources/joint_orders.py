"""Joint orders that more than one source uses, as index maps into the project's order.

What belongs here: orders shared by sources. What does not: an order that one source has to itself.
"""

from typing import Final

import numpy as np

PROJECT_FROM_OPENPOSE: Final = np.array(
    [0, 5, 6, 7, 9, 10, 11, 17, 18, 19, 13, 14, 15, 1, 2, 3, 4, 8, 12, 16, 20], dtype=np.intp
)
"""project = openpose[..., PROJECT_FROM_OPENPOSE, :]; OpenPose: wrist, then thumb, index, middle, ring and pinky, each
from the palm outwards."""
