"""Takes of known truth: who does what when, with which hands, and when a hand is lost.

What belongs here: the composition of actions to takes, their stamps, and the truth about them. What does not: the
actions (`one_hand`, `two_hands`), or how a source stores a take (`write_*`).

A take is a function of the settings, its source, subject and number alone; none depends on another.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from handx_core.settings import Settings
from handx_core.skeleton import FPS, HANDS, LEFT, N_JOINTS, RIGHT
from handx_core.synthetic.hands import MIRROR, Floats, ThumbPivot, draw_hand_shape, hand_joints, place_hand
from handx_core.synthetic.marker_hands import OpticalTake, optical_take
from handx_core.synthetic.movement import sway
from handx_core.synthetic.poses import Postures, turn_rotation
from handx_core.synthetic.script import Scene, perform, write_script

SYNTHETIC_SOURCES: Final = ("gigahands", "hot3d", "holoassist", "arctic", "h2o", "optitrack", "handx")

ARIA_FPS: Final = 29.9995
"""Rate of the Aria headset's stamps in HOT3D's released recordings."""

OPTICAL_RATES_HZ: Final = (120.0, 240.0)
"""Of the cameras of OptiTrack's studios, by subject in turn."""

SWAY_M: Final = 0.006

_SUBJECTS: Final = {
    "gigahands": tuple(f"p{number:03d}" for number in range(1, 57)),
    # Participants whose hand poses HOT3D publishes: those of its hidden test set are left out.
    "hot3d": tuple(f"P{number:04d}" for number in (1, 2, 3, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19)),
    # HoloAssist does not say who the person is: a session stands in for them.
    "holoassist": tuple(f"R{number:03d}-{number}July-DSLR" for number in range(1, 31)),
    # ARCTIC's subject s03 is the hidden test set.
    "arctic": tuple(f"s{number:02d}" for number in (1, 2, 4, 5, 6, 7, 8, 9, 10)),
    "h2o": tuple(f"subject{number}" for number in range(1, 5)),
    "optitrack": tuple(f"S{number:02d}" for number in range(1, 13)),
    "handx": tuple(f"own{number:02d}" for number in range(1, 21)),
}
_STORED_AS_UMETRACK: Final = ("hot3d",)
"""Sources whose hands are UmeTrack's. MANO, which others store, cannot move the thumb's CMC joint in the palm."""

_ARCTIC_OBJECTS: Final = (
    "box",
    "capsulemachine",
    "espressomachine",
    "ketchup",
    "laptop",
    "microwave",
    "mixer",
    "notebook",
    "phone",
    "scissors",
    "waffleiron",
)
_H2O_PLACES: Final = ("h1", "h2", "k1", "k2", "o1", "o2")
_LONG_GAP_S: Final = (0.3, 1.2)
_SHORT_GAP_FRAMES: Final = (1, 4)
_WRONG_START_FRAMES: Final = (8, 20)
_GAP_MARGIN_FRAMES: Final = 5


class SourceSize(Settings):
    """How much is made of one source."""

    subjects: int = Field(ge=0)
    takes_per_subject: int = Field(ge=0)


class SyntheticSettings(Settings):
    """What the synthetic raw data holds. Rates are per minute and hand; shares are between 0 and 1."""

    seed: int = 0
    seconds_per_take: float = Field(32.0, gt=0.0)
    gigahands: SourceSize = SourceSize(subjects=6, takes_per_subject=5)
    hot3d: SourceSize = SourceSize(subjects=6, takes_per_subject=5)
    holoassist: SourceSize = SourceSize(subjects=6, takes_per_subject=1)
    arctic: SourceSize = SourceSize(subjects=4, takes_per_subject=3)
    h2o: SourceSize = SourceSize(subjects=4, takes_per_subject=5)
    optitrack: SourceSize = SourceSize(subjects=4, takes_per_subject=3)
    handx: SourceSize = SourceSize(subjects=4, takes_per_subject=2)
    long_gaps_per_minute: float = Field(0.4, ge=0.0)
    short_gaps_per_minute: float = Field(3.0, ge=0.0)
    wrong_start_share: float = Field(0.4, ge=0.0, le=1.0)

    def size(self, source: str) -> SourceSize:
        """The size of one of SYNTHETIC_SOURCES."""
        size = getattr(self, source)
        assert isinstance(size, SourceSize)
        return size


