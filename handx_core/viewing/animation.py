"""Animations: motions side by side for a page, and a GIF for a document.

What belongs here: motion packed for the player (player.js and player.css beside this module) and frames of a GIF.
What does not: the page that shows them.

A motion travels as base64 of little-endian int16 in tenths of a millimetre: 20 kB for a clip, no library, no network.
"""

import base64
import html
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from handx_core.skeleton import CHAINS, FINGERS, FPS
from handx_core.viewing.hands import (
    FINGER_WIDTH_M,
    FLOOR_BELOW_M,
    MARGIN_M,
    PALM_OUTLINE,
    draw_pieces,
    frame_of,
    hand_pieces,
    view_of,
)
from handx_core.viewing.style import (
    AZIMUTH_RAD,
    ELEVATION_RAD,
    FINGER_COLOURS,
    PALM_COLOURS,
    house_palette,
    new_figure,
    to_image,
)

METRES_PER_UNIT: Final = 1e-4
MISSING: Final = -32768
"""Stands for a coordinate that is not finite."""


@dataclass(frozen=True)
class Comparison:
    """Motions that are played side by side under one clock, and the text that belongs to them.

    motions: by label, each (T, 2, 21, 3), metres, all of the same T. texts: by what they describe (left, right,
    interaction). title: usually the id of the clip.
    """

    motions: Mapping[str, NDArray[np.floating]] = field(repr=False)
    texts: Mapping[str, str]
    title: str = ""


def animation_fragments(comparisons: Sequence[Comparison]) -> list[str]:
    """One piece of HTML for each comparison; the first also carries the player, so they go on one page, in order.

    Raises ValueError where the motions of a comparison differ in length.
    """
    fragments = [_fragment(comparison) for comparison in comparisons]
    return [_player() + fragments[0], *fragments[1:]] if fragments else []


def pack_motion(joints: NDArray[np.floating]) -> str:
    """(T, 2, 21, 3), metres -> base64 of int16, rounded to 0.1 mm and kept within 3.2 m of the origin."""
    units = np.clip(np.round(joints / METRES_PER_UNIT), MISSING + 1, -MISSING - 1)
    return base64.b64encode(np.where(np.isfinite(joints), units, MISSING).astype("<i2").tobytes()).decode("ascii")


def motion_gif(joints: NDArray[np.floating], *, width_px: int = 480, step: int = 2) -> bytes:
    """A looping GIF of a motion. joints: (T, 2, 21, 3), metres, at 30 fps; every `step`-th frame is shown."""
    height_px = round(width_px * 0.62)
    view = view_of(frame_of(joints, width_px / height_px), 0, 0, width_px)
    images = []
    for pose in joints[::step]:
        figure = new_figure(width_px, height_px)
        draw_pieces(figure, hand_pieces(pose, view))
        images.append(to_image(figure).convert("RGB"))
    frames = [image.quantize(palette=house_palette(shades=3), dither=Image.Dither.NONE) for image in images]
    out = io.BytesIO()
    frames[0].save(
        out, "GIF", save_all=True, append_images=frames[1:], duration=round(1000 * step / FPS), loop=0, optimize=True
    )
    return out.getvalue()


def _player() -> str:
    room = files("handx_core.viewing")
    skeleton = {
        "chains": [CHAINS[finger] for finger in FINGERS],
        "palm": PALM_OUTLINE,
        "widths": FINGER_WIDTH_M,
        "margin": MARGIN_M,
        "floorBelow": FLOOR_BELOW_M,
        "fingerColours": FINGER_COLOURS,
        "palmColours": PALM_COLOURS,
        "azimuth": AZIMUTH_RAD,
        "elevation": ELEVATION_RAD,
    }
    script = room.joinpath("player.js").read_text("utf-8").replace("__SKELETON__", json.dumps(skeleton))
    return f"<style>\n{room.joinpath('player.css').read_text('utf-8')}</style>\n<script>\n{script}</script>\n"


def _fragment(comparison: Comparison) -> str:
    lengths = {label: len(joints) for label, joints in comparison.motions.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"motions of one comparison must have the same number of frames, found {lengths}")
    n_frames = next(iter(lengths.values()))
    data = {
        "frames": n_frames,
        "fps": FPS,
        "metresPerUnit": METRES_PER_UNIT,
        "motions": [pack_motion(joints) for joints in comparison.motions.values()],
    }
    views = "".join(
        f'<div class="view"><span>{html.escape(label)}</span><canvas aria-label="{html.escape(label)}"></canvas></div>'
        for label in comparison.motions
    )
    texts = "".join(
        f'<dt class="{html.escape(part)}">{html.escape(part)}</dt><dd>{html.escape(text)}</dd>'
        for part, text in comparison.texts.items()
    )
    return (
        f'<figure class="motions">\n<dl>{texts}</dl>\n<div class="views">{views}</div>\n'
        f'<div class="controls"><button type="button"></button>'
        f'<input type="range" min="0" max="{n_frames - 1}" value="0" aria-label="frame"><output></output></div>\n'
        f'<div class="id">{html.escape(comparison.title)}</div>\n'
        f'<script type="application/json">{json.dumps(data)}</script>\n</figure>\n'
    )
