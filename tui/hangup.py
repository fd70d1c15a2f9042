"""Leaves when the terminal has gone, closed or with ssh broken off; and when it stands still while one is to leave.

Nothing can be drawn or restored then, and whoever tries to write waits for ever; so the process just ends. The
collector sees its pipe closed, and ends in order.
"""

from __future__ import annotations

import os
import select
import signal
from threading import Thread

HUNG_UP = 129
"""Exit code, as that of a process which SIGHUP ended."""
PATIENCE_S = 5
"""How long a terminal may take to be given back."""


def leave_when_hung_up(terminal: int) -> None:
    """Watches the terminal behind this file descriptor from now on, in a thread that sleeps until it is gone."""
    poll = select.poll()
    poll.register(terminal, 0)

    def watch() -> None:
        poll.poll()
        os._exit(HUNG_UP)

    Thread(target=watch, name="hang-up", daemon=True).start()


def end_soon(number: int) -> None:
    """Asked to leave by that signal, this process has ended within PATIENCE_S, whatever it waits for."""
    signal.signal(signal.SIGALRM, lambda *_: os._exit(128 + number))
    signal.alarm(PATIENCE_S)
