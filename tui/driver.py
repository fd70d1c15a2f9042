"""The terminal as Textual drives it, but for what would end its thread, what is drawn where, and what Esc means."""

from __future__ import annotations

import asyncio
import os
import re
import select
import signal
import sys
import termios
import time
from codecs import getincrementaldecoder
from contextlib import suppress
from typing import Any

from textual import constants
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

WAIT_S = 0.1
"""How long a lone Esc may be the beginning of a sequence, and how soon the thread sees that it is to end."""
TAKEN_S = 0.05
"""How long a terminal has for what puts it back: a ^C takes from then on what it has not read."""
MOST_BYTES = 4096
ESCAPE = "\x1b"
ESCAPE_KEY = "\x1b[27u"
"""Esc in a way that begins nothing else, as kitty(1) sends it."""
PRESSED = re.compile(r"\x1b(?=[^\x00-\x1f\x7f-\x9f\[\]OPX^_\\])")
"""Esc before what continues no sequence. Keys with Alt come so as well, but none of them means anything here."""


class Driver(LinuxDriver):
    """Draws on standard output, so that standard error can go elsewhere. What is not UTF-8 comes as U+FFFD: from a
    terminal of another encoding, or over a bad line. Esc and a key that follows at once are two keys. Stopped by
    whoever and continued, it takes the terminal back as it is by then. SIGINT leaves as ^C does, and once the terminal
    is given back, where ^C is that signal, nothing is torn apart by it any more.
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
                return width, height
        return super()._get_terminal_size()

    def start_application_mode(self) -> None:
        """See LinuxDriver."""
        loop = asyncio.get_running_loop()
        # Not by the loop: whose handler it takes away, it gives Python's own back, which interrupts.
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(self._app.exit))
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
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        held = ""
        while not self.exit_event.is_set():
            ready = select.select([self.fileno], [], [], WAIT_S)[0]
            text = decode(os.read(self.fileno, MOST_BYTES)) if ready else ""
            text, held = apart(held + text, ended=not ready)
            # Nothing is fed where a character has only begun: that would mean the end.
            for event in parser.feed(text) if text else ():
                self.process_message(event)
            for event in parser.tick():
                self.process_message(event)


def apart(text: str, *, ended: bool) -> tuple[str, str]:
    """What was typed, with Esc told apart from the keys after it, and an Esc at its end that may begin a sequence; it
    does not where the typing has `ended`.
    """
    if constants.DISABLE_KITTY_KEY:  # such an Esc would not be understood
        return text, ""
    text = PRESSED.sub(ESCAPE_KEY, text)
    if not text.endswith(ESCAPE):
        return text, ""
    rest = text.removesuffix(ESCAPE)
    return (rest + ESCAPE_KEY, "") if ended else (rest, ESCAPE)
