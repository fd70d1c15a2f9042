"""Pages about processes: what the screen may not know is read for it, by a process that is there only while asked."""

from __future__ import annotations

import os
import select
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from probes import onlooker
from probes.controls import Ask, SetInterval
from probes.facts import Gone, Missing, ProcessFacts
from probes.privileges import CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE
from probes.snapshot import Answer, Snapshot
from tests.live.kernel import status
from tests.live.link import Session
from tests.live.session import PATIENCE_S, until

pytestmark = pytest.mark.live

Start = Callable[..., Session]
NOBODY = 65534
WORK = """
import os, socket, sys
listening = socket.create_server(("127.0.0.1", 0))
kept = open("/etc/hostname")
os.setgroups([]); os.setgid(%d); os.setuid(%d)
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture
def somebody_elses() -> Iterator[int]:
    """The pid of a process of another user, with a socket and a file."""
    made = subprocess.Popen(
        [sys.executable, "-c", WORK % (NOBODY, NOBODY)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert made.stdout
    made.stdout.readline()
    yield made.pid
    made.communicate()


def answer(session: Session, ask: Ask) -> Answer:
    """What the collector answers to a question; ticks that come before are kept."""
    session.link.send(ask)
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if not select.select([session.link], [], [], 1.0)[0]:
            continue
        said = session.link.read()
        session.snapshots += [one for one in said if isinstance(one, Snapshot)]
        for message in said:
            if isinstance(message, Answer) and message.ask == ask:
                return message
    raise AssertionError(f"no answer to {ask}")


def onlookers(session: Session) -> list[psutil.Process]:
    """The processes of the collector that look at others."""
    return [one for one in psutil.Process(session.pid).children() if "probes.onlooker" in one.cmdline()]


def test_what_only_root_may_know_is_told(session: Start, somebody_elses: int) -> None:
    running = session(probes=("exec",))
    assert onlookers(running) == [], "there is none before it is needed"
    reading = answer(running, Ask(somebody_elses, time.time_ns())).reading
    assert isinstance(reading, ProcessFacts)
    assert reading.user == "nobody"
    assert not isinstance(reading.files, Missing)
    assert "/etc/hostname" in [one.target for one in reading.files.first]
    assert not isinstance(reading.sockets, Missing)
    assert [one.state for one in reading.sockets.first] == ["listen"]
    assert not isinstance(reading.namespaces, Missing)
    assert reading.namespaces.differ == ()
    assert isinstance(reading.pss, int)


def test_it_may_read_and_nothing_else(session: Start) -> None:
    running = session(probes=("exec",))
    answer(running, Ask(os.getpid(), 0))
    (one,) = onlookers(running)
    kept = f"{1 << CAP_DAC_READ_SEARCH | 1 << CAP_SYS_PTRACE:016x}"
    assert [status(one.pid, f"Cap{name}") for name in ("Eff", "Prm")] == [kept] * 2
    assert [status(one.pid, f"Cap{name}") for name in ("Inh", "Amb")] == [f"{0:016x}"] * 2
    assert status(one.pid, "CapBnd") == status(running.pid, "CapBnd"), "the collector cannot make it smaller"
    assert status(one.pid, "NoNewPrivs") == "1"
    assert one.num_fds() == 3, "nothing of the collector's is open in it"


def test_who_is_gone_is_told(session: Start) -> None:
    running = session(probes=("exec",))
    child = subprocess.Popen(["sleep", "60"])
    ask = Ask(child.pid, time.time_ns())
    assert isinstance(answer(running, ask).reading, ProcessFacts)
    child.kill()
    child.wait()
    assert isinstance(answer(running, ask).reading, Gone)


def test_one_that_is_stuck_stops_neither_the_counting_nor_other_questions(session: Start) -> None:
    running = session(probes=("exec",), interval_s=0.05)
    running.on("exec")
    answer(running, Ask(os.getpid(), 0))
    (stuck,) = onlookers(running)
    stuck.send_signal(signal.SIGSTOP)
    running.link.send(Ask(1, 0))
    before, began = len(running.snapshots), time.monotonic()
    running.until(lambda _: time.monotonic() > began + onlooker.PATIENCE_S)
    assert len(running.snapshots) - before >= 10, "it ticked meanwhile"
    reading = answer(running, Ask(os.getppid(), 0)).reading
    assert isinstance(reading, ProcessFacts)
    assert [one.pid for one in onlookers(running)] != [stuck.pid]
    until(lambda: not stuck.is_running(), "the end of the one that was stuck")


def test_one_that_was_killed_is_said_and_replaced(session: Start) -> None:
    running = session(probes=("exec",))
    answer(running, Ask(1, 0))
    (one,) = onlookers(running)
    one.send_signal(signal.SIGSTOP)
    running.link.send(Ask(2, 0))
    running.send(SetInterval(1.0))  # what is answered after the question: it has been passed on by now
    one.kill()
    assert answer(running, Ask(2, 0)).reading == onlooker.ENDED
    assert isinstance(answer(running, Ask(1, 0)).reading, ProcessFacts)


@pytest.mark.parametrize("how", ["in order", "killed"])
def test_it_ends_with_the_session(session: Start, how: str) -> None:
    running = session(probes=("exec",))
    answer(running, Ask(1, 0))
    (one,) = onlookers(running)
    if how == "killed":
        os.kill(running.pid, signal.SIGKILL)
    else:
        running.stop()
    until(lambda: not one.is_running() or one.status() == psutil.STATUS_ZOMBIE, "its end")


def test_it_ends_when_nobody_has_asked_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    with selectors.DefaultSelector() as selector:
        looking = onlooker.Onlooker(selector)
        assert looking.ask(Ask(1, 0)) is None
        assert selector.select(PATIENCE_S)
        assert [one.ask for one in looking.read()] == [Ask(1, 0)]
        looking.rest()
        assert len(selector.get_map()) == 1, "it was asked just now"
        monkeypatch.setattr(onlooker, "IDLE_S", 0.0)
        looking.rest()
        assert len(selector.get_map()) == 0
