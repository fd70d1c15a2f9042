"""The terminal as Textual drives it, but for what would end its thread, and what is drawn where."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import termios
import time
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from tui.hangup import end_soon
from tui.terminal_input import TerminalInput, bounded

WAIT_S = 0.1
"""How long a lone Esc may be the beginning of a sequence, and how soon the thread sees that it is to end."""
TAKEN_S = 0.05
"""How long a terminal has for what puts it back: a ^C takes from then on what it has not read."""
MOST_BYTES = 4096
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Driver(LinuxDriver):
    """Draws on standard output, so that standard error can go elsewhere. Stopped by whoever and continued, it takes the
    terminal back as it is by then. Signals leave as ^C does, and once the terminal is given back, where ^C is SIGINT,
    nothing is torn apart by that any more.
    """

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file = sys.__stdout__
        self._given_back: list[Any] | None = None

    def _get_terminal_size(self) -> tuple[int, int]:
        """See LinuxDriver, which believes COLUMNS and LINES: who exports them has them for good, whatever becomes of
        the terminal."""
        with suppress(OSError):
            width, height = os.get_terminal_size(self.fileno)
            if width and height:
                return bounded((width, height))
        return super()._get_terminal_size()

    def start_application_mode(self) -> None:
        """See LinuxDriver."""
        loop = asyncio.get_running_loop()

        def leave(number: int, _frame: object) -> None:
            loop.call_soon_threadsafe(self._app.exit)
            end_soon(number)

        for number in SIGNALS:  # not by the loop, which may wait for a terminal that does not read
            signal.signal(number, leave)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        """See LinuxDriver. The terminal is as it was once `close` is done: a ^C that is a signal takes what was not
        drawn yet with it, and be it what puts the terminal back.
        """
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._given_back, self.attrs_before = self.attrs_before, None
        super().stop_application_mode()

    def close(self) -> None:
        """See LinuxDriver."""
        super().close()
        if self._given_back is not None:
            time.sleep(TAKEN_S)
            with suppress(termios.error):  # it is gone
                termios.tcsetattr(self.fileno, termios.TCSAFLUSH, self._given_back)

    def _sigcont_application(self, *_: object) -> None:
        """See LinuxDriver, which would begin anew without having ended: its threads would be there twice, and the first
        ones for ever."""
        if self._must_signal_resume:
            super()._sigcont_application()
            return
        with suppress(RuntimeError):  # there is no loop any more
            asyncio.get_running_loop().call_soon_threadsafe(self._take_back)

    def _take_back(self) -> None:
        if self._auto_restart:
            self.suspend_application_mode()
            self._must_signal_resume = True
            self.resume_application_mode()

    def run_input_thread(self) -> None:
        """See LinuxDriver: reads keys until `exit_event` is set."""
        typed = TerminalInput()
        while not self.exit_event.is_set():
            ready = select.select([self.fileno], [], [], WAIT_S)[0]
            for event in typed.take(os.read(self.fileno, MOST_BYTES) if ready else b""):
                self.process_message(event)
