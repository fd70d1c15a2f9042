"""Run in a terminal by the tests of terminals: the real screen over a session that is made up.

Its first argument is what happens: a session of one hostile tick ends with that reason as soon as it is asked for
anything; `busy` goes on and answers nothing, `broken` then tells of what
no collector tells, which is a bug of ours. Then come the theme and, perhaps, `--no-mouse`.
"""

from __future__ import annotations

import os
import sys

import msgspec

from probes.controls import Control, Toggle
from probes.snapshot import Bye, Hello, Message, ProbeTick
from tests.tui.fakes import HELLO, Machine, exec_row
from tests.tui.raid import raid_tick
from tui import run
from tui.live_source import LiveSource
from tui.settings.settings import Settings
from tui.settings.setup import Setup

EVIL = ["\x1b]0;owned\x07", "\x1b[2J", "\x9b31m", "\u202eevil", "[red]"]
LAST = "the collector was killed: start ebtop again"
BUSY, BROKEN = "busy", "broken"
BUSY_TICKS = 25


class Talker:
    """A link that says goodbye as soon as it is asked for anything."""

    def __init__(self, reason: str) -> None:
        machine = Machine(disks=2)
        tick = machine.tick()
        row = exec_row(0, tick.time)
        row[3] = row[5] = EVIL[0]
        row[11] = EVIL
        hostile = msgspec.structs.replace(tick, probes=(ProbeTick("exec", "on", rows=[row]), *tick.probes[1:]))
        self._said: list[list[Message]] = [[hostile], [Bye(reason)]]
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


class Busy(Talker):
    """A link that tells of some seconds at once, then of nothing more."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        machine = Machine(block=raid_tick)
        self._said = [[machine.tick() for _ in range(BUSY_TICKS)]]
        self._breaks = reason == BROKEN
        if self._breaks:
            self._said.append([msgspec.structs.replace(machine.tick(), probes=None)])

    def send(self, control: Control) -> None:
        if self._breaks and isinstance(control, Toggle):
            super().send(control)


def main(reason: str, theme: str = "dark", *flags: str) -> int:
    """The exit code of the screen."""
    link = Busy(reason) if reason in (BUSY, BROKEN) else Talker(reason)
    setup = Setup(settings=Settings(mouse="--no-mouse" not in flags), theme=theme)
    return run.show(LiveSource(link), setup)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
