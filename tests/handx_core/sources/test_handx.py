"""HandX's archives: entries written here byte by byte, as its loaders and other releases of NumPy have them."""

import json
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handx_core.curation.clips import cut_clips
from handx_core.curation.settings import CurationSettings
from handx_core.curation.skeletons import cut_skeletons
from handx_core.errors import RawDataError, Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import KnownHands, Recording, SourceCaption, Take
from handx_core.sources.handx import TERMS, HandX
from handx_core.sources.reading import read_source

NO_MANO = ManoFiles(Path("no_mano"), Path("no_mano"))
TRAIN, TEST = "train_can_pos_all_wotextfeat.npz", "test_can_pos_all_wotextfeat.npz"


def motion(seed: int = 0, frames: int = 60) -> np.ndarray:
    """Joints unlike each other in every axis, the left hand at lower x."""
    rng = np.random.default_rng(seed)
    joints = rng.uniform(-0.1, 0.1, (frames, 2, 21, 3)) + np.array([0.3, 0.4, 0.5])
    joints[:, 0] -= [0.4, 0.0, 0.0]
    return joints


def clip(seed: int = 0, **changes: Any) -> dict[str, Any]:
    texts = {
        f"{part}_annotation": [f"{part} at level {level}, clip {seed}." for level in range(1, 6)]
        for part in ("left", "right", "interaction")
    }
    return {"motion": motion(seed), **texts, **changes}


def npy(
    value: Any, *, descr: str = "|O", shape: tuple[int, ...] = (), protocol: int = 4, numpy_1: bool = False
) -> bytes:
    """A .npy file of one pickled object: magic, version 1.0, header, and the pickle of a 0-d array of objects."""
    array = np.empty((), object)
    array[()] = value
    pickled = pickle.dumps(array, protocol=protocol)
    if numpy_1:  # names in a pickle of protocol 3 end with a new line, so that shorter ones may take their place
        pickled = pickled.replace(b"cnumpy._core.", b"cnumpy.core.")
    header = str({"descr": "|O", "fortran_order": False, "shape": ()}).encode()
    header = header.ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + pickled


