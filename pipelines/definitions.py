"""Everything that Dagster is told, built from the environment or from what a test gives instead.

What belongs here: `build_defs`. What does not: anything that it puts together.
"""

import os
from pathlib import Path
from typing import Final

import dagster as dg

from assets import benchmark, caption_audit, captions, clips, events, models, motion_dataset, recordings, skeletons
from assets.checks import (
    calibrated_from_movement,
    events_fit_their_clips,
    events_follow_their_clips,
    few_files_rejected,
    markers_fit_hands,
    no_motion_on_two_sides,
    raw_files_found,
    table_check,
)
from assets.profile import Profile, load_profile
from assets.resources import DataFolder, RawData
from assets.stages import SETTINGS_KEY
from assets.storage import TableStore
from handx_core.hand_models.mano import ManoFiles
from handx_core.schemas import TABLES
from pipelines.jobs import JOBS
from pipelines.sensors import new_raw_data
from pipelines.tables import ParquetTables

PROJECT: Final = Path(__file__).resolve().parent.parent
PROFILES: Final = Path(__file__).resolve().parent / "profiles"
DEFAULT_PROFILE: Final = "demo"

_STAGES: Final = (recordings, skeletons, clips, events, captions, caption_audit, motion_dataset, models, benchmark)


def build_defs(
    profile: Profile | None = None, raw: RawData | None = None, data_root: Path | str | None = None
) -> dg.Definitions:
    """The definitions of the project.

    What is not given comes from the environment: HANDX_PROFILE names the profile (demo), HANDX_RAW the root of the
    raw data (data/raw in the project, where the demo writes its own), HANDX_DATA the data root (data in the
    project), a folder or the URL of a pyarrow filesystem. Raises ProfileError for a profile that cannot be used.
    """
    profile = profile or profile_in_use()
    root = data_root_of(profile, data_root)
    raw = raw or raw_data(profile)
    files = DataFolder(PROJECT / "data" / profile.name if "://" in root else Path(root).absolute())
    loaded = dg.load_assets_from_modules(_STAGES)
    made = [with_settings(asset, profile) for asset in loaded if isinstance(asset, dg.AssetsDefinition)]
    tables = [asset for asset in made if asset.key.path[-1] in TABLES]
    return dg.Definitions(
        assets=[*made, *(asset for asset in loaded if isinstance(asset, dg.SourceAsset))],
        asset_checks=[
            *map(table_check, tables),
            raw_files_found,
            few_files_rejected,
            calibrated_from_movement,
            markers_fit_hands,
            events_follow_their_clips,
            events_fit_their_clips,
            no_motion_on_two_sides,
        ],
        jobs=JOBS,
        sensors=[new_raw_data],
        executor=dg.in_process_executor,
        resources={
            "io_manager": ParquetTables(root=root, allow_emptying=profile.allow_emptying),
            "tables": TableStore(root),
            "raw": raw,
            "mano": ManoFiles(folder=raw.root / "mano", converted=files.root / "files" / "mano"),
            "files": files,
            "profile": profile,
        },
    )


def profile_in_use() -> Profile:
    """The profile that the environment names."""
    return load_profile(os.environ.get("HANDX_PROFILE") or DEFAULT_PROFILE, PROFILES)


def data_root_of(profile: Profile, data_root: Path | str | None = None) -> str:
    """The folder or URL below which a profile's tables lie."""
    return f"{data_root or os.environ.get('HANDX_DATA') or PROJECT / 'data'}/{profile.name}"


def raw_data(profile: Profile) -> RawData:
    """The raw data that the environment names, or else the project's own."""
    named = os.environ.get("HANDX_RAW")
    if named:
        return RawData(Path(named).absolute())
    return RawData(PROJECT / "data" / "raw", embedded=profile if profile.has("synthetic") else None)


def with_settings(asset: dg.AssetsDefinition, profile: Profile) -> dg.AssetsDefinition:
    """The asset with the hash of its sections of the profile in its code version."""

    def versioned(spec: dg.AssetSpec) -> dg.AssetSpec:
        sections = spec.metadata.get(SETTINGS_KEY)
        if not sections:
            return spec
        return spec.replace_attributes(code_version=f"{spec.code_version}-{profile.fingerprint(sections)}")

    return asset.map_asset_specs(versioned)
