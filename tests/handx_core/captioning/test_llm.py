"""The llm writer against a server that fails: every clip ends captioned or listed, for no more than the budget."""

import asyncio
import json
import logging
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from caption_clips import clips, events_of, text_of
from chat_server import (
    FAULTY,
    HARMLESS,
    TRANSPORT,
    USD_CACHED,
    USD_IN,
    USD_OUT,
    WRONG_HAND,
    ChatServer,
    captions_of,
    told,
)

from handx_core.captioning.answers import read_answer
from handx_core.captioning.chat import ChatError
from handx_core.captioning.direct import Counts, DirectRun
from handx_core.captioning.ledger import Ledger, LedgerError, spending
from handx_core.captioning.llm import LlmWriter
from handx_core.captioning.llm_settings import LlmSettings, Prices
from handx_core.captioning.rules import Caption, write_captions
from handx_core.captioning.truth_check import truth_check
from handx_core.captioning.writers import Judgement, Left, RulesWriter, Writer, Written

KEY = "sk-very-secret-0123456789"
PRICES = Prices(input=USD_IN, cached_input=USD_CACHED, output=USD_OUT)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTION_KEY", KEY)


def settings(server: ChatServer, **more: Any) -> LlmSettings:
    quick = {"concurrency": 16, "timeout_s": 10.0, "first_wait_s": 0.02, "longest_wait_s": 0.2, "prices": PRICES}
    return LlmSettings(base_url=server.url, model="m", key_variable="CAPTION_KEY", **(quick | more))


def expected(number: int) -> tuple[Caption, ...]:
    parts = captions_of(text_of(number))["annotations"]
    return tuple(Caption(p["level"], p["left"], p["right"], p["two_hands_relation"]) for p in parts)


def by_clip(results: Any) -> dict[str, Written | Left]:
    found = {}
    for result in results:
        assert result.clip_id not in found
        found[result.clip_id] = result
    return found


