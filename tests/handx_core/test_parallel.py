"""The process pool keeps order, passes errors on, and survives torch having been imported."""

import math
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from handx_core.errors import RawDataError
from handx_core.parallel import IN_FLIGHT, map_in_order


def refuse_seven(number: int) -> int:
    if number == 7:
        raise RawDataError("seven.txt", "expected another number")
    return number * number


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(map_in_order(math.factorial, range(20), workers=2)) == [math.factorial(n) for n in range(20)]


def test_work_is_done_in_other_processes() -> None:
    pids = set(map_in_order(_pid, range(8), workers=2))
    assert os.getpid() not in pids


def test_a_worker_has_one_thread_for_matrices(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
        assert set(map_in_order(os.getenv, [name] * 4, workers=2)) == {"1"}
        assert name not in os.environ


def test_one_worker_stays_in_this_process() -> None:
    assert set(map_in_order(_pid, range(3), workers=1)) == {os.getpid()}


@pytest.mark.parametrize("workers", [1, 2])
def test_items_are_taken_as_they_are_needed(workers: int) -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    for done, result in enumerate(map_in_order(math.factorial, items(), workers=workers)):
        assert result == math.factorial(done)
        assert len(taken) <= done + 1 + IN_FLIGHT * workers
    assert len(taken) == 100
    assert list(map_in_order(math.factorial, iter([]), workers=workers)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_arrives_with_its_file(workers: int) -> None:
    with pytest.raises(RawDataError, match=r"seven\.txt: expected another number") as caught:
        list(map_in_order(refuse_seven, range(10), workers=workers))
    assert caught.value.path == "seven.txt"


def test_workers_stay_and_are_replaced_when_one_is_killed() -> None:
    pids = set(map_in_order(_pid, range(8), workers=2))
    list(map_in_order(_pid, range(8), workers=2))
    assert pids <= set(_workers())
    with pytest.raises(BrokenProcessPool):
        list(map_in_order(_kill_worker, range(4), workers=2))
    again = set(map_in_order(_pid, range(8), workers=2))
    assert again
    assert not again & pids


def test_workers_end_with_the_process_that_they_work_for(tmp_path: Path) -> None:
    program = tmp_path / "killed.py"
    program.write_text(
        "import multiprocessing, os, signal\n"
        "from handx_core.parallel import map_in_order\n"
        "if __name__ == '__main__':\n"
        "    list(map_in_order(abs, range(8), workers=2))\n"
        "    print(*(child.pid for child in multiprocessing.active_children()), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=240)
    assert killed.returncode == -signal.SIGKILL
    workers = [int(pid) for pid in killed.stdout.split()]
    assert len(workers) == 2
    for _ in range(600):
        if not any(_is_running(pid) for pid in workers):
            return
        time.sleep(0.1)
    pytest.fail("workers of a killed process are still there")


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _workers() -> list[int]:
    return [child.pid for child in multiprocessing.active_children() if child.pid]


def _kill_worker(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _pid(_: int) -> int:
    return os.getpid()
