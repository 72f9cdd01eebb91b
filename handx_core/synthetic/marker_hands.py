"""Two hands that wear markers, and what cameras see of them: optical takes of known truth.

What belongs here: where a subject's markers sit, and the composition of hand, motion, markers and faults to a take.
What does not: how hands move (`capture_motion`), their joints (`foreign_hand`), what goes wrong in a capture
(`marker_faults`), or files (`write_optitrack`).

A subject is who its seed makes: shape, places of the markers and skin are the same in all of its takes, since markers
stay on for a session. Both hands have one shape, mirrored, and markers and skin of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from handx_core.mocap.marker_set import HAND25, SEGMENTS, TEMPLATE_HAND_LENGTH_MM, Marker, load_marker_set
from handx_core.skeleton import CHAINS, FINGERS, HANDS, JOINT_NAMES, LEFT, WRIST
from handx_core.synthetic.capture_motion import CaptureMotion, capture_motion
from handx_core.synthetic.foreign_hand import SegmentPoses, draw_foreign_hand, foreign_segments
from handx_core.synthetic.hands import MIRROR, N_COEFFICIENTS, Floats, hand_shape, place_hand
from handx_core.synthetic.marker_faults import (
    STANDARD_CONDITIONS,
    CaptureConditions,
    Mask,
    freeze,
    gaps,
    ghosts,
    noise,
    swaps,
    wobble,
)
from handx_core.synthetic.poses import Postures

if TYPE_CHECKING:
    from handx_core.mocap.priors import MarkedHand

HandKind = Literal["matched", "foreign"]
"""Whether the solver's joint model made the hand, with another shape, or a model that the solver does not know."""

FIRST_TAKE: Final = 0
"""The take that begins with the calibration routine."""

HandSegments = Callable[[Floats, Floats], SegmentPoses]
"""From angles (T, 5, 4) and wrist angles (T, 2) to where segments and joints of a left hand are."""

_MILLIMETRE: Final = 1e-3
_HEIGHT_SD_MM: Final = 1.0
"""How the flesh under a marker varies: nobody chooses how far from the bone a marker is."""

_TEMPLATE_KNUCKLES: Final = np.array([[-23.0, 94.5], [36.0, 78.8]]) * 1e-3
"""(2, 2) index and pinky knuckle of the hand that marker sets are said for: ulnar and distal of the wrist, metres."""

_SUBJECT, _PLACES, _MOTION, _WOBBLE, _NOISE, _GAPS, _SWAPS, _GHOSTS, _FROZEN = range(9)
"""Purposes of random numbers; each has a generator of its own, so that one condition changes nothing else."""


@dataclass(frozen=True, eq=False)
class OpticalTake:
    """The truth of a take and what the cameras saw.

    joints: (T, 2, 21, 3) metres, world with z up: the true joint centres, project order. markers: (T, 2, M, 3) where
    markers are, on skin that slides and wobbles; M in the order of the marker set. measured: the same as the cameras
    say, NaN in gaps. missing: (T, 2, M) no measurement. faulty: (T, 2, M) ghosts, exchanged labels, frozen markers.
    motion: what the hands do, and when.
    """

    rate_hz: float
    joints: Floats = field(repr=False)
    markers: Floats = field(repr=False)
    measured: Floats = field(repr=False)
    missing: Mask = field(repr=False)
    faulty: Mask = field(repr=False)
    motion: CaptureMotion = field(repr=False)


@dataclass(frozen=True, eq=False)
class MarkedSubject:
    """A subject as it comes to the session. postures: those of its hands. segments: its left hand by angles.

    segment_of, joint_under: (M,) number of the segment a marker is fixed to, and of the joint whose flexion slides its
    skin. places: (2, M, 3) metres in the segment's frame. slides: (2, M) metres per radian along the bone.
    """

    postures: Postures
    segments: HandSegments
    segment_of: NDArray[np.int64]
    joint_under: NDArray[np.int64]
    places: Floats
    slides: Floats


