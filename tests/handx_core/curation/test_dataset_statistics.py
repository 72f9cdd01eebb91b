"""Figures of a dataset against truths planted in small tables."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handx_core import columns
from handx_core.curation.statistics import INTENSITY_COLUMNS, SourceTables, dataset_statistics, in_contact
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
        [touching([5, 6, 7, 20, 99], 230), apart(50)],
        {0: None, 30: None, 40: "slow: 3 deg/s", 100: None, 160: "slow: 4 deg/s"},
        texts=5,
    )
    second = source_tables("h2o", [touching(list(range(30)), 70)], {0: "too still (0.1 m/s)"}, texts=1)
    return dataset_statistics({"gigahands": first, "h2o": second})


def test_the_rows_are_those_of_the_registry(table: pa.RecordBatch) -> None:
    assert table.schema.equals(TABLES["dataset_statistics"].schema)
    keys = list(zip(table["source"].to_pylist(), table["metric"].to_pylist(), strict=True))
    assert len(set(keys)) == len(keys)


def test_sizes(table: pa.RecordBatch) -> None:
    found = figures(table, "gigahands")
    assert (found["takes"], found["subjects"], found["skeletons"], found["frames"]) == (3, 2, 2, 280)
    assert found["hours"] == pytest.approx(280 / 30 / 3600)
    assert (found["clips"], found["clips_kept"], found["clips_dropped: slow"], found["texts"]) == (5, 3, 2, 10)
    # frames 0-60 and 30-90 overlap by half: 90 different frames, and 60 more from 100 on
    assert found["hours_kept"] == pytest.approx(150 / 30 / 3600)


def test_hours_are_divided_into_kept_dropped_and_in_no_clip(table: pa.RecordBatch) -> None:
    found = figures(table, "gigahands")
    # the clip dropped at 40 has frames 90-100 to itself, the one at 160 all of its own; 220-230 and the other skeleton
    # of 50 are in no clip
    assert found["hours_dropped: slow"] == pytest.approx((10 + 60) / 30 / 3600)
    assert found["hours_in_no_clip"] == pytest.approx((10 + 50) / 30 / 3600)
    units = {row["metric"]: row["unit"] for row in table.to_pylist()}
    assert units["hours_dropped: slow"] == units["hours_in_no_clip"] == "h"
    over_all = figures(table, "all")
    assert over_all["hours_dropped: slow"] == pytest.approx(70 / 30 / 3600)
    assert over_all["hours_dropped: too still"] == pytest.approx(60 / 30 / 3600)


def frame_by_frame(windows: dict[str, list[tuple[int, str | None]]], lengths: dict[str, int]) -> Counter[str]:
    """Of what every frame of the skeletons is, by asking all of its clips."""
    counts: Counter[str] = Counter()
    for skeleton, length in lengths.items():
        for frame in range(length):
            reasons = [reason for start, reason in windows[skeleton] if start <= frame < start + 60]
            counts["in no clip" if not reasons else "kept" if None in reasons else str(reasons[0])] += 1
    return counts


@given(st.integers(0, 2**32 - 1), st.integers(1, 90), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_hours_and_counts_are_those_counted_frame_by_frame(seed: int, stride: int, per_batch: int) -> None:
    rng = np.random.default_rng(seed)
    lengths = {f"h2o/{number}": int(rng.integers(60, 400)) for number in range(4)}
    reasons: list[str | None] = [None, "at rest", "too fast", "measured share"]
    windows = {
        skeleton: [(start, reasons[rng.integers(4)]) for start in range(0, length - 59, stride)]
        for skeleton, length in lengths.items()
    }
    flat = [(skeleton, start, reason) for skeleton, found in windows.items() for start, reason in found]
    rows = pa.RecordBatch.from_pydict(
        {
            "skeleton_id": [row[0] for row in flat],
            "start_frame": pa.array([row[1] for row in flat], pa.int32()),
            "kept": [row[2] is None for row in flat],
            "reason": pa.array([f"{row[2]}: 1.5 m/s" if row[2] else None for row in flat], pa.string()),
            **{name: pa.array([1.0] * len(flat), pa.float32()) for name, _ in INTENSITY_COLUMNS},
        }
    )
    joints = columns.ragged_lists([apart(length).reshape(length, -1) for length in lengths.values()], np.float32)
    tables = SourceTables(
        recordings=[],
        skeletons=[pa.RecordBatch.from_pydict({"joints": joints})],
        clips=(rows.slice(start, per_batch) for start in range(0, len(rows), per_batch)),
        captions=[],
    )
    found = figures(dataset_statistics({"h2o": tables}), "h2o")
    expected = frame_by_frame(windows, lengths)
    assert found["hours_kept"] == pytest.approx(expected["kept"] / 30 / 3600)
    assert found["hours_in_no_clip"] == pytest.approx(expected["in no clip"] / 30 / 3600)
    counts = Counter(row[2] for row in flat)
    assert (found["clips"], found["clips_kept"]) == (len(flat), counts[None])
    for reason in ("at rest", "too fast", "measured share"):
        assert found.get(f"hours_dropped: {reason}", 0.0) == pytest.approx(expected[reason] / 30 / 3600)
        assert found.get(f"clips_dropped: {reason}", 0.0) == counts[reason]


def test_intensity_is_the_mean_over_the_clips_kept(table: pa.RecordBatch) -> None:
    assert figures(table, "gigahands")["intensity_angular_left"] == pytest.approx(10 + (0 + 30 + 100) / 3)
    assert figures(table, "h2o")["intensity_angular_left"] is None


def test_contacts_have_the_planted_ratio_length_and_frequency(table: pa.RecordBatch) -> None:
    found = figures(table, "gigahands")
    assert found["contact_ratio"] == pytest.approx(5 / 280)
    assert found["contact_duration"] == pytest.approx(5 / 30 / 3)
    assert found["contact_frequency"] == pytest.approx(3 / (280 / 30))


def test_all_sources_together_are_weighted_by_what_they_hold(table: pa.RecordBatch) -> None:
    found = figures(table, "all")
    assert (found["takes"], found["subjects"], found["frames"]) == (6, 4, 350)
    assert found["contact_ratio"] == pytest.approx(35 / 350)
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
