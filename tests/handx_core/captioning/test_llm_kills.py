"""Runs of the llm writer that are killed: nothing that was received is paid again, and no clip is lost."""

import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pytest
from caption_child import Children
from caption_clips import clips
from chat_server import FAULTY, USD_CACHED, USD_IN, USD_OUT, ChatServer

from handx_core.captioning.ledger import spending
from handx_core.captioning.llm import LlmWriter
from handx_core.captioning.llm_settings import LlmSettings
from handx_core.captioning.rows import captions_batch
from handx_core.captioning.writers import Written

KILLS = 20
CLIPS = 300
CONCURRENCY = 8


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Iterator[Children]:
    monkeypatch.setenv("CAPTION_KEY", "sk-test")
    running = Children()
    yield running
    running.close()


def given(server: ChatServer) -> dict:
    return {
        "base_url": server.url,
        "model": "m",
        "key_variable": "CAPTION_KEY",
        "concurrency": CONCURRENCY,
        "first_wait_s": 0.01,
        "longest_wait_s": 0.05,
        "prices": {"input": USD_IN, "cached_input": USD_CACHED, "output": USD_OUT},
    }


def wait_for_requests(server: ChatServer, wanted: int, at_most_s: float) -> None:
    """Until there were so many; a busy machine takes its time."""
    until = time.monotonic() + at_most_s
    while server.requests < wanted and time.monotonic() < until:
        time.sleep(0.002)


def to_the_end(writer: LlmWriter) -> dict[str, Written]:
    """The captions of all clips, in as many runs as it takes: a clip of which three answers were faulty is left."""
    found: dict[str, Written] = {}
    for _ in range(4):
        found |= {result.clip_id: result for result in writer.write(clips(CLIPS)) if isinstance(result, Written)}
        if len(found) == CLIPS:
            return found
    raise AssertionError("some clips are left over and over")


def table(found: dict[str, Written]) -> pa.RecordBatch:
    """The table's rows, but for what was paid: how often a clip was asked for depends on what was in flight."""
    made = captions_batch([(found[name], events) for name, events in clips(CLIPS)], "llm", 0.7)
    return made.drop_columns(["tokens_in", "tokens_cached", "tokens_out", "cost_usd"])


@pytest.mark.no_cover
def test_twenty_kills(tmp_path, children):
    path, draw = tmp_path / "ledger", random.Random(0)
    kinds = ("500", "429", "drop", *FAULTY)
    with ChatServer(seed=11, faults=0.2, kinds=kinds, latency_s=(0.01, 0.05)) as server:
        for _ in range(KILLS):
            before = server.requests
            child = children.start(given(server), path, CLIPS)
            wait_for_requests(server, before + draw.randint(1, 20), 60.0)  # so that each kill finds some in flight
            server.ledger = path  # each request is looked up in it from now on
            time.sleep(draw.uniform(0.0, 0.03))
            os.kill(child, signal.SIGKILL)
            assert children.wait() == signal.SIGKILL
        killed = Counter((one.text, one.turn) for one in server.served)
        assert 0.1 * CLIPS < len(killed) < CLIPS  # the kills came in the middle
        settings = LlmSettings.model_validate(given(server))
        found = to_the_end(LlmWriter(settings, path))
        assert server.asked_again == 0
        assert max(server.replied.values()) > 1  # what was in flight was asked again
        connection = sqlite3.connect(path)
        (known,) = connection.execute("SELECT COUNT(*) FROM answers").fetchone()
        (doubtful,) = connection.execute("SELECT COUNT(*) FROM sent").fetchone()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        # What the server answered and the ledger has not was in flight at a kill, or broke off: it is on record.
        assert known <= len(server.served) <= known + KILLS * CONCURRENCY
        assert len(server.served) - known <= doubtful
        assert sum(row.cost_usd + row.doubtful_usd for row in spending(path)) >= server.usd
    with ChatServer(seed=11, faults=0.2, kinds=kinds) as server:
        calm = LlmWriter(settings.model_copy(update={"base_url": server.url}), tmp_path / "calm")
        undisturbed = to_the_end(calm)
    assert table(found).equals(table(undisturbed))


def test_the_budget_holds_over_kills(tmp_path, children):
    path, draw, budget = tmp_path / "ledger", random.Random(1), 1.0
    with ChatServer(seed=12, latency_s=(0.01, 0.05)) as server:
        more = given(server) | {"budget_usd": budget, "max_tokens": 900}
        for _ in range(5):
            before = server.requests
            child = children.start(more, path, CLIPS)
            # Not for long, for there are none where the budget is used up.
            wait_for_requests(server, before + draw.randint(1, 20), 2.0)
            time.sleep(draw.uniform(0.0, 0.03))
            os.kill(child, signal.SIGKILL)
            assert children.wait() in (0, signal.SIGKILL)
        for _ in LlmWriter(LlmSettings.model_validate(more), path).write(clips(CLIPS)):
            pass
        assert 0.2 * budget < server.usd <= budget