@dataclass(frozen=True)
class TakeName:
    """Which take: source, number of the subject, number of the take of that subject."""

    source: str
    subject: int
    take: int

    @property
    def person(self) -> str:
        """The subject as the source writes it."""
        return _SUBJECTS[self.source][self.subject]

    @property
    def is_aria(self) -> bool:
        """Whether a take of HOT3D was made with the Aria headset; the others with Quest 3."""
        return self.source == "hot3d" and self.subject % 2 == 0


@dataclass(frozen=True)
class TrueTake:
    """A take and all that is known about it.

    recording_id, subject: as the readers name them. script: (start_s, end_s, left action, right action).
    times: (T,) seconds since the first stamp, as the source stamps them. joints: (T, 2, 21, 3) float64 metres, x right,
    y away from the person, z up; there everywhere, also where the source lost the hand. valid: (T, 2), False where
    the source has no or no trustworthy hand. angles: (T, 2, 5, 4) joint angles; wrists: (T, 2, 3, 3) the columns are
    the wrist frame's axes in the world, right-handed for the left hand and left-handed for the right one.
    wrong_start_frames: the first frames, which the source stored wrongly and marks so.
    """

    name: TakeName
    recording_id: str
    subject: str
    script: tuple[tuple[float, float, str, str], ...]
    times: Floats
    joints: Floats = field(repr=False)
    valid: NDArray[np.bool_] = field(repr=False)
    angles: Floats = field(repr=False)
    wrists: Floats = field(repr=False)
    wrong_start_frames: int = 0


def seeded(settings: SyntheticSettings, *what: object) -> np.random.Generator:
    """The random generator for one purpose, independent of all others."""
    text = "/".join(map(str, (settings.seed, *what)))
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))


def list_takes(source: str, settings: SyntheticSettings) -> list[TakeName]:
    """The takes of one of SYNTHETIC_SOURCES. Raises ValueError where the source has not that many subjects or takes."""
    size = settings.size(source)
    if source == "holoassist" and size.takes_per_subject > 1:  # its sessions are both
        raise ValueError(f"{source} has 1 take per subject, {size.takes_per_subject} were asked for")
    if size.subjects > len(_SUBJECTS[source]):
        raise ValueError(f"{source} has {len(_SUBJECTS[source])} subjects, {size.subjects} were asked for")
    return [TakeName(source, s, t) for s in range(size.subjects) for t in range(size.takes_per_subject)]


def true_takes(source: str, settings: SyntheticSettings) -> Iterator[TrueTake]:
    """All takes of a source with their truth, in the order of `list_takes`."""
    for name in list_takes(source, settings):
        yield make_take(name, settings)


@lru_cache(maxsize=64)
def subject_postures(source: str, subject: int, settings: SyntheticSettings) -> Postures:
    """The hands of a subject (the right one is the left one's mirror image) and the poses solved for them."""
    pivot: ThumbPivot = "wrist" if source in _STORED_AS_UMETRACK else "cmc"
    return Postures(draw_hand_shape(seeded(settings, source, subject, "hand"), pivot))


def make_take(name: TakeName, settings: SyntheticSettings) -> TrueTake:
    """One take with its truth."""
    if name.source == "optitrack":
        return _make_optical_take(name, settings)
    shape = subject_postures(name.source, name.subject, settings).shape
    rng = seeded(settings, name.source, name.subject, name.take, "motion")
    scenes = take_scenes(name, settings)
    times = _stamps(name, settings.seconds_per_take)
    poses = perform(scenes, rng, times)
    drift = sway(rng, times, SWAY_M)
    angles = poses[:, :, :20].reshape(len(times), 2, 5, 4)
    joints = np.empty((len(times), 2, N_JOINTS, 3))
    wrists = np.empty((len(times), 2, 3, 3))
    for hand in range(len(HANDS)):
        rotation = turn_rotation(poses[:, hand, 23:])
        side = np.ones(3) if hand == LEFT else MIRROR
        placed = place_hand(hand_joints(shape, angles[:, hand]), rotation, poses[:, hand, 20:23])
        joints[:, hand] = placed * side + drift[:, None]
        wrists[:, hand] = rotation.as_matrix() * side[:, None]
    wrong_start = _wrong_start(name, settings)
    return TrueTake(
        name=name,
        recording_id=f"{name.source}/{take_path(name, settings)}",
        subject=f"{name.source}/{name.person}",
        script=_script(scenes),
        times=times,
        joints=joints,
        valid=_validity(name, settings, len(times), wrong_start),
        angles=angles,
        wrists=wrists,
        wrong_start_frames=wrong_start,
    )


