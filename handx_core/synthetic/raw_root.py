"""The synthetic raw root: a folder with every source's files, as if they had been downloaded.

What belongs here: which files are written, by how many processes, and how a finished folder comes to be in one step.
What does not: any source's format (`write_*`), or motion (`takes`).

A finished root carries MARKER with a fingerprint of the settings and of the code that wrote it. A folder without it
is somebody's data and never touched.
"""

import hashlib
import json
import shutil
from collections import defaultdict
from functools import partial
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Final

from handx_core.errors import HandXError
from handx_core.mocap import marker_set
from handx_core.parallel import map_in_order
from handx_core.synthetic import (
    write_arctic,
    write_gigahands,
    write_h2o,
    write_handx,
    write_holoassist,
    write_hot3d,
    write_optitrack,
)
from handx_core.synthetic.files import WrittenTake, write_text
from handx_core.synthetic.mano_standin import write_standin
from handx_core.synthetic.takes import SyntheticSettings, TakeName, list_takes, make_take

MARKER: Final = "SYNTHETIC.json"

_WRITERS: Final[dict[str, ModuleType]] = {
    "gigahands": write_gigahands,
    "hot3d": write_hot3d,
    "holoassist": write_holoassist,
    "arctic": write_arctic,
    "optitrack": write_optitrack,
    "h2o": write_h2o,
}
"""Of the sources whose takes are files of their own; HandX's clips all go into two archives."""

_MARKERS: Final = (Path(marker_set.__file__), marker_set.HAND25)
"""What says where markers sit on the synthetic hands, beside the code of this room."""

_COPIED_CLIPS: Final = 3
"""Clips of the first take of every GigaHands subject that HandX's archive has too."""

_README: Final = """This folder is synthetic.

It holds the motion of a simulated pair of hands, written in the raw formats of GigaHands, HOT3D, HoloAssist, ARCTIC,
H2O and HandX, and of OptiTrack's cameras, so that the whole pipeline can run without their licences; mano/ holds a
stand-in that is not MANO. Nothing in it was recorded from a person, and nothing in it is part of those datasets. It is
written anew whenever its settings or the code that writes it change; keep nothing of your own here.

What to download for data of your own, and into which folder, says docs/raw_data.md of the project.
"""


def write_raw_root(root: Path, settings: SyntheticSettings, workers: int | None = None) -> None:
    """Make `root` the synthetic raw root of these settings: a folder for each of SYNTHETIC_SOURCES, and root/mano.

    Does nothing where it is that already. Equal settings give equal bytes. The folder appears whole or not at all.
    Raises HandXError where `root` holds anything that was not written here.
    """
    fingerprint = _fingerprint(settings)
    if root.exists() and any(root.iterdir()):
        found = _marker(root)
        if found is None:
            raise HandXError(
                f"{root}: expected an empty folder or one that carries {MARKER}, found other files; "
                "they are left alone: name another folder for the synthetic data"
            )
        if found == fingerprint:
            return
    partial_root = root.with_name(f".{root.name}.writing")
    shutil.rmtree(partial_root, ignore_errors=True)
    _write_sources(partial_root, settings, workers)
    write_text(partial_root / "README.txt", _README)
    write_text(
        partial_root / MARKER, json.dumps({"fingerprint": fingerprint, "settings": settings.model_dump()}) + "\n"
    )
    _replace(root, partial_root)


def _write_sources(root: Path, settings: SyntheticSettings, workers: int | None) -> None:
    # The source of many small files first, so that no core is left with them at the end.
    names = [name for source in reversed(_WRITERS) for name in list_takes(source, settings)]
    written: dict[str, list[WrittenTake]] = defaultdict(list)
    write = partial(_write_take, root=root, settings=settings)
    for take in map_in_order(write, names, workers=workers, what="synthetic takes"):
        written[take.name.source].append(take)
    for source, takes in written.items():
        if hasattr(_WRITERS[source], "write_index"):
            _WRITERS[source].write_index(root / source, takes, settings)
    _write_archive(root, settings, workers)
    write_standin(root / "mano")


def _write_archive(root: Path, settings: SyntheticSettings, workers: int | None) -> None:
    """HandX's archive: clips of takes that nobody else has, and copies of some that GigaHands has."""
    own = list_takes("handx", settings)
    copied = [name for name in list_takes("gigahands", settings) if name.take == 0] if own else []
    cut = partial(_archive_clips, settings=settings)
    clips = chain.from_iterable(map_in_order(cut, [*own, *copied], workers=workers, what="archived takes"))
    write_handx.write_archive(root / "handx", list(clips))


def _archive_clips(name: TakeName, settings: SyntheticSettings) -> list[write_handx.ArchiveClip]:
    take = make_take(name, settings)
    if name.source == "handx":
        return write_handx.own_clips(take, settings, len(take.times))
    return write_handx.copied_clips(take, settings, _COPIED_CLIPS)


def _write_take(name: TakeName, root: Path, settings: SyntheticSettings) -> WrittenTake:
    take = make_take(name, settings)
    _WRITERS[name.source].write_take(root / name.source, take, settings)
    return WrittenTake.of(take, settings)


def _fingerprint(settings: SyntheticSettings) -> str:
    digest = hashlib.sha256(settings.fingerprint().encode())
    for path in (*sorted(Path(__file__).parent.glob("*.py")), *_MARKERS):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _marker(root: Path) -> str | None:
    """The fingerprint that a synthetic root carries, "" if it cannot be read; None where there is no marker."""
    path = root / MARKER
    if not path.is_file():
        return None
    try:
        return str(json.loads(path.read_text())["fingerprint"])
    except (ValueError, KeyError, TypeError):
        return ""


def _replace(root: Path, finished: Path) -> None:
    """Put `finished` where `root` is. What was there goes only after the new folder is complete."""
    old = root.with_name(f".{root.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if root.exists():
        root.rename(old)
    finished.rename(root)
    shutil.rmtree(old, ignore_errors=True)
