"""C3D files that a strict reader refuses and that all the same say where the markers are."""

import tracemalloc

import numpy as np
import pytest
from c3d_bytes import (
    BLOCK,
    DEC,
    INTEL,
    LABELS,
    MIPS,
    POINT_GROUP,
    C3dBytes,
    one_real,
    one_word,
    parameter_record,
    points_of,
    read,
    texts,
    word,
    words,
)  # fmt: skip

from handx_core.mocap import read_c3d

POINTS = points_of()
EXPECTED = POINTS[..., :3].astype(np.float32) * np.float32(1e-3)


def assert_as_expected(take):
    np.testing.assert_allclose(take.positions, EXPECTED, rtol=3e-7)
    assert take.labels == LABELS
    assert take.rate_hz == 120.0


def test_of_a_name_that_stands_twice_the_first_value_counts(tmp_path):
    again = b"".join(
        parameter_record(POINT_GROUP, name, value)
        for name, value in (("USED", one_word(9)), ("RATE", one_real(1.0)), ("LABELS", texts(["A", "B", "C"])))
    )
    take = read(C3dBytes(POINTS, records=again).to_bytes(), tmp_path)
    assert_as_expected(take)
    assert "parameters: POINT:USED stands twice; the first with a value is used" in take.header.notes
    # An empty one before it does not count.
    empty = {"LABELS": (-1, (4, 0), b"")}
    take = read(
        C3dBytes(POINTS, point=empty, records=parameter_record(1, "LABELS", texts(LABELS))).to_bytes(), tmp_path
    )
    assert_as_expected(take)


DAMAGED = {
    # name: (element bytes of the value, distance in place of the true one, description)
    "distance too short": (-9, b"a description"),
    "distance into the next record": (7, b"a description"),
    "distance beyond the file": (60_000, b"a description"),
    "distance to itself": (-(10**6), b"a description"),
    "distance into a text": (-40, b" " * 60),
    "no description": (0, None),
    "no description and a wrong distance": (3, None),
}


@pytest.mark.parametrize("damage", DAMAGED)
@pytest.mark.parametrize("processor", [INTEL, DEC, MIPS])
def test_records_with_wrong_ends(tmp_path, damage, processor):
    """A broken record stands first among the records of labels, rate and units: these must be read all the same."""
    error, description = DAMAGED[damage]
    value = words([1, 2, 3], processor)
    whole = parameter_record(POINT_GROUP, "BROKEN", value, processor, description=description)
    distance = max(len(whole) - 2 - len("BROKEN") + error, 0)
    broken = parameter_record(
        POINT_GROUP, "BROKEN", value, processor, description=description, distance=distance if error else None
    )
    after = b"".join(
        parameter_record(POINT_GROUP, name, value, processor)
        for name, value in (
            ("LABELS", texts(LABELS, 12)), ("UNITS", texts(["mm"])), ("RATE", one_real(120.0, processor))
        )
    )  # fmt: skip
    missing = dict.fromkeys(("LABELS", "UNITS", "RATE"))
    file = C3dBytes(POINTS, processor, point=missing, records=broken + after, header={"rate_hz": 60.0})
    take = read(file.to_bytes(), tmp_path)
    assert_as_expected(take)
    expected = "missing description in BROKEN" if not error else "wrong distance to the next record in BROKEN"
    assert any(expected in note for note in take.header.notes)


def test_a_last_record_may_have_the_distance_0(tmp_path):
    last = parameter_record(POINT_GROUP, "LABELS", texts(LABELS, 12), distance=0)
    take = read(C3dBytes(POINTS, point={"LABELS": None}, records=last).to_bytes(), tmp_path)
    assert_as_expected(take)
    assert take.header.notes == ()


def test_a_record_that_claims_more_than_there_is_takes_only_what_there_is(tmp_path):
    huge = 4, (255,) * 200, b"\x00" * 40
    take = read(C3dBytes(POINTS, records=parameter_record(POINT_GROUP, "HUGE", huge)).to_bytes(), tmp_path)
    assert_as_expected(take)


def test_the_number_of_parameter_blocks_may_be_anything(tmp_path):
    for n_blocks in (0, 1, 40, 255):
        assert_as_expected(read(C3dBytes(POINTS, n_blocks=n_blocks).to_bytes(), tmp_path))


def test_parameters_are_looked_for_in_the_second_block_where_the_first_says_nothing(tmp_path):
    for block in (0, 9, 200):
        take = read(C3dBytes(POINTS, header={"parameter_block": block}).to_bytes(), tmp_path)
        assert_as_expected(take)
        assert take.header.notes == (f"parameters: block {block} by the first block, found in 2",)


