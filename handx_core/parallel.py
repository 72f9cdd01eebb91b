"""Work per file or per clip on all cores, results in the order of the items.

What belongs here: the one process pool of the house. What does not: what is done in it.
"""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from itertools import chain, islice
from typing import Final, TypeVar

from tqdm import tqdm

IN_FLIGHT: Final = 3
"""Items per worker: one that is worked on, one that waits for the worker, one whose result waits for its turn."""

_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def map_in_order(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    workers: int | None = None,
    what: str = "items",
) -> Iterator[Result]:
    """Yield function(item) for each item, in order, computed by `workers` processes (all cores if None).

    function and items must be picklable. Items are taken as they are needed and at most IN_FLIGHT of them and of their
    results per worker are held, so memory stays flat. Shows a progress bar on a terminal.
    """
    total = len(items) if isinstance(items, Sized) else None
    items = iter(items)
    first = list(islice(items, workers or cores()))
    workers, items = len(first), chain(first, items)
    with tqdm(total=total, desc=what, unit="", disable=None, leave=False) as bar:
        if workers <= 1:
            for item in items:
                yield function(item)
                bar.update()
            return
        pool = _pool(workers)
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) >= IN_FLIGHT * workers:
                    yield waiting.popleft().result()
                    bar.update()
            while waiting:
                yield waiting.popleft().result()
                bar.update()
        except BrokenProcessPool:
            _pool.cache_clear()  # a worker was killed: the next call starts new ones
            raise
        finally:
            for future in waiting:
                future.cancel()


@cache
def _pool(workers: int) -> ProcessPoolExecutor:
    """The worker processes, which stay: to start them and their imports takes longer than to read many a source.

    They are started by forkserver: forking after torch was imported hangs.
    """
    context = multiprocessing.get_context("forkserver")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare_worker)


def _prepare_worker() -> None:
    # Before numpy is there: with a worker a core, more threads for its matrices would only wait for each other.
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    _leave_with_parent()


def _leave_with_parent() -> None:
    """End this worker when the process that it works for is killed: it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
