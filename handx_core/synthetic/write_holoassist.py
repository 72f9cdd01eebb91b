"""Writes takes as HoloAssist stores them: a text file a hand, the poses of 26 joints in a row.

What belongs here: HoloAssist's files, axes, joints, flags and what is wrong in them. What does not: motion.

World: x forward, y left, z up, its origin where the head was and its yaw whichever way it looked when the session
began. Sessions of an odd subject number have the two flags more of the newer version; in every third session the
right hand's file starts a row later and has stamps a little off. Now and then a finger is hidden, from some joint out
or the whole of it, and the headset infers where it is: a few millimetres off, more towards the tip, without a jump.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from handx_core.skeleton import CHAINS, FPS, HANDS, RIGHT, WRIST
from handx_core.synthetic.descriptions import describe
from handx_core.synthetic.files import WrittenTake, about_vertical, write_json, write_text
from handx_core.synthetic.hands import Floats
from handx_core.synthetic.takes import SyntheticSettings, TrueTake, seeded

TICKS_PER_FRAME: Final = 333_333
"""Steps of the stamps, 100 ns each."""

N_HOLOLENS_JOINTS: Final = 26

_FINGERS: Final = ("index", "middle", "ring", "pinky")
_METACARPAL_SHARE: Final = 0.3
"""Where a finger's metacarpal joint lies on the way from the wrist to its MCP joint."""

_PALM_SHARE: Final = 0.6
_FIRST_TICK: Final = 637_926_624_000_000_000
_HEAD_M: Final = np.array([0.0, -0.1, 1.6])
_REPEATED_SHARE: Final = 0.02
_FINGER_JOINTS: Final = (range(2, 6), range(6, 11), range(11, 16), range(16, 21), range(21, 26))
"""The joints of a finger among those of the HoloLens, from the palm out, the thumb's first."""

_MEAN_S_BEFORE_HIDDEN: Final = 10.0
_HIDDEN_S: Final = (0.1, 2.0)
_DRIFT_M_S: Final = (0.001, 0.004)
"""How far off an inferred tip is at the worst moment, for each second that it is hidden."""

_STAMPS_OFF_TICKS: Final = 400
_NOT_THERE: Final = "\t".join(["NaN"] * 16 * N_HOLOLENS_JOINTS + ["0"] * 2 * N_HOLOLENS_JOINTS)


def write_take(root: Path, take: TrueTake, settings: SyntheticSettings) -> None:
    """Write one session below HoloAssist's root."""
    rng = seeded(settings, take.recording_id, "headset")
    # x to the right and y forward become x forward and y left.
    world = about_vertical(rng.uniform(-np.pi, np.pi)) @ about_vertical(-np.pi / 2.0)
    joints = np.einsum("ij,thkj->thki", world, with_palm_and_metacarpals(take.joints) - _HEAD_M)
    turns = world @ take.wrists
    turns[:, RIGHT, :, 0] *= -1.0  # wrist frames of the right hand are mirrored ones; the file has rotations
    tracked, off = _inferred(take, rng)
    joints = joints + off
    shown = _shown_frames(take, rng)
    for hand, side in enumerate(HANDS):
        ticks = _FIRST_TICK + TICKS_PER_FRAME * np.arange(len(take.times))
        late = hand == RIGHT and take.name.subject % 3 == 2
        if late:
            ticks += rng.integers(-_STAMPS_OFF_TICKS, _STAMPS_OFF_TICKS, len(ticks), endpoint=True)
        frames = shown[:, hand]
        poses = _pose_texts(turns[frames, hand], joints[frames, hand], tracked[frames, hand], take.valid[frames, hand])
        flags = _hand_flags(take.valid[frames, hand], more=take.name.subject % 2 == 1)
        rows = [
            f"{time:.4f}\t{tick}\t{flag}\t{pose}\n"
            for time, tick, flag, pose in zip(take.times.tolist(), ticks.tolist(), flags, poses, strict=True)
        ]
        path = root / take.recording_id.removeprefix("holoassist/") / "Export_py/Hands" / f"{side.title()}_sync.txt"
        write_text(path, "".join(rows[1:] if late else rows))


def with_palm_and_metacarpals(joints: Floats) -> Floats:
    """(..., 21, 3) in the project's order -> (..., 26, 3) in that of the HoloLens."""
    wrist = joints[..., WRIST, :]

    def towards(finger: str, share: float) -> Floats:
        return wrist + share * (joints[..., CHAINS[finger][0], :] - wrist)

    found = [towards("middle", _PALM_SHARE), wrist, *(joints[..., joint, :] for joint in CHAINS["thumb"])]
    for finger in _FINGERS:
        found += [towards(finger, _METACARPAL_SHARE), *(joints[..., joint, :] for joint in CHAINS[finger])]
    return np.stack(found, axis=-2)


def _inferred(take: TrueTake, rng: np.random.Generator) -> tuple[NDArray[np.bool_], Floats]:
    """(T, 2, 26), False where the headset only inferred a joint, and (T, 2, 26, 3), by how many metres it is off.

    Never a palm or wrist, one finger of a hand at a time; the error swells from nothing and ebbs again.
    """
    tracked = np.ones((*take.valid.shape, N_HOLOLENS_JOINTS), np.bool_)
    off = np.zeros((*tracked.shape, 3))
    for hand in range(len(HANDS)):
        start_s = rng.exponential(_MEAN_S_BEFORE_HIDDEN)
        while start_s < take.times[-1]:
            length_s, drift_m_s = rng.uniform(*_HIDDEN_S), rng.uniform(*_DRIFT_M_S)
            finger = _FINGER_JOINTS[rng.integers(len(_FINGER_JOINTS))]
            hidden = finger[rng.integers(len(finger)) :]
            direction = rng.standard_normal(3)
            farthest = direction * (drift_m_s * length_s / np.linalg.norm(direction))
            frames = np.flatnonzero((take.times >= start_s) & (take.times < start_s + length_s))
            swell = np.sin(np.pi * (take.times[frames] - start_s) / length_s) ** 2
            for number, joint in enumerate(hidden, start=1):
                tracked[frames, hand, joint] = False
                off[frames, hand, joint] = swell[:, None] * farthest * (number / len(hidden))
            start_s += length_s + rng.exponential(_MEAN_S_BEFORE_HIDDEN)
    return tracked, off


