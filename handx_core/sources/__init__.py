"""Raw datasets: one reader per source, all with the members of `base.Source`.

`SOURCES` is the registry, heaviest source first. To add one: see `base`.
"""

from typing import Final

from handx_core.sources.base import Source
from handx_core.sources.gigahands import GigaHands
from handx_core.sources.h2o import H2o
from handx_core.sources.hot3d import Hot3d

SOURCES: Final[dict[str, Source]] = {source.name: source for source in (GigaHands(), Hot3d(), H2o())}
"""Every source by name."""
