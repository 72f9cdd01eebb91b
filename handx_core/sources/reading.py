"""Reading a whole source, take by take, on all cores.

What belongs here: what is the same for every source. What does not: any file format.
"""

from collections.abc import Iterator
from pathlib import Path

from handx_core.errors import RawDataError, Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.parallel import map_in_order
from handx_core.sources.base import Recording, Source, Take


def read_source(
    source: Source, root: Path, mano: ManoFiles, workers: int | None = None
) -> Iterator[Recording | Rejection]:
    """Every take below `root`, the source's raw folder, in the order of recording_id, and what could not be used.

    A file that cannot be used, and the second of two takes with the same id, come as Rejections; everything else goes
    on. Any other exception is a fault of the reader: it ends the reading with a RuntimeError that names the take.
    workers: processes, all cores if None.
    """
    found = source.find_takes(root, mano)
    yield from found.rejected
    first: dict[str, Take] = {}
    for take in sorted(found.takes, key=lambda take: (take.recording_id, take.path)):
        earlier = first.setdefault(take.recording_id, take)
        if earlier is not take:
            reason = f"expected unique takes, found {take.recording_id} in {earlier.path} too; that one is used"
            yield Rejection(str(take.path), "take", reason)
    jobs = [(source, root, take) for take in first.values()]
    yield from map_in_order(_read, jobs, workers=workers, what=f"{source.name} takes")


def _read(job: tuple[Source, Path, Take]) -> Recording | Rejection:
    source, root, take = job
    try:
        return source.read_take(root, take)
    except RawDataError as error:
        return Rejection(error.path, "file", error.reason)
    except Exception as error:
        name = f"{take.recording_id} ({root / take.path})"
        raise RuntimeError(f"the reader of {source.name} failed on {name}: {type(error).__name__}: {error}") from error
