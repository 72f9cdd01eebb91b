"""How each metric of the table `benchmark` is shown to people: its name, direction, format and meaning.

What belongs here: words about metrics. What does not: their computation (the other modules of this room).
"""

from dataclasses import dataclass
from typing import Final, Literal

Better = Literal["higher", "lower", "real", ""]

ARROWS: Final[dict[Better, str]] = {"higher": "↑", "lower": "↓", "real": "→", "": ""}


@dataclass(frozen=True)
class MetricName:
    """A metric as a column: key in the table, group, title, which way is better, decimals, what it says."""

    key: str
    group: str
    title: str
    better: Better
    decimals: int
    meaning: str

    @property
    def heading(self) -> str:
        """Title with the arrow of the better direction."""
        return f"{self.title} {ARROWS[self.better]}".strip()


def _contact(kind: str, group: str, unit_of_count: str) -> tuple[MetricName, ...]:
    return (
        MetricName(
            f"contact_{kind}_precision", group, "P", "higher", 3,
            f"Of the contacts in the motion, counted {unit_of_count}, the share that the real clip has too.",
        ),
        MetricName(
            f"contact_{kind}_recall", group, "R", "higher", 3,
            f"Of the real clip's contacts, counted {unit_of_count}, the share that the motion has too.",
        ),
        MetricName(f"contact_{kind}_f1", group, "F1", "higher", 3, "The harmonic mean of the two."),
    )  # fmt: skip


METRIC_NAMES: Final = (
    MetricName(
        "fid", "distribution", "FID", "lower", 2,
        "Fréchet distance between the evaluator's embeddings of these motions and of the real ones. Biased upwards "
        "where clips are few, so to be compared within this table only.",
    ),
    MetricName(
        "diversity", "distribution", "Diversity", "real", 2,
        "Mean distance between the embeddings of two motions of the set.",
    ),
    MetricName(
        "multimodality", "distribution", "Multimod.", "", 2,
        "Mean distance between the embeddings of two motions made from the same text: how much a generator varies.",
    ),
    MetricName(
        "r_precision_1", "match with the text", "Top-1", "higher", 3,
        "R-precision: how often a motion's own text is the nearest of 32 to it.",
    ),
    MetricName("r_precision_2", "match with the text", "Top-2", "higher", 3, "The same, among the two nearest."),
    MetricName(
        "r_precision_3", "match with the text", "Top-3", "higher", 3,
        "The same, among the three nearest; 3/32 = 0.094 by chance.",
    ),
    MetricName(
        "mm_distance", "match with the text", "MM dist.", "lower", 2,
        "Mean distance between the embeddings of a motion and of its text.",
    ),
    MetricName(
        "mpjpe_mm", "error, mm", "MPJPE", "lower", 1,
        "Mean joint position error against the real clip. A text fits many motions, so it judges reconstructions "
        "rather than generators.",
    ),
    MetricName(
        "mpjpe_wrist_relative_mm", "error, mm", "to wrist", "lower", 1,
        "The same with every hand's joints taken relative to its own wrist.",
    ),
    *_contact("frame", "contact by frame", "frame by frame and pair by pair"),
    *_contact("clip", "contact by clip", "once a clip and pair"),
    MetricName(
        "smoothness", "motion", "Smooth.", "real", 2,
        "Mean joint acceleration over that of the real clips: 1 is as smooth as real motion, more is shakier.",
    ),
)  # fmt: skip
"""Every metric that is a column, in the order in which people see them."""

FID_FLOOR: Final = MetricName(
    "fid_between_halves",
    "distribution",
    "FID between two halves of the real clips",
    "",
    2,
    "What FID reads for nothing but chance, at half the clips: a generator below it cannot be told from real by FID.",
)
"""A figure of the real clips alone, which stands under the table."""
