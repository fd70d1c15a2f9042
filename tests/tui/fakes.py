"""A machine that does not exist: its probes, its events, and a source that tells them when a test says so."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import NamedTuple

from probes.columns import Column, ProbeInfo, Row
from probes.controls import Ask, Control
from probes.disk_sums import Disk, Hist, Op, Stage
from probes.filter import Filter, parse
from probes.lanes import lanes
from probes.latency import slot_of
from probes.process_reader import ProcessReader
from probes.snapshot import PROTOCOL, Answer, Box, Counts, Exit, Hello, ProbeTick, Snapshot
from tui.outline import Outline
from tui.source import Sink

START = 1_750_000_000_123_000_000
SECOND = 1_000_000_000

EXEC = ProbeInfo(
    "exec",
    "Exec",
    "which programs are started, by whom, and how do they end?",
    "rows",
    (
        Column("time", "TIME", "time", 12, "when execve returned"),
        Column("pid", "PID", "pid", 7, "process id"),
        Column("ppid", "PPID", "pid", 7, "its parent"),
        Column("parent_comm", "PARENT", "word", 15, "comm of its parent"),
        Column("user", "USER", "word", 10, "who runs it"),
        Column("comm", "COMM", "word", 15, "its name after the exec"),
        Column("error", "ERROR", "error", 8, "ok, or why it failed"),
        Column("code", "EXIT", "number", 4, "exit code", later=True),
        Column("signal", "SIGNAL", "word", 7, "the signal that ended it", later=True),
        Column("age_ms", "AGE ms", "ms", 8, "from fork to end", later=True),
        Column("filename", "FILE", "text", 0, "what was executed"),
        Column("argv", "ARGUMENTS", "argv", 24, "its arguments, as a shell would quote them", grow=True),
        Column("uid", "UID", "number", 0, "user id"),
    ),
)
OPEN = ProbeInfo(
    "open",
    "Open",
    "which files are opened, by whom, and which are missing?",
    "rows",
    (
        Column("time", "TIME", "time", 12, "when the call returned"),
        Column("pid", "PID", "pid", 7, "process id"),
        Column("tid", "TID", "pid", 7, "thread id"),
        Column("comm", "COMM", "word", 15, "name of the thread"),
        Column("user", "USER", "word", 10, "who runs it"),
        Column("fd", "FD", "number", 5, "file descriptor"),
        Column("error", "ERROR", "error", 8, "ok, or why it failed"),
        Column("flags", "FLAGS", "word", 22, "O_ flags"),
        Column("latency_us", "LAT us", "us", 8, "how long the call took"),
        Column("path", "PATH", "text", 24, "the file", grow=True),
        Column("path_note", "NOTE", "word", 0, "relative: to a directory that is not known"),
        Column("uid", "UID", "number", 0, "user id"),
    ),
)
BLOCK = ProbeInfo(
    "block",
    "Block I/O",
    "how long does each disk really take?",
    "latency",
    (
        Column("time", "TIME", "time", 12, "when the request ended", priority=6),
        Column("pid", "PID", "pid", 7, "process that submitted it", priority=4),
        Column("tid", "TID", "pid", 0, "thread that submitted it"),
        Column("comm", "COMM", "word", 15, "name of that thread", priority=5),
        Column("user", "USER", "word", 0, "user of that process"),
        Column("uid", "UID", "number", 0, "numeric user id"),
        Column("cgroup", "CGROUP", "text", 0, "cgroup of that process"),
        Column("disk", "DISK", "word", 8, "disk", priority=7),
        Column("op", "OP", "word", 7, "operation", priority=5),
        Column("flags", "FLAGS", "word", 9, "sync, meta, readahead, fua, prio", priority=1),
        Column("sector", "SECTOR", "number", 11, "first sector, of 512 bytes"),
        Column("bytes", "SIZE", "bytes", 7, "bytes of the request", priority=2),
        Column("queue_us", "QUEUE us", "us", 9, "from its insertion into the queue to its issue", priority=3),
        Column("device_us", "DEVICE us", "us", 10, "from its issue to its completion", priority=8),
        Column("error", "ERROR", "error", 8, "why it failed", priority=6),
    ),
)

HELLO = Hello(PROTOCOL, "0.1.0", "web-17", "6.12.38-amd64", START, 1.0, (EXEC, OPEN, BLOCK))

COMMANDS = (
    ("bash", "/usr/bin/grep", ["grep", "-rn", "two words", "/etc"]),
    ("cron", "/usr/bin/find", ["find", "/var/log", "-name", "*.gz", "-mtime", "+30"]),
    ("make", "/usr/bin/cc", ["cc", "-O2", "-Wall", "-c", "main.c", "-o", "main.o"]),
    ("nginx", "/usr/sbin/nginx", ["nginx", "-g", "daemon off;"]),
    ("sshd", "/bin/sh", ["sh", "-c", "echo 'it''s' > /tmp/x\n"]),
)
FILES = ("/etc/hosts", "/usr/lib/x86_64-linux-gnu/libc.so.6", "/proc/self/maps", "/var/lib/app/données/été.db")


def exec_row(number: int, time: int) -> Row:
    """The n-th process; every seventh is not to be found."""
    parent, file, argv = COMMANDS[number % len(COMMANDS)]
    error = "ENOENT" if number % 7 == 6 else None
    comm = parent if error else file.rpartition("/")[2]
    user, uid = ("root", 0) if number % 2 else ("www-data", 33)
    return [time, 4000 + number, 812, parent, user, comm, error, None, None, None, file, list(argv), uid]


def open_row(number: int, time: int) -> Row:
    """The n-th open; every fifth fails."""
    error = "ENOENT" if number % 5 == 4 else None
    path = f"/usr/share/locale/de/{number}.mo" if error else FILES[number % len(FILES)]
    fd = None if error else 3 + number % 9
    comm = COMMANDS[number % len(COMMANDS)][0]
    note = None if number % 13 else "relative"
    flags = "O_RDONLY|O_CLOEXEC" if number % 3 else "O_RDWR|O_CREAT"
    return [
        time,
        4000 + number % 50,
        4000 + number % 50,
        comm,
        "root",
        fd,
        error,
        flags,
        1.7 + number % 90,
        path,
        note,
        0,
    ]


class Key(NamedTuple):
    """What a histogram is of."""

    disk: str
    op: Op
    stage: Stage


def hist(key: Key, low_us: float, count: int, seed: int, slow: float = 0.0) -> Hist:
    """Latencies around `low_us`; a share of `slow` forty times as long."""
    dice = random.Random(seed)
    slots: dict[int, int] = {}
    total = most = 0
    for _ in range(count):
        scale = 40 if dice.random() < slow else 1
        ns = int(dice.lognormvariate(0, 0.35) * low_us * 1000 * scale)
        slots[slot_of(ns)] = slots.get(slot_of(ns), 0) + 1
        total, most = total + ns, max(most, ns)
    moved = count * 16384 if key.stage == "device" else 0
    return Hist(key.disk, key.op, key.stage, lanes(slots), count, total, most, moved)


def block_tick(n: int, disks: int, counts: Counts) -> ProbeTick:
    """Disks that get slower by their number; reads of the first have a hump of 2 %."""
    hists: list[Hist] = []
    for at in range(disks):
        name = ("nvme0n1", "sda", "sdb", "sdc", "dm-0", "vdb")[at]
        slower = 4.0**at
        hists.append(hist(Key(name, "read", "device"), 90 * slower, 800, n * 10 + at, 0.02))
        hists.append(hist(Key(name, "read", "queue"), 3 * slower, 800, n * 10 + at + 1000))
        hists.append(hist(Key(name, "write", "device"), 300 * slower, 300, n * 10 + at + 2000, 0.1))
        if at == 0:
            hists.append(hist(Key(name, "flush", "device"), 1800 * slower, 12, n * 10 + at + 3000))
    shown = [Disk(("nvme0n1", "sda", "sdb", "sdc", "dm-0", "vdb")[at], 3 * at + 1, 1500 * at) for at in range(disks)]
    return ProbeTick("block", "on", counts, hists=hists, disks=shown, bpf_ns=310_000)


class Machine:
    """Makes one tick after the other; `block` makes what the disks did in the n-th."""

    def __init__(self, rows: int = 12, disks: int = 1, block: Callable[[int], ProbeTick] | None = None) -> None:
        self.rows = rows
        self._block = block or (lambda n: block_tick(n, disks, Counts(1112 * n, 1112 * n)))
        self.n = self.done = 0

    def tick(self, text: str = "", lost: int = 0, merged: int = 1) -> Snapshot:
        """The next second."""
        self.n += 1
        end = START + self.n * SECOND
        times = [end - SECOND + (i + 1) * SECOND // (self.rows + 1) for i in range(self.rows)]
        numbers = range(self.done, self.done + self.rows)
        execs = [exec_row(n, time) for n, time in zip(numbers, times, strict=True)]
        opens = [open_row(n, time) for n, time in zip(numbers, times, strict=True)]
        exits = [
            Exit(n, 4000 + n, None if n % 4 == 3 else n % 3 // 2, "SIGKILL" if n % 4 == 3 else None, 3.5 * (n % 11))
            for n in numbers
            if n % 3 and n % 7 != 6
        ]
        first, self.done = self.done, self.done + self.rows
        counts = Counts(self.done + 40 * self.n, self.done, 40 * self.n - lost, 0, lost, self.done // 7)
        return Snapshot(
            end,
            SECOND,
            text,
            Box(97_400.0 + self.n, (0.42, 0.31, 0.18), 0.137, 8, 3_300_000_000, 16_800_000_000),
            (
                ProbeTick("exec", "on", counts, first=first, rows=execs, exits=exits, bpf_ns=120_000),
                ProbeTick("open", "on", counts, first=first, rows=opens, bpf_ns=840_000),
                self._block(self.n),
            ),
            4_000_000,
            merged,
        )


class FakeSource:
    """Hands over what a test gives it, and remembers what it was asked for."""

    def __init__(self, hello: Hello = HELLO, *, live: bool = True) -> None:
        self.hello, self.live, self.speed = hello, live, 1.0
        self.outline = None if live else Outline(hello.probes)
        self.sent: list[Control] = []
        self.paused: list[bool] = []
        self.sink: Sink | None = None
        self.stopped = False
        self.asked = asyncio.Event()
        self._asked, self._reader = Ask(0, 0), ProcessReader(0, 0)

    def parse(self, text: str) -> Filter:
        return parse(text)

    def start(self, sink: Sink) -> None:
        self.sink = sink

    def give(self, *snapshots: Snapshot) -> None:
        assert self.sink is not None
        for snapshot in snapshots:
            if self.outline is not None:
                self.outline.add(snapshot)
            self.sink.tick(snapshot)

    def send(self, control: Control) -> None:
        if isinstance(control, Ask):
            asyncio.get_running_loop().call_soon(self._answer, control)
            return
        self.sent.append(control)
        self.asked.set()

    def _answer(self, ask: Ask) -> None:
        """What the collector would answer, if it ran as this user."""
        if ask != self._asked:
            self._asked, self._reader = ask, ProcessReader(ask.pid, ask.seen, ask.started)
        if self.sink:
            self.sink.answered(Answer(ask, self._reader()))

    def pause(self, paused: bool) -> None:
        self.paused.append(paused)

    def advance(self, since: int = 0) -> Snapshot | None:
        return None

    def begin_anew(self) -> None:
        pass

    def stop(self) -> None:
        self.stopped = True
