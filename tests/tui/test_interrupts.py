"""^C again and again while the screen is left: it is left in order, as after a single one."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.tui.talker import BUSY
from tui.recording import Reader


class Shell:
    """The screen in the foreground of a terminal of its own, where ^C is a signal unless the screen has it as a key."""

    def __init__(self, folder: Path) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        env = {**os.environ, "TERM": "xterm-256color", "PYTHONUTF8": "1", "PYTHONPATH": os.getcwd()}  # noqa: PTH109
        self.process = subprocess.Popen(
            ["setsid", "-c", sys.executable, "-m", "tests.tui.talker", BUSY],
            stdin=theirs, stdout=theirs, stderr=theirs, env=env, cwd=folder,
        )  # fmt: skip
        self.terminal, self.said = theirs, b""

    def until(self, part: bytes) -> None:
        end = time.monotonic() + 30
        while part not in self.said:
            assert time.monotonic() < end, self.said[-400:]
            self.read(0.05)

    def read(self, seconds: float) -> None:
        if select.select([self.ours], [], [], seconds)[0]:
            self.said += os.read(self.ours, 1 << 16)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.terminal)
        os.close(self.ours)


@pytest.mark.parametrize("signals", [False, True], ids=["keys", "signals"])
@pytest.mark.parametrize("pause_s", [0.002, 0.02])
def test_interrupted_again_and_again_it_is_left_in_order(tmp_path: Path, signals: bool, pause_s: float) -> None:
    shell = Shell(tmp_path)
    try:
        shell.until(b"Block")
        os.write(shell.ours, b"R")
        shell.until(b"REC")
        while shell.process.poll() is None:
            if signals:
                shell.process.send_signal(signal.SIGINT)
            else:
                os.write(shell.ours, b"\x03")
            shell.read(pause_s)
        while select.select([shell.ours], [], [], 0.1)[0]:
            shell.read(0)
        said = shell.said
        assert shell.process.returncode == 0, said[-600:]
        assert b"\x1b[?1049l" in said
        for torn in (b"Traceback", b"KeyboardInterrupt", b"Exception"):
            assert torn not in said
        assert termios.tcgetattr(shell.terminal)[3] & termios.ICANON
    finally:
        shell.close()
    (recording,) = tmp_path.glob("*.ebtop")
    with Reader(recording) as reader:
        assert list(reader)
        assert reader.cut is None
