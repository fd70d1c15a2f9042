"""Sums over ticks: a probe's counts and its histograms. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from probes.latency import EMPTY, Latency, merge
from probes.snapshot import Counts, Hist, ProbeTick


class Series(NamedTuple):
    """Which latencies a histogram holds."""

    disk: str
    op: str
    stage: str


class Sum(NamedTuple):
    """The latencies of a series, with the bytes moved and the requests that failed."""

    latency: Latency = EMPTY
    bytes: int = 0
    errors: int = 0


def plus(a: Counts, b: Counts) -> Counts:
    """Field by field, a + b."""
    return Counts(*(x + y for x, y in zip(_fields(a), _fields(b), strict=True)))


def minus(a: Counts, b: Counts) -> Counts:
    """Field by field, a - b."""
    return Counts(*(x - y for x, y in zip(_fields(a), _fields(b), strict=True)))


def hidden(counts: Counts, rows: int, errors: int) -> Counts:
    """The counts once `rows` of the rows shown, `errors` of them failures, were filtered out by the reader."""
    return Counts(
        seen=counts.seen,
        shown=counts.shown - rows,
        over_budget=counts.over_budget,
        filtered=counts.filtered + rows,
        lost=counts.lost,
        errors=max(counts.errors - errors, 0),
    )


def _fields(counts: Counts) -> tuple[int, ...]:
    return (counts.seen, counts.shown, counts.over_budget, counts.filtered, counts.lost, counts.errors)


class Tally:
    """What one probe counted in a session."""

    def __init__(self) -> None:
        self.total = Counts()
        self.series: dict[Series, Sum] = {}
        self._before = Counts()

    def counts_of(self, tick: ProbeTick) -> Counts:
        """What this tick adds to the counts; to be asked once a tick, in their order."""
        added = minus(tick.counts, self._before)
        self._before = tick.counts
        return added

    def add(self, counts: Counts, hists: Iterable[Hist]) -> None:
        """Adds a tick's counts and histograms to the sums."""
        self.total = plus(self.total, counts)
        for hist in hists:
            key = series_of(hist)
            self.series[key] = joined(self.series.get(key, Sum()), sum_of(hist))


def series_of(hist: Hist) -> Series:
    return Series(hist.disk, hist.op, hist.stage)


def sum_of(hist: Hist) -> Sum:
    return Sum(Latency(dict(hist.slots), hist.count, hist.sum_ns, hist.max_ns), hist.bytes, hist.errors)


def joined(a: Sum, b: Sum) -> Sum:
    return Sum(merge((a.latency, b.latency)), a.bytes + b.bytes, a.errors + b.errors)
