"""The terminal as Textual drives it, but for bytes that are not UTF-8: they would end its thread and so the screen."""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

WAIT_S = 0.1
"""How long a lone Esc may be the beginning of a sequence, and how soon the thread sees that it is to end."""
MOST_BYTES = 4096


class Driver(LinuxDriver):
    """What is not UTF-8 comes as U+FFFD: from a terminal of another encoding, or over a bad line."""

    def run_input_thread(self) -> None:
        """See LinuxDriver: reads keys until `exit_event` is set."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            ready = select.select([self.fileno], [], [], WAIT_S)[0]
            # Nothing is fed where a character has only begun: that would mean the end.
            if ready and (text := decode(os.read(self.fileno, MOST_BYTES))):
                for event in parser.feed(text):
                    self.process_message(event)
            for event in parser.tick():
                self.process_message(event)
