"""Play again what was played already: from the cursor on to the newest tick, at the speed of the recording."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.timer import Timer

from tui.host import Host
from tui.pace import FRAME_S, gap_s


class Again:
    """done  called where there is no more that was played already"""

    def __init__(self, host: Host, done: Callable[[], None]) -> None:
        self._host, self._done = host, done
        self._timer: Timer | None = None

    @property
    def playing(self) -> bool:
        """Whether it does so."""
        return self._timer is not None

    def begin(self) -> None:
        """Go on from where one is."""
        self.stop()
        history = self._host.history
        at = (history.cursor or 0) + 1
        if at >= history.tape.end:
            self._done()
            return
        covered_s = self._seconds(at)
        while at + 1 < history.tape.end and covered_s + self._seconds(at + 1) < FRAME_S:
            at += 1
            covered_s += self._seconds(at)
        self._timer = self._host.set_timer(covered_s, partial(self._show, at))

    def stop(self) -> None:
        """Go no further."""
        timer, self._timer = self._timer, None
        if timer:
            timer.stop()

    def _show(self, number: int) -> None:
        if not self._timer:  # it was stopped when this was on its way already
            return
        self._host.history.look_at(number)
        self.begin()
        self._host.show()

    def _seconds(self, number: int) -> float:
        """How long a tick is to be waited for."""
        return gap_s(self._host.history.tape.mark(number).span_ns, self._host.source.speed)
