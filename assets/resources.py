"""What assets are given beside their inputs: the raw data and the place for files that are no tables.

What belongs here: typed resources. What does not: reading raw data (handx_core.sources) or tables (assets.storage).
"""

from dataclasses import dataclass
from pathlib import Path

from assets.profile import Profile
from handx_core.errors import RawDataError
from handx_core.sources import SOURCES


@dataclass(frozen=True)
class RawData:
    """The raw datasets, a folder per source below a root.

    root: the folder. embedded: where set, the profile whose synthetic section says what to write there first: the
    data that the project brings itself, for whoever has none.
    """

    root: Path
    embedded: Profile | None = None

    def folder(self, source: str) -> Path | None:
        """The raw folder of a source, or None where there is none or it is empty.

        Raises RawDataError where the root itself is missing: more likely a disk that is not mounted than seven
        datasets that nobody has.
        """
        if self.embedded is not None:
            self._write_embedded(self.embedded)  # which does nothing where they are there already
        if not self.root.is_dir():
            raise RawDataError(self.root, "there is no such folder; set HANDX_RAW to the folder of the raw datasets")
        folder = self.root / source
        if folder.exists() and not folder.is_dir():
            raise RawDataError(folder, f"expected the folder of {SOURCES[source].info.title}, found a file")
        return folder if folder.is_dir() and any(folder.iterdir()) else None

    @property
    def is_synthetic(self) -> bool:
        """Whether the root holds the project's own data, or some that was written by it."""
        from handx_core.synthetic.raw_root import MARKER

        return (self.root / MARKER).is_file()

    def how_to_obtain(self, source: str) -> str:
        """What to tell somebody who has no raw data of a source."""
        info = SOURCES[source].info
        return (
            f"no raw data of {info.title}: {self.root / source} is missing or empty, so its partition is empty too. "
            f"To have it, put there: {info.expects}. Download: {info.download}. Licence: {info.licence}"
        )

    def _write_embedded(self, profile: Profile) -> None:
        from handx_core.synthetic.raw_root import write_raw_root
        from handx_core.synthetic.takes import SyntheticSettings

        write_raw_root(self.root, profile.section(SyntheticSettings, "synthetic"))


@dataclass(frozen=True)
class DataFolder:
    """Where files lie that are no tables: weights, pictures, reports."""

    root: Path

    def files(self, asset: str) -> Path:
        """The folder of an asset's files, made where it is not there yet."""
        folder = self.root / "files" / asset
        folder.mkdir(parents=True, exist_ok=True)
        return folder
