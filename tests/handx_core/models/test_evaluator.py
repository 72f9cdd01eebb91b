"""The evaluator: what its features mean, what its loss filters, and that padding and batches change nothing."""

import numpy as np
import pytest
import torch

from handx_core.models.evaluator import (
    NEARNESS_SCALE,
    Evaluator,
    EvaluatorSettings,
    contrastive_loss,
    embed_motions,
    embed_texts,
    motion_features,
)
from handx_core.models.trained import seeded
from handx_core.representation.text import TextEncoderSettings, encode_texts
from handx_core.skeleton import TIPS

TEXTS = ["the thumb bends", "both hands touch at the tips of all the fingers", "rest", ""]


@pytest.fixture(scope="module")
def model() -> Evaluator:
    with seeded(0):
        model = Evaluator(EvaluatorSettings(width=32, heads=2, feed_forward=32, embedding=16), text_width=8)
    model.fit_features(_joints(16))
    return model.eval()


def _joints(n: int, seed: int = 0) -> torch.Tensor:
    return 0.1 * torch.randn(n, 60, 2, 21, 3, generator=torch.Generator().manual_seed(seed))


def test_features_are_blind_to_nothing_but_say_what_they_say():
    joints = _joints(2).double()
    features = motion_features(joints)
    assert features.shape == (2, 60, 288)
    wrists = joints[..., 0, :]
    assert torch.equal(features[..., :6], wrists.flatten(2))
    assert torch.equal(features[..., 6:9], wrists[..., 0, :] - wrists[..., 1, :])
    velocity = features[..., 129:255].unflatten(-1, (2, 21, 3))
    assert torch.allclose(velocity[:, :-1], (joints[:, 1:] - joints[:, :-1]) * 30)
    assert velocity[:, -1].abs().max() == 0
    across = features[..., -25:].unflatten(-1, (5, 5))
    gap = (joints[0, 7, 0, TIPS[3]] - joints[0, 7, 1, TIPS[1]]).norm()
    assert across[0, 7, 3, 1] == pytest.approx(float(np.exp(-gap / NEARNESS_SCALE)))


def test_features_are_normalised_by_the_training_clips(model):
    features = (motion_features(_joints(16)) - model.feature_mean) / model.feature_scale
    assert features.mean((0, 1)).abs().max() < 1e-4
    assert (features.std((0, 1)) - 1).abs().max() < 1e-2


def test_embeddings_are_unit_vectors_and_do_not_depend_on_the_batch(model):
    joints = _joints(5, seed=1)
    together = embed_motions(model, joints)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-6)
    assert embed_motions(model, joints[3:4])[0] == pytest.approx(together[3], abs=1e-6)

    table = encode_texts(TEXTS, TextEncoderSettings(width=8))
    rows = table.rows(TEXTS)[np.array([[0, 1, 2], [2, 2, 3], [1, 0, 3]])]
    together = embed_texts(model, table, rows)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-6)
    for row in range(3):  # alone a text is padded less
        assert embed_texts(model, table, rows[row : row + 1])[0] == pytest.approx(together[row], abs=1e-6)


def test_which_hand_a_text_is_about_matters(model):
    table = encode_texts(TEXTS, TextEncoderSettings(width=8))
    left_right, right_left = embed_texts(model, table, table.rows(TEXTS)[np.array([[0, 2, 3], [2, 0, 3]])])
    assert np.linalg.norm(left_right - right_left) > 1e-2


def test_the_loss_is_the_cross_entropy_in_both_directions():
    motions, texts = torch.nn.functional.normalize(torch.randn(2, 6, 4, generator=_seed()), dim=-1)
    numbers = torch.arange(6)[:, None].expand(6, 3)
    similarity = (motions @ texts.T / 0.2).exp()
    by_motion = -(similarity.diagonal() / similarity.sum(1)).log().mean()
    by_text = -(similarity.diagonal() / similarity.sum(0)).log().mean()
    loss = contrastive_loss(motions, texts, numbers, temperature=0.2)
    assert float(loss) == pytest.approx(float(by_motion + by_text) / 2, rel=1e-5)


def test_the_same_text_is_no_negative():
    motions, texts = torch.nn.functional.normalize(torch.randn(2, 6, 4, generator=_seed()), dim=-1)
    numbers = torch.arange(6)[:, None].repeat(1, 3)
    numbers[5] = numbers[2]
    texts[5] = texts[2]
    similarity = (motions @ texts.T / 0.1).exp()
    similarity[5, 2] = similarity[2, 5] = 0
    expected = -(similarity.diagonal() / similarity.sum(1)).log() - (similarity.diagonal() / similarity.sum(0)).log()
    assert float(contrastive_loss(motions, texts, numbers, 0.1)) == pytest.approx(float(expected.mean()) / 2, rel=1e-5)


def test_only_all_three_parts_equal_make_the_same_text():
    motions, texts = torch.nn.functional.normalize(torch.randn(2, 4, 4, generator=_seed()), dim=-1)
    distinct = torch.arange(4)[:, None].repeat(1, 3)
    two_parts_equal = distinct.clone()
    two_parts_equal[3, :2] = two_parts_equal[1, :2]
    losses = [contrastive_loss(motions, texts, numbers, 0.1) for numbers in (distinct, two_parts_equal)]
    assert losses[0] == losses[1]


def _seed() -> torch.Generator:
    return torch.Generator().manual_seed(0)
