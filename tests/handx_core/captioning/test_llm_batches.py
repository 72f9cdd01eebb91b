"""Batches: handed in once, collected by any later run, at half the price, within the budget."""

import json
import os
import signal
import sqlite3
import time
from typing import Any

import pytest
from caption_child import Children
from caption_clips import clips, text_of
from chat_server import FAULTY, USD_CACHED, USD_IN, USD_OUT, ChatServer

from handx_core.captioning import batch_server
from handx_core.captioning.llm import LlmWriter
from handx_core.captioning.llm_settings import LlmSettings
from handx_core.captioning.writers import Left, Written

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTION_KEY", KEY)


def given(server: ChatServer, **more: Any) -> dict[str, Any]:
    return {
        "base_url": server.url,
        "model": "m",
        "key_variable": "CAPTION_KEY",
        "mode": "batch",
        "tries": 2,
        "prices": {"input": USD_IN, "cached_input": USD_CACHED, "output": USD_OUT},
        "batch": {"size": 20, "poll_s": 0.02, **more.pop("batch", {})},
        **more,
    }


def writer(server: ChatServer, path: Any, **more: Any) -> LlmWriter:
    return LlmWriter(LlmSettings.model_validate(given(server, **more)), path)


def paid_twice(server: ChatServer) -> list[str]:
    ids = [custom_id for custom_id, _ in server.batch_charges]
    return [custom_id for custom_id in set(ids) if ids.count(custom_id) > 1]


def test_batches_are_handed_in_collected_and_repaired(tmp_path):
    never = frozenset({text_of(7)})
    with ChatServer(seed=1, faults=0.3, kinds=FAULTY, never=never, polls_until_done=3) as server:
        own = writer(server, tmp_path / "ledger")
        found = {result.clip_id: result for result in own.write(clips(50))}
        assert len(found) == 50
        assert found["clip7"].why == "answer"
        assert sum(isinstance(result, Written) for result in found.values()) >= 47
        assert not paid_twice(server)
        assert [len(server.files[b["input_file_id"]].splitlines()) for b in list(server.batches.values())[:3]] == [
            *(20, 20, 10)
        ]
        line = json.loads(server.files["file-0"].splitlines()[0])
        assert (line["method"], line["url"], len(line["custom_id"])) == ("POST", "/v1/chat/completions", 64)
        assert own.progress.cost_usd == pytest.approx(server.usd)  # half of what the tokens cost otherwise
        assert server.requests == 0
        charged = server.usd
        for result in own.write(clips(50)):
            assert result == found[result.clip_id] or isinstance(found[result.clip_id], Left)
        assert server.usd - charged < 0.2 * charged  # the one that was left


def test_a_batch_that_is_not_done_is_collected_by_a_later_run(tmp_path):
    with ChatServer(polls_until_done=10) as server:
        own = writer(server, tmp_path / "ledger", batch={"wait_s": 0.0})
        for _ in range(4):
            waiting = list(own.write(clips(30)))
            assert {(type(result), result.why) for result in waiting} == {(Left, "waiting")}
        assert len(server.batches) == 2  # handed in by the first run alone
        server.polls_until_done = 1
        # Another run, of other clips, hands its own in and collects what is done on its way.
        assert all(isinstance(result, Written) for result in own.write(clips(5, first=100)))
        looks = len(server.headers)
        assert all(isinstance(result, Written) for result in own.write(clips(30)))
        assert len(server.headers) == looks
        assert len(server.batches) == 3
        assert not paid_twice(server)


def test_what_a_batch_left_out_is_asked_again_and_listed_where_it_never_comes(tmp_path):
    with ChatServer(seed=3, batch_missing=0.2, batch_failed=0.2) as server:
        own = writer(server, tmp_path / "ledger")
        found = list(own.write(clips(60)))
        assert len(found) == 60
        left = [result for result in found if isinstance(result, Left)]
        assert 0 < len(left) < 20  # missing twice
        assert {result.why for result in left} == {"server"}
        assert any("batch_expired" in result.reason for result in left)
        server.batch_missing = server.batch_failed = 0.0
        assert all(isinstance(result, Written) for result in own.write(clips(60)))
        assert not paid_twice(server)


