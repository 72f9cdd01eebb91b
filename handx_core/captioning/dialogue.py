"""Where a clip stands: told, to be asked for, or given up. A function of the ledger alone.

What belongs here: following a clip's turns through the ledger. What does not: sending requests (`direct`, `batches`).

As nothing but the ledger says how far a clip is, a run that was killed goes on where it was by asking again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handx_core.captioning.answers import AnswerError, content_of, read_answer
from handx_core.captioning.ledger import Answer, Ledger
from handx_core.captioning.llm_settings import LlmSettings
from handx_core.captioning.money import NOTHING, Usage
from handx_core.captioning.prompt import Request, clip_key, first_request, prompt_hash, repair_request
from handx_core.captioning.rules import Caption
from handx_core.captioning.writers import Check, Written


@dataclass(frozen=True)
class Exhausted:
    """No answer of an attempt was valid. attempts: how many there were with this one."""

    clip_key: str
    attempts: int
    reason: str


def follow(
    clip_id: str, summary: str, ledger: Ledger, settings: LlmSettings, check: Check | None
) -> Written | Request | Exhausted:
    """What there is of a clip, or what is to be asked next. summary: the events as the request tells them."""
    request = first_request(clip_id, summary, ledger.attempts(clip_key(summary, settings)), settings)
    usage: Usage = NOTHING
    cost: float | None = 0.0
    while True:
        answer = ledger.answer(request.key)
        if answer is None:
            return request
        if answer.clip_id == clip_id:  # another clip with the very same events has paid for it otherwise
            usage += answer.usage
            cost = None if cost is None or answer.cost_usd is None else cost + answer.cost_usd
        text, cut_off = _content(answer)
        judged = judge(clip_id, text, cut_off, check)
        if isinstance(judged, list):
            return Written(clip_id, tuple(judged), settings.model, prompt_hash(), usage, cost, request.turn + 1)
        if request.turn >= settings.repairs:
            return Exhausted(request.clip_key, request.attempt + 1, "; ".join(judged))
        request = repair_request(request, text, judged)


def judge(clip_id: str, text: str, cut_off: bool, check: Check | None) -> list[Caption] | tuple[str, ...]:
    """The captions of an answer, or what is wrong with it."""
    try:
        captions = read_answer(text, cut_off)
    except AnswerError as error:
        return error.faults
    refused = check(clip_id, captions) if check is not None else None
    return captions if refused is None else (refused,)


def _content(answer: Answer) -> tuple[str, bool]:
    body: Mapping[str, Any] = json.loads(answer.body)
    return content_of(body) or ("", False)
