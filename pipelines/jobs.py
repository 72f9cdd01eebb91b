"""The jobs: what can be run by one name.

What belongs here: jobs. What does not: assets, schedules, settings.
"""

from typing import Final

import dagster as dg

from assets.partitions import ALL_SOURCES_TAGS
from assets.stages import COMPARISON, DATASET

full_rebuild: Final = dg.define_asset_job(
    "full_rebuild",
    # With the sources, so that raw files are observed before they are read.
    selection=dg.AssetSelection.all(include_sources=True) - dg.AssetSelection.groups(COMPARISON),
    run_tags=ALL_SOURCES_TAGS,
    description="Everything, from raw files to the benchmark's report, for all sources in one run.",
)

source_rebuild: Final = dg.define_asset_job(
    "source_rebuild",
    selection=dg.AssetSelection.groups(DATASET),
    description="The dataset's stages for one source: choose its partition.",
)

train_and_evaluate: Final = dg.define_asset_job(
    "train_and_evaluate",
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups(DATASET, COMPARISON),
    description="Split, models, samples, benchmark and report from the clips and captions that are there.",
)

compare_writers: Final = dg.define_asset_job(
    "compare_writers",
    selection=dg.AssetSelection.groups(COMPARISON),
    description="One sample of clips captioned by rules and by each model that the profile names under "
    "captions.compare: cost, time, grounding and length side by side. Within the budget of each model.",
)

JOBS: Final = (full_rebuild, source_rebuild, train_and_evaluate, compare_writers)
