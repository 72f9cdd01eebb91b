"""Raw datasets: one reader per source, all with the members of `base.Source`.

`SOURCES` is the registry, heaviest source first. To add one: see `base`.
"""

from collections.abc import Mapping
from typing import Final, Literal

from handx_core.settings import Settings
from handx_core.sources.arctic import Arctic
from handx_core.sources.base import Source
from handx_core.sources.gigahands import GigaHands
from handx_core.sources.h2o import H2o
from handx_core.sources.handx import HandX
from handx_core.sources.holoassist import HoloAssist
from handx_core.sources.hot3d import Hot3d
from handx_core.sources.optitrack import OptiTrack

SOURCES: Final[dict[str, Source]] = {
    source.name: source for source in (GigaHands(), Hot3d(), HoloAssist(), Arctic(), H2o(), OptiTrack(), HandX())
}
"""Every source by name."""


class SourceSettings(Settings):
    """What is read where a source stores its hands in more than one way.

    hot3d_hand_model: "umetrack" needs no licensed file, and MANO's poses in HOT3D were fitted to it.
    """

    hot3d_hand_model: Literal["umetrack", "mano"] = "umetrack"


def readers(settings: SourceSettings) -> Mapping[str, Source]:
    """The readers of all sources as a profile wants them, in the order of SOURCES."""
    return {**SOURCES, "hot3d": Hot3d(settings.hot3d_hand_model)}
