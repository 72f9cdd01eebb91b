"""`dagster dev` on a free port of the loopback, as `make ui` starts it, and its GraphQL."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiny import Tiny

STARTS_WITHIN_S = 300


@dataclass(frozen=True)
class WebServer:
    """A running web server."""

    url: str

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data that a GraphQL query or mutation gives."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            found = json.load(answer)
        assert "errors" not in found, found
        data: dict[str, Any] = found["data"]
        return data


@contextmanager
def web_server(tiny: Tiny) -> Iterator[WebServer]:
    """Start the server and its daemon on a tiny project, and end both."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("dagster"), "dev", "-m", "pipelines", "-h", "127.0.0.1", "-p", str(port)]
    log = tiny.folder / "dev.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=tiny.folder, env=tiny.environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _wait(f"http://127.0.0.1:{port}/server_info", process, log)
        yield WebServer(f"http://127.0.0.1:{port}")
    finally:
        # The server and the daemon are children that an ended parent may leave behind.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()[-3000:]
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    raise AssertionError(f"the web server did not start within {STARTS_WITHIN_S} s:\n{log.read_text()[-3000:]}")
