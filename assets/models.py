"""The four trained models, and the clips as codes of one of them.

What belongs here: `evaluator`, `tokenizer`, `motion_tokens`, `autoregressive_generator`, `diffusion_generator`. What
does not: networks, losses or the loop (handx_core). Everything that needs torch is imported where it is used.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from assets.profile import Profile
from assets.resources import DataFolder
from assets.stages import MODELS, Item, over_all, show, table_asset
from assets.storage import TableHandle, Tables, as_dataset
from handx_core.columns import batch

if TYPE_CHECKING:
    from torch import Tensor

    from handx_core.models.trained import TrainedModel
    from handx_core.training.data import MotionTexts


def motion_texts(motion_dataset: Tables, text_embeddings: TableHandle) -> "MotionTexts":
    """All clips with their texts, sorted by clip_id."""
    from handx_core.representation.text import TextTable
    from handx_core.training.data import load_motion_texts

    return load_motion_texts(as_dataset(motion_dataset), TextTable.from_table(text_embeddings.read()))


def trained_model(table: TableHandle, files: DataFolder) -> "TrainedModel":
    """The model that a table of one row tells of."""
    from handx_core.models.trained import TrainedModel

    return TrainedModel.from_row(table.read().to_pylist()[0], files.root)


@table_asset(group=MODELS, kinds={"pytorch"}, code_version="1", settings=("evaluator",))
def evaluator(
    context: dg.AssetExecutionContext,
    motion_dataset: Tables,
    text_embeddings: TableHandle,
    profile: dg.ResourceParam[Profile],
    files: dg.ResourceParam[DataFolder],
) -> dg.Output[Any]:
    """A motion and a text encoder trained to agree: what FID, R-precision and their kin are measured with."""
    from handx_core.training.evaluator import EvaluatorTraining, train_evaluator

    settings = profile.section(EvaluatorTraining, "evaluator")

    def train(clips: "MotionTexts", validation: "MotionTexts", folder: Path) -> "TrainedModel":
        return train_evaluator(clips, validation, settings, folder, context.log.info)

    return _trained(context, train, motion_dataset, text_embeddings, files)


@table_asset(group=MODELS, kinds={"pytorch"}, code_version="1", settings=("tokenizer",))
def tokenizer(
    context: dg.AssetExecutionContext,
    motion_dataset: Tables,
    text_embeddings: TableHandle,
    profile: dg.ResourceParam[Profile],
    files: dg.ResourceParam[DataFolder],
) -> dg.Output[Any]:
    """Motion to codes and back, two frames a step, by finite scalar quantization."""
    from handx_core.training.tokenizer import TokenizerTraining, train_tokenizer

    settings = profile.section(TokenizerTraining, "tokenizer")

    def train(clips: "MotionTexts", validation: "MotionTexts", folder: Path) -> "TrainedModel":
        return train_tokenizer(clips, validation, settings, folder, context.log.info)

    return _trained(context, train, motion_dataset, text_embeddings, files)


@table_asset(group=MODELS, kinds={"pytorch"}, code_version="1")
def motion_tokens(
    motion_dataset: Tables,
    text_embeddings: TableHandle,
    tokenizer: TableHandle,
    files: dg.ResourceParam[DataFolder],
) -> dg.Output[Any]:
    """Every clip as codes of the tokenizer: what the autoregressive generator learns to write."""
    from handx_core.models.tokenizer import encode_clips, load_tokenizer

    def produce() -> Iterator[Item]:
        clips = motion_texts(motion_dataset, text_embeddings)
        codes = encode_clips(load_tokenizer(trained_model(tokenizer, files)), clips.joints)
        yield batch("motion_tokens", {"clip_id": clips.clip_ids, "codes": codes.tolist()})

    return over_all(produce())


@table_asset(group=MODELS, kinds={"pytorch"}, code_version="1", settings=("autoregressive",))
def autoregressive_generator(
    context: dg.AssetExecutionContext,
    motion_dataset: Tables,
    text_embeddings: TableHandle,
    motion_tokens: TableHandle,
    tokenizer: TableHandle,
    profile: dg.ResourceParam[Profile],
    files: dg.ResourceParam[DataFolder],
) -> dg.Output[Any]:
    """Text to codes, one after another: a small Llama with the three texts as its prefix."""
    from handx_core.models.tokenizer import load_tokenizer
    from handx_core.training.autoregressive import AutoregressiveTraining, train_autoregressive

    settings = profile.section(AutoregressiveTraining, "autoregressive")

    def train(clips: "MotionTexts", validation: "MotionTexts", folder: Path) -> "TrainedModel":
        return train_autoregressive(
            clips,
            _codes(motion_tokens, clips),
            validation,
            _codes(motion_tokens, validation),
            load_tokenizer(trained_model(tokenizer, files)).settings.levels,
            settings,
            folder,
            context.log.info,
        )

    return _trained(context, train, motion_dataset, text_embeddings, files)


@table_asset(group=MODELS, kinds={"pytorch"}, code_version="1", settings=("diffusion",))
def diffusion_generator(
    context: dg.AssetExecutionContext,
    motion_dataset: Tables,
    text_embeddings: TableHandle,
    motion_statistics: TableHandle,
    profile: dg.ResourceParam[Profile],
    files: dg.ResourceParam[DataFolder],
) -> dg.Output[Any]:
    """Noise to motion under three texts, with guidance."""
    from handx_core.representation.statistics import Statistics
    from handx_core.training.diffusion import DiffusionTraining, train_diffusion

    settings = profile.section(DiffusionTraining, "diffusion")

    def train(clips: "MotionTexts", validation: "MotionTexts", folder: Path) -> "TrainedModel":
        statistics = Statistics.from_table(motion_statistics.read(), "diffusion")
        return train_diffusion(clips, validation, statistics, settings, folder, context.log.info)

    return _trained(context, train, motion_dataset, text_embeddings, files)


def _trained(
    context: dg.AssetExecutionContext,
    train: Callable[["MotionTexts", "MotionTexts", Path], "TrainedModel"],
    motion_dataset: Tables,
    text_embeddings: TableHandle,
    files: DataFolder,
) -> dg.Output[Any]:
    """The output of a stage that trains a model: its row, its curves, its figures on the validation split.

    train(training clips, validation clips, folder of the asset's files) -> the model.
    """
    name = context.asset_key.path[-1]

    def produce() -> Iterator[Item]:
        from handx_core.viewing.curves import training_curves

        clips = motion_texts(motion_dataset, text_embeddings)
        model = train(clips.subset("train"), clips.subset("val"), files.files(name))
        show(context, "curves", training_curves(model.curve, model.name))
        context.add_asset_metadata({"parameters": model.parameters, "steps": model.steps, **model.metrics})
        yield model.to_batch(name, files.root)

    return over_all(produce())


def _codes(motion_tokens: TableHandle, clips: "MotionTexts") -> "Tensor":
    """The codes of these clips in their order, (N, steps, streams) int64."""
    import torch

    rows = motion_tokens.read()
    codes = dict(zip(rows["clip_id"].to_pylist(), rows["codes"].to_pylist(), strict=True))
    return torch.tensor([codes[clip] for clip in clips.clip_ids])
