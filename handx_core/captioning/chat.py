"""A server that speaks OpenAI's chat completions: one request, one reply or one failure.

What belongs here: the `openai` client, the form that is asked for, what a failure means, and keeping the key out of
all that leaves this module. What does not: trying again (`direct`), what the reply says (`answers`).

Failures are values and not exceptions: the client's exceptions carry the request, whose headers hold the key.
"""

import asyncio
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from handx_core.captioning.answers import content_of
from handx_core.captioning.llm_settings import OUTPUTS, LlmSettings
from handx_core.captioning.prompt import Message, answer_schema
from handx_core.errors import HandXError

_REASON_CHARACTERS: Final = 300
_KEPT: Final = 100
"""Connections that stay open between requests, beside as many as may be in flight."""

_FORM_REFUSED: Final = re.compile("response_format|json_schema|json_object|structured.?output|schema|grammar", re.I)
_NO_CREDIT: Final = re.compile("insufficient.{0,10}(quota|balance|credit|funds)|billing|credit balance", re.I)
_FAILED_FOR_SURE: Final = (429, 500, 503)
"""Statuses that say that nothing was done and so nothing is charged; behind 502 and 504 something may have been."""

_UNKNOWN_KEY: Final = "no-key"


class ChatError(HandXError):
    """A client that cannot be made: no key where the profile says that it is."""


@dataclass(frozen=True)
class Reply:
    """What the server sent back. body: its JSON as text. output: the form that was asked for."""

    body: str
    content: Mapping[str, Any]
    output: str


@dataclass(frozen=True)
class Failure:
    """Why there is no reply. again: "request" (it may work the next time), "clip" (this request never will) or "run"
    (none will). charged: whether the provider may ask money for it. retry_after_s: as the server asks."""

    again: Literal["request", "clip", "run"]
    reason: str
    charged: bool = False
    retry_after_s: float | None = None


def read_key(settings: LlmSettings) -> str:
    """The key, from the environment. Raises ChatError, which names the variable and never the value."""
    if settings.key_variable is None:
        return _UNKNOWN_KEY
    key = os.environ.get(settings.key_variable, "").strip()
    if not key:
        raise ChatError(f"set the environment variable {settings.key_variable} to the key of {settings.base_url}")
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise ChatError(f"the environment variable {settings.key_variable} holds what cannot be a key")
    return key


def request_body(settings: LlmSettings, messages: Sequence[Message], output: str, limit_name: str) -> dict[str, Any]:
    """The JSON of a request. output: of OUTPUTS. limit_name: what the server calls the most tokens of an answer."""
    body: dict[str, Any] = {"model": settings.model, "messages": list(messages), **settings.parameters}
    body[limit_name] = settings.max_tokens
    if settings.temperature is not None:
        body["temperature"] = settings.temperature
    if output == "json_schema":
        schema = {"name": "captions", "strict": True, "schema": answer_schema()}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif output == "json_object":
        body["response_format"] = {"type": "json_object"}
    return body


def other_form(reason: str, output: str, limit_name: str) -> tuple[str, str] | None:
    """What to ask for (output, limit_name) instead of what was refused for this reason; None: it is not the form."""
    if "max_completion_tokens" in reason and limit_name == "max_tokens":
        return output, "max_completion_tokens"
    if _FORM_REFUSED.search(reason) and output != OUTPUTS[-1]:
        return OUTPUTS[OUTPUTS.index(output) + 1], limit_name
    return None


def leave_out_strangers(client: Any, settings: LlmSettings) -> None:
    """Take from a client what it found in the environment for OpenAI, where it is to talk to another vendor."""
    host = urlsplit(settings.base_url).hostname or ""
    if host != "openai.com" and not host.endswith(".openai.com"):
        client.organization = client.project = client.admin_api_key = None


def hide(text: str, key: str) -> str:
    """The text without the key, whoever put it there."""
    return text if key == _UNKNOWN_KEY else text.replace(key, "[key]")


def shortened(text: str, key: str) -> str:
    """A reason for people: one line, not too long, without the key."""
    text = " ".join(hide(text, key).split())  # before it is cut, lest a part of the key stay
    return text if len(text) <= _REASON_CHARACTERS else f"{text[:_REASON_CHARACTERS]}..."


