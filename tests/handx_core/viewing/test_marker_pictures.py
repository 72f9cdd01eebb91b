"""Pictures of an optical capture: what is in them, and that they are small enough for the metadata."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from handx_core.viewing.markers import (
    GIF_FPS,
    GIF_S,
    SEEN_COLOURS,
    liveliest,
    markers_gif,
    residual_histogram,
    visibility_raster,
)
from handx_core.viewing.style import CONTACT_COLOUR, INK, PNG_LIMIT

NAMES = [f"M{number}" for number in range(25)]


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def share_of(image: np.ndarray, colour: str) -> float:
    """Share of the pixels that are nearly of a colour."""
    wanted = 255 * np.array(to_rgb(colour))
    return float((np.abs(image - wanted).max(axis=-1) < 30).mean())


@pytest.fixture
def hands() -> np.ndarray:
    """(240, 2, 21, 3) at 60 Hz: still, but for the fingers in the third second."""
    rng = np.random.default_rng(0)
    rest = rng.uniform(-0.05, 0.05, (2, 21, 3)) + np.array([[[-0.15, 0.0, 1.0]], [[0.15, 0.0, 1.0]]])
    joints = np.tile(rest, (240, 1, 1, 1))
    joints[120:180, :, 1:, 2] += 0.03 * np.sin(np.arange(60))[:, None, None]
    return joints


def test_the_raster_shows_what_was_seen_what_was_not_and_what_was_removed() -> None:
    seen, removed = np.ones((1200, 2, 25), bool), np.zeros((1200, 2, 25), bool)
    whole = pixels(visibility_raster(seen, removed, NAMES, 10.0, "s/t"))
    assert share_of(whole, CONTACT_COLOUR) == 0.0
    seen[:600, 0] = False
    removed[700, 1] = seen[700, 1] = True  # one frame of many in its column
    seen[700, 1] = False
    png = visibility_raster(seen, removed, NAMES, 10.0, "s/t")
    assert len(png) <= PNG_LIMIT
    found = pixels(png)
    left = found[: len(found) // 2]
    assert share_of(left, INK) == pytest.approx(share_of(left, SEEN_COLOURS[0]), rel=0.15)
    assert share_of(found, CONTACT_COLOUR) > 0.0


def test_the_histogram_tells_good_fits_from_bad_ones() -> None:
    rng = np.random.default_rng(1)
    good = np.abs(rng.normal(1e-3, 1e-4, (500, 2)))
    good[::7] = np.nan
    png = residual_histogram(good, "s/t")
    assert len(png) <= PNG_LIMIT
    assert (pixels(png) != pixels(residual_histogram(4.0 * good, "s/t"))).any()
    residual_histogram(np.full((5, 2), np.nan), "nothing was measured")


def test_the_animation_shows_when_most_happens_and_is_small(hands: np.ndarray) -> None:
    frames = liveliest(hands, rate_hz=60.0)
    assert len(frames) == round(GIF_S * GIF_FPS)
    assert frames[0] < 120 + 60 / GIF_FPS
    assert frames[-1] >= 170
    markers = hands[frames][:, :, :20] + [0.0, 0.0, 0.01]
    markers[3, 0, 4] = np.nan
    gif = markers_gif(markers, hands[frames])
    assert gif.startswith(b"GIF8")
    assert len(gif) <= PNG_LIMIT
    image = Image.open(io.BytesIO(gif))
    assert 8 <= image.n_frames <= len(frames)  # frames that are alike are one
    bare = Image.open(io.BytesIO(markers_gif(np.full_like(markers, np.nan), hands[frames])))
    with_markers, without = (share_of(np.asarray(one.convert("RGB")).astype(int), INK) for one in (image, bare))
    assert with_markers > without + 0.001


def test_a_take_of_one_frame_has_pictures(hands: np.ndarray) -> None:
    assert liveliest(hands[:1], 60.0).tolist() == [0]
    assert markers_gif(hands[:1, :, :20], hands[:1])
