"""The timeline: events land at their time, in the colour of what they are."""

import io
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from handx_core.skeleton import FINGERS
from handx_core.viewing.style import CONTACT_COLOUR, PNG_LIMIT
from handx_core.viewing.timeline import LABEL_PX, WIDTH_PX, events_timeline

JOINTS = ["thumb_mcp", "thumb_ip", *(f"{f}_{j}" for f in FINGERS[1:] for j in ("mcp", "pip", "dip"))]
PLOT_PX = WIDTH_PX - LABEL_PX - 16


def hold(start: int, end: int, state: str) -> dict[str, Any]:
    return {"start": start, "end": end, "constant_des": state}


def still_hand() -> dict[str, Any]:
    return {
        "finger_flexing": {joint: [hold(0, 60, "Fully extended")] for joint in JOINTS},
        "finger_spacing": {},
        "finger_tip_contact": {},
        "wrist_trajectory": {},
    }


def still_events() -> dict[str, Any]:
    return {
        "frame_count": 60,
        "left_hand_events": still_hand(),
        "right_hand_events": still_hand(),
        "two_hand_relationships": {
            "finger_tip_contact": {},
            "finger_palm_distance": {},
            "palm_palm_distance": [hold(0, 60, "Far")],
            "palm_palm_relative_position": {
                "left-right": [hold(0, 60, "RIGHT")],
                "front-back": [hold(0, 60, "ALIGNED")],
                "down-up": [hold(0, 60, "ALIGNED")],
            },
        },
    }


def gold_columns(png: bytes) -> np.ndarray:
    """Columns of the plot, below the legend, that hold the colour of contact."""
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.int64)
    assert image.shape[1] == WIDTH_PX
    gold = (np.abs(image - 255 * np.array(to_rgb(CONTACT_COLOUR))) <= 24).all(axis=-1)[34:, LABEL_PX:]
    return np.flatnonzero(gold.any(axis=0))


def test_without_contact_there_is_no_gold() -> None:
    assert gold_columns(events_timeline(still_events())).size == 0


@pytest.mark.parametrize("where", ["in a hand", "tips", "tip and palm", "palms"])
def test_a_contact_is_gold_at_its_time(where: str) -> None:
    events = still_events()
    contact = [hold(15, 30, "Contact")]
    between = events["two_hand_relationships"]
    if where == "in a hand":
        events["left_hand_events"]["finger_tip_contact"]["thumb, index"] = contact
    elif where == "tips":
        between["finger_tip_contact"]["left index, right ring"] = contact
    elif where == "tip and palm":
        between["finger_palm_distance"]["left index, right palm"] = [hold(0, 15, "Far"), *contact, hold(30, 60, "Near")]
    else:
        between["palm_palm_distance"] = [hold(0, 15, "Near"), *contact, hold(30, 60, "Near")]
    gold = gold_columns(events_timeline(events))
    assert gold.min() == pytest.approx(15 / 60 * PLOT_PX, abs=3)
    assert gold.max() == pytest.approx(30 / 60 * PLOT_PX, abs=3)


def test_a_motion_with_every_pair_touching_still_fits() -> None:
    events = still_events()
    tips = [f"left {a}, right {b}" for a in FINGERS for b in FINGERS]
    events["two_hand_relationships"]["finger_tip_contact"] = {
        pair: [hold(number, number + 5, "Contact")] for number, pair in enumerate(tips)
    }
    picture = events_timeline(events, "a title_with $ marks")
    assert len(picture) <= PNG_LIMIT
    assert picture == events_timeline(events, "a title_with $ marks")


def test_a_bending_finger_raises_ink_in_its_second_half() -> None:
    bent, still = still_events(), still_events()
    change = {"start": 30, "end": 36, "start_des": "Fully extended", "end_des": "Fully bent", "v_des": "Fast"}
    for joint in ("index_mcp", "index_pip", "index_dip"):
        bent["left_hand_events"]["finger_flexing"][joint] = [
            hold(0, 30, "Fully extended"),
            change,
            hold(36, 60, "Fully bent"),
        ]
    images = [
        np.asarray(Image.open(io.BytesIO(events_timeline(events))).convert("L"), dtype=float)
        for events in (bent, still)
    ]
    darker = (images[1] - images[0]).sum(axis=0)[LABEL_PX : LABEL_PX + PLOT_PX]
    assert np.abs(darker[3 : PLOT_PX // 2 - 3]).max() < 60  # rounding at the edge of the still finger's line
    assert darker[PLOT_PX * 36 // 60 : -3].min() > 500
