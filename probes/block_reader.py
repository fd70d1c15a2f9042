"""Reads what the block probe has in the kernel: histograms, their parts, who did it, and the slow requests."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator, Mapping, Set
from contextlib import ExitStack, closing

from probes import decode
from probes.block_sums import SLOT_BYTES, Growth, Sums, added, growth
from probes.cgroups import Cgroups
from probes.columns import Row
from probes.disk_sums import OPS, SIZES, Disk, DiskFacts, Flag, Hist, Op, Part, Stage, Threshold, Work
from probes.disk_watch import DiskWatch
from probes.in_flight import InFlight
from probes.kernel.bpf import Map
from probes.kernel.loader import Loaded
from probes.lanes import NONE
from probes.merge import OTHERS
from probes.probe import Findings, Totals
from probes.thresholds import Thresholds

FLAGS: tuple[Flag, ...] = ("sync", "meta", "readahead", "fua", "prio")
NO_DISK = "(none)"
"""Requests to something that is no disk: a tape, or a controller's own."""
OTHER_DISKS = "(others)"
"""Disks beyond the number that the kernel's side tells apart."""
NOWHERE = (1 << 64) - 1
"""The sector of a request that is for the whole disk: a flush."""
NOT_SEEN = "(not seen)"
"""Who asked for what was handed to the disk by a worker of the kernel's, and was in its queue before ebtop looked."""
MOST_DISKS = 1024
OPS_OF_DISK = 8
CROWDED = 0.75
IDLE_CALLS = 60
"""Ticks after which a process that does nothing more is forgotten."""
ZERO = bytes(4)

_DISK = struct.Struct("=II32s")
_KEY = struct.Struct("=IBBH")
_HIST = struct.Struct("=6Q")
_WORKER = struct.Struct("=IIQ")
_OTHERS = struct.Struct("=I")
_WORK = struct.Struct("=7Q16s16s")
_ROW = struct.Struct("=5Q5IiBBB5x16s")


