"""The latencies of one disk and operation in the device, over a window that moves."""

from __future__ import annotations

from collections import deque

from probes.disk_sums import Hist, Op
from probes.lanes import Lanes, add_up

SECOND = 1_000_000_000
WINDOW_NS = 10 * SECOND
"""What is older than this is let go of, ..."""
ENOUGH = 2000
"""... but for a disk of few requests only if so many are left, ..."""
LONGEST_NS = 60 * SECOND
"""... or if it is older than this."""

CEASED = 5.0
"""So many requests that should have been slow and were not say that it is over."""


Key = tuple[str, Op]
"""Disk and operation. A plain tuple: it is made for every histogram that comes."""


class Series:
    """Sums are kept up to date with every tick; histograms are added up when somebody asks."""

    def __init__(self) -> None:
        self.count = self.sum_ns = self.bytes = 0
        self._entries: deque[tuple[int, int, Hist]] = deque()
        self._lanes: Lanes | None = None
        self._max_ns: int | None = 0

    def add(self, time: int, span_ns: int, hist: Hist) -> None:
        """Takes in what a tick that ended at `time` has counted."""
        self._entries.append((time, span_ns, hist))
        self.count += hist.count
        self.sum_ns += hist.sum_ns
        self.bytes += hist.bytes
        if self._max_ns is not None and hist.max_ns > self._max_ns:
            self._max_ns = hist.max_ns
        self._lanes = None

    def expire(self, now: int) -> bool:
        """Lets go of what is too old; whether anything is left."""
        entries = self._entries
        while entries and (age := now - entries[0][0]) >= WINDOW_NS:
            hist = entries[0][2]
            if age < LONGEST_NS and self.count - hist.count < ENOUGH:
                break
            entries.popleft()
            self.count -= hist.count
            self.sum_ns -= hist.sum_ns
            self.bytes -= hist.bytes
            if hist.max_ns == self._max_ns:
                self._max_ns = None
            self._lanes = None
        return bool(entries)

    @property
    def lanes(self) -> Lanes:
        """Requests by slot of `probes.latency`."""
        if self._lanes is None:
            self._lanes = add_up([hist.lanes for _, _, hist in self._entries])
        return self._lanes

    @property
    def max_ns(self) -> int:
        if self._max_ns is None:
            self._max_ns = max([hist.max_ns for _, _, hist in self._entries], default=0)
        return self._max_ns

    @property
    def average_ns(self) -> float:
        return self.sum_ns / self.count if self.count else 0.0

    @property
    def covers_ns(self) -> int:
        """From the beginning of the oldest tick to the end of the newest."""
        if not self._entries:
            return 0
        begun, span_ns, _ = self._entries[0]
        return self._entries[-1][0] - begun + span_ns

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.count * SECOND / max(self.covers_ns, SECOND // 10)

    def seconds(self, slot: int) -> tuple[int, ...]:
        """The seconds since the epoch in which requests ended that took as long as this slot, or longer.

        Of a tick of several seconds it is not known in which: as many are taken as could be.
        """
        seconds: set[int] = set()
        for time, span_ns, hist in self._entries:
            last = time // SECOND
            most = min(hist.lanes.beyond(slot), -(-span_ns // SECOND), LONGEST_NS // SECOND)
            seconds.update(range(last, last - most, -1))
        return tuple(sorted(seconds))

    def lasts(self, slot: int, share: float) -> bool:
        """Whether nothing says that slow requests (from this slot on, that share of all) have ceased.

        While a disk is idle nothing does; where five should have come since the last one, they have.
        """
        since = 0
        for _, _, hist in reversed(self._entries):
            if hist.lanes.end > slot:
                break
            since += hist.count
        return since * share < CEASED
