"""Reads a recording through while it is played, to know what is to come: a little at a time, keys come first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

from probes.snapshot import Snapshot
from tui.outline import Outline

SLICE_S, BREATH_S = 0.008, 0.024
"""It is read for so long, and then not for so long."""


class Survey:
    """Adds to an outline; `told` is called whenever there is more in it."""

    def __init__(self, outline: Outline, told: Callable[[], None]) -> None:
        self._outline, self._told = outline, told
        self._ticks: Iterator[Snapshot] = iter(())
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, ticks: Iterator[Snapshot]) -> None:
        """Read these, once what is to be drawn at first was drawn."""
        self._ticks = ticks
        self._wait()

    def stop(self) -> None:
        """Read nothing more."""
        if self._timer:
            self._timer.cancel()
        self._timer, self._ticks = None, iter(())

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(BREATH_S, self._read)

    def _read(self) -> None:
        until = time.monotonic() + SLICE_S
        for tick in self._ticks:
            self._outline.add(tick)
            if time.monotonic() >= until:
                self._wait()
                break
        else:
            self._outline.whole = True
            self.stop()
        self._told()
