"""What is around a session changes: the clock is set, probes go off and on, sudo stands in between."""

from __future__ import annotations

import os
import re
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from probes.controls import Toggle
from tests.faults.left import Whole, dirty_mb, runs
from tests.faults.screen import Screen, prompt, screen
from tests.live.kernel import held, open_files
from tests.live.link import Session, tick_of
from tests.live.session import ROOT, Dump, until

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
Start = Callable[..., Session]
HOUR = 3600


class Clock:
    """The wall clock of processes with `env`: `off` seconds off."""

    def __init__(self, library: Path, file: Path) -> None:
        self._file = file
        self.set(0)
        self.env = os.environ | {
            "LD_PRELOAD": str(library),
            "EBT_CLOCK": str(file),
            "TERM": "xterm-256color",
            "PYTHONPATH": str(ROOT),
        }

    def set(self, seconds: int) -> None:
        """Steps it."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("=q", seconds))


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """A clock that can be stepped without anybody else noticing."""
    library, source = tmp_path / "clock.so", Path(__file__).parent / "workloads" / "clock.c"
    compiler = shutil.which("gcc") or shutil.which("cc")
    assert compiler is not None, "live tests need a C compiler: install gcc"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    return Clock(library, tmp_path / "clock")


def test_the_clock_is_stepped(clock: Clock, named: Named, tmp_path: Path) -> None:
    """Counts go on, times are those of the clock as it was then, and no length of time is negative."""
    program = named("opens", "ebt-clock")
    steps = (0, HOUR, -HOUR, 0)
    with Dump("comm=ebt-clock", "--every", "--interval", "100ms", probe="open", env=clock.env) as dump:
        rows = 0
        for off in steps:
            clock.set(off)
            time.sleep(0.3)  # what is under way is told by the clock that was
            before = time.time()
            subprocess.run([program, "flood", tmp_path, "5"], check=True)
            rows += 7
            until(lambda: len(dump.rows("open")) >= rows, "the rows")  # noqa: B023  it is asked at once
            late = [datetime.fromisoformat(row["time"]).timestamp() - off - before for row in dump.rows("open")[-7:]]
            assert all(-0.1 < seconds < 5 for seconds in late), (off, late)
        assert all(row["latency_us"] >= 0 for row in dump.rows("open"))
    total = dump.total("open")
    assert (total["shown"], total["lost"]) == (7 * len(steps), 0)


def test_the_clock_is_stepped_under_a_screen(clock: Clock) -> None:
    with screen("--interval", "200ms", env=clock.env) as shown:
        whole, usual = Whole(shown.process.pid), shown.key_ms()
        for off in (HOUR, -HOUR, 0):
            clock.set(off)
            shown.forget()
            hour = time.strftime("%H:", time.localtime(time.time() + off))
            shown.watch(1.0)
            assert hour in shown.text
            assert "Traceback" not in shown.text
            assert not re.findall(r"-\d[\d.,]*(?:%|/s|k|M|us|ms|s)(?= )", shown.text)
        for key in (b"[", b"[", b"[", b"]", b" ", b" "):  # through a history that has the same moment twice
            shown.type(key)
            shown.watch(0.2)
        assert prompt(shown.key_ms(), usual)
        assert shown.leave()[0] == 0
        whole.goes()


@pytest.mark.parametrize("times", [10, pytest.param(1000, marks=pytest.mark.faults)])
def test_a_probe_is_toggled_again_and_again(session: Start, named: Named, times: int) -> None:
    program = named("ends", "ebt-again")
    running = session(filter="comm=ebt-again", interval_s=60.0)
    for _ in range(5):  # what is made once and kept
        running.send(Toggle("exec", False))
        running.send(Toggle("exec", True))
    process = psutil.Process(running.pid)
    maps, programs, before = held(running.pid, "map_id"), held(running.pid, "prog_id"), dirty_mb(process)
    files, began = open_files(running.pid), time.monotonic()
    for _ in range(times):
        running.send(Toggle("exec", False))
        running.send(Toggle("exec", True))
    each_ms = (time.monotonic() - began) * 1000 / times
    print(f"{times} times off and on: {each_ms:.1f} ms each")
    until(lambda: open_files(running.pid) <= files, "files to be closed")
    assert len(held(running.pid, "map_id")) == len(maps)
    assert len(held(running.pid, "prog_id")) == len(programs)
    grown = dirty_mb(process) - before
    print(f"memory: {grown:+.2f} MB")
    assert grown < 2.0 + times * 0.002, "not more than fragments: 2 kB each time"
    subprocess.run([program], check=True)
    assert tick_of(running.stop(), "exec").counts.shown == 1


USER = "ebt-somebody"


@pytest.fixture
def somebody() -> Iterator[str]:
    """A user who may run everything through sudo, for as long as the test."""
    if not shutil.which("sudo") or not shutil.which("useradd"):
        pytest.skip("there is no sudo here")
    rule = Path("/etc/sudoers.d") / USER
    subprocess.run(["useradd", "--create-home", USER], check=True, capture_output=True)
    try:
        rule.write_text(f"{USER} ALL=(ALL) NOPASSWD: ALL\n")
        rule.chmod(0o440)
        yield USER
    finally:
        rule.unlink(missing_ok=True)
        subprocess.run(["userdel", "--force", "--remove", USER], check=False, capture_output=True)


@contextmanager
def through_sudo(somebody: str) -> Iterator[tuple[Screen, Whole]]:
    """A user's screen, between which and the collector sudo stands."""
    as_user = ("setpriv", f"--reuid={somebody}", "--regid", somebody, "--init-groups", "env", "-u", "SUDO_UID")
    with screen(prefix=as_user) as shown:
        whole = Whole(shown.process.pid)
        assert any(one.name() == "sudo" for one in whole.processes)
        assert whole.ui.uids().effective != 0
        yield shown, whole


@pytest.mark.faults
def test_left_through_sudo_while_the_collector_is_stopped(somebody: str) -> None:
    """It is not the user's to kill: it ends by itself as soon as it is continued."""
    with through_sudo(somebody) as (shown, whole):
        whole.collector.send_signal(signal.SIGSTOP)
        try:
            assert shown.leave(patience_s=40.0)[0] == 0
            assert runs(whole.collector)
        finally:
            whole.collector.send_signal(signal.SIGCONT)
        whole.goes()


@pytest.mark.faults
@pytest.mark.parametrize("killed", ["screen", "sudo", "collector", "terminal"])
def test_through_sudo(somebody: str, killed: str) -> None:
    with through_sudo(somebody) as (shown, whole):
        sudo = [one for one in whole.processes if one.name() == "sudo"]
        if killed == "terminal":
            shown.hang_up()
        else:
            {"screen": whole.ui, "sudo": sudo[0], "collector": whole.collector}[killed].kill()
        if killed in ("sudo", "collector"):
            if killed == "collector":
                shown.shows("the collector ended")
            shown.watch(1.0)
            shown.leave()
        until(lambda: not runs(whole.collector), "the collector to end")
        whole.goes()
