"""Run in a terminal by test_terminal: the real screen over a session of one hostile tick, ended by any request."""

from __future__ import annotations

import os
import sys

import msgspec

from probes.snapshot import Bye, Control, Hello, Message, ProbeTick
from tests.tui.fakes import HELLO, Machine, exec_row
from tui import app, source
from tui.settings.setup import Setup

EVIL = ["\x1b]0;owned\x07", "\x1b[2J", "\x9b31m", "\u202eevil", "[red]"]
LAST = "the collector was killed: start ebtop again"


class Talker:
    """A link that says goodbye as soon as it is asked for anything."""

    def __init__(self) -> None:
        machine = Machine(disks=2)
        tick = machine.tick()
        row = exec_row(0, tick.time)
        row[3] = row[5] = EVIL[0]
        row[11] = EVIL
        hostile = msgspec.structs.replace(tick, probes=(ProbeTick("exec", "on", rows=[row]), *tick.probes[1:]))
        self._said: list[list[Message]] = [[hostile], [Bye(sys.argv[1])]]
        self._out, self._far = os.pipe()
        os.write(self._far, b".")

    @property
    def hello(self) -> Hello:
        return HELLO

    def fileno(self) -> int:
        return self._out

    def read(self) -> list[Message]:
        os.read(self._out, 1)
        return self._said.pop(0)

    def send(self, control: Control) -> None:
        os.write(self._far, b".")


if __name__ == "__main__":
    sys.exit(app.run(source.LiveSource(Talker()), Setup()))