def answers(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT COUNT(*) FROM answers").fetchone()[0]
    finally:
        connection.close()


def true_answer(number: int) -> dict[str, Any]:
    """What a model says that tells the truth."""
    told = write_captions(f"clip{number}", events_of(number))
    parts = [{"level": c.level, "left": c.left, "right": c.right, "two_hands_relation": c.interaction} for c in told]
    return {"annotations": parts}


@pytest.mark.no_cover
def test_a_thousand_clips_at_thirty_percent_faults(tmp_path):
    never = frozenset(text_of(number) for number in (3, 50, 999))
    answers_to = {text_of(number): true_answer(number) for number in range(1_000)}
    kinds = (*TRANSPORT, *FAULTY, *HARMLESS, WRONG_HAND)
    with ChatServer(seed=1, faults=0.3, kinds=kinds, never=never, stall_s=8.0, answers=answers_to) as server:
        # So patient, and so few at once, that on a busy machine too only stalls last too long.
        writer = LlmWriter(settings(server, concurrency=16, timeout_s=6.0), tmp_path / "ledger", truth_check(0.7))
        found = by_clip(writer.write(clips(1_000)))
        assert set(server.kinds_seen) == {"good", *kinds}
        kinds_told: dict[str, list[str]] = {}
        for one in server.served:
            kinds_told.setdefault(one.text, []).append(one.kind)
        rewritten = 0
        for number in range(1_000):
            result, served = found[f"clip{number}"], kinds_told[text_of(number)]
            valid = [kind for kind in served if kind not in FAULTY]
            if valid:
                assert isinstance(result, Written)
                right = any(kind != WRONG_HAND for kind in valid)
                text, _ = told(text_of(number), "good" if right else WRONG_HAND, answers_to[text_of(number)])
                assert list(result.captions) == read_answer(text)
                assert result.turns == len(served)
                rewritten += right and WRONG_HAND in valid
            else:
                assert isinstance(result, Left)
                assert result.why == "answer"
                assert len(result.reason) > 10
                assert len(served) == 3  # an answer and two repairs
        assert rewritten >= 5
        left = {clip_id for clip_id, result in found.items() if isinstance(result, Left)}
        assert {"clip3", "clip50", "clip999"} <= left
        assert len(left) <= 3 + 5
        assert answers(tmp_path / "ledger") == len(server.served) == writer.progress.answers
        assert writer.progress.cost_usd == pytest.approx(server.usd)

        server.served.clear()
        again = by_clip(LlmWriter(writer.settings, tmp_path / "ledger", writer.check).write(clips(100)))
        assert all(again[c] == found[c] for c in again if isinstance(found[c], Written))
        # The next run asks again for those that were left, and pays for nothing else.
        assert {one.text for one in server.served} == {text_of(n) for n in range(100) if f"clip{n}" in left}


def test_two_hundred_requests_are_in_flight_at_once(tmp_path):
    with ChatServer(replies_at=200) as server:  # none is answered before all are there
        writer = LlmWriter(settings(server, concurrency=200, timeout_s=120.0), tmp_path / "ledger")
        assert all(isinstance(result, Written) for result in writer.write(clips(220)))
        assert server.peak >= 200
        assert server.requests == 220


@pytest.mark.parametrize("faults", [0.0, 0.4])
def test_the_budget_is_never_passed(tmp_path, faults):
    budget = 0.5
    path = tmp_path / "ledger"
    with ChatServer(
        seed=2, faults=faults, kinds=("drop within", "500", "count", "empty"), latency_s=(0, 0.02)
    ) as server:
        kept = settings(server, budget_usd=budget, max_tokens=900)
        first = by_clip(LlmWriter(kept, path).write(clips(120)))
        left = [result for result in first.values() if isinstance(result, Left)]
        assert len(first) == 120
        assert {result.why for result in left} == ({"budget"} if not faults else {"budget", "answer"})
        assert any("budget of 0.5 USD" in result.reason for result in left)
        assert server.usd <= budget
        if not faults:
            assert server.usd > 0.9 * budget
        asked = server.requests
        again = by_clip(LlmWriter(kept, path).write(clips(120)))  # next to nothing is left of it, then or later
        assert sum(type(again[c]) is not type(first[c]) for c in first) <= 2
        assert server.requests <= asked + 2
        assert server.usd <= budget
        more = LlmWriter(kept.model_copy(update={"budget_usd": 20.0}), path)
        last = by_clip(more.write(clips(120)))
        assert all(isinstance(result, Written) or result.why == "answer" for result in last.values())
        assert sum(isinstance(result, Written) for result in last.values()) >= 110
    (row,) = spending(path)
    assert row.cost_usd == pytest.approx(server.usd)
    assert row.doubtful_usd > 0 if faults else row.doubtful_usd == 0


def test_costs_are_stated_by_clip_source_and_run(tmp_path):
    with ChatServer(seed=6, faults=0.2, kinds=FAULTY) as server:
        writer = LlmWriter(settings(server), tmp_path / "ledger")
        one = list(writer.write(clips(20), source="h2o"))
        spent = writer.progress.cost_usd
        two = list(writer.write(clips(20, first=10), source="arctic"))  # ten of which are known
        assert all(isinstance(result, Written) for result in one + two)
        assert writer.progress.answers < 20
        total = {result.clip_id: result for result in one + two}
        assert sum(result.cost_usd for result in total.values()) == pytest.approx(server.usd)
        assert {turn for result in one for turn in [result.turns]} > {1}
        rows = {row.source: row for row in spending(tmp_path / "ledger")}
        assert rows["h2o"].cost_usd == pytest.approx(spent)
        assert rows["arctic"].cost_usd == pytest.approx(server.usd - spent)
        assert rows["h2o"].tokens_cached > 0


def test_clips_with_the_same_events_share_an_answer(tmp_path):
    with ChatServer(latency_s=(0.1, 0.1)) as server:
        same = [(f"twin{n}", events) for n in range(5) for _, events in clips(1)]
        found = list(LlmWriter(settings(server), tmp_path / "ledger").write(same))
        assert [result.captions for result in found] == [expected(0)] * 5
        assert server.requests == 1
        assert sum(result.cost_usd for result in found) == pytest.approx(server.usd)


def test_an_estimate_sends_nothing_and_is_about_right(tmp_path):
    with ChatServer() as server:
        writer = LlmWriter(settings(server), tmp_path / "ledger")
        before = writer.estimate(clips(60))
        assert server.requests == 0
        assert (before.clips, before.answered, before.requests) == (60, 0, 60)
        assert 0.4 * before.cost_usd < 60 * before.cost_usd / before.requests < before.worst_usd
        list(writer.write(clips(30)))
        after = writer.estimate(clips(60))
        assert (after.answered, after.requests) == (30, 30)
        spent = server.usd
        list(writer.write(clips(60)))
        # The server had half of each prompt in its cache, which an estimate does not count on.
        assert after.cost_usd == pytest.approx(server.usd - spent, rel=0.4)
        assert after.cost_usd >= server.usd - spent
        unpriced = writer.settings.model_copy(update={"prices": Prices()})
        assert LlmWriter(unpriced, tmp_path / "other").estimate(clips(3)).cost_usd is None


@pytest.mark.parametrize("form", ["json_object", "text"])
def test_a_server_without_a_form_is_asked_in_the_next(tmp_path, form):
    with ChatServer(forms=(form,), limit_name="max_completion_tokens") as server:
        found = list(LlmWriter(settings(server, concurrency=4), tmp_path / "ledger").write(clips(40)))
        assert all(isinstance(result, Written) for result in found)
        refused = server.requests - len(server.served)
        assert refused <= 4 * 3  # learned once, and kept


def test_faulted_captions_are_rewritten_once_and_the_better_ones_are_taken(tmp_path):
    def check(events: Any, captions: Any) -> Judgement:
        start = events["right_hand_events"]["wrist_trajectory"]["left-right"][0]["start"]
        if start == 3:
            return Judgement(1.0)
        again = "rewritten" in captions[0].left
        return Judgement({0: 0.5, 1: 0.5 + 0.2 * again, 2: 0.5 - 0.2 * again}[start], ("the right hand is still",))

    with ChatServer(rewrites=True) as server:
        writer = LlmWriter(settings(server), tmp_path / "ledger", check)
        found = by_clip(writer.write(clips(4)))
        assert all(isinstance(result, Written) for result in found.values())
        repairs = [body["messages"] for body in server.bodies if len(body["messages"]) > 2]
        assert len(repairs) == 3  # one a clip, and none where nothing is wrong
        assert all("the right hand is still" in messages[-1]["content"] for messages in repairs)
        firsts = [result.captions[0].left for result in (found[f"clip{n}"] for n in range(4))]
        assert ["rewritten" in text for text in firsts] == [False, True, False, False]
        assert [found[f"clip{n}"].turns for n in range(4)] == [2, 2, 2, 1]
        assert sum(result.cost_usd for result in found.values()) == pytest.approx(server.usd)
        assert list(writer.read(clips(4))) == [found[f"clip{n}"] for n in range(4)]


def test_a_rewriting_that_is_not_valid_leaves_what_was_there(tmp_path):
    def check(events: Any, captions: Any) -> Judgement:
        return Judgement(0.1, ("not so",))

    with ChatServer(seed=3, faults=1.0, kinds=FAULTY, sound_first=True) as server:
        found = by_clip(LlmWriter(settings(server), tmp_path / "ledger", check).write(clips(20)))
        assert [found[f"clip{n}"].captions for n in range(20)] == [expected(n) for n in range(20)]
        assert len(server.served) == 40  # an answer each, and one rewriting, whatever came of it


@pytest.mark.parametrize(
    ("refuse", "words"),
    [
        ((401, "Incorrect API key provided:"), "refuses the key in CAPTION_KEY"),
        ((403, "forbidden"), "refuses the key"),
        ((404, "model not found"), "no model m"),
        ((402, "Insufficient Balance"), "no credit"),
        ((429, "You exceeded your current quota: insufficient_quota"), "no credit"),
    ],
)
def test_a_server_that_refuses_everything_is_asked_no_more(tmp_path, refuse, words):
    with ChatServer(refuse=refuse, echo_key=True) as server:
        found = list(LlmWriter(settings(server, concurrency=4), tmp_path / "ledger").write(clips(100)))
        assert len(found) == 100
        assert all(isinstance(result, Left) and words in result.reason for result in found)
        assert all(result.why == "server" for result in found)
        assert server.requests <= 4


def test_a_server_that_never_works_is_given_up(tmp_path):
    with ChatServer(refuse=(500, "broken")) as server:
        hard = settings(server, concurrency=4, tries=2, first_wait_s=0.001, give_up_after=10)
        found = list(LlmWriter(hard, tmp_path / "ledger").write(clips(300)))
        assert len(found) == 300
        assert all(isinstance(result, Left) for result in found)
        assert server.requests <= 2 * 14
        assert "in a row" in found[-1].reason
    nobody = hard.model_copy(update={"base_url": "http://127.0.0.1:9/v1"})
    (result,) = LlmWriter(nobody, tmp_path / "ledger").write(clips(1))
    assert "no connection to http://127.0.0.1:9/v1" in result.reason


def test_a_wait_that_is_too_long_is_not_waited_for(tmp_path):
    with ChatServer(faults=1.0, kinds=("429",), retry_after="3600") as server:
        (result,) = LlmWriter(settings(server), tmp_path / "ledger").write(clips(1))
        assert isinstance(result, Left)
        assert server.requests == 1


def test_retry_after_is_honoured(tmp_path):
    with ChatServer(seed=4, faults=1.0, kinds=("429",), retry_after="0.15") as server:
        list(LlmWriter(settings(server, tries=3, first_wait_s=0.001), tmp_path / "ledger").write(clips(1)))
        gaps = [b - a for a, b in zip(server.arrivals, server.arrivals[1:], strict=False)]
        assert len(gaps) == 2
        assert min(gaps) >= 0.15


def test_requests_and_tokens_a_minute_are_kept(tmp_path):
    with ChatServer() as server:
        list(LlmWriter(settings(server), tmp_path / "warm").write(clips(1)))  # what is loaded once takes no time below
        paced = settings(server, requests_per_minute=1_200)
        start = time.monotonic()  # a busy server may see the first request late, but none before it is sent
        list(LlmWriter(paced, tmp_path / "one").write(clips(8)))
        assert server.arrivals[-1] - start >= 7 * 0.05 * 0.75
        paced = settings(server, tokens_per_minute=1_000_000, max_tokens=2_000)  # about 4,700 reserved a request
        start = time.monotonic()
        list(LlmWriter(paced, tmp_path / "two").write(clips(8)))
        assert server.arrivals[-1] - start >= 0.5


def test_the_key_is_nowhere(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("openai", "httpx2", "httpcore2", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    seen: list[str] = []
    path = tmp_path / "ledger"
    for turn, refuse in enumerate(
        [None, (401, "Incorrect API key provided:"), (400, "what is"), (500, "down"), (422, "not")]
    ):
        with ChatServer(seed=5, faults=0.5, refuse=refuse, echo_key=True, stall_s=1.5) as server:
            writer = LlmWriter(settings(server, tries=2, timeout_s=1.0), path)
            seen += [repr(result) for result in writer.write(clips(12, first=20 * turn))]
            seen += [repr(writer), repr(vars(writer)), repr(writer.progress), repr(writer.estimate(clips(3)))]
            assert any(KEY in headers.get("authorization", "") for headers in server.headers)
    assert any("[key]" in text for text in seen)  # so it was there to be hidden
    assert len(caplog.records) > 100
    written = [file.read_bytes() for file in tmp_path.iterdir()]
    assert any(written)
    for text in [*seen, caplog.text, *(repr(vars(record)) for record in caplog.records)]:
        assert KEY not in text
    assert all(KEY.encode() not in content for content in written)


def test_a_missing_key_names_its_variable(tmp_path, monkeypatch):
    with ChatServer() as server:
        writer = LlmWriter(settings(server), tmp_path / "ledger")
        monkeypatch.setenv("CAPTION_KEY", "sk-sécret")
        with pytest.raises(ChatError, match="CAPTION_KEY") as caught:
            list(writer.write(clips(1)))
        assert "cret" not in str(caught.value)
        monkeypatch.delenv("CAPTION_KEY")
        with pytest.raises(ChatError, match="set the environment variable CAPTION_KEY"):
            list(writer.write(clips(1)))
        open_server = settings(server).model_copy(update={"key_variable": None})
        assert isinstance(next(LlmWriter(open_server, tmp_path / "ledger").write(clips(1))), Written)


def test_another_vendor_is_not_told_what_the_environment_holds_for_openai(tmp_path, monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "for-openai")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    with ChatServer() as server:
        assert isinstance(next(LlmWriter(settings(server), tmp_path / "ledger").write(clips(1))), Written)
        assert all("for-openai" not in repr(headers) for headers in server.headers)


def test_clips_are_taken_as_they_are_needed_and_given_in_order_where_wanted(tmp_path):
    taken = ahead = 0

    def counted() -> Any:
        nonlocal taken
        for clip in clips(200):
            taken += 1
            yield clip

    with ChatServer(latency_s=(0.0, 0.05)) as server:
        writer = LlmWriter(settings(server, concurrency=8), tmp_path / "ledger")
        names = []
        for number, result in enumerate(writer.write(counted(), order="as given")):
            ahead = max(ahead, taken - number)
            names.append(result.clip_id)
        assert names == [f"clip{number}" for number in range(200)]
        assert ahead <= 16
        assert writer.progress.written == 200


def test_closing_early_keeps_what_was_received_and_frees_the_ledger(tmp_path):
    with ChatServer(latency_s=(0.0, 0.1)) as server:
        writer = LlmWriter(settings(server), tmp_path / "ledger")
        results = writer.write(clips(100))
        next(results)
        with pytest.raises(LedgerError, match="holds the ledger"), Ledger(tmp_path / "ledger"):
            pass
        results.close()
        known = answers(tmp_path / "ledger")
        assert known >= 1
        before = server.requests
        assert len(list(writer.write(clips(100)))) == 100
        assert server.requests == before + 100 - known


def test_an_error_of_the_clips_or_the_check_comes_through(tmp_path):
    def broken() -> Any:
        yield from clips(3)
        raise RuntimeError("no more clips")

    def check(events: Any, captions: Any) -> Judgement:
        raise RuntimeError("no judgement")

    with ChatServer() as server:
        with pytest.raises(RuntimeError, match="no more clips"):
            list(LlmWriter(settings(server), tmp_path / "ledger").write(broken()))
        with pytest.raises(RuntimeError, match="no judgement"):
            list(LlmWriter(settings(server), tmp_path / "ledger", check).write(clips(3)))


def test_progress_is_reported_after_each_clip(tmp_path):
    seen = []
    with ChatServer(never=frozenset({text_of(1)})) as server:
        list(LlmWriter(settings(server), tmp_path / "ledger").write(clips(5), seen.append))
    assert [progress.written + progress.left for progress in seen] == [1, 2, 3, 4, 5]
    assert seen[-1].left == 1
    assert seen[-1].answers == 4 + 3


def test_answers_are_on_disk_as_they_were_received(tmp_path):
    with ChatServer() as server:
        list(LlmWriter(settings(server, parameters={"seed": 7}), tmp_path / "ledger").write(clips(1)))
        assert server.bodies[0]["seed"] == 7
    connection = sqlite3.connect(tmp_path / "ledger")
    body, model, parameters = connection.execute("SELECT body, model, parameters FROM answers").fetchone()
    connection.close()
    assert json.loads(json.loads(body)["choices"][0]["message"]["content"]) == captions_of(text_of(0))
    assert (model, json.loads(parameters)["seed"]) == ("m", 7)


def test_the_rules_write_behind_the_same_protocol(tmp_path):
    def told(writer: Writer) -> list[Written | Left]:
        return list(writer.write(clips(3)))

    first = told(RulesWriter())[0]
    assert first == Written("clip0", tuple(write_captions("clip0", next(clips(1))[1])), "", RulesWriter.prompt_hash)
    with ChatServer() as server:
        started = time.monotonic()
        writer = LlmWriter(settings(server), tmp_path / "ledger")
        assert {result.clip_id for result in told(writer)} == {"clip0", "clip1", "clip2"}
        assert writer.name == "llm"
        assert time.monotonic() - started < 120


def test_money_set_aside_for_a_stopped_run_is_given_back(tmp_path):
    async def run() -> list[bool]:
        kept = LlmSettings(model="m", prices=PRICES, budget_usd=1.0)
        with Ledger(tmp_path / "ledger") as ledger:
            state = DirectRun(kept, ledger, None, None, "", Counts())
            assert await state._may_send(0.9)
            waiting = [asyncio.create_task(state._may_send(worst)) for worst in (0.95, 0.3, 0.95)]
            await asyncio.sleep(0.01)
            await state._budget.settle(0.9, 0.5)
            return await asyncio.wait_for(asyncio.gather(*waiting), 5.0)

    assert asyncio.run(run()) == [False, False, False]
