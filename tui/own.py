"""What the screen itself costs, and how it keeps that low."""

from __future__ import annotations

import gc
import time

SELDOM = 50_000
"""Objects that are made and not freed before the garbage collector looks at them: more than a tick brings."""


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
    """What exists after the start stays: let the garbage collector never look at it again, and seldom at the rest.

    What ticks bring is in no cycle, and leaves by itself when it is too old.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM)
