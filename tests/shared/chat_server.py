"""A chat completions server on this machine that fails as real ones do, always in the same way for the same seed.

What belongs here: replies, faults, files and batches, and a record of what was answered and charged. What does not:
tests. It answers each clip with texts that depend on nothing but the clip, so that runs can be compared.
"""

import asyncio
import copy
import hashlib
import itertools
import json
import random
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TRANSPORT = ("429", "500", "502", "503", "drop", "drop within", "stall", "garbage")
"""Faults after which the same request is to be sent again."""

FAULTY = ("truncated", "count", "keys", "empty", "language", "cut json", "prose")
"""Faults of an answer that a repair turn is to mend."""

WRONG_HAND = "wrong hand"
"""A sound answer about the wrong hand: only who knows the events can tell."""

HARMLESS = ("fences", "preamble", "think", "open think", "trailing", "bare list")
"""Ways to answer that are to be read as they are."""

GERMAN = {
    "left": "Die linke Hand bewegt sich schnell nach oben und bleibt dort.",
    "right": "Der rechte Zeigefinger streckt sich langsam, dann beugt er sich.",
    "two_hands_relation": "Beide Handflächen bleiben weit voneinander entfernt.",
}

USD_IN, USD_CACHED, USD_OUT = 2.0, 0.5, 8.0
"""USD per million tokens."""


def captions_of(text: str) -> dict[str, Any]:
    """Five annotations that depend on the clip's text alone."""
    mark = hashlib.sha256(text.encode()).hexdigest()
    words = " then ".join(f"the finger bends in frames {int(mark[i : i + 2], 16)} to 300" for i in (0, 2, 4))
    return {
        "annotations": [
            {
                "level": level,
                "left": f"The left hand stays still at level {level}, {words}.",
                "right": f"The right hand moves up slowly at level {level}, {words}.",
                "two_hands_relation": f"The hands stay far apart throughout, {words}.",
            }
            for level in range(1, 6)
        ]
    }


