"""HOT3D-Clips written by hand are read to the world they came from; hostile tars are refused by name."""

import json
import resource
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hot3d_clip_files import LANDMARKS_MM, N_FRAMES, PROFILE, TURN, clip_files, wrist_place, write_tar

from handx_core.errors import RawDataError
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import KnownHands
from handx_core.sources.hot3d import Hot3d

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))
HOT3D = Hot3d()
CLIP = "train_quest3/clip-001849.tar"


def write(root: Path, changes: dict[str, object] | None = None, **options) -> Path:
    """A clip below root with some values of every info.json changed; None takes one out."""
    files = clip_files(**options)
    for name in [name for name in files if name.endswith(".info.json")]:
        info = json.loads(files[name]) | (changes or {})
        files[name] = json.dumps({key: value for key, value in info.items() if value is not None}).encode()
    write_tar(root / CLIP, files)
    return root


def read(root: Path):
    found = HOT3D.find_takes(root, NO_MANO)
    assert not found.rejected
    return HOT3D.read_take(root, found.takes[0])


def index_mcp(frame: int, hand: int) -> np.ndarray:
    """The index MCP, landmark 8, in a z-up world: turned, mirrored for the right hand, y up to z up."""
    local = LANDMARKS_MM[8] * 1e-3 * ([-1.0, 1.0, 1.0] if hand else [1.0, 1.0, 1.0])
    x, y, z = TURN.apply(local) + wrist_place(frame, hand)
    return np.array([x, -z, y])


