"""Marker sets: what hand25 says, against the published placing of its markers, and what a TOML file may not say."""

import re
import tomllib
from pathlib import Path

import pytest

from handx_core.errors import RawDataError
from handx_core.mocap.marker_set import (
    BONE_NAMES,
    HAND25,
    SEGMENTS,
    load_marker_set,
    marker_set_from,
    marker_set_text,
)
from handx_core.skeleton import BONES, JOINT_NAMES

NEAR_AND_FAR = {
    "carpal": ("wrist", "cmc"),
    "proximal": ("mcp", "pip"),
    "middle": ("pip", "dip"),
    "distal": ("dip", "tip"),
}
SHIPPED = HAND25.read_text("utf-8")


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """The shipped file with one thing changed; a regular expression says which."""
    content, count = re.subn(old, lambda _: new, SHIPPED, count=1, flags=re.MULTILINE)
    assert count == 1, f"{old} is not in the file"
    path = tmp_path / "markers.toml"
    path.write_text(content, "utf-8")
    return path


def test_hand25_has_its_markers_on_the_segments_that_they_are_rigid_to() -> None:
    expected = {"RAD": "forearm", "ULN": "forearm", "WRD": "forearm", "HB1": "palm", "HB2": "palm"}
    fingers = ("index", "middle", "ring", "pinky")
    expected |= {f"MC{number}": f"{finger}_metacarpal" for number, finger in enumerate(fingers, start=2)}
    expected |= {"TMA": "thumb_metacarpal", "TMB": "thumb_metacarpal", "TPP": "thumb_proximal", "TDP": "thumb_distal"}
    for letter, finger in zip("IMRL", fingers, strict=True):
        expected |= {f"{letter}{bone[0]}P".upper(): f"{finger}_{bone}" for bone in ("proximal", "middle", "distal")}
    markers = load_marker_set(HAND25).markers
    assert [(marker.name, marker.segment) for marker in markers] == list(expected.items())
    assert set(expected.values()) == set(SEGMENTS)


def test_hand25_places_markers_where_a_hand_has_its_back() -> None:
    by_name = {marker.name: marker for marker in load_marker_set(HAND25).markers}
    assert all(marker.labels[0] == name for name, marker in by_name.items())
    assert all(5.0 <= marker.height_mm <= 15.0 for marker in by_name.values() if marker.along is not None)
    radial, ulnar = by_name["RAD"].pos_mm, by_name["ULN"].pos_mm
    assert radial is not None
    assert ulnar is not None
    assert radial[0] < 0.0 < ulnar[0]
    one, other = by_name["HB1"].pos_mm, by_name["HB2"].pos_mm
    assert one is not None
    assert other is not None
    assert abs(one[1] - other[1]) >= 8.0, "the hand's back would look the same on both hands"


def test_bone_names_are_in_the_order_of_the_skeleton() -> None:
    for name, bone in zip(BONE_NAMES, BONES, strict=True):
        finger, part = name.split("_")
        if finger == "thumb":
            near, far = {"carpal": ("wrist", "cmc"), "metacarpal": ("cmc", "mcp"), "proximal": ("mcp", "ip"),
                         "distal": ("ip", "tip")}[part]  # fmt: skip
        else:
            near, far = ("wrist", "mcp") if part == "metacarpal" else NEAR_AND_FAR[part]
        expected = ["wrist" if joint == "wrist" else f"{finger}_{joint}" for joint in (near, far)]
        assert [JOINT_NAMES[joint] for joint in bone] == expected


def test_values_come_out_as_they_were_written(tmp_path: Path) -> None:
    path = changed(tmp_path, r"^# hand_length = 190", "hand_length = 181.5\nindex_proximal = 44")
    marker_set = load_marker_set(path)
    written = tomllib.loads(SHIPPED)
    assert marker_set.caliper_mm == {"hand_length": 181.5, "index_proximal": 44.0}
    assert (marker_set.name, marker_set.units, marker_set.up) == ("hand25", "auto", "y")
    for marker in marker_set.markers:
        entry = written["markers"][marker.name]
        assert marker.segment == entry["segment"]
        assert marker.labels == (marker.name, *entry["labels"])
        assert (marker.along, marker.height_mm) == (entry.get("along"), entry.get("height_mm", 0.0))
        assert marker.pos_mm == (tuple(entry["pos_mm"]) if "pos_mm" in entry else None)
        assert marker.sd_mm == entry["sd_mm"]


TOO_DEEP = "x = " + "[" * 20_000

