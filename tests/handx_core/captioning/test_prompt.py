"""The prompt and the requests made of it: how long they are, what stands first, what they are known by."""

import json
import re

import jsonschema
import numpy as np
import pytest
from caption_clips import events_of, text_of

from handx_core.captioning.answers import read_answer
from handx_core.captioning.chat import request_body
from handx_core.captioning.llm_settings import LlmSettings
from handx_core.captioning.prompt import (
    answer_schema,
    clip_key,
    describe,
    first_request,
    prompt_hash,
    repair_request,
    system_prompt,
)
from handx_core.kinematics.events import extract_events_batch
from handx_core.skeleton import CLIP_FRAMES
from handx_core.synthetic.takes import SyntheticSettings, list_takes, make_take
from prompts import read_schema

SETTINGS = LlmSettings(model="m")
EXAMPLE = re.compile(r"EXAMPLE (\d), INPUT\n(.*?)\nEXAMPLE \1, ANSWER\n(\{.*?\})(?:\n|$)", re.S)


def request_text(summary: str) -> str:
    request = first_request("clip", summary, 0, SETTINGS)
    return json.dumps(request_body(SETTINGS, request.messages, "json_schema", "max_tokens"), ensure_ascii=False)


def test_the_prompt_is_short_and_so_is_a_request():
    assert len(system_prompt()) <= 8_000
    sizes = SyntheticSettings()
    takes = [make_take(name, sizes).joints for name in list_takes("hot3d", sizes)[:3]]
    clips = [take[start : start + CLIP_FRAMES] for take in takes for start in range(0, len(take) - 59, CLIP_FRAMES)]
    median = np.median([len(request_text(describe(events))) for events in extract_events_batch(np.stack(clips))])
    assert median <= 11_000


def test_the_examples_are_short_and_their_answers_valid():
    examples = EXAMPLE.findall(system_prompt())
    assert [number for number, _, _ in examples] == ["1", "2"]
    for _, summary, answer in examples:
        assert len(summary) <= 800
        assert summary.splitlines()[0] == describe(events_of(0)).splitlines()[0]
        captions = read_answer(answer)
        words = [len(f"{c.left} {c.right} {c.interaction}".split()) for c in captions]
        assert words == sorted(words)
        assert re.search(r"\(frames \d+ to \d+\)", captions[4].left)
        assert not any("#" in text for c in captions for text in (c.left, c.right, c.interaction))


@pytest.mark.parametrize("words", ["touch", "part"])
def test_the_examples_tell_contact_and_parting_at_every_level(words):
    for _, _, answer in EXAMPLE.findall(system_prompt()):
        for caption in read_answer(answer):
            assert words in f"{caption.left} {caption.interaction}"


def test_the_schema_is_closed_described_and_sent_without_what_servers_refuse():
    schema = read_schema("captions")
    jsonschema.Draft202012Validator.check_schema(schema)
    annotation = schema["$defs"]["annotation"]
    for part in (schema, annotation):
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])
        assert all("description" in value for value in part["properties"].values())
    sent = json.dumps(answer_schema())
    assert not any(word in sent for word in ("$ref", "$defs", "$schema", "minLength"))
    assert "additionalProperties" in sent


def test_what_requests_share_stands_first():
    one, other = request_text(text_of(1)), request_text(text_of(2))
    shared = next(i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    assert one.index("EXAMPLE 2, ANSWER") < shared
    request = first_request("clip", text_of(1), 0, SETTINGS)
    assert request.messages[0]["content"] == system_prompt()
    assert request.messages[-1]["content"] == text_of(1)


def test_a_request_is_known_by_events_prompt_model_and_parameters_alone():
    key = first_request("clip", text_of(1), 0, SETTINGS).key
    assert key == first_request("other", text_of(1), 0, SETTINGS).key == clip_key(text_of(1), SETTINGS)
    same = {"concurrency": 3, "output": "text", "budget_usd": None, "base_url": "http://localhost:1/v1"}
    assert first_request("clip", text_of(1), 0, SETTINGS.model_copy(update=same)).key == key
    others = ({"model": "n"}, {"temperature": 0.1}, {"max_tokens": 7}, {"parameters": {"seed": 1}})
    keys = {first_request("clip", text_of(1), 0, SETTINGS.model_copy(update=other)).key for other in others}
    assert len(keys | {key, first_request("c", text_of(2), 0, SETTINGS).key}) == len(others) + 2
    assert first_request("clip", text_of(1), 1, SETTINGS).key != key
    assert re.fullmatch("[0-9a-f]{12}", prompt_hash())


def test_a_repair_shows_the_answer_and_its_faults_and_is_known_by_them():
    first = first_request("clip", text_of(1), 0, SETTINGS)
    answer = "<think>" + "x" * 9_000 + "</think>{}"
    repair = repair_request(first, answer, ("five are missing",))
    assert repair.messages[:2] == first.messages
    assert repair.messages[2] == {"role": "assistant", "content": "{}"}
    assert "five are missing" in repair.messages[3]["content"]
    assert repair.turn == 1
    assert repair.clip_key == first.key
    again = repair_request(repair, "", ("it is empty",))
    assert len(again.messages) == 4
    assert again.messages[2]["content"]  # some servers refuse an empty message
    keys = {first.key, repair.key, again.key, repair_request(first, answer, ("other",)).key}
    assert len(keys) == 4
