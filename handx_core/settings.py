"""The base of every settings class: frozen, and strict about names.

A room of `handx_core` declares the sizes and switches that it needs as a subclass of `Settings`; a profile
(pipelines/profiles/*.yaml) is the tree of them. What belongs here: the base class and its fingerprint.
What does not: any particular setting.
"""

import hashlib

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Frozen values of a profile section; an unknown key is an error that names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def fingerprint(self) -> str:
        """Twelve hex digits that change whenever a value of this section changes."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]
