"""Tokens and what they cost: of an answer, at most, and of all together against a budget.

What belongs here: arithmetic on tokens and USD. What does not: the record of what was spent (`ledger`).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from handx_core.captioning.llm_settings import Prices

_MILLION: Final = 1_000_000
_FRAME_TOKENS: Final = 64
"""What chat templates put around three or four messages, generously."""


@dataclass(frozen=True)
class Usage:
    """Tokens of one request or several. None: the server did not say, for one of them at least."""

    tokens_in: int | None
    tokens_cached: int | None
    tokens_out: int | None

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            _sum(self.tokens_in, other.tokens_in),
            _sum(self.tokens_cached, other.tokens_cached),
            _sum(self.tokens_out, other.tokens_out),
        )

    def in_words(self) -> str:
        """For people; all three must be known."""
        return f"{self.tokens_in:,} tokens in ({self.tokens_cached:,} cached), {self.tokens_out:,} out"


NOTHING: Final = Usage(0, 0, 0)
UNKNOWN: Final = Usage(None, None, None)


def usage_of(body: Mapping[str, Any]) -> Usage:
    """The tokens that a server reports in a chat completion, by OpenAI's and DeepSeek's names.

    Gemini leaves its thinking out of completion_tokens, but not out of total_tokens.
    """
    found = body.get("usage")
    if not isinstance(found, Mapping):
        return UNKNOWN
    tokens_in, tokens_out, total = (_count(found.get(f"{part}_tokens")) for part in ("prompt", "completion", "total"))
    details = found.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, Mapping) else None
    if cached is None:
        cached = _count(found.get("prompt_cache_hit_tokens"))
    if tokens_in is None:
        return Usage(None, cached, tokens_out)
    if tokens_out is not None and total is not None:
        tokens_out = max(tokens_out, total - tokens_in)
    return Usage(tokens_in, min(cached or 0, tokens_in), tokens_out)


def cost_usd(usage: Usage, prices: Prices, factor: float = 1.0) -> float | None:
    """What the tokens cost, or None where prices or tokens are unknown. factor: 1, or Prices.batch_factor."""
    if prices.input is None or prices.output is None or usage.tokens_in is None or usage.tokens_out is None:
        return None
    cached = usage.tokens_cached or 0
    cached_price = prices.input if prices.cached_input is None else prices.cached_input
    whole = (usage.tokens_in - cached) * prices.input + cached * cached_price + usage.tokens_out * prices.output
    return whole * factor / _MILLION


def worst_usd(text_bytes: int, max_tokens: int, prices: Prices, factor: float = 1.0) -> float:
    """What a request costs at most; 0 where prices are unknown.

    text_bytes: of all that is sent, the schema included: no tokenizer makes more than a token of a byte.
    """
    most = Usage(text_bytes + _FRAME_TOKENS, 0, max_tokens)
    # A provider that asks more for a cached token than for a plain one is none, but a slip in a profile is possible.
    dearest = Prices(input=max(prices.input or 0, prices.cached_input or 0), output=prices.output or 0)
    return cost_usd(most, dearest, factor) or 0.0


class Budget:
    """Money that may be spent, and is never passed: each request reserves what it costs at most before it is sent.

    limit: USD, or None. spent: what was spent, or may have been, by earlier runs. Used by one event loop alone.
    """

    def __init__(self, limit: float | None, spent: float) -> None:
        self.limit = limit
        self.spent = spent
        self._reserved: list[float] = []
        self._changed = asyncio.Condition()

    def reserve_now(self, worst: float) -> bool:
        """Set the most that a request costs aside, if there is as much; give it back by `settle`."""
        if self.limit is not None and self.spent + sum(self._reserved) + worst > self.limit:
            return False
        self._reserved.append(worst)
        return True

    async def reserve(self, worst: float) -> bool:
        """As reserve_now, but waits for the requests in flight as long as they may leave enough."""
        async with self._changed:
            while not self.reserve_now(worst):
                if not self._reserved:
                    return False
                await self._changed.wait()
        return True

    async def settle(self, worst: float, spent: float) -> None:
        """Replace a reservation by what the request cost, or may have cost."""
        async with self._changed:
            self._reserved.remove(worst)
            self.spent += spent
            self._changed.notify_all()


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _count(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None