def _make_optical_take(name: TakeName, settings: SyntheticSettings) -> TrueTake:
    """At the rate of the cameras; where markers were not seen, the truth is there all the same."""
    capture = optical_capture(name, settings)
    motion = capture.motion
    wrists = [turn.as_matrix() for turn in motion.turns]
    return TrueTake(
        name=name,
        recording_id=f"{name.source}/{take_path(name, settings)}",
        subject=f"{name.source}/{name.person}",
        script=_script(motion.scenes),
        times=motion.times,
        joints=capture.joints,
        valid=np.ones((len(motion.times), len(HANDS)), dtype=bool),
        angles=motion.angles,
        wrists=np.stack([wrists[LEFT], wrists[RIGHT] * MIRROR[:, None]], axis=1),
    )


@lru_cache(maxsize=2)
def optical_capture(name: TakeName, settings: SyntheticSettings) -> OpticalTake:
    """What OptiTrack's cameras see of a take, on hands that are not the solver's own kind."""
    subject_seed = int(seeded(settings, name.source, name.subject, "hand").integers(2**31))
    rate_hz = OPTICAL_RATES_HZ[name.subject % len(OPTICAL_RATES_HZ)]
    return optical_take("foreign", subject_seed, name.take, settings.seconds_per_take, rate_hz)


def _script(scenes: Sequence[Scene]) -> tuple[tuple[float, float, str, str], ...]:
    return tuple((scene.start_s, scene.end_s, scene.left_action, scene.right_action) for scene in scenes)


def take_scenes(name: TakeName, settings: SyntheticSettings) -> list[Scene]:
    """The scenes of a take with their key poses; the last one may end after the take."""
    if name.source == "optitrack":
        return list(optical_capture(name, settings).motion.scenes)
    rng = seeded(settings, name.source, name.subject, name.take, "script")
    return write_script(subject_postures(name.source, name.subject, settings), rng, settings.seconds_per_take)


def take_path(name: TakeName, settings: SyntheticSettings) -> str:
    """What the source calls the take: its folder, or scene and sequence."""
    if name.source == "gigahands":
        return f"{name.person}-folder/{name.take:03d}"
    if name.source == "hot3d":
        code = hashlib.sha256(f"{settings.seed}/{name.subject}/{name.take}".encode()).hexdigest()[:8]
        return f"{name.person}_{code}"
    if name.source == "holoassist":
        return name.person
    if name.source == "arctic":
        use = ("grab", "use")[name.take % 2]
        return f"{name.person}/{_ARCTIC_OBJECTS[name.take % len(_ARCTIC_OBJECTS)]}_{use}_{1 + name.take // 22:02d}"
    if name.source == "optitrack":
        return f"{name.person}/session_1/take_{1 + name.take:02d}"
    if name.source == "handx":
        return f"{name.person}-{name.take}"
    number, place = divmod(name.take, len(_H2O_PLACES))
    return f"{name.person}/{_H2O_PLACES[place]}/{number}"


def _stamps(name: TakeName, seconds: float) -> Floats:
    rate = ARIA_FPS if name.is_aria else FPS
    frames = np.arange(int(seconds * FPS))
    # HOT3D stamps in whole nanoseconds; the other sources only count frames.
    return np.floor(frames * 1e9 / rate) * 1e-9 if name.source == "hot3d" else frames / rate


def _wrong_start(name: TakeName, settings: SyntheticSettings) -> int:
    rng = seeded(settings, name.source, name.subject, name.take, "start")
    wrong = name.source == "hot3d" and rng.random() < settings.wrong_start_share
    return int(rng.integers(*_WRONG_START_FRAMES, endpoint=True)) if wrong else 0


def _validity(name: TakeName, settings: SyntheticSettings, n_frames: int, wrong_start: int) -> NDArray[np.bool_]:
    rng = seeded(settings, name.source, name.subject, name.take, "gaps")
    valid = np.ones((n_frames, len(HANDS)), dtype=bool)
    if name.source == "arctic":  # whose files have no way to say that a hand is missing
        return valid
    minutes = n_frames / FPS / 60.0
    for hand in range(len(HANDS)):
        long_gaps = FPS * rng.uniform(*_LONG_GAP_S, rng.poisson(settings.long_gaps_per_minute * minutes))
        short_gaps = rng.integers(
            *_SHORT_GAP_FRAMES, rng.poisson(settings.short_gaps_per_minute * minutes), endpoint=True
        )
        for length in [*long_gaps.astype(int), *short_gaps]:
            start = rng.integers(_GAP_MARGIN_FRAMES, max(n_frames - length, _GAP_MARGIN_FRAMES + 1))
            valid[start : start + length, hand] = False
    valid[:wrong_start] = False
    return valid
