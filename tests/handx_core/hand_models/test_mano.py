"""MANO: kinematics against smplx, which is the reference; files that are no model are refused; conversion happens once.

The model in the files is the stand-in of `synthetic`. Kinematics is tested on random numbers in its place, since the
stand-in's tips follow the pose by a few micrometres only.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from smplx.body_models import MANO
from smplx.utils import Struct

from handx_core.errors import RawDataError
from handx_core.hand_models import mano
from handx_core.hand_models.mano import KEPT_VERTICES, MANOPTH_TIP_VERTICES, TIP_VERTICES, ManoFiles, ManoHand
from handx_core.safe_load import unpickle
from handx_core.skeleton import JOINT_NAMES
from handx_core.synthetic import mano_standin
from handx_core.synthetic.mano_standin import standin_model, write_standin

Floats = NDArray[np.float64]
N = 40
N_MUTATIONS = int(os.environ.get("HANDX_FUZZ", 60))


def random_model(seed: int) -> dict[str, Any]:
    """A model of the right shapes in which everything matters: any vertex follows any joint, pose and beta."""
    rng = np.random.default_rng(seed)
    regressor, weights = rng.random((16, 778)), rng.random((778, 16))
    components, _ = np.linalg.qr(rng.normal(size=(45, 45)))
    return {
        **standin_model(1),
        "v_template": rng.normal(0.0, 0.1, (778, 3)),
        "shapedirs": rng.normal(0.0, 0.02, (778, 3, 10)),
        "posedirs": rng.normal(0.0, 0.002, (778, 3, 135)),
        "J_regressor": regressor / regressor.sum(axis=1, keepdims=True),
        "weights": weights / weights.sum(axis=1, keepdims=True),
        "hands_mean": rng.normal(0.0, 0.3, 45),
        "hands_components": components,
    }


def save_model(folder: Path, side: str, model: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"MANO_{side.upper()}.pkl").write_bytes(mano_standin._pickled(model))


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> ManoFiles:
    folder = tmp_path_factory.mktemp("mano")
    write_standin(folder / "raw" / "mano_v1_2" / "models")
    return ManoFiles(folder / "raw", folder / "converted")


@pytest.fixture(scope="module")
def model() -> dict[str, Any]:
    return random_model(0)


@pytest.fixture(scope="module")
def hand(model: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> ManoHand:
    folder = tmp_path_factory.mktemp("random")
    save_model(folder, "right", model)
    return ManoFiles(folder, folder / "converted").hand("right")


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def parameters(seed: int, n_pose: int = 45) -> dict[str, Floats]:
    rng = np.random.default_rng(seed)
    return {
        "hand_pose": rng.normal(0.0, 0.7, (N, n_pose)),
        "betas": rng.normal(0.0, 1.5, (N, 10)),
        "global_orient": rng.normal(0.0, 2.0, (N, 3)),
        "transl": rng.normal(0.0, 0.5, (N, 3)),
    }


def smplx_joints(model: dict[str, Any], given: dict[str, Floats], tips: tuple[int, ...], **options: Any) -> Floats:
    """16 joints and the tip vertices as smplx computes them, (N, 21, 3)."""
    layer = MANO("", data_struct=Struct(**model), is_rhand=True, dtype=torch.float64, batch_size=N, **options)
    with torch.no_grad():
        output = layer(**{name: torch.from_numpy(value) for name, value in given.items()})
    return np.concatenate([output.joints.numpy()[:, :16], output.vertices.numpy()[:, list(tips)]], axis=1)


@pytest.mark.parametrize(("flat", "pose_is"), [(True, "absolute"), (False, "relative_to_mean")])
def test_joints_and_tips_are_those_of_smplx(hand: ManoHand, model: dict[str, Any], flat: bool, pose_is: Any) -> None:
    given = parameters(1)
    ours = hand.joints(given["hand_pose"], given["betas"], given["global_orient"], given["transl"], pose_is=pose_is)
    theirs = smplx_joints(model, given, TIP_VERTICES, use_pca=False, flat_hand_mean=flat)
    np.testing.assert_allclose(ours, theirs, atol=1e-6, rtol=0.0)


@pytest.mark.parametrize("n", [6, 15])
def test_principal_components_are_those_of_smplx(hand: ManoHand, model: dict[str, Any], n: int) -> None:
    given = parameters(2, n_pose=n)
    pose = hand.pose_of_components(given["hand_pose"])
    ours = hand.joints(pose, given["betas"], given["global_orient"], given["transl"], pose_is="relative_to_mean")
    theirs = smplx_joints(model, given, TIP_VERTICES, use_pca=True, num_pca_comps=n, flat_hand_mean=False)
    np.testing.assert_allclose(ours, theirs, atol=1e-6, rtol=0.0)


@pytest.mark.parametrize("tips", [TIP_VERTICES, *MANOPTH_TIP_VERTICES.values(), (745, 333, 444, 555, 672)])
def test_other_tip_vertices_can_be_had(model: dict[str, Any], tmp_path: Path, tips: tuple[int, ...]) -> None:
    save_model(tmp_path, "right", model)
    hand = ManoFiles(tmp_path, tmp_path / "converted").hand("right", tips=tips)
    given = parameters(3)
    ours = hand.joints(given["hand_pose"], given["betas"], given["global_orient"], given["transl"], pose_is="absolute")
    theirs = smplx_joints(model, given, tips, use_pca=False, flat_hand_mean=True)
    np.testing.assert_allclose(ours, theirs, atol=1e-6, rtol=0.0)


def test_tensors_give_tensors_and_single_precision_stays(hand: ManoHand) -> None:
    given = list(parameters(4).values())
    truth = hand.joints(*given, pose_is="relative_to_mean")
    tensors = hand.joints(*map(torch.from_numpy, given), pose_is="relative_to_mean")
    assert isinstance(tensors, torch.Tensor)
    np.testing.assert_allclose(tensors.numpy(), truth, atol=1e-12)
    single = hand.joints(*(value.astype(np.float32) for value in given), pose_is="relative_to_mean")
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, truth, atol=5e-6)
    single_tensor = hand.joints(*(torch.from_numpy(value).float() for value in given), pose_is="relative_to_mean")
    assert single_tensor.dtype == torch.float32


def test_leading_axes_broadcast(hand: ManoHand) -> None:
    pose, betas, rotation, translation = (value[:6] for value in parameters(5).values())
    shaped = hand.joints(
        pose.reshape(2, 3, 45), betas[0], rotation.reshape(2, 3, 3), translation[:3], pose_is="absolute"
    )
    assert shaped.shape == (2, 3, len(JOINT_NAMES), 3)
    one = hand.joints(pose[4], betas[0], rotation[4], translation[1], pose_is="absolute")
    np.testing.assert_allclose(shaped[1, 1], one, atol=1e-12)
    still = hand.joints(np.zeros(45), betas[:4], np.zeros(3), np.zeros(3), pose_is="absolute")
    np.testing.assert_allclose(still[:, 0], hand.rest_wrist(betas[:4]), atol=1e-12)
    assert hand.joints(np.zeros((0, 45)), betas[0], np.zeros((0, 3)), np.zeros((0, 3)), pose_is="absolute").shape == (
        0, 21, 3,
    )  # fmt: skip


@given(st.floats(-12, 0.7), st.integers(0, 1000))
@settings(deadline=None)
def test_rotations_of_any_size_are_scipys(exponent: float, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(4, 3)) * 10.0**exponent
    expected = Rotation.from_rotvec(vectors).as_matrix()
    np.testing.assert_allclose(mano._rotation_matrices(vectors), expected, atol=1e-14)
    np.testing.assert_array_equal(mano._rotation_matrices(np.zeros((1, 3))), np.eye(3)[None])


def test_a_turn_about_the_origin_turns_every_point_about_it(hand: ManoHand) -> None:
    pose, betas, rotation, translation = parameters(6).values()
    ours = hand.joints(
        pose, betas, rotation, hand.translation_of_turn_about_origin(betas, rotation, translation), pose_is="absolute"
    )
    unturned = hand.joints(pose, betas, np.zeros(3), np.zeros(3), pose_is="absolute")
    expected = np.einsum("nij,nkj->nki", Rotation.from_rotvec(rotation).as_matrix(), unturned) + translation[:, None]
    np.testing.assert_allclose(ours, expected, atol=1e-12)


def test_unmirrored_shapes_are_mended_on_request_only(standin: ManoFiles) -> None:
    as_is, mended = standin.hand("left"), standin.hand("left", mirrored_shapes=True)
    right = standin.hand("right", mirrored_shapes=True)
    flip = np.array([-1.0, 1.0, 1.0])[:, None]
    np.testing.assert_allclose(as_is.tip_shapes[:, 0], right.tip_shapes[:, 0])
    np.testing.assert_allclose(mended.tip_shapes, right.tip_shapes * flip)
    np.testing.assert_allclose(mended.joint_shapes, right.joint_shapes * flip)
    np.testing.assert_allclose(right.tip_shapes, standin.hand("right").tip_shapes)


def test_a_left_hand_that_is_mirrored_already_is_left_alone(tmp_path: Path) -> None:
    left = standin_model(0)
    save_model(tmp_path, "left", {**left, "shapedirs": left["shapedirs"] * np.array([-1.0, 1.0, 1.0])[:, None]})
    save_model(tmp_path, "right", standin_model(1))
    files = ManoFiles(tmp_path, tmp_path / "converted")
    np.testing.assert_array_equal(files.hand("left", mirrored_shapes=True).tip_shapes, files.hand("left").tip_shapes)


def test_the_converted_file_is_plain_used_again_and_follows_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_model(tmp_path, "right", random_model(1))
    files = ManoFiles(tmp_path, tmp_path / "converted")
    first = files.hand("right").tip_template
    with np.load(tmp_path / "converted" / "mano_right.npz", allow_pickle=False) as stored:
        assert stored["vertex_template"].shape == (len(KEPT_VERTICES), 3)
    assert [path.name for path in (tmp_path / "converted").iterdir()] == ["mano_right.npz"]
    mano._convert.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(mano, "unpickle", lambda content, path: pytest.fail("the converted file is there"))
        np.testing.assert_array_equal(files.hand("right").tip_template, first)
    save_model(tmp_path, "right", random_model(2))
    mano._convert.cache_clear()
    np.testing.assert_array_equal(files.hand("right").tip_template, random_model(2)["v_template"][list(TIP_VERTICES)])


@pytest.mark.parametrize("damage", [lambda content: content[:500], lambda content: b"", lambda content: b"PK" * 900])
def test_a_damaged_converted_file_is_made_anew(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    save_model(tmp_path, "right", random_model(1))
    files = ManoFiles(tmp_path, tmp_path / "converted")
    first = files.hand("right").components
    target = tmp_path / "converted" / "mano_right.npz"
    target.write_bytes(damage(target.read_bytes()))
    mano._convert.cache_clear()
    np.testing.assert_array_equal(files.hand("right").components, first)
    with np.load(target, allow_pickle=False) as stored:
        assert "sha256" in stored


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        (
            "v_template",
            np.zeros((777, 3)),
            r"v_template: expected numbers of shape \(778, 3\), found float64 \(777, 3\)",
        ),
        ("weights", None, "weights: expected numbers of shape"),
        ("posedirs", np.full((778, 3, 135), np.nan), "posedirs: expected finite numbers"),
        ("hands_mean", np.full(45, 1e30), "hands_mean: expected finite numbers"),
        ("hands_components", np.zeros((45, 45), dtype="S3"), "hands_components: expected numbers"),
        ("kintree_table", np.zeros((2, 16), dtype=np.int64), "kintree_table: expected the parents"),
    ],
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, key: str, value: Any, complaint: str) -> None:
    save_model(tmp_path, "right", {**standin_model(1), key: value})
    with pytest.raises(RawDataError, match=complaint) as error:
        ManoFiles(tmp_path, tmp_path / "converted").hand("right")
    assert error.value.path == "MANO_RIGHT.pkl"
    assert not (tmp_path / "converted").exists()


def test_missing_files_are_named_with_where_they_come_from(tmp_path: Path) -> None:
    files = ManoFiles(tmp_path / "mano", tmp_path / "converted")
    with pytest.raises(RawDataError, match=r"MANO_LEFT\.pkl: expected it in .*mano, found none; it comes from https"):
        files.hand("left")
    missing = files.missing()
    assert missing is not None
    assert "MANO_LEFT.pkl and MANO_RIGHT.pkl" in missing.reason
    write_standin(tmp_path / "mano")
    assert files.missing() is None
    assert files.fault() is None


def test_what_is_wrong_with_the_model_is_one_rejection(tmp_path: Path) -> None:
    files = ManoFiles(tmp_path / "mano", tmp_path / "converted")
    assert files.fault() == files.missing() is not None
    write_standin(tmp_path / "mano" / "models")
    (tmp_path / "mano" / "models" / "MANO_RIGHT.pkl").write_bytes(b"no model")
    fault = files.fault()
    assert fault is not None
    assert (fault.path, fault.what) == ("mano/models/MANO_RIGHT.pkl", "file")
    with pytest.raises(RawDataError):  # the mended left hand is held against the right one
        files.hand("left", mirrored_shapes=True)


def test_the_file_holds_the_class_names_of_the_released_one(standin: ManoFiles) -> None:
    for side in ("left", "right"):
        path = standin.path(side)
        assert path is not None
        content = (standin.folder / path).read_bytes()
        for name in (b"cchumpy.ch\nCh\n", b"cchumpy.reordering\nSelect\n", b"cscipy.sparse.csc\ncsc_matrix\n",
                     b"cnumpy.core.multiarray\n_reconstruct\n"):  # fmt: skip
            assert name in content
        assert b"not MANO" in content
        read = unpickle(content, path)
        for key, value in standin_model(side == "right").items():
            np.testing.assert_array_equal(read[key], value)
    assert "not MANO" in (standin.folder / "mano_v1_2" / "models" / "README.txt").read_text()


def test_importing_brings_no_torch() -> None:
    code = "import sys, handx_core.hand_models.mano; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_mutations_are_refused_or_give_finite_joints(standin: ManoFiles, tmp_path: Path) -> None:
    path = standin.path("right")
    assert path is not None
    original = (standin.folder / path).read_bytes()
    places = [place for place in range(len(original)) if original[place : place + 1] in b"cqUTR}.(b" and place % 7 == 0]
    rng, refused = np.random.default_rng(0), 0
    for number in range(N_MUTATIONS):
        content = bytearray(original)
        start = int(rng.choice(places))
        if number % 3 == 0:
            content = content[:start]
        elif number % 3 == 1:
            content[start] ^= 1 << int(rng.integers(8))
        else:
            del content[start : start + int(rng.integers(1, 9))]
        (tmp_path / "MANO_RIGHT.pkl").write_bytes(content)
        mano._convert.cache_clear()
        try:
            hand = ManoFiles(tmp_path, tmp_path / "converted").hand("right")
        except RawDataError:
            refused += 1
        else:
            joints = hand.joints(np.zeros(45), np.zeros(10), np.zeros(3), np.zeros(3), pose_is="absolute")
            assert np.isfinite(joints).all()
    assert refused > N_MUTATIONS // 3
