"""Histograms that move: the latencies of the last seconds, kept up to date tick by tick."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

import msgspec

from probes.latency import SLOTS, Latency
from probes.snapshot import Hist, Op, Stage

WINDOW_NS = 10_000_000_000
"""How far back histograms look, in nanoseconds."""


class Key(msgspec.Struct, frozen=True, order=True):
    """What a histogram is of."""

    disk: str
    op: Op
    stage: Stage


class Moving(msgspec.Struct, frozen=True):
    """A histogram over the window; bytes and errors likewise."""

    latency: Latency
    bytes: int
    errors: int


class Window:
    """Histograms over the last seconds: each tick is added when it comes and taken off when it is too old."""

    def __init__(self, length_ns: int = WINDOW_NS) -> None:
        self._length_ns = length_ns
        self._ticks: deque[tuple[int, Sequence[Hist]]] = deque()
        self._slots: dict[Key, dict[int, int]] = {}
        self.span_ns = 0

    def add(self, span_ns: int, hists: Sequence[Hist]) -> None:
        """Take in a tick, and let go of those which are past the window."""
        self._ticks.append((span_ns, hists))
        self.span_ns += span_ns
        self._count(hists, 1)
        while len(self._ticks) > 1 and self.span_ns - self._ticks[0][0] >= self._length_ns:
            old_ns, old = self._ticks.popleft()
            self.span_ns -= old_ns
            self._count(old, -1)

    def moving(self) -> Mapping[Key, Moving]:
        """The histograms of the window, as they are now."""
        totals: dict[Key, list[int]] = {}
        for _, hists in self._ticks:
            for hist in hists:
                total = totals.setdefault(_key(hist), [0, 0, 0, 0, 0])
                total[0] += hist.count
                total[1] += hist.sum_ns
                total[2] = max(total[2], hist.max_ns)
                total[3] += hist.bytes
                total[4] += hist.errors
        return {
            key: Moving(Latency(dict(self._slots[key]), *total[:3]), total[3], total[4])
            for key, total in totals.items()
        }

    def _count(self, hists: Sequence[Hist], sign: int) -> None:
        for hist in hists:
            slots = self._slots.setdefault(_key(hist), {})
            for slot, here in hist.slots:
                if not 0 <= slot < SLOTS:
                    continue
                left = slots.get(slot, 0) + sign * here
                if left:
                    slots[slot] = left
                else:
                    slots.pop(slot, None)


def _key(hist: Hist) -> Key:
    return Key(hist.disk, hist.op, hist.stage)
