"""Sums over ticks: a probe's counts, its histograms, who asked for what, and what it was. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from probes.columns import Value
from probes.disk_sums import Flag, Hist, Op, Part, Work
from probes.filter import Filter
from probes.lanes import latency_of
from probes.latency import EMPTY, Latency, merge
from probes.merge import OTHERS
from probes.snapshot import Counts, ProbeTick

MOST_WORKERS = 4096
"""Processes, disks and operations that are told apart in a session; the work of all others goes under OTHERS."""


class Series(NamedTuple):
    """Which latencies a histogram holds."""

    disk: str
    op: str
    stage: str


class Worker(NamedTuple):
    """Who asked which disk for what; see `probes.disk_sums.Work`."""

    pid: int
    comm: str
    cgroup: str
    kernel: bool
    disk: str
    op: Op


class Sort(NamedTuple):
    """A sort of requests; see `probes.disk_sums.Part`."""

    disk: str
    op: Op
    flags: tuple[Flag, ...]
    size: int
    sequential: bool


class Sum(NamedTuple):
    """The latencies of a series, with the bytes moved and the requests that failed."""

    latency: Latency = EMPTY
    bytes: int = 0
    errors: int = 0


class Tally:
    """What one probe counted in a session. `selected` and `listed` are single requests: see `probes.snapshot`."""

    def __init__(self) -> None:
        self.total = Counts()
        self.series: dict[Series, Sum] = {}
        self.work: dict[Worker, Sum] = {}
        self.sorts: dict[Sort, Sum] = {}
        self.selected = self.listed = 0
        self._before = Counts()

    def counts_of(self, tick: ProbeTick) -> Counts:
        """What this tick adds to the counts; to be asked once a tick, in their order."""
        added = tick.counts - self._before
        self._before = tick.counts
        return added

    def add(self, counts: Counts, hists: Iterable[Hist]) -> None:
        """Adds a tick's counts and histograms to the sums."""
        self.total = self.total + counts
        for hist in hists:
            key = series_of(hist)
            self.series[key] = joined(self.series.get(key, Sum()), sum_of(hist))

    def add_work(self, work: Mapping[Worker, Sum]) -> None:
        """Adds what processes did in a tick."""
        for worker, done in work.items():
            key = worker
            if key not in self.work and len(self.work) >= MOST_WORKERS:
                key = Worker(0, OTHERS, "", False, worker.disk, worker.op)
            self.work[key] = joined(self.work.get(key, Sum()), done)

    def add_sorts(self, sorts: Mapping[Sort, Sum]) -> None:
        """Adds what requests of a tick were."""
        for sort, done in sorts.items():
            self.sorts[sort] = joined(self.sorts.get(sort, Sum()), done)


def series_of(hist: Hist) -> Series:
    return Series(hist.disk, hist.op, hist.stage)


def workers_of(work: Iterable[Work]) -> dict[Worker, Sum]:
    found: dict[Worker, Sum] = {}
    for one in work:
        worker = Worker(one.pid, one.comm, one.cgroup, one.kernel, one.disk, one.op)
        found[worker] = joined(found[worker], sum_of(one)) if worker in found else sum_of(one)
    return found


def passes(known: Filter, work: Work) -> bool:
    """Whether a filter within WORK_KEYS lets it through, by the name of its process or by that of its thread."""
    of_work: dict[str, Value] = {"pid": work.pid, "cgroup": work.cgroup, "disk": work.disk, "op": work.op}
    return any(known.matches(of_work | {"comm": comm}) for comm in {work.comm, work.thread or work.comm})


def sorts_of(parts: Iterable[Part]) -> dict[Sort, Sum]:
    return {Sort(p.disk, p.op, p.flags, p.size, p.sequential): sum_of(p) for p in parts}


def by_process(work: Mapping[Worker, Sum]) -> dict[tuple[int, str, str, bool], Sum]:
    """Work by pid, comm, cgroup and whether it is a kernel thread, over all disks and operations."""
    found: dict[tuple[int, str, str, bool], Sum] = {}
    for worker, done in work.items():
        found[worker[:4]] = joined(found.get(worker[:4], Sum()), done)
    return found


def sum_of(hist: Hist | Part | Work) -> Sum:
    return Sum(latency_of(hist), hist.bytes, hist.errors)


def joined(a: Sum, b: Sum) -> Sum:
    return Sum(merge((a.latency, b.latency)), a.bytes + b.bytes, a.errors + b.errors)
