"""Batches: files of requests that are answered within a day at half the price, over as many runs as it takes.

What belongs here: which clips wait for which batch, and what becomes of one that is done. What does not: the calls
(`batch_server`), what is asked (`dialogue`).

A batch's requests are in the ledger, with what they cost at most, before anything is handed in; its answers come into
it in one transaction with its end. A run that is killed in between finds the batch by its label in the server's list,
so that nothing is handed in twice. Repair turns go into the next batch.
"""

import json
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from handx_core.captioning.answers import content_of
from handx_core.captioning.batch_server import BatchError, BatchServer, State
from handx_core.captioning.chat import Reply, other_form, request_body
from handx_core.captioning.dialogue import Exhausted, Told, follow
from handx_core.captioning.direct import Counts, answer_of
from handx_core.captioning.ledger import Ledger, Statement, gave_up, received
from handx_core.captioning.llm_settings import LlmSettings
from handx_core.captioning.money import worst_usd
from handx_core.captioning.prompt import Request
from handx_core.captioning.writers import Check, Left, Written

_TRIES: Final = 2
"""Batches of one run that a request may be in without being answered."""

_END_BATCH: Final = "UPDATE batches SET state = 'done', note = ? WHERE id = ?"
_END_REQUEST: Final = "UPDATE batch_requests SET state = ? WHERE batch = ? AND key = ?"
_END_REST: Final = "UPDATE batch_requests SET state = 'released' WHERE batch = ? AND state = 'open'"
_OF_BATCH: Final = (
    "SELECT key, clip_key, clip_id, attempt, turn, text_bytes, source, worst_usd FROM batch_requests"
    " WHERE batch = ? AND state = 'open'"
)


def batch_run(
    told: Iterable[Told], settings: LlmSettings, ledger: Ledger, check: Check | None, source: str, counts: Counts
) -> Generator[Written | Left]:
    """Each clip once: its captions, or why there are none, "waiting" among the reasons."""
    run = _BatchRun(settings, ledger, check, source, counts)
    try:
        yield from run.write(told)
    finally:
        run.close()


