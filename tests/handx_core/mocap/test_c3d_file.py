"""C3D files written byte by byte, sound ones: processors, floats and integers, missing markers, names, long takes."""

import numpy as np
import pytest
from c3d_bytes import (
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

from handx_core.errors import RawDataError
from handx_core.mocap import read_c3d

FORMS = [(processor, integers) for processor in (INTEL, DEC, MIPS) for integers in (False, True)]
NAMES = {INTEL: "Intel", DEC: "DEC", MIPS: "MIPS"}


@pytest.mark.parametrize(("processor", "integers"), FORMS)
def test_every_form_gives_the_same_metres(tmp_path, processor, integers):
    points = points_of()
    scale = 0.25 if integers else -0.25
    file = C3dBytes(points, processor=processor, integers=integers, scale=scale, rate_hz=119.5)
    take = read(file.to_bytes(), tmp_path)
    expected = points[..., :3] * 1e-3 * (0.25 if integers else 1.0)
    np.testing.assert_allclose(take.positions, expected, rtol=3e-7)
    assert take.positions.dtype == np.float32
    assert take.positions.shape == (7, 3, 3)
    assert (take.labels, take.rate_hz, take.first_frame) == (LABELS, 119.5, 1)
    header = take.header
    assert (header.processor, header.integers) == (NAMES[processor], integers)
    assert (header.units, header.metres_per_unit) == ("mm", 1e-3)
    assert (header.frames_declared, header.unnamed_points, header.notes) == (7, 0, ())


@pytest.mark.parametrize(("processor", "integers"), FORMS)
def test_analog_values_are_stepped_over(tmp_path, processor, integers):
    points, analog = points_of(), np.arange(7 * 10).reshape(7, 10) - 35.0
    scale = 1.0 if integers else -1.0
    file = C3dBytes(points, processor, integers, scale, analog=analog, header={"n_samples": 2})
    np.testing.assert_allclose(read(file.to_bytes(), tmp_path).positions, points[..., :3] * 1e-3, rtol=3e-7)


@pytest.mark.parametrize(("processor", "integers"), FORMS)
def test_missing_markers_are_nan_in_every_way_of_writing_them(tmp_path, processor, integers):
    points = points_of()
    points[0, 0, 3] = -1  # with the last place left standing
    points[1, 1] = 0.0, 0.0, 0.0, -1.0
    points[2, 2] = 0.0, 0.0, 0.0, 5.0  # zeros without a word on it
    points[3, 0] = 0.0, 0.0, 7.0, 0.0  # on an axis, residual 0: seen
    points[4, 1, 3] = 0x7F00  # seen by seven cameras
    expected = np.zeros((7, 3), bool)
    expected[[0, 1, 2], [0, 1, 2]] = True
    if not integers and processor != DEC:
        points[5, 0, 1] = np.nan
        points[5, 1, 2] = -np.inf
        points[5, 2, 3] = np.nan
        points[6, 0, 0] = np.inf
        points[6, 1, 3] = np.inf
        expected[5] = expected[6, :2] = True
    scale = 1.0 if integers else -1.0
    positions = read(C3dBytes(points, processor, integers, scale).to_bytes(), tmp_path).positions
    np.testing.assert_array_equal(np.isnan(positions).all(axis=-1), expected)
    np.testing.assert_allclose(positions[~expected], points[~expected][:, :3] * 1e-3, rtol=3e-7)


def test_a_vax_number_beyond_ieee_is_missing(tmp_path):
    content = C3dBytes(points_of(1), DEC, tail=b"").to_bytes()
    largest = b"\xff\x7f\xff\xff"  # 1.7e38: exponent 255, all bits of the fraction
    place = len(content) - 3 * 16
    positions = read(content[:place] + largest + content[place + 4 :], tmp_path).positions
    assert np.isnan(positions[0]).all(axis=-1).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("written", "metres"),
    [
        ("mm", 1e-3), ("mm  ", 1e-3), ("MM", 1e-3), ("millimeters", 1e-3), ("cm", 1e-2), ("Centimetre", 1e-2),
        ("m", 1.0), ("mete", 1.0), ("meters", 1.0), ("metres", 1.0), ("m\0\0", 1.0), ("in", 0.0254),
        ("inches", 0.0254), ("ft", 0.3048), ("dm", 0.1),
    ],
)  # fmt: skip
def test_units_in_known_words(tmp_path, written, metres):
    points = points_of()
    take = read(C3dBytes(points, point={"UNITS": texts([written])}).to_bytes(), tmp_path)
    np.testing.assert_allclose(take.positions, points[..., :3] * metres, rtol=3e-7)
    assert take.header.units == written.rstrip("\0")
    assert (take.header.metres_per_unit, take.header.notes) == (metres, ())


