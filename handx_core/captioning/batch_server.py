"""The files and batches endpoints: hand in, look, fetch.

What belongs here: the calls, and what their failures mean. What does not: which requests make up a batch, or what
becomes of the answers (`batches`).

Calls that change nothing are tried again by the client. The one that creates a batch never is: a batch that was
created although its reply was lost would be paid twice.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from handx_core.captioning.chat import leave_out_strangers, read_key, shortened
from handx_core.captioning.llm_settings import LlmSettings
from handx_core.errors import HandXError

LABEL: Final = "handx_batch"
"""Of a batch's metadata: our own name of it, by which it is found where the reply that named it was lost."""

RUNNING: Final = ("validating", "in_progress", "finalizing", "cancelling")
_ENDPOINT: Final = "/v1/chat/completions"


class BatchError(HandXError):
    """A call that failed. refused: whether the server said so, and nothing was done."""

    def __init__(self, reason: str, refused: bool) -> None:
        super().__init__(reason)
        self.refused = refused


@dataclass(frozen=True)
class State:
    """A batch as the server sees it. files: of answers and of errors. note: why it failed."""

    batch_id: str
    status: str
    files: tuple[str, ...]
    note: str

    @property
    def running(self) -> bool:
        """Whether answers may still come."""
        return self.status in RUNNING


class BatchServer:
    """Batches of one account. Close it."""

    def __init__(self, settings: LlmSettings) -> None:
        from openai import OpenAI

        self._key = read_key(settings)
        self._client = OpenAI(
            api_key=self._key, base_url=settings.base_url, timeout=settings.timeout_s, max_retries=settings.tries - 1
        )
        leave_out_strangers(self._client, settings)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def upload(self, path: Path) -> str:
        """Hand in a file of requests, a line each; returns its id. Costs nothing, however often it is done."""
        return str(self._call(lambda: self._client.files.create(file=path, purpose="batch")).id)

    def create(self, file_id: str, label: str) -> State:
        """Have a file's requests answered within a day."""
        client = self._client.with_options(max_retries=0)
        return _state(
            self._call(
                lambda: client.batches.create(
                    input_file_id=file_id,
                    endpoint=_ENDPOINT,
                    completion_window="24h",
                    metadata={LABEL: label},
                )
            )
        )

    def find(self, label: str, since_s: float) -> State | None:
        """The batch of a label, among those created since a time."""

        def look() -> Any:
            for batch in self._client.batches.list(limit=100):
                if (batch.metadata or {}).get(LABEL) == label:
                    return batch
                if batch.created_at < since_s - 3_600:  # the newest come first; clocks differ
                    return None
            return None

        found = self._call(look)
        return None if found is None else _state(found)

    def look(self, batch_id: str) -> State:
        """A batch as it is now."""
        return _state(self._call(lambda: self._client.batches.retrieve(batch_id)))

    def lines(self, file_id: str) -> Iterator[Mapping[str, Any]]:
        """The lines of a file of answers or errors; one that is no JSON object is passed over."""
        text: str = self._call(lambda: self._client.files.content(file_id).text)
        for line in text.replace(self._key, "[key]").splitlines():
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                yield value

    def short(self, text: str) -> str:
        """A reason for people, without the key."""
        return shortened(text, self._key)

    def _call(self, function: Any) -> Any:
        from openai import APIStatusError, OpenAIError

        try:
            return function()
        except APIStatusError as error:
            reason, refused = f"status {error.status_code}: {error.message}", 400 <= error.status_code < 500
        except OpenAIError as error:
            reason, refused = f"{type(error).__name__}: {error}", False
        raise BatchError(self.short(reason), refused)  # outside, for the client's exception holds the key


def _state(batch: Any) -> State:
    files = tuple(file for file in (batch.output_file_id, batch.error_file_id) if file)
    errors = (batch.errors.data or []) if batch.errors is not None else []
    note = "; ".join(f"{error.code}: {error.message}" for error in errors[:3])
    return State(batch.id, batch.status, files, note)
