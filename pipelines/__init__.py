"""The Dagster side: what can be run. `defs` is what the command line and the web server load."""

import warnings

import dagster as dg

# Partitioned observation, backfill policies and the like are in beta; the constraints file pins what was tried.
warnings.filterwarnings("ignore", category=dg.BetaWarning)
# Assets over all sources have no backfill policy, those of one source have one: that is meant.
warnings.filterwarnings("ignore", message=".*varying BackfillPolicies", category=UserWarning)

from pipelines.definitions import build_defs  # noqa: E402

defs = build_defs()
