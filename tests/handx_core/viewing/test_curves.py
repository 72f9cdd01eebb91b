"""Training curves: every finite figure, smoothed without a lag, nothing invented."""

import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handx_core.viewing.curves import PANEL_PX, _running_mean, training_curves
from handx_core.viewing.style import PNG_LIMIT


def test_a_panel_a_name_on_a_transparent_ground() -> None:
    points = [(step, name, 1.0 / (step + 1)) for step in range(300) for name in ("loss", "validation loss")]
    png = training_curves(points)
    image = Image.open(io.BytesIO(png)).convert("RGBA")
    assert image.size == (2 * PANEL_PX[0], PANEL_PX[1])
    assert image.getpixel((1, 1))[3] == 0
    assert len(png) <= PNG_LIMIT
    assert png == training_curves(points)


def test_figures_that_are_not_finite_are_left_out() -> None:
    points = [(0, "loss", 1.0), (1, "loss", math.nan), (2, "loss", 0.5), (1, "diverged", math.inf)]
    assert training_curves(points) == training_curves([(0, "loss", 1.0), (2, "loss", 0.5)])


def test_order_of_steps_does_not_matter() -> None:
    points = [(step, "loss", math.cos(step)) for step in range(100)]
    assert training_curves(points) == training_curves(points[::-1])


def test_nothing_to_draw_is_an_error() -> None:
    with pytest.raises(ValueError, match="no finite point"):
        training_curves([(0, "loss", math.nan)])


@given(st.integers(1, 400), st.floats(-5, 5), st.floats(-5, 5))
def test_the_running_mean_keeps_a_straight_line_away_from_its_ends(n: int, slope: float, start: float) -> None:
    line = start + slope * np.arange(n)
    smooth = _running_mean(line)
    half = int(n * 0.04 / 2)
    assert np.allclose(smooth[half : n - half], line[half : n - half], atol=1e-6)
    assert smooth.min() >= line.min() - 1e-6
    assert smooth.max() <= line.max() + 1e-6
