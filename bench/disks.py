"""What the screen costs with 256 active disks and an hour of their history: CPU at a tick a second, and memory."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import machine, report
from bench.many_disks import DISKS
from bench.ours import Screen
from bench.settings import Settings

SLICE_S = 5.0
LIMIT = 3.0
DIRTY_MB = 192.0
FAST, SLOW = "an hour in fast motion", "a tick a second"
LOOK_S = 0.2


class ManyDisks(Screen):
    """The screen over a session of many disks, which another process makes up."""

    def __init__(self, done: Path) -> None:
        super().__init__()
        self._command = [sys.executable, "-m", "bench.many_disks", "screen", str(done)]


def run(settings: Settings) -> None:
    with TemporaryDirectory() as folder, ManyDisks(done := Path(folder) / "done") as screen:
        screen.shows([re.compile(rb" 3 Block")])
        screen.watched()
        begun = machine.dirty_mb(screen.ui)
        fast_s = _caught_up(done)
        before = machine.dirty_mb(screen.ui)
        slices = max(round(settings.minutes * 60 / SLICE_S), settings.rounds)
        shares = report.in_turn(slices, {SLOW: lambda: _turn(screen.ui)})
        after = machine.dirty_mb(screen.ui)
    rows = [
        (f"first ticks, then {FAST}", "-", "-", report.number(begun), report.number(before)),
        (SLOW, report.number(shares.median(SLOW)), shares.spread(SLOW), report.number(before), report.number(after)),
    ]
    columns = ("screen", "% of a core", "least..most", "dirty MB, first", "last")
    report.show(f"The screen over {DISKS} disks, reads and writes on each: 200x50, 1 s", columns, rows, {})
    report.console.print(f"  {FAST} took {fast_s:.0f} s", soft_wrap=True)
    report.goal(f"CPU of the UI, {DISKS} disks", shares.median(SLOW), LIMIT, " %")
    report.goal("dirty memory of the UI, an hour of history", after, DIRTY_MB, " MB")


def _caught_up(done: Path) -> float:
    """Waits until the hour was taken in; seconds that it took."""
    began = time.monotonic()
    while not done.exists():
        report.progress(FAST)
        time.sleep(LOOK_S)
    report.progress("")
    return time.monotonic() - began


def _turn(pid: int) -> Mapping[str, float]:
    """Per cent of a core in a slice of time."""
    began, before = time.monotonic(), machine.cpu_s(pid)
    time.sleep(SLICE_S)
    return {SLOW: 100 * (machine.cpu_s(pid) - before) / (time.monotonic() - began)}