@pytest.mark.parametrize(("value", "written"), [(None, ""), (texts(["furlong"]), "furlong"), (texts(["  "]), "  ")])
def test_units_that_are_not_said_are_millimetres_with_a_note(tmp_path, value, written):
    take = read(C3dBytes(points_of(), point={"UNITS": value}).to_bytes(), tmp_path)
    assert (take.header.units, take.header.metres_per_unit) == (written, 1e-3)
    assert "millimetres assumed" in take.header.notes[0]


def test_a_unit_for_each_point(tmp_path):
    take = read(C3dBytes(points_of(), point={"UNITS": texts(["cm"] * 3, 4)}).to_bytes(), tmp_path)
    assert (take.header.units, take.header.metres_per_unit) == ("cm  ", 1e-2)


def test_labels_go_on_in_further_parameters(tmp_path):
    names = [f"P{number}" for number in range(600)]
    labels = {
        "LABELS": texts(names[:255], 6), "LABELS2": texts(names[255:510], 5), "LABELS3": texts(names[510:], 4)
    }  # fmt: skip
    take = read(C3dBytes(points_of(4, 600), point=labels).to_bytes(), tmp_path)
    assert take.labels == tuple(names)
    assert take.header.unnamed_points == 0


def test_points_without_a_label_are_named_by_their_number(tmp_path):
    take = read(C3dBytes(points_of(4, 4), point={"LABELS": texts(["A", "", "C"], 3)}).to_bytes(), tmp_path)
    assert take.labels == ("A", "*2", "C", "*4")
    assert take.header.unnamed_points == 2
    take = read(C3dBytes(points_of(), point={"LABELS": None}).to_bytes(), tmp_path)
    assert take.labels == ("*1", "*2", "*3")


def test_more_labels_than_points_and_labels_of_other_alphabets(tmp_path):
    latin = -1, (3, 2), b"M\xe9d\xc3\xa9 "  # Latin-1, then UTF-8
    take = read(C3dBytes(points_of(4, 1), point={"LABELS": latin}).to_bytes(), tmp_path)
    assert take.labels == ("Méd",)
    take = read(C3dBytes(points_of(4, 2), point={"LABELS": (-1, (3, 2), b"a\x01b\xc3\xa9 ")}).to_bytes(), tmp_path)
    assert take.labels == ("a?b", "é")


@pytest.mark.parametrize("processor", [INTEL, DEC, MIPS])
def test_first_frames_beyond_16_bits(tmp_path, processor):
    fields = {
        ("TRIAL", "ACTUAL_START_FIELD"): words([70_000 % 65_536, 1], processor),
        ("TRIAL", "ACTUAL_END_FIELD"): words([70_006 % 65_536, 1], processor),
    }
    file = C3dBytes(points_of(), processor, other=fields, header={"first_frame": 65_535, "last_frame": 65_535})
    take = read(file.to_bytes(), tmp_path)
    assert (take.first_frame, len(take.positions)) == (70_000, 7)


