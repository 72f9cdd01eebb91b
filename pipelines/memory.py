"""How much memory a stage took at its peak.

What belongs here: asking the operating system. What does not: what is done with the answer.
"""

import resource
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"
"""What to write to clear_refs so that the peak starts anew; see proc(5)."""


def reset_peak() -> None:
    """Let the peak of this process start anew, where the system can do that."""
    try:
        _CLEAR_REFS.write_text(_RESET_PEAK)
    except OSError:  # not Linux, or not allowed: the peak is then that of the whole run
        return


def peak_mb() -> float:
    """The most memory that this process held since `reset_peak`, MB; its worker processes are not counted."""
    try:
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
