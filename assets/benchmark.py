"""What the generators make of the test clips' texts, and how good that is.

What belongs here: `generated_motion`, `benchmark`, `benchmark_report`. What does not: samplers, metrics or the page
(handx_core).
"""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from assets.models import motion_texts, trained_model
from assets.profile import Profile
from assets.resources import DataFolder, RawData
from assets.stages import BENCHMARK, OWNERS, Item, over_all, table_asset
from assets.storage import TableHandle, Tables, as_dataset
from handx_core.columns import batch, fixed_lists, to_numpy
from handx_core.skeleton import CLIP_FRAMES, N_JOINTS

if TYPE_CHECKING:
    from handx_core.benchmark.table import BenchmarkSettings
    from handx_core.models.trained import TrainedModel
    from handx_core.training.data import MotionTexts
    from handx_core.viewing.animation import Comparison

_UNGUIDED: Final = " g=0"
_CLIP_SHAPE: Final = (CLIP_FRAMES, 2, N_JOINTS, 3)
_SHOWN_CLIPS: Final = 12

Sampler = Callable[[Any, Sequence[int]], NDArray[np.float32]]
"""sampler(text rows (N, 3), a seed for each) -> joints (N, 60, 2, 21, 3), metres, clip frame."""


@table_asset(
    group=BENCHMARK,
    kinds={"pytorch"},
    code_version="1",
    settings=("benchmark", "autoregressive_sampling", "diffusion_sampling"),
)
def generated_motion(
    motion_dataset: Tables,
    text_embeddings: TableHandle,
    motion_statistics: TableHandle,
    tokenizer: TableHandle,
    autoregressive_generator: TableHandle,
    diffusion_generator: TableHandle,
    profile: dg.ResourceParam[Profile],
    files: dg.ResourceParam[DataFolder],
) -> dg.Output[Any]:
    """Motion from the texts of the test clips by each generator, at its guidance and without, some texts repeatedly."""
    from handx_core.benchmark.table import BenchmarkSettings

    settings = profile.section(BenchmarkSettings, "benchmark")

    def produce() -> Iterator[Item]:
        test = motion_texts(motion_dataset, text_embeddings).subset("test")
        again = test.select(_spread(len(test), settings.multimodality_texts))
        models = trained_model(autoregressive_generator, files), trained_model(tokenizer, files)
        samplers = {
            **_autoregressive_samplers(*models, test, profile),
            **_diffusion_samplers(trained_model(diffusion_generator, files), motion_statistics, test, profile),
        }
        for name, sampler in samplers.items():
            yield _sampled(name, sampler, test, 0, settings)
            if not name.endswith(_UNGUIDED):
                for number in range(1, settings.multimodality_samples):
                    yield _sampled(name, sampler, again, number, settings)

    return over_all(produce())


@table_asset(group=BENCHMARK, kinds={"pytorch"}, code_version="1", settings=("benchmark",))
def benchmark(
    context: dg.AssetExecutionContext,
    motion_dataset: Tables,
    text_embeddings: TableHandle,
    generated_motion: TableHandle,
    evaluator: TableHandle,
    tokenizer: TableHandle,
    profile: dg.ResourceParam[Profile],
    files: dg.ResourceParam[DataFolder],
) -> dg.Output[Any]:
    """Every metric of real, shuffled, reconstructed and generated motion on the test split, with its interval."""
    from handx_core.benchmark.table import RECONSTRUCTION, BenchmarkSettings, MotionSet, benchmark_rows, to_batch
    from handx_core.benchmark.tables_for_people import benchmark_table_markdown
    from handx_core.models.tokenizer import decode_clips, encode_clips, load_tokenizer
    from handx_core.training.evaluator import load_evaluator

    def produce() -> Iterator[Item]:
        test = motion_texts(motion_dataset, text_embeddings).subset("test")
        coder = load_tokenizer(trained_model(tokenizer, files))
        reconstructed = decode_clips(coder, encode_clips(coder, test.joints)).numpy()
        sets = [MotionSet(RECONSTRUCTION, reconstructed)]
        for name, (joints, repeated) in _generated(generated_motion, test.clip_ids).items():
            sets.append(MotionSet(name, joints, repeated=repeated))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            settings = profile.section(BenchmarkSettings, "benchmark")
            rows = to_batch(benchmark_rows(test, sets, load_evaluator(trained_model(evaluator, files)), settings))
        for warning in told:
            context.log.warning(str(warning.message))
        context.add_asset_metadata({"table": dg.MetadataValue.md(benchmark_table_markdown(rows.to_pylist()))})
        yield rows

    return over_all(produce())


@dg.asset(group_name=BENCHMARK, kinds={"html"}, owners=list(OWNERS), code_version="1")
def benchmark_report(
    benchmark: TableHandle,
    dataset_statistics: TableHandle,
    generated_motion: TableHandle,
    motion_dataset: Tables,
    evaluator: TableHandle,
    tokenizer: TableHandle,
    autoregressive_generator: TableHandle,
    diffusion_generator: TableHandle,
    profile: dg.ResourceParam[Profile],
    files: dg.ResourceParam[DataFolder],
    raw: dg.ResourceParam[RawData],
) -> dg.MaterializeResult[Any]:
    """One self-contained HTML page: the metrics, the data, the models, and real beside generated motion."""
    from handx_core.benchmark.report import ModelSummary, report_html, write_report
    from handx_core.benchmark.table import BenchmarkSettings
    from handx_core.viewing.animation import animation_fragments
    from handx_core.viewing.curves import training_curves
    from handx_core.viewing.style import picture_data_uri

    summaries = []
    for table in (evaluator, tokenizer, autoregressive_generator, diffusion_generator):
        model = trained_model(table, files)
        picture = f'<img alt="curves" src="{picture_data_uri(training_curves(model.curve, model.name))}">'
        summaries.append(ModelSummary(model.name, model.parameters, model.steps, model.seconds, model.metrics, picture))
    level = profile.section(BenchmarkSettings, "benchmark").level
    path = files.files("benchmark_report") / "report.html"
    page = report_html(
        profile=profile.name,
        synthetic=raw.is_synthetic,
        benchmark=benchmark.read().to_pylist(),
        statistics=dataset_statistics.read().to_pylist(),
        models=summaries,
        animations=animation_fragments(_comparisons(generated_motion, motion_dataset, level)),
    )
    write_report(path, page)
    return dg.MaterializeResult(metadata={"report": dg.MetadataValue.path(path), "size_mb": path.stat().st_size / 1e6})


