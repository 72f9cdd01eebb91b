"""Every touch of the synthetic takes is found, against their noise-free geometry frame by frame."""

import numpy as np
import pytest

from handx_core.kinematics.events import extract_events
from handx_core.skeleton import FINGERS, HANDS, JOINT_NAMES
from handx_core.synthetic.takes import SyntheticSettings, list_takes, make_take


def touches(distances):
    """Contacts of a noise-free curve: within 20 mm, over lifts of up to 24 mm, for two frames or more."""
    found = []
    for t in np.flatnonzero(distances <= 0.020).tolist():
        if found and distances[found[-1][1] : t].max(initial=0.0) <= 0.024:
            found[-1][1] = t + 1
        else:
            found.append([t, t + 1])
    return [(a, b) for a, b in found if b - a >= 2 or a == 0 or b == len(distances)]


def spans(events):
    return [(e["start"], e["end"]) for e in events]


@pytest.mark.parametrize("subject", [0, 1])
def test_every_touch_of_a_scripted_take_is_found(subject):
    sizes = SyntheticSettings()
    for name in [n for n in list_takes("hot3d", sizes) if n.subject == subject][:2]:
        joints = make_take(name, sizes).joints
        tips = joints[:, :, [JOINT_NAMES.index(f"{finger}_tip") for finger in FINGERS]]
        events = extract_events(joints)
        n_touches = 0
        for i, j in np.ndindex(5, 5):
            expected = touches(np.linalg.norm(tips[:, 0, i] - tips[:, 1, j], axis=-1))
            key = f"left {FINGERS[i]}, right {FINGERS[j]}"
            assert spans(events["two_hand_relationships"]["finger_tip_contact"].get(key, [])) == expected
            n_touches += len(expected)
        for h, f in np.ndindex(2, 4):
            expected = touches(np.linalg.norm(tips[:, h, 0] - tips[:, h, f + 1], axis=-1))
            hand = events[f"{HANDS[h]}_hand_events"]["finger_tip_contact"]
            assert spans(hand.get(f"thumb, {FINGERS[f + 1]}", [])) == expected
            n_touches += len(expected)
        assert n_touches > 0
