"""What a language model is asked with: which server and model, how hard, and for how much money at most.

What belongs here: the settings of the `llm` writer. What does not: a key. A profile names the environment variable
that holds it, and nothing else ever does.
"""

from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, field_validator, model_validator

from handx_core.settings import Settings

OUTPUTS: Final = ("json_schema", "json_object", "text")
"""How an answer's form is asked for, the strictest first; where a server refuses one, the next is tried."""

MORE_REPAIRS: Final = 2
"""Times at most that a model is shown what is wrong with its answer."""


class Prices(Settings):
    """USD per million tokens, as the provider lists them. None: unknown, so that no cost is stated.

    cached_input: of tokens that the provider had in its cache; None: as input. batch_factor: what a batch costs of it.
    """

    input: float | None = Field(default=None, ge=0)
    cached_input: float | None = Field(default=None, ge=0)
    output: float | None = Field(default=None, ge=0)
    batch_factor: float = Field(default=0.5, gt=0, le=1)

    @property
    def known(self) -> bool:
        """Whether a cost can be stated."""
        return self.input is not None and self.output is not None


class BatchSettings(Settings):
    """How requests are put into batches.

    size: requests of one batch. poll_s: seconds between looks. wait_s: seconds that a run waits for open batches; what
    is still open then is collected by the next run. None: until they are done.
    """

    size: int = Field(default=5_000, ge=1, le=50_000)
    poll_s: float = Field(default=60.0, gt=0)
    wait_s: float | None = Field(default=None, ge=0)


class LlmSettings(Settings):
    """How the `llm` writer asks.

    base_url: of any server that speaks OpenAI's chat completions. model: as the server calls it. key_variable: the
    environment variable that holds the key; None where the server wants none. output: see OUTPUTS. temperature: None
    leaves it to the server. max_tokens: of an answer, thinking included. parameters: more of the request's, as the
    server names them, e.g. {reasoning_effort: low}.

    mode: "direct" asks clip by clip, "batch" hands in files of requests that are answered within a day at half the
    price. concurrency: requests in flight. requests_per_minute, tokens_per_minute: of the account; None: no limit.
    timeout_s: of one request. tries: of one request where the server fails. first_wait_s, longest_wait_s: between
    them, doubled each time; a server that asks for a longer wait is not waited for. repairs: times that a model is
    shown what is wrong with its answer. give_up_after: clips in a row that the server failed, after which it is asked
    no more. budget_usd: what the ledger's requests may cost altogether, over all runs.
    """

    model_config = ConfigDict(hide_input_in_errors=True)  # somebody may have put the key where its variable belongs

    base_url: str = "https://api.openai.com/v1"
    model: str = Field(min_length=1)
    key_variable: str | None = Field(default="OPENAI_API_KEY", pattern=r"^[A-Z][A-Z0-9_]*$", max_length=60)
    output: Literal["json_schema", "json_object", "text"] = "json_schema"
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int = Field(default=3_000, ge=1)
    parameters: dict[str, Any] = Field(default_factory=dict)

    mode: Literal["direct", "batch"] = "direct"
    concurrency: int = Field(default=16, ge=1)
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    timeout_s: float = Field(default=120.0, gt=0)
    tries: int = Field(default=8, ge=1)
    first_wait_s: float = Field(default=1.0, gt=0)
    longest_wait_s: float = Field(default=60.0, gt=0)
    repairs: int = Field(default=MORE_REPAIRS, ge=0, le=MORE_REPAIRS)
    give_up_after: int = Field(default=50, ge=1)

    prices: Prices = Prices()
    budget_usd: float | None = Field(default=None, ge=0)
    batch: BatchSettings = BatchSettings()

    @field_validator("base_url")
    @classmethod
    def _is_plain(cls, url: str) -> str:
        """A URL that carries no secret: it is logged and shown."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("expected http:// or https:// and a host")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("expected no user, password or query: the key goes into the variable key_variable names")
        return url

    @model_validator(mode="after")
    def _budget_can_be_kept(self) -> "LlmSettings":
        if self.budget_usd is not None and not self.prices.known:
            raise ValueError("budget_usd needs prices.input and prices.output: without them no cost is known")
        reserved = {"model", "messages", "response_format", "stream", "n", "max_tokens", "max_completion_tokens"}
        if taken := reserved & set(self.parameters):
            raise ValueError(f"parameters: {', '.join(sorted(taken))} cannot be set here")
        return self

    @property
    def asked(self) -> dict[str, Any]:
        """The parameters that can change an answer. How its form is asked for is not among them: that may change in
        the middle of a run, and what was answered before still counts."""
        return {"temperature": self.temperature, "max_tokens": self.max_tokens, **self.parameters}
