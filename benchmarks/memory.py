"""How the memory of reading and cutting grows with the takes of a source.

    python benchmarks/memory.py [source] [takes per subject]

Writes a synthetic source twice, once with 10 times the takes, and makes `recordings`, `subject_hands` and `skeletons`
of each in a process of its own, as a run of Dagster does. Prints, of that process and all its workers together, the
most resident memory at any time and what it had before the first stage began; and the ratio of the two runs, which
should be below 1.1.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

SUBJECTS = 2
SECONDS_A_TAKE = 30.0
TIMES = 10
SECONDS_BETWEEN_LOOKS = 0.02
STAGES = ("recordings", "subject_hands", "skeletons")


def write_source(root: Path, source: str, takes_per_subject: int) -> None:
    """A raw root with the takes of one source."""
    from handx_core.synthetic.raw_root import write_raw_root
    from handx_core.synthetic.takes import SYNTHETIC_SOURCES, SyntheticSettings

    sizes = {name: {"subjects": 0, "takes_per_subject": 0} for name in SYNTHETIC_SOURCES}
    sizes[source] = {"subjects": SUBJECTS, "takes_per_subject": takes_per_subject}
    write_raw_root(root, SyntheticSettings.model_validate({"seconds_per_take": SECONDS_A_TAKE, **sizes}))


def make_stages(root: Path, source: str, data: Path, stages: Sequence[str] = STAGES) -> None:
    """Make stages of a source; what they read is there, or is made before."""
    import dagster as dg

    from assets.profile import profile_of
    from assets.resources import RawData
    from pipelines import build_defs

    job = build_defs(
        profile_of("memory", {"sources": {}, "curation": {}}), RawData(root), data
    ).resolve_implicit_global_asset_job_def()
    print("begins", flush=True)
    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(
            instance=instance, partition_key=source, asset_selection=[dg.AssetKey(stage) for stage in stages]
        )


def peak_mb(command: list[str]) -> tuple[float, float]:
    """Memory of a command and all that it starts, MB: the most, and what it had when it wrote its first line."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        at_rest = most = resident_mb(process.pid)
        while process.poll() is None:
            most = max(most, resident_mb(process.pid))
            time.sleep(SECONDS_BETWEEN_LOOKS)
        if process.returncode:
            raise SystemExit(f"{command} failed")
    return most, at_rest


def resident_mb(process: int) -> float:
    """Memory that a process and its descendants hold now, what they share counted once for each."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20 + sum(resident_mb(int(child)) for child in children)


def main(source: str = "hot3d", takes_per_subject: str = "6") -> None:
    """Measure both sizes and print a line for each, and the ratio."""
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for times in (1, TIMES):
            root, data = Path(folder, f"raw{times}"), Path(folder, f"data{times}")
            write_source(root, source, int(takes_per_subject) * times)
            most, at_rest = peak_mb([sys.executable, __file__, "measure", str(root), source, str(data)])
            takes = SUBJECTS * int(takes_per_subject) * times
            print(f"{source}, {takes:4d} takes: {most:6.0f} MB at most, {at_rest:.0f} MB at rest", flush=True)
            peaks.append(most)
    print(f"ratio {peaks[1] / peaks[0]:.3f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        make_stages(Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
    else:
        main(*sys.argv[1:3])
