"""Draws the README's pictures: `python docs/pictures.py` writes them beside this file.

What belongs here: pictures of the documentation. What does not: pictures of a run (handx_core/viewing).
"""

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from handx_core.kinematics.events import extract_events
from handx_core.skeleton import CLIP_FRAMES
from handx_core.synthetic.takes import SyntheticSettings, list_takes, make_take
from handx_core.viewing.animation import motion_gif
from handx_core.viewing.timeline import events_timeline

FOLDER: Final = Path(__file__).parent

TAKE, FIRST_FRAME, LAST_FRAME = 0, 112, 340
"""Of the synthetic GigaHands takes: the part that the README shows moving."""

CLIP_FRAME: Final = 270
"""Of the same take: the first frame of the clip whose events the README shows."""


class Band(NamedTuple):
    """A coloured field behind assets that belong together; places are in cells of the grid."""

    title: str
    fill: str
    ink: str
    column: int
    row: float
    columns: int
    rows: float


BANDS: Final = (
    Band("DATASET, ONE PARTITION A SOURCE", "#eaf1fd", "#2b62c9", 0, 0, 7, 1),
    Band("DATASET, ALL SOURCES", "#e6f6f3", "#13807a", 0, 1, 3, 3),
    Band("MODELS", "#fdf0e6", "#b8560f", 3, 1, 3, 3),
    Band("BENCHMARK", "#f8eaf2", "#a3246b", 6, 1, 1, 3),
)

PLACES: Final = {
    "raw_files": (0, 0),
    "recordings": (1, 0),
    "subject_hands": (2, 0),
    "skeletons": (3, 0),
    "clips": (4, 0),
    "kinematic_events": (5, 0),
    "captions": (6, 0),
    "dataset_split": (0, 1),
    "motion_dataset": (1, 2),
    "dataset_statistics": (0, 3),
    "caption_audit": (1, 3),
    "writer_comparison": (2, 3),
    "motion_statistics": (2, 1),
    "text_embeddings": (2, 2),
    "tokenizer": (3, 1),
    "motion_tokens": (4, 1),
    "autoregressive_generator": (5, 1),
    "diffusion_generator": (5, 2),
    "evaluator": (3, 3),
    "generated_motion": (6, 1),
    "benchmark": (6, 2),
    "benchmark_report": (6, 3),
}

ARROWS: Final = (
    ("raw_files", "recordings"), ("recordings", "subject_hands"), ("subject_hands", "skeletons"),
    ("skeletons", "clips"), ("clips", "kinematic_events"), ("kinematic_events", "captions"),
    ("dataset_split", "motion_dataset"), ("motion_dataset", "motion_statistics"), ("motion_dataset", "text_embeddings"),
    ("motion_statistics", "tokenizer"), ("motion_statistics", "diffusion_generator"), ("text_embeddings", "evaluator"),
    ("text_embeddings", "diffusion_generator"), ("text_embeddings", "autoregressive_generator"),
    ("tokenizer", "motion_tokens"), ("motion_tokens", "autoregressive_generator"),
    ("autoregressive_generator", "generated_motion"), ("diffusion_generator", "generated_motion"),
    ("evaluator", "benchmark"), ("generated_motion", "benchmark"), ("benchmark", "benchmark_report"),
)  # fmt: skip

LATE: Final = (("text_embeddings", "autoregressive_generator"), ("evaluator", "benchmark"))
"""Arrows that change their row before their end, not after their start, so as not to run behind a box."""

CELL: Final = (164, 66)
BOX: Final = (140, 36)
EDGE: Final = 14
BAND_GAP: Final = 30
"""Space above a band for its title, and between the first band and those below it."""


def lineage_svg() -> str:
    """The assets and what each is made from."""
    width = 7 * CELL[0] + 2 * EDGE
    height = 4 * CELL[1] + 2 * BAND_GAP + 2 * EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" role="img" '
        'aria-label="The lineage: from raw files of each source to the benchmark report">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0.8 L7 4 L0 7.2 z" fill="#8a94a0"/></marker></defs>',
        f'<rect width="{width}" height="{height}" rx="14" fill="#ffffff"/>',
        *(_band(band) for band in BANDS),
        _way_down(),
        *(_arrow(start, end) for start, end in ARROWS),
        *(_box(name) for name in PLACES),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def synthetic_motion() -> NDArray[np.floating]:
    """A take as the demo profile's synthetic data has it, (T, 2, 21, 3), metres."""
    settings = SyntheticSettings()
    return np.asarray(make_take(list_takes("gigahands", settings)[TAKE], settings).joints)


