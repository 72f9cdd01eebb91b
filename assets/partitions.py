"""The partitions: one per source, heaviest first.

What belongs here: partition definitions and the tags that name ranges of them. What does not: assets.
"""

from typing import Final

import dagster as dg

from handx_core.sources import SOURCES

SOURCE_NAMES: Final = tuple(SOURCES)

SOURCE_PARTITIONS: Final = dg.StaticPartitionsDefinition(list(SOURCE_NAMES))

ALL_SOURCES_TAGS: Final = {
    "dagster/asset_partition_range_start": SOURCE_NAMES[0],
    "dagster/asset_partition_range_end": SOURCE_NAMES[-1],
}
"""Run tags that let one run make every partition."""
