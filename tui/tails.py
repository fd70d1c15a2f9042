"""How slow each disk is over the last seconds, by its p99: kept up to date tick by tick, for hundreds of disks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from probes.disk_sums import Hist
from probes.lanes import as_integer, of_integer
from probes.latency import low_ns

TAIL = 0.99
"""The share of requests of a disk below the latency by which it is told how slow it is."""
BYTES = 4
"""Of a count: no disk has as many requests in the window."""


class Tail(NamedTuple):
    """How many requests a disk had over the window, and their p99 in the device in nanoseconds."""

    requests: int
    p99_ns: float


class Tails:
    """The sums of each disk over all its operations: what comes is added, and taken off when it is too old.

    Sums are integers that have a count in every few bytes, that of slot 0 lowest.
    """

    def __init__(self) -> None:
        self._sums: dict[str, int] = {}
        self._ticks: deque[Mapping[str, int]] = deque()

    def add(self, hists: Iterable[Hist]) -> None:
        """Counts what a tick has."""
        tick: dict[str, int] = {}
        for hist in hists:
            if hist.stage == "device" and hist.lanes.counts:
                counts = as_integer(hist.lanes, BYTES) << 8 * BYTES * hist.lanes.first
                tick[hist.disk] = tick.get(hist.disk, 0) + counts
        for disk, counts in tick.items():
            self._sums[disk] = self._sums.get(disk, 0) + counts
        self._ticks.append(tick)

    def take_off(self) -> None:
        """Counts no longer what was added first."""
        for disk, counts in self._ticks.popleft().items():
            self._sums[disk] -= counts

    def find(self) -> Mapping[str, Tail]:
        """Those of the disks that did something; what is known of the others is forgotten."""
        self._sums = {disk: counts for disk, counts in self._sums.items() if counts}
        return {disk: _tail(counts) for disk, counts in self._sums.items()}


def _tail(counts: int) -> Tail:
    """As in Latency.percentile_ns, but for the maximum."""
    lanes = of_integer(counts, BYTES)
    values = lanes.values()
    below = total = sum(values)
    rank = total * TAIL
    at = len(values)
    while below >= rank:
        at -= 1
        below -= values[at]
    low, high = low_ns(lanes.first + at), low_ns(lanes.first + at + 1)
    return Tail(total, low + (high - low) * (rank - below) / values[at])