def _top(row: float) -> float:
    return EDGE + BAND_GAP + row * CELL[1] + (BAND_GAP if row >= 1 else 0)


def _middle(name: str) -> tuple[float, float]:
    column, row = PLACES[name]
    return EDGE + (column + 0.5) * CELL[0], _top(row) + CELL[1] / 2


def _band(band: Band) -> str:
    x, y = EDGE + band.column * CELL[0] + 3, _top(band.row) - BAND_GAP + 8
    width, height = band.columns * CELL[0] - 6, band.rows * CELL[1] + BAND_GAP - 12
    return (
        f'<rect x="{x}" y="{y:g}" width="{width}" height="{height:g}" rx="12" fill="{band.fill}"/>'
        f'<text x="{x + 13}" y="{y + 19:g}" font-size="10.5" font-weight="600" letter-spacing=".6" '
        f'fill="{band.ink}">{band.title}</text>'
    )


def _box(name: str) -> str:
    x, y = _middle(name)
    column, row = PLACES[name]
    ink = next(
        band.ink
        for band in BANDS
        if band.column <= column < band.column + band.columns and band.row <= row < band.row + band.rows
    )
    words = name.split("_")
    longest = len(name) > 20
    lines = [words[0], " ".join(words[1:])] if longest else [" ".join(words)]
    text = "".join(
        f'<text x="{x:g}" y="{y + 4.2 + 14 * (number - (len(lines) - 1) / 2):g}" font-size="12.5" '
        f'text-anchor="middle" fill="#1f2328">{line}</text>'
        for number, line in enumerate(lines)
    )
    return (
        f'<rect x="{x - BOX[0] / 2:g}" y="{y - BOX[1] / 2:g}" width="{BOX[0]}" height="{BOX[1]}" rx="8" '
        f'fill="#ffffff" stroke="{ink}" stroke-opacity=".45"/>{text}'
    )


def _arrow(start: str, end: str) -> str:
    (x0, y0), (x1, y1) = _middle(start), _middle(end)
    if x0 == x1:
        down = 1 if y1 > y0 else -1
        path = f"M{x0:g} {y0 + down * BOX[1] / 2:g} V{y1 - down * (BOX[1] / 2 + 2):g}"
    else:
        x0, x1, bend = x0 + BOX[0] / 2, x1 - BOX[0] / 2 - 2, CELL[0] - BOX[0] - 2
        before = x1 - bend if (start, end) in LATE else x0
        middle, after = before + bend / 2, before + bend
        path = f"M{x0:g} {y0:g} H{before:g} C{middle:g} {y0:g} {middle:g} {y1:g} {after:g} {y1:g} H{x1:g}"
    return _line(path)


def _way_down() -> str:
    """From the first band to the second: all its sources together."""
    x, y = _middle("captions")[0], _top(0) + CELL[1] - 4
    return _line(f"M{x:g} {_middle('captions')[1] + BOX[1] / 2:g} V{y + 5:g} H{EDGE + CELL[0] * 1.5:g} V{y + 12:g}")


def _line(path: str) -> str:
    return f'<path d="{path}" fill="none" stroke="#8a94a0" stroke-width="1.3" marker-end="url(#tip)"/>'


if __name__ == "__main__":
    joints = synthetic_motion()
    clip = joints[CLIP_FRAME : CLIP_FRAME + CLIP_FRAMES]
    FOLDER.joinpath("lineage.svg").write_text(lineage_svg(), "utf-8")
    FOLDER.joinpath("hands.gif").write_bytes(motion_gif(joints[FIRST_FRAME:LAST_FRAME], width_px=420, step=3))
    FOLDER.joinpath("timeline.png").write_bytes(events_timeline(extract_events(clip), "two seconds of a clap"))