def optical_take(
    hand: HandKind,
    subject_seed: int,
    take_seed: int,
    seconds: float,
    rate_hz: float,
    conditions: CaptureConditions = STANDARD_CONDITIONS,
    hand_length_mm: float | None = None,
    *,
    routine: bool | None = None,
    half_range: bool = False,
) -> OpticalTake:
    """One take of a subject. routine: begin with the calibration routine; if None, where take_seed is FIRST_TAKE.

    hand_length_mm: from the wrist to the tip of the straight middle finger; drawn if None. half_range: every angle
    goes only half as far from its mean.
    """
    subject = marked_subject(hand, subject_seed, conditions, hand_length_mm)
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    rng = _generator(subject_seed, _MOTION, take_seed)
    motion = capture_motion(
        subject.postures,
        rng,
        times,
        routine=(take_seed == FIRST_TAKE) if routine is None else routine,
        half_range=half_range,
    )
    poses = [subject.segments(motion.angles[:, side], motion.wrist_angles[:, side]) for side in range(len(HANDS))]
    joints = np.stack([_to_world(poses[side].joints, motion, side) for side in range(len(HANDS))], axis=1)
    still = [_to_world(_on_skin(subject, poses[side], side), motion, side) for side in range(len(HANDS))]
    shape = (len(times), len(HANDS), len(subject.segment_of), 3)
    markers = np.stack(still, axis=1) + wobble(_generator(subject_seed, _WOBBLE, take_seed), shape, rate_hz, conditions)
    measured, faulty = _capture(markers, subject, rate_hz, conditions, (subject_seed, take_seed))
    return OpticalTake(
        rate_hz=rate_hz,
        joints=joints,
        markers=markers,
        measured=measured,
        missing=np.isnan(measured[..., 0]),
        faulty=faulty,
        motion=motion,
    )


@lru_cache(maxsize=64)
def marked_subject(
    hand: HandKind, seed: int, conditions: CaptureConditions, hand_length_mm: float | None = None
) -> MarkedSubject:
    """The subject of a seed, wearing the markers of HAND25. Of the conditions, placement and slide matter."""
    length_m = None if hand_length_mm is None else hand_length_mm * _MILLIMETRE
    build = _matched if hand == "matched" else _foreign
    postures, segments = build(_generator(seed, _SUBJECT), length_m)
    markers = load_marker_set(HAND25).markers
    straight = segments(np.zeros((1, len(FINGERS), 4)), np.zeros((1, 2)))
    nominal = np.stack([_nominal_place(marker, straight) for marker in markers])
    segment_of = np.array([SEGMENTS.index(marker.segment) for marker in markers])
    rng = _generator(seed, _PLACES)
    sd_mm = np.array([conditions.placement_mm, conditions.placement_mm, _HEIGHT_SD_MM])
    placed = nominal + rng.standard_normal((len(HANDS), *nominal.shape)) * sd_mm * _MILLIMETRE
    slides = rng.standard_normal((len(HANDS), len(markers))) * conditions.slide_mm_per_rad * _MILLIMETRE
    return MarkedSubject(
        postures=postures,
        segments=segments,
        segment_of=segment_of,
        joint_under=np.array(
            [_joint_under(marker.segment, place, straight) for marker, place in zip(markers, nominal, strict=True)]
        ),
        places=placed,
        slides=slides,
    )


def worn_by_matched_hands(seed: int, conditions: CaptureConditions) -> "tuple[MarkedHand, MarkedHand]":
    """The true hands of a matched subject, each as a right one, as the solver would have them."""
    from handx_core.mocap.priors import MarkedHand
    from handx_core.synthetic.matched_hand import draw_matched_hand

    shape, subject = draw_matched_hand(_generator(seed, _SUBJECT)), marked_subject("matched", seed, conditions, None)
    left, right = (MarkedHand(shape, *worn) for worn in zip(subject.places, subject.slides, strict=True))
    return left, right


def _foreign(rng: np.random.Generator, length_m: float | None) -> tuple[Postures, HandSegments]:
    hand = draw_foreign_hand(rng, length_m)
    return Postures(hand.shape), partial(foreign_segments, hand)


def _matched(rng: np.random.Generator, length_m: float | None) -> tuple[Postures, HandSegments]:
    """The postures are those of another hand: they need not touch, only be a hand's."""
    # The joint model compiles its loops, which who only writes files need not wait for.
    from handx_core.synthetic.matched_hand import draw_matched_hand, matched_segments

    return Postures(hand_shape(np.zeros(N_COEFFICIENTS), "cmc")), partial(
        matched_segments, draw_matched_hand(rng, length_m)
    )


def _generator(seed: int, purpose: int, *more: int) -> np.random.Generator:
    return np.random.default_rng([seed, purpose, *more])


def _ends(segment: str) -> tuple[int, ...]:
    """The joints at the ends of a segment, the far ones last."""
    finger, _, bone = segment.partition("_")
    if not bone:
        knuckles = (JOINT_NAMES.index("index_mcp"), JOINT_NAMES.index("middle_mcp"))
        return (WRIST, *knuckles) if segment == "palm" else (WRIST,)
    chain = (WRIST, *CHAINS[finger])
    bones = ("carpal", "metacarpal", "proximal", "distal") if finger == "thumb" else _FINGER_BONES
    return chain[bones.index(bone)], chain[bones.index(bone) + 1]


