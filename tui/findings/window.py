"""Keeps what the rules look at, tick by tick."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from probes.columns import ProbeInfo, Row
from probes.disk_sums import Aside, DiskFacts, Hist, Op
from probes.filter import FilterError, parse
from probes.snapshot import ProbeTick, Snapshot
from tui.findings.calm import Calm
from tui.findings.scene import Failures, Moment, Scene
from tui.findings.series import SECOND, WINDOW_NS, Key, Series
from tui.findings.siblings import Family, families

RECENT_NS = 60 * SECOND
"""For how long errors are recent."""
MOST_KINDS = 8
"""Of so many errors of a disk and operation it is known what they are."""


class Window:
    """What a filter on disks and operations puts aside counts as well: a disk is judged beside its siblings.

    Memory is bounded by what the kernel reports in ten seconds; of disks with few requests, in sixty.
    """

    def __init__(self, probes: Sequence[ProbeInfo] = ()) -> None:
        columns = {info.id: [column.id for column in info.columns] for info in probes if info.view == "latency"}
        self._columns = {name: ids for name, ids in columns.items() if {"disk", "op", "error"} <= set(ids)}
        self._series: dict[Key, Series] = {}
        self._moments: deque[Moment] = deque()
        self._facts: dict[str, DiskFacts] = {}
        self._families: tuple[Family, ...] = ()
        self._failures: dict[tuple[str, Op], Failures] = {}
        self._filter, self._whole = "", True
        self._calm = Calm()

    def __len__(self) -> int:
        """How many series it keeps: of disks and their operations."""
        return len(self._series)

    def add(self, snapshot: Snapshot) -> None:
        """Takes in a tick."""
        if snapshot.filter != self._filter:
            self._filter, self._whole = snapshot.filter, _lets_all_in(snapshot.filter)
        for tick in snapshot.probes:
            if tick.facts is not None:
                self._facts = {disk.name: disk for disk in tick.facts}
                self._families = families(tick.facts)
                self._calm.keep(self._facts.keys())
            if tick.hists or tick.disks or tick.aside:
                self._add(snapshot.time, snapshot.span_ns, tick)

    def scene(self, now: int) -> Scene:
        """The window as it is now, without what is too old."""
        for key in [key for key, series in self._series.items() if not series.expire(now)]:
            del self._series[key]
        self._failures = {key: seen for key, seen in self._failures.items() if now - seen.last < RECENT_NS}
        while self._moments and now - self._moments[0].time >= WINDOW_NS:
            self._moments.popleft()
        moments, calm_ns = tuple(self._moments), self._calm.device_ns
        return Scene(now, self._series, moments, self._facts, self._families, self._failures, calm_ns)

    def _add(self, time: int, span_ns: int, tick: ProbeTick) -> None:
        series, aside = self._series, tick.aside or Aside()
        hists = tick.hists + aside.hists
        for hist in hists:
            if hist.stage == "device":
                key = hist.disk, hist.op
                if key not in series:
                    series[key] = Series()
                series[key].add(time, span_ns, hist)
                if hist.errors or key in self._failures:
                    self._count_errors(time, key, hist)
        if self._failures and tick.id in self._columns:
            self._name_errors(tick.rows, self._columns[tick.id])
        disks = {disk.name: disk for disk in tick.disks + aside.disks}
        self._calm.add(time, disks, hists)
        work, parts = tick.work + aside.work, tick.parts + aside.parts
        self._moments.append(Moment(time, span_ns, disks, hists, work, parts, self._whole))

    def _count_errors(self, time: int, key: Key, hist: Hist) -> None:
        known = self._failures.get(key) or Failures(time, time, 0, 0)
        last = time if hist.errors else known.last
        self._failures[key] = Failures(
            known.first, last, known.errors + hist.errors, known.requests + hist.count, known.kinds
        )

    def _name_errors(self, rows: Sequence[Row], columns: Sequence[str]) -> None:
        """Each request that failed has a row, with this tick or the next, if there was room for it."""
        disk, op, error = (columns.index(name) for name in ("disk", "op", "error"))
        for row in rows:
            key, kind = (str(row[disk]), cast("Op", str(row[op]))), row[error]
            known = self._failures.get(key)
            if known and isinstance(kind, str) and (kind in known.kinds or len(known.kinds) < MOST_KINDS):
                kinds = {**known.kinds, kind: known.kinds.get(kind, 0) + 1}
                self._failures[key] = replace(known, kinds=kinds)


def _lets_all_in(text: str) -> bool:
    """Whether all that disks do is in a tick under a filter, shown or aside."""
    try:
        return parse(text).asks_only("disk", "op")
    except FilterError:
        return False
