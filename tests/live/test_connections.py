"""What the processes of a live session talk through: pipes and unnamed pairs of sockets, never a network."""

from __future__ import annotations

import ctypes
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.left import Whole
from tests.faults.screen import screen

pytestmark = pytest.mark.live

PIDFD_GETFD = 438
"""The number of pidfd_getfd(2), on every machine."""
CUT = 30
"""So much of a path is drawn, if not more."""


def sockets(pid: int) -> Iterator[socket.socket]:
    """Every socket of a process, as one of our own: it is asked itself what it is."""
    libc = ctypes.CDLL(None, use_errno=True)
    process = os.pidfd_open(pid)
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        if str(descriptor.readlink()).startswith("socket:"):
            ours = libc.syscall(PIDFD_GETFD, process, int(descriptor.name), 0)
            assert ours >= 0, os.strerror(ctypes.get_errno())
            with closing(socket.socket(fileno=ours)) as one:
                yield one
    os.close(process)


@pytest.fixture
def looked_at() -> Iterator[int]:
    """The pid of a process that has this file open."""
    with Path(__file__).open() as file, subprocess.Popen(["sleep", "1000"], stdin=file) as process:
        yield process.pid
        process.terminate()


def test_a_live_session_talks_to_nobody(looked_at: int) -> None:
    """With the page of a process open: all of its processes are there. A pair has no names; who connected has a peer
    with a name, who listens has one.
    """
    seen = 0
    with screen() as shown:
        shown.type(f"p{looked_at}\r".encode())
        shown.shows(f" 0 {re.escape(__file__[:CUT])}")  # which is told by the one who may look
        whole = Whole(shown.process.pid)
        assert any("probes.onlooker" in process.cmdline() for process in whole.processes)
        for process in whole.processes:
            for one in sockets(process.pid):
                assert one.family == socket.AF_UNIX, process
                assert (one.getsockname(), one.getpeername()) == ("", ""), process
                seen += 1
        assert shown.leave(b"qq")[0] == 0
    assert seen, "the screen wakes itself up through a pair"