class BlockReader:
    """The kernel's sums only grow; each tick gets what they grew by."""

    def __init__(self, loaded: Loaded) -> None:
        maps = loaded.maps
        self._hists = Sums(maps["hists"], _HIST.size)
        self._work = Sums(maps["work"], _WORK.size)
        self._others = Sums(maps["others"], _WORK.size)
        self._maps: Mapping[str, Map] = maps
        self._disks: dict[int, str] = {}
        self._in_flight = InFlight(maps["requests"], self._name)
        self._told = 0
        self._thresholds = Thresholds()
        with ExitStack() as opened:  # where one cannot be opened, those before it do not stay open
            self._ring = opened.enter_context(closing(loaded.ring("rows")))
            self._watch = opened.enter_context(closing(DiskWatch()))
            self._cgroups = Cgroups()
            opened.pop_all()

    def drain(self) -> Findings:
        missed, self._told = self._in_flight.missed - self._told, self._in_flight.missed
        offset = decode.wall_offset_ns()
        rows = [self._row(record, offset) for record in self._ring.drain() if len(record) >= _ROW.size]
        return Findings(rows, [], unfinished=missed)

    def totals(self) -> Totals:
        hists, parts = self._grown_hists()
        crowded = len(self._hists) > CROWDED * self._maps["hists"].entries
        if crowded:
            self._hists.forget_idle(IDLE_CALLS)
        work = [*self._grown_work(self._work), *self._grown_work(self._others)]
        if len(self._work) > CROWDED * self._maps["work"].entries:
            self._work.forget_idle(1)
        self._work.forget_idle(IDLE_CALLS)
        self._maps["coarse"].update(ZERO, struct.pack("=I", crowded))
        told = self._maps["selected"].lookup(ZERO) or b""
        disks, facts = self._disks_now()
        selected = sum(n for (n,) in struct.iter_unpack("=Q", told))
        return Totals(hists, disks, parts, work, facts, self._find_thresholds(hists), selected)

    def settle(self) -> None:
        self._in_flight.settle()

    def set_slow(self, us: float | None) -> None:
        self._thresholds.set(us)
        for limit in range(MOST_DISKS * OPS_OF_DISK):  # of disks that were not seen yet as well
            self._limit(limit, us or 0.0)

    def close(self) -> None:
        self._ring.close()
        self._watch.close()
        self._cgroups.close()

    def _name(self, number: int) -> str:
        """The name of a disk by the number that the kernel's side gave it."""
        if number not in self._disks:
            if number >= MOST_DISKS - 2:
                return (NO_DISK, OTHER_DISKS)[number - MOST_DISKS + 2]
            for _queue, value in self._maps["disks"].items():  # noqa: PERF102  a map, not a dict
                known, _unused, name = _DISK.unpack(value)
                self._disks[known] = decode.comm(name) or NO_DISK
        return self._disks.get(number, NO_DISK)

    def _grown_hists(self) -> tuple[list[Hist], list[Part]]:
        """Both stages of each disk and operation, and the device stage once more by kind."""
        parts: list[Part] = []
        device: dict[tuple[str, Op], Growth] = {}
        queue: dict[tuple[str, Op], Growth] = {}
        moved: dict[tuple[str, Op], tuple[int, int]] = {}
        nothing = Growth(NONE, 0, 0, 0)
        for grown in self._hists.grown():
            number, op_number, kind, coarse = _KEY.unpack(grown.key)
            series = self._name(number), OPS[op_number]
            now, was = _HIST.unpack_from(grown.now), _HIST.unpack_from(grown.before or bytes(_HIST.size))
            here = growth(grown, _HIST.size, now[0:2], was[0:2])
            bytes_, errors = now[4] - was[4], now[5] - was[5]
            if here.count:
                if not coarse:
                    parts.append(_part(series, kind, here, bytes_, errors))
                device[series] = added(device.get(series, nothing), here)
                before = moved.get(series, (0, 0))
                moved[series] = before[0] + bytes_, before[1] + errors
            waited = growth(grown, _HIST.size + SLOT_BYTES, now[2:4], was[2:4])
            if waited.count:
                queue[series] = added(queue.get(series, nothing), waited)
        hists = [_hist(series, "device", grew, *moved[series]) for series, grew in device.items()]
        hists += [_hist(series, "queue", grew) for series, grew in queue.items()]
        return hists, parts

    def _grown_work(self, sums: Sums) -> Iterator[Work]:
        for grown in sums.grown():
            tgid, disk_op = _WORKER.unpack(grown.key)[:2] if sums is self._work else (0, *_OTHERS.unpack(grown.key))
            now, was = _WORK.unpack_from(grown.now), _WORK.unpack_from(grown.before or bytes(_WORK.size))
            here = growth(grown, _WORK.size, now[0:2], was[0:2])
            if here.count:
                process = decode.comm(now[7]) or NOT_SEEN
                yield Work(
                    tgid,
                    OTHERS if sums is self._others else process,
                    self._cgroups.path(now[4]) if now[4] else "",
                    bool(now[5]),
                    self._name(disk_op // OPS_OF_DISK),
                    OPS[disk_op % OPS_OF_DISK],
                    here.lanes,
                    here.count,
                    here.sum_ns,
                    here.max_ns,
                    now[2] - was[2],
                    now[3] - was[3],
                    decode.comm(now[8]),
                )

    def _disks_now(self) -> tuple[list[Disk], list[DiskFacts] | None]:
        waiting = self._in_flight.read()
        watched = self._watch.read()
        if watched.gone:
            self._forget_disks(watched.gone)
        disks = []
        for name in sorted({*self._disks.values(), *waiting}):
            count, oldest_ns = waiting.get(name, (0, 0))
            disks.append(Disk(name, count, oldest_ns // 1000, *watched.load.get(name, (None, None))))
        return disks, watched.facts

    def _forget_disks(self, gone: Set[str]) -> None:
        """Disks that are no longer there: what has their queue's address next is another one, or their number."""
        numbers = set()
        for queue, value in self._maps["disks"].items():
            number, _unused, name = _DISK.unpack(value)
            if decode.comm(name) in gone:
                self._maps["disks"].delete(queue)
                numbers.add(number)
        self._thresholds.forget(gone)
        self._in_flight.forget(numbers)
        self._hists.forget_those(lambda key: _KEY.unpack(key)[0] in numbers)
        self._work.forget_those(lambda key: _WORKER.unpack(key)[1] // OPS_OF_DISK in numbers)
        self._others.forget_those(lambda key: _OTHERS.unpack(key)[0] // OPS_OF_DISK in numbers)
        for number in numbers:
            self._disks.pop(number, None)
            for op in range(OPS_OF_DISK):
                self._limit(number * OPS_OF_DISK + op, self._thresholds.set_us or 0.0)
            if number < MOST_DISKS - 2:
                self._maps["numbers"].delete(struct.pack("=I", number))

    def _find_thresholds(self, hists: list[Hist]) -> list[Threshold] | None:
        self._thresholds.add(hists)
        found = self._thresholds.find(time.monotonic_ns())
        for threshold in found or ():
            if threshold.why != "set":
                for number in [number for number, name in self._disks.items() if name == threshold.disk]:
                    self._limit(number * OPS_OF_DISK + OPS.index(threshold.op), threshold.us)
        return found

    def _limit(self, limit: int, us: float) -> None:
        """Lets the kernel tell of requests that take so long; 0: of none. `limit` is the place of a disk and op."""
        self._maps["slow_ns"].update(struct.pack("=I", limit), struct.pack("=Q", round(us * 1000)))

    def _row(self, record: bytes, offset: int) -> Row:
        (
            time_, queue, device, sector, cgroup, bytes_, tgid, tid, uid, disk, error, op, kind, _kernel, comm,
        ) = _ROW.unpack_from(record)  # fmt: skip
        return [
            time_ + offset,
            tgid or None,
            tid or None,
            decode.comm(comm) or NOT_SEEN,
            decode.user(uid) if tgid else None,
            uid if tgid else None,
            self._cgroups.path(cgroup) if cgroup else None,
            self._name(disk),
            OPS[op],
            "|".join(_flags(kind)) or None,
            None if sector == NOWHERE else sector,
            bytes_,
            queue / 1000,
            device / 1000,
            decode.block_error(error),
        ]


def _hist(series: tuple[str, Op], stage: Stage, grew: Growth, bytes_: int = 0, errors: int = 0) -> Hist:
    return Hist(*series, stage, grew.lanes, grew.count, grew.sum_ns, grew.max_ns, bytes_, errors)


def _part(series: tuple[str, Op], kind: int, grew: Growth, bytes_: int, errors: int) -> Part:
    flags, size, sequential = _traits(kind)
    return Part(*series, flags, size, sequential, grew.lanes, grew.count, grew.sum_ns, grew.max_ns, bytes_, errors)


def _flags(kind: int) -> tuple[Flag, ...]:
    return tuple(flag for bit, flag in enumerate(FLAGS) if kind >> bit & 1)


def _traits(kind: int) -> tuple[tuple[Flag, ...], int, bool]:
    """Flags, size class and whether it was sequential, of a `kind` of block.bpf.c."""
    return _flags(kind), (*SIZES, 0)[kind >> 5 & 3], bool(kind >> 7)
