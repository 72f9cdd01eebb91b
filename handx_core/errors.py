"""The errors of the house. Each names what it is about, what was expected, what was found, what to do.

What belongs here: exception types and the record of something not used. What does not: their handling.
"""

from dataclasses import dataclass
from pathlib import Path


class HandXError(Exception):
    """Base of every error that a user can mend."""


class RawDataError(HandXError):
    """A raw file that cannot be used: names the file, and says what was expected and what was found."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = str(path)
        self.reason = reason

    def __reduce__(
        self,
    ) -> tuple[type, tuple[str, str]]:  # so that it survives the way back from a worker process
        return type(self), (self.path, self.reason)


class InvalidMotionError(HandXError):
    """A motion that is no motion of two hands: non-finite, collapsed or of the wrong shape."""


class ProfileError(HandXError):
    """A profile that does not exist, or a key or value in it that is not known."""


class TableError(HandXError):
    """A table that does not keep to its schema, or a partition that must not be replaced."""


@dataclass(frozen=True)
class Rejection:
    """A file or span that was not used: a row of the `rejected` table.

    path: the raw file, relative to the source's raw folder, or the id of a session, recording or skeleton.
    what: "file", "session", "take", "span" or "clip". reason: what was expected and what was found.
    """

    path: str
    what: str
    reason: str