def _autoregressive_samplers(
    generator: "TrainedModel", coder: "TrainedModel", test: "MotionTexts", profile: Profile
) -> dict[str, Sampler]:
    from handx_core.generation.autoregressive import AutoregressiveSampling, sample_autoregressive
    from handx_core.models.autoregressive import load_autoregressive
    from handx_core.models.tokenizer import load_tokenizer

    settings = profile.section(AutoregressiveSampling, "autoregressive_sampling")
    model, decoder = load_autoregressive(generator), load_tokenizer(coder)

    def sampler(how: AutoregressiveSampling) -> Sampler:
        return lambda rows, seeds: sample_autoregressive(model, decoder, test.text, rows, seeds, how).numpy()

    unguided = settings.model_copy(update={"guidance": 0.0})
    return {f"autoregressive g={how.guidance:g}": sampler(how) for how in (settings, unguided)}


def _diffusion_samplers(
    generator: "TrainedModel", motion_statistics: TableHandle, test: "MotionTexts", profile: Profile
) -> dict[str, Sampler]:
    from handx_core.generation.diffusion import DiffusionSampling, sample_diffusion
    from handx_core.representation.statistics import Statistics
    from handx_core.training.diffusion import load_diffusion

    settings = profile.section(DiffusionSampling, "diffusion_sampling")
    model, statistics = load_diffusion(generator), Statistics.from_table(motion_statistics.read(), "diffusion")

    def sampler(how: DiffusionSampling) -> Sampler:
        return lambda rows, seeds: sample_diffusion(model, statistics, test.text, rows, seeds, how).numpy()

    unguided = settings.model_copy(update={"guidance": 0.0})
    return {f"diffusion g={how.guidance:g}": sampler(how) for how in (settings, unguided)}


def _sampled(
    name: str, sampler: Sampler, clips: "MotionTexts", number: int, settings: "BenchmarkSettings"
) -> pa.RecordBatch:
    """One sample for the text of each clip, as rows of `generated_motion`."""
    from handx_core.benchmark.table import TEXT_TO_MOTION
    from handx_core.generation.seeds import sample_seed

    seeds = [sample_seed(settings.seed, clip, number) for clip in clips.clip_ids]
    start = time.perf_counter()
    joints = sampler(clips.text_rows[:, settings.level - 1], seeds)
    seconds = (time.perf_counter() - start) / len(clips)
    return batch(
        "generated_motion",
        {
            "generator": [name] * len(clips),
            "task": [TEXT_TO_MOTION] * len(clips),
            "clip_id": clips.clip_ids,
            "level": [settings.level] * len(clips),
            "sample": [number] * len(clips),
            "joints": fixed_lists(joints),
            "seconds": [seconds] * len(clips),
        },
    )


def _generated(
    generated_motion: TableHandle, clip_ids: Sequence[str]
) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32] | None]]:
    """By generator: a motion for each clip (N, ...), and all samples of the clips that have several (M, S, ...)."""
    rows = generated_motion.read(["generator", "clip_id", "sample", "joints"])
    found = {}
    for name in dict.fromkeys(rows["generator"].to_pylist()):
        of_generator = rows.filter(pc.equal(rows["generator"], name))
        joints = to_numpy(of_generator["joints"], _CLIP_SHAPE)
        keys = zip(of_generator["clip_id"].to_pylist(), of_generator["sample"].to_pylist(), strict=True)
        at = {key: row for row, key in enumerate(keys)}
        samples = range(max(number for _, number in at) + 1)
        several = [[at[clip, number] for number in samples] for clip in clip_ids if (clip, samples[-1]) in at]
        first = joints[[at[clip, 0] for clip in clip_ids]]
        found[name] = first, joints[np.array(several)] if len(samples) > 1 else None
    return found


def _comparisons(generated_motion: TableHandle, motion_dataset: Tables, level: int) -> list["Comparison"]:
    """Some test clips beside what each guided generator made of their text."""
    from handx_core.viewing.animation import Comparison

    rows = as_dataset(motion_dataset).to_table(filter=pc.field("split") == "test").sort_by("clip_id")
    made = _generated(generated_motion, rows["clip_id"].to_pylist())
    real = to_numpy(rows["joints"], _CLIP_SHAPE)
    texts = {part: rows[part].to_pylist() for part in ("left", "right", "interaction")}
    return [
        Comparison(
            motions={
                "reference": real[clip],
                **{name: joints[clip] for name, (joints, _) in made.items() if not name.endswith(_UNGUIDED)},
            },
            texts={part: of_part[clip][level - 1] for part, of_part in texts.items()},
            title=rows["clip_id"][clip].as_py(),
        )
        for clip in _spread(rows.num_rows, _SHOWN_CLIPS)
    ]


def _spread(count: int, wanted: int) -> list[int]:
    """At most `wanted` of `count` indices, evenly spread."""
    return sorted(set(np.linspace(0, count - 1, wanted).round().astype(int).tolist()))
