"""Many things at once in an event loop, for a caller that has none: results as they come, in flat memory.

What belongs here: the thread, its loop and the window of what is in work. What does not: what is done.

The loop has a thread of its own, so that requests in flight are served while the caller writes a table; the items are
taken in the caller's thread, as many as fit the window.
"""

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, Literal, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

Order = Literal["as they come", "as given"]


def stream(
    items: Iterable[Item],
    opened: Callable[[], AbstractAsyncContextManager[Callable[[Item], Awaitable[Result]]]],
    window: int,
    order: Order = "as they come",
) -> Generator[Result]:
    """Yield what an async function makes of each item.

    opened: gives the function, within the loop. window: items at most that are in work or whose results wait.
    order: "as given" holds results back until it is their turn. An error of the function, or of the items, ends it
    all; so does closing the iterator. What is in work then is cancelled.
    """
    with _Loop(opened) as loop:
        done: queue.SimpleQueue[tuple[int, Future[Result]]] = queue.SimpleQueue()
        early: dict[int, Result] = {}
        given = out = 0

        def results(most: int) -> Iterator[Result]:
            """What there is, waiting until no more than so many are in work."""
            nonlocal out
            while given - out > most or not done.empty():
                number, future = done.get()
                early[number] = future.result()
                while early and (out in early if order == "as given" else True):
                    yield early.pop(out if order == "as given" else next(iter(early)))
                    out += 1

        for item in items:
            future: Future[Result] = loop.start(item)
            future.add_done_callback(partial(_report, done, given))
            given += 1
            yield from results(window - 1)
        yield from results(0)


def _report(done: "queue.SimpleQueue[tuple[int, Future[Result]]]", number: int, finished: "Future[Result]") -> None:
    done.put((number, finished))


class _Loop:
    """An event loop in a thread, for as long as the `with` lasts."""

    def __init__(self, opened: Callable[[], AbstractAsyncContextManager[Callable[[Item], Awaitable[Result]]]]) -> None:
        self._opened = opened
        self._ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, Callable[..., Any]]] = Future()
        self._thread = threading.Thread(target=self._run, name="captions", daemon=True)

    def __enter__(self) -> "_Loop":
        self._thread.start()
        self._loop, self._over, self._function = self._ready.result()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def start(self, item: Item) -> "Future[Result]":
        """Begin with an item."""
        return asyncio.run_coroutine_threadsafe(self._function(item), self._loop)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _serve(self) -> None:
        over = asyncio.Event()
        async with self._opened() as function:
            self._ready.set_result((asyncio.get_running_loop(), over, function))
            await over.wait()
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
