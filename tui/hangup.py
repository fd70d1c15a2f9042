"""Leaves when the terminal has gone: closed, or ssh broken off.

Nothing can be drawn or restored then, and whoever tries to write waits for ever; so the process ends at once. The
collector sees its pipe closed, and ends in order.
"""

from __future__ import annotations

import os
import select
from threading import Thread

HUNG_UP = 129
"""Exit code, as that of a process which SIGHUP ended."""


def leave_when_hung_up(terminal: int) -> None:
    """Watches the terminal behind this file descriptor from now on, in a thread that sleeps until it is gone."""
    poll = select.poll()
    poll.register(terminal, 0)

    def watch() -> None:
        poll.poll()
        os._exit(HUNG_UP)

    Thread(target=watch, name="hang-up", daemon=True).start()
