"""What the screen itself costs, and how it keeps that low."""

from __future__ import annotations

import gc
import time

from probes.snapshot import Snapshot

SELDOM = 50_000
"""Objects that are made and not freed before the garbage collector looks at them, besides those of ticks."""
TICKS, SLOTS = 3, 30
"""Ticks whose objects may come on top of that, and the slots of a histogram, roughly."""


class OwnCost:
    """CPU time of this process, as a share (0..1) of a core, since it was last asked for."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.monotonic()
        self._share = 0.0

    def __call__(self) -> float:
        cpu, wall = time.process_time(), time.monotonic()
        if wall > self._wall:
            self._share = (cpu - self._cpu) / (wall - self._wall)
            self._cpu, self._wall = cpu, wall
        return self._share


def settle_memory() -> None:
    """What exists after the start stays: let the garbage collector never look at it again."""
    gc.collect()
    gc.freeze()


def pace_collector(snapshot: Snapshot) -> None:
    """Let the garbage collector look seldom enough that most of what a tick brings is gone before it does.

    A tick of hundreds of disks is a hundred thousand tuples. None of them is in a cycle, and they leave when the tick
    is too old; to look through all of them each time would cost more than everything else.
    """
    histograms = sum(len(probe.hists) + len(probe.parts) + len(probe.work) for probe in snapshot.probes)
    gc.set_threshold(SELDOM + TICKS * histograms * SLOTS)
