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
from pathlib import Path
from types import ModuleType
from typing import Final

from handx_core.errors import HandXError
from handx_core.parallel import map_in_order
from handx_core.synthetic import write_gigahands, write_h2o, write_hot3d
from handx_core.synthetic.files import WrittenTake, write_text
from handx_core.synthetic.takes import SyntheticSettings, TakeName, list_takes, make_take

MARKER: Final = "SYNTHETIC.json"

_WRITERS: Final[dict[str, ModuleType]] = {"gigahands": write_gigahands, "hot3d": write_hot3d, "h2o": write_h2o}
_README: Final = """This folder is synthetic.

It holds the motion of a simulated pair of hands, written in the raw formats of GigaHands, HOT3D and H2O so that the
whole pipeline can run without their licences. Nothing in it was recorded from a person, and nothing in it is part of
those datasets. It is written anew whenever its settings or the code that writes it change; keep nothing of your own
here.
"""


def write_raw_root(root: Path, settings: SyntheticSettings, workers: int | None = None) -> None:
    """Make `root` the synthetic raw root of these settings: root/gigahands, root/hot3d, root/h2o.

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


def _write_take(name: TakeName, root: Path, settings: SyntheticSettings) -> WrittenTake:
    take = make_take(name, settings)
    _WRITERS[name.source].write_take(root / name.source, take, settings)
    return WrittenTake.of(take, settings)


def _fingerprint(settings: SyntheticSettings) -> str:
    digest = hashlib.sha256(settings.fingerprint().encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
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
