"""Numbers as the three kinds of processor of C3D files write them.

What belongs here: bytes to native arrays. What does not: where in a file which numbers stand.
"""

import sys
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from handx_core.mocap.take import Processor

PROCESSORS: Final[dict[int, Processor]] = {84: "Intel", 85: "DEC", 86: "MIPS"}
"""By the byte that names them in a file."""

_ByteOrder = Literal["little", "big"]
_BYTE_ORDER: Final[dict[Processor, _ByteOrder]] = {"Intel": "little", "DEC": "little", "MIPS": "big"}

_VAX_IN_IEEE: Final = np.float32(0.25)
"""VAX's F format has IEEE's fields with its 16-bit halves exchanged and an exponent that counts two higher."""


def integers(content: NDArray[np.uint8], processor: Processor) -> NDArray[np.int16]:
    """Signed 16-bit integers: (2 n,) bytes -> (n,), a view where the bytes are in native order already."""
    words = content.view(np.int16)
    return words if _BYTE_ORDER[processor] == sys.byteorder else words.byteswap()


def floats(content: NDArray[np.uint8], processor: Processor) -> NDArray[np.float32]:
    """Single-precision floats: (4 n,) bytes -> (n,), a view where the bytes are native already.

    VAX's largest numbers, which are IEEE's infinity and NaN, come out non-finite: no capture volume needs them.
    """
    words = content.view(np.uint32)
    if _BYTE_ORDER[processor] != sys.byteorder:
        words = words.byteswap()
    if processor != "DEC":
        return words.view(np.float32)
    with np.errstate(invalid="ignore"):
        return ((words << np.uint32(16)) | (words >> np.uint32(16))).view(np.float32) * _VAX_IN_IEEE
