"""HoloAssist files for tests, written field by field: independent of handx_core.synthetic."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

SESSION = "R007-7July-DSLR"
FIRST_TICK = 638_000_000_000_000_000
TICKS_PER_FRAME = 333_333
PALM_AND_METACARPALS = (0, 6, 11, 16, 21)

# Palm, wrist, thumb (metacarpal, proximal, distal, tip), then index, middle, ring, pinky (metacarpal, proximal,
# intermediate, distal, tip), in the project's numbers; None where the project has no such joint.
HOLOLENS_AS_PROJECT = (
    None, 0, 13, 14, 15, 16,
    None, 1, 2, 3, 17, None, 4, 5, 6, 18, None, 10, 11, 12, 19, None, 7, 8, 9, 20,
)  # fmt: skip


@dataclass
class Row:
    """A row of a hand's file: seconds, ticks, flags, (26, 3) positions in the session's frame, flags of the joints."""

    seconds: float
    ticks: int
    positions: np.ndarray
    flags: list[int]
    valid: list[int] = field(default_factory=lambda: [1] * 26)
    tracked: list[int] = field(default_factory=lambda: [1] * 26)

    def lose(self) -> None:
        """As the recorder writes a hand that is not there."""
        self.positions = np.full((26, 3), np.nan)
        self.flags = [0] * len(self.flags)
        self.valid = [0] * 26
        self.tracked = [0] * 26

    def text(self, *, seconds: bool = True) -> str:
        turn = np.array([[0.0, -0.6, 0.8], [1.0, 0.0, 0.0], [0.0, 0.8, 0.6]])
        cells = [f"{self.seconds:.4f}"] * seconds + [str(self.ticks), *map(str, self.flags)]
        for position in self.positions:
            pose = np.full((4, 4), np.nan)
            if np.isfinite(position).all():
                pose = np.eye(4)
                pose[:3, :3], pose[:3, 3] = turn, position
            cells += ["NaN" if np.isnan(number) else f"{number:.17g}" for number in pose.ravel()]
        return "\t".join([*cells, *map(str, self.valid), *map(str, self.tracked)])


def rows_of(world: np.ndarray, hand: int, *, flags: int = 1) -> list[Row]:
    """Rows of one hand of (T, 2, 21, 3) joints in the project's order and world: x forward is y, y left is -x."""
    rows = []
    for frame, joints in enumerate(world[:, hand]):
        positions = np.stack([joints[0] if j is None else joints[j] for j in HOLOLENS_AS_PROJECT])
        positions[list(PALM_AND_METACARPALS)] += [7.0, 8.0, 9.0]
        session = np.stack([positions[:, 1], -positions[:, 0], positions[:, 2]], axis=-1)
        ticks = FIRST_TICK + frame * TICKS_PER_FRAME
        rows.append(Row(frame / 30, ticks, session, [0] * (flags - 1) + [1]))
    return rows


def hand_path(root: Path, side: str, *, name: str = "_sync") -> Path:
    return root / "hands" / SESSION / "Export_py" / "Hands" / f"{side}{name}.txt"


def write_rows(path: Path, rows: list[Row], *, newline: str = "\n", seconds: bool = True) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(row.text(seconds=seconds) + newline for row in rows).encode())


def event(label: str, start: object, end: object, **attributes: object) -> dict:
    return {"id": 1, "label": label, "start": start, "end": end, "type": "range",
            "attributes": {name.replace("_", " ", 1): value for name, value in attributes.items()}}  # fmt: skip


def write_session(root: Path, world: np.ndarray) -> Path:
    """Both hands of SESSION, its labels, and the lists of the splits."""
    for hand, side in enumerate(("Left", "Right")):
        write_rows(hand_path(root, side), rows_of(world, hand))
    events = [
        event("Narration", 0.0, 0.2, Long_form="The student talks."),
        event("Fine grained action", 0.1, 0.2, Verb="grab", Adjective="none", Noun="battery_door", adverbial="none"),
        event("Coarse grained action", 0.0, 9.0, Action_sentence="The student opens it.", Verb="open", Noun="gopro"),
        event("Coarse grained action", 5.0, 9.0, Action_sentence="The student rests."),
        event("Conversation", 0.0, 0.2, Verb="ask", Noun="student"),
    ]
    labels = [{"video_name": SESSION, "taskType": "gopro", "events": events}]
    (root / "data-annotation-trainval-v1_1.json").write_text(json.dumps(labels))
    (root / "data-splits").mkdir()
    (root / "data-splits" / "train_0724.txt").write_text(f"R001-other\n{SESSION}\n")
    (root / "data-splits" / "val_0724.txt").write_text("R002-other\n")
    return root
