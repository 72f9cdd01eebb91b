"""Settings are frozen, strict and fingerprinted by value."""

import pytest
from pydantic import ValidationError

from handx_core.settings import Settings


class Size(Settings):
    width: int = 3


def test_unknown_keys_and_changes_are_refused() -> None:
    with pytest.raises(ValidationError, match="wdith"):
        Size.model_validate({"wdith": 4})
    with pytest.raises(ValidationError, match="frozen"):
        Size().width = 5  # type: ignore[misc]


def test_the_fingerprint_follows_the_values() -> None:
    assert Size().fingerprint() == Size(width=3).fingerprint() != Size(width=4).fingerprint()
