"""Reading answers: what is passed over, what is refused, and in which words."""

import json

import pytest
from caption_clips import clips
from chat_server import FAULTY, HARMLESS, captions_of, told
from event_makers import random_events

from handx_core.captioning.answers import AnswerError, content_of, read_answer
from handx_core.captioning.rules import LEVELS, write_captions

GOOD = captions_of("a clip")


@pytest.mark.parametrize("kind", ["good", *HARMLESS])
def test_what_is_around_an_answer_is_passed_over(kind):
    captions = read_answer(told("a clip", kind)[0])
    assert [caption.level for caption in captions] == list(LEVELS)
    assert [caption.left for caption in captions] == [part["left"] for part in GOOD["annotations"]]
    assert captions[0].interaction == GOOD["annotations"][0]["two_hands_relation"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("truncated", "breaks off"),
        ("cut json", "breaks off"),
        ("count", "expected exactly five, found 4"),
        ("keys", "two_hands_relation"),
        ("empty", "empty"),
        ("language", "English"),
        ("prose", "no valid JSON"),
    ],
)
def test_what_is_wrong_is_said(kind, words):
    text, finish = told("a clip", kind)
    with pytest.raises(AnswerError, match=words) as caught:
        read_answer(text, finish == "length")
    assert 1 <= len(caught.value.faults) <= 6
    assert kind in FAULTY


def altered(**change):
    answer = json.loads(json.dumps(GOOD))
    answer["annotations"][3] |= change
    return json.dumps(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (altered(level=3), "level 4"),
        (altered(level=6), "level"),
        (altered(level="4"), "level"),
        (altered(left="   "), "level 4, left: the text is empty"),
        (altered(left="..."), "level 4, left: the text is empty"),
        (altered(left=""), "annotations"),
        (altered(right=None), "right"),
        (altered(right="x" * 4_001), "right"),
        (altered(more="text"), "more"),
        (altered(left="Левая рука движется вверх"), "English"),
        (altered(left="左手が上に動く"), "English"),
        (altered(left="Der linke Daumen bewegt sich schnell nach oben"), "level 4, left: the text is not in English"),
        ('[{"foo": 1}]', "foo|level|five"),
        ("[]", "five"),
        ("null 17", "no valid JSON"),
        ("[" * 50_000, "no valid JSON"),
        ('{"a":' * 20_000, "no valid JSON"),
        ("```json\n```", "no valid JSON"),
        ("<think>I wonder", "no valid JSON"),
    ],
)
def test_wrong_answers_are_refused(answer, words):
    with pytest.raises(AnswerError, match=words):
        read_answer(answer)


@pytest.mark.parametrize("language", ["es", "fr", "it"])
def test_other_latin_languages_are_refused(language):
    texts = {
        "es": "La mano izquierda se mueve hacia arriba y los dedos quedan rectos todo el tiempo.",
        "fr": "La main gauche monte rapidement puis les doigts restent droits jusqu'à la fin.",
        "it": "La mano sinistra si muove verso l'alto e le dita restano dritte fino alla fine.",
    }
    part = dict.fromkeys(("left", "right", "two_hands_relation"), texts[language])
    with pytest.raises(AnswerError, match="English"):
        read_answer(json.dumps({"annotations": [part | {"level": level} for level in LEVELS]}))


def test_plain_english_about_hands_is_taken():
    for number in range(60):
        captions = write_captions(f"clip{number}", random_events(number))
        annotations = [
            {"level": c.level, "left": c.left, "right": c.right, "two_hands_relation": c.interaction} for c in captions
        ]
        assert read_answer(json.dumps({"annotations": annotations})) == captions
    assert next(clips(1))


def test_levels_in_another_order_are_put_in_order():
    turned = {"annotations": GOOD["annotations"][::-1]}
    assert [caption.level for caption in read_answer(json.dumps(turned))] == list(LEVELS)


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ({"choices": [{"message": {"content": "x"}, "finish_reason": "length"}]}, ("x", True)),
        ({"choices": [{"message": {"content": None, "refusal": "no"}, "finish_reason": "stop"}]}, ("", False)),
        ({"choices": [{"message": {"content": [{"type": "text", "text": "x"}]}}]}, ("x", False)),
        ({"choices": []}, None),
        ({"error": {"message": "overloaded"}}, None),
        ({"choices": [None]}, None),
        ({"choices": [{"text": "x"}]}, None),
    ],
)
def test_the_content_of_a_completion(body, content):
    assert content_of(body) == content