@pytest.mark.parametrize("as_matrix", [False, True])
@pytest.mark.parametrize("n_angles", [20, 22])
@pytest.mark.parametrize("archive_format", [tarfile.USTAR_FORMAT, tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_clip_is_read_to_the_world_it_came_from(tmp_path, as_matrix, n_angles, archive_format):
    write_tar(tmp_path / CLIP, clip_files(as_matrix=as_matrix, n_angles=n_angles), archive_format)
    recording = read(tmp_path)
    assert (recording.take.recording_id, recording.take.subject) == ("hot3d/clip-001849", "hot3d/P0003")
    assert (recording.kind, recording.variant, recording.take.official_split) == ("umetrack", "clip_y_up", "train")
    assert not recording.subject_is_session
    np.testing.assert_allclose(recording.times, np.arange(N_FRAMES) / 30.0, atol=1e-8)
    hands = HOT3D.to_hands(recording, KnownHands(NO_MANO))
    assert hands.valid[:, 0].all()
    assert hands.valid[:, 1].all(axis=1).tolist() == [True, True, False, True, False, True]
    for hand in range(2):
        np.testing.assert_allclose(hands.joints[5, hand, 1], index_mcp(5, hand), atol=1e-6)


def test_a_profile_in_its_wrapper_is_read_too(tmp_path):
    files = clip_files()
    shapes = json.loads(files["__hand_shapes.json__"])
    files["__hand_shapes.json__"] = json.dumps(shapes | {"umetrack": {"hand_model": PROFILE}}).encode()
    write_tar(tmp_path / CLIP, files)
    assert len(read(tmp_path).times) == N_FRAMES


@pytest.mark.parametrize(
    ("changes", "variant"),
    [
        ({"device": "Aria"}, "clip_z_up"),
        ({"device": None}, "clip_y_up"),
        ({"device": None, "image_timestamps_ns": {"1201-1": 1, "1201-2": 1, "214-1": 1}}, "clip_z_up"),
    ],
)
def test_the_device_or_its_streams_say_which_way_is_up(tmp_path, changes, variant):
    assert read(write(tmp_path, changes)).variant == variant


@pytest.mark.parametrize("changes", [{"device": "Vive"}, {"device": None, "image_timestamps_ns": {"7-1": 1}}])
def test_an_unknown_device_is_rejected_with_the_reason(tmp_path, changes):
    with pytest.raises(RawDataError, match=r"clip-001849\.tar: expected device Aria or Quest3"):
        read(write(tmp_path, changes))


def test_who_it_is_by_sequence_or_the_clip_stands_in(tmp_path):
    assert read(write(tmp_path, {"participant_id": None})).take.subject == "hot3d/P0003"
    unknown = read(write(tmp_path, {"participant_id": None, "sequence_id": None}))
    assert unknown.take.subject == unknown.take.recording_id
    assert unknown.subject_is_session
    assert unknown.take.official_split == "train"
    assert read(write(tmp_path, {"participant_id": "P0016"})).take.official_split == "test"


def test_stamps_of_the_images_stand_in_for_the_reference(tmp_path):
    files = clip_files()
    for frame in range(N_FRAMES):
        info = {"device": "Aria", "image_timestamps_ns": {"214-1": 10**9 + frame * 10**8, "1201-1": 2 * 10**9}}
        files[f"{frame:06d}.info.json"] = json.dumps(info).encode()
    write_tar(tmp_path / CLIP, files)
    np.testing.assert_allclose(read(tmp_path).times, 0.1 * np.arange(N_FRAMES))


def test_a_test_clip_without_hands_says_so(tmp_path):
    write_tar(tmp_path / CLIP, {name: data for name, data in clip_files().items() if "hands" not in name})
    with pytest.raises(RawDataError, match="the clip has no ground truth"):
        read(tmp_path)


def test_images_are_not_read(tmp_path, monkeypatch):
    files = clip_files() | {"000000.image_214-1.jpg": bytes(200 << 20)}
    write_tar(tmp_path / CLIP, files)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read(tmp_path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10


def add(name: str, kind: bytes = tarfile.REGTYPE, link: str = ""):
    def change(archive: tarfile.TarFile) -> None:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, link
        archive.addfile(member)

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (add("000000.info.json", tarfile.SYMTYPE, "/etc/passwd"), "expected plain files"),
        (add("000000.info.json", tarfile.LNKTYPE, "000000.hands.json"), "expected plain files"),
        (add("000000.info.json", tarfile.FIFOTYPE), "expected plain files"),
        (add("000000.info.json", tarfile.GNUTYPE_SPARSE), "expected plain files"),
        (add("../000000.info.json"), "expected names of members within the archive"),
        (add("/etc/passwd"), "expected names of members within the archive"),
        (add("a" * 150), "expected"),
        (add("é.json"), "expected"),
    ],
)
def test_members_that_are_no_plain_files_are_refused(tmp_path, change, reason):
    (tmp_path / CLIP).parent.mkdir()
    with tarfile.open(tmp_path / CLIP, "w") as archive:
        change(archive)
    (rejection,) = HOT3D.find_takes(tmp_path, NO_MANO).rejected
    assert rejection.path == CLIP
    assert reason in rejection.reason


def header(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size = size
    return member.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (header("000000.info.json", 10**9), "expected at most 0 bytes, found a size"),
        (header("000000.info.json", 2**70), "expected a tar header"),
        (header("000000.info.json", 2 << 20) + bytes(3 << 20), "expected at most 1048576 bytes"),
        (header("a.jpg", 0) * 20_001 + bytes(1024), "each once"),
        (header("a.jpg", 0)[:-200], "cut off"),
        (b"\x01" + header("a.jpg", 0)[1:], "another checksum"),
        (header("a.jpg", 0), "cut off"),
        (bytes(1024), "expected frames with info.json, found none"),
        (b"", "cut off"),
    ],
)
def test_hostile_headers_are_refused(tmp_path, content, reason):
    (tmp_path / CLIP).parent.mkdir()
    (tmp_path / CLIP).write_bytes(content)
    (rejection,) = HOT3D.find_takes(tmp_path, NO_MANO).rejected
    assert reason in rejection.reason


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("000003.hands.json", '"translation_xyz": [0.1', '"translation_xyz": [900', "expected metres"),
        ("000003.hands.json", '"joint_angles": [0.0', '"joint_angles": [0.0, 0.0', "20 to 22 numbers, found 23"),
        ("000003.hands.json", "quaternion_wxyz", "quaternion", r"quaternion_wxyz: expected"),
        ("000003.hands.json", "{", "", "000003.hands.json: expected JSON"),
        ("000003.info.json", "ref_timestamp_ns\": 5", "ref_timestamp_ns\": -5", "expected integer timestamps"),
        ("__hand_shapes.json__", "joint_rotation_axes", "axes", "joint_rotation_axes: expected"),
        ("__hand_shapes.json__", '"umetrack": {', '"umetrack": 1, "x": {', "umetrack of"),
    ],
)  # fmt: skip
def test_bad_documents_are_named(tmp_path, name, old, new, reason):
    files = clip_files()
    assert old in files[name].decode()
    files[name] = files[name].decode().replace(old, new, 1).encode()
    write_tar(tmp_path / CLIP, files)
    with pytest.raises(RawDataError, match=reason) as caught:
        read(tmp_path)
    assert caught.value.path == CLIP


@pytest.mark.parametrize("matrix", [np.diag([-1.0, 1, 1, 1]), np.diag([2.0, 1, 1, 1]), np.ones((4, 4))])
def test_a_wrist_that_is_not_rigid_is_refused(tmp_path, matrix):
    files = clip_files(as_matrix=True)
    hands = json.loads(files["000001.hands.json"])
    hands["left"]["umetrack_pose"]["wrist_xform"] = matrix.tolist()
    files["000001.hands.json"] = json.dumps(hands).encode()
    write_tar(tmp_path / CLIP, files)
    with pytest.raises(RawDataError, match="expected a rigid 4 x 4 pose"):
        read(tmp_path)
