"""The story that ebtop exists for: three disks of md0, of which sdb takes 20 to 60 ms for 2 % of its reads."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import NamedTuple

from probes.columns import Row
from probes.disk_sums import SIZES, Disk, DiskFacts, Flag, Hist, Op, Part, Stage, Threshold, Work
from probes.lanes import Lanes, lanes
from probes.latency import slot_of
from probes.snapshot import Counts, ProbeTick
from tests.tui.fakes import SECOND, START

DISKS = ("sda", "sdb", "sdc")
SICK = "sdb"
SICK_SHARE = 0.02
SLOW_US = 18_000.0

FACTS = [
    DiskFacts(
        name, "ST4000NM0035", f"ZC1{at}6QV0", f"enclosure slot {at + 4}", rotational=True, size=4_000_787_030_016,
        sets=("md0",),
    )
    for at, name in enumerate(DISKS)
]  # fmt: skip
THRESHOLDS = [
    Threshold("sdb", "read", SLOW_US, "hump"),
    *(Threshold(disk, "read", 1_250.0, "tail") for disk in ("sda", "sdc")),
    *(Threshold(disk, "write", 4_100.0, "tail") for disk in DISKS),
]


class Who(NamedTuple):
    """A process, and how many requests a second it makes of each disk with which flags."""

    pid: int
    comm: str
    cgroup: str
    kernel: bool
    op: Op
    flags: tuple[Flag, ...]
    rate: int
    size: int
    sequential: float


PROCESSES = (
    Who(2412, "mysqld", "/system.slice/mysql.service", False, "read", ("sync",), 280, 16384, 0.05),
    Who(9120, "tar", f"/system.slice/docker-{'4f1c9a2b' * 8}.scope", False, "read", ("readahead",), 110, 131072, 0.97),
    Who(2412, "mysqld", "/system.slice/mysql.service", False, "write", ("sync", "fua"), 40, 4096, 0.6),
    Who(61, "kworker/u16:3", "/system.slice/nginx.service", True, "write", (), 90, 262144, 0.8),
    Who(388, "jbd2/md0-8", "", True, "write", ("sync", "meta"), 12, 8192, 0.9),
    Who(388, "jbd2/md0-8", "", True, "flush", (), 3, 0, 0.0),
)
USUAL_US: Mapping[Op, float] = {"read": 300.0, "write": 900.0, "flush": 4000.0}


class Request(NamedTuple):
    """One request, in nanoseconds and bytes."""

    who: Who
    disk: str
    sequential: bool
    queue_ns: int
    device_ns: int


def raid_tick(n: int, sick_share: float = SICK_SHARE) -> ProbeTick:
    """What the three disks did in the n-th second."""
    requests, slow = _second(n, sick_share)
    before = sum(len(_second(earlier, sick_share)[1]) for earlier in range(1, n))
    seen = n * len(requests)
    return ProbeTick(
        "block",
        "on",
        Counts(seen, seen),
        first=before,
        rows=[_row(request, n, at) for at, request in enumerate(slow)],
        hists=_hists(requests),
        disks=[
            Disk(disk, 1 + at, 800, 0.95 if disk == SICK else 0.21, 1.9 if disk == SICK else 0.4)
            for at, disk in enumerate(DISKS)
        ],
        bpf_ns=310_000,
        parts=_parts(requests),
        work=_work(requests),
        selected=2 + before + len(slow),
        facts=FACTS if n == 1 else None,
        thresholds=THRESHOLDS if n == 1 else None,
    )


@cache
def _second(n: int, sick_share: float) -> tuple[list[Request], list[Request]]:
    """The requests of the n-th second, and those of them that are rows."""
    dice = random.Random(n)
    every = [_request(dice, who, disk, sick_share) for disk in DISKS for who in PROCESSES for _ in range(who.rate)]
    return every, [request for request in every if request.device_ns > SLOW_US * 1000][:6]


def _request(dice: random.Random, who: Who, disk: str, sick_share: float) -> Request:
    usual = dice.lognormvariate(0, 0.35) * USUAL_US[who.op] * (1.3 if who.size > SIZES[1] else 1.0)
    sick = disk == SICK and who.op == "read" and dice.random() < sick_share
    device_us = dice.uniform(20_000, 60_000) if sick else usual
    queue_us = dice.lognormvariate(0, 0.6) * (40 if disk == SICK else 6)
    return Request(who, disk, dice.random() < who.sequential, int(queue_us * 1000), int(device_us * 1000))


def _row(request: Request, n: int, at: int) -> Row:
    who = request.who
    time = START + (n - 1) * SECOND + (at + 1) * SECOND // 8
    error = "EIO" if n % 4 == 0 and at == 2 else None
    uid = 0 if who.kernel else 112
    return [
        time, who.pid, who.pid + at, who.comm, "root" if who.kernel else "mysql", uid, who.cgroup, request.disk,
        who.op, ",".join(who.flags), request.device_ns * 7 % 7_800_000_000, who.size,
        request.queue_ns / 1000, request.device_ns / 1000, error,
    ]  # fmt: skip


Sums = tuple[Lanes, int, int, int, int]


def _sums(requests: Iterable[Request], time_of: Callable[[Request], int]) -> Sums:
    """Counts by slot, count, sum, longest and bytes."""
    slots: dict[int, int] = {}
    times: list[int] = []
    moved = 0
    for request in requests:
        ns = time_of(request)
        slots[slot_of(ns)] = slots.get(slot_of(ns), 0) + 1
        times.append(ns)
        moved += request.who.size
    return lanes(slots), len(times), sum(times), max(times), moved


def _grouped(requests: Iterable[Request], key: Callable[[Request], tuple[object, ...]]) -> list[list[Request]]:
    groups: dict[tuple[object, ...], list[Request]] = {}
    for request in requests:
        groups.setdefault(key(request), []).append(request)
    return list(groups.values())


def _hists(requests: list[Request]) -> list[Hist]:
    stages: tuple[tuple[Stage, Callable[[Request], int]], ...] = (
        ("device", lambda request: request.device_ns),
        ("queue", lambda request: request.queue_ns),
    )
    made = []
    for group in _grouped(requests, lambda request: (request.disk, request.who.op)):
        for stage, time_of in stages:
            counts, count, total, longest, moved = _sums(group, time_of)
            moved = moved if stage == "device" else 0
            made.append(Hist(group[0].disk, group[0].who.op, stage, counts, count, total, longest, moved))
    return made


def _parts(requests: list[Request]) -> list[Part]:
    def key(request: Request) -> tuple[object, ...]:
        return request.disk, request.who.op, request.who.flags, _size_class(request.who.size), request.sequential

    return [
        Part(
            group[0].disk, group[0].who.op, group[0].who.flags, _size_class(group[0].who.size), group[0].sequential,
            *_sums(group, lambda request: request.device_ns),
        )
        for group in _grouped(requests, key)
    ]  # fmt: skip


def _size_class(size: int) -> int:
    return next((most for most in SIZES if size <= most), 0)


def _work(requests: list[Request]) -> list[Work]:
    made = []
    for group in _grouped(requests, lambda request: (request.disk, request.who.pid, request.who.op)):
        who = group[0].who
        sums = _sums(group, lambda request: request.queue_ns + request.device_ns)
        made.append(Work(who.pid, who.comm, who.cgroup, who.kernel, group[0].disk, who.op, *sums))
    return made
