"""A process that captions clips until it is killed, started quickly again and again.

What belongs here: a process that has imported everything and forks a writer for each line that it reads. What does
not: tests. Run as a script: a line is JSON with settings, ledger and count; it prints the writer's process id.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class Children:
    """Writers in processes of their own."""

    def __init__(self) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment()
        )
        self._read()  # that it is ready

    def start(self, settings: dict[str, Any], ledger: Path, count: int) -> int:
        """Begin to caption; returns the process id."""
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps({"settings": settings, "ledger": str(ledger), "count": count}) + "\n")
        self._parent.stdin.flush()
        return int(self._read())

    def wait(self) -> int:
        """The exit status of the writer that was started last, when it has ended."""
        assert self._parent.stdin is not None
        self._parent.stdin.write("\n")
        self._parent.stdin.flush()
        return int(self._read())

    def close(self) -> None:
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(10)

    def _read(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline()


def _environment() -> dict[str, str]:
    here = Path(__file__).parent
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(here), str(here.parents[1])])}


def _main() -> None:
    import openai  # noqa: F401
    from caption_clips import clips

    from handx_core.captioning.llm import LlmWriter
    from handx_core.captioning.llm_settings import LlmSettings

    print("ready", flush=True)
    child = 0
    for line in sys.stdin:
        if not line.strip():
            print(os.waitpid(child, 0)[1], flush=True)
            continue
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            writer = LlmWriter(LlmSettings.model_validate(asked["settings"]), Path(asked["ledger"]))
            for _ in writer.write(clips(asked["count"])):
                pass
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    _main()
