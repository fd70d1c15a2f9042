"""A terminal in which the screen runs as a process of its own: what it writes, byte by byte, and what is typed."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

PATIENCE_S = 30.0
QUIET_S = 0.12
"""What has written nothing for so long has drawn all that it has to."""
SGR = re.compile(rb"\x1b\[([\d;:]*)m")
SAID = ("TERM", "COLORTERM", "NO_COLOR", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONUTF8", "PYTHONIOENCODING")
"""What an environment says of its terminal: nothing of that is handed on."""


class Terminal:
    """Our end of it. `said` is all that was written so far."""

    def __init__(self, ours: int, process: subprocess.Popen[bytes]) -> None:
        self.ours, self.process = ours, process
        self.said = b""

    def settle(self) -> bytes:
        """Wait until all is drawn; what was written since the last time."""
        return self._read(QUIET_S)

    def until(self, part: bytes, since: int = 0) -> None:
        """Wait until that was written, after so many bytes."""
        while part not in self.said[since:]:
            assert self._read(0.0, PATIENCE_S), self.said[-400:]

    def type(self, *keys: str) -> bytes:
        """Press each key and wait until its effect is drawn; what was written."""
        before = len(self.said)
        for key in keys:
            os.write(self.ours, key.encode(errors="surrogateescape"))
            self.settle()
        return self.said[before:]

    def resize(self, width: int, height: int) -> None:
        """Give it another size; it is told at once."""
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.process.send_signal(signal.SIGWINCH)

    def leave(self, key: str = "q") -> int:
        """Press that and wait for the end; the exit code."""
        if key:
            os.write(self.ours, key.encode())
        while self._read(PATIENCE_S):
            pass
        return self.process.wait(PATIENCE_S)

    def _read(self, quiet_s: float, first_s: float | None = None) -> bytes:
        """What comes until nothing has come for so long, or until the other end is closed."""
        got = b""
        wait = quiet_s if first_s is None else first_s
        while select.select([self.ours], [], [], wait)[0]:
            try:
                data = os.read(self.ours, 1 << 16)
            except OSError:
                data = b""
            if not data:
                break
            got += data
            wait = quiet_s
        self.said += got
        return got


@contextmanager
def terminal(
    *arguments: str,
    environ: Mapping[str, str] | None = None,
    size: tuple[int, int] = (120, 40),
    module: str = "tests.tui.talker",
    stderr: int | None = None,
) -> Iterator[Terminal]:
    """The screen of that session (see talker) in a terminal of that size; what is said of it is `environ` alone.
    Standard error is the terminal as well, or `stderr`.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    env = {name: value for name, value in os.environ.items() if name not in SAID}
    env |= {"TERM": "xterm-256color", "LANG": "C.UTF-8"} if environ is None else environ
    env["PYTHONPATH"] = os.getcwd()  # noqa: PTH109
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=stderr or theirs, env=env, close_fds=True)
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(ours)


def colours(said: bytes) -> set[str]:
    """The kinds of colours that sequences ask for: `16`, `256`, `true`, and `default` for those of the terminal."""
    kinds: set[str] = set()
    for found in SGR.findall(said):
        numbers = iter([int(one or 0) for one in re.split(rb"[;:]", found)])
        for number in numbers:
            if number in (38, 48):
                kind = next(numbers)
                kinds.add("256" if kind == 5 else "true")
                for _ in range(1 if kind == 5 else 3):
                    next(numbers)
            elif number in (39, 49):
                kinds.add("default")
            elif number in (*range(30, 50), *range(90, 108)):
                kinds.add("16")
    return kinds
