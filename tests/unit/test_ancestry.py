"""Who is above a process, by name: from rows, and from /proc where they live."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

import msgspec
import pytest

from probes.columns import Row
from probes.facts import Gone, Parent
from probes.snapshot import ProbeTick
from tests.tui.fakes import EXEC, HELLO, SECOND, START, Machine
from tests.unit.disk_views import LOOK
from tui.history import History
from tui.pages import process
from tui.pages.ancestry import joined
from tui.pages.live import Live
from tui.pages.sections import lay
from tui.pages.seen import Gathering, Seen
from tui.procfs.running import living
from tui.subject import Process

IDS = [column.id for column in EXEC.columns]


def started(pid: int, ppid: int, parent: str, second: int = 0) -> Row:
    told = {"time": START + second * SECOND, "pid": pid, "ppid": ppid, "parent_comm": parent, "comm": f"p{pid}"}
    return [told.get(id_) for id_ in IDS]


def seen(subject: Process, rows: Sequence[Row], kin: dict[int, int]) -> Seen:
    history = History(HELLO)
    tick = Machine().tick()
    part = ProbeTick("exec", "on", rows=list(rows), kin=kin)
    history.add(msgspec.structs.replace(tick, time=START + 9 * SECOND, probes=(part, *tick.probes[1:])), live=False)
    return Gathering(subject).take(history.view)


@pytest.mark.parametrize("pid", [40, 30])
def test_all_above_are_told_as_far_as_rows_know_them(pid: int) -> None:
    rows = [started(20, 10, "sshd"), started(40, 30, "make"), started(99, 30, "cc1", 2)]
    subject = Process(pid, "x", START + SECOND)
    found = seen(subject, rows, {30: 20, 10: 1})
    above = (Parent(30, "make"), Parent(20, "p20"), Parent(10, "sshd"), Parent(1, ""))
    assert found.above == above[pid == 30 :]
    for live in (Live(why="recorded"), Live(Gone(START / 1e9, None, ""))):
        laid = lay(LOOK, process.lines(LOOK, subject, found, live, 116), 116)
        spots = [spot.subject for column in laid.spots for spot in column if spot.key[0] == "parent"]  # type: ignore[index]
        assert [one.pid for one in spots if isinstance(one, Process)] == [one.pid for one in found.above]


def test_from_the_first_that_lives_on_it_is_proc_that_tells() -> None:
    above = (Parent(40, "a"), Parent(30, ""), Parent(20, ""))
    assert joined(above, (Parent(30, "make"), Parent(1, "init"))) == (above[0], Parent(30, "make"), Parent(1, "init"))
    assert joined(above, ()) == joined(above, (Parent(99, "x"),)) == above


def test_who_lives_is_told_up_to_the_first_and_nobody_younger() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    now = time.time_ns()
    found = living([gone.pid, os.getpid(), 1], now)
    assert [one.pid for one in found][:2] == [os.getpid(), os.getppid()]
    assert all(one.comm for one in found)
    assert living([gone.pid, os.getpid()], 1) == ()
