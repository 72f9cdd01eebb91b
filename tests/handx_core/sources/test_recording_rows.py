"""Recordings survive the table exactly, and their fingerprint sees every change."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from handx_core.mocap.marker_set import HAND25, load_marker_set
from handx_core.schemas import TABLES
from handx_core.sources.base import Label, Recording, Take
from handx_core.sources.rows import fingerprint, recordings_batch, recordings_from

FLOATS = arrays.arrays(np.float32, arrays.array_shapes(max_dims=3, max_side=3), elements=st.floats(width=32))
MARKERS = load_marker_set(HAND25)
TIMES = st.lists(st.floats(0, 1e6), min_size=2, max_size=5, unique=True).map(sorted)


PATIENT = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    text = st.text(max_size=5)
    label = st.builds(Label, st.floats(0, 1), st.floats(1, 2), text)
    take = Take(
        recording_id=draw(text),
        path=Path("some") / "take",
        subject=draw(text),
        labels=tuple(draw(st.lists(label, max_size=3))),
        official_split=draw(st.none() | st.just("train")),
        session=draw(st.none() | text),
    )
    payload = draw(st.dictionaries(text, FLOATS, max_size=3))
    return Recording(
        take=take,
        kind="joints",
        variant=draw(text),
        times=np.array(draw(TIMES)),
        arrays=payload,
        licence=draw(text),
        subject_is_session=draw(st.booleans()),
        marker_set=draw(st.none() | st.just(MARKERS)),
        notes=tuple(draw(st.lists(text, max_size=2))),
    )


def assert_same(found: Recording, expected: Recording) -> None:
    assert found.take == expected.take
    assert (found.kind, found.variant, found.licence) == (expected.kind, expected.variant, expected.licence)
    assert found.subject_is_session == expected.subject_is_session
    assert (found.marker_set, found.notes) == (expected.marker_set, expected.notes)
    np.testing.assert_array_equal(found.times, expected.times)
    assert set(found.arrays) == set(expected.arrays)
    for name, array in expected.arrays.items():
        assert found.arrays[name].shape == array.shape
        assert found.arrays[name].tobytes() == array.tobytes()  # bit for bit, NaN and -0.0 too


@PATIENT
@given(st.lists(recordings(), max_size=3))
def test_round_trip_is_exact(several):
    rows = recordings_batch(several)
    assert rows.schema == TABLES["recordings"].schema
    for found, expected in zip(recordings_from(rows), several, strict=True):
        assert_same(found, expected)


@PATIENT
@given(st.lists(recordings(), min_size=2, max_size=3))
def test_a_slice_of_a_batch_is_read_alike(several):
    found = recordings_from(recordings_batch(several).slice(1))
    for one, expected in zip(found, several[1:], strict=True):
        assert_same(one, expected)


def recording() -> Recording:
    return Recording(Take("s/t", Path("t"), "s/p"), "joints", "", np.array([0.0, 0.5]), {"x": np.ones(3, np.float32)})


def test_fingerprint_sees_stamps_values_names_and_shapes():
    base = recording()
    others = [
        replace(base, times=np.array([0.0, 0.6])),
        replace(base, arrays={"x": np.array([1, 1, np.nextafter(1, 2, dtype=np.float32)], np.float32)}),
        replace(base, arrays={"y": np.ones(3, np.float32)}),
        replace(base, arrays={"x": np.ones((3, 1), np.float32)}),
    ]
    prints = {fingerprint(one) for one in (base, *others)}
    assert len(prints) == 5
    assert fingerprint(recording()) == fingerprint(base)


def test_rate_is_the_median_of_the_stamps():
    irregular = replace(recording(), times=np.array([0.0, 0.1, 0.2, 5.0]))
    assert recordings_batch([irregular]).column("native_fps").to_pylist() == [pytest.approx(10.0)]


def test_double_precision_is_refused_not_rounded():
    with pytest.raises(TypeError, match="x: expected float32"):
        recordings_batch([replace(recording(), arrays={"x": np.ones(3)})])
