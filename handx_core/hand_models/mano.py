"""MANO: the licensed hand model that several datasets store their hands in.

What belongs here: finding its files. What does not: any dataset's convention of using it (handx_core.sources).
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from handx_core.errors import Rejection

SIDES: Final = ("left", "right")

DOWNLOAD: Final = "https://mano.is.tue.mpg.de"


@dataclass(frozen=True)
class ManoFiles:
    """Where MANO lies. folder: what was unpacked from its archive, at any depth. converted: where plain copies go."""

    folder: Path
    converted: Path

    def path(self, side: str) -> Path | None:
        """The model file of a side, "left" or "right", relative to `folder`; None where it is missing."""
        wanted = f"mano_{side}.pkl"
        for folder, folders, files in os.walk(self.folder):
            folders.sort()
            for name in sorted(files):
                if name.lower() == wanted:
                    return (Path(folder) / name).relative_to(self.folder)
        return None

    def missing(self) -> Rejection | None:
        """What to tell somebody who lacks a side; None where both are there."""
        lacking = [f"MANO_{side.upper()}.pkl" for side in SIDES if self.path(side) is None]
        if not lacking:
            return None
        reason = f"expected {' and '.join(lacking)} in {self.folder}, found none; they come from {DOWNLOAD}"
        return Rejection(f"{self.folder.name}/{lacking[0]}", "file", reason)
