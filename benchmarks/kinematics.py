"""How fast motions are described: events, contact distances and intensity, on one core.

    python benchmarks/kinematics.py [clips]

Events, with every descriptor, are timed beside a plain Python version of the published algorithm (`plain_events`), in
turns, so that a busy machine slows both alike; the best of each counts. Contact distances of tips to tips and palms,
and the three measures of intensity, are told in clips per second. Clips are windows of 2 s of the synthetic takes. At
the end, the most memory that a process of its own holds while it makes clips into events, batch after batch, as
`kinematic_events` does.
"""

import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Final

import numpy as np
from plain_events import plain_events

from handx_core.curation.intensity import angular_velocity_deg_s, joint_speed_m_s, joint_spread_m
from handx_core.kinematics.contacts import contact_distances
from handx_core.kinematics.events import extract_events_batch
from handx_core.skeleton import CLIP_FRAMES, FPS
from handx_core.synthetic.takes import SyntheticSettings, list_takes, make_take

CLIPS: Final = 2048
PLAIN_CLIPS: Final = 5
ROUNDS: Final = 5
BATCH: Final = 256
MANY: Final = 10
"""Times as many clips that memory is measured with a second time."""


def synthetic_clips(n_clips: int) -> np.ndarray:
    """(N, 60, 2, 21, 3) windows of scripted takes at 30 frames a second, repeated where there are not as many."""
    settings, windows = SyntheticSettings(), []
    for name in list_takes("hot3d", settings)[:8]:
        take = make_take(name, settings)
        frames = take.joints[:: max(1, round(1.0 / (FPS * float(np.median(np.diff(take.times))))))]
        whole = len(frames) // CLIP_FRAMES * CLIP_FRAMES
        windows.append(frames[:whole].reshape(-1, CLIP_FRAMES, *frames.shape[1:]))
    clips = np.concatenate(windows).astype(np.float32)
    return np.resize(clips, (n_clips, *clips.shape[1:]))


def clips_per_second(run: Callable[[np.ndarray], object], clips: np.ndarray) -> float:
    """Of one call."""
    started = time.perf_counter()
    run(clips)
    return len(clips) / (time.perf_counter() - started)


def intensity(clips: np.ndarray) -> tuple[np.ndarray, ...]:
    """All three measures of both hands."""
    return angular_velocity_deg_s(clips), joint_speed_m_s(clips), joint_spread_m(clips)


def peak_mb(n_clips: int) -> float:
    """The most that a process holds that makes so many clips into events."""
    clips = synthetic_clips(BATCH)
    for _ in range(n_clips // BATCH):
        extract_events_batch(clips)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def main(n_clips: int = CLIPS) -> None:
    """Measure and print."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    clips = synthetic_clips(n_clips)
    runs: dict[str, tuple[Callable[[np.ndarray], object], np.ndarray]] = {
        "events, plain Python": (lambda some: [plain_events(clip) for clip in some], clips[:: n_clips // PLAIN_CLIPS]),
        "events": (extract_events_batch, clips),
        "contact distances": (contact_distances, clips),
        "intensity": (intensity, clips),
    }
    for run, some in runs.values():
        run(some[:2])  # compiles
    best = dict.fromkeys(runs, 0.0)
    for _ in range(ROUNDS):
        for name, (run, some) in runs.items():
            best[name] = max(best[name], clips_per_second(run, some))
    for name, speed in best.items():
        print(f"{name:24} {speed:10,.0f} clips/s")
    print(f"events over plain Python {best['events'] / best['events, plain Python']:10,.0f} times")
    for many in (n_clips, MANY * n_clips):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            print(f"memory of {many:,} clips   {pool.apply(peak_mb, (many,)):10,.0f} MB")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