WRONG = {
    "a key is missing": (r'^up = "y"', "", "`up`", "none"),
    "a key is unknown": (r'^up = "y"', 'up = "y"\ncolour = "red"', "the file", "colour"),
    "another unit": (r'^units = "auto"', 'units = "inch"', "units", "inch"),
    "another axis": (r'^up = "y"', 'up = "x"', "up", "x"),
    "a list for a text": (r'^up = "y"', 'up = ["y"]', "up", "y"),
    "no side": (r"^left = .*", "left = []", "left", "[]"),
    "a blank side": (r"^left = .*", 'left = ["_"]', "left", "_"),
    "a text for a list": (r"^left = .*", 'left = "L"', "left", "L"),
    "one beginning for both hands": (r"^left = .*", 'left = ["R"]', "RRAD", "both hands"),
    "no regular expression": (r"^ignore = .*", "ignore = ['(']", "ignore", "unterminated"),
    "a label of two markers": (r'"HandBack2"', '"hand_back1"', "HB1 and HB2", "hand_back1"),
    "no such segment": (r'segment = "palm"', 'segment = "hand"', "markers.HB1.segment", "hand"),
    "a number for a marker": (r"^HB1 = .*", "HB1 = 3", "markers.HB1", "3"),
    "two places": (r"along = 0.2, ", "pos_mm = [0, 0, 0], along = 0.2, ", "markers.TMA", "pos_mm"),
    "half a place": (r"along = 0.2, ", "", "markers.TMA", "height_mm"),
    "no place": (r"pos_mm = \[-15, 28, 17\], ", "", "markers.HB1", "neither"),
    "a bone of the palm": (r"pos_mm = \[-15, 28, 17\]", "along = 0.3, height_mm = 17", "markers.HB1", "along"),
    "metres": (r"along = 0.2, height_mm = 13", "along = 0.2, height_mm = 1300", "markers.TMA.height_mm", "1300"),
    "no number": (r"along = 0.2", "along = nan", "markers.TMA.along", "nan"),
    "a truth for a number": (r"along = 0.2", "along = true", "markers.TMA.along", "True"),
    "a huge number": (r"along = 0.2", "along = 1" + "0" * 400, "markers.TMA.along", "1000"),
    "a number of ten thousand digits": (r"along = 0.2", "along = 0x" + "9" * 10_000, "markers.TMA.along", "int"),
    "two coordinates": (r"\[-15, 28, 17\]", "[-15, 28]", "markers.HB1.pos_mm", "[-15, 28]"),
    "no deviation": (r"sd_mm = 6", "sd_mm = 0", "markers.RAD.sd_mm", "0"),
    "no such marker key": (r"sd_mm = 6", "sd_mm = 6, sd = 6", "markers.RAD", "sd"),
    "no such bone": (r"^# hand_length = 190", "arm = 190", "caliper_mm", "arm"),
    "a caliper in metres": (r"^# hand_length = 190", "hand_length = 0.19", "caliper_mm.hand_length", "0.19"),
    "no markers": (r"^\[markers\](.|\n)*", "[markers]", "markers", "none"),
    "no TOML": (r'^up = "y"', "up = y", "TOML", "line"),
    "nothing but brackets": (r'^up = "y"', TOO_DEEP, "TOML", "recursion"),
    "twice the same marker": (r"^ULN = ", "RAD = ", "TOML", "line"),
    "a number too long to read": (r"along = 0.2", "along = " + "9" * 5000, "TOML", "digits"),
    "a file of a megabyte": (r'^up = "y"', "# " + "x" * (1 << 20), "bytes", "more"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_a_file_may_not_say_is_named(case: str, tmp_path: Path) -> None:
    old, new, key, found = WRONG[case]
    path = changed(tmp_path, old, new)
    with pytest.raises(RawDataError) as error:
        load_marker_set(path)
    assert error.value.path == str(path)
    assert error.value.reason.startswith("expected ")
    expected, said = error.value.reason.rsplit("found", 1)
    assert key in expected + said
    assert found in said


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(SHIPPED.replace("hand25", "Händ").encode("latin-1"))
    for path in (latin, tmp_path, tmp_path / "missing.toml"):
        with pytest.raises(RawDataError, match="found"):
            load_marker_set(path)


def test_a_marker_set_survives_as_text(tmp_path: Path) -> None:
    own = load_marker_set(changed(tmp_path, "^# hand_length = 190", "hand_length = 187.5\nindex_distal = 24"))
    for marker_set in (load_marker_set(HAND25), own):
        assert marker_set_from(marker_set_text(marker_set)) == marker_set
    assert marker_set_text(own) != marker_set_text(load_marker_set(HAND25))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"hand25"', "{", "expected JSON"),
        ('"up": "y"', '"up": "x"', "one of y, z for up"),
        ('"sd_mm": 6.0', '"sd_mm": NaN', "a number from"),
        ('"palm"', '"hand"', "segment"),
    ],
)
def test_a_text_is_judged_as_a_file_is(old: str, new: str, reason: str) -> None:
    text = marker_set_text(load_marker_set(HAND25))
    assert old in text
    with pytest.raises(RawDataError, match=reason):
        marker_set_from(text.replace(old, new, 1))
