"""Processes as they are now: real ones, that the tests start."""

from __future__ import annotations

import ctypes
import os
import pwd
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from probes import onlooker, process_reader, sockets, wire
from probes.controls import Ask
from probes.facts import Gone, Missing
from probes.process_reader import ProcessReader
from tests.unit.processes import Child, known

CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 0x40000


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    made = tmp_path / "opened"
    made.write_text("something")
    return made


@pytest.fixture
def child(opened: Path) -> Iterator[Child]:
    made = Child(opened)
    yield made
    made.end()


def test_a_process_is_told_with_its_files_sockets_and_threads(child: Child, opened: Path) -> None:
    found = known(ProcessReader(child.pid, time.time_ns()))
    assert found.threads == 4
    assert found.user == pwd.getpwuid(os.geteuid()).pw_name
    assert found.parents[0].pid == os.getpid()
    assert found.parents[-1].pid == 1
    assert abs(found.started - time.time()) < 60
    assert found.rss > 0
    assert isinstance(found.pss, int)
    assert not isinstance(found.files, Missing)
    assert [one.target for one in found.files.first].count(str(opened)) == 3
    assert found.files.total == len(found.files.first)
    assert not isinstance(found.sockets, Missing)
    listening = next(one for one in found.sockets.first if one.state == "listen")
    assert (listening.protocol, listening.local) == ("tcp", f"127.0.0.1:{child.port}")


def test_text_that_is_not_utf_8_is_written_out_and_nothing_else_is_changed(child: Child) -> None:
    found = known(ProcessReader(child.pid, 0))
    assert found.comm == "bad\x1b[31mname"
    assert isinstance(found.argv, tuple)
    assert found.argv[-1] == "\x1b]0;owned\x07\\xff"


def test_cpu_is_known_from_the_second_reading_on(child: Child) -> None:
    reader = ProcessReader(child.pid, 0)
    assert known(reader).cpu is None
    assert known(reader).cpu is not None


def test_namespaces_that_are_not_ours_are_named() -> None:
    sleeper = ["unshare", "--uts", sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
    made = subprocess.Popen(sleeper, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert made.stdout
    assert made.stdin
    if not made.stdout.readline():
        made.wait()
        pytest.skip("no new namespace can be made here")
    found = known(ProcessReader(made.pid, 0))
    made.communicate()
    assert not isinstance(found.namespaces, Missing)
    assert found.namespaces.differ == ("uts",)


def test_a_cgroup_of_any_name_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/user.slice/ebt\x1cx.service\x1c0::/init.scope\x85\u2028\r"
    (tmp_path / "cgroup").write_bytes(f"12:cpu,cpuacct:/a:b\n0::{path}\n".encode())
    monkeypatch.setattr(process_reader, "_proc", lambda _pid, name: tmp_path / name)
    assert process_reader._cgroup(1) == path


def test_whatever_the_reader_fails_over_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(reader: ProcessReader) -> Missing:
        if reader._pid == 1:
            raise IndexError("list index out of range")
        return Missing("as it is")

    monkeypatch.setattr(ProcessReader, "__call__", fail)
    asking, answering = os.pipe(), os.pipe()
    os.write(asking[1], b"".join(wire.encode(Ask(pid, 0)) for pid in (1, 2)))
    os.close(asking[1])
    onlooker.serve(asking[0], answering[1])
    os.close(asking[0])
    os.close(answering[1])
    with os.fdopen(answering[0], "rb") as pipe:
        told = [answer.reading for answer in wire.answers().feed(pipe.read())]
    why = "not understood: something that the kernel says of it (IndexError): please report that"
    assert told == [Missing(why), Missing("as it is")]


def test_who_is_gone_is_told_with_what_was_known(opened: Path) -> None:
    child = Child(opened)
    reader = ProcessReader(child.pid, 0)
    before = known(reader)
    child.end()
    gone = reader()
    assert isinstance(gone, Gone)
    assert gone.last == before
    assert abs(gone.since - time.time()) < 60
    assert reader() == gone


def test_who_was_never_found_is_gone_too(opened: Path) -> None:
    child = Child(opened)
    child.end()
    gone = ProcessReader(child.pid, 0)()
    assert isinstance(gone, Gone)
    assert gone.last is None


def test_a_pid_that_is_used_again_is_another_process(child: Child) -> None:
    an_hour_ago = time.time_ns() - 3600 * 10**9
    gone = ProcessReader(child.pid, an_hour_ago)()
    assert isinstance(gone, Gone)
    assert gone.heir == "bad\x1b[31mname"


def test_a_zombie_says_that_it_has_ended(opened: Path) -> None:
    child = Child(opened)
    child.end(reap=False)
    found = known(ProcessReader(child.pid, 0))
    child.end()
    assert found.state == "zombie"
    assert found.files == found.namespaces == process_reader.ENDED


def test_of_many_files_only_the_first_are_looked_at(opened: Path) -> None:
    child = Child(opened, fds=900)
    found = known(ProcessReader(child.pid, 0)).files
    child.end()
    assert not isinstance(found, Missing)
    assert len(found.first) == process_reader.MOST_FILES
    assert found.total is None or found.total > 900


def test_sockets_are_not_looked_for_among_too_many_files(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "MOST_LOOKED_UP", 5)
    found = known(ProcessReader(child.pid, 0)).sockets
    assert isinstance(found, Missing)
    assert "more than 5 open files" in found.why


def as_nobody(ask: Callable[[], str], before: Callable[[], None] = lambda: None) -> str:
    """What a process without rights is answered; `before` is done with all rights."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other tests may have left threads behind
        nobody = os.fork()
    if not nobody:
        told = "it raised"
        try:
            before()
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            told = ask()
        finally:
            os.write(write, told.encode())
            os._exit(0)
    os.waitpid(nobody, 0)
    os.close(write)
    with os.fdopen(read) as pipe:
        return pipe.read()


def test_what_another_user_may_not_know_is_told_in_words(child: Child) -> None:
    def ask() -> str:
        found = known(ProcessReader(child.pid, 0))
        return f"{found.files}{found.sockets}{found.namespaces}{found.pss}|{found.argv}|{found.threads}"

    denied, argv, threads = as_nobody(ask).split("|")
    assert denied == 4 * "Missing(why='not readable by ebtop: of user root')"
    assert "owned" in argv
    assert threads == "4"


def test_a_process_that_is_hidden_is_not_taken_for_gone(child: Child) -> None:
    def hide() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.unshare(CLONE_NEWNS)
        libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
        if libc.mount(b"proc", b"/proc", b"proc", 0, b"hidepid=2"):
            os._exit(0)

    told = as_nobody(lambda: str(ProcessReader(child.pid, 0)()), hide)
    if not told:
        pytest.skip("/proc cannot be mounted here")
    assert told == str(process_reader.HIDDEN)


def test_what_is_no_process_says_so() -> None:
    assert ProcessReader(0, 0)() == process_reader.KERNEL


def test_a_kernel_thread_has_no_command_line() -> None:
    if Path("/proc/2/comm").read_text() != "kthreadd\n":
        pytest.skip("the kernel's threads are not to be seen from here")
    assert known(ProcessReader(2, 0)).argv == ()
