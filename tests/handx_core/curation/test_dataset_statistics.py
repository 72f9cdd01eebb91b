"""Figures of a dataset against truths planted in small tables."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handx_core import columns
from handx_core.curation.statistics import SourceTables, dataset_statistics, in_contact
from handx_core.schemas import TABLES
from handx_core.skeleton import mirror

INDEX_TIP, MIDDLE_TIP, MIDDLE_PIP = 17, 18, 5


def apart(n_frames: int) -> np.ndarray:
    """Hands half a metre apart, joints 30 mm from each other on a line: nothing is near anything."""
    joints = np.zeros((n_frames, 2, 21, 3), np.float32)
    joints[..., 1] = np.arange(21) * 0.03
    joints[:, 1, :, 0] = 0.5
    return joints


def touching(frames: list[int], n_frames: int) -> np.ndarray:
    """The left index tip meets the right middle tip at 19 mm in some frames."""
    joints = apart(n_frames)
    joints[frames, 0, INDEX_TIP] = joints[frames, 1, MIDDLE_TIP] + np.array([0.0, 0.0, 0.019], np.float32)
    return joints


def source_tables(source: str, skeletons: list[np.ndarray], kept: dict[int, str | None], texts: int) -> SourceTables:
    """Tables of one take; clips of the first skeleton by start frame, each with the reason why it was dropped."""
    starts = list(kept)
    clips = {
        "skeleton_id": [f"{source}/0/0"] * len(kept),
        "start_frame": pa.array(starts, pa.int32()),
        "kept": [reason is None for reason in kept.values()],
        "reason": pa.array(list(kept.values()), pa.string()),
        "intensity_angular_left": pa.array([10.0 + start for start in starts], pa.float32()),
        "intensity_angular_right": pa.array([2.0] * len(kept), pa.float32()),
        "intensity_speed": pa.array([0.5] * len(kept), pa.float32()),
        "intensity_spread": pa.array([0.25] * len(kept), pa.float32()),
    }
    captions = {"left": ["a"] * texts, "right": ["b"] * texts, "interaction": [""] * texts}
    joints = columns.ragged_lists([s.reshape(len(s), -1) for s in skeletons], np.float32)
    return SourceTables(
        recordings=[
            pa.RecordBatch.from_pydict(
                {
                    "subject": [f"{source}/p1", f"{source}/p2", f"{source}/p1"],
                    "licence": ["free", f"that of {source}", "free"],
                }
            )
        ],
        skeletons=[pa.RecordBatch.from_pydict({"joints": joints})],
        clips=[pa.RecordBatch.from_pydict(clips)],
        captions=[pa.RecordBatch.from_pydict(captions)],
    )


def figures(batch: pa.RecordBatch, source: str) -> dict[str, float | None]:
    return {row["metric"]: row["value"] for row in batch.to_pylist() if row["source"] == source}


@pytest.fixture
def table() -> pa.RecordBatch:
    first = source_tables(
        "gigahands",
        [touching([5, 6, 7, 20, 99], 100), apart(50)],
        {0: None, 30: None, 40: "slow: 3 deg/s", 100: None, 160: "slow: 4 deg/s"},
        texts=5,
    )
    second = source_tables("h2o", [touching(list(range(30)), 30)], {0: "too still (0.1 m/s)"}, texts=1)
    return dataset_statistics({"gigahands": first, "h2o": second})


def test_the_rows_are_those_of_the_registry(table: pa.RecordBatch) -> None:
    assert table.schema.equals(TABLES["dataset_statistics"].schema)
    keys = list(zip(table["source"].to_pylist(), table["metric"].to_pylist(), strict=True))
    assert len(set(keys)) == len(keys)


def test_sizes(table: pa.RecordBatch) -> None:
    found = figures(table, "gigahands")
    assert (found["takes"], found["subjects"], found["skeletons"], found["frames"]) == (3, 2, 2, 150)
    assert found["hours"] == pytest.approx(5 / 3600)
    assert (found["clips"], found["clips_kept"], found["clips_dropped: slow"], found["texts"]) == (5, 3, 2, 10)
    # frames 0-60 and 30-90 overlap by half: 90 different frames, and 60 more from 100 on
    assert found["hours_kept"] == pytest.approx(150 / 30 / 3600)


def test_intensity_is_the_mean_over_the_clips_kept(table: pa.RecordBatch) -> None:
    assert figures(table, "gigahands")["intensity_angular_left"] == pytest.approx(10 + (0 + 30 + 100) / 3)
    assert figures(table, "h2o")["intensity_angular_left"] is None


def test_contacts_have_the_planted_ratio_length_and_frequency(table: pa.RecordBatch) -> None:
    found = figures(table, "gigahands")
    assert found["contact_ratio"] == pytest.approx(5 / 150)
    assert found["contact_duration"] == pytest.approx(5 / 30 / 3)
    assert found["contact_frequency"] == pytest.approx(3 / (150 / 30))


def test_all_sources_together_are_weighted_by_what_they_hold(table: pa.RecordBatch) -> None:
    found = figures(table, "all")
    assert (found["takes"], found["subjects"], found["frames"]) == (6, 4, 180)
    assert found["contact_ratio"] == pytest.approx(35 / 180)
    assert found["contact_duration"] == pytest.approx(35 / 30 / 4)
    assert (found["clips_dropped: slow"], found["clips_dropped: too still"]) == (2, 1)


def test_licences_are_counted_by_their_takes(table: pa.RecordBatch) -> None:
    assert figures(table, "gigahands")["licence: free"] == 2
    assert figures(table, "gigahands")["licence: that of gigahands"] == 1
    assert "licence: that of h2o" not in figures(table, "gigahands")
    assert figures(table, "all")["licence: free"] == 4


def test_an_empty_source_has_zeros_and_no_means() -> None:
    found = figures(dataset_statistics({"hot3d": SourceTables([], [], [], [])}), "hot3d")
    assert found["frames"] == 0
    assert found["hours"] == 0
    assert found["contact_ratio"] is None
    assert found["intensity_speed"] is None


@pytest.mark.parametrize(
    ("joint", "distance_m", "touches"),
    [(MIDDLE_TIP, 0.0199, True), (MIDDLE_TIP, 0.0201, False), (MIDDLE_PIP, 0.0249, True), (MIDDLE_PIP, 0.0251, False)],
)
@pytest.mark.parametrize("hand", [0, 1])
def test_the_two_limits(joint: int, distance_m: float, touches: bool, hand: int) -> None:
    joints = apart(3).astype(np.float64)
    joints[1, hand, INDEX_TIP] = joints[1, 1 - hand, joint] + np.array([0.0, 0.0, distance_m])
    assert in_contact(joints).tolist() == [False, touches, False]


def test_a_joint_that_is_no_tip_touches_nothing() -> None:
    joints = apart(1)
    joints[0, 0, MIDDLE_PIP] = joints[0, 1, MIDDLE_PIP]
    assert not in_contact(joints).any()


@given(st.integers(0, 2**32 - 1), st.integers(1, 5000))
def test_contact_does_not_know_left_from_right(seed: int, n_frames: int) -> None:
    few = np.random.default_rng(seed).uniform(-0.06, 0.06, (8, 2, 21, 3))
    joints = few[np.arange(n_frames) % 8]
    found = in_contact(joints)
    assert np.array_equal(found, in_contact(mirror(joints)))
    assert np.array_equal(found, in_contact(few)[np.arange(n_frames) % 8])
