"""Play a recording as fast as it goes, until a time is reached."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.timer import Timer

from tui import format as units
from tui.host import Host

SLICE_S, BREATH_S = 0.02, 0.005
"""It is played for so long without a pause; keys are heard in between."""


class Running:
    """tell  says where one is going, an empty line takes that back"""

    def __init__(self, host: Host, tell: Callable[[str], None]) -> None:
        self._host, self._tell = host, tell
        self._timer: Timer | None = None
        self._go_on: Callable[[], None] = lambda: None

    def begin(self, moment: int, since: int, arrived: Callable[[], None]) -> None:
        """Go there from where the recording stands still, at once where that is near. What ended before `since` is
        passed over, see Source; `arrived` is called at that time, or at the end where that is earlier.
        """
        self._go_on = lambda: self._run(moment, since, arrived)
        self._go_on()

    def stop(self) -> bool:
        """Go no further; whether it was running. Where all was skipped so far, the next tick is there to be seen."""
        timer, self._timer = self._timer, None
        if timer is None:
            return False
        timer.stop()
        self._tell("")
        if not len(self._host.history.tape):
            self._host.source.advance()
        return True

    def _run(self, moment: int, since: int, arrived: Callable[[], None]) -> None:
        until = time.monotonic() + SLICE_S
        while (taken := self._host.source.advance(since)) and taken.time < moment and time.monotonic() < until:
            pass
        if taken is None or taken.time >= moment:
            self._timer = None
            arrived()
            return
        stop = self._host.keymap.name("back")
        self._tell(f"going to {units.clock(moment)[:8]}: at {units.clock(taken.time)[:8]}, {stop} stops")
        self._timer = self._host.set_timer(BREATH_S, self._again)

    def _again(self) -> None:
        if self._timer:  # it may have been stopped when this was on its way already
            self._go_on()
