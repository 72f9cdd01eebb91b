"""Clip by clip: hundreds of requests in flight at once, within the limits of the account and the budget.

What belongs here: one clip from its events to its captions, and when to try again, to give a clip up, or to stop.
What does not: the loop and threads around it (`streaming`), batches.

A request is tried again where the server fails and never where it answers: an answer is in the ledger before anything
looks at it, and only the ledger says what is to be asked next (`dialogue`).
"""

import asyncio
import json
import random
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from handx_core.captioning.chat import Chat, Failure, Reply
from handx_core.captioning.dialogue import Exhausted, Told, follow
from handx_core.captioning.ledger import Answer, Ledger, gave_up, received, sending, settled
from handx_core.captioning.limits import Pace, wait_s
from handx_core.captioning.llm_settings import LlmSettings
from handx_core.captioning.money import Budget, Usage, cost_usd, usage_of, worst_usd
from handx_core.captioning.prompt import Request, prompt_hash
from handx_core.captioning.writers import Check, Left, Progress, Written

BYTES_PER_TOKEN: Final = 3.5
"""Of prompts and summaries, about; for the tokens per minute, until the answer says how many there were."""


@dataclass
class Counts:
    """What a run received; it is read from another thread, and so replaced and never changed."""

    now: Progress = field(default_factory=Progress)

    def add(self, usage: Usage, cost: float | None) -> None:
        """One more answer. Tokens that a server does not report count as none."""
        known = Usage(usage.tokens_in or 0, usage.tokens_cached or 0, usage.tokens_out or 0)
        before = self.now
        self.now = replace(
            before, answers=before.answers + 1, usage=before.usage + known, cost_usd=before.cost_usd + (cost or 0.0)
        )


def answer_of(
    request: Request,
    reply: Reply,
    settings: LlmSettings,
    source: str,
    worst: float,
    seconds: float | None,
    factor: float = 1.0,
) -> Answer:
    """A reply as the ledger keeps it. factor: of the price."""
    usage = usage_of(reply.content)
    cost = cost_usd(usage, settings.prices, factor)
    return Answer(
        key=request.key,
        clip_key=request.clip_key,
        clip_id=request.clip_id,
        source=source,
        attempt=request.attempt,
        turn=request.turn,
        prompt_hash=prompt_hash(),
        model=settings.model,
        parameters=json.dumps(settings.asked, sort_keys=True),
        output=reply.output,
        text_bytes=request.text_bytes,
        body=reply.body,
        usage=usage,
        cost_usd=cost,
        charged_usd=worst if cost is None else cost,
        seconds=seconds,
    )


