"""Tokens, costs, the budget; pace and waits; what settings refuse."""

import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from handx_core.captioning.limits import Pace, wait_s
from handx_core.captioning.llm_settings import LlmSettings, Prices
from handx_core.captioning.money import NOTHING, UNKNOWN, Budget, Usage, cost_usd, usage_of, worst_usd

PRICES = Prices(input=2.0, cached_input=0.5, output=8.0)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}, Usage(9, 0, 4)),
        (
            {"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 5}},
            Usage(9, 5, 4),
        ),
        ({"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": None}, Usage(9, 0, 4)),
        ({"prompt_tokens": 9, "completion_tokens": 4, "prompt_cache_hit_tokens": 8}, Usage(9, 8, 4)),
        ({"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 50}, Usage(9, 0, 41)),
        ({"prompt_tokens": "9"}, UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_usage_as_servers_report_it(usage, expected):
    assert usage_of({"usage": usage}) == expected


def test_costs():
    assert cost_usd(Usage(1_000_000, 400_000, 100_000), PRICES) == pytest.approx(0.6 * 2 + 0.4 * 0.5 + 0.1 * 8)
    assert cost_usd(Usage(1_000_000, 400_000, 0), Prices(input=2.0, output=8.0), 0.5) == pytest.approx(1.0)
    assert cost_usd(Usage(1, 0, 1), Prices()) is None
    assert cost_usd(UNKNOWN, PRICES) is None
    assert UNKNOWN + NOTHING == UNKNOWN


@given(st.integers(0, 10_000), st.integers(0, 500), st.floats(0, 1))
def test_no_answer_costs_more_than_its_worst_case(text_bytes, tokens_out, cached):
    usage = Usage(text_bytes, int(text_bytes * cached), tokens_out)
    assert cost_usd(usage, PRICES) <= worst_usd(text_bytes, 500, PRICES)


@given(st.lists(st.tuples(st.floats(0.01, 0.5), st.floats(0, 1)), max_size=30), st.floats(0, 3), st.integers(0, 99))
def test_the_budget_is_never_passed_whatever_is_in_flight(requests, limit, seed):
    async def run() -> float:
        budget = Budget(limit, 0.0)
        draw = random.Random(seed)

        async def one(worst: float, share: float) -> None:
            if await budget.reserve(worst):
                for _ in range(draw.randrange(4)):
                    await asyncio.sleep(0)
                await budget.settle(worst, worst * share)

        await asyncio.gather(*(one(*request) for request in requests))
        return budget.spent

    assert asyncio.run(run()) <= limit + 1e-9


def test_a_request_waits_for_money_that_another_may_leave():
    async def run() -> list[bool]:
        budget = Budget(1.0, 0.0)
        assert await budget.reserve(0.8)
        waiting = asyncio.create_task(budget.reserve(0.7))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        await budget.settle(0.8, 0.1)
        assert await waiting
        await budget.settle(0.7, 0.7)
        return [await budget.reserve(0.3), await budget.reserve(0.2)]

    assert asyncio.run(run()) == [False, True]


def test_pace_leaves_each_its_share_of_the_minute():
    async def run() -> float:
        pace = Pace(6_000)  # 10 ms each
        started = asyncio.get_running_loop().time()
        await asyncio.gather(*(pace.wait(1) for _ in range(11)))
        pace.give_back(100)
        await pace.wait(1)
        return asyncio.get_running_loop().time() - started

    assert 0.099 <= asyncio.run(run()) < 1.0


def test_waits_double_up_to_the_longest_and_are_never_shorter_than_asked():
    draw = random.Random(0)
    for tries in range(1, 10):
        most = min(1.0 * 2 ** (tries - 1), 20.0)
        found = [wait_s(tries, 1.0, 20.0, None, draw) for _ in range(50)]
        assert all(most / 2 <= wait <= most for wait in found)
        assert len(set(found)) == len(found)
        assert min(wait_s(tries, 1.0, 20.0, 7.0, draw) for _ in range(50)) >= 7.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"key_variable": "sk-secret1"},
        {"key_variable": "secret1"},
        {"base_url": "https://me:secret1@host/v1"},
        {"base_url": "https://host/v1?key=secret1"},
        {"base_url": "ftp://secret1"},
        {"budget_usd": 1.0},
        {"parameters": {"messages": "secret1"}},
        {"repairs": 3},
        {"api_key": "secret1"},
    ],
)
def test_settings_refuse_what_is_wrong_without_repeating_it(wrong):
    with pytest.raises(ValidationError) as caught:
        LlmSettings.model_validate({"model": "m"} | wrong)
    assert "secret1" not in str(caught.value)