@dataclass
class Chat:
    """The client of a run; to be made, used and closed in one event loop. What it learns of the server it keeps.

    output: the form that is asked for now. limit_name: what the server calls the most tokens of an answer.
    """

    settings: LlmSettings
    output: str = ""
    limit_name: str = "max_tokens"
    _key: str = field(default="", repr=False)
    client: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        from httpx2 import Limits
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

        settings = self.settings
        self.output = self.output or settings.output
        self._key = read_key(settings)
        limits = Limits(max_connections=None, max_keepalive_connections=settings.concurrency + _KEPT)
        self.client = AsyncOpenAI(
            api_key=self._key,
            base_url=settings.base_url,
            max_retries=0,  # tries are counted, paced and paid here
            timeout=settings.timeout_s,
            http_client=DefaultAsyncHttpxClient(limits=limits, timeout=settings.timeout_s),
        )
        leave_out_strangers(self.client, settings)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    async def ask(self, messages: Sequence[Message], key: str) -> Reply | Failure:
        """Send a request once, or again where only its form was refused.

        key: sent as the Idempotency-Key, by which a server or proxy that heeds it answers a request that broke off
        from what it has already done.
        """
        while True:
            output, limit_name = self.output, self.limit_name
            result = await self._send(request_body(self.settings, messages, output, limit_name), key)
            if isinstance(result, str):
                return self._reply(result, output)
            status, failure = result
            if status not in (400, 422) or not self._adapt(failure.reason, output, limit_name):
                return failure

    async def _send(self, body: Mapping[str, Any], key: str) -> str | tuple[int, Failure]:
        """The text of the server's reply, or its status (0: none) and what failed."""
        from openai import APIConnectionError, APIStatusError, OpenAIError

        limit_s = self.settings.timeout_s
        try:
            # The client's own limit is for each read: a server that drips would never meet it.
            async with asyncio.timeout(limit_s):
                raw = await self.client.chat.completions.with_raw_response.create(
                    **_split(body), extra_headers={"Idempotency-Key": key}
                )
                return hide(raw.text, self._key)
        except TimeoutError:
            return 0, Failure("request", f"no answer within {limit_s:g} s", charged=True)
        except APIStatusError as error:
            return error.status_code, self._refusal(error)
        except APIConnectionError as error:
            cause = type(error.__cause__).__name__
            never_there = cause in ("ConnectError", "ConnectTimeout", "PoolTimeout")
            reason = f"no connection to {self.settings.base_url}" if never_there else "the connection broke off"
            reason = f"no answer within {limit_s:g} s" if cause == "ReadTimeout" else reason
            return 0, Failure("request", f"{reason} ({cause})", charged=not never_there)
        except (OpenAIError, ValueError) as error:
            return 0, Failure("request", shortened(f"{type(error).__name__}: {error}", self._key), charged=True)

    def _reply(self, text: str, output: str) -> Reply | Failure:
        try:
            content = json.loads(text)
        except ValueError:
            content = None
        if not isinstance(content, Mapping) or content_of(content) is None:
            return Failure(
                "request", shortened(f"the server's reply is no chat completion: {text}", self._key), charged=True
            )
        return Reply(text, content, output)

    def _adapt(self, reason: str, output: str, limit_name: str) -> bool:
        """Whether what the server refused can be asked in another form; many requests are refused for the same."""
        other = other_form(reason, output, limit_name)
        if other is not None and (self.output, self.limit_name) == (output, limit_name):
            self.output, self.limit_name = other
        return other is not None

    def _refusal(self, error: Any) -> Failure:
        status, headers = error.status_code, error.response.headers
        reason = shortened(f"status {status}: {error.message}", self._key)
        if status in (401, 403):
            return Failure("run", f"{self.settings.base_url} refuses the key in {self.settings.key_variable}: {reason}")
        if status == 402 or (status == 429 and _NO_CREDIT.search(f"{error.code} {error.message}")):
            return Failure("run", f"the account has no credit left: {reason}")
        if status == 404:
            model = self.settings.model
            return Failure("run", f"{self.settings.base_url} knows no such address, or no model {model}: {reason}")
        if status in (408, 409, 425, 429) or status >= 500:
            return Failure("request", reason, status not in _FAILED_FOR_SURE, _retry_after_s(headers))
        return Failure("clip", reason)


def _split(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as the client's arguments; what it may not know by name goes in as it is."""
    known = ("model", "messages")
    return {name: body[name] for name in known} | {"extra_body": {k: v for k, v in body.items() if k not in known}}


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """What the server asks for by Retry-After, in seconds or as a date, or by retry-after-ms."""
    try:
        if "retry-after-ms" in headers:
            return max(float(headers["retry-after-ms"]) / 1000, 0.0)
        value = headers.get("retry-after")
        if value is None:
            return None
        try:
            return max(float(value), 0.0)
        except ValueError:
            return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None
