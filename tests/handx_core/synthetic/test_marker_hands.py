"""Hands with markers: their kinematics against an independent formula, markers rigid to bones, faults as asked for."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from handx_core.mocap.marker_set import HAND25, load_marker_set
from handx_core.skeleton import CHAINS, FINGERS, HANDS, JOINT_NAMES, WRIST, bone_lengths
from handx_core.synthetic.capture_motion import ROUTINE, ROUTINE_S, capture_motion
from handx_core.synthetic.foreign_hand import ForeignHand, draw_foreign_hand, foreign_segments
from handx_core.synthetic.hands import JOINT_LIMITS, draw_hand_shape, hand_joints
from handx_core.synthetic.marker_faults import STANDARD_CONDITIONS, CaptureConditions
from handx_core.synthetic.marker_hands import marked_subject, optical_take
from handx_core.synthetic.poses import Postures

KINDS = ("matched", "foreign")
MARKERS = load_marker_set(HAND25).markers
NUMBER = {marker.name: number for number, marker in enumerate(MARKERS)}
JOINT = {name: number for number, name in enumerate(JOINT_NAMES)}
PERFECT = CaptureConditions(
    noise_mm=0.0, wobble_mm=0.0, slide_mm_per_rad=0.0, gap_share=(0.0, 0.0), finger_gap_share=0.0, outlier_share=0.0
)
FREE = {"thumb_cmc", "thumb_mcp", "ring_mcp", "pinky_mcp"}
"""Joints whose distance from the one before is not that of a rigid bone: two axes that do not meet, and the arch."""

# The joints at both ends of the bone that a marker is fixed to, by the marker's name.
ON_BONE = {
    "TMA": ("thumb_cmc",), "TMB": ("thumb_cmc",), "TPP": ("thumb_mcp", "thumb_ip"), "TDP": ("thumb_ip", "thumb_tip"),
    "MC2": ("wrist", "index_mcp", "middle_mcp"), "MC3": ("wrist", "index_mcp", "middle_mcp"),
    "HB1": ("wrist", "index_mcp", "middle_mcp"), "HB2": ("wrist", "index_mcp", "middle_mcp"),
    "MC4": ("ring_mcp",), "MC5": ("pinky_mcp",),
    **{f"{letter}{row}": (f"{finger}_{near}", f"{finger}_{far}")
       for letter, finger in zip("IMRL", FINGERS[1:], strict=True)
       for row, near, far in (("PP", "mcp", "pip"), ("MP", "pip", "dip"), ("DP", "dip", "tip"))},
}  # fmt: skip


def random_angles(seed: int, n: int) -> NDArray[np.float64]:
    low, high = np.moveaxis(JOINT_LIMITS, -1, 0)
    return np.random.default_rng(seed).uniform(low, high, (n, 5, 4))


def spread_mm(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """How much a distance varies over time, as the largest difference from its mean."""
    distances = np.linalg.norm(a - b, axis=-1) * 1e3
    return float(np.abs(distances - distances.mean(axis=0)).max())


def tidy(hand: ForeignHand) -> ForeignHand:
    """The same bones on the hinges of the parametric hand."""
    return replace(
        hand,
        flexion_axes=np.broadcast_to([0.0, 0.0, -1.0], (5, 3, 3)),
        abduction_axes=np.broadcast_to([0.0, -1.0, 0.0], (4, 3)),
        arch_per_flexion=np.zeros(2),
    )


@pytest.mark.parametrize("seed", range(3))
def test_without_its_untidy_hinges_the_foreign_hand_is_the_parametric_one(seed):
    hand = draw_foreign_hand(np.random.default_rng(seed))
    angles = random_angles(seed, 30)
    found = foreign_segments(tidy(hand), angles, np.zeros((30, 2))).joints
    np.testing.assert_allclose(found, hand_joints(hand.shape, angles), atol=1e-12)
    untidy = foreign_segments(hand, angles, np.zeros((30, 2))).joints
    assert np.linalg.norm(untidy - found, axis=-1)[:, [JOINT["index_tip"], JOINT["pinky_tip"]]].mean() > 1e-3


def circle(hand: ForeignHand, digit: int, joint: int, seen: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre and axis of the circle that a joint goes when one angle of a digit alone is changed."""
    angles = np.zeros((3, 5, 4))
    angles[:, digit, joint] = [-0.5, 0.0, 0.6]
    a, b, c = foreign_segments(hand, angles, np.zeros((3, 2))).joints[:, JOINT[seen]]
    normal = np.cross(b - a, c - a)
    normal /= np.linalg.norm(normal)
    # The centre is in the points' plane and on the planes halfway between them.
    equations = np.stack([normal, b - a, c - a])
    values = np.array([normal @ a, (b - a) @ (a + b) / 2, (c - a) @ (a + c) / 2])
    return np.linalg.solve(equations, values), normal


