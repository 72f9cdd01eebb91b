"""The guide to raw data says of every source what its SourceInfo says, and the document is up to date."""

from pathlib import Path

import pytest

from handx_core.hand_models.mano import DOWNLOAD
from handx_core.sources import SOURCES
from handx_core.sources.guide import raw_guide

DOCUMENT = Path(__file__).parents[3] / "docs" / "raw_data.md"


@pytest.mark.parametrize("name", SOURCES)
def test_it_says_all_that_a_person_must_know_of_a_source(name: str) -> None:
    info = SOURCES[name].info
    section = raw_guide(SOURCES).partition(f"## {info.title}\n")[2].partition("\n## ")[0]
    for fact in (f"`{name}/`", info.expects, info.size, info.download, info.licence):
        assert fact
        assert fact in section


def test_it_says_where_the_hand_model_goes() -> None:
    section = raw_guide(SOURCES).partition("## MANO")[2]
    for fact in ("`mano/`", "MANO_LEFT.pkl", "MANO_RIGHT.pkl", DOWNLOAD):
        assert fact in section


def test_the_document_is_the_guide() -> None:
    assert DOCUMENT.read_text("utf-8") == raw_guide(SOURCES), "run python -m pipelines.documentation"