def _shown_frames(take: TrueTake, rng: np.random.Generator) -> NDArray[np.intp]:
    """(T, 2) the frame whose pose a row shows: here and there that of the row before, as the rows are the nearest."""
    frames = np.repeat(np.arange(len(take.times))[:, None], len(HANDS), axis=1)
    repeated = rng.random(frames.shape) < _REPEATED_SHARE
    repeated[1:] &= ~repeated[:-1] & take.valid[1:] & take.valid[:-1]
    repeated[[0, 1, -1]] = False
    return frames - repeated


def _pose_texts(turns: Floats, joints: Floats, tracked: NDArray[np.bool_], there: NDArray[np.bool_]) -> Iterator[str]:
    """The poses and flags of every row. turns (T, 3, 3), joints (T, 26, 3), tracked (T, 26), there (T,)."""
    numbers = np.concatenate([turns.reshape(len(turns), 9), joints.reshape(len(joints), -1)], axis=1)
    row_format = "\t".join(["%.17g"] * numbers.shape[1])
    flags = np.where(tracked, "1", "0").tolist()
    valid = ["1"] * N_HOLOLENS_JOINTS
    for row, tracked_flags, is_there in zip(numbers.tolist(), flags, there.tolist(), strict=True):
        if not is_there:
            yield _NOT_THERE
            continue
        texts = (row_format % tuple(row)).split("\t")
        x_axis, y_axis, z_axis = ("\t".join(texts[start : start + 3]) for start in (0, 3, 6))
        matrices = [
            f"{x_axis}\t{x}\t{y_axis}\t{y}\t{z_axis}\t{z}\t0\t0\t0\t1"
            for x, y, z in zip(texts[9::3], texts[10::3], texts[11::3], strict=True)
        ]
        yield "\t".join([*matrices, *valid, *tracked_flags])


def _hand_flags(there: NDArray[np.bool_], *, more: bool) -> list[str]:
    """Whether the hand is active; in the newer version gripped and pinched before it, each in some seconds."""
    if not more:
        return ["1" if is_there else "0" for is_there in there]
    seconds = np.arange(len(there)) // int(FPS)
    gripped, pinched = there & (seconds % 3 == 0), there & (seconds % 4 == 0)
    return [f"{g:d}\t{p:d}\t{a:d}" for g, p, a in zip(gripped, pinched, there, strict=True)]


def write_index(root: Path, takes: Sequence[WrittenTake], settings: SyntheticSettings) -> None:
    """Write the labelled events of all sessions, and the lists of the splits."""
    write_json(root / "data-annotation-trainval-v1_1.json", [_entry(take, settings) for take in takes])
    names = [take.path for take in takes]
    n_held_out = 1 if len(names) >= 3 else 0
    lists = {
        "train": names[: len(names) - 2 * n_held_out],
        "val": names[len(names) - 2 * n_held_out : len(names) - n_held_out],
        "test": names[len(names) - n_held_out :],
    }
    for split, sessions in lists.items():
        write_text(root / "data-splits" / f"{split}_0724.txt", "".join(f"{name}\n" for name in sessions))


def _entry(take: WrittenTake, settings: SyntheticSettings) -> dict[str, Any]:
    rng = seeded(settings, "holoassist", take.path, "events")
    scenes = [(s, min(e, len(take.valid) / FPS), left, right) for s, e, left, right in take.script
              if s < (len(take.valid) - 1) / FPS]  # fmt: skip
    events = chain.from_iterable(_events(*scene, rng) for scene in scenes)
    narration = _event("Narration", 0.0, 2.0, {"Long-form description": "The student moves both hands."})
    return {
        "video_name": take.path,
        "taskType": "gestures",
        "events": [{"id": number, **event} for number, event in enumerate([narration, *events])],
    }


def _events(start_s: float, end_s: float, left: str, right: str, rng: np.random.Generator) -> list[dict[str, Any]]:
    """A scene as one coarse action of both hands and a fine one of each."""
    words = {"Verb": "move", "Adjective": "none", "Noun": "hands"}
    coarse = {"Action sentence": describe(left, right, rng)[0], **words}
    events = [_event("Coarse grained action", start_s, end_s, coarse)]
    for side, action in zip(HANDS, (left, right), strict=True):
        verb, _, noun = action.partition("_")
        attributes = {
            "Action Correctness": "Correct Action",
            "Verb": verb,
            "Adjective": "none",
            "Noun": noun or "none",
            "adverbial": f"with_{side}_hand",
        }
        events.append(_event("Fine grained action", start_s, end_s, attributes))
    return events


def _event(label: str, start_s: float, end_s: float, attributes: dict[str, str]) -> dict[str, Any]:
    return {
        "label": label,
        "start": round(start_s, 3),
        "end": round(end_s, 3),
        "type": "range",
        "attributes": attributes,
    }
