"""Who can write captions, and what they hand over: one shape for rules and language models.

What belongs here: the protocol, its values, and the rules as a writer. What does not: how texts come about.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from handx_core.captioning.money import NOTHING, Usage
from handx_core.captioning.rules import RULES_HASH, Caption, write_captions

Clip = tuple[str, Mapping[str, Any]]
"""clip_id, and its events, valid against prompts/events.schema.json."""


@dataclass(frozen=True)
class Judgement:
    """What is thought of a clip's captions. score: higher is better. faults: what a writer is asked to put right, for
    it to read; none where they are good enough."""

    score: float
    faults: tuple[str, ...] = ()


Check = Callable[[Mapping[str, Any], Sequence[Caption]], Judgement]
"""Judges captions, in good form, by the clip's events; always the same for the same captions."""


@dataclass(frozen=True)
class Written:
    """The captions of a clip, by level.

    usage, cost_usd: of the answers that it took, repairs included, whenever they were received; nothing where another
    clip with the very same events had been asked for. cost_usd is None where prices or tokens are unknown. turns: how
    many answers it took. seconds: that their requests took; None where a batch answered. variant: number of the
    paraphrase.
    """

    clip_id: str
    captions: tuple[Caption, ...]
    model: str
    prompt_hash: str
    usage: Usage = NOTHING
    cost_usd: float | None = 0.0
    turns: int = 1
    seconds: float | None = 0.0
    variant: int = 0


@dataclass(frozen=True)
class Left:
    """A clip without captions: the next run tries it again.

    why: "answer" (none of the model's was valid), "server" (it failed or refused), "budget" (nothing more may be
    spent), "waiting" (its batch is not done). reason: for people.
    """

    clip_id: str
    why: Literal["answer", "server", "budget", "waiting"]
    reason: str


@dataclass(frozen=True)
class Progress:
    """How far a run is. usage, cost_usd: of what this run received; cost_usd counts what is known."""

    written: int = 0
    left: int = 0
    answers: int = 0
    usage: Usage = NOTHING
    cost_usd: float = 0.0

    def in_words(self) -> str:
        """For people, in a line."""
        left = f", {self.left:,} left" if self.left else ""
        cost = f"{self.usage.in_words()}, {self.cost_usd:.4f} USD"
        return f"{self.written:,} clips written{left}; {self.answers:,} new answers, {cost}"


class Writer(Protocol):
    """Writes captions. name, model, prompt_hash: as in the table `captions`."""

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def prompt_hash(self) -> str: ...

    def write(
        self, clips: Iterable[Clip], on_progress: Callable[[Progress], None] | None = None
    ) -> Iterator[Written | Left]:
        """Each clip's captions or the reason why there are none. Takes clips as they are needed."""


class RulesWriter:
    """The rules: every clip, in the order given."""

    name = "rules"
    model = ""
    prompt_hash = RULES_HASH

    def write(
        self, clips: Iterable[Clip], on_progress: Callable[[Progress], None] | None = None
    ) -> Iterator[Written | Left]:
        """Each clip's captions."""
        for number, (clip_id, events) in enumerate(clips, start=1):
            yield Written(clip_id, tuple(write_captions(clip_id, events)), self.model, self.prompt_hash)
            if on_progress is not None:
                on_progress(Progress(written=number))
