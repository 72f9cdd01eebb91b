"""The documentation says of the tables what the registry says."""

import re

import pytest

from handx_core.schemas import TABLES
from handx_core.sources import SOURCES
from pipelines.documentation import BEGIN, DICTIONARY, END, README, ROOT, dictionary, renewed


def part(name: str) -> str:
    readme = README.read_text("utf-8")
    return readme[readme.index(BEGIN.format(name)) : readme.index(END.format(name))]


def test_the_readme_has_the_tables_and_sources_of_the_registries() -> None:
    readme = README.read_text("utf-8")
    assert readme == renewed(readme), "run `python -m pipelines.documentation`"
    assert re.findall(r"^\| \[`(\w+)`\]", part("tables"), re.MULTILINE) == list(TABLES)
    assert re.findall(r"^\| `(\w+)/`", part("sources"), re.MULTILINE) == list(SOURCES)


def test_the_dictionary_has_every_column() -> None:
    written = DICTIONARY.read_text("utf-8")
    assert written == dictionary(), "run `python -m pipelines.documentation`"
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", written, re.MULTILINE | re.DOTALL))
    for name, table in TABLES.items():
        assert re.findall(r"^\| `(\w+)` \|", sections[name], re.MULTILINE) == [column.name for column in table.columns]


def test_a_readme_without_markers_is_an_error() -> None:
    with pytest.raises(ValueError, match="must have the lines"):
        renewed("# A project")


def test_renewing_twice_changes_nothing_more_and_keeps_what_is_around() -> None:
    names = ("tables", "sources")
    old = "".join(f"before\n{BEGIN.format(name)}\nOUTDATED\n{END.format(name)}\nafter\n" for name in names)
    once = renewed(old)
    assert renewed(once) == once
    assert once.startswith("before\n")
    assert once.endswith("\nafter\n")
    assert "OUTDATED" not in once


def test_every_file_that_the_readme_names_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", README.read_text("utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_picture_of_the_lineage_has_every_table() -> None:
    picture = (ROOT / "docs" / "lineage.svg").read_text("utf-8")
    words = re.sub(r"\s+", " ", " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", picture)))
    assert [name for name in TABLES if name != "rejected" and name.replace("_", " ") not in words] == []
