"""What is sent: the messages of a request, and the key that it is known by.

What belongs here: from a clip's events to messages and hashes. What does not: sending them (`chat`), reading answers
(`answers`), the wording of the prompt (prompts/captions.md).

What all requests share stands first, so that providers' caches of prompts hit; what the clip adds stands last.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from handx_core.captioning.event_summary import summary_text
from handx_core.captioning.llm_settings import LlmSettings
from prompts import read_schema, read_text

SHOWN_CHARACTERS: Final = 6_000
"""Of a faulty answer, as the model is shown it again."""

_UNSENT: Final = ("$schema", "title", "minLength", "maxLength")
"""Keywords of the schema that servers do not need, and of which some refuse a few."""

Message = dict[str, str]


@dataclass(frozen=True)
class Request:
    """Messages to be answered. key: what the answer is filed under. clip_key: the clip's, whatever the turn.

    attempt: 0, or one more for each time that the clip was left for lack of a valid answer. turn: 0, then a repair.
    text_bytes: of all that is sent, the schema included.
    """

    key: str
    clip_key: str
    clip_id: str
    attempt: int
    turn: int
    messages: tuple[Message, ...]
    text_bytes: int


@cache
def system_prompt() -> str:
    """What the model is told before it sees a clip."""
    return read_text("captions.md").strip()


@cache
def answer_schema() -> dict[str, Any]:
    """The answer's schema as servers take it: without references and the keywords that some of them refuse."""
    schema = read_schema("captions")
    annotation = schema.pop("$defs")["annotation"]
    schema["properties"]["annotations"]["items"] = annotation
    pruned: dict[str, Any] = _pruned(schema)
    return pruned


@cache
def _schema_bytes() -> int:
    return len(json.dumps(answer_schema()))


@cache
def prompt_hash() -> str:
    """Twelve hex digits that change whenever the prompt or the schema does."""
    return _hash(system_prompt(), json.dumps(read_schema("captions"), sort_keys=True))[:12]


def clip_key(summary: str, settings: LlmSettings) -> str:
    """What all requests about a clip are known by: events, prompt, model and parameters.

    summary: the events as the request tells them. It is hashed and not the JSON behind it: the model sees no more, and
    where the summary's code changes, so does the question.
    """
    return _hash(_hash(summary), prompt_hash(), settings.model, json.dumps(settings.asked, sort_keys=True))


def describe(events: Mapping[str, Any]) -> str:
    """The part of a request that is about the clip."""
    return summary_text(events)


def first_request(clip_id: str, summary: str, attempt: int, settings: LlmSettings) -> Request:
    """The request for a clip's captions."""
    key = clip_key(summary, settings)
    messages = ({"role": "system", "content": system_prompt()}, {"role": "user", "content": summary})
    return Request(
        key if attempt == 0 else _hash(key, str(attempt)), key, clip_id, attempt, 0, messages, _bytes_of(messages)
    )


def repair_request(before: Request, answer: str, faults: Sequence[str]) -> Request:
    """The request that shows the model its last answer, and what is wrong with it. answer: may be empty."""
    shown = _without_thoughts(answer)[:SHOWN_CHARACTERS].strip() or "(empty)"
    listed = "\n".join(f"- {fault}" for fault in faults)
    asked = f"This answer is not right:\n{listed}\nGive the whole JSON object again, in English, with this put right."
    messages = (
        *before.messages[:2],  # the last answer alone: what came before it would only make the request longer
        {"role": "assistant", "content": shown},
        {"role": "user", "content": asked},
    )
    key = _hash(before.clip_key, str(before.attempt), str(before.turn + 1), shown, asked)
    turn, size = before.turn + 1, _bytes_of(messages)
    return Request(key, before.clip_key, before.clip_id, before.attempt, turn, messages, size)


def _bytes_of(messages: Sequence[Message]) -> int:
    return sum(len(message["content"].encode()) for message in messages) + _schema_bytes()


def _without_thoughts(answer: str) -> str:
    return re.sub(r"(?s)^.*</think(?:ing)?>", "", answer)


def _pruned(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _pruned(value) for key, value in part.items() if key not in _UNSENT}
    return [_pruned(value) for value in part] if isinstance(part, list) else part


def _hash(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:{part}\n".encode())
    return digest.hexdigest()