def test_the_axes_of_the_foreign_thumbs_root_neither_meet_nor_are_square():
    distances, cosines = [], []
    for seed in range(12):
        hand = draw_foreign_hand(np.random.default_rng(seed))
        about, opposition = circle(hand, 0, 0, "thumb_mcp")
        through, flexion = circle(hand, 0, 1, "thumb_mcp")
        across = np.cross(opposition, flexion)
        distances.append(abs((through - about) @ across) / np.linalg.norm(across))
        cosines.append(abs(opposition @ flexion))
        assert 4e-3 <= np.linalg.norm(hand.shape.opposition_pivot - hand.shape.thumb_root) <= 8e-3
    assert np.median(distances) > 1.5e-3
    assert max(distances) < 8e-3
    assert np.median(cosines) > np.sin(np.radians(4.0))


@pytest.mark.parametrize("finger", FINGERS[1:])
def test_hinges_of_the_foreign_fingers_are_tilted_by_two_to_six_degrees(finger):
    angle_to_bone = []
    for seed in range(12):
        hand = draw_foreign_hand(np.random.default_rng(seed))
        _, axis = circle(hand, FINGERS.index(finger), 2, f"{finger}_dip")
        straight = foreign_segments(hand, np.zeros((1, 5, 4)), np.zeros((1, 2))).joints[0]
        bone = straight[JOINT[f"{finger}_pip"]] - straight[JOINT[f"{finger}_mcp"]]
        angle_to_bone.append(90.0 - np.degrees(np.arccos(abs(axis @ bone) / np.linalg.norm(bone))))
    assert max(angle_to_bone) < 6.1
    assert max(angle_to_bone) > 2.0


def test_the_foreign_palm_cups_when_the_fingers_bend():
    hand = draw_foreign_hand(np.random.default_rng(0))
    angles = np.zeros((2, 5, 4))
    angles[1, :, 1] = 1.5
    straight, bent = foreign_segments(hand, angles, np.zeros((2, 2))).joints
    moved_mm = np.linalg.norm(bent - straight, axis=-1) * 1e3
    assert moved_mm[JOINT["index_mcp"]] < 1e-9
    assert 1.0 < moved_mm[JOINT["ring_mcp"]] < moved_mm[JOINT["pinky_mcp"]] < 15.0
    assert bent[JOINT["pinky_mcp"], 1] < straight[JOINT["pinky_mcp"], 1], "y leaves the back of the hand"


@pytest.fixture(scope="module", params=KINDS)
def perfect(request):
    return request.param, optical_take(request.param, 3, 0, 20.0, 120.0, PERFECT)


def test_bones_are_rigid(perfect):
    _, take = perfect
    lengths = bone_lengths(take.joints) * 1e3
    off = np.abs(lengths - lengths.mean(axis=(0, 1))).max(axis=(0, 1))  # both hands have one shape
    for number, (finger, bone) in enumerate((finger, bone) for finger in FINGERS for bone in range(4)):
        child = JOINT_NAMES[CHAINS[finger][bone]]
        assert off[number] < (3.0 if child in FREE else 1e-9), child


def test_markers_are_rigid_to_their_bones(perfect):
    _, take = perfect
    np.testing.assert_array_equal(take.measured, take.markers)
    for name, joints in ON_BONE.items():
        for joint in joints:
            assert spread_mm(take.markers[:, :, NUMBER[name]], take.joints[:, :, JOINT[joint]]) < 1e-9, (name, joint)
    forearm = [NUMBER[name] for name in ("RAD", "ULN", "WRD")]
    for marker in forearm:
        assert spread_mm(take.markers[:, :, marker], take.markers[:, :, forearm[0]]) < 1e-9
        assert spread_mm(take.markers[:, :, marker], take.joints[:, :, WRIST]) < 4.0
        assert spread_mm(take.markers[:, :, marker], take.joints[:, :, JOINT["middle_mcp"]]) > 4.0


