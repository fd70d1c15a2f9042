"""A live session for tests: `ebtop dump` as a process of its own, what it says read as it comes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Self

import psutil

ROOT = Path(__file__).parents[2]
EBTOP = (sys.executable, "-m", "tui.cli")
PATIENCE = float(os.environ.get("EBTOP_PATIENCE", "1"))
"""How many times as long as usual tests wait, where a machine is known to be slow: an emulated one."""
PATIENCE_S = 20.0 * PATIENCE
"""How long a test waits for what must come; nothing here waits so long unless something is broken."""

Line = dict[str, Any]


def until(condition: Callable[[], object], what: str, usual_s: float = 20.0) -> None:
    """Waits for a condition that nothing announces. Fails, naming it, where it does not come true."""
    patience_s = usual_s * PATIENCE
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, f"waited {patience_s} s in vain for {what}"
        time.sleep(0.01)


class Dump:
    """`ebtop dump WORDS` between `with` and its end: entered once it is ready, left after its totals.

    code, stderr  how it ended
    """

    def __init__(self, *words: str, probe: str = "exec,open", prefix: tuple[str, ...] = (), **how: Any) -> None:
        self._command = [*prefix, *EBTOP, "dump", "--probe", probe, *words]
        self._how = how
        self.lines: list[Line] = []
        self._said = Condition()
        self._over = False
        self.code: int | None = None
        self.stderr = ""

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(self._command, stdout=pipe, stderr=pipe, cwd=ROOT, **self._how)
        self._readers = [Thread(target=self._read, daemon=True), Thread(target=self._read_errors, daemon=True)]
        for reader in self._readers:
            reader.start()
        ready = self.wait_for(lambda line: line["type"] == "ready")
        assert set(ready["probes"].values()) == {"on"}, ready
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for text in stream:
                with self._said:
                    self.lines.append(json.loads(text))
                    self._said.notify_all()
        with self._said:
            self._over = True
            self._said.notify_all()

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            self.stderr = stream.read().decode()

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Ends it, and waits for everything that it has to say."""
        if self.code is None:
            self.process.send_signal(number)
            self.wait()

    def wait(self) -> None:
        """Waits for its end."""
        self.code = self.process.wait(PATIENCE_S)
        for reader in self._readers:
            reader.join(PATIENCE_S)
        for line in self.lines:
            if line["type"] in ("counts", "total"):
                check_sum(line)

    def wait_for(self, wanted: Callable[[Line], object]) -> Line:
        """The first line that is wanted, now or later."""
        seen = 0
        end = time.monotonic() + PATIENCE_S
        with self._said:
            while True:
                for line in self.lines[seen:]:
                    if wanted(line):
                        return line
                seen = len(self.lines)
                left = end - time.monotonic()
                assert left > 0, "waited in vain for a line"
                if self._over:
                    raise AssertionError(f"dump ended before that: {self.stderr}")
                self._said.wait(left)

    def rows(self, probe: str, **fields: object) -> list[Line]:
        """Rows so far, where these fields have these values."""
        return [line for line in self._of("row", probe) if all(line[key] == value for key, value in fields.items())]

    def exits(self) -> list[Line]:
        """Ends of processes so far."""
        return list(self._of("exit", "exec"))

    def total(self, probe: str) -> Line:
        """The totals of a probe; to be asked when it has ended."""
        (line,) = self._of("total", probe)
        return line

    def hists(self, **fields: object) -> list[Line]:
        """The histograms of the whole session, where these fields have these values."""
        return self._sums("hist", fields)

    def work(self, **fields: object) -> list[Line]:
        """What processes did in the whole session, where these fields have these values."""
        return self._sums("work", fields)

    def _sums(self, kind: str, fields: dict[str, object]) -> list[Line]:
        found = [line for line in self._of(kind, "block") if "time" not in line]
        return [line for line in found if all(line[key] == value for key, value in fields.items())]

    def _of(self, kind: str, probe: str) -> Iterator[Line]:
        return (line for line in list(self.lines) if line["type"] == kind and line["probe"] == probe)

    @property
    def collector(self) -> psutil.Process:
        """The privileged half of it."""
        return collector_of(self.process.pid)


def collector_of(pid: int) -> psutil.Process:
    """The collector that a process started. Until they run something else, children of its own look as it does."""
    found = [child for child in psutil.Process(pid).children(recursive=True) if _is_collector(child)]
    pids = {child.pid for child in found}
    (collector,) = [child for child in found if child.ppid() not in pids]
    return collector


def _is_collector(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and "probes.collector" in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def check_sum(line: Line) -> None:
    """seen = shown + over_budget + filtered + lost, and none of them negative."""
    parts = [line[key] for key in ("shown", "over_budget", "filtered", "lost")]
    assert min(parts) >= 0, line
    assert line["seen"] == sum(parts), line


def all_there(dump: Dump, counted: int, truth: int) -> None:
    """Counted are as many as there were, less those that ebtop itself says it lost: some kernels do not tell of the
    end of one request in some thousands."""
    assert 0 <= truth - counted <= dump.total("block")["lost"]
