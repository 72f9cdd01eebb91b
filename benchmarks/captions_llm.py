"""How many requests the llm writer keeps in flight on one core: `python benchmarks/captions_llm.py`.

What belongs here: the writer against a server, in a process of its own, that answers each request after two seconds.
What does not: faults (tests). The clips' events are made before the clock starts; their summaries are not.
"""

import argparse
import os
import sys
import tempfile
import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "shared")]


def serve(latency_s: float, pipe: Connection) -> None:
    """Serve until told to stop, then say how many requests were in flight at most, and how many there were."""
    from chat_server import ChatServer

    with ChatServer(latency_s=(latency_s, latency_s)) as server:
        pipe.send(server.url)
        pipe.recv()
        pipe.send((server.peak, server.requests))


def main() -> None:
    """Print one line of Markdown a run."""
    from caption_clips import clips

    from handx_core.captioning.llm import LlmWriter
    from handx_core.captioning.llm_settings import LlmSettings

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=1_000)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[200])
    parser.add_argument("--latency", type=float, default=2.0)
    asked = parser.parse_args()
    core = min(os.sched_getaffinity(0))
    print("| clips | concurrency | most in flight | seconds | of these at least | processor seconds |")
    print("|---|---|---|---|---|---|")
    for concurrency in asked.concurrency:
        ours, theirs = get_context("spawn").Pipe()
        server = get_context("spawn").Process(target=serve, args=(asked.latency, theirs), daemon=True)
        server.start()
        settings = LlmSettings(base_url=ours.recv(), model="m", key_variable=None, concurrency=concurrency)
        made = list(clips(asked.clips))
        everything = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {core})  # this process alone; the server takes another where there is one
        with tempfile.TemporaryDirectory() as folder:
            started, used = time.perf_counter(), time.process_time()
            written = sum(1 for _ in LlmWriter(settings, Path(folder) / "ledger").write(made))
            seconds, processor = time.perf_counter() - started, time.process_time() - used
        os.sched_setaffinity(0, everything)
        ours.send("stop")
        peak, requests = ours.recv()
        server.join()
        assert written == requests == asked.clips
        least = asked.latency * -(-asked.clips // concurrency)
        print(f"| {asked.clips} | {concurrency} | {peak} | {seconds:.1f} | {least:.1f} | {processor:.1f} |")


if __name__ == "__main__":
    main()
