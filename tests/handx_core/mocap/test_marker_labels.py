"""Labels as studios write them, matched to hand25; and units that do not make hands."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from handx_core.errors import RawDataError
from handx_core.mocap.labels import match_markers
from handx_core.mocap.marker_set import HAND25, load_marker_set
from handx_core.mocap.take import C3dHeader, MarkerTake
from handx_core.mocap.units import to_z_up
from handx_core.skeleton import HANDS

TAKE = Path("p01/s1/fists.c3d")
SET = load_marker_set(HAND25)
NAMES = [marker.name for marker in SET.markers]
PLAIN = [f"{side}_{name}" for side in "LR" for name in NAMES]
HEADER = C3dHeader("Intel", False, "mm", 1e-3, 4, 4, 0, ())


def take_of(labels: Sequence[str], metres_per_unit: float = 1e-3, size: float = 1.0) -> MarkerTake:
    """Every column has positions of its own; the first 50 lie as two hands do, 0.5 m apart."""
    rng = np.random.default_rng(0)
    positions = 0.05 * size * rng.standard_normal((4, len(labels), 3)) + 1.0
    positions[:, : len(NAMES), 0] += 0.5
    header = replace(HEADER, metres_per_unit=metres_per_unit)
    return MarkerTake(positions.astype(np.float32), tuple(labels), 120.0, 1, header)


def column_of(take: MarkerTake, label: str) -> np.ndarray:
    return take.positions[:, take.labels.index(label)].astype(float)


STYLES = {
    "plain": "{L}_{name}",
    "no sign between": "{L}{name}",
    "trailing blanks": "{L}_{name}   ",
    "lower case": "{l}_{name_lower}",
    "a word for the side": "{Left}{name}",
    "side and hand": "{L}Hand:{name}",
    "an asset with a colon": "Subject 01:{L}_{name}",
    "an asset with an underscore": "Gloves_{L}_{name}",
    "an asset of two words": "My_Gloves_{Left}_{name}",
    "an asset that begins like a side": "Rig_{L}_{name}",
    "an asset and a skeleton": "Rig:Skeleton_{L}{name}",
    "dashes": "{L}-{name}",
}


@pytest.mark.parametrize("style", STYLES)
def test_each_column_reaches_its_marker_in_every_style(style: str) -> None:
    labels = [
        STYLES[style].format(L=side[0].upper(), l=side[0], Left=side.title(), name=name, name_lower=name.lower())
        for side in HANDS
        for name in NAMES
    ]
    order = np.random.default_rng(1).permutation(len(labels))
    take = take_of([labels[column] for column in order])
    take = replace(take, positions=take_of(labels).positions[:, order])
    found = match_markers(take, SET, TAKE)
    assert found.notes == ()
    assert found.rate_hz == 120.0
    for number, label in enumerate(labels):
        hand, marker = divmod(number, len(NAMES))
        np.testing.assert_array_equal(found.positions[:, hand, marker], column_of(take, label))


def test_prefixes_are_stripped_in_any_case() -> None:
    own = replace(SET, strip_prefixes=("gloves[0-9]",))
    found = match_markers(take_of([f"GLOVES1{label}" for label in PLAIN]), own, TAKE)
    assert found.notes == ()


def test_other_names_of_a_marker_count() -> None:
    renamed = {"L_RAD": "LWristOut", "R_MC2": "R Index MCP", "R_LDP": "RightPinkyNail"}
    found = match_markers(take_of([renamed.get(label, label) for label in PLAIN]), SET, TAKE)
    assert found.notes == ()
    assert np.isfinite(found.positions).all()


@pytest.mark.parametrize(
    "other",
    ["*12", "Unlabeled 1234", "Unlabelled_7", "_unlabeled3", "U_12", "u12", "", "   ", "L_IndexFingertip",
     "R_IPP_virtual", "Hands:Unlabeled 12", "Hands: *12", "*R_RAD"],
)  # fmt: skip
def test_unlabelled_and_computed_points_are_left_out_and_noted(other: str) -> None:
    take = take_of([other, *PLAIN])
    found = match_markers(replace(take, positions=np.roll(take.positions, 1, axis=1)), SET, TAKE)
    assert np.isfinite(found.positions).all()
    assert len(found.notes) == 1
    assert "1 labels ignored" in found.notes[0]
    assert other.strip() in found.notes[0]


def test_an_unknown_label_is_named_with_the_nearest_one() -> None:
    for wrong, nearest in {"L_MC22": "L_MC2", "Gloves:R_ULM": "R_ULN", "Right_TumbNail": "Right_ThumbNail"}.items():
        with pytest.raises(RawDataError) as error:
            match_markers(take_of([*PLAIN, wrong]), SET, TAKE)
        assert error.value.path == str(TAKE)
        assert f"found 1 unknown: {wrong}" in error.value.reason
        assert nearest in error.value.reason


def test_a_label_without_a_side_is_unknown() -> None:
    for label in ("MC2", "HB1", "RPP", "LMP"):  # the last two read like a side and an unfinished name
        with pytest.raises(RawDataError, match="found 1 unknown"):
            match_markers(take_of([*PLAIN, label]), SET, TAKE)


def test_many_unknown_labels_are_counted() -> None:
    with pytest.raises(RawDataError, match=r"found 50 unknown: B0, B1, B2, B3, B4, \.\.\."):
        match_markers(take_of([f"B{number}" for number in range(50)]), SET, TAKE)


def test_of_a_label_found_twice_the_first_column_counts() -> None:
    take = take_of([*PLAIN, "Other:L_HB1"])
    found = match_markers(take, SET, TAKE)
    np.testing.assert_array_equal(found.positions[:, 0, NAMES.index("HB1")], column_of(take, "L_HB1"))
    assert [note for note in found.notes if "Other:L_HB1" in note and "first column" in note]


def test_absent_markers_are_missing_and_noted() -> None:
    found = match_markers(take_of([label for label in PLAIN if label not in ("L_WRD", "L_HB2")]), SET, TAKE)
    absent = np.isnan(found.positions).all(axis=(0, 3))
    assert [(int(hand), NAMES[marker]) for hand, marker in np.argwhere(absent)] == [(0, "WRD"), (0, "HB2")]
    assert found.notes == ("left hand without 2 of 25 markers: WRD, HB2",)


def test_a_hand_that_is_never_seen_is_an_error() -> None:
    take = take_of(PLAIN)
    take.positions[:, len(NAMES) :] = np.nan
    for one_hand in (take, take_of(PLAIN[: len(NAMES)])):
        with pytest.raises(RawDataError, match="none of the right hand"):
            match_markers(one_hand, SET, TAKE)


def test_labels_of_any_length_are_dealt_with_soon() -> None:
    unlucky = replace(SET, strip_prefixes=(r"(\w+\W?){3}:", "_*_*_*:"))
    start = time.process_time()
    with pytest.raises(RawDataError) as error:
        match_markers(take_of(["_" * 100_000, "L" * 100_000, *[f"a:{n}" for n in range(5000)]]), unlucky, TAKE)
    assert time.process_time() - start < 10.0
    assert len(error.value.reason) < 1000


@pytest.mark.parametrize(("written", "metres"), [("mm", 1e-3), ("cm", 1e-2), ("m", 1.0)])
def test_a_unit_that_is_said_overrides_that_of_the_file(written: str, metres: float) -> None:
    take = take_of(PLAIN, metres_per_unit=1e-3, size=1e-3 / metres)  # read as mm, though it is not
    found = match_markers(take, replace(SET, units=written), TAKE)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.positions[:, 0, 0], column_of(take, PLAIN[0]) * metres / 1e-3, rtol=1e-12)


@pytest.mark.parametrize(
    ("size", "metres_per_unit", "remedy"),
    [(1e-3, 1e-3, '"m"'), (1e3, 1.0, '"mm"'), (0.1, 1e-3, '"cm"'), (0.1, 1.0, "no unit")],
)
def test_hands_of_another_size_are_refused_with_the_unit_that_would_fit(
    size: float, metres_per_unit: float, remedy: str
) -> None:
    with pytest.raises(RawDataError) as error:
        match_markers(take_of(PLAIN, metres_per_unit, size), SET, TAKE)
    assert remedy in error.value.reason
    assert "0.05 to 0.3 m" in error.value.reason


def test_too_few_markers_say_nothing_of_a_size() -> None:
    take = take_of([*PLAIN[5:8], *PLAIN[30:33]], size=1e3)
    assert np.isfinite(match_markers(take, SET, TAKE).positions[:, :, 5:8]).all()


def test_a_few_markers_astray_change_no_size() -> None:
    take = take_of(PLAIN)
    take.positions[:, ::10] += 30.0
    assert match_markers(take, SET, TAKE).notes == ()


def test_up_is_turned_not_mirrored() -> None:
    points = np.random.default_rng(2).standard_normal((3, 2, 3))
    np.testing.assert_array_equal(to_z_up(points, "z"), points)
    turned = to_z_up(points, "y")
    np.testing.assert_array_equal(turned[..., 2], points[..., 1])
    np.testing.assert_array_equal(turned[..., 0], points[..., 0])
    assert np.linalg.det(to_z_up(np.eye(3), "y")) == pytest.approx(1.0)
