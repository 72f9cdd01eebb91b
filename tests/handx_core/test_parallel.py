"""The process pool keeps order, passes errors on, and survives torch having been imported."""

import math
import os
from collections.abc import Iterator

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


def _pid(_: int) -> int:
    return os.getpid()
