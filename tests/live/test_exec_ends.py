"""How processes ended: code or signal, and age, in the row of the exec."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from tests.live.session import Dump, Line

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
SLACK_MS = 60.0
"""What a busy machine may add to a sleep, or take to start a process."""


def end_of(named: Named, *arguments: str) -> tuple[Line, float]:
    """How one process ended, and the milliseconds from before its fork to after its end, measured outside."""
    program = named("ends", "ebt-end")
    with Dump("comm=ebt-end", probe="exec") as dump:
        began = time.monotonic()
        process = subprocess.Popen([program, *arguments])
        process.wait(30)
        took = (time.monotonic() - began) * 1000
    (end,) = dump.exits()
    assert end["pid"] == process.pid
    return end, took


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_exit_codes(named: Named, code: int) -> None:
    end, _took = end_of(named, "exit", str(code))
    assert (end["code"], end["signal"]) == (code, None)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGABRT, signal.SIGRTMIN + 3])
def test_signals(named: Named, number: int) -> None:
    end, _took = end_of(named, "signal", str(int(number)))
    name = signal.Signals(number).name if number <= signal.SIGRTMIN else f"SIGRTMIN+{number - signal.SIGRTMIN}"
    assert (end["code"], end["signal"]) == (None, name)


def test_a_crash(named: Named) -> None:
    end, _took = end_of(named, "crash")
    assert (end["code"], end["signal"]) == (None, "SIGSEGV")


def test_age_is_that_of_the_process(named: Named) -> None:
    end, took = end_of(named, "sleep", "300", "4")
    assert end["code"] == 4
    assert 300 <= end["age_ms"] <= took + 1
    assert end["age_ms"] >= took - SLACK_MS


@pytest.mark.parametrize(("arguments", "code"), [(("leader", "200", "6"), 6), (("last-thread", "200"), 0)])
def test_a_process_ends_with_its_last_thread(named: Named, arguments: tuple[str, ...], code: int) -> None:
    end, took = end_of(named, *arguments)
    assert (end["code"], end["signal"]) == (code, None)
    assert 200 <= end["age_ms"] <= took + 1


def test_a_process_killed_after_its_leader_ended(named: Named) -> None:
    program = named("ends", "ebt-end")
    with Dump("comm=ebt-end", probe="exec") as dump:
        process = subprocess.Popen([program, "leader", "20000", "6"])
        dump.wait_for(lambda line: line["type"] == "row")
        process.kill()
        process.wait(30)
    (end,) = dump.exits()
    assert (end["code"], end["signal"]) == (None, "SIGKILL")


def test_one_process_that_executes_again_and_again_ends_once(named: Named) -> None:
    program, times = named("ends", "ebt-end"), 5
    with Dump("comm=ebt-end", probe="exec") as dump:
        process = subprocess.Popen([program, "again", str(times), "8"])
        process.wait(30)
    rows = dump.rows("exec", error=None)
    assert [row["pid"] for row in rows] == [process.pid] * times
    assert [row["argv"][2] for row in rows] == ["5", "4", "3", "2", "1"]
    assert [(end["pid"], end["code"]) for end in dump.exits()] == [(process.pid, 8)]


def test_every_end_of_many_is_told(named: Named) -> None:
    program = named("ends", "ebt-end")
    with Dump("comm=ebt-end", "--rows", "5000", probe="exec") as dump:
        running = [subprocess.Popen([program, "exit", str(i % 256)]) for i in range(300)]
        codes = {process.pid: process.wait(30) for process in running}
    assert len(codes) == 300
    assert {end["pid"]: end["code"] for end in dump.exits()} == codes
