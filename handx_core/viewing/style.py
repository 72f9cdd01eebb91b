"""The one visual style of every picture: colours, camera, fonts, and figures as small PNG bytes.

What belongs here: what all pictures share. What does not: any particular picture. Nothing here touches pyplot or
matplotlib's global settings, so drawing in one place never changes a picture elsewhere.
"""

import base64
import io
import math
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

HAND_COLOURS: Final = ("#2b62c9", "#d9482f")
"""Left is cool, right is warm, everywhere."""

FINGER_COLOURS: Final = (
    ("#4547b8", "#2c6fdd", "#2795d6", "#1fafb8", "#2fb88c"),
    ("#a3246b", "#d2334f", "#ea5a35", "#f2872a", "#e3ab23"),
)
"""By hand, then in the order of skeleton.FINGERS: one family of hues a hand."""

PALM_COLOURS: Final = (("#b9cdf2", "#dde8fb"), ("#f4c3b2", "#fde6dc"))
"""By hand: the back of the hand, then its palm side, which is lighter."""

CONTACT_COLOUR: Final = "#c79a00"
INK: Final = "#2d333b"
QUIET_INK: Final = "#7d8590"
"""A grey that reads on white and on the dark theme of the web UI."""
SHADOW: Final = "#e6e9ed"
PANEL: Final = "#f5f6f8"
PAPER: Final = "#ffffff"

AZIMUTH_RAD: Final = math.radians(-18.0)
ELEVATION_RAD: Final = math.radians(38.0)
"""The camera: over the person's shoulder, so that left is left and away is up the picture."""

PNG_LIMIT: Final = 36_000
"""Bytes of a picture, so that its base64 stays under the 50 kB that a metadata value should have."""

NEARLY_PAPER: Final = 0.12
"""Shades nearer to paper than this are left out of palettes: paper itself would be taken for one of them."""

DPI: Final = 100
FONT: Final = "DejaVu Sans"
"""Comes with matplotlib, so that every machine draws the same letters."""


def project(points: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Orthographic view of world points. points: (..., 3), metres -> screen (..., 2), metres, and nearness (...)."""
    x, y, z = np.moveaxis(points, -1, 0)
    across = math.cos(AZIMUTH_RAD) * x + math.sin(AZIMUTH_RAD) * y
    away = -math.sin(AZIMUTH_RAD) * x + math.cos(AZIMUTH_RAD) * y
    screen = np.stack([across, math.cos(ELEVATION_RAD) * z + math.sin(ELEVATION_RAD) * away], axis=-1)
    return screen, math.sin(ELEVATION_RAD) * z - math.cos(ELEVATION_RAD) * away


def new_figure(width_px: int, height_px: int, *, transparent: bool = False) -> Figure:
    """An empty figure of that many pixels, outside pyplot's care."""
    figure = Figure(figsize=(width_px / DPI, height_px / DPI), dpi=DPI, facecolor="none" if transparent else PAPER)
    FigureCanvasAgg(figure)
    return figure


def write(target: Figure | Axes, x: float, y: float, text: str, size: float = 8.0, **how: Any) -> None:
    """Text in the house font; coordinates are those of the figure, or of the axes' data."""
    target.text(x, y, text, fontsize=size, fontfamily=FONT, **{"color": INK, "parse_math": False, **how})


def to_image(figure: Figure) -> Image.Image:
    """The figure as an RGBA image."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba()).copy())


def to_png(figure: Figure, limit: int = PNG_LIMIT) -> bytes:
    """The figure as palette PNG of at most `limit` bytes: the same bytes for the same figure.

    Takes as many shades of the house's colours as fit; where even a few do not, the picture gets smaller.
    """
    image = to_image(figure)
    while True:
        for shades in (5, 3):
            png = _palette_png(image, shades)
            if len(png) <= limit:
                return png
        image = image.resize((max(1, image.width * 3 // 4), max(1, image.height * 3 // 4)), Image.Resampling.LANCZOS)


def house_palette(shades: int) -> Image.Image:
    """The colours of the house, each in so many steps from paper: a palette for Image.quantize."""
    strong = [INK, QUIET_INK, CONTACT_COLOUR, *HAND_COLOURS]
    strong += [colour for family in (*FINGER_COLOURS, *PALM_COLOURS) for colour in family]
    steps = np.linspace(1.0, 0.0, shades, endpoint=False)[:, None, None]
    paper, colours = np.array(to_rgb(PAPER)), np.array([to_rgb(colour) for colour in strong])
    mixed = (steps * colours + (1 - steps) * paper).reshape(-1, 3)
    mixed = mixed[np.abs(mixed - paper).max(axis=-1) > NEARLY_PAPER]
    light = [to_rgb(colour) for colour in (PAPER, PANEL, SHADOW)]
    table = np.unique(np.round(255 * np.concatenate([mixed, light])).astype(np.uint8), axis=0)
    palette = Image.new("P", (1, 1))
    palette.putpalette(table.tobytes())
    return palette


def _palette_png(image: Image.Image, shades: int) -> bytes:
    """A picture without transparency gets the colours of the house; others the ones they have most of."""
    opaque = image.getchannel("A").getextrema() == (255, 255)
    if opaque:
        small = image.convert("RGB").quantize(palette=house_palette(shades), dither=Image.Dither.NONE)
    else:  # the one method that keeps transparency
        small = image.quantize(16 * shades, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def picture_data_uri(image: bytes) -> str:
    """A picture, PNG or GIF, as a `data:` URI, for inside a page."""
    kind = "gif" if image.startswith(b"GIF8") else "png"
    return f"data:image/{kind};base64," + base64.b64encode(image).decode("ascii")


def picture_markdown(image: bytes, alt: str = "") -> str:
    """A picture in Markdown, for Dagster's metadata (which lives in sqlite, hence PNG_LIMIT)."""
    return f"![{alt}]({picture_data_uri(image)})"
