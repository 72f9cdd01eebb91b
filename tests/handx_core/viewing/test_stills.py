"""Stills: what is drawn is there, where it should be, in the colour of its hand, in few bytes that never change."""

import base64
import io

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot
from matplotlib.colors import to_rgb
from PIL import Image

from handx_core.synthetic.takes import SyntheticSettings, make_take
from handx_core.synthetic.takes import list_takes as names_of_takes
from handx_core.viewing.hands import frame_of
from handx_core.viewing.stills import clip_strip, contact_sheet
from handx_core.viewing.style import (
    DPI,
    HAND_COLOURS,
    PALM_COLOURS,
    PNG_LIMIT,
    new_figure,
    picture_markdown,
    project,
    to_png,
)


@pytest.fixture(scope="module")
def clip() -> np.ndarray:
    made = SyntheticSettings()
    return make_take(names_of_takes("gigahands", made)[0], made).joints[30:90]


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.int64)


def pixels_near(image: np.ndarray, colour: str) -> np.ndarray:
    """Which pixels have a colour, within rounding."""
    return (np.abs(image - 255 * np.array(to_rgb(colour))) <= 2).all(axis=-1)


def flat_hand() -> np.ndarray:
    """A left hand lying on the floor, its back up."""
    hand = np.random.default_rng(1).uniform(-0.05, 0.05, (21, 3)) * (1.0, 1.0, 0.0)
    hand[[0, 13, 1, 4, 10, 7]] = np.array(
        [(0, -0.05, 0), (0.03, -0.03, 0), (0.03, 0.05, 0), (0.01, 0.05, 0), (-0.01, 0.05, 0), (-0.03, 0.05, 0)]
    )
    return hand


def test_the_left_hand_is_drawn_at_the_left_and_the_right_hand_at_the_right(clip: np.ndarray) -> None:
    wide = clip.copy()
    wide[:, 0, :, 0] -= 0.5
    wide[:, 1, :, 0] += 0.5
    image = pixels(clip_strip(wide, poses=1))
    columns = [
        np.flatnonzero((pixels_near(image, back) | pixels_near(image, palm)).any(axis=0)) for back, palm in PALM_COLOURS
    ]
    assert columns[0].size
    assert columns[1].size
    assert columns[0].max() < columns[1].min()


def test_seen_from_its_back_a_hand_is_darker_than_from_its_palm() -> None:
    palms = []
    for turned in (False, True):
        left = flat_hand() * (-1.0 if turned else 1.0, 1.0, 1.0)
        joints = np.stack([left, np.full((21, 3), np.nan)])[None]
        image = pixels(clip_strip(joints, poses=1))
        palms.append([int(pixels_near(image, colour).sum()) for colour in PALM_COLOURS[0]])
    (back, palm_side), (turned_back, turned_palm_side) = palms
    assert back > palm_side
    assert turned_palm_side > turned_back


def test_pictures_are_small_and_always_the_same_bytes(clip: np.ndarray) -> None:
    clips, captions = [clip, clip[10:], clip[::-1], clip[20:]], ["a $odd_caption", "b " * 200, "", "c"]
    picture = contact_sheet(clips, captions)
    assert picture == contact_sheet(clips, captions)
    assert len(picture) <= PNG_LIMIT
    assert len(picture_markdown(picture)) < 50_000


def test_a_noisy_picture_shrinks_until_it_fits() -> None:
    figure = new_figure(600, 400)
    figure.add_axes((0, 0, 1, 1)).imshow(np.random.default_rng(0).random((400, 600, 3)))
    png = to_png(figure, limit=20_000)
    assert len(png) <= 20_000
    assert Image.open(io.BytesIO(png)).width < 600


def test_drawing_leaves_matplotlib_as_it_was(clip: np.ndarray) -> None:
    before = dict(mpl.rcParams)
    clip_strip(clip, "caption", poses=2)
    assert dict(mpl.rcParams) == before
    assert pyplot.get_fignums() == []


def test_a_lost_hand_is_left_out(clip: np.ndarray) -> None:
    lost = clip.astype(np.float64)
    lost[:, 1] = np.nan
    body = pixels(clip_strip(lost, poses=2))[30:]
    assert not any(pixels_near(body, colour).any() for colour in (*PALM_COLOURS[1], HAND_COLOURS[1]))
    assert any(pixels_near(body, colour).any() for colour in PALM_COLOURS[0])


def test_a_sheet_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        contact_sheet([], [])


def test_markdown_carries_the_picture() -> None:
    assert base64.b64decode(picture_markdown(b"abc", "alt").split("base64,")[1].rstrip(")")) == b"abc"


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.3, 3.0))
def test_a_frame_holds_every_joint_and_keeps_its_aspect(seed: int, aspect: float) -> None:
    joints = np.random.default_rng(seed).normal(size=(4, 2, 21, 3))
    frame = frame_of(joints, aspect)
    offset = np.abs(project(joints)[0] - frame.centre)
    assert (offset < (frame.width / 2, frame.height / 2)).all()
    assert frame.width / frame.height == pytest.approx(aspect)
    assert frame.floor < joints[..., 2].min()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_camera_is_orthographic(seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(5, 3))
    screen, nearness = project(points)
    whole = np.column_stack([screen, nearness])
    assert np.allclose(np.linalg.norm(whole, axis=1), np.linalg.norm(points, axis=1))
    assert np.allclose(whole @ whole.T, points @ points.T)


def test_one_metre_is_one_metre_in_both_directions() -> None:
    figure = new_figure(300, 200)
    assert tuple(figure.get_size_inches() * DPI) == (300, 200)