class _BatchRun:
    """The state of a run. What must outlive it is in the ledger; what waits in this run is in a temporary table."""

    def __init__(self, settings: LlmSettings, ledger: Ledger, check: Check | None, source: str, counts: Counts) -> None:
        self._settings = settings
        self._ledger = ledger
        self._check = check
        self._source = source
        self._counts = counts
        self._server = BatchServer(settings)
        self._form = (str(settings.output), "max_tokens")
        self._spent = ledger.spent_usd()
        self._unsent: dict[str, tuple[Request, float]] = {}
        self._failed: dict[str, tuple[int, str]] = {}  # by key: how often, and why
        self._waiting = sqlite3.connect("")  # a file of its own that goes with it
        self._waiting.execute("CREATE TABLE waiting (clip_id TEXT, summary TEXT, events TEXT, key TEXT)")
        self._waiting.execute("CREATE INDEX by_key ON waiting (key)")

    def close(self) -> None:
        """Close connections and files."""
        self._server.close()
        self._waiting.close()

    def write(self, told: Iterable[Told]) -> Iterator[Written | Left]:
        """Hand in what is to be asked, then wait for what is to come."""
        trouble = self._collect(set())
        for clip in told:
            yield from self._place(clip)
        self._hand_in()
        end = None if self._settings.batch.wait_s is None else time.monotonic() + self._settings.batch.wait_s
        failures = 0
        while self._count():
            decided: set[str] = set(self._failed)
            trouble = self._collect(decided)
            failures = failures + 1 if trouble else 0
            yield from self._go_on(decided)
            self._hand_in()
            yield from self._go_on(set(self._failed))
            if not self._count():
                return
            over = end is not None and time.monotonic() >= end
            if over or failures >= self._settings.tries:
                why = f" ({trouble})" if trouble else ""
                yield from self._leave("waiting", f"its batch is not done{why}; the next run collects it")
            elif not self._open():
                limit = self._settings.budget_usd or 0.0
                yield from self._leave(
                    "budget", f"the budget of {limit:g} USD leaves no room: {self._spent:.6f} USD are spent"
                )
            else:
                time.sleep(self._settings.batch.poll_s)

    def _place(self, clip: Told) -> Iterator[Written | Left]:
        """Say what there is of a clip, or let it wait for its answer."""
        clip_id = clip.clip_id
        step = follow(clip, self._ledger, self._settings, self._check)
        if isinstance(step, Written):
            yield step
        elif isinstance(step, Exhausted):
            self._failed[step.clip_key] = _TRIES, step.reason
            self._ledger.commit(gave_up(step.clip_key, clip_id, step.attempts, step.reason)).result()
            yield Left(clip_id, "answer", step.reason)
        elif step.turn == 0 and step.clip_key in self._failed and step.attempt:
            yield Left(clip_id, "answer", self._failed[step.clip_key][1])  # a clip with the very same events
        elif self._failed.get(step.key, (0, ""))[0] >= _TRIES:
            yield Left(clip_id, "server", self._failed[step.key][1])
        else:
            self._wait(clip, step.key if self._ask(step) else "")
            if len(self._unsent) >= self._settings.batch.size:
                self._hand_in()
                yield from self._go_on(set(self._failed))

    def _ask(self, request: Request) -> bool:
        """Put a request into the next batch, unless it is in one. False where the budget has no room for it now."""
        if request.key in self._unsent or self._ledger.rows(
            "SELECT 1 FROM batch_requests WHERE key = ? AND state = 'open'", (request.key,)
        ):
            return True
        settings = self._settings
        worst = worst_usd(request.text_bytes, settings.max_tokens, settings.prices, settings.prices.batch_factor)
        planned = sum(most for _, most in self._unsent.values())
        if settings.budget_usd is not None and self._spent + planned + worst > settings.budget_usd:
            return False
        self._unsent[request.key] = request, worst
        return True

    def _hand_in(self) -> None:
        """Make a batch of the requests that wait for one."""
        if not self._unsent:
            return
        label, requests = uuid.uuid4().hex, list(self._unsent.values())
        self._unsent = {}
        entries: list[Statement] = [("INSERT INTO batches VALUES (?, 'prepared', NULL, ?, '')", (label, time.time()))]
        for request, worst in requests:
            values = (label, request.key, request.clip_key, request.clip_id, self._source)
            more = (request.attempt, request.turn, request.text_bytes, worst)
            entries.append(("INSERT INTO batch_requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')", values + more))
        self._ledger.commit(*entries).result()
        created = False
        try:
            with tempfile.NamedTemporaryFile("w", suffix=".jsonl", dir=self._ledger.path.parent) as file:
                for request, _ in requests:
                    body = request_body(self._settings, request.messages, *self._form)
                    line = {"custom_id": request.key, "method": "POST", "url": "/v1/chat/completions", "body": body}
                    file.write(json.dumps(line) + "\n")
                file.flush()
                file_id = self._server.upload(Path(file.name))
            created = True  # from here on it may be, whatever comes back
            state = self._server.create(file_id, label)
            self._opened(label, state)
        except BatchError as error:
            if not created or error.refused:
                self._end(label, [], f"the batch was not taken: {error}", for_good=True)
        self._spent = self._ledger.spent_usd()

    def _opened(self, label: str, state: State) -> None:
        update = "UPDATE batches SET state = 'open', batch_id = ? WHERE id = ?"
        self._ledger.commit((update, (state.batch_id, label))).result()

    def _open(self) -> list[tuple[str, str | None, float]]:
        """Label, the server's id (None: not known) and time of the batches that are not done."""
        return [
            (str(label), batch_id, float(at))
            for label, batch_id, at in self._ledger.rows(
                "SELECT id, batch_id, prepared_at FROM batches WHERE state != 'done' ORDER BY prepared_at"
            )
        ]

    def _collect(self, decided: set[str]) -> str:
        """Take in what is done; adds the keys of its requests. Returns what went wrong, if anything did."""
        trouble = ""
        for label, batch_id, prepared_at in self._open():
            try:
                if batch_id is None:
                    found = self._server.find(label, prepared_at)
                    if found is not None:
                        self._opened(label, found)
                    elif time.time() - prepared_at > self._settings.batch.poll_s:  # by now the list would have it
                        decided |= self._end(label, [], "the run ended before the batch was handed in")
                    continue
                state = self._server.look(batch_id)
                if not state.running:
                    lines = [line for file in state.files for line in self._server.lines(file)]
                    note = f"the batch {state.status}" + (f": {state.note}" if state.note else "")
                    decided |= self._end(label, lines, self._server.short(note), for_good=state.status == "failed")
            except BatchError as error:
                trouble = str(error)
        self._spent = self._ledger.spent_usd()
        return trouble

    def _end(self, label: str, lines: list[Mapping[str, Any]], note: str, for_good: bool = False) -> set[str]:
        """Enter a batch's answers and its end; what was not answered may be asked again, unless it failed for good."""
        rows = {row[0]: row for row in self._ledger.rows(_OF_BATCH, (label,))}
        entries: list[Statement] = []
        failed = dict.fromkeys(rows, (for_good, note))
        for line in lines:
            row = rows.get(str(line.get("custom_id")))
            if row is None:
                continue
            key, clip_key, clip_id, attempt, turn, text_bytes, source, worst = row
            response = line.get("response")
            body = response.get("body") if isinstance(response, Mapping) else None
            if isinstance(body, Mapping) and content_of(body) is not None:
                request = Request(key, clip_key, clip_id, attempt, turn, (), text_bytes)
                reply = Reply(json.dumps(body), body, self._form[0])
                answer = answer_of(
                    request, reply, self._settings, source, worst, None, self._settings.prices.batch_factor
                )
                entries += [received(answer), (_END_REQUEST, ("answered", label, key))]
                self._counts.add(answer.usage, answer.cost_usd)
                failed.pop(key, None)
            else:
                failed[key] = self._refused(line, body, note)
        entries += [(_END_REST, (label,)), (_END_BATCH, (note, label))]
        self._ledger.commit(*entries).result()
        for key, (final, reason) in failed.items():
            times = self._failed.get(key, (0, ""))[0]
            self._failed[key] = (_TRIES if final else times + 1), reason
        return set(rows)

    def _refused(self, line: Mapping[str, Any], body: Any, note: str) -> tuple[bool, str]:
        """Whether a request failed for good, and why; where its form was refused, the next one asks in another."""
        response = line.get("response")
        status = response.get("status_code") if isinstance(response, Mapping) else None
        error = line.get("error") or (body.get("error") if isinstance(body, Mapping) else None) or note
        reason = self._server.short(f"{note}: {json.dumps(error)}" if error is not note else note)
        if status in (400, 422):
            other = other_form(reason, *self._form)
            self._form = other or self._form
            return other is None, reason
        return False, reason

    def _wait(self, clip: Told, key: str) -> None:
        row = (clip.clip_id, clip.summary, json.dumps(clip.events), key)
        self._waiting.execute("INSERT INTO waiting VALUES (?, ?, ?, ?)", row)

    def _count(self) -> int:
        return int(self._waiting.execute("SELECT COUNT(*) FROM waiting").fetchone()[0])

    def _go_on(self, decided: set[str]) -> Iterator[Written | Left]:
        """Place the clips anew that waited for these requests, and those that waited for money."""
        for key in ["", *decided] if decided else []:
            query = "SELECT clip_id, summary, events FROM waiting WHERE key = ?"
            rows = self._waiting.execute(query, (key,)).fetchall()
            self._waiting.execute("DELETE FROM waiting WHERE key = ?", (key,))
            for clip_id, summary, events in rows:
                yield from self._place(Told(clip_id, summary, json.loads(events)))

    def _leave(self, why: Any, reason: str) -> Iterator[Left]:
        for (clip_id,) in self._waiting.execute("SELECT clip_id FROM waiting").fetchall():
            yield Left(clip_id, why, reason)
        self._waiting.execute("DELETE FROM waiting")
