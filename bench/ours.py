"""ebtop itself: dumping, and on a screen. Each has all its probes attached when entered, and is gone when left."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Self

import psutil

from bench import machine

_SCRIPT = Path(sys.executable).with_name("ebtop")
EBTOP = [str(_SCRIPT)] if _SCRIPT.exists() else [sys.executable, "-m", "tui.cli"]
CACHE = "/var/cache/ebtop"
COLD = ["unshare", "--mount", "sh", "-c", f'mount -t tmpfs -o mode=700 tmpfs {CACHE} && exec "$@"', "sh"]
"""A prefix under which nothing is compiled yet; the machine's own cache stays as it is."""

LINES, COLUMNS = 50, 200
_MOVE = re.compile(rb"\x1b\[[0-9;]*[Hf]")
_ESCAPE = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[^\[]")
DRAWN = [re.compile(rb" %d \w+" % number) for number in (1, 2, 3)]
"""What a picture shows when every pane is in it, whatever its state."""
LIVE = [re.compile(rb" %d \w[^\n]* (?:seen|in flight) \d" % number) for number in (1, 2, 3)]
"""What a picture shows when every probe is attached: a pane counts only then."""


class Dump:
    """`ebtop dump`; after it was left, `totals` by probe and `hists` are what it said at its end."""

    def __init__(self, *words: str, prefix: Sequence[str] = ()) -> None:
        self._command = [*prefix, *EBTOP, "dump", *words]
        self.totals: dict[str, dict[str, Any]] = {}
        self.hists: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        self._process = _start(self._command, subprocess.PIPE)
        assert self._process.stdout is not None
        ready = json.loads(self._process.stdout.readline() or '{"probes": {"ebtop": "ended"}}')
        self.ready_s = time.perf_counter() - self._began
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        if set(ready["probes"].values()) != {"on"}:
            self.stop()
            raise RuntimeError(f"ebtop is not ready: {ready['probes']}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends it, and waits for all that it has to say."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        self._process.wait(machine.PATIENCE_S)
        self._reader.join(machine.PATIENCE_S)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(b'{"type":"total"'):
                total = json.loads(line)
                self.totals[total["probe"]] = total
            elif line.startswith(b'{"type":"hist"'):
                self.hists.append(json.loads(line))


class Screen:
    """`ebtop` in a terminal of 200x50 that takes whatever it draws, as fast as it comes."""

    def __init__(self, *words: str, prefix: Sequence[str] = ()) -> None:
        self._command = [*prefix, *EBTOP, *words]
        self._said = b""
        self._keeping = True
        self._over = self._handed_over = False
        self._news = Condition()

    def __enter__(self) -> Self:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._began = time.perf_counter()
        self._process = _start(self._command, theirs, theirs)
        os.close(theirs)
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process.poll() is None:
            os.write(self._ours, b"q")
        try:
            self._process.wait(machine.PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(machine.PATIENCE_S)
        os.close(self._ours)

    def shows(self, picture: Sequence[re.Pattern[bytes]]) -> float:
        """Waits for all of these to be drawn; seconds since the start."""
        with self._news:
            if not self._news.wait_for(lambda: self._over or self._has(picture), machine.PATIENCE_S) or self._over:
                raise RuntimeError(f"ebtop did not show what it should: {_plain(self._said)[-300:]!r}")
        return time.perf_counter() - self._began

    def watched(self) -> None:
        """Nothing more is looked for: what is drawn from now on is read and forgotten."""
        self._keeping = False
        self._said = b""

    def by_hand(self) -> None:
        """What is drawn is read by somebody else, once the next tick is."""
        self._handed_over = True
        self._reader.join(machine.PATIENCE_S)

    @property
    def ui(self) -> int:
        """The process that draws."""
        return self._process.pid

    @property
    def collector(self) -> int:
        """The process that asks the kernel."""
        (found,) = (c for c in psutil.Process(self.ui).children(recursive=True) if "probes.collector" in c.cmdline())
        return int(found.pid)

    def _has(self, picture: Sequence[re.Pattern[bytes]]) -> bool:
        plain = _plain(self._said)
        return all(pattern.search(plain) for pattern in picture)

    def _read(self) -> None:
        while not self._over and not self._handed_over:
            try:
                data = os.read(self._ours, 1 << 16)
            except OSError:  # the other end is closed
                data = b""
            if not data or self._keeping:
                with self._news:
                    self._said += data
                    self._over = not data
                    self._news.notify_all()


@contextmanager
def screen_live(*words: str) -> Iterator[Screen]:
    """The screen, from when every probe is on."""
    with Screen(*words) as screen:
        screen.shows(LIVE)
        screen.watched()
        yield screen


def wall_s(*words: str) -> float:
    """Seconds that `ebtop WORDS` takes from start to end. Raises CalledProcessError."""
    began = time.perf_counter()
    subprocess.run([*EBTOP, *words], check=True, capture_output=True, env=machine.environment(), cwd=machine.ROOT)
    return time.perf_counter() - began


def _start(command: Sequence[str], stdout: int, terminal: int | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=terminal,
        stdout=stdout,
        stderr=terminal,
        start_new_session=terminal is not None,
        env=machine.environment(),
        cwd=machine.ROOT,
    )


def _plain(said: bytes) -> bytes:
    """What was drawn, without colours; each piece that was put somewhere is a line."""
    return _ESCAPE.sub(b"", _MOVE.sub(b"\n", said))
