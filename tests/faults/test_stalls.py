"""One half stands still: the other goes on, and what was lost meanwhile is counted as lost."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.left import KINDS, Whole, dirty_mb, turns
from tests.faults.screen import Screen, prompt, screen
from tests.live.session import Dump, until

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
LIBRARIES = 2
MOST_MB = 40.0
"""What waits for a reader that does not read."""
ROUNDS_A_SECOND = 1.0
"""A collector that goes on empties its rings ten times a second, on a busy machine less often; one that waits never."""


def flooded(program: str, file: Path, seconds: float) -> int:
    """Opens a file for so long; how often."""
    times, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        subprocess.run([program, "flood", file, "20000"], check=True)
        times += 20_000 + LIBRARIES
        time.sleep(0.05)
    return times


@pytest.mark.parametrize("seconds", [4.0, pytest.param(60.0, marks=pytest.mark.faults)])
def test_whoever_reads_is_stopped_under_a_flood(named: Named, tmp_path: Path, seconds: float) -> None:
    program = named("opens", "ebt-stopped")
    with Dump("--rows", "100000", "--interval", "100ms", "comm=ebt-stopped", probe="open") as dump:
        whole = Whole(dump.process.pid)
        before = dirty_mb(whole.collector)
        dump.process.send_signal(signal.SIGSTOP)
        slept, began = turns(whole.collector.pid), time.monotonic()
        times = flooded(program, tmp_path, seconds)
        rounds = (turns(whole.collector.pid) - slept) / (time.monotonic() - began)
        grown = dirty_mb(whole.collector) - before
        dump.process.send_signal(signal.SIGCONT)
    whole.goes()
    total = dump.total("open")
    assert dump.code == 0
    assert total["seen"] - total["filtered"] == times, "counts are exact"
    assert total["lost"] > 0, "rows that could not be handed over are lost, and said to be"
    assert total["shown"] == len(dump.rows("open"))
    assert grown < MOST_MB
    assert rounds > ROUNDS_A_SECOND, "the collector did not wait for it"


@pytest.mark.parametrize("seconds", [3.0, pytest.param(60.0, marks=pytest.mark.faults)])
def test_the_screen_is_stopped_under_a_flood(named: Named, tmp_path: Path, seconds: float) -> None:
    program = named("opens", "ebt-held")
    with screen("--interval", "100ms", "--rows", "100000", "comm=ebt-held") as shown:
        whole, usual = Whole(shown.process.pid), shown.key_ms()
        before = [dirty_mb(process) for process in (whole.ui, whole.collector)]
        shown.process.send_signal(signal.SIGSTOP)
        flooded(program, tmp_path, seconds)
        shown.forget()
        shown.process.send_signal(signal.SIGCONT)
        shown.shows(r"LOST [\d,.]+[kM]?")
        assert prompt(shown.key_ms(), usual)
        grown = [dirty_mb(process) - mb for process, mb in zip((whole.ui, whole.collector), before, strict=True)]
        print(f"stopped for {seconds} s: screen {grown[0]:+.1f} MB, collector {grown[1]:+.1f} MB")
        assert max(grown) < MOST_MB
        assert shown.leave()[0] == 0
        whole.goes()


def test_the_collector_is_stopped() -> None:
    with screen() as shown:
        whole, usual = Whole(shown.process.pid), shown.key_ms()
        shown.forget()
        whole.collector.send_signal(signal.SIGSTOP)
        shown.shows(r"nothing has come for \d+s: the collector is stopped, or gets no CPU")
        assert prompt(shown.key_ms(), usual)
        shown.forget()
        whole.collector.send_signal(signal.SIGCONT)
        until(lambda: "nothing has come" not in heard(shown), "the notice to go")
        assert shown.leave()[0] == 0
        whole.goes()


def heard(shown: Screen) -> str:
    """What is drawn within a tick and a half."""
    shown.forget()
    shown.watch(1.5)
    return shown.text


@pytest.mark.faults
def test_the_screen_is_left_while_the_collector_is_stopped() -> None:
    """It is waited for, but not for ever, and does not stay."""
    with screen() as shown:
        whole = Whole(shown.process.pid)
        whole.collector.send_signal(signal.SIGSTOP)
        assert shown.leave(patience_s=40.0)[0] == 0
        whole.goes()


@pytest.mark.parametrize("seconds", [2.0, pytest.param(30.0, marks=pytest.mark.faults)])
def test_both_are_stopped_as_by_a_suspended_machine(named: Named, tmp_path: Path, seconds: float) -> None:
    program = named("opens", "ebt-suspend")
    with Dump("comm=ebt-suspend", "--every", probe="open") as dump:
        whole = Whole(dump.process.pid)
        for process in whole.processes:
            process.send_signal(signal.SIGSTOP)
        subprocess.run([program, "flood", tmp_path, "500"], check=True)
        time.sleep(seconds)
        for process in whole.processes:
            process.send_signal(signal.SIGCONT)
        dump.wait_for(lambda line: line["type"] == "counts" and line["seen"] - line["filtered"] >= 500)
    total = dump.total("open")
    assert (total["seen"] - total["filtered"], total["lost"]) == (500 + LIBRARIES, 0)
    whole.goes()


@pytest.mark.parametrize("many", [2, pytest.param(10, marks=pytest.mark.faults)])
def test_many_at_once(named: Named, tmp_path: Path, many: int) -> None:
    program, times = named("opens", "ebt-many"), 20_000
    dumps = [Dump("comm=ebt-many", "--rows", "0", probe="exec,open,block") for _ in range(many)]
    wholes = []
    try:
        for dump in dumps:
            dump.__enter__()
            wholes.append(Whole(dump.process.pid))
        subprocess.run([program, "flood", tmp_path, str(times)], check=True)
    finally:
        for dump in dumps[: len(wholes)]:
            dump.stop()
    for dump, whole in zip(dumps, wholes, strict=True):
        total = dump.total("open")
        assert (total["seen"] - total["filtered"], total["lost"]) == (times + LIBRARIES, 0)
        exec_ = dump.total("exec")
        assert exec_["seen"] - exec_["filtered"] == 1
        whole.goes()
    for kind in KINDS:
        each = [whole.ids[kind] for whole in wholes]
        assert len(set().union(*each)) == sum(map(len, each)), f"none shares a {kind} with another"
