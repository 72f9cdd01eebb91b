"""Hands and wrists that are labelled the wrong way round, on hands that share no geometry with the marker set's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from handx_core.errors import RawDataError
from handx_core.mocap.anatomy import mend_sides
from handx_core.mocap.labels import HandMarkers
from handx_core.mocap.marker_set import HAND25, load_marker_set
from handx_core.synthetic.marker_hands import optical_take

SET = load_marker_set(HAND25)
NAMES = [marker.name for marker in SET.markers]
TAKE = Path("p01/s1/fists.c3d")
RADIAL, ULNAR = NAMES.index("RAD"), NAMES.index("ULN")


@pytest.fixture(scope="module", params=[(0, 150.0), (1, 190.0), (2, 220.0)])
def measured(request: pytest.FixtureRequest) -> np.ndarray:
    seed, length_mm = request.param
    return optical_take("foreign", seed, 1, 8.0, 120.0, hand_length_mm=length_mm).measured


def mended(measured: np.ndarray) -> HandMarkers:
    return mend_sides(HandMarkers(measured.copy(), 120.0, ("first",)), SET, TAKE)


def exchanged(measured: np.ndarray, hand: int, one: str, other: str) -> np.ndarray:
    result, columns = measured.copy(), [NAMES.index(one), NAMES.index(other)]
    result[:, hand, columns] = result[:, hand, columns[::-1]]
    return result


def test_hands_that_are_labelled_well_stay_as_they_are(measured: np.ndarray) -> None:
    found = mended(measured)
    np.testing.assert_array_equal(found.positions, measured)
    assert found.notes == ("first",)


def test_hands_the_wrong_way_round_are_exchanged(measured: np.ndarray) -> None:
    found = mended(measured[:, ::-1])
    np.testing.assert_array_equal(found.positions, measured)
    assert len(found.notes) == 2
    assert "hands exchanged" in found.notes[1]


def test_a_mirrored_room_shows_the_other_hands(measured: np.ndarray) -> None:
    found = mended(measured * [1.0, 1.0, -1.0])
    np.testing.assert_array_equal(found.positions, measured[:, ::-1] * [1.0, 1.0, -1.0])


def test_the_room_may_lie_as_it_likes(measured: np.ndarray) -> None:
    turn = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    found = mended(measured[:, ::-1] @ turn.T + [5.0, -3.0, 1.0])
    np.testing.assert_array_equal(found.positions, measured @ turn.T + [5.0, -3.0, 1.0])


@pytest.mark.parametrize("hand", [0, 1])
def test_a_wrist_the_wrong_way_round_is_mended(measured: np.ndarray, hand: int) -> None:
    found = mended(exchanged(measured, hand, "RAD", "ULN"))
    np.testing.assert_array_equal(found.positions, measured)
    assert found.notes[1].startswith(("left", "right")[hand] + " wrist")


def test_hands_and_wrists_the_wrong_way_round_are_mended_together(measured: np.ndarray) -> None:
    wrong = exchanged(exchanged(measured[:, ::-1], 0, "RAD", "ULN"), 1, "RAD", "ULN")
    found = mended(wrong)
    np.testing.assert_array_equal(found.positions, measured)
    assert len(found.notes) == 4


def test_wrists_that_are_bent_far_sideways_are_not_the_wrong_way_round(measured: np.ndarray) -> None:
    """Bent by 50 degrees to the little finger's side, the ulnar styloid is the nearer one to the index knuckle."""
    bent = measured.copy()
    for frame in range(len(bent)):
        for hand in range(2):
            points = bent[frame, hand]
            palm = points[[NAMES.index(name) for name in ("HB1", "HB2", "MC2", "MC5")]]
            if np.isnan(palm).any():
                continue
            centre, normal = palm[:2].mean(axis=0), np.cross(palm[2] - palm[1], palm[3] - palm[0])
            normal *= -np.radians(50.0) / np.linalg.norm(normal)
            points[:3] = centre + (points[:3] - centre) @ _rotation(normal).T
            bent[frame, hand] = points
    nearer = np.linalg.norm(bent[:, :, ULNAR] - bent[:, :, NAMES.index("MC2")], axis=-1)
    nearer -= np.linalg.norm(bent[:, :, RADIAL] - bent[:, :, NAMES.index("MC2")], axis=-1)
    assert (np.nanmedian(nearer, axis=0) < 0.0).any(), "the test does not show what it is for"
    assert mended(bent).notes == ("first",)