def test_markers_are_on_the_back_and_on_the_right_side_of_their_hand(perfect):
    _, take = perfect
    for hand, dorsal_sign in enumerate((1.0, -1.0)):
        joints = take.joints[:, hand] - take.joints[:, hand, :1]
        markers = take.markers[:, hand] - take.joints[:, hand, :1]
        back = dorsal_sign * np.cross(joints[:, JOINT["index_mcp"]], joints[:, JOINT["pinky_mcp"]])
        back /= np.linalg.norm(back, axis=-1, keepdims=True)
        for name in ("MC2", "MC3", "MC4", "MC5", "HB1", "HB2"):
            assert (np.einsum("ti,ti->t", markers[:, NUMBER[name]], back) > 4e-3).all(), name
        to_index = np.linalg.norm(markers - joints[:, JOINT["index_mcp"], None], axis=-1).mean(axis=0)
        assert to_index[NUMBER["RAD"]] < to_index[NUMBER["ULN"]] - 5e-3
        # A bent finger's nail is outside the bend.
        knuckle, last, tip = (joints[:, JOINT[f"middle_{name}"]] for name in ("mcp", "dip", "tip"))
        inwards = knuckle - last
        bent = np.einsum("ti,ti->t", inwards, tip - last) > 0.0
        assert bent.sum() > 50
        along = (tip - last) / np.linalg.norm(tip - last, axis=-1, keepdims=True)
        nail = markers[:, NUMBER["MDP"]] - last
        nail -= np.einsum("ti,ti->t", nail, along)[:, None] * along
        assert (np.einsum("ti,ti->t", nail, inwards)[bent] < 0.0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_wrist_flexes_to_the_palm_and_deviates_to_the_thumb(kind):
    subject = marked_subject(kind, 5, PERFECT)
    wrist_angles = np.array([[0.5, 0.0], [-0.5, 0.0], [0.0, 0.25], [0.0, -0.25]])
    poses = subject.segments(np.zeros((4, 5, 4)), wrist_angles)
    forearm = poses.frames[:, 0]
    to_finger = np.einsum("tij,ti->tj", forearm, poses.joints[:, JOINT["middle_mcp"]] - poses.joints[:, WRIST])
    ulnar, _, dorsal = (to_finger / np.linalg.norm(to_finger, axis=-1, keepdims=True)).T
    np.testing.assert_allclose(dorsal[:2], [-np.sin(0.5), np.sin(0.5)], atol=0.12)
    np.testing.assert_allclose(ulnar[2:], [-np.sin(0.25), np.sin(0.25)], atol=0.12)


@pytest.mark.parametrize("kind", KINDS)
def test_skin_slides_along_the_bone_with_the_joint_under_it(kind):
    take = optical_take(kind, 2, 1, 6.0, 120.0, replace(PERFECT, slide_mm_per_rad=1.0))
    still = optical_take(kind, 2, 1, 6.0, 120.0, PERFECT)
    np.testing.assert_array_equal(take.joints, still.joints)
    slid = take.markers - still.markers
    under = {"IPP": (1, 2), "IMP": (1, 3), "MC2": (1, 1), "MPP": (2, 2), "TPP": (0, 3), "TMB": (0, 2)}
    for name, (digit, joint) in under.items():
        angle = take.motion.angles[:, :, digit, joint]
        ratio = np.linalg.norm(slid[:, :, NUMBER[name]], axis=-1) / np.abs(angle)
        bent = np.abs(angle) > 0.05
        for hand in range(2):
            np.testing.assert_allclose(ratio[bent[:, hand], hand], ratio[bent[:, hand], hand].mean(), rtol=1e-6)
    bone = take.joints[:, :, JOINT["index_pip"]] - take.joints[:, :, JOINT["index_mcp"]]
    across = np.cross(slid[:, :, NUMBER["IPP"]], bone / np.linalg.norm(bone, axis=-1, keepdims=True))
    assert np.linalg.norm(across, axis=-1).max() < 0.1 * np.linalg.norm(slid[:, :, NUMBER["IPP"]], axis=-1).max()
    for nail in ("TDP", "IDP", "LDP"):
        np.testing.assert_allclose(slid[:, :, NUMBER[nail]], 0.0, atol=1e-12)


def test_places_and_slides_vary_as_asked_for_and_each_hand_has_its_own():
    subjects = [marked_subject("foreign", seed, CaptureConditions()) for seed in range(30)]
    careful = [marked_subject("foreign", seed, CaptureConditions(placement_mm=1.5)) for seed in range(30)]
    nominal = [marked_subject("foreign", seed, CaptureConditions(placement_mm=0.0)) for seed in range(30)]
    off = np.stack([a.places - b.places for a, b in zip(subjects, nominal, strict=True)]) * 1e3
    np.testing.assert_allclose(off[..., :2].std(), 3.0, rtol=0.05)
    np.testing.assert_allclose(off[..., 2], 0.0, atol=1e-12)
    closer = np.stack([a.places - b.places for a, b in zip(careful, nominal, strict=True)]) * 1e3
    np.testing.assert_allclose(closer, 0.5 * off, atol=1e-9)
    assert abs(np.corrcoef(off[:, 0, :, :2].ravel(), off[:, 1, :, :2].ravel())[0, 1]) < 0.1
    np.testing.assert_allclose(np.stack([s.slides for s in subjects]).std() * 1e3, 1.0, rtol=0.06)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length_mm", [150.0, 220.0])
def test_hands_have_the_length_asked_for(kind, length_mm):
    middle = (WRIST, *CHAINS["middle"])
    take = optical_take(kind, 1, 1, 1.0, 120.0, PERFECT, length_mm)
    bones = np.linalg.norm(np.diff(take.joints[:, :, middle], axis=2), axis=-1)
    np.testing.assert_allclose(bones.sum(axis=-1) * 1e3, length_mm, atol=1e-6)
    assert np.ptp(take.markers[0, 0, :, 2]) < length_mm * 1e-3 * 1.4


@pytest.mark.parametrize("kind", KINDS)
def test_subjects_differ_in_more_than_size(kind):
    takes = [optical_take(kind, seed, 1, 0.1, 120.0, PERFECT, 190.0) for seed in range(6)]
    lengths = np.stack([bone_lengths(take.joints[0, 0]) for take in takes])
    assert (lengths.std(axis=0) / lengths.mean(axis=0)).mean() > 0.02


@pytest.fixture(scope="module")
def usual():
    return optical_take("foreign", 7, 0, 90.0, 120.0)


def test_noise_and_wobble_are_as_asked_for(usual):
    still = optical_take("foreign", 7, 0, 90.0, 120.0, replace(PERFECT, slide_mm_per_rad=1.0))
    wobble = (usual.markers - still.markers) * 1e3
    np.testing.assert_allclose(wobble.std(), 0.7, rtol=0.03)
    frames = round(0.025 * 120.0)
    kept = (wobble[frames:] * wobble[:-frames]).mean() / wobble.var()
    np.testing.assert_allclose(kept, np.exp(-0.025 / STANDARD_CONDITIONS.wobble_s), atol=0.03)
    slow = optical_take("foreign", 7, 0, 90.0, 120.0, replace(STANDARD_CONDITIONS, wobble_s=0.2))
    wobble = (slow.markers - still.markers) * 1e3
    np.testing.assert_allclose(wobble.std(), 0.7, rtol=0.03)
    np.testing.assert_allclose((wobble[24:] * wobble[:-24]).mean() / wobble.var(), np.exp(-1.0), atol=0.03)
    seen = ~usual.missing & ~usual.faulty
    noise = (usual.measured - usual.markers)[seen] * 1e3
    np.testing.assert_allclose(noise.std(), 0.2, rtol=0.01)
    step = (usual.measured - usual.markers)[1:] * (usual.measured - usual.markers)[:-1] * 1e6
    assert abs(np.mean(step[seen[1:] & seen[:-1]])) < 0.01 * 0.2**2


def run_lengths(mask: NDArray[np.bool_]) -> list[int]:
    """Of the runs of True in (T, ...), over all columns."""
    lengths = []
    for column in mask.reshape(len(mask), -1).T:
        edges = np.flatnonzero(np.diff(np.concatenate([[False], column, [False]]).astype(int)))
        lengths += np.diff(edges)[::2].tolist()
    return lengths


def test_gaps_have_their_share_and_length(usual):
    np.testing.assert_array_equal(usual.missing, np.isnan(usual.measured).any(axis=-1))
    shares = usual.missing.mean(axis=0)
    np.testing.assert_allclose(shares.mean(), 0.06, atol=0.01)
    assert shares.std() > 0.01
    np.testing.assert_allclose(np.mean(run_lengths(usual.missing)) / 120.0, 0.5, rtol=0.15)
    many = optical_take("foreign", 7, 1, 60.0, 240.0, CaptureConditions(gap_share=(0.25, 0.25)))
    np.testing.assert_allclose(many.missing.mean(), 0.25, atol=0.025)
    np.testing.assert_allclose(np.std(many.missing.mean(axis=0)), 0.04, atol=0.03)


def test_whole_fingers_are_lost_at_once():
    together = replace(PERFECT, gap_share=(0.05, 0.05), finger_gap_share=0.05)
    missing = optical_take("matched", 1, 1, 120.0, 120.0, together).missing
    for letters in ("TMA TMB TPP TDP", "IPP IMP IDP", "LPP LMP LDP"):
        of_finger = missing[:, :, [NUMBER[name] for name in letters.split()]]
        np.testing.assert_array_equal(of_finger.all(axis=-1), of_finger.any(axis=-1))
        assert 0.01 < of_finger.mean() < 0.12
    assert (missing[:, :, NUMBER["MC4"]] & ~missing[:, :, NUMBER["MC5"]]).any()


@pytest.mark.parametrize("share", [0.005, 0.03])
def test_ghosts_and_swaps_have_their_share(share):
    conditions = replace(PERFECT, outlier_share=share)
    takes = [optical_take("foreign", 4, number, 40.0, 120.0, conditions) for number in (1, 2)]
    faulty = np.concatenate([take.faulty for take in takes])
    np.testing.assert_allclose(faulty.mean(), share, rtol=0.25)
    for take in takes:
        wrong = take.measured != take.markers
        np.testing.assert_array_equal(wrong.any(axis=-1), take.faulty)
        of_another = (take.measured[:, :, :, None] == take.markers[:, :, None]).all(axis=-1)
        swapped = of_another.any(axis=-1) & take.faulty
        np.testing.assert_allclose(swapped.sum() / take.faulty.sum(), 0.5, atol=0.2)
        jumps_mm = np.linalg.norm(take.measured - take.markers, axis=-1)[take.faulty & ~swapped] * 1e3
        assert (jumps_mm > 9.9).mean() > 0.97  # two ghosts, or a ghost in an exchange, may undo each other
        assert np.median(jumps_mm) < 60.0
        assert np.mean(run_lengths(take.faulty)) < 25


def test_swapped_labels_are_exchanged_between_neighbours():
    take = optical_take("foreign", 4, 1, 20.0, 120.0, replace(PERFECT, outlier_share=0.02))
    of_another = (take.measured[:, :, :, None] == take.markers[:, :, None]).all(axis=-1)
    of_another &= ~np.eye(len(MARKERS), dtype=bool)
    frame, hand, label, marker = np.nonzero(of_another)
    assert len(frame) > 200
    exchanged = of_another[frame, hand, marker, label]
    assert exchanged.mean() > 0.9  # a ghost may lie on one of the two
    far_mm = np.linalg.norm(take.markers[frame, hand, label] - take.markers[frame, hand, marker], axis=-1) * 1e3
    assert np.median(far_mm) < 35.0


def test_frozen_markers_repeat_and_are_said_to_be_faulty():
    take = optical_take("foreign", 4, 1, 30.0, 120.0, replace(PERFECT, frozen_share=0.02))
    repeated = (take.measured[1:] == take.measured[:-1]).all(axis=-1)
    np.testing.assert_allclose(repeated.mean(), 0.02, rtol=0.3)
    assert take.faulty[1:][repeated].all()


def test_a_take_is_made_by_its_seeds_and_conditions_change_only_what_they_name():
    first, again = (optical_take("foreign", 7, 1, 8.0, 120.0) for _ in range(2))
    assert again.measured.tobytes() == first.measured.tobytes()
    other = optical_take("foreign", 7, 1, 8.0, 120.0, CaptureConditions(gap_share=(0.25, 0.25), noise_mm=0.4))
    assert other.markers.tobytes() == first.markers.tobytes()
    both = ~first.missing & ~other.missing & ~first.faulty & ~other.faulty
    noise, twice = (first.measured - first.markers)[both], (other.measured - other.markers)[both]
    np.testing.assert_allclose(twice, 2 * noise, atol=1e-15)
    assert np.abs(optical_take("foreign", 8, 1, 1.0, 120.0).joints - first.joints[:120]).max() > 5e-3


def test_takes_of_a_subject_share_its_hands_and_markers():
    first, second = (optical_take("foreign", 9, take, 2.0, 120.0, PERFECT) for take in (1, 2))
    assert np.abs(first.joints - second.joints).max() > 0.01
    for name in ("IDP", "LMP", "TPP"):
        joint = JOINT[ON_BONE[name][0]]
        distances = [
            np.linalg.norm(t.markers[:, :, NUMBER[name]] - t.joints[:, :, joint], axis=-1) for t in (first, second)
        ]
        np.testing.assert_allclose(distances[0], distances[1], atol=1e-12)
        assert abs(distances[0][0, 0] - distances[0][0, 1]) > 1e-5, "each hand has markers of its own"


def test_the_first_take_begins_with_a_routine_that_moves_every_joint():
    takes = [optical_take("foreign", 3, take, 25.0, 60.0, PERFECT) for take in (0, 1)]
    first, second = (take.motion for take in takes)
    assert (first.scenes[0].left_action, first.scenes[0].end_s) == (ROUTINE, ROUTINE_S)
    assert ROUTINE not in {scene.left_action for scene in second.scenes}
    during = first.times < ROUTINE_S
    ranges = np.ptp(first.angles[during], axis=0)
    assert (ranges[:, 1:, 1:] > 0.7).all()
    assert (ranges[:, [1, 4], 0] > 0.2).all()
    assert (ranges[:, 0, 0] > 1.0).all()
    for finger in FINGERS[1:]:
        to_thumb = (
            takes[0].joints[during][:, :, JOINT[f"{finger}_tip"]] - takes[0].joints[during][:, :, JOINT["thumb_tip"]]
        )
        assert (np.linalg.norm(to_thumb, axis=-1).min(axis=0) < 0.02).all()
    assert (ranges[:, 0, 1:] > 0.5).all()
    assert (np.ptp(first.wrist_angles[during], axis=0) > [1.0, 0.5]).all()
    assert (first.angles > JOINT_LIMITS[..., 0] - 0.02).all()
    assert (first.angles < JOINT_LIMITS[..., 1] + 0.02).all()
    starts, ends = np.array([(scene.start_s, scene.end_s) for scene in first.scenes]).T
    np.testing.assert_allclose(starts[1:], ends[:-1])


@pytest.mark.parametrize("rate_hz", [120.0, 240.0])
def test_motion_is_smooth_and_the_same_at_every_rate(rate_hz):
    take = optical_take("foreign", 6, 0, 25.0, rate_hz, PERFECT)
    velocity = np.diff(take.joints, axis=0) * rate_hz
    assert np.linalg.norm(velocity, axis=-1).max() < 4.0
    assert np.linalg.norm(np.diff(velocity, axis=0) * rate_hz, axis=-1).max() < 150.0
    slow = optical_take("foreign", 6, 0, 25.0, 60.0, PERFECT)
    np.testing.assert_allclose(take.joints[:: int(rate_hz / 60)][:1000], slow.joints[:1000], atol=1e-9)


def test_half_the_range_is_half_of_every_angle():
    postures = Postures(draw_hand_shape(np.random.default_rng(0), "cmc"))
    times = np.arange(300) / 30.0
    whole, half = (
        capture_motion(postures, np.random.default_rng(1), times, routine=True, half_range=half)
        for half in (False, True)
    )
    np.testing.assert_allclose(half.angles - Postures.rest, 0.5 * (whole.angles - Postures.rest), atol=1e-12)
    np.testing.assert_allclose(half.wrist_angles, 0.5 * whole.wrist_angles, atol=1e-12)
    np.testing.assert_array_equal(half.positions, whole.positions)


def test_both_hands_have_one_shape_mirrored():
    take = optical_take("foreign", 3, 1, 2.0, 120.0, PERFECT)
    angles = take.motion.angles.copy()
    assert len(HANDS) == angles.shape[1]
    subject = marked_subject("foreign", 3, PERFECT)
    for hand, sign in enumerate((1.0, -1.0)):
        expected = subject.segments(angles[:, hand], take.motion.wrist_angles[:, hand]).joints
        turned, _ = Rotation.align_vectors(
            (take.joints[0, hand] - take.joints[0, hand, 0])[1:] * [sign, 1.0, 1.0], expected[0, 1:]
        )
        np.testing.assert_allclose(
            turned.apply(expected[0]) * [sign, 1.0, 1.0], take.joints[0, hand] - take.joints[0, hand, 0], atol=1e-9
        )
