"""What was read before never changes what is read: only how long it takes."""

import random
import re
from dataclasses import replace

import numpy as np
import pytest
from claim_sentences import SENTENCES

from handx_core.captioning.claims import reader as claims
from handx_core.captioning.claims import said, sentences, terms
from handx_core.captioning.claims.memory import Memory
from handx_core.captioning.rules import write_captions
from handx_core.kinematics.events import extract_events_batch
from handx_core.skeleton import CLIP_FRAMES
from handx_core.synthetic.takes import SyntheticSettings, TakeName, make_take

SIDES = ("left", "right", "interaction")
read = claims.parse_claims.__wrapped__
"""Without the cache of whole texts."""


def texts() -> list[tuple[str, str]]:
    """By rules and by hand, with the side that each is about; and by hand two sentences at a time, which may refer back
    to each other."""
    take = make_take(TakeName("arctic", 1, 1), SyntheticSettings(seconds_per_take=40.0)).joints
    windows = take[: len(take) // CLIP_FRAMES * CLIP_FRAMES].reshape(-1, CLIP_FRAMES, *take.shape[1:])
    captions = [
        caption
        for number, events in enumerate(extract_events_batch(np.ascontiguousarray(windows)))
        for caption in write_captions(f"clip{number}", events)
    ]
    by_rules = [(getattr(caption, side), side) for caption in captions for side in SIDES]
    sentences = [(text, side) for _, side, _, text in SENTENCES]
    pairs = [
        (f"{text} {other}", side) for (text, side), (other, _) in zip(sentences[::3], sentences[1::3], strict=False)
    ]
    return by_rules + sentences[::4] + pairs


def test_a_text_is_read_alike_whatever_was_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    told = texts()
    assert len(told) >= 1_500
    first = []
    for text, side in told:
        monkeypatch.setattr(claims, "_memory", Memory())
        first.append(read(text, side))
    monkeypatch.setattr(claims, "_memory", Memory())
    order = [*range(len(told))] * 2
    random.Random(5).shuffle(order)
    for at in order:
        assert read(*told[at]) == first[at], told[at]


def test_a_memory_that_forgets_reads_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    told = texts()[:300]
    wanted = [read(text, side) for text, side in told]
    monkeypatch.setattr("handx_core.captioning.claims.memory._MOST", 5)
    monkeypatch.setattr(claims, "_memory", Memory())
    assert [read(text, side) for text, side in told] == wanted


def test_a_sentence_is_the_same_by_its_pieces_and_as_a_whole() -> None:
    told = [part for text, _ in texts() for part in re.split("[.;!?]", re.sub(r"\d+", "0", text)) if part.strip()]
    words = [word for part in told for word in part.split()]
    shuffled = [" ".join(random.Random(seed).sample(words, 9)) for seed in range(2_000)]
    for part in told + shuffled:
        assert sentences._pattern(part) == (sentences._told(part) or ("", [])), part
        sentence, _ = sentences._with_marks(part)
        by_pieces, whole = terms.sentence_terms(sentence), terms.part_terms(sentence)
        assert [(one.text, one.form, one) for one in by_pieces] == [(one.text, one.form, one) for one in whole], part


def test_one_word_for_all_is_read_as_the_words_that_it_stands_for(monkeypatch: pytest.MonkeyPatch) -> None:
    told = texts()
    wanted = [read(text, side) for text, side in told]
    monkeypatch.setattr(claims, "_memory", Memory())
    monkeypatch.setattr(said, "_one_for_all", lambda term, values, alike: term)
    for remembered in (said.said, said.said_as_whole, said._part_in_words):
        monkeypatch.setattr(said, remembered.__name__, remembered.__wrapped__)
    monkeypatch.setattr(claims, "said", said.said)
    monkeypatch.setattr(claims, "said_as_whole", said.said_as_whole)
    plainly = [read(text, side) for text, side in told]
    assert [[replace(claim, text="") for claim in found] for found in plainly] == [
        [replace(claim, text="") for claim in found] for found in wanted
    ]