def told(text: str, kind: str, known: dict[str, Any] | None = None) -> tuple[str, str]:
    """An answer about a clip in some manner, and its finish_reason. known: what is said of it, else captions_of."""
    answer = copy.deepcopy(known) or captions_of(text)
    plain = json.dumps(answer)
    match kind:
        case "truncated":
            return plain[: len(plain) * 2 // 3], "length"
        case "cut json":
            return plain[: len(plain) // 2], "stop"
        case "count":
            del answer["annotations"][2]
            return json.dumps(answer), "stop"
        case "keys":
            answer["annotations"][1]["relation"] = answer["annotations"][1].pop("two_hands_relation")
            return json.dumps(answer), "stop"
        case "empty":
            return "", "stop"
        case "prose":
            return "The left hand moves up and the right hand stays.", "stop"
        case "language":
            return json.dumps({"annotations": [GERMAN | {"level": n} for n in range(1, 6)]}), "stop"
        case "wrong hand":
            names = {"left": "right", "right": "left"}
            swap = re.sub(r"\b(left|right)\b", lambda found: names[found[1]], plain)
            return swap, "stop"
        case "fences":
            return f"```json\n{json.dumps(answer, indent=2)}\n```", "stop"
        case "preamble":
            return f"Sure! Here are your [five] captions {{as asked}}:\n{plain}", "stop"
        case "think":
            return f'<think>Perhaps {{"annotations": []}}? No, [1, 2].</think>\n{plain}', "stop"
        case "open think":
            return f'Perhaps {{"annotations": []}}.</think>{plain}', "stop"
        case "trailing":
            return f"{plain}\nI hope that {{this}} helps!", "stop"
        case "bare list":
            return json.dumps(answer["annotations"]), "stop"
    return plain, "stop"


def cost_of(tokens_in: int, cached: int, tokens_out: int) -> float:
    return ((tokens_in - cached) * USD_IN + cached * USD_CACHED + tokens_out * USD_OUT) / 1e6


@dataclass
class Served:
    """A completion that was sent whole. turn: 0, or a repair."""

    text: str
    turn: int
    usd: float
    kind: str


@dataclass
class ChatServer:
    """Serves from a thread until the `with` ends. faults: share of requests that fail, drawn from `kinds`.

    kinds: of TRANSPORT, FAULTY and HARMLESS. never: texts about which no answer is ever valid. latency_s: (least, most)
    before a reply. replies_at: how many requests must have been in flight at once before any gets a reply. forms:
    response formats that are accepted. stall_s: how long a stall lasts. ledger: where given, each request is looked up
    in it: `asked_again` counts those whose answer was already on disk. rewrites: say of texts that were asked for again
    that they are. answers: what it says of a clip, by its text, where it is not captions_of. sound_first: no fault
    befalls the first request about a clip.
    """

    seed: int = 0
    faults: float = 0.0
    kinds: tuple[str, ...] = (*TRANSPORT, *FAULTY, *HARMLESS)
    never: frozenset[str] = frozenset()
    latency_s: tuple[float, float] = (0.0, 0.0)
    replies_at: int = 0
    forms: tuple[str, ...] = ("json_schema", "json_object", "text")
    limit_name: str = "max_tokens"
    retry_after: str = "0.02"
    stall_s: float = 5.0
    refuse: tuple[int, str] | None = None
    echo_key: bool = False
    rewrites: bool = False
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    sound_first: bool = False
    ledger: Path | None = None
    polls_until_done: int = 1
    batch_end: str = "completed"
    batch_missing: float = 0.0
    batch_failed: float = 0.0

    url: str = ""
    served: list[Served] = field(default_factory=list)
    times: dict[str, int] = field(default_factory=dict)
    kinds_seen: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    in_flight: int = 0
    peak: int = 0
    asked_again: int = 0
    replied: dict[str, int] = field(default_factory=dict)
    headers: list[dict[str, str]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    polls: dict[str, int] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    batch_charges: list[tuple[str, float]] = field(default_factory=list)

    def __enter__(self) -> "ChatServer":
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main(started)), daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    @property
    def usd(self) -> float:
        """What the provider charges for all that it answered."""
        return sum(one.usd for one in self.served) + sum(usd for _, usd in self.batch_charges)

    async def _main(self, started: threading.Event) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, limit=2**24, backlog=1024)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        started.set()
        await self._over.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.split("\r\n")
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                if headers.get("transfer-encoding") == "chunked":
                    body = await _chunks(reader)
                method, path, _ = first.split()
                self.headers.append(headers)
                if not await self._reply(method, path, headers, body, writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _reply(self, method: str, path: str, headers: dict[str, str], body: bytes, writer: Any) -> bool:
        if path == "/v1/chat/completions":
            self.in_flight += 1
            self.peak = max(self.peak, self.in_flight)
            try:
                return await self._complete(headers, json.loads(body), writer)
            finally:
                self.in_flight -= 1
        status, reply = self._batch_call(method, path, headers, body)
        return await _send(writer, status, reply if isinstance(reply, bytes) else json.dumps(reply).encode())

    async def _complete(self, headers: dict[str, str], body: dict[str, Any], writer: Any) -> bool:
        self.requests += 1
        self.arrivals.append(time.monotonic())
        self.bodies.append(body)
        if self.refuse is not None:
            return await _fail(writer, *self.refuse, key=headers["authorization"] if self.echo_key else "")
        form = body.get("response_format", {"type": "text"})["type"]
        if form not in self.forms:
            return await _fail(writer, 400, f"This response_format type is unavailable now: {form}")
        if self.limit_name not in body:
            return await _fail(writer, 400, f"Unsupported parameter: 'max_tokens'. Use '{self.limit_name}' instead.")
        text, turn = body["messages"][1]["content"], (len(body["messages"]) - 2) // 2
        name = hashlib.sha256(json.dumps(body["messages"]).encode()).hexdigest()
        if self.ledger is not None and self._is_known(headers["idempotency-key"]):
            self.asked_again += 1
        self.times[name] = self.times.get(name, 0) + 1
        draw = random.Random(f"{self.seed} {name} {self.times[name]}")
        kind = draw.choice(self.kinds) if draw.random() < self.faults else "good"
        if self.sound_first and turn == 0:
            kind = "good"
        if text in self.never:
            kind = draw.choice(FAULTY)
        self.kinds_seen[kind] = self.kinds_seen.get(kind, 0) + 1
        await asyncio.sleep(draw.uniform(*self.latency_s))
        while self.peak < self.replies_at:
            await asyncio.sleep(0.01)
        if kind in ("429", "500", "502", "503"):
            extra = f"Retry-After: {self.retry_after}\r\n" if kind == "429" else ""
            return await _fail(writer, int(kind), "try later", extra)
        if kind == "drop":
            return False
        if kind == "stall":
            await asyncio.sleep(self.stall_s)
            return False
        if kind == "garbage":
            return await _send(writer, 200, b"<html>Bad gateway</html>")
        reply, usd = self._completion(body, text, kind)
        self.replied[headers["idempotency-key"]] = self.replied.get(headers["idempotency-key"], 0) + 1
        if kind == "drop within":
            writer.write(_head(200, len(reply)) + reply[: len(reply) // 2])
            await writer.drain()
            return False
        await _send(writer, 200, reply)
        self.served.append(Served(text, turn, usd, kind))
        return True

    def _completion(self, body: dict[str, Any], text: str, kind: str) -> tuple[bytes, float]:
        content, finish = told(text, kind, self.answers.get(text))
        if self.rewrites and len(body["messages"]) > 2:
            content = content.replace("The left hand stays", "The rewritten left hand stays")
        tokens_in = sum(len(message["content"]) for message in body["messages"]) // 4
        cached = tokens_in // 2 if self.served else 0
        tokens_out = min(len(content) // 4 + 1, body[self.limit_name])
        completion = {
            "id": f"chat-{next(self._numbers)}",
            "object": "chat.completion",
            "model": body["model"],
            "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content}}],
            "usage": {
                "prompt_tokens": tokens_in,
                "completion_tokens": tokens_out,
                "total_tokens": tokens_in + tokens_out,
                "prompt_tokens_details": {"cached_tokens": cached},
            },
        }
        return json.dumps(completion).encode(), cost_of(tokens_in, cached, tokens_out)

    def _is_known(self, key: str) -> bool:
        """Whether the ledger on disk has the answer to a request."""
        assert self.ledger is not None
        connection = sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True)
        try:
            return connection.execute("SELECT COUNT(*) FROM answers WHERE key = ?", (key,)).fetchone() != (0,)
        finally:
            connection.close()

    def _batch_call(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        """Files and batches. A batch is worked off when it has been looked at so often."""
        if method == "POST" and path == "/v1/files":
            boundary = headers["content-type"].split("boundary=")[1].strip('"').encode()
            (part,) = (p for p in body.split(b"--" + boundary) if b'name="file"' in p)
            name = f"file-{len(self.files)}"
            self.files[name] = part.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n")
            return 200, _file(name, len(self.files[name]))
        if found := re.fullmatch(r"/v1/files/([\w-]+)/content", path):
            return 200, self.files[found[1]]
        if method == "POST" and path == "/v1/batches":
            asked = json.loads(body)
            name = f"batch_{len(self.batches)}"
            self.batches[name] = {
                "id": name,
                "object": "batch",
                "endpoint": asked["endpoint"],
                "created_at": int(time.time()),
                "completion_window": "24h",
                "input_file_id": asked["input_file_id"],
                "status": "validating",
                "metadata": asked.get("metadata"),
            }
            return 200, self.batches[name]
        if path.startswith("/v1/batches?") or path == "/v1/batches":
            rows = list(self.batches.values())[::-1]
            return 200, {"object": "list", "data": rows, "has_more": False, "last_id": "x", "first_id": "x"}
        if found := re.fullmatch(r"/v1/batches/([\w-]+)", path):
            self._work_off(found[1])
            return 200, self.batches[found[1]]
        return 404, {"error": {"message": f"no such address: {path}"}}

    def _work_off(self, name: str) -> None:
        batch = self.batches[name]
        self.polls[name] = self.polls.get(name, 0) + 1
        if batch["status"] not in ("validating", "in_progress"):
            return
        batch["status"] = "in_progress"
        if self.polls[name] < self.polls_until_done:
            return
        batch["status"] = self.batch_end
        if self.batch_end == "failed":
            batch["errors"] = {"object": "list", "data": [{"code": "token_limit_exceeded", "message": "too many"}]}
            return
        good, bad = [], []
        for line in self.files[batch["input_file_id"]].splitlines():
            asked = json.loads(line)
            text = asked["body"]["messages"][1]["content"]
            messages = json.dumps(asked["body"]["messages"])
            draw = random.Random(f"{self.seed} {messages} {name}")
            fate = draw.random()
            if fate < self.batch_missing:
                continue
            if fate < self.batch_missing + self.batch_failed:
                error = {"code": "batch_expired", "message": "not done in time"}
                bad.append({"custom_id": asked["custom_id"], "response": None, "error": error})
                continue
            kind = draw.choice(self.kinds) if draw.random() < self.faults else "good"
            reply, usd = self._completion(asked["body"], text, draw.choice(FAULTY) if text in self.never else kind)
            self.batch_charges.append((asked["custom_id"], usd / 2))
            response = {"status_code": 200, "request_id": "r", "body": json.loads(reply)}
            good.append({"custom_id": asked["custom_id"], "response": response, "error": None})
        for key, lines in (("output_file_id", good), ("error_file_id", bad)):
            if lines:
                batch[key] = f"file-{len(self.files)}"
                self.files[batch[key]] = "\n".join(map(json.dumps, lines)).encode() + b"\n"


def _file(name: str, size: int) -> dict[str, Any]:
    return {
        "id": name,
        "object": "file",
        "bytes": size,
        "created_at": int(time.time()),
        "filename": "batch.jsonl",
        "purpose": "batch",
        "status": "processed",
    }


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def _head(status: int, length: int, extra: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{extra}Content-Length: {length}\r\n\r\n".encode()


async def _send(writer: asyncio.StreamWriter, status: int, body: bytes, extra: str = "") -> bool:
    writer.write(_head(status, len(body), extra) + body)
    await writer.drain()
    return True


async def _fail(writer: asyncio.StreamWriter, status: int, message: str, extra: str = "", key: str = "") -> bool:
    error = {"message": f"{message} {key}".strip(), "type": "error", "code": None}
    return await _send(writer, status, json.dumps({"error": error}).encode(), extra)
