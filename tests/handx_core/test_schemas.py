"""The registry: every table of DESIGN.md section 5, each column said in words."""

import pytest

from handx_core.schemas import TABLES

DESIGN_TABLES = [
    "recordings",
    "subject_hands",
    "skeletons",
    "clips",
    "kinematic_events",
    "captions",
    "rejected",
    "dataset_split",
    "motion_dataset",
    "motion_statistics",
    "text_embeddings",
    "evaluator",
    "tokenizer",
    "autoregressive_generator",
    "diffusion_generator",
    "motion_tokens",
    "generated_motion",
    "benchmark",
    "dataset_statistics",
]


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_a_table_explains_itself(table) -> None:
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    assert set(table.key) <= set(names)
    assert all(column.meaning for column in table.columns)
    assert not any(column.volatile for column in table.columns if column.name in table.key)
    assert set(table.stable_columns) == {column.name for column in table.columns if not column.volatile}


@pytest.mark.parametrize("table", [table for table in TABLES.values() if table.by_source], ids=lambda table: table.name)
def test_the_partition_key_is_not_also_a_column(table) -> None:
    assert "source" not in table.schema.names


def test_units_and_meanings_travel_with_the_schema() -> None:
    field = TABLES["clips"].schema.field("intensity_angular_left")
    assert field.metadata == {b"unit": b"deg/s", b"meaning": b"angular velocity of the left hand"}
