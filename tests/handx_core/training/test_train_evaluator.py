"""Training of the evaluator: it learns what it must, repeats, and comes back from its files."""

import numpy as np
import pytest
import torch

from handx_core.benchmark.retrieval import deal_pools, retrieval_hits
from handx_core.errors import HandXError
from handx_core.models.evaluator import EvaluatorSettings, embed_motions, embed_texts
from handx_core.representation.text import TextEncoderSettings, encode_texts
from handx_core.training.data import LEVELS, MotionTexts
from handx_core.training.evaluator import EvaluatorTraining, load_evaluator, train_evaluator
from handx_core.training.loop import TrainSettings

SMALL = EvaluatorSettings(width=32, heads=2, feed_forward=64, motion_layers=1, embedding=32, dropout=0.0)
SETTINGS = EvaluatorTraining(
    model=SMALL, loop=TrainSettings(steps=60, batch_size=32, learning_rate=3e-3, warmup_steps=5, threads=1)
)
FINGERS = ("thumb", "index", "middle", "ring", "pinky")


@pytest.fixture(scope="module")
def clips() -> MotionTexts:
    """64 clips in each of which one finger of each hand waves at a speed that its text names."""
    random = np.random.default_rng(0)
    joints = 0.002 * random.standard_normal((64, 60, 2, 21, 3))
    time = np.arange(60) / 30
    texts = []
    for clip in range(64):
        names = []
        for hand in range(2):
            finger, speed = random.integers(5), random.integers(1, 5)
            joints[clip, :, hand, 16 + finger, 2] += 0.03 * np.sin(2 * np.pi * 0.5 * speed * time)
            names.append(f"the {FINGERS[finger]} waves at speed {speed}")
        texts.append([*names, f"left {names[0]} and right {names[1]}"])
    table = encode_texts([text for three in texts for text in three], TextEncoderSettings(width=16))
    rows = torch.from_numpy(np.stack([table.rows(three) for three in texts]))
    ids = tuple(f"clip {number}" for number in range(64))
    split = ("train",) * 48 + ("val",) * 16
    return MotionTexts(
        ids, torch.from_numpy(joints.astype(np.float32)), rows[:, None].repeat(1, LEVELS, 1), table, split
    )


@pytest.fixture(scope="module")
def trained(clips, tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluator")
    return train_evaluator(clips.subset("train"), clips.subset("val"), SETTINGS, folder, log=lambda _: None)


def _top_1(model, clips, texts_of=None) -> float:
    motions = embed_motions(model, clips.joints)
    texts = embed_texts(model, clips.text, clips.text_rows[:, 0])
    numbers = np.unique(clips.text_rows[:, 0].numpy(), axis=0, return_inverse=True)[1].reshape(-1)
    order = np.arange(len(clips)) if texts_of is None else texts_of
    random = np.random.default_rng(0)
    shuffles = [deal_pools(np.arange(len(clips)), numbers, 12, random) for _ in range(20)]
    hits, pooled = retrieval_hits(motions, texts[order], shuffles)
    return hits[:, 0].sum() / pooled.sum()


def test_it_tells_the_clips_that_it_was_trained_on_apart(clips, trained):
    model, seen = load_evaluator(trained), clips.subset("train")
    assert _top_1(model, seen) > 0.9
    assert _top_1(model, seen, np.roll(np.arange(len(seen)), 7)) < 0.25


def test_its_validation_figures_are_of_all_levels_and_above_chance(trained):
    assert set(trained.metrics) == {f"top_3_level_{level}" for level in range(1, 6)}
    assert min(trained.metrics.values()) > 2 * 3 / 16


def test_equal_settings_give_equal_weights(clips, trained, tmp_path):
    again = train_evaluator(clips.subset("train"), clips.subset("val"), SETTINGS, tmp_path, log=lambda _: None)
    assert again.sha256 == trained.sha256
    assert again.metrics == trained.metrics


def test_weights_that_were_changed_are_refused(clips, tmp_path):
    short = SETTINGS.model_copy(update={"loop": SETTINGS.loop.model_copy(update={"steps": 2})})
    trained = train_evaluator(clips.subset("train"), clips.subset("val"), short, tmp_path, log=lambda _: None)
    content = trained.weights.read_bytes()
    trained.weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(HandXError, match="materialize evaluator again"):
        load_evaluator(trained)