def test_parameters_behind_the_data(tmp_path):
    content = C3dBytes(POINTS, header={"data_block": 2}, point={"DATA_START": one_word(2)}).to_bytes()
    n_section = len(C3dBytes(POINTS).section(2))
    frames = content[BLOCK + n_section :]
    block = 2 + len(frames) // BLOCK
    moved = bytes([block]) + content[1:BLOCK] + frames + content[BLOCK : BLOCK + n_section]
    assert_as_expected(read(moved, tmp_path))
    too_many = moved[:8] + word(9000) + moved[10:].replace(word(7) + b"\x0ba parameter", word(0) + b"\x0ba parameter")
    positions = read(too_many, tmp_path).positions
    np.testing.assert_allclose(positions[:7], EXPECTED, rtol=3e-7)
    assert len(positions) == BLOCK // 48
    assert np.isnan(positions[7:]).all()


MANY = points_of(40)
"""1,920 bytes of frames: another number of points, words or blocks is off by more than a block's padding."""


@pytest.mark.parametrize(
    ("header", "point", "note"),
    [
        ({"n_points": 5}, {}, "POINT:USED is 3, 5 by the first block: 3 used"),
        ({}, {"USED": one_word(5)}, "POINT:USED is 5, 3 by the first block: 3 used"),
        ({}, {"USED": None}, "POINT:USED is missing: 3 used"),
        ({"data_block": 0}, {}, "POINT:DATA_START is 3, 0 by the first block: 3 used"),
        ({"data_block": 1}, {"DATA_START": one_word(0)}, "POINT:DATA_START is 0, 1 by the first block: 3 used"),
        ({"data_block": 0}, {"DATA_START": one_word(0)}, "POINT:DATA_START is 0, 0 by the first block: 3 used"),
        ({"data_block": 2}, {}, "POINT:DATA_START is 3, 2 by the first block: 3 used"),
        ({}, {"DATA_START": one_word(0)}, "POINT:DATA_START is 0, 3 by the first block: 3 used"),
        ({}, {"DATA_START": one_word(4)}, "POINT:DATA_START is 4, 3 by the first block: 3 used"),
        ({"data_block": 900}, {"DATA_START": one_word(60_000)}, "60000, 900 by the first block: 3 used"),
        ({"scale": 1.0}, {}, "POINT:SCALE is -0.1, 1 by the first block: -0.1 used"),
        ({}, {"SCALE": one_real(1.0)}, "POINT:SCALE is 1, -0.1 by the first block: -0.1 used"),
        ({}, {"SCALE": None}, "POINT:SCALE is missing: -0.1 used"),
        ({"scale": 0.0}, {}, "POINT:SCALE is -0.1, 0 by the first block: -0.1 used"),
        ({"rate_hz": 60.0}, {}, "POINT:RATE is 120, 60 by the first block: 120 used"),
        ({}, {"RATE": one_real(1e-30)}, "POINT:RATE is 1e-30, 120 by the first block: 120 used"),
        ({}, {"RATE": None}, "POINT:RATE is missing, 120 by the first block: 120 used"),
    ],
)
def test_the_first_block_and_the_point_group_disagree(tmp_path, header, point, note):
    """The reading that accounts for the file's length holds, whichever of the two it is."""
    take = read(C3dBytes(MANY, header=header, point=point).to_bytes(), tmp_path)
    np.testing.assert_allclose(take.positions, MANY[..., :3] * 1e-3, rtol=3e-7)
    assert take.labels == LABELS
    assert take.rate_hz == 120.0
    assert any(note in written for written in take.header.notes)


@pytest.mark.parametrize(
    ("n_analog", "used", "rate_hz", "n_samples"),
    [(6, 3, 240.0, 2), (4, 3, 240.0, 2), (0, 3, 240.0, 9), (0, 3, 77.0, 2), (0, 6, 120.0, 0), (6, None, 0.0, 0)],
)
def test_analog_values_may_be_counted_wrongly_in_one_place(tmp_path, n_analog, used, rate_hz, n_samples):
    other = {("ANALOG", "USED"): None if used is None else one_word(used), ("ANALOG", "RATE"): one_real(rate_hz)}
    header = {"n_analog": n_analog, "n_samples": n_samples}
    file = C3dBytes(MANY, analog=np.full((len(MANY), 6), 3.0), header=header, other=other)
    np.testing.assert_allclose(read(file.to_bytes(), tmp_path).positions, MANY[..., :3] * 1e-3, rtol=3e-7)


