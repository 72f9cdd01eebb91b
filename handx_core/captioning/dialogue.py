"""Where a clip stands: told, to be asked for, or given up. A function of the ledger alone.

What belongs here: following a clip's turns through the ledger. What does not: sending requests (`direct`, `batches`).

As nothing but the ledger says how far a clip is, a run that was killed goes on where it was by asking again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from handx_core.captioning.answers import AnswerError, content_of, read_answer
from handx_core.captioning.ledger import Answer, Ledger
from handx_core.captioning.llm_settings import LlmSettings
from handx_core.captioning.money import NOTHING
from handx_core.captioning.prompt import Request, clip_key, describe, first_request, prompt_hash, repair_request
from handx_core.captioning.writers import Check, Clip, Judgement, Written


@dataclass(frozen=True)
class Told:
    """A clip, as it is asked for. summary: its events as the request tells them."""

    clip_id: str
    summary: str
    events: Mapping[str, Any]


@dataclass(frozen=True)
class Exhausted:
    """No answer of an attempt was valid. attempts: how many there were with this one."""

    clip_key: str
    attempts: int
    reason: str


def told(clip: Clip) -> Told:
    """A clip with its events as the request tells them."""
    clip_id, events = clip
    return Told(clip_id, describe(events), events)


def follow(clip: Told, ledger: Ledger, settings: LlmSettings, check: Check | None) -> Written | Request | Exhausted:
    """What there is of a clip, or what is to be asked next.

    An answer that is not valid is to be put right, up to settings.repairs times. Valid captions that the check finds
    fault with are to be rewritten once; the better of the two are taken then, the first where the second are not valid.
    """
    request = first_request(clip.clip_id, clip.summary, ledger.attempts(clip_key(clip.summary, settings)), settings)
    took = Written(clip.clip_id, (), settings.model, prompt_hash(), NOTHING, 0.0, 0, 0.0)
    best: Judgement | None = None
    while True:
        answer = ledger.answer(request.key)
        if answer is None:
            return request
        took = _with(took, answer)
        text, cut_off = _content(answer)
        faults: tuple[str, ...]
        try:
            captions = tuple(read_answer(text, cut_off))
        except AnswerError as error:
            if best is not None:
                return took
            if request.turn >= settings.repairs:
                return Exhausted(request.clip_key, request.attempt + 1, "; ".join(error.faults))
            faults = error.faults
        else:
            judgement = check(clip.events, captions) if check is not None else Judgement(1.0)
            if best is None or judgement.score > best.score:
                took = replace(took, captions=captions)
            if best is not None or not judgement.faults:
                return took
            best, faults = judgement, judgement.faults
        request = repair_request(request, text, faults)


def _with(took: Written, answer: Answer) -> Written:
    """What a clip took, with one more answer; one that was given to a clip with the very same events costs nothing."""
    own = answer.clip_id == took.clip_id
    usage = took.usage + answer.usage if own else took.usage
    cost = took.cost_usd
    if own:
        cost = None if cost is None or answer.cost_usd is None else cost + answer.cost_usd
    seconds = None if took.seconds is None or answer.seconds is None else took.seconds + answer.seconds
    return replace(took, usage=usage, cost_usd=cost, turns=took.turns + 1, seconds=seconds)


def _content(answer: Answer) -> tuple[str, bool]:
    body: Mapping[str, Any] = json.loads(answer.body)
    return content_of(body) or ("", False)
