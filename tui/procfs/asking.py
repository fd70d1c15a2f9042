"""Questions to the collector about a process: one after the other, each when the one before is answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from probes.controls import Ask
from probes.facts import Gone, ProcessFacts, Reading
from probes.snapshot import Answer
from tui.procfs import background

AGAIN_S = 5.0
"""A question that is not answered for so long is asked again: an answer may have been given up on its way."""


class Asking:
    """Asks again and again, until `stop`. `hear` gives it what the collector answers to anybody.

    last  what was known of the process before
    told  is called with each answer
    """

    refused = False

    def __init__(
        self, question: Ask, last: Reading | None, send: Callable[[Ask], None], told: Callable[[Reading], None]
    ) -> None:
        self._send, self._told = send, told
        self._last = last if isinstance(last, ProcessFacts) else None
        self._question = Ask(question.pid, question.seen, self._last.started if self._last else None)
        self._since: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to ask."""
        self._since = time.monotonic()
        self._ask()

    def stop(self) -> None:
        """Ask and tell nothing more."""
        if self._timer:
            self._timer.cancel()
        self._timer = self._since = None

    @property
    def waiting_s(self) -> float:
        """For how long the question that is under way has been; 0 where there is none."""
        return 0.0 if self._since is None else time.monotonic() - self._since

    def hear(self, answer: Answer) -> None:
        """An answer came, to this question or to another one."""
        if answer.ask != self._question or self._since is None:
            return
        took, reading = self.waiting_s, answer.reading
        self.stop()
        if isinstance(reading, ProcessFacts):
            self._last = reading
        elif isinstance(reading, Gone) and reading.last is None:
            reading = Gone(reading.since, self._last, reading.heir)
        pause = background.pause(took)
        self._timer = asyncio.get_running_loop().call_later(pause, self.start)
        self._told(reading)

    def _ask(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(AGAIN_S, self._ask)
        self._send(self._question)
