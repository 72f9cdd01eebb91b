"""The events of a clip as one picture: fingers, wrists and contacts of both hands over time.

What belongs here: drawing of the events JSON (prompts/events.schema.json). What does not: finding events.

A finger's lane rises as the finger bends: one translucent layer a joint, so three bent joints look darkest, and
below the line the joint is hyperextended. Gold is contact. A wrist's bars say where it goes, darker when faster.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes

from handx_core.skeleton import FINGERS, FPS, HANDS
from handx_core.viewing.style import (
    CONTACT_COLOUR,
    FINGER_COLOURS,
    HAND_COLOURS,
    INK,
    QUIET_INK,
    new_figure,
    to_png,
    write,
)

Event = Mapping[str, Any]

FLEXION_LEVELS: Final = {"Hyperextended": -0.3, "Fully extended": 0.06, "Partially bent": 0.5, "Fully bent": 1.0}
PALM_LEVELS: Final = {"Far": 0.06, "Medium": 0.35, "Near": 0.65, "Contact": 1.0}
SPEED_ALPHA: Final = {"Slow": 0.3, "Medium": 0.6, "Fast": 0.95}
DIRECTION_TEXT: Final = {
    "left-to-right": "→ right",
    "right-to-left": "← left",
    "back-to-front": "↗ away",
    "front-to-back": "↙ near",
    "down-to-up": "↑ up",
    "up-to-down": "↓ down",
}
PLACE_TEXT: Final = {
    "left-right": (
        "right hand, sideways",
        {"LEFT": "crossed to the left", "ALIGNED": "level", "RIGHT": "at the right"},
    ),
    "front-back": ("in depth", {"BACK": "nearer to the body", "ALIGNED": "level", "FRONT": "farther away"}),
    "down-up": ("in height", {"DOWN": "lower", "ALIGNED": "level", "UP": "higher"}),
}
"""By axis: the label of its lane, and where the right hand is, seen from the left one."""
PAIR_LANES: Final = 8
"""Pairs between the hands that get a lane of their own, longest contact first."""

WIDTH_PX: Final = 1000
LABEL_PX: Final = 132
FINGER_PX: Final = 25
BAR_PX: Final = 16
GAP_PX: Final = 13
TOP_PX: Final = 34


@dataclass(frozen=True)
class Lane:
    """A row of the picture: its label, its height, and what draws it into (axes, bottom and top in pixels)."""

    label: str
    colour: str
    height_px: int
    draw: Callable[[Axes, float, float], None]


def events_timeline(events: Mapping[str, Any], title: str = "") -> bytes:
    """The events of one motion, valid against prompts/events.schema.json, as PNG bytes."""
    groups = [_hand_lanes(hand, events[f"{name}_hand_events"]) for hand, name in enumerate(HANDS)]
    groups.append(_together_lanes(events["two_hand_relationships"]))
    lanes_px = sum(lane.height_px for group in groups for lane in group) + GAP_PX * len(groups)
    height = lanes_px + TOP_PX + 26
    figure = new_figure(WIDTH_PX, height)
    write(figure, 12 / WIDTH_PX, 1 - 21 / height, title or "events", size=9, fontweight="bold")
    _draw_legend(figure, height)
    place = (LABEL_PX / WIDTH_PX, 24 / height, (WIDTH_PX - LABEL_PX - 16) / WIDTH_PX, lanes_px / height)
    axes = figure.add_axes(place)
    _prepare(axes, events["frame_count"], lanes_px)
    bottom = float(lanes_px)
    for group in groups:
        for lane in group:
            bottom -= lane.height_px
            label = axes.get_yaxis_transform()
            middle = bottom + lane.height_px / 2
            write(axes, -0.009, middle, lane.label, 7.5, color=lane.colour, ha="right", va="center", transform=label)
            lane.draw(axes, bottom + 1.5, bottom + lane.height_px - 1.5)
        bottom -= GAP_PX
    return to_png(figure)


def _hand_lanes(hand: int, events: Mapping[str, Any]) -> list[Lane]:
    """Five fingers and the axes along which the wrist moved."""
    lanes = []
    for finger, name in enumerate(FINGERS):
        joints = [levels for joint, levels in events["finger_flexing"].items() if joint.startswith(f"{name}_")]
        touching = [
            event for pair, found in events["finger_tip_contact"].items() if name in pair.split(", ") for event in found
        ]
        colour = FINGER_COLOURS[hand][finger]
        lanes.append(Lane(f"{HANDS[hand]} {name}", colour, FINGER_PX, _finger_lane(joints, touching, colour)))
    colour = HAND_COLOURS[hand]
    for axis, moves in events["wrist_trajectory"].items():
        bars = [(move, DIRECTION_TEXT[move["direction"]], SPEED_ALPHA[move["v_des"]]) for move in moves]
        lanes.append(Lane(f"wrist {axis}", colour, BAR_PX, _bar_lane(bars, colour)))
    return lanes


def _together_lanes(events: Mapping[str, Any]) -> list[Lane]:
    """Pairs that touch, the distance of the palms, and where the right hand is seen from the left one."""
    pairs = {**events["finger_tip_contact"], **events["finger_palm_distance"]}
    contacts = {pair: touching for pair, found in pairs.items() if (touching := _contacts(found))}
    longest_first = sorted(contacts, key=lambda pair: -sum(event["end"] - event["start"] for event in contacts[pair]))
    lanes = [
        Lane(pair.replace(", ", " – "), CONTACT_COLOUR, BAR_PX, _contact_lane(contacts[pair]))
        for pair in longest_first[:PAIR_LANES]
    ]
    if len(longest_first) > PAIR_LANES:
        rest = [event for pair in longest_first[PAIR_LANES:] for event in contacts[pair]]
        label = f"{len(longest_first) - PAIR_LANES} more pairs"
        lanes.append(Lane(label, CONTACT_COLOUR, BAR_PX, _contact_lane(rest)))
    palms = events["palm_palm_distance"]
    lanes.append(Lane("palms near", INK, FINGER_PX, _palm_lane(palms)))
    for axis, places in events["palm_palm_relative_position"].items():
        label, text = PLACE_TEXT[axis]
        bars = [(event, text[event["constant_des"]], 0.16) for event in places if "constant_des" in event]
        lanes.append(Lane(label, INK, BAR_PX, _bar_lane(bars, QUIET_INK, INK)))
    return lanes


def _finger_lane(joints: Iterable[Sequence[Event]], touching: Iterable[Event], colour: str) -> Callable[..., None]:
    def draw(axes: Axes, bottom: float, top: float) -> None:
        base, rise = bottom + 0.25 * (top - bottom), 0.72 * (top - bottom)
        axes.axhline(base, color=colour, linewidth=0.7, alpha=0.5)
        for events in joints:
            frames, levels = _staircase(events, FLEXION_LEVELS)
            axes.fill_between(frames, base, base + rise * levels, color=colour, alpha=0.36, linewidth=0)
        for event in touching:
            _draw_contact(axes, event, bottom - 1, base)

    return draw


def _palm_lane(events: Sequence[Event]) -> Callable[..., None]:
    def draw(axes: Axes, bottom: float, top: float) -> None:
        frames, levels = _staircase([event for event in events if "v_des" not in event] or events, PALM_LEVELS)
        axes.fill_between(frames, bottom, bottom + (top - bottom) * levels, color=QUIET_INK, alpha=0.35, linewidth=0)
        for event in _contacts(events):
            _draw_contact(axes, event, bottom, top)

    return draw


def _contact_lane(events: Sequence[Event]) -> Callable[..., None]:
    def draw(axes: Axes, bottom: float, top: float) -> None:
        axes.axhline((bottom + top) / 2, color=QUIET_INK, linewidth=0.6, alpha=0.35)
        for event in events:
            _draw_contact(axes, event, bottom + 2, top - 2)

    return draw


def _bar_lane(bars: Sequence[tuple[Event, str, float]], colour: str, ink: str | None = None) -> Callable[..., None]:
    """Bars of (event, text, alpha); text that does not fit its bar is left out."""

    def draw(axes: Axes, bottom: float, top: float) -> None:
        frames_per_letter = 0.0075 * (axes.get_xlim()[1] - axes.get_xlim()[0])
        for event, text, alpha in bars:
            _draw_bar(axes, event, bottom, top, colour, alpha)
            if len(text) * frames_per_letter < event["end"] - event["start"]:
                on_bar = ink or ("white" if alpha > 0.5 else colour)
                middle = (event["start"] + event["end"]) / 2
                write(axes, middle, (bottom + top) / 2, text, 6.8, color=on_bar, ha="center", va="center_baseline")

    return draw


def _draw_contact(axes: Axes, event: Event, bottom: float, top: float) -> None:
    _draw_bar(axes, event, bottom, top, CONTACT_COLOUR, 0.95)


def _draw_bar(axes: Axes, event: Event, bottom: float, top: float, colour: str, alpha: float) -> None:
    axes.fill_between(
        [event["start"] + 0.06, event["end"] - 0.06], bottom, top, color=colour, alpha=alpha, linewidth=0, zorder=3
    )


def _staircase(events: Sequence[Event], levels: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Corners (frame, level) of a curve that is flat in a hold and slopes in a change."""
    corners = []
    for event in sorted(events, key=lambda event: event["start"]):
        first = levels[event.get("constant_des") or event["start_des"]]
        last = levels[event.get("constant_des") or event["end_des"]]
        corners += [(event["start"], first), (event["end"], last)]
    frames, heights = np.array(corners or [(0, 0.0)], dtype=np.float64).T
    return frames, heights


def _contacts(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.get("constant_des") == "Contact"]


def _prepare(axes: Axes, n_frames: int, height_px: float) -> None:
    axes.set_xlim(0, n_frames)
    axes.set_ylim(0, height_px)
    axes.set_facecolor("none")
    axes.set_yticks([])
    half_seconds = np.arange(0, n_frames + 1, FPS / 2)
    axes.set_xticks(half_seconds, [f"{frame / FPS:.1f} s" for frame in half_seconds])
    axes.tick_params(labelsize=7, colors=QUIET_INK, length=0)
    axes.grid(axis="x", color=QUIET_INK, alpha=0.18, linewidth=0.7)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _draw_legend(figure: Any, height: int) -> None:
    entries = (("▲ bends", QUIET_INK), ("■ contact", CONTACT_COLOUR), ("■ wrist moves", HAND_COLOURS[0]))
    x = WIDTH_PX - 246
    for text, colour in entries:
        write(figure, x / WIDTH_PX, 1 - 21 / height, text, size=7.5, color=colour)
        x += 74
