"""Sessions for tests: small, made by hand, with the columns that the probes have."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from probes.columns import Column, ProbeInfo, Row
from probes.controls import Control, Stop
from probes.disk_sums import Hist
from probes.snapshot import PROTOCOL, Box, Bye, Counts, Exit, Hello, Message, ProbeTick, Snapshot, State

NOTHING = Counts()
SECOND = 1_000_000_000
START = 1_795_359_600 * SECOND
"""2026-11-22T15:00:00Z."""

EXEC = ProbeInfo(
    "exec",
    "exec",
    "which programs are started?",
    "rows",
    (
        Column("time", "TIME", "time", 12, "when"),
        Column("pid", "PID", "pid", 7, "process"),
        Column("comm", "COMM", "word", 15, "name"),
        Column("error", "RESULT", "error", 8, "errno"),
        Column("argv", "ARGV", "argv", 30, "arguments", grow=True),
        Column("code", "CODE", "number", 5, "exit code", later=True),
    ),
)
OPEN = ProbeInfo(
    "open",
    "open",
    "which files are opened?",
    "rows",
    (
        Column("time", "TIME", "time", 12, "when"),
        Column("pid", "PID", "pid", 7, "process"),
        Column("comm", "COMM", "word", 15, "name"),
        Column("error", "RESULT", "error", 8, "errno"),
        Column("latency_us", "LATENCY", "us", 8, "time in the kernel"),
        Column("path", "PATH", "text", 30, "path", grow=True),
    ),
)
BLOCK = ProbeInfo("block", "block", "how long do the disks take?", "latency")
HELLO = Hello(PROTOCOL, "0.1.0", "box", "6.18.0", START, 1.0, (EXEC, OPEN, BLOCK))
BOX = Box(1000.0, (0.1, 0.2, 0.3), 0.05, 2, 1 << 30, 2 << 30)


def exec_row(pid: int, comm: str = "sh", error: str | None = None, argv: Sequence[str] = ("sh", "-c", "true")) -> Row:
    return [START + 123_456_789, pid, comm, error, list(argv), None]


def open_row(pid: int, path: str, comm: str = "cat", error: str | None = None) -> Row:
    return [START + 5 * SECOND, pid, comm, error, 12.5, path]


def exec_tick(rows: Sequence[Row], shown: int, first: int = 0, exits: Sequence[Exit] = ()) -> ProbeTick:
    """A tick of exec; `shown` is counted since the probe was attached, `rows` are those of the tick."""
    return ProbeTick("exec", "on", Counts(seen=shown, shown=shown), first=first, rows=list(rows), exits=list(exits))


def open_tick(rows: Sequence[Row] = (), counts: Counts = NOTHING, state: State = "on", message: str = "") -> ProbeTick:
    return ProbeTick("open", state, counts, message=message, rows=list(rows))


def block_tick(*hists: Hist, before: int = 0) -> ProbeTick:
    """A tick of block, after `before` requests."""
    seen = before + sum(hist.count for hist in hists if hist.stage == "device")
    return ProbeTick("block", "on", Counts(seen=seen, shown=seen), hists=list(hists))


def snapshot(n: int, *probes: ProbeTick) -> Snapshot:
    """The tick that ends n seconds after the start; probes that are not given are idle."""
    given = {tick.id for tick in probes}
    idle = tuple(ProbeTick(info.id, "on") for info in HELLO.probes if info.id not in given)
    return Snapshot(START + n * SECOND, SECOND, "", BOX, (*probes, *idle), 1_000_000)


@dataclass(frozen=True)
class Outcome:
    """What became of a command."""

    code: int
    out: str
    err: str


class FakeLink:
    """A collector that says what it was given, a batch at a time; when told to stop, the last batch and a `Bye`."""

    def __init__(
        self,
        batches: Sequence[Sequence[Message]],
        last: Sequence[Message] = (),
        on_read: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.hello = HELLO
        self.sent: list[Control] = []
        self.closed = False
        self._last = [*last, Bye()]
        self._on_read = on_read
        self._reads = 0
        self._readable, self._ring = os.pipe()
        self._batches: deque[Sequence[Message]] = deque()
        for batch in batches:
            self._push(batch)

    def _push(self, batch: Sequence[Message]) -> None:
        self._batches.append(batch)
        os.write(self._ring, b"!")

    def fileno(self) -> int:
        return self._readable

    def read(self) -> list[Message]:
        os.read(self._readable, 1)
        self._reads += 1
        self._on_read(self._reads)
        return list(self._batches.popleft())

    def send(self, control: Control) -> None:
        self.sent.append(control)
        if isinstance(control, Stop):
            self._push(self._last)

    def close(self) -> None:
        if not self.closed:
            os.close(self._readable)
            os.close(self._ring)
        self.closed = True