@pytest.mark.parametrize(
    ("last_frame", "frames", "fields"),
    [(3, 40, None), (40, 3, None), (0, 40, None), (40, 0, None), (9000, 40, None), (7, 8, (1, 40)), (40, 40, (1, 9000)),
     (40, 40, (50, 3)), (46, None, (7, 46))],
)  # fmt: skip
def test_frames_may_be_counted_wrongly_in_some_places(tmp_path, last_frame, frames, fields):
    point = {"FRAMES": None if frames is None else one_word(frames)}
    other = {}
    if fields:
        other = {
            ("TRIAL", f"ACTUAL_{name}_FIELD"): words([n, 0]) for name, n in zip(("START", "END"), fields, strict=True)
        }
    first_frame = fields[0] if fields and fields[1] - fields[0] == 39 else 1
    take = read(C3dBytes(MANY, header={"last_frame": last_frame}, point=point, other=other).to_bytes(), tmp_path)
    np.testing.assert_allclose(take.positions, MANY[..., :3] * 1e-3, rtol=3e-7)
    assert take.first_frame == first_frame
    assert take.header.frames_declared == 40


@pytest.mark.parametrize("n_bytes_lost", [1, 47, 48, 49, 600])
def test_a_file_that_was_cut_off_keeps_its_whole_frames(tmp_path, n_bytes_lost):
    content = C3dBytes(MANY, tail=b"").to_bytes()[:-n_bytes_lost]
    take = read(content, tmp_path)
    n_whole = 40 - -(-n_bytes_lost // 48)
    np.testing.assert_allclose(take.positions, MANY[:n_whole, :, :3] * 1e-3, rtol=3e-7)
    assert (take.header.frames_declared, take.header.frames_held) == (40, n_whole)
    assert take.header.notes == (f"frames: 40 by POINT:FRAMES, {n_whole} in the file",)


def test_what_follows_the_frames_is_left_alone(tmp_path):
    take = read(C3dBytes(MANY, tail=b"\x01" * 3000).to_bytes(), tmp_path)
    np.testing.assert_allclose(take.positions, MANY[..., :3] * 1e-3, rtol=3e-7)


def test_memory_is_the_result_and_little_more(tmp_path):
    """On a file of 29 MB, with analog values, of which the result is a third."""
    points = np.tile(points_of(500, 60), (20, 1, 1))
    path = tmp_path / "take.c3d"
    path.write_bytes(C3dBytes(points, MIPS, analog=np.ones((len(points), 480))).to_bytes())
    tracemalloc.start()
    try:
        take = read_c3d(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert take.positions.shape == (10_000, 60, 3)
    assert peak < take.positions.nbytes + 4e6


def test_records_that_each_claim_the_whole_section_share_it(tmp_path):
    records = b"".join(
        parameter_record(POINT_GROUP, f"{number:04}", (-1, (255, 255), b""), description=None) for number in range(7000)
    )
    path = tmp_path / "take.c3d"
    path.write_bytes(C3dBytes(POINTS, records=records).to_bytes())
    tracemalloc.start()
    try:
        assert_as_expected(read_c3d(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2e7


@pytest.mark.parametrize("element_bytes", [0, 3, 8, -4])
def test_values_of_other_kinds_than_the_format_has_are_left_out(tmp_path, element_bytes):
    value = element_bytes, (), bytes(range(1, 1 + abs(element_bytes)))
    take = read(C3dBytes(POINTS, point={"RATE": value}).to_bytes(), tmp_path)
    assert_as_expected(take)
    assert f"parameters: elements of {element_bytes} bytes left out in RATE" in take.header.notes


@pytest.mark.parametrize("number", [np.nan, np.inf, -5.0, 0.0])
def test_counts_that_are_none_are_left_out(tmp_path, number):
    point = {"LONG_FRAMES": one_real(number), "USED": one_real(number)}
    other = {("TRIAL", f"ACTUAL_{name}_FIELD"): one_real(number) for name in ("START", "END")}
    other |= {("ANALOG", "USED"): one_real(number), ("ANALOG", "RATE"): one_real(number)}
    assert_as_expected(read(C3dBytes(POINTS, point=point, other=other).to_bytes(), tmp_path))


def test_counts_without_bytes_allocate_nothing(tmp_path):
    fields = {
        ("TRIAL", "ACTUAL_START_FIELD"): words([1, 0]), ("TRIAL", "ACTUAL_END_FIELD"): words([65_535, 65_535])
    }  # fmt: skip
    path = tmp_path / "take.c3d"
    path.write_bytes(C3dBytes(POINTS, other=fields, point={"LONG_FRAMES": one_real(3e38)}).to_bytes())
    tracemalloc.start()
    try:
        assert len(read_c3d(path).positions) == 7
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1e6


def test_there_are_never_many_notes(tmp_path):
    again = b"".join(parameter_record(POINT_GROUP, f"N{number}", one_word(1)) * 2 for number in range(1000))
    take = read(C3dBytes(POINTS, records=again).to_bytes(), tmp_path)
    assert_as_expected(take)
    assert len(take.header.notes) == 21
    assert take.header.notes[-1] == "and 980 more"