def write_archive(path: Path, entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def read(root: Path) -> tuple[dict[str, Recording], list[Rejection]]:
    results = list(read_source(HandX(), root, NO_MANO, 1))
    recordings = {r.take.recording_id: r for r in results if isinstance(r, Recording)}
    return recordings, [r for r in results if isinstance(r, Rejection)]


def read_one(root: Path, content: bytes) -> Recording:
    write_archive(root / TRAIN, {"7.npy": content})
    (take,) = HandX().find_takes(root, NO_MANO).takes
    return HandX().read_take(root, take)


def refusal(root: Path, content: bytes) -> str:
    """Why the only entry of an archive is refused."""
    with pytest.raises(RawDataError) as caught:
        read_one(root, content)
    assert caught.value.path == f"{TRAIN}/7"
    return caught.value.reason


def test_clips_of_both_archives_keep_ids_split_and_texts(tmp_path: Path) -> None:
    write_archive(tmp_path / "release" / TRAIN, {"0.npy": npy(clip(0)), "10.npy": npy(clip(10))})
    write_archive(tmp_path / "release" / TEST, {"0.npy": npy(clip(1))})
    recordings, rejected = read(tmp_path)
    assert rejected == []
    assert sorted(recordings) == ["handx/test/0", "handx/train/0", "handx/train/10"]
    found = recordings["handx/train/10"]
    assert found.take == Take(
        "handx/train/10", Path("release") / TRAIN / "10", "handx/train/10", official_split="train"
    )
    assert recordings["handx/test/0"].take.official_split == "test"
    assert found.kind == "joints"
    assert found.subject_is_session
    assert found.licence == f"{TERMS}; the motion by the terms of GigaHands, HOT3D or HoloAssist"
    assert found.captions[3] == SourceCaption(
        4, "left at level 4, clip 10.", "right at level 4, clip 10.", "interaction at level 4, clip 10."
    )
    assert [caption.level for caption in found.captions] == [1, 2, 3, 4, 5]


def test_joints_are_taken_as_they_are(tmp_path: Path) -> None:
    found = read_one(tmp_path, npy(clip(3)))
    hands = HandX().to_hands(found, KnownHands(NO_MANO))
    np.testing.assert_allclose(hands.joints, motion(3), atol=1e-7)
    np.testing.assert_allclose(hands.times, np.arange(60) / 30.0)
    assert hands.valid.all()
    assert hands.faces_away


def test_a_clip_of_the_archive_is_one_clip_not_turned_again(tmp_path: Path) -> None:
    """The yaw of a clip is what its sequence left it: hands that point elsewhere in this clip stay so."""
    crossed = np.cumsum(np.full((60, 2, 21, 3), 0.001), axis=0) + motion(1, frames=1)
    crossed = crossed[:, ::-1]  # the left hand at larger x: a turn by the mean wrist direction would undo that
    recording = read_one(tmp_path, npy(clip(motion=crossed)))
    hands, any_bend = HandX().to_hands(recording, KnownHands(NO_MANO)), CurationSettings(min_chirality_fraction=0.0)
    skeletons, rejected = cut_skeletons(recording, hands, np.full((2, 20), np.nan), any_bend)
    assert rejected == []
    cut = cut_clips(skeletons, CurationSettings())
    assert cut.clip_ids == ("handx/train/7/0/0",)
    np.testing.assert_allclose(cut.joints[0], crossed - crossed[0, 1, 0], atol=1e-6)


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", ">f4"])
@pytest.mark.parametrize(("protocol", "numpy_1"), [(2, True), (3, True), (3, False), (4, False), (5, False)])
def test_every_way_to_write_an_entry(tmp_path: Path, kind: str, protocol: int, numpy_1: bool) -> None:
    stored = motion(2).astype(kind)
    found = read_one(tmp_path, npy(clip(motion=stored), protocol=protocol, numpy_1=numpy_1))
    np.testing.assert_array_equal(found.arrays["joints"], stored.astype(np.float32))


def test_what_numpy_writes_is_read(tmp_path: Path) -> None:
    """np.savez and np.savez_compressed of 0-d arrays, of plain dicts, and of texts as an array."""
    as_array = clip(5, left_annotation=np.array(clip(5)["left_annotation"]))
    np.savez(tmp_path / TRAIN, **{"arctic_s01_box_0": np.array(clip(4), dtype=object), "1": as_array})
    np.savez_compressed(tmp_path / TEST, **{"0": np.array(clip(6), dtype=object)})
    recordings, rejected = read(tmp_path)
    assert rejected == []
    assert sorted(recordings) == ["handx/test/0", "handx/train/1", "handx/train/arctic_s01_box_0"]
    np.testing.assert_array_equal(recordings["handx/test/0"].arrays["joints"], motion(6).astype(np.float32))
    assert recordings["handx/train/1"].captions[0].left == "left at level 1, clip 5."


def test_metadata_name_sequence_and_licence(tmp_path: Path) -> None:
    keys = ("0", "1", "2", "3")
    write_archive(tmp_path / TRAIN, {f"{key}.npy": npy(clip()) for key in keys})
    origin = {"source_dataset": "ARCTIC", "source_key": "x", "frame_start": 0, "frame_end": 60}
    metadata = {
        "0": {**origin, "source_sequence_id": "s01/box_grab_01", "license": "terms of ARCTIC"},
        "1": {**origin, "source_sequence_id": "s01/box_grab_01", "license": None},
        "2": {**origin, "source_sequence_id": None, "license": None},
    }
    (tmp_path / "source_metadata.json").write_text(json.dumps({"train": metadata}))
    datasets = {"train": {"0": "gigahands", "3": "gigahands"}, "test": {}}
    (tmp_path / "handx_to_dataset_source_release.json").write_text(json.dumps(datasets))
    recordings, rejected = read(tmp_path)
    assert rejected == []
    assert [recordings[f"handx/train/{key}"].take.subject for key in keys] == [
        "handx/ARCTIC/s01/box_grab_01",
        "handx/ARCTIC/s01/box_grab_01",
        "handx/train/2",
        "handx/train/3",
    ]
    of_dataset = f"{TERMS}; the motion by the terms of"
    assert [recordings[f"handx/train/{key}"].licence for key in keys] == [
        "terms of ARCTIC",
        f"{of_dataset} ARCTIC",
        f"{of_dataset} ARCTIC",
        f"{of_dataset} gigahands",
    ]


def test_unusable_metadata_are_told_and_the_clips_read(tmp_path: Path) -> None:
    write_archive(tmp_path / TRAIN, {"0.npy": npy(clip())})
    (tmp_path / "handx_to_dataset_source_release.json").write_text('{"train": {"0": "../h2o"}}')
    (tmp_path / "source_metadata.json").write_text('{"train": [')
    recordings, rejected = read(tmp_path)
    assert recordings["handx/train/0"].take.subject == "handx/train/0"
    assert [rejection.path for rejection in rejected] == [
        "handx_to_dataset_source_release.json",
        "source_metadata.json",
    ]
    assert rejected[0].reason.startswith("expected plain names of data sets and sequences, found 1 clips")


def test_metadata_that_come_later_are_seen(tmp_path: Path) -> None:
    write_archive(tmp_path / TRAIN, {"0.npy": npy(clip())})
    assert read(tmp_path)[0]["handx/train/0"].take.subject == "handx/train/0"
    metadata = {"train": {"0": {"source_dataset": "H2O", "source_sequence_id": "subject1_h1_0"}}}
    (tmp_path / "source_metadata.json").write_text(json.dumps(metadata))
    assert read(tmp_path)[0]["handx/train/0"].take.subject == "handx/H2O/subject1_h1_0"


def test_an_archive_that_was_replaced_is_opened_anew(tmp_path: Path) -> None:
    write_archive(tmp_path / TRAIN, {"0.npy": npy(clip(0))})
    first = read(tmp_path)[0]["handx/train/0"]
    write_archive(tmp_path / TRAIN, {"0.npy": npy(clip(1)), "1.npy": npy(clip(2))})
    recordings, _ = read(tmp_path)
    assert len(recordings) == 2
    assert not np.array_equal(recordings["handx/train/0"].arrays["joints"], first.arrays["joints"])


NO_KEYS = (
    "../x.npy",
    "/etc/x.npy",
    "a/../../x.npy",
    "..npy/..npy",
    "a//b.npy",
    ".npy",
    "x.txt",
    "a\\b.npy",
    "a\nb.npy",
)


@pytest.mark.parametrize("name", [*NO_KEYS, "x" * 300 + ".npy", f"{TRAIN}/1.npy"])
def test_names_that_are_no_keys_are_refused(tmp_path: Path, name: str) -> None:
    write_archive(tmp_path / TRAIN, {name: npy(clip()), "0.npy": npy(clip())})
    recordings, (rejection,) = read(tmp_path)
    assert list(recordings) == ["handx/train/0"]
    assert rejection.path == TRAIN
    assert "found 1 with other names" in rejection.reason


def test_one_broken_entry_sinks_no_other(tmp_path: Path) -> None:
    write_archive(tmp_path / TRAIN, {"0.npy": npy(clip()), "1.npy": b"none", "2.npy": npy(clip())})
    recordings, (rejection,) = read(tmp_path)
    assert len(recordings) == 2
    assert rejection.path == f"{TRAIN}/1"


def test_one_broken_archive_sinks_no_other(tmp_path: Path) -> None:
    write_archive(tmp_path / TRAIN, {"0.npy": npy(clip())})
    (tmp_path / TEST).write_bytes((tmp_path / TRAIN).read_bytes()[:-30])
    recordings, (rejection,) = read(tmp_path)
    assert list(recordings) == ["handx/train/0"]
    assert rejection.path == TEST
    assert rejection.reason.startswith("expected a .npz archive, found")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"motion": motion()[:1]}, "at least 2 frames, found 1"),
        ({"motion": motion()[:, :1]}, "expected shape (-1, 2, 21, 3), found (60, 1, 21, 3)"),
        ({"motion": motion().astype(int)}, "expected an array of floats, found int64"),
        ({"motion": motion().astype(object)}, "expected an array of floats, found object"),
        ({"motion": motion().tolist()}, "expected an array of floats, found list"),
        ({"motion": None}, "expected an array of floats, found NoneType"),
        ({"motion": np.full((60, 2, 21, 3), np.nan)}, "expected finite numbers"),
        ({"motion": motion() * 1000.0}, "expected metres"),
        ({"left_annotation": ["a"] * 4}, "left_annotation: expected 5 texts, found 4"),
        ({"right_annotation": "abcde"}, "right_annotation: expected 5 texts, found str"),
        ({"interaction_annotation": None}, "interaction_annotation: expected 5 texts, found NoneType"),
        ({"interaction_annotation": ["a", "b", "c", "d", 5]}, "interaction_annotation: expected texts"),
        ({"left_annotation": ["\ud800"] * 5}, "left_annotation: expected texts"),
        ({"left_annotation": ["a" * 10_001] * 5}, "left_annotation: expected texts"),
    ],
)  # fmt: skip
def test_wrong_values_are_named(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    assert said in refusal(tmp_path, npy(clip(**change)))


def test_entries_that_are_no_dict(tmp_path: Path) -> None:
    assert "expected a 0-d object array of a dict" in refusal(tmp_path, npy([clip()]))
    plain = tmp_path / "plain"
    plain.mkdir()
    np.savez(plain / TRAIN, **{"7": motion()})
    (take,) = HandX().find_takes(plain, NO_MANO).takes
    with pytest.raises(RawDataError, match="expected a 0-d object array of a dict, found float64"):
        HandX().read_take(plain, take)


class Trap:
    """Unpickled, it would make a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_no_code_of_an_entry_is_run(tmp_path: Path) -> None:
    assert "expected only names of numbers and arrays" in refusal(tmp_path, npy(clip(extra=Trap(tmp_path / "trap"))))
    assert not (tmp_path / "trap").exists()


def test_a_bomb_is_refused_by_its_declared_size(tmp_path: Path) -> None:
    write_archive(tmp_path / TRAIN, {"7.npy": b"\0" * (17 << 20)}, zipfile.ZIP_DEFLATED)
    assert (tmp_path / TRAIN).stat().st_size < 1 << 20
    (rejection,) = read(tmp_path)[1]
    assert rejection.reason == "expected at most 16777216 bytes, found 17825792"


def test_a_bomb_that_lies_about_its_size_is_read_no_further(tmp_path: Path) -> None:
    write_archive(tmp_path / TRAIN, {"7.npy": b"\0" * (17 << 20)}, zipfile.ZIP_DEFLATED)
    declared = struct.pack("<I", 17 << 20)
    content = (tmp_path / TRAIN).read_bytes().replace(declared, struct.pack("<I", 1000))
    (tmp_path / TRAIN).write_bytes(content)
    (rejection,) = read(tmp_path)[1]
    assert rejection.reason.startswith("expected a whole entry, found")


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused(tmp_path: Path, compression: int) -> None:
    write_archive(tmp_path / TRAIN, {"7.npy": npy(clip())}, compression)
    (rejection,) = read(tmp_path)[1]
    assert "expected an entry stored or deflated" in rejection.reason


def test_a_directory_too_large_to_parse_is_refused(tmp_path: Path) -> None:
    write_archive(tmp_path / TRAIN, {"7.npy": npy(clip())})
    content = (tmp_path / TRAIN).read_bytes()
    end = content.rindex(b"PK\x05\x06")
    huge = content[: end + 12] + struct.pack("<II", 40 << 20, 0) + content[end + 20 :]
    (tmp_path / TRAIN).write_bytes(b"\0" * (41 << 20) + huge)
    (rejection,) = read(tmp_path)[1]
    assert rejection.reason == "expected a .npz archive, found: a directory of 41943040 bytes"


def test_a_bit_that_flipped_is_seen(tmp_path: Path) -> None:
    write_archive(tmp_path / TRAIN, {"7.npy": npy(clip())})
    content = bytearray((tmp_path / TRAIN).read_bytes())
    content[20_000] ^= 1
    (tmp_path / TRAIN).write_bytes(bytes(content))
    (rejection,) = read(tmp_path)[1]
    assert "Bad CRC" in rejection.reason
