"""Ask for a time to go to."""

from __future__ import annotations

import time
from collections.abc import Callable

from tui import when
from tui.host import Host
from tui.widgets.prompt import Problem, Question

HINT = "14:03:20  14:03  -5m or +30s from what is shown  Enter goes there"


class Goto:
    """go     puts the cursor on a time, nanoseconds since the epoch
    reach  tells from when to when there is something to be seen
    """

    def __init__(self, host: Host, go: Callable[[int], None], reach: Callable[[], str]) -> None:
        self._host, self._go, self._reach = host, go, reach
        self._past: list[str] = []
        self._typed: tuple[str, int] | None = None

    def ask(self) -> None:
        """Let a time be typed, and go there."""
        past = tuple(self._past)
        self._host.ask(Question("go to", HINT, self._check, self._done, self._reach, past=past))
        self._typed = None

    def _check(self, text: str) -> Problem | None:
        self._typed = None
        if not text.strip():
            return None
        tick = self._host.history.view.tick
        try:
            self._typed = text.strip(), when.parse(text, tick.time if tick else time.time_ns())
        except when.WhenError as error:
            return Problem(str(error), error.position)
        return None

    def _done(self, kept: bool) -> None:
        if not kept or not len(self._host.history.tape):
            return
        if self._typed is None:
            self._host.say("no time: write it like 14:03:20 or -5m", bad=True)
            return
        typed, moment = self._typed
        self._past = [*(text for text in self._past if text != typed), typed]
        self._go(moment)
