"""What a language model answered: from whatever came back to five captions, or to what is wrong with it.

What belongs here: finding the JSON in an answer, and whether it is five levels of English. What does not: whether it
is true of the clip (a writer's `check`), and asking again (`dialogue`).
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import jsonschema
import jsonschema.protocols
import jsonschema_rs

from handx_core.captioning.rules import LEVELS, Caption
from handx_core.errors import HandXError
from prompts import read_schema

_MOST_FAULTS: Final = 6
_FAULT_CHARACTERS: Final = 200
_MOST_STARTS: Final = 300
"""Places of an answer at which JSON is looked for."""

_TEXTS: Final = ("left", "right", "two_hands_relation")

_FOREIGN_LETTERS: Final = 0.05
"""Share of a text's letters that may be others than a to z."""

_ENGLISH_SHARE: Final = 0.4
_ENGLISH_SHARE_OF_ONE: Final = 0.2
_WORDS_TO_JUDGE: Final = 5
"""Share of words that must be common English ones: of all texts together, and of one of as many words at least."""

_COMMON: Final = """
a after all and another any apart are as at away back backward backwards be before behind bend bends bent both
briefly but by clip close closed come comes contact crossed depth distance down downward downwards during each
early either end ends every extend extended extends far fast finger fingers fingertip fingertips first five flex
flexed flexes for forward four frame frames from front fully goes gradually hand hands height held hold holds
hyperextended in index inner into is it its itself joint keep keeps knuckle late left level lie lies low medium
meet meets middle midway motion move moves near no not of off on once one open opens or other others out over
palm palms part partly parts past pinky position quickly rapidly relative remain remains rest right ring same
second separate separates side sideways slightly slow slowly speed spread start starts stay stays steadily still
straight straighten straightens that the their them then they third this three throughout thumb time times tip
tips to together touch touches toward towards twice two under until up upward upwards well which while whole
with without wrist wrists
"""
_ENGLISH: Final = frozenset(_COMMON.split())
"""Words that texts about hands are made of; few are words of other languages, too."""


class AnswerError(HandXError):
    """An answer that is not five levels of English. faults: what is wrong with it, for the model to mend."""

    def __init__(self, *faults: str) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def content_of(body: Mapping[str, Any]) -> tuple[str, bool] | None:
    """The text of a chat completion and whether it was cut off; None where there is no message in it at all."""
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        return None
    message = choices[0].get("message")
    if not isinstance(message, Mapping):
        return None
    content = message.get("content") or ""
    if isinstance(content, list):  # as parts
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return str(content), choices[0].get("finish_reason") == "length"


def read_answer(text: str, cut_off: bool = False) -> list[Caption]:
    """The five captions of an answer, by level. cut_off: whether the server ended it at the most tokens allowed.

    Code fences, preambles, `<think>` blocks and trailing text are passed over, and a bare list of annotations is taken.
    Raises AnswerError with what is wrong with it.
    """
    if not text.strip():
        raise AnswerError("the answer is empty" + (": it ended while thinking; be brief" if cut_off else ""))
    found = _find_json(text)
    if found is None:
        raise AnswerError(
            "the answer breaks off before its JSON ends; be briefer" if cut_off else "there is no valid JSON in it"
        )
    answer = {"annotations": found} if isinstance(found, list) else found
    if not _is_valid(answer):
        errors = sorted(_validator().iter_errors(answer), key=lambda error: list(map(str, error.path)))
        cut = ["the answer breaks off before its JSON ends; be briefer"] if cut_off or _is_part(answer) else []
        raise AnswerError(*(cut or [_say(error) for error in errors])[:_MOST_FAULTS])
    by_level = {annotation["level"]: annotation for annotation in answer["annotations"]}
    if missing := [level for level in LEVELS if level not in by_level]:
        raise AnswerError(f"there is no annotation of level {', '.join(map(str, missing))}")
    captions = [Caption(level, *(by_level[level][name].strip() for name in _TEXTS)) for level in LEVELS]
    if faults := list(_text_faults(captions)):
        raise AnswerError(*faults[:_MOST_FAULTS])
    return captions


def _text_faults(captions: list[Caption]) -> Iterator[str]:
    words: list[str] = []
    for caption in captions:
        for name, text in zip(_TEXTS, (caption.left, caption.right, caption.interaction), strict=True):
            letters = [letter for letter in text if letter.isalpha()]
            own = re.findall("[a-z]+", text.lower())
            words += own
            where = f"level {caption.level}, {name}"
            if not letters:
                yield f"{where}: the text is empty"
                continue
            foreign = sum(not letter.isascii() for letter in letters) > _FOREIGN_LETTERS * len(letters)
            if foreign or (len(own) >= _WORDS_TO_JUDGE and _english(own) < _ENGLISH_SHARE_OF_ONE):
                yield f"{where}: the text is not in English"
    if words and _english(words) < _ENGLISH_SHARE:
        yield "the texts are not in plain English"


def _english(words: list[str]) -> float:
    return sum(word in _ENGLISH for word in words) / len(words)


def _is_valid(answer: Any) -> bool:
    return _quick_validator().is_valid(answer)


def _is_part(answer: Any) -> bool:
    """Whether it is an annotation, found where the JSON around it is broken."""
    return isinstance(answer, dict) and "annotations" not in answer and "level" in answer


@cache
def _quick_validator() -> Any:
    """Many times as quick as the one that says what is wrong."""
    return jsonschema_rs.Draft202012Validator(read_schema("captions"))


@cache
def _validator() -> jsonschema.protocols.Validator:
    return jsonschema.Draft202012Validator(read_schema("captions"))


def _say(error: jsonschema.ValidationError) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.path).lstrip(".")
    if error.validator in ("minItems", "maxItems") and isinstance(error.instance, list):
        return f"{path}: expected exactly five, found {len(error.instance)}"
    message = error.message if len(error.message) <= _FAULT_CHARACTERS else f"{error.message[:_FAULT_CHARACTERS]}..."
    return f"{path or 'the answer'}: {message}"


def _find_json(text: str) -> Any:
    """The object or list of an answer that looks most like what was asked for, or None."""
    text = re.sub(r"(?s)<think(?:ing)?>.*?</think(?:ing)?>", " ", text)
    text = re.split("</think(?:ing)?>", text)[-1]  # some servers leave out where the thinking began
    best: Any = None
    for found in _values(text):
        if isinstance(found, dict) and "annotations" in found:
            return found
        if isinstance(found, list) and found and all(isinstance(part, dict) and "level" in part for part in found):
            return found
        best = best if best is not None else found
    return best


def _values(text: str) -> Iterator[Any]:
    """The outermost objects and lists in a text, in order."""
    decoder = json.JSONDecoder(strict=False)  # a line break within a text does no harm
    after = 0
    for number, start in enumerate(match.start() for match in re.finditer(r"[{\[]", text)):
        if number >= _MOST_STARTS:
            return
        if start < after:
            continue
        try:
            value, after = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        yield value
