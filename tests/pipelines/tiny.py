"""The smallest project that goes through every stage: settings, a raw root, a data root and an instance in a folder."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from assets.partitions import SOURCE_NAMES
from assets.profile import Profile, profile_of
from assets.resources import RawData
from assets.storage import TableStore
from handx_core.schemas import TABLES
from pipelines.definitions import build_defs

TABLE_NAMES = sorted(set(TABLES) - {"rejected", "writer_comparison"})
"""The tables of a rebuild."""

_LOOP = {"steps": 3, "batch_size": 8, "learning_rate": 1e-3, "threads": 1}
_SIZE = {"subjects": 3, "takes_per_subject": 1}
_SMALLEST = {"subjects": 1, "takes_per_subject": 1}
"""Of the captures with markers, whose calibrations take longer than all else; test_optitrack_alone.py has more."""

SETTINGS: dict[str, Any] = {
    "synthetic": {"seconds_per_take": 10.0, **dict.fromkeys(SOURCE_NAMES, _SIZE), "optitrack": _SMALLEST},
    "sources": {},
    "curation": {"stride": 20},
    "captions": {},
    "split": {"val_fraction": 0.2, "test_fraction": 0.2},
    "text": {"width": 16},
    "evaluator": {"model": {"width": 16, "heads": 2, "feed_forward": 16, "embedding": 8}, "loop": _LOOP},
    "tokenizer": {"model": {"hand_width": 16, "wrist_width": 16, "depth": 1}, "loop": _LOOP},
    "autoregressive": {"model": {"width": 16, "layers": 1, "heads": 2, "feed_forward": 16}, "loop": _LOOP},
    "autoregressive_sampling": {},
    "diffusion": {"model": {"width": 16, "heads": 2, "feed_forward": 16, "layers": 1}, "loop": _LOOP},
    "diffusion_sampling": {"steps": 2},
    "benchmark": {"pool_size": 4, "shuffles": 2, "resamples": 20, "multimodality_texts": 3, "multimodality_samples": 2},
}


@dataclass(frozen=True)
class Tiny:
    """The project in a folder that may be copied, so that each test breaks its own."""

    folder: Path

    @property
    def raw(self) -> Path:
        return self.folder / "raw"

    @property
    def store(self) -> TableStore:
        return TableStore(str(self.folder / "data/tiny"))

    @property
    def profile(self) -> Profile:
        return profile_of("tiny", SETTINGS)

    @property
    def environment(self) -> dict[str, str]:
        """What a subprocess needs to work on this project, as the activated environment gives it."""
        path = self.folder / "tiny.yaml"
        path.write_text(yaml.safe_dump(SETTINGS))
        return {
            **os.environ,
            "HANDX_PROFILE": str(path),
            "HANDX_RAW": str(self.raw),
            "HANDX_DATA": str(self.folder / "data"),
            "DAGSTER_HOME": str(self.home),
            "DAGSTER_CLI_JOB_EXECUTE_MODULE_NAME": "pipelines",
            "DAGSTER_CLI_ASSET_MATERIALIZE_MODULE_NAME": "pipelines",
        }

    @property
    def home(self) -> Path:
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        project = Path(__file__).resolve().parents[2]
        shutil.copy(project / ".dagster" / "dagster.yaml", home)
        return home

    def copy(self, folder: Path) -> "Tiny":
        """A copy that may be broken."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Tiny(folder)

    def type_in(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of this environment as a person would in the activated environment."""
        program, *arguments = shlex.split(command)
        return subprocess.run(
            [Path(sys.executable).with_name(program), *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )

    def definitions(self, **changes: Any) -> dg.Definitions:
        return build_defs(self.profile_with(**changes), RawData(self.raw), self.folder / "data")

    def profile_with(self, **changes: Any) -> Profile:
        """The profile with other sections."""
        return profile_of("tiny", {**SETTINGS, **changes})

    def run(self, job: str, changes: dict[str, Any] | None = None, **options: Any) -> dg.ExecuteInProcessResult:
        """Run a job in this process; a failure is for the test to look at. changes: sections of the profile."""
        with dg.DagsterInstance.from_config(str(self.home)) as instance:
            return (
                self.definitions(**(changes or {}))
                .resolve_job_def(job)
                .execute_in_process(instance=instance, raise_on_error=False, **options)
            )

    def contents(self) -> dict[str, str]:
        """The hash of the content of each partition as the event log has it, for assets that are tables."""
        found = {}
        with dg.DagsterInstance.from_config(str(self.home)) as instance:
            for name in TABLE_NAMES:
                for record in instance.fetch_materializations(dg.AssetKey(name), limit=50).records:
                    event = record.asset_materialization
                    assert event is not None
                    found.setdefault(f"{name}/{event.partition}", event.metadata["content"].value)
        return {name: json.dumps(content) for name, content in found.items()}

    def modified(self) -> dict[str, int]:
        """When each table's file was written last."""
        root = Path(self.store.root)
        return {path.relative_to(root).as_posix(): path.stat().st_mtime_ns for path in root.rglob("*.parquet")}
