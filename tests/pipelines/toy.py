"""A lineage of two stages by source and one over all, with the project's IO manager: fast, and easy to break."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from assets.partitions import SOURCE_NAMES, SOURCE_PARTITIONS
from assets.stages import DATASET, MODELS, Item, over_all, per_source, table_asset
from assets.storage import Tables, TableStore
from handx_core.columns import batch_of_rows
from handx_core.errors import RawDataError, Rejection
from pipelines.jobs import full_rebuild
from pipelines.tables import ParquetTables


@dataclass
class World:
    """What the toy's raw data hold: by source the ids of its clips; a broken one raises, a bad one is rejected."""

    clips: dict[str, list[str]] = field(default_factory=lambda: {source: [source] for source in SOURCE_NAMES})
    runs: list[tuple[str, str]] = field(default_factory=list)


@dg.observable_source_asset(partitions_def=SOURCE_PARTITIONS)
def raw_files(world: dg.ResourceParam[World]) -> dg.DataVersionsByPartition:
    return dg.DataVersionsByPartition({source: str(clips) for source, clips in world.clips.items()})


@table_asset(group=DATASET, kinds={"python"}, by_source=True, code_version="1", deps=[raw_files])
def kinematic_events(context: dg.AssetExecutionContext, world: dg.ResourceParam[World]) -> dg.Output[Any]:
    """The first stage."""

    def produce(source: str) -> Iterator[Item]:
        world.runs.append(("kinematic_events", source))
        for clip in world.clips[source]:
            if clip == "broken":
                raise RawDataError(f"/raw/{source}/take.json", "expected 21 joints, found 20")
            if clip == "bad":
                yield Rejection("take.json", "file", "expected JSON, found an empty file")
                continue
            row = {"clip_id": clip, "events": "{}", "n_events": 1, "n_contacts": 0, "motion_fingerprint": ""}
            yield batch_of_rows("kinematic_events", [row])

    return per_source(context, produce)


@table_asset(group=DATASET, kinds={"python"}, by_source=True, code_version="1")
def captions(
    context: dg.AssetExecutionContext, kinematic_events: Tables, world: dg.ResourceParam[World]
) -> dg.Output[Any]:
    """The second stage."""

    def produce(source: str) -> Iterator[Item]:
        world.runs.append(("captions", source))
        none = dict.fromkeys(("tokens_in", "tokens_cached", "tokens_out", "cost_usd"))
        fair = {"audit": {"flags": []}, "grounding": 1.0, "grounded": True}
        texts = {"writer": "rules", "model": "", "left": "", "right": "", "interaction": "", "prompt_hash": ""}
        for rows in kinematic_events[source].batches(["clip_id"]):
            for clip in rows["clip_id"].to_pylist():
                row = {"clip_id": clip, "level": 1, "variant": 0, **texts, **none, **fair}
                yield batch_of_rows("captions", [row])

    return per_source(context, produce)


@table_asset(group=MODELS, kinds={"python"}, code_version="1")
def dataset_statistics(captions: Tables, world: dg.ResourceParam[World]) -> dg.Output[Any]:
    """The stage over all sources."""

    def produce() -> Iterator[Item]:
        world.runs.append(("dataset_statistics", "all"))
        for source, handle in captions.items():
            row = {"source": source, "metric": "clips", "value": handle.count, "unit": ""}
            yield batch_of_rows("dataset_statistics", [row])

    return over_all(produce())


_TOYS: dict[str, "Toy"] = {}


def full_rebuild_of(folder: str) -> dg.JobDefinition:
    """The job of the toy in a folder: what a re-execution, which is given a module and a name, looks up."""
    return _TOYS[folder].definitions().resolve_job_def("full_rebuild")


class Toy:
    """The toy in a folder, with an instance of its own."""

    def __init__(self, folder: Path) -> None:
        self.world = World()
        self.instance = dg.DagsterInstance.local_temp(str(folder), overrides={"telemetry": {"enabled": False}})
        self.store = TableStore(str(folder / "data"))
        _TOYS[str(folder)] = self
        self._folder = str(folder)

    def definitions(self, allow_emptying: bool = False) -> dg.Definitions:
        return dg.Definitions(
            assets=[raw_files, kinematic_events, captions, dataset_statistics],
            jobs=[full_rebuild],
            executor=dg.in_process_executor,
            resources={
                "io_manager": ParquetTables(root=self.store.root, allow_emptying=allow_emptying),
                "world": self.world,
            },
        )

    def rebuild(self, **options: Any) -> dg.ExecuteInProcessResult:
        """Run full_rebuild over all sources."""
        job = self.definitions(**options).resolve_job_def("full_rebuild")
        return job.execute_in_process(instance=self.instance, raise_on_error=False)

    def again_from_failure(self, failed: dg.ExecuteInProcessResult) -> dg.JobExecutionResult:
        """Re-execute a failed run from the stage that failed on, as the web UI's button does."""
        job = dg.build_reconstructable_job("toy", "full_rebuild_of", reconstructable_args=(self._folder,))
        options = dg.ReexecutionOptions.from_failure(failed.run_id, self.instance)
        return dg.execute_job(job, self.instance, reexecution_options=options)

    def rebuild_source(self, source: str) -> dg.ExecuteInProcessResult:
        """Run the stages by source for one of them, as a backfill does."""
        job = self.definitions().resolve_implicit_global_asset_job_def()
        keys = [dg.AssetKey("kinematic_events"), dg.AssetKey("captions")]
        return job.execute_in_process(
            instance=self.instance, partition_key=source, asset_selection=keys, raise_on_error=False
        )

    def clips(self, table: str, source: str) -> list[str]:
        """The clip_ids of a partition."""
        ids: list[str] = self.store.handle(table, source).read(["clip_id"])["clip_id"].to_pylist()
        return ids

    def materialized(self, asset: str) -> set[str]:
        """Sources for which the event log holds a materialization."""
        return set(self.instance.get_materialized_partitions(dg.AssetKey(asset)))

    def stale(self) -> set[tuple[str, str | None]]:
        """(asset, source) of all that reads as stale."""
        from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
        from dagster._core.loader import LoadingContextForTest

        graph = self.definitions().resolve_asset_graph()
        resolver = CachingStaleStatusResolver(self.instance, graph, LoadingContextForTest(self.instance))
        found: set[tuple[str, str | None]] = set()
        for key in graph.materializable_asset_keys:
            for source in SOURCE_NAMES if graph.get(key).is_partitioned else (None,):
                if resolver.get_status(key, source) != StaleStatus.FRESH:
                    found.add((key.path[-1], source))
        return found
