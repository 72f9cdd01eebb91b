"""How quickly requests may follow each other, and how long to wait after a failure.

What belongs here: pacing and back-off. What does not: what a failure is (`chat`).
"""

import asyncio
import random
from typing import Final

_MINUTE_S: Final = 60.0
_JITTER: Final = 0.5
"""Share of a wait by which it is drawn at random, so that requests that failed together do not come back together."""


class Pace:
    """Keeps to an amount a minute: each request waits until those before it have had their share of the minute.

    So no minute sees more than the amount and one request. per_minute: requests or tokens; None: no limit.
    """

    def __init__(self, per_minute: float | None) -> None:
        self._seconds_each = _MINUTE_S / per_minute if per_minute else 0.0
        self._free_at = 0.0

    async def wait(self, amount: float) -> None:
        """Wait for the turn of a request of this amount. Turns are given in the order of the calls."""
        if not self._seconds_each:
            return
        now = asyncio.get_running_loop().time()
        start = max(now, self._free_at)
        self._free_at = start + amount * self._seconds_each
        await asyncio.sleep(start - now)

    def give_back(self, amount: float) -> None:
        """Some of an amount was not used after all."""
        self._free_at -= max(amount, 0.0) * self._seconds_each


def wait_s(tries: int, first_s: float, longest_s: float, asked_s: float | None, draw: random.Random) -> float:
    """Seconds to wait after so many tries that failed (from 1): twice as long each time, and never less than asked."""
    own = min(first_s * 2 ** (tries - 1), longest_s) * (1 - _JITTER * draw.random())
    return own if asked_s is None else max(asked_s + first_s * _JITTER * draw.random(), own)
