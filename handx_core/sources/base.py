"""What a source is: how its takes are found, read, and turned into two hands in the world frame.

To add a source: one module beside this one with a class that has these members, one writer in
`handx_core.synthetic`, one line in `SOURCES`. What belongs here: the shared values and the protocol. What does
not: anything about one source.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.mocap.marker_set import MarkerSet

if TYPE_CHECKING:  # it needs a compiler, which takes seconds to import
    from handx_core.mocap.calibration import SubjectHands


@dataclass(frozen=True)
class Label:
    """What a source says happens between two times of a take, seconds since its start, and its paraphrases of that."""

    start_s: float
    end_s: float
    text: str
    paraphrases: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceCaption:
    """A caption that a source itself brings for a whole take. level: 1 to 5."""

    level: int
    left: str
    right: str
    interaction: str


@dataclass(frozen=True)
class Take:
    """A take as it lies on disk: enough to read it, without having read it.

    path: the file or folder, relative to the source's raw folder. session: of the subject's takes, those in which no
    marker was moved, where the source stores markers.
    """

    recording_id: str
    path: Path
    subject: str
    labels: tuple[Label, ...] = ()
    official_split: str | None = None
    session: str | None = None

    def ending_at(self, end_s: float) -> "Take":
        """The take with its labels cut where it ends, which is not known before it is read."""
        labels = (replace(label, end_s=min(label.end_s, end_s)) for label in self.labels if label.start_s < end_s)
        return replace(self, labels=tuple(labels))


@dataclass(frozen=True)
class FoundTakes:
    """The takes of a raw folder, sorted by recording_id, and what beside them could not be used."""

    takes: tuple[Take, ...]
    rejected: tuple[Rejection, ...] = ()


@dataclass(frozen=True)
class Recording:
    """What a source stored for one take, in its own frame, units and joint order: a row of `recordings`.

    times: (T,) float64, seconds since the start of the take, strictly increasing.
    arrays: named arrays of any shape, as the source stores them (see the source's module for names and shapes).
    marker_set: what the markers of a recording of kind markers are. notes: a line for each thing that a person should
    know of how the take was read.
    """

    take: Take
    kind: str
    variant: str
    times: NDArray[np.float64]
    arrays: dict[str, NDArray[np.float32]] = field(repr=False)
    licence: str = ""
    subject_is_session: bool = False
    captions: tuple[SourceCaption, ...] = ()
    marker_set: MarkerSet | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownHands:
    """What is known of hands beside a recording, and may be needed to bring it to joints.

    mano: the licensed model of all hands. calibrated: the hands of the take's subject, where markers were calibrated.
    """

    mano: ManoFiles
    calibrated: "SubjectHands | None" = None


@dataclass(frozen=True)
class TrackedHands:
    """Two hands in a gravity-aligned right-handed world (z up, yaw as the source has it), at the source's stamps.

    times: (T,) float64, seconds, strictly increasing. joints: (T, 2, 21, 3) float64, metres, project order, NaN
    where missing. valid: (T, 2, 21), whether the source measured the joint; where it did not, the joint is missing, or
    it stands where the source's tracker inferred it to be. faces_away: whether x is to the right and y away from the
    person already, as in a source that removed the yaw of longer takes than it released. residual: (T, 2) metres, how
    far the measured markers are from where the joints have them, root mean square, NaN where there are none; None for a
    source without markers.
    """

    times: NDArray[np.float64]
    joints: NDArray[np.float64]
    valid: NDArray[np.bool_]
    faces_away: bool = False
    residual: NDArray[np.float32] | None = None

    @property
    def present(self) -> NDArray[np.bool_]:
        """(T, 2, 21), whether the joint has a place, measured or inferred: where it has none is a gap."""
        there: NDArray[np.bool_] = np.all(np.isfinite(self.joints), axis=-1)
        return there


@dataclass(frozen=True)
class SourceInfo:
    """What a person must know to obtain a source. size: of the files that are read, as far as it is known."""

    title: str
    download: str
    licence: str
    expects: str
    size: str


class Source(Protocol):
    """One raw dataset."""

    name: str
    info: SourceInfo

    def find_takes(self, root: Path, mano: ManoFiles) -> FoundTakes:
        """List the takes below `root`, the source's raw folder (which exists). Reads no motion.

        mano: the licensed hand model, if it is there. Takes that cannot be used without it are left out, with one
        rejection that says which file is missing, from where it comes and into which folder it goes.
        """

    def read_take(self, root: Path, take: Take) -> Recording:
        """Read one take. Raises RawDataError, naming the file, where it cannot be used."""

    def to_hands(self, recording: Recording, known: KnownHands) -> TrackedHands:
        """Bring a recording to the project's joint order, metres and a gravity-aligned world."""