@pytest.mark.parametrize("end", ["failed", "expired", "cancelled"])
def test_batches_that_end_without_answers(tmp_path, end):
    with ChatServer(batch_end=end, batch_missing=1.0) as server:
        own = writer(server, tmp_path / "ledger")
        found = list(own.write(clips(10)))
        assert [result.why for result in found] == ["server"] * 10
        assert end in found[0].reason
        assert len(server.batches) == (1 if end == "failed" else 2)
        server.batch_end, server.batch_missing = "completed", 0.0
        assert all(isinstance(result, Written) for result in own.write(clips(10)))


def test_the_budget_holds_for_batches(tmp_path):
    with ChatServer(polls_until_done=2) as server:
        kept = writer(server, tmp_path / "ledger", budget_usd=0.15, max_tokens=900, batch={"size": 4})
        found = list(kept.write(clips(60)))
        assert {type(result) for result in found} == {Written, Left}
        assert {result.why for result in found if isinstance(result, Left)} == {"budget"}
        assert 0.1 < server.usd <= 0.15
        asked = len(server.batches)
        assert sum(isinstance(result, Left) for result in kept.write(clips(60))) > 0
        assert len(server.batches) == asked


def test_a_batch_whose_creation_was_not_confirmed_is_found_again(tmp_path, monkeypatch):
    with ChatServer(polls_until_done=2) as server:
        own = writer(server, tmp_path / "ledger", batch={"size": 100})
        real = batch_server.BatchServer.create

        def lost(self: Any, file_id: str, label: str) -> Any:
            real(self, file_id, label)
            raise batch_server.BatchError("the reply was lost", refused=False)

        monkeypatch.setattr(batch_server.BatchServer, "create", lost)
        assert all(isinstance(result, Written) for result in own.write(clips(10)))
        assert len(server.batches) == 1
        assert not paid_twice(server)


def test_kills_at_any_moment(tmp_path):
    path, children = tmp_path / "ledger", Children()
    delays = (0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.25, 0.3)
    try:
        with ChatServer(seed=5, faults=0.2, kinds=FAULTY, polls_until_done=4) as server:
            for delay in delays:
                seen = len(server.headers)
                child = children.start(given(server, batch={"poll_s": 0.05, "size": 10}), path, 40)
                until = time.monotonic() + 2.0
                while len(server.headers) == seen and time.monotonic() < until:
                    time.sleep(0.002)
                time.sleep(delay)
                os.kill(child, signal.SIGKILL)
                assert children.wait() in (signal.SIGKILL, 0)
            found = list(writer(server, path, batch={"size": 10}).write(clips(40)))
            assert sum(isinstance(result, Written) for result in found) >= 38
            assert not paid_twice(server)
            connection = sqlite3.connect(path)
            assert connection.execute("SELECT COUNT(*) FROM answers").fetchone() == (len(server.batch_charges),)
            assert connection.execute("SELECT COUNT(*) FROM batches WHERE state != 'done'").fetchone() == (0,)
            connection.close()
    finally:
        children.close()


def test_the_key_is_in_no_file_and_no_reason(tmp_path):
    with ChatServer(seed=3, batch_failed=1.0) as server:
        found = list(writer(server, tmp_path / "ledger").write(clips(5)))
        assert KEY not in repr(found)
        assert KEY.encode() not in b"".join(server.files.values())
    gone = writer(server, tmp_path / "other", timeout_s=1.0)  # nobody is there any more
    assert {result.why for result in gone.write(clips(3))} == {"server"}
    assert all(KEY.encode() not in file.read_bytes() for file in tmp_path.iterdir())