class DirectRun:
    """The state that the clips of a run share. Belongs to one event loop."""

    def __init__(
        self, settings: LlmSettings, ledger: Ledger, chat: Chat, check: Check | None, source: str, counts: Counts
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._chat = chat
        self._check = check
        self._source = source
        self._counts = counts
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._requests = Pace(settings.requests_per_minute)
        self._tokens = Pace(settings.tokens_per_minute)
        self._budget = Budget(settings.budget_usd, ledger.spent_usd())
        self._draw = random.Random()
        self._asking: dict[str, asyncio.Future[Left | None]] = {}
        self._given_up: dict[str, str] = {}
        self._stopped: Left | None = None
        self._failed_in_a_row = 0

    async def tell(self, told: Told) -> Written | Left:
        """The captions of a clip, or why there are none."""
        clip_id = told.clip_id
        async with self._slots:
            while True:
                step = follow(told, self._ledger, self._settings, self._check)
                if isinstance(step, Written):
                    return step
                if isinstance(step, Exhausted):
                    self._given_up[step.clip_key] = step.reason
                    entry = gave_up(step.clip_key, clip_id, step.attempts, step.reason)
                    await asyncio.wrap_future(self._ledger.commit(entry))
                    return Left(clip_id, "answer", step.reason)
                if step.clip_key in self._given_up and step.turn == 0:  # by a clip with the very same events
                    return Left(clip_id, "answer", self._given_up[step.clip_key])
                left = await self._ask_once(step)
                if left is not None:
                    return replace(left, clip_id=clip_id)

    async def _ask_once(self, request: Request) -> Left | None:
        """Ask, or wait for whoever asks the same already: clips with the very same events share an answer."""
        if (asked := self._asking.get(request.key)) is not None:
            return await asyncio.shield(asked)
        self._asking[request.key] = mine = asyncio.get_running_loop().create_future()
        try:
            left = await self._ask(request)
            mine.set_result(left)
            return left
        except Exception as error:
            mine.set_exception(error)
            mine.exception()  # so that nobody is told that nobody looked at it
            raise
        finally:
            mine.cancel()  # which does nothing to one that is done
            del self._asking[request.key]

    async def _ask(self, request: Request) -> Left | None:
        """Ask until there is an answer, which is then in the ledger, or a reason to leave the clip."""
        settings = self._settings
        worst = worst_usd(request.text_bytes, settings.max_tokens, settings.prices)
        for tries in range(1, settings.tries + 1):
            if not await self._may_send(worst):
                assert self._stopped is not None
                return self._stopped
            sent = await self._send(request, worst)
            if sent is None:
                self._failed_in_a_row = 0
                return None
            failure = sent
            if failure.again != "request":
                break
            asked_s = failure.retry_after_s
            if tries == settings.tries or (asked_s is not None and asked_s > settings.longest_wait_s):
                break
            await asyncio.sleep(wait_s(tries, settings.first_wait_s, settings.longest_wait_s, asked_s, self._draw))
        return self._failed(request, failure, tries)

    async def _may_send(self, worst: float) -> bool:
        """Set a request's money aside, unless the run is stopped, or is to stop because there is not as much."""
        if self._stopped is None and await self._budget.reserve(worst):
            if self._stopped is None:
                return True
            await self._budget.settle(worst, 0.0)  # it was stopped while this one waited
        if self._stopped is None:
            limit, spent = self._budget.limit, self._budget.spent
            self._stop("budget", f"the budget of {limit:g} USD leaves no room for a request: {spent:.6f} USD are spent")
        return False

    async def _send(self, request: Request, worst: float) -> Failure | None:
        """Send once, with the money set aside; whatever happens, what may have been spent is on record."""
        tokens = request.text_bytes / BYTES_PER_TOKEN + self._settings.max_tokens
        sent_id = uuid.uuid4().hex
        spent, entered = worst, False
        try:
            await self._requests.wait(1)
            await self._tokens.wait(tokens)
            await asyncio.wrap_future(self._ledger.commit(sending(sent_id, request.key, self._source, worst)))
            entered = True
            start = time.monotonic()
            result = await self._chat.ask(request.messages, request.key)
            seconds = time.monotonic() - start
            if isinstance(result, Failure):
                spent = worst if result.charged else 0.0
                if not result.charged:
                    await asyncio.wrap_future(self._ledger.commit(settled(sent_id)))
                return result
            answer = answer_of(request, result, self._settings, self._source, worst, seconds)
            spent = answer.charged_usd
            await asyncio.wrap_future(self._ledger.commit(received(answer), settled(sent_id)))
            self._counts.add(answer.usage, answer.cost_usd)
            if answer.usage.tokens_in is not None and answer.usage.tokens_out is not None:
                self._tokens.give_back(tokens - answer.usage.tokens_in - answer.usage.tokens_out)
            return None
        finally:
            await self._budget.settle(worst, spent if entered else 0.0)

    def _failed(self, request: Request, failure: Failure, tries: int) -> Left:
        """Leave a clip that the server failed, and the whole run where there is no hope."""
        left = Left(
            request.clip_id, "server", f"{failure.reason} (tried {tries} times)" if tries > 1 else failure.reason
        )
        self._failed_in_a_row += 1
        if failure.again == "run":
            self._stop("server", failure.reason)
        elif self._failed_in_a_row >= self._settings.give_up_after:
            self._stop(
                "server", f"the server failed {self._failed_in_a_row} clips in a row, the last one: {left.reason}"
            )
        return left

    def _stop(self, why: str, reason: str) -> None:
        if self._stopped is None:
            self._stopped = Left("", "budget" if why == "budget" else "server", reason)


@asynccontextmanager
async def direct_run(
    settings: LlmSettings, ledger: Ledger, check: Check | None, source: str, counts: Counts
) -> AsyncIterator[Callable[[Told], Awaitable[Written | Left]]]:
    """What tells clips, within the event loop that it is opened in."""
    chat = Chat(settings)
    try:
        yield DirectRun(settings, ledger, chat, check, source, counts).tell
    finally:
        await chat.close()
