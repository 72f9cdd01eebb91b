"""What cannot be a measurement is found, and nothing else: against synthetic takes whose faults are known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from handx_core.errors import RawDataError
from handx_core.mocap import cleaning
from handx_core.mocap.cleaning import clean, frozen_markers, ghost_markers, refuse_virtual_markers, virtual_markers
from handx_core.mocap.labels import HandMarkers
from handx_core.mocap.marker_set import HAND25, load_marker_set
from handx_core.synthetic.marker_faults import STANDARD_CONDITIONS
from handx_core.synthetic.marker_hands import OpticalTake, optical_take

SET = load_marker_set(HAND25)
NAMES = [marker.name for marker in SET.markers]
SOUND = replace(STANDARD_CONDITIONS, outlier_share=0.0, frozen_share=0.0)
TAKE = Path("p01/s1/fists.c3d")


def markers_of(take: OpticalTake) -> HandMarkers:
    return HandMarkers(take.measured.copy(), take.rate_hz, ())


@pytest.fixture(scope="module")
def sound() -> OpticalTake:
    return optical_take("foreign", 3, 1, 12.0, 120.0, SOUND)


@pytest.mark.parametrize("rate_hz", [100.0, 120.0, 240.0])
def test_a_sound_take_stays_as_it_is(rate_hz: float) -> None:
    for seed in range(3):
        take = optical_take("matched", seed, seed, 15.0, rate_hz, SOUND)
        markers = markers_of(take)
        counts = clean(markers)
        np.testing.assert_array_equal(markers.positions, take.measured)
        assert counts.frozen == counts.ghosts == (0, 0)
        assert counts.missing == tuple(take.missing.sum(axis=(0, 2)))


@pytest.mark.parametrize("rate_hz", [120.0, 240.0])
def test_faults_are_removed_and_nothing_else(rate_hz: float) -> None:
    conditions = replace(STANDARD_CONDITIONS, outlier_share=0.01, frozen_share=0.01)
    take = optical_take("foreign", 5, 1, 20.0, rate_hz, conditions)
    markers = markers_of(take)
    counts = clean(markers)
    removed = np.isnan(markers.positions[..., 0]) & ~take.missing
    # Between two ghosts, of which the way to the first was not seen, the marker itself looks like one.
    assert (removed & ~take.faulty).sum() <= 0.01 * removed.sum()
    assert removed.sum() == sum(counts.frozen) + sum(counts.ghosts)
    assert removed.sum() > 0.5 * take.faulty.sum(), "the rest are exchanged labels and small jumps"


def test_markers_that_stick_are_found_from_their_second_frame_on(sound: OpticalTake) -> None:
    measured = sound.measured.copy()
    marker = NAMES.index("MPP")
    measured[300:330, 1, marker] = sound.markers[300, 1, marker]
    where = np.zeros(measured.shape[:3], bool)
    where[301:330, 1, marker] = True
    np.testing.assert_array_equal(frozen_markers(measured), where)


def test_markers_of_a_hand_that_rests_are_not_frozen(sound: OpticalTake) -> None:
    measured = sound.measured.copy()
    measured[300:400] = measured[300]  # all of it, as in a file of integers
    assert not frozen_markers(measured)[301:399].any()
    fingers = [NAMES.index(name) for name in NAMES if name.endswith("P") or name.startswith("T")]
    measured[300:400, :, fingers] = sound.measured[300:400, :, fingers]
    forearm = [NAMES.index(name) for name in ("RAD", "ULN", "WRD")]
    assert not frozen_markers(measured)[301:399][:, :, forearm].any(), "the wrist rests while fingers move"


def test_long_takes_are_cleaned_as_short_ones(sound: OpticalTake, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    measured = sound.measured.copy()
    for frame in rng.integers(5, len(measured) - 30, 60):
        length, hand, marker = rng.integers(1, 20), rng.integers(2), rng.integers(25)
        measured[frame : frame + length, hand, marker] += rng.uniform(-0.06, 0.06, 3)
    frozen, ghosts = frozen_markers(measured), ghost_markers(measured, 120.0)
    assert ghosts.any()
    monkeypatch.setattr(cleaning, "_CHUNK_FRAMES", 64)
    np.testing.assert_array_equal(frozen_markers(measured), frozen)
    # The hand's movement is summed from the start of each piece: that leaves rounding alone.
    np.testing.assert_array_equal(ghost_markers(measured, 120.0), ghosts)


@pytest.mark.parametrize("n_frames", [1, 2, 6, 20])
def test_a_jump_there_and_back_is_a_ghost(sound: OpticalTake, n_frames: int) -> None:
    measured = sound.markers.copy()
    measured[500 : 500 + n_frames, 0, 7] += [0.0, 0.03, 0.02]
    found = ghost_markers(measured, 120.0)
    assert found[500 : 500 + n_frames, 0, 7].all()
    assert found.sum() == n_frames


def test_a_marker_between_two_like_ghosts_is_none(sound: OpticalTake) -> None:
    measured = sound.markers.copy()
    for start in (500, 511):
        measured[start : start + 3, 0, 7] += [0.0, 0.03, 0.02]
    np.testing.assert_array_equal(
        np.flatnonzero(ghost_markers(measured, 120.0)[:, 0, 7]), [500, 501, 502, 511, 512, 513]
    )


def test_what_stays_away_is_left_to_the_solver(sound: OpticalTake) -> None:
    measured = sound.markers.copy()
    measured[500:560, 0, 7] += [0.0, 0.03, 0.02]
    assert not ghost_markers(measured, 120.0).any()


def test_exchanged_labels_are_left_to_the_solver(sound: OpticalTake) -> None:
    measured = sound.markers.copy()
    one, other = NAMES.index("IPP"), NAMES.index("LPP")
    measured[500:505, 0, [one, other]] = measured[500:505, 0, [other, one]]
    assert np.linalg.norm(measured[500, 0, one] - sound.markers[500, 0, one]) > 0.03
    assert not ghost_markers(measured, 120.0).any()


def test_a_marker_far_from_its_hand_is_a_ghost_for_as_long_as_it_likes(sound: OpticalTake) -> None:
    measured = sound.markers.copy()
    measured[200:900, 1, 3] += 0.5
    found = ghost_markers(measured, 120.0)
    assert found[200:900, 1, 3].all()
    assert found.sum() == 700


def test_a_hand_thrown_through_the_room_is_no_ghost(sound: OpticalTake) -> None:
    measured = sound.markers.copy()
    measured[500:503] += [0.0, 0.0, 0.2]
    assert not ghost_markers(measured, 120.0).any()


def test_quick_fingers_are_no_ghosts(sound: OpticalTake) -> None:
    """A fingertip that flicks by 6 cm and back in 0.1 s moves at up to 2 m/s and bends by up to 120 m/s2."""
    measured = sound.markers.copy()
    phase = 2.0 * np.pi * np.arange(13) / 12
    measured[500:513, 0, NAMES.index("IDP"), 2] += 0.03 * (1.0 - np.cos(phase))
    assert not ghost_markers(measured, 120.0).any()


def test_short_takes_and_empty_ones_are_cleaned() -> None:
    for frames in (1, 2, 3, 5):
        assert clean(HandMarkers(np.full((frames, 2, 25, 3), np.nan), 120.0, ())).ghosts == (0, 0)
        assert clean(HandMarkers(np.ones((frames, 2, 25, 3)), 120.0, ())).frozen == (0, 0)


def rigid(take: OpticalTake, hand: int, names: tuple[str, ...]) -> np.ndarray:
    """The take with some markers of a hand as one rigid body, stored as the 32-bit floats of a file in millimetres."""
    measured = take.measured.copy()
    columns = [NAMES.index(name) for name in names]
    body = take.markers[0, hand, columns] - take.markers[0, hand, columns].mean(axis=0)
    for frame, points in enumerate(take.markers[:, hand, columns]):
        centre = points.mean(axis=0)
        u, _, v = np.linalg.svd((points - centre).T @ body)
        turn = u @ np.diag([1.0, 1.0, np.linalg.det(u @ v)]) @ v
        measured[frame, hand, columns] = centre + body @ turn.T
    far_off = measured + 6.0  # where 32 bits resolve half a micrometre
    return (far_off * 1e3).astype(np.float32).astype(float) * 1e-3


def test_computed_markers_are_named_and_refused(sound: OpticalTake) -> None:
    computed = HandMarkers(rigid(sound, 0, ("HB1", "HB2", "MC2", "MC3")), 120.0, ())
    assert virtual_markers(computed, SET) == ("left HB1", "left HB2", "left MC2", "left MC3")
    with pytest.raises(RawDataError, match=r'left HB1.*"Calculated Marker Positions" off') as error:
        refuse_virtual_markers(computed, SET, TAKE)
    assert error.value.path == str(TAKE)


def test_measured_markers_are_not_taken_for_computed_ones(sound: OpticalTake) -> None:
    careful = replace(SOUND, noise_mm=0.01, wobble_mm=0.0, slide_mm_per_rad=0.0)
    still = np.broadcast_to(sound.measured[:1], sound.measured.shape)
    half_frozen = sound.measured.copy()
    half_frozen[: len(half_frozen) * 6 // 10] = half_frozen[0]
    for measured in (sound.measured, optical_take("matched", 1, 1, 10.0, 120.0, careful).measured, still, half_frozen):
        markers = HandMarkers(measured, 120.0, ())
        assert virtual_markers(markers, SET) == ()
        refuse_virtual_markers(markers, SET, TAKE)
