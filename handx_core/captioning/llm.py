"""The `llm` writer: captions by a language model, behind any server that speaks OpenAI's chat completions.

What belongs here: the writer as the rest of the house sees it, and what it would cost. What does not: how clips are
asked for (`direct`, `batches`).
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from handx_core.captioning.batches import batch_run
from handx_core.captioning.chat import read_key
from handx_core.captioning.dialogue import follow, told
from handx_core.captioning.direct import BYTES_PER_TOKEN, Counts, direct_run
from handx_core.captioning.ledger import Ledger
from handx_core.captioning.llm_settings import LlmSettings
from handx_core.captioning.money import Usage, cost_usd, worst_usd
from handx_core.captioning.prompt import Request, prompt_hash
from handx_core.captioning.streaming import Order, stream
from handx_core.captioning.writers import Check, Clip, Left, Progress, Written

_WINDOW: Final = 2
"""Clips in work, for each request that may be in flight."""

_TOKENS_OUT: Final = 900
"""Of five levels, about; until answers in the ledger say how many there are."""

_ENOUGH: Final = 20
"""Answers in the ledger from which their means are taken."""


@dataclass(frozen=True)
class Estimate:
    """What a run would ask for. Nothing is sent to know it.

    answered: clips that the ledger has all answers for. requests: without repairs. cost_usd: with nothing in the
    provider's cache; None where prices are unknown. worst_usd: if every answer were as long as it may be.
    """

    clips: int
    answered: int
    requests: int
    tokens_in: int
    tokens_out: int
    cost_usd: float | None
    worst_usd: float | None

    def in_words(self) -> str:
        """For people, in a line."""
        known = self.cost_usd is not None and self.worst_usd is not None
        cost = f"about {self.cost_usd:.4f} USD, {self.worst_usd:.4f} at most" if known else "at unknown prices"
        return (
            f"{self.clips:,} clips, of which {self.answered:,} are answered; {self.requests:,} requests to come: about "
            f"{self.tokens_in:,} tokens in and {self.tokens_out:,} out, {cost} (rewriting and repairs come on top)"
        )


class LlmWriter:
    """Captions by a language model. settings: what is asked. ledger_path: of the file of all answers. check: judges
    captions beyond their form, e.g. whether they are true; what it finds is shown to the model, once."""

    name = "llm"

    def __init__(self, settings: LlmSettings, ledger_path: Path, check: Check | None = None) -> None:
        self.settings = settings
        self.ledger_path = ledger_path
        self.check = check
        self.progress = Progress()
        """How far the last `write` came, and what it received."""

    @property
    def model(self) -> str:
        """The model, as the server calls it."""
        return self.settings.model

    @property
    def prompt_hash(self) -> str:
        """Changes with the prompt and the answer's schema."""
        return prompt_hash()

    def write(
        self,
        clips: Iterable[Clip],
        on_progress: Callable[[Progress], None] | None = None,
        *,
        source: str = "",
        order: Order = "as they come",
    ) -> Iterator[Written | Left]:
        """Each clip once: its captions, or why there are none. Clips are taken as they are needed.

        on_progress: called after each clip, in the caller's thread. source: under which the ledger adds costs up.
        order: batches come as they are done, whatever is asked for here. Raises ChatError where the key is missing and
        LedgerError where answers cannot be kept; whatever the server does is a reason to leave a clip.
        """
        settings = self.settings
        read_key(settings)
        counts = Counts()
        self.progress = Progress()
        with Ledger(self.ledger_path) as ledger:
            results: Generator[Written | Left] = (
                batch_run(map(told, clips), settings, ledger, self.check, source, counts)
                if settings.mode == "batch"
                else stream(
                    map(told, clips),
                    lambda: direct_run(settings, ledger, self.check, source, counts),
                    _WINDOW * settings.concurrency,
                    order,
                )
            )
            written = left = 0
            with closing(results):  # before the ledger is: what is in flight still reads and writes it
                for result in results:
                    written, left = written + isinstance(result, Written), left + isinstance(result, Left)
                    self.progress = replace(counts.now, written=written, left=left)
                    if on_progress is not None:
                        on_progress(self.progress)
                    yield result

    def read(self, clips: Iterable[Clip]) -> Iterator[Written | Left]:
        """What the ledger has of each clip, in the order given: asks for nothing, and so needs no key."""
        with Ledger(self.ledger_path) as ledger:
            for clip in map(told, clips):
                step = follow(clip, ledger, self.settings, self.check)
                yield step if isinstance(step, Written) else Left(clip.clip_id, "waiting", "it is not answered yet")

    def estimate(self, clips: Iterable[Clip]) -> Estimate:
        """What `write` would ask for, by what the ledger knows of earlier answers. Needs no key."""
        settings, prices = self.settings, self.settings.prices
        factor = prices.batch_factor if settings.mode == "batch" else 1.0
        total = answered = requests = text_bytes = 0
        worst = 0.0
        asked: set[str] = set()
        with Ledger(self.ledger_path) as ledger:
            bytes_per_token, tokens_out_each = _experience(ledger, settings)
            for clip in map(told, clips):
                total += 1
                step = follow(clip, ledger, settings, self.check)
                if isinstance(step, Written):
                    answered += 1
                elif isinstance(step, Request) and step.key not in asked:
                    asked.add(step.key)
                    requests += 1
                    text_bytes += step.text_bytes
                    worst += worst_usd(step.text_bytes, settings.max_tokens, prices, factor)
        usage = Usage(round(text_bytes / bytes_per_token), 0, round(requests * tokens_out_each))
        return Estimate(
            total,
            answered,
            requests,
            usage.tokens_in or 0,
            usage.tokens_out or 0,
            cost_usd(usage, prices, factor),
            worst if prices.known else None,
        )


def _experience(ledger: Ledger, settings: LlmSettings) -> tuple[float, float]:
    """Bytes of a token and tokens of an answer, from answers of this prompt and model, or by rule of thumb."""
    count, text_bytes, tokens_in, tokens_out = ledger.rows(
        "SELECT COUNT(*), SUM(text_bytes), SUM(tokens_in), SUM(tokens_out) FROM answers"
        " WHERE prompt_hash = ? AND model = ? AND tokens_in > 0 AND tokens_out > 0",
        (prompt_hash(), settings.model),
    )[0]
    tokens_out_each = min(_TOKENS_OUT, settings.max_tokens)
    return (text_bytes / tokens_in, tokens_out / count) if count >= _ENOUGH else (BYTES_PER_TOKEN, tokens_out_each)
