"""The latencies of one disk, operation and stage, over a window that moves."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from probes.snapshot import Hist, Op, Stage

SECOND = 1_000_000_000
WINDOW_NS = 10 * SECOND
"""What is older than this is let go of, ..."""
ENOUGH = 2000
"""... but for a disk of few requests only if so many are left, ..."""
LONGEST_NS = 60 * SECOND
"""... or if it is older than this."""

CEASED = 5.0
"""So many requests that should have been slow and were not say that it is over."""

FORGET = 15
"""After so many ticks in which nobody asked for slots they are no longer kept up to date."""


class Key(NamedTuple):
    """Which latencies."""

    disk: str
    op: Op
    stage: Stage


class Totals(msgspec.Struct, frozen=True):
    """A number of requests and their time together, in nanoseconds."""

    count: int = 0
    sum_ns: int = 0

    @property
    def average_ns(self) -> float:
        """0.0 where there are none."""
        return self.sum_ns / self.count if self.count else 0.0


class _Entry(NamedTuple):
    time: int
    span_ns: int
    hist: Hist


class Series:
    """Sums are kept up to date with every tick, slots only while somebody asks for them."""

    def __init__(self) -> None:
        self.count = self.sum_ns = self.bytes = 0
        self._entries: deque[_Entry] = deque()
        self._slots: dict[int, int] | None = None
        self._unasked = 0
        self._max_ns: int | None = 0

    def add(self, time: int, span_ns: int, hist: Hist) -> None:
        """Takes in what a tick that ended at `time` has counted."""
        self._entries.append(_Entry(time, span_ns, hist))
        self.count += hist.count
        self.sum_ns += hist.sum_ns
        self.bytes += hist.bytes
        if self._max_ns is not None and hist.max_ns > self._max_ns:
            self._max_ns = hist.max_ns
        if self._slots is not None:
            self._unasked += 1
            if self._unasked > FORGET:
                self._slots = None
            else:
                _count(self._slots, hist, 1)

    def expire(self, now: int) -> bool:
        """Lets go of what is too old; whether anything is left."""
        entries = self._entries
        while entries and (age := now - entries[0].time) >= WINDOW_NS:
            hist = entries[0].hist
            if age < LONGEST_NS and self.count - hist.count < ENOUGH:
                break
            entries.popleft()
            self.count -= hist.count
            self.sum_ns -= hist.sum_ns
            self.bytes -= hist.bytes
            if hist.max_ns == self._max_ns:
                self._max_ns = None
            if self._slots is not None:
                _count(self._slots, hist, -1)
        return bool(entries)

    @property
    def slots(self) -> Mapping[int, int]:
        """Requests by slot of `probes.latency`."""
        self._unasked = 0
        if self._slots is None:
            self._slots = {}
            for entry in self._entries:
                _count(self._slots, entry.hist, 1)
        return self._slots

    @property
    def max_ns(self) -> int:
        if self._max_ns is None:
            self._max_ns = max((entry.hist.max_ns for entry in self._entries), default=0)
        return self._max_ns

    @property
    def average_ns(self) -> float:
        return self.sum_ns / self.count if self.count else 0.0

    @property
    def covers_ns(self) -> int:
        """From the beginning of the oldest tick to the end of the newest."""
        if not self._entries:
            return 0
        return self._entries[-1].time - self._entries[0].time + self._entries[0].span_ns

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.count * SECOND / max(self.covers_ns, SECOND // 10)

    def since(self, time: int) -> Totals:
        """What ticks that ended after `time` have counted."""
        hists = [entry.hist for entry in self._entries if entry.time > time]
        return Totals(sum(hist.count for hist in hists), sum(hist.sum_ns for hist in hists))

    def seconds(self, slot: int) -> tuple[int, ...]:
        """The seconds since the epoch in which requests ended that took as long as this slot, or longer.

        Of a tick of several seconds it is not known in which: as many are taken as could be.
        """
        seconds: set[int] = set()
        for time, span_ns, hist in self._entries:
            slow = sum(count for at, count in hist.slots if at >= slot)
            last = time // SECOND
            seconds.update(range(last, last - min(slow, -(-span_ns // SECOND)), -1))
        return tuple(sorted(seconds))

    def lasts(self, slot: int, share: float) -> bool:
        """Whether nothing says that slow requests (from this slot on, that share of all) have ceased.

        While a disk is idle nothing does; where five should have come since the last one, they have.
        """
        since = 0
        for entry in reversed(self._entries):
            if entry.hist.slots and entry.hist.slots[-1][0] >= slot:
                break
            since += entry.hist.count
        return since * share < CEASED


def _count(slots: dict[int, int], hist: Hist, sign: int) -> None:
    """Adds a histogram to the slots, or takes it off."""
    for slot, count in hist.slots:
        left = slots.get(slot, 0) + sign * count
        if left:
            slots[slot] = left
        else:
            slots.pop(slot, None)
