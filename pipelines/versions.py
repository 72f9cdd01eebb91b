"""Data versions: by which Dagster knows what is stale.

What belongs here: the version of a written partition, and the tags of one that is recorded by hand. What does not:
writing.
"""

from typing import Final

import dagster as dg

CONTENT_KEY: Final = "content"
"""Metadata of a materialization: the hash of the content, by which an unchanged rebuild is known."""

_DATA_VERSION_TAG: Final = "dagster/data_version"
_CODE_VERSION_TAG: Final = "dagster/code_version"
_INPUT_VERSION_TAG: Final = "dagster/input_data_version"
_INPUT_EVENT_TAG: Final = "dagster/input_event_pointer"


def data_version(context: dg.OutputContext, source: str | None, content: str) -> str:
    """The data version of some content: the one that it had before where it is unchanged, else its hash.

    A run over several sources gives them a version that does not come from the content, so an unchanged rebuild of
    one source must find that version again for nothing after it to read as stale.
    """
    found = context.step_context.instance.fetch_materializations(
        dg.AssetRecordsFilter(context.asset_key, asset_partitions=[source] if source else None), limit=1
    )
    before = found.records[0].asset_materialization if found.records else None
    if before is None or CONTENT_KEY not in before.metadata or before.metadata[CONTENT_KEY].value != content:
        return content
    return (before.tags or {}).get(_DATA_VERSION_TAG, content)


def set_data_version(context: dg.OutputContext, source: str | None, content: str) -> None:
    """Give what is being written its data version; only for a run of one partition, or an asset without any."""
    version = dg.DataVersion(data_version(context, source, content))
    context.step_context.set_data_version(context.asset_key, version)


def provenance_tags(context: dg.OutputContext, source: str, content: str) -> dict[str, str]:
    """The tags that Dagster would have given a partition's materialization, had the step not failed.

    Without them a partition that was salvaged reads as stale, and what comes after it as fresh.
    """
    step = context.step_context
    tags = {
        _DATA_VERSION_TAG: data_version(context, source, content),
        _CODE_VERSION_TAG: context.asset_spec.code_version or "",
    }
    for key in step.job_def.asset_layer.get(context.asset_key).parent_keys:
        info = step.maybe_fetch_and_get_input_asset_version_info(key)
        if info is not None and info.data_version is not None:
            tags[f"{_INPUT_VERSION_TAG}/{key.to_user_string()}"] = info.data_version.value
            tags[f"{_INPUT_EVENT_TAG}/{key.to_user_string()}"] = str(info.storage_id)
    return tags