LONG = 66_001
FIELDS = {
    ("TRIAL", "ACTUAL_START_FIELD"): words([1, 0]),
    ("TRIAL", "ACTUAL_END_FIELD"): words([LONG % 65_536, LONG // 65_536]),
}


@pytest.mark.parametrize(
    ("point", "other", "header", "most_padding"),
    [
        ({"FRAMES": one_word(65_535)}, FIELDS, {}, 0),
        ({"FRAMES": one_word(65_535), "LONG_FRAMES": one_real(LONG)}, {}, {}, 0),
        ({"FRAMES": one_real(LONG)}, {}, {}, 0),
        ({"FRAMES": one_word(LONG)}, {}, {"last_frame": LONG % 65_536}, 0),  # both went round
        # By the file's size alone, in which the last block's padding may be frames without markers.
        ({"FRAMES": one_word(65_535)}, {}, {}, 31),
        ({"FRAMES": one_word(65_535)}, {}, {"first_frame": 100}, 31),
        ({"FRAMES": None}, {}, {}, 31),
        ({"FRAMES": None}, {}, {"last_frame": 0}, 31),
    ],
)
def test_takes_of_more_than_65535_frames(tmp_path, point, other, header, most_padding):
    points = points_of(LONG, 2)
    header = {"last_frame": 65_535, **header}
    take = read(
        C3dBytes(points, integers=True, scale=1.0, point=point, other=other, header=header).to_bytes(), tmp_path
    )
    np.testing.assert_allclose(take.positions[:LONG], points[..., :3] * 1e-3, rtol=3e-7)
    assert len(take.positions) - LONG <= most_padding
    assert np.isnan(take.positions[LONG:]).all()
    assert take.first_frame == header.get("first_frame", 1)


def test_a_parameter_may_come_after_those_of_other_groups(tmp_path):
    other = {("TRIAL", "CAMERA_RATE"): one_real(9.0)}
    file = C3dBytes(
        points_of(), point={"RATE": None}, other=other, records=parameter_record(POINT_GROUP, "RATE", one_real(50.0))
    )
    assert read(file.to_bytes(), tmp_path).rate_hz == 50.0


def test_names_of_parameters_in_any_case_padded_and_locked(tmp_path):
    locked = bytearray(parameter_record(POINT_GROUP, "rate ", one_real(50.0)))
    locked[0] = 256 - locked[0]  # a negative length
    assert read(C3dBytes(points_of(), point={"RATE": None}, records=bytes(locked)).to_bytes(), tmp_path).rate_hz == 50.0


def test_what_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(RawDataError, match=r"take\.c3d: expected a readable file, found: No such file"):
        read_c3d(tmp_path / "take.c3d")
    with pytest.raises(RawDataError, match="expected a readable file"):
        read_c3d(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "second byte is 0x50, found 0 bytes"),
        (b"\x02\x50" + bytes(100), "found 102 bytes"),
        (b"\x02\x51" + bytes(2000), "found a second byte of 0x51"),
        (b"\x02\x50" + bytes(2000), "expected parameters of processor 84, 85, 86, found none in block 2"),
        (C3dBytes(points_of(7, 0)).to_bytes(), "expected points, found a file of other data alone"),
        (C3dBytes(points_of(7, 0), analog=np.ones((7, 6))).to_bytes(), "expected points, found a file of other data"),
        (C3dBytes(points_of(0)).to_bytes(), "expected a whole frame of points"),
        (C3dBytes(points_of(1), tail=b"").to_bytes()[:-1], "expected a whole frame of points, found 1071 bytes"),
        (C3dBytes(points_of(), rate_hz=0.0).to_bytes(), "expected 0.1 to 100000 frames per second, found 0"),
        (C3dBytes(points_of(), rate_hz=float("nan")).to_bytes(), "expected 0.1 to 100000 frames per second"),
        (C3dBytes(points_of(), rate_hz=2e5).to_bytes(), "expected 0.1 to 100000 frames per second, found 200000"),
        (C3dBytes(points_of(), integers=True, scale=0.0).to_bytes(), "expected a scale up to 1e.06, found 0"),
        (C3dBytes(points_of(), integers=True, scale=1e30).to_bytes(), "expected a scale up to 1e.06, found 1e.30"),
        (C3dBytes(points_of(), scale=float("nan")).to_bytes(), "expected a scale"),
    ],
)
def test_unusable_files_say_what_was_expected_and_found(tmp_path, content, message):
    with pytest.raises(RawDataError, match=message) as caught:
        read(content, tmp_path)
    assert caught.value.path == str(tmp_path / "take.c3d")


def test_a_scale_of_zero_is_no_scale_and_the_words_tell(tmp_path):
    points = points_of()
    file = C3dBytes(points, integers=True, scale=0.5, point={"SCALE": one_real(0.0)})
    np.testing.assert_allclose(read(file.to_bytes(), tmp_path).positions, points[..., :3] * 5e-4, rtol=3e-7)


def test_the_words_of_a_frame_number_are_low_then_high():
    assert words([70_000 % 65_536, 70_000 // 65_536])[2] == (70_000).to_bytes(4, "little")
    assert word(0x1234, MIPS) == b"\x12\x34"
