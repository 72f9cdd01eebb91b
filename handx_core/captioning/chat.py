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
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient
        from openai import _base_client as defaults

        settings = self.settings
        self.output = self.output or settings.output
        self._key = read_key(settings)
        limits = type(defaults.DEFAULT_CONNECTION_LIMITS)(
            max_connections=None, max_keepalive_connections=settings.concurrency + _KEPT
        )
        self.client = AsyncOpenAI(
            api_key=self._key,
            base_url=settings.base_url,
            max_retries=0,  # tries are counted, paced and paid here
            timeout=settings.timeout_s,
            http_client=DefaultAsyncHttpxClient(limits=limits, timeout=settings.timeout_s),
        )
        if not (urlsplit(settings.base_url).hostname or "").endswith("openai.com"):
            # The client takes these from the environment; another vendor has no business with them.
            self.client.organization = self.client.project = self.client.admin_api_key = None

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    def body_of(self, messages: Sequence[Message]) -> dict[str, Any]:
        """The request's JSON."""
        settings = self.settings
        body: dict[str, Any] = {"model": settings.model, "messages": list(messages), **settings.parameters}
        body[self.limit_name] = settings.max_tokens
        if settings.temperature is not None:
            body["temperature"] = settings.temperature
        if self.output == "json_schema":
            schema = {"name": "captions", "strict": True, "schema": answer_schema()}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self.output == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body

    async def ask(self, messages: Sequence[Message]) -> Reply | Failure:
        """Send a request once, or again where only its form was refused."""
        while True:
            output, limit_name = self.output, self.limit_name
            result = await self._send(self.body_of(messages))
            if isinstance(result, str):
                return self._reply(result, output)
            status, failure = result
            if status not in (400, 422) or not self._adapt(failure.reason, output, limit_name):
                return failure

    async def _send(self, body: Mapping[str, Any]) -> str | tuple[int, Failure]:
        """The text of the server's reply, or its status (0: none) and what failed."""
        from openai import APIConnectionError, APIStatusError, OpenAIError

        limit_s = self.settings.timeout_s
        try:
            # The client's own limit is for each read: a server that drips would never meet it.
            async with asyncio.timeout(limit_s):
                raw = await self.client.chat.completions.with_raw_response.create(**_split(body))
                return self.hide(raw.text)
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
            return 0, Failure("request", self.hide(f"{type(error).__name__}: {error}"), charged=True)

    def _reply(self, text: str, output: str) -> Reply | Failure:
        try:
            content = json.loads(text)
        except ValueError:
            content = None
        if not isinstance(content, Mapping) or content_of(content) is None:
            return Failure("request", self._short(f"the server's reply is no chat completion: {text}"), charged=True)
        return Reply(text, content, output)

    def _adapt(self, reason: str, output: str, limit_name: str) -> bool:
        """Whether what the server refused can be put in another way; many requests may be refused for the same."""
        if "max_completion_tokens" in reason and limit_name == "max_tokens":
            self.limit_name = "max_completion_tokens"
            return True
        if _FORM_REFUSED.search(reason) and output != OUTPUTS[-1]:
            if self.output == output:
                self.output = OUTPUTS[OUTPUTS.index(output) + 1]
            return True
        return False

    def _refusal(self, error: Any) -> Failure:
        status, headers = error.status_code, error.response.headers
        reason = self._short(f"status {status}: {error.message}")
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

    def hide(self, text: str) -> str:
        """The text without the key, whoever put it there."""
        return text if self._key == _UNKNOWN_KEY else text.replace(self._key, "[key]")

    def _short(self, text: str) -> str:
        text = " ".join(self.hide(text).split())  # before it is cut, lest a part of the key stay
        return text if len(text) <= _REASON_CHARACTERS else f"{text[:_REASON_CHARACTERS]}..."


def _split(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as the client's arguments; what it may not know by name goes in as it is."""
    known = ("model", "messages")
    return {name: body[name] for name in known} | {"extra_body": {k: v for k, v in body.items() if k not in known}}


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """What the server asks for by Retry-After, in seconds or as a date, or by retry-after-ms."""
    from email.utils import parsedate_to_datetime

    try:
        if "retry-after-ms" in headers:
            return max(float(headers["retry-after-ms"]) / 1000, 0.0)
        value = headers.get("retry-after")
        if value is None:
            return None
        try:
            return max(float(value), 0.0)
        except ValueError:
            from datetime import UTC, datetime

            return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None
