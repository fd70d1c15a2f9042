"""What the block pane draws, made by hand: three disks of one set, of which one is sick."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec

from probes.block import SLOW_COLUMNS
from probes.columns import ProbeInfo, Row
from probes.disk_sums import SIZES, DiskFacts, Flag, Op, Part, Threshold, Work
from probes.filter import parse
from probes.lanes import Lanes, lanes
from probes.latency import slot_of
from probes.snapshot import PROTOCOL, Box, Counts, Hello, ProbeTick, Snapshot
from tui.history import History, ProbeView
from tui.theme import load
from tui.widgets.glyphs import ASCII, UNICODE
from tui.widgets.line import look

LOOK = look(load("dark"), UNICODE)
PLAIN = look(load("dark"), ASCII)
SECOND = 1_000_000_000
START = 1_795_359_600 * SECOND
BLOCK = ProbeInfo("block", "Block I/O", "how long does each disk really take?", "latency", SLOW_COLUMNS)
HELLO = Hello(PROTOCOL, "0.1.0", "db-1", "6.12.0", START, 1.0, (BLOCK,))
BOX = Box(1000.0, (0.1, 0.2, 0.3), 0.05, 2, 1 << 30, 2 << 30)
FACTS = [
    DiskFacts(name, "WDC WD4003", f"WD-{name}", f"ata{at}", sets=("md0",)) for at, name in enumerate(("sda", "sdb"))
]
THRESHOLDS = [
    Threshold("sdb", "read", 18_000.0, "hump"),
    Threshold("sda", "read", 900.0, "tail"),
    Threshold("sda", "write", 2_000.0, "tail"),
]

Times = tuple[Lanes, int, int, int]


def times(*parts: tuple[float, int], seed: int = 1) -> Times:
    """Counts by slot, count, sum and maximum of so many requests around each latency, given in microseconds."""
    dice = random.Random(seed)
    latencies = [int(dice.lognormvariate(0, 0.2) * us * 1000) for us, count in parts for _ in range(count)]
    slots: dict[int, int] = {}
    for ns in latencies:
        slots[slot_of(ns)] = slots.get(slot_of(ns), 0) + 1
    return lanes(slots), len(latencies), sum(latencies), max(latencies, default=0)


def work(pid: int, comm: str, disk: str, op: Op, *parts: tuple[float, int], **fields: object) -> Work:
    """What a process asked for, with requests as `times` takes them, of 16 KiB each."""
    found = times(*parts, seed=pid)
    made = Work(pid, comm, "", False, disk, op, *found, 16384 * found[1])
    return msgspec.structs.replace(made, **fields)


def part(
    where: tuple[str, Op], flags: tuple[Flag, ...], size: int, sequential: bool, *parts: tuple[float, int]
) -> Part:
    """A kind of requests to a disk, as `work`, of 4 KiB each."""
    found = times(*parts, seed=size)
    return Part(*where, flags, size, sequential, *found, 4096 * found[1])


def slow_row(
    n: int, disk: str = "sdb", error: str | None = None, cgroup: str | None = "/system.slice/db.service"
) -> Row:
    """The n-th slow request."""
    return [
        START + n * SECOND, 1000 + n, 1000 + n, f"worker-{n}", "db", 33, cgroup, disk, "read", "sync|meta",
        123_456_789 + n, 16384, 12.5, 45_678.9 + n, error,
    ]  # fmt: skip


def view(filter_text: str = "", **fields: object) -> ProbeView:
    """The block probe after one tick with those fields of ProbeTick."""
    history = History(HELLO)
    history.select(parse(filter_text))
    tick = ProbeTick("block", "on", Counts(1000, 1000), **fields)  # type: ignore[arg-type]
    history.add(Snapshot(START, 10 * SECOND, "", BOX, (tick,), 0), live=False)
    return history.view.probes[0]


SICK_WORK: Sequence[Work] = (
    work(812, "postgres", "sdb", "read", (300, 980), (45_000, 20), cgroup="/system.slice/postgresql.service"),
    work(812, "postgres", "sda", "read", (300, 990), cgroup="/system.slice/postgresql.service"),
    work(812, "postgres", "sda", "write", (900, 200), cgroup="/system.slice/postgresql.service"),
    work(4711, "backup", "sda", "read", (250, 3000), cgroup=f"/docker/{'0123456789abcdef' * 4}"),
    work(33, "kworker/u8:1", "sdb", "write", (800, 400), cgroup="/system.slice/nginx.service", kernel=True),
    work(34, "jbd2/sda1-8", "sda", "write", (700, 50), kernel=True),
    work(2000, "vim", "sda", "read", (200, 3), cgroup="/user.slice/user-1000.slice/session-2.scope"),
    work(0, "(others)", "sda", "read", (200, 30)),
)
SICK_PARTS: Sequence[Part] = (
    part(("sda", "read"), (), SIZES[0], False, (300, 900)),
    part(("sda", "read"), ("sync",), SIZES[1], True, (400, 500)),
    part(("sdb", "read"), (), SIZES[0], False, (300, 900), (45_000, 20)),
    part(("sdb", "read"), ("readahead",), 0, True, (1500, 100)),
    part(("sda", "write"), ("sync", "meta"), SIZES[0], False, (900, 40)),
    part(("sda", "write"), (), SIZES[2], True, (2000, 200)),
    part(("sda", "flush"), (), SIZES[0], False, (5000, 12)),
)
