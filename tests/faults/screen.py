"""The live screen in a terminal of its own, with what was drawn as text, and how long keys take."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from tests.live.session import EBTOP, PATIENCE, PATIENCE_S, ROOT

_MOVE = re.compile(rb"\x1b\[[0-9;]*[Hf]")
_ESCAPE = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\x1b[^\[\]]")
LIVE = tuple(rf" {number} \w[^\n]* (?:seen|in flight) \d" for number in (1, 2, 3))
"""What is drawn once every probe is on."""
LEFT = b"\x1b[?1049l"
KEYS = (b"\t", b"z", b"z", b"v", b"V")
"""Each changes what is drawn, whatever else happens."""
SLOWER_MS = 100.0


class Screen:
    """Our end of the terminal. `said` is what was drawn since `forget`."""

    def __init__(self, ours: int, process: subprocess.Popen[bytes]) -> None:
        self.ours, self.process = ours, process
        self.said = b""

    @property
    def text(self) -> str:
        """What was drawn, without colours; each piece that was put somewhere is a line."""
        return _ESCAPE.sub(b"", _MOVE.sub(b"\n", self.said)).decode(errors="replace")

    def shows(self, *patterns: str) -> None:
        """Waits until all of these are drawn."""
        end = time.monotonic() + PATIENCE_S
        while not all(re.search(pattern, self.text) for pattern in patterns):
            assert time.monotonic() < end, f"{patterns} were not drawn: {self.text[-2000:]}"
            assert self.take(1.0) or self.process.poll() is None, f"it ended: {self.text[-2000:]}"

    def forget(self) -> None:
        """What was drawn so far is not looked at any more."""
        while self.take(0.0):
            pass
        self.said = b""

    def take(self, seconds: float) -> bytes:
        """What comes next, waited for so long."""
        data = b""
        if select.select([self.ours], [], [], seconds)[0]:
            with suppress(OSError):  # the other end is closed
                data = os.read(self.ours, 1 << 16)
        self.said += data
        return data

    def watch(self, seconds: float) -> None:
        """Reads what is drawn, for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.take(left)

    def type(self, keys: bytes) -> None:
        """Types that."""
        os.write(self.ours, keys)

    def key_ms(self) -> float:
        """How long a key takes to be answered: the median of some, in milliseconds."""
        took = []
        for key in KEYS:
            self.watch(0.15)
            began = time.perf_counter()
            self.type(key)
            assert self.take(PATIENCE_S), f"nothing was drawn for the key {key!r}"
            took.append((time.perf_counter() - began) * 1000)
        return statistics.median(took)

    def leave(self, keys: bytes = b"q", patience_s: float = PATIENCE_S) -> tuple[int, str]:
        """Leaves; the exit code, and what is on the terminal after that."""
        with suppress(OSError):
            self.type(keys)
        end = time.monotonic() + patience_s
        while self.take(0.5) or self.process.poll() is None:
            assert time.monotonic() < end, "it did not leave"
        code = self.process.wait(PATIENCE_S)
        return code, self.said.rpartition(LEFT)[2].decode(errors="replace")

    def hang_up(self) -> None:
        """The terminal goes."""
        os.close(self.ours)
        self.ours = -1


def prompt(ms: float, usual_ms: float) -> bool:
    """Whether keys are answered as before: within twice the time, and some for what else the machine does."""
    return ms < 2 * usual_ms + SLOWER_MS * PATIENCE


@contextmanager
def screen(*words: str, prefix: Sequence[str] = (), live: Sequence[str] = LIVE, **how: Any) -> Iterator[Screen]:
    """`ebtop WORDS` in a terminal of 160x48, once its probes are on."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 48, 160, 0, 0))
    how = {"cwd": ROOT, "env": {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}} | how
    command = [*prefix, *EBTOP, *words]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, **how)
    os.close(theirs)
    made = Screen(ours, process)
    try:
        made.shows(*live)
        yield made
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if made.ours >= 0:
            os.close(made.ours)