_FINGER_BONES: Final = ("metacarpal", "proximal", "middle", "distal")


def _nominal_place(marker: Marker, straight: SegmentPoses) -> Floats:
    """(3,) where the marker set wants a marker on this hand, in its segment's frame, metres.

    Numbers of the marker set are for a hand of its template's size and grow with the hand; those on the palm follow
    its knuckles, since that is what a person puts them on.
    """
    joints = straight.joints[0]
    middle = joints[[WRIST, *CHAINS["middle"]]]
    size = float(np.linalg.norm(np.diff(middle, axis=0), axis=1).sum()) / (TEMPLATE_HAND_LENGTH_MM * _MILLIMETRE)
    number = SEGMENTS.index(marker.segment)
    origin, frame = straight.origins[0, number], straight.frames[0, number]
    if marker.pos_mm is None:
        assert marker.along is not None
        near, far = joints[list(_ends(marker.segment))]
        on_bone = (near + marker.along * (far - near) - origin) @ frame
        return on_bone + np.array([0.0, 0.0, size * marker.height_mm * _MILLIMETRE])
    place = np.array(marker.pos_mm) * _MILLIMETRE
    if marker.segment == "palm":
        knuckles = joints[[CHAINS["index"][0], CHAINS["pinky"][0]]] @ frame
        place[:2] = place[:2] @ np.linalg.solve(_TEMPLATE_KNUCKLES, knuckles[:, :2])
        return place * np.array([1.0, 1.0, size])
    return size * place


def _joint_under(segment: str, place: Floats, straight: SegmentPoses) -> int:
    """The joint of a segment's ends that a place (3,) in its frame is nearest to; a tip, which never flexes, is one."""
    number, ends = SEGMENTS.index(segment), list(_ends(segment))
    position = straight.origins[0, number] + straight.frames[0, number] @ place
    return ends[int(np.argmin(np.linalg.norm(straight.joints[0, ends] - position, axis=-1)))]


def _on_skin(subject: MarkedSubject, poses: SegmentPoses, side: int) -> Floats:
    """(T, M, 3) markers on skin that slides but does not wobble, in the wrist frame of a left hand."""
    local = np.tile(subject.places[side], (len(poses.joints), 1, 1))
    local[..., 1] += subject.slides[side] * poses.flexions[:, subject.joint_under]
    frames = poses.frames[:, subject.segment_of]
    return poses.origins[:, subject.segment_of] + np.einsum("tmij,tmj->tmi", frames, local)


def _to_world(points: Floats, motion: CaptureMotion, side: int) -> Floats:
    """(T, N, 3) from the wrist frame of a left hand to where they are of the hand of this side."""
    mirror = np.ones(3) if side == LEFT else MIRROR
    return place_hand(points, motion.turns[side], motion.positions[:, side]) * mirror + motion.drift[:, None]


def _capture(
    markers: Floats, subject: MarkedSubject, rate_hz: float, conditions: CaptureConditions, seeds: tuple[int, int]
) -> tuple[Floats, Mask]:
    """What the cameras say of true markers (T, 2, M, 3), and (T, 2, M) where that is of another place."""
    seed, take = seeds
    measured = markers + noise(_generator(seed, _NOISE, take), markers.shape, conditions.noise_mm)
    faulty = np.zeros(markers.shape[:3], dtype=bool)
    for side in range(len(HANDS)):
        fingers = np.array([_finger_number(SEGMENTS[number]) for number in subject.segment_of])
        seen = measured[:, side]
        seen[gaps(_generator(seed, _GAPS, take, side), len(seen), fingers, rate_hz, conditions)] = np.nan
        faulty[:, side] = swaps(_generator(seed, _SWAPS, take, side), seen, 0.5 * conditions.outlier_share)
        faulty[:, side] |= ghosts(_generator(seed, _GHOSTS, take, side), seen, 0.5 * conditions.outlier_share)
        faulty[:, side] |= freeze(_generator(seed, _FROZEN, take, side), seen, conditions.frozen_share)
    return measured, faulty & ~np.isnan(measured[..., 0])


def _finger_number(segment: str) -> int:
    """1 to 5 for the bones of thumb to pinky beyond the palm, 0 for forearm, palm and what belongs to it."""
    finger, _, bone = segment.partition("_")
    return FINGERS.index(finger) + 1 if bone and (finger == "thumb" or bone != "metacarpal") else 0
