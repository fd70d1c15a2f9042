"""The bytes that reach a real terminal: nothing hostile among them, its modes put back, a last line that says why."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress

import pytest

from tests.tui.talker import BUSY, LAST
from tui.hangup import HUNG_UP, PATIENCE_S


def started(reason: str) -> tuple[int, subprocess.Popen[bytes]]:
    """Our end of a terminal of 120x40, and the screen at the other end, in a session that is not of the terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    env = {**os.environ, "TERM": "xterm-256color", "PYTHONUTF8": "1", "PYTHONPATH": os.getcwd()}  # noqa: PTH109
    command = [sys.executable, "-m", "tests.tui.talker", reason]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, close_fds=True)
    os.close(theirs)
    return ours, process


def in_a_terminal(reason: str) -> tuple[bytes, int]:
    """What the screen writes to a terminal, and its exit code; once it is drawn, a key is pressed, and `q` at the end
    where there is a reason for that, which stays to be read.
    """
    ours, process = started(reason)
    said = b""
    asked = left = False
    try:
        while data := os.read(ours, 1 << 16):
            said += data
            if not asked and b"owned" in said:
                asked = bool(os.write(ours, b"1"))
            if reason and not left and reason.encode() in said:
                left = bool(os.write(ours, b"q"))
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    return said, process.wait(30)


@pytest.mark.parametrize(("reason", "code"), [("", 0), (LAST, 1)])
def test_a_session_in_a_terminal(reason: str, code: int) -> None:
    said, exit_code = in_a_terminal(reason)
    assert exit_code == code, said[-400:]
    for hostile in (b"\x1b]0;owned", b"owned\x07", b"\xc2\x9b", "\u202e".encode()):
        assert hostile not in said
    assert b"\\x1b]0;owned" in said
    for switched_on, off in (
        (b"\x1b[?1049h", b"\x1b[?1049l"),
        (b"\x1b[?1000h", b"\x1b[?1000l"),
        (b"\x1b[?25l", b"\x1b[?25h"),
    ):
        assert said.rfind(off) > said.rfind(switched_on) >= 0
    tail = said[said.rfind(b"\x1b[?1049l") :].decode()
    assert "Traceback" not in tail
    assert (f"ebtop: {LAST}" in tail) == bool(reason)


def test_it_leaves_when_the_terminal_is_gone() -> None:
    """Without SIGHUP, which only a session's leader gets: the screen must find out for itself."""
    ours, process = started("")
    said = b""
    while b"owned" not in said:
        said += os.read(ours, 1 << 16)
    os.close(ours)
    assert process.wait(30) == HUNG_UP


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_leaves_although_its_terminal_stands_still(number: signal.Signals) -> None:
    """As with ^S, or where ssh is stalled: what is written waits for ever."""
    ours, process = started(BUSY)
    said = b""
    while b"sdb" not in said:
        said += os.read(ours, 1 << 16)
    theirs = os.open(f"/proc/{process.pid}/fd/1", os.O_RDWR | os.O_NOCTTY)
    termios.tcflow(theirs, termios.TCOOFF)
    os.write(ours, b"?")
    began = time.monotonic()
    process.send_signal(number)
    assert process.wait(30) == 128 + number
    assert time.monotonic() - began >= PATIENCE_S - 1
    termios.tcflow(theirs, termios.TCOON)
    os.close(theirs)
    os.close(ours)


def test_what_a_terminal_says_does_not_end_it() -> None:
    ours, process = started(BUSY)
    said = b""
    while b"sdb" not in said:
        said += os.read(ours, 1 << 16)
    os.write(ours, b"\x1b[999999999999999;5u\x1b[48;99999999999;80;1;1t")
    os.write(ours, b" ")
    while b"PAUSED" not in said:
        said += os.read(ours, 1 << 16)
    os.write(ours, b"q")
    tail = b""
    with suppress(OSError):
        while data := os.read(ours, 1 << 16):
            tail += data
    assert process.wait(30) == 0
    assert b"Traceback" not in tail
    os.close(ours)
