"""What moves: histograms, work and parts of the last seconds, kept up to date tick by tick."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, TypeVar

import msgspec

from probes.latency import SLOTS, Latency, low_ns
from probes.snapshot import Hist, Op, Part, ProbeTick, Stage, Work

WINDOW_NS = 10_000_000_000
"""How far back it looks, in nanoseconds."""
TAIL = 0.99
"""The share of requests of a disk below the latency by which it is told how slow it is."""

Summable = TypeVar("Summable", Part, Work)


class Key(NamedTuple):
    """What a histogram is of."""

    disk: str
    op: Op
    stage: Stage


class Moving(msgspec.Struct, frozen=True):
    """A histogram over the window; bytes and errors likewise."""

    latency: Latency
    bytes: int
    errors: int


class Tail(NamedTuple):
    """How many requests a disk had over the window, and their p99 in the device in nanoseconds."""

    requests: int
    p99_ns: float


ByDisk = Mapping[str, Sequence[Hist]]


class Sums(Mapping[Key, Moving]):
    """The histograms of some ticks by key, added up when they are looked at."""

    def __init__(self, ticks: Sequence[ByDisk]) -> None:
        self._ticks = ticks

    def __getitem__(self, key: Key) -> Moving:
        disk, op, stage = key
        found = [hist for tick in self._ticks for hist in tick.get(disk, ()) if hist.stage == stage and hist.op == op]
        if not found:
            raise KeyError(key)
        slots: dict[int, int] = {}
        for hist in found:
            for slot, here in hist.slots:
                slots[slot] = slots.get(slot, 0) + here
        count, sum_ns = sum(hist.count for hist in found), sum(hist.sum_ns for hist in found)
        latency = Latency(slots, count, sum_ns, max(hist.max_ns for hist in found))
        return Moving(latency, sum(hist.bytes for hist in found), sum(hist.errors for hist in found))

    @cached_property
    def _keys(self) -> frozenset[Key]:
        hists = (hist for tick in self._ticks for some in tick.values() for hist in some)
        return frozenset(Key(hist.disk, hist.op, hist.stage) for hist in hists)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


class Summed(Sequence[Summable]):
    """Work or parts of several ticks, those of the same kind added up; done when somebody looks."""

    def __init__(self, ticks: Sequence[Sequence[Summable]], key: Callable[[Summable], object]) -> None:
        self._ticks: Sequence[Sequence[Summable]] = ticks
        self._key: Callable[[Summable], object] = key

    @cached_property
    def _sums(self) -> list[Summable]:
        groups: dict[object, list[Summable]] = {}
        for tick in self._ticks:
            for item in tick:
                groups.setdefault(self._key(item), []).append(item)
        return [_added_up(items) for items in groups.values()]

    def __getitem__(self, at: int) -> Summable:  # type: ignore[override]
        return self._sums[at]

    def __len__(self) -> int:
        return len(self._sums)


class Window:
    """The last seconds of a probe: each tick is added when it comes and taken off when it is too old.

    span_ns  what it covers, in nanoseconds
    tails    of each disk that did something, over all its operations
    """

    def __init__(self, length_ns: int = WINDOW_NS) -> None:
        self._length_ns = length_ns
        self._spans: deque[int] = deque()
        self._hists: deque[ByDisk] = deque()
        self._work: deque[Sequence[Work]] = deque()
        self._parts: deque[Sequence[Part]] = deque()
        self._device: dict[str, list[int]] = {}
        self.span_ns = 0
        self._tails: Mapping[str, Tail] | None = None

    @property
    def tails(self) -> Mapping[str, Tail]:
        """Found when somebody looks: it takes longer than all else, and a window is filled in many steps."""
        if self._tails is None:
            self._tails = self._find_tails()
        return self._tails

    def add(self, span_ns: int, tick: ProbeTick) -> None:
        """Take in a tick, and let go of those which are past the window."""
        hists: dict[str, list[Hist]] = {}
        for hist in tick.hists:
            hists.setdefault(hist.disk, []).append(hist)
        self._spans.append(span_ns)
        self._hists.append(hists)
        self._work.append(tick.work)
        self._parts.append(tick.parts)
        self.span_ns += span_ns
        self._count(hists, 1)
        while len(self._spans) > 1 and self.span_ns - self._spans[0] >= self._length_ns:
            self.span_ns -= self._spans.popleft()
            self._work.popleft()
            self._parts.popleft()
            self._count(self._hists.popleft(), -1)
        self._tails = None

    def moving(self) -> Mapping[Key, Moving]:
        """The histograms of the window as it is now."""
        return Sums(tuple(self._hists))

    def work(self) -> Sequence[Work]:
        """Who asked for what in the window, by process, cgroup, disk and operation."""
        return Summed(tuple(self._work), lambda one: (one.pid, one.comm, one.cgroup, one.kernel, one.disk, one.op))

    def parts(self) -> Sequence[Part]:
        """What kinds of requests there were in the window."""
        return Summed(tuple(self._parts), lambda one: (one.disk, one.op, one.flags, one.size, one.sequential))

    def _count(self, hists: ByDisk, sign: int) -> None:
        for disk, some in hists.items():
            slots = self._device.setdefault(disk, [0] * SLOTS)
            for hist in some:
                if hist.stage == "device":
                    for slot, here in hist.slots:
                        slots[slot] += sign * here

    def _find_tails(self) -> Mapping[str, Tail]:
        """Those of the disks that did something; what is known of the others is forgotten."""
        sums = {disk: list(accumulate(slots)) for disk, slots in self._device.items()}
        self._device = {disk: slots for disk, slots in self._device.items() if sums[disk][-1]}
        return {disk: _tail(sums[disk]) for disk in self._device}


def _tail(sums: Sequence[int]) -> Tail:
    """`sums` are the counts up to each slot. As in Latency.percentile_ns, but for the maximum."""
    rank = sums[-1] * TAIL
    slot = bisect_left(sums, rank)
    below = sums[slot - 1] if slot else 0
    low, high = low_ns(slot), low_ns(slot + 1)
    return Tail(sums[-1], low + (high - low) * (rank - below) / (sums[slot] - below))


def _added_up(items: Sequence[Summable]) -> Summable:
    """One for all of them: the first with the sums of all."""
    if len(items) == 1:
        return items[0]
    slots: dict[int, int] = {}
    for item in items:
        for slot, here in item.slots:
            slots[slot] = slots.get(slot, 0) + here
    return msgspec.structs.replace(
        items[0],
        slots=tuple(sorted(slots.items())),
        count=sum(item.count for item in items),
        sum_ns=sum(item.sum_ns for item in items),
        max_ns=max(item.max_ns for item in items),
        bytes=sum(item.bytes for item in items),
        errors=sum(item.errors for item in items),
    )
