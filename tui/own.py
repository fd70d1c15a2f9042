"""What the screen itself costs, and how it keeps that low."""

from __future__ import annotations

import gc
import time


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
