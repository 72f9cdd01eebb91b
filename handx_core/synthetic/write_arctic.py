"""Writes takes as ARCTIC stores them: MANO parameters of both hands, the path of the object, the official split.

What belongs here: ARCTIC's files, world and MANO convention. What does not: motion, or the stand-in of MANO.

World: z up, the person faces -y. Every frame has both hands: the format has no way to say that one was lost. What the
hands carry between them is the object; in a take of use, their other common actions open and close it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from handx_core.skeleton import HANDS, WRIST
from handx_core.synthetic.descriptions import TWO_HAND_PHRASES
from handx_core.synthetic.files import WrittenTake, write_json
from handx_core.synthetic.hands import Floats
from handx_core.synthetic.mano_standin import mano_pose
from handx_core.synthetic.takes import SyntheticSettings, TrueTake, seeded, subject_postures

_WORLD: Final = np.diag([-1.0, -1.0, 1.0])
_MILLIMETRES: Final = 1e3
_CARRIES: Final = "carry"
_OBJECT_AT_M: Final = np.array([0.0, 0.40, 0.80])
_OBJECT_NOISE: Final = np.array([0.001] * 4 + [0.1] * 3)  # rad, and mm of the translation
_OPENING_RAD: Final = 1.2
_FITTING_ERROR_M: Final = (0.0005, 0.003)
_SPLIT_OF_SUBJECT: Final = {"s05": "val", "s03": "test"}


def write_take(root: Path, take: TrueTake, settings: SyntheticSettings) -> None:
    """Write one sequence below ARCTIC's root: its hands and its object."""
    _, subject, sequence = take.recording_id.split("/")
    folder = root / "raw_seqs" / subject
    folder.mkdir(parents=True, exist_ok=True)
    hands = {side: _hand(take, hand, settings) for hand, side in enumerate(HANDS)}
    np.save(folder / f"{sequence}.mano.npy", np.array(hands, dtype=object), allow_pickle=True)
    np.save(folder / f"{sequence}.object.npy", _object(take, settings))


def write_index(root: Path, takes: Sequence[WrittenTake], settings: SyntheticSettings) -> None:
    """Write the official split of all sequences, by subject."""
    protocol: dict[str, list[str]] = {"train": [], "val": [], "test": []}
    for take in takes:
        protocol[_SPLIT_OF_SUBJECT.get(take.name.person, "train")].append(take.path)
    write_json(root / "splits_json" / "protocol_p1.json", protocol)


def _hand(take: TrueTake, hand: int, settings: SyntheticSettings) -> dict[str, Any]:
    shape = subject_postures("arctic", take.name.subject, settings).shape
    stored = mano_pose(take, hand, shape, world=_WORLD)
    rng = seeded(settings, take.recording_id, HANDS[hand], "fitting error")
    return {
        "rot": stored.rotation,
        "pose": stored.pose - stored.mean_pose,
        "trans": stored.translation,
        "shape": stored.betas,
        "fitting_err": rng.uniform(*_FITTING_ERROR_M, len(take.times)),
    }


def _object(take: TrueTake, settings: SyntheticSettings) -> Floats:
    """(T, 7) articulation, axis-angle and translation in millimetres, with the noise of markers."""
    between = take.joints[:, :, WRIST].mean(axis=1)
    steps = np.diff(between, axis=0, prepend=between[:1])
    articulation = np.zeros(len(take.times))
    carried = np.zeros(len(take.times), dtype=bool)
    for start_s, end_s, action, _ in take.script:
        during = (take.times >= start_s) & (take.times < end_s)
        carried |= during & (action == _CARRIES)
        if "_use_" in take.recording_id and action in TWO_HAND_PHRASES and action != _CARRIES:
            progress = (take.times[during] - start_s) / (end_s - start_s)
            articulation[during] = 0.5 * _OPENING_RAD * (1.0 - np.cos(2.0 * np.pi * progress))
    positions = (_OBJECT_AT_M + np.cumsum(steps * carried[:, None], axis=0)) @ _WORLD.T * _MILLIMETRES
    path = np.column_stack([articulation, np.zeros((len(take.times), 3)), positions])
    return path + seeded(settings, take.recording_id, "object").normal(0.0, _OBJECT_NOISE, path.shape)
