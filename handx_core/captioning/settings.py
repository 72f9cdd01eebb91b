"""The section `captions` of a profile: who writes, what it may cost, and which captions train.

What belongs here: the choice. What does not: how a model is asked (`llm_settings`).
"""

from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from handx_core.captioning.llm_settings import LlmSettings
from handx_core.settings import Settings


class ComparisonSettings(Settings):
    """What the job `compare_writers` captions, beside the rules. clips: of the sample, the same for all. models: each
    with a budget of its own, since this job alone asks them."""

    clips: int = Field(default=60, ge=1)
    seed: int = 0
    models: tuple[LlmSettings, ...] = ()

    @model_validator(mode="after")
    def _can_be_compared(self) -> "ComparisonSettings":
        if any(model.budget_usd is None for model in self.models):
            raise ValueError("each of the models needs budget_usd: what it may cost at most, 0 where it costs nothing")
        if len({model.model for model in self.models}) < len(self.models):
            raise ValueError("each of the models must have another name: by it their captions are told apart")
        return self


class CaptionSettings(Settings):
    """Who writes, and whose captions train; all that there are stand in the table `captions`.

    writer: whose captions train, the preferred ones. "rules" tell every clip of every source and always stand in the
    table. "llm" also asks a model, which `llm` must name with its budget: a key in the environment alone starts
    nothing. "handx" are the texts that HandX's archives bring for their clips. A clip that the preferred writer does
    not tell at all five levels trains on the rules' texts, so that any profile takes clips of any source; the metadata
    of `motion_dataset` count such clips.

    llm: the model, where the writer is "llm". dry_run: only say what asking it would cost. min_grounding: the bar. A
    model's captions below it, or with left and right mixed up, are to be written anew once; captions of anybody that
    are so are marked and do not train; 0 lets all of them train. compare: for the job `compare_writers`.
    """

    model_config = ConfigDict(hide_input_in_errors=True)  # somebody may have put a key where a model belongs

    writer: Literal["rules", "llm", "handx"] = "rules"
    llm: LlmSettings | None = None
    dry_run: bool = False
    min_grounding: float = Field(default=0.7, ge=0, le=1)
    compare: ComparisonSettings = ComparisonSettings()

    @model_validator(mode="after")
    def _names_what_it_spends(self) -> "CaptionSettings":
        if self.writer == "llm" and (self.llm is None or self.llm.budget_usd is None):
            raise ValueError(
                "writer llm needs llm.model and llm.budget_usd, what all its runs may cost (0 for a model of your own, "
                "with prices: {input: 0, output: 0}); docs/captions.md has examples"
            )
        return self

    @property
    def writers(self) -> tuple[str, ...]:
        """The writers whose texts train, the preferred one first."""
        return tuple(dict.fromkeys((self.writer, "rules")))

    @property
    def asks(self) -> LlmSettings | None:
        """The model that is to be asked, if one is."""
        return self.llm if self.writer == "llm" else None

    def announcement(self) -> str:
        """In one line who writes, and how to change it."""
        if self.asks is None:
            return (
                "captions are written by rules, with no model and no network; to have a model write them, set writer: "
                "llm in the profile's section captions and name model and budget there (docs/captions.md)"
            )
        asked = f"captions are written by the model {self.asks.model} at {self.asks.base_url}"
        asked += f", for {self.asks.budget_usd:g} USD at most over all runs, and by rules beside it"
        return asked + ("; dry_run: it is only said what that would cost" if self.dry_run else "")
