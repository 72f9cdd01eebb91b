"""What the documentation says of the tables, generated from the registry: `python -m pipelines.documentation`.

What belongs here: the README's table of tables and docs/tables.md. What does not: any other text.
"""

from pathlib import Path
from typing import Final

from handx_core.schemas import TABLES, Table

BEGIN: Final = "<!-- tables: generated from handx_core/schemas.py by `python -m pipelines.documentation` -->"
END: Final = "<!-- end of tables -->"

ROOT: Final = Path(__file__).parent.parent
README: Final = ROOT / "README.md"
DICTIONARY: Final = ROOT / "docs" / "tables.md"


def table_of_tables() -> str:
    """One line a table: what a row is, what is unique in it, and whether it is kept by source."""
    lines = ["| table | a row is | unique by | a file per source |", "| :-- | :-- | :-- | :-: |"]
    for table in TABLES.values():
        lines.append(
            f"| [`{table.name}`](docs/tables.md#{table.name}) | {table.row} | {_names(table.key)} | "
            f"{'✓' if table.by_source else ''} |"
        )
    return "\n".join(lines)


def dictionary() -> str:
    """Every column of every table."""
    head = (
        "# Tables\n\nEvery table of the lineage, column by column. Generated from `handx_core/schemas.py` by "
        "`python -m pipelines.documentation`.\n\nA table lies in `<data root>/<profile>/<table>/`, one that is kept by "
        "source in `source=<key>/part-0.parquet` below that. Columns marked *volatile* may differ between two runs on "
        "the same input; all others do not.\n"
    )
    return "\n".join([head, *(_section(table) for table in TABLES.values())])


def with_table_of_tables(readme: str) -> str:
    """A README with what stands between the markers renewed. Raises ValueError where a marker is missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the README must have the lines {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n{table_of_tables()}\n{END}{after}"


def _section(table: Table) -> str:
    lines = [
        f"## {table.name}",
        "",
        f"A row is {table.row}." + (f" Unique by {_names(table.key)}." if table.key else ""),
        "",
        "| column | type | unit | meaning |",
        "| :-- | :-- | :-- | :-- |",
    ]
    for column in table.columns:
        marks = [mark for mark, holds in (("may be null", column.nullable), ("*volatile*", column.volatile)) if holds]
        meaning = "; ".join([column.meaning, *marks])
        lines.append(f"| `{column.name}` | `{column.type}` | {column.unit} | {meaning} |")
    return "\n".join(lines) + "\n"


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in columns)


if __name__ == "__main__":
    README.write_text(with_table_of_tables(README.read_text("utf-8")), "utf-8")
    DICTIONARY.write_text(dictionary(), "utf-8")