def _rotation(vector: np.ndarray) -> np.ndarray:
    angle = float(np.linalg.norm(vector))
    x, y, z = vector / angle
    across = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(angle) * across + (1.0 - np.cos(angle)) * across @ across


def test_two_hands_of_one_side_are_an_error(measured: np.ndarray) -> None:
    for wrong in (0, 1):
        both = measured.copy()
        both[:, wrong] = both[:, 1 - wrong] + [0.4, 0.0, 0.0]
        with pytest.raises(RawDataError, match=f"labelled the {('left', 'right')[wrong]} hand") as error:
            mended(both)
        assert error.value.path == str(TAKE)


def test_a_hand_that_shows_no_fingers_follows_the_other(measured: np.ndarray) -> None:
    wrong = measured[:, ::-1].copy()
    wrong[:, 0, 9:] = np.nan  # fingers and thumb
    found = mended(wrong)
    assert "hands exchanged" in found.notes[1]
    np.testing.assert_array_equal(found.positions, wrong[:, ::-1])


@pytest.mark.parametrize(("one", "other"), [("MC2", "MC3"), ("MC2", "MC5"), ("HB1", "HB2"), ("HB2", "MC4")])
def test_labels_exchanged_within_the_palm_are_named(measured: np.ndarray, one: str, other: str) -> None:
    with pytest.raises(RawDataError, match=f"right palm.*labels {one} and {other} exchanged it would be"):
        mended(exchanged(measured, 1, one, other))


def test_a_small_hand_may_be_off_by_less(measured: np.ndarray) -> None:
    assert mended(0.5 * measured).notes == ("first",)
    with pytest.raises(RawDataError, match=r"right palm.*labels MC2 and MC3 exchanged it would be"):
        mended(0.5 * exchanged(measured, 1, "MC2", "MC3"))


def test_a_reversed_wrist_of_three_markers_is_an_error(measured: np.ndarray) -> None:
    more = replace(SET, markers=(*SET.markers, replace(SET.markers[RADIAL], name="RAD2", labels=("RAD2",))))
    positions = np.concatenate([measured, measured[:, :, RADIAL : RADIAL + 1] + 0.003], axis=2)
    assert mend_sides(HandMarkers(positions.copy(), 120.0, ()), more, TAKE).notes == ()
    positions[:, 1, [RADIAL, ULNAR, -1]] = positions[:, 1, [ULNAR, RADIAL, ULNAR]]
    with pytest.raises(RawDataError, match="RAD, RAD2 on the thumb's side of the right wrist"):
        mend_sides(HandMarkers(positions, 120.0, ()), more, TAKE)


def test_a_palm_that_is_no_palm_is_an_error(measured: np.ndarray) -> None:
    folded = measured.copy()
    folded[:, 0, NAMES.index("HB1")] = folded[:, 0, NAMES.index("MC5")]
    folded[:, 0, NAMES.index("MC2")] = folded[:, 0, NAMES.index("MC4")]
    with pytest.raises(RawDataError, match="left palm"):
        mended(folded)
    folded[:, 0] = 0.5
    with pytest.raises(RawDataError, match=r"left palm.*look whether"):
        mended(folded)


def test_a_palm_of_two_markers_is_an_error(measured: np.ndarray) -> None:
    few = measured.copy()
    few[:, 1, [NAMES.index(name) for name in ("HB1", "HB2", "MC3", "MC4")]] = np.nan
    with pytest.raises(RawDataError, match="at least 3 markers of the right palm at once"):
        mended(few)


def test_a_set_without_a_side_of_the_wrist_leaves_it_alone(measured: np.ndarray) -> None:
    fewer = replace(SET, markers=tuple(marker for marker in SET.markers if marker.name != "RAD"))
    positions = np.delete(measured, RADIAL, axis=2)
    found = mend_sides(HandMarkers(positions.copy(), 120.0, ()), fewer, TAKE)
    np.testing.assert_array_equal(found.positions, positions)
