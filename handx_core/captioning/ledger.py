"""The ledger: every answer that was received and paid, on disk before it is used.

What belongs here: the file and its transactions. What does not: what an answer means (`answers`), batches' rows
(`batch_ledger`), or when to ask.

It is SQLite in WAL mode with full syncs, and not lines appended to a text file. Both survive a kill at any point, a
text file by cutting its torn tail off; but a lookup among half a million answers needs an index, an answer must arrive
together with the end of its reservation or not at all, and a batch's answers are one transaction: a text file would
have to grow all that. One thread writes; what waits for it while it syncs goes into one transaction, so that hundreds
of requests in flight share a sync. One process at a time holds the ledger, for two would pay for the same answers and
each spend the budget: another one waits for it.

A request is entered before it is sent, with what it costs at most. What a killed run had in flight, and what failed in
a way that may have been charged, stays entered and counts against the budget: nobody knows whether it was paid.
"""

import fcntl
import hashlib
import logging
import queue
import re
import sqlite3
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from handx_core.captioning.money import Usage
from handx_core.errors import HandXError

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, clip_key TEXT NOT NULL, clip_id TEXT NOT NULL, source TEXT NOT NULL,
    attempt INTEGER NOT NULL, turn INTEGER NOT NULL, prompt_hash TEXT NOT NULL, model TEXT NOT NULL,
    parameters TEXT NOT NULL, output TEXT NOT NULL, text_bytes INTEGER NOT NULL, body TEXT NOT NULL,
    tokens_in INTEGER, tokens_cached INTEGER, tokens_out INTEGER,
    cost_usd REAL, charged_usd REAL NOT NULL, seconds REAL, received_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sent (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, source TEXT NOT NULL, worst_usd REAL NOT NULL, sent_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS given_up (
    clip_key TEXT PRIMARY KEY, clip_id TEXT NOT NULL, attempts INTEGER NOT NULL, reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batches (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, batch_id TEXT, prepared_at REAL NOT NULL, note TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batch_requests (
    batch TEXT NOT NULL, key TEXT NOT NULL, clip_key TEXT NOT NULL, clip_id TEXT NOT NULL, source TEXT NOT NULL,
    attempt INTEGER NOT NULL, turn INTEGER NOT NULL, text_bytes INTEGER NOT NULL, worst_usd REAL NOT NULL,
    state TEXT NOT NULL, PRIMARY KEY (batch, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS open_requests ON batch_requests (key) WHERE state = 'open';
"""

_RECEIVE: Final = "INSERT OR REPLACE INTO answers VALUES (" + ", ".join("?" * 19) + ")"
_MOST_TOGETHER: Final = 1_000
_LOOK_S: Final = 0.5
_NAME_CHARACTERS: Final = 60

_log = logging.getLogger(__name__)

Statement = tuple[str, Sequence[Any]]

_held: set[Path] = set()
_holding = threading.Lock()


class LedgerError(HandXError):
    """A ledger that cannot be opened or written."""


@dataclass(frozen=True)
class Answer:
    """An answer as it was received. body: the server's reply. charged_usd: cost_usd, or the most it can have been.
    seconds: from the request to the answer; None in a batch."""

    key: str
    clip_key: str
    clip_id: str
    source: str
    attempt: int
    turn: int
    prompt_hash: str
    model: str
    parameters: str
    output: str
    text_bytes: int
    body: str
    usage: Usage
    cost_usd: float | None
    charged_usd: float
    seconds: float | None


@dataclass(frozen=True)
class Spending:
    """What a source's answers cost. cost_usd: of those whose cost is known. doubtful_usd: of requests that were sent
    and never answered, at most: they may have been charged."""

    source: str
    answers: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    cost_usd: float
    doubtful_usd: float

    def in_words(self) -> str:
        """For people, in a line."""
        tokens = Usage(self.tokens_in, self.tokens_cached, self.tokens_out).in_words()
        doubt = f", and {self.doubtful_usd:.4f} at most for requests that broke off" if self.doubtful_usd else ""
        return f"{self.answers:,} answers, {tokens}, {self.cost_usd:.4f} USD{doubt}"


class Ledger:
    """The open ledger of one process. Close it, or use it in a `with`."""

    def __init__(self, path: Path) -> None:
        """path: of the file, made where it is not there. Waits while another process holds it."""
        self.path = path.resolve()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _holding:
            if self.path in _held:
                raise LedgerError(f"{path}: this process holds the ledger already; finish or close the other run")
            _held.add(self.path)
        self._lock: IO[str] | None = None
        try:
            self._lock = _locked(self.path.with_name(self.path.name + ".lock"))
            self._writer = _connect(self.path)
            self._writer.executescript(_SCHEMA)
            self._reader = _connect(self.path)
        except (sqlite3.Error, OSError) as error:
            self._let_go()
            raise LedgerError(f"{path}: the ledger cannot be opened: {error}") from error
        self._reading = threading.Lock()
        self._closed = False
        self._jobs: queue.SimpleQueue[tuple[Sequence[Statement], Future[None]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="ledger", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what waits to be written, and let go of the file."""
        self._jobs.put(None)
        self._thread.join()
        self._writer.close()
        with self._reading:
            self._closed = True
            self._reader.close()
        self._let_go()

    def answer(self, key: str) -> Answer | None:
        """The answer to a request, if one was received."""
        rows = self.rows("SELECT * FROM answers WHERE key = ?", (key,))
        return _answer(rows[0]) if rows else None

    def attempts(self, clip_key: str) -> int:
        """How often a clip was left because no answer was valid."""
        rows = self.rows("SELECT attempts FROM given_up WHERE clip_key = ?", (clip_key,))
        return int(rows[0][0]) if rows else 0

    def spent_usd(self) -> float:
        """What was spent at most: known costs, and the most that all others can have been."""
        paid, doubtful, open_batches = (
            self.rows(f"SELECT TOTAL({column}) FROM {table}")[0][0]
            for column, table in (
                ("charged_usd", "answers"),
                ("worst_usd", "sent"),
                ("worst_usd", "batch_requests WHERE state = 'open'"),
            )
        )
        return float(paid + doubtful + open_batches)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query, of what is on disk."""
        with self._reading:
            if self._closed:
                raise LedgerError(f"{self.path}: the ledger is closed")
            return self._reader.execute(query, values).fetchall()

    def commit(self, *statements: Statement) -> "Future[None]":
        """Do all or none of these; the future is done when they are on disk. Raises by the future."""
        done: Future[None] = Future()
        self._jobs.put((statements, done))
        return done

    def _write(self) -> None:
        closing = False
        while not closing:
            jobs = [self._jobs.get()]
            while not self._jobs.empty() and len(jobs) < _MOST_TOGETHER:
                jobs.append(self._jobs.get())
            closing = None in jobs
            work = [job for job in jobs if job is not None]
            failure: BaseException | None = None
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                for statements, _ in work:
                    for statement, values in statements:
                        self._writer.execute(statement, values)
                self._writer.execute("COMMIT")
            except sqlite3.Error as error:
                failure = LedgerError(f"{self.path}: the ledger cannot be written: {error}")
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
            for _, done in work:
                if done.set_running_or_notify_cancel():
                    done.set_result(None) if failure is None else done.set_exception(failure)

    def _let_go(self) -> None:
        if self._lock is not None:
            self._lock.close()
        with _holding:
            _held.discard(self.path)


def ledger_name(model: str) -> str:
    """The file name of a model's ledger: each model has one, and with it a budget of its own."""
    plain = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")[:_NAME_CHARACTERS]
    return f"{plain}-{hashlib.sha256(model.encode()).hexdigest()[:8]}.sqlite"


def sending(sent_id: str, key: str, source: str, worst_usd: float) -> Statement:
    """A request is about to be sent, and costs this much at most."""
    return "INSERT INTO sent VALUES (?, ?, ?, ?, ?)", (sent_id, key, source, worst_usd, time.time())


def settled(sent_id: str) -> Statement:
    """A request is no longer in flight, and what it cost is known."""
    return "DELETE FROM sent WHERE id = ?", (sent_id,)


def received(answer: Answer) -> Statement:
    """An answer came."""
    usage = answer.usage
    values = (
        *(answer.key, answer.clip_key, answer.clip_id, answer.source, answer.attempt, answer.turn),
        *(answer.prompt_hash, answer.model, answer.parameters, answer.output, answer.text_bytes, answer.body),
        *(usage.tokens_in, usage.tokens_cached, usage.tokens_out),
        *(answer.cost_usd, answer.charged_usd, answer.seconds, time.time()),
    )
    return _RECEIVE, values


def gave_up(clip_key: str, clip_id: str, attempts: int, reason: str) -> Statement:
    """A clip is left, after so many attempts in all, because no answer was valid."""
    return "INSERT OR REPLACE INTO given_up VALUES (?, ?, ?, ?)", (clip_key, clip_id, attempts, reason)


def spending(path: Path) -> list[Spending]:
    """What each source's answers cost, over all runs; also while another process writes. Empty where there is none."""
    if not path.is_file():
        return []
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            """SELECT source, SUM(answers), SUM(t_in), SUM(t_cached), SUM(t_out), SUM(cost), SUM(doubtful) FROM (
                   SELECT source, COUNT(*) AS answers, SUM(IFNULL(tokens_in, 0)) AS t_in,
                          SUM(IFNULL(tokens_cached, 0)) AS t_cached, SUM(IFNULL(tokens_out, 0)) AS t_out,
                          TOTAL(cost_usd) AS cost, 0.0 AS doubtful FROM answers GROUP BY source
                   UNION ALL SELECT source, 0, 0, 0, 0, 0.0, TOTAL(worst_usd) FROM sent GROUP BY source
               ) GROUP BY source ORDER BY source"""
        ).fetchall()
    finally:
        connection.close()
    return [Spending(*row) for row in rows]


def _answer(row: Sequence[Any]) -> Answer:
    values: list[Any] = [*row[:12], Usage(*row[12:15]), *row[15:18]]
    return Answer(*values)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=60.0)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # a commit is on disk when it returns
    return connection


def _locked(path: Path) -> IO[str]:
    """The lock file, held; the system lets go of it when the process ends, however it ends."""
    file = path.open("a")
    told = False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if not told:
                _log.warning("%s: waiting for another run that holds the ledger", path)
                told = True
            time.sleep(_LOOK_S)
        except OSError:
            file.close()
            raise
